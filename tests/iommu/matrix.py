#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which IOMMU hazards are shown on which hardware: matrix.py SOURCE_ROOT PROGRAM...

Each PROGRAM is a test-iommu-hazards*, whose rows "--matrix" lists. docs/platforms.md has a
table made of them, classes by kinds; a cell without a row says why it cannot have one, here.
Every row is a test: reported where something is left out, and silent where nothing is.

UPDATE_GOLDEN=1 writes the page instead of complaining.
"""
import difflib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "style"))
from tap import Tap  # noqa: E402

BEGIN, END = "<!-- begin: tests/iommu/matrix.py -->\n", "<!-- end -->\n"
CLASSES = {
    "A": "a descriptor still in a cache", "B": "a stale TLB after unmap and sync",
    "C": "a flush of something else", "D": "held that nothing is there",
    "E": "a separate walk cache", "F": "a page of several entries",
    "G": "a table used after it was freed", "H": "break before make",
    "I": "a master that hangs", "J": "silent redirect, bypass or drop",
    "K": "order of stores and registers", "N": "clock, power, reset",
    "O": "bookkeeping: wrong tables or registers",
    "Q": "a part that does not do what its manual says",
}
EVERY = [letter for letter in CLASSES if letter != "Q"]  # of which each kind must say something
# {kind: {letter: why no program can show it}}
PAGES = ("all its pages have 4 KiB, so none has several entries, and none of another size "
         "takes its place")
WHY_NOT = {
    "msm": {"F": "a large page is one entry, which goes wherever an invalidation touches it"},
    "omap": {
        "D": "its TLB holds nothing of what is not there",
        "E": "it holds no tables: each walk begins at the root",
    },
    "rockchip": {
        "F": PAGES,
        "H": PAGES,
        "J": "it passes accesses on only while it does not page, and then the driver's poll fails",
    },
    "sprd": {
        "A": "its table is uncached",
        "C": "there is one flush, of everything",
        "E": "one level has no walk cache",
        "F": PAGES,
        "G": "its only table lives as long as its domain",
        "H": PAGES,
        "I": "no access ever waits",
        "O": "what is no table of the domain reads as empty: that is J",
    },
    "sun50i": {
        "F": PAGES, "H": PAGES,
    },
}


def rows(programs):
    """{kind: {letter: [name]}}, kinds in order."""
    found = {}
    for program in programs:
        done = subprocess.run([program, "--matrix"], stdout=subprocess.PIPE, check=True)
        for line in done.stdout.decode().splitlines():
            head, name = line.split(": ", 1)
            kind, letter, _ = head.split(" ")
            found.setdefault(kind, {}).setdefault(letter, []).append(name)
    return found


def cell(found, kind, letter, reasons):
    names = found[kind].get(letter)
    if names:
        return str(len(names))
    why = WHY_NOT.get(kind, {}).get(letter)
    if why is None:
        return "?" if letter in EVERY else ""
    if why not in reasons:
        reasons.append(why)
    return "[%d]" % (reasons.index(why) + 1)


def table(found):
    reasons = []
    lines = ["| class | %s |" % " | ".join(found), "| --- |" + " --- |" * len(found)]
    for letter, what in CLASSES.items():
        cells = [cell(found, kind, letter, reasons) for kind in found]
        lines.append("| %s: %s | %s |" % (letter, what, " | ".join(cells)))
    lines.append("")
    lines += ["[%d] %s.\n" % (n + 1, why) for n, why in enumerate(reasons)]
    return "\n".join(lines)


def check_cells(tap, found):
    for kind in found:
        bad = [letter for letter in EVERY
               if letter not in found[kind] and letter not in WHY_NOT.get(kind, {})]
        both = [letter for letter in found[kind] if letter in WHY_NOT.get(kind, {})]
        tap.result("each class is shown on %s, or why not is said" % kind,
                   ["neither: " + letter for letter in bad] +
                   ["both: " + letter for letter in both])
        tap.result("each row of %s is of a class of the page" % kind,
                   [letter for letter in found[kind] if letter not in CLASSES])


def check_page(tap, root, found):
    path = os.path.join(root, "docs/platforms.md")
    with open(path, encoding="utf-8") as f:
        old = f.read()
    head, rest = old.split(BEGIN, 1)
    text = head + BEGIN + table(found) + END + rest.split(END, 1)[1]
    if text != old and os.environ.get("UPDATE_GOLDEN"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        old = text
    tap.result("docs/platforms.md shows these rows", [] if text == old else
               ["If this is meant: UPDATE_GOLDEN=1 meson test -C build iommu-hazard-matrix"])


def check_reports(tap, root, program):
    """What the reference IOMMU's rows have to say is golden: the same in every build."""
    path = os.path.join(root, "tests/golden/iommu-hazards.txt")
    done = subprocess.run([program, "--reports"], stdout=subprocess.PIPE, check=True)
    text = done.stdout.decode()
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            old = f.read()
    if text != old and os.environ.get("UPDATE_GOLDEN"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        old = text
    diff = difflib.unified_diff(old.splitlines(), text.splitlines(), path, "this run",
                                lineterm="", n=2)
    tap.result("the reports of the reference IOMMU's programs are golden", list(diff))


def main():
    tap = Tap()
    found = rows(sys.argv[2:])
    check_cells(tap, found)
    check_page(tap, sys.argv[1], found)
    check_reports(tap, sys.argv[1], sys.argv[2])
    tap.finish()


main()
