"""A second Docker daemon with its own socket, data and addresses."""

import os
import secrets
import shutil
import subprocess
import tempfile

from .engine import Engine
from .operator import IMAGE
from .wait import until


class PrivateEngine(Engine):
    def __init__(self):
        # Not under pytest's folder: a socket's path must be short.
        self.root = tempfile.mkdtemp(prefix="e2e-dockerd-")
        super().__init__(socket=f"{self.root}/docker.sock")
        self.process = None
        self.subnet = f"10.{16 + secrets.randbelow(224)}"
        # A bridge of its own: with `--bridge none` a daemon removes docker0, which belongs to the other one.
        self.bridge = f"e2e-{secrets.token_hex(3)}"
        ip("link", "add", self.bridge, "type", "bridge")
        ip("address", "add", f"{self.subnet}.255.1/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")

    def start(self):
        """Starts, waits until it answers, and brings the demo agent's image along."""
        with open(f"{self.root}/log", "a") as log:
            self.process = subprocess.Popen(
                [
                    "dockerd", "--host", f"unix://{self.socket}", "--data-root", f"{self.root}/data",
                    "--exec-root", f"{self.root}/exec", "--pidfile", f"{self.root}/pid", "--live-restore",
                    # The other daemon's chains stay as they are: this one has none.
                    "--iptables=false", "--ip6tables=false", "--ip-masq=false", "--bridge", self.bridge,
                    "--default-address-pool", f"base={self.subnet}.0.0/17,size=24",
                ],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        until(self._answers, 30, "the private daemon")
        if not self.command("images", "--quiet", IMAGE):
            image = subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE)
            subprocess.run(
                ["docker", "--host", f"unix://{self.socket}", "load", "--quiet"], stdin=image.stdout, check=True,
                stdout=subprocess.DEVNULL, timeout=60)
            assert image.wait() == 0

    def _answers(self):
        assert self.process.poll() is None, f"dockerd ended; see {self.root}/log"
        return os.path.exists(self.socket) and self.command("version", "--format", "{{.Server.Version}}", check=False)

    def stop(self):
        """Containers go on running: the daemon was started with live restore."""
        self.process.terminate()
        self.process.wait(30)

    def close(self):
        if self.process.poll() is not None:
            self.start()
        self.remove_all("")
        # A network's bridge outlives its daemon unless it is removed.
        networks = self.command("network", "ls", "--quiet", "--filter", "type=custom").split()
        if networks:
            self.command("network", "rm", *networks, check=False)
        self.stop()
        ip("link", "delete", self.bridge)
        # With live restore the daemon leaves its data folder mounted onto itself.
        subprocess.run(["umount", f"{self.root}/data"], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.root, ignore_errors=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
