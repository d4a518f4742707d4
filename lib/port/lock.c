/* SPDX-License-Identifier: MIT */
/* Waiting for a lock that another host thread holds. */
#include <sched.h>
#include <linux/spinlock.h>

#define SPINS_BEFORE_YIELD	100	/* about a held lock's length */

void spin_lock_contended(spinlock_t *lock)
{
	unsigned spins = 0;

	while (!spin_trylock(lock)) {
		while (__atomic_load_n(&lock->is_locked, __ATOMIC_RELAXED)) {
			if (++spins % SPINS_BEFORE_YIELD == 0)
				sched_yield();
		}
	}
}
