"""What agents may write, and how much of it."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import LONG
from support.operator import REPOSITORY

EVIL = """<script>window.pwned = 1</script>

<img src=x onerror="window.pwned = 2">

[link](javascript:window.pwned=3) [data](data:text/html,x) ![beacon](https://beacon.example/p.png)

left\u202eright\u0007 <b onclick="window.pwned = 4">bold</b>

<iframe src="javascript:window.pwned=5"></iframe> <svg onload="window.pwned=6">

```html
<script>window.pwned = 7</script>
```

| <img src=x onerror=window.pwned=8> | [x](javascript:window.pwned=9) |
| --- | --- |
| <a href="https://beacon.example">y</a> | <https://beacon.example/auto> |

[defined later]

[defined later]: javascript:window.pwned=10 "<script>window.pwned=11</script>"

```html
<script>window.pwned = 12</script>
"""
# What is slow, wide, deep or never ends.
HUGE = [
    "x" * 200_000, "```python\n" + "print('x') # y\n" * 20_000, "```\nno end", "> " * 3000 + "deep", "[" * 20_000,
    "*a " * 20_000, "| a | b |\n| - | - |\n" + "| c | d |\n" * 3000, "\u202e" * 5000, "- " * 3000 + "deep", "`" * 20_001,
    "![" + "a" * 50_000, "<!--" + "-" * 50_000,
]


@pytest.fixture
def report(capsys):
    """Prints figures, also of tests that pass."""
    def say(**figures):
        with capsys.disabled():
            print("\n" + json.dumps(figures))
    return say


def imported(user, messages, title="Imported"):
    """Puts a chat with these (role, content) there and answers its number."""
    made = user.http.post("/api/conversations", json={"backend": "demo", "title": title}).json()["conversation"]
    for role, content in messages:
        answer = user.http.post(f"/api/conversations/{made['id']}/messages", json={"role": role, "content": content})
        assert answer.status_code == 200, answer.text
    return made["seq"]


