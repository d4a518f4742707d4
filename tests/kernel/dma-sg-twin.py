#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists through an IOMMU against Linux's own: dma-sg-twin.py ARMDMA BUILD SOURCE_OPTION

iommu_dma_map_sg(), what finishes or restores a list, and the unmap's range are cut from
drivers/iommu/dma-iommu.c, function by function and unmodified; dma-sg-twin.h gives them
names of their own and what they call. dma-sg-twin.c calls both.
"""
import os
import subprocess
import sys

from armcut import compile_piece, cut
from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
LISTS = ("drivers/iommu/dma-iommu.c", (
    "dma_info_to_prot", "__iommu_dma_unmap", "__finalise_sg", "__invalidate_sg",
    "iommu_dma_map_sg", "iommu_dma_unmap_sg"))


def build_twin(armdma, folder, tree):
    return compile_piece(armdma, folder, "dma-sg-twin-linux", cut(tree, LISTS),
                         os.path.join(HERE, "dma-sg-twin.h"))


def run(program, rounds):
    env = dict(os.environ, ARMDMA_OPTIONS="gear=fast:hazards=off")
    return subprocess.run([program, str(rounds)], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    rounds = 1000000 if os.environ.get("ARMDMA_LONG") else 20000
    sources = [os.path.join(HERE, "dma-sg-twin.c"), build_twin(armdma, folder, tree)]
    tap = Tap()
    result = run(compile_driver(armdma, os.path.join(folder, "dma-sg-twin"), sources), rounds)
    tap.result("%d random lists are laid out, merged, restored and unmapped as in Linux" % rounds,
               [] if result.returncode == 0 else [result.stdout or "it crashed"])
    wrong = run(compile_driver(armdma, os.path.join(folder, "dma-sg-twin-wrong"), sources,
                               "-DMISTAKE=1"), rounds)
    tap.result("a list that differs is seen",
               [] if wrong.returncode == 1 and "round" in wrong.stdout else [wrong.stdout])
    tap.finish()


main()
