/* SPDX-License-Identifier: MIT */
/*
 * The program's own code, as it asked to be started before main(): see <linux/init.h>.
 *
 * What is registered belongs to the program and is the same for every machine; what came
 * of running it is the machine's.
 *
 * Linux: init/main.c, do_initcalls().
 */
#include <linux/init.h>
#include <linux/module.h>

#include "../mm/kernel.h"
#include "driver.h"

static struct armdma_initcall *initcalls;	/* by level, then as they came */
static struct armdma_exitcall *exitcalls;	/* the latest first */

void armdma_add_initcall(struct armdma_initcall *call)
{
	struct armdma_initcall **at = &initcalls;

	while (*at && (*at)->level <= call->level)
		at = &(*at)->next;
	call->next = *at;
	*at = call;
}

void armdma_add_exitcall(struct armdma_exitcall *call)
{
	call->next = exitcalls;
	exitcalls = call;
}

void initcalls_run(struct kernel *k)
{
	struct drivers *d = k->drivers;

	for (const struct armdma_initcall *call = initcalls; call; call = call->next) {
		int ret = call->fn();

		if (ret && ret != -ENODEV)
			pr_warn("initcall %s: error %d\n", call->name, ret);
		if (ret && !d->module_error && call->level == ARMDMA_DEVICE_INITCALL)
			d->module_error = ret;
	}
	d->has_exits = true;
}

void exitcalls_run(struct kernel *k)
{
	if (!k->drivers->has_exits)
		return;
	k->drivers->has_exits = false;
	for (const struct armdma_exitcall *call = exitcalls; call; call = call->next)
		call->fn();
}

/* Weak: a program that is compiled with -DMODULE has its own. */
int __attribute__((weak)) armdma_module_init(void)
{
	struct kernel *k = kernel_current();

	return k ? k->drivers->module_error : -ENODEV;
}

void __attribute__((weak)) armdma_module_exit(void)
{
	struct kernel *k = kernel_current();

	if (k)
		exitcalls_run(k);
}
