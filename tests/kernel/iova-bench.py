#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/iova with Linux's own allocator beside ours: iova-bench.py BUILD [ARGUMENT...]

BUILD is a build folder, for figures one without sanitizers; the arguments are bench/iova's.
The source is looked for as suite `kernel` does ($LINUX_SOURCE).
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from iovatwin import build
from linuxsource import Missing, tree


def main():
    folder = os.path.abspath(os.path.join(sys.argv[1], "tests", "kernel"))
    os.makedirs(folder, exist_ok=True)
    try:
        twin = build(folder, tree("", folder), "iova-twin")
    except Missing as why:
        sys.exit("iova-bench: %s" % why)
    program = os.path.join(sys.argv[1], "bench", "iova")
    os.execve(program, [program] + sys.argv[2:], dict(os.environ, IOVA_TWIN=twin))


main()
