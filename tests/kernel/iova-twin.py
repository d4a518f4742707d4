#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our IOVA allocator against Linux's own: iova-twin.py ARMDMA BUILD SOURCE_OPTION PROGRAM

drivers/iommu/iova.c and lib/rbtree.c become a shared object (iovatwin.py), which PROGRAM,
iova-twin.c, loads beside ours.
"""
import os
import subprocess
import sys

from iovatwin import build
from linuxsource import tree_or_skip
from tap import Tap

# One line of Linux's that is wrong: each must be noticed.
MISTAKES = (
    ("a search that fails is not repeated from the top",
     ("retry_pfn < limit_pfn", "false", 1)),
    ("a failure below 4 GiB is not forgotten when something is freed",
     ("iovad->max32_alloc_size = iovad->dma_32bit_pfn;", ";", 2)),
    ("a range that is freed is not where the next search begins",
     ("free->pfn_lo >= cached_iova->pfn_lo", "free->pfn_lo > cached_iova->pfn_lo", 2)),
    ("a magazine's range at the very limit is passed over",
     ("mag->pfns[i] > limit_pfn", "mag->pfns[i] >= limit_pfn", 1)),
    ("ranges that are not powers of two are kept as they are",
     ("size = roundup_pow_of_two(size);", ";", 1)),
)


def run(program, so, operations):
    result = subprocess.run([program, so, str(operations)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    return result.returncode, result.stdout


def main():
    _, folder, option, program = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    operations = 10000000 if os.environ.get("ARMDMA_LONG") else 100000
    tap = Tap()
    status, text = run(program, build(folder, tree, "iova-twin"), operations)
    tap.result("%d random calls give the addresses and the tree that Linux has" % operations,
               [] if status == 0 and not text else [text or "it crashed"])
    for nr, (what, change) in enumerate(MISTAKES):
        so = build(folder, tree, "iova-twin-wrong-%d" % nr, change)
        status, text = run(program, so, 400000)
        tap.result("a Linux is noticed in which " + what,
                   [] if status == 1 and "round" in text else [text or "it is not"])
    tap.finish()


main()
