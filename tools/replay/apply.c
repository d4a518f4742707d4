/* SPDX-License-Identifier: MIT */
/*
 * What each event of the trace does on the board.
 *
 *   map      the CPU fills what the device will read; the call
 *   sync     device or CPU moves the part that changes hands; the call; the other
 *   unmap    the device reads, or writes, all of it; the call; the CPU reads
 *   alloc    the call; CPU and device write each other a descriptor
 *
 * An unmap is replayed as it was made: with its own size and direction, right or
 * wrong, so that what it does to the bytes is seen. What the trace unmaps without
 * having mapped it is no call at all: there is nothing on the board to give back.
 */
#include <linux/dma-direct.h>
#include <linux/mm.h>

#include "engine.h"

#define HEX "0x%" G_GINT64_MODIFIER "x"
#define DEC "%" G_GINT64_MODIFIER "u"

const char *dir_name(enum trace_dir dir)
{
	static const char *const names[] = {
		"BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE"
	};

	return names[dir & 3];
}

static const char *by_name(enum map_function by)
{
	static const char *const names[] = {
		[BY_PAGE] = "dma_map_page", [BY_SG] = "dma_map_sg",
		[BY_RESOURCE] = "dma_map_resource", [BY_ALLOC] = "dma_alloc",
		[BY_ALLOC_PAGES] = "dma_alloc_pages", [BY_ALLOC_SGT] = "dma_alloc_sgt",
	};

	return names[by];
}

static enum dma_data_direction kernel_dir(enum trace_dir dir)
{
	return (enum dma_data_direction)dir;	/* the numbers are the kernel's */
}

static bool skips_sync(unsigned long attrs)
{
	return attrs & DMA_ATTR_SKIP_CPU_SYNC;
}

/* ---- cost ------------------------------------------------------------- */

static void call_begins(struct replay *r)
{
	machine_count(r->m, &r->before);
}

static void call_ends(struct replay *r, struct replay_device *dev, enum cost_kind kind)
{
	struct machine_counters after;

	machine_count(r->m, &after);
	cost_add(&dev->t.cost[kind], &r->before, &after);
	cost_add(&r->rep->total.cost[kind], &r->before, &after);
}

/* ---- what is live -------------------------------------------------------- */

static void tally_live(struct tally *t, int64_t nr, int64_t bytes, uint64_t us)
{
	t->live += nr;
	t->live_bytes += bytes;
	t->live_bytes_peak = MAX(t->live_bytes_peak, t->live_bytes);
	if (t->live > t->live_peak) {
		t->live_peak = t->live;
		t->live_peak_us = us;
	}
	curve_set(&t->curve, us, t->live);
}

static void tally_allocs(struct tally *t, int64_t nr, int64_t bytes)
{
	t->allocs += nr;
	t->alloc_bytes += bytes;
	t->allocs_peak = MAX(t->allocs_peak, t->allocs);
	t->alloc_bytes_peak = MAX(t->alloc_bytes_peak, t->alloc_bytes);
}

static void goes_live(struct replay *r, struct mapping *m)
{
	struct replay_device *dev = m->dev;

	live_insert(dev->live, m);
	if (by_is_alloc(m->by)) {
		tally_allocs(&dev->t, 1, m->len);
		tally_allocs(&r->rep->total, 1, m->len);
		return;
	}
	TALLY(dev, maps[m->dir], 1);
	TALLY(dev, bytes[m->dir], m->len);
	tally_live(&dev->t, 1, m->len, r->now_us);
	tally_live(&r->rep->total, 1, m->len, r->now_us);
}

static void goes_dead(struct replay *r, struct mapping *m)
{
	struct replay_device *dev = m->dev;
	uint64_t life_us = r->now_us > m->born_us ? r->now_us - m->born_us : 0;

	live_remove(dev->live, m);
	if (by_is_alloc(m->by)) {
		tally_allocs(&dev->t, -1, -(int64_t)m->len);
		tally_allocs(&r->rep->total, -1, -(int64_t)m->len);
		return;
	}
	tally_live(&dev->t, -1, -(int64_t)m->len, r->now_us);
	tally_live(&r->rep->total, -1, -(int64_t)m->len, r->now_us);
	histogram_add(&dev->t.lifetimes, life_us);
	histogram_add(&r->rep->total.lifetimes, life_us);
}

static void mapping_release(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++)
		rename_drop(r->renamer, &m->segs[i]);
	mapping_free(m);
}

static struct mapping *mapping_new(struct replay *r, struct replay_device *dev,
				   const struct trace_event *ev, enum map_function by)
{
	struct mapping *m = g_new0(struct mapping, 1);

	m->dev = dev;
	m->by = by;
	m->dir = ev->dir;
	m->attrs = ev->attrs;
	m->line = ev->line;
	m->born_us = r->now_us;
	m->ordinal = ++r->ordinal;
	return m;
}

