"""A real browser, and what a person does in the page."""

import os
import shutil
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError, expect, sync_playwright

from .operator import ADMIN
from .wait import until

# Set to a folder, it receives the screenshots that the documents show.
SCREENSHOTS = os.environ.get("SCREENSHOTS")
DESKTOP = {"width": 1200, "height": 760}
PHONE = {"width": 390, "height": 780}
# A reply that waits for a container, on a machine with little to spare.
LONG = 30_000


class Browser:
    def __init__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run"])

    def close(self):
        self.chromium.close()
        self.playwright.stop()

    def person(self, operator, **options):
        return Person(self.chromium.new_context(
            **{"viewport": DESKTOP, "color_scheme": "light", "locale": "en-US", **options}), operator)


class Person:
    """One browser profile. Errors of scripts and violations of the content security policy are kept in `problems`."""

    def __init__(self, context, operator):
        self.context = context
        self.operator = operator
        self.problems = []
        self.page = self.tab()

    def tab(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if "Content Security" in said.text else None)
        return page

    def sign_in(self, email=ADMIN["email"], password=ADMIN["password"], path="/", page=None):
        page = page or self.page
        self.open(path, page)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.locator(".sidebar")).to_be_attached()
        return self

    def sign_in_as(self, client, path="/"):
        """As the user of a `Client`, without typing."""
        self.context.add_cookies(
            [{"name": "agent_stack_session", "value": client.session, "url": self.operator.url}])
        self.open(path)
        expect(self.page.locator(".sidebar")).to_be_attached()
        return self

    def open(self, path, page=None):
        """Loads an address; again when that failed: Chromium gives up what it loads when a network of containers comes."""
        page = page or self.page
        for _ in range(3):
            page.goto(self.operator.url + path)
            try:
                page.locator(".sidebar, .signin").wait_for(state="attached", timeout=10_000)
            except TimeoutError:
                continue
            page.wait_for_timeout(100)
            if not page.get_by_text("This could not be loaded").count():
                return

    @property
    def box(self):
        return self.page.get_by_label("Message", exact=True)

    @property
    def answers(self):
        return self.page.locator(".message.assistant")

    @property
    def answer(self):
        return self.answers.last

    def say(self, text):
        self.box.fill(text)
        self.box.press("Enter")

    def wait_for_end(self):
        """Until nothing is being written."""
        expect(self.page.get_by_role("button", name="Stop", exact=True).and_(
            self.page.locator(".round"))).to_have_count(0, timeout=LONG)
        expect(self.page.locator(".message[aria-busy]")).to_have_count(0, timeout=LONG)

    def until(self, expression, what, seconds=30):
        """Waits for an expression to be true; its value. (Playwright's own way needs `eval`, which the page forbids.)"""
        return until(lambda: self.page.evaluate(expression), seconds, what)

    def check_accessibility(self):
        """Fails with what axe-core calls serious or critical in the page as it is once what fades in is there."""
        self.page.evaluate("""() => Promise.allSettled(document.getAnimations()
            .filter((each) => each.effect.getComputedTiming().endTime < Infinity).map((each) => each.finished))""")
        found = [(violation["id"], violation["nodes"][0]["html"][:160]) for violation in Axe().run(self.page).response["violations"]
                 if violation["impact"] in ("serious", "critical")]
        assert found == [], found

    def screenshot(self, name):
        if SCREENSHOTS:
            self.page.wait_for_timeout(350)
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    def close(self):
        self.context.close()
        assert self.problems == []
