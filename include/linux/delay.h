/* SPDX-License-Identifier: MIT */
/*
 * Delays. They let simulated time pass (<linux/ktime.h>), call the timers that come due
 * meanwhile, and let others go on (cpu_relax()). The host does not wait.
 *
 * Context: any; of msleep() and usleep_range(): process.
 * Source: include/linux/delay.h.
 */
#ifndef _ARMDMA_LINUX_DELAY_H
#define _ARMDMA_LINUX_DELAY_H

#include <linux/processor.h>

#ifdef __cplusplus
extern "C" {
#endif

void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);
void msleep(unsigned int msecs);
/** Takes the least of what it may. */
void usleep_range(unsigned long min, unsigned long max);

#ifdef __cplusplus
}
#endif
#endif
