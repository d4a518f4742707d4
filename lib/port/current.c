/* SPDX-License-Identifier: MIT */
/*
 * Which machine a call without any pointer means: kmalloc(), say. The CPU that
 * this thread entered knows; a thread that entered none means the machine that
 * booted last, which is the only one in nearly every program.
 */
#include "port.h"

static GMutex booted_lock;
static GList *booted;			/* of struct port, the latest first */
static struct port *booted_last;

struct port *port_current(void)
{
	struct cpu *c = cpu_current();
	struct port *p = c ? machine_software(cpu_machine(c)) : NULL;

	return p ? p : __atomic_load_n(&booted_last, __ATOMIC_ACQUIRE);
}

static void publish_last(void)
{
	__atomic_store_n(&booted_last, booted ? booted->data : NULL, __ATOMIC_RELEASE);
}

void port_booted(struct port *p)
{
	g_mutex_lock(&booted_lock);
	booted = g_list_prepend(booted, p);
	publish_last();
	g_mutex_unlock(&booted_lock);
}

void port_halted(struct port *p)
{
	g_mutex_lock(&booted_lock);
	booted = g_list_remove(booted, p);
	publish_last();
	g_mutex_unlock(&booted_lock);
}
