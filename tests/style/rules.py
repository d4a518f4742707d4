#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Policy on the text of the sources, as tests: rules.py SOURCE_ROOT

Each rule comes with lines that break it and lines that do not. A rule is first
tried on those, so that a rule which cannot fail fails; then on every file.
"""
import os
import re
import sys

from tap import Tap

SKIPPED_FOLDERS = re.compile(r"^(\.git|build.*|__pycache__)$")
C_FILE = re.compile(r"\.[ch]$")
CODE_FILE = re.compile(r"(\.([chS]|py|sh|dts|dtsi)|meson\.build|meson_options\.txt)$"
                       r"|^(check|demo|\.ci/run)$")
TEXT_FILE = re.compile(CODE_FILE.pattern + r"|\.md$")

# Spelled in two halves, so that this file keeps its own rules.
UNFINISHED = "|".join(a + b for a, b in (
    ("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK"), ("for ", "now"),
    ("not imple", "mented")))
OUR_FOLDERS = "|".join("/" + name + "/" for name in ("work", "tmp", "home", "root"))

INCLUDE = r'^\s*#\s*include(?:_next)?\s*[<"](?:\S*/)?'
KERNEL_NAME = (r"\b(phys_addr_t|dma_addr_t|gfp_t|GFP_\w+|DMA_(TO_DEVICE|FROM_DEVICE|"
               r"BIDIRECTIONAL|MAPPING_ERROR)|struct (device|page|scatterlist)|"
               r"dma_(map|unmap|sync|alloc|free)_\w+|k[mz]alloc|kfree|printk|"
               r"u(8|16|32|64))\b")


class Rule:
    """Complain about each line of the files called WHERE that BAD matches.

    bad, good: (path, line) pairs that prove it.
    """

    def __init__(self, name, where, pattern, bad, good, skip=r"^$"):
        self.name = name
        self.where = re.compile(where)
        self.skip = re.compile(skip)
        self.pattern = re.compile(pattern)
        self.bad = bad
        self.good = good

    def applies(self, path):
        return self.where.search(path) and not self.skip.search(path)

    def complaints(self, path, text):
        if not self.applies(path):
            return []
        return ["%s:%d: %s" % (path, nr, line.strip())
                for nr, line in enumerate(text.split("\n"), 1)
                if self.pattern.search(line)]


class Spdx(Rule):
    """The licence is on the first line, or on the second after #!."""

    def complaints(self, path, text):
        if not self.applies(path):
            return []
        lines = text.split("\n", 2)
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        return [] if self.pattern.search(first) else [path + ": no SPDX line"]


class Width(Rule):
    """At most 100 columns, a tab being 8; but in a test, a name that is a sentence, a
    row of a table and an expected text may be long."""

    @staticmethod
    def may_be_long(path, line):
        return path.startswith("tests/") and re.search(
            r"^\t+(cmocka_unit_test\w*|TEST_ON)\(|^\t\{ .* \},$|\"", line)

    def complaints(self, path, text):
        if not self.applies(path):
            return []
        return ["%s:%d: %d columns" % (path, nr, len(line.expandtabs(8)))
                for nr, line in enumerate(text.split("\n"), 1)
                if len(line.expandtabs(8)) > 100 and not self.may_be_long(path, line)]


