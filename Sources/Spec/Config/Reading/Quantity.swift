/// Durations, sizes and shares as people write them.
package enum Quantity {
    /// `90` (seconds), `90s`, `5m`, `1h30m`, `1.5h`, `500ms`, `7d`; nil when it is none of these or too long.
    package static func duration(_ text: String) -> Duration? {
        if let seconds = decimal(Substring(text)) { return milliseconds(seconds, times: 1000) }
        var rest = Substring(text)
        var total = Duration.zero
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(number.count).prefix { $0.isLetter }
            guard let value = decimal(number), let factor = durationUnits[String(unit)],
                let part = milliseconds(value, times: factor)
            else { return nil }
            total += part
            rest = rest.dropFirst(number.count + unit.count)
        }
        return text.isEmpty ? nil : total
    }

    /// Bytes of `512m`, `2GiB`, `1.5g`, `1048576`. Units count in 1,024s, as Docker's do.
    static func bytes(_ text: String) -> Int64? {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(number.count).lowercased()
        guard let value = decimal(number), let factor = sizeUnits[unit] else { return nil }
        return whole(value * factor)
    }

    /// Thousandths of `1.5`.
    static func thousandths(_ text: String) -> Int64? {
        decimal(Substring(text)).flatMap { whole($0 * 1000) }
    }

    /// `0.5` or `50%`, within 0...1.
    static func share(_ text: String) -> Double? {
        let isPercentage = text.hasSuffix("%")
        guard let number = decimal(text.prefix(text.count - (isPercentage ? 1 : 0))) else { return nil }
        let share = isPercentage ? number / 100 : number
        return (0...1).contains(share) ? share : nil
    }

    /// `1h`, `90s`, `1500ms`: the largest unit that divides it.
    static func shown(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where milliseconds != 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return milliseconds == 0 ? "0" : "\(milliseconds)ms"
    }

    /// `2GiB`, `128MiB`, `1000`: the largest unit that divides it.
    package static func shown(bytes: Int64) -> String {
        for (unit, power) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes != 0 && bytes % (1 << power) == 0 {
            return "\(bytes >> power)\(unit)"
        }
        return "\(bytes)"
    }

    private static let durationUnits: [String: Double] = [
        "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    private static let sizeUnits: [String: Double] = {
        var units: [String: Double] = ["": 1, "b": 1]
        for (power, letter) in ["k", "m", "g", "t"].enumerated() {
            let factor = Double(Int64(1) << (10 * (power + 1)))
            for unit in [letter, letter + "b", letter + "ib"] { units[unit] = factor }
        }
        return units
    }()

    /// Digits with at most one point between them; no sign, exponent, `nan` or `0x`.
    private static func decimal(_ text: Substring) -> Double? {
        guard text.first?.isASCII == true, text.first != ".", text.last != ".",
            text.allSatisfy({ $0 == "." || ("0"..."9").contains($0) })
        else { return nil }
        return Double(text)
    }

    private static func milliseconds(_ value: Double, times factor: Double) -> Duration? {
        whole(value * factor).map { .milliseconds($0) }
    }

    /// Rounded; nil beyond what sums of a few of them can hold.
    private static func whole(_ value: Double) -> Int64? {
        value.rounded() < 1e15 ? Int64(value.rounded()) : nil
    }
}
