#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmarks' own promises, not their figures: test-bench.py MAP CACHE HOOKS ACCESS WALK
DISPATCH IOVA

What they print and write has the agreed form and holds together; what cannot be
measured is refused in one sentence, with exit status 2 and no file.
"""
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "style"))
from tap import Tap

KEYS = ["bench", "commit", "compiler", "cpu", "seed", "gear", "rows"]
ROW_KEYS = ["name", "unit", "value", "min", "vs", "ratio"]
LATENCY = r"average %s latency\(us\):\d+\.\d standard deviation:\d+\.\d$"
LOADS = ("4K", "64K", "sg32x4K")
DEVICES = ("coherent", "noncoherent")
ROWS = {(d, l) for d in DEVICES for l in LOADS} | {("coherent-own", "4K")}
SIZES = ("4K", "16K", "64K", "256K", "1M", "2M")

FORMATS = ("lpae39", "lpae48", "v7s")
IOMMU_WORKS = ("4K", "64K", "2M", "sg32", "sg32 dense", "4K/hazards", "sg32/hazards")

# Instructions of the fast gear's calls, which are the same in every run of one program:
# half as much again as gcc 12 at -O2 needs, so that a search or a lock too many is seen.
BUDGET = {
    "map, check": 270, "map, check, ledger": 1050,
    "unmap": 140, "unmap, ledger": 560,
    "map, check, unmap": 400, "map, check, unmap, ledger": 1550,
    "map, check, unmap, non-coherent": 1900,
    "map, check, unmap, non-coherent, ledger": 3100,
}

# The same behind an IOMMU: a pair, and an entry of a list of 32.
IOMMU_BUDGET = {
    "%s %s %s ours" % (f, mode, work): budget
    for f in FORMATS for mode, work, budget in (
        ("strict", "4K", 900), ("strict", "sg32 / 32", 620),
        ("lazy", "4K", 1080), ("lazy", "sg32 / 32", 560))
}

BAD_ARGUMENTS = [
    ["-t", "0"], ["-t", "1025"], ["-t", "two"], ["-s", "0"], ["-s", "301"],
    ["-n", "1"], ["-n", "-2"], ["-b", "19"], ["-b", "65"], ["-d", "3"], ["-d", "-1"],
    ["-x", "-1"], ["-x", "10000001"], ["--live", "0"], ["--live", "100000001"], ["-g", "0"], ["-g", "1025"], ["-g"],
    ["--bogus"], ["extra"], ["-i", "on"], ["-i", "strict", "--kernel", "no-such.so"],
    ["--kernel", "no-such.so"],
    ["-b", "20"],       # no DRAM of the board is in reach
    ["-s", "1", "-t", "1024", "-g", "1024"],    # 4 GiB of buffers
]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def unless(condition, complaint):
    return [] if condition else [complaint]


def is_refusal(result, *paths):
    """One sentence on stderr, status 2, and none of the files."""
    return (unless(result.returncode == 2, "exit status %d" % result.returncode) +
            unless(len(result.stderr.splitlines()) == 1, "stderr: %r" % result.stderr) +
            ["%s was left behind" % p for p in paths if os.path.exists(p)])


def kernel_lines(lines):
    """The three lines that scripts written for the kernel's tool look for."""
    expected = (r"dma mapping benchmark: threads:2 seconds:1 node:0 dir:FROM_DEVICE "
                r"granule: 3$", LATENCY % "map", LATENCY % "unmap")
    return ["%r is not like %r" % (line, like) for line, like in zip(lines, expected)
            if not re.match(like, line)] + unless(len(lines) >= 3, "too few lines")


def table_rows(lines):
    """(device, load, ledger, threads) of the table."""
    found = [tuple(line.split()[:4]) for line in lines if line.startswith(DEVICES)]
    wanted = {(d, l, ledger, str(t)) for d, l in ROWS for ledger in ("off", "on")
              for t in (1, 2)}
    return unless(set(found) == wanted and len(found) == len(wanted), "rows: %s" % found)


