#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's drivers of two IOMMUs on our registers: rockchip-bugs.py ARMDMA BUILD SOURCE_OPTION

drivers/iommu/rockchip-iommu.c and sprd-iommu.c, unmodified. Where they are wrong, a program of a
few calls shows it, and the report names it; the same program with our own driver does not.
"""
import os
import re
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
HAZARD = re.compile(r"^HAZARD: (\S+)", re.M)

# Kind, and .dts in tests/iommu; which program, and what is reported.
BUGS = (
    ("rockchip", "unused", "iommu-tlb-stale",
     "what is unmapped after the last user has gone, and before the IOMMU sleeps, stays"),
    ("sprd", "freed", "iommu-diverted",
     "a domain is freed, and the IOMMU is turned off under the next one"),
)


def board(folder, name):
    out = os.path.join(folder, name + ".dtb")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-i", os.path.join(ROOT, "boards"),
                    "-o", out, os.path.join(ROOT, "tests", "iommu", name + ".dts")], check=True)
    return out


def reported(program, *arguments):
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True)
    return done, set(HAZARD.findall(done.stderr))


def main():
    armdma, folder, option = sys.argv[1:]
    folder = os.path.abspath(os.path.join(folder, "rockchip-bugs"))
    os.makedirs(folder, exist_ok=True)
    tree = tree_or_skip(option, os.path.dirname(folder))
    program = os.path.join(HERE, "rockchip-bugs.c")
    ours = compile_driver(armdma, os.path.join(folder, "ours"), [program])
    tap = Tap()
    for kind, which, wanted, text in BUGS:
        driver = os.path.join(tree, "drivers/iommu/%s-iommu.c" % kind)
        theirs = compile_driver(armdma, os.path.join(folder, kind), [program, driver])
        dtb = board(folder, kind)
        done, found = reported(theirs, dtb, which)
        tap.result("Linux's: " + text, [] if wanted in found else [done.stderr[-3000:]])
        done, found = reported(ours, dtb, which)
        tap.result("ours is silent: " + text,
                   [] if not found and done.returncode == 0 else [done.stderr[-3000:]])
    tap.finish()


main()
