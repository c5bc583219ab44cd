/// The data root and what is in it, by the permission bits that were read; nil is a file that is not there.
enum DataRootChecks {
    static func folder(_ path: String, exists: Bool, writable: Bool) -> Finding {
        if !exists {
            return .warning("data", "\(path) is not there yet", remedy: "operatord serve makes it at its start.")
        }
        guard writable else {
            return .failure("data", "\(path) cannot be written by this user", remedy: "Run as its owner, or chown it.")
        }
        return .ok("data", "\(path) can be written")
    }

    static func secrets(keyFile: String, keyMode: UInt32?, database: String, databaseMode: UInt32?) -> [Finding] {
        var findings: [Finding] = []
        if let keyMode {
            findings.append(
                keyMode & 0o077 == 0
                    ? .ok("keys", "\(keyFile) is its owner's only")
                    : .failure(
                        "keys", "others than its owner may read or change \(keyFile)",
                        remedy: "Run chmod 600 \(keyFile)."))
        } else if databaseMode != nil {
            findings.append(
                .failure(
                    "keys", "\(database) is there, the key file \(keyFile) is not: sealed values cannot be read",
                    remedy: "Put back the key file that belongs to it."))
        }
        if let databaseMode, databaseMode & 0o077 != 0 {
            findings.append(
                .warning(
                    "data", "others than its owner may read or change \(database)", remedy: "Run chmod 600 \(database)."
                ))
        }
        return findings
    }
}
