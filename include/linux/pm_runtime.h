/* SPDX-License-Identifier: MIT */
/*
 * Devices that sleep when nobody uses them.
 *
 *	pm_runtime_get_sync(dev)	parent, suppliers, its power supply, ->runtime_resume
 *	...  registers answer  ...
 *	pm_runtime_put_sync(dev)	->runtime_suspend, its power supply, suppliers, parent
 *
 * This is real: where the board's tree gives a device power-domains, or a module (ti,sysc)
 * around it, that supply of the simulated hardware goes on before ->runtime_resume and,
 * when the last device that needs it sleeps, off after ->runtime_suspend; what the
 * hardware forgets then is forgotten (<armdma/supply.h>).
 *
 * What is asked for without _sync is done by <linux/workqueue.h>, as soon as a thread comes
 * to one of its places; autosuspend when its time has passed in <linux/ktime.h>.
 *
 * Context: _sync forms, _resume, _suspend and _idle: process, unless pm_runtime_irq_safe();
 * all others: any. A callback must not wait for its own device: that would hang in
 * Linux, and is a warning and -EDEADLK here.
 *
 * Leaves out: wake-up interrupts, quality of service, accounting of time, GENPD's governors.
 * Source: include/linux/pm_runtime.h, drivers/base/power/runtime.c.
 */
#ifndef _ARMDMA_LINUX_PM_RUNTIME_H
#define _ARMDMA_LINUX_PM_RUNTIME_H

#include <linux/device.h>
#include <linux/pm.h>
#include <linux/workqueue.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RPM_ASYNC	0x01	/* by a worker */
#define RPM_NOWAIT	0x02	/* not for others who are at it */
#define RPM_GET_PUT	0x04	/* count as well */
#define RPM_AUTO	0x08	/* after the delay of autosuspend */

#define DEFINE_RUNTIME_DEV_PM_OPS(name, suspend_fn, resume_fn, idle_fn)		\
	const struct dev_pm_ops name = {					\
		SYSTEM_SLEEP_PM_OPS(pm_runtime_force_suspend, pm_runtime_force_resume) \
		RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)			\
	}

extern struct workqueue_struct *pm_wq;

/**
 * __pm_runtime_resume(), _suspend(), _idle() - what the calls below are made of
 *
 * Return: 0: it was done, or is queued; 1: it is so already; -EACCES: runtime PM is off;
 * -EINVAL: a callback failed before; -EAGAIN: it is in use; -EBUSY: so is a child, or the
 * parent does not come; -EINPROGRESS; or the callback's error.
 */
int __pm_runtime_resume(struct device *dev, int rpmflags);
int __pm_runtime_suspend(struct device *dev, int rpmflags);
int __pm_runtime_idle(struct device *dev, int rpmflags);
int pm_schedule_suspend(struct device *dev, unsigned int delay_ms);

/**
 * pm_runtime_enable() - from now on it works; as often as pm_runtime_disable() was called,
 *                       and once, since it starts off, suspended
 * pm_runtime_disable() - what is under way has ended, and nothing happens any more
 *
 * A device that the tree puts into a power domain holds it on while runtime PM is disabled.
 */
void pm_runtime_enable(struct device *dev);
void __pm_runtime_disable(struct device *dev, bool check_resume);
static inline void pm_runtime_disable(struct device *dev)
{
	__pm_runtime_disable(dev, true);
}
int devm_pm_runtime_enable(struct device *dev);
int devm_pm_runtime_get_noresume(struct device *dev);
int devm_pm_runtime_set_active_enabled(struct device *dev);

/** Count without doing anything. One put too many is a warning, and is not counted. */
void pm_runtime_get_noresume(struct device *dev);
void pm_runtime_put_noidle(struct device *dev);

/**
 * pm_runtime_get_if_in_use() - count if it is active, and somebody else uses it
 * pm_runtime_get_if_active() - if it is active
 * Return: 1: it is counted; 0: it is not so; -EINVAL: runtime PM is off.
 */
int pm_runtime_get_if_in_use(struct device *dev);
int pm_runtime_get_if_active(struct device *dev);

