/* SPDX-License-Identifier: MIT */
/*
 * A CPU's instruction cache.
 *
 *    fetch --> [ tags, bytes in their ways ] <--fill-- level 2 or DRAM (the PoU)
 *
 * Small, seldom asked and never written, so unlike the data caches it simply keeps its
 * lines' bytes. It hears of nothing: neither stores of its own CPU nor snoops change it,
 * only operations of cpu_ic(). Tags are physical, or where the part is VIVT, virtual.
 *
 * Leaves out: branch predictors and prefetch (no observer sees what they hold), ASIDs in
 * tags (a VIVT cache keeps the lines of all address spaces under one tag).
 *
 * Spec: DDI 0406C, B2.2 "Caches and branch predictors", B4.2.1.
 */
#ifndef SIM_CACHE_ICACHE_H
#define SIM_CACHE_ICACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/board.h>
#include "victims.h"
#include "../mem/dram.h"

struct machine;

struct icache {
	unsigned line_shift;
	unsigned nr_ways;		/* 0: there is no such cache */
	uint32_t set_mask;
	uint8_t indexing;		/* enum cache_indexing */
	uint64_t *tags;			/* [set][way]: first byte of the line, or ICACHE_NO_LINE */
	uint8_t *bytes;			/* [set][way] */
	struct victims victims;
};

void icache_init(struct icache *ic, const struct cache_geometry *g, uint8_t indexing,
		 struct stream victims);
void icache_done(struct icache *ic);

/*
 * Read within one line, filling it if need be. @use is enum outer_use. How many bytes
 * that were is returned.
 */
size_t icache_read(struct machine *m, struct icache *ic, uint32_t va, struct place at,
		   void *buf, size_t len, unsigned use);

void icache_invalidate_all(struct icache *ic);
/* The line of @va, whose memory is at @pa. */
void icache_invalidate(struct icache *ic, uint32_t va, uint64_t pa);

#endif
