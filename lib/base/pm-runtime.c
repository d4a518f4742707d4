/* SPDX-License-Identifier: MIT */
/*
 * Runtime PM: see <linux/pm_runtime.h>.
 *
 *	SUSPENDED --> RESUMING --> ACTIVE --> SUSPENDING --> SUSPENDED
 *
 * A transition belongs to one thread, which leaves the lock while it calls others: parents,
 * suppliers, the driver. Who comes meanwhile waits, or leaves a request behind.
 *
 * Leaves out: see the header.
 * Linux: drivers/base/power/runtime.c.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/platform_device.h>
#include <linux/processor.h>

#include "../mm/kernel.h"
#include "pm.h"

#define WAIT	1000		/* a verdict: somebody else is at it */
#define GO	1001		/* a verdict: do it */

struct workqueue_struct *pm_wq;
static _Thread_local char self;


/* ---- a device's state ----------------------------------------------------------------- */

static struct device *device_of(struct dev_pm_info *power)
{
	return container_of(power, struct device, power);
}

static void carry_out(struct work_struct *work)
{
	struct dev_pm_info *power = container_of(work, struct dev_pm_info, work);
	struct device *dev = device_of(power);
	enum rpm_request request;
	unsigned long flags;

	spin_lock_irqsave(&power->lock, flags);
	request = power->request;
	power->request = RPM_REQ_NONE;
	spin_unlock_irqrestore(&power->lock, flags);
	if (request == RPM_REQ_IDLE)
		rpm_idle(dev, RPM_NOWAIT);
	else if (request == RPM_REQ_SUSPEND)
		rpm_suspend(dev, RPM_NOWAIT);
	else if (request == RPM_REQ_AUTOSUSPEND)
		rpm_suspend(dev, RPM_NOWAIT | RPM_AUTO);
	else if (request == RPM_REQ_RESUME)
		rpm_resume(dev, RPM_NOWAIT);
}

static void time_is_up(struct timer_list *t)
{
	struct dev_pm_info *power = container_of(t, struct dev_pm_info, suspend_timer);

	if (!power->timer_expires)
		return;
	power->timer_expires = 0;
	rpm_suspend(device_of(power), RPM_ASYNC | (power->use_autosuspend ? RPM_AUTO : 0));
}

struct dev_pm_info *pm_of(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;
	struct pm_core *core;

	if (likely(power->is_initialized))
		return power;
	power->is_initialized = true;
	spin_lock_init(&power->lock);
	power->runtime_status = RPM_SUSPENDED;
	power->last_status = RPM_INVALID;
	power->disable_depth = 1;
	power->runtime_auto = true;
	INIT_WORK(&power->work, carry_out);
	timer_setup(&power->suspend_timer, time_is_up, 0);
	core = pm_core(dev->kernel ? dev->kernel : kernel_current());
	if (core)
		g_ptr_array_add(core->devices, dev);
	return power;
}

const struct dev_pm_ops *pm_ops_of(const struct device *dev)
{
	return dev->driver ? dev->driver->pm : NULL;
}

/* Under the lock: what waits to be done is not worth it any more. */
void pm_cancel(struct dev_pm_info *power)
{
	power->request = RPM_REQ_NONE;
	if (power->timer_expires) {
		power->timer_expires = 0;
		del_timer(&power->suspend_timer);
	}
}

/* Under the lock. */
static void request(struct dev_pm_info *power, enum rpm_request what)
{
	power->request = what;
	queue_work(pm_wq, &power->work);
}

bool pm_is_changing(const struct dev_pm_info *power)
{
	return power->runtime_status == RPM_RESUMING || power->runtime_status == RPM_SUSPENDING;
}

/* 0 when the thread that is at it has ended. */
int pm_wait_for_end(struct dev_pm_info *power)
{
	struct device *dev = device_of(power);

	if (dev_WARN_ONCE(dev, power->owner == &self,
			  "a runtime PM callback waits for its own device"))
		return -EDEADLK;
	while (__atomic_load_n(&power->runtime_status, __ATOMIC_ACQUIRE) == RPM_RESUMING ||
	       __atomic_load_n(&power->runtime_status, __ATOMIC_ACQUIRE) == RPM_SUSPENDING)
		cpu_relax();
	return 0;
}

