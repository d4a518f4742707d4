#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""armdma replay as a user types it: replay-cli.py ARMDMA SOURCE_ROOT

Exit status, what goes where, the three forms of the report, and bad input.
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

ARMDMA, SOURCE = sys.argv[1:3]
sys.path[:0] = [os.path.join(SOURCE, "tests", "style"), os.path.join(SOURCE, "tests", "hazard")]
from tap import Tap
import schema

SHIPPED = os.path.join(SOURCE, "examples", "traces", "virt-noncoherent.trace.xz")
LINE = "%16s-1 [000] ..... 1.%06d: %s\n"
MAP = "dma_map_page: eth0 dir=FROM_DEVICE dma_addr=40001000 size=%d phys_addr=40001000 attrs="
UNMAP = "dma_unmap_page: eth0 dir=FROM_DEVICE dma_addr=40001000 size=%d attrs="


def replay(*args, stdin=None):
    return subprocess.run([ARMDMA, "replay", *args], input=stdin, capture_output=True)


def trace(*events):
    return "".join(LINE % ("test", i, e) for i, e in enumerate(events)).encode()


CLEAN = trace(MAP % 64, UNMAP % 64)
WRONG_SIZE = trace(MAP % 64, UNMAP % 128)
FOREIGN = trace("sched_switch: prev_comm=a ==> next_comm=b")


class Folder:
    """Files of one test, and what the program wrote beside them."""

    def __init__(self):
        self.dir = tempfile.TemporaryDirectory()

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()


def differ(what, got, expected):
    return [] if got == expected else ["%s is %r, should be %r" % (what, got, expected)]


def status_says_what_was_found(f):
    cases = [("clean", CLEAN, 0), ("wrong", WRONG_SIZE, 1), ("foreign", FOREIGN, 2)]
    return [c for name, data, status in cases for c in
            differ(name, replay(f.write(name, data), "-b", "a9-pl310").returncode, status)]


def verdict_is_the_first_line(f):
    lines = [replay(f.write("t", data), "-b", "a9-pl310", "-q").stdout.decode()
             for data in (CLEAN, WRONG_SIZE, FOREIGN)]
    starts = ["CLEAN on a9-pl310: 2 events, 128 B moved, every byte right",
              "1 KIND OF TROUBLE on a9-pl310: 1 unmaps", "NOTHING TO JUDGE on a9-pl310"]
    return ["%r does not begin with %r" % (line, start)
            for line, start in zip(lines, starts)
            if not line.startswith(start) or line.count("\n") != 1]


def report_answers_every_question(f):
    text = replay(SHIPPED, "--board", "a9-pl310").stdout.decode()
    questions = ["Events by kind", "Events by device", "Bytes: mapped by direction",
                 "Live mappings over time", "Map-to-unmap lifetimes", "Cache lines of this board",
                 "Bounce buffers", "Cost on this board", "Memory", "The trace itself",
                 "is renamed into the board's DRAM", "2,838  sync_for_device"]
    return ["does not say " + q for q in questions if q not in text]


def report_tells_of_iommus(f):
    text = replay(SHIPPED, "--board", "a9-pl310", "--iommu", "lazy").stdout.decode()
    questions = ["IOMMUs: lazy", "TLB hits", "reads/walk", "IOVAs by group", "window",
                 "beyond the buffers", "Page tables take",
                 "a reference IOMMU that the board has not"]
    return ["does not say " + q for q in questions if q not in text]


def throughput_is_on_standard_error_alone(f):
    run = replay(SHIPPED, "--board", "a9-pl310", "--gear", "fast")
    said = re.search(rb"^armdma: replay: [0-9,]+ events in [0-9.]+ s: [0-9,]+ events per second$",
                     run.stderr, re.M)
    return ([] if said else ["standard error: %r" % run.stderr]) + \
        (["standard output has a rate"] if b"per second" in run.stdout else [])


