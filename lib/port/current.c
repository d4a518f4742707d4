/* SPDX-License-Identifier: MIT */
/*
 * Which machine a call without any pointer means: kmalloc(), say. The CPU that
 * this thread entered knows; a thread that entered none means the machine that
 * booted last, which is the only one in nearly every program.
 */
#include "port.h"

static struct port *booted_last;

struct port *port_current(void)
{
	struct cpu *c = cpu_current();
	struct port *p = c ? machine_software(cpu_machine(c)) : NULL;

	return p ? p : __atomic_load_n(&booted_last, __ATOMIC_ACQUIRE);
}

void port_set_default(struct port *p)
{
	__atomic_store_n(&booted_last, p, __ATOMIC_RELEASE);
}

void port_forget(struct port *p)
{
	__atomic_compare_exchange_n(&booted_last, &p, NULL, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_RELAXED);
}
