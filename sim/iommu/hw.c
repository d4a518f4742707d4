/* SPDX-License-Identifier: MIT */
/* What all IOMMUs are made of: see hw.h and <armdma/iommu.h>. */
#include "../sim.h"
#include "hw.h"

#define STREAMS_OF_IOMMUS	0x10000u	/* past those of all CPUs */

static const char *const reason_names[NR_IOMMU_HW_REASONS] = {
	[IOMMU_HW_OK] = "none",
	[IOMMU_HW_TRANSLATION] = "translation",
	[IOMMU_HW_PERMISSION] = "permission",
	[IOMMU_HW_ACCESS_FLAG] = "access flag",
	[IOMMU_HW_ADDRESS_SIZE] = "address size",
	[IOMMU_HW_WALK_EXTERNAL] = "external abort on a table walk",
	[IOMMU_HW_NO_STREAM] = "unknown stream",
	[IOMMU_HW_STREAM_TWICE] = "stream matched twice",
	[IOMMU_HW_CONTEXT_OFF] = "context not enabled",
	[IOMMU_HW_OFF] = "no clock or power",
	[IOMMU_HW_TLB_CONFLICT] = "TLB conflict",
	[IOMMU_HW_BLOCKED] = "blocked",
	[IOMMU_HW_TLB_MISS] = "TLB miss",
};

const char *iommu_hw_reason_name(enum iommu_hw_reason reason)
{
	return reason_names[reason];
}

void iommu_hw_enter(struct iommu_hw *i)
{
	if (i->machine->is_fast)
		g_mutex_lock(&i->lock);
}

void iommu_hw_leave(struct iommu_hw *i)
{
	if (i->machine->is_fast)
		g_mutex_unlock(&i->lock);
}

uint32_t iommu_hw_choose(struct iommu_hw *i, uint32_t n)
{
	return i->machine->draws_delays ? stream_below(&i->chance, n) : 0;
}

/* ---- registers ------------------------------------------------------------------ */

static void tick(struct iommu_hw *i)
{
	if (i->ops->tick)
		i->ops->tick(i->opaque);
}

static bool read_pieces(struct iommu_hw *i, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	uint64_t low, high;

	if (len < 8)
		return i->ops->read(i->opaque, reg, len, ret_value);
	if (!i->ops->read(i->opaque, reg, 4, &low) ||
	    !i->ops->read(i->opaque, reg + 4, 4, &high))
		return false;
	*ret_value = low | high << 32;
	return true;
}

static bool write_pieces(struct iommu_hw *i, uint64_t reg, unsigned len, uint64_t value)
{
	if (len < 8)
		return i->ops->write(i->opaque, reg, len, value);
	return i->ops->write(i->opaque, reg, 4, (uint32_t)value) &&
	       i->ops->write(i->opaque, reg + 4, 4, value >> 32);
}

static bool read_register(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			  uint64_t *ret_value)
{
	struct iommu_hw *i = opaque;
	bool is_ok = false;

	iommu_hw_enter(i);
	if (!(i->gated & IOMMU_HW_GATES_REGISTERS)) {
		tick(i);
		is_ok = read_pieces(i, reg, len, ret_value);
		i->counts.reg_reads += is_ok;
	} else {
		iommu_hw_note_unsupplied(i, c, reg, len, false, 0);
	}
	iommu_hw_leave(i);
	return is_ok;
}

static bool write_register(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			   uint64_t value)
{
	struct iommu_hw *i = opaque;
	bool is_ok = false;

	iommu_hw_enter(i);
	if (!(i->gated & IOMMU_HW_GATES_REGISTERS)) {
		tick(i);
		is_ok = write_pieces(i, reg, len, value);
		i->counts.reg_writes += is_ok;
	} else {
		iommu_hw_note_unsupplied(i, c, reg, len, true, value);
	}
	iommu_hw_leave(i);
	return is_ok;
}

static const struct bus_ops register_ops = { .read = read_register, .write = write_register };

/* ---- accesses ------------------------------------------------------------------- */

static bool is_refusal(enum iommu_hw_outcome outcome)
{
	return outcome != IOMMU_HW_HIT && outcome != IOMMU_HW_BYPASS;
}

struct iommu_hw_result iommu_hw_ask(struct iommu_hw *i, const struct iommu_hw_access *a)
{
	struct iommu_hw_result r = {
		.outcome = IOMMU_HW_ABORT, .reason = IOMMU_HW_OFF, .room = a->len,
		.context = UINT_MAX,
	};

	i->counts.accesses++;
	i->walked = NULL;
	if (i->is_bypassed) {
		r.outcome = IOMMU_HW_BYPASS;
		r.reason = IOMMU_HW_OK;
		r.pa = a->iova;
	} else if (!(i->gated & IOMMU_HW_GATES_ACCESSES)) {
		r.outcome = IOMMU_HW_HIT;
		r.reason = IOMMU_HW_OK;
		tick(i);
		i->ops->translate(i->opaque, a, &r);
		g_assert(r.room);
	}
	i->counts.bypasses += r.outcome == IOMMU_HW_BYPASS;
	i->counts.faults += is_refusal(r.outcome);
	i->counts.stalls += r.outcome == IOMMU_HW_STALL;
	return r;
}

bool iommu_hw_is_observed(const struct iommu_hw *i)
{
	return !i->machine->is_fast && i->machine->observers->len;
}

