/* SPDX-License-Identifier: MIT */
/*
 * Mutexes between host threads. Sleeping is yielding the host CPU.
 *
 * Context: process. Not recursive.
 */
#ifndef _ARMDMA_LINUX_MUTEX_H
#define _ARMDMA_LINUX_MUTEX_H

#include <linux/spinlock.h>

struct mutex {
	spinlock_t lock;
};

#define __MUTEX_INITIALIZER(name)	{ __SPIN_LOCK_UNLOCKED((name).lock) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)

static inline void mutex_init(struct mutex *m)
{
	spin_lock_init(&m->lock);
}

static inline void mutex_lock(struct mutex *m)
{
	spin_lock(&m->lock);
}

/* Return: 1 when taken, 0 when somebody holds it. */
static inline int mutex_trylock(struct mutex *m)
{
	return spin_trylock(&m->lock);
}

static inline void mutex_unlock(struct mutex *m)
{
	spin_unlock(&m->lock);
}

#endif
