/* SPDX-License-Identifier: MIT */
/*
 * Runtime PM around a driver: what goes with it, what happens before and after ->probe, and
 * the system's sleep by its runtime callbacks.
 *
 * Linux: drivers/base/power/runtime.c; drivers/base/dd.c.
 */
#include <linux/clk.h>
#include <linux/device.h>
#include <linux/errno.h>

#include "../mm/kernel.h"
#include "pm.h"

/* ---- through the system's sleep ------------------------------------------------------- */

int pm_runtime_force_suspend(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);
	int ret;

	pm_runtime_disable(dev);
	if (power->runtime_status == RPM_SUSPENDED)
		return 0;
	ret = pm_generic_runtime_suspend(dev);
	if (ret) {
		pm_runtime_enable(dev);
		return ret;
	}
	power->is_force_suspended = true;
	if (pm_runtime_need_not_resume(dev)) {
		pm_runtime_set_suspended(dev);
	} else {
		power->runtime_status = RPM_SUSPENDED;
		power->needs_force_resume = true;
	}
	pm_domain_update(dev);
	return 0;
}

int pm_runtime_force_resume(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);
	bool is_due = power->needs_force_resume && power->runtime_status == RPM_SUSPENDED;
	int ret = 0;

	power->is_force_suspended = false;
	power->needs_force_resume = false;
	if (is_due) {
		power->runtime_status = RPM_ACTIVE;
		pm_domain_update(dev);
		ret = pm_generic_runtime_resume(dev);
		if (ret)
			pm_runtime_set_suspended(dev);
		else
			pm_runtime_mark_last_busy(dev);
	}
	pm_runtime_enable(dev);
	return ret;
}

/* ---- given back with the driver ------------------------------------------------------- */

static void disable_again(void *dev)
{
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_disable(dev);
}

int devm_pm_runtime_enable(struct device *dev)
{
	pm_runtime_enable(dev);
	return devm_add_action_or_reset(dev, disable_again, dev);
}

static void put_again(void *dev)
{
	pm_runtime_put_noidle(dev);
}

int devm_pm_runtime_get_noresume(struct device *dev)
{
	pm_runtime_get_noresume(dev);
	return devm_add_action_or_reset(dev, put_again, dev);
}

static void suspended_again(void *dev)
{
	pm_runtime_set_suspended(dev);
}

int devm_pm_runtime_set_active_enabled(struct device *dev)
{
	int ret = pm_runtime_set_active(dev);

	if (!ret)
		ret = devm_add_action_or_reset(dev, suspended_again, dev);
	return ret ? ret : devm_pm_runtime_enable(dev);
}

/* ---- around a driver ------------------------------------------------------------------ */

void pm_bind(struct device *dev)
{
	pm_of(dev)->is_bound = true;
	pm_domain_update(dev);
}

struct held_clks {
	struct clk_bulk_data *clks;
	int nr;
};

static struct held_clks *hold_clks(struct device *dev)
{
	struct held_clks *held = g_new0(struct held_clks, 1);

	held->nr = clk_bulk_get_all(dev, &held->clks);
	if (held->nr > 0 && !clk_bulk_prepare_enable(held->nr, held->clks))
		return held;
	if (held->nr > 0)
		clk_bulk_put_all(held->nr, held->clks);
	g_free(held);
	return NULL;
}

static void let_clks_go(struct held_clks *held)
{
	if (!held)
		return;
	clk_bulk_disable_unprepare(held->nr, held->clks);
	clk_bulk_put_all(held->nr, held->clks);
	g_free(held);
}

void pm_hold_suppliers(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);

	if (power->holds_suppliers || !power->disable_depth)
		return;
	power->holds_suppliers = !device_links_get_suppliers(dev);
	power->held_clks = hold_clks(dev);
}

void pm_let_suppliers_go(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);

	if (power->holds_suppliers)
		device_links_put_suppliers(dev, true);
	power->holds_suppliers = false;
	let_clks_go(power->held_clks);
	power->held_clks = NULL;
}

/* As a driver that is gone leaves it: suspended, and runtime PM off. */
void pm_unbind(struct device *dev)
{
	struct dev_pm_info *power = pm_of(dev);

	pm_runtime_barrier(dev);
	pm_let_suppliers_go(dev);
	device_links_unbind(dev);
	if (power->disable_depth && power->runtime_status == RPM_ACTIVE)
		pm_runtime_set_suspended(dev);
	power->is_bound = false;
	power->is_force_suspended = false;
	power->needs_force_resume = false;
	pm_domain_update(dev);
}

void pm_probe_begin(struct device *dev)
{
	pm_of(dev)->is_probing = true;
	pm_runtime_barrier(dev);
	if (dev->parent)
		pm_runtime_get_sync(dev->parent);
	pm_domain_update(dev);
}

void pm_probe_end(struct device *dev)
{
	pm_of(dev)->is_probing = false;
	pm_domain_update(dev);
	pm_request_idle(dev);
	if (dev->parent)
		pm_runtime_put(dev->parent);
}

void pm_forget(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;
	struct pm_core *core;

	if (!power->is_initialized)
		return;
	del_timer_sync(&power->suspend_timer);
	cancel_work_sync(&power->work);
	device_links_purge(dev);
	pm_domain_forget(dev);
	core = pm_core(dev->kernel ? dev->kernel : kernel_current());
	if (core)
		g_ptr_array_remove(core->devices, dev);
	power->is_initialized = false;
}
