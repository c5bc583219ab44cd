"""The configuration followed in a git repository."""

import json
import os
import subprocess

import httpx
import pytest
from support.git_server import GitServer, PasswordedGit, free_port, git
from support.operator import BINARY, REPOSITORY, backend
from support.tour import run
from support.wait import until
from test_gitops import PAGE, SECTION, WAVE

REPOSITORY_STACK = """\
instance: {instance}
listen: {{host: 127.0.0.1, port: {port}}}
engine: {{socket: {socket}}}
reconcile: {{interval: 30s, drainTimeout: 1s}}
runners: {{minIdle: 1s, startupTimeout: 20s, memory: 128MiB, pids: 64}}
auth: {{attemptsPerMinute: 0}}
"""


@pytest.fixture
def server(tmp_path):
    server = GitServer(tmp_path / "git").start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def following(own_operator, server):
    """An operator, not started, whose configuration is the first commit of the repository."""
    operator = own_operator
    # Users go on after a restart, so that the port stays.
    server.work.joinpath("stack.yaml").write_text(
        REPOSITORY_STACK.format(instance=operator.prefix, socket=operator.engine.socket, port=free_port()))
    write_backends(operator, server, LOG="one")
    server.first = server.commit("First")
    for name in ("backends.json", "seeds"):
        (operator.folder / name).rename(operator.folder / f"unused-{name}")
    bootstrap(operator, server.url)
    return operator


def bootstrap(operator, url, extra="", interval="1s"):
    operator.stack_file.write_text(
        f"source: {{git: \"{url}\", interval: {interval}{extra}}}\n"
        f"paths: {{dataRoot: data, frontend: {REPOSITORY}/frontend/public}}\n")


def write_backends(operator, server, **env):
    entry = backend("demo", operator.prefix, extra_env=env)
    server.work.joinpath("backends.json").write_text(json.dumps([entry], indent=2))


def health(operator):
    return httpx.get(operator.url + "/healthz").json()


def conditions(operator):
    return {each["type"]: each["message"] for each in health(operator)["conditions"]}


def applied(operator, commit):
    """Waits for the commit to be in force and the only one."""
    def is_in_force():
        source = health(operator)["source"]
        return source["applied"] and source["applied"]["id"] == commit and source["pending"] is None
    until(is_in_force, 15, f"commit {commit}")


def logged(operator, user):
    return [v for v in operator.container_of(user)["Config"]["Env"] if v.startswith("LOG=")]


def test_a_commit_becomes_a_plan_and_a_recreate_and_a_bad_one_waits(following, server):
    operator = following.start()
    user = operator.user()
    user.say("hello")
    applied(operator, server.first)
    assert logged(operator, user) == ["LOG=one"]
    assert "url" not in health(operator)["source"]

    write_backends(operator, server, LOG="two")
    second = server.commit("Say two")
    applied(operator, second)
    assert operator.command("wait").returncode == 0
    assert logged(operator, user) == ["LOG=two"]
    described = operator.command("describe", f"{user.slug}/demo").stdout
    assert 'env.LOG changed from "one" to "two"' in described

    # A bad one: pending, with file and line, and the last good one in force, over a restart too.
    stack = server.work / "stack.yaml"
    good = stack.read_text()
    stack.write_text(good.replace("drainTimeout: 1s", "drainTimeout: soon"))
    write_backends(operator, server, LOG="three")
    bad = server.commit("Break it")
    until(lambda: "ConfigInvalid" in conditions(operator), 15, "the condition")

    def shown():
        message = conditions(operator)["ConfigInvalid"]
        assert f"Commit {bad[:12]} is not in force: stack.yaml:4: reconcile.drainTimeout: \"soon\"" in message
        source = health(operator)["source"]
        assert (source["applied"]["id"], source["pending"]["id"]) == (second, bad)
        assert source["pending"]["subject"] == "Break it"
        metrics = httpx.get(operator.url + "/metrics").text
        assert f'configuration_source_info{{applied="{second}",pending="{bad}",ref="main"}} 1' in metrics
        assert "configuration_source_pending 1" in metrics and "configuration_source_reachable 1" in metrics
        status = operator.command("status").stdout
        assert f'applied: {second[:12]} "Say two"; pending: {bad[:12]} "Break it"' in status and server.url in status

    shown()
    assert user.say("still here") == "You said: still here"
    assert logged(operator, user) == ["LOG=two"]
    before = operator.container_of(user)["Id"]
    operator.kill()
    # What the command line shows while nothing runs.
    stopped = operator.command("status").stdout
    assert f"applied: {second[:12]}" in stopped and f"pending: {bad[:12]}" in stopped and "stack.yaml:4" in stopped
    operator.start()
    until(lambda: health(operator)["source"]["looked_at"], 15, "a look at the repository")
    shown()
    assert user.say("hello") == "You said: hello"
    assert operator.container_of(user)["Id"] == before

    stack.write_text(good)
    mended = server.commit("Mend it")
    applied(operator, mended)
    assert operator.command("wait").returncode == 0
    assert conditions(operator) == {}
    assert logged(operator, user) == ["LOG=three"]
    assert "configuration_source_pending 0" in httpx.get(operator.url + "/metrics").text


