"""The shipped files of a deployment, one by one. test_deploy_run.py starts them together."""

import configparser
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import httpx
import pytest
import yaml
from support import operator as operator_module
from support.operator import BINARY, REPOSITORY
from support.wait import until

nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SECRETS = {"JWT_SECRET": "0" * 64, "BOOTSTRAP_ADMIN_PASSWORD": "a-long-password", "HOST_STACK_ROOT": "/srv/stack"}


def example_environment():
    """Variables of .env.example."""
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose(name, environment):
    """A compose file with its variables put in, by the forms ${A}, ${A:-default} and ${A:?error}."""

    def value(match):
        given = environment.get(match["name"], "")
        if match["kind"] == "-":
            return given or match["rest"]
        assert given or not match["kind"], f"{match['name']}: {match['rest']}"
        return given

    text = (REPOSITORY / name).read_text()
    text = re.sub(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}", value, text)
    assert "${" not in text
    return yaml.safe_load(text)


@pytest.fixture
def stack():
    return compose("docker-compose.yml", example_environment() | SECRETS)


def test_compose_runs_operatord_and_nginx_under_a_project_name(stack):
    # Compose of both generations takes the name from there; in the file only the newer one knows it.
    assert example_environment()["COMPOSE_PROJECT_NAME"] == "agent-stack" and "name" not in stack
    assert set(stack["services"]) == {"operatord", "nginx"}
    for service in stack["services"].values():
        assert "container_name" not in service
        # So a port cannot be published: each listens where its variables say.
        assert service["network_mode"] == "host" and "ports" not in service
    operator = stack["services"]["operatord"]
    assert operator["environment"]["ROUTER_PORT"] == 18080
    assert operator["environment"]["ROUTER_BIND_HOST"] == "127.0.0.1"
    assert stack["services"]["nginx"]["environment"]["FRONTEND_PORT"] == 18000
    assert not operator.get("privileged") and operator["cap_drop"] == ["ALL"]
    named = compose("docker-compose.yml", SECRETS | {
        "ROUTER_PORT": "28080", "BOOTSTRAP_ADMIN_EMAIL": "a@b.c"})
    assert named["services"]["operatord"]["environment"]["ROUTER_PORT"] == 28080


