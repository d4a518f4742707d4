#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hazards x boards: matrix.py ZOO SOURCE_ROOT

docs/hazard-matrix.md says, byte for byte, what the wrong driver of each row comes to on each
shipped board, and the right one nowhere comes to anything. UPDATE_GOLDEN=1 writes it.
"""
import os
import subprocess
import sys

import rows
from files import compare

ZOO, ROOT = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "style"))
from tap import Tap  # noqa: E402

DOC = "docs/hazard-matrix.md"
CELL = {"caught": "x", "-": "", "harmless": "o", "silent": "silent", "otherwise": "otherwise"}
NOT_THERE = ("-", "-"), ("harmless", "-")
MARK = "<!-- From here on tests/zoo/matrix.py writes. -->\n\n"


def zoo(*args):
    return subprocess.run([ZOO, *args], check=True, capture_output=True, text=True).stdout


def table(listing, boards, verdicts):
    lines = ["| nr | board |", "| --- | --- |"]
    lines += ["| %d | %s |" % (nr, board) for nr, board in enumerate(boards, 1)]
    lines += ["", "| row | the wrong one | reported as |%s" %
              "".join(" %d |" % nr for nr in range(1, len(boards) + 1)),
              "| --- | --- | --- |" + " --- |" * len(boards)]
    for name, _, title, what in sorted(listing, key=lambda row: rows.order(row[0])):
        cells = [CELL.get(verdicts[name, board][0], "?") for board in boards]
        lines.append("| %s | %s | %s |%s" % (name, what, title,
                                             "".join(" %s |" % c if c else " |" for c in cells)))
    return "\n".join(lines) + "\n"


def summary(listing, verdicts):
    wrong = [v[0] for v in verdicts.values() if v[0] not in ("-", "harmless")]
    return ("\n%d rows, %d programs run: %d wrong ones, %d of them caught, and as many right ones, "
            "%d of them silent.\n" % (len(listing), 2 * len(wrong), len(wrong),
                                      wrong.count("caught"),
                                      [v[1] for v in verdicts.values()].count("silent")))


def main():
    tap = Tap()
    boards = zoo("boards").split()
    listing = [line.split("\t") for line in zoo("list").splitlines()]
    verdicts = {}
    for line in zoo("matrix").splitlines():
        name, board, wrong, right = line.split("\t")
        verdicts[name, board] = wrong, right
    for name, *_ in listing:
        mine = {b: verdicts[name, b] for b in boards if verdicts[name, b] not in NOT_THERE}
        bad = ["%s: %s, right: %s" % (b, *v) for b, v in mine.items() if v != ("caught", "silent")]
        tap.result("%s is caught, and its twin silent, wherever it applies" % name,
                   bad if mine else ["it applies nowhere"])
    head = rows.read(os.path.join(ROOT, DOC)).split(MARK)[0]
    text = head + MARK + table(listing, boards, verdicts) + summary(listing, verdicts)
    tap.result(DOC + " says so", compare(ROOT, DOC, text, "zoo-matrix"))
    tap.finish()


main()
