"""How long each program takes to start, do nothing and end."""

import table
from process import PYTHON, start_up


def run(edgesh, rounds):
    commands = {
        "edgesh -e 1": [edgesh, "-e", "1"],
        "lua5.4 -e ''": ["lua5.4", "-e", ""],
        "python3 -I -S -c ''": [PYTHON, "-I", "-S", "-c", ""],
        "python3 -c ''": [PYTHON, "-c", ""],
    }
    times = {name: [] for name in commands}
    for turn in range(rounds + 3):
        for name, command in commands.items():
            wall = start_up(command)
            if turn >= 3:  # the first turns bring the files into memory
                times[name].append(wall)
    own = table.median(times["edgesh -e 1"])
    table.show(
        f"Start-up: wall milliseconds, {rounds} interleaved rounds",
        ["command", "median", "fastest", "edgesh / it"],
        [
            [name, f"{table.median(t) * 1e3:.2f}", f"{min(t) * 1e3:.2f}", table.ratio(own / table.median(t))]
            for name, t in times.items()
        ],
    )
