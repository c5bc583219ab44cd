/// Why the repository could not be looked at, or a commit of it not be fetched. What is in force stays in force.
struct SourceFailure: Error, Equatable, CustomStringConvertible {
    var message: String
    /// What to do, one sentence.
    var remedy: String

    var description: String { "\(message) \(remedy)" }
}
