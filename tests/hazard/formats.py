#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every form of a report says the same, in its own way: formats.py PROGRAM MOVED SOURCE_ROOT ARMDMA

PROGRAM runs programs of tests/hazard, each in a harness of its own, as the environment
says. MOVED is the same, compiled with every line of programs.c further down.
"""
import copy
import glob
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from schema import complaints

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "style"), os.path.join(HERE, "..")]
import tally  # noqa: E402
from tap import Tap  # noqa: E402

PROGRAM, MOVED, ROOT, ARMDMA = (os.path.abspath(a) for a in sys.argv[1:5])
FORMS = {"json": "r.json", "sarif": "r.sarif", "junit": "r.xml", "tap": "r.tap", "html": "r.html",
         "trace": "r.trace"}
LOG = """\
 a-1 [000] ..... 1.000001: dma_map_page: e.eth dir=FROM_DEVICE dma_addr=80001000 size=256 \
phys_addr=80001000 attrs=
 a-1 [000] ..... 1.000002: dma_unmap_page: e.eth dir=FROM_DEVICE dma_addr=80001000 size=128 attrs=
"""
SUM = re.compile(r"^(\d+) hazards? \((\d+) times?\)|^(no hazards) observed", re.M)
SETS = [
    ["cpu-read-stale=wrong"],
    ["cpu-read-stale=right"],
    ["device-write-lost=wrong", "cpu-read-stale=right", "mapping-leaked=wrong"],
    ["unmap-size=wrong", "unmap-nents=wrong", "sync-range=wrong", "cpu-write-lost=wrong",
     "pool-overrun=wrong", "cpu-abort=wrong", "device-access-unmapped=wrong"],
    ["unmap-size=wrong", "unmap-size=wrong"],
]


class Run:
    """A run of PROGRAM, and the files that it left: name -> text."""

    def __init__(self, words, files=None, program=PROGRAM, options="", board="a9-pl310",
                 root=ROOT):
        files = FORMS if files is None else files
        with tempfile.TemporaryDirectory() as folder:
            asked = ["%s=%s" % (form, os.path.join(folder, name))
                     for form, name in files.items()] + ["root=" + root]
            env = dict(os.environ, ARMDMA_BOARD=board,
                       ARMDMA_OPTIONS=":".join(asked) + options)
            done = subprocess.run([program, *words], env=env, capture_output=True, text=True,
                                  cwd=folder, check=False)
            self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
            self.files = {}
            for path in sorted(glob.glob(os.path.join(folder, "*"))):
                with open(path, encoding="utf-8") as f:
                    self.files[os.path.basename(path)] = f.read()

    def text_counts(self):
        """[(different, occurrences)] of each harness, by the text."""
        return [(int(m[1] or 0), int(m[2] or 0)) for m in SUM.finditer(self.err)]

    def documents(self):
        """The JSON of each harness."""
        names = ["r.json"] + ["r-%d.json" % n for n in range(2, 100)]
        return [json.loads(self.files[n]) for n in names if n in self.files]

    def sarif(self):
        return json.loads(self.files["r.sarif"])["runs"][0]


def differ(what, got, expected):
    return [] if got == expected else ["%s: %r, expected %r" % (what, got, expected)]


# ---- the same counts everywhere ------------------------------------------------------------

def json_counts(run):
    return [(d["hazards"], d["times"]) for d in run.documents()]


def sarif_counts(run):
    counts = [[0, 0] for _ in run.sarif()["invocations"]]
    for result in run.sarif()["results"]:
        pair = counts[result["provenance"]["invocationIndex"]]
        pair[0] += 1
        pair[1] += result["occurrenceCount"]
    return [tuple(pair) for pair in counts]


def junit_counts(run):
    root = xml.etree.ElementTree.fromstring(run.files["r.xml"])
    return [int(suite.get("failures")) for suite in root.findall("testsuite")]


def junit_sums(run):
    """Complaints about sums that are not what they are the sum of."""
    root = xml.etree.ElementTree.fromstring(run.files["r.xml"])
    bad = []
    for node in [root] + root.findall("testsuite"):
        bad += differ("tests", int(node.get("tests")), len(node.findall(".//testcase")))
        bad += differ("failures", int(node.get("failures")), len(node.findall(".//failure")))
    return bad


def tap_counts(run):
    """Reports of each harness: the points of its subtest."""
    counts, inner = [], 0
    for line in run.files["r.tap"].splitlines():
        if re.match(r"    not ok \d", line):
            inner += 1
        elif re.match(r"(not )?ok \d", line):
            counts.append(inner)
            inner = 0
    return counts


def tap_tally(run):
    """What tests/tally.py makes of it: (passed, failed)."""
    passed, failures, skipped, planned = tally.tap_counts(run.files["r.tap"])
    assert skipped == 0 and planned == passed + len(failures), (skipped, planned)
    return passed, len(failures)


def check_counts(tap, words, run):
    text = run.text_counts()
    different = [n for n, _ in text]
    bad = differ("status", run.status, 1 if any(different) else 0)
    bad += differ("harnesses", len(text), len(words))
    bad += differ("JSON", json_counts(run), text)
    bad += differ("SARIF", sarif_counts(run), text)
    bad += differ("JUnit", junit_counts(run), different) + junit_sums(run)
    bad += differ("TAP", tap_counts(run), different)
    bad += differ("HTML", Page(run.files["r.html"]).counts, different)
    bad += differ("tally", tap_tally(run),
                  (different.count(0), len(different) - different.count(0)))
    tap.result("all forms count alike: " + " ".join(words), bad)


# ---- the page ---------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """counts: cards of each section; bad: tags that do not match, and what is not the page's
    own; words: all text."""
    VOID = ("meta", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.counts, self.bad, self.words = [], [], [], ""
        self.feed(text)
        self.bad += differ("open at the end", self.open, [])
        self.bad += ["needs " + m for m in
                     re.findall(r"https?:|\bsrc=|\bhref=|url\(|@import", text)]

    def handle_starttag(self, tag, attrs):
        if tag == "section":
            self.counts.append(0)
        if tag == "article":
            self.counts[-1] += 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.bad += differ("end tag", tag, self.open.pop() if self.open else None)

    def handle_data(self, data):
        self.words += " " + data


def check_page(tap, words, run):
    page = Page(run.files["r.html"])
    flat = " ".join(page.words.split())
    bad = page.bad
    for report in (r for d in run.documents() for r in d["reports"]):
        wanted = [report["class"], report["id"], report["what"], report["meaning"]]
        wanted += [row["what"] for row in report["timeline"]]
        wanted += [report["likely"]["call"]] if "likely" in report else []
        wanted += [report["in"]["function"]] if "in" in report else []
        bad += ["the page lacks " + w for w in wanted if " ".join(w.split()) not in flat]
    tap.result("the page says all that the JSON says, and needs nothing else: " +
               " ".join(words), bad)


def versions(name):
    """Letter, bytes and author of each version, and the page's rows: (bars, words)."""
    text = Run([name + "=wrong"]).files["r.html"]
    key = re.findall(r'<li><span class="chip v\d">(\w)</span> <code>([^<]*)</code> (.*)</li>', text)
    rows = re.findall(r'<tr class="(culprit)?">(<td class="l">.*?)</tr>', text)
    return [(k, b, re.sub(r"<.*?>", "", w)) for k, b, w in key], \
        [(bool(c), re.findall(r"<em>(\w)</em>", r), re.sub(r"<.*?>", " ", r)) for c, r in rows]


