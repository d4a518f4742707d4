/* SPDX-License-Identifier: MIT */
/*
 * Power management between its files, and for who brings drivers: devices that come and go,
 * the bus that probes, the harness.
 *
 *	pm-runtime.c	states of one device, and who waits for whom
 *	pm-control.c	counts and settings
 *	pm-driver.c	around a driver
 *	pm-domain.c	which supplies of the hardware are on because of it
 *	device-link.c	who needs whom beside children and parents
 */
#ifndef LIB_BASE_PM_H
#define LIB_BASE_PM_H

#include <glib.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pm_runtime.h>

struct device;
struct kernel;

/**
 * struct pm_core - of one kernel
 * @devices:  those that anybody asked about, in that order
 * @link_lock: of all links, and of @devices
 * @supplies: supply -> how many votes keep it on; those at 0 are off
 */
struct pm_core {
	GPtrArray *devices;
	struct mutex link_lock;
	spinlock_t supply_lock;
	GHashTable *supplies;
};

/* The machine's; made by the first who asks. NULL without a machine. */
struct pm_core *pm_core(struct kernel *k);
void pm_exit(struct kernel *k);

/* @dev's, set up: suspended, and runtime PM off. */
struct dev_pm_info *pm_of(struct device *dev);
/* Its driver's callbacks, or NULL. */
const struct dev_pm_ops *pm_ops_of(const struct device *dev);
/* A device is freed: all that is kept of it. */
void pm_forget(struct device *dev);

/* ---- pm-runtime.c: transitions, with RPM_* flags ---------------------------------------- */

int rpm_suspend(struct device *dev, int rpmflags);
int rpm_resume(struct device *dev, int rpmflags);
int rpm_idle(struct device *dev, int rpmflags);
bool pm_is_changing(const struct dev_pm_info *power);
/* 0 when the thread that is at it has ended; -EDEADLK: it is this one. */
int pm_wait_for_end(struct dev_pm_info *power);
/* One child fewer; as in Linux never below none. */
void pm_drop_child(struct dev_pm_info *power);

/* Under power->lock. What waits to be done is not worth it any more; */
void pm_cancel(struct dev_pm_info *power);
/* 0: it may; 1: it is suspended; or why not; */
int pm_may_suspend(const struct dev_pm_info *power);
/* let the timer ask at @expires, ns. */
void pm_ask_later(struct dev_pm_info *power, u64 expires);

/* ---- around a driver ------------------------------------------------------------------ */

/* Somebody may use @dev, and nobody any more: of harness_device(), and of a bus that binds. */
void pm_bind(struct device *dev);
void pm_unbind(struct device *dev);
/*
 * Who uses @dev has no driver that registered: its suppliers and its clocks are on, as if
 * it were, until runtime PM is enabled for it, or nobody uses it any more. Linux knows no
 * such user.
 */
void pm_hold_suppliers(struct device *dev);
void pm_let_suppliers_go(struct device *dev);
/*
 * A bus is about to call ->probe, and has: in between parents and modules around @dev are
 * on. Linux: driver_probe_device().
 */
void pm_probe_begin(struct device *dev);
void pm_probe_end(struct device *dev);

/* ---- device-link.c --------------------------------------------------------------------- */

/* Runtime PM of all suppliers: 0, or an error, and then none is held. */
int device_links_get_suppliers(struct device *dev);
void device_links_put_suppliers(struct device *dev, bool may_idle);
void device_links_idle_suppliers(struct device *dev);
/* The driver of @dev is gone; @dev is. */
void device_links_unbind(struct device *dev);
void device_links_purge(struct device *dev);

/* ---- pm-domain.c ------------------------------------------------------------------------ */

/* Turn its supplies on or off as its state now has it. */
void pm_domain_update(struct device *dev);
void pm_domain_forget(struct device *dev);

#endif
