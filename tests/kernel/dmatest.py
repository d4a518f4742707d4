#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's test of DMA engines on our DMA master: dmatest.py ARMDMA BUILD SOURCE_OPTION

drivers/dma/dmatest.c, unmodified: patterns in source and destination, random lengths and
offsets, and after each transfer every byte of both is looked at, guards included. Clean
where nothing is wrong, and it says so where the engine, or one sync, is.
"""
import os
import re
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
SUMMARY = re.compile(r"dmatest: dma0chan0-(\w+): summary (\d+) tests, (\d+) failures .* \(0\)")

# Board, options, operation, threads of dmatest, iterations, bytes of a buffer.
RUNS = (
    ("a9-pl310", "", "copy", ("copy0",), 1000, 512),
    ("a7-quad", "chooser=random", "copy", ("copy0",), 500, 512),
    ("a9-pl310", "swiotlb=force", "copy", ("copy0",), 500, 512),
    ("a15-lpae", "", "set", ("set0",), 500, 512),
    ("arm926", "", "xor-pq", ("copy0", "xor0", "pq0"), 200, 300),
    ("coherent", "", "xor-pq", ("copy0", "xor0", "pq0"), 200, 300),
    ("a9-pl310", "", "copy", ("copy0",), 10, 16384),
)
LONG_RUNS = (
    ("a9-pl310", "", "copy", ("copy0",), 100000, 512),
    ("a9-pl310", "gear=fast", "copy", ("copy0",), 100000, 512),
    ("a9-pl310", "swiotlb=force", "copy", ("copy0",), 20000, 512),
    ("coherent", "", "copy", ("copy0",), 20000, 512),
    ("a7-quad", "chooser=random", "copy", ("copy0",), 20000, 512),
    ("a9-pl310", "", "xor-pq", ("copy0", "xor0", "pq0"), 10000, 512),
)
COHERENT_MASTER = {"coherent": "10010000.ethernet"}

# What is wrong, on which board, and dmatest's word for it.
DEFECTS = (
    ("no-sync", "a9-pl310", "dstbuf[0x", "not copied!"),
    ("short", "a9-pl310", "dstbuf[0x", "not copied!"),
    ("long", "a9-pl310", "dstbuf[0x", "was copied!"),
    ("short", "coherent", "dstbuf[0x", "not copied!"),
    ("source", "coherent", "srcbuf[0x", "overwritten!"),
)


def run(program, board, options, *arguments):
    env = dict(os.environ, ARMDMA_BOARD=board, ARMDMA_OPTIONS=options)
    if board in COHERENT_MASTER:
        env["DMATEST_DEVICE"] = COHERENT_MASTER[board]
    return subprocess.run([program] + [str(a) for a in arguments], env=env,
                          capture_output=True, text=True)


def complaints(result, threads, iterations):
    """Each thread did all of its tests and none failed; no hazards."""
    wanted = [(t, str(iterations), "0") for t in threads]
    bad = [] if result.returncode == 0 else ["exit status %d" % result.returncode]
    if SUMMARY.findall(result.stderr) != wanted or "no hazards observed" not in result.stderr:
        bad.append(result.stderr[-2000:])
    return bad


def defect_complaints(result, words):
    failures = [int(f) for _, _, f in SUMMARY.findall(result.stderr)]
    seen = all(word in result.stderr for word in words)
    return [] if seen and failures and failures[0] > 0 else [result.stderr[-2000:]]


def main():
    armdma, folder, option = sys.argv[1:]
    source = os.path.join(tree_or_skip(option, folder), "drivers/dma/dmatest.c")
    tap = Tap()
    program = compile_driver(
        armdma, os.path.join(folder, "dmatest"), [os.path.join(HERE, "dmatest-harness.c")],
        "-O2", "-DMODULE", "-I", os.path.join(HERE, "dmatest-include"),
        '-DDMATEST_C="%s"' % source)
    for board, options, operation, threads, iterations, size in \
            RUNS + (LONG_RUNS if os.environ.get("ARMDMA_LONG") else ()):
        result = run(program, board, options, operation, iterations, size)
        tap.result("dmatest: %s, %d times, up to %d bytes, on %s%s" % (
            operation, iterations, size, board, options and ", " + options),
            complaints(result, threads, iterations))
    for defect, board, *words in DEFECTS:
        result = run(program, board, "hazards=off", "copy", 50, 512, defect)
        tap.result("dmatest notices %s on %s" % (defect, board),
                   defect_complaints(result, words))
    tap.finish()


main()