def test_the_data_root_has_one_path_on_both_sides(stack):
    operator = stack["services"]["operatord"]
    root = SECRETS["HOST_STACK_ROOT"]
    assert operator["environment"]["STACK_DATA_ROOT"] == operator["environment"]["HOST_STACK_ROOT"] == root
    assert f"{root}:{root}" in operator["volumes"]
    for service in stack["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (REPOSITORY / source).is_dir(), source


def test_every_variable_of_compose_is_in_the_example_and_read_by_operatord(stack):
    used = set(re.findall(r"\$\{(\w+)", (REPOSITORY / "docker-compose.yml").read_text()
                          + (REPOSITORY / "docker-compose.proxy.yml").read_text()))
    assert used - set(example_environment()) == {"OPERATORD_IMAGE"}
    # The project's name is compose's own variable.
    assert set(example_environment()) - used == {"COMPOSE_PROJECT_NAME"}
    reference = (REPOSITORY / "docs/configuration.md").read_text()
    for variable in stack["services"]["operatord"]["environment"]:
        assert f"`{variable}`" in reference, variable


def test_both_images_have_the_same_runtime_stage():
    def stage(name):
        return (REPOSITORY / name).read_text().partition("FROM ${RUNTIME_IMAGE} AS runtime\n")[2].partition("\nFROM ")[0]

    assert "ENTRYPOINT" in stage("Dockerfile") and stage("Dockerfile") == stage("Dockerfile.packaged")
    # The classic builder makes every stage: none may need what a clone has not.
    assert "dist/" not in (REPOSITORY / "Dockerfile").read_text()


def test_the_example_is_refused_until_its_placeholders_are_changed(own_operator):
    own_operator.environment |= {name: value for name, value in example_environment().items()
                                 if name in ("JWT_SECRET", "BOOTSTRAP_ADMIN_PASSWORD")}
    done = own_operator.command("validate")
    assert done.returncode != 0
    assert "JWT_SECRET" in done.stdout + done.stderr and "BOOTSTRAP_ADMIN_PASSWORD" in done.stdout + done.stderr


def test_the_configuration_of_compose_is_valid(own_operator, tmp_path):
    own_operator.environment |= {"STACK_DATA_ROOT": str(tmp_path / "data"), "HOST_STACK_ROOT": str(tmp_path / "data")}
    done = own_operator.run("validate", "--config", str(REPOSITORY / "deploy/compose/stack.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_docker_compose_accepts_both_files(tmp_path):
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("there is no compose plugin")
    settings = tmp_path / "env"
    settings.write_text("".join(f"{name}={value}\n" for name, value in (example_environment() | SECRETS).items()))
    for files in (["docker-compose.yml"], ["docker-compose.yml", "docker-compose.proxy.yml"]):
        arguments = [argument for name in files for argument in ("-f", str(REPOSITORY / name))]
        subprocess.run(["docker", "compose", "--env-file", str(settings), *arguments, "config", "-q"], check=True)


def test_with_the_proxy_operatord_has_no_way_to_the_daemons_socket(stack):
    override = compose("docker-compose.proxy.yml", example_environment())
    operator = override["services"]["operatord"]
    base = {volume.split(":")[1]: volume for volume in stack["services"]["operatord"]["volumes"]}
    merged = base | {volume.split(":")[1]: volume for volume in operator["volumes"]}
    assert merged["/var/run/docker.sock"].startswith("/dev/null:")
    assert [volume for volume in merged.values() if volume.startswith("/var/run/docker.sock")] == []
    assert operator["environment"]["DOCKER_HOST"] == "unix:///run/socket-proxy/docker.sock"
    assert "/run/socket-proxy" in merged
    assert override["services"]["socket-proxy"]["network_mode"] == "none"


def test_the_images_take_in_what_they_copy_and_nothing_else():
    dockerfile = (REPOSITORY / "Dockerfile").read_text() + (REPOSITORY / "Dockerfile.packaged").read_text()
    ignored = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert ignored[ignored.index("*") - 1].startswith("#")
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        copied |= set(line.split()[:-1])
    assert copied == allowed
    # That one is put there by who packages a binary.
    for path in copied - {"dist/operatord"}:
        assert (REPOSITORY / path).exists(), path


def test_the_health_check_of_the_image_tells_ready_from_not(operator):
    port = operator.url.rsplit(":", 1)[1]
    check = str(REPOSITORY / "deploy/healthcheck")
    assert subprocess.run([check], env=os.environ | {"ROUTER_PORT": port}, timeout=10).returncode == 0
    nobody = subprocess.run([check], env=os.environ | {"ROUTER_PORT": "1"}, timeout=10, capture_output=True)
    assert nobody.returncode != 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        unready = subprocess.Popen([check], env=os.environ | {"ROUTER_PORT": str(server.getsockname()[1])})
        server.settimeout(10)
        connection = server.accept()[0]
        connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        assert unready.wait(10) != 0
        connection.close()


def nginx_test(folder, site):
    """`nginx -t` with one site."""
    (folder / "site.conf").write_text(site)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary} include {folder}/site.conf; }}\n")
    return subprocess.run([nginx, "-t", "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")],
                          capture_output=True, text=True)


def compose_site(environment):
    template = (REPOSITORY / "deploy/compose/nginx/default.conf.template").read_text()
    return re.sub(r"\$\{(\w+)\}", lambda match: str(environment[match[1]]), template)


def test_both_sites_of_nginx_are_valid_and_the_same(stack, tmp_path):
    shipped = (REPOSITORY / "frontend/nginx.conf").read_text()
    environment = stack["services"]["nginx"]["environment"]
    site = compose_site(environment)
    for text in (shipped, site):
        done = nginx_test(tmp_path, text)
        assert done.returncode == 0, done.stderr
    # The variables of nginx itself must not be taken for ones of the environment.
    taken = re.compile(environment["NGINX_ENVSUBST_FILTER"])
    assert all(taken.search(name) for name in re.findall(r"\$\{(\w+)\}",
               (REPOSITORY / "deploy/compose/nginx/default.conf.template").read_text()))
    expected = shipped.replace("listen 80;", "listen 0.0.0.0:18000;").replace("AGENTS.EXAMPLE.ORG", "_")
    assert site.split("\n\n", 1)[1] == expected.split("\n\n", 1)[1]
    for setting in ("proxy_buffering off;", "proxy_request_buffering off;", "proxy_read_timeout 1d;",
                    "proxy_send_timeout 1d;", "client_max_body_size 40m;"):
        assert setting in site, setting


