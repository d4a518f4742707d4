# SPDX-License-Identifier: MIT
"""What README shows is what a reader would get: readme.py ROOT ARMDMA."""
import os
import re
import subprocess
import sys

from tap import Tap

root, armdma = [os.path.abspath(arg) for arg in sys.argv[1:]]
README = open(os.path.join(root, "README.md")).read()


def block_after(heading, nth):
    """Text of the nth fenced block of a section."""
    section = README.split("\n## " + heading + "\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```\w*\n(.*?)^```$", section, re.M | re.S)[nth]


def differs(shown, real, what):
    return [] if shown == real else ["README shows another %s than the repository has" % what]


def read(path):
    return open(os.path.join(root, path)).read()


def without_head(source):
    """A program as README shows it: without the lines that every file has."""
    return source.split("\n", 2)[2]


def missing_lines(shown, real):
    have = set(line.rstrip() for line in real.splitlines())
    return ["replay does not print: " + line for line in shown.splitlines()
            if line.strip() not in ("", "...") and line.rstrip() not in have]


def replay(trace, board):
    run = subprocess.run([armdma, "replay", trace, "--board", board], cwd=root,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         env=dict(os.environ, NO_COLOR="1", COLUMNS="100"))
    return run.stdout


tap = Tap()
tap.result("the driver that goes wrong is examples/20-line.c",
           differs(block_after("A driver that goes wrong", 0),
                   without_head(read("examples/20-line.c")), "program"))
tap.result("its report is the one that the tests hold it to",
           differs(block_after("A driver that goes wrong", 1),
                   read("examples/20-line.report"), "report"))
tap.result("the main job prints what README quotes",
           missing_lines(block_after("The main job", 0),
                         replay("examples/traces/virt-noncoherent.trace.xz", "a9-pl310")))
tap.finish()
