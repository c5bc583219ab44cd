import DockerEngine
import Foundation
import Logging
import Spec

/// The real Docker Engine. Everything made carries this process's number in its name and is removed by `cleanUp`.
struct DockerHarness: EngineHarness {
    static let isLeftOut = ProcessInfo.processInfo.environment["OPERATORD_TEST_WITHOUT_DOCKER"] == "1"
    static let processPrefix = "engine-contract-\(ProcessInfo.processInfo.processIdentifier)"

    let docker: DockerEngine
    let prefix: String
    let image: String

    var engine: any ContainerEngine { docker }

    struct NoDaemon: Error, CustomStringConvertible {
        let reason: EngineError
        var description: String {
            "\(reason)\nThese tests need a Docker Engine. To leave them out: OPERATORD_TEST_WITHOUT_DOCKER=1"
        }
    }

    static func make(
        reach: StackSpec.Reach = .bridge, portRange: ClosedRange<UInt16> = 19000...19999
    ) async throws -> DockerHarness {
        let prefix = "\(processPrefix)-\(UInt16.random(in: .min ... .max))"
        let engine = DockerEngine(
            configuration: DockerEngineConfiguration(
                installation: prefix, version: "0.0.0-test", networkPrefix: prefix, reach: reach, portRange: portRange
            ),
            logger: Logger(label: "engine-contract") { _ in SwiftLogNoOpLogHandler() }
        )
        do throws(EngineError) {
            _ = try await engine.info()
            return DockerHarness(docker: engine, prefix: prefix, image: try await TestAgent.image(named: prefix))
        } catch {
            await engine.shutdown()
            throw NoDaemon(reason: error)
        }
    }

    func spec(_ behaviour: AgentBehaviour) async throws -> ContainerSpec {
        ContainerSpec(image: image, command: TestAgent.command(behaviour), port: 8080, stopGraceSeconds: 1)
    }

    func addStray() async throws -> String {
        let name = "\(prefix)-stray"
        try await Command.run(
            "docker", "run", "-d", "--network", "none", "--label", "agent-stack.installation=\(prefix)-other",
            "--name", name, image
        )
        return name
    }

    func kill(_ name: String) async throws { try await Command.run("docker", "kill", name) }

    func passingTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await work()
    }

    func cleanUp() async {
        await docker.shutdown()
        for (list, remove) in [
            ("docker ps -aq --filter name=\(prefix)", "docker rm -fv"),
            ("docker network ls -q --filter name=\(prefix)", "docker network rm"),
            ("docker images -q \(prefix)", "docker rmi -f"),
        ] {
            _ = try? await Command.run("sh", "-c", "for id in $(\(list)); do \(remove) $id; done")
        }
    }
}
