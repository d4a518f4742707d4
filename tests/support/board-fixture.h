/* SPDX-License-Identifier: MIT */
/*
 * Boards filled in by hand, for tests that want a machine and no device tree.
 *
 *   a9_pl310   2 x Cortex-A9, L1D 32 KiB of 32-byte lines, PL310 512 KiB, 256 MiB
 *              at 0x80000000, bit 22 clear; masters "eth0" (not coherent)
 *   a15        2 x Cortex-A15, L1D 32 KiB of 64-byte lines, integrated L2 1 MiB;
 *              512 MiB at 0x80000000 and 256 MiB at 0x200000000; master "eth0"
 *   coherent   the same with masters that snoop
 *
 * A test may change any field before it builds a machine; board_free() takes them.
 */
#ifndef TESTS_SUPPORT_BOARD_FIXTURE_H
#define TESTS_SUPPORT_BOARD_FIXTURE_H

#include <armdma/board.h>

#define FIXTURE_DRAM_PA		0x80000000u
#define FIXTURE_DRAM_LEN	0x10000000u	/* of a9_pl310, and in all of them */
#define FIXTURE_PL310_PA	0xa0410000u

struct board *fixture_board_a9_pl310(void);
struct board *fixture_board_a15(void);
struct board *fixture_board_coherent(void);

/* @nr_cpus CPUs of @part, a private level 2 of its kind, and no outer cache. */
struct board *fixture_board_of(const struct core_part *part, unsigned nr_cpus);

/* Every CPU gets this level 1 data cache. */
void fixture_set_l1d(struct board *b, struct cache_geometry g);

#endif
