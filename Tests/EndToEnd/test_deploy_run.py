"""The image and the compose files as docs/deployment.md says, with nginx in front and the daemon's socket behind."""

import json
import os
import secrets
import stat
import subprocess
from pathlib import Path

import httpx
import pytest
from support.deployment import RUNTIME, SWIFT, Checkout, answers, docker_build, documented, make_images
from support.wait import until


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The name that the image of this run gets."""
    make_images(tmp_path_factory.mktemp("images"))
    name = f"operatord/packaged:{secrets.token_hex(4)}"
    yield name
    subprocess.run(["docker", "image", "rm", name], capture_output=True)


@pytest.fixture(scope="module")
def checkout(image):
    """Built and started by one command."""
    checkout = Checkout(image)
    try:
        # Under a name of its own this stage outlives the run, and is not made anew by the next.
        docker_build(checkout.folder, RUNTIME, "--file", checkout.folder / "Dockerfile.packaged",
                     "--target", "runtime", "--build-arg", f"RUNTIME_IMAGE={SWIFT}")
        yield checkout.up("--build")
    finally:
        checkout.close()


@pytest.fixture(scope="module")
def proxied(checkout, image):
    """A second checkout beside it, without the daemon's socket in operatord's container."""
    proxied = Checkout(image)
    proxied.files.append("docker-compose.proxy.yml")
    try:
        yield proxied.up()
    finally:
        proxied.close()


def titles(user):
    return {chat["title"] for chat in user.http.get("/api/conversations").json()["conversations"]}


def test_a_chat_comes_through_nginx_as_it_is_written(checkout):
    user = checkout.user()
    chunks = list(user.stream("[[chunks 10 100ms]]"))
    sent = [(chunk["sent_us"], chunk["received_us"]) for chunk in chunks if "sent_us" in chunk]
    assert len(sent) > 5
    assert sent[-1][0] - sent[0][0] > 500_000, "the agent did not take its time"
    assert sent[0][1] < sent[-1][0], "the first chunk came after the last was written"
    assert checkout.container_of(user)["State"]["Running"]


def test_nginx_serves_the_page_and_holds_bodies_back(checkout):
    user = checkout.user()
    assert "<html" in user.http.get("/").text
    assert user.http.get("/metrics").status_code == 404
    # nginx's own limit, and operatord's behind it.
    assert user.chat("x" * (41 << 20)).status_code == 413
    refused = user.chat("x" * (33 << 20))
    assert refused.status_code == 413 and "error" in refused.json()


def test_the_container_is_healthy_and_has_few_powers(checkout):
    container = checkout.container("operatord")
    assert container["State"]["Health"]["Status"] == "healthy"
    assert container["HostConfig"]["ReadonlyRootfs"] and container["HostConfig"]["Init"]
    assert {name.removeprefix("CAP_") for name in container["HostConfig"]["CapAdd"]} == {"CHOWN", "DAC_OVERRIDE", "FOWNER"}
    assert json.loads(checkout.operatord("status", "-o", "json"))["conditions"] == []
    # Its database is the owner's alone.
    assert stat.S_IMODE((checkout.data / "router.db").stat().st_mode) & 0o077 == 0


def test_down_leaves_runners_and_data_and_the_other_checkout(checkout, proxied):
    user, other = checkout.user(), proxied.user()
    user.say("hello")
    other.say("hello")
    runner = checkout.container_of(user)["Id"]
    user.http.post("/api/conversations", json={"backend": "demo", "title": "kept"}).raise_for_status()
    checkout.compose("down")
    with pytest.raises(httpx.TransportError):
        user.http.get("/healthz")
    assert checkout.container_of(user)["Id"] == runner
    assert "still here" in other.say("still here")
    checkout.up()
    until(lambda: answers(user), 20, "nginx")
    assert "and again" in user.say("and again")
    assert checkout.container_of(user)["Id"] == runner
    assert "kept" in titles(user)


def test_a_backup_by_the_documents_commands_comes_back(checkout):
    user = checkout.user()
    assert "hello" in user.say("hello")
    user.http.post("/api/conversations", json={"backend": "demo", "title": "saved"}).raise_for_status()
    checkout.shell(documented("### With compose", "deploy/backup"))
    # The name of the instance in it: the commands read the files that the operator reads.
    made, = (checkout.data / "backups").glob(f"operatord-{checkout.prefix}-*.tar")
    user.http.post("/api/conversations", json={"backend": "demo", "title": "after it"}).raise_for_status()
    restore = documented("### With compose", "backup restore")
    assert "/var/lib/agent-stack/backups/FILE.tar" in restore
    checkout.shell(restore.replace("/var/lib/agent-stack/backups/FILE.tar", str(made)))
    until(lambda: answers(user), 20, "operatord")
    assert titles(user) == {"saved"}
    assert "again" in user.say("again")


def test_an_upgrade_by_the_documents_command_brings_nginxs_files_and_leaves_runners(checkout):
    user = checkout.user()
    user.say("hello")
    runner = checkout.container_of(user)["Id"]
    upgrade = next(line for line in documented("## Upgrade", "git pull").splitlines() if line.startswith("git pull"))
    site = checkout.folder / "deploy/compose/nginx/default.conf.template"
    before = site.read_text()
    pulled = checkout.folder / "pulled"
    pulled.write_text(before.replace("server_tokens off;", "server_tokens off;\n    add_header X-Upgraded yes always;"))
    try:
        # What git does with a file: another takes its place.
        checkout.shell(upgrade.replace("git pull", f"mv {pulled} {site}"))
        until(lambda: answers(user), 20, "nginx")
        assert user.http.get("/").headers["x-upgraded"] == "yes"
        assert checkout.container_of(user)["Id"] == runner
        assert "still here" in user.say("still here")
    finally:
        site.write_text(before)


def test_the_listed_calls_are_enough_and_no_other_passes(proxied):
    operator = proxied.container("operatord")
    sockets = {mount["Destination"]: mount["Source"] for mount in operator["Mounts"]}
    assert sockets["/var/run/docker.sock"] == "/dev/null"
    user = proxied.user()
    assert "by the proxy" in user.say("by the proxy")
    first = proxied.container_of(user)["Id"]
    proxied.operatord("recycle", f"{user.slug}/demo")

    def ids():
        return [container["Id"] for container in proxied.containers_of(user) if container["State"]["Running"]]

    until(lambda: ids() and ids() != [first], 30, "another container")
    assert "once more" in user.say("once more")
    assert proxied.operatord("logs", f"{user.slug}/demo").strip()
    assert user.stop()
    assert proxied.containers_of(user) == []
    socket = sockets["/run/socket-proxy"] + "/docker.sock"
    with httpx.Client(transport=httpx.HTTPTransport(uds=socket), base_url="http://docker") as docker:
        assert docker.get("/version").status_code == 200
        # A pull reaches the daemon, which finds no registry there.
        pull = docker.post("/v1.41/images/create", params={"fromImage": "127.0.0.1:1/nowhere", "tag": "1"}, timeout=30)
        assert pull.status_code >= 404 and "socket proxy" not in pull.text
        for method, path in [("POST", f"/v1.41/containers/{operator['Id']}/exec"), ("GET", "/v1.41/volumes"),
                             ("POST", f"/v1.41/containers/{operator['Id']}/kill"), ("POST", "/v1.41/build")]:
            assert docker.request(method, path).status_code == 403, path


def test_another_user_than_root_runs_with_the_sockets_group(checkout):
    data = checkout.data / "of-another"
    data.mkdir(mode=0o711)
    os.chown(data, 12345, 12345)
    os.chmod(checkout.data, 0o711)
    group = os.stat("/var/run/docker.sock").st_gid
    before = dict(checkout.settings)
    checkout.write_settings(OPERATORD_USER="12345:12345", DOCKER_GID=group, HOST_STACK_ROOT=data)
    try:
        user = checkout.up().user()
        pid = checkout.container("operatord")["State"]["Pid"]
        assert "Uid:\t12345\t12345" in Path(f"/proc/{pid}/status").read_text()
        assert "as somebody" in user.say("as somebody")
        assert (data / "router.db").stat().st_uid == 12345
    finally:
        checkout.write_settings(**before | {"OPERATORD_USER": "0:0", "DOCKER_GID": 0})


def test_the_documents_uninstall_takes_one_installation_away(checkout, proxied):
    user, other = checkout.up().user(), proxied.user()
    user.say("hello")
    other.say("hello")
    name = checkout.container_of(user)["Name"].strip("/")
    listed = checkout.shell(documented("## Uninstall", "--format")).splitlines()
    installation, = [line.split()[0] for line in listed if line.split()[1] == name]
    commands = documented("## Uninstall", "docker compose down")
    assert "installation=ID" in commands
    checkout.shell(commands.replace("installation=ID", f"installation={installation}"))
    assert checkout.containers_of(user) == [] and not checkout.data.exists()
    assert checkout.engine.containers(f"{checkout.prefix}[-_](operatord|nginx)") == []
    assert "still here" in other.say("still here")

