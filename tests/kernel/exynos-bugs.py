#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's driver of System MMUs on our registers: exynos-bugs.py ARMDMA BUILD SOURCE_OPTION

drivers/iommu/exynos-iommu.c, unmodified. It keeps the contract (tests/iommu/contract.h) where
the hardware holds nothing but what was valid: versions 1 and 2 as they are, the others without
such habits. Where it is wrong, a program of a few calls shows it, and the report names it; the
same program with our own driver reports nothing.
"""
import os
import re
import subprocess
import sys

import contractrows
from contractrows import AS_IT_IS, ASLEEP, DRAWN, HELD_BACK, LINES_OF_32, LINES_OF_64
from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
BOARDS = os.path.join(ROOT, "tests", "iommu")
HAZARD = re.compile(r"^HAZARD: (\S+)", re.M)

# Which program, on which board, and what is reported.
BUGS = (
    ("neighbour", "exynos", {"iommu-negative-stale"},
     "a page beside one that is in use is mapped, and 3.x believe that nothing is there"),
    ("section", "exynos", {"iommu-walk-cache-stale"},
     "a section is mapped, and the FLPD cache leads to the empty table"),
    ("table", "exynos", {"iommu-table-freed", "free-while-mapped"},
     "a section is mapped, and the FLPD cache leads to a table that was freed while mapped"),
    ("late-block", "exynos", {"iommu-tlb-stale"},
     "a block takes longer than 120 reads, and nothing is flushed"),
    ("detach", "exynos", {"iommu-tlb-stale"},
     "one device of a domain is detached, and the other is flushed for no longer"),
    ("detach-and-sleep", "exynos", {"iommu-state-lost"},
     "one device of a domain is detached, and the other is bypassed after it has slept"),
    ("formats", "exynos-mixed", {"iommu-wrong-translation"},
     "two formats on one board, and the first one's words for both"),
    ("zeros", "exynos", {"iommu-table-not-clean"},
     "the table of zeros is never cleaned, and what lay there before is believed"),
    ("early-link", "exynos", {"iommu-flush-scope"},
     "a table is linked before it is cleaned, and what lay there before is fetched ahead"),
    ("wide", "exynos", {"iommu-wrong-translation"},
     "an IOVA of 33 bits is mapped, and cut to 32: the aperture has 64"),
)
# Tables of default domains are still there when the machine is halted.
ALWAYS = {"mapping-leaked"}

# Boards, and the rows of the contract on them: all, or some where what the hardware holds
# besides valid descriptors is turned off, which other rows would turn on again.
CONTRACTS = (("exynos-4210", None), ("exynos-4412", None),
             ("exynos-5250", (AS_IT_IS, ASLEEP, LINES_OF_64)),
             ("exynos-5420", (ASLEEP, DRAWN)),
             ("exynos-5433", (ASLEEP, LINES_OF_32, HELD_BACK)),
             ("exynos-850", (AS_IT_IS, ASLEEP, LINES_OF_64)))
LABELS = ("mmu_left", "mmu_right", "mmu_display", "mmu_scaler")


def board(folder, name, is_tame=False):
    """NAME.dts of tests/iommu as a .dtb, without habits if it is to be tame."""
    source = '/include/ "%s.dts"\n' % name
    for label in LABELS if is_tame else ():
        source += ("&%s { armdma,walk-cache-entries = <0>; armdma,caches-negative = <0>; };\n"
                   % label)
    out = os.path.join(folder, "%s%s.dtb" % (name, "-tame" if is_tame else ""))
    with open(os.path.join(BOARDS, name + ".dts")) as f:
        text = f.read() + source[source.index("\n"):]
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-i", BOARDS,
                    "-i", os.path.join(ROOT, "boards"), "-o", out, "-"],
                   input=text, text=True, check=True)
    return out


def reported(program, *arguments):
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True)
    return done, set(HAZARD.findall(done.stderr))


def bug(tap, programs, folder, which, name, wanted, text):
    dtb = board(folder, name)
    theirs, found = reported(programs[0], dtb, which)
    tap.result("Linux's: " + text,
               [] if wanted <= found <= wanted | ALWAYS else [theirs.stderr[-3000:]])
    ours, found = reported(programs[1], dtb, which)
    tap.result("ours is silent: " + text,
               [] if not found and ours.returncode == 0 else [ours.stderr[-3000:]])


def main():
    armdma, folder, option = sys.argv[1:]
    folder = os.path.abspath(os.path.join(folder, "exynos-bugs"))
    os.makedirs(folder, exist_ok=True)
    driver = os.path.join(tree_or_skip(option, os.path.dirname(folder)),
                          "drivers/iommu/exynos-iommu.c")
    program = os.path.join(HERE, "exynos-bugs.c")
    programs = (compile_driver(armdma, os.path.join(folder, "theirs"), [program, driver]),
                compile_driver(armdma, os.path.join(folder, "ours"), [program]))
    contract = compile_driver(
        armdma, os.path.join(folder, "contract"),
        [driver] + [os.path.join(BOARDS, c) for c in
                    ("contract.c", "platform-bench.c", "platform-main.c")],
        "-I", BOARDS, "-lcmocka")
    tap = Tap()
    for which, name, wanted, text in BUGS:
        bug(tap, programs, folder, which, name, wanted, text)
    for name, rows in CONTRACTS:
        tap.result("Linux's keeps the contract on %s%s" % (
            name, ", which holds only what is valid" if rows else ""),
            contractrows.broken(contract, board(folder, name, rows is not None), "exynos",
                                ("--whole",), rows or contractrows.ALL))
    tap.finish()


main()
