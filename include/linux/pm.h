/* SPDX-License-Identifier: MIT */
/*
 * What a driver does when its device sleeps at run time (<linux/pm_runtime.h>).
 *
 * Leaves out: the whole system's sleep and hibernation: their callbacks compile, and a test
 * that plays them calls them; wake-up; domains, types and classes with callbacks of their
 * own; quality of service.
 * Source: include/linux/pm.h.
 */
#ifndef _ARMDMA_LINUX_PM_H
#define _ARMDMA_LINUX_PM_H

#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/**
 * struct dev_pm_ops - a driver's callbacks; each 0, or an error that stops what is under way
 * @prepare, @complete: in Linux before all devices are suspended, after all have resumed
 * @suspend, @suspend_late, @suspend_noirq: the system's, in this order, consumers and
 *                      children first; the
 *                      last with interrupts off
 * @resume_noirq, @resume_early, @resume: back, suppliers and parents first
 * @runtime_suspend, @runtime_resume: its power goes after, has come before
 * @runtime_idle:       nobody uses it: 0: suspend it
 *
 * The others are hibernation's.
 */
struct dev_pm_ops {
	int (*prepare)(struct device *dev);
	void (*complete)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*poweroff)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*suspend_late)(struct device *dev);
	int (*resume_early)(struct device *dev);
	int (*freeze_late)(struct device *dev);
	int (*thaw_early)(struct device *dev);
	int (*poweroff_late)(struct device *dev);
	int (*restore_early)(struct device *dev);
	int (*suspend_noirq)(struct device *dev);
	int (*resume_noirq)(struct device *dev);
	int (*freeze_noirq)(struct device *dev);
	int (*thaw_noirq)(struct device *dev);
	int (*poweroff_noirq)(struct device *dev);
	int (*restore_noirq)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
	int (*runtime_idle)(struct device *dev);
};

/* A pair of functions for sleep and hibernation alike. */
#define SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)			\
	.suspend = (suspend_fn), .resume = (resume_fn),			\
	.freeze = (suspend_fn), .thaw = (resume_fn),			\
	.poweroff = (suspend_fn), .restore = (resume_fn),
#define LATE_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)			\
	.suspend_late = (suspend_fn), .resume_early = (resume_fn),	\
	.freeze_late = (suspend_fn), .thaw_early = (resume_fn),		\
	.poweroff_late = (suspend_fn), .restore_early = (resume_fn),
#define NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)		\
	.suspend_noirq = (suspend_fn), .resume_noirq = (resume_fn),	\
	.freeze_noirq = (suspend_fn), .thaw_noirq = (resume_fn),	\
	.poweroff_noirq = (suspend_fn), .restore_noirq = (resume_fn),
#define RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)			\
	.runtime_suspend = (suspend_fn), .runtime_resume = (resume_fn),	\
	.runtime_idle = (idle_fn),

/* The same by their older names. */
#define SET_SYSTEM_SLEEP_PM_OPS(s, r)		SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_LATE_SYSTEM_SLEEP_PM_OPS(s, r)	LATE_SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r)	NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_RUNTIME_PM_OPS(s, r, i)		RUNTIME_PM_OPS(s, r, i)

#define DEFINE_SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	const struct dev_pm_ops name = { SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define DEFINE_NOIRQ_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	const struct dev_pm_ops name = { NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	const struct dev_pm_ops __attribute__((__unused__)) name = \
		{ SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define UNIVERSAL_DEV_PM_OPS(name, suspend_fn, resume_fn, idle_fn)	\
	const struct dev_pm_ops __attribute__((__unused__)) name = {	\
		SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)		\
		RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)		\
	}

/* Power management is always there. */
#define pm_ptr(ptr)		(ptr)
#define pm_sleep_ptr(ptr)	(ptr)

typedef struct pm_message {
	int event;
} pm_message_t;

enum rpm_status {
	RPM_INVALID = -1,
	RPM_ACTIVE = 0,
	RPM_RESUMING,
	RPM_SUSPENDED,
	RPM_SUSPENDING
};

enum rpm_request {
	RPM_REQ_NONE = 0,
	RPM_REQ_IDLE,
	RPM_REQ_SUSPEND,
	RPM_REQ_AUTOSUSPEND,
	RPM_REQ_RESUME
};

/**
 * struct dev_pm_info - how a device sleeps; the library's
 * @lock:           of all that follows but the counts
 * @usage_count:    those who need it on
 * @child_count:    its children that are not suspended
 * @disable_depth:  0: runtime PM works; at first it is 1
 * @runtime_error:  of the last callback that failed, until somebody sets the status
 * @runtime_status, @last_status: enum rpm_status, and that of when it was disabled
 * @request:        enum rpm_request that @work shall carry out
 * @timer_expires:  when it will autosuspend, ns; 0: that is not under way
 * @last_busy:      ns
 * @autosuspend_delay: ms; negative: never
 * @links_count:    its suppliers that have a part in this
 * @work, @suspend_timer: for later, and for when nobody has used it for a while
 * @is_bound, @is_probing, @is_force_suspended: what its power domain goes by
 * @holds_suppliers, @held_clks: they, and its own clocks, are on for who uses it without a
 *                  driver that registered
 * @domain_votes:   power supplies that are on because of it: lib/base/pm-domain.c
 * @owner:          the thread that is in its callback
 * @is_initialized: the first call of anybody sees to it
 */
struct dev_pm_info {
	spinlock_t lock;
	atomic_t usage_count;
	atomic_t child_count;
	unsigned int disable_depth;
	int runtime_error;
	enum rpm_status runtime_status;
	enum rpm_status last_status;
	enum rpm_request request;
	int autosuspend_delay;
	u64 last_busy;
	u64 timer_expires;
	unsigned int links_count;
	bool ignore_children;
	bool no_callbacks;
	bool irq_safe;
	bool use_autosuspend;
	bool runtime_auto;
	bool deferred_resume;
	bool idle_notification;
	bool needs_force_resume;
	bool is_bound, is_probing, is_force_suspended;
	bool holds_suppliers;
	void *held_clks;
	struct work_struct work;
	struct timer_list suspend_timer;
	void *domain_votes;
	const void *owner;
	bool is_initialized;
};

#ifdef __cplusplus
}
#endif
#endif