def check_lanes(tap):
    """Who holds which bytes, in a case that can be followed by hand: programs.c."""
    key, rows = versions("cpu-read-stale")
    bad = differ("key", key, [("A", "11", "eth0, step 197"),
                              ("B", "22", "eth0, step 208, the newest")])
    bad += differ("bars that begin", [r[1] for r in rows if r[1]], [["A"], ["A"], ["A"], ["B"]])
    culprits = [r[2] for r in rows if r[0]]
    bad += [] if len(culprits) == 1 and "cpu0 read old bytes" in culprits[0] else [culprits]
    tap.result("lanes of cpu-read-stale: memory, L2 and L1 get A, then memory B", bad)
    key, rows = versions("device-write-lost")
    bad = differ("key", key, [("A", "00 00 00 00 00 00 00 00", "before"),
                              ("B", "44 44 44 44 44 44 44 44", "eth0, step 200, the newest")])
    bad += differ("last bar", rows[-1][1], ["A"])
    bad += [] if "line written back" in rows[-1][2] else [rows[-1][2]]
    tap.result("lanes of device-write-lost: the line goes back over what the device wrote", bad)


# ---- the trace ---------------------------------------------------------------------------------

PHASES = {"M": {"args"}, "X": {"dur", "args"}, "B": set(), "E": set(), "b": {"cat", "id"},
          "e": {"cat", "id"}, "i": {"s"}}


