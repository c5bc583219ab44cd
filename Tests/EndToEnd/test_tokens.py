"""API tokens, from their making to their end."""

import time

import httpx
import pytest
from support.wait import until


def with_token(operator, token):
    """Somebody who has the token and nothing else."""
    return httpx.Client(base_url=operator.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def chat(http, model="demo"):
    return http.post(
        "/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": "hello"}]})


def test_a_token_is_shown_once_and_used_as_a_key(operator):
    user = operator.user()
    made = user.token(name="laptop")
    assert made["token"].startswith(made["prefix"]) and made["token"].startswith("ags_")
    http = with_token(operator, made["token"])
    assert chat(http).status_code == 200
    assert http.get("/api/runners").json()["runners"][0]["backend"] == "demo"
    listed = http.get("/api/me/tokens").json()["tokens"]
    assert [token["id"] for token in listed] == [made["id"]]
    assert abs(listed[0]["last_used_at"] - time.time()) < 30
    assert made["token"] not in http.get("/api/me/tokens").text


def test_the_token_is_nowhere_on_disk_or_in_the_log(operator):
    secret = operator.user().token()["token"][10:]
    for path in [operator.folder / "log", *(operator.folder / "data").glob("*")]:
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_revoking_holds_for_the_next_request_on_the_same_connection(operator):
    user = operator.user()
    made = user.token()
    http = with_token(operator, made["token"])
    assert chat(http).status_code == 200
    assert user.http.delete(f"/api/me/tokens/{made['id']}").status_code == 204
    refused = chat(http)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "not_signed_in"
    assert http.get("/api/runners").status_code == 401


def test_an_expired_token_is_refused(operator):
    user = operator.user()
    end = int(time.time()) + 5
    http = with_token(operator, user.token(expires_at=end)["token"])
    assert http.get("/v1/models").status_code == 200
    until(lambda: time.time() > end, 10, "the expiry")
    assert http.get("/v1/models").status_code == 401


def test_a_token_survives_signing_out_and_a_kill(own_operator):
    own_operator.start()
    user = own_operator.user()
    made = user.token(backends=["demo"])
    assert user.http.post("/auth/logout").json() == {"ok": True}
    assert with_token(own_operator, made["token"]).get("/v1/models").status_code == 200
    own_operator.kill()
    own_operator.start()
    http = with_token(own_operator, made["token"])
    assert chat(http).status_code == 200
    assert own_operator.terminate() == 0
    own_operator.start()
    listed = with_token(own_operator, made["token"]).get("/api/backends")
    assert listed.status_code == 200


def test_a_stop_writes_down_the_last_use(own_operator):
    own_operator.start()
    user = own_operator.user()
    made = user.token()
    used = with_token(own_operator, made["token"])
    assert used.get("/v1/models").status_code == 200
    assert own_operator.terminate() == 0
    own_operator.start()
    listed = user.moved_to(own_operator.url).http.get("/api/me/tokens").json()["tokens"]
    assert listed[0]["last_used_at"] is not None


def test_to_a_token_of_one_backend_the_others_do_not_exist(operator):
    http = with_token(operator, operator.user().token(backends=["slow"])["token"])
    assert [model["id"] for model in http.get("/v1/models").json()["data"]] == ["slow"]
    foreign, missing = chat(http, "demo"), chat(http, "nothing")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["error"]["code"] == missing.json()["error"]["code"] == "model_not_found"
    assert http.get("/v1/models/demo").status_code == 404
    for method, path in [("POST", "start"), ("PUT", "idle"), ("GET", "progress")]:
        assert http.request(method, f"/api/runners/demo/{path}", json={"idle_seconds": 60}).status_code == 404
    assert http.delete("/api/runners/demo").status_code == 404


@pytest.mark.parametrize("method, path", [
    ("POST", "/api/me/tokens"), ("DELETE", "/api/me/tokens/1"), ("GET", "/api/admin/users"),
    ("GET", "/api/admin/runners"), ("PUT", "/api/me/password"), ("POST", "/auth/logout-everywhere"),
])
def test_what_no_token_reaches(operator, method, path):
    http = with_token(operator, operator.admin().token()["token"])
    answer = http.request(method, path, json={"name": "more"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "token_not_allowed"


def test_somebody_elses_token_is_not_there(operator):
    owner, other = operator.user(), operator.user()
    made = owner.token()
    foreign = other.http.delete(f"/api/me/tokens/{made['id']}")
    missing = other.http.delete("/api/me/tokens/999999")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]
    assert with_token(operator, made["token"]).get("/v1/models").status_code == 200
    assert other.http.get("/api/me/tokens").json() == {"tokens": []}


def test_limits_name_themselves(own_operator):
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "limits: {tokenRequestsPerMinute: 2}\n")
    own_operator.environment["USER_CONCURRENT_REQUESTS"] = "1"
    own_operator.start()
    user = own_operator.user()
    http = with_token(own_operator, user.token()["token"])
    assert [chat(http).status_code for _ in range(2)] == [200, 200]
    refused = chat(http)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert "API token" in refused.json()["error"]["message"] and "2" in refused.json()["error"]["message"]
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    # The session is the same user, and not that token.
    chunks = user.stream("[[chunks 100 100ms]]")
    next(chunks)
    refused = user.chat("at the same time")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "concurrency_limit_exceeded"
    chunks.close()
    until(lambda: user.chat("alone again").status_code == 200, 5, "the first request's end")
