import Foundation
import Spec

extension JSONEncoder {
    /// Indented, keys sorted, slashes plain: for `-o json`.
    static var forPeople: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    func text(_ value: some Encodable) throws -> String { String(decoding: try encode(value), as: UTF8.self) }
}

extension Plan {
    private struct Form: Encodable {
        struct Lane: Encodable {
            let runner: String
            let verb: String
            let cause: String
            let steps: [String]
        }

        let lanes: [Lane]
        let held: [String]
        let nextDue: String?
    }

    /// `{lanes: [{runner, verb, cause, steps}], held, nextDue}`.
    var json: String {
        get throws {
            try JSONEncoder.forPeople.text(
                Form(
                    lanes: lanes.map {
                        Form.Lane(
                            runner: $0.runner.description, verb: $0.verb.rawValue, cause: $0.cause,
                            steps: $0.steps.map(\.description)
                        )
                    },
                    held: held.map(\.description), nextDue: nextDue?.description
                )
            )
        }
    }
}
