"""The images behind the backends' names: pulls, credentials, and a name that comes to mean another image."""

import re
import subprocess

import pytest
from support.operator import IMAGE, STACK, Operator, backend
from support.registry import Registry, auth_file
from support.wait import until

DIGESTS = r"image digest changed from sha256:[0-9a-f]{12} to sha256:[0-9a-f]{12}"
SOON = STACK.replace("interval: 30s", "interval: 1s")


@pytest.fixture
def registry(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    registry = Registry(folder).start()
    yield registry
    registry.close()


@pytest.fixture
def operator(tmp_path):
    """Looks every second what an image's name means."""
    operator = Operator(tmp_path / "operatord", stack=SOON)
    yield operator
    operator.close()
    # By its name: the id may be that of the image which all tests use.
    operator.engine.command("rmi", f"{operator.prefix}/agent:1", check=False)


def rebuild(operator):
    """Another image of the same name; its id."""
    image = f"{operator.prefix}/agent:1"
    subprocess.run(
        ["docker", "build", "--quiet", "--tag", image, "--label", f"of={id(object())}", "-"], check=True,
        input=f"FROM {IMAGE}\n".encode(), capture_output=True, timeout=60, env={"DOCKER_BUILDKIT": "0"})
    return operator.engine.command("images", "--quiet", "--no-trunc", image).strip()


def rebuilt(operator):
    operator.engine.command("tag", IMAGE, f"{operator.prefix}/agent:1")
    operator.write_backends([backend("demo", operator.prefix, image=f"{operator.prefix}/agent:1")])


def events(user):
    return user.http.get("/api/runners/demo/events").json()["events"]


def several_passes(operator, count=3):
    begun = operator.passes()
    until(lambda: operator.passes() >= begun + count, 15, "further passes")


def test_a_rebuilt_image_reaches_the_runners_once_and_says_why(operator):
    rebuilt(operator)
    operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)
    several_passes(operator)
    assert operator.container_of(user)["Id"] == before["Id"]
    new = rebuild(operator)
    event = until(lambda: [e for e in events(user) if e["reason"] == "Recreated"], 15, "the recreation")[0]
    assert re.fullmatch(DIGESTS, event["message"]), event["message"]
    assert new.startswith(event["message"].split()[-1])
    assert user.say("again") == "You said: again"
    after = operator.container_of(user)
    assert after["Id"] != before["Id"] and after["Image"] == new
    several_passes(operator)
    assert operator.container_of(user)["Id"] == after["Id"]
    operator.terminate()
    operator.start()
    several_passes(operator)
    assert operator.container_of(user)["Id"] == after["Id"]


def test_a_request_under_way_ends_on_the_old_image(operator):
    stack = operator.stack_file
    stack.write_text(stack.read_text().replace("drainTimeout: 1s", "drainTimeout: 20s"))
    rebuilt(operator)
    operator.start()
    user = operator.user()
    user.say("hello")
    chunks = user.stream("[[chunks 20 200ms]]")
    assert next(chunks)
    rebuild(operator)
    watcher = user.moved_to(user.url)
    until(lambda: watcher.runners()["demo"]["phase"] == "draining", 10, "the drain")
    assert len(list(chunks)) >= 10
    until(lambda: [e for e in events(user) if e["reason"] == "Recreated"], 15, "the recreation")


def test_notify_only_tells(operator):
    rebuilt(operator)
    stack = operator.stack_file
    stack.write_text(stack.read_text().replace("engine: {", "engine: {onDigestChange: notify, "))
    operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    new = rebuild(operator)

    def outdated():
        return [c for c in user.runners()["demo"]["conditions"] if c["reason"] == "ImageOutdated"]

    condition = until(outdated, 10, "the condition")[0]
    assert condition["status"] == "False" and re.match(DIGESTS, condition["message"]), condition
    assert operator.admin().http.get("/api/admin/backends").json()["backends"][0]["drifted"] == 1
    several_passes(operator)
    assert operator.container_of(user)["Id"] == before
    assert user.http.post("/api/runners/demo/recycle").status_code == 200
    user.say("again")
    assert operator.container_of(user)["Image"] == new
    until(lambda: not outdated(), 10, "the end of the condition")


