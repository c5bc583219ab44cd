"""The way over from the original service."""

import json
import re
import sqlite3

import pytest
from support import original
from support.client import Client
from support.operator import ADMIN, REPOSITORY
from support.wait import until

ALICE = {
    "email": "alice@example.test", "slug": "alice", "password": "alice's old password", "idle": 900,
    "values": {("demo", "LLM_MODEL"): "alices-model"}, "chats": [["What is it?", "A chat."], ["And this?", "Another."]],
}
ROOT = {
    "email": "root@example.test", "slug": "root", "password": "root's old password", "role": "admin",
    "values": {("", "LLM_API_KEY"): "sk-of-root"},
}


@pytest.fixture
def moved(own_operator, tmp_path):
    """An operatord whose data root has a home of the original's, and the original's database."""
    operator = own_operator
    operator.edit_backend("demo", user_overridable_env=["LLM_MODEL", "LLM_API_KEY"])
    home = tmp_path / "data/users/alice/demo"
    home.mkdir(parents=True)
    (home / "notes.txt").write_text("remember")
    (tmp_path / "original").mkdir()
    operator.original = tmp_path / "original/router.db"
    database = original.write(operator.original, [ROOT, ALICE], share=["LLM_API_KEY"])
    yield operator
    database.close()


def report(operator, *arguments, expect=0):
    result = operator.command("import", str(operator.original), "-o", "json", *arguments)
    assert result.returncode == expect, result.stdout + result.stderr
    return json.loads(result.stdout)


def sign_in(operator, person):
    client = Client(operator.url)
    client.login(person["email"], person["password"])
    return client


def hash_of(operator, slug):
    with sqlite3.connect(operator.folder / "data/router.db") as database:
        return database.execute("SELECT password_hash FROM users WHERE slug = ?", (slug,)).fetchone()[0]


def test_before_the_first_start_everything_comes_over(moved):
    operator = moved
    dry = report(operator)
    assert dry["applied"] is False and dry["accounts"] == {"taken": 2, "alreadyHere": 0, "leftOut": 0}
    assert not (operator.folder / "data/router.db").exists()

    done = report(operator, "--apply")
    assert done["applied"] is True and done["messages"]["taken"] == 4
    person = next(person for person in done["people"] if person["slug"] == "alice")
    assert person["home"] == str(operator.folder / "data/users/alice")

    operator.start()
    assert hash_of(operator, "alice").startswith("$2b$")
    wrong = Client(operator.url).http.post("/auth/login", json={"email": ALICE["email"], "password": "not hers at all"})
    assert wrong.status_code == 401
    alice = sign_in(operator, ALICE)
    assert hash_of(operator, "alice").startswith("scrypt$")
    alice = sign_in(operator, ALICE)
    assert (alice.slug, alice.account["role"]) == ("alice", "user")

    chats = alice.http.get("/api/conversations").json()["conversations"]
    assert sorted(chat["title"] for chat in chats) == ["And this?", "What is it?"]
    first = next(chat for chat in chats if chat["title"] == "What is it?")
    messages = alice.http.get(f"/api/conversations/{first['id']}").json()["messages"]
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "What is it?"), ("assistant", "A chat.")]

    effective = alice.values()["effective"]["demo"]
    assert effective["LLM_MODEL"]["source"] == "backend" and effective["LLM_API_KEY"]["source"] == "shared"
    assert alice.http.get("/api/backends").json()["backends"][0]["idle_seconds"] == 900
    assert alice.say("hello") == "You said: hello"
    environment = operator.container_of(alice)["Config"]["Env"]
    assert "LLM_MODEL=alices-model" in environment and "LLM_API_KEY=sk-of-root" in environment
    assert (operator.folder / "data/users/alice/demo/notes.txt").read_text() == "remember"

    assert sign_in(operator, ROOT).account["role"] == "admin"


def test_beside_a_running_server_and_again(moved):
    operator = moved.start()
    dry = report(operator)
    assert dry["people"][0]["role"] == "user", "there is an admin here already"
    assert Client(operator.url).http.post(
        "/auth/login", json={key: ALICE[key] for key in ("email", "password")}).status_code == 401
    report(operator, "--apply")
    alice = sign_in(operator, ALICE)
    until(lambda: alice.http.get("/auth/me").status_code == 200, 5, "the server to take the account over")
    assert len(alice.http.get("/api/conversations").json()["conversations"]) == 2

    again = report(operator, "--apply")
    assert again["accounts"] == {"taken": 0, "alreadyHere": 2, "leftOut": 0}
    assert again["conversations"] == {"taken": 0, "alreadyHere": 2, "leftOut": 0}
    assert len(alice.http.get("/api/conversations").json()["conversations"]) == 2
    assert sign_in(operator, {**ADMIN}).account["role"] == "admin"


def test_the_original_in_the_place_of_ours_is_refused_with_the_remedy(moved):
    operator = moved
    operator.original.rename(operator.folder / "data/router.db")
    (operator.folder / "original/router.db-wal").rename(operator.folder / "data/router.db-wal")
    before = (operator.folder / "data/router.db").read_bytes()
    result = operator.command("import", str(operator.folder / "data/router.db"))
    assert result.returncode == 1 and "Move the original aside" in result.stderr
    assert not (operator.folder / "data/keys").exists()
    served = operator.command("serve")
    assert served.returncode == 1 and "original service's database" in served.stdout + served.stderr
    assert (operator.folder / "data/router.db").read_bytes() == before


def test_what_cannot_be_read_says_what_is_missing(moved):
    with sqlite3.connect(moved.original) as database:
        database.execute("ALTER TABLE users RENAME COLUMN password_hash TO secret")
    result = moved.command("import", str(moved.original))
    assert result.returncode == 1
    assert "table users has no column password_hash or" in result.stderr and "it has id, email" in result.stderr


def test_the_page_on_the_way_over_is_true(moved):
    """The commands of docs/migration.md, in order."""
    operator = moved
    page = (REPOSITORY / "docs/migration.md").read_text()
    commands = re.findall(r"^       operatord (import .*|users list)$", page, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["import", "import", "users"]
    for command in commands:
        arguments = command.replace("original/router.db", str(operator.original)).split()
        result = operator.command(*arguments)
        assert result.returncode == 0, result.stderr
        if command == "import original/router.db":
            assert "Dry run: nothing was changed." in result.stdout
    assert "alice@example.test" in result.stdout
