#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/dma-api.symbols is what Linux 6.12 declares: api.py ARMDMA BUILD SOURCE_OPTION

Each symbol in the header that the list names, and each function with the type that it
gives: with that type, tests/style/dma-api-test.py holds ours to Linux's.

Leaves out: what only a preprocessor knows. A header is read with its branches side by
side, so one declaration of several is enough.
"""
import os
import re
import sys

from linuxsource import tree_or_skip
from tap import Tap

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "docs"))
import dma_api

TYPE_WORDS = {"int", "long", "char", "void", "short", "size_t", "gfp_t", "bool", "unsigned",
              "u64", "u32", "u8", "off_t", "ssize_t", "dma_addr_t", "phys_addr_t"}
QUALIFIERS = re.compile(r"\b(?:extern|static|inline|__always_inline|__must_check|__malloc|"
                        r"__init|__user)\b")


def squeeze(text):
    """One blank between words, stars together behind one."""
    text = re.sub(r"\s+", " ", text.strip())
    text = re.sub(r"\s*\*\s*", "*", text)
    text = re.sub(r"\bunsigned(?! (?:int|long|char|short))", "unsigned int", text)
    return re.sub(r"(\w)\*", r"\1 *", text)


def without_name(argument):
    """"struct device *dev" is a struct device *; "gfp_t" is one already."""
    argument = QUALIFIERS.sub(" ", argument)
    found = re.fullmatch(r"(.*[\s*])(\w+)", squeeze(argument))
    if found and found.group(2) not in TYPE_WORDS and \
            not re.search(r"(?:struct|enum)\s$", found.group(1)):
        return squeeze(found.group(1))
    return squeeze(argument)


def split_arguments(text):
    """At commas outside brackets."""
    depth, parts = 0, [""]
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def pointer_argument(argument):
    """A pointer to a function: its own arguments lose their names too."""
    found = re.fullmatch(r"\s*(.*?)\(\*\w*\)\s*\((.*)\)\s*", argument, re.S)
    if not found:
        return without_name(argument)
    inner = ", ".join(without_name(a) for a in split_arguments(found.group(2)))
    return "%s (*)(%s)" % (squeeze(found.group(1)), inner)


def arguments_at(code, start):
    """What stands between the bracket at @start and the one that closes it."""
    depth = 0
    for i in range(start, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if not depth:
            return code[start + 1:i]
    return ""


def types_of(code, name):
    """Every type that a declaration or definition of @name gives it."""
    for found in re.finditer(r"(?:^|[;}])\s*((?:[A-Za-z_]\w*[\s*]+)+)%s\s*\(" % name, code, re.M):
        ret = squeeze(QUALIFIERS.sub(" ", found.group(1)))
        if ret.split()[0] in ("return", "else", "define"):
            continue
        args = split_arguments(arguments_at(code, found.end() - 1))
        yield "%s (%s)" % (ret, ", ".join(pointer_argument(a) for a in args))


def complaint(tree, s):
    folder = "" if s.header.startswith("drivers/") else "include"	# private to Linux
    path = os.path.join(tree, folder, s.header)
    code = dma_api.code_of(path).replace("\\\n", " ")
    if not dma_api.kind_in(code, s) and not re.search(r"\b%s\b" % re.escape(s.word), code):
        return "%s is not in <%s>" % (s.name, s.header)
    if not s.proto:
        return None
    lines = re.sub(r"^\s*#.*$", ";", code, flags=re.M)
    seen = set(types_of(lines, s.word))
    wanted = "%s (%s)" % (squeeze(s.proto.split(" (")[0]), ", ".join(
        pointer_argument(a) for a in
        split_arguments(arguments_at(s.proto, s.proto.index(" (") + 1))))
    return None if wanted in seen else "%s: listed as %s, Linux has %s" % (
        s.name, wanted, sorted(seen))


def main():
    armdma, build, option = sys.argv[1:]
    tap = Tap()
    tree = tree_or_skip(option, build)
    groups = dma_api.read_symbols(os.path.join(ROOT, "docs/dma-api.symbols"))
    for group, title, symbols in groups:
        found = [complaint(tree, s) for s in symbols]
        tap.result("%s, %s: as Linux declares them" % (group, title), [c for c in found if c])
    wrong = dma_api.Symbol("linux/dma-mapping.h", "function", "dma_get_mask",
                           "u32 (struct device *)", None)
    tap.result("...and another type is noticed",
               [] if complaint(tree, wrong) else ["it is not"])
    tap.finish()


main()
