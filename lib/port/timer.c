/* SPDX-License-Identifier: MIT */
/*
 * Timers, and the time that waiting lets pass. The pending ones are kept on the host, since
 * a driver's struct timer_list may lie anywhere; there are few.
 *
 * Leaves out: see <linux/timer.h>.
 * Linux: kernel/time/timer.c, arch/arm/include/asm/delay.h.
 */
#include <glib.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/preempt.h>
#include <linux/timer.h>

#include "port.h"

#define NSEC_PER_JIFFY	((u64)NSEC_PER_SEC / HZ)

/* @due in nanoseconds; of equal ones the first that was set is called first. */
struct pending {
	u64 due, seq;
	struct timer_list *timer;
};

struct port_timers {
	GArray *pending;
	u64 seq;
	struct timer_list *running;
};

static _Thread_local bool is_in_timer;

u64 port_jiffies(const struct port *p)
{
	return port_now(p) / NSEC_PER_JIFFY;
}

u64 get_jiffies_64(void)
{
	const struct port *p = port_current();

	return p ? port_jiffies(p) : 0;
}

/* ---- who is pending: all under timer_lock ------------------------------------------- */

static struct pending *nth(const struct port_timers *t, guint i)
{
	return &g_array_index(t->pending, struct pending, i);
}

static struct port_timers *timers_of(struct port *p)
{
	if (!p->timers) {
		p->timers = g_new0(struct port_timers, 1);
		p->timers->pending = g_array_new(FALSE, FALSE, sizeof(struct pending));
	}
	return p->timers;
}

static struct pending *first_due(const struct port_timers *t)
{
	struct pending *first = NULL;

	for (guint i = 0; i < t->pending->len; i++) {
		struct pending *it = nth(t, i);

		if (!first || it->due < first->due ||
		    (it->due == first->due && it->seq < first->seq))
			first = it;
	}
	return first;
}

static void look_again(struct port *p)
{
	const struct pending *first = first_due(p->timers);

	__atomic_store_n(&p->timer_due, first ? first->due : 0, __ATOMIC_RELAXED);
}

static void forget(struct port *p, struct pending *it)
{
	port_before_store(it->timer, sizeof(*it->timer));
	it->timer->base = NULL;
	*it = *nth(p->timers, p->timers->pending->len - 1);
	g_array_set_size(p->timers->pending, p->timers->pending->len - 1);
	look_again(p);
}

static bool remove_pending(struct port *p, const struct timer_list *timer)
{
	for (guint i = 0; p->timers && i < p->timers->pending->len; i++) {
		if (nth(p->timers, i)->timer != timer)
			continue;
		forget(p, nth(p->timers, i));
		return true;
	}
	return false;
}

static void add_pending(struct port *p, struct timer_list *timer, unsigned long expires)
{
	struct port_timers *t = timers_of(p);
	struct pending it = { ((u64)expires + 1) * NSEC_PER_JIFFY, t->seq++, timer };

	port_before_store(timer, sizeof(*timer));
	timer->expires = expires;
	timer->base = p;
	g_array_append_val(t->pending, it);
	look_again(p);
}

/* ---- <linux/timer.h> ------------------------------------------------------------------ */

static struct port *base_of(const struct timer_list *timer)
{
	port_before_load(timer, sizeof(*timer));
	return __atomic_load_n(&timer->base, __ATOMIC_ACQUIRE);
}

int port_mod_timer(struct port *p, struct timer_list *timer, unsigned long expires)
{
	unsigned long flags;
	int was_pending;

	spin_lock_irqsave(&p->timer_lock, flags);
	was_pending = remove_pending(p, timer);
	add_pending(p, timer, expires);
	spin_unlock_irqrestore(&p->timer_lock, flags);
	return was_pending;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct port *p = base_of(timer);

	if (!p)
		p = port_current();
	return p ? port_mod_timer(p, timer, expires) : 0;
}

void add_timer(struct timer_list *timer)
{
	if (!WARN(timer_pending(timer), "add_timer() of a timer that is pending"))
		mod_timer(timer, timer->expires);
}

static int delete_on(struct port *p, struct timer_list *timer)
{
	unsigned long flags;
	int was_pending;

	spin_lock_irqsave(&p->timer_lock, flags);
	was_pending = remove_pending(p, timer);
	spin_unlock_irqrestore(&p->timer_lock, flags);
	return was_pending;
}

