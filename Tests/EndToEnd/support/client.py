"""A person's browser or script."""

import json
import secrets
import time

import httpx


class Client:
    def __init__(self, url):
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=60)
        self.account = None

    @property
    def slug(self):
        return self.account["slug"]

    @property
    def session(self):
        return self.http.cookies["agent_stack_session"]

    def signup(self):
        name = "u" + secrets.token_hex(4)
        self._enter("/auth/signup", {"email": f"{name}@example.test", "password": "a-long-password", "name": name})

    def login(self, email, password):
        self._enter("/auth/login", {"email": email, "password": password})

    def _enter(self, path, body):
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        self.account = answer.json()["user"]

    def token(self, **fields):
        """A new API token."""
        answer = self.http.post("/api/me/tokens", json={"name": "test", **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def moved_to(self, url):
        """The same session at another address: where operatord listens after a restart."""
        client = Client(url)
        client.http.headers["Authorization"] = f"Bearer {self.session}"
        client.account = self.account
        return client

    def chat(self, text, model="demo", **fields):
        """The whole answer of the server, whatever its status."""
        return self.http.post("/v1/chat/completions", json=body(text, model, **fields))

    def say(self, text, model="demo", **fields):
        """What the agent answered."""
        answer = self.chat(text, model, **fields)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        return answer.json()["choices"][0]["message"]["content"]

    def stream(self, text, model="demo", **fields):
        """Chunks as they come, each with `received_us`: the monotonic clock, as the agent's own `sent_us`."""
        with self.http.stream("POST", "/v1/chat/completions", json=body(text, model, stream=True, **fields)) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                if line == "data: [DONE]":
                    return
                if line.startswith("data: "):
                    yield {**json.loads(line[6:]), "received_us": time.monotonic_ns() // 1000}
            raise AssertionError("the stream ended without [DONE]")

    def start(self, backend="demo"):
        return self.http.post(f"/api/runners/{backend}/start")

    def stop(self, backend="demo"):
        answer = self.http.delete(f"/api/runners/{backend}")
        assert answer.status_code == 200, answer.text
        return answer.json()["stopped"]

    def runners(self):
        answer = self.http.get("/api/runners")
        assert answer.status_code == 200, answer.text
        return {runner["backend"]: runner for runner in answer.json()["runners"]}

    def set_idle(self, seconds, backend="demo"):
        answer = self.http.put(f"/api/runners/{backend}/idle", json={"idle_seconds": seconds})
        assert answer.status_code == 200, answer.text
        return answer.json()["idle_seconds"]

    def values(self):
        answer = self.http.get("/api/me/env-overrides")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put_value(self, variable, value, backend=""):
        """The whole answer of the server, whatever its status."""
        return self.http.put(f"/api/me/env-overrides/{variable}", json={"value": value, "backend": backend})

    def set_value(self, variable, value, backend=""):
        """How many runners get another value."""
        return self._recycled(self.put_value(variable, value, backend))

    def delete_value(self, variable, backend=""):
        return self._recycled(
            self.http.delete(f"/api/me/env-overrides/{variable}", params={"backend": backend} if backend else None))

    def share(self, variable, shared=True):
        return self._recycled(self.http.put(f"/api/admin/shared-env/{variable}", json={"shared": shared}))

    def _recycled(self, answer):
        assert answer.status_code == 200, answer.text
        assert answer.json()["ok"] is True
        return answer.json()["recycled"]

    def progress(self, backend="demo"):
        """Events of a start as they come, to the end of the stream."""
        with self.http.stream("GET", f"/api/runners/{backend}/progress") as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


def body(text, model, **fields):
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


def text_of(chunks):
    return "".join(
        chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
