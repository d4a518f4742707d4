/* SPDX-License-Identifier: MIT */
/*
 * Timers in simulated time (<linux/ktime.h>). There is no clock interrupt: a timer that is
 * due is called where time passes,
 *
 *	in udelay(), msleep() and their like, in harness_pass_time(),
 *	in the next call that maps or unmaps for a device of the machine,
 *
 * on the thread that does this, unless it has interrupts off: then later. As in a softirq
 * it must not sleep, and timers do not interrupt each other.
 *
 * A timer is called at the first tick after @expires, so never early; Linux lets those that
 * are far away be later still, which is left out. Left out as well: TIMER_DEFERRABLE and
 * other flags, timers of a CPU, timer_shutdown().
 *
 * Source: include/linux/timer.h, kernel/time/timer.c.
 */
#ifndef _ARMDMA_LINUX_TIMER_H
#define _ARMDMA_LINUX_TIMER_H

#include <time.h>	/* the host's timer_delete(), before ours is a macro */
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct timer_list - one timer
 * @expires:  in jiffies; mod_timer() sets it
 * @function: what is called
 * @flags:    0
 * @base:     where it is pending, the library's; NULL: nowhere
 */
struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	void *base;
};

/** It belongs to nobody yet; not while it is pending. */
#define timer_setup(timer, callback, timer_flags) do {	\
		(timer)->expires = 0;			\
		(timer)->function = (callback);		\
		(timer)->flags = (timer_flags);		\
		(timer)->base = NULL;			\
	} while (0)

#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*(var)), timer_fieldname)

/**
 * mod_timer() - call @timer's function once after @expires, not when it was to be before
 *
 * On the machine where it is pending, else the current one; without a machine: never.
 * Context: any, also of the function itself.
 * Return: 1 if it was pending, else 0.
 */
int mod_timer(struct timer_list *timer, unsigned long expires);
/** The same at @timer->expires; it must not be pending. */
void add_timer(struct timer_list *timer);

/**
 * timer_delete() - not any longer
 * timer_delete_sync() - nor is the function running when this returns
 *
 * Context: any; of _sync: not the function itself, and no lock that it takes held.
 * Return: 1 if it was pending, else 0.
 */
int del_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
#define timer_delete(timer)		del_timer(timer)
#define timer_delete_sync(timer)	del_timer_sync(timer)

int timer_pending(const struct timer_list *timer);

#ifdef __cplusplus
}
#endif
#endif
