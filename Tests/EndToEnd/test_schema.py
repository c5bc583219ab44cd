"""The JSON Schemas and `operatord validate` judge alike."""

import json
import re

import jsonschema_rs
import pytest
import yaml
from support.operator import REPOSITORY
from test_validate import BACKEND_MISTAKES, MISTAKES, validate  # noqa: F401

SCHEMAS = REPOSITORY / "docs" / "schema"
STACK = jsonschema_rs.validator_for(json.loads((SCHEMAS / "stack.schema.json").read_text()))
BACKENDS = jsonschema_rs.validator_for(json.loads((SCHEMAS / "backends.schema.json").read_text()))
DEMO = {"name": "demo", "image": "demo:1", "internal_port": 8080}

GOOD_STACKS = [
    "", "instance: lab-1", "paths: {dataRoot: state}\nlisten: {host: \"::1\", port: 0, trustedProxies: [10.0.0.0/8]}",
    "engine: {socket: unix:///run/docker.sock, reach: published, portRange: 20000-20010, pullPolicy: always}",
    "reconcile: {interval: 500ms, maxLanes: 3, safetyShare: 20%, safetyFloor: 0}", "reconcile: {safetyShare: 0.2}",
    "runners: {idle: never, minIdle: 0, memory: none, cpus: 1.5, pids: none, maxRunners: 3}",
    "runners: {idle: 1h30m, memory: 512m, cpus: none, hardening: {readOnly: yes, tmpfs: [/tmp], addCapabilities: [NICE]}}",
    "sharedEnv: {LLM_MODEL: small, LLM_API_KEY: {file: stack.yaml}}", "pinned: [{user: a, backend: demo, ttl: never}]",
    "pinned: [{user: a@b, backend: demo, ttl: 8h}]",
    "users: [{user: a, maxRunners: 0, memory: 4g, cpus: 2, idle: 1h, pids: 9}]",
    "auth: {allowSignup: false, inviteOnly: true, sessionTtl: 7d, attemptsPerMinute: 0, corsOrigins: [\"https://a.b\"]}",
    "auth: {bootstrapAdmin: {email: a@b, password: a-long-password, name: Root}}",
    "proxy: {maxBody: 1048576, clientTimeout: 90, streamHoldback: 1.5s}", "limits: {userRequestsPerMinute: 5}",
    "listen:",
]

BAD_STACKS = [line for line, _ in MISTAKES] + [
    "source: {ref: main}", "source: {git: /x.git, branch: main}", "instance: []", "paths: data",
    "listen: {port: 65536}",
    "listen: {port: \"80\"}", "listen: {trustedProxies: 10.0.0.1}", "engine: {prepull: perhaps}",
    "engine: {portRange: 19000}",
    "reconcile: {maxLanes: 0}", "reconcile: {safetyShare: 120}", "runners: {pids: 0}", "runners: {maxRunners: -1}",
    "runners: {hardening: {tmpfs: [tmp]}}", "runners: {cpus: 0}", "sharedEnv: {A: {path: x}}", "sharedEnv: [A]",
    "pinned: {}",
    "pinned: [{user: a, backend: demo, ttl: soon}]", "users: [{maxRunners: 1}]", "users: [{user: a, memory: none}]",
    "users: [{user: a, role: admin}]", "auth: {sessionTtl: always}", "auth: {corsOrigins: [example.org]}",
    "auth: {inviteCode: {file: []}}", "proxy: {maxBody: 10x}", "limits: {userRequestsPerMinute: many}", "- a",
]

GOOD_BACKENDS = [
    [DEMO], {"backends": [DEMO]}, {"$schema": "x.json",
    "backends": [DEMO]}, [], [{**DEMO, "disabled": True, "history": "last"}],
    [{**DEMO, "resources": {"memory": "512m",
    "cpus": 1, "pids": 10}, "hardening": {"read_only": True, "tmpfs": ["/tmp"]}}],
    [{**DEMO, "extra_env": {"A": "", "B": "x"}, "user_overridable_env": ["C"], "api_key_env": "KEY",
    "api_key_scheme": ""}],
    [{**DEMO, "extra_hosts": {"a": "host-gateway", "b": "10.0.0.1"}, "dns": ["::1"], "cmd": ["a",
    ""], "user": "1000:1000"}],
    [{**DEMO, "health_path": "/h", "ready_path": None, "display_name": "", "mount_target": "/home/agent",
    "home_subdir": "a/b"}],
    [{**DEMO, "healthy_exit_codes": [0, 255], "stop_grace_seconds": 0, "startup_timeout_seconds": 1, "chown_uid": 0}],
]

