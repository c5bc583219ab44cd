"""What users see when the upstream refuses: agents answer 200 with the reason as their words."""

import pytest


@pytest.fixture
def refused(person):
    """A person whose key the upstream does not take."""
    person.key = "wrong-" + person.key
    person.client.set_value("LLM_API_KEY", person.key)
    return person


@pytest.mark.parametrize("agent", ["hermes-agent"], indirect=True)
def test_hermes_marks_it_and_the_run_fails(refused):
    message = refused.ask(refused.new_conversation(), "hello")
    assert message["status"] == "failed", message
    assert "401" in message["content"] + str(message["error"])


@pytest.mark.parametrize("agent", ["hermes-agent"], indirect=True)
def test_hermes_marks_it_and_v1_passes_the_mark_on(refused):
    answer = refused.client.chat("hello", refused.agent)
    assert answer.headers["x-hermes-completed"] == "false"
    assert answer.json()["choices"][0]["finish_reason"] == "error"


@pytest.mark.parametrize("agent", ["nanobot"], indirect=True)
def test_nanobot_tells_it_as_an_answer(refused):
    message = refused.ask(refused.new_conversation(), "hello")
    assert message["status"] == "complete"
    assert "refused with 401" in message["content"]


def test_the_runner_stays_and_answers_once_the_key_is_right(refused):
    refused.client.chat("hello", refused.agent)
    refused.key = refused.key.removeprefix("wrong-")
    refused.client.set_value("LLM_API_KEY", refused.key)
    assert "better" in refused.say("better")
