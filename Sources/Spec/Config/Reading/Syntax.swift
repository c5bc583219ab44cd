/// Names of environment variables.
enum EnvironmentName {
    static let rule = "Write letters, digits and _, not beginning with a digit."

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, !first.isDigit else { return false }
        return name.utf8.allSatisfy(\.isWordCharacter)
    }
}

/// Paths as text; nothing here looks at the file system.
enum Path {
    /// Without `.`, `..` and doubled slashes; a relative path is taken from `base`.
    static func absolute(_ path: String, from base: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : "\(base)/\(path)").split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether it stays inside the directory that it is taken from.
    static func isSafeRelative(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.utf8.contains(0)
    }

    static func isAbsolute(_ path: String) -> Bool {
        path.hasPrefix("/") && isSafeRelative(String(path.dropFirst()))
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isLowerAlphanumeric: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    var isAlphanumeric: Bool { isLowerAlphanumeric || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    /// Of a variable's name.
    var isWordCharacter: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
}
