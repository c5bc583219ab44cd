"""A rotation of the sealing keys that is killed, at whatever step."""

import json
import os
import random
import subprocess
import time

import pytest
from support.operator import BINARY, backend

VALUES = 300


@pytest.fixture
def world(own_operator):
    """A running operator with a ready runner, and so many sealed values that a rotation takes its time."""
    operator = own_operator
    names = [f"V{number}" for number in range(VALUES)]
    operator.write_backends([backend("demo", operator.prefix, user_overridable_env=names)])
    operator.start()
    user = operator.user()
    for name in names:
        user.set_value(name, f"sk-{name}-of-alice")
    assert user.say("hello") == "You said: hello"
    return operator, user


def leftovers(operator):
    return [path for path in (operator.folder / "data").iterdir() if path.name.startswith("keys.") and path.suffix == ".new"]


def written(operator):
    """Changes with each step of a rotation that shows in the data root."""
    data = operator.folder / "data"
    return (data / "keys").stat().st_ino, (data / "router.db-wal").stat().st_size, len(leftovers(operator))


def killed(operator, is_time):
    """Runs a rotation, killed at once when `is_time`. Whether it was, before it was through."""
    process = subprocess.Popen(
        [BINARY, "keys", "rotate", "--config", str(operator.stack_file)], env=operator.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not is_time():
        pass
    process.kill()
    return process.wait() != 0


def keys(operator):
    listed = operator.command("keys", "list", "-o", "json")
    assert listed.returncode == 0, listed.stderr
    return json.loads(listed.stdout)


def check(operator, user, invite):
    total = sum(key["values"] for key in keys(operator))
    # `keys list` counts what is sealed with a key of the file: all of it.
    assert total >= VALUES + 2
    assert leftovers(operator) == []
    # A process that begins now decrypts every value: with another one the runner would be made anew.
    plan = operator.command("plan")
    assert (plan.returncode, plan.stdout) == (0, "Nothing to do.\n"), plan.stderr
    # And so does the one that runs.
    assert operator.command("reconcile").returncode == 0
    assert [each["code"] for each in operator.admin().http.get("/api/admin/invites").json()["invites"]] == [invite]
    assert user.say("still there?") == "You said: still there?"
    return total


def test_a_rotation_killed_at_any_step_loses_nothing_and_leaves_nothing(world):
    operator, user = world
    invite = operator.admin().http.post("/api/admin/invites", json={"name": "friends", "uses": 3}).json()["invite"]["code"]
    before = operator.container_of(user)["Id"]
    total = check(operator, user, invite)
    steps = []

    def step(number):
        """Whether the rotation has gone so many steps."""
        seen = [written(operator)]

        def is_time():
            now = written(operator)
            if now != seen[-1]:
                seen.append(now)
            return len(seen) > number
        return is_time

    for number in range(1, 6):
        cut = killed(operator, step(number))
        steps.append((number, cut, len(leftovers(operator)), len((operator.folder / "data/keys").read_text().split())))
        assert check(operator, user, invite) == total, steps
    began = time.monotonic()
    assert operator.command("keys", "rotate").returncode == 0
    takes = time.monotonic() - began
    for _ in range(5):
        end = time.monotonic() + random.uniform(0.3, 1) * takes
        cut = killed(operator, lambda: time.monotonic() >= end)
        steps.append((end, cut, len(leftovers(operator))))
        assert check(operator, user, invite) == total, steps
    assert sum(cut for _, cut, *_ in steps) >= 3, steps

    rotated = operator.command("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert [(key["values"], key["newest"]) for key in keys(operator)] == [(total, True)]
    assert check(operator, user, invite) == total
    operator.kill()
    operator.start()
    assert user.moved_to(operator.url).say("and now?") == "You said: and now?"
    assert operator.container_of(user)["Id"] == before


def test_the_next_start_removes_what_a_killed_rotation_left(own_operator):
    operator = own_operator.start()
    operator.kill()
    left = operator.folder / "data" / "keys.0123456789abcdef.new"
    left.touch(0o600)
    operator.start()
    assert not left.exists()
