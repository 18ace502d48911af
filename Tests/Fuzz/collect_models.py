"""Writes models of one operator each, which ONNX's package, the tests of classical models and those of TFLite make, as more seeds for the fuzzers.

    .venv/bin/python Tests/Fuzz/collect_models.py onnx|tflite FOLDER

They are thousands and quickly made, and so not in the repository.
"""

import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

MOST_BYTES = 8192


def onnx_models():
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        if case.model is not None:
            yield case.name, case.model.SerializeToString()
    script = pathlib.Path(__file__).resolve().parent.parent / "Peers" / "classical_oracle.py"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, str(script)], input=json.dumps({"folder": folder}).encode(), stdout=subprocess.DEVNULL, check=True)
        for path in pathlib.Path(folder).glob("*.onnx"):
            yield path.stem, path.read_bytes()


def tflite_models():
    peers = pathlib.Path(__file__).resolve().parent.parent / "Peers"
    sys.path.insert(0, str(peers))
    from tflite_builder import Cases

    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(folder, 1)
        for module in sorted(peers.glob("tflite_cases_*.py")):
            importlib.import_module(module.stem).add(cases)
        for path in pathlib.Path(folder).glob("*.tflite"):
            yield path.stem, path.read_bytes()


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in {"onnx": onnx_models, "tflite": tflite_models}[kind]():
        if len(data) <= MOST_BYTES:
            (folder / f"{name}.{kind}").write_bytes(data)


if __name__ == "__main__":
    main()
