#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The zoo for `armdma explain`: zoo-data.py SOURCE_ROOT OUT.c DEPFILE

Code of the wrong and right drivers (tests/zoo), their golden reports (tests/golden) and the
boards on which they were seen (docs/hazard-matrix.md), as struct zoo_entry of zoo.h. A class
without a row has the engine's own programs (tests/hazard) instead.
"""
import os
import sys

sys.dont_write_bytecode = True
ROOT, OUT, DEPFILE = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "zoo"))
import rows  # noqa: E402

HEAD = """/* SPDX-License-Identifier: MIT */
/* Made by tools/zoo-data.py. */
#include "zoo.h"

const struct zoo_entry zoo_entries[] = {
"""
ENTRY = """\t{
\t\t.id = %s, .title = %s, .class = %s,
\t\t.file = %s, .boards = %s,
\t\t.wrong =%s,
\t\t.right =%s,
\t\t.report =%s,
\t},
"""


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")


def block(text):
    """A C string, a line of it in each line."""
    lines = [quoted(line)[:-1] + '\\n"' for line in text.splitlines()]
    return "\n\t\t" + "\n\t\t".join(lines or ['""'])


def main():
    tree = rows.Tree(ROOT)
    texts = [ENTRY % (quoted(e.name), quoted(e.title), e.enum, quoted(e.path),
                      quoted(" ".join(e.boards)), block(e.wrong), block(e.right),
                      block(e.report)) for e in rows.entries(tree)]
    with open(OUT, "w", encoding="utf-8") as f:
        f.write(HEAD + "".join(texts) + "\t{ 0 }\n};\n")
    with open(DEPFILE, "w", encoding="utf-8") as f:
        f.write("%s: %s\n" % (OUT, " ".join(tree.used + [os.path.join(ROOT, "tests", "zoo")])))


main()
