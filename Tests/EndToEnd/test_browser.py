"""The page as a person uses it, in a real browser."""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from support.operator import ADMIN, backend

# Set to a folder, it receives the screenshots that the documents show.
SCREENSHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page whose console must stay free of errors, a violated content security policy among them."""
    context = browser.new_context(viewport={"width": 1100, "height": 680}, color_scheme="light")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert problems == []


def screenshot(page, name):
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def sign_in(page, operator):
    page.goto(operator.url)
    page.get_by_label("E-mail").fill(ADMIN["email"])
    page.get_by_label("Password").fill(ADMIN["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Message")).to_be_visible()


def say(page, text):
    page.get_by_label("Message").fill(text)
    page.get_by_label("Message").press("Enter")


def test_a_person_signs_in_and_chats_with_an_agent_that_is_started_for_them(own_operator, page):
    own_operator.write_backends([
        backend("demo", own_operator.prefix, display_name="Demo agent", extra_env={"DEMO_START_DELAY": "1500ms"})])
    own_operator.start()
    sign_in(page, own_operator)
    say(page, "Hello! Who are you?")
    expect(page.get_by_label("Starting the agent")).to_be_visible()
    expect(page.locator(".coldstart .steps .now")).to_have_text(re.compile("."))
    screenshot(page, "cold-start")
    expect(page.locator(".message.assistant .text")).to_have_text("You said: Hello! Who are you?", timeout=15_000)
    expect(page.locator(".sidebar")).to_contain_text("Ready")
    say(page, "And you stay awake as long as I talk to you?")
    expect(page.locator(".message.assistant .text").last).to_contain_text("as long as I talk to you?")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    screenshot(page, "first-chat")


def test_stop_keeps_what_was_written(operator, page):
    sign_in(page, operator)
    say(page, "[[chunks 400 50ms]]")
    expect(page.locator(".message.assistant .text")).to_have_text(re.compile("."), timeout=15_000)
    page.get_by_role("button", name="Stop", exact=True).last.click()
    expect(page.locator(".message.assistant")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_a_start_that_fails_says_why(own_operator, page):
    own_operator.write_backends([backend("crash", own_operator.prefix, extra_env={"DEMO_CRASH": "1"})])
    own_operator.start()
    sign_in(page, own_operator)
    say(page, "Hello")
    expect(page.locator(".message .error")).to_contain_text("exited with code 1", timeout=15_000)
    screenshot(page, "failed-start")


def test_it_fits_a_phone_and_the_dark(operator, browser):
    context = browser.new_context(viewport={"width": 390, "height": 760}, color_scheme="dark")
    page = context.new_page()
    sign_in(page, operator)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(page, "phone-dark")
    context.close()
