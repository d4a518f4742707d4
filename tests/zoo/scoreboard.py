#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""armdma against dma-debug on the same programs: scoreboard.py ZOO SOURCE_ROOT

docs/scoreboard.md says, byte for byte, what the full engine and the rule set dma-debug find in
each wrong driver of the zoo and in its twin. UPDATE_GOLDEN=1 writes it.
"""
import os
import subprocess
import sys

import rows
from files import compare

ZOO, ROOT = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "style"))
from tap import Tap  # noqa: E402

DOC = "docs/scoreboard.md"
MARK = "<!-- From here on tests/zoo/scoreboard.py writes. -->\n\n"
FULL, DEBUG = "armdma", "dma-debug"
OPTIONS = {FULL: "rules=full", DEBUG: "rules=dma-debug"}


def zoo(*args):
    return subprocess.run([ZOO, *args], check=True, capture_output=True, text=True).stdout


def told(who):
    """{row: (board, classes of the wrong one, classes of the right one)}"""
    lines = [line.split("\t") for line in zoo("told", OPTIONS[who]).splitlines()]
    return {name: (board, wrong.split(), right.split()) for name, board, wrong, right in lines}


def verdict(title, wrong):
    if title in wrong:
        return "caught"
    return "partly" if wrong else "missed"


class Score:
    """One of the two, over all rows."""

    def __init__(self, who, listing):
        self.told = told(who)
        self.verdicts = {name: verdict(title, self.told[name][1])
                         for name, _, title, _ in listing}
        self.alarms = [name for name, *_ in listing if self.told[name][2]]

    def count(self, what):
        return list(self.verdicts.values()).count(what)

    def cell(self, name):
        """Of the table of rows."""
        text = self.verdicts[name]
        if text == "partly":
            text += ": " + ", ".join(self.told[name][1])
        return text + (", false alarm" if name in self.alarms else "")


def percent(part, whole):
    return "%.1f %%" % (100.0 * part / whole) if whole else "-"


def summary(scores):
    lines = ["| | caught | partly | missed | recall | with partly | false alarms | precision |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for who, s in scores.items():
        nr, found = len(s.verdicts), s.count("caught") + s.count("partly")
        lines.append("| %s | %d | %d | %d | %s | %s | %d | %s |" % (
            who, s.count("caught"), s.count("partly"), s.count("missed"),
            percent(s.count("caught"), nr), percent(found, nr), len(s.alarms),
            percent(found, found + len(s.alarms))))
    return lines


def table(scores, listing):
    lines = ["| row | the wrong one | is | on | %s | %s |" % (FULL, DEBUG),
             "| --- | --- | --- | --- | --- | --- |"]
    for name, _, title, what in sorted(listing, key=lambda row: rows.order(row[0])):
        lines.append("| %s | %s | %s | %s | %s | %s |" % (
            name, what, title, scores[FULL].told[name][0], scores[FULL].cell(name),
            scores[DEBUG].cell(name)))
    return lines


def main():
    tap = Tap()
    listing = [line.split("\t") for line in zoo("list").splitlines()]
    scores = {who: Score(who, listing) for who in (FULL, DEBUG)}
    tap.result("the full engine misses nothing, and has no false alarm",
               [name for name, found in scores[FULL].verdicts.items() if found != "caught"] +
               scores[FULL].alarms)
    head = rows.read(os.path.join(ROOT, DOC)).split(MARK)[0]
    text = head + MARK + "\n".join(summary(scores) + [""] + table(scores, listing)) + "\n"
    tap.result(DOC + " says so", compare(ROOT, DOC, text, "zoo-scoreboard"))
    tap.finish()


main()
