#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Addresses of our ARM32 backend against Linux's own: arm-iova-twin.py ARMDMA BUILD SOURCE

Its allocator is cut from arch/arm/mm/dma-mapping.c, and what that calls from lib/bitmap.c
and lib/find_bit.c, function by function and unmodified; arm-iova-twin.h gives them names of
their own. arm-iova-twin.c calls both.
"""
import os
import subprocess
import sys

from armcut import ALLOCATOR, BITMAP, FIND, compile_piece, cut
from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, "../../lib/dma/arm-iommu-iova.c")

WRAPPERS = """
dma_addr_t twin_alloc(struct dma_iommu_mapping *mapping, size_t size)
{
	return __alloc_iova(mapping, size);
}
void twin_free(struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size)
{
	__free_iova(mapping, iova, size);
}
"""


def build_twin(armdma, folder, tree):
    header = os.path.join(HERE, "arm-iova-twin.h")
    return [compile_piece(armdma, folder, "arm-iova-twin-linux",
                          cut(tree, ALLOCATOR) + WRAPPERS, header, "-DARM_WORDS"),
            compile_piece(armdma, folder, "arm-iova-twin-bitmap",
                          cut(tree, FIND) + cut(tree, BITMAP), header)]


def run(program, requests):
    return subprocess.run([program, str(requests)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    requests = 10000000 if os.environ.get("ARMDMA_LONG") else 400000
    twin = build_twin(armdma, folder, tree)
    sources = [os.path.join(HERE, "arm-iova-twin.c"), OURS] + twin
    tap = Tap()
    result = run(compile_driver(armdma, os.path.join(folder, "arm-iova-twin"), sources), requests)
    tap.result("%d random requests get the addresses that Linux gives" % requests,
               [] if result.returncode == 0 and not result.stdout
               else [result.stdout or "it crashed"])
    wrong = run(compile_driver(armdma, os.path.join(folder, "arm-iova-twin-wrong"), sources,
                               "-DMISTAKE=1"), requests)
    tap.result("an address that differs is seen",
               [] if wrong.returncode == 1 and "address" in wrong.stdout else [wrong.stdout])
    tap.finish()


main()