def same_seed_same_bytes(f):
    args = [SHIPPED, "--board", "a9-pl310", "--chooser", "random", "--seed", "0x5eed"]
    runs = [replay(*args, "--json", f.path("%d.json" % i), "--html", f.path("%d.html" % i))
            for i in range(2)]
    return differ("text", runs[0].stdout, runs[1].stdout) + \
        differ("json", f.read("0.json"), f.read("1.json")) + \
        differ("html", f.read("0.html"), f.read("1.html"))


def several_schedules_are_one_verdict(f):
    found = []
    for name, data, status, words in (
            ("clean", CLEAN, 0, ["clean under all of 7 schedules", "random: 0 of 3 seeds",
                                 "the report above is that of nominal"]),
            ("wrong", WRONG_SIZE, 1, ["trouble under 7 of 7 schedules", "random: 3 of 3 seeds",
                                      "all 7"])):
        run = replay(f.write(name, data), "-b", "a9-pl310", "--chooser", "all", "--seeds", "3")
        found += differ(name, run.returncode, status)
        found += ["%s: no %r" % (name, w) for w in words if w not in run.stdout.decode()]
    one = replay(f.path("clean"), "-b", "a9-pl310", "--chooser", "evict").stdout.decode()
    return found + (["one schedule: a table"] if "Schedules:" in one or "evict chooser" not in one
                    else [])


def json_keeps_its_schema(f):
    with open(os.path.join(SOURCE, "docs", "schema", "replay.schema.json")) as s:
        rules = json.load(s)
    found = []
    for name, data in (("clean", CLEAN), ("wrong", WRONG_SIZE), ("foreign", FOREIGN)):
        replay(f.write(name, data), "-b", "a8-up", "--json", f.path("j"))
        found += schema.complaints(rules, json.loads(f.read("j")))
    replay(SHIPPED, "-b", "a9-pl310", "--json", f.path("j"))
    document = json.loads(f.read("j"))
    found += schema.complaints(rules, document)
    found += differ("as the kernel", document["maintenance"]["sentence"],
                    "maintenance: 5,701 of 5,701 calls as the kernel made them")
    replay(SHIPPED, "-b", "a9-pl310", "--gear", "fast", "--swiotlb", "force", "--coherent",
           "pool", "--json", f.path("j"))
    different = json.loads(f.read("j"))
    found += schema.complaints(rules, different)
    for mode in ("strict", "lazy", "passthrough"):
        replay(SHIPPED, "-b", "a9-iommu", "--gear", "fast", "--iommu", mode, "--json", f.path("j"),
               "--device", "0000:00:01.0=10010000.ethernet")
        behind = json.loads(f.read("j"))
        found += schema.complaints(rules, behind) + differ("mode", behind["iommu"]["mode"], mode)
    if len(different["maintenance"]["differences"]) != 4096:
        found.append("differences are not listed, or more than 4096 are")
    del document["verdict"]
    return found if schema.complaints(rules, document) else ["a report without verdict passes"]


def a_report_that_cannot_be_written_is_refused_before_the_work(f):
    found = []
    for option, where in (("--json", f.path("none/such/file")), ("--html", f.path("none/h")),
                          ("--json", f.path("."))):
        run = replay(SHIPPED, "-b", "a9-pl310", option, where)
        found += differ("status", run.returncode, 2) + differ("output", run.stdout, b"")
        if b"events per second" in run.stderr:
            found.append("the work was done first")
        if where.encode() + b": " not in run.stderr:
            found.append("%r does not name %s" % (run.stderr, where))
    return found


def page_needs_nothing_else(f):
    replay(SHIPPED, "-b", "a9-pl310", "--html", f.path("h"))
    page = f.read("h").decode()
    strangers = re.findall(r"https?:|src=|<script|<link|@import|url\(", page)
    return strangers + differ("figures with curves", page.count("<path d="), 5) + \
        ([] if page.count("<table") == page.count("</table>") else ["a table is left open"])


def names_are_escaped_in_the_page(f):
    data = trace((MAP % 64).replace("eth0", "<b>&eth0"))
    replay(f.write("t", data), "-b", "a9-pl310", "--html", f.path("h"))
    page = f.read("h").decode()
    return [] if "&lt;b&gt;&amp;eth0" in page and "<b>&eth0" not in page else ["it is not"]


