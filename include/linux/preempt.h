/* SPDX-License-Identifier: MIT */
/*
 * Whether this thread is where it must not sleep. Nothing is ever preempted here; a
 * count is kept for each host thread, for might_sleep() to look at.
 *
 * Leaves out: that spin_lock() counts, as it does in a preemptible kernel; the irq and
 * irqsave forms do turn interrupts off.
 * Source: include/linux/preempt.h.
 */
#ifndef _ARMDMA_LINUX_PREEMPT_H
#define _ARMDMA_LINUX_PREEMPT_H

#ifdef __cplusplus
extern "C" {
#endif

void preempt_count_add(int val);
int preempt_count(void);

#define preempt_disable()	preempt_count_add(1)
#define preempt_enable()	preempt_count_add(-1)
#define in_atomic()		(preempt_count() != 0)

#ifdef __cplusplus
}
#endif
#endif