int del_timer(struct timer_list *timer)
{
	struct port *p = base_of(timer);

	return p ? delete_on(p, timer) : 0;
}

/* The one that runs may set itself again. */
int port_delete_timer_sync(struct port *p, struct timer_list *timer)
{
	int was_pending = delete_on(p, timer);

	while (!is_in_timer && p->timers &&
	       __atomic_load_n(&p->timers->running, __ATOMIC_ACQUIRE) == timer)
		cpu_relax();
	return delete_on(p, timer) | was_pending;
}

int del_timer_sync(struct timer_list *timer)
{
	struct port *p = base_of(timer);

	if (!p)
		p = port_current();
	return p ? port_delete_timer_sync(p, timer) : 0;
}

int timer_pending(const struct timer_list *timer)
{
	return base_of(timer) != NULL;
}

/* ---- time passes ------------------------------------------------------------------------- */

/* The next one that is due by @now, which is no longer pending; NULL: none is. */
static struct timer_list *take_due(struct port *p, u64 now)
{
	struct timer_list *timer = NULL;
	struct pending *first;
	unsigned long flags;

	spin_lock_irqsave(&p->timer_lock, flags);
	first = p->timers && !p->timers->running ? first_due(p->timers) : NULL;
	if (first && first->due <= now) {
		timer = first->timer;
		forget(p, first);
		__atomic_store_n(&p->timers->running, timer, __ATOMIC_RELAXED);
	}
	spin_unlock_irqrestore(&p->timer_lock, flags);
	return timer;
}

static void call(struct port *p, struct timer_list *timer)
{
	is_in_timer = true;
	preempt_disable();
	timer->function(timer);
	preempt_enable();
	is_in_timer = false;
	__atomic_store_n(&p->timers->running, NULL, __ATOMIC_RELEASE);
}

/* Not inside of one, and not where an interrupt would have to wait. */
void port_run_timers_slow(struct port *p)
{
	struct timer_list *timer;

	if (is_in_timer || irqs_disabled())
		return;
	while ((timer = take_due(p, port_now(p))) != NULL)
		call(p, timer);
}

static void pass(struct port *p, u64 ns)
{
	__atomic_fetch_add(&p->ns_passed, ns, __ATOMIC_RELAXED);
}

static void pass_until(struct port *p, u64 end, bool may_sleep)
{
	u64 due = __atomic_load_n(&p->timer_due, __ATOMIC_RELAXED);

	while (due && due <= end && !is_in_timer && !irqs_disabled()) {
		if (due > port_now(p))
			pass(p, due - port_now(p));
		port_run_timers_slow(p);
		if (may_sleep)
			port_run_works(p);
		due = __atomic_load_n(&p->timer_due, __ATOMIC_RELAXED);
		if (due && due <= port_now(p))
			break;		/* another thread is at it */
	}
	if (port_now(p) < end)
		pass(p, end - port_now(p));
}

void port_pass_time(struct port *p, u64 ns)
{
	pass_until(p, port_now(p) + ns, false);
}

void port_sleep(struct port *p, u64 ns)
{
	port_run_works(p);
	pass_until(p, port_now(p) + ns, true);
	port_run_works(p);
}

static void wait_for(u64 ns)
{
	struct port *p = port_current();

	if (p)
		port_pass_time(p, ns);
	cpu_relax();
}

static void sleep_for(u64 ns)
{
	struct port *p = port_current();

	if (p)
		port_sleep(p, ns);
	cpu_relax();
}

void ndelay(unsigned long nsecs)
{
	wait_for(nsecs);
}

void udelay(unsigned long usecs)
{
	wait_for((u64)usecs * NSEC_PER_USEC);
}

void mdelay(unsigned long msecs)
{
	wait_for((u64)msecs * NSEC_PER_MSEC);
}

void msleep(unsigned int msecs)
{
	might_sleep();
	sleep_for((u64)msecs * NSEC_PER_MSEC);
}

void usleep_range(unsigned long min, unsigned long max)
{
	might_sleep();
	sleep_for((u64)min * NSEC_PER_USEC);
}

void port_timers_exit(struct port *p)
{
	while (p->timers && p->timers->pending->len)
		forget(p, nth(p->timers, 0));
	if (p->timers)
		g_array_free(p->timers->pending, TRUE);
	g_clear_pointer(&p->timers, g_free);
}
