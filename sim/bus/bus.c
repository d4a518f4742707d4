/* SPDX-License-Identifier: MIT */
/* Routing of register accesses: see bus.h. */
#include "../sim.h"

#define ROOM_END	0xf0000000u	/* above it some cores have registers of their own */

void bus_attach(struct machine *m, const struct bus_device *d)
{
	if (!m->bus.devices)
		m->bus.devices = g_array_new(false, false, sizeof(*d));
	machine_settle(m);
	g_array_append_val(m->bus.devices, *d);
	tlb_reconsider(m);	/* pages where nobody answered may have somebody */
}

void bus_detach(struct machine *m, const void *opaque)
{
	GArray *devices = m->bus.devices;

	machine_settle(m);
	for (unsigned i = devices ? devices->len : 0; i-- > 0;)
		if (g_array_index(devices, struct bus_device, i).opaque == opaque)
			g_array_remove_index(devices, i);
	tlb_reconsider(m);
}

static const struct bus_device *find(const struct machine *m, uint64_t pa)
{
	const GArray *devices = m->bus.devices;

	for (unsigned i = 0; devices && i < devices->len; i++) {
		const struct bus_device *d = &g_array_index(devices, struct bus_device, i);

		if (pa - d->pa < d->len)
			return d;
	}
	return NULL;
}

bool bus_answers(const struct machine *m, uint64_t pa)
{
	return find(m, pa) != NULL;
}

static bool overlaps(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

bool bus_answers_in(const struct machine *m, uint64_t pa, uint64_t len)
{
	for (unsigned i = 0; m->bus.devices && i < m->bus.devices->len; i++) {
		const struct bus_device *d = &g_array_index(m->bus.devices, struct bus_device, i);

		if (overlaps(pa, len, d->pa, d->len))
			return true;
	}
	return false;
}

static bool is_free(const struct machine *m, uint64_t pa, uint64_t len)
{
	for (unsigned i = 0; i < m->dram.nr_banks; i++)
		if (overlaps(pa, len, m->dram.banks[i].pa, m->dram.banks[i].len))
			return false;
	return !bus_answers_in(m, pa, len);
}

/* From high to low, since registers of boards are mostly low or in the middle. */
uint64_t bus_find_room(const struct machine *m, uint64_t len)
{
	uint64_t step = (len + PAGE_MASK) & ~(uint64_t)PAGE_MASK;

	for (uint64_t pa = ROOM_END - step; pa >= step; pa -= step)
		if (is_free(m, pa, step))
			return pa;
	return 0;
}

/* Exact gear: what the handler does is part of this access, so nobody else goes on. */
static void enter_handler(struct machine *m, int by)
{
	if (!m->is_fast)
		m->nr_handlers += (unsigned)by;
}

bool bus_read(struct cpu *c, uint64_t pa, unsigned len, uint64_t *ret_value)
{
	const struct bus_device *d = find(c->machine, pa);
	bool is_ok;

	enter_handler(c->machine, 1);
	is_ok = d && d->ops->read(d->opaque, c, pa - d->pa, len, ret_value);
	enter_handler(c->machine, -1);
	return is_ok;
}

/* A device hears of it before it sees what is still held back. */
static void ring(struct cpu *c)
{
	struct machine *m = c->machine;

	if (m->order)
		order_rang(c);
	if (m->stb.nr)
		stb_rang(m);
}

static void tell_register(struct cpu *c, uint64_t pa, unsigned len)
{
	struct machine *m = c->machine;
	struct observe_event ev = {
		.kind = OBSERVE_REGISTER, .cpu = c, .pa = pa, .len = len, .va = m->actor.va,
		.site = m->actor.site,
	};

	if (!m->is_fast && m->observers->len)
		machine_tell_aside(m, &ev);
}

static inline __attribute__((always_inline)) bool
deliver(struct cpu *c, uint64_t pa, unsigned len, uint64_t value)
{
	const struct bus_device *d = find(c->machine, pa);
	bool is_ok;

	if (d && !d->is_memory_system) {
		ring(c);
		tell_register(c, pa, len);
	}
	enter_handler(c->machine, 1);
	is_ok = d && d->ops->write(d->opaque, c, pa - d->pa, len, value);
	enter_handler(c->machine, -1);
	return is_ok;
}

bool machine_deliver(struct cpu *c, uint64_t pa, unsigned len, uint64_t value)
{
	return deliver(c, pa, len, value);
}

/* Apart, so that a write which nobody filters does not pay for it. */
static __attribute__((noinline)) bool
write_filtered(struct cpu *c, uint64_t pa, unsigned len, uint64_t value)
{
	struct machine_filter *f = c->machine->filter;

	return (f->write && !f->write(f, c, pa, len, &value)) || deliver(c, pa, len, value);
}

bool bus_write(struct cpu *c, uint64_t pa, unsigned len, uint64_t value)
{
	return unlikely(c->machine->filter != NULL) ? write_filtered(c, pa, len, value)
						    : deliver(c, pa, len, value);
}

/* What rings or has to be entered goes one by one. */
uint32_t bus_write_run(struct cpu *c, uint64_t pa, uint32_t value, uint32_t step, uint32_t nr)
{
	const struct bus_device *d = find(c->machine, pa);

	if (!d || !d->is_memory_system || !d->ops->write_run)
		return 0;
	return d->ops->write_run(d->opaque, c, pa - d->pa, value, step, nr);
}
