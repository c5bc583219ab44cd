"""Cold starts, and deaths by hand."""

import subprocess
import time
from datetime import datetime

import httpx
from support.operator import IMAGE
from support.wait import until


def cold_chat(user):
    """Milliseconds from a chat to its answer when the runner does not exist."""
    user.stop()
    began = time.perf_counter()
    user.say("cold")
    return (time.perf_counter() - began) * 1000


def docker_run(prefix):
    """Milliseconds from `docker run` of the same image, with the same limits, to the answer of a chat."""
    name = f"{prefix}-by-hand"
    body = {"messages": [{"role": "user", "content": "cold"}]}
    began = time.perf_counter()
    subprocess.run(
        [
            "docker", "run", "--detach", "--name", name, "--env", "DEMO_API_KEY=key", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--memory", "128m", "--pids-limit", "64", IMAGE,
        ], check=True, stdout=subprocess.DEVNULL)
    try:
        address = subprocess.run(
            ["docker", "inspect", "--format", "{{.NetworkSettings.IPAddress}}", name], check=True,
            capture_output=True, text=True).stdout.strip()
        with httpx.Client(base_url=f"http://{address}:8080", headers={"Authorization": "Bearer key"}) as client:
            until(lambda: answers(client, body), 10, "the agent")
        return (time.perf_counter() - began) * 1000
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, stdout=subprocess.DEVNULL)


def answers(client, body):
    try:
        return client.post("/v1/chat/completions", json=body).status_code == 200
    except httpx.TransportError:
        return False


def reaction_to_a_kill(operator):
    """Milliseconds from a container's death, by the daemon's clock, to the begin of operatord's lane that mends it, by
    its log, and to the old container's removal, by the daemon's clock."""
    # Somebody new each time: deaths in a row of one runner would be held back on purpose.
    user = operator.user()
    user.say("hello")
    container, since = operator.container_of(user)["Id"], time.time()
    operator.engine.command("kill", container)

    def removal():
        events = {(action, which): at for at, action, which in operator.events_of(user, since)}
        died, removed = events.get(("die", container)), events.get(("destroy", container))
        return died and removed and (died, removed)

    died, removed = until(removal, 10, "the removal of the dead container")
    begun = lane_begin(operator, f"{user.slug}/demo")
    user.stop()
    return (begun - died) * 1000, (removed - died) * 1000


def lane_begin(operator, runner):
    """When the last lane of the runner began, in seconds; the log has milliseconds."""
    lines = [line for line in operator.log.splitlines() if "lane begins" in line and f"runner={runner} " in line]
    return datetime.fromisoformat(lines[-1].split()[0]).timestamp()
