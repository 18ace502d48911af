#!/usr/bin/env bash
# Makes Sources/EdgeRuntime/Models/ONNX/onnx.pb.swift from the schema that the `onnx` Python package ships.
# Needs protoc (Debian: protobuf-compiler) and protoc-gen-swift (built from swift-protobuf: swift build -c release --product protoc-gen-swift).
set -euo pipefail
cd "$(dirname "$0")/.."
schema=$(python3 -c 'import importlib.util as u, os; print(os.path.dirname(u.find_spec("onnx").origin))')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$schema/onnx.proto" "$work/"
protoc --proto_path="$work" --swift_out="$work" --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true onnx.proto
{
    echo "// Generated from the ONNX schema (onnx 1.23.2, onnx.proto) by Scripts/generate-onnx.sh; do not edit."
    cat "$work/onnx.pb.swift"
} > Sources/EdgeRuntime/Models/ONNX/onnx.pb.swift
