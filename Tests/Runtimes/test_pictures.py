"""What an agent makes of a picture in a message."""

import base64
import struct
import zlib


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


SIDE = 32
PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)) + chunk(
    b"IDAT", zlib.compress((b"\0" + b"\0\x80\x80" * SIDE) * SIDE)) + chunk(b"IEND", b"")
ADDRESS = "data:image/png;base64," + base64.b64encode(PNG).decode()


def seen(person):
    """The pictures that the model got, in their order."""
    return [picture for request in person.upstream.chats(person.key) for picture in request.pictures]


def test_a_picture_reaches_the_model_and_the_chat_goes_on(new_person, agent):
    person = new_person(agent)
    conversation = person.new_conversation()
    message = person.ask(conversation, "what is this", images=[ADDRESS])
    assert (message["status"], message["error"]) == ("complete", None)
    assert "what is this" in message["content"]
    assert seen(person) == [ADDRESS]
    message = person.ask(conversation, "", images=[ADDRESS])
    assert (message["status"], message["error"]) == ("complete", None)
    assert seen(person) == [ADDRESS] * 2
    assert "You said: and now" in person.ask(conversation, "and now")["content"]
    # Later turns do not carry it again.
    assert seen(person) == [ADDRESS] * 2
    # On /v1 it is the same.
    answer = person.client.http.post("/v1/chat/completions", json={"model": agent, "messages": [{"role": "user", "content": [
        {"type": "text", "text": "by the API"}, {"type": "image_url", "image_url": {"url": ADDRESS}}]}]})
    assert answer.status_code == 200, answer.text
    assert seen(person) == [ADDRESS] * 3
    kept = [file for file in person.home.rglob("*") if file.is_file() and PNG in file.read_bytes()]
    assert [file.parent.name for file in kept] == {"hermes-agent": [], "nanobot": ["api"] * len(kept)}[agent]
    assert bool(kept) == (agent == "nanobot")


def test_an_agent_whose_model_takes_no_pictures_says_so(new_person, agent):
    person = new_person(agent)
    person.client.set_value("LLM_MODEL", "blind-model")
    message = person.ask(person.new_conversation(), "what is this", images=[ADDRESS])
    assert ADDRESS in seen(person)
    # Neither agent fails: it tells its model instead, which repeats here what it was told.
    assert message["status"] == "complete", message
    words = {"hermes-agent": "the image could not be analyzed", "nanobot": "Image not delivered to model"}
    assert words[agent] in message["content"]