def trace_events(run):
    return json.loads(run.files["r.trace"])["traceEvents"]


def broken_events(events):
    """What a viewer of trace events would stumble over: of the format's own rules."""
    bad, stacks, spans, named = [], {}, {}, set()
    for ev in events:
        where = (ev["pid"], ev["tid"])
        bad += ["%r lacks %s" % (ev, k) for k in {"ts", "name"} | PHASES[ev["ph"]] if k not in ev]
        if ev["ph"] == "M" and ev["name"] == "thread_name":
            named.add(where)
        elif ev["ph"] != "M" and where not in named:
            bad.append("%r: its thread has no name" % ev)
        if ev["ph"] == "B":
            stacks.setdefault(where, []).append(ev)
        if ev["ph"] == "E":
            first = stacks.get(where) and stacks[where].pop()
            if not first or first["name"] != ev["name"] or first["ts"] > ev["ts"]:
                bad.append("%r ends nothing" % ev)
        if ev["ph"] in "be":
            key = (ev["pid"], ev["cat"], ev["id"], ev["name"])
            spans[key] = spans.get(key, 0) + (1 if ev["ph"] == "b" else -1)
            bad += ["%r ends nothing" % ev] if spans[key] < 0 else []
    bad += ["%r never ends" % ev for left in stacks.values() for ev in left]
    return bad + ["%r never ends" % (key,) for key, n in spans.items() if n]


def check_trace(tap, words, run):
    events = trace_events(run)
    reports = [r for d in run.documents() for r in d["reports"]]
    bad = broken_events(events)
    bad += differ("reports", [(e["args"]["id"], e["args"]["count"]) for e in events
                              if e["ph"] == "i"], [(r["id"], r["count"]) for r in reports])
    tap.result("the trace keeps the format's rules, and has each report: " + " ".join(words), bad)


def check_tracks(tap):
    """cpu-read-stale of programs.c, followed by hand."""
    events = trace_events(Run(["cpu-read-stale=wrong"]))
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in events
               if e["name"] == "thread_name"}
    rows = [(threads[e["pid"], e["tid"]], e["ph"], e["ts"], e["name"]) for e in events
            if e["ph"] in "XBEbe"]
    bad = differ("eth0", [r[1:] for r in rows if r[0] == "eth0"], [
        ("b", 196, "0x8000e000, 256 bytes"), ("X", 197, "write 256"), ("b", 204, "the CPU's"),
        ("X", 208, "write 256"), ("e", 218, "the CPU's"), ("e", 218, "0x8000e000, 256 bytes")])
    bad += differ("L1D", [r[1:] for r in rows if r[0] == "0x8000e000 L1D"],
                  [("B", 206, "clean"), ("E", 218, "clean")])
    bad += differ("cpu0", [r[1:] for r in rows if r[0] == "cpu0"],
                  [("X", 207, "read 1"), ("X", 216, "read 1")])
    tap.result("the trace shows who owned what, and what each line was", bad)


# ---- SARIF --------------------------------------------------------------------------------------