def object_complaints(report, bench, gear):
    fixed = {"bench": bench, "gear": gear, "seed": 0}
    return (unless(list(report) == KEYS, "keys: %s" % list(report)) +
            ["%s is %r" % (k, report.get(k)) for k, v in fixed.items() if report.get(k) != v] +
            ["%s is %r" % (k, report.get(k)) for k in ("commit", "compiler", "cpu")
             if not isinstance(report.get(k), str) or not report[k]])


def row_complaints(row):
    if list(row) != ROW_KEYS:
        return ["keys: %s" % list(row)]
    numbers = [row[k] for k in ("value", "min", "ratio") if k != "ratio" or row["vs"]]
    return unless(all(math.isfinite(n) and n > 0 for n in numbers), "numbers of %s" % row) + \
        unless(row["min"] <= row["value"], "min is over value in %s" % row)


def yardstick_complaints(rows):
    """Both sides of a ratio were measured: value / ratio is what an add costs."""
    adds = [r["value"] / r["ratio"] for r in rows if r["vs"] == "locked add"
            and r["name"].endswith("p50")]
    return unless(adds and all(0.1 < a < 1000 for a in adds), "a locked add took %s ns" % adds)


def scaling_complaints(rows):
    """Scaling is the rate over that of one thread, and exactly that."""
    rate = {r["name"]: r for r in rows if r["unit"] == "pairs/s"}
    return ["%s: %s" % (name, row) for name, row in rate.items()
            if not math.isclose(row["ratio"], row["value"] /
                                rate[re.sub(r"\dt/(\w+)$", r"1t/\1", name)]["value"])]


def live_complaints(rows):
    """Both orders of each number of live mappings, with a ledger and without."""
    wanted = {"%slive/%d/%s/p50" % (ledger, nr, order) for ledger in ("", "ledger/")
              for nr in (1, 100) for order in ("rolling", "random")}
    found = {r["name"] for r in rows if "live/" in r["name"]}
    return unless(found == wanted, "rows: %s" % sorted(found))


def line_complaints(rows):
    """A pair maintains lines in proportion to its size, and as many in both gears."""
    lines = {r["name"]: r["value"] for r in rows if r["unit"] == "lines/pair"}
    complaints = unless(len(lines) == 4 * len(SIZES), "rows: %s" % sorted(lines))
    for board, least in (("a9-pl310", 128), ("a7-quad", 64)):
        for gear in ("fast", "exact"):
            got = [lines.get("lines/%s/%s/%s/lines" % (board, gear, s)) for s in SIZES]
            wanted = [got[0] * n for n in (1, 4, 16, 64, 256, 512)]
            complaints += unless(got == wanted and got[0] >= least,
                                 "%s, %s: %s" % (board, gear, got))
        complaints += unless(lines.get("lines/%s/fast/4K/lines" % board) ==
                             lines.get("lines/%s/exact/4K/lines" % board),
                             "%s: another gear, other lines" % board)
    return complaints


def budget_complaints(rows, stdout, budget):
    """All counted and within their budgets; or none, and why is said."""
    counts = {r["name"].split("/", 1)[1]: r["value"] for r in rows
              if r["unit"] == "instructions/op"}
    if not counts:
        return unless("Instructions were not counted" in stdout, "no counts, and no reason")
    return (unless(set(counts) == set(budget), "counted: %s" % sorted(counts)) +
            ["%s: %.0f instructions" % (name, nr) for name, nr in counts.items()
             if nr > budget.get(name, 0)])


def check_map(tap, program, folder):
    path = os.path.join(folder, "map.json")
    result = run(program, "-t", "2", "-s", "1", "-n", "0", "-d", "2", "-g", "3", "-x", "100",
                 "--live", "100", "--json", path)
    lines = result.stdout.splitlines()
    tap.result("map ends well", unless(result.returncode == 0, result.stderr))
    tap.result("map prints dma_map_benchmark's lines first", kernel_lines(lines))
    tap.result("map measures every load on every device and number of threads",
               table_rows(lines))
    with open(path) as f:
        report = json.load(f)
    rows = report["rows"]
    tap.result("map writes the object that was agreed", object_complaints(report, "map", "fast"))
    tap.result("map's rows are whole", [c for row in rows for c in row_complaints(row)])
    pairs = [r for r in rows if re.search(r"/\dt/", r["name"])]
    tap.result("map writes four figures for each row of the first table",
               unless(len(pairs) == 4 * 4 * len(ROWS), "%d rows" % len(pairs)))
    tap.result("map measures with few and many live mappings", live_complaints(rows))
    tap.result("map's lines are those of the size", line_complaints(rows))
    tap.result("map's calls keep within their instructions",
               budget_complaints(rows, result.stdout, BUDGET))
    tap.result("map's ratios are to an add that was timed", yardstick_complaints(rows))
    tap.result("map's scaling is against one thread", scaling_complaints(rows))


