/* SPDX-License-Identifier: MIT */
/*
 * The register block of an L2C-310 (PL310), through which alone software reaches
 * an outer cache.
 *
 *	0x000 ID    0x100 control (bit 0 enables)    0x730 sync
 *	0x004 type  0x104 auxiliary control
 *	            by PA        by way
 *	invalidate  0x770        0x77c
 *	clean       0x7b0        0x7bc
 *	both        0x7f0        0x7fc
 *
 * Disabled at reset: then the level is bypassed, and keeps what it holds.
 *
 * Leaves out: operations by index, lockdown, the exclusive mode, prefetch control,
 * event counters, store buffers (a sync only counts). Those registers read as zero
 * and ignore writes. A change of way size or associativity is ignored too.
 *
 * Spec: DDI 0246, 3.3 "Register descriptions".
 */
#ifndef SIM_CACHE_PL310_H
#define SIM_CACHE_PL310_H

#include <stdbool.h>
#include <stdint.h>

#define PL310_CONTROL		0x100
#define PL310_AUX_CONTROL	0x104
#define PL310_SYNC		0x730
#define PL310_INV_PA		0x770
#define PL310_INV_WAY		0x77c
#define PL310_CLEAN_PA		0x7b0
#define PL310_CLEAN_WAY		0x7bc
#define PL310_CLEAN_INV_PA	0x7f0
#define PL310_CLEAN_INV_WAY	0x7fc

#define PL310_AUX_SHARED_OVERRIDE	(1u << 22)
#define PL310_AUX_ROUND_ROBIN		(1u << 25)

struct machine;

struct pl310 {
	uint32_t aux;
};

/* Reset values from the board; puts the register block on the bus. */
void pl310_init(struct machine *m);

/* Uncached shareable accesses pass this cache by. */
static inline bool pl310_overrides_shared(const struct pl310 *p)
{
	return p->aux & PL310_AUX_SHARED_OVERRIDE;
}

#endif
