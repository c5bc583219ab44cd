"""Starts that cannot succeed: said at once, with the reason, and nothing left behind."""

import time

import pytest


def test_a_missing_image_is_named(operator):
    user, began = operator.user(), time.monotonic()
    answer = user.start("missing")
    assert answer.status_code == 502, answer.text
    assert "127.0.0.1:1/nowhere/agent:1" in answer.json()["detail"]
    assert time.monotonic() - began < 5


def test_an_agent_that_crashes_is_quoted(operator):
    user, began = operator.user(), time.monotonic()
    answer = user.start("crash")
    assert answer.status_code == 502, answer.text
    assert "DEMO_CRASH is set" in answer.text
    assert time.monotonic() - began < 5


def test_an_agent_that_never_becomes_ready_times_out(operator):
    user, began = operator.user(), time.monotonic()
    answer = user.start("unready")
    assert answer.status_code == 504, answer.text
    assert 2 <= time.monotonic() - began < 6


@pytest.mark.parametrize("backend, status", [("missing", 502), ("crash", 502), ("unready", 504)])
def test_a_failed_start_leaves_no_container_and_is_not_listed_as_running(operator, backend, status):
    user = operator.user()
    assert user.start(backend).status_code == status
    assert operator.containers_of(user, backend) == []
    assert not user.runners().get(backend, {}).get("running")


@pytest.mark.parametrize("backend", ["missing", "crash"])
def test_a_chat_that_cannot_start_its_runner_gets_an_openai_error(operator, backend):
    answer = operator.user().chat("hello", backend)
    assert answer.status_code == 502, answer.text
    error = answer.json()["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert ("nowhere/agent:1" if backend == "missing" else "DEMO_CRASH") in error["message"]


def test_progress_ends_with_the_error(operator):
    user = operator.user()
    assert user.start("crash").status_code == 502
    with user.http.stream("GET", "/api/runners/demo/progress") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        first = next(line for line in answer.iter_lines() if line.startswith("data: "))
        assert '"snapshot"' in first


def test_an_unknown_backend_is_404(operator):
    user = operator.user()
    assert user.start("nothing").status_code == 404
    answer = user.chat("hello", "nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"
