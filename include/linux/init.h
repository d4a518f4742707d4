/* SPDX-License-Identifier: MIT */
/*
 * When a program's own code starts. harness_start() runs what was registered here, on the
 * machine that it has made, level by level; in one level in the order of linking.
 *
 *	pure  core  postcore  arch  subsys  fs  rootfs  device  late
 *
 * Any number of them in any number of files. Every harness_start() runs them again, on its
 * own machine.
 *
 * Leaves out: sections that a kernel throws away after boot.
 * Source: include/linux/init.h.
 */
#ifndef _ARMDMA_LINUX_INIT_H
#define _ARMDMA_LINUX_INIT_H

#include <linux/kconfig.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#define __refdata
#define __ref

/** Return: 0 or a negative errno; one other than -ENODEV is said, and all goes on. */
typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/** struct armdma_initcall - one of them; @level is ten times Linux's, +1 for _sync */
struct armdma_initcall {
	int level;
	const char *name;
	initcall_t fn;
	struct armdma_initcall *next;
};

/** struct armdma_exitcall - what harness_finish() calls at last, the latest first */
struct armdma_exitcall {
	exitcall_t fn;
	struct armdma_exitcall *next;
};

/** Before main(). @call is kept. */
void armdma_add_initcall(struct armdma_initcall *call);
void armdma_add_exitcall(struct armdma_exitcall *call);

#define __armdma_initcall(f, nr)						\
static void __attribute__((constructor)) __armdma_initcall_##f(void)	\
{									\
	static struct armdma_initcall call = { nr, #f, f, NULL };	\
									\
	armdma_add_initcall(&call);					\
}									\
extern int __armdma_no_initcall

#define __armdma_exitcall(f)						\
static void __attribute__((constructor)) __armdma_exitcall_##f(void)	\
{									\
	static struct armdma_exitcall call = { f, NULL };		\
									\
	armdma_add_exitcall(&call);					\
}									\
extern int __armdma_no_exitcall

#define early_initcall(f)		__armdma_initcall(f, -10)
#define pure_initcall(f)		__armdma_initcall(f, 0)
#define core_initcall(f)		__armdma_initcall(f, 10)
#define core_initcall_sync(f)		__armdma_initcall(f, 11)
#define postcore_initcall(f)		__armdma_initcall(f, 20)
#define postcore_initcall_sync(f)	__armdma_initcall(f, 21)
#define arch_initcall(f)		__armdma_initcall(f, 30)
#define arch_initcall_sync(f)		__armdma_initcall(f, 31)
#define subsys_initcall(f)		__armdma_initcall(f, 40)
#define subsys_initcall_sync(f)		__armdma_initcall(f, 41)
#define fs_initcall(f)			__armdma_initcall(f, 50)
#define fs_initcall_sync(f)		__armdma_initcall(f, 51)
#define rootfs_initcall(f)		__armdma_initcall(f, 55)
#define device_initcall(f)		__armdma_initcall(f, ARMDMA_DEVICE_INITCALL)
#define device_initcall_sync(f)		__armdma_initcall(f, 61)
#define late_initcall(f)		__armdma_initcall(f, 70)
#define late_initcall_sync(f)		__armdma_initcall(f, 71)

#define ARMDMA_DEVICE_INITCALL	60
#define __initcall(f)		device_initcall(f)
#define __exitcall(f)		__armdma_exitcall(f)

#ifdef __cplusplus
}
#endif
#endif
