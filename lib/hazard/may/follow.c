/* SPDX-License-Identifier: MIT */
/*
 * One event of a line that is followed: what it writes, what it may see, and whether the
 * line can be followed through it at all.
 */
#include "steps.h"

#include <string.h>

/* ---- a line begins to be followed --------------------------------------------- */

static struct may_copy copy_now(const struct may *may, struct may_line *l, int level)
{
	struct line_state s = machine_line(may->machine, level, l->pa);
	uint8_t bytes[MAY_LINE_BYTES];
	int version;

	if (!s.is_valid)
		return (struct may_copy){ COPY_NONE, 0 };
	machine_peek(may->machine, level == 1 ? VIEW_CPU : VIEW_OUTER, l->pa, bytes,
		     l->line_bytes);
	version = may_line_version(l, bytes, 7);
	return (struct may_copy){ s.is_dirty ? COPY_DIRTY : COPY_CLEAN, (uint8_t)version };
}

/* As the caches have it now. Versions 0 to 2 are DRAM's and, where they differ, theirs. */
static struct may_state state_now(const struct may *may, struct may_line *l)
{
	struct may_state st = { .dram = 0 };
	uint8_t bytes[3][MAY_LINE_BYTES];

	machine_peek(may->machine, VIEW_DRAM, l->pa, bytes[0], l->line_bytes);
	if (!machine_line(may->machine, 1, l->pa).is_valid &&
	    !machine_line(may->machine, 2, l->pa).is_valid) {
		may_line_version(l, bytes[0], 0);
		return st;
	}
	machine_peek(may->machine, VIEW_OUTER, l->pa, bytes[1], l->line_bytes);
	machine_peek(may->machine, VIEW_CPU, l->pa, bytes[2], l->line_bytes);
	may_line_version(l, bytes[0], 0);
	may_line_version(l, bytes[1], 1);
	may_line_version(l, bytes[2], 3);
	st.l1 = copy_now(may, l, 1);
	st.l2 = copy_now(may, l, 2);
	return st;
}

/*
 * An uncached store has been made already when it is told of: a cacheable mapping may
 * have brought in what was there before.
 */
static unsigned states_before(const struct may_state *now, const struct may_op *op,
			      struct may_page_kind kind, struct may_state *st)
{
	unsigned nr = 1;

	st[0] = *now;
	if (op->verb != MAY_STORE || op->path.is_inner || !kind.can_fill)
		return nr;
	st[nr] = *now;
	st[nr++].l1 = (struct may_copy){ COPY_CLEAN, MAY_OLD };
	st[nr] = *now;
	st[nr++].l2 = (struct may_copy){ COPY_CLEAN, MAY_OLD };
	return nr;
}

/* What came in before the store that is not known is no part of a witness. */
static void follow(struct may *may, struct may_page *p, struct may_line *l,
		   struct may_event *rec, struct may_page_kind kind)
{
	bool has_l2 = may_sets_rules(may->sets)->l2_line_bytes;
	struct may_state st[3], now = state_now(may, l);
	unsigned nr = states_before(&now, &rec->op, kind, st);

	rec->can_fill &= nr == 1;
	l->nominal = now;
	p->nr_followed++;
	l->set = may_set_of(may->sets, st, nr > 1 && !has_l2 ? 2 : nr, kind);
	memset(l->nobody, 0, sizeof(l->nobody));
}

/* ---- writes ---------------------------------------------------------------------- */

/* What @bytes make of each of @versions; false: there are not enough numbers. */
static bool new_versions(struct may_line *l, const struct may_event *rec, const uint8_t *bytes,
			 uint16_t versions, uint64_t *ret_map)
{
	uint16_t in_use = may_line_live(l);
	uint64_t map = MAY_SAME_MAP;

	for (unsigned left = versions & ~(1u << MAY_OLD); left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		uint8_t line[MAY_LINE_BYTES];
		int made;

		memcpy(line, may_version(l, i), l->line_bytes);
		memcpy(line + rec->at, bytes, rec->len);
		made = may_line_version(l, line, in_use);
		if (made < 0)
			return false;
		in_use |= (uint16_t)(1u << made);
		map = (map & ~((uint64_t)15 << 4 * i)) | (uint64_t)made << 4 * i;
	}
	*ret_map = map;
	return true;
}

/* A whole line goes over bytes from before it was followed, too. */
static uint64_t over_old(uint64_t map, const struct may_event *rec, uint16_t versions)
{
	unsigned any = versions ? (unsigned)__builtin_ctz(versions) : MAY_OLD;

	if (!rec->op.is_whole || any >= MAY_OLD)
		return map;
	return (map & ~((uint64_t)15 << 4 * MAY_OLD)) |
	       (map >> 4 * any & 15) << 4 * MAY_OLD;
}

struct nominal_store {
	struct may_store store;
	uint64_t map;
};

static uint8_t over(struct may_store *store, uint8_t version)
{
	return ((struct nominal_store *)store)->map >> 4 * version & 15;
}

