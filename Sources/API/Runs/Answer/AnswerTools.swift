import Foundation
import Spec

/// The tool calls of an answer while it is being read.
///
/// They come in two ways: as `tool_calls` of the OpenAI kind, in pieces, without word of their end; and as events that
/// a runtime tells its tools' progress with, `event: hermes.tool.progress`.
struct AnswerTools {
    /// What is kept of one call's arguments or output, in bytes; the rest is cut off.
    private static let longestText = 64 * 1024
    private static let most = 256

    private(set) var calls: [ToolCall] = []
    /// Place in ``calls`` by the index that pieces name.
    private var places: [Int: Int] = [:]
    /// Calls that nobody will tell the end of: it is where the text goes on.
    private var unsettled: Set<Int> = []
    /// Bytes of the arguments that were told of, by place: long arguments in small pieces are told rarely.
    private var told: [Int: Int] = [:]

    /// Takes a piece in. The call as it is now when it is worth telling.
    mutating func take(_ piece: ChatChunk.ToolPart, at now: Timestamp) -> ToolCall? {
        let index = piece.index ?? calls.count
        guard let place = places[index] ?? begin(id: piece.id, name: piece.function?.name, at: now) else { return nil }
        places[index] = place
        unsettled.insert(place)
        if calls[place].name.isEmpty, let name = piece.function?.name { calls[place].name = name }
        calls[place].arguments.append(piece.function?.arguments ?? "", atMost: Self.longestText)
        let bytes = calls[place].arguments.utf8.count
        if let before = told[place], bytes < max(2 * before, 1) { return nil }
        told[place] = bytes
        return calls[place]
    }

    /// Takes an event in. The call as it is now, nil when it is no event about a tool.
    mutating func take(_ event: ToolProgress, at now: Timestamp) -> ToolCall? {
        let known = event.id.flatMap { id in calls.firstIndex { $0.id == id } }
        guard let place = known ?? begin(id: event.id, name: event.tool, at: now) else { return nil }
        if let label = event.label, calls[place].arguments.isEmpty {
            calls[place].arguments.append(label, atMost: Self.longestText)
        }
        if let output = event.output { calls[place].output = output.prefix(bytes: Self.longestText) }
        if let status = event.toolStatus {
            calls[place].status = status
            if status != .running { calls[place].endedAt = now }
        } else {
            unsettled.insert(place)
        }
        return calls[place]
    }

    /// The text goes on: what ran without word of its end is done. The calls that changed.
    mutating func textWentOn(at now: Timestamp) -> [ToolCall] {
        defer { unsettled = [] }
        return unsettled.isEmpty ? [] : end(unsettled, as: .done, at: now)
    }

    /// The answer is over. The calls that changed.
    mutating func answerEnded(as status: ToolCall.Status, at now: Timestamp) -> [ToolCall] {
        end(Set(calls.indices), as: status, at: now)
    }

    private mutating func end(_ places: Set<Int>, as status: ToolCall.Status, at now: Timestamp) -> [ToolCall] {
        places.sorted().filter { calls[$0].status == .running }.map { place in
            calls[place].status = status
            calls[place].endedAt = now
            return calls[place]
        }
    }

    /// Place of a new call; nil when there are too many.
    private mutating func begin(id: String?, name: String?, at now: Timestamp) -> Int? {
        guard calls.count < Self.most else { return nil }
        let id = id.flatMap { $0.isEmpty ? nil : $0 } ?? "tool-\(calls.count + 1)"
        calls.append(ToolCall(id: id, name: name ?? "", arguments: "", startedAt: now))
        return calls.count - 1
    }
}

/// What a runtime's own event says of a tool: Hermes' `hermes.tool.progress`, with the output others add.
struct ToolProgress: Decodable {
    var tool: String
    var id: String?
    /// One line about what it does, `ls -la`.
    var label: String?
    var output: String?
    /// nil in older versions, which tell only of starts.
    var status: String?

    private enum Keys: String, CodingKey {
        case tool, label, output, status
        case id = "toolCallId"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Keys.self)
        tool = try members.decode(String.self, forKey: .tool)
        id = members.lenient(String.self, .id)
        label = members.lenient(String.self, .label)
        output = members.lenient(String.self, .output)
        status = members.lenient(String.self, .status)
    }

    /// nil when the bytes are something else.
    init?(_ bytes: some Collection<UInt8>) {
        guard let progress = try? JSONDecoder().decode(ToolProgress.self, from: Data(bytes)) else { return nil }
        self = progress
    }

    var toolStatus: ToolCall.Status? {
        switch status {
        case nil: nil
        case "completed", "done", "success": .done
        case "failed", "error": .failed
        default: .running
        }
    }
}

extension String {
    /// Appends as much of `text` as leaves at most `limit` bytes of UTF-8.
    fileprivate mutating func append(_ text: String, atMost limit: Int) {
        append(text.prefix(bytes: max(0, limit - utf8.count)))
    }
}