/* One piece, one segment: everything but lists. */
static void mapping_is_one(struct mapping *m, uint64_t dma, uint64_t phys, uint64_t len)
{
	m->phys = phys;
	m->len = len;
	m->nr_phys = 1;
	m->nr_pieces = 1;
	m->pieces = g_new(struct piece, 1);
	m->pieces[0] = (struct piece){ .dma = dma, .len = len };
	m->nr_segs = 1;
	m->segs = g_new0(struct segment, 1);
	m->segs[0].owner = m;
}

static void see_addresses(struct replay_device *dev, const struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_pieces; i++) {
		const struct piece *p = &m->pieces[i];

		dev->dma_lowest = MIN(dev->dma_lowest, p->dma);
		dev->dma_highest = MAX(dev->dma_highest, p->dma + MAX(p->len, 1) - 1);
	}
}

/* ---- refusals ---------------------------------------------------------------- */

static void refuse(struct replay *r, struct mapping *m, const char *why)
{
	m->is_refused = true;
	replay_find(r, m->dev, FIND_REFUSED, "%s of " DEC " bytes: %s", by_name(m->by), m->len,
		    why);
}

static const char *rename_why(enum rename_result res)
{
	return res == RENAME_TOO_LARGE ? "larger than the board's memory" :
					 "the board's memory is full";
}

static const char *map_why(struct replay_device *dev, const struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++) {
		const struct segment *s = &m->segs[i];
		dma_addr_t dma = phys_to_dma(dev->dev, s->pa);

		if (dma == DMA_MAPPING_ERROR)
			return "its memory lies outside the bus's dma-ranges";
		if (!dma_capable(dev->dev, dma, s->len, true))
			return s->len > dev->max_mapping ?
				"out of the device's reach, and too large to bounce" :
				"out of the device's reach, and no bounce buffer is free";
	}
	return "DMA_MAPPING_ERROR";
}

/* ---- map ------------------------------------------------------------------------ */

/* The kernel's dma_addr_t may be 32 bits wide; no mapping keeps its page offset there. */
static bool is_mapping_error(uint64_t dma, uint64_t phys)
{
	if (dma == UINT32_MAX)
		return (phys & (PAGE_SIZE - 1)) != PAGE_SIZE - 1;
	return dma == UINT64_MAX;
}

static bool segments_take(struct replay *r, struct mapping *m, const uint64_t *phys,
			  const uint64_t *len)
{
	for (unsigned i = 0; i < m->nr_segs; i++) {
		enum rename_result res = rename_take(r->renamer, phys[i], len[i], &m->segs[i]);

		if (res != RENAME_OK) {
			refuse(r, m, rename_why(res));
			return false;
		}
	}
	return true;
}

static void count_bounces(struct mapping *m)
{
	struct replay_device *dev = m->dev;

	for (unsigned i = 0; i < m->nr_segs; i++) {
		struct segment *s = &m->segs[i];

		s->is_bounced = s->dma != phys_to_dma(dev->dev, s->pa);
		TALLY(dev, bounces, s->is_bounced);
		TALLY(dev, bounced_bytes, s->is_bounced ? s->len : 0);
	}
}

static void library_map_page(struct replay *r, struct mapping *m)
{
	struct segment *s = &m->segs[0];
	struct device *dev = m->dev->dev;

	call_begins(r);
	s->dma = dma_map_page_attrs(dev, phys_to_page(s->pa), offset_in_page(s->pa), s->len,
				    kernel_dir(m->dir), m->attrs);
	call_ends(r, m->dev, COST_MAP);
	if (dma_mapping_error(dev, s->dma))
		refuse(r, m, map_why(m->dev, m));
}

static void library_map_sg(struct replay *r, struct mapping *m)
{
	unsigned nr;

	m->sgl = g_new0(struct scatterlist, m->nr_segs);
	sg_init_table(m->sgl, m->nr_segs);
	for (unsigned i = 0; i < m->nr_segs; i++)
		sg_set_page(&m->sgl[i], phys_to_page(m->segs[i].pa), m->segs[i].len,
			    offset_in_page(m->segs[i].pa));
	call_begins(r);
	nr = dma_map_sg_attrs(m->dev->dev, m->sgl, m->nr_segs, kernel_dir(m->dir), m->attrs);
	call_ends(r, m->dev, COST_MAP);
	if (!nr) {
		refuse(r, m, map_why(m->dev, m));
		return;
	}
	/* Direct mapping joins nothing: entry i of the device is segment i. */
	g_assert(nr == m->nr_segs);
	for (unsigned i = 0; i < nr; i++)
		m->segs[i].dma = sg_dma_address(&m->sgl[i]);
}

