import Foundation
import Logging
import Spec
import Synchronization

/// Writes one line a record to standard error: text for people, JSON for collectors.
///
/// `2026-11-22T19:45:00.123Z info  runner ready runner=alice/demo seconds=0.41`
struct LineLogHandler: LogHandler {
    enum Format: String, CaseIterable, Sendable { case text, json }

    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let label: String
    let format: Format

    /// Lines of concurrent records must not mix; one write a line under one lock.
    private static let output = Mutex(())

    init(label: String, level: Logger.Level, format: Format) {
        self.label = label
        self.logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        let line = Self.line(
            at: SystemClock().now(), level: event.level, label: label, message: event.message.description,
            fields: fields.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 }, format: format
        )
        Self.output.withLock { _ in FileHandle.standardError.write(Data((line + "\n").utf8)) }
    }

    /// The record as one line; a line break inside a value is written as `\n`, so a record cannot forge another.
    static func line(
        at time: Timestamp, level: Logger.Level, label: String, message: String, fields: [(String, String)],
        format: Format
    ) -> String {
        switch format {
        case .text:
            let pairs = fields.map { " \($0.0)=\(quotedIfNeeded($0.1))" }.joined()
            let padding = String(repeating: " ", count: max(0, 7 - level.rawValue.count))
            return "\(time) \(level.rawValue)\(padding) \(escaped(message, quotes: false))\(pairs)"
        case .json:
            let head = [("time", time.description), ("level", level.rawValue), ("logger", label), ("message", message)]
            return "{" + (head + fields).map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
        }
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let plain = !value.isEmpty && !value.unicodeScalars.contains { $0.value <= 0x20 || $0 == "\"" || $0 == "=" }
        return plain ? value : quoted(value)
    }

    private static func quoted(_ value: String) -> String { "\"\(escaped(value, quotes: true))\"" }

    private static func escaped(_ value: String, quotes: Bool) -> String {
        value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\"" where quotes: text += "\\\""
            case "\\" where quotes: text += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                text +=
                    "\\u" + String(repeating: "0", count: scalar.value < 0x10 ? 3 : 2) + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
