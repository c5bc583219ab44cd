"""Images of messages: kept, shown to their owner, exported, deleted."""

import base64

import pytest
from test_runs import begin, conversation, messages, over

PNG = bytes.fromhex("89504e470d0a1a0a") + b"pixels"


def address(content=PNG, media="image/png"):
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def test_an_image_is_kept_with_its_message_and_goes_with_it(operator):
    user = operator.user()
    chat = conversation(user)
    begun = begin(user, chat, "look", images=[address()])
    over(user, begun["run"])
    [image] = messages(user, chat)[0]["images"]
    assert (image["type"], image["bytes"]) == ("image/png", len(PNG))
    answer = user.http.get(image["url"])
    assert answer.content == PNG and answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff" and "private" in answer.headers["cache-control"]
    assert user.http.get(image["url"], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert operator.user().http.get(image["url"]).status_code == 404
    export = user.http.get(f"/api/conversations/{chat['id']}/export")
    assert export.json()["conversations"][0]["messages"][0]["images"][0]["url"] == address()
    assert "look\n\n[image]" in user.http.get(f"/api/conversations/{chat['id']}/export?format=md").text
    back = user.http.post("/api/conversations/import", json=export.json()).json()["conversations"][0]
    assert user.http.get(messages(user, back)[0]["images"][0]["url"]).content == PNG
    path = f"/api/conversations/{chat['id']}/messages/{begun['question']['id']}"
    assert user.http.delete(path).status_code == 200
    assert user.http.get(image["url"]).status_code == 404


@pytest.mark.parametrize("images, status, code", [
    ([address(b"<svg/>", "image/svg+xml")], 400, "invalid_image"), ([address(media="image/gif")], 400, "invalid_image"),
    (["https://a.example/b.png"], 400, "invalid_image"), ([address()] * 5, 400, "too_many_images"),
    ([address(PNG + bytes(4 << 20))], 413, "image_too_large"), ("x", 422, "invalid_request"),
])
def test_an_image_that_cannot_be_taken_is_refused_and_nothing_is_written(operator, images, status, code):
    user = operator.user()
    chat = conversation(user)
    answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json={"content": "look", "images": images})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert messages(user, chat) == []
