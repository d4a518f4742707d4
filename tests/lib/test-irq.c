/* SPDX-License-Identifier: MIT */
/*
 * Interrupts: lines that a device of the test's raises, taken where <linux/interrupt.h>
 * says, and nowhere else.
 */
#include "support/rig.h"

#include <armdma/bus.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/spinlock.h>

/* Two registers: 0 raises the line when written 1, lowers it with 0; 4 counts reads. */
struct doorbell {
	struct rig *rig;
	u8 __iomem *regs;
	uint64_t pa;
	unsigned irq;
	uint32_t nr_reads;
	unsigned nr_taken, nr_threaded;
	bool clears;
	irqreturn_t answer;
};

static bool doorbell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			  uint64_t *ret_value)
{
	struct doorbell *b = opaque;

	*ret_value = reg == 4 ? b->nr_reads++ : 0;
	return len == 4;
}

static bool doorbell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct doorbell *b = opaque;

	if (!reg)
		bus_set_irq(b->rig->m, b->irq, value);
	return len == 4;
}

static const struct bus_ops doorbell_ops = { .read = doorbell_read, .write = doorbell_write };

static void attaches(struct doorbell *b, struct rig *rig)
{
	*b = (struct doorbell){ .rig = rig, .clears = true, .answer = IRQ_HANDLED };
	b->irq = bus_new_irq(rig->m, "doorbell");
	b->pa = bus_find_room(rig->m, 0x1000);
	assert_int_not_equal(b->pa, 0);
	bus_attach(rig->m, &(struct bus_device){
		.pa = b->pa, .len = 0x1000, .ops = &doorbell_ops, .opaque = b });
	b->regs = ioremap(b->pa, 0x1000);
	assert_non_null(b->regs);
}

static void detaches(struct doorbell *b)
{
	iounmap(b->regs);
	bus_detach(b->rig->m, b);
	assert_false(bus_answers(b->rig->m, b->pa));
}

static irqreturn_t taken(int irq, void *dev_id)
{
	struct doorbell *b = dev_id;

	assert_true(irqs_disabled());
	assert_int_equal(irq, b->irq);
	b->nr_taken++;
	if (b->clears)
		writel(0, b->regs);
	return b->answer;
}

static irqreturn_t threaded(int irq, void *dev_id)
{
	struct doorbell *b = dev_id;

	assert_false(irqs_disabled());
	b->nr_threaded++;
	bus_set_irq(b->rig->m, b->irq, false);
	return IRQ_HANDLED;
}

static void raises(struct doorbell *b)
{
	bus_set_irq(b->rig->m, b->irq, true);
}

#define taken_at(b, what) do {						\
	unsigned before_ = (b)->nr_taken;				\
									\
	raises(b);							\
	assert_int_equal((b)->nr_taken, before_);			\
	what;								\
	assert_int_equal((b)->nr_taken, before_ + 1);			\
} while (0)

static void a_line_is_taken_at_the_moments_that_are_named(struct rig *rig)
{
	struct doorbell b;
	unsigned long flags;

	attaches(&b, rig);
	assert_int_equal(request_irq(b.irq, taken, 0, "doorbell", &b), 0);
	writel(1, b.regs);
	assert_int_equal(b.nr_taken, 1);
	taken_at(&b, readl(b.regs));
	taken_at(&b, readl_relaxed(b.regs));
	taken_at(&b, mb());
	taken_at(&b, rmb());
	taken_at(&b, wmb());
	taken_at(&b, cpu_relax());
	taken_at(&b, udelay(1));
	local_irq_save(flags);
	taken_at(&b, local_irq_restore(flags));
	assert_string_equal(free_irq(b.irq, &b), "doorbell");
	detaches(&b);
}

static void the_end_of_a_devices_access_is_one_of_them(struct rig *rig)
{
	char byte = 0;
	struct doorbell b;

	attaches(&b, rig);
	assert_int_equal(request_irq(b.irq, taken, 0, "doorbell", &b), 0);
	taken_at(&b, master_read(rig->hw, 0x80000000u, &byte, 1));
	free_irq(b.irq, &b);
	detaches(&b);
}

static void no_line_is_taken_while_interrupts_are_off(struct rig *rig)
{
	DEFINE_SPINLOCK(lock);
	struct doorbell b;
	unsigned long flags;

	attaches(&b, rig);
	assert_int_equal(request_irq(b.irq, taken, 0, "doorbell", &b), 0);
	spin_lock_irqsave(&lock, flags);
	writel(1, b.regs);
	readl(b.regs);
	assert_int_equal(b.nr_taken, 0);
	spin_unlock_irqrestore(&lock, flags);
	assert_int_equal(b.nr_taken, 1);
	disable_irq(b.irq);
	writel(1, b.regs);
	assert_int_equal(b.nr_taken, 1);
	enable_irq(b.irq);
	assert_int_equal(b.nr_taken, 2);
	free_irq(b.irq, &b);
	detaches(&b);
}

