#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""armdma board --json keeps docs/schema/board.schema.json: json-schema.py ARMDMA SOURCE_ROOT

The document names every member that the schema has, and no other.
"""
import json
import os
import re
import subprocess
import sys

ARMDMA, SOURCE = sys.argv[1:3]
sys.path[:0] = [os.path.join(SOURCE, "tests", "style"), os.path.join(SOURCE, "tests", "hazard")]
from tap import Tap
import schema


def read(*path):
    with open(os.path.join(SOURCE, *path)) as f:
        return f.read()


RULES = json.loads(read("docs", "schema", "board.schema.json"))


def board(*args):
    run = subprocess.run([ARMDMA, "board", *args], stdout=subprocess.PIPE, check=True)
    return run.stdout.decode()


def shipped():
    return [line.split()[0] for line in board("--list").splitlines()]


def described(*args):
    return json.loads(board("--json", *args))


def every_shipped_board_fits():
    return schema.complaints(RULES, described(*shipped()))


def every_kind_of_core_fits():
    found = []
    for spec in ("cortex-a5", "arm1176jzf-s", "arm926ej-s", "cortex-m4", "krait,outer=0"):
        found += schema.complaints(RULES, described("--cpu", spec, "a9-pl310"))
    return found


def what_does_not_fit_is_found():
    document = described("a9-pl310")
    document["boards"][0]["cpus"][0]["part"]["tables"] = "v9"
    del document["boards"][0]["outer"]["kind"]
    return [] if len(schema.complaints(RULES, document)) == 2 else ["two faults are not found"]


def members(rules):
    for name, rule in rules.get("properties", {}).items():
        yield name
        yield from members(rule)
    if "items" in rules:
        yield from members(rules["items"])


def the_document_names_every_member():
    text = read("docs", "board-json.md")
    names = {n for rule in [RULES, *RULES["$defs"].values()] for n in members(rule)}
    return ["%s is not described" % n for n in sorted(names) if not re.search("`%s`" % n, text)]


def main():
    tap = Tap()
    for test in (every_shipped_board_fits, every_kind_of_core_fits, what_does_not_fit_is_found,
                 the_document_names_every_member):
        tap.result(test.__name__, test())
    tap.finish()


main()
