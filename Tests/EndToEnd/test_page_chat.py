"""Chatting in the page, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from support.browser import LONG
from support.network import Network
from support.operator import backend
from support.wait import until


def test_a_person_signs_up_and_chats_with_an_agent_that_is_started_for_them(own_operator, browser):
    own_operator.write_backends([
        backend("demo", own_operator.prefix, display_name="Demo agent", extra_env={"DEMO_START_DELAY": "1500ms"})])
    own_operator.start()
    person = browser.person(own_operator)
    page = person.page
    page.goto(own_operator.url)
    person.screenshot("sign-in")
    person.check_accessibility()
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("E-mail").fill("ada@example.test")
    page.get_by_label("Password", exact=True).fill("a-long-password")
    page.get_by_label("Name (optional)").fill("Ada")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Chat with Demo agent")).to_be_visible()
    person.screenshot("empty-chat")
    person.say("Hello! Who are you?")
    card = page.get_by_role("region", name="Starting Demo agent")
    expect(card.get_by_role("progressbar")).to_be_visible()
    expect(card.locator("li.now")).to_have_count(1)
    expect(card.locator("li.now .time")).to_contain_text("s")
    person.screenshot("cold-start")
    person.check_accessibility()
    expect(person.answer).to_contain_text("You said: Hello! Who are you?", timeout=LONG)
    expect(card).to_have_count(0)
    expect(page.locator(".sidebar .group header")).to_contain_text("Ready")
    expect(page).to_have_url(re.compile("/c/demo/1$"))
    expect(page.locator(".sidebar [aria-current]")).to_contain_text("Hello! Who are you?")
    person.wait_for_end()
    person.screenshot("first-chat")
    # The next start knows how long the first took.
    page.get_by_role("button", name="Stop Demo agent").click()
    expect(page.locator(".sidebar .group header")).to_contain_text("Stopped", timeout=LONG)
    person.say("Again")
    expect(card).to_contain_text("usually")
    person.screenshot("cold-start-usual")
    person.wait_for_end()
    person.close()


def test_a_reload_in_mid_reply_loses_nothing(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("[[chunks 60 50ms]]")
    expect(person.answer.locator(".prose")).to_contain_text(re.compile("."), timeout=LONG)
    before = person.answer.locator(".prose").inner_text()
    person.page.reload()
    expect(person.answer.locator(".prose")).to_contain_text(before.strip()[:20])
    person.wait_for_end()
    written = person.answer.locator(".prose").inner_text()
    person.page.reload()
    expect(person.answer.locator(".prose")).to_have_text(written)


@pytest.fixture
def network(operator):
    network = Network(operator)
    yield network
    network.close()


def test_a_laptop_that_was_closed_in_mid_reply_shows_what_is_true(operator, browser, network):
    """Away for longer than the server remembers events: the page reads everything again, by itself."""
    user = operator.user()
    user.start()
    person = browser.person(network)
    person.sign_in_as(user, "/c/demo")
    person.say("[[chunks 120 20ms]]")
    expect(person.answer.locator(".prose")).to_contain_text(re.compile("."), timeout=LONG)
    devtools = person.context.new_cdp_session(person.page)
    network.go_away()
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    [chat] = user.http.get("/api/conversations").json()["conversations"]
    read = lambda: user.http.get(f"/api/conversations/{chat['id']}").json()["messages"][-1]  # noqa: E731
    until(lambda: read()["status"] == "complete", 30, "the end of the reply")
    # Much more happens than is kept for one who is away.
    other = user.http.post("/api/conversations", json={"backend": "demo"}).json()["conversation"]
    for _ in range(3):
        run = user.http.post(f"/api/conversations/{other['id']}/runs", json={"content": "[[bytes 600000]]"}).json()["run"]
        until(lambda: user.http.get(f"/api/runs/{run['id']}").json()["run"]["status"] == "complete", 30, "a long reply")
    user.http.patch(f"/api/conversations/{other['id']}", json={"title": "Written meanwhile"})
    asked = []
    person.page.on("request", lambda request: asked.append(request.url.removeprefix(network.url)))
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    network.come_back()
    expect(person.page.locator(".sidebar")).to_contain_text("Written meanwhile", timeout=LONG)
    expect(person.answer.locator(".prose")).to_have_text(read()["content"].strip(), use_inner_text=True)
    person.wait_for_end()
    expect(person.page.locator(".offline")).to_be_hidden()
    expect(person.page.locator(".sidebar .spinner")).to_have_count(0)
    assert asked.count("/api/runners") == 1
    # And it goes on from there.
    person.say("still there?")
    expect(person.answer).to_contain_text("You said: still there?", timeout=LONG)
    person.close()


def test_what_the_agent_thinks_and_does_is_one_line_each(operator, person):
    user = operator.user()
    user.start()
    person.sign_in_as(user, "/c/demo")
    person.say("[[think]] [[tool ls]] Hello")
    person.wait_for_end()
    expect(person.answer.locator(".prose")).to_contain_text("Hello", timeout=LONG)
    thought, tool = person.answer.locator("details.trace").all()
    expect(thought.locator("summary")).to_contain_text("Thought")
    expect(tool.locator("summary")).to_contain_text("ls: ls --demo")
    expect(tool.locator("summary")).to_contain_text("✓")
    for line in (thought, tool):
        expect(line).not_to_have_attribute("open", "")
        line.locator("summary").click()
        expect(line).to_have_attribute("open", "")
        expect(line.locator("div, pre").first).to_be_visible()
    person.screenshot("thinking-and-tools")
    person.check_accessibility()
    person.page.reload()
    expect(person.answer.locator("details.trace summary").last).to_contain_text("ls: ls --demo")
    person.answer.get_by_role("button", name="Details").click()
    facts = person.page.get_by_role("dialog")
    expect(facts).to_contain_text("Tokens")
    expect(facts).to_contain_text(re.compile(r"\d+ \(\d+ in, \d+ out\)"))
    expect(facts.locator("dt", has_text="Request").locator("+ dd")).to_have_text(re.compile("^req_"))
    person.screenshot("details")
    person.check_accessibility()


def test_stop_keeps_what_was_written(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("[[chunks 400 50ms]]")
    expect(person.answer.locator(".prose")).to_contain_text(re.compile("."), timeout=LONG)
    expect(person.page.locator("#polite")).to_have_text("Reply started")
    person.box.press("Escape")
    expect(person.answer).to_contain_text("Stopped.")
    person.wait_for_end()
    assert person.answer.locator(".prose").inner_text()
    expect(person.page.locator("#polite")).to_have_text("Reply finished")


def test_an_edit_makes_another_version_that_one_can_leave_again(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("first")
    expect(person.answer).to_contain_text("You said: first", timeout=LONG)
    person.wait_for_end()
    person.box.press("ArrowUp")
    person.page.get_by_label("Edit message").fill("second")
    person.page.get_by_label("Edit message").press("Enter")
    expect(person.answer).to_contain_text("You said: second", timeout=LONG)
    person.wait_for_end()
    question = person.page.locator(".message.user")
    expect(question).to_contain_text("2/2")
    person.screenshot("versions")
    person.check_accessibility()
    question.hover()
    question.get_by_role("button", name="Previous version").click()
    expect(person.answer).to_contain_text("You said: first")
    expect(question).to_contain_text("1/2")
    person.answer.get_by_role("button", name="Regenerate").click()
    expect(person.answer).to_contain_text("2/2", timeout=LONG)


def test_an_answer_to_the_request_that_comes_after_the_reply_changes_nothing(operator, person):
    user = operator.user()
    user.start()
    person.sign_in_as(user, "/c/demo")
    held = []
    person.page.route("**/runs", lambda route: held.append((route, route.fetch())))
    person.say("quick")
    expect(person.answer).to_contain_text("You said: quick", timeout=LONG)
    person.wait_for_end()
    [(route, answer)] = held
    assert answer.json()["message"]["status"] == "running"
    route.fulfill(response=answer)
    person.box.fill("and now")
    expect(person.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    expect(person.page.locator(".sidebar .spinner")).to_have_count(0)
    # Nor is it said to those who hear the page.
    expect(person.page.locator("#polite")).not_to_have_text("Reply started")


def test_two_tabs_see_the_same_reply_over_one_connection(operator, person):
    streams = []
    person.context.on("request", lambda request: streams.append(request.url) if "/api/events" in request.url else None)
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("one")
    expect(person.answer).to_contain_text("You said: one", timeout=LONG)
    person.wait_for_end()
    other = person.tab()
    other.goto(person.page.url)
    expect(other.locator(".message.assistant")).to_contain_text("You said: one")
    person.say("[[chunks 40 50ms]]")
    expect(other.locator(".message[aria-busy] .prose")).to_contain_text(re.compile("."), timeout=LONG)
    person.wait_for_end()
    expect(other.locator(".message.assistant").last).to_contain_text(person.answer.locator(".prose").inner_text().strip()[-20:])
    assert len(streams) == 1
    # The other tab goes on when the first is closed.
    person.page.close()
    other.get_by_label("Message", exact=True).fill("two")
    other.get_by_label("Message", exact=True).press("Enter")
    expect(other.locator(".message.assistant").last).to_contain_text("You said: two", timeout=LONG)


def test_a_second_device_sees_a_reply_being_written_and_what_was_not_read(operator, browser, person):
    user = operator.user()
    user.start()
    person.sign_in_as(user, "/c/demo")
    other = browser.person(operator).sign_in_as(user, "/c/demo")
    person.say("[[chunks 80 50ms]]")
    chat = other.page.locator(".sidebar li")
    expect(chat.locator(".spinner")).to_be_visible(timeout=LONG)
    chat.get_by_role("link").click()
    expect(other.page.locator(".message[aria-busy] .prose")).to_contain_text(re.compile("."))
    other.page.get_by_role("button", name="New chat with demo").click()
    person.wait_for_end()
    expect(chat.locator(".spinner")).to_have_count(0)
    expect(chat.locator(".unread")).to_be_visible()
    chat.get_by_role("link").click()
    expect(other.answer.locator(".prose")).to_have_text(person.answer.locator(".prose").inner_text(), use_inner_text=True)
    expect(chat.locator(".unread")).to_have_count(0)
    other.close()


def test_two_users_see_nothing_of_each_other(operator, browser, person):
    person.sign_in_as(operator.user(), "/c/demo")
    other = browser.person(operator).sign_in_as(operator.user(), "/c/demo")
    person.say("a secret of mine")
    expect(person.answer).to_contain_text("You said: a secret of mine", timeout=LONG)
    expect(other.page.locator("body")).not_to_contain_text("secret")
    other.open("/c/demo/1")
    expect(other.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    other.close()


def test_a_start_that_fails_says_why_and_is_not_tried_again_unasked(operator, person):
    user = operator.user()
    person.sign_in_as(user, "/c/crash")
    person.say("Hello")
    card = person.page.locator(".start-card.failed")
    expect(card).to_contain_text("exited with code 1", timeout=LONG)
    expect(card.locator("li.failed")).to_have_count(1)
    expect(card.locator("details pre")).to_be_visible()
    person.screenshot("failed-start")
    person.check_accessibility()
    card.get_by_role("button", name="Copy diagnostics").click()
    expect(person.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    person.page.reload()
    expect(card).to_contain_text("exited with code 1")
    card.get_by_role("button", name="Try again").click()
    expect(person.page.locator(".message.assistant")).to_contain_text("2/2", timeout=LONG)


def test_a_reload_in_mid_start_shows_the_start_again(operator, person):
    person.sign_in_as(operator.user(), "/c/slow")
    person.say("Hello")
    card = person.page.get_by_role("region", name="Starting slow")
    expect(card).to_be_visible()
    expect(person.page).to_have_url(re.compile("/c/slow/1$"))
    person.page.reload()
    expect(card.get_by_role("progressbar")).to_be_visible()
    expect(person.answer).to_contain_text("You said: Hello", timeout=LONG)
    expect(card).to_have_count(0)


def test_a_start_that_is_taken_back_leaves_a_chat_that_goes_on(operator, person):
    person.sign_in_as(operator.user(), "/c/slow")
    person.say("Hello")
    card = person.page.get_by_role("region", name="Starting slow")
    card.get_by_role("button", name="Cancel").click()
    expect(person.answer).to_contain_text("Stopped.", timeout=LONG)
    expect(card).to_have_count(0)
    person.wait_for_end()
    person.answer.get_by_role("button", name="Regenerate").click()
    expect(person.answer).to_contain_text("You said: Hello", timeout=LONG)


def test_one_agent_too_many_says_what_to_do(own_operator, browser):
    own_operator.write_backends([backend(name, own_operator.prefix) for name in ("demo", "second")])
    stack = own_operator.stack_file.read_text()
    own_operator.stack_file.write_text(stack.replace("runners: {", "runners: {maxRunners: 1, "))
    own_operator.start()
    user = own_operator.user()
    user.start()
    person = browser.person(own_operator).sign_in_as(user, "/c/second")
    person.say("Hello")
    card = person.page.locator(".error-card")
    expect(card).to_contain_text("Too many running agents", timeout=LONG)
    card.get_by_role("link", name="Open runners").click()
    person.page.get_by_role("main").get_by_role("button", name="Stop", exact=True).click()
    expect(person.page.locator(".sidebar .group header").first).to_contain_text("Stopped", timeout=LONG)
    person.page.go_back()
    person.page.get_by_role("button", name="Try again").or_(person.page.get_by_role("button", name="Send")).first.click()
    expect(person.answer).to_contain_text("You said: Hello", timeout=LONG)
    person.close()


def test_an_error_of_the_agent_is_a_card_that_stays(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("[[fail 500]]")
    card = person.page.locator(".error-card")
    expect(card).to_contain_text("500", timeout=LONG)
    person.screenshot("error")
    person.check_accessibility()
    person.page.reload()
    expect(card).to_contain_text("500")
    expect(card.get_by_role("button", name="Try again")).to_be_enabled()


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_a_restart_in_mid_reply_ends_in_a_truthful_page(own_operator, browser, end):
    own_operator.start()
    # The page asks again at the address that it came from.
    person = browser.person(own_operator)
    person.sign_in_as(own_operator.user(), "/c/demo")
    person.say("[[chunks 400 50ms]]")
    # Longer than the server takes to write down what it has.
    expect(person.answer.locator(".prose")).to_contain_text(re.compile(r"[\s\S]{60}"), timeout=LONG)
    port = own_operator.url.rsplit(":", 1)[1]
    getattr(own_operator, end)()
    expect(person.page.locator(".sidebar")).to_contain_text("Offline", timeout=LONG)
    stack = own_operator.stack_file.read_text()
    own_operator.stack_file.write_text(stack.replace("port: 0", f"port: {port}"))
    own_operator.start()
    expect(person.answer).to_contain_text("The server restarted while this was written", timeout=LONG)
    assert person.answer.locator(".prose").inner_text()
    person.screenshot("interrupted")
    expect(person.page.get_by_role("button", name="Try again")).to_be_visible()
    person.close()


def test_a_session_that_ends_in_mid_work_keeps_the_draft(operator, person):
    user = operator.user()
    person.sign_in_as(user, "/c/demo")
    person.box.fill("half a thought")
    user.http.post("/auth/logout")
    overlay = person.page.get_by_role("dialog", name="Your session has ended")
    person.page.get_by_role("button", name=re.compile("Start ")).first.click()
    expect(overlay).to_be_visible(timeout=LONG)
    person.screenshot("session-ended")
    person.check_accessibility()
    overlay.get_by_label("Password", exact=True).fill("a-long-password")
    overlay.get_by_role("button", name="Sign in", exact=True).click()
    expect(overlay).to_have_count(0)
    expect(person.box).to_have_value("half a thought")


def test_a_start_is_learned_from_also_when_its_card_goes_before_the_runner_is_ready(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    learned = person.page.evaluate("""async () => {
        const { StartCard } = await import('/chat/cards.js');
        const { store } = await import('/core/store.js');
        const learned = () => JSON.parse(localStorage.getItem('operatord.starts.learner'))?.total?.length ?? 0;
        const told = (phase) => store.apply({ type: 'runner', data: { runner: { backend: 'learner', phase, progress: null } } });
        told('starting');
        const card = new StartCard({ name: 'learner', display_name: 'Learner' }, {});
        card.close();
        const before = learned();
        told('ready');
        const after = learned();
        told('ready');
        return [before, after, learned()];
    }""")
    assert learned == [0, 1, 1]


def test_a_part_of_the_page_that_could_not_be_loaded_is_loaded_when_it_is_wanted_again(operator, person):
    user = operator.user()
    user.http.post("/api/conversations", json={"backend": "demo", "title": "Mine"})
    person.sign_in_as(user, "/c/demo/1")
    page = person.page
    page.route("**/*.js*", lambda route: route.abort())
    page.locator(".who").click()
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("main")).to_contain_text("The server cannot be reached")
    page.unroute("**/*.js*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_chats_are_renamed_pinned_found_and_deleted_with_a_way_back(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    person.say("the elephant in the room")
    expect(person.answer).to_contain_text("elephant", timeout=LONG)
    person.wait_for_end()
    page = person.page
    row = page.locator(".sidebar li").first
    page.get_by_role("button", name="Chat menu", exact=True).click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Rename").fill("Animals")
    page.get_by_label("Rename").press("Enter")
    expect(row).to_contain_text("Animals")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("eleph")
    hit = page.get_by_role("option").filter(has_text="Animals").first
    expect(hit.locator("mark").first).to_have_text(re.compile("eleph", re.IGNORECASE))
    person.screenshot("search")
    person.check_accessibility()
    hit.click()
    expect(page).to_have_url(re.compile("#m-"))
    page.get_by_role("button", name="Chat menu", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.locator(".sidebar li")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Animals")
