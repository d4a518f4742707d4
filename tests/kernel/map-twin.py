#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/map beside Linux's own mapping code: map-twin.py BENCH_MAP BUILD SOURCE_OPTION [ARGS...]

Builds map-twin.so in the build folder: rbtree.c, iova.c and the three io-pgtable files,
unmodified, each by itself at -O2; of dma-iommu.c, iommu.c and mapping.c what a map and an unmap
run through, cut out word for word; around them map-twin-shim.h and map-twin.c, which are ours.
Then it runs bench/map with it: with ARGS, its whole table; without, for a moment, as a test of
form, and of the translations that both sides make.

Compiled by $ARMDMA_CC, else gcc; at -O2, as the library is by default.
"""
import os
import re
import subprocess
import sys

from linuxsource import tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
WHOLE = ("lib/rbtree.c", "drivers/iommu/iova.c", "drivers/iommu/io-pgtable.c",
         "drivers/iommu/io-pgtable-arm.c", "drivers/iommu/io-pgtable-arm-v7s.c")
# Linux's own headers that are fit to be used; every other one is empty, and the shim in its place.
HEADERS = ("include/linux/dma-direction.h", "include/linux/io-pgtable.h", "include/linux/iova.h",
           "include/linux/rbtree.h", "include/linux/rbtree_augmented.h",
           "include/linux/rbtree_types.h", "include/linux/scatterlist.h",
           "drivers/iommu/io-pgtable-arm.h")
COMPILER = os.environ.get("ARMDMA_CC", "gcc")
FLAGS = ["-O2", "-g", "-w", "-std=gnu11", "-Werror=implicit-function-declaration", "-fPIC",
         "-fvisibility=hidden", "-fno-strict-aliasing",
         "-ftls-model=initial-exec"]


# ---- cutting ---------------------------------------------------------------------------------

def cut(text, name):
    """The definition of function, struct or enum NAME: from column 0 to the brace there."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        is_type = re.match(r"(struct|enum) %s \{$" % name, line)
        if not is_type and not re.match(r"(?![\s#/*]).*?\b%s\(" % name, line):
            continue
        head = i
        while ";" not in lines[head] and not lines[head].startswith("{") \
                and not lines[head].endswith("{"):
            head += 1
        if ";" in lines[head]:
            continue            # a declaration
        end = next(j for j in range(head, len(lines)) if re.match(r"\};?$", lines[j]))
        begin = i
        types = r"(static|struct|inline|bool|void|unsigned|dma_addr_t)\b"
        while re.match(types, lines[begin - 1]) \
                and not re.search(r"[;{}(]", lines[begin - 1]):
            begin -= 1
        return "\n".join(lines[begin:end + 1]) + "\n"
    raise SystemExit("map-twin: %s is not in the source any more" % name)


def cut_macros(text, pattern):
    """All #define lines whose name matches, with what continues them, without comments."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return "\n".join(m.group(0) for m in re.finditer(
        r"^#define\s+(?:%s)\b(?:.*\\\n)*.*$" % pattern, text, re.M)) + "\n"


def cut_between(text, first, last):
    """From the line that starts with FIRST to the definition of LAST, inclusive."""
    begin = text.index("\n" + first) + 1
    tail = cut(text, last)
    return text[begin:text.index(tail) + len(tail)]


IOMMU_H = ("iommu_domain_geometry", "iommu_domain", "iommu_iotlb_gather", "iommu_dirty_bitmap",
           "iommu_domain_ops", "iommu_iotlb_gather_init", "iommu_iotlb_sync",
           "iommu_iotlb_gather_is_disjoint", "iommu_iotlb_gather_add_range",
           "iommu_iotlb_gather_add_page", "iommu_iotlb_gather_queued", "iommu_dirty_bitmap_record")
IOMMU_C = ("iommu_get_dma_domain", "iommu_iova_to_phys", "iommu_pgsize", "__iommu_map",
           "iommu_map", "__iommu_unmap", "iommu_unmap", "iommu_unmap_fast", "iommu_map_sg")
DMA_IOMMU_C = ("dma_info_to_prot", "iommu_dma_alloc_iova", "iommu_dma_free_iova",
               "__iommu_dma_unmap", "__iommu_dma_map", "dev_is_untrusted", "dev_use_swiotlb",
               "dev_use_sg_swiotlb", "iommu_dma_sync_sg_for_cpu", "iommu_dma_sync_sg_for_device",
               "iommu_dma_map_page", "iommu_dma_unmap_page", "__finalise_sg", "__invalidate_sg",
               "iommu_dma_unmap_sg_swiotlb", "iommu_dma_map_sg_swiotlb", "iommu_dma_map_sg",
               "iommu_dma_unmap_sg")
MAPPING_H = ("dma_get_mask", "dma_get_max_seg_size", "dma_get_seg_boundary",
             "dma_get_min_align_mask")
MAPPING_C = ("dma_go_direct", "dma_map_direct", "dma_map_page_attrs", "dma_unmap_page_attrs",
             "__dma_map_sg_attrs", "dma_map_sg_attrs", "dma_unmap_sg_attrs")


class Source:
    def __init__(self, tree, folder):
        self.tree, self.folder = tree, folder
        self.include = os.path.join(folder, "include")

    def read(self, name):
        with open(os.path.join(self.tree, name), encoding="utf-8") as f:
            return f.read()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def cuts(self, name, wanted):
        text = self.read(name)
        return "\n".join(cut(text, one) for one in wanted)


def make_headers(s):
    """Linux's own where they are fit, else nothing: the shim has come before."""
    texts = [s.read(name) for name in WHOLE + HEADERS]
    for found in re.findall(r'#include [<"]([\w/.-]+)[>"]', "\n".join(texts)):
        s.write("include/" + found, "")
    for name in HEADERS:
        s.write("include/" + name.replace("include/", "").replace("drivers/iommu/", ""),
                s.read(name))
    text = s.read("include/linux/iommu.h")
    s.write("include/linux/iommu.h", "#ifndef TWIN_IOMMU_H\n#define TWIN_IOMMU_H\n"
            "#include <linux/scatterlist.h>\n" +
            cut_macros(text, r"_*IOMMU_DOMAIN_\w+|IOMMU_(?:READ|WRITE|CACHE|NOEXEC|MMIO|PRIV)|"
                       "IOMMU_DIRTY_NO_CLEAR") +
            "\n".join(cut(text, one) for one in IOMMU_H) + "#include \"map-twin-iommu.h\"\n"
            "#endif\n")
    text = s.read("include/linux/dma-mapping.h")
    s.write("include/linux/dma-mapping.h", "#ifndef TWIN_DMA_MAPPING_H\n"
            "#define TWIN_DMA_MAPPING_H\n#include <linux/dma-direction.h>\n" +
            cut_macros(text, r"DMA_ATTR_\w+|DMA_MAPPING_ERROR|DMA_BIT_MASK") +
            "\n".join(cut(text, one) for one in MAPPING_H) + "#endif\n")


def make_sources(s):
    """Each file of Linux by itself, as the kernel compiles it."""
    made = [os.path.join(s.tree, name) for name in WHOLE]
    head = "#include <linux/iommu.h>\n#include <linux/iova.h>\n#include <linux/dma-mapping.h>\n"
    dma = s.read("drivers/iommu/dma-iommu.c")
    made.append(s.write("iommu.c", head + s.cuts("drivers/iommu/iommu.c", IOMMU_C)))
    made.append(s.write("dma-iommu.c", head + '#include "map-twin-dma.h"\n' +
                        cut_between(dma, "enum iommu_dma_cookie_type", "iommu_dma_init_fq") +
                        "".join("\n" + cut(dma, one) for one in DMA_IOMMU_C) +
                        '#include "map-twin-cookie.h"\n'))
    made.append(s.write("mapping.c", head + '#include "map-twin-dma.h"\n' +
                        s.cuts("kernel/dma/mapping.c", MAPPING_C)))
    made.append(s.write("scatterlist.c", "#include <linux/scatterlist.h>\n" +
                        s.cuts("lib/scatterlist.c", ("sg_next",))))
    return made + [os.path.join(HERE, "map-twin.c")]


def build(tree, folder):
    s = Source(tree, os.path.join(folder, "map-twin"))
    make_headers(s)
    objects = []
    for source in make_sources(s):
        out = os.path.join(s.folder, os.path.basename(source)[:-2] + ".o")
        subprocess.run([COMPILER, *FLAGS, "-c", "-o", out, source,
                        "-I", s.include, "-I", HERE, "-I", os.path.join(HERE, "../../bench"),
                        "-include", os.path.join(HERE, "map-twin-shim.h")], check=True)
        objects.append(out)
    so = os.path.join(s.folder, "map-twin.so")
    subprocess.run([COMPILER, "-shared", "-Wl,-z,defs", "-o", so, *objects], check=True)
    return so


def row_complaints(text):
    """Each format, mode and work has figures of both sides; which are nobody's promise."""
    found = {}
    for line in text.splitlines():
        m = re.match(r"(\w+) +(strict|lazy) +(4K|64K|2M|sg32|sg32 dense) +([\d. nan-]+)", line)
        if m and len(m.group(4).split()) == 7:
            found[m.groups()[:3]] = [float(n) for n in m.group(4).split()]
    wanted = {(f, mode, work) for f in ("lpae39", "lpae48", "v7s") for mode in ("strict", "lazy")
              for work in ("4K", "64K", "2M", "sg32", "sg32 dense")}
    return ["rows: %s" % sorted(found)] * (set(found) != wanted) + \
        ["%s: %s" % row for row in found.items() if not (row[1][0] > 0 and row[1][3] > 0)]


def test(bench, so):
    tap = Tap()
    result = subprocess.run([bench, "-i", "both", "-s", "1", "--live", "1", "--no-valgrind",
                             "--kernel", so], capture_output=True, text=True, timeout=100)
    tap.result("bench/map runs beside Linux's code, which translates as ours does",
               [] if result.returncode == 0 else [result.stderr or "it crashed"])
    tap.result("it has a row of both for each format, mode and work",
               row_complaints(result.stdout))
    tap.finish()


def main():
    bench, folder, option, *args = sys.argv[1:]
    so = build(tree_or_skip(option, folder), folder)
    if args:
        sys.exit(subprocess.run([bench, *args, "--kernel", so]).returncode)
    test(bench, so)


if __name__ == "__main__":
    main()
