/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks between host threads. The irq and irqsave forms turn interrupts off on
 * this thread (<linux/irqflags.h>).
 *
 * Context: any. Never sleeps; taking one twice on a thread hangs, as on hardware.
 */
#ifndef _ARMDMA_LINUX_SPINLOCK_H
#define _ARMDMA_LINUX_SPINLOCK_H

#include <linux/bug.h>
#include <linux/irqflags.h>
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

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return __atomic_load_n(&lock->is_locked, __ATOMIC_RELAXED);
}

/* By whoever: Linux does not ask for more, either. */
#define assert_spin_locked(lock)	BUG_ON(!spin_is_locked(lock))

#define spin_lock_irq(lock)		do { local_irq_disable(); spin_lock(lock); } while (0)
#define spin_unlock_irq(lock)		do { spin_unlock(lock); local_irq_enable(); } while (0)
#define spin_lock_bh(lock)		spin_lock(lock)
#define spin_unlock_bh(lock)		spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) \
	do { local_irq_save(flags); spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do { spin_unlock(lock); local_irq_restore(flags); } while (0)

#ifdef __cplusplus
}
#endif
#endif
