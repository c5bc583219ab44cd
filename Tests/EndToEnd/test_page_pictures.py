"""Pictures in a message, in a real browser."""

from playwright.sync_api import expect
from support.browser import LONG

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