static void check_max_mapping(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++)
		if (m->segs[i].len > m->dev->max_mapping) {
			replay_find(r, m->dev, FIND_LARGE_FOR_SWIOTLB, "%zu bytes, of at most "
				    DEC, m->segs[i].len, m->dev->max_mapping);
			return;
		}
}

static bool arguments_are_good(struct replay *r, struct mapping *m)
{
	if (m->len && m->nr_segs && m->dir != TRACE_NONE)
		return true;
	m->is_refused = true;
	replay_find(r, m->dev, FIND_ARGUMENTS, "%s of " DEC " bytes, direction %s",
		    by_name(m->by), m->len, dir_name(m->dir));
	return false;
}

/* [@lo, @hi) without what the CPU took. */
static void device_writes_between(struct replay *r, struct mapping *m, uint64_t lo,
				  uint64_t hi)
{
	uint64_t before = CLAMP(m->taken.lo, lo, hi), after = CLAMP(m->taken.hi, lo, hi);

	if (m->taken.lo >= m->taken.hi) {
		access_device_writes(r, m, lo, hi - lo);
		return;
	}
	access_device_writes(r, m, lo, before - lo);
	access_device_writes(r, m, after, hi - after);
}

/* What the device may touch: all, or what was synced where the map skipped that. */
static struct extent in_reach(const struct mapping *m)
{
	return skips_sync(m->attrs) ? m->given : (struct extent){ 0, m->len };
}

/* Once: at the end, or when it hurts most. */
static void device_writes(struct replay *r, struct mapping *m)
{
	struct extent e = in_reach(m);

	if (!m->is_written)
		device_writes_between(r, m, e.lo, e.hi);
	m->is_written = true;
}

/*
 * The line is dirty now, with what was in it before: the worst moment for the
 * devices that write beside it, and none that the API would forbid.
 */
static void rivals_write(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; m->rivals && i < m->rivals->len; i++)
		device_writes(r, m->rivals->pdata[i]);
	if (m->rivals)
		g_ptr_array_set_size(m->rivals, 0);
}

/* Memory, geometry, the CPU's fill, the call: whatever can be had. */
static void map_on_board(struct replay *r, struct mapping *m, const uint64_t *phys,
			 const uint64_t *len)
{
	if (!arguments_are_good(r, m) || !segments_take(r, m, phys, len))
		return;
	geometry_of_mapping(r, m);
	check_max_mapping(r, m);
	access_first_use(r, m);
	if (dir_is_read(m->dir) && !skips_sync(m->attrs))
		access_cpu_writes(r, m, 0, m->len);
	rivals_write(r, m);
	if (m->by == BY_SG)
		library_map_sg(r, m);
	else
		library_map_page(r, m);
	if (!m->is_refused)
		count_bounces(m);
}

static void note_second_map(struct replay *r, struct mapping *m)
{
	const struct mapping *other = live_at(m->dev->live, m->pieces[0].dma, false, m->len,
					      m->dir);

	if (other)
		replay_find(r, m->dev, FIND_MAPPED_TWICE, HEX ", live since line " DEC,
			    m->pieces[0].dma, other->line);
}

static void on_map_page(struct replay *r, struct replay_device *dev,
			const struct trace_event *ev)
{
	struct mapping *m;

	if (is_mapping_error(ev->dma, ev->phys)) {
		replay_find(r, dev, FIND_FAILED, "dma_map_page of " DEC " bytes at " HEX,
			    ev->size, ev->phys);
		return;
	}
	m = mapping_new(r, dev, ev, BY_PAGE);
	mapping_is_one(m, ev->dma, ev->phys, ev->size);
	note_second_map(r, m);
	see_addresses(dev, m);
	map_on_board(r, m, &ev->phys, &ev->size);
	goes_live(r, m);
}

static void on_map_resource(struct replay *r, struct replay_device *dev,
			    const struct trace_event *ev)
{
	struct mapping *m;

	if (is_mapping_error(ev->dma, ev->phys)) {
		replay_find(r, dev, FIND_FAILED, "dma_map_resource of " DEC " bytes", ev->size);
		return;
	}
	m = mapping_new(r, dev, ev, BY_RESOURCE);
	mapping_is_one(m, ev->dma, ev->phys, ev->size);
	m->nr_segs = 0;
	m->is_refused = true;		/* the board has no such registers */
	replay_find(r, dev, FIND_RESOURCE, DEC " bytes at " HEX, ev->size, ev->phys);
	goes_live(r, m);
}

