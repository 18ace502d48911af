#!/usr/bin/env bash
# Runs the tests that are built and tells what failed once more at the end: a run prints some ten thousand lines.
#
# Usage: Scripts/run-tests.sh [OPTION OF swift test]…
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"${SWIFT:-swift}" test --skip-build "$@" 2>&1 | tee "$log" || status=$?
if ((status)); then
    echo
    echo "What failed:"
    grep -E -A 6 'recorded an issue|[Ff]atal error|signal code|Exited with' "$log" | grep -vE '^(◇|✔|--$)' | cut -c 1-1000 || tail -n 20 "$log"
fi
exit "$status"
