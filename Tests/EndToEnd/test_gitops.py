"""docs/gitops.md, command by command."""

import subprocess

import httpx
from support.client import Client
from support.operator import REPOSITORY, backend
from support.tour import environment, run

PAGE = REPOSITORY / "docs" / "gitops.md"
SECTION = "## Following a repository"


def test_every_command_of_the_tour_does_what_the_page_says(own_operator):
    operator = own_operator
    folder = operator.folder / "checkout"
    folder.mkdir()
    for name in ("stack.yaml", "backends.json", "seeds"):
        (operator.folder / name).rename(folder / name)
    operator.folder = folder
    with operator.stack_file.open("a") as stack_file:
        stack_file.write("sharedEnv: {LLM_MODEL: small}\n")
    operator.write_backends([backend("demo", operator.prefix, user_overridable_env=["LLM_MODEL"])])
    (folder / ".gitignore").write_text("/data/\n/log\n/.bin/\n")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "First"]):
        subprocess.run(["git", *command], cwd=folder, env=environment(operator), check=True)
    operator.start()
    alice = Client(operator.url)
    alice._enter("/auth/signup", {"email": "alice@example.test", "password": "a-long-password", "name": "alice"})
    alice.say("hello")

    run(PAGE.read_text().partition(SECTION)[0], operator, folder, at_least=7)
    assert httpx.get(operator.url + "/healthz").json()["conditions"] == []
