"""A page that listens to /api/events."""

import json
import threading
import time

import httpx


class Watcher:
    """Collects events in a thread until it is closed; each is {id, type, data}."""

    def __init__(self, user, after=None):
        self.events = []
        self.comments = 0
        self.problem = None
        self._new = threading.Condition()
        # A client that moved to another address has no cookie there.
        authorization = user.http.headers.get("Authorization") or f"Bearer {user.session}"
        headers = {"Authorization": authorization} | ({"Last-Event-ID": after} if after else {})
        self._http = httpx.Client(base_url=user.url, timeout=httpx.Timeout(10, read=60), headers=headers)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait(lambda event: event["type"] == "hello")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._http.close()

    def _read(self):
        try:
            with self._http.stream("GET", "/api/events") as answer:
                assert answer.status_code == 200, answer.read()
                assert answer.headers["content-type"].startswith("text/event-stream")
                event = {}
                for line in answer.iter_lines():
                    if line.startswith(":"):
                        self.comments += 1
                    elif line:
                        name, _, value = line.partition(": ")
                        event[name] = value
                    elif event:
                        self._add({"id": event["id"], "type": event["event"], "data": json.loads(event["data"])})
                        event = {}
        except Exception as problem:  # The thread's end is told by wait().
            self.problem = problem
        with self._new:
            self.ended = True
            self._new.notify_all()

    ended = False

    def _add(self, event):
        with self._new:
            self.events.append(event)
            self._new.notify_all()

    def wait(self, wanted, seconds=20):
        """The first event that is wanted, of those that came or come."""
        deadline, seen = time.monotonic() + seconds, 0
        with self._new:
            while True:
                for event in self.events[seen:]:
                    if wanted(event):
                        return event
                seen = len(self.events)
                left = deadline - time.monotonic()
                assert left > 0 and not self.ended, f"it did not come ({self.problem}): {self.events[-5:]}"
                self._new.wait(left)

    def of(self, kind):
        return [event["data"] for event in self.events if event["type"] == kind]

    def end_of(self, run, seconds=20):
        """The `run` event that tells of the run's end."""
        over = ("complete", "stopped", "failed", "interrupted")
        return self.wait(
            lambda event: event["type"] == "run" and event["data"]["run"]["id"] == run["id"]
            and event["data"]["run"]["status"] in over, seconds)["data"]

    def text_of(self, run):
        """The answer's text as its deltas give it: each follows on the one before, or repeats what is known."""
        text = ""
        for delta in self.of("run.delta"):
            if delta["run_id"] == run["id"]:
                assert delta["offset"] == len(text.encode("utf-16-le")) // 2, (delta, text)
                text += delta["content"]
        return text
