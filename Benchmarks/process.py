"""Programs run to their end, with what they cost."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

# The interpreter itself: `python3` on the search path may be a script that looks for it.
PYTHON = os.path.realpath(sys.executable)


@dataclass
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, user and system
    memory: float  # bytes at the most
    output: str


class ProgramFailed(Exception):
    pass


def measure(command):
    """Runs a program, which must succeed, and tells its cost.

    GNU time stands between: Linux counts the memory of the process that starts a program as the program's own, and this one is large.
    """
    with tempfile.NamedTemporaryFile("r") as report:
        start = time.perf_counter()
        process = subprocess.Popen(
            ["/usr/bin/time", "-f", "%M", "-o", report.name, *command],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise ProgramFailed(f"{' '.join(command)} ended with {process.returncode}")
        memory = int(report.read()) * 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, memory, output)


def start_up(command):
    """The wall time from starting a program that does nothing to its end, in seconds."""
    null = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status = os.waitpid(pid, 0)
    wall = time.perf_counter() - start
    os.close(null)
    if status != 0:
        raise ProgramFailed(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return wall
