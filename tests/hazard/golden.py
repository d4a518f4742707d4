#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reports byte for byte: golden.py PROGRAM SOURCE_ROOT

For each class of hazard, the wrong program's text and JSON are those of
tests/golden, the JSON fits the published schema, and the same seed gives the same
bytes. What of this docs show is tests/zoo/docs.py's matter.

UPDATE_GOLDEN=1 writes what it finds instead of complaining.
"""
import copy
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile

from schema import complaints

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "style"))
from tap import Tap  # noqa: E402

PROGRAM, ROOT = sys.argv[1], sys.argv[2]
BOARD = "a9-pl310"
SEED = "0x5eed"
PROGRAM_PART = re.compile(r"^/\* -+ program (\S+) wrong \*/$", re.M)
IS_UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
# Between a process and its driver the library is on the stack, too. Which of its functions
# are there, and whether they have lines, is the compiler's choice: not shown here.
OURS = r"(?:call_mmap|do_mmap|mmap_locked|mmap_region|process_syscall|on_behalf[.\w]*|process_mmap)"
OURS_TEXT = re.compile(r"^  %s(?: \((?:mmap|process)\.c:\d+\))?\n" % OURS, re.M)
OURS_JSON = re.compile(r'\n +\{\n +"function" : "%s"(?:,\n +"file" : "[^"]*",\n +"line" : \d+)?'
                       r"\n +\}," % OURS)


def read(path):
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def compare(path, text):
    """Complaints about how TEXT differs from the file; or the file is written."""
    old = read(path)
    if old == text:
        return []
    if IS_UPDATE:
        with open(os.path.join(ROOT, path), "w", encoding="utf-8") as f:
            f.write(text)
        return []
    diff = difflib.unified_diff(old.splitlines(), text.splitlines(), path, "this run",
                                lineterm="", n=2)
    return list(diff) + ["If this is meant: UPDATE_GOLDEN=1 meson test -C build golden"]


def run(title, which, seed="", *more):
    """(exit status, text, JSON text) of one program."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        done = subprocess.run([PROGRAM, title, which, BOARD, seed, path, *more],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        text = done.stdout.decode()
        if done.returncode not in (0, 1):
            return done.returncode, text + done.stderr.decode(), "{}"
        with open(path, encoding="utf-8") as f:
            return done.returncode, OURS_TEXT.sub("", text), OURS_JSON.sub("", f.read())


def check_golden(tap, title, result):
    status, text, report = result
    bad = [] if status == 1 else ["exit status %d\n%s" % (status, text)]
    bad += compare("tests/golden/hazard-%s.txt" % title, text)
    tap.result("the text of %s is golden" % title, bad)
    tap.result("the JSON of %s is golden" % title,
               compare("tests/golden/hazard-%s.json" % title, report))


def check_same_content(tap, title, text, report):
    """Whatever the JSON says, the text says."""
    bad = []
    flat = " ".join(text.split())
    for r in json.loads(report)["reports"]:
        words = [r["class"], r["what"]] + [row["what"] for row in r["timeline"]]
        words += [r["likely"]["call"]] if "likely" in r else []
        words += [r["in"]["function"]] if "in" in r else []
        bad += ["the text lacks " + w for w in words if " ".join(w.split()) not in flat]
    tap.result("text and JSON of %s say the same" % title, bad)


def check_seed(tap, title):
    first, second = run(title, "wrong", SEED), run(title, "wrong", SEED)
    tap.result("%s under one seed is byte-identical twice" % title,
               [] if first == second else [first[1], second[1]])


def check_full_backtrace(tap, schema, title):
    """With backtrace=full, what is mapped and synced tells its stack."""
    result = run(title, "wrong", "", "full")
    check_golden(tap, title + "-full", result)
    tap.result("the JSON of %s-full fits the schema" % title,
               complaints(schema, json.loads(result[2])))


def mutations(document):
    """Documents that a schema worth its name refuses."""
    def change(what):
        copied = copy.deepcopy(document)
        what(copied)
        return copied

    yield "no schema version", change(lambda d: d.pop("schema"))
    yield "another version", change(lambda d: d.update(schema=2))
    yield "an unknown member", change(lambda d: d.update(extra=1))
    yield "an unknown class", change(lambda d: d["reports"][0].update({"class": "bad-luck"}))
    yield "a count of 0", change(lambda d: d["reports"][0].update(count=0))
    yield "a step that is text", change(lambda d: d["reports"][0].update(step="1"))
    yield "a decimal address", change(lambda d: d["reports"][0]["access"].update(pa="123"))
    yield "an unknown event", change(
        lambda d: d["reports"][0]["timeline"][0].update(event="wished"))


def check_schema(tap, schema, results):
    for title, (_, _, report) in results.items():
        tap.result("the JSON of %s fits the schema" % title,
                   complaints(schema, json.loads(report)))
    sample = json.loads(results["cpu-read-stale"][2])
    for what, broken in mutations(sample):
        tap.result("the schema refuses " + what,
                   [] if complaints(schema, broken) else ["accepted"])


def titles_of_programs():
    folder = os.path.join(ROOT, "tests/hazard")
    sources = [n for n in os.listdir(folder) if re.fullmatch(r"programs.*\.c", n)]
    return {title for name in sources
            for title in PROGRAM_PART.findall(read("tests/hazard/" + name))}


def main():
    tap = Tap()
    schema = json.loads(read("docs/schema/hazards.schema.json"))
    programs = titles_of_programs()
    titles = [t for t in schema["$defs"]["class"]["enum"] if t in programs]
    results = {title: run(title, "wrong") for title in titles}
    for title in titles:
        check_golden(tap, title, results[title])
        check_same_content(tap, title, *results[title][1:])
        check_seed(tap, title)
    check_full_backtrace(tap, schema, "cpu-read-stale")
    check_schema(tap, schema, results)
    tap.finish()


main()
