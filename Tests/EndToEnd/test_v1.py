"""The rules of /v1 that hold whatever the agent does, with clients nobody here wrote."""

import json
import socket
import threading
import time

import httpx
import pytest
from support.operator import backend
from support.wait import until

SITE = "https://chat.example.org"


def agent_log(operator, user, backend="demo"):
    return operator.engine.logs(operator.container_of(user, backend)["Id"])


def test_only_what_is_the_agents_business_reaches_it(operator):
    user = operator.user()
    said = user.http.post(
        "/v1/chat/completions",
        json={"model": "demo", "messages": [{"role": "user", "content": "[[headers]]"}], "user": "Üser\n1"},
        headers={
            "Authorization": "Bearer sk-mine", "Origin": operator.url, "Referer": operator.url + "/c/1",
            "Sec-Fetch-Site": "same-origin", "Sec-CH-UA": "x", "Connection": "keep-alive, X-Hop", "X-Hop": "1",
            "X-Session-Id": "forged", "X-Kept": "yes",
        }).json()["choices"][0]["message"]["content"]
    headers = dict(line.split(": ", 1) for line in said.splitlines())
    assert headers["x-session-id"] == "%C3%9Cser%0A1"
    assert headers["x-kept"] == "yes"
    assert headers["authorization"] == "•••"
    gone = {"cookie", "origin", "referer", "sec-fetch-site", "sec-ch-ua", "connection", "x-hop"}
    assert not gone & headers.keys()


def test_the_session_is_the_users_own_without_the_field(operator):
    user = operator.user()
    assert user.say("[[session]]") == f"agstack-u{user.account['id']}"


def test_a_runtime_that_takes_one_message_gets_the_last_question_and_the_session(own_operator):
    own_operator.write_backends([backend(
        "single", own_operator.prefix, history="last", session_field="session_id", forward_model_env="LLM_MODEL",
        extra_env={"LLM_MODEL": "the-real-model"})])
    own_operator.start()
    user = own_operator.user()
    history = [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "first"},
        {"role": "assistant", "content": "answer"}, {"role": "user", "content": "[[messages]]"},
    ]
    answer = user.http.post("/v1/chat/completions", json={"model": "single", "messages": history}).json()
    assert answer["choices"][0]["message"]["content"] == "user"
    assert answer["model"] == "the-real-model"
    assert user.say("[[session]]", "single", user="chat 1") == "chat%201"
    assert user.say("[[session]]", "single", session_id="forged") == f"agstack-u{user.account['id']}"


def test_httpx_reads_the_stream_as_it_comes(operator):
    user = operator.user()
    began, arrivals = time.monotonic(), []
    body = {"model": "demo", "stream": True, "messages": [{"role": "user", "content": "[[chunks 10 100ms]]"}]}
    user.say("warm")
    with user.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                json.loads(line[6:])
                arrivals.append(time.monotonic() - began)
    assert arrivals[-1] - arrivals[0] > 0.5


def leaving(operator, user, body, after=None):
    """Sends a request and leaves, as a browser tab does that is closed."""
    payload = json.dumps(body).encode()
    host, port = operator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            + f"authorization: Bearer {user.session}\r\ncontent-length: {len(payload)}\r\n\r\n".encode() + payload)
        if after:
            after(connection)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_ends_the_agents_work_within_a_second(operator, stream):
    user = operator.user()
    user.say("warm")
    body = {
        "model": "demo", "stream": stream,
        "messages": [{"role": "user", "content": "[[chunks 300 100ms]]"}],
    }
    leaving(operator, user, body, after=lambda connection: connection.recv(1) if stream else held(user))
    until(lambda: "client left after" in agent_log(operator, user), 1.5, "the agent's notice")
    until(lambda: user.runners()["demo"]["held_by"] == [], 2, "the end of the lease")


