"""Cold starts, and deaths by hand."""

import subprocess
import time

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
    """Milliseconds from a container's death to operatord's first act on it, by the daemon's own clock."""
    # Somebody new each time: deaths in a row of one runner would be held back on purpose.
    user = operator.user()
    user.say("hello")
    container, since = operator.container_of(user)["Id"], time.time()
    operator.engine.command("kill", container)

    def reaction():
        events = operator.events_of(user, since)
        died = [at for at, action, which in events if (action, which) == ("die", container)]
        acts = [at for at, action, _ in events if action in ("create", "destroy")]
        return (acts[0] - died[0]) * 1000 if died and acts else None

    milliseconds = until(reaction, 10, "operatord's act")
    user.stop()
    return milliseconds
