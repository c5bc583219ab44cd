extension [TemplateToken] {
    /// The file with values put in, and the references that have none.
    func rendered(
        from bytes: [UInt8], kind: TemplateKind, _ lookup: (String) -> String?
    ) -> (contents: [UInt8], unknown: [Template.UnknownVariable]) {
        var contents: [UInt8] = []
        contents.reserveCapacity(bytes.count + 256)
        var unknown: [Template.UnknownVariable] = []
        for token in self {
            if case .verbatim = token.style {
                contents += bytes[token.range]
                continue
            }
            let pieces = TokenPieces(bytes, token.range) { name, offset in
                let value = lookup(name)
                if value == nil {
                    let line = 1 + bytes[..<offset].count { $0 == .newline }
                    unknown.append(Template.UnknownVariable(name: name, line: line))
                }
                return value
            }
            if pieces.isUnchanged {
                contents += bytes[token.range]
            } else {
                contents += pieces.written(as: token.style).utf8
            }
        }
        return (contents, unknown)
    }
}

/// A token's own text and the values put into it, in order.
struct TokenPieces {
    private enum Piece {
        case text(String)
        case value(String)
    }

    private var pieces: [Piece] = []

    init(_ bytes: [UInt8], _ range: Range<Int>, value: (_ name: String, _ offset: Int) -> String?) {
        var textStart = range.lowerBound
        var position = range.lowerBound
        func text(to end: Int) -> Piece { .text(String(decoding: bytes[textStart..<end], as: UTF8.self)) }
        while position < range.upperBound {
            guard let reference = TemplateReference(in: bytes, at: position, end: range.upperBound) else {
                position += 1
                continue
            }
            if reference.isEscaped {
                pieces += [text(to: position), .value("${\(reference.name)}")]
            } else if let value = value(reference.name, position) {
                pieces += [text(to: position), .value(value)]
            } else {
                position += reference.length
                continue
            }
            position += reference.length
            textStart = position
        }
        if textStart < range.upperBound || pieces.isEmpty { pieces.append(text(to: range.upperBound)) }
    }

    var isUnchanged: Bool {
        !pieces.contains { if case .value = $0 { true } else { false } }
    }

    func written(as style: TemplateToken.Style) -> String {
        switch style {
        case .verbatim, .raw: joined()
        case .doubleQuoted: joined(Escaping.doubleQuoted)
        case .bare: Escaping.isNumberOrTruth(joined()) ? joined() : "\"\(Escaping.doubleQuoted(joined()))\""
        case .singleQuoted: singleQuoted()
        case .literalQuoted(let delimiter): literalQuoted(delimiter)
        case .plainYAML(let inFlow): plainYAML(inFlow: inFlow)
        case .block(let indentation): joined { Escaping.indented($0, by: indentation) }
        case .envValue: envValue()
        }
    }

    private func joined(_ escape: (String) -> String = { $0 }) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value(let value): escape(value)
            }
        }.joined()
    }

    private func allValues(_ condition: (String) -> Bool) -> Bool {
        pieces.allSatisfy { if case .value(let value) = $0 { condition(value) } else { true } }
    }

    private func allTexts(_ condition: (String) -> Bool) -> Bool {
        pieces.allSatisfy { if case .text(let text) = $0 { condition(text) } else { true } }
    }

    private func singleQuoted() -> String {
        if allValues({ !Escaping.hasControls($0) }) { return joined { $0.replacing("'", with: "''") } }
        let whole = String(joined { $0.replacing("'", with: "''") }.dropFirst().dropLast())
        return "\"\(Escaping.doubleQuoted(whole.replacing("''", with: "'")))\""
    }

    private func literalQuoted(_ delimiter: Int) -> String {
        let whole = joined()
        if allValues({ !$0.contains("'") && !Escaping.hasControls($0) }) { return whole }
        return "\"\(Escaping.doubleQuoted(String(whole.dropFirst(delimiter).dropLast(delimiter))))\""
    }

    private func plainYAML(inFlow: Bool) -> String {
        let whole = joined()
        return Escaping.isPlainYAML(whole, inFlow: inFlow) ? whole : "\"\(Escaping.doubleQuoted(whole))\""
    }

    private func envValue() -> String {
        let whole = joined()
        guard let quote = whole.first, case .text(let opening) = pieces[0], opening.first == quote,
            quote == "\"" || quote == "'"
        else {
            return Escaping.isBareEnv(whole) ? whole : Escaping.envQuoted(whole)
        }
        let inner = String(whole.dropFirst().dropLast())
        let isPlainText = allTexts { !$0.contains("\\") && !$0.contains("$") && !$0.contains("`") }
        if Escaping.fitsSingleQuotes(inner), quote == "'" || (isPlainText && inner.contains { "$`".contains($0) }) {
            return "'\(inner)'"
        }
        return quote == "'" ? Escaping.envQuoted(inner) : joined(Escaping.envDoubleQuoted)
    }
}
