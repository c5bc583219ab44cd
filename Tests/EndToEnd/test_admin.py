"""Administration over HTTP and on the command line: the contract's section, sentence by sentence."""

import csv
import io
import json
import sqlite3
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.client import Client
from support.operator import BINARY, backend
from support.wait import until
from test_accounts import PASSWORD, at_once, form, fresh_email, me, post, signup


def row_of(admin, user):
    answer = admin.http.get(f"/api/admin/users/{user.account['id']}")
    return answer.json()["user"] if answer.status_code == 200 else None


def delete(admin, user, home=None, **headers):
    query = f"?home={home}" if home else ""
    return admin.http.delete(f"/api/admin/users/{user.account['id']}{query}", headers=headers)


def home_of(operator, user):
    return operator.folder / "data" / "users" / user.slug


def in_background(call):
    """Runs `call` on its own thread, whatever becomes of it; gives the thread."""
    def run():
        try:
            call()
        except (httpx.HTTPError, AssertionError):
            pass
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def streaming(user, begun, model="demo"):
    """A stream that lasts 30 s if nobody ends it; sets `begun` at its first chunk."""
    for _ in user.stream("[[chunks 300 100ms]]", model):
        begun.set()


def entries(admin, **query):
    answer = admin.http.get("/api/admin/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


# Who may


def test_only_the_admin_administers(operator):
    user = operator.user()
    calls = [
        ("GET", "/api/admin/users"), ("POST", "/api/admin/users"), ("GET", "/api/admin/users/1"),
        ("PATCH", "/api/admin/users/1"), ("DELETE", "/api/admin/users/1"), ("GET", "/api/admin/users/999"),
        ("GET", "/api/admin/runners"), ("DELETE", "/api/admin/runners/1/demo"),
        ("POST", "/api/admin/runners/1/demo/recycle"), ("GET", "/api/admin/runners/1/demo/logs"),
        ("GET", "/api/admin/runners/1/demo/events"), ("GET", "/api/admin/invites"), ("POST", "/api/admin/invites"),
        ("DELETE", "/api/admin/invites/1"), ("GET", "/api/admin/audit"),
    ]
    for method, path in calls:
        assert user.http.request(method, path).status_code == 403, path
        assert httpx.request(method, operator.url + path).status_code == 401, path


# Users


def test_users_are_listed_and_found(operator):
    admin, user = operator.admin(), operator.user()
    users = admin.http.get("/api/admin/users?limit=500").json()["users"]
    row = next(row for row in users if row["id"] == user.account["id"])
    assert {key: row[key] for key in user.account} == user.account
    assert row["disabled"] is False and row["deleting"] is False
    assert abs(row["created_at"] - time.time()) < 60
    assert (row["runners"], row["conversations"], row["tokens"]) == (0, 0, 0)
    assert "password" not in json.dumps(users)
    assert row == row_of(admin, user)
    for text in (user.account["email"].upper(), user.slug):
        found = admin.http.get("/api/admin/users", params={"q": text}).json()["users"]
        assert [row["id"] for row in found] == [user.account["id"]]


def test_the_list_comes_in_pages(operator):
    admin = operator.admin()
    mine = [operator.user().account["id"] for _ in range(3)]
    first = admin.http.get("/api/admin/users?limit=2").json()
    assert [row["id"] for row in first["users"]] == [mine[2], mine[1]]
    second = admin.http.get(f"/api/admin/users?limit=2&before={first['next']}").json()
    assert second["users"][0]["id"] == mine[0]
    everybody = admin.http.get("/api/admin/users?limit=500").json()
    assert everybody["next"] is None
    for query in ("limit=0", "limit=501", "limit=x", "before=x"):
        assert admin.http.get(f"/api/admin/users?{query}").status_code == 400


def test_a_user_is_seen_and_counted(operator):
    admin, user = operator.admin(), operator.user()
    began = int(time.time())
    user.say("hello")
    assert user.http.post("/api/me/tokens", json={"name": "ci"}).status_code == 200
    until(lambda: row_of(admin, user)["runners"] == 1, 5, "the runner to be counted")
    row = row_of(admin, user)
    assert row["tokens"] == 1
    assert began - 1 <= row["last_seen_at"] <= time.time()


def test_an_account_that_the_admin_makes_is_a_user(operator):
    admin = operator.admin()
    body = form(name="New One")
    made = admin.http.post("/api/admin/users", json=body)
    assert made.status_code == 200
    assert (made.json()["user"]["role"], made.json()["user"]["name"]) == ("user", "New One")
    Client(operator.url).login(body["email"], body["password"])
    assert admin.http.post("/api/admin/users", json=body).status_code == 409
    assert admin.http.post("/api/admin/users", json=form(password="short")).status_code == 400
    assert admin.http.post("/api/admin/users", json={"email": fresh_email()}).status_code == 422
    refused = form(role="admin")
    assert admin.http.post("/api/admin/users", json=refused).status_code == 400
    assert post(operator, "/auth/login", refused).status_code == 401


def test_a_name_is_edited_and_a_password_reset_ends_the_sessions(operator):
    admin, user = operator.admin(), operator.user()
    path = f"/api/admin/users/{user.account['id']}"
    assert admin.http.patch(path, json={"name": "Renamed"}).json()["user"]["name"] == "Renamed"
    assert user.http.get("/auth/me").json()["user"]["name"] == "Renamed"
    assert admin.http.patch(path, json={"password": "reset by the admin"}).status_code == 200
    assert user.http.get("/auth/me").status_code == 401
    user.login(user.account["email"], "reset by the admin")
    assert admin.http.patch(path, json={"password": "short"}).status_code == 400
    assert admin.http.patch(path, json={"disabled": "yes"}).status_code == 422
    assert admin.http.patch("/api/admin/users/999999", json={"name": "x"}).status_code == 404
    assert admin.http.patch("/api/admin/users/x", json={"name": "x"}).status_code == 404


def test_disabling_ends_sessions_tokens_runners_and_streams_at_once(operator):
    admin, user = operator.admin(), operator.user()
    token = user.http.post("/api/me/tokens", json={"name": "ci"}).json()["token"]
    user.say("warm up")
    begun = threading.Event()
    stream = in_background(lambda: streaming(user, begun))
    assert begun.wait(10)
    path = f"/api/admin/users/{user.account['id']}"
    assert admin.http.patch(path, json={"disabled": True}).json()["user"]["disabled"] is True
    assert user.http.get("/auth/me").status_code == 401
    assert user.chat("hello").status_code == 401
    assert httpx.get(operator.url + "/v1/models", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert post(operator, "/auth/login", {"email": user.account["email"], "password": PASSWORD}).status_code == 401
    until(lambda: operator.containers_of(user) == [], 10, "the container to go")
    stream.join(5)
    assert not stream.is_alive()

    assert admin.http.patch(path, json={"disabled": False}).json()["user"]["disabled"] is False
    assert user.http.get("/auth/me").status_code == 401
    user.login(user.account["email"], PASSWORD)
    assert user.say("hello again") == "You said: hello again"


# The one admin


def test_no_way_leads_around_the_one_admin(operator):
    admin, user = operator.admin(), operator.user()
    self, other = f"/api/admin/users/{admin.account['id']}", f"/api/admin/users/{user.account['id']}"
    calls = [
        lambda: admin.http.patch(self, json={"disabled": True}),
        lambda: admin.http.patch(self, json={"role": "user"}),
        lambda: admin.http.patch(self, json={"password": "without the present one"}),
        lambda: admin.http.delete(self),
        lambda: admin.http.patch(other, json={"role": "admin"}),
        lambda: admin.http.post("/api/admin/users", json=form(role="admin")),
    ]
    # In turn and all at once.
    answers = [call() for call in calls] + at_once(*calls * 3)
    assert {answer.status_code for answer in answers} == {400}
    user.http.patch("/api/me", json={"role": "admin"})
    signup(operator, role="admin")
    users = admin.http.get("/api/admin/users?limit=500").json()["users"]
    assert [(row["email"], row["disabled"]) for row in users if row["role"] == "admin"] == [
        (admin.account["email"], False)]
    for command in (["disable"], ["delete"]):
        result = operator.command("users", *command, admin.account["email"])
        assert result.returncode == 1 and "admin" in result.stderr
    assert "--role" not in operator.command("users", "create", "--help").stdout
    assert admin.http.get("/auth/me").status_code == 200


@pytest.mark.parametrize("statement", [
    "UPDATE users SET role = 'admin' WHERE role = 'user'", "UPDATE users SET role = 'user'",
    "UPDATE users SET disabled = 1", "DELETE FROM users", "UPDATE users SET deletion = 'keep', disabled = 1",
    "INSERT INTO users (email, name, slug, role, password_hash, created_at) VALUES ('x@y', '', 'x', 'admin', '', 0)",
    "INSERT OR REPLACE INTO users (id, email, name, slug, role, password_hash, created_at)"
    " SELECT id, 'x@y', '', 'x', 'user', '', 0 FROM users WHERE role = 'admin'",
    "INSERT OR REPLACE INTO users (email, name, slug, role, password_hash, created_at)"
    " VALUES ('x@y', '', 'x', 'admin', '', 0)",
    "UPDATE OR REPLACE users SET email = (SELECT email FROM users WHERE role = 'admin') WHERE role = 'user'",
])
def test_not_even_sql_leads_around_the_one_admin(operator, statement):
    operator.user()
    with sqlite3.connect(operator.folder / "data" / "router.db") as database:
        before = database.execute("SELECT * FROM users WHERE role = 'admin'").fetchall()
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(statement)
        database.rollback()
        assert database.execute("SELECT * FROM users WHERE role = 'admin'").fetchall() == before
    database.close()


# Deleting


def test_a_deleted_user_is_gone_with_everything(operator):
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    user.http.post("/api/me/tokens", json={"name": "ci"})
    conversation = user.http.post("/api/conversations", json={"backend": "demo"}).json()["conversation"]["id"]
    secret = "a text that must not stay behind"
    user.http.post(f"/api/conversations/{conversation}/messages", json={"role": "user", "content": secret})
    answer = delete(admin, user, Prefer="return=representation")
    assert answer.status_code == 200
    assert answer.json()["deleted"] == {
        "runners": 1, "conversations": 1, "messages": 1, "tokens": 1, "home": "kept" if home_of(operator, user).exists()
        else "none"}
    assert operator.containers_of(user) == []
    assert row_of(admin, user) is None
    assert user.http.get("/auth/me").status_code == 401
    assert delete(admin, user).status_code == 404
    files = (operator.folder / "data").glob("router.db*")
    assert not any(secret.encode() in path.read_bytes() for path in files)

    # Neither name nor address makes the next one an heir.
    again = Client(operator.url)
    again._enter("/auth/signup", {**user.account, "password": PASSWORD})
    assert again.account["id"] != user.account["id"] and again.slug != user.slug
    assert again.http.get("/api/conversations").json()["conversations"] == []


def with_homes(operator):
    (operator.folder / "seeds" / "demo").mkdir(parents=True, exist_ok=True)
    (operator.folder / "seeds" / "demo" / "notes.md").write_text("seed")
    operator.write_backends([
        backend("demo", operator.prefix, seed_subdir="demo", mount_target="/home/agent"),
        backend("slow", operator.prefix, extra_env={"DEMO_START_DELAY": "4s"}),
    ])
    return operator


def test_the_home_is_kept_or_removed_as_asked(own_operator):
    operator = with_homes(own_operator).start()
    admin = operator.admin()
    kept, removed, none = operator.user(), operator.user(), operator.user()
    outside = operator.folder / "outside"
    outside.mkdir()
    (outside / "precious").write_text("stays")
    for user in (kept, removed):
        user.say("hello")
    # What an agent may leave behind: links to elsewhere, and folders deeper than one may open.
    home = home_of(operator, removed) / "demo"
    (home / "link").symlink_to(outside)
    deep = home
    for _ in range(60):
        deep = deep / ("d" * 30)
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    wanted = {"Prefer": "return=representation"}
    assert delete(admin, kept, **wanted).json()["deleted"]["home"] == "kept"
    assert delete(admin, removed, "remove", **wanted).json()["deleted"]["home"] == "removed"
    assert delete(admin, none, "remove", **wanted).json()["deleted"]["home"] == "none"
    assert (home_of(operator, kept) / "demo" / "notes.md").exists()
    assert not home_of(operator, removed).exists()
    assert (outside / "precious").read_text() == "stays"
    assert delete(admin, operator.user(), "burn").status_code == 400


def test_deleting_ends_a_stream_in_flight(operator):
    admin, user = operator.admin(), operator.user()
    user.say("warm up")
    begun = threading.Event()
    stream = in_background(lambda: streaming(user, begun))
    assert begun.wait(10)
    answer = delete(admin, user)
    assert (answer.status_code, answer.content) == (204, b"")
    stream.join(5)
    assert not stream.is_alive()
    assert operator.containers_of(user) == []


def test_a_user_may_be_deleted_during_the_cold_start(own_operator):
    operator = with_homes(own_operator).start()
    admin, user = operator.admin(), operator.user()
    answers = []
    waiting = in_background(lambda: answers.append(user.chat("hello", "slow")))
    until(lambda: operator.containers_of(user, "slow"), 10, "the container")
    assert delete(admin, user).status_code == 204
    waiting.join(5)
    assert not waiting.is_alive()
    assert answers[0].status_code in (401, 502, 503)
    assert operator.containers_of(user, "slow") == []
    assert user.chat("hello", "slow").status_code == 401
    # Nothing brings it back later.
    assert operator.admin().http.get("/api/admin/runners").json()["runners"] == []
    assert row_of(admin, user) is None


def test_two_deletions_at_once_are_one(operator):
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    answers = at_once(*[lambda: delete(admin, user)] * 4)
    assert {answer.status_code for answer in answers} <= {204, 404}
    assert 204 in {answer.status_code for answer in answers}
    assert operator.containers_of(user) == []


def test_a_deletion_that_the_end_of_the_process_cut_off_is_finished_at_the_start(own_operator):
    operator = with_homes(own_operator).start()
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    with sqlite3.connect(operator.folder / "data" / "router.db") as database:
        # What is left when it dies right after the mark.
        operator.kill()
        database.execute("UPDATE users SET deletion = 'remove', disabled = 1 WHERE id = ?", [user.account["id"]])
    database.close()
    operator.start()
    admin = operator.admin()
    until(lambda: row_of(admin, user) is None, 15, "the rows to go")
    assert operator.containers_of(user) == []
    assert not home_of(operator, user).exists()
    assert delete(admin, user).status_code == 404


def test_a_deletion_waits_for_an_engine_that_is_away(operator_on_private_engine):
    operator = operator_on_private_engine
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    operator.engine.stop()
    until(lambda: httpx.get(operator.url + "/readyz").status_code == 503, 20, "the engine to be missed")
    # Nobody knows whether the runner is gone, so the home and the rows are not.
    answer = delete(admin, user)
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    assert row_of(admin, user)["deleting"] is True
    assert user.http.get("/auth/me").status_code == 401
    operator.engine.start()
    until(lambda: row_of(admin, user) is None, 30, "the deletion to be finished")
    assert operator.containers_of(user) == []


# Runners


def test_the_admin_sees_everybodys_runners_without_keys(operator):
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    runners = admin.http.get("/api/admin/runners", params={"user": user.slug}).json()["runners"]
    assert len(runners) == 1
    assert runners[0]["user"] == {"id": user.account["id"], "email": user.account["email"], "slug": user.slug}
    assert (runners[0]["backend"], runners[0]["phase"], runners[0]["running"]) == ("demo", "ready", True)
    key = next(e for e in operator.container_of(user)["Config"]["Env"] if e.startswith("DEMO_API_KEY=")).split("=")[1]
    assert key not in admin.http.get("/api/admin/runners").text
    for query, count in (
        ({"user": user.account["email"].upper()}, 1), ({"user": str(user.account["id"])}, 1), ({"user": "nobody"}, 0),
        ({"user": user.slug, "backend": "demo"}, 1), ({"user": user.slug, "backend": "slow"}, 0),
        ({"user": user.slug, "phase": "ready"}, 1), ({"user": user.slug, "phase": "failed"}, 0),
    ):
        assert len(admin.http.get("/api/admin/runners", params=query).json()["runners"]) == count, query


def test_the_admin_stops_a_runner(operator):
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    path = f"/api/admin/runners/{user.account['id']}/demo"
    assert admin.http.delete(path).json() == {"stopped": True}
    assert operator.containers_of(user) == []
    assert admin.http.delete(path).json() == {"stopped": False}
    assert admin.http.delete(f"/api/admin/runners/{user.account['id']}/nothing").status_code == 404
    assert admin.http.delete("/api/admin/runners/999999/demo").status_code == 404
    stop = entries(admin, target=f"{user.slug}/demo", action="runner.stop")[0]
    assert (stop["actor"]["email"], stop["after"]) == (admin.account["email"], "stopped by the admin")
    assert user.say("hello again") == "You said: hello again"


def test_the_admin_recycles_a_runner_which_drains_first(operator):
    admin, user = operator.admin(), operator.user()
    path = f"/api/admin/runners/{user.account['id']}/demo/recycle"
    assert admin.http.post(path).json() == {"recycled": False}
    user.say("hello")
    before = operator.container_of(user)["Id"]
    chunks = []
    for chunk in user.stream("[[chunks 8 100ms]]"):
        chunks.append(chunk)
        if len(chunks) == 1:
            assert admin.http.post(path).json() == {"recycled": True}
    assert len([chunk for chunk in chunks if "sent_us" in chunk]) == 8
    assert user.say("hello again") == "You said: hello again"
    until(lambda: [c["Id"] for c in operator.containers_of(user)] not in ([], [before]), 10, "another container")
    events = admin.http.get(path.replace("recycle", "events")).json()["events"]
    assert any("recycle asked for" in event["message"] for event in events), events


def test_the_admin_reads_a_runners_log_and_history(operator):
    admin, user = operator.admin(), operator.user()
    user.say("hello")
    path = f"/api/admin/runners/{user.account['id']}/demo"
    log = admin.http.get(path + "/logs?tail=5").json()
    assert log["container"] == operator.container_of(user)["Name"].lstrip("/")
    assert 1 <= len(log["lines"]) <= 5
    events = admin.http.get(path + "/events?limit=10").json()["events"]
    assert "Created" in [event["reason"] for event in events]
    assert set(events[0]) == {"at", "reason", "message", "log_tail"}
    for wrong in ("/logs?tail=0", "/logs?tail=2001", "/events?limit=x"):
        assert admin.http.get(path + wrong).status_code == 400


# Audit log


def test_the_audit_log_says_who_did_what(operator):
    admin, user = operator.admin(), operator.user()
    path = f"/api/admin/users/{user.account['id']}"
    answer = admin.http.patch(path, json={"name": "Audited", "disabled": True, "password": "a new secret word"})
    admin.http.patch(path, json={"disabled": False})
    found = entries(admin, target=user.slug)
    assert [entry["action"] for entry in found] == [
        "user.enable", "user.disable", "user.password", "user.update", "user.create"]
    disable, update, create = found[1], found[3], found[4]
    assert disable["actor"] == {"kind": "account", "id": admin.account["id"], "email": admin.account["email"]}
    assert (disable["before"], disable["after"]) == ("enabled", "disabled")
    assert disable["request_id"] == answer.headers["x-request-id"]
    assert disable["address"] == "127.0.0.1"
    assert (update["before"], update["after"]) == (user.account["name"], "Audited")
    assert create["actor"]["kind"] == "anonymous"
    assert PASSWORD not in json.dumps(found) and "secret word" not in json.dumps(found)
    delete(admin, user)
    assert entries(admin, target=user.slug, action="user.delete")[0]["before"] == user.account["email"]


def test_the_audit_log_is_filtered_and_comes_in_pages(operator):
    admin, user = operator.admin(), operator.user()
    user.http.post("/auth/logout-everywhere")
    user.login(user.account["email"], PASSWORD)
    mine = entries(admin, actor=user.account["email"].upper())
    assert [entry["action"] for entry in mine] == ["session.login", "session.logout_everywhere"]
    assert [entry["id"] for entry in mine] == sorted([entry["id"] for entry in mine], reverse=True)
    assert entries(admin, actor=user.account["email"], action="session.login") == mine[:1]
    assert entries(admin, actor=user.account["email"], since=int(time.time()) + 60) == []
    assert entries(admin, actor=user.account["email"], until=mine[0]["at"] - 60) == []
    page = admin.http.get("/api/admin/audit", params={"actor": user.account["email"], "limit": 1}).json()
    assert page["entries"] == mine[:1]
    assert entries(admin, actor=user.account["email"], before=page["next"]) == mine[1:]
    assert {"session.login", "config.approve", "sealing_key.rotate"} <= set(page["actions"])
    for action in page["actions"]:
        assert all(entry["action"] == action for entry in entries(admin, action=action))
    for query in ("action=nonsense", "since=yesterday", "limit=0", "format=xml"):
        assert admin.http.get(f"/api/admin/audit?{query}").status_code == 400


def test_the_audit_log_as_csv_is_safe_in_a_spreadsheet(operator):
    admin, user = operator.admin(), operator.user()
    name = '=HYPERLINK("http://evil.example","x")'
    user.http.patch("/api/me", json={"name": name})
    user.http.patch("/api/me", json={"name": "+1, \"quoted\""})
    answer = admin.http.get("/api/admin/audit", params={"format": "csv", "target": user.slug, "action": "user.update"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["after"] for row in rows] == ["'+1, \"quoted\"", "'" + name]
    assert rows[0]["actor_email"] == user.account["email"]
    for row in rows:
        assert not any(value[:1] in ("=", "+", "-", "@", "\t") for value in row.values())


# The command line


def users(operator, *arguments, stdin=""):
    return subprocess.run(
        [BINARY, "users", *arguments, "--config", str(operator.stack_file)], env=operator.environment,
        input=stdin, capture_output=True, text=True, timeout=150)


def test_a_running_operatord_takes_over_what_the_command_line_changes(own_operator):
    operator = with_homes(own_operator).start()
    email = fresh_email()
    made = users(operator, "create", email, "--name", "From the shell", "--password-stdin", stdin=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    user = Client(operator.url)
    user.login(email, PASSWORD)
    assert user.http.get("/auth/me").json()["user"]["name"] == "From the shell"
    user.say("hello")

    assert users(operator, "disable", email).returncode == 0
    until(lambda: me(operator, user.session).status_code == 401, 5, "the session to end")
    until(lambda: operator.containers_of(user) == [], 10, "the runner to stop")
    assert users(operator, "enable", user.slug).returncode == 0

    reset = users(operator, "reset-password", str(user.account["id"]))
    password = reset.stdout.split("Password: ")[1].strip()
    until(lambda: post(operator, "/auth/login", {"email": email, "password": password}).status_code == 200, 5, "login")
    user.login(email, password)
    user.say("hello")

    gone = users(operator, "delete", email, "--remove-home")
    assert gone.returncode == 0 and "Deleted" in gone.stdout
    assert operator.containers_of(user) == [] and not home_of(operator, user).exists()
    assert user.http.get("/auth/me").status_code == 401
    found = entries(operator.admin(), target=user.slug)
    assert {entry["actor"]["kind"] for entry in found if entry["action"].startswith("user.")} == {"command_line"}


def test_the_command_line_needs_no_running_operatord(own_operator):
    operator = with_homes(own_operator).start()
    user = operator.user()
    user.say("hello")
    operator.terminate()
    listed = json.loads(users(operator, "list", "-o", "json").stdout)
    assert [(row["email"], row["state"]) for row in listed] == [
        (user.account["email"], "enabled"), ("admin@local", "enabled")]
    assert user.account["email"] in users(operator, "list").stdout
    assert len(operator.containers_of(user)) == 1

    gone = users(operator, "delete", user.account["email"], "--remove-home")
    assert gone.returncode == 0 and "home removed" in gone.stdout, gone.stderr
    assert operator.containers_of(user) == [] and not home_of(operator, user).exists()
    unknown = users(operator, "disable", user.account["email"])
    assert unknown.returncode == 1 and "There is no user" in unknown.stderr
    assert users(operator, "create", "nonsense").returncode == 1
    operator.start()
    assert post(operator, "/auth/login", {"email": user.account["email"], "password": PASSWORD}).status_code == 401
