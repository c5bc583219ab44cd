import DockerEngine
import Foundation
import Spec
import Testing

/// What the real Docker Engine makes of a spec, looked at with the `docker` command.
@Suite("Containers of the Docker Engine", .serialized, .enabled(if: !DockerHarness.isLeftOut))
struct DockerContainerTests {
    private func check(
        reach: StackSpec.Reach = .bridge, portRange: ClosedRange<UInt16> = 19000...19999,
        _ body: (DockerHarness) async throws -> Void
    ) async throws {
        let harness = try await DockerHarness.make(reach: reach, portRange: portRange)
        do {
            try await body(harness)
        } catch {
            await harness.cleanUp()
            throw error
        }
        await harness.cleanUp()
    }

    private func inspect(_ id: ContainerID, _ format: String) async throws -> String {
        try await Command.run("docker", "inspect", "-f", format, id.value)
    }

    @Test("Limits, rights and mounts are in force")
    func hardening() async throws {
        try await check { harness in
            var spec = try await harness.spec(.runs)
            let home = FileManager.default.temporaryDirectory.appending(path: "\(harness.prefix)-home").path
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: home) }
            spec.user = "10:20"
            spec.environment = [EnvironmentVariable("KEY", .secret(Secret("s3cret")))]
            spec.mounts = [Mount(source: home, target: "/home", readOnly: true)]
            spec.extraHosts = ["db": "10.0.0.1"]
            spec.dns = ["1.1.1.1"]
            spec.resources = Resources(memoryBytes: 64 << 20, cpuMillis: 500, pids: 32)
            spec.hardening = Hardening(addCapabilities: ["CHOWN"], readOnlyRoot: true, tmpfs: ["/tmp"])
            let id = try await harness.engine.createContainer(harness.request("one", spec))
            try await harness.engine.startContainer(id)

