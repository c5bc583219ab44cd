"""Upstream values: who gets which, what a change does to runners, and that they never show."""

import json
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from support.client import text_of
from support.operator import IMAGE, STACK, Operator, backend
from support.wait import until

KEY, MODEL, REGION = "LLM_API_KEY", "LLM_MODEL", "LLM_REGION"


def key_backends(prefix):
    home = {"seed_subdir": "agent-home", "mount_target": "/home/agent", "templated_files": ["config.yaml", "keys.json"]}
    return [
        backend("one", prefix, user_overridable_env=[KEY, MODEL], extra_env={MODEL: "default-model"}, **home),
        backend("two", prefix, user_overridable_env=[KEY]),
        backend("three", prefix, user_overridable_env=[REGION]),
        backend("plain", prefix),
    ]


@pytest.fixture
def operator(tmp_path):
    # The drain is longer than the streams here.
    stack = STACK.replace("drainTimeout: 1s", "drainTimeout: 8s")
    operator = Operator(tmp_path, stack=stack + f"sharedEnv: {{{{{REGION}: from-the-stack}}}}\n")
    home = operator.folder / "seeds/agent-home"
    home.mkdir()
    (home / "config.yaml").write_text(f'key: "${{{KEY}}}"\nmodel: ${{{MODEL}}}\n')
    (home / "keys.json").write_text(f'{{"key": "${{{KEY}}}"}}\n')
    operator.write_backends(key_backends(operator.prefix))
    try:
        yield operator.start()
    finally:
        operator.close()


def environment(container):
    return dict(entry.split("=", 1) for entry in container["Config"]["Env"])


def container_with(operator, user, key, name="two"):
    """The ready container with this key, once it is there."""
    def found():
        containers = operator.containers_of(user, name)
        return user.runners().get(name, {}).get("phase") == "ready" and [
            container for container in containers if environment(container)[KEY] == key]
    containers = until(found, 10, f"{user.slug}/{name} with the new value")
    assert len(operator.containers_of(user, name)) == 1
    return containers[0]


def home_file(operator, user, name):
    return operator.folder / "data/users" / user.slug / "one" / name


def value(name="key"):
    return f"sk-{name}-{secrets.token_hex(12)}"


def source(user, backend_name, variable=KEY):
    return user.values()["effective"][backend_name][variable]["source"]


# Who gets which


def test_the_nearest_tier_wins_and_the_container_gets_its_value(operator):
    admin, user = operator.admin(), operator.user()
    shared, own, exact = value("shared"), value("own"), value("exact")
    admin.set_value(KEY, shared)
    assert source(user, "one") == "unset"
    admin.share(KEY)
    assert source(user, "one") == "shared"
    user.set_value(KEY, own)
    user.set_value(KEY, exact, "one")
    assert (source(user, "one"), source(user, "two")) == ("backend", "global")
    for name, expected in (("one", exact), ("two", own)):
        assert user.start(name).status_code == 200
        assert environment(operator.container_of(user, name))[KEY] == expected
    assert environment(operator.container_of(user, "one"))[MODEL] == "default-model"
    assert source(user, "one", MODEL) == "backend_default"
    assert source(user, "three", REGION) == "stack"
    assert source(admin, "one") == "global"


def test_a_container_gets_only_the_variables_that_its_backend_lists(operator):
    user = operator.user()
    user.set_value(KEY, value())
    assert user.start("plain").status_code == 200
    assert user.start("three").status_code == 200
    assert KEY not in environment(operator.container_of(user, "plain"))
    assert environment(operator.container_of(user, "three"))[REGION] == "from-the-stack"
    assert KEY not in environment(operator.container_of(user, "three"))


