"""Runners without work go away, and no runner with work does."""

import time

from support.client import text_of
from support.wait import until


def test_an_idle_runner_is_removed_when_its_time_is_over(operator):
    user = operator.user()
    assert user.set_idle(1) == 1
    since = time.time()
    user.say("hello")
    answered = time.time()

    until(lambda: operator.containers_of(user) == [], 5, "the container to go")

    stopped = next(at for at, action, _ in operator.events_of(user, since) if action in ("kill", "die"))
    assert 0.9 < stopped - answered < 1.6
    assert not user.runners().get("demo", {}).get("running")
    assert user.say("back again") == "You said: back again"


def test_a_shorter_time_takes_effect_for_a_running_runner(operator):
    user = operator.user()
    user.say("hello")
    user.set_idle(1)
    until(lambda: operator.containers_of(user) == [], 5, "the container to go")


def test_a_stream_longer_than_the_idle_time_is_not_cut(operator):
    user = operator.user()
    user.set_idle(1)
    # Between the chunks it is silent for longer than the idle time and the drain.
    assert text_of(user.stream("[[chunks 2 3s]]")) == "1 2 "


def test_a_silent_request_longer_than_the_idle_time_is_not_cut(operator):
    user = operator.user()
    user.set_idle(1)
    assert user.say("[[slow 3s]]").startswith("You said:")


def test_zero_is_never(operator):
    user = operator.user()
    assert user.set_idle(0) == 0
    user.say("hello")
    assert user.runners()["demo"]["stops_in_seconds"] is None


def test_a_runner_stopped_by_its_user_is_gone_and_comes_back_on_the_next_chat(operator):
    user = operator.user()
    user.say("hello")
    assert user.stop() is True
    assert operator.containers_of(user) == []
    assert user.stop() is False
    assert user.say("again") == "You said: again"
