/* SPDX-License-Identifier: MIT */
/*
 * Polling registers until a condition holds, or simulated time (<linux/ktime.h>) runs out.
 * A poll without a delay takes as long as an access of a register does: 100 ns.
 *
 * Context: of the plain forms: process, where @sleep_us is not 0; of _atomic: any.
 * Source: include/linux/iopoll.h.
 */
#ifndef _ARMDMA_LINUX_IOPOLL_H
#define _ARMDMA_LINUX_IOPOLL_H

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#define __POLL_NS	100

#define __poll_until(op, val, cond, wait, timeout_us, args...) ({		\
	u64 __limit = (u64)(timeout_us) * NSEC_PER_USEC;			\
	u64 __began = ktime_get_ns();						\
										\
	for (;;) {								\
		(val) = op(args);						\
		if (cond)							\
			break;							\
		if (__limit && ktime_get_ns() - __began > __limit) {		\
			(val) = op(args);					\
			break;							\
		}								\
		wait;								\
	}									\
	(cond) ? 0 : -ETIMEDOUT;						\
})

/**
 * read_poll_timeout() - @val = @op(@args) until @cond, an expression of @val
 * @sleep_us: between two polls; 0: none
 * @timeout_us: 0: for ever
 *
 * Return: 0; -ETIMEDOUT, with @val as it was read last.
 */
#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before_read, args...) ({ \
	unsigned long __sleep_us = (sleep_us);					\
										\
	might_sleep_if(__sleep_us != 0);					\
	if ((sleep_before_read) && __sleep_us)					\
		usleep_range((__sleep_us >> 2) + 1, __sleep_us);		\
	__poll_until(op, val, cond, __sleep_us					\
		     ? usleep_range((__sleep_us >> 2) + 1, __sleep_us)		\
		     : ndelay(__POLL_NS), timeout_us, args);			\
})

#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, delay_before_read, \
				 args...) ({					\
	unsigned long __delay_us = (delay_us);					\
										\
	if ((delay_before_read) && __delay_us)					\
		udelay(__delay_us);						\
	__poll_until(op, val, cond, __delay_us ? udelay(__delay_us)		\
					       : ndelay(__POLL_NS), timeout_us, args); \
})

/** The same of the register at @p. */
#define readx_poll_timeout(op, p, val, cond, sleep_us, timeout_us) \
	read_poll_timeout(op, val, cond, sleep_us, timeout_us, false, p)
#define readx_poll_timeout_atomic(op, p, val, cond, delay_us, timeout_us) \
	read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, false, p)

#define readb_poll_timeout(p, val, cond, sleep_us, timeout_us) \
	readx_poll_timeout(readb, p, val, cond, sleep_us, timeout_us)
#define readw_poll_timeout(p, val, cond, sleep_us, timeout_us) \
	readx_poll_timeout(readw, p, val, cond, sleep_us, timeout_us)
#define readl_poll_timeout(p, val, cond, sleep_us, timeout_us) \
	readx_poll_timeout(readl, p, val, cond, sleep_us, timeout_us)
#define readl_poll_timeout_atomic(p, val, cond, delay_us, timeout_us) \
	readx_poll_timeout_atomic(readl, p, val, cond, delay_us, timeout_us)
#define readl_relaxed_poll_timeout(p, val, cond, sleep_us, timeout_us) \
	readx_poll_timeout(readl_relaxed, p, val, cond, sleep_us, timeout_us)
#define readl_relaxed_poll_timeout_atomic(p, val, cond, delay_us, timeout_us) \
	readx_poll_timeout_atomic(readl_relaxed, p, val, cond, delay_us, timeout_us)

#endif
