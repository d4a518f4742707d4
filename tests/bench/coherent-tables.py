#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of docs/coherent-memory.md are what the program prints:
coherent-tables.py PROGRAM SOURCE_ROOT

With UPDATE_GOLDEN in the environment the document is written anew.
"""
import difflib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "style"))
from tap import Tap

BEGIN = "<!-- begin: build/bench/coherent -->\n"
END = "<!-- end -->\n"


def main():
    program, root = sys.argv[1:]
    path = os.path.join(root, "docs", "coherent-memory.md")
    tap = Tap()
    run = subprocess.run([program], capture_output=True, text=True, timeout=600)
    tap.result("the program ends well and says nothing else",
              [] if run.returncode == 0 and not run.stderr else
              ["exit status %d, stderr: %r" % (run.returncode, run.stderr)])
    with open(path, encoding="utf-8") as f:
        before, rest = f.read().split(BEGIN)
    old, after = rest.split(END)
    if os.environ.get("UPDATE_GOLDEN"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(before + BEGIN + run.stdout + END + after)
        old = run.stdout
    tap.result("docs/coherent-memory.md has its tables, byte for byte",
              list(difflib.unified_diff(old.splitlines(), run.stdout.splitlines(),
                                        "document", "program", lineterm="")))
    refused = subprocess.run([program, "--bogus"], capture_output=True, text=True, timeout=60)
    tap.result("it refuses what it does not know",
              [] if refused.returncode == 2 and "usage" in refused.stderr else
              ["exit status %d" % refused.returncode])
    tap.finish()


main()
