/* SPDX-License-Identifier: MIT */
/* A line's fate once more, on a machine of its own: see armdma/rehearse.h. */
#include "cpu/access.h"

#include <armdma/rehearse.h>
#include <string.h>

/* A port of each way that a master's access can go. */
struct rehearsal {
	struct machine *m;
	struct master *straight, *snooping, *acp[2];	/* [allocates in level 2] */
};

/* What registers have made of level 2, and of what the CPUs tell it. */
static void set_up_like(struct machine *m, const struct machine *model)
{
	struct outer *o = &m->outer;
	const struct outer *like = &model->outer;

	o->is_enabled = like->is_enabled;
	o->write_allocate = like->write_allocate;
	o->is_inclusive = like->is_inclusive;
	o->is_exclusive = like->is_exclusive;
	o->takes_clean = like->takes_clean;
	o->fills_nothing = like->fills_nothing;
	o->writes_through = like->writes_through;
	o->invalidates_shared = like->invalidates_shared;
	m->pl310.aux = model->pl310.aux;
	for (unsigned i = 0; i < m->nr_cpus; i++)
		m->cpus[i]->reg[CP15_ACTLR] = model->cpus[i]->reg[CP15_ACTLR];
}

static struct master *port(struct machine *m, enum master_port kind, bool allocs_l2)
{
	return master_new(m, &(struct master_config){
		.name = "port", .is_coherent = true, .port = kind, .allocs_l2 = allocs_l2 });
}

struct rehearsal *rehearsal_new(struct machine *m, GError **error)
{
	struct machine_config cfg = { .board = m->board, .errata = m->config.errata };
	struct machine *twin = machine_new(&cfg, error);
	struct rehearsal *r;

	if (!twin)
		return NULL;
	r = g_new0(struct rehearsal, 1);
	r->m = twin;
	set_up_like(twin, m);
	r->straight = master_new(twin, &(struct master_config){ .name = "port" });
	r->snooping = port(twin, PORT_BUS, false);
	for (unsigned i = 0; i < G_N_ELEMENTS(r->acp); i++)
		r->acp[i] = port(twin, PORT_ACP, i);
	return r;
}

void rehearsal_free(struct rehearsal *r)
{
	if (!r)
		return;
	machine_free(r->m);
	g_free(r);
}

static struct place place_at(const struct rehearsal *r, uint64_t pa)
{
	struct place at = { 0, 0 };

	dram_find(&r->m->dram, pa, &at);
	return at;
}

/* ---- as it was ------------------------------------------------------------- */

static void put_dram(struct rehearsal *r, struct place line, const uint8_t *bytes)
{
	dram_commit(r->m, line, bytes, inner_line_bytes(&r->m->inner));
}

static void drop_all(struct rehearsal *r, struct place line, struct seat s)
{
	int i = outer_find(&r->m->outer, line);

	if (inner_hits(&r->m->cpus[0]->l1, s.slot))
		inner_drop(&r->m->cpus[0]->l1, inner_find(&r->m->cpus[0]->l1, s), CAUSE_ASKED);
	if (i >= 0)
		outer_drop(r->m, i, CAUSE_ASKED);
}

/* Level 1 first: on its way in it may pass level 2, which is put right afterwards. */
static void place_l1(struct rehearsal *r, struct seat s, const struct observe_path *path,
		     const struct rehearsal_line *line)
{
	struct inner_ask ask = { .use = path->below, .is_shareable = path->is_shareable };
	struct cpu *c = r->m->cpus[0];
	int i;

	put_dram(r, s.at, line->l1);
	inner_fill(c, s, ask);
	if (line->l1_is_dirty)
		inner_make_dirty(c, s);
	i = outer_find(&r->m->outer, s.at);
	if (i >= 0)
		outer_drop(r->m, i, CAUSE_ASKED);
}

static void place_l2(struct rehearsal *r, struct place at, const struct rehearsal_line *line)
{
	struct outer *o = &r->m->outer;
	int i;

	put_dram(r, at, line->l2);
	i = outer_fill(r->m, at, false);
	if (i < 0 || !line->l2_is_dirty)
		return;
	outer_put(r->m, i, at, line->l2, inner_line_bytes(&r->m->inner));
	o->meta[i] |= OUTER_DIRTY;
}

void rehearsal_place(struct rehearsal *r, uint64_t pa, uint32_t va,
		     const struct observe_path *path, const struct rehearsal_line *line)
{
	struct place at = inner_line_place(&r->m->inner, place_at(r, pa));
	struct seat s = inner_line(&r->m->inner,
				   inner_seat(&r->m->inner, va, place_at(r, pa)));

	drop_all(r, at, s);
	if (line->l1)
		place_l1(r, s, path, line);
	if (line->l2 && outer_is_on(&r->m->outer))
		place_l2(r, at, line);
	put_dram(r, at, line->dram);
}

