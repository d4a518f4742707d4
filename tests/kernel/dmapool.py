#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's own test of dma_pool, on our boards: dmapool.py ARMDMA BUILD SOURCE_OPTION

mm/dmapool_test.c, unmodified, as a module of module-harness.c: six shapes of pools, a
hundred times all of their blocks taken and given back.
"""
import os
import re
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = (
    ("a9-pl310", "gear=fast"),
    ("a15-lpae", "gear=fast"),
    ("a9-pl310", "gear=fast:coherent=remap:hazards=off"),
)
LONG_RUNS = tuple((board, "gear=exact") for board in
                  ("a9-pl310", "a7-quad", "a15-lpae", "a8-up", "arm926", "arm1176"))
SHAPES = 6
LINE = re.compile(r"^dmapool test: size:\d+ +align:\d+ +blocks:\d+ +time:\d+$", re.M)


def complaints(result):
    bad = [] if result.returncode == 0 else ["exit status %d" % result.returncode]
    if len(LINE.findall(result.stderr)) != SHAPES:
        bad.append("not %d shapes were timed" % SHAPES)
    for line in result.stderr.splitlines():
        if not LINE.match(line) and "no hazards observed" not in line:
            bad.append(line)
    return bad


def main():
    armdma, build, option = sys.argv[1:]
    tap = Tap()
    program = compile_driver(
        armdma, os.path.join(build, "dmapool_test"),
        [os.path.join(tree_or_skip(option, build), "mm/dmapool_test.c"),
         os.path.join(HERE, "module-harness.c")], "-DMODULE")
    for board, options in RUNS + (LONG_RUNS if os.environ.get("ARMDMA_LONG") else ()):
        env = dict(os.environ, ARMDMA_BOARD=board, ARMDMA_OPTIONS=options)
        result = subprocess.run([program], env=env, capture_output=True, text=True)
        tap.result("mm/dmapool_test.c on %s, %s" % (board, options), complaints(result))
    tap.finish()


main()