static void pieces_of_sg(struct mapping *m, const struct trace_event *ev)
{
	m->nr_pieces = MIN(ev->nr_dma, ev->nr_sizes);
	m->pieces = g_new(struct piece, MAX(m->nr_pieces, 1));
	for (unsigned i = 0; i < m->nr_pieces; i++) {
		m->pieces[i] = (struct piece){
			.dma = ev->dma_list[i], .len = ev->size_list[i], .offset = m->len
		};
		m->len += ev->size_list[i];
	}
}

/* Drops segments that the device list does not cover. Returns the sum of the rest. */
static unsigned segments_of_sg(struct mapping *m, const struct trace_event *ev,
			       uint64_t *phys, uint64_t *len)
{
	uint64_t offset = 0;
	unsigned nr = 0;

	m->segs = g_new0(struct segment, MAX(ev->nr_phys, 1));
	for (size_t i = 0; i < ev->nr_phys; i++) {
		if (!len[i])
			continue;
		m->segs[nr].owner = m;
		m->segs[nr].offset = offset;
		phys[nr] = ev->phys_list[i];
		len[nr] = len[i];
		offset += len[nr++];
	}
	return nr;
}

static void note_list(struct replay *r, struct replay_device *dev,
		      const struct trace_event *ev, bool is_known)
{
	if (ev->is_truncated)
		replay_find(r, dev, FIND_SG_TRUNCATED, "%zu of %u entries seen", ev->nr_phys,
			    ev->nents_total);
	if (!is_known)
		replay_find(r, dev, FIND_SG_LAYOUT_GUESSED, "%zu segments in %zu entries",
			    ev->nr_phys, ev->nr_dma);
}

static void on_map_sg(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	g_autofree uint64_t *phys = g_new(uint64_t, MAX(ev->nr_phys, 1));
	g_autofree uint64_t *len = g_new(uint64_t, MAX(ev->nr_phys, 1));
	struct mapping *m;

	if (!ev->nr_phys || !ev->nr_dma || !ev->nr_sizes) {
		replay_find(r, dev, FIND_ARGUMENTS, "dma_map_sg of an empty list");
		return;
	}
	m = mapping_new(r, dev, ev, BY_SG);
	m->phys = ev->phys_list[0];
	m->nr_phys = ev->nr_phys;
	pieces_of_sg(m, ev);
	note_list(r, dev, ev, sg_lengths(r, ev, len));
	m->nr_segs = segments_of_sg(m, ev, phys, len);
	note_second_map(r, m);
	see_addresses(dev, m);
	map_on_board(r, m, phys, len);
	goes_live(r, m);
}

/* ---- unmap --------------------------------------------------------------------- */

static void before_unmap(struct replay *r, struct mapping *m, unsigned long attrs)
{
	struct extent e = in_reach(m);

	if (dir_is_read(m->dir))
		access_device_reads(r, m, e.lo, e.hi - e.lo);
	if (dir_is_written(m->dir) && !skips_sync(attrs))
		device_writes(r, m);
}

static void after_unmap(struct replay *r, struct mapping *m, unsigned long attrs)
{
	struct extent e = in_reach(m);

	if (dir_is_written(m->dir) && !skips_sync(attrs))
		access_cpu_reads(r, m, e.lo, e.hi - e.lo);
}

/* A size that is wrong is passed on, as far as there is memory behind the buffer. */
static size_t unmap_len(const struct mapping *m, uint64_t len)
{
	const struct segment *s = &m->segs[0];
	uint64_t group_left = GROUP_BYTES - (s->pa & (GROUP_BYTES - 1));

	return CLAMP(len, 1, MAX(s->len, group_left));
}

static void library_unmap(struct replay *r, struct mapping *m, uint64_t len,
			  enum trace_dir dir, unsigned long attrs)
{
	struct device *dev = m->dev->dev;

	call_begins(r);
	if (m->by == BY_SG)
		dma_unmap_sg_attrs(dev, m->sgl, m->nr_segs, kernel_dir(dir), attrs);
	else
		dma_unmap_page_attrs(dev, m->segs[0].dma, unmap_len(m, len), kernel_dir(dir),
				     attrs);
	call_ends(r, m->dev, COST_UNMAP);
}

static void unmap(struct replay *r, struct mapping *m, uint64_t len, enum trace_dir dir,
		  unsigned long attrs)
{
	if (!m->is_refused) {
		before_unmap(r, m, attrs);
		library_unmap(r, m, len, dir == TRACE_NONE ? m->dir : dir, attrs);
		after_unmap(r, m, attrs);
	}
	goes_dead(r, m);
	mapping_release(r, m);
}

/* Not in the trace as mapped: whose fault is it? */
static void unmatched(struct replay *r, struct replay_device *dev, enum finding finding,
		      enum map_function by, uint64_t at)
{
	const struct trace_event *ev = r->ev;