def allowed_calls():
    """Method and path patterns of the proxy's list."""
    text = (REPOSITORY / "deploy/socket-proxy/nginx.conf").read_text()
    return [re.compile(pattern) for pattern in re.findall(r'^\s+"~(\^.+)" 1;$', text, re.MULTILINE)]


def calls_of_the_code():
    """Method and path of every `Call` in Sources/DockerEngine, variables filled in."""
    names = {"id.value": "3f9c", "network": "agents_default", "bridge": "agstack-0",
             "reference": "127.0.0.1%3A5000/team/agent%40sha256%3A00"}
    calls, found = set(), 0
    for file in (REPOSITORY / "Sources/DockerEngine").rglob("*.swift"):
        text = file.read_text()
        found += len(re.findall(r"\bCall\(\s*\.", text))
        for method, path in re.findall(r'\bCall\(\s*\.(\w+),\s*(Call\.path\([^)]*\)|"[^"]*")', text):
            if path.startswith("Call.path("):
                parts = [part.strip() for part in path[len("Call.path("):-1].split(",")]
                path = "".join("/" + (part.strip('"') if part.startswith('"') else names[part]) for part in parts)
            else:
                path = path.strip('"')
            calls.add(f"{method.upper()} {path if path == '/version' else '/v1.41' + path}")
    assert len(calls) > 10 and found >= len(calls), "the calls are written in another way: mend this test"
    return calls


def test_the_proxys_list_is_the_list_of_the_code():
    patterns, calls = allowed_calls(), calls_of_the_code()
    for call in calls:
        assert sum(bool(pattern.search(call)) for pattern in patterns) == 1, call
    for pattern in patterns:
        assert any(pattern.search(call) for call in calls), f"nothing makes this call: {pattern.pattern}"


@pytest.fixture
def proxy():
    """The shipped socket proxy, by Debian's nginx, at a socket of this test."""
    # A socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="engine-proxy-") as name:
        folder = Path(name)
        text = (REPOSITORY / "deploy/socket-proxy/nginx.conf").read_text() \
            .replace("/run/socket-proxy/", f"{folder}/").replace("/tmp/socket-proxy", f"{folder}/nginx")
        (folder / "nginx.conf").write_text(text)
        # With the powers that docker-compose.proxy.yml leaves it.
        command = ["setpriv", "--bounding-set", "-all,+setgid,+setuid"] if os.getuid() == 0 else []
        process = subprocess.Popen([*command, nginx, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/log",
                                    "-g", "daemon off;"])
        try:
            until(lambda: (folder / "docker.sock").exists(), 10, "the proxy's socket")
            yield folder / "docker.sock"
        finally:
            process.terminate()
            process.wait(10)


def test_the_proxy_passes_what_is_listed_and_refuses_the_rest(proxy):
    # Bytes as they are: httpx would tidy up a path before it is sent.
    def status(method, path):
        done = subprocess.run(
            ["curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is",
             *(["--head"] if method == "HEAD" else ["-X", method]), "--unix-socket", str(proxy), f"http://docker{path}"],
            capture_output=True, text=True)
        return int(done.stdout)

    version = httpx.Client(transport=httpx.HTTPTransport(uds=str(proxy))).get("http://docker/version").json()
    api = f"/v{version['ApiVersion']}"
    for method, path, expected in [
        ("GET", "/version", 200), ("GET", api + "/info", 200), ("GET", api + "/containers/json?all=1", 200),
        ("GET", api + "/networks", 200), ("GET", api + "/networks/bridge", 200),
        ("GET", api + "/events?since=1&until=2", 200),
        ("GET", api + "/images/operatord/demo-agent%3Acheck/json", 200),
        ("GET", api + "/containers/none-of-this-name/json", 404),
        ("POST", api + "/containers/none-of-this-name/stop?t=1", 404),
        ("DELETE", api + "/containers/none-of-this-name?force=1", 404),
    ]:
        assert status(method, path) == expected, (method, path)
    for method, path in [
        ("POST", api + "/containers/none-of-this-name/exec"), ("POST", api + "/exec/abc/start"),
        ("POST", api + "/containers/none-of-this-name/attach"), ("POST", api + "/containers/prune"),
        ("POST", api + "/containers/none-of-this-name/kill"), ("GET", api + "/containers/x/archive?path=/"),
        ("PUT", api + "/containers/x/archive?path=/"), ("GET", api + "/containers/x/export"),
        ("POST", api + "/build"), ("POST", api + "/commit"), ("POST", api + "/images/load"),
        ("DELETE", api + "/images/operatord/demo-agent"), ("DELETE", api + "/networks/none"),
        ("GET", api + "/volumes"), ("POST", api + "/volumes/create"), ("GET", api + "/secrets"),
        ("POST", api + "/swarm/init"), ("GET", api + "/plugins"), ("GET", "/containers/json"), ("GET", "/"),
        ("GET", api + "/images/../volumes/x/json"), ("GET", api + "/images/%2e%2e/volumes/x/json"),
        ("GET", api + "/containers/x%2fexport%3f/json"), ("GET", "//version"), ("GET", "/version/../v1.41/secrets"),
        ("HEAD", "/version"), ("OPTIONS", "/version"),
    ]:
        assert status(method, path) == 403, (method, path)


