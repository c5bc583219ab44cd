import Testing

@testable import Spec

@Suite struct BackendsParserTests {
    private func parse(_ text: String) -> ParsedBackends { BackendsParser.parse(text: text, file: "backends.json") }

    /// One backend with its required fields on line 2 and `rest` from line 3 on.
    private static func one(_ rest: String) -> String {
        "[{\n\"name\": \"a\", \"image\": \"i\", \"internal_port\": 1,\n\(rest)}]"
    }

    @Test func theExampleOfTheOriginalIsRead() throws {
        let parsed = parse(
            """
            // registry
            [{ "name": "openclaw", // canonical model id
            "display_name": "OpenClaw", "image": "ghcr.io/openclaw/openclaw:latest",
            "container_prefix": "agstack-openclaw", "internal_port": 17567, /* inside */
            "health_path": "/healthz", "ready_path": "/v1/models", "extra_models": ["openclaw/main"],
            "api_key_env": "OPENCLAW_GATEWAY_TOKEN", "api_key_header": "Authorization", "api_key_scheme": "Bearer",
            "seed_subdir": "openclaw-home", "mount_target": "/home/node/.openclaw",
            "extra_env": {"OPENCLAW_GATEWAY_BIND": "0.0.0.0", "URL": "http://not-a-comment"},
            "user_overridable_env": ["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"],
            "templated_files": ["openclaw.json"], "cmd": ["node", "openclaw.mjs", "gateway", "--allow-unconfigured"],
            "user": "node", "chown_uid": 1000, "chown_gid": 1000, "extra_hosts": {"some-host.example": "1.2.3.4"},
            "extra_networks": [], "dns": [], "default_idle_seconds": 600 }]
            """
        )
        #expect(parsed.problems.isEmpty, "\(parsed.problems)")
        let backend = try #require(parsed.backends.first)
        #expect(backend.models == ["openclaw", "openclaw/main"])
        #expect(backend.extraEnv["URL"] == "http://not-a-comment")
        #expect(backend.command.count == 4)
        #expect(backend.homeSubdir == "openclaw")
        #expect(backend.chownUID == 1000)
        #expect(backend.extraHosts == ["some-host.example": "1.2.3.4"])
    }

    @Test func theNewFieldsAreRead() throws {
        let parsed = parse(
            """
            {"backends": [{"name": "n", "image": "i", "internal_port": 1, "session_header": "X-Session",
            "session_field": "session_id", "history": "last", "extra_env": {"M": "", "Z\\u00e9": "x"},
            "forward_model_env": "M", "failure_header": "X-Done", "stop_grace_seconds": 9,
            "healthy_exit_codes": [1, 137], "startup_timeout_seconds": 30, "home_subdir": "h/x", "disabled": true,
            "resources": {"memory": "512m", "cpus": 0.5}, "hardening": {"read_only": true, "tmpfs": ["/tmp"]},
            "api_key_scheme": "", "user": null}]}
            """
        )
        #expect(parsed.problems.map(\.path) == ["backends[0].extra_env.Zé"])
        let backend = try #require(parsed.backends.first)
        #expect(backend.history == .last)
        #expect(backend.extraEnv == ["M": ""])
        #expect(backend.healthyExitCodes == [1, 137])
        #expect(backend.resources == Resources(memoryBytes: 512 << 20, cpuMillis: 500))
        #expect(backend.hardening == Hardening(readOnlyRoot: true, tmpfs: ["/tmp"]))
        #expect(backend.apiKeyScheme.isEmpty && backend.user == nil && backend.disabled)
    }

    @Test(arguments: [
        (
            "[{\n\"name\": \"a\",\n}]",
            ["backends.json:2: There is a comma before \"}\". Remove the last comma."]
        ),
        (
            "[\n{\"name\" \"a\"}]",
            ["backends.json:2: A colon is missing after \"name\". Write \"name\": and the value."]
        ),
        ("[{name: 1}]", ["backends.json:1: A key is due here. Write keys in double quotes."]),
        ("[{\"name\": demo}]", ["backends.json:1: \"demo\" is not a value. Write text in double quotes."]),
        (
            "[\n\n{\"name\": \"a\"",
            ["backends.json:3: The file ends inside a list or an object. Close every bracket and brace."]
        ),
        ("[] /* x\n", ["backends.json:1: A comment is not closed. Close it with */."]),
        (
            "[] []",
            [
                "backends.json:1: \"[\" stands after the end. Check commas, quotes and brackets here and on the line above."
            ]
        ),
        ("- name: a\n", ["backends.json:1: \"-\" is not a value. Write text in double quotes."]),
        ("\"text\"", ["backends.json:1: backends: \"text\" is not a list. Write a list."]),
    ]) func aMistakeInTheSyntaxHasItsLine(text: String, report: [String]) {
        let syntax = parse(text).problems.filter { !$0.message.contains("is missing.") || $0.path.isEmpty }
        #expect(syntax.map(\.description) == report)
    }

