/* SPDX-License-Identifier: MIT */
/*
 * What an IOMMU stands on: clocks, resets and power domains, by name. Whatever is off gates
 * registers, accesses of masters, or both; power and reset take along what it holds.
 */
#include <armdma/supply.h>

#include "../sim.h"
#include "hw.h"

#define GATES_ALL	(IOMMU_HW_GATES_REGISTERS | IOMMU_HW_GATES_ACCESSES)

static struct iommu_input *input_at(const struct iommu_hw *i, guint idx)
{
	return idx < i->inputs->len ? &g_array_index(i->inputs, struct iommu_input, idx) : NULL;
}

static bool keeps_state(enum supply_kind kind)
{
	return kind == SUPPLY_CLOCK;
}

/* Everything that is off, together. */
static unsigned gated(const struct iommu_hw *i)
{
	const struct iommu_input *in;
	unsigned sum = i->has_clock && i->has_power ? 0 : GATES_ALL;

	for (guint n = 0; (in = input_at(i, n)); n++)
		sum |= in->is_on ? 0 : in->gates;
	return sum;
}

static bool has_lost(const struct iommu_hw *i)
{
	const struct iommu_input *in;

	if (!i->has_power)
		return true;
	for (guint n = 0; (in = input_at(i, n)); n++)
		if (!in->is_on && !keeps_state(supply_kind(in->line)))
			return true;
	return false;
}

static void tell(struct iommu_hw *i, enum observe_kind kind, const struct observe_supply *what,
		 struct cpu *c, unsigned len)
{
	struct observe_event ev = {
		.kind = kind, .cpu = c, .len = len, .supply = what,
		.site = c && !i->machine->is_fast ? i->machine->actor.site : NULL,
	};

	machine_lock(i->machine);
	machine_tell(i->machine, &ev);
	machine_unlock(i->machine);
}

/* Inside: the line of @what has just changed. */
static void reconsider(struct iommu_hw *i, struct observe_supply what)
{
	bool had_lost = i->has_lost;

	i->gated = gated(i);
	i->has_lost = has_lost(i);
	what.iommu = i;
	what.loses = i->has_lost && !had_lost;
	if (what.loses) {
		i->counts.losses++;
		account_loss(i);
		iommu_hw_set_irq(i, false);
	}
	if (had_lost && !i->has_lost)
		i->ops->reset(i->opaque);
	tell(i, OBSERVE_SUPPLY, &what, NULL, 0);
}

void iommu_hw_meet_supply(struct iommu_hw *i, struct supply *s)
{
	bool is_on = supply_is_on(s);
	struct iommu_input *in;

	iommu_hw_enter(i);
	for (guint n = 0; (in = input_at(i, n)); n++) {
		if (in->line != s || in->is_on == is_on)
			continue;
		in->is_on = is_on;
		reconsider(i, (struct observe_supply){
			.line = s, .kind = supply_kind(s), .is_on = is_on });
	}
	iommu_hw_leave(i);
}

void iommu_hw_set_clock(struct iommu_hw *i, bool is_on)
{
	iommu_hw_enter(i);
	i->has_clock = is_on;
	reconsider(i, (struct observe_supply){ .kind = SUPPLY_CLOCK, .is_on = is_on });
	iommu_hw_leave(i);
}

void iommu_hw_set_power(struct iommu_hw *i, bool is_on)
{
	iommu_hw_enter(i);
	i->has_power = is_on;
	reconsider(i, (struct observe_supply){ .kind = SUPPLY_POWER, .is_on = is_on });
	iommu_hw_leave(i);
}

void iommu_hw_add_supply(struct iommu_hw *i, const char *name, struct supply *s)
{
	enum supply_kind kind = supply_kind(s);
	struct iommu_input in = {
		.name = g_strdup(name), .line = s, .is_on = true,
		.gates = i->ops->gates ? i->ops->gates(i->opaque, kind, name) : GATES_ALL,
	};

	iommu_hw_enter(i);
	g_array_append_val(i->inputs, in);
	iommu_hw_leave(i);
	iommu_hw_meet_supply(i, s);
}

const struct supply *iommu_hw_missing(const struct iommu_hw *i, unsigned gates)
{
	const struct iommu_input *in;

	for (guint n = 0; (in = input_at(i, n)); n++)
		if (!in->is_on && in->gates & gates)
			return in->line;
	return NULL;
}

void iommu_hw_note_unsupplied(struct iommu_hw *i, struct cpu *c, uint64_t reg, unsigned len,
			      bool is_write, uint64_t value)
{
	const struct supply *line = iommu_hw_missing(i, IOMMU_HW_GATES_REGISTERS);
	struct observe_supply what = {
		.iommu = i, .line = line, .reg = reg, .value = value, .is_write = is_write,
		.kind = line ? supply_kind(line) : i->has_clock ? SUPPLY_POWER : SUPPLY_CLOCK,
	};

	i->counts.unsupplied++;
	tell(i, OBSERVE_UNSUPPLIED, &what, c, len);
}

static void clear_input(gpointer p)
{
	g_free(((struct iommu_input *)p)->name);
}

void iommu_inputs_init(struct iommu_hw *i)
{
	i->has_clock = i->has_power = true;
	i->inputs = g_array_new(FALSE, TRUE, sizeof(struct iommu_input));
	g_array_set_clear_func(i->inputs, clear_input);
}

void iommu_inputs_done(struct iommu_hw *i)
{
	g_array_unref(i->inputs);
}
