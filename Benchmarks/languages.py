"""The same programs in edgesh, Lua and Python, with the same printed result: how fast the interpreters are."""

import pathlib

import table
from process import PYTHON, measure

FOLDER = pathlib.Path(__file__).parent / "language"
PROGRAMS = ["fib", "loop", "strings", "records", "closures", "sieve", "nbody"]


def run(edgesh, rounds, programs=PROGRAMS):
    peers = {"edgesh": [edgesh, ".edge"], "lua5.4": ["lua5.4", ".lua"], "python3": [PYTHON, ".py"]}
    rows, against = [], {"lua5.4": [], "python3": []}
    for program in programs:
        costs = {name: [] for name in peers}
        # One of each, again and again: what else the machine does falls on all of them alike.
        for _ in range(rounds):
            for name, (command, ending) in peers.items():
                costs[name].append(measure([command, str(FOLDER / (program + ending))]))
        results = {cost.output for group in costs.values() for cost in group}
        if len(results) != 1:
            raise SystemExit(f"{program}: the languages disagree: {results}")
        seconds = {name: table.median([cost.cpu for cost in group]) for name, group in costs.items()}
        memory = {name: table.median([cost.memory for cost in group]) for name, group in costs.items()}
        for name, ratios in against.items():
            ratios.append(seconds["edgesh"] / seconds[name])
        rows.append(
            [program]
            + [f"{seconds[name]:.3f}" for name in peers]
            + [table.ratio(ratios[-1]) for ratios in against.values()]
            + [f"{memory[name] / 1e6:.0f}" for name in peers]
        )
    rows.append(
        ["geometric mean", "", "", ""] + [table.ratio(table.geometric_mean(r)) for r in against.values()] + ["", "", ""]
    )
    table.show(
        f"Language: CPU seconds, median of {rounds} interleaved rounds (smaller is faster)",
        ["program", "edgesh", "lua5.4", "python3", "/ lua5.4", "/ python3", "edgesh MB", "lua MB", "python MB"],
        rows,
        ["All three printed the same result for every program. MB: peak memory of the process."],
    )
