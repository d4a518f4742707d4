/* SPDX-License-Identifier: MIT */
/*
 * Who runs: as much as a driver needs to name its caller and the caller's memory; and
 * letting others go on, though nothing is scheduled but by machine_run().
 *
 * Source: include/linux/sched.h.
 */
#ifndef _ARMDMA_LINUX_SCHED_H
#define _ARMDMA_LINUX_SCHED_H

#include_next <linux/sched.h>		/* the host's library may want its own */

#include <linux/mm_types.h>
#include <linux/processor.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TASK_COMM_LEN	16

/**
 * struct task_struct - a thread
 * @mm:   whose page tables this CPU has, or NULL
 * @comm: its name, which is empty unless somebody gives it one
 */
struct task_struct {
	struct mm_struct *mm;
	char comm[TASK_COMM_LEN];
};

/** Of the thread that asks; what it says holds until the next switch. */
struct task_struct *get_current(void);
#define current get_current()

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

#ifdef __cplusplus
}
#endif
#endif
