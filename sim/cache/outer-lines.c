/* SPDX-License-Identifier: MIT */
/*
 * Lines of level 2 that come, change and leave, and DRAM's bytes: see outer.h for the
 * invariant kept here.
 */
#include "../sim.h"

#include <string.h>

/* First byte of the line at position @i. */
static struct place line_at(const struct outer *o, int i)
{
	return dram_place(&o->machine->dram, (uint64_t)o->tags[i] << o->line_shift);
}

static void clear_set(struct outer *o, uint32_t base)
{
	for (unsigned way = 0; way < o->stride; way++)
		o->tags[base + way] = way < o->nr_ways ? OUTER_NO_LINE : OUTER_NO_WAY;
}

/* Of a core's own level 2. */
static void set_inclusion(struct machine *m)
{
	const struct core_part *part = m->cpus[0]->board->part;

	if (m->has_outer || !part)
		return;
	m->outer.is_inclusive = part->l2_inclusion == L2_INCLUSIVE;
	m->outer.is_exclusive = part->l2_inclusion == L2_EXCLUSIVE;
	m->outer.takes_clean = m->outer.is_exclusive;
}

bool outer_init(struct machine *m, const struct cache_geometry *g)
{
	struct outer *o = &m->outer;

	o->machine = m;
	o->line_shift = (unsigned)__builtin_ctz(g->bytes ? g->line_bytes : 32u);
	o->policy = g->replacement;
	o->write_allocate = g->write_allocate
		? m->has_outer ? ALLOCATE_AS_HINTED : ALLOCATE_ALWAYS : ALLOCATE_NEVER;
	set_inclusion(m);
	o->is_enabled = true;
	o->bytes = m->dram.images[IMAGE_OUTER].bytes;
	o->victims = stream_new(m->config.seed, STREAM_L2_VICTIM);
	if (!g->bytes)
		return true;

	uint32_t nr_sets = (g->bytes >> o->line_shift) / g->nr_ways;

	o->nr_ways = g->nr_ways;
	o->stride = OUTER_MAX_WAYS;
	o->set_mask = nr_sets - 1;
	o->tags = g_aligned_alloc(nr_sets * o->stride, sizeof(*o->tags), HOST_LINE);
	o->meta = g_new0(uint8_t, nr_sets * o->stride);
	for (uint32_t set = 0; set < nr_sets; set++)
		clear_set(o, set * o->stride);
	if (o->policy == CACHE_LRU)
		o->used = g_new0(uint64_t, nr_sets * o->stride);
	return true;
}

void outer_done(struct outer *o)
{
	g_aligned_free(o->tags);
	g_free(o->meta);
	g_free(o->used);
}

void outer_enable(struct machine *m, bool is_enabled)
{
	if (m->outer.is_enabled == is_enabled)
		return;
	machine_tell_upheaval(m);
	m->outer.is_enabled = is_enabled;
	inner_below_changed_all(m);
}

/* ---- where a line is, and its bytes ---------------------------------------- */

const uint8_t *outer_bytes(const struct outer *o, int i, struct place at)
{
	return o->meta[i] & OUTER_HAS_BYTES
		? o->bytes + at.off : dram_bytes(&o->machine->dram, IMAGE_DRAM, at.off);
}

void outer_touch(struct outer *o, int i)
{
	if (o->policy == CACHE_LRU)
		o->used[i] = ++o->clock;
}

/* The line at position @i gets bytes of its own: those that DRAM has now. */
static void diverge(struct outer *o, int i)
{
	uint64_t off = (uint64_t)o->tags[i] << o->line_shift;

	if (o->meta[i] & OUTER_HAS_BYTES)
		return;
	memcpy(o->bytes + off, dram_bytes(&o->machine->dram, IMAGE_DRAM, off),
	       outer_line_bytes(o));
	o->meta[i] |= OUTER_HAS_BYTES;
}

void outer_put(struct machine *m, int i, struct place at, const void *buf, size_t len)
{
	struct outer *o = &m->outer;

	if (len == outer_line_bytes(o))
		o->meta[i] |= OUTER_HAS_BYTES;
	else
		diverge(o, i);
	memcpy(o->bytes + at.off, buf, len);
}

