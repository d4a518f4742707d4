/* SPDX-License-Identifier: MIT */
/* Interrupt lines: see <armdma/bus.h>. */
#include <string.h>

#include "../sim.h"

unsigned bus_new_irq(struct machine *m, const char *name)
{
	if (m->irqs.nr == BUS_MAX_IRQS)
		return 0;
	m->irqs.name[++m->irqs.nr] = g_strdup(name);
	return m->irqs.nr;
}

static unsigned irq_named(const struct machine *m, const char *name)
{
	for (unsigned irq = 1; irq <= m->irqs.nr; irq++)
		if (strcmp(m->irqs.name[irq], name) == 0)
			return irq;
	return 0;
}

unsigned machine_irq_line(struct machine *m, const char *controller, const uint32_t *cells,
			  unsigned nr)
{
	g_autoptr(GString) name = g_string_new(controller);
	unsigned irq;

	for (unsigned i = 0; i < nr; i++)
		g_string_append_printf(name, " %u", cells[i]);
	irq = irq_named(m, name->str);
	return irq ? irq : bus_new_irq(m, name->str);
}

/* Whoever changes the level counts it: two threads may hold one line. */
void bus_hold_irq(struct machine *m, unsigned irq, bool holds)
{
	unsigned *nr_holds = &m->irqs.nr_holds[irq];

	g_assert(irq && irq <= m->irqs.nr);
	if (holds && __atomic_fetch_add(nr_holds, 1, __ATOMIC_ACQ_REL) == 0)
		__atomic_add_fetch(&m->irqs.nr_high, 1, __ATOMIC_RELEASE);
	else if (!holds && __atomic_sub_fetch(nr_holds, 1, __ATOMIC_ACQ_REL) == 0)
		__atomic_sub_fetch(&m->irqs.nr_high, 1, __ATOMIC_RELEASE);
}

void bus_set_irq(struct machine *m, unsigned irq, bool is_high)
{
	g_assert(irq && irq <= m->irqs.nr);
	if (__atomic_exchange_n(&m->irqs.is_set[irq], is_high, __ATOMIC_ACQ_REL) != is_high)
		bus_hold_irq(m, irq, is_high);
}

bool bus_irq_is_high(const struct machine *m, unsigned irq)
{
	return irq && irq <= m->irqs.nr &&
	       __atomic_load_n(&m->irqs.nr_holds[irq], __ATOMIC_ACQUIRE);
}

const char *bus_irq_name(const struct machine *m, unsigned irq)
{
	return irq && irq <= m->irqs.nr ? m->irqs.name[irq] : NULL;
}

unsigned bus_next_irq(const struct machine *m, unsigned after)
{
	for (unsigned irq = after + 1; irq <= m->irqs.nr; irq++)
		if (bus_irq_is_high(m, irq))
			return irq;
	return 0;
}

unsigned bus_irqs_high(const struct machine *m)
{
	return __atomic_load_n(&m->irqs.nr_high, __ATOMIC_RELAXED);
}

void bus_on_irq(struct machine *m, void (*taken)(struct machine *m))
{
	m->irqs.taken = taken;
}

/* Software that plays a device itself, while it takes an interrupt, is not told anew. */
static _Thread_local bool is_taking;

void irqs_after_dma_slow(struct machine *m)
{
	if (!m->irqs.taken || m->run || m->nr_handlers || m->is_telling || is_taking)
		return;
	is_taking = true;
	m->irqs.taken(m);
	is_taking = false;
}

void irqs_done(struct machine *m)
{
	for (unsigned irq = 1; irq <= m->irqs.nr; irq++)
		g_free(m->irqs.name[irq]);
}
