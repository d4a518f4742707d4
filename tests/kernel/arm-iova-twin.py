#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Addresses of our ARM32 backend against Linux's own: arm-iova-twin.py ARMDMA BUILD SOURCE

Its allocator is cut from arch/arm/mm/dma-mapping.c, and what that calls from lib/bitmap.c
and lib/find_bit.c, function by function and unmodified; arm-iova-twin.h gives them names of
their own. arm-iova-twin.c calls both.
"""
import os
import re
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, "../../lib/dma/arm-iommu-iova.c")

ALLOCATOR = ("arch/arm/mm/dma-mapping.c", (
    "static int extend_iommu_mapping(struct dma_iommu_mapping *mapping);",
    "__alloc_iova", "__free_iova", "arm_iommu_create_mapping", "release_iommu_mapping",
    "extend_iommu_mapping", "arm_iommu_release_mapping"))
BITMAP = ("lib/bitmap.c", (
    "__bitmap_set", "__bitmap_clear", "bitmap_find_next_zero_area_off"))
FIND = ("lib/find_bit.c", ("#define FIND_NEXT_BIT", "_find_next_bit", "_find_next_zero_bit"))

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


def function(text, name):
    """From the type before the NAME that begins a line's declarator to the closing brace."""
    pattern = r"^[a-z][^\n;#]*\n?[^\n;#]*\b%s\([^;]*?\)\n\{\n.*?^\}\n" % re.escape(name)
    return re.search(pattern, text, re.M | re.S).group(0)


def macro(text, start):
    at = text.index(start)
    return re.match(r"(?:.*\\\n)*.*\n", text[at:]).group(0)


def cut(tree, what):
    name, parts = what
    with open(os.path.join(tree, name)) as f:
        text = f.read()
    pieces = []
    for part in parts:
        if part.startswith("#define"):
            pieces.append(macro(text, part))
        elif part.endswith(";"):
            assert part in text
            pieces.append(part + "\n")
        else:
            pieces.append(function(text, part))
    return "\n".join(pieces)


def compile_piece(armdma, folder, name, text, *options):
    source = os.path.join(folder, name + ".c")
    with open(source, "w") as f:
        f.write(text)
    return compile_driver(armdma, os.path.join(folder, name + ".o"), [source], "-c",
                          "-include", os.path.join(HERE, "arm-iova-twin.h"), *options)


def build_twin(armdma, folder, tree):
    return [compile_piece(armdma, folder, "arm-iova-twin-linux", cut(tree, ALLOCATOR) + WRAPPERS,
                          "-DARM_WORDS"),
            compile_piece(armdma, folder, "arm-iova-twin-bitmap",
                          cut(tree, FIND) + cut(tree, BITMAP))]


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
