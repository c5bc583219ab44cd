"""What makes a runner anew, with the sentence that says why, and what does not."""

import json

import httpx
import pytest
from support.operator import IMAGE, Operator, backend
from support.wait import until

SEED = {"note.txt": "model ${LLM_MODEL}\n", "once.txt": "copied once\n"}


@pytest.fixture
def world(tmp_path):
    """Two backends with the same seed of two files, the first with upstream values that the stack sets."""
    operator = Operator(tmp_path)
    with operator.stack_file.open("a") as stack_file:
        stack_file.write("sharedEnv: {LLM_MODEL: m1, LLM_API_KEY: {file: key}}\n")
    (operator.folder / "key").write_text("a-key-of-the-stack")
    for name in ("home", "other"):
        (operator.folder / "seeds" / name).mkdir(parents=True)
        for file, text in SEED.items():
            (operator.folder / "seeds" / name / file).write_text(text)
    demo = backend(
        "demo", operator.prefix, seed_subdir="home", mount_target="/home/agent", templated_files=["note.txt"],
        user_overridable_env=["LLM_MODEL", "LLM_API_KEY"], extra_env={"GREETING": "hi", "MY_TOKEN": "hush-hush"})
    other = backend(
        "other", operator.prefix, seed_subdir="other", mount_target="/home/agent", templated_files=["note.txt"],
        user_overridable_env=["LLM_MODEL"])
    operator.write_backends([demo, other])
    try:
        yield operator.start()
    finally:
        operator.close()
        operator.engine.command("network", "rm", f"{operator.prefix}-net", check=False)
        operator.engine.command("rmi", f"{operator.prefix}/agent:2", check=False)


def stack(old, new):
    def edit(world):
        text = world.stack_file.read_text()
        assert old in text
        world.stack_file.write_text(text.replace(old, new))
    return edit


def fields(**values):
    return lambda world: world.edit_backend("demo", **values)


def environment(**values):
    return lambda world: world.edit_backend("demo", extra_env={"GREETING": "hi", "MY_TOKEN": "hush-hush", **values})


def new_image(world):
    world.engine.command("tag", IMAGE, f"{world.prefix}/agent:2")
    world.edit_backend("demo", image=f"{world.prefix}/agent:2")


def new_network(world):
    world.engine.command("network", "create", f"{world.prefix}-net")
    world.edit_backend("demo", extra_networks=[f"{world.prefix}-net"])


def new_prefix(world):
    world.edit_backend("demo", container_prefix=f"{world.prefix}-demo-new")


def new_port(world):
    world.edit_backend("demo", internal_port=8081, extra_env={"GREETING": "hi", "MY_TOKEN": "hush-hush", "PORT": "8081"})


def seed_file(world):
    (world.folder / "seeds" / "home" / "note.txt").write_text("another model ${LLM_MODEL}\n")


def secret_file(world):
    (world.folder / "key").write_text("another-key-of-the-stack")


