#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of docs/noncoherent.md is what bench/noncoherent counts: noncoherent.py BENCH ROOT

Here for buffers of up to 256 KiB, whose rows must be among those of the page.
UPDATE_GOLDEN=1 counts them all, and writes the page.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "style"))
from tap import Tap

PATTERNS = ("read", "read-8", "read-sparse", "write", "write-sparse", "modify")
BLOCK = re.compile(r"(<!-- bench/noncoherent -->\n```\n).*?(```\n)", re.S)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=900)


def rows(text):
    return [line for line in text.splitlines() if "|" in line]


def update(bench, path):
    with open(path, encoding="utf-8") as f:
        page = f.read()
    table = run(bench).stdout
    with open(path, "w", encoding="utf-8") as f:
        f.write(BLOCK.sub(lambda m: m.group(1) + table + m.group(2), page))


def check_table(tap, bench, page):
    result = run(bench, "-x", "256")
    tap.result("it ends well", [] if result.returncode == 0 else [result.stderr])
    found = rows(result.stdout)
    tap.result("there is a row for each pattern and size",
               [p for p in PATTERNS if sum(r.split()[0] == p for r in found) != 7])
    tap.result("the page has these rows (UPDATE_GOLDEN=1 writes it)",
               [r for r in found if r not in page])
    again = run(bench, "-x", "16")
    tap.result("counts do not hang on what was counted before",
               [r for r in rows(again.stdout) if r not in found])


def check_costs(tap, bench):
    free = run(bench, "-x", "1", *[w for c in ("fill", "dram", "writeback", "lineop", "outerop",
                                               "barrier") for w in ("-c", c + "=0")])
    verdicts = free.stdout.split("cheaper:\n")[1].splitlines()
    tap.result("where caches cost nothing they win",
               [v for v in verdicts if not v.endswith(" cached")])
    slow = run(bench, "-x", "1", "-c", "lineop=9999")
    tap.result("where maintenance costs everything they lose",
               [v for v in slow.stdout.split("cheaper:\n")[1].splitlines()
                if not v.endswith(" uncached")])


def check_manners(tap, bench):
    for bad in (["-x", "0"], ["-x", "4097"], ["-m", "-1"], ["-c", "x=1"], ["-c", "dram"],
                ["-c", "dram=-1"], ["-b", "no-such-board"], ["extra"]):
        result = run(bench, *bad)
        tap.result("it refuses " + " ".join(bad),
                   [] if result.returncode == 2 and len(result.stderr.splitlines()) == 1
                   else ["%d: %s" % (result.returncode, result.stderr)])


def main():
    bench, root = sys.argv[1:]
    path = os.path.join(root, "docs/noncoherent.md")
    if os.environ.get("UPDATE_GOLDEN"):
        update(bench, path)
    with open(path, encoding="utf-8") as f:
        page = f.read().splitlines()
    tap = Tap()
    check_table(tap, bench, page)
    check_costs(tap, bench)
    check_manners(tap, bench)
    tap.finish()


main()
