/* SPDX-License-Identifier: MIT */
/*
 * A driver's module lines.
 *
 * Built in, as by default: module_init() is device_initcall() of <linux/init.h>, and
 * module_exit() is called by harness_finish(). As a module, with -DMODULE: nobody calls
 * them but armdma_module_init() and armdma_module_exit(), as insmod and rmmod would; one
 * such file in a program.
 *
 * Leaves out: parameters, versions, references to modules.
 */
#ifndef _ARMDMA_LINUX_MODULE_H
#define _ARMDMA_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#ifdef __cplusplus
extern "C" {
#endif

struct module;
#define THIS_MODULE	((struct module *)NULL)

#define __MODULE_NOTHING(tag)		extern int __armdma_no_##tag
#define MODULE_LICENSE(s)		__MODULE_NOTHING(license)
#define MODULE_AUTHOR(s)		__MODULE_NOTHING(author)
#define MODULE_DESCRIPTION(s)		__MODULE_NOTHING(description)
#define MODULE_VERSION(s)		__MODULE_NOTHING(version)
#define MODULE_ALIAS(s)			__MODULE_NOTHING(alias)
#define MODULE_SOFTDEP(s)		__MODULE_NOTHING(softdep)
#define MODULE_DEVICE_TABLE(type, name)	__MODULE_NOTHING(table)
#define MODULE_PARM_DESC(name, s)	__MODULE_NOTHING(parm_desc)
#define MODULE_IMPORT_NS(ns)		__MODULE_NOTHING(import_ns)
#define module_param(name, type, perm)	__MODULE_NOTHING(parm)

/**
 * armdma_module_init() - insmod
 *
 * Where the program's drivers are built in, it has happened already: the first error of
 * their module_init() on the machine that runs, or 0.
 */
int armdma_module_init(void);
/** rmmod. Built in: every module_exit() that has not been called yet. */
void armdma_module_exit(void);

#ifdef MODULE
#define module_init(f)	int armdma_module_init(void) { return f(); }	\
			extern int __armdma_no_initcall
#define module_exit(f)	void armdma_module_exit(void) { f(); }		\
			extern int __armdma_no_exitcall
/* A module has but one moment to be loaded at. */
#undef core_initcall
#undef postcore_initcall
#undef arch_initcall
#undef subsys_initcall
#undef fs_initcall
#undef device_initcall
#undef late_initcall
#define core_initcall(f)	module_init(f)
#define postcore_initcall(f)	module_init(f)
#define arch_initcall(f)	module_init(f)
#define subsys_initcall(f)	module_init(f)
#define fs_initcall(f)		module_init(f)
#define device_initcall(f)	module_init(f)
#define late_initcall(f)	module_init(f)
#else
#define module_init(f)	__initcall(f)
#define module_exit(f)	__exitcall(f)
#endif

#ifdef __cplusplus
}
#endif
#endif
