/* SPDX-License-Identifier: MIT */
/*
 * Bounced mappings: the CPU has a buffer, the device a slot elsewhere, and only the
 * library's copies make them one.
 *
 *	CPU    [ buffer ]  --map, sync_for_device-->  [ slot ]  device reads
 *	reads  [ buffer ]  <--sync_for_cpu, unmap---  [ slot ]  device writes
 *
 * What either side writes is the newest of both, and at the other one WRITER_BOUNCED until
 * the copy comes. A reader that gets something else misses that copy: a sync that somebody
 * found unnecessary, or an unmap that was told to skip it.
 *
 * Leaves out: a copy that goes over what the other side wrote meanwhile.
 *
 * Linux: kernel/dma/swiotlb.c.
 */
#include "bytes.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

/* ---- what the other side should see ---------------------------------- */

/* @len bytes of @ev, from its @at-th on, belong at @pa, too. */
static void mirror(struct hazard_engine *e, const struct observe_event *ev,
		   enum record_kind kind, size_t at, size_t len, uint64_t pa)
{
	for (size_t done = 0, n; done < len; done += n) {
		uint64_t room = e->shadow.line_bytes - (pa + done) % e->shadow.line_bytes;
		struct observe_event part = *ev;
		struct shadow_line *l;
		struct record r;

		n = MIN(room, len - done);
		part.pa = pa + done;
		part.bytes += at + done;
		part.len = n;
		l = shadow_line_of(&e->shadow, &part);
		if (!l)
			continue;
		shadow_write(l, &part, WRITER_BOUNCED);
		r = bytes_record(e, kind, &part);
		history_add(&l->history, &r);
	}
}

void bounce_device_wrote(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct mapping *m = e->has_bounced ? ownership_mapping(e, ev->master, ev->dma)
						 : NULL;
	uint64_t offset = m ? ev->dma - m->dma : 0;

	if (m && m->is_bounced && m->dir != DMA_TO_DEVICE)
		mirror(e, ev, RECORD_DEVICE_WROTE, 0, MIN(ev->len, m->len - offset),
		       m->pa + offset);
}

struct store {
	struct hazard_engine *e;
	const struct observe_event *ev;
};

static bool mirror_store(struct mapping *m, void *data)
{
	const struct store *s = data;
	uint64_t from = MAX(s->ev->pa, m->pa);
	uint64_t to = MIN(s->ev->pa + s->ev->len, m->pa + m->len);

	if (m->is_bounced && m->dir != DMA_FROM_DEVICE)
		mirror(s->e, s->ev, RECORD_CPU_WROTE, from - s->ev->pa, to - from,
		       mapping_device_pa(m) + (from - m->pa));
	return true;
}

/* The library's own stores are the copies. */
void bounce_cpu_wrote(struct hazard_engine *e, const struct observe_event *ev)
{
	struct store s = { e, ev };

	if (e->has_bounced && ev->site)
		mapped_each_pa(&e->live, ev->pa, ev->pa + ev->len - 1, mirror_store, &s);
}

static void give_up_line(struct hazard_engine *e, uint64_t pa, unsigned len)
{
	struct shadow_line *l = shadow_find(&e->shadow, pa);
	unsigned at = pa % e->shadow.line_bytes;

	for (unsigned i = at; l && i < at + len; i++)
		if (l->writer[i] == WRITER_BOUNCED)
			shadow_undefine(l, i, 1);
}

void bounce_surrender(struct hazard_engine *e, const struct mapping *m, uint64_t offset,
		      uint64_t len)
{
	uint64_t pa = m->pa + offset, end = pa + len;

	while (!e->live.is_fast && pa < end) {
		uint64_t room = e->shadow.line_bytes - pa % e->shadow.line_bytes;
		uint64_t n = MIN(room, end - pa);

		give_up_line(e, pa, (unsigned)n);
		pa += n;
	}
}

/* ---- the report ------------------------------------------------------ */

static bool is_bounced_mapping(struct mapping *m, void *data)
{
	if (m->is_bounced)
		*(struct mapping **)data = m;
	return true;
}

/* The bounced mapping of what @ev is about, which may be gone. */
static const struct mapping *bounced_mapping(struct hazard_engine *e,
					     const struct observe_event *ev,
					     const struct wrong *w)
{
	struct mapping *m = NULL;

	if (ev->master)
		return ownership_mapping(e, ev->master, ev->dma + w->first);
	mapped_each_pa(&e->live, w->pa, w->pa, is_bounced_mapping, &m);
	return m;
}

/* Where the buffer is, which the library's calls are remembered by. */
static uint64_t buffer_pa(const struct observe_event *ev, const struct wrong *w,
			  const struct mapping *m)
{
	return ev->master && m ? m->pa + (ev->dma + w->first - m->dma) : w->pa;
}

static void say_missed(struct hazard_engine *e, struct report *r, const struct record *wrote)
{
	const struct report_bytes *b = &r->bytes;
	g_autofree char *saw = bytes_text(b->saw->data + b->first_wrong,
					  b->saw->len - b->first_wrong, 8);
	g_autofree char *newest = bytes_text(b->newest->data + b->first_wrong,
					     b->newest->len - b->first_wrong, 8);

	report_say(r, ". %s wrote %s, and nothing has copied it here: what was read is %s.",
		   wrote ? party_name(&e->parties, wrote->party) : "The other side", newest, saw);
}

static void fix_missed(struct hazard_engine *e, struct report *r, const struct mapping *m,
		       const struct record *unmap, bool is_device)
{
	g_autofree char *sync = m ? sync_call(e, m, !is_device) : NULL;

	if (m)
		report_fix(r, "Likely missing", "%s", sync);
	else if (unmap)
		report_fix(r, "Likely missing", "dma_sync_single_for_cpu(%s, 0x%" PRIx64
			   ", %u, %s) before the unmap, which skips the copy",
			   party_name(&e->parties, unmap->party), unmap->dma, unmap->len,
			   direction_name(unmap->dir));
}

static const struct record *skipped_unmap(const struct hazard_engine *e, uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	return call && call->kind == RECORD_UNMAPPED && call->skips_sync ? call : NULL;
}

void bounce_missed(struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev, const struct wrong *w)
{
	bool is_device = ev->master;
	const struct mapping *m = bounced_mapping(e, ev, w);
	const struct record *unmap = m ? NULL : skipped_unmap(e, w->pa);
	const struct record *wrote = bytes_last_of(&l->history, is_device ? RECORD_CPU_WROTE
								: RECORD_DEVICE_WROTE, w->pa);
	const void *site = unmap ? unmap->site : is_device && wrote ? wrote->site : ev->site;
	struct record now = bytes_record(e, is_device ? RECORD_DEVICE_READ : RECORD_CPU_READ, ev);
	struct report *r = report_begin(e, HAZARD_BOUNCE_NOT_COPIED, site, m ? m->site : ev->site);

	if (!r)
		return;
	if (is_device)
		report_by(r, master_name(ev->master));
	if (m)
		report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	bytes_take(r, l, ev, w, is_device ? "buffer" : "bounce");
	say_missed(e, r, wrote);
	report_history(e, r, buffer_pa(ev, w, m), 1);
	report_now(e, r, &now, !unmap, is_device ? "read, no sync_for_device in between"
						 : "read what was not copied");
	if (unmap)
		report_blame(r, unmap->seq);
	fix_missed(e, r, m, unmap, is_device);
	report_end(e, r);
}
