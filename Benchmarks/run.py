"""`make bench`: edgesh against its peers, measured side by side in one run. Figures are printed and never asserted."""

import argparse
import os
import pathlib
import platform
import shutil

import federation
import forecasting
import languages
import lowbit
import networks
import protocols
import search
import startup
import training

ROOT = pathlib.Path(__file__).resolve().parent.parent


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


PARTS = {
    "startup": lambda options: startup.run(options.edgesh, 40 * options.rounds),
    "languages": lambda options: languages.run(options.edgesh, options.rounds, options.programs),
    "networks": lambda options: networks.run(options.edgesh, options.rounds),
    "lowbit": lambda options: lowbit.run(options.edgesh, options.rounds),
    "federation": lambda options: federation.run(options.edgesh, options.rounds),
    "forecasting": lambda options: forecasting.run(options.edgesh),
    "search": lambda options: search.run(options.edgesh),
    "training": lambda options: training.run(options.rounds),
    "protocols": lambda options: protocols.run(options.edgesh, options.rounds),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--edgesh", default=str(ROOT / ".build" / "release" / "edgesh"), help="the program to measure")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--programs", nargs="*", default=languages.PROGRAMS, help="which language programs to run")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    for program in (options.edgesh, "lua5.4", "/usr/bin/time"):
        if shutil.which(program) is None:
            parser.error(f"{program} is missing; `make bench` builds and installs what is needed")
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}")
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
