/* SPDX-License-Identifier: MIT */
/*
 * TLB, walk cache and walker: see walk.h.
 *
 * Spec: DDI 0406C, B3.6.6 and DDI 0487, D8.2 (walks); D8.5 (hardware update of access flag
 * and dirty state).
 */
#include "../sim.h"
#include "walk.h"

#include <string.h>

/* One walk: where it is, and what it may still come to. */
struct walking {
	struct walk_unit *u;
	const struct walk_space *s;
	uint64_t iova;
	bool is_write;
	unsigned level;
	uint64_t table;
	uint8_t restrains;
	unsigned nr_reads;
	bool is_newest;			/* of a look: by the newest bytes */
	struct iommu_hw_reading *look;	/* what is read goes there, and nowhere else; or NULL */
};

static struct iotlb_entry nothing(const struct walking *w, enum iommu_hw_reason reason)
{
	unsigned shift = w->s->format->levels[w->level].shift;

	return (struct iotlb_entry){
		.iova = w->iova >> shift << shift, .size_log2 = (uint8_t)shift,
		.context = w->s->context, .asid = w->s->asid,
		.level = (uint8_t)(w->s->format->first_level + w->level),
		.is_negative = true, .reason = (uint8_t)reason,
		.born = w->u->hw->machine->moment,
		.born_step = w->u->hw->machine->step,
	};
}

/* ---- the walk cache -------------------------------------------------------------- */

/* The deepest table that is known, else the root. */
static void find_start(struct walking *w)
{
	const struct iotlb_entry *e = NULL;

	if (w->u->has_walk_cache)
		e = iotlb_find(&w->u->tables, w->s->context, w->s->asid, w->iova);
	w->level = e ? e->level : 0;
	w->table = e ? e->pa : w->s->root;
	w->restrains = e ? e->perms : 0;
	w->u->hw->counts.walk_cache_hits += e != NULL;
}

/* The table of the level below this one, which what @w's level indexes leads to. */
static void remember_table(struct walking *w)
{
	unsigned shift = w->s->format->levels[w->level - 1].shift;

	if (!w->u->has_walk_cache || w->look)
		return;
	iotlb_insert(&w->u->tables, &(struct iotlb_entry){
		.iova = w->iova >> shift << shift, .size_log2 = (uint8_t)shift,
		.context = w->s->context, .asid = w->s->asid,
		.pa = w->table, .level = (uint8_t)w->level, .perms = w->restrains,
		.born = w->u->hw->machine->moment,
		.born_step = w->u->hw->machine->step,
	});
}

/* ---- a descriptor -------------------------------------------------------------------- */

/* For nobody's use but to tell of. */
static bool look_at_descriptor(struct walking *w, uint64_t pa, uint64_t *ret_raw, unsigned len)
{
	struct iommu_hw_descriptor *d = &w->look->descriptors[w->look->nr];

	if (w->is_newest ? !walker_read_newest(w->u->hw, pa, ret_raw, len, true)
			 : !iommu_hw_walk_read(w->u->hw, pa, ret_raw, len))
		return false;
	*d = (struct iommu_hw_descriptor){ .pa = pa, .raw = *ret_raw, .len = (uint8_t)len };
	w->look->nr++;
	return true;
}

static bool read_descriptor(struct walking *w, uint64_t *ret_pa, uint64_t *ret_raw)
{
	const struct pt_level *l = &w->s->format->levels[w->level];
	uint64_t index = w->iova >> l->shift & ((1ull << l->bits) - 1);

	*ret_pa = w->table + (index << l->entry_log2);
	*ret_raw = 0;
	w->nr_reads++;
	if (unlikely(w->look != NULL))
		return look_at_descriptor(w, *ret_pa, ret_raw, 1u << l->entry_log2);
	return iommu_hw_walk_read(w->u->hw, *ret_pa, ret_raw, 1u << l->entry_log2);
}

static bool is_too_wide(const struct walking *w, uint64_t pa)
{
	return w->s->format->output_bits < 64 && pa >> w->s->format->output_bits;
}

/* The descriptor at @pa becomes @to, if nobody changed it meanwhile. */
static bool update(struct walking *w, uint64_t pa, uint64_t raw, uint64_t to)
{
	return w->look || iommu_hw_walk_swap(w->u->hw, pa, raw, to,
				  1u << w->s->format->levels[w->level].entry_log2);
}

static struct iotlb_entry page(const struct walking *w, const struct pt_entry *e)
{
	unsigned size_log2 = e->size_log2;

