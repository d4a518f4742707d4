#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our page tables of IOMMUs beside Linux's, in one process: pgtable-linux.py BENCH [SOURCE] ...

BENCH is build/bench/pgtable. SOURCE is Linux 6.12's: a .tar.xz or a tree; without it, where
Debian's linux-source-6.12 puts it. Further arguments are the benchmark's own. Linux's files
are compiled at -O2 into a shared object in a folder of its own, and nothing of them is kept.
"""
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests/kernel"))

from linuxsource import tree_or_skip
from pgtablelinux import linux_objects


def main():
    program, rest = sys.argv[1], sys.argv[2:]
    source = rest.pop(0) if rest and not rest[0].startswith("-") else ""
    with tempfile.TemporaryDirectory() as folder:
        objects = linux_objects(folder, tree_or_skip(source, folder), False, "-fPIC")
        shared = os.path.join(folder, "linux-pgtable.so")
        compiler = os.environ.get("ARMDMA_CC", "cc").split()
        subprocess.run([*compiler, "-shared", "-Wl,-Bsymbolic", "-o", shared, *objects],
                       check=True)
        return subprocess.run([program, *rest], env=dict(os.environ, LINUX_PGTABLE=shared),
                              check=False).returncode


sys.exit(main())
