"""What `search` finds for the keyword spotter of MLPerf Tiny within 30 kB, next to uniform bits and to a random search with as many networks.

The searches see one half of the open samples; the other half judges them. Three seeds.
"""

import json
import os
import pathlib
import subprocess

import table

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("EDGESH_SHARED_DATA", HERE.parent.parent / "shared" / "data"))
MODEL = DATA / "models" / "onnx" / "mlperf_tiny" / "kws_dscnn_f32.onnx"
SAMPLES = DATA / "datasets" / "kws01"
EVALUATIONS, SEEDS = 24, (1, 2, 3)


def run(edgesh):
    if not MODEL.exists() or not SAMPLES.exists():
        print(f"\nSearch: skipped, there is no {MODEL if not MODEL.exists() else SAMPLES}")
        return
    rows = []
    for seed in SEEDS:
        command = [edgesh, str(HERE / "search" / "keywords.edge"), str(MODEL), str(SAMPLES), str(EVALUATIONS), str(seed)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        entries = json.loads(output.splitlines()[-1])
        for entry in entries if seed == SEEDS[0] else entries[3:]:
            name = entry["name"] if entry in entries[:3] else f"{entry['name']}, seed {seed}"
            shares = [f"{entry[part] * 100:.1f} %" for part in ("own", "others", "all")]
            rows.append([name, f"{entry['size'] / 1000:.1f}", *shares])
    table.show(
        f"Search: keyword spotting within 30 kB, {EVALUATIONS} networks judged a search on half of the samples",
        ["", "kB", "its half", "other half", "all"],
        rows,
    )
