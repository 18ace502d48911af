#!/usr/bin/env bash
# Installs what edgesh needs from Debian and is not there yet. Does nothing, quickly, when nothing is missing.
#
# Usage: Scripts/install-dependencies.sh [build|test|bench]
#   build  what compiling and running edgesh needs
#   test   that, and what its tests run against (default)
#   bench  that, and the languages that the benchmarks compare with
set -euo pipefail

build_packages=(libreadline-dev libyaml-dev libjansson-dev libdnnl-dev zlib1g-dev libsqlite3-dev libmosquitto-dev)
test_packages=(python3 python3-venv lua5.4 mosquitto openssl gnuplot-nox
    libc6-dev-arm64-cross libgcc-12-dev-arm64-cross qemu-user)
bench_packages=(time)

packages=("${build_packages[@]}")
case "${1:-test}" in
build) ;;
test) packages+=("${test_packages[@]}") ;;
bench) packages+=("${test_packages[@]}" "${bench_packages[@]}") ;;
*)
    echo "install-dependencies.sh: expected build, test or bench, found '$1'" >&2
    exit 64
    ;;
esac

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [[ $status == "install ok installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "install-dependencies.sh: no apt-get here; please install: ${missing[*]}" >&2
    exit 1
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "install-dependencies.sh: not root and no sudo; please install: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=("${as_root[@]}" apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A fresh machine has no package lists, an old one stale ones: refresh before installing.
if ! { "${apt[@]}" update -qq && "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