/* ---- steps ------------------------------------------------------------------- */

/* As a TLB would have it, permissions apart. */
static uint64_t word_of(const struct machine *m, const struct rehearsal_act *act)
{
	const struct mem_attrs *a = &act->attrs;
	bool is_bypassed = act->path.below == BELOW_BYPASSED && outer_use_of(m, *a) ==
			   OUTER_BYPASS;
	enum page_kind kind = act->path.is_inner ? PAGE_CACHED
						 : is_bypassed ? PAGE_UNCACHED : PAGE_LOOKED_UP;

	return TLB_VALID | (uint64_t)a->type << 46 | (uint64_t)a->inner << 48 |
	       (uint64_t)a->outer << 50 | (uint64_t)a->is_shareable << 52 |
	       (uint64_t)a->is_outer_shareable << 53 | (uint64_t)kind << 28 |
	       act->pa >> PAGE_SHIFT;
}

static void begin(struct rehearsal *r, struct cpu *c, uint32_t va)
{
	r->m->running = c;
	r->m->actor = (struct actor){ .cpu = c, .va = va };
}

static void maintain(struct rehearsal *r, struct cpu *c, const struct rehearsal_act *act)
{
	bool has_l2 = r->m->outer.nr_ways && !r->m->has_outer;
	enum dc_op op = act->op;

	if (!(act->levels & LEVEL_1)) {
		outer_op(r->m, op, place_at(r, act->pa));
		return;
	}
	if (has_l2 && op == DC_CLEAN && !(act->levels & LEVEL_2))
		op = DC_CLEAN_POU;
	dc_perform(c, op, word_of(r->m, act), act->va, false);
}

static struct master *port_of(struct rehearsal *r, const struct observe_path *path)
{
	if (!path->is_snooping)
		return r->straight;
	return path->is_above_l2 ? r->acp[path->below == BELOW_WRITE_ALLOCATE] : r->snooping;
}

static bool fill_inner(struct rehearsal *r, const struct rehearsal_act *act)
{
	struct cpu *c = r->m->cpus[0];
	struct seat s = inner_seat(&r->m->inner, act->va, place_at(r, act->pa));
	struct line_state state = inner_line_state(r->m, s.at);

	if (state.is_valid)
		return false;
	inner_fill(c, s, (struct inner_ask){
		.use = act->path.below, .is_shareable = act->path.is_shareable,
		.is_speculative = true });
	return true;
}

static bool fill_outer(struct rehearsal *r, struct place at)
{
	return outer_is_on(&r->m->outer) && !outer_hits(&r->m->outer, at) &&
	       outer_fill(r->m, at, true) >= 0;
}

static bool evict_outer(struct rehearsal *r, struct place at)
{
	int i = outer_is_on(&r->m->outer) ? outer_find(&r->m->outer, at) : -1;

	if (i >= 0)
		outer_expel(r->m, i, CAUSE_EVICTION);
	return i >= 0;
}

static bool evict_inner(struct rehearsal *r, struct place at)
{
	bool is_held = inner_line_state(r->m, at).is_valid;

	inner_evict(r->m, at);
	return is_held;
}

static bool step_unasked(struct rehearsal *r, const struct rehearsal_act *act)
{
	struct place at = place_at(r, act->pa);

	begin(r, r->m->cpus[0], act->va);
	switch (act->verb) {
	case REHEARSE_FILL:	return fill_inner(r, act);
	case REHEARSE_FILL2:	return fill_outer(r, at);
	case REHEARSE_EVICT:	return evict_inner(r, at);
	default:		return evict_outer(r, at);
	}
}

bool rehearsal_step(struct rehearsal *r, const struct rehearsal_act *act)
{
	struct cpu *c = r->m->cpus[act->cpu < r->m->nr_cpus ? act->cpu : 0];

	begin(r, c, act->va);
	switch (act->verb) {
	case REHEARSE_LOAD:
		memcpy(act->bytes, access_load(c, word_of(r->m, act), act->va, act->len), act->len);
		return true;
	case REHEARSE_STORE:
		access_store(c, word_of(r->m, act), act->va, act->bytes, act->len);
		return true;
	case REHEARSE_MAINTAIN:
		maintain(r, c, act);
		return true;
	case REHEARSE_DEVICE_READ:
		return !master_read(port_of(r, &act->path), act->pa, act->bytes, act->len).kind;
	case REHEARSE_DEVICE_WRITE:
		return !master_write(port_of(r, &act->path), act->pa, act->bytes, act->len).kind;
	default:
		return step_unasked(r, act);
	}
}
