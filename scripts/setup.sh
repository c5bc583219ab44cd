# Shared by ./run and ./check: what the machine needs. Sourced by bash; expects the repository as working directory.

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root and there is no sudo: $*"
    fi
}

# The docker command, as root when the socket is not ours to use. The image scripts read DOCKER too.
DOCKER=${DOCKER:-docker}
# Set to sudo when operatord itself needs it to reach the engine.
ENGINE_SUDO=

# need_packages PACKAGE…: installs what is missing of Debian's.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || die "please install: ${missing[*]}"
    say "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends \
        "${missing[@]}" >/dev/null
}

need_command() {
    command -v "$1" >/dev/null || need_packages "${@:2}"
}

need_swift() {
    command -v swift >/dev/null || die "Swift 6.2 or newer is needed: https://www.swift.org/install/linux"
    need_packages libsqlite3-dev zlib1g-dev libcrypt-dev
}

engine_answers() { $DOCKER version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# A Docker Engine that answers: found, or installed and started.
need_engine() {
    need_command docker docker.io
    engine_answers && return
    if [ "$(id -u)" != 0 ] && [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
        say "the engine's socket is not yours: using sudo for it"
        DOCKER="sudo docker" ENGINE_SUDO=sudo
        engine_answers && return
    fi
    need_command dockerd docker.io
    need_command iptables iptables
    start_engine
}

start_engine() {
    local log=/var/log/dockerd.log
    if [ -d /run/systemd/system ]; then
        say "starting Docker (systemctl start docker)"
        as_root systemctl start docker
    else
        say "starting dockerd in the background (its log: $log)"
        as_root sh -c "setsid dockerd >>$log 2>&1 </dev/null &"
    fi
    [ "$(id -u)" = 0 ] || [ -w /var/run/docker.sock ] || DOCKER="sudo docker" ENGINE_SUDO=sudo
    for _ in $(seq 300); do
        engine_answers && return
        sleep 0.2
    done
    as_root tail -n 20 "$log" >&2 || true
    die "the Docker Engine does not answer after a minute"
}

# build_image BINARY TAG
build_image() { DOCKER="$DOCKER" images/demo-agent/build "$1" "$2"; }

# A virtual environment with the pinned packages, made again when they change.
make_venv() {
    local wanted
    wanted=$(sha256sum Tests/EndToEnd/requirements.txt | cut -c1-64)
    [ "$(cat .venv/requirements.sha256 2>/dev/null)" = "$wanted" ] && return
    need_packages python3-venv
    rm -rf .venv
    /usr/bin/python3 -m venv .venv && .venv/bin/pip install -q -r Tests/EndToEnd/requirements.txt &&
        echo "$wanted" >.venv/requirements.sha256
}
