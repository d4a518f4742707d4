#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux's IOMMU drivers on our hardware: iommu-drivers.py ARMDMA BUILD SOURCE_OPTION ROOT

drivers/iommu/{msm_iommu,omap-iommu,exynos-iommu,rockchip-iommu,sun50i-iommu,sprd-iommu}.c,
unmodified, each linked with the program that plays the platform contract (tests/iommu). They
probe from a board's device tree, drive our models by their registers, clocks, resets, runtime
PM and interrupts, and keep the contract as our own drivers do; or break it in the one way that
is known, and said here with its cause. Their state is static: one boot a process.

ARMDMA_LONG: all rows of the contract, else five.
"""
import os
import re
import subprocess
import sys

import contractrows
from contractrows import (AS_IT_IS, ASLEEP, DRAWN, FEW_NEGATIVE, HELD_BACK, IDENTITY, LINES_OF_32,
                          LINES_OF_64, MANY_NEGATIVE, SNOOPING)
from linuxsource import tree_or_skip
from tap import Tap

ROWS = (AS_IT_IS, ASLEEP, LINES_OF_32, FEW_NEGATIVE, IDENTITY)
DRIVERS = "drivers/iommu/"
V7S = (DRIVERS + "io-pgtable.c", DRIVERS + "io-pgtable-arm-v7s.c")

# Name, kind, files of Linux.
PROGRAMS = {
    "exynos": ("exynos", DRIVERS + "exynos-iommu.c"),
    "msm": ("msm", DRIVERS + "msm_iommu.c"),
    "msm-v7s": ("msm", DRIVERS + "msm_iommu.c") + V7S,
    "omap": ("omap", DRIVERS + "omap-iommu.c"),
    "rockchip": ("rockchip", DRIVERS + "rockchip-iommu.c"),
    "sprd": ("sprd", DRIVERS + "sprd-iommu.c"),
    "sun50i": ("sun50i", DRIVERS + "sun50i-iommu.c"),
}

# Rows whose hardware holds what is not there, or fetches ahead, as no real part of a kind does.
BEYOND = (FEW_NEGATIVE, MANY_NEGATIVE)
# TLBs of more entries than the driver looks through; and faults that nobody is attached for, where
# iommu_fault_handler() follows a NULL domain.
BEYOND_OMAP = (LINES_OF_32, LINES_OF_64, SNOOPING, MANY_NEGATIVE, DRAWN, HELD_BACK)
# Stores that are held back until a barrier: there is none before its registers.
BEYOND_SPRD = (DRAWN, HELD_BACK)

# Program, board, options of the contract, rows that cannot be asked for.
KEPT = (
    ("exynos", "exynos-4210", ("--pm", "--whole", "--loses"), ()),
    ("rockchip", "rockchip", ("--pm", "--loses"), ()),
    ("rockchip", "rockchip-v2", ("--pm", "--loses"), ()),
    ("omap", "omap-plain", ("--pm", "--identity", "--no-dma", "--whole", "--loses"), BEYOND_OMAP),
    ("sprd", "sprd", ("--pm", "--no-dma"), BEYOND_SPRD),
    ("msm", "msm-island", ("--pm", "--identity", "--silent"), BEYOND),
    ("msm-v7s", "msm-island", ("--pm", "--identity", "--silent", "--whole"), BEYOND),
    ("sun50i", "iommu-sun50i", ("--pm", "--rw"), BEYOND + (IDENTITY,)),
)

# The same, a row, what the contract says, and whose fault it is.
BROKEN = (
    ("exynos", "exynos-5250", ("--pm", "--whole"), AS_IT_IS, r"stall \(translation\)",
     "System MMU 3 holds entries that are not there; nobody flushes them when they are mapped"),
    ("exynos", "exynos-5433", ("--pm", "--whole"), ASLEEP, r"stall \(translation\)",
     "lv1set_section() asks what an entry was after it has written it, and flushes nothing"),
    ("omap", "omap-plain", ("--pm", "--6.12"), AS_IT_IS, "no driver took its IOMMU",
     "without ->of_xlate Linux 6.12 puts no device behind it"),
    ("sun50i", "iommu-sun50i", ("--pm",), AS_IT_IS, r"writes .* hit .* prot 1",
     "IOMMU_DM_AUT_CTRL of pages for reads is overwritten with that of pages for writes"),
    ("sprd", "sprd", ("--pm",), AS_IT_IS, r"or other bytes",
     "freeing a domain turns the IOMMU off, though another is attached by now"),
    ("sprd", "sprd", ("--pm", "--no-dma"), HELD_BACK, r"redirect \(translation\)",
     "UPDATE is written with writel_relaxed(), which does not wait for the entries"),
    ("sun50i", "iommu-sun50i", ("--pm", "--rw"), IDENTITY, r"hit \(none\).* expected 0x0",
     "attaching the identity domain leaves the IOMMU on, with the tables of the last one"),
    ("msm", "msm-gated", ("--pm", "--identity", "--silent"), AS_IT_IS,
     "iommu-register-off was reported",
     "probe() writes registers while the clocks are only prepared"),
    ("msm", "msm-mdp", ("--pm", "--identity", "--silent"), IDENTITY,
     r"hit \(none\).* still",
     "the second instance is told to forget other pages than the first"),
)


def compile_program(armdma, build, tree, root, name, files):
    """The driver with hooks; warnings of Linux's own are silent, undeclared functions are not."""
    out = os.path.join(build, "linux-" + name)
    bench = [os.path.join(root, "tests/iommu", f)
             for f in ("contract.c", "platform-bench.c", "platform-main.c")]
    glib = subprocess.run(["pkg-config", "--cflags", "glib-2.0"], check=True,
                          capture_output=True, text=True).stdout.split()
    done = subprocess.run(
        [armdma, "cc", "-g", "-O1", "-Werror=implicit-function-declaration", "-o", out,
         '-DKBUILD_MODNAME="%s"' % name, "-DCONFIG_OMAP_IOMMU=1",
         "-DCONFIG_IOMMU_IO_PGTABLE_ARMV7S=1", "-I", os.path.join(root, "tests/iommu"),
         "-idirafter", os.path.join(tree, "include"), *glib,
         *(os.path.join(tree, f) for f in files), *bench, "-lglib-2.0"],
        capture_output=True, text=True)
    return out, [] if done.returncode == 0 else [done.stderr]


