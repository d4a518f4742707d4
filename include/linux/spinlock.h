/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks between host threads. The simulated CPUs have no interrupts, so the
 * irqsave forms only lock; @flags is set and not used.
 *
 * Context: any. Never sleeps; taking one twice on a thread hangs, as on hardware.
 */
#ifndef _ARMDMA_LINUX_SPINLOCK_H
#define _ARMDMA_LINUX_SPINLOCK_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
	bool is_locked;
} spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name)	{ false }
#define DEFINE_SPINLOCK(name)		spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

/** Out of line: the lock was taken; spins, then yields the host CPU. */
void spin_lock_contended(spinlock_t *lock);

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->is_locked = false;
}

static inline bool spin_trylock(spinlock_t *lock)
{
	return !__atomic_exchange_n(&lock->is_locked, true, __ATOMIC_ACQUIRE);
}

static inline void spin_lock(spinlock_t *lock)
{
	if (!spin_trylock(lock))
		spin_lock_contended(lock);
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->is_locked, false, __ATOMIC_RELEASE);
}

#define spin_lock_irq(lock)		spin_lock(lock)
#define spin_unlock_irq(lock)		spin_unlock(lock)
#define spin_lock_bh(lock)		spin_lock(lock)
#define spin_unlock_bh(lock)		spin_unlock(lock)
#define spin_lock_irqsave(lock, flags)	do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(flags); spin_unlock(lock); } while (0)

#ifdef __cplusplus
}
#endif
#endif
