#!/usr/bin/env bash
# Compares every kernel with its scalar version on random shapes under the address and undefined-behaviour sanitizers.
#
# Usage: Scripts/sanitize-kernels.sh [ROUNDS [SEED]]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# The clang that comes with Swift is the one that builds the product.
compiler=${CC:-$(dirname "$(readlink -f "$(command -v swift)")")/clang}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

flags=(-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-math-errno -ffp-contract=fast "-I$root/Sources/CEdgeKernels/include")
cd "$root/Sources/CEdgeKernels"
printf '%s\n' *.c "$root/Tests/Kernels/check_kernels.c" |
    xargs -P "$(nproc)" -I{} sh -c 'exec "$@" -c "$0" -o "'"$folder"'/$(basename "$0").o"' {} "$compiler" "${flags[@]}"
"$compiler" "${flags[@]}" -fuse-ld=lld "$folder"/*.o -lm -o "$folder/check"
"$folder/check" "${1:-500}" "${2:-1}"
