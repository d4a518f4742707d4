/* SPDX-License-Identifier: MIT */
/* Simulated time, and what happens in it. */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/timer.h>

#include "../support/rig.h"

struct alarm {
	struct timer_list timer;
	unsigned calls;
	unsigned order;			/* among all that were called */
	u64 at;
	int again_after;		/* ms; 0: once is enough */
};

static unsigned nr_calls;

static void rings(struct timer_list *t)
{
	struct alarm *a = from_timer(a, t, timer);

	a->calls++;
	a->order = ++nr_calls;
	a->at = ktime_get_ns();
	if (a->again_after)
		mod_timer(t, jiffies + msecs_to_jiffies((unsigned)a->again_after));
}

static void sets(struct alarm *a, unsigned ms)
{
	timer_setup(&a->timer, rings, 0);
	assert_int_equal(mod_timer(&a->timer, jiffies + msecs_to_jiffies(ms)), 0);
}

static void time_passes_when_somebody_waits(struct rig *rig)
{
	u64 before = ktime_get_ns();

	ndelay(7);
	udelay(5);
	mdelay(2);
	msleep(3);
	usleep_range(10, 20);
	harness_pass_time(rig->h, 100);
	assert_int_equal(ktime_get_ns() - before, 7 + 5000 + 5000000 + 10000 + 100);
}

static void a_timer_is_called_once_and_never_early(struct rig *rig)
{
	struct alarm a = { .calls = 0 };
	u64 set_at;

	harness_pass_time(rig->h, 400 * NSEC_PER_USEC);
	set_at = ktime_get_ns();
	sets(&a, 10);
	assert_true(timer_pending(&a.timer));
	harness_pass_time(rig->h, 10 * NSEC_PER_MSEC);
	assert_int_equal(a.calls, 0);
	harness_pass_time(rig->h, 50 * NSEC_PER_MSEC);
	assert_int_equal(a.calls, 1);
	assert_in_range(a.at - set_at, 10 * NSEC_PER_MSEC, 11 * NSEC_PER_MSEC);
	assert_false(timer_pending(&a.timer));
}

static void timers_are_called_in_the_order_of_their_times(struct rig *rig)
{
	struct alarm late = { .calls = 0 }, early = { .calls = 0 }, same = { .calls = 0 };

	sets(&late, 20);
	sets(&early, 5);
	sets(&same, 20);
	harness_pass_time(rig->h, 30 * NSEC_PER_MSEC);
	assert_int_equal(late.order, early.order + 1);
	assert_int_equal(same.order, late.order + 1);
	assert_int_equal(early.at % NSEC_PER_MSEC, 0);
	assert_int_equal(late.at - early.at, 15 * NSEC_PER_MSEC);
}

static void a_timer_may_set_itself_again(struct rig *rig)
{
	struct alarm a = { .again_after = 4 };

	sets(&a, 4);
	harness_pass_time(rig->h, 100 * NSEC_PER_MSEC);
	assert_in_range(a.calls, 19, 20);
	assert_int_equal(timer_delete_sync(&a.timer), 1);
}

static void what_is_deleted_or_put_off_is_not_called(struct rig *rig)
{
	struct alarm a = { .calls = 0 };

	sets(&a, 5);
	assert_int_equal(mod_timer(&a.timer, jiffies + msecs_to_jiffies(50)), 1);
	harness_pass_time(rig->h, 20 * NSEC_PER_MSEC);
	assert_int_equal(a.calls, 0);
	assert_int_equal(timer_delete(&a.timer), 1);
	assert_int_equal(timer_delete(&a.timer), 0);
	harness_pass_time(rig->h, 100 * NSEC_PER_MSEC);
	assert_int_equal(a.calls, 0);
}

static void with_interrupts_off_a_timer_waits(struct rig *rig)
{
	struct alarm a = { .calls = 0 };
	unsigned long flags;

	sets(&a, 1);
	local_irq_save(flags);
	mdelay(5);
	assert_int_equal(a.calls, 0);
	local_irq_restore(flags);
	udelay(1);
	assert_int_equal(a.calls, 1);
}

static void sleeps(struct timer_list *t)
{
	might_sleep();
}

static void a_timer_must_not_sleep(struct rig *rig)
{
	struct timer_list t;

	timer_setup(&t, sleeps, 0);
	mod_timer(&t, jiffies);
	listens(rig);
	harness_pass_time(rig->h, 2 * NSEC_PER_MSEC);
	expects_warning(rig, "sleeping function called from invalid context");
}

static void a_timer_may_lie_in_simulated_memory(struct rig *rig)
{
	struct alarm *a = allocates(rig, sizeof(*a));

	sets(a, 3);
	harness_pass_time(rig->h, 5 * NSEC_PER_MSEC);
	assert_int_equal(a->calls, 1);
	kfree(a);
}

static const struct rig_test tests[] = {
	TEST_ON(time_passes_when_somebody_waits, 0, 0),
	TEST_ON(a_timer_is_called_once_and_never_early, 0, 0),
	TEST_ON(timers_are_called_in_the_order_of_their_times, 0, 0),
	TEST_ON(a_timer_may_set_itself_again, 0, 0),
	TEST_ON(what_is_deleted_or_put_off_is_not_called, 0, 0),
	TEST_ON(with_interrupts_off_a_timer_waits, 0, 0),
	TEST_ON(a_timer_must_not_sleep, 0, 0),
	TEST_ON(a_timer_may_lie_in_simulated_memory, 0, ON_FAST),
};

int main(void)
{
	return rig_run(tests, sizeof(tests) / sizeof(tests[0]));
}
