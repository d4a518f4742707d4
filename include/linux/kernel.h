/* SPDX-License-Identifier: MIT */
/*
 * What every kernel source file takes for granted. The system has a header of
 * this name, which <sys/sysinfo.h> wants: it comes first.
 */
#ifndef _ARMDMA_LINUX_KERNEL_H
#define _ARMDMA_LINUX_KERNEL_H

#include_next <linux/kernel.h>

#include <asm/byteorder.h>
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/export.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)((u64)(n) & 0xffffffff))

/**
 * might_sleep() - this code may sleep
 * might_sleep_if() - if @cond
 *
 * Nothing sleeps here. With interrupts or preemption off (<linux/irqflags.h>,
 * <linux/preempt.h>) it says so in one line, as CONFIG_DEBUG_ATOMIC_SLEEP does.
 */
#define might_sleep()		__might_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond)	do { if (cond) might_sleep(); } while (0)

#ifdef __cplusplus
extern "C" {
#endif
void __might_sleep(const char *file, int line);
#ifdef __cplusplus
}
#endif

#endif
