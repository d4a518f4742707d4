/* SPDX-License-Identifier: MIT */
/*
 * Bytes that are not the newest: four rules, each about one moment.
 *
 *   the CPU reads        sees less than the newest  -> CPU_READ_STALE, or, if no copy
 *                                                      holds it any more, CPU_WRITE_LOST
 *   the device reads     the same                   -> DEVICE_READ_STALE, CPU_WRITE_LOST
 *   a line goes to DRAM  over newer bytes of a device -> DEVICE_WRITE_LOST
 *   a line is dropped    remembered only: a loss that nobody misses is none
 *
 * Which bytes are wrong is bytes-wrong.c, what is remembered of them bytes-past.c, what is
 * said about them bytes-report.c.
 */
#include "bytes.h"
#include "overtake.h"
#include "story.h"

static void remember(struct hazard_engine *e, struct shadow_line *l, enum record_kind kind,
		     const struct observe_event *ev)
{
	struct record r = bytes_record(e, kind, ev);

	history_add(&l->history, &r);
}

/* The library takes what the other side is to get: old for one of them, for a moment. */
static bool is_copying(const struct observe_event *ev, const struct wrong *w)
{
	return w->writer == WRITER_BOUNCED && !ev->site;
}

static void on_load(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev)
{
	struct wrong w = bytes_find_wrong(l, ev);
	const char *where;

	e->nr_accesses++;
	if (!w.nr || bytes_is_race(e, l, ev) || is_copying(ev, &w)) {
		ownership_cpu_access(e, ev, false);
		coherent_cpu_access(e, ev, false);
		overtake_load(e, ev);
		return;
	}
	if (w.writer == WRITER_BOUNCED) {
		bounce_missed(e, l, ev, &w);
		return;
	}
	where = bytes_newest_in(e, l, ev);
	if (w.writer == WRITER_DEVICE || !g_str_equal(where, NOWHERE)) {
		if (!vmap_cpu_read(e, l, ev, &w, where))
			bytes_cpu_read_stale(e, l, ev, &w, where);
	} else {
		bytes_cpu_write_lost(e, l, ev, &w);
		bytes_give_up_wrong(l, ev);
	}
}

static void on_store(struct hazard_engine *e, struct shadow_line *l,
		     const struct observe_event *ev)
{
	e->nr_accesses++;
	ownership_cpu_access(e, ev, true);
	coherent_cpu_access(e, ev, true);
	overtake_store(e, l, ev);
	shadow_write(l, ev, WRITER_CPU);
	remember(e, l, RECORD_CPU_WROTE, ev);
	bounce_cpu_wrote(e, ev);
}

static void on_device_read(struct hazard_engine *e, struct shadow_line *l,
			   const struct observe_event *ev)
{
	struct wrong w;
	const char *where;

	e->nr_accesses++;
	if (!ownership_device_access(e, ev, false) || !l)
		return;
	w = bytes_find_wrong(l, ev);
	if (!w.nr || bytes_is_race(e, l, ev)) {
		one_way_read(e, l, ev);
		turn_device_access(e, ev, false);
		return;
	}
	if (overtake_has_told(e))
		return;
	if (w.writer == WRITER_BOUNCED) {
		bounce_missed(e, l, ev, &w);
		return;
	}
	where = bytes_newest_in(e, l, ev);
	if (w.writer == WRITER_DEVICE || !g_str_equal(where, NOWHERE)) {
		if (!vmap_device_read(e, l, ev, &w, where))
			bytes_device_read_stale(e, l, ev, &w, where);
	} else {
		bytes_cpu_write_lost(e, l, ev, &w);
		bytes_give_up_wrong(l, ev);
	}
}

/* What a device wrote where it may not is a mess that has been reported already. */
static void on_device_write(struct hazard_engine *e, struct shadow_line *l,
			    const struct observe_event *ev)
{
	bool is_mapped = ownership_device_access(e, ev, true);

	e->nr_accesses++;
	if (is_mapped && !dirty_device_write(e, ev))
		turn_device_access(e, ev, true);
	if (!l)
		return;
	shadow_write(l, ev, is_mapped ? WRITER_DEVICE : WRITER_NOBODY);
	remember(e, l, RECORD_DEVICE_WROTE, ev);
	if (is_mapped)
		bounce_device_wrote(e, ev);
}

static void on_fill(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev)
{
	remember(e, l, RECORD_FILLED, ev);
}

/*
 * Level 2 takes what it holds, and what it allocates for; the rest goes through. A
 * clean that somebody asked for is meant for memory and will get there; a line that
 * was merely evicted may still be dropped by level 2.
 */
static bool goes_to_dram(const struct observe_event *ev)
{
	return ev->level != 1 || ev->answer == ANSWER_DRAM || ev->cause == CAUSE_ASKED;
}

/* A line that is snooped out goes before the device's write is told of, not over it. */
static void on_write_back(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev)
{
	struct wrong w = bytes_find_clobbered(l, ev);

	if (w.nr && goes_to_dram(ev)) {
		bytes_device_write_lost(e, l, ev, &w);
		bytes_give_up_clobbered(l, ev);
	}
	remember(e, l, RECORD_WRITTEN_BACK, ev);
}

/* A store that waited while the device wrote goes over it, as any other old bytes. */
static void on_drain(struct hazard_engine *e, struct shadow_line *l,
		     const struct observe_event *ev)
{
	struct wrong w = bytes_find_clobbered(l, ev);

	if (!w.nr)
		return;
	bytes_device_write_lost(e, l, ev, &w);
	bytes_give_up_clobbered(l, ev);
}

static void on_invalidate(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev)
{
	remember(e, l, RECORD_DROPPED, ev);
}

typedef void (*byte_rule)(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev);

/* A device is judged by its mappings even where no line is watched. */
static const struct {
	byte_rule rule;
	bool needs_no_line;
} rules[NR_OBSERVE_KINDS] = {
	[OBSERVE_LOAD] = { on_load, false },
	[OBSERVE_STORE] = { on_store, false },
	[OBSERVE_DRAIN] = { on_drain, false },
	[OBSERVE_DMA_READ] = { on_device_read, true },
	[OBSERVE_DMA_WRITE] = { on_device_write, true },
	[OBSERVE_FILL] = { on_fill, false },
	[OBSERVE_WRITE_BACK] = { on_write_back, false },
	[OBSERVE_INVALIDATE] = { on_invalidate, false },
};

void bytes_event(struct hazard_engine *e, const struct observe_event *ev)
{
	byte_rule rule = rules[ev->kind].rule;
	struct shadow_line *l;

	if (!rule)
		return;
	l = shadow_line_of(&e->shadow, ev);
	if (l && e->stories)
		stories_event(e->stories, l, ev);
	if (l || rules[ev->kind].needs_no_line)
		rule(e, l, ev);
}
