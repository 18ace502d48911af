"""Runs a JavaScript file in QuickJS as a program of its own: `print` writes a line.

    python3 -S quickjs_run.py FOLDER_OF_THE_MODULE FILE

Without its site packages Python starts within a few milliseconds; hence the folder.
"""

import sys

sys.path.insert(0, sys.argv[1])
import quickjs  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as file:
    source = file.read()
context = quickjs.Context()
context.add_callable("print", lambda value: print(value))
context.eval(source)