RULES = [
    # ---- layering ----
    Rule("sim includes nothing of Linux, of lib or of a test", r"^sim/.*\.[ch]$",
         r'^\s*#\s*include\s*[<"]((\.\./)*(linux|asm|asm-generic|lib|tests|tools)/'
         r"|armdma/(harness|hazard|trace)\.h)",
         bad=[("sim/x.c", "#include <linux/types.h>"),
              ("sim/x.c", '#include "linux/types.h"'),
              ("sim/cpu/x.h", '# include "../../lib/dma/ledger.h"'),
              ("sim/x.c", "#include <armdma/harness.h>")],
         good=[("sim/x.c", "#include <armdma/cpu.h>"), ("sim/x.c", "#include <glib.h>"),
               ("lib/x.c", "#include <linux/types.h>")]),
    Rule("sim does not know Linux's names", r"^sim/.*\.[ch]$", KERNEL_NAME,
         bad=[("sim/x.c", "\tdma_addr_t dma;"), ("sim/x.c", "\tstruct page *p;"),
              ("sim/x.c", "\tp = kmalloc(8, GFP_KERNEL);"), ("sim/x.c", "u32 x;")],
         good=[("sim/x.c", "\tuint32_t pa;"), ("sim/x.c", "\tstruct page_state s;"),
               ("lib/x.c", "\tdma_addr_t dma;")]),
    Rule("nobody but sim includes a header of sim", r"\.[ch]$",
         INCLUDE + r'sim/', skip=r"^(sim/|tests/sim/|tests/board/|tests/hazard/test-may)",
         bad=[("lib/port/x.c", '#include "sim/sim.h"'),
              ("tests/lib/x.c", '#include "../../sim/cpu/mmu.h"')],
         good=[("sim/cpu/x.c", '#include "sim/sim.h"'), ("lib/x.c", "#include <sim.h>")]),
    Rule("lib reaches the machine through lib/port", r"^lib/.*\.[ch]$",
         r'^\s*#\s*include\s*[<"]armdma/(machine|cpu|master|board|observe|window)\.h',
         skip=r"^lib/(port|hazard|hooks|trace|harness)",
         bad=[("lib/dma/x.c", "#include <armdma/machine.h>"),
              ("lib/mm/x.c", "#include <armdma/cpu.h>")],
         good=[("lib/port/x.c", "#include <armdma/machine.h>"),
               ("lib/dma/x.c", "#include <linux/types.h>")]),
    Rule("lib/port and lib/mm include nothing of the floors above them",
         r"^lib/(port|mm)/.*\.[ch]$",
         INCLUDE + r"(hazard|hooks|trace|dma|iommu)/\w|" + INCLUDE + r"harness\.h",
         bad=[("lib/port/x.c", '#include "lib/hazard/shadow.h"'),
              ("lib/mm/x.c", '#include "../dma/direct.h"')],
         good=[("lib/port/x.c", "#include <linux/dma-mapping.h>"),
               ("lib/mm/x.c", '#include "port/port.h"')]),
    Rule("lib/base and lib/iommu include nothing of the floors above them",
         r"^lib/(base|iommu)/.*\.[ch]$",
         INCLUDE + r"(hazard|hooks|trace|dma)/\w|" + INCLUDE + r"harness\.h",
         bad=[("lib/iommu/x.c", '#include "../dma/dma.h"'),
              ("lib/base/x.c", '#include "lib/hazard/shadow.h"')],
         good=[("lib/iommu/x.c", "#include <linux/dma-mapping.h>"),
               ("lib/iommu/x.c", '#include "dma-hooks.h"')]),
    Rule("lib/base includes nothing of lib/iommu", r"^lib/base/.*\.[ch]$", INCLUDE + r"iommu/\w",
         bad=[("lib/base/x.c", '#include "../iommu/core.h"')],
         good=[("lib/base/x.c", "#include <linux/iommu.h>")]),
    Rule("lib/dma knows of hazards only the ledger", r"^lib/dma/.*\.[ch]$",
         INCLUDE + r"(hazard|hooks|trace)(/|\.h)",
         bad=[("lib/dma/x.c", '#include "../hazard/shadow.h"'),
              ("lib/dma/x.c", "#include <armdma/hazard.h>")],
         good=[("lib/dma/x.c", '#include "ledger.h"')]),
    Rule("lib/hazard only looks: it includes no port, no mm and no allocator",
         r"^lib/hazard/.*\.[ch]$", INCLUDE + r"(port|mm|hooks)/",
         bad=[("lib/hazard/x.c", '#include "../port/port.h"')],
         good=[("lib/hazard/x.c", '#include "lib/dma/ledger.h"')]),
    Rule("lib/hazard only looks: it calls nothing that changes a machine or a mapping",
         r"^lib/hazard/.*\.[ch]$",
         r"^[^\"*]*\b(cpu_(load|store|dc|dc_range|tlbi|cp15_write|before_load|before_store)|"
         r"master_(read|write|new)|dma_(map|unmap|sync|alloc|free)_\w+)\s*\((?!\))",
         bad=[("lib/hazard/x.c", "\tcpu_store(c, va, p, 4, NULL);"),
              ("lib/hazard/x.c", "\tdma_unmap_single(dev, dma, 4, 0);")],
         good=[("lib/hazard/x.c", "\tmachine_peek(m, VIEW_CPU, pa, p, 4);"),
               ("lib/hazard/x.c", '\treturn "dma_unmap_single(eth0, 0)";'),
               ("lib/hazard/x.c", " * dma_map_single(dev, ptr)")]),
    Rule("lib/trace reads files and knows nothing else", r"^lib/trace/.*\.[ch]$",
         r'^\s*#\s*include\s*[<"]((\.\./)+|linux/|lib/(?!trace)|sim/|armdma/(?!trace\.h))',
         bad=[("lib/trace/x.c", "#include <armdma/machine.h>"),
              ("lib/trace/x.c", "#include <linux/types.h>"),
              ("lib/trace/x.c", '#include "../dma/ledger.h"')],
         good=[("lib/trace/x.c", "#include <armdma/trace.h>"),
               ("lib/trace/x.c", "#include <lzma.h>")]),
    Rule("lib/hooks knows the window and the CPU only", r"^lib/hooks/.*\.[ch]$",
         r'^\s*#\s*include\s*[<"]((\.\./)+|linux/|lib/(?!hooks)|sim/|'
         r"armdma/(?!(window|cpu|machine|unit)\.h))",
         bad=[("lib/hooks/x.c", "#include <linux/types.h>"),
              ("lib/hooks/x.c", '#include "../port/port.h"')],
         good=[("lib/hooks/x.c", "#include <armdma/window.h>")]),
    Rule("a driver of examples/ includes what a driver may include", r"^examples/.*\.[ch]$",
         r'^\s*#\s*include\s*[<"]((\.\./)*(lib|sim)/|armdma/(window|observe)\.h)',
         bad=[("examples/x.c", '#include "../lib/dma/ledger.h"')],
         good=[("examples/x.c", "#include <linux/dma-mapping.h>")]),
    Rule("the public headers of the machine do not need Linux's", r"^include/armdma/.*\.h$",
         r'^\s*#\s*include\s*[<"](linux/|lib/|sim/|\.\./)',
         bad=[("include/armdma/x.h", "#include <linux/types.h>")],
         good=[("include/armdma/x.h", "#include <armdma/cpu.h>")]),

    # ---- determinism ----
    Rule("nothing that decides a result asks the host for time or chance",
         r"^(sim|lib)/.*\.[ch]$",
         r"(?<![\w.>])(s?rand|rand_r|random|[dlm]rand48|time|gettimeofday|clock_gettime|"
         r"getrandom|g_get_(monotonic|real)_time|g_random_\w+|g_rand_new)\(",
         bad=[("sim/x.c", "\tx = rand();"), ("lib/x.c", "\tt = time(NULL);"),
              ("lib/x.c", "\tg_random_int_range(0, 3);")],
         good=[("sim/x.c", "\tx = chooser_draw(c);"), ("lib/x.c", "\tev->time(x);"),
               ("lib/x.c", "\tparse_time(x);")]),
    Rule("pointers are never printed", r"^(sim|lib|tools|examples)/.*\.[ch]$", r'"[^"]*%p\b',
         bad=[("lib/x.c", '\tprintf("at %p", p);')],
         good=[("lib/x.c", '\tprintf("at %x", pa);')]),

    # ---- text ----
    Spdx("every source names its licence", CODE_FILE.pattern,
         r"SPDX-License-Identifier: MIT\b",
         bad=[("sim/x.c", "int x;"), ("lib/x.c", "/* SPDX-License-Identifier: GPL-2.0 */"),
              ("check", "#!/bin/sh\nset -e\n# SPDX-License-Identifier: MIT\n")],
         good=[("sim/x.c", "/* SPDX-License-Identifier: MIT */\n"),
               ("check", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n")]),
    Width("no line is wider than 100 columns", CODE_FILE.pattern, r"^$",
          bad=[("sim/x.c", "\t" + "x" * 93), ("sim/x.c", '\t"' + "x" * 93 + '"'),
               ("tests/x.c", "\tcheck(" + "x" * 93)],
          good=[("sim/x.c", "\t" + "x" * 92),
                ("tests/x.c", '\tsays("' + "x" * 93 + '");'),
                ("tests/x.c", "\tcmocka_unit_test(" + "x" * 92 + "),")],
          skip=r"^tests/.*/seeds/"),
    Rule("C is indented by tabs", C_FILE.pattern, r"^ {8}|^\t* +\t",
         bad=[("sim/x.c", "        return;"), ("sim/x.c", "\t  \treturn;")],
         good=[("sim/x.c", "\treturn;"), ("sim/x.c", "\t     aligned);")]),
    Rule("no line ends in blanks", TEXT_FILE.pattern, r"[ \t\r]$",
         bad=[("sim/x.c", "x; "), ("docs/x.md", "x\t"), ("lib/x.c", "x;\r")],
         good=[("sim/x.c", "x;")]),
    Rule("nothing says that it is unfinished", TEXT_FILE.pattern,
         r"\b(" + UNFINISHED + r")\b",
         bad=[("sim/x.c", "/* TO" + "DO: later */"), ("docs/x.md", "good enough for " + "now")],
         good=[("sim/x.c", "mkdtemp(\"x-XXXXXX\")"), ("docs/x.md", "HACKING.md")]),
    Rule("nothing names a folder of the machine it was written on", TEXT_FILE.pattern,
         r"(^|[^\w.$}])(" + OUR_FOLDERS + r")\w",
         bad=[("sim/x.c", '"/' + 'tmp/x"'), ("docs/x.md", "see /" + "work/x")],
         good=[("sim/x.c", '"../x"'), ("docs/x.md", "build/work/x"),
               ("check", "${d}/tmp/x")]),
]


def tree(root):
    """Yield (path, text) of every file we wrote, in one order everywhere."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if not TEXT_FILE.search(path):
                continue
            with open(os.path.join(root, path), encoding="utf-8", newline="") as f:
                yield path, f.read()


def cannot_judge(rule):
    """What is wrong with the rule itself."""
    return (["does not catch %s: %s" % bad for bad in rule.bad
             if not rule.complaints(*bad)] +
            ["wrongly catches %s: %s" % good for good in rule.good
             if rule.complaints(*good)])


def main():
    tap = Tap()
    files = list(tree(sys.argv[1]))
    for rule in RULES:
        tap.result(rule.name, [c for path, text in files
                               for c in rule.complaints(path, text)])
        tap.result("...and a breach is noticed: " + rule.name, cannot_judge(rule))
    tap.result("there are files to judge", [] if len(files) > 50 else
               ["only %d files under %s" % (len(files), sys.argv[1])])
    tap.finish()


main()
