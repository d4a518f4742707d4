/* SPDX-License-Identifier: MIT */
/*
 * Messages of the code under test. Each call prints its text, which brings its
 * own newline, on stderr; a driver's pr_fmt is honoured. pr_debug and dev_dbg
 * print nothing, as in a kernel without dynamic debug.
 *
 * Formats are the C library's, and of the kernel's own: %pa, %pad, %pR, %pOF, %pOFn, %pe,
 * %pV, %ps, %pS. A pointer is printed as Arm has it; one that is the host's is "(host)".
 *
 * Context: any. Cannot fail.
 */
#ifndef _ARMDMA_LINUX_PRINTK_H
#define _ARMDMA_LINUX_PRINTK_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct va_format - a format and its arguments, for %pV */
struct va_format {
	const char *fmt;
	va_list *va;
};

#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/** Return: characters printed, the level not counted. */
int _printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define printk(...)		_printk(__VA_ARGS__)
#define no_printk(...)		((void)(0 && _printk(__VA_ARGS__)))

#define pr_emerg(fmt, ...)	_printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)	_printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)	_printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	_printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	_printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	_printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	_printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)	_printk(fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)	no_printk(pr_fmt(fmt), ##__VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
