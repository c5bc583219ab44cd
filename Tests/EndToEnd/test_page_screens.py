"""Settings, administration, phone, dark, keyboard, languages, accessibility."""

import re

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import LONG, PHONE
from support.operator import ADMIN, backend
from support.wait import until
from test_page_content import imported

ANSWER = """Three steps, and a table.

1. Pack the **books** first
2. Measure the doors

| Room | Boxes |
| :--- | ---: |
| Kitchen | 12 |

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"  # politely
```
"""
SECTIONS = ["general", "keys", "runners", "tokens", "data", "account", "shortcuts"]
ADMIN_SECTIONS = ["overview", "runners", "users", "backends", "plan", "invites", "audit"]


def test_a_token_is_made_and_used_without_reading_anything(operator, person):
    person.sign_in_as(operator.user(), "/settings/tokens")
    page = person.page
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Create", exact=True).click()
    token = page.locator(".secret code").inner_text()
    person.screenshot("token")
    person.check_accessibility()
    answer = httpx.get(operator.url + "/v1/models", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".table")).to_contain_text("My laptop")
    page.get_by_role("button", name="Revoke “My laptop”").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(page.locator(".section-body")).to_contain_text("No token yet")
    assert httpx.get(operator.url + "/v1/models", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.fixture
def keyed_operator(own_operator):
    own_operator.write_backends([backend("demo", own_operator.prefix, display_name="Demo agent",
                                         user_overridable_env=["LLM_API_KEY", "LLM_MODEL"])])
    return own_operator.start()


def test_a_key_is_asked_for_set_and_restarts_the_agent(keyed_operator, browser):
    person = browser.person(keyed_operator).sign_in(path="/c/demo")
    page = person.page
    person.say("Hello")
    card = page.locator(".error-card")
    expect(card).to_contain_text("A key is missing", timeout=LONG)
    person.screenshot("missing-key")
    person.check_accessibility()
    expect(person.box).to_have_value("Hello")
    card.get_by_role("link", name="Open keys").click()
    for variable, value in (("LLM_API_KEY", "sk-a-long-enough-secret"), ("LLM_MODEL", "some-model")):
        page.get_by_role("button", name=f"Set: {variable}, Yours, for every agent").click()
        page.get_by_role("dialog").get_by_label("Yours, for every agent").fill(value)
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_role("button", name=f"Change: {variable}, Yours, for every agent")).to_be_visible()
    expect(page.locator(".ladder .wins").first).to_contain_text("Yours, for every agent")
    person.screenshot("keys")
    person.open("/c/demo")
    person.say("Hello")
    expect(person.answer).to_contain_text("You said: Hello", timeout=LONG)
    person.wait_for_end()
    container = keyed_operator.admin().runners()["demo"]["started_at"]
    page.wait_for_timeout(1100)
    person.open("/settings/keys")
    page.get_by_role("button", name="Change: LLM_MODEL, Yours, for every agent").click()
    expect(page.get_by_role("dialog")).to_contain_text("This restarts 1 running agent")
    page.get_by_role("dialog").get_by_label("Yours, for every agent").fill("another-model")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="1 agent restarts")).to_be_visible()
    expect(page.locator(".sidebar .group header")).to_contain_text("Ready", timeout=LONG)
    until(lambda: (keyed_operator.admin().runners().get("demo", {}).get("started_at") or 0) > container, 30, "a new container")
    page.get_by_role("switch", name="Share with everybody: LLM_API_KEY").check()
    expect(page.get_by_role("status").filter(has_text="Shared with everybody")).to_be_visible()
    person.close()


def test_a_share_that_is_switched_recycles_runners_before_ones_eyes(keyed_operator, browser):
    admin, user = keyed_operator.admin(), keyed_operator.user()
    for variable in ("LLM_API_KEY", "LLM_MODEL"):
        admin.set_value(variable, "a-value-of-the-admin")
        admin.share(variable)
    user.start()
    watcher = browser.person(keyed_operator).sign_in_as(user, "/c/demo")
    phase = watcher.page.locator(".sidebar .group header")
    expect(phase).to_contain_text("Ready")
    person = browser.person(keyed_operator).sign_in(path="/settings/keys")
    share = person.page.get_by_role("switch", name="Share with everybody: LLM_API_KEY")
    share.uncheck()
    expect(person.page.get_by_role("status").filter(has_text="No longer shared")).to_be_visible()
    expect(phase).to_contain_text(re.compile("Stopped|Failed"), timeout=LONG)
    watcher.say("Hello")
    expect(watcher.page.locator(".error-card")).to_contain_text("A key is missing", timeout=LONG)
    share.check()
    expect(person.page.get_by_role("status").filter(has_text="Shared with everybody")).to_be_visible()
    watcher.page.get_by_role("button", name="Try again").click()
    expect(watcher.answer).to_contain_text("You said: Hello", timeout=LONG)
    watcher.wait_for_end()
    person.close()
    watcher.close()


def test_the_admin_sees_why_a_runner_of_somebody_failed(operator, browser):
    user = operator.user()
    user.start("crash")
    person = browser.person(operator).sign_in(path="/admin/runners?backend=crash")
    page = person.page
    page.get_by_role("link", name=user.account["email"]).click()
    # It may be on its next attempt by now: what happened before is in its events.
    expect(page.locator(".timeline")).to_contain_text("exited with code 1", timeout=LONG)
    expect(page.locator(".section-inner")).to_contain_text("Previous container, until")
    expect(page.locator(".logs").last).to_contain_text("DEMO_CRASH is set")
    expect(page.locator(".panel").first).to_contain_text(re.compile("next attempt|before it was ready|in a row"))
    person.screenshot("admin-runner")
    person.check_accessibility()
    person.close()