def held(user):
    until(lambda: user.runners()["demo"]["held_by"], 5, "the lease")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_the_cold_start_leaves_nothing_waiting(operator, stream):
    user = operator.user()
    body = {"model": "slow", "stream": stream, "messages": [{"role": "user", "content": "[[chunks 300 100ms]]"}]}
    leaving(operator, user, body, after=lambda _: until(lambda: "slow" in user.runners(), 5, "the start"))
    # The start goes on, and nobody holds what it gives.
    until(lambda: user.runners()["slow"]["phase"] == "ready", 20, "the runner")
    assert user.runners()["slow"]["held_by"] == []
    assert "client left" not in agent_log(operator, user, "slow")


def test_a_slow_reader_slows_the_agent(operator):
    user = operator.user()
    user.say("warm")
    size = 20_000_000
    body = {"model": "demo", "messages": [{"role": "user", "content": f"[[bytes {size}]]"}]}
    received = 0
    with user.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        for part in answer.iter_raw(1 << 16):
            received += len(part)
            if received < 1 << 20:
                # A warm chat of somebody else is not slowed by it.
                assert user.chat("beside").status_code == 200
    assert received > size


def test_bodies_over_the_limit_are_413(own_operator):
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "proxy: {maxBody: 10k}\n")
    own_operator.start()
    user = own_operator.user()
    assert user.chat("x" * 9000).status_code == 200
    refused = user.chat("x" * 11_000)
    assert refused.status_code == 413
    assert refused.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize("body, headers, status, code", [
    (b"{}", {}, 400, "missing_required_parameter"), (b"", {}, 400, "invalid_json"), (b"[]", {}, 400, "invalid_json"),
    (b'{"model":7}', {}, 400, "invalid_type"), (b'{"model":"nothing"}', {}, 404, "model_not_found"),
    (b'{"model":"demo"}', {"Content-Encoding": "gzip"}, 415, "unsupported_content_encoding"),
])
def test_what_cannot_be_routed_is_refused(operator, body, headers, status, code):
    user = operator.user()
    for path in ["/v1/chat/completions", "/v1/embeddings", "/v1/responses"]:
        answer = user.http.post(path, content=body, headers={"Content-Type": "application/json", **headers})
        assert answer.status_code == status
        assert answer.json()["error"]["code"] == code
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert user.runners() == {}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/embeddings", "/v1/responses"])
def test_another_method_is_405(operator, path):
    answer = operator.user().http.get(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_silent_client_is_408(own_operator):
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "proxy: {clientTimeout: 300ms}\n")
    own_operator.start()
    user = own_operator.user()
    host, port = own_operator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {user.session}\r\n".encode()
            + b"content-length: 100\r\n\r\n{")
        connection.settimeout(10)
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_parallel_chats_of_one_user_are_not_serialised(operator):
    user = operator.user()
    user.say("warm")
    began = time.monotonic()
    chats = [threading.Thread(target=user.say, args=("[[slow 1s]]",)) for _ in range(8)]
    for chat in chats:
        chat.start()
    for chat in chats:
        chat.join()
    assert time.monotonic() - began < 4


def test_other_sites_read_nothing_unless_they_are_named(operator):
    token = operator.user().token()["token"]
    for path in ["/v1/models", "/api/runners"]:
        answer = httpx.get(operator.url + path, headers={"Origin": SITE, "Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        preflight = httpx.options(
            operator.url + path, headers={"Origin": SITE, "Access-Control-Request-Method": "POST"})
        assert preflight.status_code >= 400
        assert "access-control-allow-origin" not in preflight.headers


def test_a_named_site_uses_tokens_and_no_cookies(own_operator):
    text = own_operator.stack_file.read_text()
    own_operator.stack_file.write_text(text.replace("auth: {", f"auth: {{corsOrigins: [\"{SITE}\"], "))
    own_operator.start()
    user = own_operator.user()
    token = user.token()["token"]
    preflight = httpx.options(
        own_operator.url + "/v1/chat/completions",
        headers={
            "Origin": SITE, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        })
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == SITE
    body = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
    answer = httpx.post(
        own_operator.url + "/v1/chat/completions", json=body, timeout=30,
        headers={"Origin": SITE, "Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in answer.headers
    with_cookie = user.http.post("/v1/chat/completions", json=body, headers={"Origin": SITE})
    assert with_cookie.status_code == 403
    assert "access-control-allow-origin" not in with_cookie.headers
