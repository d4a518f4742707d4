# SPDX-License-Identifier: MIT
"""Linux 6.12's own files, from an installed source: found, unpacked, compiled unmodified.

They stay in the build folder and never come into this tree. Where the source is looked
for: $LINUX_SOURCE or the Meson option of that name (a .tar.xz, or a tree), else where
Debian's linux-source-6.12 puts it. Unpacking takes a quarter of a minute, so it is done
once, into $LINUX_SOURCE_CACHE or the build folder, for all tests and by the first.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "style"))

INSTALLED = ("/usr/src/linux-source-6.12.tar.xz", "/usr/src/linux-source-6.12")
VERSION = "6.12"

FILES = (
    "arch/arm/mm/dma-mapping.c",
    "drivers/dma/dmatest.c",
    "drivers/iommu/dma-iommu.c",
    "drivers/iommu/exynos-iommu.c",
    "drivers/iommu/io-pgtable-arm-v7s.c",
    "drivers/iommu/io-pgtable-arm.c",
    "drivers/iommu/io-pgtable-arm.h",
    "drivers/iommu/io-pgtable.c",
    "drivers/iommu/iommu-priv.h",
    "drivers/iommu/iommu.c",
    "drivers/iommu/iova.c",
    "drivers/iommu/ipmmu-vmsa.c",
    "drivers/iommu/msm_iommu.c",
    "drivers/iommu/msm_iommu.h",
    "drivers/iommu/msm_iommu_hw-8xxx.h",
    "drivers/iommu/omap-iommu.c",
    "drivers/iommu/omap-iommu.h",
    "drivers/iommu/omap-iopgtable.h",
    "drivers/iommu/rockchip-iommu.c",
    "drivers/iommu/sprd-iommu.c",
    "drivers/iommu/sun50i-iommu.c",
    "include/linux/device.h",
    "include/linux/dma-direct.h",
    "include/linux/dma-direction.h",
    "include/linux/dma-map-ops.h",
    "include/linux/dma-mapping.h",
    "include/linux/dmapool.h",
    "include/linux/io-pgtable.h",
    "include/linux/iommu.h",
    "include/linux/iova.h",
    "include/linux/iova_bitmap.h",
    "include/linux/map_benchmark.h",
    "include/linux/of_iommu.h",
    "include/linux/omap-iommu.h",
    "include/linux/platform_data/iommu-omap.h",
    "include/linux/rbtree.h",
    "include/linux/rbtree_augmented.h",
    "include/linux/rbtree_types.h",
    "include/linux/scatterlist.h",
    "include/linux/swiotlb.h",
    "kernel/dma/mapping.c",
    "lib/bitmap.c",
    "lib/find_bit.c",
    "lib/rbtree.c",
    "lib/scatterlist.c",
    "mm/dmapool_test.c",
    "tools/testing/scatterlist/main.c",
    "tools/testing/selftests/dma/dma_map_benchmark.c",
)


class Missing(Exception):
    """There is no source; the text says where it was looked for."""


def find(option):
    asked = os.environ.get("LINUX_SOURCE") or option
    places = (asked,) if asked else INSTALLED
    for place in places:
        if os.path.exists(place):
            return place
    raise Missing("no Linux source: apt install linux-source-%s, or set LINUX_SOURCE (%s "
                  "is not there)" % (VERSION, " nor ".join(places)))


def stamp_of(source):
    """Another source, or another list of files, is unpacked anew."""
    about = os.stat(source)
    facts = (os.path.realpath(source), about.st_size, int(about.st_mtime), FILES)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def copy_tree(source, to):
    for name in FILES:
        os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
        shutil.copyfile(os.path.join(source, name), os.path.join(to, name))


def unpack_archive(source, to):
    """The top folder's name is the archive's; each file is there once."""
    os.makedirs(to)
    top = os.path.basename(source).split(".tar")[0]
    subprocess.run(["tar", "-xf", source, "-C", to, "--strip-components=1", "--occurrence=1"]
                   + [top + "/" + name for name in dict.fromkeys(FILES)], check=True)


def unpack(source, to):
    shutil.rmtree(to, ignore_errors=True)
    if os.path.isdir(source):
        copy_tree(source, to)
    else:
        unpack_archive(source, to)


def tree(option, build):
    """A folder that has FILES, at their places."""
    source = find(option)
    cache = os.environ.get("LINUX_SOURCE_CACHE") or os.path.join(build, "linux-source")
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        to, stamp = os.path.join(cache, "files"), os.path.join(cache, "stamp")
        done = os.path.exists(stamp) and open(stamp).read()
        if done != stamp_of(source):
            unpack(source, to)
            with open(stamp, "w") as f:
                f.write(stamp_of(source))
    return to


def tree_or_skip(option, build):
    try:
        return tree(option, build)
    except Missing as why:
        print("1..0 # SKIP %s" % why)
        sys.exit(0)


def compile_driver(armdma, out, sources, *options):
    """With `armdma cc`: hooks in all of SOURCES. Linux's warnings are not ours."""
    subprocess.run([armdma, "cc", "-g", "-O1", "-w", *options, "-o", out, *sources],
                   check=True)
    return out