    @Test(arguments: [
        (
            "\"templated_file\": []",
            "backends.json:3: backends[0].templated_file: \"templated_file\" is not a known key. Did you mean "
                + "\"templated_files\"?"
        ),
        (
            "\"health_path\": \"healthz\"",
            "backends.json:3: backends[0].health_path: \"healthz\" is not a path. Begin it with /."
        ),
        (
            "\"chown_uid\": \"1000\"",
            "backends.json:3: backends[0].chown_uid: \"1000\" is text. Write a number from 0 to 4294967294, "
                + "without quotes."
        ),
        (
            "\"disabled\": \"true\"",
            "backends.json:3: backends[0].disabled: \"true\" is neither true nor false. Write true or false."
        ),
        (
            "\"seed_subdir\": \"../etc\", \"mount_target\": \"/x\"",
            "backends.json:3: backends[0].seed_subdir: \"../etc\" is not a path inside its folder. Write a relative path "
                + "without . and .. parts."
        ),
        (
            "\"mount_target\": \"data\"",
            "backends.json:3: backends[0].mount_target: \"data\" is not an absolute path. Begin it with / and leave out "
                + ". and .. parts."
        ),
        (
            "\"templated_files\": [\"a\"]",
            "backends.json:3: backends[0].templated_files: There is no seed that holds these files. Add seed_subdir."
        ),
        (
            "\"history\": \"some\"",
            "backends.json:3: backends[0].history: \"some\" is not one of the choices. Write full, or last."
        ),
        (
            "\"forward_model_env\": \"LLM_MODEL\"",
            "backends.json:3: backends[0].forward_model_env: LLM_MODEL never has a value. List it in "
                + "user_overridable_env, or give it one in extra_env."
        ),
        (
            "\"extra_env\": {\n\"PORT\": 80}",
            "backends.json:4: backends[0].extra_env.PORT: 80 is not text. Write it in double quotes."
        ),
        (
            "\"extra_env\": {\"AGENT_USER_ID\": \"1\"}",
            "backends.json:3: backends[0].extra_env.AGENT_USER_ID: AGENT_USER_ID is set by operatord. Use another name."
        ),
        (
            "\"dns\": [\"dns.example\"]",
            "backends.json:3: backends[0].dns[0]: \"dns.example\" is not an address. Write an IP address."
        ),
        (
            "\"cmd\": \"serve\"",
            "backends.json:3: backends[0].cmd: \"serve\" is not a list. Write a list."
        ),
        (
            "\"user\": \"a\",\n\"user\": \"b\"",
            "backends.json:4: backends[0].user: \"user\" is written twice, first on line 3. Keep one of them."
        ),
        (
            "\"extra_models\": [\"x\", \"a\"]",
            "backends.json:3: backends[0].extra_models[1]: The model id \"a\" is taken by this backend itself. Choose "
                + "another one."
        ),
    ]) func aMistakeInAFieldIsReportedWithItsPlaceAndRemedy(rest: String, report: String) {
        #expect(parse(Self.one(rest)).problems.map(\.description) == [report])
    }

    @Test func requiredFieldsAreNamedAndNamesAreChecked() {
        #expect(
            parse("[{}, {\"name\": \"A b\", \"image\": \"a b\", \"internal_port\": 0}]").problems.map(\.description)
                == [
                    "backends.json:1: backends[0].image: \"image\" is missing. Add it; it has no default.",
                    "backends.json:1: backends[0].internal_port: \"internal_port\" is missing. Add it; it has no default.",
                    "backends.json:1: backends[0].name: \"name\" is missing. Add it; it has no default.",
                    "backends.json:1: backends[1].image: \"a b\" is not an image reference. Write it like name:tag, without blanks.",
                    "backends.json:1: backends[1].internal_port: 0 is out of range. Write a number from 1 to 65535.",
                    "backends.json:1: backends[1].name: \"A b\" is not a backend's name. Begin with a-z or 0-9 and go on with "
                        + "those, dots, - or _.",
                ])
    }

    @Test func whatMustBeUniqueIsComparedAcrossBackends() {
        let parsed = parse(
            """
            [{"name": "a", "image": "i", "internal_port": 1, "extra_models": ["x"]},
            {"name": "x", "image": "i", "internal_port": 1, "container_prefix": "agstack-a"}]
            """
        )
        #expect(
            parsed.problems.map(\.description) == [
                "backends.json:2: backends[1].container_prefix: The container prefix \"agstack-a\" is taken by a. Choose "
                    + "another one.",
                "backends.json:2: backends[1].name: The model id \"x\" is taken by a. Choose another one.",
            ])
    }

    @Test func twoOfOneNameAreToldApartByTheirPlaces() {
        let parsed = parse(
            """
            [{"name": "a", "image": "i", "internal_port": 1},
            {"name": "a", "image": "i", "internal_port": 1}]
            """
        )
        #expect(
            parsed.problems.last?.description
                == "backends.json:2: backends[1].name: The model id \"a\" is taken by backends[0], which is called so too. "
                + "Choose another one.")
    }

    @Test func modelsAreRoutedByNameAliasAndFirstPart() {
        let backends = parse(
            """
            [{"name": "a", "image": "i", "internal_port": 1, "extra_models": ["b/main", "gpt"]},
            {"name": "b", "image": "i", "internal_port": 1}]
            """
        ).backends
        let router = ModelRouter(backends: backends)
        let answers = ["a", "gpt", "b/main", "b/other", "a/x/y", "c", "c/a", ""].map { router.backend(for: $0)?.name }
        #expect(answers == ["a", "a", "a", "b", "a", nil, nil, nil])
    }
}
