package import Spec

/// What is shown of an upstream value: enough to recognise one's own, too little to use it.
package enum Mask {
    private static let dots = "••••••••"

    /// Of a value of one's own: three characters at the front and four at the end, only the latter when it has fewer
    /// than 20, none at all when fewer than 12.
    package static func own(_ value: Secret) -> String {
        let scalars = value.reveal().unicodeScalars
        guard scalars.count >= 12 else { return dots }
        let front = scalars.count >= 20 ? String(String.UnicodeScalarView(scalars.prefix(3))) : ""
        return front + dots + String(String.UnicodeScalarView(scalars.suffix(4)))
    }

    /// Of an effective value: somebody else's shows nothing, and one that is not set is empty.
    package static func effective(_ effective: EffectiveValue) -> String {
        guard let value = effective.value else { return "" }
        switch effective.source {
        case .backend, .global: return own(value)
        case .shared, .stack, .backendDefault, .unset: return dots
        }
    }
}