	if (is_mapping_error(at, 0))
		finding = FIND_ERROR_USED;
	else if (finding != FIND_UNMATCHED_SYNC && live_was_unmapped(dev->live, by, at) &&
		 !replay_has_gaps(r))
		finding = FIND_DOUBLE_UNMAP;
	else if (r->cfg->is_complete && !replay_has_gaps(r))
		finding = FIND_UNMAP_NEVER_MAPPED;
	replay_find(r, dev, finding, "%s of " HEX ", " DEC " bytes", trace_kind_name(ev->kind),
		    at, ev->size);
}

static void check_unmap(struct replay *r, const struct mapping *m, enum map_function by,
			const struct trace_event *ev)
{
	if (m->by != by)
		replay_find(r, m->dev, FIND_UNMAP_FUNCTION, "%s, line " DEC ", ended by %s",
			    by_name(m->by), m->line, trace_kind_name(ev->kind));
	else if (by != BY_SG && m->len != ev->size)
		replay_find(r, m->dev, FIND_UNMAP_SIZE, DEC " bytes, mapped in line " DEC
			    " as " DEC, ev->size, m->line, m->len);
	if (m->dir != ev->dir)
		replay_find(r, m->dev, FIND_UNMAP_DIRECTION, "%s, mapped in line " DEC " as %s",
			    dir_name(ev->dir), m->line, dir_name(m->dir));
}

static void on_unmap_page(struct replay *r, struct replay_device *dev,
			  const struct trace_event *ev)
{
	enum map_function by = ev->kind == TRACE_UNMAP_PAGE ? BY_PAGE : BY_RESOURCE;
	struct mapping *m = live_at(dev->live, ev->dma, false, ev->size, ev->dir);

	if (!m) {
		unmatched(r, dev, FIND_UNMATCHED_UNMAP, by, ev->dma);
		return;
	}
	check_unmap(r, m, by, ev);
	unmap(r, m, ev->size, ev->dir, ev->attrs);
}

static void on_unmap_sg(struct replay *r, struct replay_device *dev,
			const struct trace_event *ev)
{
	struct mapping *m = ev->nr_phys ?
		live_of_phys(dev->live, ev->phys_list[0], ev->dir, ev->nr_phys) : NULL;

	if (!m) {
		unmatched(r, dev, FIND_UNMATCHED_UNMAP, BY_SG,
			  ev->nr_phys ? ev->phys_list[0] : 0);
		return;
	}
	check_unmap(r, m, BY_SG, ev);
	unmap(r, m, m->len, ev->dir, ev->attrs);
}

/* ---- sync ------------------------------------------------------------------------ */

static void extent_add(struct extent *e, uint64_t lo, uint64_t hi)
{
	if (e->lo >= e->hi)
		*e = (struct extent){ lo, hi };
	else
		*e = (struct extent){ MIN(e->lo, lo), MAX(e->hi, hi) };
}

/* A hole in the middle stays the CPU's: less is moved, nothing wrong is. */
static void extent_cut(struct extent *e, uint64_t lo, uint64_t hi)
{
	if (lo <= e->lo)
		e->lo = MAX(e->lo, hi);
	if (hi >= e->hi)
		e->hi = MIN(e->hi, lo);
}

static bool extent_holds(const struct extent *e, uint64_t lo, uint64_t hi)
{
	return e->lo <= lo && hi <= e->hi;
}

static void library_sync(struct replay *r, struct mapping *m, uint64_t off, uint64_t len,
			 enum trace_dir dir, bool for_cpu)
{
	call_begins(r);
	for (unsigned i = 0; i < m->nr_segs; i++) {
		const struct segment *s = &m->segs[i];
		uint64_t lo = MAX(off, s->offset), hi = MIN(off + len, s->offset + s->len);
		dma_addr_t dma = s->dma + (lo - s->offset);

		if (lo >= hi)
			continue;
		if (for_cpu)
			dma_sync_single_for_cpu(m->dev->dev, dma, hi - lo, kernel_dir(dir));
		else
			dma_sync_single_for_device(m->dev->dev, dma, hi - lo, kernel_dir(dir));
	}
	call_ends(r, m->dev, for_cpu ? COST_SYNC_CPU : COST_SYNC_DEVICE);
}

static void sync_for_cpu(struct replay *r, struct mapping *m, uint64_t off, uint64_t len,
			 enum trace_dir dir)
{
	if (dir_is_read(m->dir) && !skips_sync(m->attrs))
		access_device_reads(r, m, off, len);
	if (dir_is_written(m->dir) && !m->is_written)
		access_device_writes(r, m, off, len);
	library_sync(r, m, off, len, dir, true);
	if (dir_is_written(m->dir))
		access_cpu_reads(r, m, off, len);
	extent_add(&m->taken, off, off + len);
}