def test_operatord_works_through_the_proxy(proxy, own_operator):
    text = own_operator.stack_file.read_text()
    own_operator.stack_file.write_text(text.replace(f"socket: {own_operator.engine.socket}", f"socket: {proxy}"))
    assert str(proxy) in own_operator.stack_file.read_text()
    user = own_operator.start().user()
    answer = user.http.post("/v1/chat/completions", json={
        "model": "demo", "messages": [{"role": "user", "content": "through the proxy"}]}, timeout=60)
    assert answer.status_code == 200 and "through the proxy" in answer.text
    container = own_operator.container_of(user)
    assert container

    def started():
        runners = user.http.get("/api/runners").json()["runners"]
        return [runner["started_at"] for runner in runners if runner["running"]]

    # The container's end is seen long before the next look, which would be in half a minute.
    before = started()
    assert before
    subprocess.run(["docker", "rm", "-f", container["Id"]], check=True, capture_output=True)
    until(lambda: started() != before, 10, "the event of the container's end")
    user.http.delete("/api/runners/demo").raise_for_status()
    assert own_operator.containers_of(user) == []


@pytest.mark.parametrize("identity", [
    # docker-compose.yml
    ["--bounding-set", "-all,+chown,+dac_override,+fowner", "--no-new-privs"],
    # deploy/systemd/operatord.service
    ["--reuid", "65534", "--regid", "65534", "--groups", "SOCKET",
     "--bounding-set", "-all,+chown,+dac_override,+fowner", "--inh-caps", "-all,+chown,+dac_override,+fowner",
     "--ambient-caps", "+chown,+dac_override,+fowner", "--no-new-privs"],
])
def test_three_capabilities_are_enough_for_homes_of_other_users(own_operator, tmp_path, monkeypatch, identity):
    if os.getuid() != 0:
        pytest.skip("only root can give up what only root has")
    group = str(os.stat(own_operator.engine.socket).st_gid)
    options = " ".join(group if option == "SOCKET" else option for option in identity)
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nexec setpriv {options} {operator_module.BINARY} "$@"\n')
    limited.chmod(0o755)
    monkeypatch.setattr(operator_module, "BINARY", str(limited))
    seed = own_operator.folder / "seeds/home"
    seed.mkdir()
    (seed / "settings.json").write_text('{"of": "${AGENT_USER_EMAIL}"}')
    own_operator.edit_backend("demo", seed_subdir="home", mount_target="/home", chown_uid=1000, chown_gid=1000,
                              templated_files=["settings.json"])
    user = own_operator.start().user()
    status = Path(f"/proc/{own_operator.process.pid}/status").read_text()
    assert re.search(r"CapEff:\s+000000000000000b\n", status), status
    user.start()
    home = own_operator.folder / f"data/users/{user.slug}/demo"
    assert (home.stat().st_uid, (home / "settings.json").stat().st_uid) == (1000, 1000)
    # Rendered again over a file and in a folder of somebody else.
    (home / "settings.json").write_text("{}")
    os.chown(home / "settings.json", 1000, 1000)
    user.http.delete("/api/runners/demo").raise_for_status()
    user.start()
    assert user.account["email"] in (home / "settings.json").read_text()


@pytest.fixture
def unit():
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str
    parser.read_string((REPOSITORY / "deploy/systemd/operatord.service").read_text())
    return parser


