import Foundation
import Spec
import Synchronization
import Testing

/// Pulls from a registry on this machine.
@Suite(
    "Pulls of the Docker Engine", .serialized,
    .enabled(if: !DockerHarness.isLeftOut, "left out by OPERATORD_TEST_WITHOUT_DOCKER")
)
struct DockerPullTests {
    /// Runs a registry with one image of two layers in it, which is not present locally.
    private func check(_ body: (DockerHarness, _ image: String) async throws -> Void) async throws {
        let harness = try await DockerHarness.make()
        do {
            try await TestRegistry.running(named: harness.prefix) { registry in
                let image = try await registry.publish(harness.prefix, from: harness.image)
                try await body(harness, image)
                _ = try? await Command.run("docker", "rmi", "-f", image)
            }
        } catch {
            await harness.cleanUp()
            throw error
        }
        await harness.cleanUp()
    }

    @Test("A pull reports layers and bytes, and the image is there afterwards")
    func pull() async throws {
        try await check { harness, image in
            #expect(try await harness.engine.imageID(of: image) == nil)
            let reports = Mutex<[PullProgress]>([])
            try await harness.engine.pullImage(image) { report in reports.withLock { $0.append(report) } }
            let seen = reports.withLock { $0 }
            let last = try #require(seen.last)
            #expect(last.image == image)
            #expect(last.layers == 2)
            #expect(last.layersDone == 2)
            #expect(last.totalBytes > 3_000_000)
            #expect(last.bytes == last.totalBytes)
            #expect(seen.map(\.bytes) == seen.map(\.bytes).sorted())
            let present = try await harness.engine.imageID(of: image)
            #expect(present?.hasPrefix("sha256:") == true)
            // Again: nothing to fetch.
            try await harness.engine.pullImage(image) { _ in }
        }
    }

    @Test("A tag that the registry does not have is not found")
    func missingTag() async throws {
        try await check { harness, image in
            let error = await #expect(throws: EngineError.self) {
                try await harness.engine.pullImage(image + "-nothing") { _ in }
            }
            guard case .notFound(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("1-nothing"))
        }
    }
}
