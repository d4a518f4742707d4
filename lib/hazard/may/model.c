/* SPDX-License-Identifier: MIT */
/* The steps of a state: see model.h; the rules are those of sim/cache. */
#include "model.h"

#include <stddef.h>

#define NO_VERSION	UINT8_MAX

/* What goes to a place: a whole version, or a write's bytes over what is there. */
struct put {
	struct may_store *store;	/* NULL: @version */
	uint8_t version;
	bool is_whole;
};

static uint8_t put_over(const struct put *p, uint8_t version)
{
	return p->store ? p->store->over(p->store, version) : p->version;
}

static bool is_held(struct may_copy c)
{
	return c.state != COPY_NONE;
}

static struct may_copy copy_of(enum copy_state state, uint8_t version)
{
	return (struct may_copy){ (uint8_t)state, version };
}

static const struct may_copy none;

/* ---- level 2 and DRAM -------------------------------------------------- */

enum why { BY_ACCESS, BY_CLEAN, BY_EVICTION, BY_CLEAN_EVICTION };

static bool passes_by(const struct cache_rules *r, unsigned below)
{
	return !r->l2_line_bytes || below == BELOW_BYPASSED;
}

static bool allocates(const struct cache_rules *r, unsigned below, enum why why)
{
	if (r->l2_fills_nothing || below < BELOW_WRITE_BACK)
		return false;
	if (r->l2_is_exclusive && why >= BY_EVICTION)
		return true;
	return r->l2_allocation == ALLOCATES_ALWAYS ||
	       (r->l2_allocation == ALLOCATES_AS_HINTED && below == BELOW_WRITE_ALLOCATE);
}

static void write_through_l2(const struct cache_rules *r, struct may_state *st, unsigned below,
			     enum why why, const struct put *p)
{
	if (r->l2_drops_shared && below == BELOW_LOOKED_UP && p->is_whole)
		st->l2 = none;
	if (!is_held(st->l2) && allocates(r, below, why))
		st->l2 = copy_of(COPY_CLEAN, st->dram);
	if (is_held(st->l2)) {
		st->l2.version = put_over(p, st->l2.version);
		if (why == BY_CLEAN_EVICTION)
			return;
		if (below >= BELOW_WRITE_BACK && !r->l2_writes_through) {
			st->l2.state = COPY_DIRTY;
			return;
		}
	}
	if (why != BY_CLEAN_EVICTION)
		st->dram = put_over(p, st->dram);
}

static void write_below(const struct cache_rules *r, struct may_state *st, unsigned below,
			enum why why, const struct put *p)
{
	if (passes_by(r, below))
		st->dram = put_over(p, st->dram);
	else
		write_through_l2(r, st, below, why, p);
}

/* What a read past level 1 gets; it may bring the line into level 2. */
static uint8_t read_below(const struct cache_rules *r, struct may_state *st, unsigned below,
			  bool is_inner)
{
	bool is_exclusive = r->l2_is_exclusive && is_inner && below >= BELOW_WRITE_BACK;

	if (passes_by(r, below))
		return st->dram;
	if (is_held(st->l2))
		return st->l2.version;
	if (below != BELOW_LOOKED_UP && !is_exclusive && !r->l2_fills_nothing)
		st->l2 = copy_of(COPY_CLEAN, st->dram);
	return st->dram;
}

static void write_back_l2(struct may_state *st)
{
	if (st->l2.state != COPY_DIRTY)
		return;
	st->dram = st->l2.version;
	st->l2.state = COPY_CLEAN;
}

/* ---- level 1 -------------------------------------------------------------- */

/* The line of level 1 goes out: it is dirty, or level 2 wants clean ones too. */
static void put_back(const struct cache_rules *r, struct may_state *st, unsigned below,
		     bool is_eviction)
{
	bool is_dirty = st->l1.state == COPY_DIRTY;
	struct put p = { .version = st->l1.version, .is_whole = true };
	enum why why = BY_CLEAN;

	if (r->l2_is_exclusive && is_eviction && r->l1_tells_victims)
		why = is_dirty ? BY_EVICTION : BY_CLEAN_EVICTION;
	if (!is_dirty && (why != BY_CLEAN_EVICTION || passes_by(r, below)))
		return;
	write_below(r, st, below, why, &p);
}

static void expel(const struct cache_rules *r, struct may_state *st, unsigned below,
		  bool is_eviction)
{
	if (st->l1.state == COPY_DIRTY || (is_held(st->l1) && is_eviction && r->l1_sends_clean))
		put_back(r, st, below, is_eviction);
	st->l1 = none;
}

static void expel_l2(const struct cache_rules *r, struct may_state *st, unsigned below)
{
	if (!is_held(st->l2))
		return;
	if (r->l2_is_inclusive)
		expel(r, st, below, true);
	write_back_l2(st);
	st->l2 = none;
}

