#!/usr/bin/env bash
# Fetches the libraries that the tests of the page compare with, as their SOURCE.json names them, and checks every hash.
#   scripts/vendor.sh
set -euo pipefail
cd "$(dirname "$0")/../frontend/tests/vendor"
command -v dpkg-deb >/dev/null || { echo 'error: dpkg-deb is needed' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# value FIELD: a text of SOURCE.json.
value() { sed -n "s/^  \"$1\": \"\(.*\)\",\{0,1\}$/\1/p" SOURCE.json; }

for library in */; do
    (
        cd "$library"
        curl -fsSL -o "$work/archive.deb" "$(value archive)"
        echo "$(value archive_sha256)  $work/archive.deb" | sha256sum --check --quiet
        rm -rf "$work/files"
        dpkg-deb --extract "$work/archive.deb" "$work/files"
        sed -n 's/^      "path": "\(.*\)",$/\1/p' SOURCE.json | while read -r path; do cp "$work/files/$path" .; done
        paste -d' ' <(sed -n 's/^      "sha256": "\(.*\)"$/\1/p' SOURCE.json) \
            <(sed -n 's/^      "path": ".*\/\(.*\)",$/\1/p' SOURCE.json) | sed 's/ /  /' | sha256sum --check --quiet
        echo "${library%/}: $(value version)"
    )
done
