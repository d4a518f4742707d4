/* SPDX-License-Identifier: MIT */
/*
 * Waiting for what somebody else completes: an interrupt handler, a timer, work, another CPU.
 *
 * Nobody sleeps: simulated time passes in steps of 10 us (<linux/delay.h>), and in each
 * interrupts are taken, timers called and work done.
 *
 * Leaves out: signals: the _interruptible and _killable forms are the plain ones.
 * Source: include/linux/completion.h, kernel/sched/completion.c.
 */
#ifndef _ARMDMA_LINUX_COMPLETION_H
#define _ARMDMA_LINUX_COMPLETION_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct completion - @done: how often it was completed and nobody waited; UINT_MAX: for all */
struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(work)	{ 0 }
#define DECLARE_COMPLETION(work)	struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/** One waiter goes on, now or when it comes; all, from now on. Context: any. */
void complete(struct completion *x);
void complete_all(struct completion *x);
bool completion_done(struct completion *x);
bool try_wait_for_completion(struct completion *x);

/**
 * wait_for_completion_timeout() - for @timeout jiffies of simulated time at most
 * wait_for_completion() - as long as it takes; after 120 s of simulated time a task hangs,
 *                         which is said, and it goes on
 *
 * Context: process.
 * Return: jiffies that were left, at least 1; 0: it was not completed.
 */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
void wait_for_completion(struct completion *x);

/** Return: 0. */
static inline int wait_for_completion_interruptible(struct completion *x)
{
	wait_for_completion(x);
	return 0;
}

static inline int wait_for_completion_killable(struct completion *x)
{
	return wait_for_completion_interruptible(x);
}

/** Return: as wait_for_completion_timeout(). */
static inline long wait_for_completion_interruptible_timeout(struct completion *x,
							     unsigned long timeout)
{
	return (long)wait_for_completion_timeout(x, timeout);
}

#ifdef __cplusplus
}
#endif
#endif
