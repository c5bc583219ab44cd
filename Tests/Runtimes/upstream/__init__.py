"""The upstream that the agents of these tests speak to: a container beside them, on a network that they join."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx
from support.engine import Engine
from support.wait import until

SOURCE = Path(__file__).with_name("server.py").read_text()
PORT = 9099
MODEL = "stub-model"


def new_key():
    """A key that the upstream takes, of one test only."""
    return "sk-" + secrets.token_hex(12)


@dataclass
class Request:
    """What arrived: a chat, or an agent's look at the list of models."""

    method: str
    path: str
    key: str
    headers: dict
    model: str | None
    stream: bool
    messages: list
    # Addresses of the parts that are pictures.
    pictures: list
    tools: list

    @property
    def text(self):
        """All that the model was told."""
        return "\n".join(text for _, text in self.messages)


class Upstream:
    def __init__(self, image):
        self.engine = Engine()
        self.network = self.name = "runtimes" + secrets.token_hex(4)
        self.base_url = f"http://{self.name}:{PORT}/v1"
        self.engine.command("network", "create", self.network)
        try:
            # Any image with Python will do. The source goes along as an argument: the engine need not see our files.
            self.engine.command(
                "run", "--detach", "--name", self.name, "--network", self.network, "--publish", f"127.0.0.1::{PORT}",
                "--read-only", "--cap-drop", "ALL", "--entrypoint", "/usr/bin/python3", image, "-uc", SOURCE)
            self._address = "http://" + self.engine.command("port", self.name, f"{PORT}/tcp").splitlines()[0]
            until(self._answers, 20, "the upstream")
        except BaseException:
            self.close()
            raise

    def _answers(self):
        try:
            return httpx.get(self._address + "/requests").status_code == 200
        except httpx.TransportError:
            return False

    def requests(self, key):
        """Everything that came with the key, oldest first."""
        found = httpx.get(self._address + "/requests").json()
        return [Request(**request) for request in found if request["key"] == key]

    def chats(self, key):
        return [request for request in self.requests(key) if request.path.endswith("/chat/completions")]

    def last_chat(self, key, containing):
        """The newest chat that told the model this text."""
        return next(request for request in reversed(self.chats(key)) if containing in request.text)

    def close(self):
        self.engine.command("rm", "--force", self.name, check=False)
        self.engine.command("network", "rm", self.network, check=False)
