import Foundation
import Spec

/// What one reading of the configuration saw, byte for byte: enough to read it again without the files.
///
/// Two that are equal mean the same configuration, whatever was written to the files in between.
struct ConfigurationSnapshot: Codable, Equatable {
    struct File: Codable, Equatable {
        var path: String
        var mode: UInt16
        var contents: Data

        init(_ file: SeedFile) {
            path = file.path
            mode = file.mode
            contents = Data(file.contents)
        }
    }

    /// Absolute path to contents: `stack.yaml`, the files of its secrets, `backends.json`.
    var texts: [String: String] = [:]
    /// Absolute path of a seed's folder to its files.
    var seeds: [String: [File]] = [:]
    /// Folders of seeds that were looked for in vain.
    var missingSeeds: Set<String> = []
    /// What could not be read, with the reason.
    var unreadable: [String: String] = [:]
    /// The commit that was read, when the configuration is followed in a repository.
    var checkout: Checkout?

    /// Every file that was looked for, found or not.
    var files: Set<String> { Set(texts.keys).union(unreadable.keys.filter { !$0.hasSuffix("/") }) }
    /// Every folder that was looked for, found or not.
    var folders: Set<String> { Set(seeds.keys).union(missingSeeds) }
}

extension ConfigurationSnapshot: FileContents {
    /// A file that was not part of the reading.
    struct NotKept: Error, CustomStringConvertible {
        var description: String { "it was not kept" }
    }

    func checkout(under dataRoot: String) -> Checkout? { checkout }

    /// Only what was free of them is ever kept.
    func links(leadingOutOf checkout: Checkout) -> [String] { [] }

    func text(of path: String) throws -> String {
        guard let text = texts[path] else { throw NotKept() }
        return text
    }

    func seed(in folder: String) throws(SeedFolder.Problem) -> SeedTree? {
        seeds[folder].map { files in
            SeedTree(files: files.map { SeedFile(path: $0.path, mode: $0.mode, contents: [UInt8]($0.contents)) })
        }
    }
}
