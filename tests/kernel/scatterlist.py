#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's user-space test of scatterlists: scatterlist.py ARMDMA BUILD SOURCE_OPTION

tools/testing/scatterlist/main.c, unmodified: 22 tables of pages into lists. It says
nothing when all is well, and stops at the first that is not. That the test would see it
is shown with lists that are wrong on purpose.
"""
import os
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
MUTANTS = {
    "pages that are never neighbours": "-DFIRST_STEP=2",
    "pages that all are the same": "-DFIRST_STEP=0",
}


def build(armdma, folder, tree, name, *options):
    return compile_driver(
        armdma, os.path.join(folder, name),
        [os.path.join(tree, "tools/testing/scatterlist/main.c"),
         os.path.join(HERE, "scatterlist-harness.c")],
        "-include", os.path.join(HERE, "scatterlist-shim.h"), *options)


def run(program):
    return subprocess.run([program], capture_output=True, text=True)


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    tap = Tap()
    result = run(build(armdma, folder, tree, "scatterlist"))
    tap.result("tools/testing/scatterlist/main.c: 22 tables of pages",
               [] if result.returncode == 0 else [result.stdout + result.stderr])
    for what, mutant in MUTANTS.items():
        result = run(build(armdma, folder, tree, "scatterlist-wrong", mutant))
        tap.result("it complains about " + what,
                   [] if result.returncode == 1 and "Failed on" in result.stderr
                   else ["exit status %d\n%s" % (result.returncode, result.stderr)])
    tap.finish()


main()
