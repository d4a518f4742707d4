#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""armdma hazards and armdma explain as a user types them: hazards-cli.py ARMDMA SOURCE_ROOT"""
import json
import os
import pty
import re
import subprocess
import sys

ARMDMA, SOURCE = sys.argv[1:3]
sys.path[:0] = [os.path.join(SOURCE, "tests", name) for name in ("style", "hazard", "zoo")]
from tap import Tap  # noqa: E402
import rows  # noqa: E402
import schema  # noqa: E402

SCHEMA = os.path.join(SOURCE, "docs", "schema", "catalogue.schema.json")


def armdma(*args, **env):
    return subprocess.run([ARMDMA, *args], capture_output=True, text=True,
                          env=dict(os.environ, **env))


def on_terminal(*args, **env):
    """What the program writes to a terminal."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([ARMDMA, *args], stdout=theirs, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, **env))
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:         # Linux says so when nobody holds the other end
            break
        if not part:
            break
        text += part
    child.wait()
    os.close(ours)
    return text.decode()


def catalogue():
    return json.loads(armdma("hazards", "--json").stdout)["hazards"]


def missing(text, *words):
    flat = " ".join(text.split())
    return ["%r is missing" % w for w in words if " ".join(w.split()) not in flat]


def refused(done, *words):
    """Exit status 2, and one sentence that has WORDS."""
    bad = missing(done.stderr, *words)
    if done.returncode != 2 or done.stdout or done.stderr.count("\n") != 1:
        bad.append("%d: %r %r" % (done.returncode, done.stdout, done.stderr))
    return bad


def table_has_every_class_once():
    text = armdma("hazards").stdout
    return [i["id"] for i in catalogue()
            if len(re.findall(r"^ +%s  %s " % (i["id"], i["title"]), text, re.M)) != 1]


def table_is_by_group():
    ids = re.findall(r"^ +ADM-(\d+)", armdma("hazards").stdout, re.M)
    heads = re.findall(r"^[a-zI]\S.*$", armdma("hazards").stdout, re.M)
    wanted = list(dict.fromkeys(i["group"] for i in catalogue()))
    return ([] if ids == sorted(ids) else ["not ascending"]) + \
        ([] if heads == wanted else ["%r, not %r" % (heads, wanted)])


def json_fits_its_schema():
    with open(SCHEMA, encoding="utf-8") as f:
        return schema.complaints(json.load(f), json.loads(armdma("hazards", "--json").stdout))


def words_choose():
    found = json.loads(armdma("hazards", "--json", "POOL", "rule").stdout)["hazards"]
    bad = [i["id"] for i in found if "pool" not in json.dumps(i).lower()]
    few = json.loads(armdma("hazards", "--json", "adm-101").stdout)["hazards"]
    return bad + ([] if 1 < len(found) < len(catalogue()) else ["%d found" % len(found)]) + \
        ([] if [i["title"] for i in few] == ["cpu-read-stale"] else ["ADM-101: %r" % few])


def words_that_nothing_has_are_refused():
    return refused(armdma("hazards", "cpu-read-stail"), "cpu-read-stail",
                   "did you mean cpu-read-stale?")


def every_class_is_explained():
    bad = []
    for nr, i in enumerate(catalogue()):
        text = armdma("explain", i["id"] if nr % 2 else i["title"]).stdout
        bad += ["%s: %s" % (i["id"], b) for b in missing(
            text, i["id"], i["title"], i["meaning"], i["fix"], i["severity"], i["strength"],
            *re.split("; ", i["references"]))]
    return bad


def id_in_any_case_and_title_are_the_same():
    texts = {armdma("explain", name).stdout for name in ("ADM-101", "adm-101", "cpu-read-stale")}
    return [] if len(texts) == 1 else ["they are not"]


def shown(code):
    """Code as it is on a terminal, four columns to the right."""
    return "".join("    %s\n" % line.expandtabs(8) if line else "\n" for line in code.splitlines())


def every_row_shows_its_code_and_its_report():
    bad = []
    for e in rows.of_zoo(rows.Tree(SOURCE)):
        done = armdma("explain", e.name)
        bad += ["%s lacks its %s" % (e.name, what) for what, code in
                (("wrong", e.wrong), ("right", e.right), ("report", e.report))
                if not code or shown(code) not in done.stdout]
        bad += missing(done.stdout, "Row %s" % e.name, e.title, *e.boards)
    return bad


def classes_without_a_row_show_the_engine_s_own_programs():
    bad = []
    for e in rows.entries(rows.Tree(SOURCE)):
        if not e.title:
            text = armdma("explain", e.name).stdout
            bad += [e.name for code in (e.wrong, e.right, e.report) if shown(code) not in text]
    return bad


def unknown_hazard_is_one_sentence_with_what_was_meant():
    return refused(armdma("explain", "adm-11"), "'adm-11'", "did you mean ADM-1") + \
        refused(armdma("explain", "cpu-reed-stale"), "did you mean cpu-read-stale?") + \
        [b for b in refused(armdma("explain", "qqqqqq"), "'qqqqqq'")] + \
        (["a guess"] if "mean" in armdma("explain", "qqqqqq").stderr else [])


def one_operand_is_wanted():
    return refused(armdma("explain"), "HAZARD") + refused(armdma("explain", "a", "b"), "HAZARD")


def text_fits_the_width():
    narrow = armdma("explain", "ADM-101", COLUMNS="50").stdout.split("\nRow ")[0]
    return [line for line in narrow.splitlines() if len(line) > 50]


def colour_is_for_terminals():
    bad = ["a pipe got some"] if "\033" in armdma("explain", "005", TERM="xterm").stdout else []
    if "\033[" not in on_terminal("explain", "005", TERM="xterm", NO_COLOR=""):
        bad.append("a terminal got none")
    if "\033" in on_terminal("explain", "005", TERM="xterm", NO_COLOR="1"):
        bad.append("NO_COLOR was not heard")
    return bad


TESTS = [table_has_every_class_once, table_is_by_group, json_fits_its_schema, words_choose,
         words_that_nothing_has_are_refused, every_class_is_explained,
         id_in_any_case_and_title_are_the_same,
         every_row_shows_its_code_and_its_report,
         classes_without_a_row_show_the_engine_s_own_programs,
         unknown_hazard_is_one_sentence_with_what_was_meant, one_operand_is_wanted,
         text_fits_the_width, colour_is_for_terminals]


def main():
    tap = Tap()
    for test in TESTS:
        tap.result(test.__name__.replace("_", " "), test())
    tap.finish()


main()
