#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write docs/dma-api.md from docs/dma-api.symbols and the sources: docs/dma_api.py

What stands behind a symbol is looked up, never claimed: its declaration in include/,
its definition in lib/, and the tests that name it. Where no test does, the nearest
macro, inline or function that a test names and that uses the symbol is said instead
("by X: ..."). A test that names a symbol need not prove everything about it.

Leaves out: what only a compiler sees. That ours have Linux's types is for
tests/style/dma-api-test.py, which compiles each address into a pointer of that type.
"""
import argparse
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMAND = "python3 docs/dma_api.py"
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
WORD = re.compile(r"[A-Za-z_]\w*")
MEMBER = re.compile(r"(?:\.|->)\s*([A-Za-z_]\w*)")
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\([^)\n]*\))?(.*)$", re.M)
FUNCTION = re.compile(r"^(?![ \t#}/])([^;{}=#]*?\b(\w+)\([^;{}]*\))\s*\n\{(.*?)^\}", re.M | re.S)
BLOCK = re.compile(r"^(?:typedef )?(struct|enum|union) (\w+)\s*\{(.*?)^\}", re.M | re.S)
HOLDER = {"dev_iommu": "iommu"}	# what a file says that never names the struct
UNUSED = "nothing here asks for it"	# how the difference of a symbol begins that is only there
MAX_TESTS = 3
MAX_STEPS = 4


class Symbol:
    """One line of the list."""

    def __init__(self, header, kind, name, proto, differs):
        self.header, self.kind, self.name = header, kind, name
        self.proto, self.differs = proto, differs

    @property
    def word(self):
        """What a source says: a member's own name."""
        return self.name.split(".")[-1]


def read_symbols(path):
    """[(group, title, [Symbol])]; a line that is none of ours ends the program."""
    groups = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            head = re.fullmatch(r"\[(\w+)\] (.+)", line)
            if head:
                groups.append((head.group(1), head.group(2), []))
                continue
            entry = re.fullmatch(r"(\S+) (function|macro|type|member|constant|variable) "
                                 r"([\w.]+)(?: = ([^|]+?))?(?: \| (.+))?", line)
            if not entry or not groups:
                sys.exit("%s:%d: HEADER KIND NAME [= TYPE] [| DIFFERENCE] is expected"
                         % (path, number))
            groups[-1][2].append(Symbol(*entry.groups()))
    return groups


def code_of(path):
    with open(path, encoding="utf-8") as f:
        return STRING.sub('""', COMMENT.sub(" ", f.read()))


def files(root, *patterns):
    found = set()
    for pattern in patterns:
        found |= set(glob.glob(os.path.join(root, pattern), recursive=True))
    return sorted(found)


class Sources:
    """What the sources hold, by name."""

    def __init__(self, root):
        self.headers = {os.path.relpath(p, root + "/include"): code_of(p)
                        for p in files(root, "include/linux/**/*.h", "include/asm/**/*.h")}
        self.lib = {p: code_of(p) for p in files(root, "lib/**/*.[ch]")}
        self.tests = {test_name(p, root): code_of(p)
                      for p in files(root, "tests/**/*.c")
                      if not os.path.relpath(p, root).startswith(("tests/support/",
                                                                   "tests/fuzz/"))}
        rigs = {p: code_of(p) for p in files(root, "tests/support/**/*.[ch]")}
        self.words = {t: set(WORD.findall(code)) for t, code in self.tests.items()}
        self.defined = set()
        self.users = {}		# name: the macros and functions that use it
        self.member_users = {}	# the same of members: (function, words of its file)
        for code in list(self.headers.values()) + list(self.lib.values()) + list(rigs.values()):
            self.take_bodies(code)
        for code in self.lib.values():
            self.defined |= {m.group(2) for m in FUNCTION.finditer(code)}
            self.defined |= set(re.findall(r"^(?!static)[\w \t*]*?\b(\w+)(?:\[\])? = \{",
                                           code, re.M))

    def take_bodies(self, code):
        joined = code.replace("\\\n", " ")
        words = frozenset(WORD.findall(code))
        bodies = [(m.group(1), m.group(2)) for m in DEFINE.finditer(joined)]
        bodies += [(m.group(2), m.group(1) + m.group(3)) for m in FUNCTION.finditer(code)]
        for name, body in bodies:
            for word in set(WORD.findall(body)) - {name}:
                self.users.setdefault(word, set()).add(name)
            for member in set(MEMBER.findall(body)):
                self.member_users.setdefault(member, set()).add((name, words))


def test_name(path, root):
    parts = os.path.relpath(path, root + "/tests").split(os.sep)
    base = re.sub(r"^test-", "", parts[-1][:-len(".c")])
    return "/".join(parts[:-1] + [base])


# ---- is it there --------------------------------------------------------------

def member_block(code, struct):
    for m in BLOCK.finditer(code):
        if m.group(2) == struct:
            return m.group(3)
    return ""


def kind_in(code, s):
    """What @code declares @s as, or None."""
    word = re.escape(s.word)
    if s.kind == "member":
        block = member_block(code, s.name.split(".")[0])
        return "member" if re.search(r"\b%s\b" % word, block) else None
    if re.search(r"^\s*#\s*define\s+%s\b" % word, code, re.M):
        return "macro"
    if s.kind == "type":
        return "type" if re.search(r"^(struct|enum) %s\b\s*[{;]" % word, code, re.M) else None
    if s.kind == "constant":
        enums = [m.group(3) for m in BLOCK.finditer(code) if m.group(1) == "enum"]
        return "constant" if any(re.search(r"\b%s\b" % word, e) for e in enums) else None
    if s.kind == "variable":
        return "variable" if re.search(r"^extern [^;(]*\b%s;" % word, code, re.M) else None
    if re.search(r"^static\b[^;{}]*\b%s\([^;{}]*\)\s*\{" % word, code, re.M):
        return "inline"
    return "function" if re.search(r"^[a-z][^;{}#=]*\b%s\([^;{}]*\)[^;{}]*;" % word, code,
                                   re.M) else None


