/* SPDX-License-Identifier: MIT */
/*
 * A lock that is cheap for the thread that always takes it: no locked instruction, two
 * plain stores and a check. Anybody else may take it too, at the price of a system call
 * the first time.
 *
 *	owner, by its slot                  another thread
 *	held[slot] = 1                      lock, owner = NULL
 *	owner is me? -> go on               membarrier()
 *	held = 0                            wait until the owner's held[] is 0 -> go on
 *
 * Between the owner's two lines there is no barrier. membarrier() makes each running
 * thread execute one: after it, either the owner has seen that it is none any more, or
 * its @held is seen. Then all take the spinlock, until one thread took it so many times
 * in a row that it becomes the owner; so many are more after each time that an owner was
 * deposed. Where there is no membarrier(), the lock is a spinlock.
 *
 * A thread that was owner once may have been stopped before its first line, and go on when
 * somebody else is: so each owner has a slot of its own for good. Threads beyond the slots
 * never become owners.
 *
 * Context: any; never sleeps, not to be nested. Whoever calls machine or run functions
 * inside may be switched away from as inside any spinlock.
 *
 * Source: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED.
 */
#ifndef LIB_BASE_BIAS_H
#define LIB_BASE_BIAS_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define BIAS_SLOTS	4u

/**
 * struct bias_lock - zero is unlocked and nobody's, but use bias_init()
 * @owner:    bias_self of who may take it without the spinlock, plus its slot; NULL: nobody
 * @held:     the owner is inside; @all_held: that of all slots at once
 * @who:      bias_self of who has the slot; NULL: nobody yet
 * @slot:     the owner's, if there is one; or the last one's
 * @is_slow:  who is inside has the spinlock
 * @last:     who had the spinlock last, @in_a_row times
 * @patience: as many make an owner
 */
struct bias_lock {
	const char *owner;
	union {
		u8 held[BIAS_SLOTS];
		u32 all_held;
	};
	spinlock_t lock;
	bool is_slow;
	u8 slot;
	const void *last;
	u32 in_a_row, patience;
	const char *who[BIAS_SLOTS];
};

/* Its address is who this thread is. */
extern _Thread_local char bias_self[BIAS_SLOTS]
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The process may use membarrier() from then on. */
void bias_init(struct bias_lock *b);

void bias_lock_slow(struct bias_lock *b);
void bias_unlock_slow(struct bias_lock *b);

/* Without a call: false if this thread is not the owner. Then bias_disown(). */
static inline bool bias_try_own(struct bias_lock *b)
{
	const char *owner = __atomic_load_n(&b->owner, __ATOMIC_RELAXED);
	uintptr_t slot = (uintptr_t)owner - (uintptr_t)bias_self;

	if (unlikely(slot >= BIAS_SLOTS))
		return false;
	__atomic_store_n(&b->held[slot], 1, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (likely(__atomic_load_n(&b->owner, __ATOMIC_ACQUIRE) == owner))
		return true;
	__atomic_store_n(&b->held[slot], 0, __ATOMIC_RELEASE);
	return false;
}

/* It may be deposed by now, but nobody else is inside: other slots' are of who is not. */
static inline void bias_disown(struct bias_lock *b)
{
	__atomic_store_n(&b->all_held, 0, __ATOMIC_RELEASE);
}

static inline void bias_lock(struct bias_lock *b)
{
	if (unlikely(!bias_try_own(b)))
		bias_lock_slow(b);
}

static inline void bias_unlock(struct bias_lock *b)
{
	if (likely(!b->is_slow))
		bias_disown(b);
	else
		bias_unlock_slow(b);
}

/*
 * A barrier between two sides, of which one comes often: what a thread stored before its
 * bias_barrier_often() is seen after another's bias_barrier_rarely(), or the former reads
 * afterwards what the latter stored before. The often one is none for the CPU, where there
 * is membarrier().
 */
extern bool bias_is_barrier_remote __attribute__((visibility("hidden")));
void bias_barrier_rarely(void);

static inline void bias_barrier_often(void)
{
	if (likely(__atomic_load_n(&bias_is_barrier_remote, __ATOMIC_RELAXED)))
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* For tests: the next to take them are in a process that has no membarrier(). */
void bias_forbid(bool is_forbidden);

#endif