def test_the_unit_starts_operatord_with_three_capabilities(unit, own_operator):
    service = unit["Service"]
    assert service["ExecStart"].split()[:2] == ["/usr/local/bin/operatord", "serve"]
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER"
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID", "MemoryDenyWriteExecute"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict" and service["StateDirectory"] == "operatord"
    # A check that ends the start would keep it down on a bad edit, which operatord itself outlives.
    assert "ExecStartPre" not in service
    # Its options exist: the same words, on files of this test.
    line = service["ExecStart"]
    command, *options = line.replace("/etc/operatord/stack.yaml", str(own_operator.stack_file)).split()[1:]
    done = own_operator.run(command, *options, "--help")
    assert done.returncode == 0 and "USAGE" in done.stdout, done.stderr
    for option in options:
        if option.startswith("--"):
            assert option in done.stdout, option


@pytest.mark.parametrize("name", ["operatord.service", "operatord-backup.service", "operatord-backup.timer",
                                  "operatord-socket-proxy.service"])
def test_systemd_accepts_the_units(tmp_path, name):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for file in (REPOSITORY / "deploy/systemd").iterdir():
        # The programs are looked for where the units say.
        (tmp_path / file.name).write_text(re.sub(r"/usr/local/bin/\S+", "/bin/true", file.read_text()))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
                          capture_output=True, text=True)
    told = [line for line in (done.stdout + done.stderr).splitlines() if name in line]
    # The one thing that depends on the host: whether Docker's own unit is there.
    assert [line for line in told if "docker.service" not in line] == [], done.stderr


def test_the_socket_proxy_of_systemd_is_where_operatord_looks():
    def read(name):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str
        parser.read_string((REPOSITORY / "deploy/systemd" / name).read_text())
        return parser

    operator, proxy = read("operatord-socket-proxy.conf"), read("operatord-socket-proxy.service")["Service"]
    listens = re.search(r"listen unix:(\S+);", (REPOSITORY / "deploy/socket-proxy/nginx.conf").read_text())[1]
    assert operator["Service"]["Environment"] == f"DOCKER_HOST=unix://{listens}"
    assert operator["Service"]["SupplementaryGroups"] == ""
    assert operator["Unit"]["After"] == operator["Unit"]["Wants"] == "operatord-socket-proxy.service"
    # nginx lets all write to its socket: the folder is what keeps others out.
    assert listens == f"/run/{proxy['RuntimeDirectory']}/docker.sock"
    assert proxy["RuntimeDirectoryMode"] == "0750" and proxy["Group"] == "operatord"
    assert proxy["CapabilityBoundingSet"] == "CAP_SETGID CAP_SETUID" and proxy["PrivateNetwork"] == "yes"


def timed_backup(operator, folder, *options):
    """The backups that are there afterwards."""
    done = subprocess.run(
        [str(REPOSITORY / "deploy/backup"), str(folder), *options, "--config", str(operator.stack_file)],
        capture_output=True, text=True, env={**operator.environment, "OPERATORD": BINARY})
    assert done.returncode == 0, done.stderr
    return {file.name for file in folder.iterdir()}


def test_a_backup_by_timer_is_one_that_can_be_restored(own_operator, tmp_path):
    user = own_operator.start().user()
    user.http.post("/api/conversations", json={"backend": "demo", "title": "kept in the backup"}).raise_for_status()
    folder = tmp_path / "backups"
    made = folder / timed_backup(own_operator, folder, "--homes").pop()
    assert made.stat().st_mode & 0o077 == 0 == folder.stat().st_mode & 0o077
    own_operator.terminate()
    shutil.rmtree(own_operator.folder / "data")
    restored = own_operator.command("backup", "restore", str(made))
    assert restored.returncode == 0, restored.stderr
    own_operator.start()
    again = httpx.Client(base_url=own_operator.url, cookies=user.http.cookies)
    titles = [chat["title"] for chat in again.get("/api/conversations").raise_for_status().json()["conversations"]]
    assert titles == ["kept in the backup"]


def test_old_backups_by_timer_go_and_what_is_somebody_elses_stays(own_operator, tmp_path):
    own_operator.start()
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("operatord-20200101T000000Z.tar", "operatord-20210101T000000Z.tar", "somebody-elses.tar"):
        (folder / name).touch()
    left = timed_backup(own_operator, folder, "--keep", "2")
    assert left > {"operatord-20210101T000000Z.tar", "somebody-elses.tar"} and len(left) == 3
