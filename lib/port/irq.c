/* SPDX-License-Identifier: MIT */
/*
 * Who handles which line, and the moments at which lines are taken: see
 * <linux/interrupt.h>.
 *
 * Linux: kernel/irq/manage.c, handle.c, spurious.c.
 */
#include <glib.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/printk.h>
#include <linux/processor.h>
#include <armdma/bus.h>

#include "port.h"

#define MANY_IN_A_ROW	1000u		/* of one line, before it is given up for a while */

struct irqaction {
	struct irqaction *next;
	irq_handler_t handler, thread_fn;
	unsigned long flags;
	const char *name;
	void *dev_id;
};

/* @first is read without the lock: what it leads to goes only when nobody is at work. */
struct irq_desc {
	struct irqaction *first;
	unsigned depth;			/* of disable_irq() */
	bool is_at_work;
	bool is_dead;			/* nobody cared */
};

struct port_irqs {
	spinlock_t lock;
	struct irq_desc desc[BUS_MAX_IRQS + 1];
};

unsigned port_irq_users;
static _Thread_local bool is_in_irq;

/* ---- taking ------------------------------------------------------------------------ */

static bool begin(struct irq_desc *desc)
{
	return !desc->depth && !desc->is_dead && __atomic_load_n(&desc->first, __ATOMIC_ACQUIRE) &&
	       !__atomic_exchange_n(&desc->is_at_work, true, __ATOMIC_ACQUIRE);
}

static void end(struct irq_desc *desc)
{
	__atomic_store_n(&desc->is_at_work, false, __ATOMIC_RELEASE);
}

static irqreturn_t call_one(const struct irqaction *a, int irq)
{
	unsigned long flags;
	irqreturn_t ret = IRQ_WAKE_THREAD;

	if (a->handler) {
		local_irq_save(flags);
		ret = a->handler(irq, a->dev_id);
		local_irq_restore(flags);
	}
	if (ret == IRQ_WAKE_THREAD && a->thread_fn)
		ret = a->thread_fn(irq, a->dev_id);
	return ret;
}

/* Did anybody have to do with it? */
static bool call_all(const struct irq_desc *desc, int irq)
{
	bool is_handled = false;

	for (const struct irqaction *a = __atomic_load_n(&desc->first, __ATOMIC_ACQUIRE); a;
	     a = __atomic_load_n(&a->next, __ATOMIC_ACQUIRE))
		is_handled |= call_one(a, irq) != IRQ_NONE;
	return is_handled;
}

static void give_up(struct irq_desc *desc, unsigned irq, unsigned nr_unhandled)
{
	if (nr_unhandled < MANY_IN_A_ROW) {
		pr_err("irq %u: still high after its handlers ran %u times\n", irq, MANY_IN_A_ROW);
		return;
	}
	desc->is_dead = true;
	pr_err("irq %u: nobody cared: disabling it\n", irq);
}

static void serve(struct port *p, struct irq_desc *desc, unsigned irq)
{
	unsigned nr = 0, nr_unhandled = 0;

	while (bus_irq_is_high(p->machine, irq) && !desc->depth) {
		nr_unhandled += !call_all(desc, (int)irq);
		if (++nr == MANY_IN_A_ROW) {
			give_up(desc, irq, nr_unhandled);
			return;
		}
	}
}

static void take(struct port *p, unsigned irq)
{
	struct irq_desc *desc = &p->irqs->desc[irq];

	if (!begin(desc))
		return;
	serve(p, desc, irq);
	end(desc);
}

void port_take_irqs_slow(struct port *p)
{
	if (!p->irqs || is_in_irq || irqs_disabled())
		return;
	is_in_irq = true;
	for (unsigned irq = bus_next_irq(p->machine, 0); irq;
	     irq = bus_next_irq(p->machine, irq))
		take(p, irq);
	is_in_irq = false;
}

static void after_dma(struct machine *m)
{
	port_take_irqs_slow(machine_software(m));
}

/* ---- asking for them ------------------------------------------------------------------ */

static struct port_irqs *irqs_of(struct port *p)
{
	if (!p->irqs) {
		p->irqs = g_new0(struct port_irqs, 1);
		spin_lock_init(&p->irqs->lock);
		bus_on_irq(p->machine, after_dma);
		__atomic_add_fetch(&port_irq_users, 1, __ATOMIC_RELAXED);
	}
	return p->irqs;
}

