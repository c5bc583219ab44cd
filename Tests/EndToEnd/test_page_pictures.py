"""Pictures in a message, in a real browser."""

import base64
import re
import struct
import zlib

from playwright.sync_api import expect
from support.browser import LONG
from support.wait import until

PASTE = """async (box) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 1000 });
    const draw = canvas.getContext('2d');
    draw.fillStyle = 'teal';
    draw.fillRect(0, 0, 3000, 1000);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    const data = new DataTransfer();
    data.items.add(new File([blob], 'teal.png', { type: 'image/png' }));
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""

HOLD_READING = """() => {
    const read = createImageBitmap;
    window.createImageBitmap = async (file) => {
        await new Promise((resolve) => { window.readOn = resolve; });
        return read(file);
    };
}"""


def test_a_pasted_picture_is_sent_and_stays(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.box.evaluate(PASTE)
    thumbnail = person.page.locator(".tray img")
    expect(thumbnail).to_have_count(1)
    person.screenshot("image-composer")
    person.check_accessibility()
    person.page.get_by_role("button", name="Remove image 1").click()
    expect(thumbnail).to_have_count(0)
    person.box.evaluate(PASTE)
    expect(thumbnail).to_have_count(1)
    person.say("What do you see?")
    expect(person.answer).to_contain_text("You said: What do you see?", timeout=LONG)
    expect(thumbnail).to_have_count(0)
    person.wait_for_end()
    person.page.reload()
    shown = person.page.locator(".message.user .pictures img")
    expect(shown).to_have_count(1)
    person.until("document.querySelector('.message.user .pictures img')?.naturalWidth === 2048", "the picture, made smaller")
    person.screenshot("image-message")
    person.check_accessibility()


def test_a_picture_that_is_still_being_read_goes_with_what_is_sent(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.page.evaluate(HOLD_READING)
    person.box.evaluate(PASTE)
    person.say("At once")
    person.until("Boolean(window.readOn)", "the picture is being read")
    expect(person.page.locator(".message")).to_have_count(0)
    person.page.evaluate("readOn()")
    expect(person.page.locator(".message.user .pictures img")).to_have_count(1, timeout=LONG)
    expect(person.page.locator(".message.user")).to_contain_text("At once")
    person.wait_for_end()


def png(side=8):
    """A picture that a browser can read."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    pixels = zlib.compress((b"\0" + b"\0\x80\x80" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", pixels) + chunk(b"IEND", b"")


DROP = """(chat, files) => {
    const data = new DataTransfer();
    for (const { name, type, content } of files) {
        data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name, { type }));
    }
    const dragged = new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true });
    const dropped = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    chat.querySelector('.log').dispatchEvent(dragged);
    chat.querySelector('.log').dispatchEvent(dropped);
    return dragged.defaultPrevented && dropped.defaultPrevented;
}"""


def drop(person, *files):
    """Drops files onto the chat, each a (name, type, content); the browser does not open them in place of the page."""
    assert person.page.locator(".chat").evaluate(
        DROP, [{"name": name, "type": kind, "content": base64.b64encode(content).decode()} for name, kind, content in files])


def tray(person):
    return person.page.locator(".tray img")


def chat_of(user, title):
    answer = user.http.post("/api/conversations", json={"backend": "demo", "title": title})
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


def go_to(person, title):
    person.page.locator(".sidebar").get_by_role("link", name=title, exact=True).click()
    expect(person.page.locator(".chat h1")).to_have_text(title)


def test_a_message_of_dropped_pictures_only(operator, person):
    user = operator.user()
    person.sign_in_as(user, "/c/demo")
    send = person.page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    drop(person, ("a.png", "image/png", png()), ("b.png", "image/png", png(16)))
    expect(tray(person)).to_have_count(2)
    send.click()
    shown = person.page.locator(".message.user")
    expect(shown.locator(".pictures img")).to_have_count(2, timeout=LONG)
    expect(shown.locator(".bubble")).to_be_hidden()
    person.wait_for_end()
    expect(person.page.locator(".error-card")).to_have_count(0)
    expect(tray(person)).to_have_count(0)
    expect(send).to_be_disabled()
    [chat] = user.http.get("/api/conversations").json()["conversations"]
    [question, _] = user.http.get(f"/api/conversations/{chat['id']}").json()["messages"]
    assert (question["content"], [image["bytes"] for image in question["images"]]) == ("", [len(png()), len(png(16))])


