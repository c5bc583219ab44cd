"""The first chat, the next ones, and streams."""

import time
from concurrent.futures import ThreadPoolExecutor

from support.client import text_of
from support.wait import until


def test_a_cold_chat_is_answered_by_a_container_of_its_own(operator):
    user = operator.user()
    assert operator.containers_of(user) == []

    assert user.say("hello") == "You said: hello"

    container = operator.container_of(user)
    assert container["Config"]["Labels"]["agent-stack.user"] == user.slug
    assert container["Config"]["Labels"]["agent-stack.backend"] == "demo"
    assert user.runners()["demo"]["running"]


def test_a_warm_chat_uses_the_same_container(operator):
    user = operator.user()
    user.say("hello")
    before, since = operator.container_of(user)["Id"], time.time()

    assert user.say("again") == "You said: again"

    assert operator.container_of(user)["Id"] == before
    assert operator.events_of(user, since) == []


def test_warm_chats_cause_no_passes(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("hello")
    before = operator.passes()

    for number in range(20):
        user.say(f"message {number}")

    # The end of the start, the tick; not each chat.
    assert operator.passes() - before < 5


def test_an_alias_reaches_the_same_runner(operator):
    user = operator.user()
    user.say("hello")
    assert user.say("alias", model="demo/main") == "You said: alias"
    assert len(operator.containers_of(user)) == 1


def test_the_first_chunk_arrives_before_the_last_is_made(operator):
    user = operator.user()
    user.say("warm up")

    chunks = [chunk for chunk in user.stream("[[chunks 4 300ms]]")]

    made = [chunk for chunk in chunks if "sent_us" in chunk]
    assert text_of(chunks) == "1 2 3 4 "
    assert made[0]["received_us"] < made[-1]["sent_us"]
    # Not held back for the next one either.
    for chunk, following in zip(made, made[1:]):
        assert chunk["received_us"] < following["sent_us"]


def test_a_stream_to_a_cold_runner_starts_it(operator):
    user = operator.user()
    assert text_of(user.stream("cold stream")) == "You said: cold stream"


def test_usage_is_streamed_when_asked_for(operator):
    chunks = list(operator.user().stream("count", stream_options={"include_usage": True}))
    assert chunks[-1]["usage"]["total_tokens"] > 0


def test_two_users_have_two_containers(operator):
    first, second = operator.user(), operator.user()
    first.say("one")
    second.say("two")
    one, two = operator.container_of(first), operator.container_of(second)
    assert one["Id"] != two["Id"]
    keys = [
        [entry for entry in container["Config"]["Env"] if entry.startswith("DEMO_API_KEY=")] for container in (one, two)]
    assert keys[0] != keys[1] and all(len(key) == 1 for key in keys)


def test_twenty_first_chats_of_one_user_make_one_container(operator):
    user, since = operator.user(), time.time()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: user.say(f"message {number}"), range(20)))

    assert answers == [f"You said: message {number}" for number in range(20)]
    assert [action for _, action, _ in operator.events_of(user, since)].count("create") == 1


def test_one_slow_start_delays_nobody(operator):
    waiting, other = operator.user(), operator.user()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(waiting.say, "slow", "slow")
        began = time.monotonic()
        other.say("quick")
        assert time.monotonic() - began < 1.9
        assert not slow.done()
        assert slow.result() == "You said: slow"


def test_a_failure_of_the_agent_passes_through(operator):
    answer = operator.user().chat("[[fail 503]]")
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "as told: 503"


def test_the_agent_gets_no_credential_of_the_browser(operator):
    user = operator.user()
    said = user.say("[[headers]]").splitlines()
    names = {line.split(":")[0] for line in said}
    assert "authorization" in names
    assert names.isdisjoint({"cookie", "origin", "referer"})
    assert user.session not in "\n".join(said)


def test_the_session_header_names_the_user(operator):
    user = operator.user()
    assert user.say("[[session]]") == f"agstack-u{user.account['id']}"
    assert user.say("[[session]]", user="chat-7") == "chat-7"


def test_a_client_that_leaves_is_noticed_by_the_agent(operator):
    user = operator.user()
    for chunk in user.stream("[[chunks 100 100ms]]"):
        if "sent_us" in chunk:
            break
    container = operator.container_of(user)
    until(lambda: "client left after" in operator.engine.logs(container["Id"]), 1.5, "the agent's word of it")
