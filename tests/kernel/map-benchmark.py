#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernel's dma_map_benchmark program asks us: map-benchmark.py ARMDMA BUILD OPTION MAP LIB...

tools/testing/selftests/dma/dma_map_benchmark.c, unmodified, with its open() and ioctl()
answered by map-benchmark-server.c: what it prints is what bench/map (MAP) prints first,
and what the kernel refuses is refused. LIB are what the server is linked with.
"""
import os
import re
import shutil
import subprocess
import sys

from linuxsource import compile_driver, tree_or_skip
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
LATENCY = r"average %s latency\(us\):\d+\.\d standard deviation:\d+\.\d$"

MEASURED = (
    ("-s 1", "threads:1 seconds:1 node:-1 dir:BIDIRECTIONAL granule: 1"),
    ("-t 2 -s 1 -n 0 -b 40 -d 2 -x 100 -g 3",
     "threads:2 seconds:1 node:0 dir:FROM_DEVICE granule: 3"),
)
# What the program lets pass and the kernel does not, with perror()'s words.
REFUSED = (
    ("-s 1 -n 7", "ioctl: Invalid argument", "map_benchmark: invalid numa node"),
    ("-s 1 -b 20", "ioctl: Invalid argument", "map_benchmark: failed to set dma_mask on device"),
    ("-s 1 -t 1024 -g 1024", "ioctl: Cannot allocate memory", ""),
)
EINVAL = "Invalid argument"
# Asked without the program: threads, seconds, node, bits, direction, delay, granule.
ASKED = (
    ("1 1 -1 32 0 0 1", "ok", ""),
    ("0 1 -1 32 0 0 1", EINVAL, "invalid thread number"),
    ("1025 1 -1 32 0 0 1", EINVAL, "invalid thread number"),
    ("1 0 -1 32 0 0 1", EINVAL, "invalid duration seconds"),
    ("1 301 -1 32 0 0 1", EINVAL, "invalid duration seconds"),
    ("1 1 -1 32 0 10000001 1", EINVAL, "invalid transmission delay"),
    ("1 1 1 32 0 0 1", EINVAL, "invalid numa node"),
    ("1 1 -2 32 0 0 1", EINVAL, "invalid numa node"),
    ("1 1 -1 32 0 0 0", EINVAL, "invalid granule size"),
    ("1 1 -1 32 0 0 1025", EINVAL, "invalid granule size"),
    ("1 1 -1 32 3 0 1", EINVAL, "invalid DMA direction"),
    ("0 0 -5 1 9 99999999 0", EINVAL, "invalid thread number"),     # the first of many
    ("1 1 -1 32 0 0 1 25601", EINVAL, ""),                          # another request
)


def run(program, arguments):
    return subprocess.run([program] + arguments.split(), capture_output=True, text=True)


def unless(condition, complaint):
    return [] if condition else [str(complaint)]


def check_measured(tap, program, bench_map):
    for arguments, head in MEASURED:
        result = run(program, arguments)
        lines = result.stdout.splitlines()
        like = ("dma mapping benchmark: " + re.escape(head) + "$", LATENCY % "map",
                LATENCY % "unmap")
        tap.result("dma_map_benchmark " + arguments, unless(
            result.returncode == 0 and len(lines) == 3 and
            all(re.match(l, line) for l, line in zip(like, lines)), result))
    ours = run(bench_map, arguments).stdout.splitlines()
    tap.result("bench/map says the same lines first", unless(
        ours[:1] == lines[:1] and len(ours) > 2 and
        all(re.match(l, o) for l, o in zip(like, ours)), ours[:3]))


def header_alone(tree, folder):
    """A folder with that one header of Linux's; the others are ours."""
    include = os.path.join(folder, "map-benchmark-include")
    os.makedirs(os.path.join(include, "linux"), exist_ok=True)
    shutil.copy(os.path.join(tree, "include/linux/map_benchmark.h"),
                os.path.join(include, "linux"))
    return include


def main():
    armdma, folder, option, bench_map = sys.argv[1:5]
    tree = tree_or_skip(option, folder)
    tap = Tap()
    flags = ["-I", header_alone(tree, folder), "-I", ROOT, "-Wl,--wrap=open,--wrap=ioctl"]
    libs = ["--plain", *sys.argv[5:], "-ljson-glib-1.0", "-lgio-2.0", "-lgobject-2.0",
            "-lm"]
    server = os.path.join(HERE, "map-benchmark-server.c")
    kernels = compile_driver(
        armdma, os.path.join(folder, "dma_map_benchmark"),
        [os.path.join(tree, "tools/testing/selftests/dma/dma_map_benchmark.c"), server]
        + libs, *flags)
    asks = compile_driver(armdma, os.path.join(folder, "map-benchmark-asks"),
                          [os.path.join(HERE, "map-benchmark-asks.c"), server] + libs, *flags)

    check_measured(tap, kernels, bench_map)
    for arguments, error, words in REFUSED:
        result = run(kernels, arguments)
        tap.result("dma_map_benchmark %s is refused" % arguments, unless(
            result.returncode == 1 and error in result.stderr and words in result.stderr,
            result))
    for arguments, answer, words in ASKED:
        result = run(asks, arguments)
        tap.result("the ioctl answers %s with %s" % (arguments, answer), unless(
            result.returncode == 0 and result.stdout.startswith(answer)
            and words in result.stderr, result))
    tap.finish()


main()
