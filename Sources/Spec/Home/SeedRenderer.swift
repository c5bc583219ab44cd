/// A seed's file with its references replaced.
package struct RenderedFile: Sendable, Hashable {
    /// As the seed has it: relative, without `..`.
    package var path: String
    /// Permission bits, as the seed has them.
    package var mode: UInt16
    package var contents: [UInt8]
    /// Written at every creation; any other file is written only where none is.
    package var isTemplated: Bool

    package init(path: String, mode: UInt16, contents: [UInt8], isTemplated: Bool) {
        self.path = path
        self.mode = mode
        self.contents = contents
        self.isTemplated = isTemplated
    }
}

/// Why a seed cannot be rendered.
package enum SeedError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknownVariable(file: String, line: Int, name: String)
    /// Listed in `templated_files`, not in the seed.
    case missingFile(String)

    package var description: String {
        switch self {
        case .unknownVariable(let file, let line, let name): "\(file):\(line): ${\(name)} is not a known variable"
        case .missingFile(let file): "\(file) is listed in templated_files but not in the seed"
        }
    }
}

/// Renders a home's seed. Binary files come out as they are.
package enum SeedRenderer {
    /// All files, sorted by path. An unknown variable is an error in a templated file and stays as it stands in others.
    package static func render(_ home: HomeSpec) throws(SeedError) -> [RenderedFile] {
        let templated = Set(home.templatedFiles)
        if let missing = templated.subtracting(home.seed.files.map(\.path)).min() { throw .missingFile(missing) }
        var files: [RenderedFile] = []
        for file in home.seed.files {
            files.append(try render(file, isTemplated: templated.contains(file.path), home.variables))
        }
        return files
    }

    /// Only those that are written at every creation.
    package static func renderTemplated(_ home: HomeSpec) throws(SeedError) -> [RenderedFile] {
        let templated = Set(home.templatedFiles)
        var home = home
        home.seed.files = home.seed.files.filter { templated.contains($0.path) }
        return try render(home)
    }

    private static func render(
        _ file: SeedFile, isTemplated: Bool, _ variables: [String: String]
    ) throws(SeedError) -> RenderedFile {
        var contents = file.contents
        if let template = Template(contents: file.contents, path: file.path) {
            let rendered = template.rendered { variables[$0] }
            if isTemplated, let unknown = rendered.unknown.first {
                throw .unknownVariable(file: file.path, line: unknown.line, name: unknown.name)
            }
            contents = rendered.contents
        }
        return RenderedFile(path: file.path, mode: file.mode, contents: contents, isTemplated: isTemplated)
    }
}