            let host = try await inspect(
                id,
                "{{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.SecurityOpt}} {{.HostConfig.PidsLimit}} "
                    + "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.ReadonlyRootfs}} "
                    + "{{.HostConfig.Tmpfs}} {{.HostConfig.ExtraHosts}} {{.HostConfig.Dns}} {{.Config.User}}"
            )
            #expect(
                host == "[ALL] [CHOWN] [no-new-privileges] 32 67108864 500000000 true "
                    + "map[/tmp:] [db:10.0.0.1] [1.1.1.1] 10:20"
            )
            #expect(try await inspect(id, "{{range .Mounts}}{{.Destination}} {{.RW}}{{end}}") == "/home false")
            #expect(try await inspect(id, "{{.Config.Env}}").contains("KEY=s3cret"))
            #expect(try await inspect(id, "{{.Config.Labels}}").contains("s3cret") == false)
            // What the kernel says, not only what was asked for.
            let pid = try await inspect(id, "{{.State.Pid}}")
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            #expect(status.contains("NoNewPrivs:\t1"))
            #expect(status.contains("CapBnd:\t0000000000000001"))
        }
    }

    @Test("A mount whose source is missing is refused instead of made by root")
    func missingMount() async throws {
        try await check { harness in
            var spec = try await harness.spec(.runs)
            spec.mounts = [Mount(source: "/nowhere/\(harness.prefix)", target: "/home")]
            let request = harness.request("one", spec)
            let error = await #expect(throws: EngineError.self) {
                _ = try await harness.engine.createContainer(request)
            }
            #expect(error?.description.contains("/nowhere/\(harness.prefix)") == true)
            #expect(!FileManager.default.fileExists(atPath: "/nowhere"))
        }
    }

    @Test("A container joins its further networks before it starts")
    func extraNetworks() async throws {
        try await check { harness in
            try await Command.run("docker", "network", "create", "\(harness.prefix)-llm")
            var spec = try await harness.spec(.runs)
            spec.extraNetworks = ["\(harness.prefix)-llm"]
            let id = try await harness.engine.createContainer(harness.request("one", spec))
            let created = try #require(try await harness.listed(id))
            #expect(created.fingerprint != nil)
            try await harness.engine.startContainer(id)
            let running = try #require(try await harness.listed(id))
            #expect(Set(running.addresses.keys) == ["\(harness.prefix)-0", "\(harness.prefix)-llm"])
        }
    }

    @Test("A further network that does not exist is named, and nothing is made")
    func missingNetwork() async throws {
        try await check { harness in
            var spec = try await harness.spec(.runs)
            spec.extraNetworks = ["\(harness.prefix)-llm"]
            let request = harness.request("one", spec)
            await #expect(
                throws: EngineError.refused(
                    status: 404,
                    message: "network \(harness.prefix)-llm, which \(request.name) needs, does not exist. "
                        + "Create it with: docker network create \(harness.prefix)-llm"
                )
            ) { _ = try await harness.engine.createContainer(request) }
            let left = try await harness.engine.listContainers()
            #expect(left == [])
        }
    }

    @Test("A container whose creation was cut off between its networks is not what was asked for")
    func halfMade() async throws {
        try await check { harness in
            let request = harness.request("one", try await harness.spec(.runs))
            let id = try await harness.engine.createContainer(request)
            let labels = try await inspect(
                id, "{{range $k, $v := .Config.Labels}}--label={{$k}}={{$v}}{{println}}{{end}}")
            try await harness.engine.removeContainer(id)

            try await Command.run("docker", "network", "create", "\(harness.prefix)-llm")
            let create =
                ["docker", "create", "--name", request.name, "--network", "\(harness.prefix)-0"]
                + labels.split(separator: "\n").map(String.init).filter { $0.hasPrefix("--label=") }
                + ["--label=agent-stack.networks=\(harness.prefix)-llm", harness.image]
            let half = ContainerID(try await Command.run(create, input: nil))
            #expect(try await harness.listed(half)?.fingerprint == nil)
            try await Command.run("docker", "network", "connect", "\(harness.prefix)-llm", half.value)
            #expect(try await harness.listed(half)?.fingerprint != nil)
        }
    }

    @Test("A bridge removed before the start is made again, with inter-container traffic off")
    func bridgeRemoved() async throws {
        try await check { harness in
            let id = try await harness.create("one")
            try await Command.run("docker", "network", "rm", "\(harness.prefix)-0")
            try await harness.engine.startContainer(id)
            #expect(try await harness.listed(id)?.state == .running)
            let option = try await Command.run(
                "docker", "network", "inspect", "-f", #"{{index .Options "com.docker.network.bridge.enable_icc"}}"#,
                "\(harness.prefix)-0"
            )
            #expect(option == "false")
        }
    }

    @Test("Containers made at once join one bridge, not two of its name")
    func together() async throws {
        try await check { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 { group.addTask { _ = try await harness.start("c\(number)") } }
                try await group.waitForAll()
            }
            let bridges = try await Command.run("docker", "network", "ls", "-q", "--filter", "name=\(harness.prefix)")
            #expect(bridges.split(separator: "\n").count == 1)
        }
    }

    @Test("Published ports come from the range, and a port in use is passed over")
    func published() async throws {
        try await check(reach: .published, portRange: 19810...19812) { harness in
            let occupied = try await Command.run(
                "docker", "run", "-d", "--name", "\(harness.prefix)-other", "-p", "127.0.0.1:19810:1", harness.image
            )
            #expect(!occupied.isEmpty)
            var ports: Set<UInt16> = []
            for number in 0..<2 {
                let id = try await harness.start("c\(number)")
                ports.formUnion(try #require(try await harness.listed(id)).publishedPorts.values)
            }
            #expect(ports == [19811, 19812])
            let error = await #expect(throws: EngineError.self) { _ = try await harness.start("c3") }
            #expect(error?.isInconclusive == false)
        }
    }

    @Test("On the daemon's own machine the bridge is reached")
    func reach() async throws {
        try await check(reach: .auto) { harness in
            #expect(try await harness.docker.reach() == .bridge)
            let id = try await harness.start("one")
            #expect(try await harness.listed(id)?.publishedPorts == [:])
        }
    }
}
