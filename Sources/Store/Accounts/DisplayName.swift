import Spec

/// The name that people see of an account or an invite.
enum DisplayName {
    /// Without white space at both ends; throws ``AccountError/nameInvalid`` when it is empty, too long or breaks lines.
    static func checked(_ text: String) throws(AccountError) -> String {
        let start = text.drop(while: \.isWhitespace)
        let name = String(start.reversed().drop(while: \.isWhitespace).reversed())
        guard (1...200).contains(name.count), name.utf8.count <= 2000,
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw .nameInvalid }
        return name
    }
}
