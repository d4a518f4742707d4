/* SPDX-License-Identifier: MIT */
/*
 * Work for later, and the places where a thread turns into the worker: see
 * <linux/workqueue.h>. The queue is kept on the host, since a driver's struct work_struct
 * may lie anywhere; it is short.
 *
 * Linux: kernel/workqueue.c.
 */
#include <glib.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/workqueue.h>

#include "port.h"

struct port_works {
	spinlock_t lock;
	GPtrArray *queued;		/* of struct work_struct, the oldest first */
	struct work_struct *running;
};

struct workqueue_struct *system_wq;
unsigned port_works_queued;
static _Thread_local bool is_worker;

static struct port_works *works_of(struct port *p)
{
	if (!p->works) {
		p->works = g_new0(struct port_works, 1);
		spin_lock_init(&p->works->lock);
		p->works->queued = g_ptr_array_new();
	}
	return p->works;
}

static struct port *base_of(const struct work_struct *work)
{
	port_before_load(work, sizeof(*work));
	return __atomic_load_n(&work->base, __ATOMIC_ACQUIRE);
}

static void set_base(struct work_struct *work, struct port *p)
{
	port_before_store(work, sizeof(*work));
	__atomic_store_n(&work->base, p, __ATOMIC_RELEASE);
}

/* ---- the queue ------------------------------------------------------------------------ */

static bool add(struct port *p, struct work_struct *work)
{
	struct port_works *w = works_of(p);
	unsigned long flags;
	bool is_new;

	spin_lock_irqsave(&w->lock, flags);
	is_new = !base_of(work);
	if (is_new) {
		set_base(work, p);
		g_ptr_array_add(w->queued, work);
		__atomic_add_fetch(&port_works_queued, 1, __ATOMIC_RELAXED);
	}
	spin_unlock_irqrestore(&w->lock, flags);
	return is_new;
}

/* Under the lock. False: it was not there. */
static bool forget(struct port_works *w, struct work_struct *work)
{
	if (!g_ptr_array_remove(w->queued, work))
		return false;
	set_base(work, NULL);
	__atomic_sub_fetch(&port_works_queued, 1, __ATOMIC_RELAXED);
	return true;
}

static bool take_away(struct work_struct *work)
{
	struct port *p = base_of(work);
	unsigned long flags;
	bool was_queued;

	if (!p)
		return false;
	spin_lock_irqsave(&p->works->lock, flags);
	was_queued = forget(p->works, work);
	spin_unlock_irqrestore(&p->works->lock, flags);
	return was_queued;
}

/* The oldest, or NULL; only one runs at a time. */
static struct work_struct *take_first(struct port_works *w)
{
	struct work_struct *work = NULL;
	unsigned long flags;

	spin_lock_irqsave(&w->lock, flags);
	if (w->queued->len && !w->running) {
		work = w->queued->pdata[0];
		forget(w, work);
		__atomic_store_n(&w->running, work, __ATOMIC_RELAXED);
	}
	spin_unlock_irqrestore(&w->lock, flags);
	return work;
}

static void call(struct port_works *w, struct work_struct *work)
{
	port_before_load(work, sizeof(*work));
	is_worker = true;
	work->func(work);
	is_worker = false;
	__atomic_store_n(&w->running, NULL, __ATOMIC_RELEASE);
}

void port_run_works_slow(struct port *p)
{
	struct work_struct *work;

	if (!p->works || is_worker || irqs_disabled() || in_atomic() || port_mutexes_held())
		return;
	while ((work = take_first(p->works)) != NULL)
		call(p->works, work);
}

/* Another thread is at @work. */
static bool is_running(const struct work_struct *work)
{
	const struct port *p = port_current();

	return p && p->works && !is_worker &&
	       __atomic_load_n(&p->works->running, __ATOMIC_ACQUIRE) == work;
}

static void wait_for(const struct work_struct *work)
{
	while (is_running(work))
		cpu_relax();
}

/* ---- <linux/workqueue.h> ---------------------------------------------------------------- */

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	struct port *p = port_current();

	return p && add(p, work);
}

bool work_pending(const struct work_struct *work)
{
	return base_of(work) != NULL;
}

/* The thread that waits does what it waits for. */
bool flush_work(struct work_struct *work)
{
	bool was_queued = take_away(work);

	if (was_queued) {
		port_before_load(work, sizeof(*work));
		work->func(work);
	}
	wait_for(work);
	return was_queued;
}

bool cancel_work(struct work_struct *work)
{
	return take_away(work);
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_queued = take_away(work);

	wait_for(work);
	return was_queued;
}

void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	queue_work(system_wq, &dwork->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (delayed_work_pending(dwork))
		return false;
	if (!delay)
		return queue_work(wq, &dwork->work);
	mod_timer(&dwork->timer, get_jiffies_64() + delay);
	return true;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	if (del_timer_sync(&dwork->timer))
		queue_work(system_wq, &dwork->work);
	return flush_work(&dwork->work);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return del_timer(&dwork->timer) | cancel_work(&dwork->work);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return del_timer_sync(&dwork->timer) | cancel_work_sync(&dwork->work);
}

void flush_workqueue(struct workqueue_struct *wq)
{
	struct port *p = port_current();

	if (p)
		port_run_works_slow(p);
}

void port_works_exit(struct port *p)
{
	if (!p->works)
		return;
	while (p->works->queued->len)
		forget(p->works, p->works->queued->pdata[0]);
	g_ptr_array_unref(p->works->queued);
	g_clear_pointer(&p->works, g_free);
}
