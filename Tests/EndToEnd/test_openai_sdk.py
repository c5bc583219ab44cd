"""OpenAI's own Python client, with an API token as its key."""

import asyncio
import time

import openai
import pytest


@pytest.fixture(scope="module")
def key(operator):
    return operator.user().token()["token"]


@pytest.fixture(scope="module")
def client(operator, key):
    return openai.OpenAI(base_url=operator.url + "/v1", api_key=key, max_retries=0)


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


def test_a_session_is_a_key_too(operator):
    client = openai.OpenAI(base_url=operator.url + "/v1", api_key=operator.user().session, max_retries=0)
    assert client.models.retrieve("demo").id == "demo"


def test_a_key_of_another_service_beside_a_cookie_does_not_matter(operator):
    session = operator.user().session
    client = openai.OpenAI(
        base_url=operator.url + "/v1", api_key="sk-something", max_retries=0,
        default_headers={"Cookie": f"agent_stack_session={session}"})
    assert client.models.retrieve("demo").id == "demo"


def test_async(operator, key):
    async def chats():
        async with openai.AsyncOpenAI(base_url=operator.url + "/v1", api_key=key, max_retries=0) as client:
            whole = client.chat.completions.create(model="demo", messages=MESSAGES)
            stream = await client.chat.completions.create(model="demo", messages=MESSAGES, stream=True)
            parts = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return (await whole).choices[0].message.content, "".join(parts)

    assert asyncio.run(chats()) == ("You said: hello from the SDK", "You said: hello from the SDK")


def test_a_runner_that_still_starts_is_waited_for_by_retries(own_operator):
    """503 with Retry-After while it starts; the SDK asks again by itself."""
    own_operator.stack_file.write_text(
        own_operator.stack_file.read_text() + "proxy: {startingTimeout: 300ms}\n")
    own_operator.write_backends(own_operator.slow_backends("2s"))
    own_operator.start()
    user = own_operator.user()
    once = openai.OpenAI(base_url=own_operator.url + "/v1", api_key=user.token()["token"], max_retries=0)
    with pytest.raises(openai.InternalServerError) as caught:
        once.chat.completions.create(model="slow", messages=MESSAGES)
    assert caught.value.status_code == 503
    assert caught.value.code == "runner_starting"
    assert int(caught.value.response.headers["retry-after"]) >= 1
    patient = once.with_options(max_retries=10)
    answer = patient.chat.completions.create(model="slow", messages=MESSAGES)
    assert answer.choices[0].message.content == "You said: hello from the SDK"


def test_the_clients_timeout_ends_the_agents_work(operator, client):
    began = time.monotonic()
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.5).chat.completions.create(
            model="demo", messages=[{"role": "user", "content": "[[hang]]"}])
    assert time.monotonic() - began < 5
    # The runner is as good as before.
    assert client.chat.completions.create(model="demo", messages=MESSAGES).choices


def test_responses(client):
    made = client.responses.create(model="demo", input="hello")
    assert made.output_text == "You said: hello"
    assert client.responses.retrieve(made.id).output_text == "You said: hello"
    assert client.responses.cancel(made.id).id == made.id
    assert [item.content[0].text for item in client.responses.input_items.list(made.id)] == ["hello"]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_responses_stream(client):
    events = list(client.responses.create(model="demo", input="hello there", stream=True))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == (
        "You said: hello there")
    last = events[-1]
    assert last.type == "response.completed"
    assert client.responses.retrieve(last.response.id).output_text == "You said: hello there"


def test_a_response_of_somebody_else_is_not_found(operator, client):
    made = client.responses.create(model="demo", input="mine")
    other = openai.OpenAI(base_url=operator.url + "/v1", api_key=operator.user().token()["token"], max_retries=0)
    with pytest.raises(openai.NotFoundError) as foreign:
        other.responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError) as missing:
        other.responses.retrieve("resp_nothing")
    assert foreign.value.code == missing.value.code == "response_not_found"


def test_embeddings(client):
    answer = client.embeddings.create(model="demo", input=["one", "two", "one"])
    vectors = [item.embedding for item in answer.data]
    assert len(vectors) == 3
    assert vectors[0] == vectors[2] != vectors[1]


def test_a_file_in_a_form(client):
    audio = bytes(range(32, 127)) * 1000
    answer = client.audio.transcriptions.create(model="demo", file=("a.wav", audio, "audio/wav"), language="en")
    assert audio.decode() in answer.text
    assert 'name="model"\r\n\r\ndemo\r\n' in answer.text
