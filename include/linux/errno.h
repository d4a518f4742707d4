/* SPDX-License-Identifier: MIT */
/*
 * The system's error numbers, which are the kernel's, and the few that never
 * leave the kernel.
 */
#ifndef _ARMDMA_LINUX_ERRNO_H
#define _ARMDMA_LINUX_ERRNO_H

#include_next <linux/errno.h>

#define ERESTARTSYS	512
#define EPROBE_DEFER	517	/* a resource is not there yet: probe again later */
#define ENOTSUPP	524	/* not EOPNOTSUPP, which is for user space */

#endif
