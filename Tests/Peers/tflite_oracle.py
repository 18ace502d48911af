"""Makes small TFLite models, an operator and a type each, and runs them in LiteRT.

Request (JSON on standard input): folder, seed, groups (names of `tflite_cases_*` modules, without that beginning).
Answer (JSON on standard output): a list of {name, inputs, outputs, runs, tolerance, steps, reset}; files as in `tflite_builder.Cases`.
"""

import importlib
import json
import os
import sys

from tflite_builder import Cases


def main():
    request = json.load(sys.stdin)
    # What the runtime prints while it loads must not get into the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    cases = Cases(request["folder"], request["seed"])
    for group in request["groups"]:
        importlib.import_module(f"tflite_cases_{group}").add(cases)
    if cases.refused:
        print("\n".join(["LiteRT refuses:"] + cases.refused), file=sys.stderr)
        sys.exit(1)
    json.dump(cases.made, answer)
    answer.close()


if __name__ == "__main__":
    main()
