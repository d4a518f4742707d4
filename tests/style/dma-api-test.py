#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/dma-api.md tells the truth: dma-api-test.py SOURCE_ROOT NM LIBRARY FLAGS -- COMPILER...

The list is docs/dma-api.symbols, the page is written by docs/dma_api.py. Here the
compiler and the linker are asked what that script cannot see.
"""
import os
import re
import subprocess
import sys

from tap import Tap

C_FLAGS = ["-x", "c", "-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]


def is_c(compiler):
    return "++" not in os.path.basename(compiler)


def with_type(row):
    return row.symbol.proto and row.kind in ("function", "inline")


def pointer(row, name):
    """A pointer of Linux's type that takes our address."""
    ret, args = re.fullmatch(r"(.*?) (\(.*\))", row.symbol.proto).groups()
    return "extern %s (*%s)%s;\n%s (*%s)%s = %s;\n" % (ret, name, args, ret, name, args,
                                                       row.symbol.name)


def program(rows):
    headers = sorted({r.header for r in rows})
    return "".join("#include <%s>\n" % h for h in headers) + \
        "".join(pointer(r, "take_%d" % i) for i, r in enumerate(rows))


def complaints(compiler, flags, text):
    run = subprocess.run([compiler, "-fsyntax-only", *C_FLAGS, *flags, "-"], input=text,
                         capture_output=True, text=True)
    return run.stderr.splitlines()[:12] if run.returncode else []


def exported(nm, library):
    listing = subprocess.run([nm, "-D", "--defined-only", library], check=True,
                             capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in listing.splitlines()}


def claimed(page):
    """{symbol: what the page says it is}"""
    return dict(re.findall(r"^\| `([\w.]+)` \| (\S+) \|", page, re.M))


def lies(page, rows):
    """What the page has as there and is not, and what it does not have at all."""
    says = claimed(page)
    for r in rows:
        name = r.symbol.name
        if name not in says:
            yield "%s has no row" % name
        elif not r.kind and says[name] != "**absent**":
            yield "%s is said to be there, and is not" % name


def twice(names):
    return sorted({n for n in names if names.count(n) > 1})


def main():
    divide = sys.argv.index("--")
    root, nm, library, *flags = sys.argv[1:divide]
    sys.dont_write_bytecode = True
    sys.path.insert(0, root + "/docs")
    import dma_api

    rows = [r for _, _, some in dma_api.rows_of(root) for r in some]
    with open(root + "/docs/dma-api.md", encoding="utf-8") as f:
        page = f.read()
    flags += ["-I" + root + "/include"]
    tap = Tap()

    tap.result("each symbol is listed once", twice([r.symbol.name for r in rows]))
    tap.result("what docs/dma-api.md says is there, is there (write it again: %s)"
               % dma_api.COMMAND, list(lies(page, rows)))
    tap.result("what is declared is defined", [r.symbol.name for r in rows if not r.is_defined])
    names = exported(nm, library)
    tap.result("each function of the list is exported",
               [r.symbol.name for r in rows if r.kind in ("function", "variable")
                and r.symbol.name not in names])
    typed = [r for r in rows if with_type(r)]
    for compiler in filter(is_c, sys.argv[divide + 1:]):
        tap.result("each of %d functions has Linux's type, says %s"
                   % (len(typed), os.path.basename(compiler)),
                   complaints(compiler, flags, program(typed)))
        wrong = program(typed[:1]).replace("(struct device *,", "(struct page *,")
        tap.result("...and it says so of one that has not",
                   [] if complaints(compiler, flags, wrong) else ["it compiles"])
    tap.finish()


main()
