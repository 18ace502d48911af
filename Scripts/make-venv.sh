#!/usr/bin/env bash
# Makes the Python environment `.venv` with the peers that tests and benchmarks compare with, pinned in
# Tests/Peers/requirements.txt. Does nothing, quickly, when it is current.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=Tests/Peers/requirements.txt
stamp=.venv/requirements.installed
if [[ -x .venv/bin/python && -f $stamp ]] && cmp -s "$requirements" "$stamp"; then exit 0; fi

[[ -x .venv/bin/python ]] || python3 -m venv .venv
echo "Installing the Python peers of $requirements"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp"
