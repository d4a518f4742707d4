#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where Linux 6.12's msm_iommu.c goes wrong: msm-bugs.py ARMDMA BUILD SOURCE APQ CLOCKED MORE

Each program of msm-bugs.c is run twice: on Linux's driver, unmodified, where it fails as
said here, and on ours, where it ends well and without a hazard. The three boards: an
APQ8064; the same with clocks that never stop; the same with a second device on one IOMMU.
"""
import os
import re
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
NEVER = 20                      # seconds: it does not come back

# Program, board, what it shows, what is printed or reported; None: it does not live to say.
BUGS = (
    ("clocks", 0, "probe touches registers without their clocks",
     ("HAZARD: iommu-register-off in msm_iommu_reset",)),
    ("flush", 1, "an unmap reaches the first IOMMU of a device alone",
     ("HAZARD: iommu-flush-scope", "unmapped: 7500000.iommu MID 0: translation",
      "unmapped: 7600000.iommu MID 0: through")),
    ("stall", 1, "a master that faults is never resumed",
     ("HAZARD: iommu-stall-hung", "write: stalled")),
    ("again", 1, "a device cannot leave a bank that is not 0, and clocks stay on",
     ("domain already attached", "WARNING: clk.c")),
    ("old", 1, "a domain that was replaced is walked into nowhere", None),
    ("two", 2, "a second device on one IOMMU is no master", None),
    ("memory", 1, "a domain without tables is attached",
     ("attach: 0", "attached: 7500000.iommu MID 0: external abort on a table walk")),
    ("memory", 1, "a fault above bit 3 is not cleared, and interrupts again",
     ("[HTWDEEF MULTI ]",)),
)


def run(program, board, name):
    """Its exit status, or None, and all that it says."""
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", ARMDMA_OPTIONS="")
    try:
        result = subprocess.run([program, board, name], env=env, timeout=NEVER, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return None, ""
    return result.returncode, result.stdout


def complaints_of_linux(status, text, words):
    if words is None:
        return [] if status != 0 and "\ndone\n" not in "\n" + text else [text[-2000:]]
    missing = [w for w in words if w not in text]
    return ["does not say \"%s\"" % w for w in missing] + ([text[-2000:]] if missing else [])


def complaints_of_ours(status, text, name):
    """The program "old" maps in the DMA API's own domain, which is reported, and rightly."""
    own = {"iova-reserved"} if name == "old" else set()
    found = set(re.findall(r"^HAZARD: (\S+)", text, re.M))
    is_good = status == (1 if own else 0) and "done\n" in text and found == own
    return [] if is_good else ["exit status %s" % status, text[-2000:]]


def main():
    armdma, folder, option, *boards = sys.argv[1:]
    source = os.path.join(tree_or_skip(option, folder), "drivers/iommu/msm_iommu.c")
    harness = os.path.join(HERE, "msm-bugs.c")
    tap = Tap()
    linux = compile_driver(armdma, os.path.join(folder, "msm-bugs-linux"), [source, harness],
                           '-DKBUILD_MODNAME="msm_iommu"')
    ours = compile_driver(armdma, os.path.join(folder, "msm-bugs-ours"), [harness])
    for name, board, what, words in BUGS:
        tap.result("Linux: " + what, complaints_of_linux(*run(linux, boards[board], name), words))
        tap.result("not ours: " + what, complaints_of_ours(*run(ours, boards[board], name), name))
    tap.finish()


main()
