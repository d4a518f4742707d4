#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""armdma run as a user types it: run-cli.py ARMDMA SOURCE_ROOT FOLDER_OF_PROGRAMS"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ARMDMA, SOURCE, PROGRAMS = sys.argv[1:4]
sys.path[:0] = [os.path.join(SOURCE, "tests", name) for name in ("style", "hazard")]
from tap import Tap  # noqa: E402
import schema  # noqa: E402

SCHEMA = os.path.join(SOURCE, "docs", "schema", "run.schema.json")
WRONG, RIGHT = [os.path.join(PROGRAMS, "run-rx-" + name) for name in ("wrong", "right")]
LOOK = "cpu-read-stale in rx_look"


def run(*args, **env):
    return subprocess.run([ARMDMA, "run", *args], capture_output=True, text=True,
                          env=dict(os.environ, **env))


def program(name, **env):
    return subprocess.run([name], capture_output=True, text=True, env=dict(os.environ, **env))


def told(*args, **env):
    """What --json has of it, the exit status among that."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.json")
        done = run("--json", path, *args, **env)
        with open(path, encoding="utf-8") as f:
            return dict(json.load(f), status=done.returncode)


def observed(report):
    return [f for f in report["findings"] if f.get("strength") == "observed"]


def expect(condition, what):
    return [] if condition else [str(what)]


def a_bug_of_some_schedules_is_found_and_counted():
    report = told("--chooser", "random", "--seeds", "40", WRONG)
    found = observed(report)
    return expect(len(found) == 1 and found[0]["title"].startswith(LOOK), found) + \
        expect(report["status"] == 1 and report["seeds"] == 40, report) + \
        expect(0 < report["failing_seeds"] < 40, report["failing_seeds"]) + \
        expect(len(found[0]["schedules"]) == report["failing_seeds"], found)


def both_adversaries_find_it_at_once():
    found = observed(told("--chooser", "adversarial", WRONG))
    return expect([s["chooser"] for f in found for s in f["schedules"]] == ["evict", "retain"],
                  found)


def the_twin_is_clean_under_everything():
    done = run("--seeds", "40", RIGHT)
    return expect(done.returncode == 0 and "random: 0 of 40 seeds" in done.stdout and
                  "clean under all of 44 schedules" in done.stdout, done)


def shrinks_with(chooser, least_recorded):
    seeds = ["--seeds", "12"] if chooser == "random" else []
    found = observed(told("--chooser", chooser, *seeds, "--shrink", WRONG))[0]
    script = found["script"].split(",")
    bad = expect(len(script) <= 2 and found["recorded_actions"] >= least_recorded, found)
    for n in range(len(script)):
        rest = ",".join(script[:n] + script[n + 1:])
        done = program(WRONG, ARMDMA_OPTIONS="script=" + rest)
        bad += expect("cpu-read-stale in rx_look [ADM-101, observed]" not in done.stderr,
                      "%s would do, too" % rest)
    again = subprocess.run(found["replay"], shell=True, capture_output=True, text=True)
    return bad + expect(LOOK + " [ADM-101, observed]" in again.stderr and again.returncode == 1,
                        again)


def a_recorded_schedule_shrinks_to_its_shortest_form():
    return shrinks_with("random", 3) + shrinks_with("retain", 1)


def what_needs_no_schedule_shrinks_to_nothing():
    found = observed(told("--chooser", "evict,nominal", "--shrink",
                          os.path.join(PROGRAMS, "run-rx-late"), ARMDMA_OPTIONS="may=off"))
    return expect([f["script"] for f in found] == [""], found)


def a_record_names_what_was_done_and_is_a_script():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        first = program(WRONG, ARMDMA_OPTIONS="chooser=evict:record=" + path)
        again = program(WRONG, ARMDMA_OPTIONS="script=@" + path)
        with open(path, encoding="utf-8") as f:
            text = f.read()
    cut = [done.stderr.split("Backtrace")[0] for done in (first, again)]
    return expect(re.search(r"^fill2? 0x[0-9a-f]+@\d+\+?$", text, re.M), text) + \
        expect(cut[0] == cut[1] and "script: " not in again.stderr, cut)


def a_script_that_does_not_happen_says_so():
    done = program(RIGHT, ARMDMA_OPTIONS="script=fill 0x40@1")
    return expect("armdma: script: 0 done, 0 not possible when the time came, 1 whose time "
                  "never came" in done.stderr, done)


def what_is_possible_says_how_to_make_it_happen():
    could = program(WRONG, ARMDMA_OPTIONS="chooser=nominal:tlb=real")
    line = re.search(r"^Replay: +(.*)$", could.stderr, re.M).group(1)
    does = subprocess.run(line + " " + WRONG, shell=True, capture_output=True, text=True)
    row = [f for f in told("--chooser", "nominal", WRONG)["findings"]][0]
    again = subprocess.run(row["replay"], shell=True, capture_output=True, text=True)
    return expect(LOOK + " [ADM-101, possible]" in could.stderr, could) + \
        expect(line.endswith(":tlb=real'"), line) + \
        [str(d) for d in (does, again) if LOOK + " [ADM-101, observed]" not in d.stderr] + \
        expect(row["strength"] == "possible", row)


def a_wrong_script_is_one_sentence():
    bad = []
    for option, words in (("script=fil 0x40@1", 'action 1, "fil 0x40@1"'),
                          ("script=@/nonesuch/script", "/nonesuch/script: it cannot be read"),
                          ("record=/nonesuch/record", "/nonesuch/record"),
                          ("chooser=evil", "chooser=evil")):
        done = program(RIGHT, ARMDMA_OPTIONS=option)
        bad += expect(done.returncode == 2 and words in done.stderr and
                      done.stderr.count("\n") == 1, done)
    return bad


def what_is_no_report_is_said_and_is_status_2():
    bad = []
    for name, words in (("crashes", "killed by signal 6"), ("fails", "exit status 7"),
                        ("hangs", "it hangs")):
        report = told("--chooser", "nominal,retain", "--timeout", "4",
                      os.path.join(PROGRAMS, "run-rx-" + name))
        bad += expect(report["status"] == 2 and
                      [f["schedules"] for f in report["findings"] if words in f["title"]] ==
                      [[{"chooser": "retain", "seed": 0}]], report)
    crash = run("--chooser", "retain", os.path.join(PROGRAMS, "run-rx-crashes"))
    return bad + expect("there is no packet" in crash.stdout, crash)


def a_crash_shrinks_like_a_report():
    found = told("--chooser", "retain", "--shrink",
                 os.path.join(PROGRAMS, "run-rx-crashes"))["findings"][0]
    again = subprocess.run(found["replay"], shell=True, capture_output=True, text=True)
    return expect(len(found["script"].split(",")) == 1, found) + \
        expect("there is no packet" in again.stderr, again)


def output_is_the_same_whoever_is_done_first():
    texts = {run("--seeds", "12", "-j", jobs, "--shrink", WRONG).stdout
             for jobs in ("1", "4")}
    return expect(len(texts) == 1, texts)


def json_fits_its_schema():
    with open(SCHEMA, encoding="utf-8") as f:
        rules = json.load(f)
    bad = []
    for args in ((WRONG,), ("--shrink", WRONG), (RIGHT,),
                 (os.path.join(PROGRAMS, "run-rx-crashes"),)):
        report = told("--seeds", "3", *args)
        del report["status"]
        bad += schema.complaints(rules, report)
    return bad


def arguments_and_options_reach_the_program():
    done = run("--chooser", "nominal", "sh", "-c", 'echo "$0 $ARMDMA_OPTIONS $ARMDMA_SEED" >&2',
               "--seeds", ARMDMA_OPTIONS="tlb=real:chooser=lazy:json=x")
    words = done.stderr.split("it says: ")[-1].split()
    return expect(words[:1] + words[2:] == ["--seeds", "0"] and
                  re.fullmatch(r"chooser=nominal:json=[^:]*:tlb=real", words[1]), done)


def bad_input_is_one_sentence():
    bad = []
    for args, words in (((), "a program is expected"),
                        (("/nonesuch",), "/nonesuch: it cannot be run"),
                        (("true",), "without a report"),
                        (("--board", "nonesuch", RIGHT), "nonesuch"),
                        (("--chooser", "worst", RIGHT), "--chooser worst"),
                        (("--seeds", "-1", RIGHT), "--seeds -1"),
                        (("--seeds", "0", RIGHT), "--seeds 0"),
                        (("--seeds", "3", RIGHT), "--chooser random is expected"),
                        (("--jobs", "0", RIGHT), "--jobs 0"),
                        (("--seed", "x", RIGHT), "--seed x"),
                        (("--json", "/nonesuch/x", RIGHT), "/nonesuch/x")):
        done = run("-q", "--chooser", "nominal", *args) if "--chooser" not in args else run(*args)
        bad += expect(done.returncode == 2 and words in done.stderr and
                      done.stderr.count("\n") == 1 and not done.stdout, (args, done))
    return bad


def nothing_is_left_behind():
    with tempfile.TemporaryDirectory() as folder:
        run("--seeds", "3", "--shrink", WRONG, TMPDIR=folder)
        run("--chooser", "retain", os.path.join(PROGRAMS, "run-rx-crashes"), TMPDIR=folder)
        return os.listdir(folder)


def replay_lines_are_for_a_shell():
    text = run("--chooser", "retain", "--shrink", WRONG).stdout
    line = [t for t in text.splitlines() if "ARMDMA_SEED" in t][0].strip()
    return expect(shlex.split(line)[-1] == WRONG and "script=" in line, line)


TESTS = [a_bug_of_some_schedules_is_found_and_counted, both_adversaries_find_it_at_once,
         the_twin_is_clean_under_everything, a_recorded_schedule_shrinks_to_its_shortest_form,
         what_needs_no_schedule_shrinks_to_nothing, a_record_names_what_was_done_and_is_a_script,
         a_script_that_does_not_happen_says_so, what_is_possible_says_how_to_make_it_happen,
         a_wrong_script_is_one_sentence,
         what_is_no_report_is_said_and_is_status_2, a_crash_shrinks_like_a_report,
         output_is_the_same_whoever_is_done_first, json_fits_its_schema,
         arguments_and_options_reach_the_program, bad_input_is_one_sentence,
         nothing_is_left_behind, replay_lines_are_for_a_shell]


def main():
    tap = Tap()
    for test in TESTS:
        tap.result(test.__name__.replace("_", " "), test())
    tap.finish()


main()
