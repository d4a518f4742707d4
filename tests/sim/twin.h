/* SPDX-License-Identifier: MIT */
/*
 * A second implementation of the two levels of cache, as naive as can be: lines are
 * structs that hold a tag and their bytes, and are searched for. Nothing is shared
 * with sim/. It knows LRU and round-robin, and no free choices.
 */
#ifndef TESTS_SIM_TWIN_H
#define TESTS_SIM_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/board.h>

#define TWIN_MAX_LINES	4096
#define TWIN_MAX_LINE	128

struct twin_line {
	bool is_valid, is_dirty;
	uint32_t pa;
	uint8_t bytes[TWIN_MAX_LINE];
	uint64_t used;
};

struct twin_cache {
	struct cache_geometry g;
	unsigned nr_sets;
	struct twin_line lines[TWIN_MAX_LINES];	/* set by set */
	uint64_t clock;
	unsigned round;
	unsigned nr_evicted, nr_written_back;
};

struct twin {
	struct twin_cache l1, l2;
	uint32_t base;			/* pa of dram[0] */
	uint8_t *dram;
	size_t len;
};

struct twin *twin_new(struct cache_geometry l1, struct cache_geometry l2, uint32_t base,
		      size_t len);
void twin_free(struct twin *t);

/* Of one byte: longer accesses are many. */
uint8_t twin_load(struct twin *t, uint32_t pa);
void twin_store(struct twin *t, uint32_t pa, uint8_t value);
/* Uncached and shareable, with a PL310 that looks such accesses up, or without. */
uint8_t twin_load_uncached(struct twin *t, uint32_t pa, bool is_looked_up);
void twin_store_uncached(struct twin *t, uint32_t pa, uint8_t value, bool is_looked_up);

/* The line that holds @pa, at one level. */
void twin_clean(struct twin *t, struct twin_cache *c, uint32_t pa);
void twin_invalidate(struct twin *t, struct twin_cache *c, uint32_t pa);

#endif