static void what_a_handler_leaves_to_its_thread_runs_with_interrupts_on(struct rig *rig)
{
	struct doorbell b;

	attaches(&b, rig);
	b.clears = false;
	b.answer = IRQ_WAKE_THREAD;
	assert_int_equal(request_threaded_irq(b.irq, taken, threaded, 0, "bell", &b), 0);
	writel(1, b.regs);
	assert_int_equal(b.nr_taken, 1);
	assert_int_equal(b.nr_threaded, 1);
	free_irq(b.irq, &b);
	assert_int_equal(request_threaded_irq(b.irq, NULL, threaded, IRQF_ONESHOT, "b", &b), 0);
	writel(1, b.regs);
	assert_int_equal(b.nr_threaded, 2);
	free_irq(b.irq, &b);
	detaches(&b);
}

static irqreturn_t not_mine(int irq, void *dev_id)
{
	++*(unsigned *)dev_id;
	return IRQ_NONE;
}

static void a_shared_line_asks_all_of_its_handlers(struct rig *rig)
{
	struct doorbell b;
	unsigned nr_asked = 0;

	attaches(&b, rig);
	assert_int_equal(request_irq(b.irq, not_mine, IRQF_SHARED, "a", &nr_asked), 0);
	assert_int_equal(request_irq(b.irq, taken, 0, "b", &b), -EBUSY);
	assert_int_equal(request_irq(b.irq, taken, IRQF_SHARED, "b", NULL), -EINVAL);
	assert_int_equal(request_irq(b.irq, taken, IRQF_SHARED, "b", &b), 0);
	writel(1, b.regs);
	assert_int_equal(nr_asked, 1);
	assert_int_equal(b.nr_taken, 1);
	assert_non_null(free_irq(b.irq, &nr_asked));
	assert_non_null(free_irq(b.irq, &b));
	listens(rig);
	assert_null(free_irq(b.irq, &b));
	expects_warning(rig, "Trying to free already-free IRQ");
	detaches(&b);
}

static void a_line_that_nobody_cares_for_is_given_up(struct rig *rig)
{
	struct doorbell b;
	unsigned nr_asked = 0;

	attaches(&b, rig);
	assert_int_equal(request_irq(b.irq, not_mine, 0, "a", &nr_asked), 0);
	listens(rig);
	writel(1, b.regs);
	expects_warning(rig, "nobody cared");
	assert_in_range(nr_asked, 2, 100000);
	nr_asked = 0;
	readl(b.regs);
	assert_int_equal(nr_asked, 0);
	free_irq(b.irq, &nr_asked);
	assert_int_equal(request_irq(b.irq + 1, not_mine, 0, "a", NULL), -EINVAL);
	assert_int_equal(request_irq(b.irq, NULL, 0, "a", NULL), -EINVAL);
	detaches(&b);
}

static void a_drivers_lines_go_with_it(struct rig *rig)
{
	struct doorbell b;

	attaches(&b, rig);
	assert_int_equal(devm_request_irq(rig->dev, b.irq, taken, 0, NULL, &b), 0);
	writel(1, b.regs);
	assert_int_equal(b.nr_taken, 1);
	harness_unbind(rig->dev);
	writel(1, b.regs);
	assert_int_equal(b.nr_taken, 1);
	bus_set_irq(rig->m, b.irq, false);
	assert_int_equal(devm_request_irq(rig->dev, b.irq, taken, 0, NULL, &b), 0);
	devm_free_irq(rig->dev, b.irq, &b);
	detaches(&b);
}

static void a_poll_ends_when_it_holds_or_when_time_is_up(struct rig *rig)
{
	struct doorbell b;
	uint32_t value;
	ktime_t began;

	attaches(&b, rig);
	assert_int_equal(readl_poll_timeout(b.regs + 4, value, value == 5, 10, 1000), 0);
	assert_int_equal(value, 5);
	assert_int_equal(b.nr_reads, 6);
	assert_int_equal(readl_poll_timeout_atomic(b.regs + 4, value, value >= 8, 0, 0), 0);
	began = ktime_get();
	assert_int_equal(readl_poll_timeout(b.regs, value, value, 10, 1000), -ETIMEDOUT);
	assert_true(ktime_us_delta(ktime_get(), began) >= 1000);
	assert_int_equal(readl_poll_timeout_atomic(b.regs, value, value, 0, 5), -ETIMEDOUT);
	detaches(&b);
}

static const struct rig_test tests[] = {
	//								 needs, never
	TEST_ON(a_line_is_taken_at_the_moments_that_are_named,		 0, 0),
	TEST_ON(the_end_of_a_devices_access_is_one_of_them,		 0, 0),
	TEST_ON(no_line_is_taken_while_interrupts_are_off,		 0, 0),
	TEST_ON(what_a_handler_leaves_to_its_thread_runs_with_interrupts_on, 0, 0),
	TEST_ON(a_shared_line_asks_all_of_its_handlers,			 0, 0),
	TEST_ON(a_line_that_nobody_cares_for_is_given_up,		 0, 0),
	TEST_ON(a_drivers_lines_go_with_it,				 0, 0),
	TEST_ON(a_poll_ends_when_it_holds_or_when_time_is_up,		 0, 0),
};

int main(void)
{
	static const struct platform where[] = {
		{ "a9", "a9-pl310", ON_PL310 | ON_LINE32, COHERENT_CMA, NULL },
		{ "arm926", "arm926", ON_V5 | ON_LINE32 | ON_UP, COHERENT_CMA, NULL },
	};

	return rig_run_on(where, G_N_ELEMENTS(where), tests, G_N_ELEMENTS(tests));
}
