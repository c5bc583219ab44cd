"""The commands that speak with the running operatord."""

import json
import re
import shutil
import stat
import subprocess
import threading

import httpx

from support.operator import BINARY, backend
from support.wait import until


def events(user, backend="demo"):
    return user.http.get(f"/api/runners/{backend}/events").json()["events"]


def test_only_its_owner_reaches_the_control_socket(own_operator):
    operator = own_operator.start()
    folder = operator.folder / "data" / "control"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "operatord.sock").stat().st_mode) == 0o600


def test_a_long_path_of_the_data_root_is_no_obstacle(own_operator):
    operator = own_operator
    text = operator.stack_file.read_text()
    operator.stack_file.write_text(text.replace("dataRoot: data", "dataRoot: " + "deep/" * 20 + "data"))
    operator.start()
    result = operator.command("reconcile")
    assert (result.returncode, result.stdout) == (
        0, "Configuration 1 is in force. Nothing waits for approval.\n"), result.stderr


def test_without_a_server_it_says_so(own_operator):
    operator = own_operator.start()
    operator.kill()
    result = operator.command("reconcile")
    assert result.returncode == 1 and "does not answer" in result.stderr
    assert "NotRunning" in operator.command("status").stdout


def test_a_change_above_the_safety_share_waits_for_approval(own_operator):
    operator = own_operator
    text = operator.stack_file.read_text()
    operator.stack_file.write_text(text.replace("drainTimeout: 1s", "drainTimeout: 1s, safetyShare: 0%, safetyFloor: 1"))
    operator.start()
    users = [operator.user(), operator.user()]
    for user in users:
        user.say("hello")
    before = {user: operator.container_of(user)["Id"] for user in users}

    operator.edit_backend("demo", extra_env={"GREETING": "hi"})
    held = operator.command("reconcile")
    assert held.returncode == 2 and held.stdout.startswith("2 runners wait"), held.stdout + held.stderr
    plan = operator.command("plan")
    assert plan.returncode == 2
    assert (
        f'hold {users[0].slug}/demo: env.GREETING changed from unset to "hi"; one change touches 2 runners, 1 allowed '
        "without approval") in plan.stdout
    assert all(operator.container_of(user)["Id"] == before[user] for user in users)
    assert users[0].say("meanwhile") == "You said: meanwhile"

    approved = operator.command("reconcile", "--approve")
    assert (approved.returncode, approved.stdout) == (0, "Approved: the change of 2 runners is carried out.\n")
    waited = operator.command("wait")
    assert waited.returncode == 0, waited.stderr
    assert all(operator.container_of(user)["Id"] != before[user] for user in users)
    # It was for that edit: the next one waits again.
    operator.edit_backend("demo", extra_env={"GREETING": "hello"})
    assert operator.command("reconcile").returncode == 2