def compile_board(build, root, name):
    """A .dtb of a .dts beside this or in tests/iommu; a shipped board by its name."""
    for folder in ("tests/kernel", "tests/iommu"):
        source = os.path.join(root, folder, name + ".dts")
        if os.path.exists(source):
            out = os.path.join(build, "linux-%s.dtb" % name)
            subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out,
                            "-i", os.path.join(root, "boards"),
                            "-i", os.path.join(root, "tests/iommu"), source], check=True)
            return out
    return name


def check_kept(tap, programs, boards):
    for name, board, options, beyond in KEPT:
        program, kind = programs[name]
        rows = contractrows.ALL if os.environ.get("ARMDMA_LONG") else ROWS
        rows = [row for row in rows if row not in beyond]
        tap.result("%s on %s keeps the contract, %d rows" % (name, board, len(rows)),
                   contractrows.broken(program, boards[board], kind, options, rows))


def check_broken(tap, programs, boards):
    for name, board, options, row, complaint, why in BROKEN:
        program, kind = programs[name]
        result = contractrows.play(program, boards[board], kind, options, row)
        seen = result.returncode == 1 and re.search(complaint, result.stdout)
        tap.result("%s on %s: %s" % (name, board, why),
                   [] if seen else [result.stdout + result.stderr[-2000:]])


def main():
    armdma, build, option, root = sys.argv[1:]
    tree = tree_or_skip(option, build)
    tap = Tap()
    programs = {}
    for name, (kind, *files) in PROGRAMS.items():
        program, bad = compile_program(armdma, build, tree, root, name, files)
        programs[name] = (program, kind)
        bad = bad or contractrows.complaints(program)
        tap.result("%s compiles" % " and ".join(os.path.basename(f) for f in files), bad)
    if not tap.nr_failed:
        boards = {row[1]: compile_board(build, root, row[1]) for row in KEPT + BROKEN}
        check_kept(tap, programs, boards)
        check_broken(tap, programs, boards)
    tap.finish()


main()
