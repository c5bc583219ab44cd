"""An operatord with the shipped agents, and the people who have one."""

import json
import re
import shutil
import tempfile
from pathlib import Path

from support.client import text_of
from support.operator import REPOSITORY, Operator
from support.wait import until
from upstream import MODEL, Upstream, new_key

AGENTS = ["hermes-agent", "nanobot"]


def shipped_backends():
    """The entries of the repository's backends.json that run here, by name."""
    text = (REPOSITORY / "backends.json").read_text()
    entries = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))["backends"]
    return {entry["name"]: entry for entry in entries if entry["name"] in AGENTS}


class World:
    """The shipped entries and seeds as they are, but for names and the network that the upstream is on."""

    def __enter__(self):
        backends = shipped_backends()
        self.folder = Path(tempfile.mkdtemp(prefix="operatord-runtimes-"))
        self.folder.chmod(0o755)
        self.upstream = Upstream(image=backends[AGENTS[0]]["image"])
        try:
            self.operator = Operator(self.folder)
            shutil.copytree(REPOSITORY / "seeds", self.folder / "seeds", dirs_exist_ok=True)
            for name, entry in backends.items():
                entry["container_prefix"] = f"{self.operator.prefix}-{name}"
                entry["extra_networks"] = [self.upstream.network]
            self.operator.write_backends(list(backends.values()))
            self.operator.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.operator.close()
        self.upstream.close()
        shutil.rmtree(self.folder)


class Person:
    """Somebody with an account, an upstream key of their own, and an agent."""

    def __init__(self, world, agent):
        self.operator, self.upstream, self.agent = world.operator, world.upstream, agent
        self.client = self.operator.user()
        self.key = new_key()
        self.client.set_value("LLM_BASE_URL", self.upstream.base_url)
        self.client.set_value("LLM_MODEL", MODEL)
        self.client.set_value("LLM_API_KEY", self.key)

    def say(self, text, conversation=None):
        return self.client.say(text, self.agent, **({"user": conversation} if conversation else {}))

    def stream(self, text):
        return text_of(self.client.stream(text, self.agent))

    def told(self, containing):
        """The newest chat at the upstream with this text."""
        return self.upstream.last_chat(self.key, containing)

    @property
    def container(self):
        return self.operator.container_of(self.client, self.agent)

    @property
    def containers(self):
        return self.operator.containers_of(self.client, self.agent)

    @property
    def runner_key(self):
        """The key between operatord and the agent."""
        variables = dict(entry.split("=", 1) for entry in self.container["Config"]["Env"])
        return variables[shipped_backends()[self.agent]["api_key_env"]]

    @property
    def home(self):
        """The agent's home on the host."""
        return self.operator.folder / "data/users" / self.client.slug / self.agent

    def new_conversation(self):
        answer = self.client.http.post("/api/conversations", json={"backend": self.agent})
        assert answer.status_code == 200, answer.text
        return answer.json()["conversation"]["id"]

    def ask(self, conversation, text, **body):
        """The server's own answer in a conversation, once it is over, as the page shows it."""
        answer = self.client.http.post(f"/api/conversations/{conversation}/runs", json={"content": text, **body})
        assert answer.status_code == 202, answer.text
        run = answer.json()["run"]["id"]

        def look():
            reply = self.client.http.get(f"/api/runs/{run}").json()
            return reply["run"]["status"] not in ("waiting", "running") and reply["message"]

        return until(look, 60, "the end of the run")
