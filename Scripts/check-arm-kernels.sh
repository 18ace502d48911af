#!/usr/bin/env bash
# Compiles the kernels for 64-bit ARM and compares every one with its scalar version on random shapes, in an emulator: once on a
# processor with dot products, once on one without.
#
# Usage: Scripts/check-arm-kernels.sh [ROUNDS [SEED]]
# Needs clang (the one that comes with Swift), libc6-dev-arm64-cross, libgcc-12-dev-arm64-cross and qemu-user; says so and does nothing
# where one is missing.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
compiler=${CC:-$(dirname "$(readlink -f "$(command -v swift)")")/clang}
library=/usr/aarch64-linux-gnu
[[ $(uname -m) == x86_64 ]] || { echo "ARM kernels: skipped, they are tested as they stand on this processor"; exit 0; }
for needed in "$compiler" "$library/include/stdio.h" "$(command -v qemu-aarch64 || echo qemu-aarch64)"; do
    [[ -e $needed ]] || { echo "ARM kernels: skipped, $needed is missing"; exit 0; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

flags=(--target=aarch64-linux-gnu -O1 -Wall -Wextra -Wno-unused-parameter -Werror -fno-math-errno -ffp-contract=fast
    "-I$root/Sources/CEdgeKernels/include")
cd "$root/Sources/CEdgeKernels"
printf '%s\n' *.c "$root/Tests/Kernels/check_kernels.c" |
    xargs -P "$(nproc)" -I{} sh -c 'exec "$@" -c "$0" -o "'"$folder"'/$(basename "$0").o"' {} "$compiler" "${flags[@]}"
"$compiler" --target=aarch64-linux-gnu -fuse-ld=lld "$folder"/*.o -lm -o "$folder/check"
for processor in max cortex-a53; do
    echo -n "ARM kernels on $processor: "
    qemu-aarch64 -cpu "$processor" -L "$library" "$folder/check" "${1:-60}" "${2:-1}"
done
