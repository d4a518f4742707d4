/* SPDX-License-Identifier: MIT */
/*
 * Who runs: as much as a driver needs to name the memory of its caller.
 *
 * Source: include/linux/sched.h.
 */
#ifndef _ARMDMA_LINUX_SCHED_H
#define _ARMDMA_LINUX_SCHED_H

#include <linux/mm_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct task_struct - @mm: whose page tables this CPU has, or NULL */
struct task_struct {
	struct mm_struct *mm;
};

/** Of the thread that asks; what it says holds until the next switch. */
struct task_struct *get_current(void);
#define current get_current()

#ifdef __cplusplus
}
#endif
#endif
