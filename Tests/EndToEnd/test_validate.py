"""Mistakes in stack.yaml and backends.json: all of them at once, each with its line and what to write instead."""

import os
import secrets
import socket
import subprocess

import pytest
from support.operator import BINARY

# A line of stack.yaml, and what is said about it.
MISTAKES = [
    ("instance: My Stack", 'instance: "My Stack" is not an instance name. Write 1 to 32 of a-z, 0-9 and -.'),
    ("listen: {prot: 80}", 'listen.prot: "prot" is not a known key. Did you mean "port"?'),
    ("engine: {reach: wifi}", 'engine.reach: "wifi" is not one of the choices. Write auto, or bridge, or published.'),
    (
        "reconcile: {interval: 3x}",
        'reconcile.interval: "3x" is not a duration. Write a number with a unit, like 30s or 5m.',
    ),
    ("runners: {memory: lots}", 'runners.memory: "lots" is not a size. Write a number with a unit, like 512m or 2GiB.'),
    (
        "sharedEnv: {9LIVES: cat}",
        'sharedEnv.9LIVES: "9LIVES" is not a variable\'s name. Write letters, digits and _, not beginning with a digit.',
    ),
    ("pinned: [{user: alice}]", 'pinned[0].backend: "backend" is missing. Add it; it has no default.'),
    ("auth: {allowSignup: maybe}", 'auth.allowSignup: "maybe" is neither true nor false. Write true or false.'),
    (
        "proxy: {maxWaitersPerRunner: 0}",
        "proxy.maxWaitersPerRunner: 0 is out of range. Write a number from 1 to 100000.",
    ),
    (
        "colour: blue",
        'colour: "colour" is not a known key. Known here: auth, engine, instance, limits, listen, paths, pinned, proxy, '
        "reconcile, runners, sharedEnv, source, users.",
    ),
]

BACKENDS = '[{"name": "demo", "image": "demo:1", "internal_port": 8080}]'

# A line of a backend in backends.json, and what is said about it after its place.
BACKEND_MISTAKES = [
    ('"image": "demo 1"', 'image: "demo 1" is not an image reference. Write it like name:tag, without blanks.'),
    ('"internal_port": 0', "internal_port: 0 is out of range. Write a number from 1 to 65535."),
    ('"idle": 5', 'idle: "idle" is not a known key. Known here: '),
    ('"health_path": "healthz"', 'health_path: "healthz" is not a path. Begin it with /.'),
    ('"disabled": "no"', 'disabled: "no" is neither true nor false. Write true or false.'),
    ('"dns": ["here"]', 'dns[0]: "here" is not an address. Write an IP address.'),
]


@pytest.fixture
def validate(tmp_path):
    """Validates the texts of a stack.yaml and a backends.json, with more environment if wanted."""

    def run(text, backends=BACKENDS, **environment):
        (tmp_path / "stack.yaml").write_text(text)
        (tmp_path / "backends.json").write_text(backends)
        environment = {"PATH": os.environ["PATH"], "JWT_SECRET": secrets.token_hex(48), **environment}
        return subprocess.run(
            [BINARY, "validate", "--config", "stack.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=30,
            env={name: value for name, value in environment.items() if value is not None})

    return run


def test_ten_mistakes_are_all_told_at_once(validate):
    result = validate("\n".join(line for line, _ in MISTAKES))
    assert result.returncode == 1
    assert result.stderr == "".join(
        f"stack.yaml:{number}: {message}\n" for number, (_, message) in enumerate(MISTAKES, start=1)
    ) + "10 problems in the configuration.\n"


@pytest.mark.parametrize("line, message", MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_remedy(validate, line, message):
    result = validate(f"# A comment.\n\n{line}\n")
    assert result.returncode == 1
    assert result.stderr == f"stack.yaml:3: {message}\n1 problem in the configuration.\n"


def test_mistakes_in_both_files_are_all_told_at_once(validate):
    lines = ['[{', '// A comment.', '"name": "demo",', ",\n".join(line for line, _ in BACKEND_MISTAKES), "}]"]
    result = validate("colour: blue\n", backends="\n".join(lines))
    assert result.returncode == 1
    told = result.stderr.splitlines()
    assert len(told) == len(BACKEND_MISTAKES) + 2, result.stderr
    for number, (answer, (_, message)) in enumerate(zip(told, BACKEND_MISTAKES), start=4):
        assert answer.startswith(f"backends.json:{number}: backends[0].{message}")
    assert told[-2].startswith("stack.yaml:1: colour: ")
    assert told[-1] == "7 problems in the configuration."


def test_a_syntax_error_in_backends_json_has_its_line(validate):
    result = validate("", backends='[\n  {"name": "demo"}\n  {"name": "other"}\n]\n')
    assert result.returncode == 1
    assert result.stderr == (
        'backends.json:3: "{" stands where a comma or the end is due. Check commas, quotes and brackets here and on the '
        "line above.\n1 problem in the configuration.\n")


def test_a_good_file_is_valid(validate):
    result = validate("instance: fine\nreconcile: {interval: 5s}\n")
    assert (result.returncode, result.stderr) == (0, "")
    assert "demo" in result.stdout


def test_a_placeholder_secret_is_refused_without_being_shown(validate):
    result = validate("", JWT_SECRET="CHANGE_ME_TO_RANDOM_HEX")
    assert result.returncode == 1
    assert result.stderr.startswith("environment: JWT_SECRET: It is still the placeholder. Make one with: openssl rand")
    assert "CHANGE_ME" not in result.stderr


def test_a_missing_secret_is_named(validate):
    result = validate("", JWT_SECRET=None)
    assert result.returncode == 1
    assert "Set JWT_SECRET in the environment" in result.stderr


def test_a_syntax_error_has_its_line(validate):
    result = validate("instance: fine\nlisten:\n\tport: 80\n")
    assert result.returncode == 1
    assert result.stderr.startswith("stack.yaml:3: This is not YAML: ")


def test_serve_refuses_what_validate_refuses(validate, tmp_path):
    validate("colour: blue\n")
    result = subprocess.run(
        [BINARY, "serve", "--config", "stack.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=30,
        env={"JWT_SECRET": secrets.token_hex(48)})
    assert result.returncode == 1
    assert result.stderr.startswith("stack.yaml:1: colour: ")


@pytest.mark.parametrize("host, taken, reason", [
    ("127.0.0.1", True, "is taken by another program: end that, or set listen.port in stack.yaml"),
    ("203.0.113.9", False, "is no address of this machine: set listen.host in stack.yaml"),
])
def test_a_server_that_cannot_listen_ends_at_once_and_says_why(own_operator, host, taken, reason):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        if taken:
            other.listen()
        text = own_operator.stack_file.read_text()
        own_operator.stack_file.write_text(text.replace("{host: 127.0.0.1, port: 0}", f"{{host: {host}, port: {port}}}"))
        ended = subprocess.run(
            [BINARY, "serve", "--config", str(own_operator.stack_file)], env=own_operator.environment,
            capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert f"{host}:{port} {reason}" in ended.stderr
