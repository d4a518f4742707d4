/* SPDX-License-Identifier: MIT */
/*
 * Runtime PM beside its transitions: counts, on and off, what may be set and asked. See
 * <linux/pm_runtime.h>.
 *
 * Linux: drivers/base/power/runtime.c.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "../mm/kernel.h"
#include "pm.h"

/* Return: the new count, or -EINVAL, which is said: nobody had counted. */
static int drop_usage(struct device *dev)
{
	int now = __atomic_sub_fetch(&pm_of(dev)->usage_count.counter, 1, __ATOMIC_RELAXED);

	if (now >= 0)
		return now;
	atomic_inc(&dev->power.usage_count);
	dev_warn(dev, "Runtime PM usage count underflow!\n");
	return -EINVAL;
}

/* ---- <linux/pm_runtime.h>: the three that all are made of ----------------------------- */

int __pm_runtime_resume(struct device *dev, int rpmflags)
{
	struct dev_pm_info *power = pm_of(dev);

	might_sleep_if(!(rpmflags & RPM_ASYNC) && !power->irq_safe &&
		       power->runtime_status != RPM_ACTIVE);
	if (rpmflags & RPM_GET_PUT)
		atomic_inc(&power->usage_count);
	return rpm_resume(dev, rpmflags);
}

/* One user fewer: 0: it was the last; else what the caller returns. */
static int put(struct device *dev, int rpmflags, int *ret)
{
	int left = rpmflags & RPM_GET_PUT ? drop_usage(dev) : 0;

	*ret = left < 0 ? left : 0;
	return left;
}

int __pm_runtime_suspend(struct device *dev, int rpmflags)
{
	int ret;

	if (put(dev, rpmflags, &ret))
		return ret;
	might_sleep_if(!(rpmflags & RPM_ASYNC) && !pm_of(dev)->irq_safe);
	return rpm_suspend(dev, rpmflags);
}

int __pm_runtime_idle(struct device *dev, int rpmflags)
{
	int ret;

	if (put(dev, rpmflags, &ret))
		return ret;
	might_sleep_if(!(rpmflags & RPM_ASYNC) && !pm_of(dev)->irq_safe);
	return rpm_idle(dev, rpmflags);
}

int pm_schedule_suspend(struct device *dev, unsigned int delay_ms)
{
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	int ret;

	if (!delay_ms)
		return rpm_suspend(dev, RPM_ASYNC);
	spin_lock_irqsave(&power->lock, flags);
	ret = pm_may_suspend(power);
	if (!ret) {
		pm_cancel(power);
		pm_ask_later(power, ktime_get_ns() + (u64)delay_ms * NSEC_PER_MSEC);
	}
	spin_unlock_irqrestore(&power->lock, flags);
	return ret;
}

/* ---- counts --------------------------------------------------------------------------- */

void pm_runtime_get_noresume(struct device *dev)
{
	atomic_inc(&pm_of(dev)->usage_count);
}

void pm_runtime_put_noidle(struct device *dev)
{
	int n = atomic_read(&pm_of(dev)->usage_count);

	while (n && !__atomic_compare_exchange_n(&dev->power.usage_count.counter, &n, n - 1, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static int get_if(struct device *dev, bool is_use_enough)
{
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&power->lock, flags);
	if (power->disable_depth)
		ret = -EINVAL;
	else if (power->runtime_status == RPM_ACTIVE)
		ret = is_use_enough || atomic_read(&power->usage_count) ||
		      (!power->ignore_children && atomic_read(&power->child_count));
	if (ret > 0)
		atomic_inc(&power->usage_count);
	spin_unlock_irqrestore(&power->lock, flags);
	return ret;
}

int pm_runtime_get_if_in_use(struct device *dev)
{
	return get_if(dev, false);
}

int pm_runtime_get_if_active(struct device *dev)
{
	return get_if(dev, true);
}

/* ---- on and off ----------------------------------------------------------------------- */

void pm_runtime_enable(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	bool is_balanced;

	pm_let_suppliers_go(dev);
	spin_lock_irqsave(&power->lock, flags);
	is_balanced = power->disable_depth;
	if (is_balanced && !--power->disable_depth)
		power->last_status = RPM_INVALID;
	spin_unlock_irqrestore(&power->lock, flags);
	if (!is_balanced)
		dev_warn(dev, "Unbalanced %s!\n", __func__);
	else if (!power->disable_depth && power->runtime_status == RPM_SUSPENDED &&
		 !power->ignore_children && atomic_read(&power->child_count))
		dev_warn(dev, "Enabling runtime PM for inactive device with active children\n");
	pm_domain_update(dev);
}

int pm_runtime_barrier(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);
	int was_resume = power->request == RPM_REQ_RESUME;
	unsigned long flags;

	pm_runtime_get_noresume(dev);
	if (was_resume)
		rpm_resume(dev, 0);
	spin_lock_irqsave(&power->lock, flags);
	pm_cancel(power);
	spin_unlock_irqrestore(&power->lock, flags);
	cancel_work_sync(&power->work);
	if (pm_is_changing(power))
		pm_wait_for_end(power);
	pm_runtime_put_noidle(dev);
	return was_resume;
}

void __pm_runtime_disable(struct device *dev, bool check_resume)
{
	struct dev_pm_info *power = pm_of(dev);
	unsigned long flags;
	bool is_first;

	if (!power->disable_depth && (check_resume || power->request != RPM_REQ_RESUME))
		pm_runtime_barrier(dev);
	spin_lock_irqsave(&power->lock, flags);
	is_first = !power->disable_depth++;
	if (is_first) {
		pm_cancel(power);
		power->last_status = power->runtime_status;
	}
	spin_unlock_irqrestore(&power->lock, flags);
	pm_domain_update(dev);
}

static bool parent_forbids(struct device *parent)
{
	const struct dev_pm_info *power = parent ? pm_of(parent) : NULL;

	return power && !power->disable_depth && !power->ignore_children &&
	       power->runtime_status != RPM_ACTIVE;
}

static int become_active(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;
	int ret = device_links_get_suppliers(dev);

	if (ret || power->runtime_status == RPM_ACTIVE)
		return ret;
	if (parent_forbids(dev->parent)) {
		dev_err(dev, "runtime PM trying to activate child device %s but parent (%s) is "
			"not active\n", dev_name(dev), dev_name(dev->parent));
		return -EBUSY;
	}
	if (dev->parent)
		atomic_inc(&pm_of(dev->parent)->child_count);
	power->runtime_status = RPM_ACTIVE;
	return 0;
}

static void become_suspended(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;

	if (power->runtime_status != RPM_SUSPENDED && dev->parent) {
		pm_drop_child(pm_of(dev->parent));
		if (!dev->parent->power.ignore_children)
			pm_request_idle(dev->parent);
	}
	power->runtime_status = RPM_SUSPENDED;
	device_links_put_suppliers(dev, true);
}

int __pm_runtime_set_status(struct device *dev, unsigned int status)
{
	struct dev_pm_info *power = pm_of(dev);
	int ret = 0;

	if (status != RPM_ACTIVE && status != RPM_SUSPENDED)
		return -EINVAL;
	if (!power->runtime_error && !power->disable_depth)
		return -EAGAIN;
	if (status == RPM_ACTIVE)
		ret = become_active(dev);
	if (status == RPM_SUSPENDED || ret)
		become_suspended(dev);
	if (!ret)
		power->runtime_error = 0;
	pm_domain_update(dev);
	return ret;
}

/* ---- settings ------------------------------------------------------------------------- */

void pm_runtime_forbid(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);

	if (!power->runtime_auto)
		return;
	power->runtime_auto = false;
	atomic_inc(&power->usage_count);
	pm_runtime_resume(dev);
}