def mutations(document):
    """Documents that a schema worth its name refuses."""
    def change(what):
        copied = copy.deepcopy(document)
        what(copied["runs"][0])
        return copied

    def first(run):
        return run["results"][0]

    yield "another version", dict(document, version="2.0.0")
    yield "a run without a tool", change(lambda r: r.pop("tool"))
    yield "an unknown level", change(lambda r: first(r).update(level="fatal"))
    yield "a message without text", change(lambda r: first(r)["message"].pop("text"))
    yield "an unknown member", change(lambda r: first(r).update(why="bad luck"))
    yield "line 0", change(lambda r: first(r)["locations"][0]["physicalLocation"]["region"]
                           .update(startLine=0))
    yield "a blank in a URI", change(lambda r: first(r)["locations"][0]["physicalLocation"]
                                     ["artifactLocation"].update(uri="a b.c"))
    yield "a fingerprint that is a number", change(
        lambda r: first(r)["partialFingerprints"].update({"armdmaHazard/v1": 1}))


def line_of(result):
    """(path below the root, line, its text) of where a result is shown."""
    where = result["locations"][0]["physicalLocation"]
    path, line = where["artifactLocation"]["uri"], where["region"]["startLine"]
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return path, line, f.read().splitlines()[line - 1]


def check_sarif(tap, schema, words, run):
    document = json.loads(run.files["r.sarif"])
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    bad = complaints(schema, document)
    for result in run.sarif()["results"]:
        bad += differ("rule", rules[result["ruleIndex"]]["id"], result["ruleId"])
        bad += differ("name", rules[result["ruleIndex"]]["name"], result["properties"]["class"])
    tap.result("SARIF fits the schema: " + " ".join(words), bad)


def check_lines(tap):
    """A result is on the line of the bad call, whatever the folder it was compiled in."""
    for name, call in (("unmap-size", "dma_unmap_single("), ("sync-range", "dma_sync_single_"),
                       ("mapping-leaked", "dma_map_single("), ("unmap-nents", "dma_unmap_sg("),
                       ("cpu-read-stale", "cpu_reads(")):
        path, line, text = line_of(Run([name + "=wrong"]).sarif()["results"][0])
        bad = differ("path", path, "tests/hazard/programs.c")
        bad += [] if call in text else ["line %d is %r, without %s" % (line, text, call)]
        tap.result("SARIF shows %s on the line of the call" % name, bad)


