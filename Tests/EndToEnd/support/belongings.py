"""A user with one of everything that a path can name."""

import re
from dataclasses import dataclass

from .client import Client
from .wait import until


@dataclass
class Belongings:
    client: Client
    # By the parameter's name in a path.
    ids: dict

    @classmethod
    def of(cls, client, admin, mark):
        """Makes them; `mark` is in every text."""
        client.say("hello")
        conversation = post(client, "/api/conversations", {"backend": "demo", "title": mark})["conversation"]["id"]
        run = post(client, f"/api/conversations/{conversation}/runs", {
            "content": mark, "images": ["data:image/png;base64,iVBORw0KGgo="]})
        path = f"/api/runs/{run['run']['id']}"
        until(lambda: client.http.get(path).json()["run"]["ended_at"], 20, "the end of the run")
        token = post(client, "/api/me/tokens", {"name": mark})
        invite = post(admin, "/api/admin/invites", {"name": "of " + client.slug})["invite"]
        response = post(client, "/v1/responses", {"model": "demo", "input": mark})
        return cls(client, {
            "id": conversation, "message": run["question"]["id"], "run": run["run"]["id"], "token": token["id"],
            "user": client.account["id"], "invite": invite["id"], "backend": "demo", "variable": "LLM_API_KEY",
            "model": "demo", "image": 0, "response": response["id"],
        })

    def path(self, operation, ids=None):
        return re.sub(r"\{(\w+)\}", lambda found: str((ids or self.ids)[found[1]]), operation.path)

    def state(self):
        """What nobody else may change."""
        http = self.client.http
        conversation = http.get(f"/api/conversations/{self.ids['id']}").json()
        return {
            "title": conversation["conversation"]["title"],
            "messages": [(message["id"], message["content"]) for message in conversation["messages"]],
            "tokens": [token["id"] for token in http.get("/api/me/tokens").json()["tokens"]],
            "overrides": http.get("/api/me/env-overrides").json()["overrides"],
            "runners": sorted(self.client.runners()),
            "me": http.get("/auth/me").json(),
        }


def post(client, path, body):
    answer = client.http.post(path, json=body)
    assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()
