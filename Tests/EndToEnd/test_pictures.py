"""Images of messages: kept, shown to their owner, exported, deleted."""

import base64
import secrets
import sqlite3

import pytest
from support.wait import until
from test_runs import begin, conversation, messages, over, reply

PNG = bytes.fromhex("89504e470d0a1a0a") + b"pixels"
GIF = b"GIF89a" + b"pixels"


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


def sent(user, *contents):
    """The addresses of the images of a new message."""
    chat = conversation(user)
    reply(user, chat, "look", images=[
        address(content, "image/gif" if content.startswith(b"GIF") else "image/png") for content in contents])
    return chat, [image["url"] for image in messages(user, chat)[0]["images"]]


def test_a_message_of_images_only(operator):
    user = operator.user()
    chat = conversation(user)
    ended = reply(user, chat, "", images=[address(), address(GIF, "image/gif")])
    assert ended["run"]["status"] == "complete", ended
    question = messages(user, chat)[0]
    assert (question["content"], [image["type"] for image in question["images"]]) == ("", ["image/png", "image/gif"])
    for body in ({"content": ""}, {"content": " ", "images": []}):
        answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "content_empty"), answer.text
    # The first words of the chat name it.
    assert user.http.get(f"/api/conversations/{chat['id']}").json()["conversation"]["title"] == ""
    reply(user, chat, "And now words")
    assert user.http.get(f"/api/conversations/{chat['id']}").json()["conversation"]["title"] == "And now words"


HTML = b"<html><script>document.title = 'ran'</script>"


