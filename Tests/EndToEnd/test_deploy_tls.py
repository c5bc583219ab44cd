"""The settings for TLS of docs/deployment.md, with Caddy and nginx as they are in Debian."""

import contextlib
import os
import re
import shutil
import ssl
import subprocess

import httpx
import pytest
from support.client import Client
from support.deployment import DOCUMENT, free_port
from support.operator import REPOSITORY
from support.wait import until

NAME = "agents.example.org"


def documented(having):
    """The block without commands under TLS that has a word."""
    section = DOCUMENT.read_text().partition("\n## TLS\n")[2].partition("\n## ")[0]
    found = [block for block in re.findall(r"^```\n(.*?)^```$", section, re.M | re.S) if having in block]
    assert len(found) == 1, having
    return found[0]


@contextlib.contextmanager
def process(*command, **options):
    started = subprocess.Popen(list(map(str, command)), **options)
    try:
        yield
    finally:
        started.terminate()
        started.wait(10)


@contextlib.contextmanager
def caddy(operator, folder, port):
    """With a certificate of an authority of its own, since no other can be asked for one."""
    site = documented("reverse_proxy")
    assert NAME in site and "127.0.0.1:18080" in site
    site = site.replace(NAME, f"localhost:{port}").replace("127.0.0.1:18080", operator.url.removeprefix("http://"))
    (folder / "Caddyfile").write_text(
        "{\nadmin off\nlocal_certs\nskip_install_trust\nauto_https disable_redirects\ndefault_bind 127.0.0.1\n}\n" + site)
    authority = folder / "caddy/pki/authorities/local/root.crt"
    with process("caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile", cwd=folder,
                 env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder),
                      "XDG_CONFIG_HOME": str(folder)}):
        until(authority.exists, 10, "Caddy's authority")
        yield authority


@contextlib.contextmanager
def nginx(operator, folder, port):
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    lines = documented("listen 443 ssl;").replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    for name, file in (("fullchain.pem", "cert.pem"), ("privkey.pem", "key.pem")):
        assert f"/etc/letsencrypt/live/{NAME}/{name}" in lines
        lines = lines.replace(f"/etc/letsencrypt/live/{NAME}/{name}", str(folder / file))
    site = (REPOSITORY / "frontend/nginx.conf").read_text()
    assert "    listen 80;\n" in site and "/srv/operatord/frontend/public" in site
    site = site.replace("listen 80;", lines).replace("127.0.0.1:18080", operator.url.removeprefix("http://")) \
        .replace("/srv/operatord/frontend/public", str(REPOSITORY / "frontend/public"))
    bodies = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {bodies} {site} }}\n")
    with process(program, "-c", folder / "nginx.conf", "-e", folder / "log"):
        yield folder / "cert.pem"


@pytest.fixture(params=[caddy, nginx], ids=["caddy", "nginx"])
def front(request, own_operator, tmp_path):
    """Clients of operatord with TLS in front; each may come from an address of its own."""
    own_operator.environment["COOKIE_SECURE"] = "true"
    text = own_operator.stack_file.read_text()
    text = text.replace("port: 0}", "port: 0, trustedProxies: [127.0.0.1]}").replace("PerMinute: 0", "PerMinute: 5")
    assert "trustedProxies" in text and "PerMinute: 5" in text
    own_operator.stack_file.write_text(text)
    own_operator.start()
    folder, port = tmp_path / "front", free_port()
    folder.mkdir()
    with request.param(own_operator, folder, port) as authority:
        trust = ssl.create_default_context(cafile=str(authority))

        def client(address="127.0.0.1"):
            made = Client(f"https://localhost:{port}")
            made.http = httpx.Client(base_url=made.url, timeout=60,
                                     transport=httpx.HTTPTransport(verify=trust, local_address=address))
            return made

        def answers():
            with contextlib.suppress(httpx.TransportError):
                return client().http.get("/healthz").status_code == 200

        until(answers, 15, "the proxy with TLS")
        client.is_nginx = request.param is nginx
        yield client


def test_a_chat_over_tls_comes_as_it_is_written(front):
    user = front()
    user.signup()
    cookie = next(iter(user.http.cookies.jar))
    assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")
    sent = [(chunk["sent_us"], chunk["received_us"]) for chunk in user.stream("[[chunks 10 100ms]]") if "sent_us" in chunk]
    assert sent[-1][0] - sent[0][0] > 500_000 and sent[0][1] < sent[-1][0], "it was buffered"
    page = user.http.get("/")
    assert "<html" in page.text and ("strict-transport-security" in page.headers) == front.is_nginx
    assert user.http.get("/metrics").status_code == 404
    # operatord's own limit, not the proxy's.
    refused = user.chat("x" * (33 << 20))
    assert refused.status_code == 413 and "error" in refused.json()


def test_each_address_has_its_own_limit_of_attempts(front):
    def attempt(address):
        wrong = {"email": "nobody@example.test", "password": "not-this-password"}
        return front(address).http.post("/auth/login", json=wrong).status_code

    assert [attempt("127.0.0.2") for _ in range(6)] == [401] * 5 + [429]
    assert attempt("127.0.0.3") == 401
