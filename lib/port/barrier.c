/* SPDX-License-Identifier: MIT */
/*
 * Barriers. A store may wait in the outer cache's buffer after a DSB: mb() and wmb()
 * drain that too, which Linux calls heavy.
 *
 * Linux: arch/arm/include/asm/barrier.h, arch/arm/mm/flush.c.
 */
#include <asm/barrier.h>

#include "port.h"

/* Whose barriers are instructions: before ARMv6 they are hints to the compiler. */
static struct cpu *this_cpu(void)
{
	struct port *p = port_current();

	return p && p->arch != PORT_V5 ? port_cpu(p) : NULL;
}

static void dsb(enum barrier_kind kind)
{
	struct cpu *c = this_cpu();

	if (c)
		cpu_dsb(c, kind);
}

static void dmb(enum barrier_kind kind)
{
	struct cpu *c = this_cpu();

	if (c)
		cpu_dmb(c, kind);
}

static void heavy(enum barrier_kind kind)
{
	struct port *p = port_current();

	dsb(kind);
	if (p)
		outer_sync(p);
	port_take_irqs(p);
}

void mb(void)
{
	heavy(BARRIER_SY);
}

void wmb(void)
{
	heavy(BARRIER_ST);
}

void rmb(void)
{
	dsb(BARRIER_SY);
	port_take_irqs_here();
}

void dma_rmb(void)
{
	dmb(BARRIER_SY);
}

void dma_wmb(void)
{
	dmb(BARRIER_ST);
}
