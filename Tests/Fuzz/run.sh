#!/usr/bin/env bash
# Fuzzes the readers of model files, the language and the grammars of protocols with libFuzzer. `make soak` calls this.
#
# Usage: Tests/Fuzz/run.sh [SECONDS [TARGET...]]
#   SECONDS  for each target (default 600)
#   TARGET   onnx, tflite, safetensors, lexer, parser, run, update or protocols (default: all)
#
# A finding is left in .build/fuzz/findings as crash-*, timeout-* or oom-*. What was found to reach new code is kept in
# .build/fuzz/found and used by the next run; the seeds in Tests/Fuzz/corpus stay as they are. The readers of models take models
# of one operator each for seeds, too, and what they read is written in both formats and run. The three targets of the
# language share a corpus (`lexer-*` and `parser-*` in it were found by runs) and a dictionary, and take the cases of
# Tests/Spec, the examples and the library for seeds, too.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-600}
shift || true
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(onnx tflite safetensors lexer parser run update protocols)

# Each case of the spec as a file, and whole programs.
make_language_seeds() {
    rm -rf .build/fuzz/language
    mkdir -p .build/fuzz/language
    find Tests/Spec -name '*.edge' -print0 | sort -z | xargs -0 awk '
        /^### / { close(file); file = sprintf(".build/fuzz/language/spec-%04d.edge", ++count); next }
        file { print > file }'
    local file
    for file in examples/*.edge stdlib/std/*.edge; do
        cp "$file" ".build/fuzz/language/$(basename "$(dirname "$file")")-$(basename "$file")"
    done
}

# Models of one operator each, where there is a Python that has the packages which make them.
make_model_seeds() {
    local python=${EDGESH_PYTHON:-.venv/bin/python}
    mkdir -p ".build/fuzz/models/$1"
    if [[ -n $(ls -A ".build/fuzz/models/$1") ]]; then return; fi
    if ! "$python" -W ignore Tests/Fuzz/collect_models.py "$1" ".build/fuzz/models/$1" 2>/dev/null; then
        echo "no models of single operators: $python cannot make them; \`make peers\` installs what it needs" >&2
    fi
}

export EDGESH_FUZZ=1
status=0
for target in "${targets[@]}"; do
    swift build --quiet --scratch-path .build/fuzz --product "fuzz-$target"
    mkdir -p ".build/fuzz/found/$target" .build/fuzz/findings
    seeds=("Tests/Fuzz/corpus/$target")
    options=(-max_len=8192)
    case $target in
    onnx | tflite)
        make_model_seeds "$target"
        seeds+=(".build/fuzz/models/$target")
        ;;
    lexer | parser | run)
        make_language_seeds
        seeds=(Tests/Fuzz/corpus/language .build/fuzz/language)
        options=(-dict=Tests/Fuzz/language.dict -max_len=2048)
        ;;
    esac
    echo "fuzz-$target for $seconds s"
    ".build/fuzz/debug/fuzz-$target" ".build/fuzz/found/$target" "${seeds[@]}" "${options[@]}" \
        -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -malloc_limit_mb=512 \
        -artifact_prefix=".build/fuzz/findings/$target-" -print_final_stats=1 2>&1 |
        { grep -E 'stat::|SUMMARY|ERROR|Fatal|Test unit written' || true; }
    [[ ${PIPESTATUS[0]} -eq 0 ]] || status=1
done
if [[ $status -ne 0 ]]; then echo "findings are in .build/fuzz/findings" >&2; fi
exit $status
