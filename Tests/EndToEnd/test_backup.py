"""What a backup brings back, and whose."""

import json
import os
import shutil
import stat
import threading

import pytest
from support.client import Client
from support.operator import ADMIN, REPOSITORY, Operator
from support.tour import run
from support.wait import until

PAGE = REPOSITORY / "docs/backup.md"


@pytest.fixture
def elsewhere(tmp_path):
    """Another folder with the same files, as on a new machine."""
    made = []

    def make(operator):
        other = Operator(tmp_path / "elsewhere", backends=operator.backends())
        other.prefix, other.environment = operator.prefix, operator.environment
        other.stack_file.write_text(operator.stack_file.read_text())
        made.append(other)
        return other

    yield make
    for other in made:
        other.close()


def answer(operator, *arguments, expect=0):
    """What a subcommand of `backup` printed as JSON."""
    command = operator.run if arguments[0] == "verify" else operator.command
    result = command("backup", *arguments, "-o", "json")
    assert result.returncode == expect, result.stdout + result.stderr
    return json.loads(result.stdout)


class Writers:
    """People who go on writing by HTTP and note what was acknowledged."""

    def __init__(self, clients):
        self.clients = clients
        self.acknowledged = [[] for _ in clients]
        self.refused = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(index,)) for index in range(len(clients))]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def counts(self):
        return [len(each) for each in self.acknowledged]

    def _write(self, index):
        number = 0
        while not self.ended.is_set():
            number += 1
            title = f"{index}/{number}"
            answer = self.clients[index].http.post(
                "/api/conversations", json={"backend": "demo", "title": title})
            if answer.status_code == 200:
                self.acknowledged[index].append(title)
            else:
                self.refused.append(answer.text)


def titles(client):
    found, address = set(), "/api/conversations?limit=100"
    while address:
        page = client.http.get(address).json()
        found |= {chat["title"] for chat in page["conversations"]}
        following = page.get("next")
        address = following and f"/api/conversations?limit=100&before={following}"
    return found


def test_what_was_acknowledged_before_a_backup_under_load_is_there_elsewhere(own_operator, elsewhere, tmp_path):
    operator = own_operator
    operator.edit_backend("demo", user_overridable_env=["LLM_MODEL"])
    operator.start()
    people = [operator.user() for _ in range(8)]
    people[0].set_value("LLM_MODEL", "the-model-of-one", backend="demo")
    (tmp_path / "backups").mkdir()
    with Writers(people) as writers:
        until(lambda: min(writers.counts()) >= 5, 20, "every writer to write")
        before = writers.counts()
        made = answer(operator, "create", str(tmp_path / "backups"))
        during = writers.counts()
        until(lambda: min(now - then for now, then in zip(writers.counts(), during)) >= 2, 20, "writers that go on")
    assert sum(during) > sum(before), "they wrote while the backup was made"
    assert writers.refused == []
    file = made["file"]
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600 and os.listdir(tmp_path / "backups") == [os.path.basename(file)]
    assert answer(operator, "verify", file)["ok"] is True

    held = operator.command("backup", "restore", file, "--force")
    assert held.returncode == 1 and "uses this data root" in held.stderr
    assert operator.terminate() == 0

    other = elsewhere(operator)
    done = answer(other, "restore", file)
    assert done["installation"] == made["manifest"]["installation"] and done["movedAside"] == []
    other.start()
    for index, person in enumerate(people):
        again = Client(other.url)
        again.login(person.account["email"], "a-long-password")
        missing = set(writers.acknowledged[index][:before[index]]) - titles(again)
        assert not missing, missing
        if index == 0:
            assert again.say("hello") == "You said: hello"
            assert "LLM_MODEL=the-model-of-one" in other.container_of(again)["Config"]["Env"]
    assert other.admin().account["role"] == "admin"


