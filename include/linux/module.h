/* SPDX-License-Identifier: MIT */
/*
 * A driver's module lines compile; nothing loads it. module_init(f) makes
 * armdma_module_init() call f, so a harness in another file may run it: one per
 * program, as two definitions of it would clash at link time.
 */
#ifndef _ARMDMA_LINUX_MODULE_H
#define _ARMDMA_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>

struct module;
#define THIS_MODULE	((struct module *)NULL)

#define __MODULE_NOTHING(tag)		extern int __armdma_no_##tag
#define MODULE_LICENSE(s)		__MODULE_NOTHING(license)
#define MODULE_AUTHOR(s)		__MODULE_NOTHING(author)
#define MODULE_DESCRIPTION(s)		__MODULE_NOTHING(description)
#define MODULE_VERSION(s)		__MODULE_NOTHING(version)
#define MODULE_ALIAS(s)			__MODULE_NOTHING(alias)
#define MODULE_DEVICE_TABLE(type, name)	__MODULE_NOTHING(table)
#define MODULE_PARM_DESC(name, s)	__MODULE_NOTHING(parm_desc)
#define module_param(name, type, perm)	__MODULE_NOTHING(parm)

int armdma_module_init(void);
void armdma_module_exit(void);
#define module_init(f)	int armdma_module_init(void) { return f(); }
/* A module has but one moment to be loaded at. */
#define late_initcall(f)	module_init(f)
#define module_exit(f)	void armdma_module_exit(void) { f(); }

#endif
