import Spec

/// Remembers on a container which networks it has to be on before it is whole.
///
/// API 1.41 attaches further networks by calls of their own after the creation. When the process dies in between, the
/// next listing sees a created container that lacks one, and reports it as not what was asked for.
enum NetworkLabel {
    static let name = "agent-stack.networks"

    static func label(for networks: [String]) -> [String: String] {
        networks.isEmpty ? [:] : [name: networks.joined(separator: ",")]
    }

    static func expected(in labels: [String: String]) -> Set<String> {
        Set((labels[name] ?? "").split(separator: ",").map(String.init))
    }
}