/* ---- DRAM ------------------------------------------------------------------- */

static void diverge_line(struct machine *m, struct place at, size_t len)
{
	int i = outer_find(&m->outer, at);

	if (i >= 0)
		diverge(&m->outer, i);
	if (i < 0 || !m->outer.is_enabled)
		inner_below_changed(m, at, len);
}

/* Within one page, some of whose lines are held. */
static void diverge_lines(struct machine *m, struct place at, size_t len)
{
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);

		diverge_line(m, at, piece);
		at = place_add(at, piece);
		len -= piece;
	}
}

void dram_diverge(struct machine *m, struct place at, size_t len)
{
	while (len) {
		size_t piece = MIN(len, PAGE_BYTES - (at.off & PAGE_MASK));

		if (page_summary(&m->pages, at.off)->nr_outer)
			diverge_lines(m, at, piece);
		else
			inner_below_changed(m, at, piece);
		at = place_add(at, piece);
		len -= piece;
	}
}

void dram_commit(struct machine *m, struct place at, const void *buf, size_t len)
{
	dram_diverge(m, at, len);
	memcpy(dram_bytes(&m->dram, IMAGE_DRAM, at.off), buf, len);
}

/* ---- events: about a whole line, in pieces that never cross a line of L1 ------- */

bool outer_is_watched(const struct machine *m, struct place line)
{
	if (likely(!(page_summary(&m->pages, line.off)->flags & PAGE_HAS_WATCHED)))
		return false;
	for (uint32_t done = 0; done < outer_line_bytes(&m->outer);
	     done += 1u << m->notes.line_shift)
		if (line_is_watched(m, line.off + done))
			return true;
	return false;
}

void outer_tell(struct machine *m, struct observe_event ev)
{
	size_t left = outer_line_bytes(&m->outer);
	size_t piece = MIN(1u << m->notes.line_shift, left);

	ev.level = 2;
	for (; left; left -= piece) {
		struct observe_event part = ev;

		part.len = piece;
		machine_tell(m, &part);
		ev.pa += piece;
		if (ev.bytes)
			ev.bytes += piece;
	}
}

static struct observe_event line_event(struct machine *m, enum observe_kind kind, int i,
				       struct place line)
{
	const struct outer *o = &m->outer;
	struct observe_event ev = machine_event(m, kind, line, outer_bytes(o, i, line),
						outer_line_bytes(o));

	ev.is_dirty = o->meta[i] & OUTER_DIRTY;
	return ev;
}

/* ---- leaving ----------------------------------------------------------------- */

/*
 * Once written back, a line's bytes are DRAM's again. Level 1 sees no difference, unless
 * it sees DRAM past a level 2 that is off.
 */
void outer_write_back(struct machine *m, int i, enum observe_cause cause)
{
	struct outer *o = &m->outer;

	if (!(o->meta[i] & OUTER_DIRTY))
		return;

	struct place line = line_at(o, i);

	if (outer_is_watched(m, line)) {
		struct observe_event ev = line_event(m, OBSERVE_WRITE_BACK, i, line);

		ev.cause = cause;
		ev.answer = ANSWER_DRAM;
		outer_tell(m, ev);
	}
	o->counts.written_back++;
	memcpy(dram_bytes(&m->dram, IMAGE_DRAM, line.off), o->bytes + line.off,
	       outer_line_bytes(o));
	o->meta[i] &= (uint8_t)~(OUTER_DIRTY | OUTER_HAS_BYTES);
	if (!o->is_enabled)
		inner_below_changed(m, line, outer_line_bytes(o));
}

void outer_drop(struct machine *m, int i, enum observe_cause cause)
{
	struct outer *o = &m->outer;
	struct place line = line_at(o, i);
	uint8_t meta = o->meta[i];

	if (outer_is_watched(m, line)) {
		struct observe_event ev = line_event(m, OBSERVE_INVALIDATE, i, line);

		ev.is_speculative = meta & OUTER_SPECULATED;
		ev.cause = cause;
		outer_tell(m, ev);
	}
	o->counts.dropped += !!(meta & OUTER_DIRTY);
	o->tags[i] = OUTER_NO_LINE;
	o->meta[i] = 0;
	page_summary(&m->pages, line.off)->nr_outer--;
	if ((meta & OUTER_HAS_BYTES || m->stb.nr) && o->is_enabled)
		inner_below_changed(m, line, outer_line_bytes(o));
}

