"""Killed at a random moment, again and again: what was acknowledged is there, and nothing is doubled or hangs."""

import random
import threading

import httpx
import pytest
from support.operator import backend
from support.wait import until

ROUNDS = 20
# Requests of a round; the kill comes after a random number of them has been answered.
REQUESTS = 200
WORKERS = 8


class Written:
    """Writes of one row by several at once: which of them may be the one that stands."""

    def __init__(self):
        self.now = 0
        self.writes = []

    def began(self, value):
        self.now += 1
        self.writes.append({"value": value, "began": self.now, "answered": None})
        return self.writes[-1]

    def answered(self, write):
        self.now += 1
        write["answered"] = self.now

    def candidates(self):
        """Those that no acknowledged write followed: of two that overlap, either may have been the last."""
        last = max((write["began"] for write in self.writes if write["answered"]), default=0)
        return {write["value"] for write in self.writes if not write["answered"] or write["answered"] > last}

    def stands(self, value):
        self.writes = []
        self.answered(self.began(value))


class Ledger:
    """What the server has acknowledged, and must therefore know for ever."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.messages = {}
        self.tokens = set()
        self.values = {}
        self.idle = {}
        self.deleted = set()
        # Asked for, and perhaps done: the answer never came.
        self.unsure = set()
        self.answered = 0


class Person:
    """One user who works with everything at once, one request after another."""

    def __init__(self, number, client, ledger):
        self.number = number
        self.client = client
        self.ledger = ledger
        self.random = random.Random(f"{ledger.random.random()} {number}")

    def work(self, until_stopped):
        actions = [
            self.create, self.append, self.append, self.delete, self.set_value, self.set_idle, self.make_token,
            self.run, self.chat, self.stop_runner]
        while not until_stopped.is_set():
            try:
                self.random.choice(actions)()
            except httpx.TransportError:
                return
            with self.ledger.lock:
                self.ledger.answered += 1

    def create(self):
        title = f"title {self.random.getrandbits(40):x}"
        answer = self.client.http.post("/api/conversations", json={"backend": "demo", "title": title})
        assert answer.status_code == 200, answer.text
        with self.ledger.lock:
            self.ledger.messages[self.number, answer.json()["conversation"]["id"]] = []

    def append(self):
        conversation = self.some_conversation()
        if conversation is None:
            return self.create()
        text = f"text {self.random.getrandbits(40):x}"
        answer = self.client.http.post(
            f"/api/conversations/{conversation}/messages", json={"role": "user", "content": text})
        if answer.status_code == 200:
            with self.ledger.lock:
                self.ledger.messages[self.number, conversation].append(text)
        else:
            assert answer.status_code in (404, 409), answer.text

    def delete(self):
        conversation = self.some_conversation()
        if conversation is None or self.random.random() < 0.7:
            return
        with self.ledger.lock:
            self.ledger.unsure.add((self.number, conversation))
        answer = self.client.http.delete(f"/api/conversations/{conversation}")
        assert answer.status_code == 200, answer.text
        with self.ledger.lock:
            self.ledger.deleted.add((self.number, conversation))

    def set_value(self):
        value = f"value-{self.random.getrandbits(60):x}-end"
        with self.ledger.lock:
            before = self.ledger.values.get(self.number, set())
            self.ledger.values[self.number] = before | {value}
        answer = self.client.http.put("/api/me/env-overrides/LLM_API_KEY", json={"value": value, "backend": ""})
        assert answer.status_code == 200, answer.text
        with self.ledger.lock:
            self.ledger.values[self.number] = {value}

    def set_idle(self):
        seconds = self.random.randint(60, 6000)
        with self.ledger.lock:
            write = self.ledger.idle.setdefault(self.number, Written()).began(seconds)
        answer = self.client.http.put("/api/runners/demo/idle", json={"idle_seconds": seconds})
        assert answer.status_code == 200, answer.text
        with self.ledger.lock:
            self.ledger.idle[self.number].answered(write)

    def make_token(self):
        answer = self.client.http.post("/api/me/tokens", json={"name": "made in passing"})
        assert answer.status_code == 200, answer.text
        with self.ledger.lock:
            self.ledger.tokens.add(answer.json()["token"])

    def run(self):
        conversation = self.some_conversation()
        if conversation is None:
            return self.create()
        answer = self.client.http.post(
            f"/api/conversations/{conversation}/runs", json={"content": "[[chunks 20 50ms]]"})
        assert answer.status_code in (202, 404, 409, 422, 429, 503), answer.text
        if answer.status_code == 202:
            with self.ledger.lock:
                self.ledger.messages[self.number, conversation].append("[[chunks 20 50ms]]")

    def chat(self):
        answer = self.client.chat("hello")
        assert answer.status_code in (200, 502, 503), answer.text

    def stop_runner(self):
        if self.random.random() < 0.3:
            assert self.client.http.delete("/api/runners/demo").status_code == 200

    def some_conversation(self):
        with self.ledger.lock:
            mine = [id for number, id in self.ledger.messages
                    if number == self.number and (number, id) not in self.ledger.unsure]
        return self.random.choice(mine) if mine else None


def test_of_two_writes_at_once_either_may_stand():
    written = Written()
    written.answered(written.began(1))
    first, second = written.began(2), written.began(3)
    assert written.candidates() == {1, 2, 3}
    written.answered(second)
    written.answered(first)
    assert written.candidates() == {2, 3}
    written.answered(written.began(4))
    assert written.candidates() == {4}
    written.began(5)
    written.stands(5)
    assert written.candidates() == {5}


@pytest.mark.timeout(400)
def test_what_was_acknowledged_outlives_any_death(own_operator):
    operator = own_operator
    operator.write_backends([backend(
        "demo", operator.prefix, user_overridable_env=["LLM_API_KEY"], extra_env={"LLM_API_KEY": "everybody's"})])
    operator.start()
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    ledger = Ledger(seed)
    users = [operator.user() for _ in range(4)]

    for _ in range(ROUNDS):
        kill_in_mid_work(operator, [user.moved_to(operator.url) for user in users], ledger)
        operator.start()
        clients = [user.moved_to(operator.url) for user in users]
        for number, client in enumerate(clients):
            check_rows(client, number, ledger)
        check_containers(operator, clients)


def kill_in_mid_work(operator, clients, ledger):
    stop = threading.Event()
    people = [Person(index % len(clients), clients[index % len(clients)], ledger) for index in range(WORKERS)]
    failures = []

    def work(person):
        try:
            person.work(stop)
        except BaseException as failure:
            failures.append(failure)
            stop.set()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    until_answered = ledger.answered + ledger.random.randint(10, REQUESTS)
    for thread in threads:
        thread.start()
    until(lambda: failures or ledger.answered >= until_answered, 60, "enough answers")
    operator.kill()
    stop.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert not failures, failures


def check_rows(client, number, ledger):
    exported = client.http.get("/api/conversations/export").json()["conversations"]
    found = {conversation["id"]: conversation for conversation in exported}
    for (owner, conversation), texts in ledger.messages.items():
        if owner != number:
            continue
        if (owner, conversation) in ledger.deleted:
            assert conversation not in found
        elif conversation in found:
            assert found[conversation]["active_run"] is None, "a run hangs"
            kept = [message["content"] for message in found[conversation]["messages"]]
            assert all(text in kept for text in texts)
            assert all(message["status"] != "running" for message in found[conversation]["messages"])
        else:
            assert (owner, conversation) in ledger.unsure, "an acknowledged conversation is gone"
    idle = next(one for one in client.http.get("/api/backends").json()["backends"] if one["name"] == "demo")
    if number in ledger.idle:
        assert idle["idle_seconds"] in ledger.idle[number].candidates()
        ledger.idle[number].stands(idle["idle_seconds"])
    if number in ledger.values:
        masked = client.http.get("/api/me/env-overrides").json()["effective"]["demo"]["LLM_API_KEY"]
        assert masked["source"] == "global"
    for token in ledger.random.sample(sorted(ledger.tokens), min(20, len(ledger.tokens))):
        answer = httpx.get(client.url + "/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, "an acknowledged token is gone"


def check_containers(operator, clients):
    """What runs is what is listed, once each."""
    def settled():
        for client in clients:
            containers = operator.containers_of(client)
            listed = client.runners().get("demo")
            if len(containers) > 1 or bool(containers) != bool(listed and listed["container_name"]):
                return False
            if containers and not (containers[0]["State"]["Running"] and listed["running"]):
                return False
        return True
    until(settled, 30, "as many containers as runners")
