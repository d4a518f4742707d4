#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What libarmdma exports: exports-test.py SOURCE_ROOT NM LIBRARY

Names of public headers and no others. That each of them is ours or the kernel's
is for who reads the headers; here it is that nothing else gets out.
"""
import glob
import re
import subprocess
import sys

from tap import Tap

# One of each kind that a driver and its harness cannot do without.
NEEDED = ("dma_map_page_attrs", "dma_alloc_attrs", "harness_start", "master_write",
          "cpu_before_load", "window_slots")
INSIDES = ("cache_init", "bus_read", "node_path", "report_begin")


def exported(nm, library):
    listing = subprocess.run([nm, "-D", "--defined-only", library], check=True,
                             capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in listing.splitlines()}


def public_words(root):
    words = set()
    for path in glob.glob(root + "/include/**/*.h", recursive=True):
        with open(path, encoding="utf-8") as f:
            words |= set(re.findall(r"[A-Za-z_]\w*", f.read()))
    return words


def strangers(names, public):
    return sorted(n for n in names if n not in public and not n.startswith("__odr_asan"))


def main():
    root, nm, library = sys.argv[1:]
    names, public = exported(nm, library), public_words(root)
    tap = Tap()
    tap.result("the library exports only what a public header names", strangers(names, public))
    tap.result("...and an inside that got out is noticed",
               ["%s is not" % n for n in INSIDES if not strangers(names | {n}, public)])
    tap.result("the library exports what a driver needs",
               [n + " is missing" for n in NEEDED if n not in names])
    tap.finish()


main()
