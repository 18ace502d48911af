"""The same programs in edgesh, Lua, Python and JavaScript, with the same printed result: how fast the interpreters are."""

import importlib.util
import pathlib

import table
from process import PYTHON, measure

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "language"
# A program runs in the languages there is a file for: each one of these in all of them, unless a peer cannot do it.
PROGRAMS = ["fib", "loop", "sieve", "nbody", "strings", "records", "closures", "trees", "streams"]


def peers(edgesh):
    """By name: the command that runs a file, and how the file's name ends."""
    found = {"edgesh": ([edgesh], ".edge"), "lua5.4": (["lua5.4"], ".lua"), "python3": ([PYTHON], ".py")}
    quickjs = importlib.util.find_spec("quickjs")
    if quickjs:
        folder = pathlib.Path(quickjs.origin).parent.parent
        found["quickjs"] = ([PYTHON, "-S", str(HERE / "quickjs_run.py"), str(folder)], ".js")
    return found


def run(edgesh, rounds, programs=PROGRAMS):
    contestants = peers(edgesh)
    others = [name for name in contestants if name != "edgesh"]
    rows, against = [], {name: [] for name in others}
    for program in programs:
        costs = {name: [] for name, (_, ending) in contestants.items() if (FOLDER / (program + ending)).exists()}
        # One of each, again and again: what else the machine does falls on all of them alike.
        for _ in range(rounds):
            for name, runs in costs.items():
                command, ending = contestants[name]
                runs.append(measure([*command, str(FOLDER / (program + ending))]))
        results = {cost.output for group in costs.values() for cost in group}
        if len(results) != 1:
            raise SystemExit(f"{program}: the languages disagree: {results}")
        seconds = {name: table.median([cost.cpu for cost in group]) for name, group in costs.items()}
        memory = {name: table.median([cost.memory for cost in group]) for name, group in costs.items()}
        ratios = {
            name: table.median([ours.cpu / theirs.cpu for ours, theirs in zip(costs["edgesh"], costs[name])])
            for name in others
            if name in costs
        }
        for name, ratio in ratios.items():
            against[name].append(ratio)
        rows.append(
            [program]
            + [f"{seconds[name]:.3f}" if name in costs else "" for name in contestants]
            + [table.ratio(ratios[name]) if name in ratios else "" for name in others]
            + [f"{memory[name] / 1e6:.0f}" if name in costs else "" for name in contestants]
        )
    rows.append(
        ["geometric mean", *[""] * len(contestants)]
        + [table.ratio(table.geometric_mean(against[name])) for name in others]
        + [""] * len(contestants)
    )
    notes = [
        "All printed the same result for every program. Ratios: median over the rounds. MB: peak memory of the process."
    ]
    if "quickjs" in contestants:
        notes.append("QuickJS runs within Python, whose start (about 10 ms, 10 MB) is included.")
    else:
        notes.append("QuickJS is not installed: `pip install -r Benchmarks/requirements.txt`.")
    table.show(
        f"Language: CPU seconds, median of {rounds} interleaved rounds (smaller is faster)",
        ["program", *contestants, *[f"/ {name}" for name in others], *[f"{name} MB" for name in contestants]],
        rows,
        notes,
    )
