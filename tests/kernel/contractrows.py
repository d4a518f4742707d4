# SPDX-License-Identifier: MIT
"""The rows of the platform contract (tests/iommu/platform-bench.c), by name, and how one is
played with a driver of Linux's, whose state is static: one boot a process.
"""
import os
import subprocess

AS_IT_IS = "as the part is"
ASLEEP = "as the part is, asleep in between"
LINES_OF_32 = "unbounded, past every cache, lines of 32"
LINES_OF_64 = "unbounded, past every cache, lines of 64"
SNOOPING = "unbounded, snooping"
FEW_NEGATIVE = "few entries, negative ones, fetching ahead, slow"
MANY_NEGATIVE = "unbounded, negative ones, fetching ahead, lines of 64"
DRAWN = "victims drawn, the hardware chooses"
HELD_BACK = "stores held back"
LAZY = "lazy default domains"
IDENTITY = "identity default domains"
FAST = "the fast gear"
ALL = (AS_IT_IS, ASLEEP, LINES_OF_32, LINES_OF_64, SNOOPING, FEW_NEGATIVE, MANY_NEGATIVE, DRAWN,
       HELD_BACK, LAZY, IDENTITY, FAST)


def complaints(program):
    """ALL is what the program has, in its order."""
    done = subprocess.run([program, "--rows"], capture_output=True, text=True, check=True)
    rows = tuple(done.stdout.splitlines())
    return [] if rows == ALL else ["the program's rows are others: %s" % (rows,)]


def play(program, board, kind, options, row):
    """What Linux keeps for good is no leak of ours."""
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    return subprocess.run([program, *options, board, kind, row], env=env, capture_output=True,
                          text=True)


def broken(program, board, kind, options, rows):
    """What those of ROWS say that are not kept."""
    done = [(row, play(program, board, kind, options, row)) for row in rows]
    return ["%s: %s" % (row, d.stdout[-1000:] + d.stderr[-2000:]) for row, d in done
            if d.returncode or not d.stdout.startswith("ok ")]
