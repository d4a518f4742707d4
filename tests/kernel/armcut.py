# SPDX-License-Identifier: MIT
"""Functions cut out of files of Linux 6.12, as they stand, to be compiled beside ours."""
import os
import re

from linuxsource import compile_driver

ALLOCATOR = ("arch/arm/mm/dma-mapping.c", (
    "static int extend_iommu_mapping(struct dma_iommu_mapping *mapping);",
    "__alloc_iova", "__free_iova", "arm_iommu_create_mapping", "release_iommu_mapping",
    "extend_iommu_mapping", "arm_iommu_release_mapping"))
BITMAP = ("lib/bitmap.c", (
    "__bitmap_set", "__bitmap_clear", "bitmap_find_next_zero_area_off"))
FIND = ("lib/find_bit.c", ("#define FIND_NEXT_BIT", "_find_next_bit", "_find_next_zero_bit"))


def function(text, name):
    """From the type before the NAME that begins a line's declarator to the closing brace."""
    pattern = r"^[a-z][^\n;#]*\n?[^\n;#]*\b%s\([^;]*?\)\n\{\n.*?^\}\n" % re.escape(name)
    return re.search(pattern, text, re.M | re.S).group(0)


def macro(text, start):
    at = text.index(start)
    return re.match(r"(?:.*\\\n)*.*\n", text[at:]).group(0)


def cut(tree, what):
    """WHAT is a file and a list: names of functions, starts of macros, declarations."""
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


def compile_piece(armdma, folder, name, text, header, *options):
    """An object with hooks; its text stays in the build folder."""
    source = os.path.join(folder, name + ".c")
    with open(source, "w") as f:
        f.write(text)
    return compile_driver(armdma, os.path.join(folder, name + ".o"), [source], "-c",
                          "-include", header, *options)
