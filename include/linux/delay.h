/* SPDX-License-Identifier: MIT */
/*
 * Delays. Simulated time is an order of events, not nanoseconds, so waiting
 * only lets others go on (cpu_relax()); a driver that polls with a delay simply polls
 * more often.
 */
#ifndef _ARMDMA_LINUX_DELAY_H
#define _ARMDMA_LINUX_DELAY_H

#include <linux/processor.h>

static inline void ndelay(unsigned long ns)
{
	(void)ns;
	cpu_relax();
}

static inline void udelay(unsigned long us)
{
	(void)us;
	cpu_relax();
}

static inline void mdelay(unsigned long ms)
{
	(void)ms;
	cpu_relax();
}

static inline void msleep(unsigned int ms)
{
	(void)ms;
	cpu_relax();
}

static inline void usleep_range(unsigned long us_min, unsigned long us_max)
{
	(void)us_min;
	(void)us_max;
	cpu_relax();
}

#endif