/* An inclusive level 2 takes level 1's copy, which may be newer, before it lets go. */
void outer_expel(struct machine *m, int i, enum observe_cause cause)
{
	if (m->outer.is_inclusive)
		inner_back_invalidate(m, line_at(&m->outer, i), outer_line_bytes(&m->outer));
	outer_write_back(m, i, cause);
	outer_drop(m, i, cause);
}

/* ---- coming ------------------------------------------------------------------- */

static unsigned least_recent(const struct outer *o, uint32_t base)
{
	unsigned oldest = 0;

	for (unsigned way = 1; way < o->nr_ways; way++)
		if (o->used[base + way] < o->used[base + oldest])
			oldest = way;
	return oldest;
}

/* Who leaves a full set, all of whose ways are open. */
static unsigned victim(struct outer *o, uint32_t base)
{
	switch (o->policy) {
	case CACHE_LRU:
		return least_recent(o, base);
	case CACHE_ROUND_ROBIN:
		return o->round++ % o->nr_ways;
	default:
		return stream_below(&o->victims, o->nr_ways);
	}
}

/* The same among @open ways, of which there is at least one. */
static unsigned open_victim(struct outer *o, uint32_t base, unsigned open)
{
	unsigned way = victim(o, base);

	while (!(open >> way & 1))
		way = (way + 1) % o->nr_ways;
	return way;
}

static unsigned spent_ways(const struct outer *o, uint32_t base)
{
	unsigned spent = 0;

	for (unsigned way = 0; way < o->nr_ways; way++)
		if (o->meta[base + way] & OUTER_SPENT)
			spent |= 1u << way;
	return spent;
}

/* Of @open ways: an empty one, else one that is spent, else a victim; -1: none is open. */
static int choose(struct outer *o, uint32_t base, unsigned open)
{
	unsigned first = outer_match(o, base, OUTER_NO_LINE) & open;

	if (!open)
		return -1;
	if (!first && unlikely(o->is_exclusive))
		first = spent_ways(o, base) & open;
	return (int)(base + (first ? (unsigned)__builtin_ctz(first)
				   : open_victim(o, base, open)));
}

static int choose_way(const struct machine *m, struct outer *o, uint32_t base)
{
	unsigned all = (1u << o->nr_ways) - 1;

	return choose(o, base, unlikely(o->has_locks) ? all & ~pl310_locked(m) : all);
}

/* Nearly all victims are DRAM's own bytes, and nobody's business. */
static void evict(struct machine *m, int i)
{
	struct outer *o = &m->outer;
	struct page_summary *page = page_summary(&m->pages,
						 (uint64_t)o->tags[i] << o->line_shift);

	if (unlikely(o->meta[i] & (OUTER_DIRTY | OUTER_HAS_BYTES) || o->is_exclusive ||
		     o->is_inclusive || m->stb.nr || page->flags & PAGE_HAS_WATCHED)) {
		outer_expel(m, i, CAUSE_EVICTION);
		return;
	}
	o->tags[i] = OUTER_NO_LINE;
	o->meta[i] = 0;
	page->nr_outer--;
}

/* A position for a new line in the set at @base; -1: every way is locked. */
static int make_room(struct machine *m, uint32_t base, bool loses_dirty)
{
	struct outer *o = &m->outer;
	int i = choose_way(m, o, base);

	if (i < 0 || o->tags[i] == OUTER_NO_LINE)
		return i;
	o->counts.evicted++;
	if (unlikely(o->is_counting))
		pl310_count(m, PL310_EVICTION);
	if (unlikely(loses_dirty))
		outer_drop(m, i, CAUSE_EVICTION);
	else
		evict(m, i);
	return i;
}

