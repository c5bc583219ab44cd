"""OpenAI's own Python client."""

import openai
import pytest


@pytest.fixture(scope="module")
def client(operator):
    return openai.OpenAI(base_url=operator.url + "/v1", api_key=operator.user().session, max_retries=0)


MESSAGES = [{"role": "user", "content": "hello from the SDK"}]


def test_non_stream(client):
    answer = client.chat.completions.create(model="demo", messages=MESSAGES)
    assert answer.choices[0].message.content == "You said: hello from the SDK"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0


def test_stream(client):
    parts = [
        chunk.choices[0].delta.content or ""
        for chunk in client.chat.completions.create(model="demo", messages=MESSAGES, stream=True)]
    assert "".join(parts) == "You said: hello from the SDK"
    assert len(parts) > 3


def test_models(client):
    models = {model.id: model for model in client.models.list()}
    assert {"demo", "demo/main"} <= set(models)
    assert models["demo"].owned_by == "agent-stack"
    assert client.models.retrieve("demo").id == "demo"


def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="nothing", messages=MESSAGES)
    assert caught.value.code == "model_not_found"


def test_a_wrong_key_is_an_authentication_error(operator):
    client = openai.OpenAI(base_url=operator.url + "/v1", api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_an_error_of_the_agent_keeps_its_status(client):
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="demo", messages=[{"role": "user", "content": "[[fail 503]]"}])
    assert caught.value.status_code == 503
