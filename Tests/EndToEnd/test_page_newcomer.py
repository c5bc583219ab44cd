"""Somebody who has never seen the page and reads nothing."""

import json
import re
import subprocess

from playwright.sync_api import expect
from support.browser import LONG
from support.operator import backend


def test_a_newcomer_signs_up_chats_sets_a_key_and_uses_a_token_from_the_shell(own_operator, browser):
    own_operator.write_backends([
        backend("demo", own_operator.prefix, display_name="Demo agent", extra_env={"DEMO_START_DELAY": "1s"}),
        backend("keyed", own_operator.prefix, display_name="Agent with a key", user_overridable_env=["LLM_API_KEY"])])
    own_operator.start()
    person = browser.person(own_operator)
    page = person.page
    page.goto(own_operator.url)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("E-mail").fill("ada@example.test")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("placeholder", "At least 8 characters")
    page.get_by_label("Password", exact=True).fill("correct horse")
    person.screenshot("sign-up")
    page.keyboard.press("Enter")

    # The first thing that can be clicked begins a chat.
    page.locator(".suggestion").first.click()
    expect(person.answer).to_contain_text("You said: What can you do for me?", timeout=LONG)
    person.wait_for_end()

    # An agent that needs a key says so, leads there, and what was written waits.
    page.get_by_role("button", name="New chat with Agent with a key").click()
    person.say("And you?")
    page.get_by_role("link", name="Open keys").last.click()
    page.get_by_role("button", name=re.compile("^Set: LLM_API_KEY, Yours, for every agent")).click()
    page.keyboard.type("sk-something-i-have-from-somewhere")
    page.keyboard.press("Enter")
    expect(page.locator(".ladder .wins")).to_contain_text("Yours, for every agent")
    page.go_back()
    expect(person.box).to_have_value("And you?")
    person.box.press("Enter")
    expect(person.answer).to_contain_text("You said: And you?", timeout=LONG)
    person.wait_for_end()

    page.locator(".who").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_role("link", name="API tokens").click()
    page.get_by_role("button", name="New token").click()
    page.keyboard.press("Enter")
    command = page.get_by_role("dialog").locator("pre").first.inner_text()
    assert command.startswith("curl ")
    page.get_by_role("dialog").get_by_role("button", name="Copy curl").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    # Pasted as it is.
    answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True).stdout
    assert json.loads(answer)["choices"][0]["message"]["content"] == "You said: Hello"
    page.reload()
    expect(page.locator(".table")).not_to_contain_text("Never")
    person.close()
