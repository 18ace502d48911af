#!/usr/bin/env bash
# Compares every kernel with its scalar version on random shapes under the address and undefined-behaviour sanitizers.
#
# Usage: Scripts/sanitize-kernels.sh [ROUNDS [SEED]]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# Debian's clang brings the sanitizers' libraries in one piece with itself; Swift's is the one that builds the product.
compiler=${CC:-clang}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$compiler" -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined \
    -fno-math-errno -ffp-contract=fast -I"$root/Sources/CEdgeKernels/include" \
    "$root"/Sources/CEdgeKernels/*.c "$root/Tests/Kernels/check_kernels.c" -lm -o "$folder/check"
"$folder/check" "${1:-500}" "${2:-1}"
