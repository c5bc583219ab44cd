import Foundation
import Testing

@testable import Spec

@Suite struct TemplateTests {
    /// Values that break a file when they are put in as they are.
    static let nasty = [
        "plain", "", "a\"b", "a'b", "a\\b", "line\nbreak", "\r\n\t", "# no comment", "a: b", "- item", "[x, y]",
        "{a: b}",
        "$HOME $(id) `id` ${LLM_MODEL}", "end:", " blanks ", "*alias", "&anchor", "!tag", "%", "@", "''", "\"\"",
        "a #b",
        "---", "sk-abc/def+ghi=", "https://host:8080/v1?x=1&y=2", "ünï ✓", "\u{7}\u{2028}", "1, \"x\": 2", "\\",
        "'\\\"",
    ]

    private func render(_ text: String, _ path: String, _ value: String) throws -> String {
        let template = try #require(Template(contents: Array(text.utf8), path: path))
        let rendered = template.rendered { $0 == "V" ? value : nil }
        return String(decoding: rendered.contents, as: UTF8.self)
    }

    @Test func referencesAndWhatIsNone() throws {
        let text = "${V} $V ${} $(V) $${V} $$V $${} ${V-x} ${1V} ${UNKNOWN} $${UNKNOWN} ${V"
        #expect(
            try render(text, "notes.txt", "<${V}>")
                == "<${V}> $V ${} $(V) ${V} $$V $${} ${V-x} ${1V} ${UNKNOWN} ${UNKNOWN} ${V"
        )
        let template = try #require(Template(contents: Array("\n${A}\n${B} ${A}".utf8), path: "x"))
        #expect(template.references() == ["A": 2, "B": 3])
    }

    @Test(arguments: nasty) func jsonGivesTheValueBack(value: String) throws {
        let text = """
            // ${V} "
            {"a": "${V}", /* ${V} */ "b": "x${V}y", "c": ${V}, "d\\"${V}": "$${V}"}
            """
        let lines = try render(text, "x.json", value).split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == "// ${V} \"")
        let json = lines[1].replacing("/* ${V} */", with: "")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["a"] as? String == value)
        #expect(object["b"] as? String == "x\(value)y")
        #expect(object["c"] as? String == value)
        #expect(object["d\"\(value)"] as? String == "${V}")
    }

    @Test(arguments: ["8080", "-1.5", "true"]) func aBareNumberStaysOne(value: String) throws {
        #expect(try render("{\"a\": ${V}}", "x.json", value) == "{\"a\": \(value)}")
        #expect(try render("a = ${V}", "x.toml", value) == "a = \(value)")
        #expect(try render("a: ${V}", "x.yaml", value) == "a: \(value)")
    }

    @Test(arguments: nasty) func yamlGivesTheValueBack(value: String) throws {
        let text = """
            # ${V}
            double: "x${V}y" # ${V}
            single: 'it''s ${V}'
            plain: ${V}
            partial: x${V}/y   # ${V}
            flow: {a: ${V}, b: ["${V}", '${V}']}
            list:
              - ${V}
              - don't ${V}
            escaped: $${V}
            after: yes
            """
        let rendered = try render(text, "config.yml", value)
        let context = ParseContext(file: "config.yml")
        let root = try #require(YAMLReading.read(rendered, in: context), "\(context.problems)\n\(rendered)")
        #expect(root.text("double") == "x\(value)y")
        #expect(root.text("single") == "it's \(value)")
        #expect(root.text("plain") == value)
        #expect(root.text("partial") == "x\(value)/y")
        #expect(root.text("flow", "a") == value)
        #expect(root.text("flow", "b", "0") == value)
        #expect(root.text("flow", "b", "1") == value)
        #expect(root.text("list", "0") == value)
        #expect(root.text("list", "1") == "don't \(value)")
        #expect(root.text("escaped") == "${V}")
        #expect(root.text("after") == "yes")
        #expect(rendered.hasPrefix("# ${V}\n"))
    }

    @Test func aYamlBlockKeepsItsIndentation() throws {
        let text = "a:\n  text: |\n    key \"${V}\"\n\n    end\n  next: ${V}\n"
        let rendered = try render(text, "x.yaml", "one\n#two: 'x'")
        #expect(rendered == "a:\n  text: |\n    key \"one\n    #two: 'x'\"\n\n    end\n  next: \"one\\n#two: 'x'\"\n")
    }

    @Test(arguments: nasty) func aShellReadsTheEnvFilesValueBack(value: String) throws {
        // Shells take no \n between double quotes, so values with line breaks are for dotenv readers alone.
        guard !Escaping.hasControls(value) else { return }
        let file = try render("# ${V}\nA=${V}\nexport B=\"${V}\"\nC='${V}' # ${V}\nD=x${V}\n", "agent.env", value)
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", file + "\nprintf '%s|%s|%s|%s' \"$A\" \"$B\" \"$C\" \"$D\""]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let read = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(read == "\(value)|\(value)|\(value)|x\(value)")
    }

    @Test func anEnvFileKeepsAValueOnItsLine() throws {
        let file = try render("A=${V}\nB=\"${V}\"\nC='${V}'\nD=1\n", ".env", "a\nb\"c\\d")
        #expect(file == "A=\"a\\nb\\\"c\\\\d\"\nB=\"a\\nb\\\"c\\\\d\"\nC=\"a\\nb\\\"c\\\\d\"\nD=1\n")
    }

    @Test func tomlQuotesWhatItsLiteralsCannotHold() throws {
        let text = "a = \"${V}\"\nb = '${V}' # ${V}\nc = ${V}\nd = \"\"\"\n${V}\"\"\"\n"
        #expect(
            try render(text, "x.toml", "plain")
                == "a = \"plain\"\nb = 'plain' # ${V}\nc = \"plain\"\nd = \"\"\"\nplain\"\"\"\n")
        #expect(
            try render(text, "x.toml", "it's\n\"x\"")
                == "a = \"it's\\n\\\"x\\\"\"\nb = \"it's\\n\\\"x\\\"\" # ${V}\nc = \"it's\\n\\\"x\\\"\"\n"
                + "d = \"\"\"\nit's\\n\\\"x\\\"\"\"\"\n"
        )
    }

    @Test func aSeedIsRenderedByItsRules() throws {
        let binary: [UInt8] = [0xFF, 0xFE] + Array("${MODE}".utf8)
        let home = HomeSpec(
            path: "/h",
            seed: SeedTree(files: [
                SeedFile(path: "run.sh", mode: 0o755, contents: Array("echo ${MODE} ${OTHER}".utf8)),
                SeedFile(path: "logo.png", contents: binary),
                SeedFile(path: "config.yaml", mode: 0o600, contents: Array("mode: ${MODE}".utf8)),
            ]),
            templatedFiles: ["config.yaml"], variables: ["MODE": "a: b"]
        )
        let files = try SeedRenderer.render(home)
        #expect(
            files == [
                RenderedFile(
                    path: "config.yaml", mode: 0o600, contents: Array("mode: \"a: b\"".utf8), isTemplated: true),
                RenderedFile(path: "logo.png", mode: 0o644, contents: binary, isTemplated: false),
                RenderedFile(
                    path: "run.sh", mode: 0o755, contents: Array("echo a: b ${OTHER}".utf8), isTemplated: false),
            ])
    }

    @Test func anUnknownVariableOfATemplatedFileIsNamed() {
        var home = HomeSpec(
            path: "/h", seed: SeedTree(files: [SeedFile(path: "a.yaml", contents: Array("x: 1\ny: ${NOPE}".utf8))]),
            templatedFiles: ["a.yaml"]
        )
        #expect(throws: SeedError.unknownVariable(file: "a.yaml", line: 2, name: "NOPE")) {
            try SeedRenderer.render(home)
        }
        home.templatedFiles = ["b.yaml"]
        #expect(throws: SeedError.missingFile("b.yaml")) { try SeedRenderer.render(home) }
    }
}

extension ConfigNode {
    /// The scalar at a path of keys and indices.
    fileprivate func text(_ path: String...) -> String? {
        var node: ConfigNode? = self
        for part in path {
            switch node?.value {
            case .object(let entries): node = entries.first { $0.key == part }?.node
            case .list(let items): node = Int(part).map { items[$0] }
            default: return nil
            }
        }
        if case .scalar(let text, _) = node?.value { return text }
        return nil
    }
}
