#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our IOMMU page tables against Linux's own: pgtable.py ARMDMA BUILD SOURCE_OPTION

drivers/iommu/io-pgtable*.c, unmodified. First their selftests, on our tables; then random
calls to theirs and ours side by side (pgtable-twin.c). They are compiled without hooks, on
memory of the host (pgtable-shim.h).
"""
import os
import re
import subprocess
import sys

from linuxsource import tree_or_skip
from pgtablelinux import linux_objects
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
LPAE_CONFIGS = 18


def compile_program(armdma, out, name, objects, *options):
    """NAME.c with the objects of Linux."""
    plain = [word for o in objects for word in ("--plain", o)]
    subprocess.run([armdma, "cc", "-g", "-O2", "-Wall", *options, "-o", out, *plain,
                    os.path.join(HERE, name + ".c")], check=True)
    return out


def run(program, *args):
    env = dict(os.environ, ARMDMA_OPTIONS="gear=fast:hazards=off")
    return subprocess.run([program, *map(str, args)], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)


def check_selftests(tap, armdma, folder, tree):
    program = compile_program(armdma, os.path.join(folder, "pgtable-selftest"),
                              "pgtable-selftest", linux_objects(folder, tree, True))
    right, wrong = run(program), run(program, "--wrong")
    passed = re.search(r"completed with (\d+) PASS (\d+) FAIL", right.stdout)
    tap.result("arm_v7s_do_selftests pass on our tables",
               [] if "self test ok" in right.stdout and not right.returncode
               else [right.stdout])
    tap.result("arm_lpae_do_selftests: %d of %d configurations pass on ours, two formats each"
               % (int(passed.group(1)) if passed else 0, LPAE_CONFIGS),
               [] if passed and passed.groups() == (str(LPAE_CONFIGS), "0")
               else [right.stdout])
    tap.result("tables that translate wrongly do not pass",
               [] if wrong.returncode == 3 and "self test ok" not in wrong.stdout
               else [wrong.stdout])


def check_twins(tap, armdma, folder, tree):
    nr = 5000000 if os.environ.get("ARMDMA_LONG") else 100000
    objects = linux_objects(folder, tree, False)
    right = compile_program(armdma, os.path.join(folder, "pgtable-twin"), "pgtable-twin",
                            objects)
    wrong = compile_program(armdma, os.path.join(folder, "pgtable-twin-wrong"), "pgtable-twin",
                            objects, "-DMISTAKE=0x1000000000ull")
    for which in ("v7s", "lpae"):
        result = run(right, which, nr)
        tap.result("%s: %d random calls leave the words that Linux writes" % (which, nr),
                   [] if result.returncode == 0 else [result.stdout or "it crashed"])
        result = run(wrong, which, nr)
        tap.result("%s: a word that differs is seen" % which,
                   [] if result.returncode == 1 and "call" in result.stdout
                   else [result.stdout])


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    tap = Tap()
    check_selftests(tap, armdma, folder, tree)
    check_twins(tap, armdma, folder, tree)
    tap.finish()


main()
