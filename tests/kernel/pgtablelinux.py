# SPDX-License-Identifier: MIT
"""Linux's io-pgtable files as objects, for a test and for a benchmark."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
EMPTY = ("linux/atomic", "linux/bitops", "linux/bug", "linux/dma-mapping", "linux/gfp",
         "linux/iommu", "linux/kernel", "linux/kmemleak", "linux/sizes", "linux/slab",
         "linux/spinlock", "linux/types", "asm/barrier", "iommu-pages")
SOURCES = ("io-pgtable-arm-v7s", "io-pgtable-arm", "io-pgtable")


def empty_headers(folder):
    include = os.path.join(folder, "pgtable-include")
    for name in EMPTY:
        path = os.path.join(include, name + ".h")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").close()
    return include


def linux_objects(folder, tree, is_selftest, *more):
    """The objects' paths; MORE are options. With IS_SELFTEST their selftests are in, and who links them
    makes the tables; else they make them."""
    include = empty_headers(folder)
    compiler = os.environ.get("ARMDMA_CC", "cc")
    drivers = os.path.join(tree, "drivers/iommu")
    options = ["-std=gnu11", "-O2", "-g", "-w", "-fno-strict-aliasing", "-I", HERE, "-I", include,
               "-I", os.path.join(tree, "include"), *more]
    shim = ["-include", os.path.join(HERE, "pgtable-shim.h")]
    names = SOURCES[:2] if is_selftest else SOURCES
    units = [(os.path.join(drivers, name + ".c"), shim) for name in names]
    units += [(os.path.join(HERE, "pgtable-linux.c"), [])]
    units += [(os.path.join(HERE, "pgtable-layout.c"), shim)]
    prefix = "selftest-" if is_selftest else "linux-"
    objects = []
    for source, extra in units:
        name = prefix + os.path.basename(source)[:-2] + ".o"
        objects.append(os.path.join(folder, name))
        subprocess.run([*compiler.split(), *options, *extra,
                        *(["-DPGTABLE_SELFTEST"] if is_selftest else []), "-c", source,
                        "-o", objects[-1]], check=True)
    return objects
