#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the linker's list of what libarmdma offers: exports.py INCLUDE MAP DEPFILE

What a public header names is offered, nothing else: a driver that calls one of
our insides by mistake must not link.
"""
import os
import re
import sys

WORD = re.compile(r"\b[A-Za-z_]\w*\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def headers(top):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(top)
                  for name in names if name.endswith(".h"))


def words(path):
    with open(path, encoding="utf-8") as f:
        return set(WORD.findall(COMMENT.sub(" ", f.read())))


def main():
    include, script, depfile = sys.argv[1:]
    paths = headers(include)
    names = sorted(set().union(*map(words, paths)))
    with open(script, "w") as f:
        f.write("{\n\tglobal:\n%s\tlocal: *;\n};\n" % "".join("\t\t%s;\n" % n for n in names))
    with open(depfile, "w") as f:
        f.write("%s: %s\n" % (script, " ".join(paths)))


main()
