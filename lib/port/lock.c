/* SPDX-License-Identifier: MIT */
/* Waiting for what another CPU does: a thread of the host, or an agent of a run. */
#include <sched.h>
#include <linux/processor.h>
#include <linux/spinlock.h>
#include <armdma/run.h>

#include "port.h"

#define SPINS_BEFORE_YIELD	100	/* about a held lock's length */

void cpu_relax(void)
{
	run_yield();
	port_take_irqs_here();
}

void spin_lock_contended(spinlock_t *lock)
{
	unsigned spins = 0;

	while (!spin_trylock(lock)) {
		while (__atomic_load_n(&lock->is_locked, __ATOMIC_RELAXED)) {
			if (!run_yield() && ++spins % SPINS_BEFORE_YIELD == 0)
				sched_yield();
		}
	}
}