BAD_BACKENDS = ["{" + json.dumps(DEMO)[1:-1] + f", {line}}}" for line, _ in BACKEND_MISTAKES if "image" not in line
                and "internal_port" not in line] + [json.dumps({**DEMO, **fields}) for fields in [
    {"name": "Demo"}, {"name": None}, {"image": "a b"}, {"image": 5}, {"internal_port": "80"}, {"internal_port": 65536},
    {"container_prefix": "-a"}, {"extra_models": ["", "a"]}, {"api_key_env": "1A"}, {"api_key_header": "a b"},
    {"seed_subdir": "../x"}, {"home_subdir": "/x"}, {"mount_target": "home"}, {"extra_env": {"A": 1}}, {"extra_env": {"1A": ""}},
    {"user_overridable_env": ["a b"]}, {"cmd": "run"}, {"cmd": [1]}, {"chown_uid": -1}, {"extra_hosts": {"a": "there"}},
    {"default_idle_seconds": "never"}, {"history": "some"}, {"healthy_exit_codes": [256]}, {"stop_grace_seconds": 601},
    {"startup_timeout_seconds": 0}, {"resources": {"memory": "none"}}, {"resources": {"disk": 1}},
    {"hardening": {"read_only": "yes"}}, {"hardening": {"readOnly": True}}, {"failure_header": "a:b"}, {"session_field": 3},
]]


@pytest.mark.parametrize("text", GOOD_STACKS)
def test_both_accept_a_good_stack(validate, text):  # noqa: F811
    result = validate(text, json.dumps([DEMO]))
    assert result.returncode == 0, result.stderr
    assert [str(error) for error in STACK.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("text", BAD_STACKS)
def test_both_refuse_a_bad_stack(validate, text):  # noqa: F811
    assert validate(text, json.dumps([DEMO])).returncode == 1
    assert not STACK.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("document", GOOD_BACKENDS, ids=str)
def test_both_accept_good_backends(validate, document):  # noqa: F811
    result = validate("", json.dumps(document))
    assert result.returncode == 0, result.stderr
    assert [str(error) for error in BACKENDS.iter_errors(document)] == []


@pytest.mark.parametrize("entry", BAD_BACKENDS)
def test_both_refuse_a_bad_backend(validate, entry):  # noqa: F811
    assert validate("", f"[{entry}]").returncode == 1
    assert not BACKENDS.is_valid([json.loads(entry)])


def test_the_shipped_files_are_good_and_name_their_schema():
    text = (REPOSITORY / "stack.yaml").read_text()
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)[1]
    assert (REPOSITORY / named) == SCHEMAS / "stack.schema.json"
    assert [str(error) for error in STACK.iter_errors(yaml.safe_load(text))] == []
    backends = json.loads(re.sub(r"^\s*//.*$", "", (REPOSITORY / "backends.json").read_text(), flags=re.MULTILINE))
    assert (REPOSITORY / backends["$schema"]) == SCHEMAS / "backends.schema.json"
    assert [str(error) for error in BACKENDS.iter_errors(backends)] == []


def test_every_key_has_words_for_the_editor():
    def missing(schema, path=""):
        for name, part in schema.get("properties", {}).items():
            inner = part.get("items", part)
            if "properties" in inner:
                yield from missing(inner, f"{path}.{name}")
            elif "description" not in part:
                yield f"{path}.{name}"

    stack = json.loads((SCHEMAS / "stack.schema.json").read_text())
    assert list(missing(stack)) == []
    backend = json.loads((SCHEMAS / "backends.schema.json").read_text())["$defs"]["backend"]
    assert [name for name in missing(backend) if name.count(".") == 1] == []