def test_a_server_that_is_away_changes_nothing(following, server):
    operator = following.start()
    user = operator.user()
    user.say("hello")
    before = operator.container_of(user)["Id"]
    server.stop()
    until(lambda: "SourceUnreachable" in conditions(operator), 15, "the condition")
    message = conditions(operator)["SourceUnreachable"]
    assert "unable to connect" in message and "Check source.git" in message and "stays in force" in message
    source = health(operator)["source"]
    assert source["reachable"] is False and source["applied"]["id"] == server.first and source["pending"] is None
    assert "configuration_source_reachable 0" in httpx.get(operator.url + "/metrics").text
    write_backends(operator, server, LOG="two")
    second = server.commit("Unseen")
    assert user.say("hello") == "You said: hello"
    # Neither does a restart without it.
    operator.kill()
    operator.start()
    until(lambda: "SourceUnreachable" in conditions(operator), 15, "the condition")
    assert user.say("hello") == "You said: hello"
    assert operator.container_of(user)["Id"] == before
    # Told once, however often it was tried.
    for _ in range(3):
        operator.command("reconcile")
    assert operator.log.count("cannot be looked at") == 1

    server.start()
    applied(operator, second)
    assert conditions(operator) == {}
    assert operator.command("wait").returncode == 0
    assert logged(operator, user) == ["LOG=two"]


def test_a_force_push_is_followed(following, server):
    operator = following.start()
    write_backends(operator, server, LOG="two")
    applied(operator, server.commit("Two"))
    git("checkout", "--quiet", "--orphan", "other", cwd=server.work)
    write_backends(operator, server, LOG="other")
    applied(operator, server.commit("Another history", force=True))
    git("reset", "--quiet", "--hard", server.first, cwd=server.work)
    git("push", "--quiet", "--force", "origin", "HEAD:main", cwd=server.work)
    applied(operator, server.first)
    user = operator.user()
    user.say("hello")
    assert logged(operator, user) == ["LOG=one"]


def test_a_link_out_of_the_repository_is_refused(following, server, tmp_path):
    operator = following.start()
    outside = tmp_path / "outside.json"
    outside.write_text(server.work.joinpath("backends.json").read_text().replace("one", "outside"))
    server.work.joinpath("backends.json").unlink()
    server.work.joinpath("backends.json").symlink_to(outside)
    server.commit("Look elsewhere")
    until(lambda: "ConfigInvalid" in conditions(operator), 15, "the condition")
    assert "backends.json: This symbolic link leads out of the repository." in conditions(operator)["ConfigInvalid"]
    assert health(operator)["source"]["applied"]["id"] == server.first
    # Inside it, a link is a file like any other.
    server.work.joinpath("backends.json").unlink()
    folder = server.work / "shared"
    folder.mkdir()
    folder.joinpath("all.json").write_text(outside.read_text().replace("outside", "inside"))
    server.work.joinpath("backends.json").symlink_to("shared/all.json")
    applied(operator, server.commit("Look inside"))
    user = operator.user()
    user.say("hello")
    assert logged(operator, user) == ["LOG=inside"]


