"""A reply belongs to the server: whoever watches may come and go."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.operator import backend
from support.wait import until
from support.watcher import Watcher


def conversation(user, model="demo"):
    answer = user.http.post("/api/conversations", json={"backend": model})
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


def begin(user, chat, content=None, **fields):
    """Begins a run, which is not over when this returns."""
    body = {**({"content": content} if content is not None else {}), **fields}
    answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json=body)
    assert answer.status_code == 202, answer.text
    return {**answer.json(), "x-request-id": answer.headers["x-request-id"]}


def shown(user, run):
    answer = user.http.get(f"/api/runs/{run['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def over(user, run, seconds=20):
    """The run and its message once it is over."""
    ends = ("complete", "stopped", "failed", "interrupted")
    return until(lambda: (now := shown(user, run))["run"]["status"] in ends and now, seconds, "the run's end")


def reply(user, chat, content=None, **fields):
    """The whole answer to a message."""
    return over(user, begin(user, chat, content, **fields)["run"])


def messages(user, chat, **query):
    answer = user.http.get(f"/api/conversations/{chat['id']}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["messages"]


def test_a_reply_is_made_while_nobody_watches(operator):
    user = operator.user()
    chat = conversation(user)
    begun = begin(user, chat, "[[chunks 10 50ms]]")
    assert begun["run"]["status"] == "waiting"
    assert begun["question"]["content"] == "[[chunks 10 50ms]]"
    assert begun["message"]["parent_id"] == begun["question"]["id"]
    assert begun["conversation"]["active_run"] == begun["run"]["id"]
    user.http.close()

    later = user.moved_to(operator.url)
    ended = over(later, begun["run"])
    assert ended["run"]["status"] == "complete"
    assert ended["message"]["content"] == "".join(f"{number} " for number in range(1, 11))
    assert ended["message"]["usage"]["total_tokens"] > 0
    assert ended["message"]["duration_ms"] >= 400
    assert ended["message"]["request_id"] == begun["message"]["request_id"] == begun["x-request-id"]
    assert [message["role"] for message in messages(later, chat)] == ["user", "assistant"]


def test_two_pages_see_the_same(operator):
    user = operator.user()
    chat = conversation(user)
    with Watcher(user) as first, Watcher(user) as second:
        run = begin(user, chat, "[[chunks 20 20ms]]")["run"]
        ends = [watcher.end_of(run) for watcher in (first, second)]
        assert ends[0] == ends[1]
        text = ends[0]["message"]["content"]
        assert first.text_of(run) == second.text_of(run) == text
        assert len(first.of("run.delta")) > 5
        until(lambda: [e for e in first.events if e["type"] != "hello"] == [
            e for e in second.events if e["type"] != "hello"], 5, "the same events")
        # The cold start is part of it.
        assert {"starting", "ready"} <= {data["runner"]["phase"] for data in first.of("runner")}
        assert [data["run"]["status"] for data in first.of("run")] == ["waiting", "running", "complete"]


def test_a_page_that_comes_back_misses_nothing_and_gets_nothing_twice(operator):
    user = operator.user()
    user.say("warm up")
    chat = conversation(user)
    with Watcher(user) as first:
        run = begin(user, chat, "[[chunks 30 30ms]]")["run"]
        seen = first.wait(lambda event: event["type"] == "run.delta" and event["data"]["offset"] > 20)
        first.close()
    before = [event for event in first.events if event["type"] != "hello"]
    before = before[:before.index(seen) + 1]

    with Watcher(user, after=seen["id"]) as second:
        end = second.end_of(run)
        after = [event for event in second.events if event["type"] != "hello"]
    assert not any(event["type"] == "reset" for event in after)
    ids = [int(event["id"].rsplit("-", 1)[1]) for event in before + after]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    second.events = before + after
    assert second.text_of(run) == end["message"]["content"]


def test_an_id_of_another_process_is_answered_with_a_reset(operator):
    user = operator.user()
    with Watcher(user, after="0badc0de-7") as watcher:
        assert watcher.wait(lambda event: event["type"] != "hello")["type"] == "reset"


def test_who_opens_the_chat_in_mid_reply_sees_its_text_so_far(operator):
    user = operator.user()
    user.say("warm up")
    chat = conversation(user)
    with Watcher(user) as watcher:
        run = begin(user, chat, "[[chunks 40 50ms]]")["run"]
        delta = watcher.wait(lambda event: event["type"] == "run.delta" and event["data"]["offset"] > 5)["data"]
        message = messages(user, chat)[-1]
        assert message["status"] == "running" and message["run_id"] == run["id"]
        assert len(message["content"]) >= delta["offset"]
        assert shown(user, run)["run"]["status"] == "running"
        user.http.post(f"/api/runs/{run['id']}/stop", json={})


def test_stop_cancels_the_agent_within_a_second_and_keeps_the_text(operator):
    user = operator.user()
    user.say("warm up")
    chat = conversation(user)
    with Watcher(user) as watcher:
        run = begin(user, chat, "[[chunks 1000 20ms]]")["run"]
        watcher.wait(lambda event: event["type"] == "run.delta" and event["data"]["offset"] > 5)
        began = time.monotonic()
        answer = user.http.post(f"/api/runs/{run['id']}/stop", json={})
        assert answer.json()["run"]["status"] == "stopped"
        assert time.monotonic() - began < 1
        end = watcher.end_of(run)
    assert end["message"]["status"] == "stopped"
    assert end["message"]["content"].startswith("1 2 3 ")
    assert end["message"]["error"] is None
    container = operator.container_of(user)["Id"]
    until(lambda: "client left after" in operator.engine.logs(container), 1, "the agent's word of it")
    assert user.http.post(f"/api/runs/{run['id']}/stop", json={}).json()["run"]["status"] == "stopped"
    assert reply(user, chat, "and on")["run"]["status"] == "complete"


def test_an_edit_and_a_new_answer_are_siblings(operator):
    user = operator.user()
    chat = conversation(user)
    first = begin(user, chat, "one")
    over(user, first["run"])
    edited = begin(user, chat, "ONE", edit=first["question"]["id"])
    assert over(user, edited["run"])["message"]["content"] == "You said: ONE"
    assert edited["question"]["siblings"] == [first["question"]["id"], edited["question"]["id"]]

    again = begin(user, chat, regenerate=edited["message"]["id"])
    assert again["question"] is None
    ended = over(user, again["run"])["message"]
    assert ended["content"] == "You said: ONE"
    assert ended["siblings"] == [edited["message"]["id"], again["message"]["id"]]
    assert [message["id"] for message in messages(user, chat)] == [edited["question"]["id"], ended["id"]]
    assert len(messages(user, chat, branch="all")) == 5


def test_what_does_not_fit_is_refused_and_nothing_is_written(operator):
    user, other = operator.user(), operator.user()
    chat = conversation(user)
    first = begin(user, chat, "one")
    over(user, first["run"])
    path = f"/api/conversations/{chat['id']}/runs"
    for body, status in [
        ({}, 422), ({"content": " "}, 422), ({"content": "a", "regenerate": first["message"]["id"]}, 422),
        ({"edit": first["message"]["id"], "content": "x"}, 422), ({"regenerate": first["question"]["id"]}, 422),
        ({"regenerate": 10**9}, 404), ({"content": "x", "parent_id": 10**9}, 404), ({"content": "x", "model": "no"}, 404),
        ({"content": "x" * (1 << 20) + "x"}, 413), ({"content": 7}, 422),
    ]:
        answer = user.http.post(path, json=body)
        assert answer.status_code == status, (body if len(str(body)) < 200 else "…", answer.text)
        assert answer.json()["code"]
    assert len(messages(user, chat, branch="all")) == 2
    run = first["run"]["id"]
    for answer in [
        other.http.post(path, json={"content": "mine"}), other.http.get(f"/api/runs/{run}"),
        other.http.post(f"/api/runs/{run}/stop", json={}), other.http.get("/api/runs/999999999"),
    ]:
        assert answer.status_code == 404, answer.text
    assert user.http.get("/api/runs/nonsense").status_code == 404


def test_one_reply_at_a_time(operator):
    user = operator.user()
    chat = conversation(user)
    run = begin(user, chat, "[[hang]]")["run"]
    answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json={"content": "too soon"})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_active")
    user.http.post(f"/api/runs/{run['id']}/stop", json={})


def test_reasoning_and_tools_are_kept_with_the_message(operator):
    user = operator.user()
    chat = conversation(user)
    with Watcher(user) as watcher:
        run = begin(user, chat, "[[think]] [[tool ls]] so")["run"]
        message = watcher.end_of(run)["message"]
        assert watcher.of("run.reasoning")[0]["content"] == "Let me think. "
        assert {data["tool"]["status"] for data in watcher.of("run.tool")} == {"running", "done"}
    assert message["reasoning"] == "Let me think. "
    tool = message["tools"][0]
    assert (tool["id"], tool["name"], tool["arguments"], tool["status"]) == ("call-1", "ls", "ls --demo", "done")


@pytest.mark.parametrize("told, code, kept", [
    ("[[fail 503]]", "server_error", None), ("[[break 3]] a b c d", "demo_error", "You said: [[break "),
    ("[[cut 3]] a b c d", "upstream_incomplete", "You said: [[cut "), ("[[exit 3]]", "upstream_closed", None),
])
def test_an_error_is_kept_as_a_message(operator, told, code, kept):
    user = operator.user()
    chat = conversation(user)
    ended = reply(user, chat, told)
    assert ended["run"]["status"] == "failed"
    message = ended["message"]
    assert (message["status"], message["error"]["code"]) == ("failed", code)
    assert message["error"]["request_id"]
    assert (message["role"], message["content"]) == (
        ("assistant", kept) if kept else ("error", message["error"]["message"]))


@pytest.mark.parametrize("model", ["crash", "missing"])
def test_a_start_that_fails_is_kept_as_a_message(operator, model):
    user = operator.user()
    chat = conversation(user, model)
    ended = reply(user, chat, "hello")
    assert ended["run"]["status"] == "failed"
    assert ended["message"]["role"] == "error"
    assert ended["message"]["error"]["code"] == "runner_failed"
    if model == "crash":
        assert "giving up" in ended["message"]["error"]["detail"]


def test_missing_values_are_said_before_anything_is_written(own_operator):
    operator = own_operator
    operator.write_backends([backend("demo", operator.prefix, user_overridable_env=["LLM_API_KEY", "LLM_MODEL"])])
    user = operator.start().user()
    chat = conversation(user)
    answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json={"content": "hi"})
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_values")
    assert "LLM_API_KEY, LLM_MODEL" in answer.json()["detail"]
    assert messages(user, chat) == []
    assert not operator.containers_of(user)


def test_after_a_kill_the_reply_is_interrupted_with_its_text(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("warm up")
    chat = conversation(user)
    with Watcher(user) as watcher:
        run = begin(user, chat, "[[chunks 1000 20ms]]")["run"]
        watcher.wait(lambda event: event["type"] == "run.delta" and event["data"]["offset"] > 200)
        operator.kill()
    operator.start()
    user = user.moved_to(operator.url)
    now = shown(user, run)
    assert now["run"]["status"] == now["message"]["status"] == "interrupted"
    assert now["message"]["content"].startswith("1 2 3 ")
    # The page's old id is of another process.
    with Watcher(user, after=watcher.events[-1]["id"]) as again:
        again.wait(lambda event: event["type"] == "reset")
    assert reply(user, chat, regenerate=now["message"]["id"])["run"]["id"] != run["id"]


def test_sigterm_ends_a_reply_truthfully_and_in_time(own_operator):
    operator = own_operator.start()
    user = operator.user()
    user.say("warm up")
    short, long = conversation(user), conversation(user)
    with Watcher(user) as watcher:
        nearly_over = begin(user, short, "[[chunks 20 100ms]]")["run"]
        far_from_over = begin(user, long, "[[chunks 1000 50ms]]")["run"]
        watcher.wait(lambda event: event["type"] == "run.delta")
        began = time.monotonic()
        assert operator.terminate() == 0
        assert time.monotonic() - began < 10
    operator.start()
    user = user.moved_to(operator.url)
    assert shown(user, nearly_over)["run"]["status"] == "complete"
    assert len(shown(user, nearly_over)["message"]["content"].split()) == 20
    now = shown(user, far_from_over)
    assert now["run"]["status"] == now["message"]["status"] == "interrupted"
    # It went on until the deadline, and all of that is there.
    assert len(now["message"]["content"].split()) > 100


def test_deleting_the_conversation_ends_its_reply(operator):
    user = operator.user()
    user.say("warm up")
    chat = conversation(user)
    with Watcher(user) as watcher:
        run = begin(user, chat, "[[chunks 1000 20ms]]")["run"]
        watcher.wait(lambda event: event["type"] == "run.delta")
        assert user.http.delete(f"/api/conversations/{chat['id']}").status_code in (200, 204)
        watcher.wait(lambda event: event["type"] == "conversation.deleted" and event["data"] == {"id": chat["id"]})
    assert user.http.get(f"/api/runs/{run['id']}").status_code == 404
    container = operator.container_of(user)["Id"]
    until(lambda: "client left after" in operator.engine.logs(container), 1, "the agent's word of it")


def test_keys_that_change_and_a_user_who_is_disabled_are_told_or_ended(own_operator):
    operator = own_operator
    operator.write_backends([backend("demo", operator.prefix, user_overridable_env=["LLM_MODEL"])])
    user = operator.start().user()
    admin = operator.admin()
    assert user.http.put("/api/me/env-overrides/LLM_MODEL", json={"value": "m", "backend": ""}).status_code == 200
    chat = conversation(user)
    with Watcher(user) as watcher:
        user.http.put("/api/me/env-overrides/LLM_MODEL", json={"value": "n", "backend": ""})
        watcher.wait(lambda event: event["type"] == "keys")
        begin(user, chat, "[[chunks 1000 20ms]]")
        watcher.wait(lambda event: event["type"] == "run.delta")
        container = operator.container_of(user)["Id"]
        answer = admin.http.patch(f"/api/admin/users/{user.account['id']}", json={"disabled": True})
        assert answer.status_code == 200, answer.text
        # The agent's log goes away with its container.
        until(
            lambda: "client left after" in (said := operator.engine.logs(container)) or "No such container" in said,
            5, "the agent's word of it or its end")
        # The next event or comment ends the stream of who may not listen any more.
        until(lambda: watcher.ended, 12, "the stream's end")


def test_twenty_replies_at_once(operator):
    user = operator.user()
    chats = [conversation(user) for _ in range(20)]
    with Watcher(user) as watcher, ThreadPoolExecutor(20) as pool:
        runs = list(pool.map(lambda chat: begin(user, chat, "[[chunks 30 20ms]]")["run"], chats))
        ends = [watcher.end_of(run) for run in runs]
        text = "".join(f"{number} " for number in range(1, 31))
        assert {end["message"]["content"] for end in ends} == {text}
        assert all(watcher.text_of(run) == text for run in runs)
    metrics = user.http.get("/metrics").text
    assert "operatord_runs_active 0" in metrics
    assert 'operatord_runs_ended_total{status="complete"}' in metrics
