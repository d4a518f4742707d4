/* SPDX-License-Identifier: MIT */
/*
 * sync_*: device or CPU moves the part that changes hands; the call; the other one.
 */
#include "apply.h"

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
	judge_subject(r->judge, m);
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

void sync_range(struct replay *r, struct replay_device *dev, uint64_t dma, uint64_t len)
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
	if (m->is_refused)
		judge_refused(r->judge);
	if (m->is_refused || ev->dir == TRACE_NONE)
		return;
	len = MIN(len, m->len - off);
	if (for_cpu)
		sync_for_cpu(r, m, off, len, ev->dir);
	else
		sync_for_device(r, m, off, len, ev->dir);
}

void on_sync_sg(struct replay *r, struct replay_device *dev,
		       const struct trace_event *ev)
{
	for (size_t i = 0; i < MIN(ev->nr_dma, ev->nr_sizes); i++)
		sync_range(r, dev, ev->dma_list[i], ev->size_list[i]);
}