CAUSES = {
    "image": (new_image, "image changed from {image} to {prefix}/agent:2"),
    "command": (fields(cmd=["--fast"]), "cmd changed from unset to --fast"),
    "user": (fields(user="65533"), "user changed from unset to 65533"),
    "variable": (environment(GREETING="hello"), 'env.GREETING changed from "hi" to "hello"'),
    "new variable": (environment(MORE="1"), 'env.MORE changed from unset to "1"'),
    "secret variable": (environment(MY_TOKEN="quiet"), "env.MY_TOKEN changed"),
    "network": (new_network, "networks changed from unset to {prefix}-net"),
    "host": (fields(extra_hosts={"a.test": "10.0.0.1"}), "host.a.test changed from unset to 10.0.0.1"),
    "dns": (fields(dns=["127.0.0.1"]), "dns changed from unset to 127.0.0.1"),
    "memory": (fields(resources={"memory": "96m"}), "resources.memory changed from 128MiB to 96MiB"),
    "cpus": (fields(resources={"cpus": 0.5}), "resources.cpus changed from 2.0 to 0.5"),
    "the stack's cpus": (stack("pids: 64", "pids: 64, cpus: 0.75"), "resources.cpus changed from 2.0 to 0.75"),
    "the stack's pids": (stack("pids: 64", "pids: 65"), "resources.pids changed from 64 to 65"),
    "hardening": (
        fields(hardening={"read_only": True}), "hardening.read_only changed from false to true"),
    "privileges": (
        fields(hardening={"no_new_privileges": False}), "hardening.no_new_privileges changed from true to false"),
    "capabilities": (
        fields(hardening={"drop_capabilities": False}), "hardening.drop_capabilities changed from true to false"),
    "capability": (
        fields(hardening={"add_capabilities": ["CHOWN"]}), "hardening.add_capabilities changed from unset to CHOWN"),
    "tmpfs": (fields(hardening={"tmpfs": ["/tmp"]}), "hardening.tmpfs changed from unset to /tmp"),
    "seccomp": (
        fields(hardening={"seccomp_unconfined": True}), "hardening.seccomp_unconfined changed from false to true"),
    "port": (new_port, 'env.PORT changed from unset to "8081", port changed from 8080 to 8081'),
    "owner of the home": (fields(chown_uid=65532), "home.uid changed"),
    "group of the home": (fields(chown_gid=65532), "home.gid changed"),
    "folder of the home": (fields(home_subdir="elsewhere"), "mount./home/agent changed"),
    "grace": (fields(stop_grace_seconds=4), "stop_grace_seconds changed from 5 to 4"),
    "mount": (
        fields(mount_target="/home/elsewhere"), "mount./home/agent changed from /"),
    "name": (new_prefix, "name changed from {prefix}-demo-{slug} to {prefix}-demo-new-{slug}"),
    "templated seed": (seed_file, "seed.note.txt changed"),
    "value of the stack": (stack("LLM_MODEL: m1", "LLM_MODEL: m2"), "override.LLM_MODEL, seed.note.txt changed"),
    "secret file": (secret_file, "override.LLM_API_KEY changed"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_an_edit_of_what_a_runner_is_made_from_recreates_it_and_says_why(world, cause):
    edit, sentence = CAUSES[cause]
    user = world.user()
    assert user.say("hello") == "You said: hello"
    before = world.container_of(user)["Id"]
    edit(world)
    event = until(lambda: [e for e in events(user) if e["reason"] == "Recreated"], 15, "the recreation")[0]
    assert user.say("again") == "You said: again"
    running = world.engine.containers(world.prefix)
    assert len(running) == 1 and running[0]["State"]["Running"] and running[0]["Id"] != before
    sentence = sentence.format(image=IMAGE, prefix=world.prefix, folder=world.folder, slug=user.slug)
    assert event["message"].startswith(sentence), event["message"]
    told = json.dumps(events(user)) + json.dumps(running[0]["Config"]["Labels"]) + world.log
    for secret in ("hush-hush", "quiet", "a-key-of-the-stack", "another-key"):
        assert secret not in told


def events(user, backend="demo"):
    return user.http.get(f"/api/runners/{backend}/events").json()["events"]


def test_a_user_s_own_value_recreates_the_user_s_runner_alone(world):
    user, stranger = world.user(), world.user()
    for each in (user, stranger):
        each.say("hello")
    before = {each: world.container_of(each)["Id"] for each in (user, stranger)}
    answer = user.http.put("/api/me/env-overrides/LLM_MODEL", json={"value": "mine", "backend": ""})
    assert answer.status_code == 200, answer.text
    until(lambda: any(e["reason"] == "Recreated" for e in events(user)), 15, "the recreation")
    assert events(user)[0]["message"] == "override.LLM_MODEL, seed.note.txt changed"
    assert world.container_of(stranger)["Id"] == before[stranger]


def test_every_tier_of_a_value_is_a_cause_with_its_sentence(world):
    admin, user = world.admin(), world.user()
    user.say("hello")
    edits = [
        ("for one backend", lambda: user.set_value("LLM_API_KEY", "sk-for-demo", backend="demo")),
        ("for all backends, uncovered", lambda: (
            user.set_value("LLM_API_KEY", "sk-for-all"), user.delete_value("LLM_API_KEY", backend="demo"))),
        ("of the stack again", lambda: user.delete_value("LLM_API_KEY")),
        ("shared", lambda: (admin.set_value("LLM_API_KEY", "sk-shared"), admin.share("LLM_API_KEY"))),
        ("not shared any more", lambda: admin.share("LLM_API_KEY", False)),
    ]
    for number, (what, edit) in enumerate(edits, 1):
        before = world.container_of(user)["Id"]
        edit()
        assert user.say(what) == f"You said: {what}"
        found = until(
            lambda: [e for e in events(user) if e["reason"] == "Recreated"][number - 1:] and events(user), 15, what)
        assert found[0]["message"] == "override.LLM_API_KEY changed", what
        assert world.container_of(user)["Id"] != before, what
    told = json.dumps(events(user)) + world.log
    assert not [value for value in ("sk-for-demo", "sk-for-all", "sk-shared") if value in told]


def test_a_seed_s_edit_recreates_the_runners_of_its_backend_and_no_others(world):
    user = world.user()
    for name in ("demo", "other"):
        user.say("hello", model=name)
    before = {name: world.container_of(user, name)["Id"] for name in ("demo", "other")}
    seed_file(world)
    until(lambda: any(e["reason"] == "Recreated" for e in events(user)), 15, "the recreation")
    note = world.folder / "data" / "users" / user.slug / "demo" / "note.txt"
    assert note.read_text() == "another model m1\n"
    assert world.container_of(user, "demo")["Id"] != before["demo"]
    assert world.container_of(user, "other")["Id"] == before["other"]


def reordered(world):
    backends = [dict(reversed(entry.items())) for entry in reversed(world.backends())]
    world.write_backends(backends)


def commented(world):
    world.backends_file.write_text("// the agents\n" + world.backends_file.read_text().replace("\n", "\n\n"))
    world.stack_file.write_text("# the stack\n" + world.stack_file.read_text())


def plain_seed_file(world):
    (world.folder / "seeds" / "home" / "once.txt").write_text("for new homes only\n")


NO_CAUSES = {
    "idle time": fields(default_idle_seconds=4000),
    "display name": fields(display_name="Another name"),
    "alias": fields(extra_models=["alias"]),
    "probe": fields(ready_path="/healthz", startup_timeout_seconds=7),
    "healthy exit codes": fields(healthy_exit_codes=[3]),
    "routing": fields(session_header="X-Session-Id", history="last"),
    "order of keys": reordered,
    "comments": commented,
    "seed that is copied once": plain_seed_file,
    "the stack's idle time": stack("minIdle: 1s", "minIdle: 2s, idle: 1h"),
    "loop": stack("drainTimeout: 1s", "drainTimeout: 2s, maxLanes: 4, maxRecreates: 3, safetyFloor: 5"),
    "value that nobody uses": stack("LLM_MODEL: m1", "LLM_MODEL: m1, UNUSED: x"),
    "pull policy": stack("engine: {", "engine: {pullPolicy: never, "),
}


def test_nothing_else_recreates_it(world):
    user = world.user()
    user.say("hello")
    before = world.container_of(user)
    for what, edit in NO_CAUSES.items():
        revision = figure(world, "configuration_revision")
        reads = world.log.count("configuration read, nothing changed")
        edit(world)
        until(
            lambda: figure(world, "configuration_revision") > revision
            or world.log.count("configuration read, nothing changed") > reads, 5, f"the reading of {what}")
        passes = world.passes()
        # Whatever the edit brings about is decided by the next pass.
        world.user().say("a pass is made")
        until(lambda: world.passes() > passes, 5, "a pass")
        assert world.container_of(user)["Id"] == before["Id"], what
    assert not [e for e in events(user) if e["reason"] == "Recreated"]
    assert world.command("plan").stdout == "Nothing to do.\n"
    world.terminate()
    world.start()
    user = user.moved_to(world.url)
    assert user.say("after a restart") == "You said: after a restart"
    assert world.container_of(user)["Id"] == before["Id"]


def test_an_upgrade_adopts_what_the_version_before_made(world):
    """The same container with another version in its label, as an older or newer operatord would have made it."""
    user = world.user()
    user.say("hello")
    made = world.container_of(user)
    world.terminate()
    version = next(label for label in made["Config"]["Labels"] if label.endswith(".version"))
    made["Config"]["Labels"][version] = "0.0.1"
    engine = httpx.Client(transport=httpx.HTTPTransport(uds=str(world.engine.socket)), base_url="http://docker")
    world.engine.command("rm", "--force", made["Id"])
    networks = {name: {} for name in made["NetworkSettings"]["Networks"]}
    created = engine.post(
        "/v1.41/containers/create", params={"name": made["Name"].strip("/")},
        json={**made["Config"], "HostConfig": made["HostConfig"], "NetworkingConfig": {"EndpointsConfig": networks}})
    assert created.status_code == 201, created.text
    before = created.json()["Id"]
    world.engine.command("start", before)
    world.start()
    user = user.moved_to(world.url)
    assert user.say("after the upgrade") == "You said: after the upgrade"
    assert world.container_of(user)["Id"] == before
    assert world.command("plan").stdout == "Nothing to do.\n"
    assert not [e for e in events(user) if e["reason"] == "Recreated"]
    # It is still under the operator's hand.
    environment(GREETING="hello")(world)
    until(lambda: [e for e in events(user) if e["reason"] == "Recreated"], 15, "the recreation")
    assert world.container_of(user)["Config"]["Labels"][version] != "0.0.1"


def figure(operator, name):
    for line in httpx.get(operator.url + "/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])


def test_a_change_for_many_goes_in_waves_and_busy_runners_drain(world):
    stack("drainTimeout: 1s", "drainTimeout: 20s, maxRecreates: 2")(world)
    until(lambda: "configuration in force" in world.log, 5, "the setting")
    users = [world.user() for _ in range(5)]
    for user in users:
        user.say("hello")
    before = {user: world.container_of(user)["Id"] for user in users}
    busy = users[0].stream("[[chunks 30 100ms]]")
    next(busy)
    stack("LLM_MODEL: m1", "LLM_MODEL: m2")(world)
    most = 0

    def idle_ones_are_new():
        nonlocal most
        lines = world.log.splitlines()
        begun, done = (sum(f"lane {word}" in line and "verb=recreate" in line for line in lines)
                       for word in ("begins", "done"))
        most = max(most, begun - done)
        return all(any(e["reason"] == "Recreated" for e in events(user)) for user in users[1:])

    until(idle_ones_are_new, 20, "the recreation of the idle ones")
    assert 1 <= most <= 2
    # The busy one was waited for, to the last chunk.
    assert world.container_of(users[0])["Id"] == before[users[0]]
    assert sum(1 for _ in busy) >= 29
    until(lambda: any(e["reason"] == "Recreated" for e in events(users[0])), 15, "the recreation of the busy one")


def test_an_edited_file_ends_a_crash_loop(world):
    world.write_backends([backend("demo", world.prefix, extra_env={"DEMO_CRASH": "1"})])
    until(lambda: "configuration in force" in world.log, 5, "the setting")
    user = world.user()
    answer = user.start()
    assert answer.status_code == 502, answer.text
    # Within its backoff, a chat fails at once; the mended file makes the next one work.
    assert user.chat("hello").status_code in (502, 503)
    revision = figure(world, "configuration_revision")
    world.write_backends([backend("demo", world.prefix)])
    until(lambda: figure(world, "configuration_revision") > revision, 5, "the mended file")
    assert user.say("hello") == "You said: hello"