/* A refusal is an event; that somebody was served is told of, and takes no step. */
static void tell(struct iommu_hw *i, const struct master *d, const struct observe_iommu *what)
{
	struct observe_event ev = {
		.kind = OBSERVE_IOMMU, .master = d, .dma = what->access.iova,
		.len = what->access.len, .iommu = what,
	};

	if (!d || !is_refusal(what->result.outcome)) {
		if (iommu_hw_is_observed(i))
			machine_tell_aside(i->machine, &ev);
		return;
	}
	machine_lock(i->machine);
	machine_tell(i->machine, &ev);
	machine_unlock(i->machine);
}

struct iommu_hw_result iommu_hw_serve(struct iommu_hw *i, const struct master *d,
				      const struct iommu_hw_access *a)
{
	struct observe_iommu what = { .iommu = i, .access = *a, .result = iommu_hw_ask(i, a) };

	tell(i, d, &what);
	return what.result;
}

struct iommu_hw_result iommu_hw_translate(struct iommu_hw *i, const struct iommu_hw_access *a)
{
	struct observe_iommu what = { .iommu = i, .access = *a };

	if (!i->machine->is_fast)
		machine_settle(i->machine);
	iommu_hw_enter(i);
	what.result = iommu_hw_ask(i, a);
	tell(i, NULL, &what);
	iommu_hw_leave(i);
	return what.result;
}

/* What a look has learnt, which a model says but once. */
static bool is_seen(struct iommu_hw *i, uint32_t stall, enum iommu_hw_stall_state *ret)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(i->seen); n++) {
		struct stall_seen *s = &i->seen[n];

		if (!s->is_there || s->stall != stall)
			continue;
		s->is_there = false;
		*ret = s->state;
		return true;
	}
	return false;
}

bool iommu_hw_stall_waits(struct iommu_hw *i, uint32_t stall)
{
	struct stall_seen s = { true, stall, iommu_hw_stall_state(i, stall) };

	if (s.state == IOMMU_HW_STALL_WAITS)
		return true;
	iommu_hw_enter(i);
	i->seen[i->nr_seen++ % G_N_ELEMENTS(i->seen)] = s;
	iommu_hw_leave(i);
	return false;
}

enum iommu_hw_stall_state iommu_hw_stall_state(struct iommu_hw *i, uint32_t stall)
{
	enum iommu_hw_stall_state state = IOMMU_HW_STALL_TERMINATE;

	iommu_hw_enter(i);
	if (is_seen(i, stall, &state)) {
		iommu_hw_leave(i);
		return state;
	}
	if (!i->has_lost && i->ops->stall_state)
		state = i->ops->stall_state(i->opaque, stall);
	iommu_hw_leave(i);
	return state;
}

void iommu_hw_bypass(struct iommu_hw *i, bool is_bypassed)
{
	iommu_hw_enter(i);
	i->is_bypassed = is_bypassed;
	iommu_hw_leave(i);
}

bool iommu_hw_is_bypassed(const struct iommu_hw *i)
{
	return i->is_bypassed;
}

void iommu_hw_set_irq(struct iommu_hw *i, bool is_high)
{
	if (!i->irq || i->holds_irq == is_high)
		return;
	i->holds_irq = is_high;
	bus_hold_irq(i->machine, i->irq, is_high);
}

/* ---- making and asking -------------------------------------------------------------- */

struct iommu_hw *iommu_hw_new(struct machine *m, const struct iommu_hw_config *cfg,
			      const struct iommu_hw_ops *ops, void *opaque)
{
	struct iommu_hw *i = g_new0(struct iommu_hw, 1);

	i->machine = m;
	i->name = g_strdup(cfg->name);
	i->kind = g_strdup(cfg->kind);
	i->reg_pa = cfg->reg_pa;
	i->reg_len = cfg->reg_len;
	i->walker = cfg->walker;
	i->ops = ops;
	i->opaque = opaque;
	iommu_inputs_init(i);
	i->chance = stream_new(m->config.seed, STREAMS_OF_IOMMUS + m->iommus->len);
	i->irq = cfg->irq ? cfg->irq : bus_new_irq(m, i->name);
	g_mutex_init(&i->lock);
	g_ptr_array_add(m->iommus, i);
	ops->reset(opaque);
	if (i->reg_len)
		bus_attach(m, &(struct bus_device){
			.pa = i->reg_pa, .len = i->reg_len, .ops = &register_ops, .opaque = i,
		});
	return i;
}

void iommu_hws_done(struct machine *m)
{
	for (unsigned n = 0; n < m->iommus->len; n++) {
		struct iommu_hw *i = g_ptr_array_index(m->iommus, n);

		if (i->ops->free)
			i->ops->free(i->opaque);
		iommu_inputs_done(i);
		g_mutex_clear(&i->lock);
		g_free(i->name);
		g_free(i->kind);
		g_free(i);
	}
	g_ptr_array_unref(m->iommus);
}

struct iommu_hw *machine_iommu(const struct machine *m, size_t idx)
{
	return idx < m->iommus->len ? g_ptr_array_index(m->iommus, idx) : NULL;
}

const char *iommu_hw_name(const struct iommu_hw *i)
{
	return i->name;
}

const char *iommu_hw_kind(const struct iommu_hw *i)
{
	return i->kind;
}

uint64_t iommu_hw_reg_pa(const struct iommu_hw *i)
{
	return i->reg_pa;
}

uint64_t iommu_hw_reg_len(const struct iommu_hw *i)
{
	return i->reg_len;
}

unsigned iommu_hw_irq(const struct iommu_hw *i)
{
	return i->irq;
}

void *iommu_hw_opaque(const struct iommu_hw *i)
{
	return i->opaque;
}

void iommu_hw_count(struct iommu_hw *i, struct iommu_hw_counters *ret_counters)
{
	iommu_hw_enter(i);
	*ret_counters = i->counts;
	iommu_hw_leave(i);
}
