"""operatord may go away at any time; what it started stays and is adopted."""

import threading
import time

from support.operator import Operator, backend
from support.wait import until


def test_after_a_kill_in_mid_start_the_container_is_adopted(own_operator):
    operator = own_operator
    operator.write_backends([backend("demo", operator.prefix, extra_env={"DEMO_START_DELAY": "3s"})])
    operator.start()
    user = operator.user()
    threading.Thread(target=ignoring_errors, args=(user.start,), daemon=True).start()
    container = until(lambda: [c for c in operator.containers_of(user) if c["State"]["Running"]], 5, "a container")[0]

    operator.kill()
    operator.start()
    user = user.moved_to(operator.url)

    assert user.say("hello") == "You said: hello"
    assert operator.container_of(user)["Id"] == container["Id"]
    assert len(operator.containers_of(user)) == 1


def test_after_a_kill_a_warm_runner_is_adopted_without_a_restart(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    container = operator.container_of(user)

    operator.kill()
    operator.start()
    user = user.moved_to(operator.url)

    assert user.say("again") == "You said: again"
    after = operator.container_of(user)
    assert (after["Id"], after["State"]["StartedAt"]) == (container["Id"], container["State"]["StartedAt"])


def test_sigterm_with_an_open_stream_ends_within_ten_seconds_and_runners_stay(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("warm up")
    container = operator.container_of(user)["Id"]
    begun = threading.Event()
    reader = threading.Thread(target=ignoring_errors, args=(read, user, begun), daemon=True)
    reader.start()
    assert begun.wait(5)

    began = time.monotonic()
    assert operator.terminate() == 0
    assert time.monotonic() - began < 10
    reader.join(2)
    assert not reader.is_alive()
    assert operator.container_of(user)["Id"] == container

    operator.start()
    user = user.moved_to(operator.url)
    assert user.say("again") == "You said: again"
    assert operator.container_of(user)["Id"] == container


def test_sigterm_lets_a_stream_end_that_is_nearly_over(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("warm up")
    chunks = []
    for chunk in user.stream("[[chunks 10 200ms]]"):
        chunks.append(chunk)
        if len(chunks) == 2:
            operator.process.terminate()
    assert len([chunk for chunk in chunks if "sent_us" in chunk]) == 10
    assert operator.process.wait(10) == 0


def test_an_idle_operatord_stops_at_once(own_operator):
    operator = own_operator.start()
    began = time.monotonic()
    assert operator.terminate() == 0
    assert time.monotonic() - began < 2


def test_a_second_operatord_on_the_same_data_root_is_refused(own_operator):
    operator = own_operator.start()
    second = operator.command("serve")
    assert second.returncode == 1
    assert str(operator.folder / "data") in second.stderr
    assert operator.is_ready()


def test_two_installations_leave_each_others_containers_alone(own_operator, tmp_path):
    first = own_operator.start()
    user = first.user()
    user.say("hello")
    container = first.container_of(user)["Id"]
    second = Operator(tmp_path / "second")
    try:
        second.start()
        second.user().say("hello")
        assert first.container_of(user)["Id"] == container
    finally:
        second.close()


def test_plan_and_status_agree_with_the_world(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")

    plan = operator.command("plan")
    assert (plan.returncode, plan.stdout) == (0, "Nothing to do.\n")
    status = operator.command("status")
    assert status.returncode == 0
    assert f"{user.slug}/demo" in status.stdout

    operator.terminate()
    operator.engine.command("rm", "--force", operator.container_of(user)["Id"])
    plan = operator.command("plan")
    assert plan.returncode == 2
    assert f"create {user.slug}/demo: " in plan.stdout


def read(user, begun):
    for chunk in user.stream("[[chunks 100 300ms]]"):
        if "sent_us" in chunk:
            begun.set()


def ignoring_errors(function, *arguments):
    try:
        function(*arguments)
    except Exception:
        pass
