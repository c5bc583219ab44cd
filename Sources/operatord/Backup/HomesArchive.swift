import Foundation

/// The folder of all homes as a tar archive, made and unpacked by the system's GNU tar: owners as numbers, modes as
/// they are, links as links.
enum HomesArchive {
    /// Of each of the two; homes may be large.
    static let deadline = Duration.seconds(6 * 3600)

    /// Returns tar's complaints about files that changed or went away while they were read.
    static func write(_ folder: String, to archive: String) async throws -> [String] {
        let ended = try await tar([
            "--create", "--file", archive, "--format=posix", "--numeric-owner", "--directory", folder, ".",
        ])
        guard ended.status <= 1 else { throw failure(ended) }
        return lines(ended.errors)
    }

    /// Into a folder that is empty. As root with every owner; another user only has its own files.
    static func unpack(_ archive: String, into folder: String) async throws {
        let ended = try await tar([
            "--extract", "--file", archive, "--numeric-owner", "--same-owner", "--preserve-permissions",
            "--directory", folder,
        ])
        guard ended.status == 0 else { throw failure(ended) }
    }

    /// Refuses whatever could reach outside of the folder that it is unpacked into, and devices.
    static func check(_ archive: TarReader) throws {
        try archive.forEach { entry in
            guard isInside(entry.name) else {
                throw BackupError.message("names a place outside of the homes: \(entry.name.debugDescription)")
            }
            switch entry.kind {
            case .file, .folder, .symbolicLink, .fifo: break
            case .hardLink where isInside(entry.target): break
            case .hardLink:
                throw BackupError.message(
                    "\(entry.name.debugDescription) is a link to a place outside of the homes: "
                        + entry.target.debugDescription)
            case .device: throw BackupError.message("\(entry.name.debugDescription) is a device; remove it")
            case .other: throw BackupError.message("\(entry.name.debugDescription) is of an unknown kind")
            }
        }
    }

    private static func isInside(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
    }

    private static func tar(_ arguments: [String]) async throws -> ChildProcess.Ended {
        try await ChildProcess.run(
            "tar", arguments,
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C"],
            deadline: deadline)
    }

    private static func failure(_ ended: ChildProcess.Ended) -> BackupError {
        let said = lines(ended.errors).prefix(5).joined(separator: "; ")
        return .message("tar ended with \(ended.status): \(said)")
    }

    private static func lines(_ data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