def test_a_container_learns_whose_it_is_and_no_secret_of_the_operator(operator):
    user = operator.user()
    assert user.start("three").status_code == 200
    got = environment(operator.container_of(user, "three"))
    image = {entry.split("=")[0] for entry in json.loads(
        operator.engine.command("inspect", "--format", "{{json .Config.Env}}", IMAGE)) or []}
    assert set(got) - image == {"DEMO_API_KEY", REGION, "AGENT_USER_ID", "AGENT_USER_EMAIL", "AGENT_USER_NAME"}
    assert got["AGENT_USER_ID"] == str(user.account["id"])
    assert (got["AGENT_USER_EMAIL"], got["AGENT_USER_NAME"]) == (user.account["email"], user.account["name"])
    assert not any(secret in got.values() for name, secret in operator.environment.items() if name != "PATH")


def test_a_missing_value_is_422_that_names_it_and_says_where(operator):
    user = operator.user()
    answer = user.start("two")
    assert answer.status_code == 422
    assert KEY in answer.json()["detail"] and "Settings → Backend API keys" in answer.json()["detail"]
    chat = user.chat("hello", "two")
    assert chat.status_code == 422 and KEY in chat.json()["error"]["message"]
    streamed = user.http.post(
        "/v1/chat/completions", json={"model": "two", "stream": True, "messages": [{"role": "user", "content": "x"}]})
    assert streamed.status_code == 422
    assert operator.containers_of(user, "two") == []

    user.set_value(KEY, value())
    assert user.say("now", "two") == "You said: now"


def test_nothing_is_taken_from_the_process_environment(operator):
    operator.terminate()
    operator.environment[KEY] = value("environment")
    operator.start()
    assert operator.user().start("two").status_code == 422


def test_awkward_values_arrive_whole_in_env_and_files(operator):
    user = operator.user()
    awkward = 'sk "quoted" \\back\\ $HOME ${PATH} $(id) \'x\' #y: é\nsecond line'
    user.set_value(KEY, f"  {awkward}\n")
    assert user.start("one").status_code == 200
    assert environment(operator.container_of(user, "one"))[KEY] == awkward
    assert json.loads(home_file(operator, user, "keys.json").read_text()) == {"key": awkward}


# What a change does


def test_only_runners_with_another_value_are_recreated(operator):
    admin, sharing, own = operator.admin(), operator.user(), operator.user()
    admin.set_value(KEY, value("first"))
    admin.share(KEY)
    own.set_value(KEY, value("own"))
    own.set_value(KEY, value("second"), "two")
    users = [(admin, "two"), (sharing, "one"), (sharing, "two"), (sharing, "plain"), (own, "one"), (own, "two")]
    with ThreadPoolExecutor(6) as pool:
        assert {answer.status_code for answer in pool.map(lambda pair: pair[0].start(pair[1]), users)} == {200}
    before = {(user.slug, name): operator.container_of(user, name)["Id"] for user, name in users}
    new = value("second")

    assert admin.set_value(KEY, new) == 3
    assert admin.set_value(KEY, new) == 0

    for user, name in ((admin, "two"), (sharing, "one"), (sharing, "two")):
        assert container_with(operator, user, new, name)["Id"] != before[user.slug, name]
    for user, name in ((sharing, "plain"), (own, "one"), (own, "two")):
        assert operator.container_of(user, name)["Id"] == before[user.slug, name]
    assert new in home_file(operator, sharing, "config.yaml").read_text()


def test_another_tier_with_the_same_value_recycles_nothing(operator):
    user, same = operator.user(), value()
    user.set_value(KEY, same)
    user.start("two")
    before = operator.container_of(user, "two")["Id"]
    assert user.set_value(KEY, same, "two") == 0
    assert user.delete_value(KEY) == 0
    assert source(user, "two") == "backend"
    assert user.say("hello", "two") == "You said: hello"
    assert operator.container_of(user, "two")["Id"] == before


