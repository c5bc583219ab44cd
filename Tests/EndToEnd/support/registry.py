"""Debian's docker-registry on a loopback port, with images made from the demo agent's."""

import base64
import json
import secrets
import socket
import subprocess

import bcrypt

from .operator import IMAGE
from .wait import until


class Registry:
    def __init__(self, folder):
        self.folder = folder
        self.name = "e2e" + secrets.token_hex(4)
        self.process = None
        self.port = None

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._serve({})
        return self

    def ask_for_password(self, name, password):
        """From now on the registry lets only this one in."""
        self._stop()
        users = self.folder / "htpasswd"
        users.write_text(f"{name}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n")
        self._serve({"auth": {"htpasswd": {"realm": "tests", "path": str(users)}}})

    def _serve(self, more):
        configuration = self.folder / "registry.yml"
        configuration.write_text(json.dumps({
            "version": 0.1, "http": {"addr": self.host},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "store")}}, **more,
        }))
        self.process = subprocess.Popen(
            ["docker-registry", "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, 10, "the registry")

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
        self._stop()

    def _stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


def auth_file(path, host, name, password):
    """Credentials as `docker login` writes them."""
    auth = base64.b64encode(f"{name}:{password}".encode()).decode()
    path.write_text(json.dumps({"auths": {host: {"auth": auth}}}))
