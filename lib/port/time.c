/* SPDX-License-Identifier: MIT */
/* Time as the machine has it: steps. Linux: kernel/time/timekeeping.c. */
#include <linux/ktime.h>

#include "port.h"

ktime_t ktime_get(void)
{
	const struct port *p = port_current();

	return p ? (ktime_t)machine_step(p->machine) : 0;
}
