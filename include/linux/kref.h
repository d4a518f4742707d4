/* SPDX-License-Identifier: MIT */
/*
 * How many hold an object; the last to let go takes it away.
 *
 * Context: any. Source: include/linux/kref.h.
 */
#ifndef _ARMDMA_LINUX_KREF_H
#define _ARMDMA_LINUX_KREF_H

#include <linux/refcount.h>

struct kref {
	refcount_t refcount;
};

static inline void kref_init(struct kref *kref)
{
	refcount_set(&kref->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return refcount_read(&kref->refcount);
}

/** For who is sure that somebody holds it. */
static inline void kref_get(struct kref *kref)
{
	refcount_inc(&kref->refcount);
}

/** Return: 1 when it was the last, and @release has been called; else 0. */
static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (!refcount_dec_and_test(&kref->refcount))
		return 0;
	release(kref);
	return 1;
}

#endif
