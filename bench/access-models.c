/* SPDX-License-Identifier: MIT */
/*
 * What bench/access measures the machine against. Each is the least that does what
 * it claims: no MMU, no attributes, no maintenance, no observers.
 *
 * Bounds: the floor is a call. The trial is a call, a byte test, and for a miss two
 * copies of 32 bytes; the tags are two searches of a set, in order of use.
 */
#include "access-loops.h"

#include <string.h>
#include <glib.h>

#define LINE_SHIFT	5
#define NO_LINE		UINT32_MAX
#define L1_SETS		(MODEL_L1_BYTES / MODEL_LINE / MODEL_L1_WAYS)
#define L2_SETS		(MODEL_L2_BYTES / MODEL_LINE / MODEL_L2_WAYS)

static const char *base;

__attribute__((noinline)) void floor_access(const volatile void *p)
{
	__asm__ volatile("" : : "r"(p));
}

/* ---- the trial: one byte of state for each line, lines copied --------------- */

enum { TRIAL_VALID = 1, TRIAL_DIRTY = 2 };

static uint8_t *trial_state;
static char *trial_below;
static uint32_t trial_ways[L1_SETS][MODEL_L1_WAYS];
static unsigned trial_next;

static __attribute__((noinline)) void trial_miss(uint32_t line)
{
	uint32_t *way = &trial_ways[line % L1_SETS][trial_next++ % MODEL_L1_WAYS];
	char *bytes = (char *)(uintptr_t)base;

	if (*way != NO_LINE) {
		size_t off = (size_t)*way << LINE_SHIFT;

		if (trial_state[*way] & TRIAL_DIRTY)
			memcpy(trial_below + off, bytes + off, MODEL_LINE);
		trial_state[*way] = 0;
	}
	*way = line;
	memcpy(bytes + ((size_t)line << LINE_SHIFT), trial_below + ((size_t)line << LINE_SHIFT),
	       MODEL_LINE);
	trial_state[line] = TRIAL_VALID;
}

__attribute__((noinline)) void trial_access(const volatile void *p, bool is_store)
{
	uint32_t line = (uint32_t)(((const volatile char *)p - base) >> LINE_SHIFT);

	if (__builtin_expect(!(trial_state[line] & TRIAL_VALID), 0))
		trial_miss(line);
	if (is_store)
		trial_state[line] |= TRIAL_DIRTY;
}

/* ---- the tags: each set in order of use, the latest first --------------------- */

static uint32_t tags1[L1_SETS][MODEL_L1_WAYS], tags2[L2_SETS][MODEL_L2_WAYS];
static uint64_t nr_misses;

/* Was it there? It is first now. An entry is (line + 1) << 1 | dirty; 0 is none. */
static inline bool tags_touch(uint32_t *set, unsigned nr_ways, uint32_t line, bool is_store,
			      uint32_t *ret_victim)
{
	uint32_t entry = (line + 1) << 1 | is_store;
	unsigned way = 0;

	while (way < nr_ways - 1 && set[way] >> 1 != line + 1)
		way++;
	*ret_victim = set[way];

	bool is_hit = set[way] >> 1 == line + 1;

	if (is_hit)
		entry |= set[way] & 1;
	for (; way; way--)
		set[way] = set[way - 1];
	set[0] = entry;
	return is_hit;
}

static void tags_below(uint32_t line, bool is_store)
{
	uint32_t victim;

	tags_touch(tags2[line % L2_SETS], MODEL_L2_WAYS, line, is_store, &victim);
}

__attribute__((noinline)) void tags_access(const volatile void *p, bool is_store)
{
	uint32_t line = (uint32_t)(((const volatile char *)p - base) >> LINE_SHIFT);
	uint32_t victim;

	if (tags_touch(tags1[line % L1_SETS], MODEL_L1_WAYS, line, is_store, &victim))
		return;
	nr_misses++;
	tags_below(line, false);
	if (victim & 1)
		tags_below((victim >> 1) - 1, true);
}

uint64_t tags_nr_misses(void)
{
	return nr_misses;
}

/* ---- both ------------------------------------------------------------------------ */

void models_init(void *memory, size_t len)
{
	base = memory;
	trial_state = g_malloc0(len >> LINE_SHIFT);
	trial_below = g_malloc0(len);
	memset(trial_ways, 0xff, sizeof(trial_ways));
	memset(tags1, 0, sizeof(tags1));
	memset(tags2, 0, sizeof(tags2));
	nr_misses = 0;
}

void models_done(void)
{
	g_free(trial_state);
	g_free(trial_below);
}
