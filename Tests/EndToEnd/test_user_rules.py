"""What stack.yaml declares about users: limits, resources, idle times, pins."""

import threading

import pytest
from support.operator import backend
from support.wait import until


@pytest.fixture
def operator(own_operator):
    own_operator.write_backends([backend(name, own_operator.prefix) for name in ("demo", "second")])
    own_operator.plain = own_operator.stack_file.read_text()
    return own_operator.start()


def declare(operator, text, runners=""):
    """Puts the stack with these lines in force."""
    operator.stack_file.write_text(operator.plain.replace("runners: {", "runners: {" + runners) + text + "\n")
    done = operator.command("reconcile")
    assert done.returncode == 0, done.stdout + done.stderr


def runner(user, name):
    return user.http.get(f"/api/runners/{name}").json()["runner"]


def test_one_runner_too_many_is_refused_with_what_to_do_and_comes_once_there_is_room(operator):
    user, other = operator.user(), operator.user()
    declare(operator, f"users: [{{user: \"{other.slug}\", maxRunners: 2}}]", runners="maxRunners: 1, ")
    user.say("hello")
    refused = user.chat("hello", model="second")
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "runner_limit", None)
    assert "1 runner at a time" in error["message"] and "have demo" in error["message"]
    assert "stop one first" in error["message"]
    started = user.http.post("/api/runners/second/start")
    assert started.status_code == 409 and started.json()["code"] == "runner_limit"
    shown = runner(user, "second")
    assert shown["running"] is False
    assert ("Stalled", "True", "RunnerLimit") in [(c["type"], c["status"], c["reason"]) for c in shown["conditions"]]
    described = operator.command("describe", f"{user.slug}/second").stdout
    assert "demo exist, 1 allowed for this user" in described
    assert not operator.containers_of(user, "second")
    assert user.say("still here") == "You said: still here"
    # Somebody with a rule of their own has that one.
    assert other.say("hi") and other.say("hi", model="second") == "You said: hi"

    assert user.http.delete("/api/runners/demo").json() == {"stopped": True}
    assert user.say("now", model="second") == "You said: now"
    assert user.chat("hello").status_code == 409

    # A lower limit stops nobody; no limit lets the other one start again.
    declare(operator, f"users: [{{user: \"{other.slug}\", maxRunners: 1}}]")
    assert other.say("hi") and other.say("hi", model="second") == "You said: hi"
    assert user.say("both") == "You said: both"


def test_of_many_starts_at_once_as_many_pass_as_may(operator):
    names = [f"agent{number}" for number in range(4)]
    operator.write_backends([backend(name, operator.prefix) for name in names])
    declare(operator, "", runners="maxRunners: 2, ")
    user = operator.user()
    answers = {}
    threads = [
        threading.Thread(target=lambda name=name: answers.update({name: user.chat("hi", model=name).status_code}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers.values()) == [200, 200, 409, 409], answers
    assert sum(len(operator.containers_of(user, name)) for name in names) == 2


def test_resources_of_a_user_recreate_their_runners_alone_and_say_so(operator):
    user, other = operator.user(), operator.user()
    user.say("hello")
    other.say("hello")
    before = operator.container_of(other)["Id"]
    email = user.http.get("/auth/me").json()["user"]["email"]
    declare(operator, f"users: [{{user: \"{email.upper()}\", memory: 192MiB, cpus: 0.5}}]")
    assert operator.command("wait").returncode == 0
    limits = operator.container_of(user)["HostConfig"]
    assert (limits["Memory"], limits["NanoCpus"]) == (192 << 20, 500_000_000)
    described = operator.command("describe", f"{user.slug}/demo").stdout
    assert "cpus changed from 2.0 to 0.5, resources.memory changed from 128MiB to 192MiB" in described
    assert operator.container_of(other)["Id"] == before
    # Nothing else of a rule concerns the container.
    kept = operator.container_of(user)["Id"]
    declare(operator, f"users: [{{user: \"{email}\", memory: 192MiB, cpus: 0.5, maxRunners: 1, idle: 1h}}]")
    assert operator.command("wait").returncode == 0
    assert operator.container_of(user)["Id"] == kept


def test_an_idle_time_in_the_file_wins_over_the_users_own_and_both_are_shown(operator):
    user = operator.user()
    user.say("hello")
    assert user.http.put("/api/runners/demo/idle", json={"idle_seconds": 90}).json()["idle_seconds"] == 90
    declare(operator, f"users: [{{user: {user.slug}, idle: 1h}}]")

    def shown():
        one = runner(user, "demo")
        return one["idle_seconds"], one["idle_declared_by"], one["idle_overruled_seconds"]

    until(lambda: shown() == (3600, "users", 90), 10, "the declared idle time")
    assert 3000 < runner(user, "demo")["stops_in_seconds"] <= 3600
    listed = {each["name"]: each["idle_seconds"] for each in user.http.get("/api/backends").json()["backends"]}
    assert listed["demo"] == 3600
    assert "idle 3600 s (users in stack.yaml, not the user's own 90 s)" in operator.command("status").stdout
    assert "not the user's own 90 s" in operator.command("describe", f"{user.slug}/demo").stdout
    put = user.http.put("/api/runners/demo/idle", json={"idle_seconds": 120}).json()
    assert put == {"idle_seconds": 3600, "idle_declared_by": "users", "idle_overruled_seconds": 120}
    admin = operator.admin().http.get("/api/admin/runners").json()["runners"]
    assert [each["idle_declared_by"] for each in admin if each["backend"] == "demo"] == ["users"]
    # Out of the file, the user's own is back.
    declare(operator, "")
    until(lambda: shown() == (120, None, None), 10, "the user's own idle time")


def test_a_pinned_runner_starts_by_itself_and_wins_over_a_setting_and_a_limit(operator):
    user = operator.user()
    user.http.put("/api/runners/demo/idle", json={"idle_seconds": 1})
    user.say("hello", model="second")
    declare(
        operator, f"pinned: [{{user: {user.slug}, backend: demo}}]", runners="maxRunners: 1, ")
    until(lambda: runner(user, "demo")["running"], 20, "the pinned runner")
    shown = runner(user, "demo")
    assert (shown["idle_seconds"], shown["idle_declared_by"], shown["idle_overruled_seconds"]) == (0, "pinned", 1)
    assert shown["stops_in_seconds"] is None
    assert "always (pinned in stack.yaml, not the user's own 1 s)" in operator.command("status").stdout
    # Without the pin it is one like any other, and idle for longer than its user wants.
    declare(operator, "")
    until(lambda: not operator.containers_of(user), 20, "the runner to go")