def check_iommu(tap, program, folder):
    path = os.path.join(folder, "iommu.json")
    result = run(program, "-i", "both", "-s", "1", "--live", "100", "--json", path)
    tap.result("map -i ends well, without Linux's code",
               unless(result.returncode == 0, result.stderr))
    with open(path) as f:
        rows = json.load(f)["rows"]
    tap.result("map -i's rows are whole", [c for row in rows for c in row_complaints(row)])
    tap.result("map -i's calls keep within their instructions",
               budget_complaints(rows, result.stdout, IOMMU_BUDGET))
    # Threads are there if two CPUs were free at once.
    wanted = {"iommu/%s/%s/%s" % (f, mode, work) for f in FORMATS for mode in ("strict", "lazy")
              for work in IOMMU_WORKS}
    found = {r["name"] for r in rows if r["name"].startswith("iommu/")
             and "threads" not in r["name"] and "/live/" not in r["name"]}
    tap.result("map -i measures every format, strict and lazy",
               unless(found == wanted, "rows: %s" % sorted(found)))


def check_refusals(tap, program, folder):
    path = os.path.join(folder, "refused.json")
    for arguments in BAD_ARGUMENTS:
        result = run(program, *arguments, "--json", path)
        tap.result("map refuses " + " ".join(arguments), is_refusal(result, path))

    nowhere = os.path.join(folder, "no-such-folder", "x.json")
    for bad in (nowhere, folder):
        result = run(program, "-s", "1", "--json", bad)
        tap.result("map refuses to write %s, before it measures"
                   % ("a folder" if bad == folder else "into no folder"),
                   is_refusal(result, nowhere) + unless(not result.stdout, result.stdout))
    result = run(program, "-s", "1", "--json", "/dev/full")
    tap.result("map says so when its report did not fit", is_refusal(result))


def check_table(tap, program, name, folder, ms="20", gear="exact"):
    """A benchmark that takes -m: all rows in one table. Return them by name."""
    path = os.path.join(folder, name + ".json")
    result = run(program, "-m", ms, "--json", path)
    tap.result(name + " ends well", unless(result.returncode == 0, result.stderr))
    with open(path) as f:
        report = json.load(f)
    tap.result(name + " writes the object that was agreed",
               object_complaints(report, name, gear))
    tap.result(name + "'s rows are whole",
               [c for row in report["rows"] for c in row_complaints(row)])
    tap.result(name + " refuses -m 0", is_refusal(run(program, "-m", "0")))
    nowhere = os.path.join(folder, "no-such-folder", "x.json")
    tap.result(name + " refuses to write into no folder, before it measures",
               is_refusal(run(program, "--json", nowhere), nowhere))
    return {row["name"]: row for row in report["rows"]}


def check_cache(tap, program, folder):
    row = check_table(tap, program, "cache", folder)
    tap.result("a load that misses L1 costs more than one that hits",
               unless(row["load/L2-hit"]["min"] > 2 * row["load/L1-hit"]["min"], str(row)))


def has_callgrind(result_rows):
    return any(name.endswith("/instructions") for name in result_rows)


def target_complaints(rows):
    """A target's ratio is of two figures that are there, and none of them is double."""
    targets = [row for name, row in rows.items() if name.startswith("target/")]
    return unless(targets, "no targets") + \
        ["%s has no bound" % t["name"] for t in targets if t["vs"] != "target"]


