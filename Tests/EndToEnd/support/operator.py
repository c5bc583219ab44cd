"""One operatord, as a process with a folder of its own."""

import json
import os
import re
import secrets
import signal
import subprocess
from pathlib import Path

import httpx

from .client import Client
from .engine import Engine
from .wait import until

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("OPERATORD", str(REPOSITORY / ".build/debug/operatord"))
IMAGE = os.environ.get("DEMO_IMAGE", "operatord/demo-agent:check")

ADMIN = {"email": "admin@local", "password": "a-long-password"}

STACK = """\
instance: {instance}
paths:
  dataRoot: data
  backends: backends.json
  seeds: seeds
  frontend: {repository}/frontend/public
listen: {{host: 127.0.0.1, port: 0}}
engine: {{socket: {socket}}}
# The interval is long, so that what happens sooner was caused by an event; the drain is shorter than the requests that
# tests hold, so that one that is taken for idle is cut.
reconcile: {{interval: 30s, drainTimeout: 1s}}
runners: {{minIdle: 1s, startupTimeout: 20s, memory: 128MiB, pids: 64}}
auth: {{attemptsPerMinute: 0}}
"""


def backend(name, prefix, **fields):
    """An entry of backends.json for the demo agent."""
    return {
        "name": name, "image": IMAGE, "container_prefix": f"{prefix}-{name}", "internal_port": 8080,
        "health_path": "/healthz", "ready_path": "/v1/models", "api_key_env": "DEMO_API_KEY", **fields,
    }


class Operator:
    def __init__(self, folder, engine=None, backends=None, stack=STACK):
        self.folder = Path(folder)
        self.engine = engine or Engine()
        # Container names begin with it, so that nothing of another run can be taken for ours.
        self.prefix = "e2e" + secrets.token_hex(4)
        self.process = None
        self.url = None
        self.environment = {
            "JWT_SECRET": secrets.token_hex(48), "BOOTSTRAP_ADMIN_EMAIL": ADMIN["email"],
            "BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"], "PATH": os.environ["PATH"],
        }
        (self.folder / "seeds").mkdir(parents=True, exist_ok=True)
        self.stack_file.write_text(
            stack.format(instance=self.prefix, repository=REPOSITORY, socket=self.engine.socket))
        self.write_backends(backends or [backend("demo", self.prefix, extra_models=["demo/main"])])

    @property
    def stack_file(self):
        return self.folder / "stack.yaml"

    @property
    def log(self):
        return (self.folder / "log").read_text()

    @property
    def backends_file(self):
        return self.folder / "backends.json"

    def backends(self):
        return json.loads(self.backends_file.read_text())

    def slow_backends(self, delay):
        """One agent, `slow`, that takes so long to start."""
        return [backend("slow", self.prefix, extra_env={"DEMO_START_DELAY": delay})]

    def write_backends(self, backends):
        self.backends_file.write_text(json.dumps(backends, indent=2))

    def edit_backend(self, name, **fields):
        """Gives fields of one entry new values; None takes a field out."""
        backends = self.backends()
        entry = next(entry for entry in backends if entry["name"] == name)
        entry.update(fields)
        for field in [field for field, value in fields.items() if value is None]:
            del entry[field]
        self.write_backends(backends)

    def command(self, *arguments):
        """A command of the line, run to its end, on the files of this operator."""
        return self.run(*arguments, "--config", str(self.stack_file))

    def run(self, *arguments):
        return subprocess.run(
            [BINARY, *arguments], env=self.environment, capture_output=True, text=True, timeout=30)

    def spawn(self):
        """Starts without waiting for it."""
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--config", str(self.stack_file)], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)

    def start(self):
        """Starts and waits until it is ready."""
        self.spawn()
        self.url = until(self._address, 20, "the address in the log")
        until(self.is_ready, 20, "/readyz")
        return self

    def _address(self):
        assert self.process.poll() is None, f"operatord ended with {self.process.returncode}:\n{self.log}"
        found = re.search(r"http://127\.0\.0\.1:[1-9]\d*", self.log)
        return found and found[0]

    def is_ready(self):
        try:
            return httpx.get(self.url + "/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def passes(self):
        """Rounds of the controller so far, each with a call to the daemon."""
        metrics = httpx.get(self.url + "/metrics").text
        return sum(float(count) for count in re.findall(r"^reconciler_passes_total{.*} (.+)$", metrics, re.MULTILINE))

    def kill(self):
        """As the kernel does when memory is short."""
        self.process.kill()
        self.process.wait()

    def terminate(self, within=15):
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.engine.remove_all(self.prefix)

    def admin(self):
        client = Client(self.url)
        client.login(ADMIN["email"], ADMIN["password"])
        return client

    def user(self):
        """A new account, signed in."""
        client = Client(self.url)
        client.signup()
        return client

    def containers_of(self, user, backend="demo"):
        return self.engine.containers(f"{self.prefix}-{backend}-{user.slug}")

    def container_of(self, user, backend="demo"):
        return self.engine.container(f"{self.prefix}-{backend}-{user.slug}")

    def events_of(self, user, since, backend="demo"):
        return self.engine.events(f"{self.prefix}-{backend}-{user.slug}", since)