	if (e->is_contiguous && w->u->uses_contiguous)
		size_log2 += e->run_log2;
	return (struct iotlb_entry){
		.iova = w->iova >> size_log2 << size_log2,
		.pa = e->pa >> size_log2 << size_log2,
		.size_log2 = (uint8_t)size_log2,
		.context = w->s->context, .asid = w->s->asid, .is_global = e->is_global,
		.level = (uint8_t)(w->s->format->first_level + w->level),
		.perms = e->perms & (uint8_t)~w->restrains,
		.is_clean = e->is_clean && w->s->sets_dirty,
		.is_unsnooped = e->is_unsnooped, .attrs = e->attrs,
		.born = w->u->hw->machine->moment,
		.born_step = w->u->hw->machine->step,
	};
}

/* The walker sets the access flag, and for a write the dirty state, where it is asked to. */
static bool finish_leaf(struct walking *w, uint64_t pa, uint64_t raw, struct pt_entry *e,
			struct iotlb_entry *ret)
{
	bool dirties = w->is_write && e->is_clean && w->s->sets_dirty;
	uint64_t to = raw;

	if (e->is_untouched && !w->s->sets_access) {
		*ret = nothing(w, IOMMU_HW_ACCESS_FLAG);
		return true;
	}
	if (e->is_untouched)
		to |= e->touched;
	if (dirties)
		to = (to & ~(raw ^ e->dirtied)) | (e->dirtied & (raw ^ e->dirtied));
	if (to != raw && !update(w, pa, raw, to))
		return false;
	w->s->format->decode(w->s->format, w->level, to, e);
	*ret = page(w, e);
	return true;
}

/* ---- what came with it ----------------------------------------------------------- */

static bool is_ever_held(const struct walk_unit *u, const struct iotlb_entry *e)
{
	return !e->is_negative || (u->caches_negative && e->reason == IOMMU_HW_TRANSLATION);
}

static bool is_worth_holding(const struct walk_unit *u, const struct iotlb_entry *e)
{
	return !u->fills_nothing && is_ever_held(u, e);
}

/* Beside the TLB, where there is such a place: whatever it says, and however it ended. */
static bool hold_beside(struct walk_unit *u, const struct iotlb_entry *e, uint64_t iova)
{
	if (u->has_lines)
		iotlb_insert(&u->lines, e);
	else if (is_worth_holding(u, e))
		iotlb_insert_for(&u->tlb, e, iova);
	else
		return false;
	return true;
}

/* @n stands where the descriptor @raw is indexed. */
static void hold_neighbour(struct walking *n, uint64_t raw)
{
	struct iotlb_entry held;
	struct pt_entry e;

	n->s->format->decode(n->s->format, n->level, raw, &e);
	if (e.kind == PT_TABLE) {
		n->restrains |= e.restrains;
		n->table = e.pa;
		n->level++;
		remember_table(n);
		return;
	}
	if (is_too_wide(n, e.pa) || e.is_untouched)
		return;
	held = e.kind == PT_LEAF ? page(n, &e) : nothing(n, IOMMU_HW_TRANSLATION);
	n->u->hw->counts.prefetches += hold_beside(n->u, &held, n->iova);
}

/* The descriptors that lie in one line with the one at @pa, as they are in memory now. */
static void hold_line(const struct walking *w, uint64_t pa)
{
	const struct pt_level *l = &w->s->format->levels[w->level];
	unsigned len = w->u->line_len, size = 1u << l->entry_log2;
	uint64_t first = pa & ~(uint64_t)(len - 1);
	uint8_t line[WALK_MAX_LINE];

	g_assert(len <= sizeof(line));
	if (len <= size || w->look || w->s->has_no_lines)
		return;
	if (!iommu_hw_walk_read(w->u->hw, first, line, len))
		return;
	for (unsigned off = 0; off < len; off += size) {
		struct walking n = *w;
		uint64_t raw = 0;

		if (first + off == pa)
			continue;
		n.iova += (uint64_t)((int64_t)(first + off - pa) >> l->entry_log2) << l->shift;
		memcpy(&raw, line + off, size);
		hold_neighbour(&n, raw);
	}
}

/* ---- a step ---------------------------------------------------------------------- */

