/* SPDX-License-Identifier: MIT */
/*
 * Hints to a leak detector, which this is not: what a driver still has when it goes is
 * reported anyway (<armdma/hazard.h>). Source: include/linux/kmemleak.h.
 */
#ifndef _ARMDMA_LINUX_KMEMLEAK_H
#define _ARMDMA_LINUX_KMEMLEAK_H

#include <linux/gfp.h>

static inline void kmemleak_ignore(const void *p)
{
	(void)p;
}

static inline void kmemleak_not_leak(const void *p)
{
	(void)p;
}

static inline void kmemleak_alloc(const void *p, size_t size, int min_count, gfp_t gfp)
{
	(void)p, (void)size, (void)min_count, (void)gfp;
}

static inline void kmemleak_free(const void *p)
{
	(void)p;
}

#endif
