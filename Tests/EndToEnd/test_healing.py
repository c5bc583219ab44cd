"""What happens behind operatord's back is seen and mended."""

import os
import signal
import time

from support.operator import IMAGE
from support.wait import until


def test_a_chat_after_the_container_was_removed_by_hand_is_answered(operator):
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]

    operator.engine.command("rm", "--force", before)

    assert user.say("still there?") == "You said: still there?"
    assert operator.container_of(user)["Id"] != before


def test_a_killed_container_is_replaced_or_reaped_at_once(operator):
    user = operator.user()
    user.say("hello")
    before, since = operator.container_of(user)["Id"], time.time()

    operator.engine.command("kill", before)

    def reaction():
        events = operator.events_of(user, since)
        died = [at for at, action, container in events if (action, container) == ("die", before)]
        acts = [at for at, action, _ in events if action in ("create", "destroy")]
        return died and acts and acts[0] - died[0]

    # A debug build on a busy machine; bench/ has the figure. Docker itself takes about 0.1 s to let go of it.
    assert until(reaction, 5, "operatord's act on the death") < 0.5
    assert user.say("and now?") == "You said: and now?"


def test_a_container_that_died_is_not_listed_as_running(operator):
    user = operator.user()
    user.say("hello")
    operator.engine.command("stop", "--time", "1", operator.container_of(user)["Id"])
    until(
        lambda: not user.runners().get("demo", {}).get("running") or operator.containers_of(user), 5,
        "a truthful list")
    assert user.say("again") == "You said: again"


def test_containers_of_others_are_never_touched(operator):
    user = operator.user()
    name = f"{operator.prefix}-demo-{user.slug}"
    stranger = operator.engine.command("create", "--name", name, IMAGE)
    try:
        answer = user.start()
        assert answer.status_code in (409, 502), answer.text
        assert name in answer.text
        assert operator.engine.command("inspect", "--format", "{{.Id}}", name) == stranger
    finally:
        operator.engine.command("rm", "--force", stranger)


def test_the_daemon_may_stop_and_start_while_operatord_runs(operator_on_private_engine):
    operator = operator_on_private_engine
    user = operator.user()
    user.say("before")
    container = operator.container_of(user)["Id"]

    operator.engine.stop()
    until(lambda: not operator.is_ready(), 10, "/readyz to say that the daemon is away")
    assert user.http.get("/healthz").status_code == 200
    # The agent lives on, and operatord needs no daemon to reach it.
    assert user.say("meanwhile") == "You said: meanwhile"

    operator.engine.start()
    until(operator.is_ready, 10, "/readyz to say that the daemon is back")
    assert user.say("after") == "You said: after"
    assert operator.container_of(user)["Id"] == container
    assert operator.user().say("a new one") == "You said: a new one"

    # Its events are heard again.
    operator.engine.command("kill", container)
    until(
        lambda: [c for c in operator.containers_of(user) if c["State"]["Running"] and c["Id"] != container], 5,
        "another container in the place of the killed one")


def test_a_chat_while_the_daemon_is_away_is_refused_and_works_when_it_is_back(operator_on_private_engine):
    operator = operator_on_private_engine
    user = operator.user()
    operator.engine.stop()
    until(lambda: not operator.is_ready(), 10, "/readyz to say that the daemon is away")

    began = time.monotonic()
    answer = user.chat("hello")
    assert answer.status_code == 503, answer.text
    error = answer.json()["error"]
    assert error["code"] == "engine_unavailable"
    assert operator.engine.socket in error["message"]
    assert time.monotonic() - began < 5

    operator.engine.start()
    until(operator.is_ready, 10, "/readyz to say that the daemon is back")
    assert user.say("hello") == "You said: hello"


def test_a_container_that_died_while_the_daemon_was_away_is_replaced(operator_on_private_engine):
    operator = operator_on_private_engine
    user = operator.user()
    user.say("before")
    container = operator.container_of(user)

    operator.engine.stop()
    until(lambda: not operator.is_ready(), 10, "/readyz to say that the daemon is away")
    os.kill(container["State"]["Pid"], signal.SIGKILL)
    operator.engine.start()

    until(operator.is_ready, 10, "/readyz to say that the daemon is back")
    assert user.say("after") == "You said: after"
    assert operator.container_of(user)["Id"] != container["Id"]
