/* SPDX-License-Identifier: MIT */
/* The program's events, line by line, made into steps of sets: see may.h. */
#include "may.h"

#include <string.h>

/* ---- pages and lines ------------------------------------------------------- */

static struct may_page *page_find(struct may *may, uint64_t pa)
{
	uint64_t nr = pa / PAGE_BYTES;
	struct may_page **known = &may->known[nr % MAY_KNOWN_PAGES];

	if (!*known || (*known)->pa != nr * PAGE_BYTES) {
		struct may_page *p = g_hash_table_lookup(may->pages, &(uint64_t){
			nr * PAGE_BYTES });

		if (!p)
			return NULL;
		*known = p;
	}
	return *known;
}

static struct may_page *page_get(struct may *may, uint64_t pa)
{
	struct may_page *p = page_find(may, pa);

	if (p)
		return p;
	p = g_malloc0(sizeof(*p) + may->nr_lines * (sizeof(*p->line) + 3 * sizeof(uint32_t)));
	p->pa = pa & ~(uint64_t)(PAGE_BYTES - 1);
	p->nr_events = (uint32_t *)&p->line[may->nr_lines];
	p->bulk_nr = p->nr_events + may->nr_lines;
	p->halfway_nr = p->bulk_nr + may->nr_lines;
	g_hash_table_insert(may->pages, &p->pa, p);
	return p;
}

static unsigned line_idx(const struct may *may, uint64_t pa)
{
	return (unsigned)(pa % PAGE_BYTES) / may->line_bytes;
}

static struct may_line *line_get(struct may *may, struct may_page *p, unsigned i)
{
	if (!p->line[i])
		p->line[i] = may_line_new(p->pa + i * may->line_bytes, may->line_bytes);
	return p->line[i];
}

static void page_free(struct may *may, struct may_page *p)
{
	for (unsigned i = 0; i < may->nr_lines; i++)
		may_line_free(p->line[i]);
	g_free(p->old);
	g_free(p);
}

static void give_up(struct may *may, struct may_page *p, struct may_line *l, enum may_gap gap,
		    const void *site)
{
	may_note_gap(may, gap, l->pa, site);
	p->nr_followed -= l->set != NULL;
	may_line_drop(l, gap);
}

/* Every copy is the same, and none dirty: as much as is known of a line not followed. */
static void unfollow(struct may_page *p, struct may_line *l)
{
	p->nr_followed -= l->set != NULL;
	l->set = NULL;
	memset(l->nobody, 0, sizeof(l->nobody));
}

void may_note_gap(struct may *may, enum may_gap gap, uint64_t pa, const void *site)
{
	if (may->nr_gaps[gap]++)
		return;
	may->gap_site[gap] = site;
	may->gap_pa[gap] = pa;
}

/* ---- which mapping a page has ----------------------------------------------- */

/* Asked again when a translation may have gone: an answer is microseconds away. */
static struct may_page_kind kind_of(struct may *may, struct may_page *p)
{
	struct observe_path path;
	uint32_t va = p->hint;

	if (p->age == may->age)
		return p->kind;
	p->age = may->age;
	p->kind.can_fill = machine_may_fetch(may->machine, p->pa, &va, &path);
	if (path.is_inner) {
		p->kind.below = path.below;
		p->is_known = true;
		p->hint = va & ~(PAGE_BYTES - 1);
	}
	return p->kind;
}

static void page_gains(struct may *may, struct may_page *p)
{
	p->age = 0;
	kind_of(may, p);
}

/* A translation that is used is there; pages that did not know are asked again. */
static void on_tlb_fill(struct may *may, const struct observe_event *ev)
{
	uint64_t end = ev->pa + ev->len;

	if (ev->attrs.type != MEM_NORMAL || ev->attrs.inner == CACHE_NONE)
		return;
	for (uint64_t pa = ev->pa & ~(uint64_t)(PAGE_BYTES - 1); pa < end; pa += PAGE_BYTES) {
		struct may_page *p = page_find(may, pa);

		if (p && !p->kind.can_fill)
			page_gains(may, p);
	}
}

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

