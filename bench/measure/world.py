"""The ways to one agent: its own address, nginx, operatord with a cookie and with an API token."""

import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from support.operator import Operator
from support.wait import until

NGINX = """\
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000000;
    upstream agent {{ server {agent}; keepalive 256; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://agent;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


@dataclass
class Way:
    """How a client reaches the agent, and the process whose CPU time that costs."""

    name: str
    host: str
    port: int
    pid: int
    # What lets the client in: a header's name and value.
    header: tuple[str, str]


class World:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="operatord-bench-"))
        self.folder.chmod(0o755)
        self.operator = Operator(self.folder / "operatord").start()
        self.user = self.operator.user()
        self.user.set_idle(0)
        self.user.say("warm up")
        container = self.operator.container_of(self.user)
        variables = dict(entry.split("=", 1) for entry in container["Config"]["Env"])
        key = variables["DEMO_API_KEY"]
        networks = container["NetworkSettings"]["Networks"].values()
        address = next(network["IPAddress"] for network in networks if network["IPAddress"])
        self.nginx, port = self._start_nginx(f"{address}:8080")
        worker = subprocess.run(
            ["pgrep", "-P", str(self.nginx.pid)], capture_output=True, text=True, check=True).stdout.split()[0]
        operator_port = int(self.operator.url.rsplit(":", 1)[1])
        self.direct = Way("direct", address, 8080, container["State"]["Pid"], bearer(key))
        self.through_nginx = Way("nginx", "127.0.0.1", port, int(worker), bearer(key))
        self.through_operatord = Way(
            "operatord", "127.0.0.1", operator_port, self.operator.process.pid,
            ("Cookie", f"agent_stack_session={self.user.session}"))
        self.with_token = Way(
            "operatord, API token", "127.0.0.1", operator_port, self.operator.process.pid,
            bearer(self.user.token()["token"]))

    @property
    def ways(self):
        return [self.direct, self.through_nginx, self.through_operatord, self.with_token]

    def _start_nginx(self, agent):
        port = free_port()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=self.folder, agent=agent, port=port))
        process = subprocess.Popen(["nginx", "-c", str(configuration), "-p", str(self.folder)])
        until(lambda: is_up(f"http://127.0.0.1:{port}/healthz"), 5, "nginx")
        return process, port

    def close(self):
        self.nginx.terminate()
        self.nginx.wait()
        self.operator.close()
        shutil.rmtree(self.folder)


def bearer(key):
    return "Authorization", f"Bearer {key}"


def is_up(url):
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
