"""What an administrator and the owner of data do in the page."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.browser import LONG
from support.operator import backend
from support.registry import Registry
from support.wait import until
from test_page_content import imported


def test_an_invite_is_made_used_and_its_user_disabled_and_deleted(operator, browser):
    admin = browser.person(operator).sign_in(path="/admin/invites")
    page = admin.page
    page.get_by_role("button", name="New invite").click()
    page.get_by_label("Name").fill("For Grace")
    page.get_by_label("How many sign-ups").fill("1")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    code = page.locator(".table code").first.inner_text()
    admin.screenshot("invites")

    guest = browser.person(operator)
    guest.open(f"/?invite={code}")
    expect(guest.page.get_by_role("heading", name="Create an account")).to_be_visible()
    expect(guest.page.get_by_label(re.compile("Invite code"))).to_have_value(code)
    guest.page.get_by_label("E-mail").fill("grace@example.test")
    guest.page.get_by_label("Password", exact=True).fill("short")
    guest.page.get_by_role("button", name="Sign up").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("8")
    guest.page.get_by_label("Password", exact=True).fill("a-long-password")
    guest.page.get_by_role("button", name="Sign up").click()
    expect(guest.page.locator(".sidebar")).to_be_attached()

    admin.open("/admin/users?q=grace")
    row = page.get_by_role("row").filter(has_text="grace@example.test")
    row.get_by_role("button", name="Actions for grace@example.test").click()
    page.get_by_role("menuitem", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    # The guest is told, where they are.
    guest.page.get_by_role("button", name=re.compile("^Start ")).first.click()
    expect(guest.page.get_by_role("dialog", name="Your session has ended")).to_be_visible(timeout=LONG)
    guest.close()
    row.get_by_role("button", name="Actions for grace@example.test").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("With the account go")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    admin.open("/admin/audit?action=user.delete")
    expect(page.locator(".table")).to_contain_text("user.delete")
    admin.close()


@pytest.fixture
def registry(tmp_path):
    registry = Registry(tmp_path)
    try:
        yield registry.start()
    finally:
        registry.close()


def test_images_are_looked_at_and_pulled(own_operator, browser, registry):
    image = registry.publish(megabytes=24)
    own_operator.write_backends([
        backend("demo", own_operator.prefix), backend("pulled", own_operator.prefix, image=image),
        backend("gone", own_operator.prefix, image="127.0.0.1:1/nowhere/agent:1")])
    own_operator.start()
    person = browser.person(own_operator).sign_in(path="/admin/backends")
    row = lambda name: person.page.get_by_role("row").filter(has=person.page.get_by_role("cell", name=name, exact=True))  # noqa: E731
    expect(row("demo")).to_contain_text("Present")
    expect(row("pulled")).to_contain_text("Not here")
    row("pulled").get_by_role("button", name="Pull the image of pulled").click()
    expect(row("pulled").get_by_role("progressbar")).to_be_visible()
    person.screenshot("admin-pull")
    expect(row("pulled")).to_contain_text("Present", timeout=LONG)
    expect(row("pulled").locator("code[title^='sha256:']")).to_be_visible()
    row("gone").get_by_role("button", name="Pull the image of gone").click()
    expect(row("gone")).to_contain_text("connection refused", timeout=LONG)
    expect(row("gone")).to_contain_text("Not here")
    person.check_accessibility()
    person.close()


def test_a_plan_that_waits_is_looked_at_and_approved(own_operator, browser):
    stack = own_operator.stack_file
    stack.write_text(stack.read_text().replace("drainTimeout: 1s", "drainTimeout: 1s, safetyShare: 0%, safetyFloor: 1"))
    own_operator.start()
    users = [own_operator.user(), own_operator.user()]
    for user in users:
        user.say("hello")
    before = {own_operator.container_of(user)["Id"] for user in users}
    person = browser.person(own_operator).sign_in(path="/admin/plan")
    page = person.page
    expect(page.locator(".section-inner")).to_contain_text("Nothing to do")
    own_operator.edit_backend("demo", extra_env={"GREETING": "hi", "MY_TOKEN": "hush-hush"})
    page.get_by_role("button", name="Reconcile now").click()
    expect(page.locator(".section-inner")).to_contain_text("2 runners", timeout=LONG)
    person.screenshot("admin-plan")
    person.check_accessibility()

    page.get_by_role("link", name=re.compile(users[0].account["email"])).first.click()
    expect(page.locator(".facts-list")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^env.GREETING"))
    expect(row).to_contain_text('"hi"')
    expect(page.get_by_role("row", name=re.compile("^env.MY_TOKEN"))).not_to_contain_text("hush")
    person.screenshot("admin-difference")
    page.go_back()

    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    until(
        lambda: not before & {each["Id"] for user in users for each in own_operator.containers_of(user)}, 20,
        "other containers")
    person.close()


def test_bad_files_are_told_in_the_page_with_place_and_remedy(own_operator, browser):
    own_operator.start()
    own_operator.stack_file.write_text(own_operator.stack_file.read_text() + "nonsense: 1\n")
    person = browser.person(own_operator).sign_in(path="/admin/plan")
    person.page.get_by_role("button", name="Reconcile now").click()
    card = person.page.locator(".error-card")
    expect(card).to_contain_text("ConfigInvalid", timeout=LONG)
    expect(card).to_contain_text(re.compile(r"stack\.yaml:\d+"))
    expect(card).to_contain_text('"nonsense" is not a known key')
    person.close()


def test_a_runner_is_suspended_with_a_reason_and_resumed(operator, browser):
    user = operator.user()
    user.say("hello")
    person = browser.person(operator).sign_in(path=f"/admin/runners/{user.account['id']}/demo")
    page = person.page
    page.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("costs too much")
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(page.locator(".panel").first).to_contain_text("suspended: costs too much", timeout=LONG)
    person.open("/admin/runners")
    expect(page.get_by_role("heading", name="Suspended")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="costs too much")
    row.get_by_role("button", name="Resume").click()
    expect(row).to_have_count(0, timeout=LONG)
    assert user.say("again") == "You said: again"
    person.close()


def test_chats_are_exported_deleted_and_brought_back(operator, person, tmp_path):
    user = operator.user()
    imported(user, [("user", "keep me"), ("assistant", "你好，世界")], title="Kept")
    person.sign_in_as(user, "/settings/data")
    page = person.page
    with page.expect_download() as download:
        page.get_by_role("link", name="Export all chats").click()
    file = Path(tmp_path / "chats.json")
    download.value.save_as(file)
    assert "keep me" in json.dumps(json.loads(file.read_text()), ensure_ascii=False)
    page.get_by_role("button", name="Delete all chats").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".sidebar li")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".sidebar li")).to_contain_text("Kept")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("世界")
    expect(page.get_by_role("option").filter(has_text="Kept")).to_be_visible()


def test_a_password_is_changed_and_a_name(operator, person):
    user = operator.user()
    person.sign_in_as(user, "/settings/account")
    page = person.page
    page.get_by_label("Name", exact=True).fill("Grace Hopper")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".who")).to_contain_text("Grace Hopper")
    page.get_by_label("Current password").fill("wrong-password")
    page.get_by_label("New password").fill("another-long-password")
    page.locator("button[type=submit]", has_text="Change password").click()
    expect(page.locator(".toast.bad")).to_be_visible()
    page.get_by_label("Current password").fill("a-long-password")
    page.locator("button[type=submit]", has_text="Change password").click()
    expect(page.get_by_role("status").filter(has_text="Saved").last).to_be_visible()
    page.reload()
    expect(page.locator(".who")).to_contain_text("Grace Hopper")
