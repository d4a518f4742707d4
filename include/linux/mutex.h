/* SPDX-License-Identifier: MIT */
/*
 * Mutexes between host threads. Sleeping is yielding the host CPU.
 *
 * Context: process. Not recursive. Who unlocks is who locked: a thread that lets its last one
 * go does the work that waits (<linux/workqueue.h>).
 */
#ifndef _ARMDMA_LINUX_MUTEX_H
#define _ARMDMA_LINUX_MUTEX_H

#include <linux/spinlock.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mutex {
	spinlock_t lock;
};

#define __MUTEX_INITIALIZER(name)	{ __SPIN_LOCK_UNLOCKED((name).lock) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)

/* This thread holds one more, one fewer. */
void __mutex_acquired(void);
void __mutex_released(void);

static inline void mutex_init(struct mutex *m)
{
	spin_lock_init(&m->lock);
}

static inline void mutex_lock(struct mutex *m)
{
	spin_lock(&m->lock);
	__mutex_acquired();
}

/* Return: 1 when taken, 0 when somebody holds it. */
static inline int mutex_trylock(struct mutex *m)
{
	bool is_taken = spin_trylock(&m->lock);

	if (is_taken)
		__mutex_acquired();
	return is_taken;
}

static inline bool mutex_is_locked(struct mutex *m)
{
	return __atomic_load_n(&m->lock.is_locked, __ATOMIC_RELAXED);
}

static inline void mutex_unlock(struct mutex *m)
{
	spin_unlock(&m->lock);
	__mutex_released();
}

#ifdef __cplusplus
}
#endif

#endif
