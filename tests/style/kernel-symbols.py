#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/kernel-symbols.md and the table in docs/porting-a-driver.md are what
docs/kernel_symbols.py writes: kernel-symbols.py SOURCE_ROOT"""
import difflib
import sys

from tap import Tap

# One of each kind, and of each way to declare it.
KNOWN = (
    ("linux/property.h", "functions", "device_property_read_u32"),	# a macro made it
    ("linux/slab.h", "functions", "kmalloc"),
    ("linux/init.h", "macros", "core_initcall"),
    ("linux/refcount.h", "types", "refcount_t"),
    ("linux/interrupt.h", "types", "irq_handler_t"),
    ("linux/platform_device.h", "types", "platform_driver"),
    ("linux/dma-direction.h", "constants", "DMA_FROM_DEVICE"),
)


def differences(path, written):
    with open(path, encoding="utf-8") as f:
        committed = f.read()
    return list(difflib.unified_diff(committed.splitlines(), written.splitlines(), "committed",
                                     "written", n=0, lineterm=""))[:20]


def main():
    root, = sys.argv[1:]
    sys.dont_write_bytecode = True
    sys.path.insert(0, root + "/docs")
    import kernel_symbols

    tap = Tap()
    for path, text in kernel_symbols.pages().items():
        tap.result("%s is up to date (else: %s)" % (path[len(root) + 1:],
                                                    kernel_symbols.COMMAND),
                   differences(path, text))
    found = {name: kinds for name, kinds, _ in kernel_symbols.read_headers()}
    tap.result("one symbol of each kind is found in its header",
               [k for k in KNOWN if k[2] not in found[k[0]][k[1]]])
    tap.result("...and an old page is noticed",
               [] if differences(kernel_symbols.LIST, "more\n") else ["it is not"])
    tap.finish()


main()
