import Foundation

/// Debian's `docker-registry`, on a loopback port with an empty store. A test that needs it fails without it.
struct TestRegistry {
    private static let program = "/usr/bin/docker-registry"

    let port: Int
    let folder: URL

    static func running(named name: String, _ body: (TestRegistry) async throws -> Void) async throws {
        let registry = TestRegistry(
            port: .random(in: 30_000..<32_000),
            folder: FileManager.default.temporaryDirectory.appending(path: "\(name)-registry")
        )
        try FileManager.default.createDirectory(at: registry.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: registry.folder) }
        let file = registry.folder.appending(path: "config.yml")
        let address = "127.0.0.1:\(registry.port)"
        try """
        {version: 0.1, http: {addr: "\(address)"}, storage: {filesystem: {rootdirectory: "\(registry.folder.path)"}}}
        """.write(to: file, atomically: true, encoding: .utf8)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", file.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        try await body(registry)
    }

    /// Pushes `base` with a layer of 3 MB on top as `<name>:1`, once the registry listens, and forgets it locally.
    func publish(_ name: String, from base: String) async throws -> String {
        let image = "127.0.0.1:\(port)/\(name):1"
        try await Command.run(
            "sh", "-c",
            """
            set -e; mkdir '\(folder.path)/context'; cd '\(folder.path)/context'
            head -c 3000000 /dev/urandom > noise; printf 'FROM \(base)\nCOPY noise /noise\n' > Dockerfile
            DOCKER_BUILDKIT=0 docker build -q -t \(image) .
            for try in $(seq 100); do docker push -q \(image) && break; sleep 0.1; done
            docker rmi \(image)
            """
        )
        return image
    }
}