/* One level: true when the walk is over, with @ret its result; it may also begin anew. */
static bool step(struct walking *w, struct iotlb_entry *ret)
{
	struct pt_entry e;
	uint64_t pa, raw;

	if (!read_descriptor(w, &pa, &raw)) {
		*ret = nothing(w, IOMMU_HW_WALK_EXTERNAL);
		return true;
	}
	hold_line(w, pa);
	w->s->format->decode(w->s->format, w->level, raw, &e);
	if (e.kind == PT_INVALID) {
		*ret = nothing(w, IOMMU_HW_TRANSLATION);
		return true;
	}
	if (is_too_wide(w, e.pa)) {
		*ret = nothing(w, IOMMU_HW_ADDRESS_SIZE);
		return true;
	}
	if (e.kind == PT_LEAF)
		return finish_leaf(w, pa, raw, &e, ret);
	w->restrains |= e.restrains;
	w->table = e.pa;
	w->level++;
	remember_table(w);
	return false;
}

static struct iotlb_entry walk(struct walk_unit *u, const struct walk_space *s, uint64_t iova,
			       bool is_write, unsigned *ret_reads)
{
	struct walking w = { .u = u, .s = s, .iova = iova, .is_write = is_write };
	struct iotlb_entry found;

	if (s->format->input_bits < 64 && iova >> s->format->input_bits) {
		*ret_reads = 0;
		return nothing(&w, IOMMU_HW_TRANSLATION);
	}
	find_start(&w);
	while (!step(&w, &found))
		;
	u->hw->counts.walk_reads += w.nr_reads;
	*ret_reads = w.nr_reads;
	return found;
}

/* ---- the TLB ------------------------------------------------------------------------ */

static uint64_t granule(const struct walk_space *s)
{
	return 1ull << s->format->granule_log2;
}

/* The pages after @iova, as far as nothing is held of them. */
static void prefetch(struct walk_unit *u, const struct walk_space *s, uint64_t iova)
{
	for (unsigned n = 0; n < u->prefetch; n++) {
		struct iotlb_entry e;
		unsigned nr_reads;

		iova += granule(s);
		if (iotlb_find(&u->tlb, s->context, s->asid, iova))
			continue;
		e = walk(u, s, iova, false, &nr_reads);
		if (!is_worth_holding(u, &e))
			continue;
		iotlb_insert_for(&u->tlb, &e, iova);
		u->hw->counts.prefetches++;
	}
}

/* Even if the TLB of all is off. */
static void hold_in_micro(const struct walk_unit *u, const struct walk_space *s,
			  const struct iotlb_entry *e)
{
	if (s->micro && is_ever_held(u, e))
		iotlb_insert(s->micro, e);
}

/* Where the walk will begin. */
static void note_start(struct walk_unit *u, const struct walk_space *s, uint64_t iova)
{
	const struct iotlb_entry *e = NULL;

	if (u->has_walk_cache)
		e = iotlb_find(&u->tables, s->context, s->asid, iova);
	if (e)
		u->past.start = *e;
}

static struct iotlb_entry fetch(struct walk_unit *u, const struct walk_space *s,
				const struct iommu_hw_access *a, struct iommu_hw_result *ret)
{
	struct iotlb_entry e;

	u->hw->counts.misses++;
	if (s->never_walks)
		return nothing(&(struct walking){ .u = u, .s = s, .iova = a->iova },
			       IOMMU_HW_TLB_MISS);
	if (unlikely(iommu_hw_is_observed(u->hw)))
		note_start(u, s, a->iova);
	e = walk(u, s, a->iova, a->is_write, &ret->nr_reads);
	u->hw->counts.walks++;
	if (is_worth_holding(u, &e))
		iotlb_insert_for(&u->tlb, &e, a->iova);
	hold_in_micro(u, s, &e);
	prefetch(u, s, a->iova);
	return e;
}

/* In the TLB of who asks; else in that of all, from where it goes there, too. */
static const struct iotlb_entry *find_held(const struct walk_unit *u, const struct walk_space *s,
					   uint64_t iova)
{
	const struct iotlb_entry *e = NULL;

	if (s->micro)
		e = iotlb_find(s->micro, s->context, s->asid, iova);
	if (e)
		return e;
	e = iotlb_find(&u->tlb, s->context, s->asid, iova);
	if (e)
		hold_in_micro(u, s, e);
	return e;
}

/* An entry that a write must make dirty first does not serve it. */
static bool serves(const struct iotlb_entry *e, const struct iommu_hw_access *a)
{
	return e && !(a->is_write && e->is_clean);
}

