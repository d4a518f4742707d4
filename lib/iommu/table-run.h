/* SPDX-License-Identifier: MIT */
/*
 * Runs of entries in one table: looked at, filled and cleared 64 bytes at a time.
 * Who calls has said to pte_before_load() or _store() that he will.
 *
 * Nobody else changes entries of a run meanwhile; what a walker reads beside is whole
 * entries, for no store here is smaller than one.
 */
#ifndef LIB_IOMMU_TABLE_RUN_H
#define LIB_IOMMU_TABLE_RUN_H

#include <string.h>
#include <linux/compiler.h>
#include <linux/types.h>

typedef u32 run32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef u64 run64 __attribute__((vector_size(16), aligned(8), may_alias));

#define RUN32		(sizeof(run32) / sizeof(u32))
#define RUN64		(sizeof(run64) / sizeof(u64))
#define RUN_STEP32	(4 * RUN32)	/* entries of one turn */
#define RUN_STEP64	(4 * RUN64)
#define RUN_LONG	512u		/* bytes from which memset() is faster */

static inline bool run_any(run64 v)
{
	return v[0] | v[1];
}

/* Entries from the first on of which each is 0. */
static inline size_t run32_empty(const u32 *p, size_t nr)
{
	size_t whole = nr & ~(RUN_STEP32 - 1), i = 0;
	run32 all = { 0 };

	for (; i < whole; i += RUN_STEP32) {
		const run32 *v = (const run32 *)(p + i);

		all |= (v[0] | v[1]) | (v[2] | v[3]);
	}
	if (unlikely(run_any((run64)all)))
		i = 0;
	while (i < nr && !p[i])
		i++;
	return i;
}

/* Entries from the first on of which each has a bit of @mask. */
static inline size_t run32_having(const u32 *p, size_t nr, u32 mask)
{
	size_t whole = nr & ~(RUN_STEP32 - 1), i = 0;
	run32 lacks = { 0 };

	for (; i < whole; i += RUN_STEP32) {
		const run32 *v = (const run32 *)(p + i);

		lacks |= (run32)((v[0] & mask) == 0) | (run32)((v[1] & mask) == 0) |
			 (run32)((v[2] & mask) == 0) | (run32)((v[3] & mask) == 0);
	}
	if (unlikely(run_any((run64)lacks)))
		i = 0;
	while (i < nr && p[i] & mask)
		i++;
	return i;
}

static inline void run32_set(u32 *p, size_t nr, u32 pte)
{
	size_t whole = nr & ~(RUN_STEP32 - 1), i = 0;
	const run32 all = { pte, pte, pte, pte };

	for (; i < whole; i += RUN_STEP32) {
		run32 *v = (run32 *)(p + i);

		v[0] = all, v[1] = all, v[2] = all, v[3] = all;
	}
	for (; i < nr; i++)
		p[i] = pte;
}

/* @pte, @pte + @step, ... */
static inline void run32_fill(u32 *p, size_t nr, u32 pte, u32 step)
{
	size_t whole = nr & ~(RUN_STEP32 - 1), i = 0;
	run32 a = { pte, pte + step, pte + 2 * step, pte + 3 * step };
	run32 b = a + 4 * step, c = b + 4 * step, d = c + 4 * step;
	u32 turn = 16 * step;

	for (; i < whole; i += RUN_STEP32, a += turn, b += turn, c += turn, d += turn) {
		run32 *v = (run32 *)(p + i);

		v[0] = a, v[1] = b, v[2] = c, v[3] = d;
	}
	for (; i < nr; i++)
		p[i] = pte + (u32)i * step;
}

static inline size_t run64_empty(const u64 *p, size_t nr)
{
	size_t whole = nr & ~(RUN_STEP64 - 1), i = 0;
	run64 all = { 0 };

	for (; i < whole; i += RUN_STEP64) {
		const run64 *v = (const run64 *)(p + i);

		all |= (v[0] | v[1]) | (v[2] | v[3]);
	}
	if (unlikely(run_any(all)))
		i = 0;
	while (i < nr && !p[i])
		i++;
	return i;
}

/* Entries from the first on whose two low bits are @type, which is 1 or 3. */
static inline size_t run64_of_type(const u64 *p, size_t nr, u64 type)
{
	size_t whole = nr & ~(RUN_STEP64 - 1), i = 0;
	run64 differ = { 0 };

	for (; i < whole; i += RUN_STEP64) {
		const run64 *v = (const run64 *)(p + i);

		differ |= ((v[0] ^ type) | (v[1] ^ type)) | ((v[2] ^ type) | (v[3] ^ type));
	}
	if (unlikely(run_any(differ & 3)))
		i = 0;
	while (i < nr && (p[i] & 3) == type)
		i++;
	return i;
}

static inline void run64_fill(u64 *p, size_t nr, u64 pte, u64 step)
{
	size_t whole = nr & ~(RUN_STEP64 - 1), i = 0;
	run64 a = { pte, pte + step }, b = a + 2 * step, c = b + 2 * step, d = c + 2 * step;
	u64 turn = 8 * step;

	for (; i < whole; i += RUN_STEP64, a += turn, b += turn, c += turn, d += turn) {
		run64 *v = (run64 *)(p + i);

		v[0] = a, v[1] = b, v[2] = c, v[3] = d;
	}
	for (; i < nr; i++)
		p[i] = pte + i * step;
}

/* @len bytes, whole entries. */
static inline void run_clear(void *p, size_t len)
{
	if (len >= RUN_LONG)
		memset(p, 0, len);
	else
		run32_set(p, len / sizeof(u32), 0);
}

#endif