def any_form_of_file_will_do(f):
    forms = {"gz": gzip.compress(CLEAN), "crlf": CLEAN.replace(b"\n", b"\r\n")}
    found = [c for name, data in forms.items() for c in
             differ(name, replay(f.write(name, data), "-b", "a9-pl310").returncode, 0)]
    return found + differ("stdin", replay("-", "-b", "a9-pl310", stdin=CLEAN).returncode, 0)


def cut_short_is_told_and_not_a_crash(f):
    with open(SHIPPED, "rb") as s:
        data = s.read()
    run = replay(f.write("t", data[:len(data) // 2]), "-b", "a9-pl310")
    return differ("status", run.returncode, 0) + \
        ([] if b"it ends too soon" in run.stdout else ["it is not told"])


def bad_input_is_one_sentence_and_status_2(f):
    good = f.write("good", CLEAN)
    cases = [
        ([], "one trace is expected"),
        ([good], "--board is missing"),
        ([good, "-b", f.path("none.dtb")], "none.dtb"),
        ([good, "-b", f.write("bad.dtb", b"no device tree")], "bad.dtb"),
        ([f.path("none"), "-b", "a9-pl310"], "none"),
        ([f.write("noise", os.urandom(4096)), "-b", "a9-pl310"], "noise"),
        ([f.write("empty", b""), "-b", "a9-pl310"], "empty"),
        ([good, "-b", "a9-pl310", "--gear", "third"], "exact or fast is expected"),
        ([good, "-b", "a9-pl310", "--chooser", "x"], "nominal, random, lazy"),
        ([good, "-b", "a9-pl310", "--seed", "many"], "a number is expected"),
        ([good, "-b", "a9-pl310", "--chooser", "random", "--seeds", "-3"], "--seeds -3"),
        ([good, "-b", "a9-pl310", "--chooser", "random", "--seeds", "0"], "--seeds 0"),
        ([good, "-b", "a9-pl310", "--seeds", "3"], "--chooser random is expected"),
        (["-", "-b", "a9-pl310", "--chooser", "adversarial"], "want the trace in a file"),
        ([good, "-b", "a9-pl310", "--mask", "eth0"], "DEVICE=VALUE is expected"),
        ([good, "-b", "a9-pl310", "--device", "eth0=x"], "no master x"),
        ([good, "-b", "a9-pl310", "--json", f.path("no/dir")], "no/dir"),
        ([good, "-b", "a9-pl310", "--iommu", "on"], "off, strict, lazy or passthrough is expected"),
        ([good, "-b", "a9-pl310", "--iommu", "strict", "--iova", "x"],
         "linux, spread or bitmap is expected"),
        ([good, "-b", "a9-pl310", "--iova", "linux"], "--iommu strict or lazy is expected"),
        ([good, "-b", "a9-iommu", "--iommu", "off", "--iova", "linux"],
         "--iommu strict or lazy is expected"),
        ([good, "-b", "a9-pl310", "--iommu", "lazy", "--iova", "bitmap"], "no flush queues"),
        ([good, good, "-b", "a9-pl310"], "one trace is expected"),
    ]
    found = []
    for args, words in cases:
        run = replay(*args)
        said = [x for x in run.stderr.decode().splitlines() if "events per second" not in x]
        found += differ(" ".join(args), run.returncode, 2)
        if len(said) != 1 or words not in said[0]:
            found.append("%s: %r" % (words, said))
    return found


def main():
    tap = Tap()
    for test in (status_says_what_was_found, verdict_is_the_first_line,
                 report_answers_every_question, report_tells_of_iommus,
                 throughput_is_on_standard_error_alone,
                 same_seed_same_bytes, several_schedules_are_one_verdict, json_keeps_its_schema,
                 a_report_that_cannot_be_written_is_refused_before_the_work,
                 page_needs_nothing_else,
                 names_are_escaped_in_the_page, any_form_of_file_will_do,
                 cut_short_is_told_and_not_a_crash, bad_input_is_one_sentence_and_status_2):
        tap.result(test.__name__, test(Folder()))
    tap.finish()


main()