static int fill(struct machine *m, struct place at, bool is_speculative, bool loses_dirty)
{
	struct outer *o = &m->outer;
	int i;

	if (unlikely(m->stb.nr))	/* DRAM is to have the newest bytes */
		stb_drain_over(m, outer_line(o, at), outer_line_bytes(o));
	i = make_room(m, outer_base(o, at.pa), loses_dirty);
	if (unlikely(i < 0))
		return i;
	o->tags[i] = (uint32_t)(at.off >> o->line_shift);
	o->meta[i] = is_speculative ? OUTER_SPECULATED : 0;
	page_summary(&m->pages, at.off)->nr_outer++;
	o->counts.filled++;
	o->counts.speculated += is_speculative;
	outer_touch(o, i);

	struct place line = outer_line(o, at);

	if (unlikely(outer_is_watched(m, line))) {
		struct observe_event ev = line_event(m, OBSERVE_FILL, i, line);

		ev.is_speculative = is_speculative;
		outer_tell(m, ev);
	}
	return i;
}

bool outer_fill_plain(struct machine *m, struct place at)
{
	struct outer *o = &m->outer;
	struct page_summary *summary = m->pages.summary;
	unsigned shift = o->line_shift;
	uint32_t base = outer_base(o, at.pa), *tag;
	unsigned empty;
	int i;

	if (unlikely(o->has_locks || o->fills_nothing || m->stb.nr || !o->nr_ways))
		return false;
	empty = outer_match(o, base, OUTER_NO_LINE);
	i = (int)(base + (empty ? (unsigned)__builtin_ctz(empty) : victim(o, base)));
	tag = &o->tags[i];
	if (*tag != OUTER_NO_LINE) {
		o->counts.evicted++;
		evict(m, i);
	}
	o->counts.filled++;
	*tag = (uint32_t)(at.off >> shift);
	summary[at.off >> PAGE_SHIFT].nr_outer++;
	o->meta[i] = 0;
	return true;
}

int outer_fill(struct machine *m, struct place at, bool is_speculative)
{
	return fill(m, at, is_speculative, false);
}

/* Nobody asked for these. They come in where they are not held; never beyond the page. */
static void fill_along(struct machine *m, struct place line, bool loses_dirty)
{
	if (outer_find(&m->outer, line) < 0)
		fill(m, line, true, loses_dirty);
}

void outer_fill_more(struct machine *m, struct place at, bool is_miss)
{
	const struct outer *o = &m->outer;
	struct place line = outer_line(o, at);
	uint64_t page = line.pa >> PAGE_SHIFT;
	struct place ahead = place_add(line, (uint64_t)o->ahead << o->line_shift);

	if (o->is_double && is_miss) {
		uint64_t pair = outer_line_bytes(o);
		struct place other = line.pa & pair
			? (struct place){ line.pa - pair, line.off - pair }
			: place_add(line, pair);

		fill_along(m, other, o->loses_victims);
	}
	if (o->ahead && ahead.pa >> PAGE_SHIFT == page)
		fill_along(m, ahead, false);
}

/* ---- asking --------------------------------------------------------------------- */

struct line_state outer_state(const struct machine *m, struct place at)
{
	int i = outer_find(&m->outer, at);
	uint8_t meta = i < 0 ? 0 : m->outer.meta[i];

	return (struct line_state){
		.is_valid = i >= 0,
		.is_dirty = meta & OUTER_DIRTY,
		.is_speculative = meta & OUTER_SPECULATED,
	};
}

/* A line is where it belongs, once; and what is dirty has bytes of its own. */
static bool position_is_valid(const struct outer *o, int i)
{
	if (o->tags[i] == OUTER_NO_LINE || o->tags[i] == OUTER_NO_WAY)
		return !o->meta[i];
	return outer_find(o, line_at(o, i)) == i &&
	       (!(o->meta[i] & OUTER_DIRTY) || o->meta[i] & OUTER_HAS_BYTES);
}

bool outer_valid(const struct machine *m)
{
	const struct outer *o = &m->outer;
	uint32_t nr = o->nr_ways ? (o->set_mask + 1) * o->stride : 0;
	uint64_t nr_held = 0, nr_counted = 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (!position_is_valid(o, (int)i))
			return false;
		nr_held += o->tags[i] < OUTER_NO_WAY;
	}
	for (uint64_t off = 0; off < m->dram.len; off += PAGE_BYTES)
		nr_counted += page_summary(&m->pages, off)->nr_outer;
	return nr_held == nr_counted;
}