static void begin(struct dev_pm_info *power, enum rpm_status status)
{
	power->owner = &self;
	power->runtime_status = status;
}

static void end(struct dev_pm_info *power, enum rpm_status status)
{
	power->owner = NULL;
	__atomic_store_n(&power->runtime_status, status, __ATOMIC_RELEASE);
}

/* One child fewer; as in Linux never below none. */
void pm_drop_child(struct dev_pm_info *power)
{
	int n = atomic_read(&power->child_count);

	while (n && !__atomic_compare_exchange_n(&power->child_count.counter, &n, n - 1, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* ---- callbacks ------------------------------------------------------------------------ */

static int call(struct device *dev, int (*callback)(struct device *))
{
	unsigned long flags;
	int ret;

	if (!callback)
		return 0;
	if (!dev->power.irq_safe)
		return callback(dev);
	local_irq_save(flags);
	ret = callback(dev);
	local_irq_restore(flags);
	return ret;
}

static int call_resume(struct device *dev)
{
	const struct dev_pm_ops *ops = pm_ops_of(dev);
	int ret;

	pm_domain_update(dev);
	ret = call(dev, ops ? ops->runtime_resume : NULL);
	return ret == -EACCES ? -EIO : ret;
}

static int call_suspend(struct device *dev)
{
	const struct dev_pm_ops *ops = pm_ops_of(dev);
	int ret = call(dev, ops ? ops->runtime_suspend : NULL);

	return ret == -EACCES ? -EIO : ret;
}

int pm_generic_runtime_suspend(struct device *dev)
{
	return call_suspend(dev);
}

int pm_generic_runtime_resume(struct device *dev)
{
	const struct dev_pm_ops *ops = pm_ops_of(dev);

	return call(dev, ops ? ops->runtime_resume : NULL);
}

/* ---- suspending ----------------------------------------------------------------------- */

/* Under the lock: 0: it may; 1: it is; or why not. */
int pm_may_suspend(const struct dev_pm_info *power)
{
	if (power->runtime_error)
		return -EINVAL;
	if (power->disable_depth)
		return -EACCES;
	if (atomic_read(&power->usage_count))
		return -EAGAIN;
	if (!power->ignore_children && atomic_read(&power->child_count))
		return -EBUSY;
	if (power->deferred_resume || power->request == RPM_REQ_RESUME)
		return -EAGAIN;
	return power->runtime_status == RPM_SUSPENDED;
}

u64 pm_runtime_autosuspend_expiration(struct device *dev)
{
	const struct dev_pm_info *power = pm_of(dev);
	u64 expires;

	if (!power->use_autosuspend || power->autosuspend_delay < 0)
		return 0;
	expires = power->last_busy + (u64)power->autosuspend_delay * NSEC_PER_MSEC;
	return expires > ktime_get_ns() ? expires : 0;
}

/* Under the lock: let the timer ask again at @expires, ns. */
void pm_ask_later(struct dev_pm_info *power, u64 expires)
{
	power->request = RPM_REQ_NONE;
	if (power->timer_expires && power->timer_expires <= expires)
		return;
	power->timer_expires = expires;
	mod_timer(&power->suspend_timer,
		  (unsigned long)((expires + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC));
}

/* Under the lock: a verdict, or what suspend() returns. */
static int suspend_verdict(struct device *dev, int flags)
{
	struct dev_pm_info *power = &dev->power;
	int ret = pm_may_suspend(power);
	u64 expires;

	if (ret)
		return ret;
	if (power->runtime_status == RPM_RESUMING && !(flags & RPM_ASYNC))
		return -EAGAIN;
	expires = flags & RPM_AUTO ? pm_runtime_autosuspend_expiration(dev) : 0;
	if (expires && power->runtime_status != RPM_SUSPENDING) {
		pm_ask_later(power, expires);
		return 0;
	}
	pm_cancel(power);
	if (power->runtime_status == RPM_SUSPENDING)
		return flags & (RPM_ASYNC | RPM_NOWAIT) ? -EINPROGRESS : WAIT;
	if (!(flags & RPM_ASYNC) || power->no_callbacks)
		return GO;
	request(power, flags & RPM_AUTO ? RPM_REQ_AUTOSUSPEND : RPM_REQ_SUSPEND);
	return 0;
}

static void tell_parent_and_suppliers(struct device *dev)
{
	if (dev->power.irq_safe)
		return;
	if (dev->parent && !pm_of(dev->parent)->ignore_children)
		rpm_idle(dev->parent, RPM_ASYNC);
	if (dev->power.links_count)
		device_links_idle_suppliers(dev);
}

static int suspended(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;
	unsigned long flags;
	bool is_wanted;

	if (!power->no_callbacks && power->links_count && !power->irq_safe)
		device_links_put_suppliers(dev, false);
	spin_lock_irqsave(&power->lock, flags);
	end(power, RPM_SUSPENDED);
	pm_cancel(power);
	is_wanted = power->deferred_resume;
	power->deferred_resume = false;
	spin_unlock_irqrestore(&power->lock, flags);
	pm_domain_update(dev);
	if (dev->parent)
		pm_drop_child(pm_of(dev->parent));
	if (is_wanted) {
		rpm_resume(dev, 0);
		return -EAGAIN;
	}
	tell_parent_and_suppliers(dev);
	return 0;
}

static int not_suspended(struct device *dev, int error, int rpmflags)
{
	struct dev_pm_info *power = &dev->power;
	bool may_try_again = error == -EAGAIN || error == -EBUSY;
	unsigned long flags;

	spin_lock_irqsave(&power->lock, flags);
	end(power, RPM_ACTIVE);
	power->deferred_resume = false;
	power->runtime_error = may_try_again ? 0 : error;
	if (!may_try_again)
		pm_cancel(power);
	spin_unlock_irqrestore(&power->lock, flags);
	if (may_try_again && rpmflags & RPM_AUTO && pm_runtime_autosuspend_expiration(dev))
		return rpm_suspend(dev, rpmflags);
	return error;
}

int rpm_suspend(struct device *dev, int rpmflags)
{
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	int ret;

	do {
		spin_lock_irqsave(&power->lock, flags);
		ret = suspend_verdict(dev, rpmflags);
		if (ret == GO)
			begin(power, RPM_SUSPENDING);
		spin_unlock_irqrestore(&power->lock, flags);
		if (ret == WAIT && pm_wait_for_end(power))
			return -EDEADLK;
	} while (ret == WAIT);
	if (ret != GO)
		return ret;
	ret = power->no_callbacks ? 0 : call_suspend(dev);
	return ret ? not_suspended(dev, ret, rpmflags) : suspended(dev);
}

/* ---- idle ----------------------------------------------------------------------------- */

/* Under the lock: GO, or what idle() returns. */
static int idle_verdict(struct dev_pm_info *power, int flags)
{
	int ret = pm_may_suspend(power);

	if (ret < 0)
		return ret;
	if (power->runtime_status != RPM_ACTIVE)
		return -EAGAIN;
	if (power->request == RPM_REQ_IDLE && flags & RPM_ASYNC)
		return 0;
	if (power->idle_notification)
		return -EINPROGRESS;
	power->request = RPM_REQ_NONE;
	if (!(flags & RPM_ASYNC))
		return GO;
	request(power, RPM_REQ_IDLE);
	return 0;
}

/* A driver's ->runtime_idle that returns 0, or none at all, lets it suspend. */
int rpm_idle(struct device *dev, int rpmflags)
{
	const struct dev_pm_ops *ops = pm_ops_of(dev);
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&power->lock, flags);
	ret = idle_verdict(power, rpmflags);
	power->idle_notification |= ret == GO;
	spin_unlock_irqrestore(&power->lock, flags);
	if (ret != GO)
		return ret;
	ret = power->no_callbacks ? 0 : call(dev, ops ? ops->runtime_idle : NULL);
	power->idle_notification = false;
	return ret ? ret : rpm_suspend(dev, rpmflags | RPM_AUTO);
}

/* ---- resuming ------------------------------------------------------------------------- */

/* Under the lock: a verdict, or what resume() returns. */
static int resume_verdict(struct dev_pm_info *power, int flags)
{
	if (power->runtime_error)
		return -EINVAL;
	if (power->disable_depth)
		return power->runtime_status == RPM_ACTIVE && power->last_status == RPM_ACTIVE ?
		       1 : -EACCES;
	power->request = RPM_REQ_NONE;
	if (!power->use_autosuspend)
		pm_cancel(power);
	if (power->runtime_status == RPM_ACTIVE)
		return 1;
	if (pm_is_changing(power)) {
		if (!(flags & (RPM_ASYNC | RPM_NOWAIT)))
			return WAIT;
		if (power->runtime_status != RPM_SUSPENDING)
			return -EINPROGRESS;
		power->deferred_resume = true;
		return flags & RPM_NOWAIT ? -EINPROGRESS : 0;
	}
	if (!(flags & RPM_ASYNC))
		return GO;
	request(power, RPM_REQ_RESUME);
	return 0;
}

static int parent_up(struct device *parent)
{
	struct dev_pm_info *power;

	if (!parent)
		return 0;
	power = pm_of(parent);
	pm_runtime_get_noresume(parent);
	if (power->disable_depth || power->ignore_children)
		return 0;
	rpm_resume(parent, 0);
	return power->runtime_status == RPM_ACTIVE ? 0 : -EBUSY;
}

/* Suppliers, its own supply, the driver. */
static int bring_up(struct device *dev)
{
	bool has_suppliers = dev->power.links_count && !dev->power.irq_safe;
	int ret;

	if (dev->power.no_callbacks)
		return 0;
	ret = has_suppliers ? device_links_get_suppliers(dev) : 0;
	if (ret)
		return ret;
	ret = call_resume(dev);
	if (ret && has_suppliers)
		device_links_put_suppliers(dev, false);
	return ret;
}

static void resumed(struct device *dev, int ret, bool is_parents_fault)
{
	struct dev_pm_info *power = &dev->power;
	unsigned long flags;

	spin_lock_irqsave(&power->lock, flags);
	end(power, ret ? RPM_SUSPENDED : RPM_ACTIVE);
	if (ret)
		pm_cancel(power);
	else
		power->last_busy = ktime_get_ns();
	power->runtime_error = is_parents_fault ? 0 : ret;
	spin_unlock_irqrestore(&power->lock, flags);
	pm_domain_update(dev);
	if (!ret && dev->parent)
		atomic_inc(&pm_of(dev->parent)->child_count);
	if (!ret)
		rpm_idle(dev, RPM_ASYNC);
}

int rpm_resume(struct device *dev, int rpmflags)
{
	struct dev_pm_info *power = pm_of(dev);
	struct device *parent = power->irq_safe ? NULL : dev->parent;
	bool is_parents_fault;
	unsigned long flags;
	int ret;

	do {
		spin_lock_irqsave(&power->lock, flags);
		ret = resume_verdict(power, rpmflags);
		if (ret == GO)
			begin(power, RPM_RESUMING);
		spin_unlock_irqrestore(&power->lock, flags);
		if (ret == WAIT && pm_wait_for_end(power))
			return -EDEADLK;
	} while (ret == WAIT);
	if (ret != GO)
		return ret;
	ret = parent_up(parent);
	is_parents_fault = ret != 0;
	if (!ret)
		ret = bring_up(dev);
	resumed(dev, ret, is_parents_fault);
	if (parent)
		pm_runtime_put(parent);
	return ret;
}
