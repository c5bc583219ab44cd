"""An edit of a file, while operatord runs."""

import json
import os
import threading
import time

import httpx
import pytest
from support.operator import backend
from support.wait import until


def conditions(operator):
    return {each["type"]: each["message"] for each in httpx.get(operator.url + "/healthz").json()["conditions"]}


def metric(operator, name):
    for line in httpx.get(operator.url + "/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(f"no {name} in /metrics")


def revision(operator):
    return metric(operator, "configuration_revision")


def models(user):
    return [model["id"] for model in user.http.get("/v1/models").json()["data"]]


def recreated(operator, user, before, name="demo"):
    """The container in place of `before`, once it answers."""
    until(
        lambda: [c for c in operator.containers_of(user, name) if c["State"]["Running"] and c["Id"] != before["Id"]],
        15, "another container")
    return operator.container_of(user, name)


# What an edit brings about


def test_a_new_backend_is_offered_without_a_restart_and_one_taken_out_drains(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    assert models(user) == ["demo", "demo/main"]

    demo = backend("demo", operator.prefix, extra_models=["demo/main"])
    operator.write_backends([demo, backend("second", operator.prefix)])
    until(lambda: "second" in models(user), 3, "the new model in /v1/models")
    assert [each["name"] for each in user.http.get("/api/backends").json()["backends"]] == ["demo", "second"]
    assert user.say("hi", model="second") == "You said: hi"

    # The answer under way is not cut, although its backend is gone meanwhile. The drain of this stack is 1 s.
    chunks = user.stream("[[chunks 20 50ms]]", model="second")
    next(chunks)
    operator.write_backends([demo])
    until(lambda: "second" not in models(user), 3, "the model to go")
    assert user.chat("hi", model="second").status_code == 404
    assert operator.containers_of(user, "second")
    assert sum(1 for _ in chunks) >= 19
    until(lambda: not operator.containers_of(user, "second"), 10, "the container to go")
    assert user.say("still here") == "You said: still here"


def test_an_edit_is_acted_on_soon(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    since = time.time()
    operator.edit_backend("demo", extra_env={"GREETING": "hi"})
    saved = time.time()

    def acted():
        return [at for at, action, _ in operator.events_of(user, since) if action in ("kill", "stop", "die")]

    # 150 ms to settle, and the rest; a debug build on a busy machine. bench/ has the figure.
    assert until(acted, 10, "the old container's stop")[0] - saved < 2


def test_a_removed_file_means_that_nothing_was_seen(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    (operator.folder / "backends.json").rename(operator.folder / "elsewhere.json")
    until(lambda: "ConfigInvalid" in conditions(operator), 3, "the condition")
    assert "does not exist" in conditions(operator)["ConfigInvalid"]
    assert user.say("hello") == "You said: hello"
    assert operator.container_of(user)["Id"] == before
    (operator.folder / "elsewhere.json").rename(operator.folder / "backends.json")
    until(lambda: not conditions(operator), 3, "the condition to end")
    assert operator.container_of(user)["Id"] == before


# Bad edits


def test_a_bad_edit_leaves_the_last_good_state_in_force_and_is_told_once(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    good = operator.backends_file.read_text()
    before = operator.container_of(user)["Id"]
    assert metric(operator, "configuration_invalid") == 0

    operator.backends_file.write_text(good.replace('"internal_port": 8080', '"internal_port": 808080'))
    until(lambda: "ConfigInvalid" in conditions(operator), 3, "the condition")
    line = 1 + good[:good.index('"internal_port"')].count("\n")
    message = conditions(operator)["ConfigInvalid"]
    assert f"backends.json:{line}: backends[0].internal_port" in message and "Write a number from" in message
    assert metric(operator, "configuration_invalid") == 1
    assert httpx.get(operator.url + "/healthz").status_code == 200
    assert user.say("still here") == "You said: still here"
    # Written again as it is: nothing new to tell.
    operator.backends_file.write_text(operator.backends_file.read_text())
    time.sleep(0.5)
    assert operator.log.count("the configuration is invalid") == 1

    operator.backends_file.write_text(good)
    until(lambda: not conditions(operator), 3, "the condition to end")
    assert metric(operator, "configuration_invalid") == 0
    assert operator.container_of(user)["Id"] == before


def test_a_restart_on_bad_files_runs_on_the_last_good_ones(own_operator):
    operator = own_operator
    operator.stack_file.write_text(operator.stack_file.read_text().replace("dataRoot: data", "dataRoot: state"))
    seed = operator.folder / "seeds" / "home"
    seed.mkdir(parents=True)
    (seed / "note.txt").write_text("for ${AGENT_USER_NAME}")
    operator.write_backends([
        backend("demo", operator.prefix, seed_subdir="home", mount_target="/home/agent", templated_files=["note.txt"])])
    operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    operator.kill()

    # No YAML any more: even where the data root is can only be guessed from the line.
    operator.stack_file.write_text("paths:\n  dataRoot: state # here\n nonsense: [")
    operator.backends_file.unlink()
    (seed / "note.txt").unlink()
    operator.start()
    message = conditions(operator)["ConfigInvalid"]
    assert "stack.yaml" in message
    assert "started on the one kept since" in operator.log
    user = user.moved_to(operator.url)
    assert user.say("still here") == "You said: still here"
    assert operator.container_of(user)["Id"] == before
    user.stop()
    assert user.say("and again") == "You said: and again"
    note = operator.folder / "state" / "users" / user.slug / "demo" / "note.txt"
    assert note.read_text() == f"for {user.account['name']}"


def test_without_an_earlier_state_a_bad_file_is_an_error(own_operator):
    own_operator.backends_file.write_text("[")
    own_operator.spawn()
    assert own_operator.process.wait(10) == 1
    assert "backends.json:1" in own_operator.log


def test_what_needs_a_restart_says_so_and_everything_else_holds(own_operator):
    operator = own_operator.start()
    user = operator.user()
    good = operator.stack_file.read_text()
    operator.stack_file.write_text(
        good.replace("port: 0", "port: 1").replace("minIdle: 1s", "minIdle: 2s")
        + "sharedEnv: {UNUSED: value}\n")
    until(lambda: "RestartRequired" in conditions(operator), 3, "the condition")
    assert "listen.port" in conditions(operator)["RestartRequired"]
    assert metric(operator, "configuration_restart_required") == 1
    assert user.set_idle(1) == 2
    operator.stack_file.write_text(good)
    until(lambda: not conditions(operator), 3, "the condition to end")
    assert user.set_idle(1) == 1


# Ways to write a file


def replaced_by_rename(operator, text):
    fresh = operator.folder / ".backends.json.swp"
    fresh.write_text(text)
    fresh.rename(operator.backends_file)


def written_in_place_in_pieces(operator, text):
    with open(operator.backends_file, "w") as file:
        for start in range(0, len(text), 200):
            file.write(text[start:start + 200])
            file.flush()
            time.sleep(0.02)


def removed_and_made_anew(operator, text):
    operator.backends_file.unlink()
    time.sleep(0.02)
    operator.backends_file.write_text(text)


def symlink_swapped(operator, text):
    """As Kubernetes mounts a ConfigMap: the file is a link into a folder that is a link."""
    for version, content in (("v1", operator.backends_file.read_text()), ("v2", text)):
        (operator.folder / version).mkdir()
        (operator.folder / version / "backends.json").write_text(content)
    data = operator.folder / "..data"
    data.symlink_to("v1")
    link = operator.folder / "link"
    link.symlink_to("..data/backends.json")
    link.rename(operator.backends_file)
    time.sleep(1)
    fresh = operator.folder / "..tmp"
    fresh.symlink_to("v2")
    fresh.rename(data)


@pytest.mark.parametrize(
    "write", [replaced_by_rename, written_in_place_in_pieces, removed_and_made_anew, symlink_swapped])
def test_a_change_is_seen_however_it_is_written(own_operator, write):
    operator = own_operator.start()
    user = operator.user()
    backends = [backend("demo", operator.prefix), backend("second", operator.prefix)]
    write(operator, json.dumps(backends, indent=2))
    until(lambda: "second" in models(user), 4, "the new model")
    assert not conditions(operator)


def test_a_folder_that_is_swapped_by_renames_is_seen(own_operator):
    operator = own_operator
    folder = operator.folder / "config" / "deep"
    folder.mkdir(parents=True)
    operator.backends_file.rename(folder / "backends.json")
    text = operator.stack_file.read_text()
    operator.stack_file.write_text(text.replace("backends: backends.json", "backends: config/deep/backends.json"))
    operator.start()
    user = operator.user()
    fresh = operator.folder / "fresh" / "deep"
    fresh.mkdir(parents=True)
    (fresh / "backends.json").write_text(
        json.dumps([backend("demo", operator.prefix), backend("second", operator.prefix)]))
    os.rename(operator.folder / "config", operator.folder / "old")
    os.rename(operator.folder / "fresh", operator.folder / "config")
    until(lambda: "second" in models(user), 4, "the new model")


def test_a_burst_of_changes_is_read_as_one(own_operator):
    operator = own_operator.start()
    user = operator.user()
    before = revision(operator)
    stop = threading.Event()

    def write():
        number = 0
        while not stop.wait(0.05):
            number += 1
            operator.edit_backend("demo", display_name=f"Demo {number}")

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(1.5)
    stop.set()
    writer.join()
    name = operator.backends()[0]["display_name"]
    until(
        lambda: user.http.get("/api/backends").json()["backends"][0]["display_name"] == name, 3, "the last name")
    assert revision(operator) - before <= 2
