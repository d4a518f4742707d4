/* SPDX-License-Identifier: MIT */
/*
 * Barriers. A store may wait in the outer cache's buffer after a DSB: mb() and wmb()
 * drain that too, which Linux calls heavy.
 */
#include <asm/barrier.h>

#include "port.h"

/* Whose barriers are instructions: before ARMv6 they are hints to the compiler. */
static struct cpu *this_cpu(void)
{
	struct port *p = port_current();

	return p && p->arch != PORT_V5 ? port_cpu(p) : NULL;
}

static void dsb(void)
{
	struct cpu *c = this_cpu();

	if (c)
		cpu_dsb(c);
}

static void dmb(void)
{
	struct cpu *c = this_cpu();

	if (c)
		cpu_dmb(c);
}

void mb(void)
{
	struct port *p = port_current();

	dsb();
	if (p)
		outer_sync(p);
}

void wmb(void)
{
	mb();
}

void rmb(void)
{
	dsb();
}

void dma_rmb(void)
{
	dmb();
}

void dma_wmb(void)
{
	dmb();
}
