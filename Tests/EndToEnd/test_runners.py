"""What people see and do of their own runners: lists, logs, history, recycle, stop."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.operator import STACK, Operator
from support.wait import until


def test_a_runner_is_listed_with_its_times_and_conditions(operator):
    user = operator.user()
    assert user.runners() == {}
    user.set_idle(600)
    user.say("hello")

    # When it was started is known from the first list after it.
    until(lambda: user.runners()["demo"]["started_at"], 5, "the time of the start")
    runner = user.runners()["demo"]

    assert runner["container_name"] == f"{operator.prefix}-demo-{user.slug}"
    assert abs(runner["started_at"] - time.time()) < 20 and abs(runner["last_active"] - time.time()) < 20
    assert runner["running"] is True and runner["phase"] == "ready"
    assert runner["idle_seconds"] == 600 and 0 <= runner["idle_for_seconds"] < 20
    assert 580 < runner["stops_in_seconds"] <= 600 and runner["idle_in"] == runner["stops_in_seconds"]
    assert {condition["type"]: condition["status"] for condition in runner["conditions"]} == {
        "Ready": "True", "Reconciling": "False", "Stalled": "False"}
    assert "events" not in runner
    assert one(user) == runner
    assert not any(word in user.http.get("/api/runners").text for word in ("172.", "endpoint", "api_key"))


def one(user, backend="demo"):
    answer = user.http.get(f"/api/runners/{backend}")
    assert answer.status_code == 200, answer.text
    return answer.json()["runner"]


def test_a_runner_that_does_not_exist_is_stopped(operator):
    user = operator.user()
    runner = one(user)
    assert (runner["phase"], runner["running"], runner["stops_in_seconds"]) == ("stopped", False, None)
    user.say("hello")
    user.stop()
    assert one(user)["phase"] == "stopped"


def test_a_busy_runner_says_what_holds_it(operator):
    user = operator.user()
    user.say("hello")
    stream = user.stream("[[chunks 20 100ms]]")
    next(stream)
    runner = one(user.moved_to(user.url))
    assert runner["held_by"] == ["1 request"] and runner["idle_for_seconds"] == 0
    stream.close()


def test_a_runner_of_somebody_else_is_not_shown(operator):
    owner, other = operator.user(), operator.user()
    owner.say("[[log a secret word]] x")
    assert one(other)["phase"] == "stopped"
    assert other.http.get("/api/runners/demo/logs").json() == {"lines": [], "container": None}
    assert other.http.get("/api/runners/demo/events").json() == {"events": []}
    assert other.stop() is False
    assert other.http.post("/api/runners/demo/recycle").json() == {"recycled": False}
    assert owner.runners()["demo"]["running"]


@pytest.mark.parametrize("method, path", [
    ("GET", ""), ("GET", "/logs"), ("GET", "/events"), ("GET", "/progress"), ("POST", "/start"), ("POST", "/recycle"),
    ("DELETE", ""), ("PUT", "/idle"),
])
def test_an_unknown_backend_is_404(operator, method, path):
    answer = operator.user().http.request(
        method, f"/api/runners/nothing{path}", json={"idle_seconds": 60} if method == "PUT" else None)
    assert answer.status_code == 404
    assert answer.json()["code"] == "backend_not_found"


@pytest.mark.parametrize("method, path", [
    ("GET", ""), ("GET", "/demo"), ("GET", "/demo/logs"), ("GET", "/demo/events"), ("GET", "/demo/progress"),
    ("POST", "/demo/start"), ("POST", "/demo/recycle"), ("DELETE", "/demo"), ("PUT", "/demo/idle"),
])
def test_nobody_without_a_session_sees_or_does_anything(operator, method, path):
    answer = httpx.request(method, f"{operator.url}/api/runners{path}")
    assert answer.status_code == 401, answer.text


# Starting and stopping


def test_starting_is_idempotent_and_answers_the_runner(operator):
    user = operator.user()
    first, second = user.start(), user.start()
    assert first.status_code == second.status_code == 200
    assert first.json()["runner"]["container_name"] == f"{operator.prefix}-demo-{user.slug}"
    assert second.json()["runner"]["running"] is True
    assert len(operator.containers_of(user)) == 1


def test_stopping_ends_open_streams(operator):
    user = operator.user()
    user.say("hello")
    stream, began = user.stream("[[chunks 100 100ms]]"), time.monotonic()
    next(stream)

    assert user.moved_to(user.url).stop() is True

    with pytest.raises((httpx.RemoteProtocolError, AssertionError)):
        list(stream)
    assert time.monotonic() - began < 8
    assert operator.containers_of(user) == []


def test_a_stop_during_the_start_leaves_nothing_and_tells_who_waits(operator):
    user = operator.user()
    with ThreadPoolExecutor(2) as pool:
        starting = pool.submit(user.moved_to(user.url).start, "slow")
        chatting = pool.submit(user.moved_to(user.url).chat, "hello", "slow")
        until(lambda: operator.containers_of(user, "slow"), 5, "the container that starts")
        assert user.stop("slow") is True
        assert starting.result().status_code == 503
        assert chatting.result().status_code == 503
    assert operator.containers_of(user, "slow") == []
    assert "slow" not in user.runners()
    assert user.say("again", "slow") == "You said: again"


def test_starts_and_stops_at_once_end_with_what_was_asked_last(operator):
    user = operator.user()
    with ThreadPoolExecutor(6) as pool:
        for _ in range(3):
            list(pool.map(
                lambda act: act(), [user.moved_to(user.url).start, user.moved_to(user.url).stop] * 3))
    user.stop()
    assert operator.containers_of(user) == []
    assert user.start().status_code == 200
    assert len(operator.containers_of(user)) == 1


def test_a_longer_idle_time_takes_effect_for_a_running_runner(operator):
    user = operator.user()
    user.set_idle(1)
    user.say("hello")
    before = operator.container_of(user)["Id"]
    assert user.set_idle(30) == 30
    until(lambda: 20 < one(user)["stops_in_seconds"] <= 30, 1, "the new time")
    time.sleep(1.5)  # Longer than the first idle time: nothing may happen.
    assert operator.container_of(user)["Id"] == before
    assert user.set_idle(0) == 0
    until(lambda: one(user)["idle_in"] is None, 1, "no end of its idle time")


def test_published_ports_are_on_loopback_and_in_the_range(tmp_path):
    stack = STACK.replace("{{socket: {socket}}}", "{{socket: {socket}, reach: published, portRange: 23400-23404}}")
    operator = Operator(tmp_path, stack=stack)
    try:
        users = [operator.start().user(), operator.user()]
        for user in users:
            assert user.say("hello") == "You said: hello"
        bound = [
            binding for user in users
            for binding in operator.container_of(user)["NetworkSettings"]["Ports"]["8080/tcp"]]
        assert {binding["HostIp"] for binding in bound} == {"127.0.0.1"}
        assert len({binding["HostPort"] for binding in bound}) == 2
        assert all(23400 <= int(binding["HostPort"]) <= 23404 for binding in bound)
    finally:
        operator.close()


# Recycling


def test_a_recycled_runner_is_a_new_container(operator):
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]

    answer = user.http.post("/api/runners/demo/recycle")

    assert answer.json() == {"recycled": True}
    until(lambda: {c["Id"] for c in operator.containers_of(user)} - {before}, 10, "the new container")
    until(lambda: one(user)["phase"] == "ready", 10, "its readiness")
    assert len(operator.containers_of(user)) == 1
    assert "Recycle" in " ".join(event["message"].capitalize() for event in events(user))


def test_there_is_nothing_to_recycle_where_nothing_runs(operator):
    user = operator.user()
    assert user.http.post("/api/runners/demo/recycle").json() == {"recycled": False}
    user.say("hello")
    user.stop()
    assert user.http.post("/api/runners/demo/recycle").json() == {"recycled": False}
    assert operator.containers_of(user) == []


# Logs and history


def logs(user, backend="demo", **query):
    answer = user.http.get(f"/api/runners/{backend}/logs", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(user, backend="demo", **query):
    answer = user.http.get(f"/api/runners/{backend}/events", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


def test_the_log_is_the_containers_last_lines(operator):
    user = operator.user()
    assert logs(user) == {"lines": [], "container": None}
    for number in range(3):
        user.say(f"[[log line {number}]] x")
    answer = logs(user)
    assert answer["container"] == f"{operator.prefix}-demo-{user.slug}"
    assert [line.split(": ")[1] for line in answer["lines"][-3:]] == ["line 0", "line 1", "line 2"]
    assert logs(user, tail=1)["lines"] == answer["lines"][-1:]


@pytest.mark.parametrize("query", ["tail=0", "tail=2001", "tail=-1", "tail=many", "tail="])
def test_a_tail_that_cannot_be_meant_is_refused(operator, query):
    answer = operator.user().http.get(f"/api/runners/demo/logs?{query}")
    assert answer.status_code == 400
    assert "2000" in answer.json()["detail"]


def test_the_last_lines_of_a_failed_start_stay_when_its_container_is_gone(operator):
    user = operator.user()
    assert user.start("crash").status_code == 502
    assert operator.containers_of(user, "crash") == []
    answer = logs(user, "crash")
    assert answer["container"] is None
    assert any("DEMO_CRASH is set" in line for line in answer["lines"])
    newest = events(user, "crash")[0]
    assert newest["reason"] == "Failed" and "exited with code 1" in newest["message"]
    assert newest["log_tail"] == answer["lines"] and abs(newest["at"] - time.time()) < 20


def test_a_runners_life_is_its_history_newest_first(operator):
    user = operator.user()
    user.say("hello")
    user.stop()
    found = until(lambda: len(events(user)) >= 2 and events(user), 5, "two events")
    assert [event["reason"] for event in found] == ["Reaped", "Created"]
    assert events(user, limit=1) == found[:1]
    assert user.http.get("/api/runners/demo/events?limit=0").status_code == 400


def test_no_message_says_the_same_twice(operator):
    user = operator.user()
    detail = user.start("missing").json()["detail"]
    message = events(user, "missing")[0]["message"]
    failure = until(lambda: one(user, "missing")["failure"], 2, "the failure in the status")
    for text in (detail, message, failure["message"]):
        assert text.count("cannot be pulled") == 1, text
