#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/dma-api.md is what docs/dma_api.py writes, and each symbol that is there has a
test: dma-api-page.py SOURCE_ROOT

Apart from dma-api-test.py, since each new test that names a symbol changes the page:
this is for whole trees, not for every step.
"""
import difflib
import sys

from tap import Tap


def differences(committed, written):
    lines = difflib.unified_diff(committed.splitlines(), written.splitlines(), "committed",
                                 "written", n=0, lineterm="")
    return list(lines)[:20]


def main():
    root, = sys.argv[1:]
    sys.dont_write_bytecode = True
    sys.path.insert(0, root + "/docs")
    import dma_api

    with open(root + "/docs/dma-api.md", encoding="utf-8") as f:
        committed = f.read()
    written = dma_api.page(root)
    rows = [r for _, _, some in dma_api.rows_of(root) for r in some]
    tap = Tap()
    tap.result("docs/dma-api.md is up to date (else: %s)" % dma_api.COMMAND,
               differences(committed, written))
    tap.result("...and an old one is noticed",
               [] if differences(committed + "| more |\n", written) else ["it is not"])
    tap.result("each symbol that is there is named by a test, or used by what a test names, "
               "or is listed as unused", [r.complaint() for r in rows if r.complaint()])
    asked = dma_api.Symbol("linux/iommu.h", "function", "iommu_map", None, dma_api.UNUSED)
    tap.result("...and a use of what is listed as unused is noticed",
               [] if dma_api.Row(asked, dma_api.Sources(root)).complaint() else ["it is not"])
    tap.finish()


main()