/* Is it about a line of which nothing is known, and which it leaves like that? */
static bool needs_no_line(const struct may *may, const struct may_op *op, uint64_t pa)
{
	if (op->verb == MAY_LOAD && op->path.is_inner)
		return true;
	if (op->verb == MAY_STORE || op->verb == MAY_DEVICE_WRITE)
		return false;
	return op->verb == MAY_MAINTAIN || (!machine_line(may->machine, 1, pa).is_dirty &&
					    !machine_line(may->machine, 2, pa).is_dirty);
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

/* Version 0 is DRAM's alone; then 1 is, and caches may have brought 0 in before. */
static const struct may_set *written_set(struct may *may, const struct may_op *op,
					 struct may_page_kind kind)
{
	const struct may_set **known = &may->written[kind.below][kind.can_fill];
	struct may_state st = { .dram = 0 };

	if (!*known)
		*known = may_set_of(may->sets, &st, 1, kind);
	if (*known && (*known)->live == 1)
		*known = may_sets_step(may->sets, *known, op, kind,
				       (MAY_SAME_MAP & ~(uint64_t)15) | 1).set;
	return *known;
}

static bool has_bit(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static bool has_any(const uint64_t *bits)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < MAY_LINE_WORDS; i++)
		any |= bits[i];
	return any;
}

static void clear_bit(uint64_t *bits, unsigned i)
{
	bits[i / 64] &= ~(1ull << i % 64);
}

/* A device writes all of a line that no cache holds, and that is not followed. */
static void write_bulk_line(struct may *may, struct may_page *p, unsigned i)
{
	uint64_t bit = 1ull << i % 64, pa = p->pa + i * may->line_bytes;

	p->halfway[i / 64] &= ~bit;
	if (p->bulk[i / 64] & bit) {
		p->again[i / 64] |= bit;
		return;
	}
	if (!p->old)
		p->old = g_malloc(PAGE_BYTES);
	machine_peek(may->machine, VIEW_DRAM, pa, p->old + i * may->line_bytes, may->line_bytes);
	p->bulk[i / 64] |= bit;
	p->again[i / 64] &= ~bit;
	p->bulk_nr[i] = p->nr_events[i] + p->nr_whole;
}

static const struct may_op bulk_op = {
	.verb = MAY_DEVICE_WRITE, .path = { .is_shareable = true }, .is_whole = true,
};

/* What a stale copy may hold, where there was more than one write. */
static const struct may_set *with_older(struct may *may, struct may_page_kind kind)
{
	bool has_l2 = may_sets_rules(may->sets)->l2_line_bytes;
	struct may_state st[] = {
		{ .dram = 1 },
		{ .l1 = { COPY_CLEAN, 0 }, .dram = 1 },
		{ .l1 = { COPY_CLEAN, MAY_OLD }, .dram = 1 },
		{ .l2 = { COPY_CLEAN, 0 }, .dram = 1 },
		{ .l2 = { COPY_CLEAN, MAY_OLD }, .dram = 1 },
	};

	return may_set_of(may->sets, st, !kind.can_fill ? 1 : has_l2 ? 5 : 3, kind);
}

static const struct may_op halfway_op = {
	.verb = MAY_MAINTAIN, .op = DC_INVALIDATE, .levels = LEVEL_2,
	.path = { .is_shareable = true },
};

static void catch_up(struct may *may, struct may_page *p, unsigned i, struct may_page_kind kind)
{
	struct may_line *l = p->line[i];
	struct may_event rec = {
		.op = halfway_op, .len = l->line_bytes, .nr = p->halfway_nr[i],
		.can_fill = kind.can_fill, .cpu = machine_cpu(may->machine, 0), .va = p->hint,
	};

	rec.op.below = kind.below;
	clear_bit(p->halfway, i);
	may_line_remember(l, rec, NULL);
	if (l->set)
		l->set = may_sets_step(may->sets, l->set, &halfway_op, kind, MAY_SAME_MAP).set;
}

