#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counting of ./check, tried on results whose sum is known."""
import json
import os
import subprocess
import sys
import tempfile

from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))
TALLY = os.path.join(HERE, os.pardir, "tally.py")


def executable(stdout, result="OK", returncode=0):
    return {"name": "a test", "stdout": stdout, "stderr": "", "result": result,
            "returncode": returncode}


def tally(tests, status=0, *options):
    """The first line that tally.py prints for these tests, and its exit status."""
    with tempfile.TemporaryDirectory() as logdir:
        if tests:
            with open(os.path.join(logdir, "testlog.json"), "w") as log:
                log.writelines(json.dumps(t) + "\n" for t in tests)
        run = subprocess.run([sys.executable, TALLY, "build", logdir, str(status), *options],
                             capture_output=True, text=True)
    return (run.stdout.split("\n")[0], run.returncode)


CASES = [
    ("subtests are counted, not executables",
     [executable("1..2\nok 1 - a\nok 2 - b\n"), executable("ok 1 - c\n1..1\n")], 0,
     "3 0 0"),
    ("a failed subtest counts beside those that passed",
     [executable("1..2\nok 1 - a\nnot ok 2 - b\n# why\n", "FAIL", 1)], 1, "1 1 0"),
    ("a skipped subtest is neither",
     [executable("1..2\nok 1 - a\nok 2 - b # SKIP no data\n")], 0, "1 0 1"),
    ("a program that says only its exit status counts as one test",
     [executable("hello\n"), executable("", "FAIL", 1), executable("", "SKIP", 77)], 1,
     "1 1 1"),
    ("a program that dies has failed in every test it did not reach",
     [executable("1..5\nok 1 - a\nok 2 - b\n", "ERROR", -11)], 1, "2 3 0"),
    ("a program that fails after its last test has failed",
     [executable("1..1\nok 1 - a\n", "ERROR", 1)], 1, "1 1 0"),
    ("a timeout is a failure",
     [executable("", "TIMEOUT", -9)], 1, "0 1 0"),
    ("a failure that no test explains is a failure",
     [executable("1..1\nok 1 - a\n")], 3, "1 1 0"),
]


def main():
    tap = Tap()
    for name, tests, status, expected in CASES:
        got = tally(tests, status)
        tap.result(name, [] if got == (expected, 0) else ["counted %s, not %s" % (got, expected)])
    tap.result("a run of no tests is refused",
               [] if tally([], 0)[1] == 1 else ["it is not"])
    tap.result("...unless none was asked for",
               [] if tally([], 0, "--may-be-none") == ("0 0 0", 0) else ["it is"])
    tap.finish()


main()
