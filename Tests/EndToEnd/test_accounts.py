"""Accounts over HTTP: the contract's section, sentence by sentence."""

import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.client import Client
from support.operator import ADMIN
from support.wait import until

PASSWORD = "a-long-password"


def fresh_email():
    return f"u{secrets.token_hex(6)}@example.test"


def form(**fields):
    return {"email": fresh_email(), "password": PASSWORD, **fields}


def post(operator, path, body=None, **options):
    return httpx.post(operator.url + path, json=body, timeout=240, **options)


def signup(operator, **fields):
    return post(operator, "/auth/signup", form(**fields))


def me(operator, token):
    return httpx.get(operator.url + "/auth/me", headers={"Authorization": f"Bearer {token}"})


def at_once(*calls):
    """What each call gives, all begun together."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def configure(operator, auth, listen=""):
    """Replaces the auth settings of an operatord that is not started yet."""
    text = operator.stack_file.read_text()
    text = text.replace("auth: {attemptsPerMinute: 0}", f"auth: {{{auth}}}")
    operator.stack_file.write_text(text.replace("port: 0}", f"port: 0{listen}}}"))
    return operator


# Signing up


def test_signing_up_gives_the_user_and_the_cookie(operator):
    email = fresh_email()
    answer = signup(operator, email=f"  {email.upper()} ", name=" Jane Doe ")
    assert answer.status_code == 200
    user = answer.json()["user"]
    assert set(user) == {"id", "email", "name", "slug", "role"}
    assert (user["email"], user["name"], user["role"]) == (email, "Jane Doe", "user")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("agent_stack_session=")
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert me(operator, answer.cookies["agent_stack_session"]).json() == {"user": user}


def test_a_closed_sign_up_is_403(own_operator):
    operator = configure(own_operator, "attemptsPerMinute: 0, allowSignup: false").start()
    answer = signup(operator)
    assert (answer.status_code, answer.json()["code"]) == (403, "signup_disabled")
    assert httpx.get(operator.url + "/auth/config").json()["signup"] is False


def test_what_is_wrong_with_a_sign_up_is_400(operator):
    for email in ("nobody", "", "a@b@c", "a b@example.test"):
        assert signup(operator, email=email).status_code == 400
    assert signup(operator, password="7 chars").status_code == 400
    assert signup(operator, password="x" * 1025).status_code == 400
    assert signup(operator, password="x" * 1024).status_code == 200
    assert signup(operator, name="x" * 201).status_code == 400
    assert signup(operator, name="with\nlines").status_code == 400


def test_a_taken_address_is_409_compared_without_case(operator):
    email = fresh_email()
    assert signup(operator, email=email).status_code == 200
    assert signup(operator, email=email.upper()).status_code == 409


def test_of_many_sign_ups_for_one_address_one_succeeds(operator):
    email = fresh_email()
    answers = at_once(*[lambda: signup(operator, email=email)] * 12)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11


@pytest.mark.timeout(480)  # A hundred password hashes, which are slow on purpose.
def test_fifty_people_sign_up_and_in_at_once(operator):
    emails = [fresh_email() for _ in range(50)]
    answers = at_once(*[lambda email=email: signup(operator, email=email, name="Sam") for email in emails])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["user"]["slug"] for answer in answers}) == 50
    answers = at_once(*[
        lambda email=email: post(operator, "/auth/login", {"email": email, "password": PASSWORD}) for email in emails])
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["user"]["email"] for answer in answers] == emails


@pytest.mark.parametrize("name", ["Zoë Ångström", "山田太郎", "Ünïcode / .. ", "😀😀", "../../etc/passwd", "-", "CON"])
def test_a_slug_is_safe_for_any_name(operator, name):
    slugs = [signup(operator, name=name).json()["user"]["slug"] for _ in range(2)]
    assert slugs[0] != slugs[1]
    for slug in slugs:
        assert re.fullmatch("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", slug)


# Invites


def test_an_invite_code_is_asked_for(own_operator):
    operator = own_operator
    operator.environment["INVITE_CODE"] = "friends-only"
    operator.start()
    assert httpx.get(operator.url + "/auth/config").json()["invite_required"] is True
    for code in (None, "", "friends", "friends-only "):
        answer = signup(operator, invite_code=code)
        assert (answer.status_code, answer.json()["code"]) == (403, "invite_code")
    assert signup(operator, invite_code="friends-only").status_code == 200

    # A code of the admin's does as well.
    admin = operator.admin()
    invite = admin.http.post("/api/admin/invites", json={"name": "class of 26", "uses": 2}).json()["invite"]
    assert (invite["uses_left"], invite["used"], invite["expires_at"]) == (2, 0, None)
    assert signup(operator, invite_code=invite["code"]).status_code == 200
    assert signup(operator, invite_code=invite["code"].lower().replace("-", " ")).status_code == 200
    assert signup(operator, invite_code=invite["code"]).status_code == 403
    listed = admin.http.get("/api/admin/invites").json()["invites"]
    assert [(i["name"], i["uses_left"], i["used"], i["code"]) for i in listed] == [
        ("class of 26", 0, 2, invite["code"])]


def test_codes_of_the_admin_are_enough_when_so_configured(own_operator):
    operator = configure(own_operator, "attemptsPerMinute: 0, inviteOnly: true").start()
    admin = operator.admin()
    assert signup(operator).status_code == 403

    def invite(**fields):
        answer = admin.http.post("/api/admin/invites", json={"name": secrets.token_hex(4), **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()["invite"]

    # The last use goes to one of two who want it at once.
    last = invite(uses=1)
    answers = at_once(*[lambda: signup(operator, invite_code=last["code"])] * 6)
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 5

    # A sign-up that fails for another reason takes no use.
    one = invite(uses=1)
    assert signup(operator, email=ADMIN["email"], invite_code=one["code"]).status_code == 409
    assert signup(operator, invite_code=one["code"]).status_code == 200

    unlimited = invite()
    for _ in range(3):
        assert signup(operator, invite_code=unlimited["code"]).status_code == 200
    assert admin.http.delete(f"/api/admin/invites/{unlimited['id']}").status_code == 204
    assert admin.http.delete(f"/api/admin/invites/{unlimited['id']}").status_code == 404
    assert signup(operator, invite_code=unlimited["code"]).status_code == 403

    expiring = invite(expires_at=int(time.time()) + 2)
    assert signup(operator, invite_code=expiring["code"]).status_code == 200
    until(lambda: time.time() > expiring["expires_at"], 5)
    assert signup(operator, invite_code=expiring["code"]).status_code == 403

    database = b"".join(path.read_bytes() for path in (operator.folder / "data").glob("router.db*"))
    for made in (last, one, expiring):
        assert made["code"].encode() not in database


def test_an_invite_that_makes_no_sense_is_refused(operator):
    admin = operator.admin()
    for body in ({"name": ""}, {"name": "x", "uses": 0}, {"name": "x", "uses": -1}, {"name": "x", "expires_at": 1},
                 {"name": "x", "expires_at": 10**15}):
        assert admin.http.post("/api/admin/invites", json=body).status_code == 400
    assert admin.http.post("/api/admin/invites", json={}).status_code == 422
    name = secrets.token_hex(4)
    assert admin.http.post("/api/admin/invites", json={"name": name}).status_code == 200
    assert admin.http.post("/api/admin/invites", json={"name": name.upper()}).status_code == 409


# Signing in and out


def test_signing_in_says_the_same_whether_the_address_exists(operator):
    user = operator.user()
    email = user.account["email"]
    right = post(operator, "/auth/login", {"email": email.upper(), "password": PASSWORD})
    assert (right.status_code, right.json()["user"]) == (200, user.account)
    assert "agent_stack_session" in right.cookies
    wrong = [
        post(operator, "/auth/login", {"email": address, "password": "another password"})
        for address in (email, fresh_email())]
    assert [answer.status_code for answer in wrong] == [401, 401]
    assert wrong[0].json()["detail"] == wrong[1].json()["detail"]


def test_signing_out_ends_the_session_on_the_server_and_no_other(operator):
    user = operator.user()
    other = Client(operator.url)
    other.login(user.account["email"], PASSWORD)
    token = user.session
    answer = user.http.post("/auth/logout")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert me(operator, token).status_code == 401
    assert other.http.get("/auth/me").status_code == 200
    assert post(operator, "/auth/logout").status_code == 200


@pytest.mark.parametrize("with_the_renewed", [True, False])
def test_a_renewal_keeps_the_session_so_signing_out_ends_both(own_operator, with_the_renewed):
    operator = configure(own_operator, "attemptsPerMinute: 0, sessionTtl: 6s").start()
    user = operator.user()
    first = user.session
    assert "set-cookie" not in user.http.get("/auth/me").headers

    def renewed():
        user.http.get("/auth/me")
        return user.session != first and user.session

    second = until(renewed, 6, "a renewal")
    assert me(operator, first).status_code == me(operator, second).status_code == 200
    out = httpx.post(
        operator.url + "/auth/logout", headers={"Authorization": f"Bearer {second if with_the_renewed else first}"})
    assert out.status_code == 200
    assert me(operator, first).status_code == me(operator, second).status_code == 401


def test_signing_out_everywhere_ends_every_session(operator):
    user = operator.user()
    other = Client(operator.url)
    other.login(user.account["email"], PASSWORD)
    tokens = [user.session, other.session]
    answer = user.http.post("/auth/logout-everywhere")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert [me(operator, token).status_code for token in tokens] == [401, 401]
    assert post(operator, "/auth/logout-everywhere").status_code == 401
    other.login(user.account["email"], PASSWORD)


def test_the_cookie_is_secure_when_asked(own_operator):
    own_operator.environment["COOKIE_SECURE"] = "true"
    assert "; Secure" in signup(own_operator.start()).headers["set-cookie"]


def test_a_session_is_accepted_as_bearer_and_a_header_that_is_none_does_not_hide_the_cookie(operator):
    user, other = operator.user(), operator.user()
    assert me(operator, user.session).json()["user"] == user.account
    mixed = user.http.get("/auth/me", headers={"Authorization": f"Bearer {other.session}"})
    assert mixed.json()["user"] == other.account
    for header in ("Bearer sk-anything", "Bearer a.b.c", "Basic YTpi"):
        assert user.http.get("/auth/me", headers={"Authorization": header}).json()["user"] == user.account


def test_without_a_session_is_401(operator):
    for path in ("/auth/me", "/api/backends", "/api/runners", "/api/admin/users", "/v1/models"):
        assert httpx.get(operator.url + path).status_code == 401
        assert httpx.get(operator.url + path, cookies={"agent_stack_session": "a.b.c"}).status_code == 401
    assert httpx.patch(operator.url + "/api/me", json={"name": "x"}).status_code == 401
    body = {"current_password": PASSWORD, "new_password": PASSWORD}
    assert httpx.put(operator.url + "/api/me/password", json=body).status_code == 401


# One's own name and password


def test_people_change_their_name(operator):
    user = operator.user()
    answer = user.http.patch("/api/me", json={"name": "  Another Name "})
    assert answer.status_code == 200
    assert answer.json()["user"] == {**user.account, "name": "Another Name"}
    assert user.http.get("/auth/me").json() == answer.json()
    assert user.http.patch("/api/me", json={}).json() == answer.json()
    for name in ("", " ", "x" * 201, "a\u0000b"):
        assert user.http.patch("/api/me", json={"name": name}).status_code == 400
    # Nothing else of an account can be changed in passing.
    changed = user.http.patch("/api/me", json={"role": "admin", "slug": "x", "email": "x@y", "disabled": True})
    assert changed.json() == answer.json()


def test_a_password_change_ends_the_other_sessions(operator):
    user = operator.user()
    other = Client(operator.url)
    other.login(user.account["email"], PASSWORD)
    before = user.session
    answer = user.http.put(
        "/api/me/password", json={"current_password": PASSWORD, "new_password": "the second password"})
    assert (answer.status_code, answer.json()["user"]) == (200, user.account)
    assert user.session != before
    assert user.http.get("/auth/me").status_code == 200
    assert me(operator, before).status_code == 401
    assert other.http.get("/auth/me").status_code == 401
    login = {"email": user.account["email"], "password": PASSWORD}
    assert post(operator, "/auth/login", login).status_code == 401
    assert post(operator, "/auth/login", {**login, "password": "the second password"}).status_code == 200


def test_a_password_change_needs_the_present_one(operator):
    user = operator.user()

    def change(current, new):
        return user.http.put("/api/me/password", json={"current_password": current, "new_password": new})

    wrong = change("not the password", "the second password")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "bad_credentials")
    assert change(PASSWORD, "short").status_code == 400
    assert change(PASSWORD, "x" * 1025).status_code == 400
    assert user.http.put("/api/me/password", json={"new_password": PASSWORD}).status_code == 422
    assert user.http.get("/auth/me").status_code == 200


def test_of_two_password_changes_at_once_one_succeeds(operator):
    user = operator.user()
    header = {"Authorization": f"Bearer {user.session}"}
    passwords = [f"password number {number}" for number in range(6)]
    answers = at_once(*[
        lambda new=new: httpx.put(
            operator.url + "/api/me/password", headers=header, timeout=60,
            json={"current_password": PASSWORD, "new_password": new})
        for new in passwords])
    # The others find the present one wrong, or their session ended.
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 401, 403}
    winner = passwords[[answer.status_code for answer in answers].index(200)]
    for password in passwords:
        login = post(operator, "/auth/login", {"email": user.account["email"], "password": password})
        assert login.status_code == (200 if password == winner else 401)


def test_a_password_is_used_whole(operator):
    email, long = fresh_email(), "é" * 500
    assert signup(operator, email=email, password=long + "1").status_code == 200
    assert post(operator, "/auth/login", {"email": email, "password": long + "2"}).status_code == 401
    assert post(operator, "/auth/login", {"email": email, "password": long + "1"}).status_code == 200


# Limits


def test_attempts_are_limited_by_address_with_retry_after(own_operator):
    operator = configure(own_operator, "attemptsPerMinute: 4").start()
    wrong = {"email": fresh_email(), "password": "not the password"}
    assert [post(operator, "/auth/login", wrong).status_code for _ in range(4)] == [401] * 4
    for refused in (post(operator, "/auth/login", {**wrong, "email": fresh_email()}), signup(operator)):
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
        assert 1 <= int(refused.headers["retry-after"]) <= 15
    # Nobody is believed who only says that he is somebody else.
    forwarded = post(operator, "/auth/login", wrong, headers={"X-Forwarded-For": "192.0.2.1"})
    assert forwarded.status_code == 429


def test_the_environment_sets_the_limit_and_a_wrong_present_password_counts(own_operator):
    operator = own_operator
    operator.stack_file.write_text(operator.stack_file.read_text().replace("auth: {attemptsPerMinute: 0}", ""))
    operator.environment["AUTH_RATE_LIMIT"] = "3"
    operator.start()
    user = operator.user()
    body = {"current_password": "not the password", "new_password": "the second password"}
    statuses = [user.http.put("/api/me/password", json=body).status_code for _ in range(3)]
    assert statuses == [403, 403, 429]


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(own_operator):
    operator = configure(
        own_operator, "attemptsPerMinute: 2", ", trustedProxies: [127.0.0.0/8, 198.51.100.7]").start()

    def login(forwarded):
        return post(operator, "/auth/login", {"email": fresh_email(), "password": "not the password"},
                    headers={"X-Forwarded-For": forwarded}).status_code

    # What the client itself wrote in front does not count; a second proxy that is trusted does.
    assert [login("203.0.113.9, 192.0.2.1"), login("192.0.2.1, 198.51.100.7"), login("192.0.2.1")] == [401, 401, 429]
    assert login("192.0.2.2:4711") == 401
    admin = Client(operator.url)
    admin.http.headers["X-Forwarded-For"] = "192.0.2.3"
    admin.login(ADMIN["email"], ADMIN["password"])
    entries = admin.http.get("/api/admin/audit?action=session.login").json()["entries"]
    assert entries[0]["address"] == "192.0.2.3"


# Browsers


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
])
def test_another_sites_page_changes_nothing(operator, headers):
    user = operator.user()
    calls = [
        ("POST", "/auth/signup", form()), ("POST", "/auth/login", ADMIN), ("POST", "/auth/logout", None),
        ("POST", "/auth/logout-everywhere", None), ("PATCH", "/api/me", {"name": "x"}),
        ("PUT", "/api/me/password", {"current_password": PASSWORD, "new_password": "the second password"}),
        ("DELETE", "/api/runners/demo", None), ("POST", "/api/admin/users", form()),
    ]
    for method, path, body in calls:
        answer = user.http.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), path
    assert user.http.get("/auth/me").json()["user"] == user.account


def test_the_own_page_and_no_browser_at_all_may(operator):
    user = operator.user()
    for headers in ({"Origin": operator.url}, {"Sec-Fetch-Site": "same-origin"}, {}):
        assert user.http.patch("/api/me", json={"name": "x"}, headers=headers).status_code == 200


def test_every_answer_has_the_security_headers(operator):
    for path in ("/", "/auth/me", "/auth/config", "/api/nothing", "/healthz", "/v1/models", "/api/admin/users"):
        headers = httpx.get(operator.url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


# Errors


def test_errors_have_one_shape_and_what_is_no_json_is_refused(operator):
    user = operator.user()
    answers = [
        user.http.post("/auth/login", content='{"email":', headers={"Content-Type": "application/json"}),
        user.http.post("/auth/login", content="[]", headers={"Content-Type": "application/json"}),
        user.http.post("/auth/login", content="{}", headers={"Content-Type": "text/plain"}),
        user.http.post("/auth/login", data={"email": "a@b", "password": PASSWORD}),
        user.http.post("/auth/login", json={"email": 7, "password": None}),
        user.http.patch("/api/me", json={"name": ["x"]}),
        user.http.get("/api/admin/users"),
        user.http.get("/api/nothing"),
        user.http.get("/auth/login"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 415, 415, 422, 422, 403, 404, 405]
    for answer in answers:
        body = answer.json()
        assert set(body) == {"detail", "code", "request_id"}
        assert body["detail"] and body["request_id"] == answer.headers["x-request-id"]


# The first boot


def test_the_bootstrap_admin_is_made_on_the_first_boot_only(own_operator):
    operator = own_operator
    operator.environment["BOOTSTRAP_ADMIN_NAME"] = "The Boss"
    operator.start()
    assert operator.admin().account["name"] == "The Boss"
    operator.terminate()
    operator.environment.update(BOOTSTRAP_ADMIN_EMAIL="other@local", BOOTSTRAP_ADMIN_PASSWORD="another password")
    operator.start()
    admin = operator.admin()
    assert admin.account["role"] == "admin"
    assert [u["email"] for u in admin.http.get("/api/admin/users").json()["users"]] == [ADMIN["email"]]


@pytest.mark.parametrize("name, value, words", [
    ("JWT_SECRET", "CHANGE_ME", ["JWT_SECRET", "placeholder", "openssl rand -hex 48"]),
    ("JWT_SECRET", "CHANGE_ME_" + "x" * 60, ["JWT_SECRET", "placeholder", "openssl rand -hex 48"]),
    ("JWT_SECRET", "too short", ["JWT_SECRET", "shorter than 32", "openssl rand -hex 48"]),
    ("JWT_SECRET", "", ["JWT_SECRET", "missing", "openssl rand -hex 48"]),
    ("BOOTSTRAP_ADMIN_PASSWORD", "CHANGE_ME_please", ["BOOTSTRAP_ADMIN_PASSWORD", "placeholder", "openssl rand"]),
    ("BOOTSTRAP_ADMIN_PASSWORD", "short", ["BOOTSTRAP_ADMIN_PASSWORD", "shorter than 8", "openssl rand"]),
    ("BOOTSTRAP_ADMIN_PASSWORD", "", ["BOOTSTRAP_ADMIN_EMAIL", "no password", "openssl rand"]),
])
def test_it_does_not_start_with_a_placeholder(own_operator, name, value, words):
    operator = own_operator
    operator.environment[name] = value
    result = operator.command("serve")
    assert result.returncode == 1
    for word in words:
        assert word in result.stderr
    if value:
        assert value not in result.stderr.replace("BOOTSTRAP_ADMIN_PASSWORD", "").replace("shorter", "")
    assert not (operator.folder / "data" / "router.db").exists()


def test_the_page_knows_what_to_ask_before_anybody_signs_in(operator):
    config = httpx.get(operator.url + "/auth/config").json()
    assert config["signup"] is True and config["invite_required"] is False
    assert re.fullmatch(r"\d+\.\d+\.\d+", config["version"])
