/* SPDX-License-Identifier: MIT */
/*
 * Counts that warn instead of wrapping: one more from 0, one fewer than 0. After either the
 * count is saturated and stays so, and what it guards is never freed.
 *
 * Context: any. Source: include/linux/refcount.h, lib/refcount.c.
 */
#ifndef _ARMDMA_LINUX_REFCOUNT_H
#define _ARMDMA_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)	{ .refs = ATOMIC_INIT(n) }
#define REFCOUNT_SATURATED	(INT32_MIN / 2)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline void __refcount_saturate(refcount_t *r, bool is_wrong, const char *why)
{
	if (!is_wrong)
		return;
	refcount_set(r, REFCOUNT_SATURATED);
	WARN_ONCE(1, "refcount_t: %s", why);
}

static inline void refcount_add(int i, refcount_t *r)
{
	int old = atomic_add_return(i, &r->refs) - i;

	__refcount_saturate(r, old == 0, "addition on 0; use-after-free.\n");
	__refcount_saturate(r, old < 0 || old > INT32_MAX - i, "saturated; leaking memory.\n");
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/** One more unless it is 0. Return: was it not? */
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs.counter, &old, old + 1, false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	__refcount_saturate(r, old < 0 || old == INT32_MAX, "saturated; leaking memory.\n");
	return true;
}

/** Return: is it 0 now? */
static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	int old = atomic_add_return(-i, &r->refs) + i;

	__refcount_saturate(r, old < i, "underflow; use-after-free.\n");
	return old == i && i > 0;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/** For who is sure that it does not become 0; that is a warning, too. */
static inline void refcount_dec(refcount_t *r)
{
	int old = atomic_add_return(-1, &r->refs) + 1;

	__refcount_saturate(r, old <= 1, "decrement hit 0; leaking memory.\n");
}

/** One fewer unless it is 1. Return: was it not? */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (old == 1)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs.counter, &old, old - 1, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	__refcount_saturate(r, old < 1, "underflow; use-after-free.\n");
	return true;
}

/** The last one holds the lock when this returns true. */
static inline bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

#ifdef __cplusplus
}
#endif
#endif
