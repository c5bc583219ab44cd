"""docs/gitops.md, command by command."""

import concurrent.futures
import subprocess
import threading

import httpx
from support.client import Client
from support.operator import REPOSITORY, backend
from support.tour import environment, run

PAGE = REPOSITORY / "docs" / "gitops.md"
SECTION = "## Following a repository"
HELD = "## A change for everybody"
APPROVAL = "Alice's runner goes on with the large model until"
AFTER = "## Somebody acts by hand"
WAVE = "## A key for everybody"


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

    before, _, rest = PAGE.read_text().partition(SECTION)[0].partition(HELD)
    held, approval, after = rest.partition(APPROVAL)
    run(before, operator, folder, at_least=5)
    container, = operator.engine.containers(operator.prefix)
    run(held, operator, folder, at_least=2)
    # Held: it is the same container, with the model of before, and it answers.
    plan = operator.command("plan")
    assert plan.returncode == 2 and plan.stdout.startswith("hold alice/demo"), plan.stdout
    assert [each["Id"] for each in operator.engine.containers(operator.prefix)] == [container["Id"]]
    assert "LLM_MODEL=large" in container["Config"]["Env"]
    assert alice.say("meanwhile") == "You said: meanwhile"
    assert approvals(operator) == 0

    approved, _, after = after.partition(AFTER)
    run(approval + approved, operator, folder, at_least=1)
    made, = operator.engine.containers(operator.prefix)
    assert made["Id"] != container["Id"] and "LLM_MODEL=huge" in made["Config"]["Env"]
    assert approvals(operator) == 1
    run(AFTER + after, operator, folder, at_least=3)
    made, = operator.engine.containers(operator.prefix)
    assert "LLM_MODEL=large" in made["Config"]["Env"]
    assert httpx.get(operator.url + "/healthz").json()["conditions"] == []


def approvals(operator):
    return len(operator.admin().http.get("/api/admin/audit?action=config.approve").json()["entries"])


class Sampler:
    """How many containers ran at each look, from another thread until it is left."""

    def __init__(self, look):
        self.look, self.seen, self.ends = look, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.ends.is_set():
            self.seen.append(self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join(10)


def test_a_key_for_everybody_goes_in_waves(own_operator):
    operator = own_operator
    operator.write_backends(
        [backend("demo", operator.prefix, user_overridable_env=["LLM_API_KEY"], extra_env={"DEMO_START_DELAY": "1s"})])
    text = operator.stack_file.read_text().replace("reconcile: {", "reconcile: {maxRecreates: 4, ")
    operator.stack_file.write_text(text + "sharedEnv: {LLM_API_KEY: trial}\n")
    operator.start()
    users = [operator.user() for _ in range(20)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda user: user.say("hello"), users))

    def containers():
        listed = operator.engine.command(
            "ps", "--quiet", "--no-trunc", "--filter", f"name={operator.prefix}-demo-").split()
        return frozenset(listed)

    before = containers()
    assert len(before) == 20
    operator.environment["OPERATORD"] = operator.url
    with Sampler(containers) as sampler:
        run(WAVE + PAGE.read_text().partition(WAVE)[2], operator, operator.folder, at_least=2)
    after = containers()
    assert len(after) == 20 and not after & before
    assert len(sampler.seen) > 20
    # Of those that run at a look all but four are the old ones or their successors, and nothing is away for long.
    assert min(len(seen) for seen in sampler.seen) >= 16
    keys = {
        entry for user in users for entry in operator.container_of(user)["Config"]["Env"]
        if entry.startswith("LLM_API_KEY=")}
    assert keys == {"LLM_API_KEY=sk-of-the-team"}
    assert users[0].say("still there?") == "You said: still there?"
