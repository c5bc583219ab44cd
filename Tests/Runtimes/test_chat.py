"""A chat that starts the agent's container, and what its upstream is told."""

import openai
from upstream import MODEL


def test_a_first_chat_starts_the_agent_and_brings_the_upstreams_answer(person):
    assert person.containers == []
    assert "You said: good morning" in person.say("good morning")
    request = person.told("good morning")
    assert request.model == MODEL


def test_a_stream_brings_the_same(regular):
    assert "You said: one two three" in regular.stream("one two three")
    assert regular.told("one two three").stream


def test_a_stream_comes_piece_by_piece(regular):
    times = [
        chunk["received_us"] for chunk in regular.client.stream("[[chunks 4 500]]", regular.agent)
        if chunk["choices"] and chunk["choices"][0]["delta"].get("content")]
    assert len(times) >= 4
    # The upstream took one and a half seconds for them: nobody on the way waited for the last.
    assert times[-1] - times[0] > 1_000_000


def test_openais_own_client(regular):
    client = openai.OpenAI(base_url=regular.operator.url + "/v1", api_key=regular.client.session, max_retries=0)
    messages = [{"role": "user", "content": "hello from the SDK"}]
    answer = client.chat.completions.create(model=regular.agent, messages=messages)
    assert "You said: hello from the SDK" in answer.choices[0].message.content
    parts = client.chat.completions.create(model=f"{regular.agent}/main", messages=messages, stream=True)
    assert "You said: hello from the SDK" in "".join(
        part.choices[0].delta.content or "" for part in parts if part.choices)


def test_earlier_messages_and_a_system_message_in_the_request_do_no_harm(regular):
    answer = regular.client.http.post("/v1/chat/completions", json={
        "model": regular.agent, "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"}, {"role": "user", "content": "the last of three"}]})
    assert answer.status_code == 200, answer.text
    assert "You said: the last of three" in answer.json()["choices"][0]["message"]["content"]


def test_the_upstream_sees_the_users_key_and_nothing_of_operatord(regular):
    regular.say("whose key")
    runner_key = regular.runner_key
    assert regular.upstream.chats(regular.key)
    for request in regular.upstream.requests(regular.key):
        told = str(request)
        assert regular.client.session not in told
        assert runner_key not in told
