/* SPDX-License-Identifier: MIT */
/* Time: steps of the machine, and what waiting let pass. Linux: kernel/time/timekeeping.c. */
#include <linux/ktime.h>

#include "port.h"

ktime_t ktime_get(void)
{
	const struct port *p = port_current();

	return p ? (ktime_t)port_now(p) : 0;
}
