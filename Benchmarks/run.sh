#!/usr/bin/env bash
# Compares edgesh with other languages and runtimes, side by side in one run. See Benchmarks/README.md; `make bench` calls this.
set -euo pipefail
cd "$(dirname "$0")/.."
exec "${EDGESH_PYTHON:-.venv/bin/python}" -W ignore Benchmarks/run.py "$@"