def count_complaints(rows):
    """Instructions do not depend on the machine's mood: hooks add some, always."""
    return ["%s: %s" % (name, row) for name, row in rows.items()
            if name.endswith("hooked/instructions") and row["ratio"] < 2]


def can_count():
    """valgrind is there, and the benchmarks have no sanitizer, which it cannot run."""
    return shutil.which("valgrind") and "--sanitized" not in sys.argv


def check_counted(tap, name, rows):
    if can_count():
        tap.result(name + " counts instructions where there is valgrind",
                   unless(has_callgrind(rows), "no row of instructions"))
    else:
        tap.result(name + " counts nothing where valgrind cannot",
                   unless(not has_callgrind(rows), "rows of instructions"))


def check_access(tap, program, folder):
    rows = check_table(tap, program, "access", folder, "1")
    check_counted(tap, "access", rows)
    tap.result("access says what is wanted of it", target_complaints(rows))
    tap.result("a hook is instructions more than none", count_complaints(rows))
    tap.result("a loop that misses is slower than one that hits", unless(
        rows["random 16M/hooked"]["min"] > rows["random 16K/hooked"]["min"], str(rows)))
    result = run(program, "-m", "1", "--no-valgrind")
    tap.result("access can do without valgrind",
               unless(result.returncode == 0 and "instructions" not in result.stdout,
                      result.stdout + result.stderr))


def check_walk(tap, program, folder):
    rows = check_table(tap, program, "walk", folder, "2")
    check_counted(tap, "walk", rows)
    tap.result("walk says what is wanted of it", target_complaints(rows))
    tap.result("a walk takes longer than a hit", unless(
        rows["walk to a small page"]["min"] > rows["load, TLB hit, one page"]["min"] / 2,
        str(rows)))


def check_dispatch(tap, program, folder):
    rows = check_table(tap, program, "dispatch", folder, "5", "fast")
    wanted = {"call", "static branch", "branch", "ops pointer", "branch, mixed",
              "ops pointer, mixed", "API, direct", "API, bypass", "API, ops", "API, mixed"}
    tap.result("dispatch measures every way", unless(set(rows) == wanted, str(set(rows))))
    tap.result("the API costs more than a call", unless(
        rows["API, direct"]["min"] > rows["call"]["min"], str(rows)))


def check_iova(tap, program, folder):
    """Minutes with sanitizers, so not with them. Linux's side is not there."""
    if "--sanitized" in sys.argv:
        return
    rows = check_table(tap, program, "iova", folder, "1", "fast")
    tap.result("iova measures both policies", unless(
        {"1 page, ours", "1 page, spread", "sequence, 100000 live, ours"} <= set(rows),
        str(set(rows))))
    pair = rows.get("instructions/1 page, ours", {"value": 0})
    tap.result("what a CPU keeps costs few instructions", unless(pair["value"] < 150, str(pair)))


def check_pgtable(tap, program, folder):
    rows = check_table(tap, program, "pgtable", folder, "1", "fast")
    check_counted(tap, "pgtable", rows)
    tap.result("pgtable measures ours alone without Linux's", unless(
        rows and not [name for name in rows if not name.startswith("ours/")], str(rows)))
    tap.result("512 pages cost more than one", unless(
        rows["ours/lpae39 4K x 512"]["min"] > rows["ours/lpae39 4K"]["min"], str(rows)))
    os.environ["LINUX_PGTABLE"] = "/no/such/object"
    tap.result("pgtable refuses an object that is not there",
               is_refusal(run(program, "-m", "1", "--no-valgrind"), "/no/such/object"))
    del os.environ["LINUX_PGTABLE"]


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check_map(tap, sys.argv[1], folder)
        check_iommu(tap, sys.argv[1], folder)
        check_refusals(tap, sys.argv[1], folder)
        check_cache(tap, sys.argv[2], folder)
        check_table(tap, sys.argv[3], "hooks", folder)
        check_access(tap, sys.argv[4], folder)
        check_walk(tap, sys.argv[5], folder)
        check_dispatch(tap, sys.argv[6], folder)
        check_iova(tap, sys.argv[7], folder)
        check_pgtable(tap, sys.argv[8], folder)
    tap.finish()


main()
