/// Why a value cannot be sealed or opened, or the key file not be used. Never carries a value or a key.
package enum SealingError: Error, Sendable, Hashable, CustomStringConvertible {
    case keyFile(path: String, message: String)
    /// There is a database but no key file: a new key would make its sealed values unreadable for good.
    case keyFileMissing(path: String, database: String)
    /// Sealed under a key that the key file does not hold.
    case unknownKey(SealedPlace)
    /// Changed, cut short, or sealed for another place.
    case broken(SealedPlace)

    package var description: String {
        switch self {
        case .keyFile(let path, let message): "key file \(path): \(message)"
        case .keyFileMissing(let path, let database):
            "key file \(path) is missing, but the database \(database) exists; put back the key file that belongs to it, "
                + "or, when it is the original service's database, move it aside and import it (docs/migration.md)"
        case .unknownKey(let place): "\(place) was sealed with a key that is not in the key file"
        case .broken(let place): "\(place) was changed outside operatord or belongs to another row"
        }
    }
}
