#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An IOMMU driver of Linux that nothing here was made for: ipmmu.py ARMDMA BUILD OPTION BOARD

drivers/iommu/ipmmu-vmsa.c, unmodified, beside registers that ipmmu-harness.c plays: the leaf
defers until the main IPMMU's driver is there, its device gets its own domain, and what the
driver maps is found in DRAM by a walker of this test's own.

When it is unbound, ipmmu_remove() unregisters the main IPMMU too, which ipmmu_probe() has not
registered: Linux would crash in iommu_device_sysfs_remove(). Here that is one warning.
"""
import os
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
UNREGISTERED = "iommu_device_unregister() of what has not registered"
RUNS = ("", "chooser=random", "gear=fast")


def run(program, board, options):
    env = dict(os.environ, ARMDMA_BOARD=board, ARMDMA_OPTIONS=options)
    return subprocess.run([program], env=env, capture_output=True, text=True)


def complaints(result):
    bad = [] if result.returncode == 0 else ["exit status %d" % result.returncode]
    if bad or "no hazards observed" not in result.stderr or \
            result.stderr.count("WARNING: ") != result.stderr.count(UNREGISTERED):
        bad.append(result.stdout + result.stderr[-2000:])
    return bad


def main():
    armdma, build, option, board = sys.argv[1:]
    source = os.path.join(tree_or_skip(option, build), "drivers/iommu/ipmmu-vmsa.c")
    harness = os.path.join(HERE, "ipmmu-harness.c")
    tap = Tap()
    program = compile_driver(armdma, os.path.join(build, "ipmmu"), [source, harness])
    for options in RUNS:
        tap.result("ipmmu-vmsa.c maps and unmaps%s" % (options and ", " + options),
                   complaints(run(program, board, options)))
    broken = compile_driver(armdma, os.path.join(build, "ipmmu-broken"), [source, harness],
                            "-DTABLE_PA=0xffffffe000ull")
    tap.result("...and a walker that reads elsewhere complains",
               [] if run(broken, board, "").returncode == 3 else ["it does not"])
    tap.finish()


main()
