/* SPDX-License-Identifier: MIT */
/* Waiting for what a timer or an interrupt completes, in simulated time. */
#include <armdma/bus.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/timer.h>

#include "../support/rig.h"

static DECLARE_COMPLETION(done);

static void completes(struct timer_list *t)
{
	complete(&done);
}

static void who_waits_goes_on_when_a_timer_completes(struct rig *rig)
{
	struct timer_list t;
	unsigned long began = jiffies, left;

	reinit_completion(&done);
	timer_setup(&t, completes, 0);
	mod_timer(&t, jiffies + 3);
	left = wait_for_completion_timeout(&done, 10);
	assert_int_equal(left, 10 - (jiffies - began));
	assert_in_range(jiffies - began, 3, 4);
	mod_timer(&t, jiffies + 3);
	wait_for_completion(&done);
	assert_in_range(jiffies - began, 6, 8);
	assert_int_equal(wait_for_completion_interruptible_timeout(&done, 2), 0);
	del_timer_sync(&t);
}

static irqreturn_t handles(int irq, void *data)
{
	bus_set_irq(data, (unsigned)irq, false);
	complete_all(&done);
	return IRQ_HANDLED;
}

static void an_interrupt_that_is_late_is_still_in_time(struct rig *rig)
{
	unsigned irq = bus_new_irq(rig->m, "late");

	reinit_completion(&done);
	assert_int_equal(request_irq(irq, handles, 0, "late", rig->m), 0);
	assert_false(try_wait_for_completion(&done));
	bus_set_irq(rig->m, irq, true);
	assert_true(wait_for_completion_timeout(&done, 1) > 0);
	/* All, from now on. */
	assert_int_equal(wait_for_completion_interruptible(&done), 0);
	assert_int_equal(wait_for_completion_killable(&done), 0);
	assert_true(completion_done(&done));
	free_irq(irq, rig->m);
}

static void each_completion_is_for_one_waiter(struct rig *rig)
{
	struct completion x = COMPLETION_INITIALIZER(x);

	init_completion(&x);
	assert_false(completion_done(&x));
	complete(&x);
	complete(&x);
	assert_true(try_wait_for_completion(&x));
	assert_true(completion_done(&x));
	assert_true(try_wait_for_completion(&x));
	assert_false(try_wait_for_completion(&x));
	complete_all(&x);
	complete(&x);
	for (unsigned i = 0; i < 3; i++)
		assert_true(try_wait_for_completion(&x));
}

static void who_waits_for_nobody_is_said_to_hang(struct rig *rig)
{
	reinit_completion(&done);
	listens(rig);
	wait_for_completion(&done);
	expects_warning(rig, "task blocked for more than 120 seconds");
}

static const struct rig_test tests[] = {
	TEST_ON(who_waits_goes_on_when_a_timer_completes, 0, 0),
	TEST_ON(an_interrupt_that_is_late_is_still_in_time, 0, 0),
	TEST_ON(each_completion_is_for_one_waiter, 0, 0),
	TEST_ON(who_waits_for_nobody_is_said_to_hang, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "a9-pl310", .board = "a9-pl310" };

	return rig_run_on(&one, 1, tests, G_N_ELEMENTS(tests));
}