def test_malicious_content_is_text(operator, person):
    user = operator.user()
    number = imported(user, [("user", EVIL), ("assistant", EVIL), ("user", "and"), ("assistant", "x" * 200_000)], title=EVIL[:100])
    asked = []
    person.context.on("request", lambda request: asked.append(request.url))
    person.sign_in_as(user, f"/c/demo/{number}")
    answer = person.answers.first
    expect(answer).to_contain_text("<script>window.pwned = 1</script>")
    expect(answer).to_contain_text("left⟨U+202E⟩right␇")
    for link in answer.locator("a").all():
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        expect(link).to_have_attribute("href", re.compile("^https://beacon.example/"))
    expect(person.answers.last).to_contain_text("x" * 1000)
    answer.scroll_into_view_if_needed()
    person.screenshot("malicious")
    page = person.page
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('.messages :is(script, img, iframe, svg:not(.icon), [onclick])').length") == 0
    assert [url for url in asked if not url.startswith(operator.url)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_huge_deep_or_never_ends_does_not_stop_the_page(operator, person, report):
    user = operator.user()
    number = imported(user, [turn for content in HUGE for turn in (("user", "and"), ("assistant", content))])
    person.sign_in_as(user, f"/c/demo/{number}")
    page = person.page
    expect(person.answers).to_have_count(len(HUGE), timeout=LONG)
    for index, content in enumerate(HUGE):
        assert person.answers.nth(index).locator(".prose").evaluate("(prose) => prose.textContent.length"), content[:20]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The page still does what it is told, and soon.
    began = page.evaluate("performance.now()")
    person.box.fill("typed")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    report(answers_to_keys_in_ms=round(page.evaluate("performance.now()") - began))


def test_what_an_agent_thinks_and_calls_is_text_too(operator, person):
    user = operator.user()
    user.start()
    person.sign_in_as(user, "/c/demo")
    person.say("[[think]] [[tool <img/src=x/onerror=window.pwned=1>]] " + EVIL)
    person.wait_for_end()
    expect(person.answer.locator("details.trace summary").last).to_contain_text("<img/src=x/onerror=window.pwned=1>", timeout=LONG)
    assert person.page.evaluate("window.pwned") is None


def test_a_chat_of_five_hundred_messages_stays_smooth(operator, person, report):
    user = operator.user()
    prose = "Some *text* with `code`, a [link](https://a.example) and\n\n- a list\n- of things\n\n```python\nprint('x')\n```\n"
    messages = [(role, f"{index}: {prose}") for index in range(250) for role in ("user", "assistant")]
    number = imported(user, messages)
    user.start()
    person.sign_in_as(user, f"/c/demo/{number}")
    page = person.page
    expect(person.answer).to_contain_text("249:")
    # Older messages come as one reads upwards.
    person.until("""() => {
        document.querySelector('.log').scrollTop = 0;
        return document.querySelectorAll('.message').length === 500;
    }""", "all messages")
    page.evaluate("document.querySelector('.log').scrollTop = 1e9")
    page.wait_for_timeout(500)
    page.evaluate("""() => {
        window.tasks = [];
        new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration)))
            .observe({ type: 'longtask' });
    }""")
    for attempt in range(5):
        page.evaluate("window.tasks.length = 0")
        person.say("[[chunks 300 10ms]]")
        expect(page.locator(".message[aria-busy]")).to_have_count(1, timeout=LONG)
        person.wait_for_end()
        tasks = sorted(page.evaluate("window.tasks"))
        report(streaming_100_tokens_per_s_in_500_messages={"attempt": attempt + 1, "tasks_over_50_ms": tasks})
        # Other processes take the cores at times: what counts is whether it can be smooth.
        if not tasks:
            break
    assert tasks == []
    distance = page.evaluate("(() => { const log = document.querySelector('.log'); return log.scrollHeight - log.scrollTop - log.clientHeight })()")
    assert distance < 30


def size_as_served(url):
    """Bytes that a browser gets."""
    with httpx.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        return sum(map(len, answer.iter_raw()))


def test_what_stands_in_place_of_a_text_becomes_no_html(operator, person):
    person.sign_in_as(operator.user(), "/c/demo")
    made = person.page.evaluate("""async () => {
        const { el } = await import('/core/dom.js');
        const made = el('p', JSON.parse('{"innerHTML": "<b>bold</b>", "outerHTML": "<b>bold</b>", "title": "a title"}'));
        return [made.tagName, made.children.length, made.textContent, made.title];
    }""")
    assert made == ["P", 0, "", "a title"]


def test_the_page_is_painted_within_three_hundred_milliseconds(operator, browser, report):
    user = operator.user()
    number = imported(user, [("user", "Hello"), ("assistant", "A reply to read.\n" * 20)])
    paints, chats = [], []
    for _ in range(5):
        # A browser that was never here, with nothing in its cache.
        person = browser.person(operator).sign_in_as(user, f"/c/demo/{number}")
        expect(person.answer).to_contain_text("A reply to read.")
        paints.append(round(person.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")))
        chats.append(round(person.page.evaluate("performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/conversations/'))[0].responseEnd")))
        files = set(person.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))"))
        person.close()
    sizes = [size_as_served(file) for file in files]
    public = REPOSITORY / "frontend/public"
    every = sum(size_as_served(f"{operator.url}/{file.relative_to(public)}") for file in public.rglob("*.js"))
    report(first_paint_ms=sorted(paints), chat_read_ms=sorted(chats), javascript_files=len(sizes), javascript_bytes=sum(sizes),
           all_javascript_bytes=every)
    assert min(paints) < 300
    assert every < 60_000


def test_reading_further_up_is_not_disturbed_by_what_is_written(operator, person):
    user = operator.user()
    number = imported(user, [(role, f"{index} " + "words " * 80) for index in range(10) for role in ("user", "assistant")])
    user.start()
    person.sign_in_as(user, f"/c/demo/{number}")
    expect(person.answer).to_contain_text("9 words")
    person.say("[[chunks 150 20ms]]")
    expect(person.page.locator(".message[aria-busy] .prose")).to_be_visible(timeout=LONG)
    person.page.locator(".log").hover()
    person.page.mouse.wheel(0, -600)
    person.page.wait_for_timeout(300)
    top = person.page.evaluate("document.querySelector('.log').scrollTop")
    expect(person.page.get_by_role("button", name="New", exact=True)).to_be_visible(timeout=LONG)
    person.wait_for_end()
    assert abs(person.page.evaluate("document.querySelector('.log').scrollTop") - top) < 3
    person.page.get_by_role("button", name="New", exact=True).click()
    expect(person.page.get_by_role("button", name="New", exact=True)).to_be_hidden()
