/// A value of a configuration file and where it stands, whether the file is YAML or JSON.
struct ConfigNode {
    /// 1-based; nil for a value of the environment.
    var line: Int?
    var value: Value

    indirect enum Value {
        /// In file order; a key that is written twice is in here twice.
        case object([Entry])
        case list([ConfigNode])
        case scalar(String, ScalarKind)
    }

    struct Entry {
        var key: String
        var line: Int
        var node: ConfigNode
    }

    enum ScalarKind {
        case text, number, boolean, null
        /// Unquoted, so that its type is what the field asks for: YAML's plain scalars and the environment.
        case plain
    }

    var isNull: Bool {
        if case .scalar(_, .null) = value { true } else { false }
    }

    /// For a message: `"abc"`, `a list`.
    var shown: String {
        switch value {
        case .object: "a group of keys"
        case .list: "a list"
        case .scalar(_, .null): "nothing"
        case .scalar(let text, .text), .scalar(let text, .plain): "\"\(text)\""
        case .scalar(let text, _): text
        }
    }
}