static void fill(const struct cache_rules *r, struct may_state *st, unsigned below)
{
	if (!is_held(st->l1))
		st->l1 = copy_of(COPY_CLEAN, read_below(r, st, below, true));
}

/* ---- events ---------------------------------------------------------------- */

static uint8_t load(const struct cache_rules *r, struct may_state *st, const struct may_op *op)
{
	if (!op->path.is_inner)
		return read_below(r, st, op->path.below, false);
	fill(r, st, op->path.below);
	return st->l1.version;
}

static void store(const struct cache_rules *r, struct may_state *st, const struct may_op *op,
		  struct may_store *s)
{
	struct put p = { .store = s, .is_whole = op->is_whole };
	bool is_kept = op->path.is_inner &&
		       (is_held(st->l1) || (r->l1_allocates && !op->path.is_through));

	if (is_kept) {
		fill(r, st, op->path.below);
		st->l1.version = put_over(&p, st->l1.version);
		if (!op->path.is_through)
			st->l1.state = COPY_DIRTY;
	}
	if (!is_kept || op->path.is_through)
		write_below(r, st, op->path.below, BY_ACCESS, &p);
}

static void maintain_l1(const struct cache_rules *r, struct may_state *st,
			const struct may_op *op)
{
	if (op->op != DC_INVALIDATE && st->l1.state == COPY_DIRTY) {
		put_back(r, st, op->below, false);
		st->l1.state = COPY_CLEAN;
	}
	if (op->op != DC_CLEAN)
		st->l1 = none;
}

static void maintain_l2(struct may_state *st, const struct may_op *op)
{
	if (op->op != DC_INVALIDATE)
		write_back_l2(st);
	if (op->op != DC_CLEAN)
		st->l2 = none;
}

/* Cleaned outward; what is only invalidated goes from the outer level first. */
static void maintain(const struct cache_rules *r, struct may_state *st, const struct may_op *op)
{
	if (op->op == DC_INVALIDATE && op->levels & LEVEL_2)
		maintain_l2(st, op);
	if (op->levels & LEVEL_1)
		maintain_l1(r, st, op);
	if (op->op != DC_INVALIDATE && op->levels & LEVEL_2)
		maintain_l2(st, op);
}

static uint8_t device_read(const struct cache_rules *r, struct may_state *st,
			   const struct may_op *op)
{
	if (!op->path.is_snooping)
		return st->dram;
	if (is_held(st->l1))
		return st->l1.version;
	if (op->path.is_above_l2)
		return read_below(r, st, op->path.below, false);
	return r->l2_line_bytes && is_held(st->l2) ? st->l2.version : st->dram;
}

static void device_write(const struct cache_rules *r, struct may_state *st,
			 const struct may_op *op, struct may_store *s)
{
	struct put p = { .store = s, .is_whole = op->is_whole };

	if (op->path.is_snooping)
		expel(r, st, op->below, false);
	if (op->path.is_snooping && op->path.is_above_l2) {
		write_below(r, st, op->path.below, BY_ACCESS, &p);
		return;
	}
	if (op->path.is_snooping && r->l2_line_bytes)
		expel_l2(r, st, op->below);
	st->dram = put_over(&p, st->dram);
}

uint8_t may_step(const struct cache_rules *r, struct may_state *st, const struct may_op *op,
		 struct may_store *s)
{
	switch (op->verb) {
	case MAY_LOAD:
		return load(r, st, op);
	case MAY_STORE:
		store(r, st, op, s);
		break;
	case MAY_MAINTAIN:
		maintain(r, st, op);
		break;
	case MAY_DEVICE_READ:
		return device_read(r, st, op);
	case MAY_DEVICE_WRITE:
		device_write(r, st, op, s);
		break;
	case MAY_FILL:
		fill(r, st, op->below);
		break;
	case MAY_FILL2:
		if (!is_held(st->l2))
			st->l2 = copy_of(COPY_CLEAN, st->dram);
		break;
	case MAY_EVICT:
		expel(r, st, op->below, true);
		break;
	default:
		expel_l2(r, st, op->below);
		break;
	}
	return NO_VERSION;
}

bool may_is_possible(const struct cache_rules *r, const struct may_state *st,
		     const struct may_op *op)
{
	switch (op->verb) {
	case MAY_FILL:
		return r->l1_line_bytes && !is_held(st->l1);
	case MAY_FILL2:
		return r->l2_line_bytes && !is_held(st->l2) && op->below >= BELOW_WRITE_THROUGH;
	case MAY_EVICT:
		return is_held(st->l1);
	default:
		return r->l2_line_bytes && is_held(st->l2);
	}
}