def private(operator, registry, password):
    image = registry.publish(megabytes=1)
    registry.ask_for_password("reader", "a-registry-password")
    operator.write_backends([backend("demo", operator.prefix, image=image)])
    if password:
        auth_file(operator.folder / "registry.json", registry.host, "reader", password)
        stack = operator.stack_file
        stack.write_text(stack.read_text().replace("engine: {", "engine: {registryAuthFile: registry.json, "))
    return operator.start().user()


def test_a_private_registry_is_asked_with_its_credentials(registry, operator):
    user = private(operator, registry, "a-registry-password")
    assert user.start().status_code == 200, user.runners()
    assert user.say("hello") == "You said: hello"
    assert "a-registry-password" not in operator.log
    # Read at each pull: a file that is gone is said, and where.
    (operator.folder / "registry.json").unlink()
    operator.admin().http.post("/api/admin/backends/demo/pull")
    until(lambda: "registry.json cannot be read" in (last_pull(operator) or ""), 10, "the failed pull")


def last_pull(operator):
    return (operator.admin().http.get("/api/admin/backends").json()["backends"][0]["last_pull"] or {}).get("problem")


@pytest.mark.parametrize("password, words", [
    (None, "asks for credentials, put them into engine.registryAuthFile"),
    ("another-password", "in engine.registryAuthFile are not accepted"),
])
def test_a_private_registry_that_refuses_is_said_with_the_remedy(registry, operator, password, words):
    user = private(operator, registry, password)
    answer = user.start()
    assert answer.status_code == 502 and words in answer.text and registry.host in answer.text, answer.text
    assert "another-password" not in operator.log + answer.text


def test_the_admin_sees_and_pulls_images(registry, operator):
    image = registry.publish(megabytes=1)
    operator.write_backends([
        backend("demo", operator.prefix), backend("remote", operator.prefix, image=image),
        backend("missing", operator.prefix, image=f"{registry.host}/nothing:1"),
        backend("built", operator.prefix, image="operatord/never-built:1", pull_policy="never"),
    ])
    operator.start()
    admin = operator.admin().http

    def found():
        return {each["name"]: each for each in admin.get("/api/admin/backends").json()["backends"]}

    assert list(found()) == ["demo", "remote", "missing", "built"]
    assert [each["present"] for each in found().values()] == [True, False, False, False]
    assert found()["demo"]["image_id"].startswith("sha256:")
    for name in ("remote", "missing"):
        answer = admin.post(f"/api/admin/backends/{name}/pull")
        assert answer.status_code == 202 and answer.json()["backend"]["name"] == name
    until(lambda: found()["remote"]["present"], 20, "the pulled image")
    assert found()["remote"]["last_pull"]["problem"] is None
    problem = until(lambda: (found()["missing"]["last_pull"] or {}).get("problem"), 20, "the failed pull")
    assert "nothing" in problem
    refusal = admin.post("/api/admin/backends/built/pull")
    assert refusal.status_code == 409 and refusal.json()["code"] == "pull_policy_never"
    assert admin.post("/api/admin/backends/nowhere/pull").status_code == 404
    user = operator.user()
    assert user.http.get("/api/admin/backends").status_code == 403
    answer = user.start("built")
    assert answer.status_code == 502 and "build or load it there" in answer.text, answer.text


def test_the_pull_command_shows_how_it_goes(registry, operator):
    image = registry.publish(megabytes=1)
    operator.write_backends([
        backend("remote", operator.prefix, image=image), backend("built", operator.prefix, pull_policy="never")])
    operator.start()
    done = operator.command("pull")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"remote: {re.escape(image)} is here \(sha256:[0-9a-f]{{12}}\)", done.stdout.splitlines()[-1])
    operator.edit_backend("remote", image=f"{registry.host}/nothing:1")
    assert operator.command("reconcile").returncode == 0
    failed = operator.command("pull", "remote")
    assert failed.returncode == 1 and "failed:" in failed.stdout, failed.stdout + failed.stderr
    refused = operator.command("pull", "built")
    assert refused.returncode != 0 and "pull policy of built is never" in refused.stderr
