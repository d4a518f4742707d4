#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Public headers compile alone: headers.py SOURCE_ROOT HW_INCLUDE FLAGS -- COMPILER...

Each header of include/ is the first and only line of a file, under each C
compiler and, for C++ users, each C++ compiler. Twice, so that the include guard
is tried too. And the folder that sim/ is compiled with holds nothing of Linux.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tap import Tap

C_FLAGS = ["-x", "c", "-std=gnu11", "-Wall", "-Wextra", "-Wstrict-prototypes",
           "-Wno-unused-parameter", "-Werror"]
CXX_FLAGS = ["-x", "c++", "-std=gnu++17", "-Wall", "-Wno-unused-parameter", "-Werror"]


def language_flags(compiler):
    return CXX_FLAGS if "++" in os.path.basename(compiler) else C_FLAGS


def complaints(compiler, flags, text):
    """What the compiler says about a file of that text; [] when it likes it."""
    run = subprocess.run([compiler, "-fsyntax-only", *language_flags(compiler), *flags, "-"],
                         input=text, capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return run.stderr.splitlines()[:8] or ["exit status %d" % run.returncode]


def public_headers(root):
    for folder in ("armdma", "linux", "asm", "asm-generic", "media", "drm"):
        top = os.path.join(root, "include", folder)
        for where, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".h"):
                    yield os.path.relpath(os.path.join(where, name), root + "/include")


def include(header):
    return "#include <%s>\n" % header


def main():
    divide = sys.argv.index("--")
    root, hw_include, *flags = sys.argv[1:divide]
    compilers = sys.argv[divide + 1:]
    ours = flags + ["-I" + root + "/include"]
    headers = list(public_headers(root))
    tap = Tap()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for compiler in compilers:
            name = os.path.basename(compiler)
            said = pool.map(lambda h: complaints(compiler, ours, include(h) * 2), headers)
            for header, complaint in zip(headers, said):
                tap.result("<%s> compiles alone with %s" % (header, name), complaint)
            broken = complaints(compiler, ours, "#include <armdma/none-such.h>\n")
            tap.result("...and %s refuses a header that does not exist" % name,
                       [] if broken else ["it does not"])

    kernel = include("linux/dma-mapping.h")
    tap.result("a file that includes <linux/dma-mapping.h> compiles in lib",
               complaints(compilers[0], ours, kernel))
    tap.result("...and not in sim",
               [] if complaints(compilers[0], flags + ["-I" + hw_include], kernel)
               else ["it compiles with only " + hw_include])
    tap.result("the folder that sim is compiled with holds armdma and nothing else",
               [] if os.listdir(hw_include) == ["armdma"] else os.listdir(hw_include))
    tap.finish()


main()