@pytest.mark.parametrize("wrong", [
    address(HTML, "text/html"), address(HTML), address(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    address(GIF, "image/png"), address(PNG, "text/html"), address() + "!", address().replace(";base64", ""),
    address().replace("base64,", "base64, "), address().replace("data:", "DATA:"), "data:image/png;base64,", ",",
])
def test_an_address_that_lies_is_refused(operator, wrong):
    user = operator.user()
    chat = conversation(user)
    answer = user.http.post(f"/api/conversations/{chat['id']}/runs", json={"content": "look", "images": [address(), wrong]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_image"), answer.text
    assert "images[1]" in answer.json()["detail"] and messages(user, chat) == []


@pytest.mark.parametrize("content, media", [(PNG + HTML, "image/png"), (GIF + HTML, "image/gif")])
def test_an_image_is_never_a_page(operator, browser, content, media):
    user = operator.user()
    chat = conversation(user)
    reply(user, chat, "look", images=[address(content, media)])
    [image] = messages(user, chat)[0]["images"]
    answer = user.http.get(image["url"], headers={"Accept": "text/html"})
    assert answer.content == content
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (media, "nosniff")
    policies = answer.headers.get_list("content-security-policy")
    assert "default-src 'none'; sandbox" in policies and any("default-src 'self'" in policy for policy in policies)
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    person = browser.person(operator).sign_in_as(user)
    shown = person.page.goto(operator.url + image["url"])
    assert shown.status == 200
    assert person.page.evaluate("document.contentType") == media
    # A sandbox without an origin of its own reads no cookie and asks nothing of operatord.
    assert person.page.evaluate("self.origin") == "null"
    assert "ran" not in person.page.title()
    person.context.close()


def test_what_a_browser_has_is_not_sent_again_nor_read(operator):
    user = operator.user()
    _, [url, other] = sent(user, PNG, GIF)
    first = user.http.get(url)
    tag = first.headers["etag"]
    assert tag != user.http.get(other).headers["etag"]
    head = user.http.head(url)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    # Bytes that are no image any more: whoever reads them finds nothing.
    message = int(url.split("/")[3])
    with sqlite3.connect(operator.folder / "data/router.db", timeout=20) as database:
        database.execute("UPDATE pictures SET content = x'00' WHERE message_id = ? AND number = 0", [message])
    assert user.http.get(url).status_code == 404
    for known in (tag, f'"a", {tag}', "W/" + tag, "*"):
        answer = user.http.get(url, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert "private" in answer.headers["cache-control"]
    assert user.http.get(url, headers={"If-None-Match": '"another"'}).status_code == 404
    # To others it is not there, whatever they claim to have.
    stranger = operator.user()
    assert stranger.http.get(url, headers={"If-None-Match": tag}).status_code == 404


def test_to_others_and_after_its_deletion_an_image_is_not_there(operator):
    user, other, admin = operator.user(), operator.user(), operator.admin()
    chat, [url] = sent(user, PNG)
    missing = other.http.get("/api/messages/987654321/images/0")
    for place in (url, url[:-1] + "1", url.replace("/images/0", "/images/-1")):
        for client in (other, admin):
            answer = client.http.get(place)
            assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
                404, missing.json()["code"], missing.json()["detail"])
    tag = user.http.get(url).headers["etag"]
    assert user.http.delete(f"/api/conversations/{chat['id']}").status_code in (200, 204)
    for client in (user, other):
        for headers in ({}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
            assert client.http.get(url, headers=headers).status_code == 404


@pytest.mark.parametrize("what", ["message", "conversation", "all", "user"])
def test_nothing_is_left_of_a_deleted_image_in_the_database(operator, what):
    user = operator.user()
    # Of the size of a row, of some pages, and of many.
    marks = [f"gone{secrets.token_hex(8)}".encode() for _ in range(3)]
    chat, urls = sent(user, *(PNG + mark + bytes(size) for mark, size in zip(marks, (9, 9_000, 900_000))))
    if what == "all":
        sent(user, PNG)
    assert traces(operator, marks) == set(marks)
    if what == "message":
        paths = [f"/api/conversations/{chat['id']}/messages/{urls[0].split('/')[3]}"]
    elif what == "conversation":
        paths = [f"/api/conversations/{chat['id']}"]
    elif what == "all":
        chats = user.http.get("/api/conversations").json()["conversations"]
        assert len(chats) == 2
        paths = [f"/api/conversations/{each['id']}" for each in chats]
    else:
        paths = [f"/api/admin/users/{user.account['id']}"]
    for path in paths:
        assert (operator.admin() if what == "user" else user).http.delete(path).status_code in (200, 204)
    assert traces(operator, marks) == set()


def traces(operator, marks):
    """Those that the files of the database hold."""
    files = [file.read_bytes() for file in (operator.folder / "data").glob("router.db*")]
    assert files
    return {mark for mark in marks if any(mark in file for file in files)}


def test_there_is_room_for_so_much_and_a_deletion_makes_some(own_operator):
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "limits: {userImages: 1KiB}\n")
    own_operator.start()
    user = own_operator.user()
    chat, _ = sent(user, PNG + bytes(900))
    next_chat = conversation(user)
    path = f"/api/conversations/{next_chat['id']}/runs"
    answer = user.http.post(path, json={"content": "more", "images": [address(PNG + bytes(200))]})
    assert (answer.status_code, answer.json()["code"]) == (413, "images_full"), answer.text
    assert "1KiB" in answer.json()["detail"] and "delete" in answer.json()["detail"]
    assert messages(user, next_chat) == []
    # Others have room of their own, and text needs none.
    sent(own_operator.user(), PNG + bytes(900))
    reply(user, next_chat, "words")
    # An edited file counts at once.
    own_operator.stack_file.write_text(own_operator.stack_file.read_text().replace("1KiB", "2KiB"))
    until(lambda: user.http.post(path, json={"content": "more", "images": [address(PNG + bytes(200))]}).status_code == 202,
          20, "the new limit")
    until(lambda: user.http.get(f"/api/conversations/{next_chat['id']}").json()["conversation"]["active_run"] is None,
          20, "the end of the run")
    assert user.http.post(path, json={"content": "more", "images": [address(PNG + bytes(1000))]}).status_code == 413
    assert user.http.delete(f"/api/conversations/{chat['id']}").status_code in (200, 204)
    reply(user, next_chat, "more", images=[address(PNG + bytes(1000))])
