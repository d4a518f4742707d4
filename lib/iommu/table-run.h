/* SPDX-License-Identifier: MIT */
/*
 * Runs of entries in one table: looked at, filled and cleared sixteen bytes at a time.
 * Who calls has said to pte_before_load() or _store() that he will.
 *
 * Nobody else changes entries of a run meanwhile; what a walker reads beside is whole
 * entries, for no store here is smaller than one.
 */
#ifndef LIB_IOMMU_TABLE_RUN_H
#define LIB_IOMMU_TABLE_RUN_H

#include <linux/types.h>

typedef u32 run32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef u64 run64 __attribute__((vector_size(16), aligned(8), may_alias));

#define RUN32	(sizeof(run32) / sizeof(u32))
#define RUN64	(sizeof(run64) / sizeof(u64))

static inline bool run32_any(run32 v)
{
	run64 pair = (run64)v;

	return pair[0] | pair[1];
}

/* Entries from the first on of which each is 0. */
static inline size_t run32_empty(const u32 *p, size_t nr)
{
	run32 all = { 0 };
	size_t i = 0;

	for (; i < (nr & ~(RUN32 - 1)); i += RUN32)
		all |= *(const run32 *)(p + i);
	if (unlikely(run32_any(all)))
		i = 0;
	while (i < nr && !p[i])
		i++;
	return i;
}

/* Entries from the first on of which each has a bit of @mask. */
static inline size_t run32_having(const u32 *p, size_t nr, u32 mask)
{
	run32 lacks = { 0 };
	const run32 masks = { mask, mask, mask, mask };
	size_t i = 0;

	for (; i < (nr & ~(RUN32 - 1)); i += RUN32)
		lacks |= (run32)((*(const run32 *)(p + i) & masks) == 0);
	if (unlikely(run32_any(lacks)))
		i = 0;
	while (i < nr && p[i] & mask)
		i++;
	return i;
}

static inline void run32_set(u32 *p, size_t nr, u32 pte)
{
	const run32 all = { pte, pte, pte, pte };
	size_t i = 0;

	for (; i < (nr & ~(RUN32 - 1)); i += RUN32)
		*(run32 *)(p + i) = all;
	for (; i < nr; i++)
		p[i] = pte;
}

/* @pte, @pte + @step, ... */
static inline void run32_fill(u32 *p, size_t nr, u32 pte, u32 step)
{
	run32 next = { pte, pte + step, pte + 2 * step, pte + 3 * step };
	size_t i = 0;

	for (; i < (nr & ~(RUN32 - 1)); i += RUN32, next += (u32)RUN32 * step)
		*(run32 *)(p + i) = next;
	for (; i < nr; i++)
		p[i] = pte + (u32)i * step;
}

static inline size_t run64_empty(const u64 *p, size_t nr)
{
	run64 all = { 0 };
	size_t i = 0;

	for (; i < (nr & ~(RUN64 - 1)); i += RUN64)
		all |= *(const run64 *)(p + i);
	if (unlikely(all[0] | all[1]))
		i = 0;
	while (i < nr && !p[i])
		i++;
	return i;
}

/* Entries from the first on whose two low bits are @type, which is 1 or 3. */
static inline size_t run64_of_type(const u64 *p, size_t nr, u64 type)
{
	run64 differ = { 0 };
	const run64 types = { type, type };
	size_t i = 0;

	for (; i < (nr & ~(RUN64 - 1)); i += RUN64)
		differ |= *(const run64 *)(p + i) ^ types;
	if (unlikely((differ[0] | differ[1]) & 3))
		i = 0;
	while (i < nr && (p[i] & 3) == type)
		i++;
	return i;
}

static inline void run64_fill(u64 *p, size_t nr, u64 pte, u64 step)
{
	run64 next = { pte, pte + step };
	size_t i = 0;

	for (; i < (nr & ~(RUN64 - 1)); i += RUN64, next += RUN64 * step)
		*(run64 *)(p + i) = next;
	for (; i < nr; i++)
		p[i] = pte + i * step;
}

#endif
