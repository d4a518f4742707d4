# SPDX-License-Identifier: MIT
"""The zoo's sources as data: its rows, and the code between its markers.

Only text is read, so that the program that shows the code need not be built with it. That
this reads what a compiler does is for tests/zoo/golden.py to see.
"""
import collections
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


# ---- what docs and `armdma explain` show of them --------------------------------------------

MATRIX = "docs/hazard-matrix.md"
ENUM = re.compile(r"^\t\[(HAZARD_\w+)\] = \{$\n\t\t\.id = \"ADM-\d+\", \.title = \"([^\"]+)\"",
                  re.M)

# name: of a row, or, title being "", of a class whose programs are the engine's own.
Entry = collections.namedtuple("Entry", "name title enum path boards wrong right report")


class Tree:
    """The source tree, and what was read of it."""

    def __init__(self, root):
        self.root = root
        self.used = [os.path.join(root, "tests", "zoo", "rows.py")]

    def read(self, path):
        full = os.path.join(self.root, path)
        if not os.path.exists(full):
            return ""
        self.used.append(full)
        return read(full)

    def files(self, pattern):
        return [os.path.relpath(path, self.root)
                for path in sorted(glob.glob(os.path.join(self.root, pattern)))]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def seen_on(matrix):
    """{row: names of the boards that show it}"""
    lines = [cells(line) for line in matrix.splitlines() if line.startswith("| ")]
    boards = {line[0]: line[1] for line in lines if len(line) == 2 and line[0].isdigit()}
    return {line[0]: [boards[str(nr)] for nr, cell in enumerate(line[3:], 1) if cell == "x"]
            for line in lines if len(line) > 3 and line[0] not in ("row", "---")}


def of_zoo(tree):
    boards = seen_on(tree.read(MATRIX))
    found = []
    for path in sources(tree.root):
        source = tree.read(os.path.relpath(path, tree.root))
        code = programs(source)
        found += [Entry(name, title, enum, os.path.relpath(path, tree.root),
                        boards.get(name, []), code.get((name, "wrong"), ""),
                        code.get((name, "right"), ""),
                        tree.read("tests/golden/zoo-%s.txt" % name))
                  for name, title, enum in rows(source)]
    return sorted(found, key=lambda entry: order(entry.name))


def of_engine(tree):
    enums = {title: enum for path in tree.files("lib/hazard/catalogue-*.c")
             for enum, title in ENUM.findall(tree.read(path))}
    found = []
    for path in tree.files("tests/hazard/programs*.c"):
        code = programs(tree.read(path))
        found += [Entry(title, "", enums[title], path, [], code[title, "wrong"],
                        code[title, "right"], tree.read("tests/golden/hazard-%s.txt" % title))
                  for title in sorted({name for name, _ in code})]
    return found


def entries(tree):
    """The zoo's, in their order; then the engine's, of classes that the zoo has no row of."""
    zoo = of_zoo(tree)
    covered = {entry.enum for entry in zoo}
    return zoo + [entry for entry in of_engine(tree) if entry.enum not in covered]
