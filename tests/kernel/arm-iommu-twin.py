#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our ARM32 backend against Linux's own: arm-iommu-twin.py ARMDMA BUILD SOURCE

Its operations are cut from arch/arm/mm/dma-mapping.c, function by function and unmodified.
arm-iommu-twin.c makes the same calls to both and compares what they answer, what they ask of
the IOMMU's driver, and which memory they clean or invalidate.
"""
import os
import subprocess
import sys

from armcut import ALLOCATOR, BITMAP, FIND, compile_piece, cut
from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = os.path.join(HERE, "arm-iommu-twin.h")

OPERATIONS = ("arch/arm/mm/dma-mapping.c", (
    "static const int iommu_order_array[] = { 9, 8, 4, 0 };",
    "__dma_info_to_prot", "__iommu_alloc_buffer", "__iommu_free_buffer",
    "__iommu_create_mapping", "__iommu_remove_mapping", "__iommu_get_pages",
    "__iommu_alloc_simple", "__iommu_free_atomic", "arm_iommu_alloc_attrs",
    "arm_iommu_free_attrs", "arm_iommu_get_sgtable", "__map_sg_chunk", "arm_iommu_map_sg",
    "arm_iommu_unmap_sg", "arm_iommu_sync_sg_for_cpu", "arm_iommu_sync_sg_for_device",
    "arm_iommu_map_page", "arm_iommu_unmap_page", "arm_iommu_map_resource",
    "arm_iommu_unmap_resource", "arm_iommu_sync_single_for_cpu",
    "arm_iommu_sync_single_for_device"))

# Its functions have Linux's names, and are static: they are handed over in a table.
TABLE = """
struct dma_map_ops twin_ops = {
	.alloc = (void *)arm_iommu_alloc_attrs, .free = (void *)arm_iommu_free_attrs,
	.get_sgtable = (void *)arm_iommu_get_sgtable,
	.map_page = (void *)arm_iommu_map_page, .unmap_page = (void *)arm_iommu_unmap_page,
	.map_sg = (void *)arm_iommu_map_sg, .unmap_sg = (void *)arm_iommu_unmap_sg,
	.map_resource = (void *)arm_iommu_map_resource,
	.unmap_resource = (void *)arm_iommu_unmap_resource,
	.sync_single_for_cpu = arm_iommu_sync_single_for_cpu,
	.sync_single_for_device = arm_iommu_sync_single_for_device,
	.sync_sg_for_cpu = arm_iommu_sync_sg_for_cpu,
	.sync_sg_for_device = arm_iommu_sync_sg_for_device,
};
"""


def build_twin(armdma, folder, tree):
    text = cut(tree, ALLOCATOR) + cut(tree, OPERATIONS) + TABLE
    return [compile_piece(armdma, folder, "arm-iommu-twin-linux", text, HEADER, "-DARM_WORDS"),
            compile_piece(armdma, folder, "arm-iommu-twin-bitmap",
                          cut(tree, FIND) + cut(tree, BITMAP), HEADER)]


def run(program, rounds):
    return subprocess.run([program, str(rounds)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True,
                          env=dict(os.environ, ARMDMA_OPTIONS="gear=fast:hazards=off"))


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    rounds = 2000000 if os.environ.get("ARMDMA_LONG") else 60000
    twin = build_twin(armdma, folder, tree)
    sources = [os.path.join(HERE, "arm-iommu-twin.c")] + twin
    tap = Tap()
    for word, flag in (("that does not snoop", "-DSNOOPS=false"), ("that snoops", "-DSNOOPS=true")):
        result = run(compile_driver(armdma, os.path.join(folder, "arm-iommu-twin"), sources,
                                    flag), rounds)
        tap.result("%d random calls for a device %s do what Linux's do" % (rounds, word),
                   [] if result.returncode == 0 and not result.stdout
                   else [result.stdout or "it crashed"])
    wrong = run(compile_driver(armdma, os.path.join(folder, "arm-iommu-twin-wrong"), sources,
                               "-DSNOOPS=false", "-DMISTAKE=1"), rounds)
    tap.result("a call that differs is seen",
               [] if wrong.returncode == 1 and "call" in wrong.stdout else [wrong.stdout])
    tap.finish()


main()
