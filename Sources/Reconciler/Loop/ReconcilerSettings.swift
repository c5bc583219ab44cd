package import Spec

/// What an operator may set about the loop. Taken over by ``Reconciler/reload(_:)`` from the next pass on.
package struct ReconcilerSettings: Sendable {
    /// How a runner's endpoint is found from its container: a published port when it has one, else its own address.
    ///
    /// The container itself tells how it was made, so one that was made under another setting is still reached.
    package struct Reach: Sendable, Hashable {
        /// Of the networks whose address is used, earlier prefixes first.
        package var networkPrefixes: [String]
        /// Address on which ports are published.
        package var bindHost: String

        package init(networkPrefixes: [String] = ["agstack-"], bindHost: String = "127.0.0.1") {
            self.networkPrefixes = networkPrefixes
            self.bindHost = bindHost
        }
    }

    package var policy: PlanPolicy
    /// From the end of a pass to the next one when nothing nudges.
    package var interval: Duration
    /// Engine calls that make, start or remove a container and homes being prepared, at once, over all lanes.
    package var maxLanes: Int
    package var reach: Reach
    /// Requests that may wait for one runner.
    package var maxWaiters: Int
    /// How often activity is written down.
    package var activityFlush: Duration
    /// How long a waiter of a runner that is not ready is kept while the engine or the desired state is away.
    package var engineGrace: Duration
    /// Longest wait for one answer of a probe.
    package var probeTimeout: Duration
    /// Time a runner must stay ready before its failures are forgotten.
    package var steadyAfter: Duration

    package init(
        policy: PlanPolicy = PlanPolicy(), interval: Duration = .seconds(30), maxLanes: Int = 8,
        reach: Reach = Reach(), maxWaiters: Int = 64,
        activityFlush: Duration = .seconds(15), engineGrace: Duration = .seconds(2),
        probeTimeout: Duration = .seconds(2), steadyAfter: Duration = .seconds(60)
    ) {
        self.policy = policy
        self.interval = interval
        self.maxLanes = maxLanes
        self.reach = reach
        self.maxWaiters = maxWaiters
        self.activityFlush = activityFlush
        self.engineGrace = engineGrace
        self.probeTimeout = probeTimeout
        self.steadyAfter = steadyAfter
    }
}