static void sync_for_device(struct replay *r, struct mapping *m, uint64_t off, uint64_t len,
			    enum trace_dir dir)
{
	/* What the device writes too, the CPU must have taken before it may write. */
	bool is_taken = extent_holds(&m->taken, off, off + len);
	bool may_write = m->dir == TRACE_TO_DEVICE || is_taken;

	if (m->dir == TRACE_TO_DEVICE && !is_taken && !skips_sync(m->attrs))
		replay_find(r, m->dev, FIND_SYNC_NOT_TAKEN, "bytes " DEC " to " DEC
			    ", mapped in line " DEC, off, off + len, m->line);
	if (dir_is_read(m->dir) && may_write)
		access_cpu_writes(r, m, off, len);
	library_sync(r, m, off, len, dir, false);
	if (dir_is_read(m->dir))
		access_device_reads(r, m, off, len);
	m->is_written = false;
	extent_add(&m->given, off, off + len);
	extent_cut(&m->taken, off, off + len);
}

static void check_sync(struct replay *r, const struct mapping *m, uint64_t off, uint64_t len,
		       enum trace_dir dir)
{
	if (off + len > m->len)
		replay_find(r, m->dev, FIND_SYNC_RANGE, "bytes " DEC " to " DEC " of " DEC
			    ", mapped in line " DEC, off, off + len, m->len, m->line);
	if (dir != m->dir && m->dir != TRACE_BIDI)
		replay_find(r, m->dev, FIND_SYNC_DIRECTION, "%s, mapped in line " DEC " as %s",
			    dir_name(dir), m->line, dir_name(m->dir));
}

static void sync_range(struct replay *r, struct replay_device *dev, uint64_t dma, uint64_t len)
{
	const struct trace_event *ev = r->ev;
	bool for_cpu = ev->kind == TRACE_SYNC_SINGLE_FOR_CPU ||
		       ev->kind == TRACE_SYNC_SG_FOR_CPU;
	uint64_t off;
	struct mapping *m = live_holding(dev->live, dma, &off);

	if (!m || m->by == BY_ALLOC) {
		unmatched(r, dev, FIND_UNMATCHED_SYNC, BY_PAGE, dma);
		return;
	}
	check_sync(r, m, off, len, ev->dir);
	if (m->is_refused || ev->dir == TRACE_NONE)
		return;
	len = MIN(len, m->len - off);
	if (for_cpu)
		sync_for_cpu(r, m, off, len, ev->dir);
	else
		sync_for_device(r, m, off, len, ev->dir);
}

static void on_sync_sg(struct replay *r, struct replay_device *dev,
		       const struct trace_event *ev)
{
	for (size_t i = 0; i < MIN(ev->nr_dma, ev->nr_sizes); i++)
		sync_range(r, dev, ev->dma_list[i], ev->size_list[i]);
}

/* ---- allocations ------------------------------------------------------------------- */

static void library_alloc(struct replay *r, struct mapping *m)
{
	struct segment *s = &m->segs[0];

	if (!m->len || m->len > r->rep->lowmem_bytes) {
		refuse(r, m, m->len ? rename_why(RENAME_TOO_LARGE) : "no bytes");
		return;
	}
	call_begins(r);
	m->cpu_ptr = dma_alloc_attrs(m->dev->dev, m->len, &s->dma, GFP_KERNEL | __GFP_NOWARN,
				     m->attrs);
	call_ends(r, m->dev, COST_ALLOC);
	if (!m->cpu_ptr)
		refuse(r, m, "out of memory, or out of the device's reach");
	else if (!(m->attrs & DMA_ATTR_NO_KERNEL_MAPPING))
		access_descriptors(r, m);
}

static void on_alloc(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	struct mapping *m = mapping_new(r, dev, ev, BY_ALLOC);

	/* No physical address is logged; filed under the handle, it is still unique. */
	mapping_is_one(m, ev->dma, ev->dma, ev->size);
	see_addresses(dev, m);
	library_alloc(r, m);
	goes_live(r, m);
}

static void map_fresh_pages(struct replay *r, struct mapping *m)
{
	access_first_use(r, m);
	library_map_page(r, m);
	if (!m->is_refused)
		count_bounces(m);
}

