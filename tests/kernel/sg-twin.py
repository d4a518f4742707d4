#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our scatterlists against Linux's own: sg-twin.py ARMDMA BUILD SOURCE_OPTION

lib/scatterlist.c is compiled beside ours, under other names (sg-twin.h), as far as it is
about lists: what follows, about iov_iter, is cut off. sg-twin.c calls both.
"""
import os
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
END = "static ssize_t extract_user_to_sg"
ABSENT = ("kmemleak", "bvec", "uio", "folio_queue")


def build_twin(armdma, folder, tree):
    """An object with hooks; its text stays in the build folder."""
    include = os.path.join(folder, "sg-twin-include", "linux")
    os.makedirs(include, exist_ok=True)
    for name in ABSENT:
        open(os.path.join(include, name + ".h"), "w").close()
    with open(os.path.join(tree, "lib/scatterlist.c")) as f:
        text = f.read()
    source = os.path.join(folder, "sg-twin-linux.c")
    with open(source, "w") as f:
        f.write(text[:text.index(END)])
    return compile_driver(armdma, os.path.join(folder, "sg-twin-linux.o"), [source], "-c",
                          "-I", os.path.dirname(include),
                          "-include", os.path.join(HERE, "sg-twin.h"))


def run(program, rounds):
    env = dict(os.environ, ARMDMA_OPTIONS="gear=fast")
    return subprocess.run([program, str(rounds)], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)


def main():
    armdma, folder, option = sys.argv[1:]
    tree = tree_or_skip(option, folder)
    rounds = 100000 if os.environ.get("ARMDMA_LONG") else 5000
    twin = build_twin(armdma, folder, tree)
    ours = os.path.join(HERE, "sg-twin.c")
    tap = Tap()
    result = run(compile_driver(armdma, os.path.join(folder, "sg-twin"), [ours, twin]), rounds)
    tap.result("%d random arrays of pages become the lists that Linux makes" % rounds,
               [] if result.returncode == 0 else [result.stdout or "it crashed"])
    wrong = run(compile_driver(armdma, os.path.join(folder, "sg-twin-wrong"), [ours, twin],
                               "-DMISTAKE=PAGE_SIZE"), rounds)
    tap.result("a list that differs is seen",
               [] if wrong.returncode == 1 and "round" in wrong.stdout else [wrong.stdout])
    tap.finish()


main()
