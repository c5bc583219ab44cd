"""`operatord doctor` on good installations and broken ones."""

import http.server
import json
import socket
import threading

import pytest
from support.operator import backend


def doctor(operator):
    result = operator.command("doctor", "-o", "json")
    findings = json.loads(result.stdout)["findings"]
    assert all(("remedy" in finding) == (finding["level"] != "ok") for finding in findings)
    levels = {finding["level"] for finding in findings}
    assert result.returncode == (1 if "failure" in levels else 2 if "warning" in levels else 0)
    return findings


def of(findings, check):
    return [finding for finding in findings if finding["check"] == check]


def failures(findings):
    return [finding for finding in findings if finding["level"] == "failure"]


def listening_on(operator, port):
    operator.stack_file.write_text(operator.stack_file.read_text().replace("port: 0", f"port: {port}"))


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def everything_under(folder):
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_good_installation_before_its_first_start_is_left_as_it_is(own_operator):
    before = everything_under(own_operator.folder)
    findings = doctor(own_operator)
    assert failures(findings) == []
    assert everything_under(own_operator.folder) == before
    for check in ("configuration", "engine", "images", "networks", "upstream", "clock"):
        assert {finding["level"] for finding in of(findings, check)} == {"ok"}, of(findings, check)


def test_beside_a_running_server_its_port_is_its_own(own_operator, taken):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    listening_on(own_operator, port)
    findings = doctor(own_operator.start())
    assert failures(findings) == []
    assert f"the running operatord listens on 127.0.0.1:{port}" in [finding["message"] for finding in findings]
    assert own_operator.is_ready()

    (own_operator.folder / "data/keys").chmod(0o644)
    assert [finding["check"] for finding in failures(doctor(own_operator))] == ["keys"]


def test_a_port_that_another_program_has(own_operator, taken):
    listening_on(own_operator, taken)
    (failure,) = failures(doctor(own_operator))
    assert failure["check"] == "ports" and f"127.0.0.1:{taken}" in failure["message"]


def test_a_daemon_that_is_away(own_operator):
    text = own_operator.stack_file.read_text()
    own_operator.stack_file.write_text(text.replace(f"socket: {own_operator.engine.socket}", "socket: /nowhere.sock"))
    (failure,) = failures(doctor(own_operator))
    assert failure["check"] == "engine" and "/nowhere.sock" in failure["message"]
    assert "Start Docker" in failure["remedy"]


def test_an_image_and_a_network_that_are_missing(own_operator):
    own_operator.write_backends(
        [backend("demo", own_operator.prefix, image="nowhere.test/agent:1", extra_networks=["no-such-network"])])
    findings = doctor(own_operator)
    assert [finding["level"] for finding in of(findings, "images")] == ["warning"]
    assert [finding["check"] for finding in failures(findings)] == ["networks"]


def test_a_seed_that_does_not_render_and_a_placeholder(own_operator):
    seed = own_operator.folder / "seeds/demo-home"
    seed.mkdir()
    (seed / "config.json").write_text('{"key": "${NO_SUCH_VARIABLE}"}')
    own_operator.edit_backend(
        "demo", seed_subdir="demo-home", mount_target="/home/agent", templated_files=["config.json"])
    (failure,) = failures(doctor(own_operator))
    assert failure["check"] == "configuration" and "NO_SUCH_VARIABLE" in failure["message"]

    own_operator.environment["JWT_SECRET"] = "CHANGE_ME_TO_RANDOM_HEX"
    found = failures(doctor(own_operator))
    assert any("placeholder" in failure["message"] and "openssl rand" in failure["remedy"] for failure in found)


def test_an_upstream_is_asked_and_no_key_is_shown(own_operator):
    asked = []

    class Models(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(200 if self.headers["Authorization"] == "Bearer sk-right" else 401)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Models)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    plain = own_operator.stack_file.read_text()

    def with_key(key):
        own_operator.stack_file.write_text(plain + f"sharedEnv: {{LLM_BASE_URL: '{url}', LLM_API_KEY: {key}}}\n")
        findings = doctor(own_operator)
        assert key not in json.dumps(findings)
        return of(findings, "upstream")[0]

    own_operator.edit_backend("demo", user_overridable_env=["LLM_BASE_URL", "LLM_API_KEY"])
    try:
        assert with_key("sk-right")["level"] == "ok"
        assert with_key("sk-wrong")["level"] == "warning"
        assert asked == [("/v1/models", "Bearer sk-right"), ("/v1/models", "Bearer sk-wrong")]
    finally:
        server.shutdown()
        server.server_close()
    assert with_key("sk-right")["level"] == "failure"


def test_text_says_the_remedy(own_operator, taken):
    listening_on(own_operator, taken)
    result = own_operator.command("doctor")
    assert result.returncode == 1
    assert "failure  ports: another program listens on" in result.stdout and "change listen.port" in result.stdout
