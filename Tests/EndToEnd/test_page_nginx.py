"""The page by nginx with the shipped configuration, operatord behind it."""

import shutil
import socket
import subprocess
import time

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import LONG
from support.operator import REPOSITORY
from support.wait import until

nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def front(operator, tmp_path):
    """The address of an nginx of this test."""
    if not nginx:
        pytest.skip("nginx is not installed")
    port = free_port()
    shipped = (REPOSITORY / "frontend/nginx.conf").read_text()
    site = shipped.replace("127.0.0.1:18080", operator.url.removeprefix("http://")) \
        .replace("listen 80;", f"listen 127.0.0.1:{port};") \
        .replace("/srv/operatord/frontend/public", str(REPOSITORY / "frontend/public"))
    (tmp_path / "site.conf").write_text(site)
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; user root; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary} include {tmp_path}/site.conf; }}\n")
    process = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "log")])
    url = f"http://127.0.0.1:{port}"

    def answers():
        try:
            return httpx.get(url + "/healthz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, 10, "nginx")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def test_files_have_types_compression_policy_and_addresses(front):
    index = httpx.get(front + "/")
    for path in ("/c/demo/3", "/settings/keys", "/admin"):
        assert httpx.get(front + path).text == index.text, path
    assert index.headers["content-security-policy"].startswith("default-src 'self'")
    script = httpx.get(front + "/app.js", headers={"Accept-Encoding": "gzip"})
    assert "javascript" in script.headers["content-type"]
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["cache-control"] == "no-cache"
    assert httpx.get(front + "/app.js", headers={"If-None-Match": script.headers["etag"]}).status_code == 304
    assert httpx.get(front + "/nothing.js").status_code == 404
    assert len(httpx.get(front + "/healthz").headers.get_list("content-security-policy")) == 1


def test_a_reply_comes_through_as_it_is_written(front, operator, browser):
    user = operator.user()
    user.start()
    person = browser.person(operator)
    person.operator = type("Front", (), {"url": front})
    person.sign_in_as(user, "/c/demo")
    person.say("[[chunks 40 100ms]]")
    began = time.monotonic()
    expect(person.page.locator(".message[aria-busy] .prose")).to_be_visible(timeout=LONG)
    first = time.monotonic() - began
    person.wait_for_end()
    assert time.monotonic() - began > first + 1
    person.close()


def test_who_reads_slowly_holds_the_agent_back_and_not_nginx_s_disk(front, operator):
    """With answers read ahead, the agent would be done long before its reader, and nginx would keep the difference."""
    slow, ruler = operator.user(), operator.user()
    for user in (slow, ruler):
        assert user.start().status_code == 200
    # More than the sockets on the way hold.
    body = {"model": "demo", "stream": True, "messages": [{"role": "user", "content": "[[bytes 33554432]]"}]}
    with httpx.Client(base_url=front, cookies=slow.http.cookies, timeout=60) as http, \
            http.stream("POST", "/v1/chat/completions", json=body) as answer:
        pieces = answer.iter_raw(1024)
        size = len(next(pieces))
        # Twice as much as the slow one leaves unread passes meanwhile.
        for _ in range(2):
            with httpx.Client(base_url=front, cookies=ruler.http.cookies, timeout=60) as other:
                assert len(other.post("/v1/chat/completions", json=body).content) > 32 << 20
        assert slow.runners()["demo"]["held_by"] == ["1 request"]
        size += sum(map(len, pieces))
        assert size > 32 << 20
    until(lambda: slow.runners()["demo"]["held_by"] == [], 5, "the end of its lease")
