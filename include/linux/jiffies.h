/* SPDX-License-Identifier: MIT */
/*
 * Time in ticks of a millisecond (CONFIG_HZ=1000), of the simulated time that ktime_get()
 * tells (<linux/ktime.h>). It starts at 0, where Linux starts five minutes before it wraps.
 *
 * Source: include/linux/jiffies.h.
 */
#ifndef _ARMDMA_LINUX_JIFFIES_H
#define _ARMDMA_LINUX_JIFFIES_H

#include <linux/ktime.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HZ	1000

/** Ticks of the current machine; 0 without one. Context: any. */
u64 get_jiffies_64(void);
#define jiffies	((unsigned long)get_jiffies_64())

static inline unsigned long msecs_to_jiffies(unsigned int m)
{
	return m;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)j;
}

/* A part of a tick takes a whole one. */
static inline unsigned long usecs_to_jiffies(unsigned int u)
{
	return u / 1000 + !!(u % 1000);
}

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)

#ifdef __cplusplus
}
#endif
#endif