void pm_runtime_allow(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);

	if (power->runtime_auto)
		return;
	power->runtime_auto = true;
	__pm_runtime_idle(dev, RPM_GET_PUT | RPM_AUTO | RPM_ASYNC);
}

void pm_runtime_no_callbacks(struct device *dev)
{
	pm_of(dev)->no_callbacks = true;
}

bool pm_runtime_has_no_callbacks(struct device *dev)
{
	return pm_of(dev)->no_callbacks;
}

void pm_runtime_irq_safe(struct device *dev)
{
	if (dev->parent)
		pm_runtime_get_sync(dev->parent);
	pm_of(dev)->irq_safe = true;
}

bool pm_runtime_is_irq_safe(struct device *dev)
{
	return pm_of(dev)->irq_safe;
}

void pm_suspend_ignore_children(struct device *dev, bool enable)
{
	pm_of(dev)->ignore_children = enable;
}

void pm_runtime_mark_last_busy(struct device *dev)
{
	pm_of(dev)->last_busy = ktime_get_ns();
}

static bool is_held_by_delay(const struct dev_pm_info *power)
{
	return power->use_autosuspend && power->autosuspend_delay < 0;
}

/* A negative delay counts as a user. */
static void set_autosuspend(struct device *dev, bool use, int delay)
{
	struct dev_pm_info *power = pm_of(dev);
	bool was_held = is_held_by_delay(power);

	power->use_autosuspend = use;
	power->autosuspend_delay = delay;
	if (is_held_by_delay(power)) {
		if (!was_held) {
			atomic_inc(&power->usage_count);
			pm_runtime_resume(dev);
		}
		return;
	}
	if (was_held)
		atomic_dec(&power->usage_count);
	__pm_runtime_idle(dev, RPM_AUTO);
}

void pm_runtime_set_autosuspend_delay(struct device *dev, int delay_ms)
{
	set_autosuspend(dev, pm_of(dev)->use_autosuspend, delay_ms);
}

void __pm_runtime_use_autosuspend(struct device *dev, bool use)
{
	set_autosuspend(dev, use, pm_of(dev)->autosuspend_delay);
}

/* ---- asking --------------------------------------------------------------------------- */

bool pm_runtime_status_suspended(struct device *dev)
{
	return pm_of(dev)->runtime_status == RPM_SUSPENDED;
}

bool pm_runtime_enabled(struct device *dev)
{
	return !pm_of(dev)->disable_depth;
}

bool pm_runtime_suspended(struct device *dev)
{
	return pm_runtime_status_suspended(dev) && pm_runtime_enabled(dev);
}

bool pm_runtime_active(struct device *dev)
{
	return pm_of(dev)->runtime_status == RPM_ACTIVE || !pm_runtime_enabled(dev);
}

bool pm_runtime_need_not_resume(struct device *dev)
{
	const struct dev_pm_info *power = pm_of(dev);

	return atomic_read(&power->usage_count) <= 1 &&
	       (!atomic_read(&power->child_count) || power->ignore_children);
}