def test_a_stream_in_flight_is_finished_first(operator):
    user, old, new = operator.user(), value("old"), value("new")
    user.set_value(KEY, old)
    user.say("warm up", "two")
    before, since = operator.container_of(user, "two")["Id"], time.time()
    chunks = user.stream("[[chunks 15 200ms]]", "two")
    first = next(chunk for chunk in chunks if "sent_us" in chunk)

    assert user.set_value(KEY, new) == 1
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(operator_says, user)
        assert text_of([first, *chunks]) == "".join(f"{number} " for number in range(1, 16))
        ended = time.time()
        assert waiting.result() == "You said: after"

    after = operator.container_of(user, "two")
    assert after["Id"] != before and environment(after)[KEY] == new
    died = [at for at, action, container in operator.events_of(user, since, "two")
            if action in ("kill", "die") and container == before]
    assert died and died[0] > ended - 0.25


def operator_says(user):
    client = user.moved_to(user.url)
    return client.say("after", "two")


def test_two_quick_changes_end_with_the_last_value(operator):
    user = operator.user()
    user.set_value(KEY, value("zero"))
    user.start("two")
    last = value("last")
    user.set_value(KEY, value("first"))
    user.set_value(KEY, last)
    assert user.say("hello", "two") == "You said: hello"
    container_with(operator, user, last)


def test_a_change_during_the_start_is_what_the_runner_comes_with(operator):
    operator.write_backends([
        backend("two", operator.prefix, user_overridable_env=[KEY], extra_env={"DEMO_START_DELAY": "1s"})])
    operator.terminate()
    operator.start()
    user, new = operator.user(), value("new")
    user.set_value(KEY, value("old"))
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(user.moved_to(user.url).start, "two")
        until(lambda: operator.containers_of(user, "two"), 5, "the first container")
        assert user.set_value(KEY, new) == 1
        assert starting.result().status_code == 200
    assert environment(operator.container_of(user, "two"))[KEY] == new
    assert len(operator.containers_of(user, "two")) == 1


def test_a_runner_that_lived_on_a_share_goes_away_with_it(operator):
    admin, user = operator.admin(), operator.user()
    admin.set_value(KEY, value())
    admin.share(KEY)
    user.say("hello", "two")
    admin.say("mine", "two")
    mine = operator.container_of(admin, "two")["Id"]

    assert admin.share(KEY, False) == 1

    until(lambda: operator.containers_of(user, "two") == [], 5, "the container to go")
    assert not user.runners().get("two", {}).get("running")
    assert user.start("two").status_code == 422
    assert operator.container_of(admin, "two")["Id"] == mine
    assert admin.share(KEY) == 0
    assert user.say("again", "two") == "You said: again"


def test_values_survive_a_kill(operator):
    user, own = operator.user(), value()
    user.set_value(KEY, own)
    operator.kill()
    operator.start()
    user = user.moved_to(operator.url)
    assert user.start("two").status_code == 200
    assert environment(operator.container_of(user, "two"))[KEY] == own


# That they never show


