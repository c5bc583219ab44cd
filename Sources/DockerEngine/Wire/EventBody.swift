import Foundation
import Spec

/// One line of `GET /events`.
struct EventBody: Decodable, Sendable {
    let action: String
    let actor: Actor

    enum CodingKeys: String, CodingKey {
        case action = "Action"
        case actor = "Actor"
    }

    struct Actor: Decodable, Sendable {
        let id: String
        let attributes: [String: String]?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    static func decode(_ line: [UInt8]) throws(EngineError) -> EventBody {
        do {
            return try JSONDecoder().decode(EventBody.self, from: Data(line))
        } catch {
            throw .malformed("GET /events: \(DecodingTrouble(error))")
        }
    }

    /// `health_status: healthy` is cut to its first word.
    var event: EngineEvent {
        EngineEvent(
            action: String(action.prefix { $0 != ":" }), container: ContainerID(actor.id),
            runner: LabelCodec.identity(from: actor.attributes ?? [:]).runner,
            exitCode: actor.attributes?["exitCode"].flatMap { Int($0) }
        )
    }
}
