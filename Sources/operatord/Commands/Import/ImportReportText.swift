import Foundation
import Spec
import Store

extension ImportReport {
    /// Says of each person whether the home is where the account will look for it.
    mutating func lookForHomes(in usersRoot: String) {
        for index in people.indices {
            guard let slug = people[index].slug else { continue }
            let path = "\(usersRoot)/\(slug)"
            if FileManager.default.fileExists(atPath: path) { people[index].home = path }
        }
        let homeless = people.filter { $0.slug != nil && $0.home == nil }
        guard !homeless.isEmpty else { return }
        find(
            "homes", "\(homeless.count) of \(people.count) users have no home in \(usersRoot)",
            remedy: "nothing to do for who never started an agent; else let dataRoot (or USERS_ROOT) be the "
                + "original's, or move its users folder there")
    }

    /// For a terminal: the table of people, the counts, what to know.
    var text: String {
        let rows = people.map { person in
            [
                person.email, person.outcome.rawValue, person.slug ?? "-", person.role?.rawValue ?? "-",
                person.home ?? "-",
            ]
        }
        let counts: [(String, Count)] = [
            ("accounts", accounts), ("conversations", conversations), ("messages", messages),
            ("upstream values", values), ("idle settings", idleSettings), ("shared variables", sharedVariables),
        ]
        let table = counts.map { name, count in [name, "\(count.taken)", "\(count.alreadyHere)", "\(count.leftOut)"] }
        var parts = [
            TextTable([["EMAIL", "OUTCOME", "SLUG", "ROLE", "HOME"]] + rows).description,
            TextTable([["", "TAKEN", "ALREADY HERE", "LEFT OUT"]] + table).description,
        ]
        if !findings.isEmpty {
            parts.append(findings.map { "\($0.about): \($0.what).\n  \($0.remedy)." }.joined(separator: "\n"))
        }
        parts.append(
            applied ? "Imported from \(source)." : "Dry run: nothing was changed. --apply imports from \(source).")
        return parts.joined(separator: "\n\n")
    }
}