def test_death_at_any_moment_of_a_change_mends_itself(following, server):
    operator = following.start()
    user = operator.user()
    user.say("hello")
    for number in range(6):
        write_backends(operator, server, LOG=f"round {number}")
        commit = server.commit(f"Round {number}")
        # Killed at some point of the look: before it, in the fetch, in the switch, in the recreate.
        asking = subprocess.Popen(
            [BINARY, "reconcile", "--config", str(operator.stack_file)], env=operator.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            asking.wait(0.02 + 0.03 * number)
        operator.kill()
        asking.wait(30)
        operator.start()
        applied(operator, commit)
        assert operator.command("wait").returncode == 0
        assert logged(operator, user) == [f"LOG=round {number}"]
        assert user.say("hello") == "You said: hello"
    names = os.listdir(operator.folder / "data" / "source")
    assert not [name for name in names if name.startswith("unfinished")]
    assert len(names) <= 6


def test_the_first_start_needs_the_repository_and_says_so(following, server):
    operator = following
    server.stop()
    ended = operator.command("serve")
    assert ended.returncode == 1
    assert "unable to connect" in ended.stderr and "no configuration to start on yet" in ended.stderr
    validated = operator.command("validate")
    assert validated.returncode == 1 and f"Nothing of {server.url} is here yet" in validated.stderr
    server.start()
    operator.start()
    applied(operator, server.first)


def test_a_first_commit_that_is_bad_is_mended_by_the_next_start(following, server):
    operator = following
    stack = server.work / "stack.yaml"
    good = stack.read_text()
    stack.write_text(good.replace("drainTimeout: 1s", "drainTimeout: soon"))
    server.commit("Begin badly")
    for _ in range(2):
        ended = operator.command("serve")
        assert ended.returncode == 1
        assert 'stack.yaml:4: reconcile.drainTimeout: "soon" is not a duration' in ended.stderr
    stack.write_text(good)
    mended = server.commit("Mend it")
    operator.start()
    applied(operator, mended)


def test_another_source_is_taken_over_without_a_restart(following, server, tmp_path):
    operator = following
    bootstrap(operator, server.url, interval="1h")
    operator.start()
    applied(operator, server.first)
    git("checkout", "--quiet", "-b", "next", cwd=server.work)
    write_backends(operator, server, LOG="next")
    git("commit", "--quiet", "--all", "--message", "Next", cwd=server.work)
    git("push", "--quiet", "origin", "next", cwd=server.work)
    bootstrap(operator, server.url, extra=", ref: next", interval="1h")
    applied(operator, git("rev-parse", "HEAD", cwd=server.work))
    # The interval is long, so that this look is the command's.
    write_backends(operator, server, LOG="later")
    git("commit", "--quiet", "--all", "--message", "Later", cwd=server.work)
    git("push", "--quiet", "origin", "next", cwd=server.work)
    assert operator.command("reconcile").returncode == 0
    assert health(operator)["source"]["applied"]["subject"] == "Later"


def test_a_pull_request_is_planned_as_the_commit_that_it_would_be(following, server, tmp_path):
    operator = following.start()
    user = operator.user()
    user.say("hello")
    applied(operator, server.first)
    unchanged = operator.run("plan", "--config", str(server.work), "--against", str(operator.stack_file))
    assert (unchanged.returncode, unchanged.stdout) == (0, "Nothing to do.\n"), unchanged.stderr
    write_backends(operator, server, LOG="pr")
    changed = operator.run("plan", "--config", str(server.work), "--against", str(operator.stack_file))
    assert changed.returncode == 2
    assert f'recreate {user.slug}/demo: env.LOG changed from "one" to "pr"' in changed.stdout
    with server.work.joinpath("stack.yaml").open("a") as stack:
        stack.write("paths: {dataRoot: /tmp}\nsharedEnv: {A: {file: /etc/hostname}}\n")
    refused = operator.run("plan", "--config", str(server.work), "--against", str(operator.stack_file))
    assert refused.returncode == 1
    assert "stack.yaml:7: paths.dataRoot: It is the machine's" in refused.stderr
    assert "is outside of" in refused.stderr


def test_a_password_reaches_the_server_and_no_log(following, server):
    operator = following
    (operator.folder / "token").write_text("open-sesame-4711\n")
    secured = PasswordedGit(server.bare.parent, "open-sesame-4711")
    try:
        bootstrap(operator, secured.url, extra=", password: {file: token}")
        operator.start()
        applied(operator, server.first)
        (operator.folder / "token").write_text("wrong-one-0815\n")
        until(lambda: "SourceUnreachable" in conditions(operator), 15, "the condition")
        message = conditions(operator)["SourceUnreachable"]
        assert "Authentication failed" in message
        everything = operator.log + message + operator.command("status", "--output", "json").stdout
        assert "open-sesame" not in everything and "wrong-one" not in everything
        (operator.folder / "token").write_text("open-sesame-4711\n")
        until(lambda: not conditions(operator), 15, "the condition to end")
    finally:
        secured.close()


def test_the_section_of_the_page_does_what_it_says(following, server):
    operator = following
    bootstrap(operator, server.url, interval="1h")
    operator.start()
    section = PAGE.read_text().partition(SECTION)[2].partition(WAVE)[0]
    assert section.count("/etc/operatord") > 3
    run(section.replace("/etc/operatord", str(operator.folder)), operator, server.work, at_least=3)
    assert health(operator)["source"]["pending"] is None and conditions(operator) == {}