/* From now on it is followed by itself; false: there is no set for it. */
static bool out_of_bulk(struct may *may, struct may_page *p, unsigned i)
{
	struct may_page_kind kind = kind_of(may, p);
	struct may_line *l = line_get(may, p, i);
	bool is_again = has_bit(p->again, i);
	struct may_event rec = {
		.op = bulk_op, .len = l->line_bytes, .nr = p->bulk_nr[i],
		.can_fill = kind.can_fill,
	};
	uint8_t now[MAY_LINE_BYTES];

	clear_bit(p->bulk, i);
	machine_peek(may->machine, VIEW_DRAM, l->pa, now, l->line_bytes);
	may_line_version(l, p->old + i * l->line_bytes, 0);
	if (!is_again && may_line_version(l, now, 1) == 0) {
		clear_bit(p->halfway, i);
		return true;		/* it wrote what was there */
	}
	memcpy(may_version(l, 1), now, l->line_bytes);
	memset(&l->nominal, 0, sizeof(l->nominal));
	rec.op.below = kind.below;
	may_line_remember(l, rec, now);
	l->nominal.dram = 1;
	l->set = is_again ? with_older(may, kind) : written_set(may, &bulk_op, kind);
	if (has_bit(p->halfway, i))
		catch_up(may, p, i, kind);
	p->nr_followed += l->set != NULL;
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

/* ---- events ------------------------------------------------------------------------- */

static bool op_of(const struct observe_event *ev, struct may_op *op)
{
	static const uint8_t verb[NR_OBSERVE_KINDS] = {
		[OBSERVE_LOAD] = MAY_LOAD + 1, [OBSERVE_STORE] = MAY_STORE + 1,
		[OBSERVE_DMA_READ] = MAY_DEVICE_READ + 1,
		[OBSERVE_DMA_WRITE] = MAY_DEVICE_WRITE + 1,
		[OBSERVE_MAINTAIN] = MAY_MAINTAIN + 1,
	};

	if (!verb[ev->kind])
		return false;
	*op = (struct may_op){
		.verb = verb[ev->kind] - 1, .op = (uint8_t)ev->op, .levels = (uint8_t)ev->levels,
		.path = ev->path,
	};
	return true;
}

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

static void learn_kind(struct may *may, struct may_page *p, const struct observe_event *ev)
{
	if (!ev->path.is_inner)
		return;
	p->hint = ev->va & ~(PAGE_BYTES - 1);
	if (!p->is_known) {
		p->kind.below = ev->path.below;
		p->is_known = true;
	}
	if (!p->kind.can_fill && p->age != may->age)
		kind_of(may, p);
}

static void settle(struct may *may, struct may_page *p, struct may_line *l)
{
	bool is_clean = !l->set->is_dirty && !l->nobody[0] && !l->nobody[1];

	may_line_settle(may->sets, l);
	if (is_clean)
		unfollow(p, l);
}

/* @ev lies within the line, and is counted. */
static void on_line(struct hazard_engine *e, struct may_page *p, unsigned i,
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
	l = line_get(may, p, i);
	if (l->gap)
		return;
	learn_kind(may, p, ev);
	kind = kind_of(may, p);
	gap = obstacle(may, l, op, kind, ev);
	if (gap) {
		give_up(may, p, l, gap, ev->site);
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
		give_up(may, p, l, GAP_VERSIONS, ev->site);
	} else if (is_single(l->set->live) && l->set->live != 1u << MAY_OLD) {
		settle(may, p, l);
	}
}

static bool is_all_bulk(const struct may *may, const struct may_page *p)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < MAY_LINE_WORDS; i++)
		nr += (unsigned)__builtin_popcountll(p->bulk[i]);
	return nr == may->nr_lines;
}

/* Does a cache operation leave nothing but the newest of a line written in bulk? */
static bool ends_bulk(struct may *may, const struct may_op *op, struct may_page_kind kind,
		      bool is_halfway)
{
	const struct may_set *set = written_set(may, &bulk_op, kind);

	if (op->verb != MAY_MAINTAIN || !set)
		return false;
	if (is_halfway)
		set = may_sets_step(may->sets, set, &halfway_op, kind, MAY_SAME_MAP).set;
	return set && may_sets_step(may->sets, set, op, kind,
				    MAY_SAME_MAP).set->live == 1u << 1;
}

/* Done to a line in bulk; false: it does not fit there. */
static bool maintain_bulk_line(struct may *may, struct may_page *p, unsigned i,
			       const struct may_op *op)
{
	bool is_halfway = has_bit(p->halfway, i);

	if (ends_bulk(may, op, kind_of(may, p), is_halfway)) {
		clear_bit(p->bulk, i);
		clear_bit(p->halfway, i);
		return true;
	}
	if (is_halfway || op->levels != LEVEL_2 || op->op != DC_INVALIDATE)
		return false;
	p->halfway[i / 64] |= 1ull << i % 64;
	p->halfway_nr[i] = p->nr_events[i] + p->nr_whole;
	return true;
}

/* Of a page of which no line is followed, and which it leaves like that. */
static bool is_idle(struct may *may, struct may_page *p, const struct may_op *op)
{
	if (p->nr_followed || op->path.is_snooping)
		return false;
	switch (op->verb) {
	case MAY_MAINTAIN:
		if (has_any(p->bulk) && (has_any(p->halfway) ||
					 !ends_bulk(may, op, kind_of(may, p), false)))
			return false;
		memset(p->bulk, 0, sizeof(p->bulk));
		return true;
	case MAY_DEVICE_WRITE:
		if (!is_all_bulk(may, p) || has_any(p->halfway))
			return false;
		memcpy(p->again, p->bulk, sizeof(p->again));
		return true;
	default:
		return op->verb == MAY_DEVICE_READ;
	}
}