def check_root(tap):
    deep = Run(["unmap-size=wrong"], root=os.path.join(ROOT, "tests")).sarif()
    where = deep["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    bad = differ("path", where["uri"], "hazard/programs.c")
    bad += [] if deep["originalUriBaseIds"]["%SRCROOT%"]["uri"].endswith("/tests/") else \
        [deep["originalUriBaseIds"]]
    tap.result("SARIF names files from the root that is asked for", bad)
    outside = Run(["unmap-size=wrong"], root=os.path.join(ROOT, "docs")).sarif()
    where = outside["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    tap.result("...and a file that is elsewhere by all of its name",
               [] if where["uri"].startswith("file:///") and "uriBaseId" not in where else [where])


def prints_of(run):
    return {r["properties"]["class"]: (r["partialFingerprints"]["armdmaHazard/v1"],
                                       r["locations"][0]["physicalLocation"]["region"]
                                       ["startLine"]) for r in run.sarif()["results"]}


def check_fingerprints(tap):
    words = ["unmap-size=wrong", "cpu-read-stale=wrong", "mapping-leaked=wrong"]
    here, moved = prints_of(Run(words)), prints_of(Run(words, program=MOVED))
    bad = differ("classes", sorted(moved), sorted(here))
    for name, (fingerprint, line) in here.items():
        bad += differ(name, moved[name][0], fingerprint)
        bad += ["%s is at line %d as before" % (name, line)] if moved[name][1] == line else []
    bad += ["two have one"] if len({p for p, _ in here.values()}) < len(here) else []
    tap.result("fingerprints outlive lines that move", bad)


# ---- what is suppressed or expected ------------------------------------------------------------

def check_excuses(tap, schema):
    with tempfile.NamedTemporaryFile("w", suffix=".supp") as f:
        f.write("unmap-size:rx_*\nADM-101:nobody\n")
        f.flush()
        run = Run(["unmap-size=wrong", "cpu-read-stale=wrong"], options=":suppressions=" + f.name)
    suites = xml.etree.ElementTree.fromstring(run.files["r.xml"]).findall("testsuite")
    hidden, shown = run.sarif()["results"]
    bad = differ("status", run.status, 1)
    bad += differ("JSON", json_counts(run), [(0, 0), (1, 1)])
    bad += differ("excused", [(x["id"], x["why"], x["line"]) for x in
                              run.documents()[0]["excused"]], [("ADM-402", "suppressed", 1)])
    bad += complaints(schema, json.loads(run.files["r.sarif"]))
    bad += differ("SARIF", [hidden["ruleId"], hidden["suppressions"][0]["kind"],
                            shown["ruleId"], shown.get("suppressions")],
                  ["ADM-402", "external", "ADM-101", None])
    bad += differ("JUnit", [(s.get("skipped"), s.get("failures"), len(s.findall(".//skipped")))
                            for s in suites], [("1", "0", 1), ("0", "1", 0)])
    bad += differ("TAP", re.findall(r"^( *)(ok|not ok) \d( - .* # SKIP)?",
                                    run.files["r.tap"], re.M)[0][:2], ("    ", "ok"))
    bad += differ("tally", tap_tally(run), (1, 1)) + Page(run.files["r.html"]).bad
    bad += [] if "suppressed by " in run.files["r.html"] else ["the page says nothing"]
    tap.result("what is suppressed counts for nothing, and is told", bad)

    run = Run(["unmap-size=expected", "unmap-size=vain"])
    suites = xml.etree.ElementTree.fromstring(run.files["r.xml"]).findall("testsuite")
    bad = differ("status", run.status, 1) + differ("SARIF", run.sarif()["results"], [])
    bad += differ("JUnit", [(s.get("tests"), s.get("failures")) for s in suites],
                  [("1", "0"), ("1", "1")])
    bad += differ("tally", tap_tally(run), (1, 1))
    bad += differ("excused", run.documents()[0]["excused"][0]["why"], "expected")
    bad += [] if "EXPECTED, and not reported: unmap-size" in run.files["r.html"] else ["page"]
    tap.result("what a test expects is no failure, and that it does not come is one", bad)


# ---- files ---------------------------------------------------------------------------------------

def check_files(tap):
    run = Run(["unmap-size=wrong", "cpu-read-stale=right"])
    tap.result("files of several harnesses: one, but of JSON one each, and nothing half-written",
               differ("files", sorted(run.files),
                      ["r-2.json", "r.html", "r.json", "r.sarif", "r.tap", "r.trace", "r.xml"]))
    run = Run(["unmap-size=wrong", "cpu-read-stale=right"], {"tap": "%e-%n.tap", "json": "%n.json"})
    name = os.path.basename(PROGRAM)
    tap.result("names tell program and number",
               differ("files", sorted(run.files),
                      ["1.json", "2.json", name + "-1.tap", name + "-2.tap"]) +
               differ("2nd", tap_tally_of(run.files[name + "-2.tap"]), (1, 0)))
    run = Run(["unmap-size=right"], {"tap": "%p.tap"})
    tap.result("names tell the process",
               [] if all(re.fullmatch(r"\d+\.tap", n) for n in run.files) and run.files
               else list(run.files))
    run = Run(["unmap-size=wrong"], {form: "none/" + name for form, name in FORMS.items()})
    lines = [l for l in run.err.splitlines() if l.startswith("armdma: cannot write ")]
    tap.result("a file that cannot be written is one sentence, and status 2",
               differ("status", run.status, 2) + differ("lines", len(lines), len(FORMS)))
    run = Run(["unmap-size=wrong", "unmap-size=right"], {"tap": "/dev/stdout"})
    tap.result("what is no file is written to, each harness for itself",
               differ("headers", run.out.count("TAP version 14\n"), 2) +
               differ("plans", len(re.findall(r"^1\.\.1$", run.out, re.M)), 2))


def tap_tally_of(text):
    passed, failures, _, _ = tally.tap_counts(text)
    return passed, len(failures)


def check_same_bytes(tap):
    for board, options in (("a9-pl310", ""), ("a9-pl310", ":chooser=random:backtrace=full")):
        a, b = (Run(SETS[2], options=options, board=board) for _ in range(2))
        tap.result("two runs write the same bytes" + options,
                   ["%s differs" % n for n in a.files if a.files[n] != b.files[n]])


def check_golden(tap):
    """Byte for byte, but for what is the catalogue's and for the look of the page."""
    run = Run(["unmap-size=wrong", "cpu-read-stale=wrong", "cpu-read-stale=right"])
    texts = {"forms.junit.xml": run.files["r.xml"], "forms.tap": run.files["r.tap"],
             "forms.html": re.sub(r"(?s)<style>.*</style>|<script>.*</script>|"
                                  r"<details><summary>What .*?</details>\n", "",
                                  run.files["r.html"]),
             "forms.sarif-results.json": json.dumps(run.sarif()["results"], indent=2) + "\n"}
    for name, text in texts.items():
        path = os.path.join(ROOT, "tests/golden", name)
        if os.environ.get("UPDATE_GOLDEN"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        with open(path, encoding="utf-8") as f:
            tap.result(name + " is golden", [] if f.read() == text else
                       ["If this is meant: UPDATE_GOLDEN=1 meson test -C build formats", text])


def check_replay(tap):
    """A log without lines of source: what the engine saw of it, in the forms that it has."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        with open(log, "w", encoding="utf-8") as f:
            f.write(LOG)
        names = {form: os.path.join(folder, form) for form in ("junit", "tap", "trace")}
        subprocess.run([ARMDMA, "replay", log, "--board", "a9-pl310", "-q", "--complete",
                        *["--%s=%s" % pair for pair in names.items()]],
                       capture_output=True, check=False)
        texts = {}
        for form, name in names.items():
            with open(name, encoding="utf-8") as f:
                texts[form] = f.read()
    suite = xml.etree.ElementTree.fromstring(texts["junit"]).find("testsuite")
    bad = differ("JUnit", (suite.get("name"), int(suite.get("failures")) > 0),
                 ("armdma on a9-pl310", True))
    bad += differ("TAP", tap_tally_of(texts["tap"]), (0, 1))
    events = json.loads(texts["trace"])["traceEvents"]
    bad += broken_events(events)
    bad += [] if any(e["ph"] == "b" for e in events) else ["no mapping in the trace"]
    tap.result("a replay writes JUnit, TAP and a trace", bad)


# ---- exposure ------------------------------------------------------------------------------

def check_exposure(tap):
    with open(os.path.join(ROOT, "docs", "schema", "hazards.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    run = Run(["cpu-read-stale=right"], options=":exposure=on")
    document = run.documents()[0]
    bad = complaints(schema, document) + differ("devices", len(document["exposure"]), 1)
    for device in document["exposure"]:
        for name in ("mappings", "mapped", "beyond", "own", "nothing", "others"):
            bad += differ(name, sum(site[name] for site in device["sites"]), device[name])
        bad += [] if device["beyond"] else ["nothing is beyond a buffer that is no page"]
    again = Run(["cpu-read-stale=right"], options=":exposure=on")
    bad += differ("JSON of the same run", again.files["r.json"], run.files["r.json"])
    tap.result("exposure fits the schema, and is the sum of its sites", bad)
    plain = Run(["cpu-read-stale=right"])
    tap.result("who does not ask is not told of exposure",
               differ("JSON", "exposure" in plain.documents()[0], False) +
               differ("text", "exposure" in plain.err, False))


def main():
    tap = Tap()
    with open(os.path.join(HERE, "sarif.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    for words in SETS:
        run = Run(words)
        check_counts(tap, words, run)
        check_sarif(tap, schema, words, run)
        check_page(tap, words, run)
        check_trace(tap, words, run)
    for what, broken in mutations(json.loads(Run(SETS[0]).files["r.sarif"])):
        tap.result("the schema refuses " + what,
                   [] if complaints(schema, broken) else ["accepted"])
    check_lanes(tap)
    check_tracks(tap)
    check_lines(tap)
    check_root(tap)
    check_fingerprints(tap)
    check_excuses(tap, schema)
    check_files(tap)
    check_same_bytes(tap)
    check_exposure(tap)
    check_golden(tap)
    check_replay(tap)
    tap.finish()


main()
