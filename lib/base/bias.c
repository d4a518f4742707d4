/* SPDX-License-Identifier: MIT */
/* What is rare in a biased lock: another thread, and the change of owners. */
#include <linux/membarrier.h>
#include <linux/processor.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bias.h"

#define FIRST_PATIENCE		16u
#define MOST_PATIENCE		65536u
#define SPINS_BEFORE_YIELD	100u

_Thread_local char bias_self[BIAS_SLOTS];

/* Registering twice is fine: two threads may find that nobody has yet. */
static enum { UNKNOWN, ABSENT, PRESENT } membarriers;

bool bias_is_barrier_remote;

static bool membarrier(int cmd)
{
	return syscall(__NR_membarrier, cmd, 0, 0) == 0;
}

void bias_init(struct bias_lock *b)
{
	*b = (struct bias_lock){ .owner = NULL };
	if (__atomic_load_n(&membarriers, __ATOMIC_ACQUIRE) != UNKNOWN)
		return;
	__atomic_store_n(&membarriers,
			 membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) ? PRESENT : ABSENT,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&bias_is_barrier_remote, membarriers == PRESENT, __ATOMIC_RELEASE);
}

/* Whatever tests forbid: others may rely on it by then. */
void bias_barrier_rarely(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&bias_is_barrier_remote, __ATOMIC_RELAXED))
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

void bias_forbid(bool is_forbidden)
{
	__atomic_store_n(&membarriers, is_forbidden ? ABSENT : UNKNOWN, __ATOMIC_RELEASE);
}

static bool can_bias(void)
{
	return __atomic_load_n(&membarriers, __ATOMIC_RELAXED) == PRESENT;
}

static void wait_for_owner(const struct bias_lock *b)
{
	for (unsigned spins = 1; __atomic_load_n(&b->held[b->slot], __ATOMIC_ACQUIRE); spins++) {
		cpu_relax();
		if (spins % SPINS_BEFORE_YIELD == 0)
			sched_yield();
	}
}

/* With the spinlock held, so that nobody becomes the owner meanwhile. */
static void depose(struct bias_lock *b)
{
	__atomic_store_n(&b->owner, NULL, __ATOMIC_SEQ_CST);
	if (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
		__builtin_trap();	/* registered, so it cannot fail */
	wait_for_owner(b);
	b->patience = b->patience ? b->patience * 4 : FIRST_PATIENCE;
	if (b->patience > MOST_PATIENCE)
		b->patience = MOST_PATIENCE;
}

void bias_lock_slow(struct bias_lock *b)
{
	spin_lock(&b->lock);
	if (b->owner)
		depose(b);
	b->in_a_row = b->last == bias_self ? b->in_a_row + 1 : 0;
	b->last = bias_self;
	b->is_slow = true;
}

/* False: others have them all. */
static bool take_slot(struct bias_lock *b)
{
	for (b->slot = 0; b->slot < BIAS_SLOTS; b->slot++) {
		if (!b->who[b->slot])
			b->who[b->slot] = bias_self;
		if (b->who[b->slot] == bias_self)
			return true;
	}
	return false;
}

void bias_unlock_slow(struct bias_lock *b)
{
	b->is_slow = false;
	if (b->in_a_row >= b->patience && can_bias() && take_slot(b))
		__atomic_store_n(&b->owner, bias_self + b->slot, __ATOMIC_RELEASE);
	spin_unlock(&b->lock);
}
