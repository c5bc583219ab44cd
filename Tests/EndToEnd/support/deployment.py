"""The shipped image and compose files, run for real from checkouts of their own."""

import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import textwrap
from pathlib import Path

import httpx

from .client import Client
from .engine import Engine
from .operator import ADMIN, BINARY, IMAGE, REPOSITORY
from .wait import until

# What a deployment takes of a clone.
FILES = ["Dockerfile.packaged", ".dockerignore", "docker-compose.yml", "docker-compose.proxy.yml", ".env.example", "stack.yaml",
         "backends.json", "seeds", "deploy", "frontend"]
DEBIAN = "operatord/debian:bookworm"
SWIFT = "operatord/swift-runtime:check"
DOCUMENT = REPOSITORY / "docs/deployment.md"
# What the document's commands need and this machine may lack: the compose plugin, sudo.
SHELL = """
docker() {
    if [ "$1" = compose ] && ! command docker compose version >/dev/null 2>&1; then docker-compose "${@:2}"
    else command docker "$@"; fi
}
command -v sudo >/dev/null || sudo() { "$@"; }
"""
RUNTIME = "operatord/runtime:check"
NGINX = "operatord/nginx:check"


def command(*arguments, **options):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{' '.join(map(str, arguments))}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def docker_build(context, tag, *options):
    """By the classic builder: BuildKit's client plugin is not part of Debian's package. What had the name before goes."""
    before = subprocess.run(["docker", "image", "inspect", "-f", "{{.Id}}", tag], capture_output=True, text=True).stdout
    command("docker", "build", "--quiet", "--tag", tag, *options, context, env=os.environ | {"DOCKER_BUILDKIT": "0"})
    if before and before != command("docker", "image", "inspect", "-f", "{{.Id}}", tag):
        subprocess.run(["docker", "image", "rm", before.strip()], capture_output=True)


def documented(heading, having=""):
    """The block of commands under a heading of docs/deployment.md that has a word."""
    section = DOCUMENT.read_text().partition(f"\n{heading}\n")[2]
    blocks = re.findall(r"^( *)```sh\n(.*?)^ *```$", re.split(r"^#{2,3} ", section, flags=re.M)[0], re.M | re.S)
    found = [textwrap.dedent(text) for _, text in blocks if having in text]
    assert len(found) == 1, f"{len(found)} blocks with {having!r} under {heading}"
    return found[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_images(folder):
    """The bases, from Debian's packages: the binary of the tests needs Swift's library, as in Swift's slim image."""
    command(REPOSITORY / "images/debian/build", DEBIAN)
    docker_build(REPOSITORY / "Tests/EndToEnd/support/nginx", NGINX, "--build-arg", f"BASE={DEBIAN}")
    context = folder / "swift"
    context.mkdir()
    for library in re.findall(r"=> (\S+/swift/\S+)", command("ldd", BINARY)):
        target = context / "root" / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, target)
    (context / "root").mkdir(exist_ok=True)
    (context / "Dockerfile").write_text(f"FROM {DEBIAN}\nCOPY root /\n")
    docker_build(context, SWIFT)


class Checkout:
    """A clone with its .env, on ports and under a project name of its own."""

    def __init__(self, image, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="operatord-checkout-"))
        self.data = Path(tempfile.mkdtemp(prefix="operatord-root-"))
        self.prefix = "e2e" + secrets.token_hex(4)
        self.files = ["docker-compose.yml"]
        self.engine = Engine()
        # As a clone's: whoever operatord runs as reads its configuration there.
        self.folder.chmod(0o755)
        for name in FILES:
            source = REPOSITORY / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, self.folder / name)
        (self.folder / "dist").mkdir()
        command("strip", "-o", self.folder / "dist/operatord", BINARY)
        # Names are one's own; the document says the same of a second installation.
        stack = self.folder / "deploy/compose/stack.yaml"
        assert "instance: agent-stack\n" in stack.read_text()
        stack.write_text(stack.read_text().replace("instance: agent-stack\n", f"instance: {self.prefix}\n"))
        backends = self.folder / "backends.json"
        text = backends.read_text()
        assert '"name": "demo",' in text and "operatord/demo-agent:latest" in text
        backends.write_text(text.replace('"name": "demo",', f'"name": "demo", "container_prefix": "{self.prefix}-demo",')
                            .replace("operatord/demo-agent:latest", IMAGE))
        self.settings = {
            "COMPOSE_PROJECT_NAME": self.prefix, "HOST_STACK_ROOT": self.data, "JWT_SECRET": secrets.token_hex(48),
            "BOOTSTRAP_ADMIN_EMAIL": ADMIN["email"], "BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"],
            "FRONTEND_PORT": free_port(), "ROUTER_PORT": free_port(), "FRONTEND_BIND_HOST": "127.0.0.1",
            "DOCKERFILE": "Dockerfile.packaged", "RUNTIME_IMAGE": SWIFT, "NGINX_IMAGE": NGINX, "OPERATORD_IMAGE": image}
        self.write_settings(**settings)

    @property
    def url(self):
        """nginx."""
        return f"http://127.0.0.1:{self.settings['FRONTEND_PORT']}"

    @property
    def direct(self):
        """operatord itself."""
        return f"http://127.0.0.1:{self.settings['ROUTER_PORT']}"

    def write_settings(self, **settings):
        self.settings |= settings
        lines = (self.folder / ".env.example").read_text().splitlines()
        known = [line for line in lines if line.split("=")[0] not in self.settings]
        (self.folder / ".env").write_text("\n".join([*known, *(f"{k}={v}" for k, v in self.settings.items())]) + "\n")
        (self.folder / ".env").chmod(0o600)

    def shell(self, text):
        """What commands of the document print, run in the checkout."""
        # No variable of this process may win over .env.
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "DOCKER_BUILDKIT": "0"}
        return command("bash", "-euo", "pipefail", "-c", SHELL + text, cwd=self.folder, env=environment)

    def compose(self, *arguments):
        files = [argument for name in self.files for argument in ("-f", name)]
        return self.shell(shlex.join(["docker", "compose", *files, *arguments]))

    def up(self, *options):
        self.compose("up", "-d", *options)
        return self

    def container(self, service):
        """As inspect shows it."""
        found = self.engine.containers(f"{self.prefix}[-_]{service}[-_]")
        assert len(found) == 1, [container["Name"] for container in found]
        return found[0]

    def operatord(self, *arguments):
        """A command of the line, inside."""
        return self.compose("exec", "-T", "operatord", "operatord", *arguments)

    def user(self):
        client = Client(self.url)
        until(lambda: answers(client), 20, "nginx with operatord behind it")
        client.signup()
        return client

    def containers_of(self, user):
        return self.engine.containers(f"{self.prefix}-demo-{user.slug}")

    def container_of(self, user):
        return self.engine.container(f"{self.prefix}-demo-{user.slug}")

    def close(self):
        try:
            self.compose("down", "--volumes", "--remove-orphans")
        finally:
            self.engine.remove_all(self.prefix)
            shutil.rmtree(self.folder)
            shutil.rmtree(self.data, ignore_errors=True)


def answers(client):
    try:
        return client.http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
