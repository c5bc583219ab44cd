"""The demo agent itself, as a process: what the other tests and bench/ build upon."""

import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time

import httpx
import pytest
from support.operator import REPOSITORY
from support.wait import until

AGENT = os.environ.get("DEMO_AGENT", str(REPOSITORY / ".build/debug/demo-agent"))


class Agent:
    def __init__(self, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [AGENT], stderr=subprocess.PIPE, text=True,
            env={"PORT": str(self.port), "DEMO_API_KEY": "secret", **environment})
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": "Bearer secret"}, timeout=10)

    def wait(self):
        until(self._is_up, 5, "the agent")
        return self

    def _is_up(self):
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def post(self, content, **fields):
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return self.http.post("/v1/chat/completions", json={"model": "demo", "messages": messages, **fields})

    def say(self, content, **fields):
        answer = self.post(content, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["choices"][0]["message"]["content"]


@pytest.fixture(scope="module")
def agent():
    agent = Agent(GREETING="hi", MY_TOKEN="hidden").wait()
    yield agent
    agent.process.kill()


@pytest.mark.parametrize("text", [
    "plain", 'quotes " and \\ backslash', "tab\t newline\n nul\x00 bell\x07", "é 你好 😀 \u2028", "", "a" * 200_000,
])
def test_any_text_comes_back_unchanged(agent, text):
    assert agent.say(text) == f"You said: {text}"
    chunks = [
        json.loads(line[6:]) for line in agent.post(text, stream=True).text.split("\n\n")
        if line.startswith("data: {")]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == f"You said: {text}"
    assert text.isascii() or agent.say(json.loads(json.dumps(text))) == f"You said: {text}"


def test_escapes_are_read(agent):
    body = '{"messages" : [ {"role":"user","content":"\\u00e9\\ud83d\\ude00\\/\\ud800x"} ], "n": -1.5e3, "a": [], "o": {}}'
    answer = agent.http.post("/v1/chat/completions", content=body)
    assert answer.json()["choices"][0]["message"]["content"] == "You said: é😀/\ufffdx"


@pytest.mark.parametrize("body", [
    "", "{", "[1,]", '{"messages":[]}', '{"messages":[{}]', '"text"', '{"a":1}x', "[" * 100_000, '{"messages":01x}',
    '{"messages": ["\n"]}',
])
def test_a_bad_body_is_400(agent, body):
    answer = agent.http.post("/v1/chat/completions", content=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_key_is_checked(agent):
    for headers in ({"Authorization": "Bearer wrong"}, {"Authorization": ""}):
        assert agent.http.get("/v1/models", headers=headers).status_code == 401
        assert agent.http.post("/v1/chat/completions", headers=headers).status_code == 401
    assert agent.http.get("/healthz", headers={"Authorization": ""}).status_code == 200
    assert agent.http.get("/v1/models").json()["data"][0]["id"] == "demo"
    assert agent.http.get("/v1/nothing").status_code == 404
    assert agent.http.get("/v1/chat/completions").status_code == 405


def test_directives(agent):
    assert agent.say("[[bytes 1000]]") == "x" * 1000
    assert agent.say("[[env GREETING]]") == "hi"
    assert agent.say("[[env NOTHING]]") == "(unset)"
    assert agent.say("[[env MY_TOKEN]]") == "(set)"
    assert agent.say("[[session]]", session_id="s1") == "s1"
    assert "authorization: •••" in agent.say("[[headers]]")
    assert agent.post("[[fail 429]]").status_code == 429
    assert agent.say("[[unknown 1]]") == "You said: [[unknown 1]]"
    assert agent.say([
        {"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "[[messages]]"}]},
    ]) == "system,user"
    began = time.monotonic()
    assert agent.say("[[slow 300ms]] done") == "You said: [[slow 300ms]] done"
    assert time.monotonic() - began > 0.3


def test_the_usage_chunk_comes_before_done(agent):
    lines = agent.post("hello", stream=True, stream_options={"include_usage": True}).text.strip().split("\n\n")
    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[-2][6:])["usage"]["completion_tokens"] > 0
    assert json.loads(lines[-3][6:])["choices"][0]["finish_reason"] == "stop"


def test_a_client_that_leaves_ends_its_stream():
    agent = Agent().wait()
    with agent.http.stream("POST", "/v1/chat/completions", json={
        "stream": True, "messages": [{"role": "user", "content": "[[chunks 100 50ms]]"}],
    }) as answer:
        next(answer.iter_bytes())
    line = next(line for line in agent.process.stderr if "left" in line)
    assert "of 100 chunks" in line
    agent.process.kill()


def test_signals_end_it_with_zero():
    for number in (signal.SIGTERM, signal.SIGINT):
        agent = Agent().wait()
        agent.process.send_signal(number)
        assert agent.process.wait(1) == 0


@pytest.mark.parametrize("environment, code, said", [
    ({"DEMO_CRASH": "1"}, 1, "DEMO_CRASH is set"),
    ({"DEMO_API_KEY": ""}, 2, "DEMO_API_KEY is not set"),
    ({"PORT": "x"}, 2, 'PORT: "x" is not a port'),
    ({"DEMO_START_DELAY": "soon"}, 2, "is not a time"),
    ({"LLM_BASE_URL": "http://:x/"}, 2, "is not a URL"),
])
def test_starts_that_fail_say_why(environment, code, said):
    agent = Agent(**environment)
    assert agent.process.wait(5) == code
    assert said in agent.process.stderr.read()


def test_exit_as_told():
    agent = Agent().wait()
    with pytest.raises(httpx.TransportError):
        agent.post("[[exit 3]]")
    assert agent.process.wait(5) == 3


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers as OpenAI would, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    requests: list = []
    gone = threading.Event()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if self.path != "/v1/chat/completions":
            return self.send_error(404)
        if not body.get("stream"):
            text = json.dumps({"choices": [{"message": {"content": "from upstream"}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"8\r\ndata: 1\n\r\n")
                time.sleep(0.05)
        except OSError:
            self.gone.set()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def upstream():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_it_relays_when_an_upstream_is_set(upstream):
    agent = Agent(LLM_BASE_URL=upstream + "/", LLM_API_KEY="up", LLM_MODEL="big").wait()
    assert agent.say("hello", temperature=0.25) == "from upstream"
    path, headers, body = Upstream.requests[-1]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer up"
    assert (body["model"], body["temperature"]) == ("big", 0.25)
    agent.process.kill()


def test_a_relayed_stream_flows_and_is_cut_with_its_client(upstream):
    agent = Agent(LLM_BASE_URL=upstream).wait()
    began = time.monotonic()
    with agent.http.stream("POST", "/v1/chat/completions", json={
        "stream": True, "messages": [{"role": "user", "content": "hello"}],
    }) as answer:
        next(answer.iter_bytes())
        assert time.monotonic() - began < 2
    assert Upstream.gone.wait(2)
    agent.process.kill()


def test_an_upstream_that_is_away_is_502():
    agent = Agent(LLM_BASE_URL="http://127.0.0.1:1/v1").wait()
    answer = agent.post("hello")
    assert answer.status_code == 502
    assert "127.0.0.1:1" in answer.json()["error"]["message"]
    agent.process.kill()


def test_no_upstream_address_means_echo():
    agent = Agent(LLM_BASE_URL="echo").wait()
    assert agent.say("hello") == "You said: hello"
    agent.process.kill()
