/* SPDX-License-Identifier: MIT */
/*
 * Time. A simulated machine has an order of events and no clock, so that a run repeats
 * exactly: one step of the machine counts as one nanosecond, and a delay (<linux/delay.h>,
 * harness_pass_time()) as what it says. What a driver measures by it is how much happened,
 * and how long somebody chose to wait.
 *
 * Source: include/linux/ktime.h, include/linux/time64.h.
 */
#ifndef _ARMDMA_LINUX_KTIME_H
#define _ARMDMA_LINUX_KTIME_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef s64 ktime_t;

#define NSEC_PER_USEC	1000L
#define NSEC_PER_MSEC	1000000L
#define USEC_PER_SEC	1000000L
#define NSEC_PER_SEC	1000000000L

/** Nanoseconds of the current machine; 0 without one. Context: any. */
ktime_t ktime_get(void);

static inline u64 ktime_get_ns(void)
{
	return (u64)ktime_get();
}

static inline ktime_t ktime_add(ktime_t a, ktime_t b)
{
	return a + b;
}

static inline ktime_t ktime_sub(ktime_t a, ktime_t b)
{
	return a - b;
}

static inline s64 ktime_to_ns(ktime_t t)
{
	return t;
}

static inline s64 ktime_to_us(ktime_t t)
{
	return t / NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(ktime_t t)
{
	return t / NSEC_PER_MSEC;
}

static inline s64 ktime_us_delta(ktime_t later, ktime_t earlier)
{
	return ktime_to_us(ktime_sub(later, earlier));
}

static inline s64 ktime_ms_delta(ktime_t later, ktime_t earlier)
{
	return ktime_to_ms(ktime_sub(later, earlier));
}

#ifdef __cplusplus
}
#endif
#endif
