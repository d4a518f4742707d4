/* SPDX-License-Identifier: MIT */
/*
 * What every kernel source file takes for granted. The system has a header of
 * this name, which <sys/sysinfo.h> wants: it comes first.
 */
#ifndef _ARMDMA_LINUX_KERNEL_H
#define _ARMDMA_LINUX_KERNEL_H

#include_next <linux/kernel.h>

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)((u64)(n) & 0xffffffff))

/*
 * A lower bound on whether this code may sleep. Nothing sleeps here, so it
 * only documents.
 */
#define might_sleep()		((void)0)

#endif
