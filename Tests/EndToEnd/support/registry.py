"""Debian's docker-registry on a loopback port, with images made from the demo agent's."""

import json
import secrets
import socket
import subprocess

from .operator import IMAGE
from .wait import until


class Registry:
    def __init__(self, folder):
        self.folder = folder
        self.name = "e2e" + secrets.token_hex(4)
        self.process = None
        self.port = None

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        configuration = self.folder / "registry.yml"
        configuration.write_text(json.dumps({
            "version": 0.1, "http": {"addr": f"127.0.0.1:{self.port}"},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "store")}},
        }))
        self.process = subprocess.Popen(
            ["docker-registry", "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, 10, "the registry")
        return self

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def publish(self, megabytes):
        """An agent's image with that much noise in it, which is in the registry and not here."""
        image = f"127.0.0.1:{self.port}/{self.name}:1"
        context = self.folder / "context"
        context.mkdir()
        (context / "noise").write_bytes(secrets.token_bytes(megabytes << 20))
        (context / "Dockerfile").write_text(f"FROM {IMAGE}\nCOPY noise /noise\n")
        for command in (["build", "--quiet", "--tag", image, str(context)], ["push", "--quiet", image], ["rmi", image]):
            subprocess.run(
                ["docker", *command], check=True, capture_output=True, timeout=60, env={"DOCKER_BUILDKIT": "0"})
        return image

    def close(self):
        for image in subprocess.run(
                ["docker", "images", "--quiet", f"127.0.0.1:{self.port}/{self.name}"], capture_output=True,
                text=True).stdout.split():
            subprocess.run(["docker", "rmi", "--force", image], capture_output=True)
        if self.process:
            self.process.terminate()
            self.process.wait()