/* The part of @ev from @pa on that lies in its page, if it is a whole idle one: bytes. */
static uint64_t whole_page(struct hazard_engine *e, const struct observe_event *ev, uint64_t pa,
			   const struct may_op *op)
{
	struct may_page *p;

	if (pa % PAGE_BYTES || ev->pa + ev->len - pa < PAGE_BYTES ||
	    !shadow_is_watched(&e->shadow, pa))
		return 0;
	p = page_get(e->may, pa);
	if (!is_idle(e->may, p, op))
		return 0;
	p->nr_whole++;
	e->may->nr_reads += op->verb == MAY_DEVICE_READ ? e->may->nr_lines : 0;
	return PAGE_BYTES;
}

/* True: a line that was written in bulk, and that is all that there is to do about it. */
static bool stays_in_bulk(struct may *may, struct may_page *p, unsigned i,
			  const struct may_op *op, bool is_long)
{
	bool is_read = op->verb == MAY_DEVICE_READ && !op->path.is_snooping;

	if (op->verb == MAY_DEVICE_WRITE && is_long && !op->path.is_snooping) {
		write_bulk_line(may, p, i);
		return true;
	}
	if (!has_bit(p->bulk, i))
		return false;
	if (op->verb == MAY_MAINTAIN)
		return maintain_bulk_line(may, p, i, op);
	may->nr_reads += is_read;
	return is_read;
}

/* A line that is not followed goes on like that; DMA of many lines is of unheld ones. */
static bool passes_by(struct may *may, struct may_page *p, unsigned i, uint64_t pa,
		      const struct may_op *op, bool is_long)
{
	const struct may_line *l = p->line[i];

	if (l && (l->set || l->gap))
		return false;
	if (stays_in_bulk(may, p, i, op, is_long))
		return true;
	if (has_bit(p->bulk, i)) {
		out_of_bulk(may, p, i);
		return false;
	}
	if (!needs_no_line(may, op, pa))
		return false;
	may->nr_reads += op->verb != MAY_MAINTAIN;
	return true;
}

/* The part of @ev that begins at @pa, within one line. */
static void on_part(struct hazard_engine *e, const struct observe_event *ev, uint64_t pa,
		    size_t len, const struct may_op *op, bool has_told)
{
	struct may *may = e->may;
	struct may_page *p = page_get(may, pa);
	unsigned i = line_idx(may, pa);
	struct observe_event part;

	p->nr_events[i]++;
	if (passes_by(may, p, i, pa, op, len == may->line_bytes && ev->len > len))
		return;
	if (len == ev->len) {
		on_line(e, p, i, op, ev, has_told);
		return;
	}
	part = *ev;
	part.pa = pa;
	part.len = len;
	part.va += (uint32_t)(pa - ev->pa);
	part.bytes = ev->bytes ? ev->bytes + (pa - ev->pa) : NULL;
	on_line(e, p, i, op, &part, has_told);
}

/* Line by line. */
static void on_access(struct hazard_engine *e, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;
	struct may_op op;

	if (!op_of(ev, &op))
		return;
	for (size_t done = 0, len; done < ev->len; done += len) {
		uint64_t pa = ev->pa + done;
		size_t room = may->line_bytes - pa % may->line_bytes;

		len = whole_page(e, ev, pa, &op);
		if (len)
			continue;
		len = MIN(room, ev->len - done);
		if (shadow_is_watched(&e->shadow, pa))
			on_part(e, ev, pa, len, &op, has_told);
	}
}

static void on_upheaval(struct may *may, const void *site)
{
	struct cache_rules r = machine_cache_rules(may->machine);
	GHashTableIter it;
	gpointer p;

	g_hash_table_iter_init(&it, may->pages);
	while (g_hash_table_iter_next(&it, NULL, &p)) {
		struct may_page *page = p;

		if (has_any(page->bulk))
			may_note_gap(may, GAP_UPHEAVAL, page->pa, site);
		memset(page->bulk, 0, sizeof(page->bulk));
		memset(page->halfway, 0, sizeof(page->halfway));
		for (unsigned i = 0; i < may->nr_lines; i++)
			if (page->line[i] && page->line[i]->set)
				give_up(may, page, page->line[i], GAP_UPHEAVAL,
					site);
	}
	if (!memcmp(&r, may_sets_rules(may->sets), sizeof(r)))
		return;
	may_sets_free(may->sets);
	may->sets = may_sets_new(&r, MAY_MOST_SETS);
	memset(may->written, 0, sizeof(may->written));
}

