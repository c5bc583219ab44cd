import Foundation
import Spec
import Testing

@testable import DockerEngine

@Suite("Body of a creation")
struct CreateContainerBodyTests {
    private static func text(_ spec: ContainerSpec, publish: PortBinding? = nil) throws -> String {
        let body = CreateContainerBody(spec, labels: ["l": "1"], bridge: "agstack-0", publish: publish)
        return String(decoding: try json(body), as: UTF8.self)
    }

    @Test("Every field of a spec is in it")
    func full() throws {
        let spec = ContainerSpec(
            image: "x:1", command: ["serve", "--fast"], user: "10:20",
            environment: [EnvironmentVariable("A", .plain("1=2")), EnvironmentVariable("KEY", .secret(Secret("s")))],
            mounts: [
                Mount(source: "/data/alice", target: "/home"), Mount(source: "/etc/x", target: "/x", readOnly: true),
            ],
            extraNetworks: ["llm"], extraHosts: ["host": "host-gateway", "db": "10.0.0.1"], dns: ["1.1.1.1"],
            port: 8080,
            resources: Resources(memoryBytes: 1024, cpuMillis: 1500, pids: 64),
            hardening: Hardening(
                addCapabilities: ["CHOWN"], readOnlyRoot: true, tmpfs: ["/tmp"], seccompUnconfined: true
            ),
            stopGraceSeconds: 9
        )
        let expected = """
            {"Cmd":["serve","--fast"],"Env":["A=1=2","KEY=s"],"ExposedPorts":{"8080/tcp":{}},\
            "HostConfig":{"CapAdd":["CHOWN"],"CapDrop":["ALL"],"Dns":["1.1.1.1"],\
            "ExtraHosts":["db:10.0.0.1","host:host-gateway"],\
            "LogConfig":{"Config":{"max-file":"2","max-size":"10m"},"Type":"json-file"},"Memory":1024,"MemorySwap":1024,\
            "Mounts":[{"ReadOnly":false,"Source":"/data/alice","Target":"/home","Type":"bind"},\
            {"ReadOnly":true,"Source":"/etc/x","Target":"/x","Type":"bind"}],\
            "NanoCpus":1500000000,"NetworkMode":"agstack-0","PidsLimit":64,\
            "PortBindings":{"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"19000-19999"}]},\
            "ReadonlyRootfs":true,"RestartPolicy":{"Name":"no"},"SecurityOpt":["no-new-privileges","seccomp=unconfined"],\
            "Tmpfs":{"/tmp":""}},"Image":"x:1","Labels":{"l":"1"},\
            "NetworkingConfig":{"EndpointsConfig":{"agstack-0":{}}},"StopTimeout":9,"User":"10:20"}
            """
        #expect(try Self.text(spec, publish: PortBinding(hostIP: "127.0.0.1", hostPort: "19000-19999")) == expected)
    }

    @Test("What a spec leaves open is left to the image and the daemon; hardening is not")
    func bare() throws {
        let expected = """
            {"Env":[],"ExposedPorts":{"80/tcp":{}},\
            "HostConfig":{"CapAdd":[],"CapDrop":["ALL"],"Dns":[],"ExtraHosts":[],\
            "LogConfig":{"Config":{"max-file":"2","max-size":"10m"},"Type":"json-file"},\
            "Mounts":[],"NetworkMode":"agstack-0","PortBindings":{},\
            "ReadonlyRootfs":false,"RestartPolicy":{"Name":"no"},"SecurityOpt":["no-new-privileges"],\
            "Tmpfs":{}},"Image":"x","Labels":{"l":"1"},\
            "NetworkingConfig":{"EndpointsConfig":{"agstack-0":{}}},"StopTimeout":5}
            """
        #expect(try Self.text(ContainerSpec(image: "x", port: 80)) == expected)
    }
}
