import Foundation
import Testing

@testable import Spec

/// The JSON Schemas in `docs/schema` know what the readers know: every key, every choice, every bound.
@Suite struct SchemaTests {
    typealias Object = [String: Any]

    private static func load(_ name: String) throws -> Object {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/schema")
        let data = try Data(contentsOf: root.appending(path: "\(name).schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    /// The part at a dotted path of `properties`; `[]` goes into the items of a list.
    private static func part(_ path: String, of schema: Object) throws -> Object {
        try path.split(separator: ".").reduce(schema) { part, name in
            if name == "[]" { return try #require(part["items"] as? Object, "\(path)") }
            return try #require((part["properties"] as? Object)?[String(name)] as? Object, "\(path)")
        }
    }

    private func keys<Key: CaseIterable & RawRepresentable>(_: Key.Type) -> Set<String> where Key.RawValue == String {
        Set(Key.allCases.map(\.rawValue))
    }

    private func expectKeys(_ keys: Set<String>, at path: String, of schema: Object) throws {
        let part = try Self.part(path, of: schema)
        #expect(Set((part["properties"] as? Object ?? [:]).keys) == keys, "\(path)")
        #expect(part["additionalProperties"] as? Bool == false, "\(path)")
    }

    @Test func theStacksKeysAreTheReaders() throws {
        let schema = try Self.load("stack")
        let groups: [(String, Set<String>)] = [
            ("", keys(StackKey.self)), ("source", keys(SourceKey.self)), ("paths", keys(PathsKey.self)),
            ("listen", keys(ListenKey.self)), ("engine", keys(EngineKey.self)), ("reconcile", keys(ReconcileKey.self)),
            ("runners", keys(RunnersKey.self)), ("runners.hardening", keys(HardeningKey.self)),
            ("pinned.[]", keys(PinnedKey.self)), ("users.[]", keys(UserKey.self)), ("auth", keys(AuthKey.self)),
            ("auth.bootstrapAdmin", keys(BootstrapAdminKey.self)), ("proxy", keys(ProxyKey.self)),
            ("limits", keys(LimitsKey.self)),
        ]
        for (path, keys) in groups { try expectKeys(keys, at: path, of: schema) }
        let secret = try #require((schema["$defs"] as? Object)?["secretFile"] as? Object)
        try expectKeys(keys(SecretFileKey.self), at: "", of: secret)
        // Every group of the schema is in the list above.
        #expect(Self.groups(in: schema).count == groups.count + 1)
    }

    @Test func theBackendsKeysAreTheReaders() throws {
        let schema = try Self.load("backends")
        let definitions = try #require(schema["$defs"] as? Object)
        let backend = try #require(definitions["backend"] as? Object)
        try expectKeys(keys(BackendKey.self), at: "", of: backend)
        try expectKeys(keys(BackendResourcesKey.self), at: "resources", of: backend)
        try expectKeys(keys(BackendHardeningKey.self), at: "hardening", of: backend)
        try expectKeys(keys(BackendsFileKey.self), at: "", of: try #require(definitions["file"] as? Object))
        #expect(Self.groups(in: schema).count == 4)
    }

    @Test func theChoicesAreTheReaders() throws {
        let engine = try Self.part("engine", of: Self.load("stack"))
        func choices(_ path: String, _ schema: Object) throws -> [String] {
            (try Self.part(path, of: schema)["enum"] as? [Any])?.compactMap { $0 as? String } ?? []
        }
        #expect(try choices("reach", engine) == StackSpec.Reach.allCases.map(\.rawValue))
        #expect(try choices("pullPolicy", engine) == PullPolicy.allCases.map(\.rawValue))
        let backend = try #require((Self.load("backends")["$defs"] as? Object)?["backend"] as? Object)
        #expect(try choices("history", backend).filter { !$0.isEmpty } == HistoryMode.allCases.map(\.rawValue))
    }

    // MARK: Values, one at a time

    /// A good and a bad value for each definition, as YAML.
    private static let samples: [String: (good: [String], bad: [String])] = [
        "text": (["word", "\"quoted\""], ["[]", "\"\"", "{}"]),
        "boolean": (["true", "no"], ["maybe", "[]"]), "duration": (["30s", "30", "\"40s\""], ["soon", "-5s", "true"]),
        "durationOrNever": (["never", "1h"], ["always", "1x"]), "size": (["512m", "1GiB"], ["lots", "5x"]),
        "sizeOrNone": (["none", "512m"], ["nothing"]), "cpus": (["2", "1.5"], ["many", "-1"]),
        "cpusOrNone": (["none", "2"], ["all"]), "share": (["50%", "0.5"], ["half", "2"]),
        "ports": (["20000-20010"], ["20000", "a-b"]), "secret": (["word"], ["[]", "{fil: x}", "{}"]),
        "absolutePath": (["/tmp"], ["tmp"]),
    ]

    /// Texts with rules of their own, so that any word is no sample.
    private static let good = [
        "source.git": "/srv/x.git", "auth.bootstrapAdmin.email": "a@b", "listen.trustedProxies": "10.0.0.1",
        "auth.corsOrigins": "https://a.example", "instance": "x-1", "runners.hardening.addCapabilities": "CHOWN",
        "auth.jwtSecret": String(repeating: "k", count: 40), "auth.bootstrapAdmin.password": "a-long-password",
    ]

    @Test func whatTheSchemaSaysOfAValueTheReaderSaysToo() throws {
        let schema = try Self.load("stack")
        var checked = 0
        for (path, field) in Self.leaves(of: schema, at: "") {
            let (good, bad) = try Self.values(for: field, at: path)
            for value in good { #expect(problems(path, value) == [], "\(path): \(value)") }
            for value in bad { #expect(problems(path, value) != [], "\(path): \(value)") }
            checked += good.count + bad.count
        }
        #expect(checked > 200)
    }

    /// Those of this field, in a file that says nothing else but what must be said with it.
    private func problems(_ path: String, _ value: String) -> [ConfigProblem] {
        let list = path.split(separator: ".").first.map { $0 == "pinned" || $0 == "users" } ?? false
        let names = path.split(separator: ".").filter { $0 != "[]" }.map(String.init)
        let needed = ["pinned": ["user": "u", "backend": "b"], "users": ["user": "u"], "source": ["git": "/x.git"]]
        let name = names[names.count - 1]
        let others = (needed[names[0]] ?? [:]).filter { $0.key != name }.map { ", \($0.key): \($0.value)" }.joined()
        var text = names.count == 1 ? value : "{\(name): \(value)\(others)}"
        for name in names.dropLast().dropFirst().reversed() { text = "{\(name): \(text)}" }
        if names.count > 1, list { text = "[\(text)]" }
        // An address is looked at only together with a password.
        let environment = path == "auth.bootstrapAdmin.email" ? ["BOOTSTRAP_ADMIN_PASSWORD": "a-long-password"] : [:]
        let parsed = StackParser.parse(
            text: "\(names[0]): \(text)", file: "stack.yaml", environment: environment, baseDirectory: "/etc/operatord",
            requiringSecrets: false, readSecret: { _ in "x" })
        let place = list ? "\(names[0])[0].\(names.dropFirst().joined(separator: "."))" : names.joined(separator: ".")
        return parsed.problems.filter { $0.path.hasPrefix(place) && !$0.message.contains("without an e-mail") }
            .filter { !$0.message.contains("has no password") && !$0.message.contains("no password for it") }
    }

    private static func values(for field: Object, at path: String) throws -> (good: [String], bad: [String]) {
        if field["type"] as? String == "array", let items = field["items"] as? Object {
            let inner = try values(for: items, at: path)
            return (inner.good.map { "[\($0)]" } + ["[]"], inner.bad.map { "[\($0)]" } + ["word", "{a: b}"])
        }
        if let least = field["minimum"] as? Int, let most = field["maximum"] as? Int {
            return (["\(least)", "\(most)"], ["\(least - 1)", "\(most + 1)", "word", "1.5"])
        }
        if let choices = field["enum"] as? [String] { return (choices, ["another", "[]"]) }
        if let options = field["anyOf"] as? [Object], options.first?["const"] as? String == "none" {
            let inner = try values(for: options[1], at: path)
            return (inner.good + ["none"], inner.bad)
        }
        if let reference = field["$ref"] as? String {
            let name = String(reference.split(separator: "/").last ?? "")
            let sample = try #require(samples[name], "\(name)")
            return (good[path].map { [$0] } ?? sample.good, sample.bad)
        }
        return ([try #require(good[path], "\(path)")], ["[]", "\"A b\""])
    }

    /// Fields that hold a value or a list of values, by dotted path.
    private static func leaves(of schema: Object, at path: String) -> [(String, Object)] {
        guard let properties = schema["properties"] as? Object else {
            if let items = schema["items"] as? Object, items["properties"] != nil {
                return leaves(of: items, at: path + ".[]")
            }
            return path == "sharedEnv" ? [] : [(path, schema)]
        }
        return properties.keys.sorted().flatMap { name in
            leaves(of: properties[name] as? Object ?? [:], at: path.isEmpty ? name : "\(path).\(name)")
        }
    }

    /// Every object with a fixed set of keys.
    private static func groups(in value: Any) -> [Object] {
        if let list = value as? [Any] { return list.flatMap(groups) }
        guard let object = value as? Object else { return [] }
        let own = object["properties"] is Object && object["additionalProperties"] is Bool ? [object] : []
        return own + object.values.flatMap(groups)
    }
}