def test_values_are_found_nowhere_but_where_they_belong(operator):
    admin, user = operator.admin(), operator.user()
    known = {name: value(name) for name in ("shared", "own", "exact", "old")}
    admin.set_value(KEY, known["shared"])
    admin.share(KEY)
    user.start("two")
    user.set_value(KEY, known["old"])
    user.set_value(KEY, known["own"])
    user.set_value(KEY, known["exact"], "one")
    user.start("one"), user.start("two"), admin.start("two")
    runner_key = environment(operator.container_of(user, "two"))["DEMO_API_KEY"]
    # An agent that tells its log everything, and dies of it.
    user.say(f"[[log the keys are {known['own']} and {runner_key}]] x", "two")
    said = user.http.get("/api/runners/two/logs").json()["lines"]
    assert any("the keys are ••• and •••" in line for line in said), said
    user.chat("[[exit 3]]", "two")
    until(lambda: any(event["reason"] == "Exited" for event in events(user, "two")), 5, "the event of its death")
    assert any("the keys are ••• and •••" in line for event in events(user, "two") for line in event["log_tail"])
    answers = [
        answer.text for client in (user, admin) for answer in (
            client.put_value("NOTHING", known["own"]), client.put_value(KEY, known["own"], "nowhere"),
            client.put_value(KEY, known["own"] + "\0"), *(client.http.get(path) for path in READABLE),
            *(client.http.get(f"/api/admin/runners/{user.account['id']}/two/{what}") for what in ("logs", "events")))]
    changes = admin.http.get("/api/admin/audit", params={"target": user.slug}).json()["entries"]
    assert [(entry["action"], entry["target"], entry["before"], entry["after"])
            for entry in reversed(changes) if entry["action"].startswith("key.")] == [
        ("key.set", f"{user.slug}/{KEY}", "unset", "set"), ("key.set", f"{user.slug}/{KEY}", "set", "set"),
        ("key.set", f"{user.slug}/one/{KEY}", "unset", "set")]
    assert {entry["actor"]["email"] for entry in changes if entry["action"] == "key.set"} == {user.account["email"]}
    command_lines = [
        result.stdout + result.stderr for result in (operator.command("status"), operator.command("plan"))]
    labels = [json.dumps(container["Config"]["Labels"]) for container in operator.engine.containers(operator.prefix)]
    assert len(labels) >= 3
    stored = [path.read_bytes() for path in (operator.folder / "data").iterdir() if path.is_file()]
    assert len(stored) >= 3

    for name, secret in {**known, "runner": runner_key}.items():
        assert secret not in operator.log, name
        assert not any(secret in text for text in (*answers, *command_lines, *labels)), name
        assert not any(secret.encode() in contents for contents in stored), name


READABLE = [
    "/api/me/env-overrides", "/api/admin/shared-env", "/api/backends", "/api/runners", "/api/runners/one",
    "/api/runners/two", "/api/runners/two/logs", "/api/runners/two/events", "/api/runners/one/logs", "/auth/me",
    "/v1/models", "/metrics", "/healthz", "/readyz", "/api/admin/audit", "/api/admin/users", "/api/admin/runners",
]


def events(user, name):
    return user.http.get(f"/api/runners/{name}/events").json()["events"]


def test_a_failing_start_quotes_no_value(operator):
    operator.write_backends([
        backend("two", operator.prefix, user_overridable_env=[KEY], extra_env={"DEMO_CRASH": "1"})])
    operator.terminate()
    operator.start()
    user, own = operator.user(), value()
    user.set_value(KEY, own)
    answer = user.start("two")
    assert answer.status_code == 502 and own not in answer.text


# Many at once


def test_values_and_chats_of_many_users_at_once(operator):
    users = [operator.user() for _ in range(4)]
    keys = {user.slug: value(user.slug) for user in users}
    barrier = threading.Barrier(len(users))

    def live(user):
        barrier.wait()
        user.set_value(KEY, value("early"))
        user.start("two")
        user.set_value(KEY, keys[user.slug])
        return user.say("hello", "two")

    with ThreadPoolExecutor(len(users)) as pool:
        assert set(pool.map(live, users)) == {"You said: hello"}
    for user in users:
        container_with(operator, user, keys[user.slug])


# Who is told


def test_whoever_is_concerned_is_told_to_read_the_values_again(operator):
    admin, user, other = operator.admin(), operator.user(), operator.user()
    heard = {client.slug: 0 for client in (admin, user, other)}

    def listen(client):
        # Ends with operatord.
        with suppress(httpx.TransportError), client.moved_to(client.url).http.stream("GET", "/api/events") as answer:
            for line in answer.iter_lines():
                opened[client.slug].set()
                heard[client.slug] += line == "event: keys"

    opened = {slug: threading.Event() for slug in heard}
    for client in (admin, user, other):
        threading.Thread(target=listen, args=(client,), daemon=True).start()
        assert opened[client.slug].wait(5)

    def told(*expected):
        until(lambda: tuple(heard[client.slug] for client in (admin, user, other)) == expected, 3, f"{expected}")

    user.set_value(KEY, value())
    told(0, 1, 0)
    admin.set_value(KEY, value())
    told(1, 1, 0)
    admin.share(KEY)
    told(2, 2, 1)
    admin.set_value(KEY, value())
    told(3, 3, 2)
