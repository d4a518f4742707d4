/* SPDX-License-Identifier: MIT */
/*
 * What this thread may do: interrupts off, preemption off. See <linux/irqflags.h>.
 *
 * Linux: include/linux/irqflags.h, preempt.h; kernel/sched/core.c, __might_sleep().
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/preempt.h>

#include "port.h"

static _Thread_local unsigned long irqs_off;
static _Thread_local int preempt_depth;
static _Thread_local int mutexes_held;

unsigned long arch_local_irq_save(void)
{
	unsigned long flags = irqs_off;

	irqs_off = 1;
	return flags;
}

void arch_local_irq_restore(unsigned long flags)
{
	irqs_off = flags;
	if (!flags)
		port_take_irqs_here();
}

bool irqs_disabled(void)
{
	return irqs_off;
}

void preempt_count_add(int val)
{
	preempt_depth += val;
}

int preempt_count(void)
{
	return preempt_depth;
}

void __might_sleep(const char *file, int line)
{
	if (unlikely(irqs_off || preempt_depth))
		printk_sleeping(file, line);
	else if (unlikely(__atomic_load_n(&port_works_queued, __ATOMIC_RELAXED)))
		port_run_works(port_current());
}

int port_mutexes_held(void)
{
	return mutexes_held;
}

void __mutex_acquired(void)
{
	mutexes_held++;
}

void __mutex_released(void)
{
	if (!--mutexes_held && unlikely(__atomic_load_n(&port_works_queued, __ATOMIC_RELAXED)))
		port_run_works(port_current());
}
