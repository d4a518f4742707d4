/* SPDX-License-Identifier: MIT */
/* What power management keeps of one kernel: see pm.h. */
#include <linux/device.h>

#include "../mm/kernel.h"
#include "pm.h"

struct pm_core *pm_core(struct kernel *k)
{
	if (!k || k->pm)
		return k ? k->pm : NULL;
	k->pm = g_new0(struct pm_core, 1);
	k->pm->devices = g_ptr_array_new();
	k->pm->supplies = g_hash_table_new(NULL, NULL);
	mutex_init(&k->pm->link_lock);
	spin_lock_init(&k->pm->supply_lock);
	return k->pm;
}

void pm_exit(struct kernel *k)
{
	if (!k->pm)
		return;
	while (k->pm->devices->len)
		pm_forget(k->pm->devices->pdata[k->pm->devices->len - 1]);
	g_ptr_array_unref(k->pm->devices);
	g_hash_table_unref(k->pm->supplies);
	g_clear_pointer(&k->pm, g_free);
}
