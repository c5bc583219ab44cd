"""Cold starts of the real agents, by phase: `bench/run --runtimes`. The people of Tests/Runtimes start them."""

import statistics
import subprocess
import sys
import threading
import time

import httpx
from support.wait import until
from world import AGENTS, Person, World, shipped_backends

from . import report
from .report import Row

COUNT = 5
# By the percentage at which operatord says that the phase begins.
PHASES = {10: "home and image looked after", 65: "container created and started", 75: "agent starts, until it is ready"}
ANSWER = "first answer after that"


def main():
    rows = []
    with World() as world:
        for agent in AGENTS:
            print(f"{time.strftime('%H:%M:%S')} {agent}", file=sys.stderr, flush=True)
            person = Person(world, agent)
            # For the home; and in turns, so that a busy moment of the machine meets both.
            person.say("hello")
            starts, by_hand = zip(*((cold_start(person), docker_run(person)) for _ in range(COUNT)))
            rows += rows_of(agent, starts, by_hand)
    print(f"\n{report.machine()}\n\n{report.table(rows)}\n")
    if "--write" in sys.argv:
        report.write(rows, report.RUNTIME_MARKS)


def rows_of(agent, starts, by_hand):
    ready = statistics.median(sum(start[phase] for phase in PHASES.values()) for start in starts)
    whole = statistics.median(sum(start[phase] for phase in [*PHASES.values(), ANSWER]) for start in starts)
    hand = statistics.median(by_hand)
    yield Row(
        f"{agent}: cold start until it is ready, against `docker run`", "", f"{ready / hand:.2f} ×",
        f"operatord {ready:.0f} ms, docker run {hand:.0f} ms (medians of {len(starts)})")
    for phase in [*PHASES.values(), ANSWER]:
        time_of_phase = statistics.median(start[phase] for start in starts)
        yield Row(f"{agent}: {phase}", "", f"{time_of_phase / whole:.0%}", "of the time to the first answer")
    warm = statistics.median(start["warm"] for start in starts)
    yield Row(f"{agent}: a later chat", "", f"{warm / whole:.0%}", f"{warm:.0f} ms")


def cold_start(person):
    """Milliseconds of each phase of a start, of the first answer, and of a later chat (`warm`)."""
    person.client.stop(person.agent)
    begins, watching = {}, threading.Event()

    def watch():
        for event in person.client.progress(person.agent):
            begins.setdefault(event["progress"], time.perf_counter())
            watching.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    watching.wait()
    asked = time.perf_counter()
    person.say("cold")
    answered = time.perf_counter()
    watcher.join()
    person.say("warm")
    marks = [asked, *(begins[percent] for percent in list(PHASES)[1:]), begins[100], answered]
    durations = [(after - before) * 1000 for before, after in zip(marks, marks[1:])]
    return dict(zip([*PHASES.values(), ANSWER], durations)) | {"warm": (time.perf_counter() - answered) * 1000}


def docker_run(person):
    """Milliseconds from `docker run` of a container like the person's, which goes, to its first ready answer."""
    container, key = person.container, person.runner_key
    config, host = container["Config"], container["HostConfig"]
    person.client.stop(person.agent)
    name = f"{person.operator.prefix}-by-hand"
    options = [
        "--detach", "--name", name, "--user", config["User"], "--memory", str(host["Memory"]),
        "--pids-limit", str(host["PidsLimit"]), "--cpus", str(host["NanoCpus"] / 1e9), "--read-only",
        "--cap-drop", "ALL", "--security-opt", "no-new-privileges", *repeated("--env", config["Env"]),
        *repeated("--tmpfs", host["Tmpfs"]),
        *repeated("--volume", [f"{mount['Source']}:{mount['Target']}" for mount in host["Mounts"]])]
    began = time.perf_counter()
    try:
        subprocess.run(
            ["docker", "run", *options, config["Image"], *config["Cmd"]], check=True, stdout=subprocess.DEVNULL)
        address = person.operator.engine.command("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)
        port = shipped_backends()[person.agent]["internal_port"]
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=f"http://{address}:{port}", headers=headers) as client:
            until(lambda: is_ready(client), 60, "the agent")
        return (time.perf_counter() - began) * 1000
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, stdout=subprocess.DEVNULL)


def repeated(option, values):
    return [word for value in values for word in (option, value)]


def is_ready(client):
    try:
        return client.get("/v1/models").status_code == 200
    except httpx.TransportError:
        return False


main()
