"""Non-stream chats under load, with wrk."""

import json
import statistics
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .process import cpu_seconds

SCRIPT = Path(__file__).parent / "chat.lua"


@dataclass
class Load:
    """Medians over the rounds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def measure(ways, connections, seconds, rounds):
    """`Load` by way; the ways take turns within each round."""
    for way in ways:
        load(way, connections, 1)
    figures = defaultdict(list)
    for number in range(rounds):
        # Every other round in reverse, so that no way always follows the same one.
        for way in ways if number % 2 == 0 else reversed(ways):
            figures[way.name].append(load(way, connections, seconds))
    return {name: Load(*map(statistics.median, zip(*rows))) for name, rows in figures.items()}


def load(way, connections, seconds):
    before = cpu_seconds(way.pid)
    output = subprocess.run(
        [
            "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--script",
            str(SCRIPT), f"http://{way.host}:{way.port}", "--", *way.header,
        ], capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    figures = json.loads(output.strip().splitlines()[-1])
    assert figures["errors"] == 0, f"{way.name}: {figures}"
    cpu = cpu_seconds(way.pid) - before
    return (
        figures["requests"] / figures["seconds"], figures["p50_us"] / 1000, figures["p99_us"] / 1000,
        cpu * 1e6 / figures["requests"])
