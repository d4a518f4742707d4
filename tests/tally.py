#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Count the subtests of one Meson run, and show what failed.

    tally.py NAME LOGDIR STATUS [--may-be-none]

First line of output: PASSED FAILED SKIPPED. Then, for people, each failure with
the end of its output. STATUS is what `meson test` exited with: when it failed
and no test says why, that is a failure too. So is a run of no tests at all,
unless --may-be-none.

A TAP program is counted by its subtests. One that dies early has failed in
every subtest that its plan promised and that never reported.
"""
import glob
import json
import re
import sys

TAIL_LINES = 40
RESULT = re.compile(r"^(not )?ok\b(?:\s+\d+)?(?:\s*-)?\s*([^#]*)(?:#\s*(\w+))?", re.I)
PLAN = re.compile(r"^1\.\.(\d+)")
NOISE = re.compile(r"^ok\b|^\(test program exited with|^$")
GOOD = ("OK", "EXPECTEDFAIL")


def tap_counts(text):
    """Return (passed, names of the failed, skipped, planned or None)."""
    passed, failures, skipped, planned = 0, [], 0, None
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned = (planned or 0) + int(plan[1])
            continue
        result = RESULT.match(line)
        if not result:
            continue
        directive = (result[3] or "").upper()
        if directive == "SKIP":
            skipped += 1
        elif result[1]:
            failures.append(result[2].strip())
        else:
            passed += 1
    return passed, failures, skipped, planned


def is_tap(text):
    return any(PLAN.match(line) for line in text.splitlines())


def judge(test):
    """Return (passed, failures, skipped) of one executable."""
    good = test["result"] in GOOD
    text = test.get("stdout") or ""
    if not is_tap(text):
        if test["result"] == "SKIP":
            return 0, [], 1
        return (1, [], 0) if good else (0, [test["result"]], 0)

    passed, failures, skipped, planned = tap_counts(text)
    unreported = planned - passed - len(failures) - skipped
    if unreported > 0:
        failures.append("%s, %d of %d never reported"
                        % (test["result"], unreported, planned))
        failures += ["never reported"] * (unreported - 1)
    if not failures and not good and test["result"] != "SKIP":
        failures.append("%s, exit status %s" % (test["result"], test["returncode"]))
    return passed, failures, skipped


def tail(text, indent):
    lines = [l for l in text.rstrip().splitlines() if not NOISE.match(l)]
    return "\n".join(indent + l for l in lines[-TAIL_LINES:])


def show(build, test, failures):
    told = [f for f in failures if f != "never reported"]
    print("FAILED  %s: %s" % (build, test["name"]))
    for what in told:
        print("    - %s" % what)
    for stream in ("stdout", "stderr"):
        end = tail(test.get(stream) or "", "      ")
        if end:
            print("    %s ends with:\n%s" % (stream, end))


def main():
    build, logdir, status = sys.argv[1], sys.argv[2], int(sys.argv[3])
    may_be_none = "--may-be-none" in sys.argv[4:]
    tests = []
    for path in glob.glob(logdir + "/testlog*.json"):
        with open(path, encoding="utf-8", errors="replace") as log:
            tests += [json.loads(line) for line in log if line.strip()]
    if not tests and not (may_be_none and status == 0):
        return 1

    judged = [(test,) + judge(test) for test in tests]
    passed = sum(p for _, p, _, _ in judged)
    failed = sum(len(f) for _, _, f, _ in judged)
    skipped = sum(s for _, _, _, s in judged)
    unexplained = status != 0 and failed == 0
    print(passed, failed + unexplained, skipped)
    for test, _, failures, _ in judged:
        if failures:
            show(build, test, failures)
    if unexplained:
        print("FAILED  %s: meson test exited with %d, and no test says why"
              % (build, status))
    return 0


if __name__ == "__main__":
    sys.exit(main())
