/* SPDX-License-Identifier: MIT */
/*
 * The loops of bench/access, each compiled once for every way of watching them:
 *
 *   native     nobody watches: what the others are measured against
 *   hooked     by `armdma cc`, as a user compiles a driver
 *   explicit   through cpu_load() and cpu_store()
 *   floor      a call of an empty function before each access: no hook can cost less
 *   trial      one level of cache that does copy lines, and nothing else (trial_access())
 *   tags       two levels of tags without bytes, by LRU, the usual textbook way
 */
#ifndef BENCH_ACCESS_LOOPS_H
#define BENCH_ACCESS_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>

#define WORD_BYTES	4u

/**
 * struct loop_arg - where a loop plays
 * @words: all that it touches; for a copy, the first half is the source
 * @nr:    how many; a power of two
 * @at:    where it is; goes on from batch to batch
 * @cpu:   whose loads and stores the explicit ones are
 */
struct loop_arg {
	uint32_t *words;
	size_t nr;
	size_t at;
	struct cpu *cpu;
};

#define DECLARE_LOOPS(how)				\
	void how##_read(void *arg, size_t nr);		\
	void how##_write(void *arg, size_t nr);		\
	void how##_random(void *arg, size_t nr);	\
	void how##_copy(void *arg, size_t nr)

DECLARE_LOOPS(native);
DECLARE_LOOPS(hooked);
DECLARE_LOOPS(explicit);
DECLARE_LOOPS(floor);
DECLARE_LOOPS(trial);
DECLARE_LOOPS(tags);

/* ---- access-models.c: the yardsticks, each of them a few lines ------------------ */

#define MODEL_L1_BYTES	(32u << 10)
#define MODEL_L1_WAYS	4u
#define MODEL_L2_BYTES	(1u << 20)
#define MODEL_L2_WAYS	16u
#define MODEL_LINE	32u

void floor_access(const volatile void *p);

/** One machine for both of them, over the @len bytes at @memory. */
void models_init(void *memory, size_t len);
void models_done(void);
/** Make the line of @p valid, and dirty for a store: copied in, its victim out. */
void trial_access(const volatile void *p, bool is_store);
/** Note the access in both levels of tags. */
void tags_access(const volatile void *p, bool is_store);
/** Accesses that missed level 1 of the tags since models_init(). */
uint64_t tags_nr_misses(void);

/* ---- how each of them loads and stores ------------------------------------------- */

#define ACCESSES_ARE_PLAIN(how)							\
	static inline uint32_t how##_load(const struct loop_arg *a, uint32_t *p)	\
	{									\
		return *p;							\
	}									\
	static inline void how##_store(const struct loop_arg *a, uint32_t *p, uint32_t value) \
	{									\
		*p = value;							\
	}

#define ACCESSES_COME_AFTER(how, note_load, note_store)				\
	static inline uint32_t how##_load(const struct loop_arg *a, uint32_t *p)	\
	{									\
		note_load;							\
		return *p;							\
	}									\
	static inline void how##_store(const struct loop_arg *a, uint32_t *p, uint32_t value) \
	{									\
		note_store;							\
		*p = value;							\
	}

ACCESSES_ARE_PLAIN(native)
ACCESSES_ARE_PLAIN(hooked)
ACCESSES_COME_AFTER(floor, floor_access(p), floor_access(p))
ACCESSES_COME_AFTER(trial, trial_access(p, false), trial_access(p, true))
ACCESSES_COME_AFTER(tags, tags_access(p, false), tags_access(p, true))

static inline uint32_t explicit_load(const struct loop_arg *a, uint32_t *p)
{
	uint32_t value = 0;

	cpu_load(a->cpu, (uint32_t)(uintptr_t)p, &value, sizeof(value), NULL);
	return value;
}

static inline void explicit_store(const struct loop_arg *a, uint32_t *p, uint32_t value)
{
	cpu_store(a->cpu, (uint32_t)(uintptr_t)p, &value, sizeof(value), NULL);
}

#endif
