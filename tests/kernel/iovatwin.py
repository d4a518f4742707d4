# SPDX-License-Identifier: MIT
"""Build Linux's IOVA allocator as a shared object for iova-twin.h to load."""
import os
import shlex
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ABSENT = ("bitops", "compiler", "container_of", "cpu", "dma-mapping", "export", "kernel",
          "kmemleak", "module", "rcupdate", "slab", "smp", "stddef", "types", "workqueue")


def fake_headers(folder):
    """Empty: all that is needed of them is in the shim."""
    include = os.path.join(folder, "iova-twin-include", "linux")
    os.makedirs(include, exist_ok=True)
    for name in ABSENT:
        open(os.path.join(include, name + ".h"), "w").close()
    return os.path.dirname(include)


def source_of(tree, folder, name, change):
    """Linux's file, or with CHANGE, (from, to, nth), a copy that is wrong in one place."""
    path = os.path.join(tree, "drivers/iommu/iova.c")
    if not change:
        return path
    with open(path) as f:
        text = f.read()
    old, new, nth = change
    parts = text.split(old)
    assert len(parts) > nth, "Linux's file has no %r" % old
    changed = os.path.join(folder, name + ".c")
    with open(changed, "w") as f:
        f.write(old.join(parts[:nth]) + new + old.join(parts[nth:]))
    return changed


def build(folder, tree, name, change=None):
    """Return: the path of FOLDER/NAME.so."""
    cc = shlex.split(os.environ.get("ARMDMA_CC") or "cc")
    include = fake_headers(folder)
    so = os.path.join(folder, name + ".so")
    subprocess.run(cc + ["-O2", "-g", "-w", "-std=gnu11", "-fPIC", "-shared",
                         "-fvisibility=hidden", "-fno-strict-aliasing",
                         "-I", include, "-I", os.path.join(tree, "include"), "-I", HERE,
                         "-include", os.path.join(HERE, "iova-twin-shim.h"),
                         "-DTWIN_SOURCE=\"%s\"" % source_of(tree, folder, name, change),
                         os.path.join(HERE, "iova-twin-linux.c"),
                         os.path.join(tree, "lib/rbtree.c"), "-o", so], check=True)
    return so
