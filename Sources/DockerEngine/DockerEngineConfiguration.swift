package import Spec

/// What one ``DockerEngine`` talks to and how it makes containers.
package struct DockerEngineConfiguration: Sendable {
    /// Path of the daemon's Unix socket.
    package var socketPath: String
    /// Value of the label that makes a container ours. Containers with another value are never listed.
    package var installation: String
    /// Of the program, written into a label.
    package var version: String
    /// Managed bridges are called `<prefix>-0`, `<prefix>-1`, …
    package var networkPrefix: String
    /// `auto` is decided at the first container made; see ``DockerEngine/reach()``.
    package var reach: StackSpec.Reach
    /// Address on which ports are published, when they are.
    package var bindHost: String
    /// Ports from which the daemon takes the published ones.
    package var portRange: ClosedRange<UInt16>
    package var deadlines: Deadlines
    /// Reads the file with the credentials of registries, at each pull; nil when there is none. Throws what people are
    /// told, with the file's path in it.
    package var registryAuth: (@Sendable () throws(EngineError) -> [UInt8])?

    package init(
        socketPath: String = "/var/run/docker.sock", installation: String, version: String,
        networkPrefix: String = "agstack", reach: StackSpec.Reach = .auto, bindHost: String = "127.0.0.1",
        portRange: ClosedRange<UInt16> = 19000...19999, deadlines: Deadlines = Deadlines(),
        registryAuth: (@Sendable () throws(EngineError) -> [UInt8])? = nil
    ) {
        self.socketPath = socketPath
        self.installation = installation
        self.version = version
        self.networkPrefix = networkPrefix
        self.reach = reach
        self.bindHost = bindHost
        self.portRange = portRange
        self.deadlines = deadlines
        self.registryAuth = registryAuth
    }

    /// How long a call may take from its first byte to the answer's last one.
    package struct Deadlines: Sendable {
        /// Calls that only look.
        package var query: Duration
        /// Calls that change something; a stop has its grace on top.
        package var change: Duration
        /// Silence between two reports of a pull.
        package var pullSilence: Duration

        package init(
            query: Duration = .seconds(15), change: Duration = .seconds(60), pullSilence: Duration = .seconds(60)
        ) {
            self.query = query
            self.change = change
            self.pullSilence = pullSilence
        }
    }
}
