/// One value that is there, with its place. Each reading gives nil after it has reported why it cannot.
struct Field {
    let node: ConfigNode
    let place: Place
    let context: ParseContext

    init(node: ConfigNode, place: Place, context: ParseContext) {
        self.node = node
        self.place = place
        self.context = context
        context.remember(place)
    }

    /// Reports and gives nil, so that a reading can end with it.
    func fail<Value>(_ message: String, _ remedy: String) -> Value? {
        context.add(place, message, remedy)
        return nil
    }

    /// Any text but the empty one.
    func text() -> String? {
        guard case .scalar(let text, let kind) = node.value, kind == .text || kind == .plain else {
            return fail("\(node.shown) is not text.", "Write one text in quotes.")
        }
        if text.isEmpty { return fail("It is empty.", "Write a value, or leave the key out.") }
        return text
    }

    /// Text that `isValid`; `wanted` completes "is not …".
    func text(_ wanted: String, _ remedy: String, where isValid: (String) -> Bool) -> String? {
        guard let text = text() else { return nil }
        return isValid(text) ? text : fail("\"\(text)\" is not \(wanted).", remedy)
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        if case .scalar(_, .text) = node.value {
            return fail("\(node.shown) is text.", "Write a number from \(range.shown), without quotes.")
        }
        guard let text = word(orNumber: true), let number = Int(text) else {
            return fail("\(node.shown) is not a whole number.", "Write a number from \(range.shown).")
        }
        guard range.contains(number) else {
            return fail("\(number) is out of range.", "Write a number from \(range.shown).")
        }
        return number
    }

    func boolean() -> Bool? {
        switch node.value {
        case .scalar(let text, .boolean), .scalar(let text, .plain):
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: break
            }
        default: break
        }
        return fail("\(node.shown) is neither true nor false.", "Write true or false.")
    }

    /// A duration of a whole number of milliseconds within `range`.
    func duration(in range: ClosedRange<Duration>) -> Duration? {
        guard let text = word(orNumber: true), let duration = Quantity.duration(text) else {
            return fail("\(node.shown) is not a duration.", "Write a number with a unit, like 30s or 5m.")
        }
        guard range.contains(duration) else {
            let bounds = "\(Quantity.shown(range.lowerBound)) to \(Quantity.shown(range.upperBound))"
            return fail("\(node.shown) is out of range.", "Write a duration from \(bounds).")
        }
        return duration
    }

    /// `never` and 0 are `.zero`.
    func durationOrNever(upTo limit: Duration) -> Duration? {
        if case .scalar("never", _) = node.value { return .zero }
        return duration(in: .zero...limit)
    }

    /// Bytes, at least `minimum`.
    func bytes(atLeast minimum: Int64 = 1) -> Int64? {
        guard let text = word(orNumber: true), let bytes = Quantity.bytes(text) else {
            return fail("\(node.shown) is not a size.", "Write a number with a unit, like 512m or 2GiB.")
        }
        return bytes >= minimum ? bytes : fail("\(node.shown) is too small.", "Write at least \(minimum) bytes.")
    }

    /// Thousandths of a CPU.
    func cpuMillis() -> Int64? {
        guard let text = word(orNumber: true), let millis = Quantity.thousandths(text), millis > 0 else {
            return fail("\(node.shown) is not a number of CPUs.", "Write a number above 0, like 1.5.")
        }
        return millis
    }

    /// `0.5` or `50%`.
    func share() -> Double? {
        guard let text = word(orNumber: true), let share = Quantity.share(text) else {
            return fail("\(node.shown) is not a share.", "Write a number from 0 to 1, like 0.5, or a percentage.")
        }
        return share
    }

    func choice<Choice: RawRepresentable & CaseIterable>(of _: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        guard let text = word(orNumber: false), let choice = Choice(rawValue: text) else {
            return fail("\(node.shown) is not one of the choices.", "Write \(names.joined(separator: ", or ")).")
        }
        return choice
    }

    func items() -> [Field]? {
        guard case .list(let nodes) = node.value else {
            return fail("\(node.shown) is not a list.", "Write a list.")
        }
        return nodes.enumerated().map { index, node in
            let line = node.line ?? place.line
            return Field(
                node: node, place: Place(file: place.file, line: line, path: "\(place.path)[\(index)]"),
                context: context
            )
        }
    }

    /// Each key once; a repetition is reported and the first one kept.
    func entries() -> [(key: String, value: Field)]? {
        guard case .object(let entries) = node.value else {
            return fail("\(node.shown) is not a group of keys.", "Write keys with values.")
        }
        var firstLines: [String: Int] = [:]
        var unique: [(key: String, value: Field)] = []
        for entry in entries {
            var entryPlace = place.appending(entry.key)
            entryPlace.line = entry.line
            if let first = firstLines[entry.key] {
                context.add(
                    entryPlace, "\"\(entry.key)\" is written twice, first on line \(first).", "Keep one of them."
                )
                continue
            }
            firstLines[entry.key] = entry.line
            unique.append((entry.key, Field(node: entry.node, place: entryPlace, context: context)))
        }
        return unique
    }

    /// The text of an unquoted word, a quoted one, or (when allowed) a number.
    private func word(orNumber: Bool) -> String? {
        guard case .scalar(let text, let kind) = node.value else { return nil }
        switch kind {
        case .plain: return text
        case .number: return orNumber ? text : nil
        case .text: return text
        case .boolean, .null: return nil
        }
    }
}

extension ClosedRange<Int> {
    fileprivate var shown: String { "\(lowerBound) to \(upperBound)" }
}