def look_up(s, sources):
    """(kind, header) of ours; (None, None) when it is not there."""
    first = [s.header] if s.header in sources.headers else []
    for header in first + [h for h in sources.headers if h != s.header]:
        kind = kind_in(sources.headers[header], s)
        if kind:
            return kind, header
    return None, None


# ---- what tests it ---------------------------------------------------------------

def names_member(code, s):
    struct, member = s.name.split(".")
    return re.search(r"\b%s\b" % struct, code) and \
        re.search(r"(?:\.|->)\s*%s\b" % re.escape(member), code)


def direct_tests(s, sources):
    if s.kind == "member":
        return sorted(t for t, code in sources.tests.items() if names_member(code, s))
    return sorted(t for t, words in sources.words.items() if s.word in words)


def users_of(s, sources):
    """Who says @s; of a member, in a file that knows its struct."""
    if s.kind != "member":
        return sources.users.get(s.word, set())
    struct = s.name.split(".")[0]
    known_by = {struct, HOLDER.get(struct, struct)}
    return {who for who, words in sources.member_users.get(s.word, ()) if known_by & words}


def tests_through(s, sources):
    """(who, tests): the nearest user of @s that a test names."""
    near, seen = users_of(s, sources), {s.word}
    for _ in range(MAX_STEPS):
        seen |= near
        for user in sorted(near):
            tests = sorted(t for t, words in sources.words.items() if user in words)
            if tests:
                return user, tests
        near = set().union(*(sources.users.get(n, set()) for n in near)) - seen
    return None, []


class Row:
    """What is known of one symbol."""

    def __init__(self, s, sources):
        self.symbol = s
        self.kind, self.header = look_up(s, sources)
        self.is_defined = self.kind != "function" or s.word in sources.defined
        self.tests, self.through = [], None
        if self.kind:
            self.tests = direct_tests(s, sources)
        if self.kind and not self.tests:
            self.through, self.tests = tests_through(s, sources)

    @property
    def is_unused(self):
        return (self.symbol.differs or "").startswith(UNUSED)

    def complaint(self):
        """Why its tests are not as they must be, or None."""
        if self.kind and not self.tests and not self.is_unused:
            return "%s: no test names it, or a user of it" % self.symbol.name
        if self.tests and self.is_unused:
            return "%s: listed as unused, and %s uses it" % (self.symbol.name, self.tests[0])
        return None

    def state(self):
        if not self.kind:
            return "**absent**"
        return self.kind if self.is_defined else "**declared only**"

    def coverage(self):
        if not self.tests:
            return "" if not self.kind else "**none**"
        some = ", ".join(self.tests[:MAX_TESTS])
        more = len(self.tests) - MAX_TESTS
        by = "by `%s`: " % self.through if self.through else ""
        return by + some + (" and %d more" % more if more > 0 else "")

    def differences(self):
        said = [self.symbol.differs] if self.symbol.differs else []
        if self.kind and self.header != self.symbol.header:
            said.append("in `<%s>`; Linux: `<%s>`" % (self.header, self.symbol.header))
        if self.kind == "macro" and self.symbol.kind == "function":
            said.append("a macro here")
        return "; ".join(said)


def rows_of(root):
    sources = Sources(root)
    return [(group, title, [Row(s, sources) for s in symbols]) for group, title, symbols
            in read_symbols(os.path.join(root, "docs/dma-api.symbols"))]


# ---- the page -------------------------------------------------------------------------

INTRO = """\
# The DMA API, symbol by symbol

Written by `%s` from [dma-api.symbols](dma-api.symbols) and the sources; do not edit.
The symbols are those of Linux 6.12. *Tests* are those that name the symbol, or (*by*) the
nearest user of it that a test names.

These hold for all of it: what Linux makes an inline of `<linux/dma-mapping.h>` is a function
of the library here, where the report of a hazard needs the place of the call; where Linux has
`BUG_ON()` there is one line of warning, and the error return; and what Linux decides by its
configuration (`CONFIG_NEED_SG_DMA_LENGTH`, `CONFIG_DMA_NEED_SYNC`...) is always there.
"""


def summary(groups):
    yield "| group | | symbols | there | tested by name | by a user | absent |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    total = [0] * 5
    for group, title, rows in groups:
        there = [r for r in rows if r.kind]
        counts = [len(rows), len(there), sum(1 for r in there if r.tests and not r.through),
                  sum(1 for r in there if r.through), len(rows) - len(there)]
        total = [a + b for a, b in zip(total, counts)]
        yield "| %s | %s | %s |" % (group, title, " | ".join(map(str, counts)))
    yield "| | all | %s |" % " | ".join(map(str, total))


def page(root=ROOT):
    groups = rows_of(root)
    out = [INTRO % COMMAND, *summary(groups)]
    for group, title, rows in groups:
        out += ["", "## %s. %s" % (group, title), "",
                "| symbol | is | tests | differs from Linux |", "| --- | --- | --- | --- |"]
        out += ["| `%s` | %s | %s | %s |" % (r.symbol.name, r.state(), r.coverage(),
                                             r.differences()) for r in rows]
    return "\n".join(out) + "\n"


def main():
    argparse.ArgumentParser(description=__doc__,
                            formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with open(os.path.join(ROOT, "docs/dma-api.md"), "w", encoding="utf-8") as f:
        f.write(page())


if __name__ == "__main__":
    main()
