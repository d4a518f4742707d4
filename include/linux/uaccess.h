/* SPDX-License-Identifier: MIT */
/*
 * A driver's access to the memory of the process that called it: the one whose address
 * space this CPU has (process_enter() of <armdma/process.h>).
 *
 * The kernel's side may be simulated memory or the host's.
 * Context: process; may find pages. Not under mmap_lock: that fails.
 * Source: include/linux/uaccess.h.
 */
#ifndef _ARMDMA_LINUX_UACCESS_H
#define _ARMDMA_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Could [@p, +@size) be a user's at all? */
bool access_ok(const void __user *p, unsigned long size);

/**
 * copy_to_user(), copy_from_user(), clear_user() - bytes, any alignment
 *
 * Return: how many were *not* copied; 0 is success, and -EFAULT what to make of the rest.
 * What copy_from_user() could not copy is zeroed.
 */
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long clear_user(void __user *to, unsigned long n);

/** One variable. Return: 0 or -EFAULT, and then @x is 0. */
#define get_user(x, p) __extension__({					\
	__typeof__(*(p)) __got;						\
	int __err = copy_from_user(&__got, (p), sizeof(__got)) ? -EFAULT : 0; \
	(x) = (__typeof__(x))__got;					\
	__err; })
#define put_user(x, p) __extension__({					\
	__typeof__(*(p)) __put = (__typeof__(*(p)))(x);			\
	copy_to_user((p), &__put, sizeof(__put)) ? -EFAULT : 0; })

#ifdef __cplusplus
}
#endif
#endif
