/* SPDX-License-Identifier: MIT */
/*
 * The register block of Aurora, the outer cache of Marvell's Armada 370: as Linux uses
 * it, for there is no public manual.
 *
 *	0x100 control (bit 0 enables)     0x104 auxiliary control
 *	0x700 sync
 *	            by range    by PA     by way
 *	base        0x720
 *	invalidate  0x774                 0x77c
 *	clean       0x7b4                 0x7bc
 *	both        0x7f4       0x7f0     0x7fc
 *
 * A range is two writes: the base register takes the address of its first line, the
 * operation's register that of its last one, in the same page. An operation is over with
 * the write. A last address outside the base's page is not what software may write: here
 * the range then ends with the page, and is empty where it would end before it begins.
 *
 * Disabled at reset. The board's wt-override makes all of memory write-through in it,
 * so that no line is ever dirty.
 *
 * Leaves out: errors and their injection, ECC, parity, the choice of a replacement
 * (registers and bits keep what is written). Uncached accesses pass it by, and writes do
 * not linger: whether the real one looks up or buffers is not known.
 *
 * Spec: none is public. Linux: arch/arm/mm/cache-l2x0.c (aurora_pa_range() and its like)
 * and asm/hardware/cache-aurora-l2.h, by behaviour.
 */
#ifndef SIM_CACHE_AURORA_H
#define SIM_CACHE_AURORA_H

#include <stdint.h>

struct machine;

struct aurora {
	uint32_t aux;
	uint32_t range_base;
};

/* Reset values from the board; puts the register block on the bus. */
void aurora_init(struct machine *m);

#endif
