#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the zoo's wrong drivers are told, byte for byte: golden.py ZOO SOURCE_ROOT

One report of each row, on the first board that has what the row needs, is that of
tests/golden/zoo-ROW.txt. UPDATE_GOLDEN=1 writes what it finds instead of complaining.
"""
import glob
import os
import re
import subprocess
import sys

import rows
from files import compare

ZOO, ROOT = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "style"))
from tap import Tap  # noqa: E402

GOLDEN = "tests/golden/zoo-%s.txt"
HEAD = re.compile(r"^==== (\S+) on (\S+)\n", re.M)
# Frames of the library and of the judge are of no interest, and where the compiler inlines, or
# leaves out debug information, they are others.
FRAME = re.compile(r"^  [^\s()]+(?: \(([^\s:]+):\d+\))?\n", re.M)
INVALIDATED = re.compile(r"^(  step .* invalidated iova .*?)  +\S+(?: \(\S+\))?$", re.M)


def zoo(*args):
    return subprocess.run([ZOO, *args], check=True, capture_output=True, text=True).stdout


def theirs(text):
    """TEXT without what is ours."""
    drivers = {os.path.basename(path) for path in rows.sources(ROOT)}
    text = FRAME.sub(lambda m: m.group(0) if m.group(1) in drivers else "", text)
    return INVALIDATED.sub(r"\1", text)


def reports():
    """{row: text}"""
    parts = HEAD.split(theirs(zoo("reports")))
    return dict(zip(parts[1::3], parts[3::3]))


def listed():
    return [tuple(line.split("\t")) for line in zoo("list").splitlines()]


def check_sources(tap, listing):
    """What rows.py reads is what the compiler made of it."""
    known, code = {}, {}
    for path in rows.sources(ROOT):
        text = rows.read(path)
        known.update({name: title for name, title, _ in rows.rows(text)})
        code.update(rows.programs(text))
    tap.result("the rows that docs and `armdma explain` know are the program's",
               [] if known == {name: title for name, _, _, title in listing} else
               sorted(set(known.items()) ^ {(name, title) for name, _, _, title in listing}))
    tap.result("each row has its code between markers",
               ["%s %s" % (name, which) for name, *_ in listing for which in ("wrong", "right")
                if "zoo_%s_%s(" % (name, which) not in code.get((name, which), "")])


def strangers(names):
    """Golden files of rows that are no more."""
    kept = {os.path.join(ROOT, GOLDEN % name) for name in names}
    old = [p for p in glob.glob(os.path.join(ROOT, GOLDEN % "*")) if p not in kept]
    if os.environ.get("UPDATE_GOLDEN"):
        for path in old:
            os.unlink(path)
        return []
    return old


def main():
    tap = Tap()
    listing, texts = listed(), reports()
    check_sources(tap, listing)
    for name, _, title, _ in listing:
        text = texts.get(name, "")
        bad = [] if "HAZARD: " + title in text else ["no %s in: %s" % (title, text)]
        bad += compare(ROOT, GOLDEN % name, text, "zoo-golden")
        tap.result("the report of %s is golden" % name, bad)
    tap.result("no golden report is of a row that is no more", strangers(texts))
    tap.finish()


main()