def test_homes_come_back_with_their_owners_and_links(own_operator, elsewhere, tmp_path):
    operator = own_operator.start()
    user = operator.user()
    assert user.say("hello") == "You said: hello"
    home = tmp_path / "data/users" / user.slug / "demo"
    (home / "work").mkdir()
    (home / "work/notes.txt").write_text("remember")
    os.chmod(home / "work/notes.txt", 0o640)
    os.chown(home / "work/notes.txt", 10007, 10008)
    (home / "out").symlink_to("/etc")
    file = tmp_path / "all.tar"
    answer(operator, "create", "--homes", str(file))
    operator.terminate()

    other = elsewhere(operator)
    answer(other, "restore", str(file))
    back = other.folder / "data/users" / user.slug / "demo"
    status = os.stat(back / "work/notes.txt")
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (10007, 10008, 0o640)
    assert (back / "work/notes.txt").read_text() == "remember"
    assert os.readlink(back / "out") == "/etc"
    other.start()
    again = Client(other.url)
    again.login(user.account["email"], "a-long-password")
    assert again.say("hello") == "You said: hello"


def test_a_restore_over_a_data_root_is_refused_or_moves_it_aside(own_operator, tmp_path):
    operator = own_operator.start()
    early = operator.user()
    file = str(tmp_path / "early.tar")
    answer(operator, "create", file)
    late = operator.user()
    operator.terminate()

    refused = operator.command("backup", "restore", file)
    assert refused.returncode == 1 and "--force" in refused.stderr
    forced = operator.command("backup", "restore", file, "--force")
    assert forced.returncode == 0, forced.stderr
    aside = [line.removeprefix("moved aside: ") for line in forced.stdout.splitlines() if "moved aside" in line]
    assert any("router.db.before-restore-" in path for path in aside) and all(map(os.path.exists, aside))
    operator.start()
    sign_in = {"email": late.account["email"], "password": "a-long-password"}
    assert Client(operator.url).http.post("/auth/login", json=sign_in).status_code == 401
    Client(operator.url).login(early.account["email"], "a-long-password")


def test_a_start_completes_a_restore_that_was_cut_off(own_operator, tmp_path):
    operator = own_operator.start()
    early = operator.user()
    operator.terminate()
    data = tmp_path / "data"
    # As it is after the decision and before the first change of a name.
    for name in ("router.db", "keys"):
        shutil.copy2(data / name, data / f"{name}.restoring")
    (data / "router.db").write_bytes(b"the old one")
    (data / "restore.json").write_text(json.dumps({
        "backup": "0", "installation": "0", "moves": [
            {"staged": str(data / f"{name}.restoring"), "target": str(data / name),
             "aside": str(data / f"{name}.before"), "companions": []} for name in ("keys", "router.db")]}))
    users = operator.command("users", "list")
    assert users.returncode == 1 and "restore was cut off" in users.stderr, users.stdout + users.stderr
    operator.start()
    assert "completed a restore that was cut off" in operator.log
    assert (data / "router.db.before").read_bytes() == b"the old one" and not (data / "restore.json").exists()
    Client(operator.url).login(early.account["email"], "a-long-password")


def test_a_flipped_byte_is_told_where(own_operator, tmp_path):
    operator = own_operator.start()
    file = tmp_path / "backup.tar"
    answer(operator, "create", str(file))
    broken = bytearray(file.read_bytes())
    broken[100_000] ^= 1
    file.write_bytes(broken)
    told = answer(operator, "verify", str(file), expect=1)
    assert told["ok"] is False and [problem["place"] for problem in told["problems"]] == ["router.db"]
    text = operator.run("backup", "verify", str(file))
    assert text.returncode == 1 and "router.db: differs from what was written" in text.stdout


def test_every_command_of_the_page_does_what_it_says(own_operator):
    operator = own_operator.start()
    operator.user()
    run(PAGE.read_text(), operator, operator.folder, at_least=4)
    operator.process.wait(15)
    operator.start()
    assert operator.admin().account["email"] == ADMIN["email"]
