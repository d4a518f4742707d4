/* SPDX-License-Identifier: MIT */
/* Waiting for somebody else: see <linux/completion.h>. Linux: kernel/sched/completion.c. */
#include <limits.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>

#define STEP_US		10
#define HANGS_AFTER	(120ul * HZ)

void complete(struct completion *x)
{
	unsigned int done = __atomic_load_n(&x->done, __ATOMIC_RELAXED);

	while (done != UINT_MAX && !__atomic_compare_exchange_n(&x->done, &done, done + 1, true,
								__ATOMIC_RELEASE,
								__ATOMIC_RELAXED))
		;
}

void complete_all(struct completion *x)
{
	__atomic_store_n(&x->done, UINT_MAX, __ATOMIC_RELEASE);
}

bool completion_done(struct completion *x)
{
	return __atomic_load_n(&x->done, __ATOMIC_ACQUIRE);
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned int done = __atomic_load_n(&x->done, __ATOMIC_ACQUIRE);

	while (done && done != UINT_MAX) {
		if (__atomic_compare_exchange_n(&x->done, &done, done - 1, true,
						__ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			break;
	}
	return done;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	unsigned long began = jiffies, passed;

	while (!try_wait_for_completion(x)) {
		if (jiffies - began >= timeout)
			return 0;
		usleep_range(STEP_US, STEP_US);
	}
	passed = jiffies - began;
	return passed < timeout ? timeout - passed : 1;
}

void wait_for_completion(struct completion *x)
{
	WARN(!wait_for_completion_timeout(x, HANGS_AFTER),
	     "task blocked for more than 120 seconds: nobody completes what it waits for");
}