static int check(const struct port *p, unsigned irq, const struct irqaction *a)
{
	if (irq == IRQ_NOTCONNECTED)
		return -ENOTCONN;
	if (!p || !bus_irq_name(p->machine, irq) || (!a->handler && !a->thread_fn))
		return -EINVAL;
	if (a->flags & IRQF_SHARED && (!a->dev_id || a->flags & IRQF_NO_AUTOEN))
		return -EINVAL;
	if (!a->handler && !(a->flags & IRQF_ONESHOT)) {
		pr_err("Threaded irq requested with handler=NULL and !ONESHOT for %s (irq %u)\n",
		       a->name ? a->name : "?", irq);
		return -EINVAL;
	}
	return 0;
}

/* Under the lock: at the end, if all who are there share as it does. */
static int add(struct irq_desc *desc, struct irqaction *a)
{
	struct irqaction **at = &desc->first;

	if (*at && !((*at)->flags & a->flags & IRQF_SHARED))
		return -EBUSY;
	if (!*at) {
		desc->is_dead = false;
		desc->depth = a->flags & IRQF_NO_AUTOEN ? 1 : 0;
	}
	while (*at)
		at = &(*at)->next;
	__atomic_store_n(at, a, __ATOMIC_RELEASE);
	return 0;
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev)
{
	const struct irqaction asked = {
		.handler = handler, .thread_fn = thread_fn, .flags = flags, .name = name,
		.dev_id = dev,
	};
	struct port *p = port_current();
	int err = check(p, irq, &asked);
	struct irqaction *a;
	unsigned long saved;

	if (err)
		return err;
	a = g_memdup2(&asked, sizeof(asked));
	spin_lock_irqsave(&irqs_of(p)->lock, saved);
	err = add(&p->irqs->desc[irq], a);
	spin_unlock_irqrestore(&p->irqs->lock, saved);
	if (err)
		g_free(a);
	else
		port_take_irqs(p);
	return err;
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev);
}

static struct irqaction *remove_action(struct irq_desc *desc, const void *dev_id)
{
	for (struct irqaction **at = &desc->first; *at; at = &(*at)->next) {
		struct irqaction *a = *at;

		if (a->dev_id != dev_id)
			continue;
		__atomic_store_n(at, a->next, __ATOMIC_RELEASE);
		return a;
	}
	return NULL;
}

static struct irq_desc *desc_of(struct port *p, unsigned irq)
{
	return p && p->irqs && irq <= BUS_MAX_IRQS ? &p->irqs->desc[irq] : NULL;
}

const void *free_irq(unsigned int irq, void *dev_id)
{
	struct port *p = port_current();
	struct irq_desc *desc = desc_of(p, irq);
	struct irqaction *a = NULL;
	const char *name;
	unsigned long flags;

	if (desc) {
		spin_lock_irqsave(&p->irqs->lock, flags);
		a = remove_action(desc, dev_id);
		spin_unlock_irqrestore(&p->irqs->lock, flags);
	}
	if (WARN(!a, "Trying to free already-free IRQ %u", irq))
		return NULL;
	synchronize_irq(irq);
	name = a->name;
	g_free(a);
	return name;
}

/* ---- off and on -------------------------------------------------------------------------- */

void synchronize_irq(unsigned int irq)
{
	const struct irq_desc *desc = desc_of(port_current(), irq);

	while (desc && !is_in_irq && __atomic_load_n(&desc->is_at_work, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void change_depth(unsigned irq, int by)
{
	struct port *p = port_current();
	struct irq_desc *desc = desc_of(p, irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&p->irqs->lock, flags);
	if (!WARN(by < 0 && !desc->depth, "Unbalanced enable for IRQ %u", irq))
		desc->depth += (unsigned)by;
	spin_unlock_irqrestore(&p->irqs->lock, flags);
	port_take_irqs(p);
}

void disable_irq_nosync(unsigned int irq)
{
	change_depth(irq, 1);
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	change_depth(irq, -1);
}

void port_irqs_exit(struct port *p)
{
	if (!p->irqs)
		return;
	bus_on_irq(p->machine, NULL);
	__atomic_sub_fetch(&port_irq_users, 1, __ATOMIC_RELAXED);
	for (unsigned irq = 0; irq <= BUS_MAX_IRQS; irq++) {
		struct irqaction *a = p->irqs->desc[irq].first;

		while (a) {
			struct irqaction *next = a->next;

			g_free(a);
			a = next;
		}
	}
	g_clear_pointer(&p->irqs, g_free);
}

unsigned port_irq_line(struct port *p, const char *controller, const u32 *cells, unsigned nr)
{
	return machine_irq_line(p->machine, controller, cells, nr);
}
