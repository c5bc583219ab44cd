"""docs/gitops.md, command by command."""

import os
import re
import subprocess
from pathlib import Path

import httpx
from support.client import Client
from support.operator import BINARY, REPOSITORY, backend

PAGE = REPOSITORY / "docs" / "gitops.md"


def steps():
    """Each block of commands with the lines that it should print."""
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for (kind, commands), (after, output) in zip(blocks, blocks[1:] + [("", "")]):
        if kind == "sh":
            yield commands, output.splitlines() if after == "text" else []


def pattern(line):
    """`…` stands for anything, more than one space for at least one."""
    parts = [re.sub(r"(\\ )+", r"\\s+", re.escape(part.strip())) for part in line.split("…")]
    return r"\s*" + ".*".join(parts) + ".*"


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

    shell = subprocess.Popen(
        ["bash", "-e"], cwd=folder, env=environment(operator), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    written = [(commands, expected) for commands, expected in steps()]
    assert len(written) > 6
    output, _ = shell.communicate("\n".join(f"{commands}\ncd {folder}\necho '=== end'" for commands, _ in written), 120)
    assert shell.returncode == 0, output
    answers = output.split("=== end\n")
    for (commands, expected), answer in zip(written, answers):
        lines = answer.splitlines()
        for line in expected:
            assert any(re.fullmatch(pattern(line), each) for each in lines), f"{commands}\n{line}\nnot in\n{answer}"
    assert httpx.get(operator.url + "/healthz").json()["conditions"] == []


def environment(operator):
    binary = operator.folder / ".bin"
    binary.mkdir(exist_ok=True)
    if not (binary / "operatord").exists():
        (binary / "operatord").symlink_to(Path(BINARY).resolve())
    return {
        **operator.environment, "PATH": f"{binary}:{os.environ['PATH']}", "HOME": str(operator.folder),
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.test", "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.test", "DOCKER_HOST": f"unix://{operator.engine.socket}",
    }
