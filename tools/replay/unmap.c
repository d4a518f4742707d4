/* SPDX-License-Identifier: MIT */
/*
 * unmap_*: the device reads, or writes, all of it; the call; the CPU reads.
 *
 * An unmap is replayed as it was made: with its own size and direction, right or
 * wrong, so that what it does to the bytes is seen. What the trace unmaps without
 * having mapped it is no call at all: there is nothing on the board to give back.
 */
#include "apply.h"

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

	judge_subject(r->judge, m);
	call_begins(r);
	if (m->by == BY_SG)
		dma_unmap_sg_attrs(dev, m->sgl, m->nr_segs, kernel_dir(dir), attrs);
	else
		dma_unmap_page_attrs(dev, m->segs[0].dma, unmap_len(m, len), kernel_dir(dir),
				     attrs);
	call_ends(r, m->dev, COST_UNMAP);
}

void mapping_unmap(struct replay *r, struct mapping *m, uint64_t len, enum trace_dir dir,
		  unsigned long attrs)
{
	if (!m->is_refused) {
		before_unmap(r, m, attrs);
		library_unmap(r, m, len, dir == TRACE_NONE ? m->dir : dir, attrs);
		after_unmap(r, m, attrs);
	} else {
		judge_refused(r->judge);
	}
	mapping_goes_dead(r, m);
	mapping_release(r, m);
}

/* Not in the trace as mapped: whose fault is it? */
void unmatched(struct replay *r, struct replay_device *dev, enum finding finding,
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

void on_unmap_page(struct replay *r, struct replay_device *dev,
			  const struct trace_event *ev)
{
	enum map_function by = ev->kind == TRACE_UNMAP_PAGE ? BY_PAGE : BY_RESOURCE;
	struct mapping *m = live_at(dev->live, ev->dma, false, ev->size, ev->dir);

	if (!m) {
		unmatched(r, dev, FIND_UNMATCHED_UNMAP, by, ev->dma);
		return;
	}
	check_unmap(r, m, by, ev);
	mapping_unmap(r, m, ev->size, ev->dir, ev->attrs);
}

void on_unmap_sg(struct replay *r, struct replay_device *dev,
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
	mapping_unmap(r, m, m->len, ev->dir, ev->attrs);
}
