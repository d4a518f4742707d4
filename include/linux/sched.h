/* SPDX-License-Identifier: MIT */
/* Letting others go on. Nothing is scheduled but by machine_run(). */
#ifndef _ARMDMA_LINUX_SCHED_H
#define _ARMDMA_LINUX_SCHED_H

#include_next <linux/sched.h>

#include <linux/processor.h>
#include <linux/types.h>

/** Nobody ever waits for this CPU. */
static inline bool need_resched(void)
{
	return false;
}

/** Return: 0, as where nobody waited. */
static inline int cond_resched(void)
{
	cpu_relax();
	return 0;
}

#endif