static void step_nominal(struct may *may, struct may_line *l, const struct may_event *rec,
			 struct may_page_kind kind, uint64_t map)
{
	struct nominal_store s = { { over }, map };
	struct may_op op = rec->op;

	op.below = kind.below;
	may_step(may_sets_rules(may->sets), &l->nominal, &op, &s.store);
}

static void owned(struct may_line *l, unsigned at, unsigned len)
{
	for (unsigned i = at; i < at + len; i++)
		l->nobody[i / 64] &= ~(1ull << i % 64);
}

/* The nominal state steps, too, even where reads have shown that it is not the real one. */
static uint16_t versions_changed(struct may *may, struct may_line *l,
				 const struct may_event *rec, struct may_page_kind kind)
{
	return may_sets_changed(may->sets, l->set, &rec->op, kind) |
	       (may_line_live(l) & (uint16_t)~l->set->live);
}

static bool write_line(struct may *may, struct may_line *l, const struct may_event *rec,
		       struct may_page_kind kind, const uint8_t *bytes)
{
	uint16_t changed;
	uint64_t map;

	may_line_remember(l, *rec, bytes);
	if (__builtin_popcount(l->set->live) >= (int)MAY_MOST_LIVE)
		may_line_age(may->sets, l);
	if (!l->set)
		return false;
	changed = versions_changed(may, l, rec, kind);
	if (!new_versions(l, rec, bytes, changed, &map))
		return false;
	map = over_old(map, rec, changed);
	l->set = may_sets_step(may->sets, l->set, &rec->op, kind, map).set;
	step_nominal(may, l, rec, kind, map);
	owned(l, rec->at, rec->len);
	return l->set;
}
/* ---- reads ------------------------------------------------------------------------ */

static bool has_owner(const struct may_line *l, const struct shadow_line *s, unsigned i)
{
	unsigned in_shadow = (unsigned)(l->pa - s->pa) + i;

	return s->writer[in_shadow] != WRITER_NOBODY && !(l->nobody[i / 64] >> i % 64 & 1);
}

struct reading {
	const struct may_line *line;
	const struct shadow_line *shadow;
	const struct may_event *rec;
	uint8_t golden[MAY_LINE_BYTES], mask[MAY_LINE_BYTES];
};

static void reading_init(struct reading *r, const struct may_line *l,
			 const struct shadow_line *s, const struct may_event *rec)
{
	*r = (struct reading){ .line = l, .shadow = s, .rec = rec };
	for (unsigned i = 0; i < rec->len; i++) {
		r->mask[i] = has_owner(l, s, rec->at + i) ? 0xff : 0;
		r->golden[i] = s->golden[l->pa - s->pa + rec->at + i];
	}
}

static bool is_right(const struct reading *r, unsigned version)
{
	const uint8_t *bytes = may_version(r->line, version) + r->rec->at;

	for (unsigned i = 0; i < r->rec->len; i++)
		if (r->mask[i] && bytes[i] != r->golden[i])
			return false;
	return true;
}

/* Of the versions that are seen, those that are right. */
static uint16_t right_ones(const struct reading *r, uint16_t seen)
{
	uint16_t right = 0;

	for (unsigned i = 0; i < MAY_VERSIONS; i++)
		if (seen >> i & 1 && is_right(r, i))
			right |= (uint16_t)(1u << i);
	return right;
}

/* Do all of them have the same bytes there? */
static bool is_one_value(const struct may_line *l, const struct may_event *rec, uint16_t seen)
{
	const uint8_t *first = may_version(l, (unsigned)__builtin_ctz(seen)) + rec->at;

	for (unsigned left = seen; left; left &= left - 1)
		if (memcmp(may_version(l, (unsigned)__builtin_ctz(left)) + rec->at, first,
			   rec->len))
			return false;
	return true;
}

/* The rest of the run goes on from where this read was right. */
static void keep_right(struct may *may, struct may_line *l, const struct reading *r,
		       uint16_t right)
{
	const struct may_set *kept = right ? may_sets_keep(may->sets, l->set, &r->rec->op, right)
					   : NULL;

	if (!kept || !kept->nr)
		return;
	l->set = kept;
	may_line_must_see(l, r->golden, r->mask, r->rec->len);
}

static void look_closer(struct hazard_engine *e, struct may_line *l, const struct may_event *rec,
			const struct observe_event *ev, uint16_t seen, bool has_told)
{
	struct shadow_line *s = shadow_find(&e->shadow, ev->pa);
	struct reading r;
	uint16_t right;

	if (seen >> MAY_OLD & 1) {
		may_note_gap(e->may, GAP_OLD, ev->pa, ev->site);
		seen &= (uint16_t)~(1u << MAY_OLD);
	}
	if (!s || !seen || is_one_value(l, rec, seen))
		return;
	reading_init(&r, l, s, rec);
	right = right_ones(&r, seen);
	if (right == seen)
		may_note_gap(e->may, GAP_UNOWNED, ev->pa, ev->site);
	else if (!has_told)
		may_judge(e, l, s, ev, (struct may_wanted){ r.golden, r.mask });
	keep_right(e->may, l, &r, right);
}

