"""Somebody with an agent."""

from support.client import text_of
from support.wait import until
from upstream import MODEL, new_key


class Person:
    def __init__(self, operator, upstream, agent):
        self.operator, self.upstream, self.agent = operator, upstream, agent
        self.client = operator.user()
        self.key = new_key()
        self.client.set_value("LLM_BASE_URL", upstream.base_url)
        self.client.set_value("LLM_MODEL", MODEL)
        self.client.set_value("LLM_API_KEY", self.key)

    def say(self, text, conversation=None, **fields):
        if conversation:
            fields["user"] = conversation
        return self.client.say(text, self.agent, **fields)

    def stream(self, text, **fields):
        return text_of(self.client.stream(text, self.agent, **fields))

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
    def home(self):
        """The agent's home on the host."""
        return self.operator.folder / "data/users" / self.client.slug / self.agent

    def new_conversation(self):
        answer = self.client.http.post("/api/conversations", json={"backend": self.agent})
        assert answer.status_code == 200, answer.text
        return answer.json()["conversation"]["id"]

    def finished(self, run):
        """The run and its answer, once it is over."""
        def look():
            reply = self.client.http.get(f"/api/runs/{run}").json()
            return reply["run"]["status"] not in ("waiting", "running") and reply

        return until(look, 60, "the end of the run")
