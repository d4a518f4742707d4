#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of a document are what a program prints:
tables.py PROGRAM SOURCE_ROOT DOCUMENT

With UPDATE_GOLDEN in the environment the document is written anew.
"""
import difflib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "style"))
from tap import Tap

BEGIN = "<!-- begin: build/bench/%s -->\n"
END = "<!-- end -->\n"


def main():
    program, root, name = sys.argv[1:]
    path = os.path.join(root, "docs", name)
    begin = BEGIN % os.path.basename(program)
    tap = Tap()
    run = subprocess.run([program], capture_output=True, text=True, timeout=600)
    tap.result("the program ends well and says nothing else",
              [] if run.returncode == 0 and not run.stderr else
              ["exit status %d, stderr: %r" % (run.returncode, run.stderr)])
    with open(path, encoding="utf-8") as f:
        before, rest = f.read().split(begin)
    old, after = rest.split(END)
    if os.environ.get("UPDATE_GOLDEN"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(before + begin + run.stdout + END + after)
        old = run.stdout
    tap.result("docs/%s has its tables, byte for byte" % name,
              list(difflib.unified_diff(old.splitlines(), run.stdout.splitlines(),
                                        "document", "program", lineterm="")))
    refused = subprocess.run([program, "--bogus"], capture_output=True, text=True, timeout=60)
    tap.result("it refuses what it does not know",
              [] if refused.returncode == 2 and "usage" in refused.stderr else
              ["exit status %d" % refused.returncode])
    tap.finish()


main()
