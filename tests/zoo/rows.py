# SPDX-License-Identifier: MIT
"""The zoo's sources as data: its rows, and the code between its markers.

Only text is read, so that the program that shows the code need not be built with it. That
this reads what a compiler does is for tests/zoo/golden.py to see.
"""
import glob
import os
import re

MARKED = re.compile(r"^/\* -+ (?:zoo|program) (\S+) (wrong|right)[ -]*\*/\n(.*?)"
                    r"^/\* -+ end [ -]*\*/\n", re.S | re.M)
STRING = r'"(?:[^"\\]|\\.)*"'
ROW = re.compile(r'\{\s*(%s),\s*(%s(?:\s*%s)*),\s*\w+,\s*\w+,\s*(HAZARD_\w+),'
                 % (STRING, STRING, STRING))


def unquoted(text):
    """What C makes of one string, or several beside each other."""
    return "".join(re.sub(r"\\(.)", r"\1", part[1:-1]) for part in re.findall(STRING, text))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def programs(source):
    """{(id, "wrong" or "right"): code} of one file's text."""
    return {(name, which): code.rstrip("\n") + "\n" for name, which, code in
            MARKED.findall(source)}


def rows(source):
    """[(id, title, "HAZARD_...")] of one file's text, as its table has them."""
    _, found, table = source.rpartition("\nconst struct zoo_row ")
    return [(unquoted(name), unquoted(title), enum)
            for name, title, enum in ROW.findall(found and table)]


def sources(root):
    """Files of the zoo that have rows, in the order of their names."""
    return [path for path in sorted(glob.glob(os.path.join(root, "tests/zoo/*.c")))
            if re.search(r"^const struct zoo_row \w+\[\] = ", read(path), re.M)]


def order(name):
    """Numbers, then timelines, then real bugs."""
    letter = re.match(r"[A-Z]*", name).group()
    return letter, int(re.sub(r"\D", "", name) or 0), name
