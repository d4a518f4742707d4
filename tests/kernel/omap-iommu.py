#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's OMAP IOMMU driver on our registers: omap-iommu.py ARMDMA BUILD OPTION ROOT

drivers/iommu/omap-iommu.c, unmodified, and small programs that each show one thing that it
does wrong; omap-iommu-programs.c says what. As it is in 6.12 no device is ever behind it; with
the missing ->of_xlate from outside it keeps the contract. Its state is static: one boot a
process. What it keeps for good is no leak of ours.
"""
import os
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

LINES_OF_32, LINES_OF_64 = "cortex-a9,outer=0", "cortex-a15,outer=0"
FIXED = "omap-iommu-xlate.c"

# What is shown; which build, program and CPU; words of stdout and of stderr; its end.
RUNS = (
    ("as it is, no device is behind it", False, "behind", LINES_OF_32, ["not behind\n"], [], 0),
    ("with ->of_xlate devices are", True, "behind", LINES_OF_32, ["behind\n"], [], 0),
    ("then it keeps the contract, lines of 32 bytes", True, "contract", LINES_OF_32,
     ["kept\n"], [], 0),
    ("and with lines of 64 bytes", True, "contract", LINES_OF_64, ["kept\n"], [], 0),
    ("H11: half of an unmapped large page lives on in DRAM, with lines of 32 bytes", True,
     "partial-unmap", LINES_OF_32, ["unmapped 65536 bytes", ": xxxxxxxxxxxxxxxx\n"],
     ["HAZARD: iommu-tlb-stale in partial_unmap"], 0),
    ("H11: with lines of 64 bytes all of it is cleaned", True, "partial-unmap", LINES_OF_64,
     ["unmapped 65536 bytes", ": ................\n"], [], 0),
    ("who waits for a page waits on when it is mapped", True, "deaf", LINES_OF_32,
     ["not mapped: waits\n", "mapped: waits\n"], [], 0),
    ("H15: a neighbour's interrupt meets an MMU without a domain, and it crashes", True,
     "no-domain", LINES_OF_32, ["fault\n"], [], None),
    ("a neighbour's interrupt reads registers of an MMU that sleeps", True, "asleep",
     LINES_OF_32, ["it is refused\n"], ["HAZARD: iommu-register-off in iommu_read_reg"], 0),
)


def build_program(armdma, build, tree, root, name, driver):
    here = os.path.dirname(os.path.abspath(__file__))
    glib = subprocess.run(["pkg-config", "--cflags", "--libs", "glib-2.0"], check=True,
                          capture_output=True, text=True).stdout.split()
    return compile_driver(
        armdma, os.path.join(build, name),
        [os.path.join(here, "omap-iommu-programs.c"), driver,
         os.path.join(root, "tests/iommu/contract.c")],
        "-I", os.path.join(root, "tests"), "-I", os.path.join(tree, "drivers/iommu"),
        "-idirafter", os.path.join(tree, "include"), "-lcmocka", *glib,
        '-DOMAP_IOMMU_C="%s"' % os.path.join(tree, "drivers/iommu/omap-iommu.c"))


def build_board(build, root):
    out = os.path.join(build, "omap-iommu.dtb")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, "-i",
                    os.path.join(root, "boards"), os.path.join(root, "tests/iommu/omap.dts")],
                   check=True)
    return out


def complaints(program, board, row):
    _, _, name, cpu, out, err, status = row
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    done = subprocess.run([program, board, name, cpu], env=env, capture_output=True, text=True)
    ends_so = done.returncode == status if status is not None else done.returncode != 0
    is_seen = done.stdout.endswith("".join(out)) if name != "partial-unmap" else \
        all(w in done.stdout for w in out)
    is_seen = is_seen and all(w in done.stderr for w in err)
    return [] if ends_so and is_seen else [done.stdout, done.stderr[-2000:]]


def main():
    armdma, build, option, root = sys.argv[1:]
    tree = tree_or_skip(option, build)
    here = os.path.dirname(os.path.abspath(__file__))
    programs = (
        build_program(armdma, build, tree, root, "omap-iommu-as-it-is",
                      os.path.join(tree, "drivers/iommu/omap-iommu.c")),
        build_program(armdma, build, tree, root, "omap-iommu-xlate", os.path.join(here, FIXED)),
    )
    board = build_board(build, root)
    tap = Tap()
    for row in RUNS:
        tap.result("omap-iommu.c: %s" % row[0], complaints(programs[row[1]], board, row))
    tap.finish()


main()