void may_event(struct hazard_engine *e, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;

	if (!may)
		return;
	switch (ev->kind) {
	case OBSERVE_TLB_FILL:
		on_tlb_fill(may, ev);
		break;
	case OBSERVE_TLB_INVALIDATE:
		may->age++;
		break;
	case OBSERVE_UPHEAVAL:
		on_upheaval(may, ev->site);
		break;
	default:
		on_access(e, ev, has_told);
		break;
	}
}

/* ---- what the library says ------------------------------------------------------------ */

/* Of the bytes of a line that some version has otherwise, none is anybody's any more. */
static void surrender_bytes(struct may_line *l, unsigned at, unsigned len)
{
	uint16_t live = l->set->live & (uint16_t)~(1u << MAY_OLD);
	const uint8_t *first = may_version(l, live ? (unsigned)__builtin_ctz(live) : 0);

	for (unsigned n = 0; live && n < MAY_VERSIONS; n++)
		for (unsigned i = at; live >> n & 1 && i < at + len; i++)
			if (may_version(l, n)[i] != first[i])
				l->nobody[i / 64] |= 1ull << i % 64;
}

typedef void (*line_action)(struct may *may, struct may_page *p, unsigned i, unsigned at,
			    unsigned len);

static void each_line(struct may *may, uint64_t pa, uint64_t len, line_action act)
{
	uint64_t end = pa + len;

	while (pa < end) {
		struct may_page *p = page_find(may, pa);
		uint64_t stop = MIN(end, (pa / PAGE_BYTES + 1) * PAGE_BYTES);

		while (p && pa < stop) {
			unsigned at = (unsigned)(pa % may->line_bytes);
			unsigned n = (unsigned)MIN(may->line_bytes - at, stop - pa);

			if (has_bit(p->bulk, line_idx(may, pa)) || p->line[line_idx(may, pa)])
				act(may, p, line_idx(may, pa), at, n);
			pa += n;
		}
		pa = stop;
	}
}

static void surrender_line(struct may *may, struct may_page *p, unsigned i, unsigned at,
			   unsigned len)
{
	if (has_bit(p->bulk, i))
		out_of_bulk(may, p, i);
	if (p->line[i]->set)
		surrender_bytes(p->line[i], at, len);
}

void may_surrender(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	if (e->may)
		each_line(e->may, pa, len, surrender_line);
}

/* Nobody may rely on free memory, nor on what is left of it in caches. */
static void forget_line(struct may *may, struct may_page *p, unsigned i, unsigned at,
			unsigned len)
{
	if (has_bit(p->bulk, i))
		out_of_bulk(may, p, i);
	if (len < may->line_bytes) {
		for (unsigned n = at; p->line[i]->set && n < at + len; n++)
			p->line[i]->nobody[n / 64] |= 1ull << n % 64;
		return;
	}
	p->nr_followed -= p->line[i]->set != NULL;
	g_clear_pointer(&p->line[i], may_line_free);
}

void may_forget(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	if (e->may)
		each_line(e->may, pa, len, forget_line);
}

/* ---- life ---------------------------------------------------------------------------- */

void may_begin(struct hazard_engine *e)
{
	struct cache_rules r = machine_cache_rules(e->machine);
	struct may *may;

	if (e->config.no_may || machine_gear(e->machine) == GEAR_FAST)
		return;
	may = e->may = g_new0(struct may, 1);
	may->machine = e->machine;
	may->sets = may_sets_new(&r, MAY_MOST_SETS);
	may->line_bytes = r.l1_line_bytes ? r.l1_line_bytes : machine_line_min(e->machine);
	may->nr_lines = PAGE_BYTES / may->line_bytes;
	may->age = 1;
	may->pages = g_hash_table_new(g_int64_hash, g_int64_equal);
}

void may_done(struct hazard_engine *e)
{
	struct may *may = e->may;
	GHashTableIter it;
	gpointer p;

	if (!may)
		return;
	g_hash_table_iter_init(&it, may->pages);
	while (g_hash_table_iter_next(&it, NULL, &p))
		page_free(may, p);
	g_hash_table_destroy(may->pages);
	if (may->told)
		g_hash_table_destroy(may->told);
	may_sets_free(may->sets);
	g_free(may);
}