def test_what_cannot_be_sent_is_told(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    address = person.page.url
    drop(person, ("page.html", "text/html", b"<html>"), ("lies.png", "image/png", b"<html>"),
         ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    for name in ("page.html", "lies.png", "drawing.svg"):
        expect(person.page.get_by_role("alert").filter(has_text=f"“{name}” is no image")).to_be_visible()
    expect(tray(person)).to_have_count(0)
    drop(person, *[(f"{number}.png", "image/png", png()) for number in range(5)])
    expect(person.page.get_by_role("alert").filter(has_text="at most 4 images")).to_be_visible()
    expect(tray(person)).to_have_count(4)
    assert person.page.url == address


def test_pictures_not_sent_wait_in_their_chat(operator, person):
    user = operator.user()
    for title in ("One", "Two", "Three", "Four", "Five", "Six"):
        chat_of(user, title)
    person.sign_in_as(user, "/c/demo")
    drop(person, ("new.png", "image/png", png()))
    expect(tray(person)).to_have_count(1)
    go_to(person, "One")
    expect(tray(person)).to_have_count(0)
    drop(person, ("a.png", "image/png", png()), ("b.png", "image/png", png(16)))
    expect(tray(person)).to_have_count(2)
    go_to(person, "Two")
    expect(tray(person)).to_have_count(0)
    go_to(person, "One")
    expect(tray(person)).to_have_count(2)
    # What is removed or sent does not come back.
    person.page.get_by_role("button", name="Remove image 1").click()
    expect(tray(person)).to_have_count(1)
    go_to(person, "Two")
    go_to(person, "One")
    expect(tray(person)).to_have_count(1)
    person.say("With the other one")
    expect(person.page.locator(".message.user .pictures img")).to_have_count(1, timeout=LONG)
    expect(tray(person)).to_have_count(0)
    person.wait_for_end()
    go_to(person, "Two")
    go_to(person, "One")
    expect(tray(person)).to_have_count(0)
    # A new chat has its own, until it is one.
    person.page.get_by_role("button", name="New chat with demo").click()
    expect(tray(person)).to_have_count(1)
    person.say("Begins a chat")
    expect(person.page.locator(".message.user .pictures img")).to_have_count(1, timeout=LONG)
    person.wait_for_end()
    person.page.get_by_role("button", name="New chat with demo").click()
    expect(person.page.locator(".message")).to_have_count(0)
    expect(tray(person)).to_have_count(0)
    # Of the newest four chats.
    for title in ("One", "Two", "Three", "Four", "Five"):
        go_to(person, title)
        drop(person, ("a.png", "image/png", png()))
        expect(tray(person)).to_have_count(1)
    for title, count in (("One", 0), ("Two", 1), ("Five", 1)):
        go_to(person, title)
        expect(tray(person)).to_have_count(count)


def test_what_did_not_get_through_stays_with_the_chat_that_was_made_for_it(operator, person):
    user = operator.user()
    person.sign_in_as(user, "/c/demo")
    drop(person, ("a.png", "image/png", png()))
    expect(tray(person)).to_have_count(1)
    person.page.route("**/runs", lambda route: route.abort())
    person.say("Lost on the way")
    expect(person.page.get_by_role("alert")).to_be_visible()
    expect(person.box).to_have_value("Lost on the way")
    person.page.unroute("**/runs")
    person.page.get_by_role("button", name="New chat with demo").click()
    expect(person.box).to_have_value("")
    expect(tray(person)).to_have_count(0)
    person.page.go_back()
    expect(person.box).to_have_value("Lost on the way")
    expect(tray(person)).to_have_count(1)
    person.box.press("Enter")
    expect(person.page.locator(".message.user .pictures img")).to_have_count(1, timeout=LONG)
    person.wait_for_end()


def test_pictures_not_sent_are_nobodys_after_signing_out(operator, person):
    user, other = operator.user(), operator.user()
    person.sign_in_as(user, "/c/demo")
    drop(person, ("mine.png", "image/png", png()))
    expect(tray(person)).to_have_count(1)
    person.page.locator(".sidebar").get_by_role("button", name=re.compile(user.slug)).click()
    person.page.get_by_role("menuitem", name="Sign out").click()
    # The page was not loaded anew.
    person.page.get_by_label("E-mail").fill(other.account["email"])
    person.page.get_by_label("Password", exact=True).fill("a-long-password")
    person.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(person.box).to_be_visible()
    expect(tray(person)).to_have_count(0)


def test_what_has_no_room_stays_with_its_words(own_operator, browser):
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "limits: {userImages: 100}\n")
    own_operator.start()
    user = own_operator.user()
    person = browser.person(own_operator).sign_in_as(user, "/c/demo")
    drop(person, ("large.png", "image/png", png(900)))
    expect(tray(person)).to_have_count(1)
    person.say("Look at this")
    card = person.page.locator(".error-card")
    expect(card).to_contain_text("Your images may have 100 bytes together", timeout=LONG)
    expect(card).to_contain_text("images_full")
    expect(tray(person)).to_have_count(1)
    expect(person.box).to_have_value("Look at this")
    until(lambda: user.http.get("/api/conversations").json()["conversations"] == [], 20, "the chat that was not begun to go")
    person.page.get_by_role("button", name="Remove image 1").click()
    person.box.press("Enter")
    expect(person.answer).to_contain_text("You said: Look at this", timeout=LONG)
    person.close()