static bool is_single(uint16_t versions)
{
	return !(versions & (versions - 1));
}

/* What makes no difference in any state is not remembered. */
static bool read_line(struct hazard_engine *e, struct may_line *l, const struct may_event *rec,
		      struct may_page_kind kind, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;
	struct may_outcome out = may_sets_step(may->sets, l->set, &rec->op, kind, MAY_SAME_MAP);
	bool is_read = rec->op.verb != MAY_MAINTAIN;

	may->nr_reads += is_read;
	if (l->set->live == 1) {
		l->set = out.set;
		step_nominal(may, l, rec, kind, MAY_SAME_MAP);
		return l->set;
	}
	may_line_remember(l, *rec, NULL);
	if (is_read && (!is_single(out.seen) || out.seen >> MAY_OLD)) {
		look_closer(e, l, rec, ev, out.seen, has_told);
		out = may_sets_step(may->sets, l->set, &rec->op, kind, MAY_SAME_MAP);
	}
	l->set = out.set;
	step_nominal(may, l, rec, kind, MAY_SAME_MAP);
	return l->set;
}
/* ---- an event of the line ------------------------------------------------ */

static bool is_level1(const struct may_op *op)
{
	return op->path.is_inner || (op->verb == MAY_MAINTAIN && op->levels & LEVEL_1);
}

/* Aliasing caches of ARMv6 tell addresses apart by bits 12 and up; those before by all. */
static bool is_another_copy(const struct may *may, const struct may_line *l, uint32_t va)
{
	const struct cache_rules *r = may_sets_rules(may->sets);
	uint32_t told_apart = r->fetches_unasked ? 0xf000 : ~(PAGE_BYTES - 1);

	return r->l1_is_virtual && l->va != UINT32_MAX && (l->va ^ va) & told_apart;
}

/* Why the line cannot be followed through this; GAP_NONE: it can. */
static enum may_gap obstacle(const struct may *may, const struct may_line *l,
			     const struct may_op *op, struct may_page_kind kind,
			     const struct observe_event *ev)
{
	const struct cache_rules *r = may_sets_rules(may->sets);

	if (r->l1_line_bytes && r->l2_line_bytes && r->l1_line_bytes != r->l2_line_bytes)
		return GAP_LINES;
	if (!is_level1(op))
		return GAP_NONE;
	if (r->is_many && (ev->is_local || !op->path.is_shareable))
		return GAP_OTHERS;
	if (is_another_copy(may, l, ev->va))
		return GAP_ALIAS;
	return op->path.is_inner && op->path.below != kind.below ? GAP_KINDS : GAP_NONE;
}
static void settle(struct may *may, struct may_page *p, struct may_line *l)
{
	bool is_clean = !l->set->is_dirty && !l->nobody[0] && !l->nobody[1];

	may_line_settle(may->sets, l);
	if (is_clean)
		may_unfollow(p, l);
}

/* @ev lies within the line, and is counted. */
void may_on_line(struct hazard_engine *e, struct may_page *p, unsigned i,
		    const struct may_op *op, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;
	struct may_line *l;
	struct may_event rec = {
		.op = *op, .attrs = ev->attrs, .nr = p->nr_events[i] + p->nr_whole, .va = ev->va,
		.at = (uint8_t)(ev->pa % may->line_bytes), .len = (uint8_t)ev->len,
		.cpu = ev->cpu, .master = ev->master,
	};
	struct may_page_kind kind;
	enum may_gap gap;
	bool is_write = op->verb == MAY_STORE || op->verb == MAY_DEVICE_WRITE;
	bool ok = true;

	rec.op.is_whole = ev->len == may->line_bytes;
	l = may_line_get(may, p, i);
	if (l->gap)
		return;
	may_learn_kind(may, p, ev);
	kind = may_kind_of(may, p);
	gap = obstacle(may, l, op, kind, ev);
	if (gap) {
		may_give_up(may, p, l, gap, ev->site);
		return;
	}
	if (is_level1(op))
		l->va = ev->va;
	rec.op.below = kind.below;
	rec.can_fill = kind.can_fill;
	if (!l->set) {
		follow(may, p, l, &rec, kind);
		ok = l->set;
	}
	if (ok)
		ok = is_write ? write_line(may, l, &rec, kind, ev->bytes)
			      : read_line(e, l, &rec, kind, ev, has_told);
	if (!ok) {
		l->set = NULL;		/* it may be one already */
		p->nr_followed--;
		may_give_up(may, p, l, GAP_VERSIONS, ev->site);
	} else if (is_single(l->set->live) && l->set->live != 1u << MAY_OLD) {
		settle(may, p, l);
	}
}