@pytest.fixture
def screens(operator):
    """The admin with something to look at."""
    admin = operator.admin()
    number = imported(admin, [("user", "Plan my move"), ("assistant", ANSWER)], title="Plan my move")
    admin.start()
    return f"/c/demo/{number}", ["/", *[f"/settings/{name}" for name in SECTIONS], *[f"/admin/{name}" for name in ADMIN_SECTIONS]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_every_screen_fits_is_accessible_and_has_its_picture(operator, browser, screens, theme, viewport):
    options = {"viewport": PHONE, "has_touch": True} if viewport == "phone" else {}
    person = browser.person(operator, color_scheme=theme, **options).sign_in()
    page = person.page
    chat, others = screens
    for path in [chat, *others]:
        person.open(path)
        expect(page.locator(".section-inner > *, .message, .empty").first).to_be_visible(timeout=LONG)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        name = "chat" if path == chat else path.strip("/").replace("/", "-") or "home"
        person.screenshot(f"{name}-{viewport}-{theme}")
        person.check_accessibility()
    if viewport == "phone":
        person.open(chat)
        page.get_by_role("button", name="Open menu").click()
        expect(page.get_by_role("navigation", name="Chats")).to_be_visible()
        person.screenshot(f"menu-phone-{theme}")
    person.close()


def test_signing_in_and_chatting_by_keyboard_only(operator, person):
    page = person.page
    page.goto(operator.url)
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(ADMIN["email"])
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN["password"])
    page.keyboard.press("Enter")
    expect(page.locator(".sidebar")).to_be_attached()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("new chat with demo")
    expect(page.get_by_role("option").first).to_contain_text("demo")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/c/demo$"))
    expect(person.box).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(person.answer).to_contain_text("You said: by keyboard", timeout=LONG)
    person.wait_for_end()
    # The menu of the chat opens, moves, closes and gives the focus back.
    button = page.get_by_role("button", name="Chat menu", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_what_is_typed_after_the_key_of_the_search_belongs_to_it(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.box.focus()
    person.page.keyboard.press("Control+k")
    person.page.keyboard.type("new chat with s")
    expect(person.page.get_by_role("combobox")).to_have_value("new chat with s")
    expect(person.page.get_by_role("option").first).to_contain_text("slow")
    expect(person.box).to_have_value("")


def test_the_chip_offers_the_models_of_this_agent_and_chats_with_others(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("Hello")
    expect(person.answer).to_contain_text("You said: Hello", timeout=LONG)
    person.wait_for_end()
    chip = person.page.locator(".chip")
    chip.click()
    items = person.page.get_by_role("menuitem")
    expect(items).to_have_text(["✓ demo", "demo/main", *[f"New chat with {name}" for name in ("slow", "crash", "unready", "missing")]])
    assert abs(person.page.get_by_role("menu").bounding_box()["x"] - chip.bounding_box()["x"]) < 2
    person.check_accessibility()


def test_the_page_in_chinese(operator, browser):
    person = browser.person(operator, locale="zh-CN")
    person.page.goto(operator.url)
    expect(person.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    person.page.get_by_label("邮箱").fill(ADMIN["email"])
    person.page.get_by_label("密码").fill(ADMIN["password"])
    person.page.get_by_role("button", name="登录", exact=True).click()
    expect(person.page.get_by_role("button", name=re.compile("新对话")).first).to_be_visible()
    person.open("/settings/keys")
    expect(person.page.get_by_role("navigation", name="设置")).to_contain_text("后端 API 密钥")
    person.screenshot("chinese")
    person.close()


def test_a_chosen_theme_is_there_before_anything_is_painted(operator, person):
    person.sign_in_as(operator.user(), "/settings/general")
    person.page.get_by_label("Theme").select_option("dark")
    assert person.page.evaluate("document.documentElement.dataset.theme") == "dark"
    person.page.reload(wait_until="commit")
    person.until("document.documentElement?.dataset.theme === 'dark'", "the theme")


def test_without_a_secure_context_tabs_share_one_connection_and_copying_works(operator, browser):
    """A browser on plain HTTP has no clipboard API and no locks."""
    person = browser.person(operator)
    person.context.add_init_script("""
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
        Object.defineProperty(navigator, 'locks', { value: undefined });
        crypto.randomUUID = undefined;
    """)
    streams = []
    person.context.on("request", lambda request: streams.append(request) if "/api/events" in request.url else None)
    user = operator.user()
    user.start()
    person.sign_in_as(user, "/c/demo")
    until(lambda: (person.page.wait_for_timeout(100), streams)[1], 10, "the connection")
    other = person.tab()
    other.goto(operator.url + "/c/demo")
    person.say("plain")
    expect(person.answer).to_contain_text("You said: plain", timeout=LONG)
    expect(other.locator(".sidebar")).to_contain_text("plain")
    person.wait_for_end()
    person.answer.get_by_role("button", name="Copy", exact=True).first.click()
    expect(person.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert len(streams) == 1
    # The other tab takes the connection over when the first is closed, in the middle of a reply.
    other.get_by_role("link", name="plain").click()
    expect(other.locator(".message.assistant")).to_contain_text("You said: plain")
    person.say("[[chunks 100 50ms]]")
    expect(other.locator(".message[aria-busy] .prose")).to_contain_text(re.compile("."), timeout=LONG)
    person.page.close()
    person.page = other
    person.wait_for_end()
    assert len(streams) == 2
    expect(person.answer.get_by_role("button", name="Regenerate")).to_be_visible()
    person.close()
