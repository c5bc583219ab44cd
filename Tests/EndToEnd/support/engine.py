"""The Docker Engine as the tests look at it: beside operatord, through the docker command."""

import json
import subprocess
import time


class Engine:
    def __init__(self, socket="/var/run/docker.sock"):
        self.socket = socket

    def command(self, *arguments, check=True):
        result = self._run(arguments)
        if check and result.returncode != 0:
            raise AssertionError(f"docker {' '.join(arguments)}: {result.stderr}")
        return result.stdout.strip()

    def _run(self, arguments):
        return subprocess.run(
            ["docker", "--host", f"unix://{self.socket}", *arguments], capture_output=True, text=True, timeout=60)

    def logs(self, container):
        result = self._run(["logs", container])
        return result.stdout + result.stderr

    def containers(self, prefix, only_running=False):
        """Containers whose name begins with the prefix, as inspect shows them."""
        ids = self.command(
            "ps", "--quiet", "--no-trunc", *([] if only_running else ["--all"]), "--filter", f"name=^{prefix}").split()
        # One may go away between the two calls.
        found = self.command("inspect", "--type", "container", *ids, check=False) if ids else "[]"
        return json.loads(found)

    def container(self, prefix):
        """The only running one."""
        found = self.containers(prefix, only_running=True)
        assert len(found) == 1, f"{len(found)} running containers named {prefix}*: {[c['Name'] for c in found]}"
        return found[0]

    def events(self, prefix, since):
        """Container events since a time (`time.time()`), as (seconds, action, container id)."""
        lines = self.command(
            "events", "--since", f"{since:.6f}", "--until", f"{time.time():.6f}", "--filter", "type=container",
            "--format", "{{json .}}").splitlines()
        events = [json.loads(line) for line in lines]
        return [
            (event["timeNano"] / 1e9, event["Action"].split(":")[0], event["Actor"]["ID"])
            for event in events if event["Actor"]["Attributes"].get("name", "").startswith(prefix)
        ]

    def remove_all(self, prefix):
        ids = [container["Id"] for container in self.containers(prefix)]
        if ids:
            self.command("rm", "--force", "--volumes", *ids, check=False)
