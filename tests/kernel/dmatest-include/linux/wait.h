/* SPDX-License-Identifier: MIT */
/*
 * Waiting for what has happened already, or never will: all threads of this test run to
 * their end where they are woken (kthread.h).
 */
#ifndef TESTS_KERNEL_WAIT_H
#define TESTS_KERNEL_WAIT_H

#include <asm/barrier.h>
#include <linux/string.h>
#include <linux/types.h>

typedef struct {
	unsigned long nr_wakes;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name
#define init_waitqueue_head(wq)		((wq)->nr_wakes = 0)
#define wake_up(wq)			((void)(wq)->nr_wakes++)
#define wake_up_all(wq)			wake_up(wq)
#define wait_event(wq, condition)	((void)((wq).nr_wakes && (condition)))
/* Jiffies that are left; 0: the condition does not hold, and never will. */
#define wait_event_freezable_timeout(wq, condition, timeout) \
	((void)(wq).nr_wakes, (condition) ? (timeout) : 0)

#define msecs_to_jiffies(ms)		((unsigned long)(ms))

#endif