def test_a_runner_is_made_anew_when_told_to(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    result = operator.command("recycle", f"{user.slug}/demo")
    assert (result.returncode, result.stdout) == (0, f"{user.slug}/demo is made anew.\n"), result.stderr
    waited = operator.command("wait", f"{user.slug}/demo")
    assert (waited.returncode, waited.stdout) == (0, f"{user.slug}/demo is ready.\n"), waited.stderr
    assert operator.container_of(user)["Id"] != before
    assert "recycle asked for" in [event["message"] for event in events(user)]


def test_a_suspended_runner_stays_stopped_until_it_is_resumed(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    runner = f"{user.slug}/demo"
    result = operator.command("suspend", runner, "--reason", "costs too much")
    assert (result.returncode, result.stdout) == (0, f"{runner} is suspended.\n"), result.stderr
    until(lambda: not operator.containers_of(user), 10, "the container to go")
    answer = user.chat("hello")
    assert answer.status_code in (409, 503) and "suspended: costs too much" in answer.text, answer.text
    assert user.start().status_code >= 400
    operator.kill()
    operator.start()
    user = user.moved_to(operator.url)
    assert user.chat("still?").status_code in (409, 503)
    assert operator.command("suspend", runner).stdout == f"{runner} is suspended already.\n"
    assert operator.command("resume", runner).stdout == f"{runner} may start again.\n"
    assert user.say("hello") == "You said: hello"
    assert operator.command("resume", runner).stdout == f"{runner} is not suspended.\n"
    unknown = operator.command("suspend", "nobody/demo")
    assert unknown.returncode == 1 and unknown.stderr


def test_a_checkout_is_planned_against_the_running_installation(own_operator, tmp_path):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    checkout = operator.folder / "checkout"
    checkout.mkdir()
    shutil.copy(operator.stack_file, checkout / "stack.yaml")
    (checkout / "seeds").mkdir()

    def plan(fields, *arguments):
        (checkout / "backends.json").write_text(json.dumps([backend("demo", operator.prefix, **fields)]))
        return operator.run("plan", "--config", str(checkout), "--against", str(operator.stack_file), *arguments)

    same = plan({"extra_models": ["demo/main", "another"]})
    assert (same.returncode, same.stdout) == (0, "Nothing to do.\n"), same.stderr
    change = plan({"extra_env": {"GREETING": "hi"}})
    assert change.returncode == 2
    assert change.stdout.startswith(f'recreate {user.slug}/demo: env.GREETING changed from unset to "hi"\n')
    document = json.loads(plan({"extra_env": {"GREETING": "hi"}}, "-o", "json").stdout)
    assert document["lanes"][0]["verb"] == "recreate" and document["lanes"][0]["runner"] == f"{user.slug}/demo"
    bad = plan({"internal_port": 808080})
    assert bad.returncode == 1 and "checkout/backends.json:" in bad.stderr
    assert operator.container_of(user)["Id"] == before


def test_status_tells_of_bad_files_and_of_what_needs_a_restart(own_operator):
    operator = own_operator.start()
    operator.stack_file.write_text(operator.stack_file.read_text().replace("port: 0", "port: 1"))
    assert operator.command("reconcile").returncode == 0
    assert "RestartRequired: listen.port changed" in operator.command("status").stdout
    operator.backends_file.write_text("[{}]")
    result = operator.command("reconcile")
    assert result.returncode == 1 and operator.command("wait").returncode == 1
    assert "ConfigInvalid: " in result.stdout and "backends.json:1" in result.stdout
    assert "ConfigInvalid: " in operator.command("status").stdout
    conditions = json.loads(operator.command("status", "-o", "json").stdout)["conditions"]
    assert "ConfigInvalid" in [condition["type"] for condition in conditions]
    operator.kill()
    assert "ConfigInvalid: " in operator.command("status").stdout


def test_a_runner_is_described_and_its_log_shown(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    runner = f"{user.slug}/demo"
    text = operator.command("describe", runner).stdout
    for part in (
            f"Runner:     {runner}", "Phase:      ready", "Next:       -", "Ready is True, Answers", "port: 8080",
            "resources.memory: 128MiB", "Created: no container"):
        assert part in text, text
    container = operator.container_of(user)
    assert container["Name"].strip("/") in text
    key = next(entry for entry in container["Config"]["Env"] if entry.startswith("DEMO_API_KEY=")).split("=")[1]
    assert key not in text
    document = json.loads(operator.command("describe", runner, "-o", "json").stdout)
    assert document["live"]["phase"] == "ready" and document["events"][0]["reason"] == "Created"

    logs = operator.command("logs", runner)
    assert logs.stdout.strip() == operator.engine.logs(container["Id"]).strip() != ""
    assert operator.command("logs", runner, "--previous").stdout == ""
    operator.engine.command("kill", container["Id"])
    until(lambda: "Exited" in [event["reason"] for event in events(user)], 10, "the event")
    assert operator.command("logs", runner, "--previous").stdout == logs.stdout
    unknown = operator.command("describe", "nobody/demo")
    assert unknown.returncode == 1 and "is not wanted" in unknown.stderr


def test_runners_are_got_one_line_or_one_object_each(own_operator):
    operator = own_operator.start()
    first, second = operator.user(), operator.user()
    for user in (first, second):
        user.say("hello")
    table = operator.command("get").stdout.splitlines()
    assert table[0].split()[:3] == ["RUNNER", "PHASE", "CONTAINER"] and len(table) == 3
    runner = f"{first.slug}/demo"
    line = operator.command("get", runner).stdout.splitlines()
    assert len(line) == 2 and line[1].split()[:3] == [runner, "ready", operator.container_of(first)["Name"].strip("/")]
    assert json.loads(operator.command("get", runner, "-o", "json").stdout)["phase"] == "ready"
    assert len(json.loads(operator.command("get", "-o", "json").stdout)) == 2
    unknown = operator.command("get", "nobody/demo")
    assert unknown.returncode == 1 and "nobody/demo is not wanted" in unknown.stderr


class Followed:
    """`operatord logs --follow` with what it has printed so far."""

    def __init__(self, operator, runner):
        self.process = subprocess.Popen(
            [BINARY, "logs", runner, "--follow", "--config", str(operator.stack_file)], env=operator.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.out, self.err = [], []
        for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            threading.Thread(target=lambda s=stream, l=lines: l.extend(iter(s.readline, "")), daemon=True).start()

    def end(self):
        self.process.terminate()
        self.process.wait(10)


def test_a_log_is_followed_from_one_container_to_the_next(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    runner = f"{user.slug}/demo"
    name = operator.container_of(user)["Name"].strip("/")
    key = next(
        entry for entry in operator.container_of(user)["Config"]["Env"] if entry.startswith("DEMO_API_KEY=")).split("=")[1]
    followed = Followed(operator, runner)
    try:
        until(lambda: followed.out, 10, "the first line")
        assert followed.err == [f"--- {name}\n"]
        before = len(followed.out)
        operator.engine.command("kill", operator.container_of(user)["Id"])
        until(lambda: len(followed.err) == 2, 20, "the next container")
        until(lambda: len(followed.out) > before, 10, "its first line")
        now = operator.engine.logs(operator.container_of(user)["Id"]).splitlines()
        until(lambda: [line.rstrip("\n") for line in followed.out[before:]] == now, 10, "all its lines")
        assert key not in "".join(followed.out)
        operator.terminate()
        assert followed.process.wait(10) == 1
        until(lambda: "operatord" in followed.err[-1], 5, "why it ended")
    finally:
        followed.end()
    assert operator.command("logs", runner, "--follow", "--previous").returncode == 64


def test_who_reads_a_followed_log_too_slowly_is_told_what_is_missing(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    # Nobody reads what it prints until all is written.
    process = subprocess.Popen(
        [BINARY, "logs", f"{user.slug}/demo", "--follow", "--config", str(operator.stack_file)],
        env=operator.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr.readline().startswith("--- ")
        # More than pipe, sockets and both processes hold on the way.
        lines = [f"{number:05} {'x' * 300}" for number in range(20_000)]
        for part in range(0, len(lines), 1000):
            user.say("[[log " + "\n".join(lines[part:part + 1000]) + "]] x")
        said = []
        for line in iter(process.stdout.readline, ""):
            said.append(line.removesuffix("\n"))
            if said[-1].endswith(lines[-1]):
                break
    finally:
        process.kill()
        process.wait(10)
    notices = [re.fullmatch(r"… (\d+) lines left out: read too slowly", line) for line in said]
    missing = sum(int(notice[1]) for notice in notices if notice)
    assert missing > 0
    numbers = [int(line[-306:-301]) for line in said if line.endswith(" " + "x" * 300)]
    assert len(numbers) + missing == len(lines)
    # Each gap is exactly where a notice stands.
    place = next(place for place, notice in enumerate(notices) if notice)
    before, after = (int(line[-306:-301]) for line in (said[place - 1], said[place + 1]))
    assert after - before - 1 == int(notices[place][1])


def test_following_a_runner_that_is_not_there_says_so(own_operator):
    operator = own_operator.start()
    result = operator.command("logs", "nobody/demo", "--follow")
    assert result.returncode == 1 and "nobody/demo is not wanted" in result.stderr


def test_tokens_are_made_listed_and_revoked_while_it_runs(own_operator):
    operator = own_operator.start()
    user = operator.user()
    made = operator.command("tokens", "create", user.slug, "--name", "build server", "--backend", "demo", "--expires-in", "90d")
    token = made.stdout.strip()
    assert made.returncode == 0 and token.startswith("ags_"), made.stderr

    def models():
        return httpx.get(operator.url + "/v1/models", headers={"Authorization": f"Bearer {token}"}).status_code

    until(lambda: models() == 200, 5, "the token to be known")
    listed = operator.command("tokens", "list", user.slug)
    assert "build server" in listed.stdout and token not in listed.stdout and token[:10] in listed.stdout
    rows = json.loads(operator.command("tokens", "list", "-o", "json").stdout)
    assert [(row["user"], row["backends"]) for row in rows] == [(user.account["email"], ["demo"])]
    revoked = operator.command("tokens", "revoke", str(rows[0]["id"]))
    assert revoked.returncode == 0 and user.account["email"] in revoked.stdout
    until(lambda: models() == 401, 5, "the token to be refused")
    assert operator.command("tokens", "revoke", str(rows[0]["id"])).returncode != 0
    wrong = operator.command("tokens", "create", user.slug, "--name", "x", "--backend", "demmo")
    assert wrong.returncode != 0 and "There is no backend demmo. There are: demo" in wrong.stderr
    wrong = operator.command("tokens", "create", user.slug, "--name", "x", "--expires-in", "soon")
    assert wrong.returncode != 0 and "soon is not a duration" in wrong.stderr
    audit = operator.admin().http.get("/api/admin/audit?actor=command_line").json()["entries"]
    assert [entry["action"] for entry in audit] == ["token.revoke", "token.create"]


def test_keys_are_rotated_while_it_runs_and_no_runner_is_made_anew(own_operator):
    operator = own_operator
    operator.write_backends([backend("demo", operator.prefix, user_overridable_env=["LLM_API_KEY"])])
    operator.start()
    user = operator.user()
    user.set_value("LLM_API_KEY", "sk-one-of-alice")
    user.say("hello")
    before = operator.container_of(user)["Id"]
    listed = operator.command("keys").stdout
    old = re.search(r"^([0-9a-f]{8}) ", listed, re.M)[1]
    rotated = operator.command("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    new = re.search(r"with the new key ([0-9a-f]{8}); old keys taken out of the key file: 1", rotated.stdout)[1]
    keys = json.loads(operator.command("keys", "list", "-o", "json").stdout)
    assert [key["id"] for key in keys] == [new] != [old] and keys[0]["values"] >= 3

    # The operatord that was there before reads and writes on.
    other = operator.user()
    other.set_value("LLM_API_KEY", "sk-one-of-bob")
    assert other.say("hello") == "You said: hello"
    assert user.say("still there?") == "You said: still there?"
    assert operator.command("reconcile").returncode == 0
    assert operator.container_of(user)["Id"] == before
    operator.kill()
    operator.start()
    user = user.moved_to(operator.url)
    assert user.say("and now?") == "You said: and now?"
    assert operator.container_of(user)["Id"] == before
    problems = operator.command("doctor").stdout
    assert "key" not in [line.split()[0] for line in problems.splitlines() if line.startswith("error")]