/* Pages that are the driver's to sync: memory, and a mapping of it. */
static void on_alloc_pages(struct replay *r, struct replay_device *dev,
			   const struct trace_event *ev)
{
	bool is_sgt = ev->kind == TRACE_ALLOC_SGT;
	uint64_t dma = is_sgt && ev->nr_dma ? ev->dma_list[0] : ev->dma;
	uint64_t len = ev->size;
	struct mapping *m = mapping_new(r, dev, ev, is_sgt ? BY_ALLOC_SGT : BY_ALLOC_PAGES);
	enum rename_result res;

	for (size_t i = 0; is_sgt && !ev->size && i < ev->nr_sizes; i++)
		len += ev->size_list[i];
	mapping_is_one(m, dma, dma, len);
	see_addresses(dev, m);
	if (arguments_are_good(r, m)) {
		res = rename_take_anonymous(r->renamer, len, &m->segs[0]);
		if (res != RENAME_OK)
			refuse(r, m, rename_why(res));
		else
			map_fresh_pages(r, m);
	}
	goes_live(r, m);
}

static void on_free(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	uint64_t dma = ev->kind == TRACE_FREE_SGT && ev->nr_dma ? ev->dma_list[0] : ev->dma;
	struct mapping *m;

	if (!dma && !ev->size && !ev->virt) {
		replay_find(r, dev, FIND_FREE_NOTHING, "dma_free of nothing");
		return;
	}
	m = live_at(dev->live, dma, true, ev->size, ev->dir);
	if (!m) {
		unmatched(r, dev, FIND_UNMATCHED_FREE, BY_ALLOC, dma);
		return;
	}
	if (m->len != ev->size && ev->kind != TRACE_FREE_SGT)
		replay_find(r, dev, FIND_UNMAP_SIZE, "free of " DEC " bytes, allocated in line "
			    DEC " as " DEC, ev->size, m->line, m->len);
	if (m->by != BY_ALLOC) {
		unmap(r, m, m->len, m->dir, m->attrs);
		return;
	}
	if (!m->is_refused) {
		if (!(m->attrs & DMA_ATTR_NO_KERNEL_MAPPING))
			access_descriptors(r, m);
		call_begins(r);
		dma_free_attrs(dev->dev, m->len, m->cpu_ptr, m->segs[0].dma, m->attrs);
		call_ends(r, dev, COST_FREE);
	}
	goes_dead(r, m);
	mapping_release(r, m);
}

/* ---- everything else --------------------------------------------------------------- */

static void widen_mask(struct replay *r, struct replay_device *dev, uint64_t mask)
{
	if (g_hash_table_contains(r->masks, dev->name) || mask == dev->mask || !mask)
		return;
	dev->mask_from = "the trace's swiotlb_bounced";
	dev->mask = mask;
	if (dma_set_mask_and_coherent(dev->dev, mask))
		replay_find(r, dev, FIND_MASK_REFUSED, HEX, mask);
}

static void on_bounced(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	TALLY(dev, trace_bounces, 1);
	TALLY(dev, trace_bounced_bytes, ev->size);
	TALLY(dev, trace_forced, ev->is_forced);
	widen_mask(r, dev, ev->dma_mask);
}

static void note_page_hint(struct replay_report *rep, uint64_t addresses)
{
	rep->nr_page_hints++;
	rep->unaligned_4k += (addresses & 0xfff) != 0;
	rep->unaligned_16k += (addresses & 0x3fff) != 0;
	rep->unaligned_64k += (addresses & 0xffff) != 0;
}

static void on_iommu_map(struct replay *r, const struct trace_event *ev)
{
	sg_note_iommu_map(r, ev);
	r->rep->iommu_map_bytes += ev->size;
	note_page_hint(r->rep, ev->dma | ev->phys | ev->size);
}

static void guess_machine(struct replay *r, const struct trace_event *ev)
{
	if (ev->kind == TRACE_ALLOC && ev->size)
		note_page_hint(r->rep, ev->dma);
	if (ev->virt > UINT32_MAX ||
	    (ev->kind == TRACE_MARKER && ev->text && strstr(ev->text, "aarch64")))
		r->rep->is_arm64 = true;
}

/* dma_map_* are logged after the iommu:map events that they caused. */
static bool ends_iommu_maps(enum trace_kind kind)
{
	return kind == TRACE_MAP_PAGE || kind == TRACE_MAP_SG || kind == TRACE_MAP_RESOURCE ||
	       kind == TRACE_MAP_SG_ERR || kind == TRACE_ALLOC;
}

typedef void (*apply_fn)(struct replay *r, struct replay_device *dev,
			 const struct trace_event *ev);

static void on_sync_single(struct replay *r, struct replay_device *dev,
			   const struct trace_event *ev)
{
	sync_range(r, dev, ev->dma, ev->size);
}

static void on_map_err(struct replay *r, struct replay_device *dev,
		       const struct trace_event *ev)
{
	replay_find(r, dev, FIND_FAILED, "%s, error %d", trace_kind_name(ev->kind), ev->error);
}

