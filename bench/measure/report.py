"""The table, on the screen and in docs/performance.md."""

import datetime
import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.operator import BINARY, REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
MARKS = "<!-- written by bench/run -->", "<!-- end -->"
RUNTIME_MARKS = "<!-- written by bench/run --runtimes -->", "<!-- end -->"


@dataclass
class Row:
    what: str
    target: str
    figure: str
    detail: str
    is_reached: bool | None = None

    @property
    def verdict(self):
        return {True: "reached", False: "**missed**", None: ""}[self.is_reached]


def table(rows):
    lines = ["| what | target | figure | | detail |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.target} | {row.figure} | {row.verdict} | {row.detail} |" for row in rows]
    return "\n".join(lines)


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) >> 20
    engine = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True).stdout.strip()
    today = datetime.date.today().isoformat()
    return (
        f"{today}, {os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, {memory} GiB, "
        f"Linux {platform.release()}, Docker Engine {engine}, {'release' if '/release/' in BINARY else 'debug'} build")


def write(rows, marks=MARKS):
    """Replaces what is between the marks of the page; the words around it are people's."""
    begin, end = marks
    block = f"{begin}\n\n{machine()}\n\n{table(rows)}\n\n{end}"
    text = PAGE.read_text() if PAGE.exists() else f"# Performance\n\n{begin}\n{end}\n"
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    before, rest = text.split(begin, 1)
    PAGE.write_text(before + block + rest.split(end, 1)[1])
