"""Runs the commands of a page of docs/ and compares what they print with what the page says."""

import os
import re
import subprocess
from pathlib import Path

from .operator import BINARY


def steps(text):
    """Each block of commands with the lines that it should print."""
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for (kind, commands), (after, output) in zip(blocks, blocks[1:] + [("", "")]):
        if kind == "sh":
            yield commands, output.splitlines() if after == "text" else []


def pattern(line):
    """`…` stands for anything, more than one space for at least one."""
    parts = [re.sub(r"(\\ )+", r"\\s+", re.escape(part.strip())) for part in line.split("…")]
    return r"\s*" + ".*".join(parts) + ".*"


def run(text, operator, folder, at_least):
    """Every block in one shell; each begins in `folder`."""
    shell = subprocess.Popen(
        ["bash", "-e"], cwd=folder, env=environment(operator), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    written = list(steps(text))
    assert len(written) >= at_least
    output, _ = shell.communicate("\n".join(f"{commands}\ncd {folder}\necho '=== end'" for commands, _ in written), 120)
    assert shell.returncode == 0, output
    answers = output.split("=== end\n")
    for (commands, expected), answer in zip(written, answers):
        lines = answer.splitlines()
        for line in expected:
            assert any(re.fullmatch(pattern(line), each) for each in lines), f"{commands}\n{line}\nnot in\n{answer}"


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
