#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/hazards.md, below its mark: docs.py ARMDMA SOURCE_ROOT

What the catalogue says of each class, and one driver that does it, its golden report and its
corrected twin. UPDATE_GOLDEN=1 writes it; the reports are zoo-golden's and golden's.
"""
import json
import os
import subprocess
import sys

import rows
from files import compare

ARMDMA, ROOT = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "style"))
from tap import Tap  # noqa: E402

DOC = "docs/hazards.md"
MARK = "<!-- From here on tests/zoo/docs.py writes. -->\n"


def catalogue():
    done = subprocess.run([ARMDMA, "hazards", "--json"], check=True, capture_output=True,
                          text=True)
    return json.loads(done.stdout)["hazards"]


def fenced(language, text):
    return ["```" + language, text.rstrip("\n"), "```", ""]


def example(entry):
    where = "`%s`" % entry.path if not entry.title else \
        "`%s`, row %s: %s" % (entry.path, entry.name, entry.title)
    return (["Wrong (%s):" % where, ""] + fenced("c", entry.wrong) +
            ["Report:", ""] + fenced("", entry.report) +
            ["Right:", ""] + fenced("c", entry.right))


def section(info, entries):
    lines = ["", "## " + info["title"], "",
             "`%s` (%s): %s, %s" % (info["id"], info["group"], info["severity"],
                                    info["strength"]), "",
             info["meaning"], "", "Right is: %s." % info["fix"], "",
             "References: %s." % info["references"], ""]
    if entries:
        lines += example(entries[0])
    elif info["title"].startswith("iommu-"):
        lines += ["Shown by rows of `tests/iommu/hazard-rows.h`.", ""]
    more = ["row %s, %s" % (e.name, e.title) for e in entries[1:]]
    return "\n".join(lines + (["Also: " + "; ".join(more) + ".", ""] if more else []))


def titles_of_enums(tree):
    return {enum: title for path in tree.files("lib/hazard/catalogue-*.c")
            for enum, title in rows.ENUM.findall(tree.read(path))}


def main():
    tap = Tap()
    tree = rows.Tree(ROOT)
    titles = titles_of_enums(tree)
    of_class = {}
    for entry in rows.entries(tree):
        of_class.setdefault(titles[entry.enum], []).append(entry)
    head = rows.read(os.path.join(ROOT, DOC)).split(MARK)[0]
    text = head + MARK + "".join(section(i, of_class.get(i["title"], [])) for i in catalogue())
    tap.result(DOC + " shows the catalogue, the code and the reports",
               compare(ROOT, DOC, text, "zoo-docs"))
    tap.finish()


main()