/* What was fetched with another one moves on to the TLB. */
static bool look_beside(struct walk_unit *u, const struct walk_space *s,
			const struct iommu_hw_access *a, struct iotlb_entry *ret)
{
	const struct iotlb_entry *e = NULL;

	if (u->has_lines && !s->has_no_lines && !s->never_walks)
		e = iotlb_find(&u->lines, s->context, s->asid, a->iova);
	if (!serves(e, a))
		return false;
	*ret = *e;
	if (is_worth_holding(u, ret))
		iotlb_insert_for(&u->tlb, ret, a->iova);
	return true;
}

static bool look_up(struct walk_unit *u, const struct walk_space *s,
		    const struct iommu_hw_access *a, struct iotlb_entry *ret)
{
	const struct iotlb_entry *e = find_held(u, s, a->iova);

	if (serves(e, a))
		*ret = *e;
	else if (!look_beside(u, s, a, ret))
		return false;
	u->hw->counts.hits++;
	u->hw->counts.negative_hits += ret->is_negative;
	return true;
}

static bool may(const struct iotlb_entry *e, const struct iommu_hw_access *a)
{
	unsigned perm = a->is_fetch ? IOTLB_FETCH : a->is_write ? IOTLB_WRITE : IOTLB_READ;

	return e->perms & (a->is_privileged ? perm : perm << (a->is_fetch ? 1 : 2));
}

static void refuse(struct iommu_hw_result *ret, enum iommu_hw_reason reason)
{
	ret->outcome = IOMMU_HW_FAULT;
	ret->reason = reason;
}

/* For who asks how it came about. */
static void note_answer(struct walk_unit *u, const struct walk_space *s, bool is_hit,
			const struct iotlb_entry *e)
{
	u->past.space = *s;
	u->past.is_hit = is_hit;
	u->past.entry = *e;
	u->hw->walked = u;
}

void walk_look(const struct walk_unit *u, const struct walk_space *s,
	       const struct iommu_hw_access *a, bool is_newest, struct iommu_hw_reading *ret)
{
	struct walking w = {
		.u = (struct walk_unit *)(uintptr_t)u, .s = s, .iova = a->iova,
		.is_write = a->is_write, .table = s->root, .is_newest = is_newest, .look = ret,
	};
	struct iotlb_entry e;

	*ret = (struct iommu_hw_reading){ .reason = IOMMU_HW_TRANSLATION };
	if (s->format->input_bits < 64 && a->iova >> s->format->input_bits)
		return;
	while (!step(&w, &e))
		;
	ret->reason = e.is_negative ? e.reason : may(&e, a) ? IOMMU_HW_OK : IOMMU_HW_PERMISSION;
	ret->pa = e.is_negative ? 0 : e.pa + (a->iova - e.iova);
}

void walk_translate_by(struct walk_unit *u, const struct walk_space *s,
		       const struct iommu_hw_access *a, struct iommu_hw_result *ret,
		       struct iotlb_entry *ret_entry)
{
	struct iotlb_entry e;
	uint64_t into;

	u->past.start.is_valid = false;
	ret->is_tlb_hit = look_up(u, s, a, &e);
	if (!ret->is_tlb_hit)
		e = fetch(u, s, a, ret);
	if (unlikely(iommu_hw_is_observed(u->hw)))
		note_answer(u, s, ret->is_tlb_hit, &e);
	into = a->iova - e.iova;
	ret->stage = s->format->stage;
	ret->level = e.level;
	ret->room = MIN((uint64_t)a->len, (1ull << e.size_log2) - into);
	ret->pa = e.is_negative ? 0 : e.pa + into;
	ret->is_unsnooped = e.is_unsnooped;
	if (e.is_negative)
		refuse(ret, e.reason);
	else if (!may(&e, a))
		refuse(ret, IOMMU_HW_PERMISSION);
	*ret_entry = e;
}

void walk_translate(struct walk_unit *u, const struct walk_space *s,
		    const struct iommu_hw_access *a, struct iommu_hw_result *ret)
{
	struct iotlb_entry by;

	walk_translate_by(u, s, a, ret, &by);
}

unsigned walk_invalidate(struct walk_unit *u, const struct iotlb_scope *s, bool in_tlb,
			 bool in_walk_cache)
{
	unsigned nr = 0;

	if (in_tlb)
		nr += iotlb_invalidate(&u->tlb, s);
	if (in_tlb && u->has_lines)
		nr += iotlb_invalidate(&u->lines, s);
	if (in_walk_cache && u->has_walk_cache)
		nr += iotlb_invalidate(&u->tables, s);
	account_invalidation(u->hw, s, in_tlb, in_walk_cache, nr);
	return nr;
}
