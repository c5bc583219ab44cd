"""A start as it happens: `GET /api/runners/{backend}/progress`."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.operator import IMAGE, backend
from support.registry import Registry
from support.wait import until


class Watch:
    """Reads a stream beside the test; `events` grows until the stream ends."""

    def __init__(self, user, backend="demo"):
        self.events = []
        self.lines = []
        self.ended = False
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(user.moved_to(user.url), backend), daemon=True)
        self._thread.start()
        assert self._opened.wait(5)

    def _read(self, client, backend):
        with client.http.stream("GET", f"/api/runners/{backend}/progress") as answer:
            for line in answer.iter_lines():
                self.lines.append(line)
                if line.startswith("data: "):
                    self.events.append(json.loads(line[6:]))
                self._opened.set()
        self.ended = True

    def stages(self):
        """Each stage once, in the order of its first event."""
        return list(dict.fromkeys(event["stage"] for event in self.events))

    def end(self, within=15):
        until(lambda: self.ended, within, f"the end of the stream after {self.events}")
        progress = [event["progress"] for event in self.events]
        assert progress == sorted(progress), progress
        return self.events[-1]


def test_a_start_is_told_from_snapshot_to_ready(operator):
    user = operator.user()
    watch = Watch(user)
    assert watch.events == [{"stage": "snapshot", "progress": 0, "message": "not running"}]
    user.start()
    assert watch.end()["stage"] == "ready" and watch.events[-1]["progress"] == 100
    assert watch.stages() == ["snapshot", "queued", "creating", "docker_run", "health_wait", "ready"]


def test_a_runner_that_runs_is_ready_at_once(operator):
    user = operator.user()
    user.start()
    assert [(event["stage"], event["progress"]) for event in user.progress()] == [("snapshot", 100), ("ready", 100)]


def test_who_comes_in_mid_start_sees_the_present_stage_at_once(operator):
    user = operator.user()
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(user.moved_to(user.url).start, "slow")
        until(lambda: (user.runners().get("slow", {}).get("progress") or {}).get("stage") == "health_wait", 10,
              "the wait for readiness")
        watch = Watch(user, "slow")
        until(lambda: len(watch.events) >= 2, 1, "the present stage")
        assert watch.stages()[:2] == ["snapshot", "health_wait"]
        assert watch.end()["stage"] == "ready"
        assert starting.result().status_code == 200


def test_many_watch_one_start(operator):
    user = operator.user()
    watches = [Watch(user) for _ in range(5)]
    user.start()
    assert {watch.end()["stage"] for watch in watches} == {"ready"}


@pytest.mark.parametrize("name, words", [
    ("crash", "exited with code 1"), ("missing", "127.0.0.1:1/nowhere/agent:1"), ("unready", "not ready within"),
])
def test_a_start_that_fails_ends_with_the_error(operator, name, words):
    user = operator.user()
    watch = Watch(user, name)
    assert user.start(name).status_code in (502, 504)
    last = watch.end()
    assert last["stage"] == "error" and words in last["message"]


def test_a_stream_that_nothing_happens_on_is_kept_alive_and_does_not_end(operator):
    user = operator.user()
    watch = Watch(user)
    until(lambda: ": keep-alive" in watch.lines, 12, "a comment")
    assert not watch.ended
    user.start()
    assert watch.end()["stage"] == "ready"


def test_a_start_that_is_called_off_ends_the_stream(operator):
    user = operator.user()
    watch = Watch(user, "slow")
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(user.moved_to(user.url).start, "slow")
        until(lambda: operator.containers_of(user, "slow"), 5, "the container that starts")
        user.stop("slow")
        starting.result()
    assert watch.end()["stage"] == "error"


def test_a_runner_that_is_stopped_between_two_attempts_ends_the_stream(operator):
    user = operator.user()
    user.start("crash")
    watch = Watch(user, "crash")
    user.stop("crash")
    assert watch.end()["stage"] == "error"


def test_a_stream_opened_after_a_stop_waits_for_the_next_start(operator):
    user, other = operator.user(), operator.user()
    user.start()
    user.stop()
    watch = Watch(user)
    # Makes passes.
    other.start()
    other.stop()
    assert not watch.ended and watch.stages() == ["snapshot"]
    user.start()
    assert watch.end()["stage"] == "ready"


def test_missing_values_are_an_error_event(own_operator):
    own_operator.write_backends([backend("keyed", own_operator.prefix, user_overridable_env=["LLM_API_KEY"])])
    user = own_operator.start().user()
    watch = Watch(user, "keyed")
    assert user.start("keyed").status_code == 422
    last = watch.end()
    assert last["stage"] == "error"
    assert "LLM_API_KEY" in last["message"] and "Settings → Backend API keys" in last["message"]
    again = Watch(user, "keyed")
    assert again.end()["stage"] == "error" and "Settings → Backend API keys" in again.events[-1]["message"]

    user.set_value("LLM_API_KEY", "sk-now-there-is-one")
    watch = Watch(user, "keyed")
    assert user.start("keyed").status_code == 200
    assert watch.end()["stage"] == "ready"


@pytest.fixture
def registry(tmp_path):
    registry = Registry(tmp_path)
    try:
        yield registry.start()
    finally:
        registry.close()


def test_a_pull_is_told_with_its_bytes_and_the_image_is_used(own_operator, registry):
    image = registry.publish(megabytes=24)
    own_operator.write_backends([backend("pulled", own_operator.prefix, image=image)])
    user = own_operator.start().user()
    watch = Watch(user, "pulled")
    answer = user.start("pulled")
    assert answer.status_code == 200, answer.text
    assert watch.end(30)["stage"] == "ready"
    assert watch.stages() == [
        "snapshot", "queued", "creating", "image_pull", "docker_run", "health_wait", "ready"]
    pulling = [event for event in watch.events if event["stage"] == "image_pull"]
    assert all(image in event["message"] for event in pulling)
    assert any(" bytes" in event.get("detail", "") for event in pulling), pulling
    own_operator.close()


def test_one_pull_serves_two_users(own_operator, registry):
    image = registry.publish(megabytes=24)
    own_operator.write_backends([backend("pulled", own_operator.prefix, image=image)])
    own_operator.start()
    users = [own_operator.user(), own_operator.user()]
    watches = [Watch(user, "pulled") for user in users]
    with ThreadPoolExecutor(2) as pool:
        assert [answer.status_code for answer in pool.map(lambda user: user.start("pulled"), users)] == [200, 200]
    for watch in watches:
        assert watch.end(30)["stage"] == "ready"
        assert "image_pull" in watch.stages()
    own_operator.close()
