#!/usr/bin/env bash
# Fails when a Swift file is not as `swift format` writes it (generated files aside), or a shell script does not parse.
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files -z '*.swift' ':!:*.pb.swift' | xargs -0 swift format lint --strict --parallel
for script in Scripts/*.sh .ci/run; do bash -n "$script"; done
