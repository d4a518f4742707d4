/* SPDX-License-Identifier: MIT */
/*
 * Work for later: functions that a worker thread calls, where it may sleep.
 *
 * There are no worker threads. What is queued runs, in the order it was queued, on the
 * thread that comes first to one of these places, which are the same in every run:
 *
 *	where a thread that holds no mutex may sleep: might_sleep(), msleep() and their
 *	like, and what calls them: clk_prepare(), pm_runtime_get_sync(), ...
 *	in mutex_unlock() of the last mutex that it holds
 *	in harness_pass_time(), flush_work(), flush_workqueue()
 *
 * and never while interrupts are off, in a handler, or in another work. So a driver that
 * queues with a lock held meets its work after it has let go, as it should.
 *
 * Leaves out: several queues in parallel, priorities, CPUs, work that waits for another.
 * Source: include/linux/workqueue.h, kernel/workqueue.c.
 */
#ifndef _ARMDMA_LINUX_WORKQUEUE_H
#define _ARMDMA_LINUX_WORKQUEUE_H

#include <linux/container_of.h>
#include <linux/timer.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct work_struct;
struct workqueue_struct;

typedef void (*work_func_t)(struct work_struct *work);

/**
 * struct work_struct - one function to be called
 * @func: with this struct
 * @base: where it is queued, the library's; NULL: nowhere
 */
struct work_struct {
	work_func_t func;
	void *base;
};

/**
 * struct delayed_work - the same, queued when a time has passed
 * @timer: until then
 */
struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
};

/** All are the one queue that there is; NULL is it, too. */
extern struct workqueue_struct *system_wq;

#define __WORK_INITIALIZER(n, f)	{ .func = (f) }
#define DECLARE_WORK(n, f)	struct work_struct n = __WORK_INITIALIZER(n, f)

/** Not while it is queued. */
static inline void INIT_WORK(struct work_struct *work, work_func_t func)
{
	work->func = func;
	work->base = NULL;
}

void delayed_work_timer_fn(struct timer_list *t);

static inline void INIT_DELAYED_WORK(struct delayed_work *dwork, work_func_t func)
{
	INIT_WORK(&dwork->work, func);
	timer_setup(&dwork->timer, delayed_work_timer_fn, 0);
}

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

/**
 * queue_work() - call @work's function soon, on the machine of this thread
 *
 * Context: any. Return: false: it is queued already, or there is no machine.
 */
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
/** @delay in jiffies; 0: as queue_work(). */
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

/** Queued, or waiting for its time. */
bool work_pending(const struct work_struct *work);
static inline bool delayed_work_pending(const struct delayed_work *dwork)
{
	return work_pending(&dwork->work) || timer_pending(&dwork->timer);
}

/**
 * flush_work() - what was queued has been done
 * cancel_work_sync() - what was queued will not be, and no other thread is at it
 *
 * Context: process; not from the function itself. Return: was there anything?
 */
bool flush_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
/** All that is queued on this machine has been done. */
void flush_workqueue(struct workqueue_struct *wq);

#ifdef __cplusplus
}
#endif
#endif
