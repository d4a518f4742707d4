/* SPDX-License-Identifier: MIT */
/*
 * WARN and BUG. Here both are one line on stderr, and the run goes on, so that
 * one run finds everything: a BUG_ON() of the kernel's own code is followed by
 * the error return that is nearest to what would have happened.
 */
#ifndef _ARMDMA_LINUX_BUG_H
#define _ARMDMA_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** "WARNING: FILE:LINE FUNC(): TEXT"; FILE without its folders. */
void warn_slowpath_fmt(const char *file, int line, const char *func, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define WARN(cond, ...) __extension__({					\
	bool __warn_on = !!(cond);					\
	if (unlikely(__warn_on))					\
		warn_slowpath_fmt(__FILE__, __LINE__, __func__, __VA_ARGS__); \
	unlikely(__warn_on); })

#define WARN_ON(cond)		WARN(cond, "%s", #cond)

#define WARN_ONCE(cond, ...) __extension__({				\
	static bool __warned_once;					\
	bool __warn_on = !!(cond);					\
	if (unlikely(__warn_on) &&					\
	    !__atomic_exchange_n(&__warned_once, true, __ATOMIC_RELAXED)) \
		warn_slowpath_fmt(__FILE__, __LINE__, __func__, __VA_ARGS__); \
	unlikely(__warn_on); })

#define WARN_ON_ONCE(cond)	WARN_ONCE(cond, "%s", #cond)

/** "Kernel panic - not syncing: TEXT"; here the caller goes on, as after BUG(). */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define BUG_ON(cond)		((void)WARN(cond, "BUG: %s", #cond))
#define BUG()			((void)WARN(true, "BUG"))

#ifdef __cplusplus
}
#endif
#endif