/** What the hardware is while runtime PM is off. Return: 0; -EAGAIN: it is on; -EBUSY. */
int __pm_runtime_set_status(struct device *dev, unsigned int status);
/** What is queued is done (a resume) or dropped (else). Return: 1: it was a resume. */
int pm_runtime_barrier(struct device *dev);
void pm_runtime_allow(struct device *dev);
void pm_runtime_forbid(struct device *dev);
void pm_runtime_no_callbacks(struct device *dev);
void pm_runtime_irq_safe(struct device *dev);
bool pm_runtime_is_irq_safe(struct device *dev);
bool pm_runtime_has_no_callbacks(struct device *dev);
void pm_suspend_ignore_children(struct device *dev, bool enable);

void __pm_runtime_use_autosuspend(struct device *dev, bool use);
void pm_runtime_set_autosuspend_delay(struct device *dev, int delay_ms);
/** In ns of ktime_get(); 0: it may suspend now. */
u64 pm_runtime_autosuspend_expiration(struct device *dev);
void pm_runtime_mark_last_busy(struct device *dev);

bool pm_runtime_suspended(struct device *dev);		/* and runtime PM is on */
bool pm_runtime_active(struct device *dev);		/* or runtime PM is off */
bool pm_runtime_status_suspended(struct device *dev);
bool pm_runtime_enabled(struct device *dev);
bool pm_runtime_need_not_resume(struct device *dev);

/**
 * pm_runtime_force_suspend(), _resume() - by runtime callbacks through the system's sleep
 *
 * The first disables runtime PM and suspends a device that is active; the second resumes
 * it if it was in use, and enables runtime PM. For a driver's struct dev_pm_ops.
 */
int pm_runtime_force_suspend(struct device *dev);
int pm_runtime_force_resume(struct device *dev);
/** The driver's own callback; 0 without one. */
int pm_generic_runtime_suspend(struct device *dev);
int pm_generic_runtime_resume(struct device *dev);

static inline bool queue_pm_work(struct work_struct *work)
{
	return queue_work(pm_wq, work);
}

static inline int pm_runtime_idle(struct device *dev)
{
	return __pm_runtime_idle(dev, 0);
}

static inline int pm_runtime_suspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, 0);
}

static inline int pm_runtime_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_AUTO);
}

static inline int pm_runtime_resume(struct device *dev)
{
	return __pm_runtime_resume(dev, 0);
}

static inline int pm_request_idle(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_ASYNC);
}

static inline int pm_request_resume(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_ASYNC);
}

static inline int pm_request_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_ASYNC | RPM_AUTO);
}

static inline int pm_runtime_get(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_GET_PUT | RPM_ASYNC);
}

/** It is counted even where this fails: pm_runtime_put_noidle() then. */
static inline int pm_runtime_get_sync(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_GET_PUT);
}

/** The same, not counted where it fails. Return: 0, or an error. */
static inline int pm_runtime_resume_and_get(struct device *dev)
{
	int ret = __pm_runtime_resume(dev, RPM_GET_PUT);

	if (ret < 0)
		pm_runtime_put_noidle(dev);
	return ret < 0 ? ret : 0;
}

static inline int pm_runtime_put(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_GET_PUT | RPM_ASYNC);
}

static inline int __pm_runtime_put_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_GET_PUT | RPM_ASYNC | RPM_AUTO);
}

static inline int pm_runtime_put_autosuspend(struct device *dev)
{
	return __pm_runtime_put_autosuspend(dev);
}

static inline int pm_runtime_put_sync(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_GET_PUT);
}

static inline int pm_runtime_put_sync_suspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_GET_PUT);
}

static inline int pm_runtime_put_sync_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_GET_PUT | RPM_AUTO);
}

static inline int pm_runtime_set_active(struct device *dev)
{
	return __pm_runtime_set_status(dev, RPM_ACTIVE);
}

static inline int pm_runtime_set_suspended(struct device *dev)
{
	return __pm_runtime_set_status(dev, RPM_SUSPENDED);
}

static inline void pm_runtime_use_autosuspend(struct device *dev)
{
	__pm_runtime_use_autosuspend(dev, true);
}

static inline void pm_runtime_dont_use_autosuspend(struct device *dev)
{
	__pm_runtime_use_autosuspend(dev, false);
}

#ifdef __cplusplus
}
#endif
#endif
