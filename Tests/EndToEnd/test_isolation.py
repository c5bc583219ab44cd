"""Every route, asked by somebody whose it is not: nothing is read or changed, and what exists is not revealed."""

import re
import time

import httpx
import pytest
from support.api import operations
from support.belongings import Belongings, post
from support.wait import until

MARK = "what only its owner may read"
NOBODYS = 987_654_321

OPERATIONS = operations()
CLOSED = [operation for operation in OPERATIONS if not operation.is_open]
PERSONAL = [operation for operation in CLOSED if "/admin/" not in operation.path]
ADMINISTRATIVE = [operation for operation in CLOSED if "/admin/" in operation.path]
# An id in the path that belongs to somebody. Backends, variables and models are the same for all.
OWNED = [
    operation for operation in PERSONAL
    if re.search(r"\{(id|message|run|token|response)\}", operation.path)]


@pytest.fixture(scope="module")
def victim(operator):
    return Belongings.of(operator.user(), operator.admin(), MARK)


@pytest.fixture(scope="module")
def belongings(victim):
    """Compared again when all have tried."""
    before = victim.state()
    yield before
    assert victim.state() == before


@pytest.fixture(scope="module")
def strangers(operator):
    """Headers of requests that prove nothing, by the reason."""
    disabled, revoked, expired = operator.user(), operator.user(), operator.user()
    admin = operator.admin()
    disabled_token = post(disabled, "/api/me/tokens", {"name": "disabled"})["token"]
    answer = admin.http.patch(f"/api/admin/users/{disabled.account['id']}", json={"disabled": True})
    assert answer.status_code == 200, answer.text
    revoked_token = post(revoked, "/api/me/tokens", {"name": "revoked"})
    assert revoked.http.delete(f"/api/me/tokens/{revoked_token['id']}").status_code == 204
    short = post(expired, "/api/me/tokens", {"name": "expired", "expires_at": int(time.time()) + 1})["token"]
    until(lambda: get(operator, "/auth/me", bearer(short)).status_code == 401, 5, "the token's expiry")
    signed_out = operator.user()
    cookie = {"Cookie": f"agent_stack_session={signed_out.session}"}
    assert signed_out.http.post("/auth/logout").status_code == 200
    return {
        "no session": {},
        "disabled user": {"Cookie": f"agent_stack_session={disabled.session}"},
        "disabled user's token": bearer(disabled_token),
        "revoked token": bearer(revoked_token["token"]),
        "expired token": bearer(short),
        "ended session": cookie,
        "made-up token": bearer("ags_" + "A" * 43),
    }


@pytest.fixture(scope="module")
def other(operator):
    client = operator.user()
    client.say("hello")
    return client


STRANGERS = [
    "no session", "disabled user", "disabled user's token", "revoked token", "expired token", "ended session",
    "made-up token"]


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_without_a_valid_session_it_is_401(operator, victim, belongings, strangers, operation, who):
    answer = ask(operator.url, operation, victim.path(operation), strangers[who])
    assert answer.status_code == 401, answer.text
    assert MARK not in answer.text


@pytest.mark.parametrize("proof", ["session", "token"])
@pytest.mark.parametrize("operation", ADMINISTRATIVE, ids=str)
def test_a_user_is_no_admin(operator, victim, belongings, other, operation, proof):
    answer = ask(operator.url, operation, victim.path(operation), proof_of(other, proof))
    assert answer.status_code == 403, answer.text
    missing = ask(operator.url, operation, victim.path(operation, nobodys(victim)), proof_of(other, proof))
    assert same(answer, missing)


@pytest.mark.parametrize("proof", ["session", "token"])
@pytest.mark.parametrize("operation", OWNED, ids=str)
def test_what_is_another_users_is_as_if_it_were_not_there(operator, victim, belongings, other, operation, proof):
    answer = ask(operator.url, operation, victim.path(operation), proof_of(other, proof))
    missing = ask(operator.url, operation, victim.path(operation, nobodys(victim)), proof_of(other, proof))
    assert answer.status_code == 404 or (proof == "token" and answer.status_code == 403), answer.text
    assert same(answer, missing), f"{answer.text} is not {missing.text}"


@pytest.mark.parametrize(
    "operation", [one for one in PERSONAL if one.method == "get" and one not in OWNED], ids=str)
def test_no_list_shows_what_is_another_users(operator, victim, belongings, other, operation):
    answer = ask(operator.url, operation, victim.path(operation), proof_of(other, "session"))
    for secret in (MARK, victim.client.slug, victim.client.account["email"]):
        assert secret not in answer.text


def get(operator, path, headers):
    return httpx.get(operator.url + path, headers=headers)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def proof_of(client, kind):
    if kind == "session":
        return {"Cookie": f"agent_stack_session={client.session}"}
    return bearer(post(client, "/api/me/tokens", {"name": "other"})["token"])


def nobodys(victim):
    return {**victim.ids, **dict.fromkeys(("id", "message", "run", "token", "user", "invite"), NOBODYS),
            "response": "resp_nobodys"}


def ask(url, operation, path, headers):
    """The head of the answer and what comes of it at once: an event stream does not end."""
    body = {"json": operation.example or {}} if operation.takes_body else {}
    params = {"q": "what"} if path.endswith("/search") else {}
    request = httpx.Request(operation.method.upper(), url + path, headers=headers, params=params, **body)
    with httpx.Client(timeout=20) as client:
        answer = client.send(request, stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        else:
            answer._content = next(answer.iter_bytes(), b"")
        answer.close()
        return answer


def same(one, other):
    """Alike but for the request's id and the ids asked for."""
    def essence(answer):
        return answer.status_code, re.sub(r'"request_id":"[^"]*"|\d+|resp_\w+', "", answer.text)
    return essence(one) == essence(other)