static void on_fault(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	replay_find(r, dev, FIND_IO_PAGE_FAULT, "at " HEX, ev->dma);
}

static const apply_fn apply_fns[NR_TRACE_KINDS] = {
	[TRACE_MAP_PAGE] = on_map_page,
	[TRACE_MAP_RESOURCE] = on_map_resource,
	[TRACE_MAP_SG] = on_map_sg,
	[TRACE_MAP_SG_ERR] = on_map_err,
	[TRACE_UNMAP_PAGE] = on_unmap_page,
	[TRACE_UNMAP_RESOURCE] = on_unmap_page,
	[TRACE_UNMAP_SG] = on_unmap_sg,
	[TRACE_SYNC_SINGLE_FOR_CPU] = on_sync_single,
	[TRACE_SYNC_SINGLE_FOR_DEVICE] = on_sync_single,
	[TRACE_SYNC_SG_FOR_CPU] = on_sync_sg,
	[TRACE_SYNC_SG_FOR_DEVICE] = on_sync_sg,
	[TRACE_ALLOC] = on_alloc,
	[TRACE_ALLOC_PAGES] = on_alloc_pages,
	[TRACE_ALLOC_SGT] = on_alloc_pages,
	[TRACE_ALLOC_SGT_ERR] = on_map_err,
	[TRACE_FREE] = on_free,
	[TRACE_FREE_PAGES] = on_free,
	[TRACE_FREE_SGT] = on_free,
	[TRACE_IOMMU_PAGE_FAULT] = on_fault,
	[TRACE_SWIOTLB_BOUNCED] = on_bounced,
};

static void enter_cpu(struct replay *r, int cpu)
{
	unsigned nr = r->rep->nr_cpus;

	r->cpu = machine_cpu(r->m, cpu >= 0 ? (unsigned)cpu % nr : 0);
	cpu_enter(r->cpu);
}

void apply_event(struct replay *r, const struct trace_event *ev)
{
	apply_fn fn = apply_fns[ev->kind];

	guess_machine(r, ev);
	g_hash_table_add(r->trace_cpus, GINT_TO_POINTER(ev->cpu));
	if (ev->kind == TRACE_IOMMU_MAP)
		on_iommu_map(r, ev);
	if (ev->kind == TRACE_IOMMU_UNMAP)
		r->rep->iommu_unmap_bytes += ev->unmapped;
	if (fn && ev->dev[0]) {
		struct replay_device *dev = replay_device(r, ev->dev);

		enter_cpu(r, ev->cpu);
		TALLY(dev, events[ev->kind], 1);
		fn(r, dev, ev);
	} else {
		r->rep->total.events[ev->kind]++;
	}
	if (ends_iommu_maps(ev->kind))
		sg_forget_iommu_maps(r, ev);
}

/* ---- the end ------------------------------------------------------------------------ */

static void count_left(struct replay *r, struct mapping *m)
{
	enum finding finding = by_is_alloc(m->by) ? FIND_LEFT_ALLOCATED : FIND_LEFT_MAPPED;

	if (finding == FIND_LEFT_MAPPED && r->cfg->is_complete && !replay_has_gaps(r))
		finding = FIND_LEAKED;
	replay_find_at(r, m->dev, finding, m->line, "%s of " DEC " bytes, %s, at " HEX,
		       by_name(m->by), m->len, dir_name(m->dir), m->pieces[0].dma);
}

/* The board must be left as it was found, or the hazard engine calls it a leak of ours. */
static void give_back(struct replay *r, struct mapping *m)
{
	struct device *dev = m->dev->dev;

	if (!m->is_refused) {
		if (m->by == BY_ALLOC)
			dma_free_attrs(dev, m->len, m->cpu_ptr, m->segs[0].dma, m->attrs);
		else if (m->by == BY_SG)
			dma_unmap_sg_attrs(dev, m->sgl, m->nr_segs, kernel_dir(m->dir), 0);
		else
			dma_unmap_page_attrs(dev, m->segs[0].dma, m->segs[0].len,
					     kernel_dir(m->dir), 0);
	}
	live_remove(m->dev->live, m);
	mapping_release(r, m);
}

void apply_end(struct replay *r)
{
	enter_cpu(r, 0);
	for (unsigned d = 0; d < r->rep->devices->len; d++) {
		struct replay_device *dev = r->rep->devices->pdata[d];
		g_autoptr(GPtrArray) all = live_all(dev->live);

		for (unsigned i = 0; i < all->len; i++)
			count_left(r, all->pdata[i]);
		for (unsigned i = 0; i < all->len; i++)
			give_back(r, all->pdata[i]);
	}
}
