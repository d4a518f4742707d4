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
 * A store that is still in a CPU's store buffer is newest already. A reader that comes
 * too early for it has lost a race, which is no fault; one that was shown a younger store
 * before has found a missing barrier.
 *
 * Values are compared, so a stale byte that happens to be equal is not reported.
 */
#include "bytes.h"
#include "overtake.h"
#include "story.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

static bool byte_is_wrong(const struct shadow_line *l, const struct observe_event *ev,
			  unsigned i)
{
	unsigned at = (unsigned)(ev->pa - l->pa) + i;

	return writer_is_known(l->writer[at]) && l->golden[at] != ev->bytes[i];
}

static struct wrong find_wrong(const struct shadow_line *l, const struct observe_event *ev)
{
	struct wrong w = { 0 };

	for (unsigned i = 0; i < ev->len; i++) {
		if (!byte_is_wrong(l, ev, i))
			continue;
		if (!w.nr++)
			w.first = i;
	}
	w.pa = ev->pa + w.first;
	w.writer = l->writer[w.pa - l->pa];
	return w;
}

/* ---- where the newest bytes are ------------------------------------ */

static bool view_is_newest(const struct hazard_engine *e, enum machine_view view,
			   const struct shadow_line *l, const struct observe_event *ev)
{
	uint8_t bytes[LINE_MAX_BYTES];
	struct observe_event seen = *ev;

	if (!machine_peek(e->machine, view, ev->pa, bytes, ev->len))
		return false;
	seen.bytes = bytes;
	return find_wrong(l, &seen).nr == 0;
}

#define STORE_BUFFER "the store buffer"

/* Would it have been the newest, had every store buffer been empty? */
static bool is_newest_drained(const struct hazard_engine *e, const struct shadow_line *l,
			      const struct observe_event *ev, const uint8_t *bytes)
{
	uint8_t drained[LINE_MAX_BYTES];
	struct observe_event seen = *ev;

	memcpy(drained, bytes, ev->len);
	machine_lay_held_over(e->machine, ev->pa, drained, ev->len);
	seen.bytes = drained;
	return find_wrong(l, &seen).nr == 0;
}

static bool is_in_store_buffer(const struct hazard_engine *e, const struct shadow_line *l,
			       const struct observe_event *ev)
{
	uint8_t bytes[LINE_MAX_BYTES];

	return machine_peek(e->machine, VIEW_CPU, ev->pa, bytes, ev->len) &&
	       is_newest_drained(e, l, ev, bytes);
}

/* What it saw is old only because it came before a store that will be seen anyway. */
static bool is_race(const struct hazard_engine *e, const struct shadow_line *l,
		    const struct observe_event *ev)
{
	return ev->order == ORDER_RACE && is_newest_drained(e, l, ev, ev->bytes);
}

static const char *newest_in(const struct hazard_engine *e, const struct shadow_line *l,
			     const struct observe_event *ev)
{
	if (view_is_newest(e, VIEW_DRAM, l, ev))
		return "dram";
	if (view_is_newest(e, VIEW_OUTER, l, ev))
		return "L2";
	if (view_is_newest(e, VIEW_CPU, l, ev))
		return "L1D";
	return is_in_store_buffer(e, l, ev) ? STORE_BUFFER : NOWHERE;
}

/* ---- what happened before ------------------------------------------ */

static bool reaches(const struct record *r, uint64_t pa)
{
	return pa - r->pa < r->len;
}

/* The latest record of that kind about @pa; NULL if it is forgotten. */
const struct record *bytes_last_of(const struct history *h, enum record_kind kind, uint64_t pa)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (r->kind == kind && reaches(r, pa))
			return r;
	}
	return NULL;
}

/* What took the CPU's bytes away: a dirty line dropped, or one written over them. */
static const struct record *last_loss(const struct history *h, uint64_t pa)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (!reaches(r, pa))
			continue;
		if ((r->kind == RECORD_DROPPED && r->is_dirty) || r->kind == RECORD_WRITTEN_BACK)
			return r;
	}
	return NULL;
}

/* The latest other store to the line that stayed in a cache. */
static const struct record *last_cached_store(const struct history *h,
					      const struct record *but)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (r->kind == RECORD_CPU_WROTE && r->is_cached && r != but)
			return r;
	}
	return NULL;
}

const struct record *bytes_last_call(const struct hazard_engine *e, uint64_t pa)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);

	for (unsigned i = p ? p->calls.nr : 0; i; i--) {
		const struct record *r = past_at(&p->calls, i - 1);

		if (reaches(r, pa))
			return r;
	}
	return NULL;
}

/*
 * The library's call that was under way at @seq. Its note comes when it is done, but
 * for dma_unmap_sg(), whose list may be anything afterwards.
 */
static const struct record *call_at(const struct hazard_engine *e, uint64_t pa, uint64_t seq)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);

	for (unsigned i = 0; p && i < p->calls.nr; i++) {
		const struct record *r = past_at(&p->calls, i);

		if (r->seq > seq && reaches(r, pa))
			return r;
	}
	return bytes_last_call(e, pa);
}

/* ---- saying it ----------------------------------------------------- */

static const char *answer_name(enum observe_answer a)
{
	static const char *const name[] = {
		[ANSWER_L1] = "L1D", [ANSWER_L2] = "L2", [ANSWER_DRAM] = "dram",
	};

	return name[a];
}

/* Who wrote is asked for later, when it has gone on; who reads is there when it is told. */
static uint32_t stack_of(struct hazard_engine *e, enum record_kind kind,
			 const struct observe_event *ev)
{
	if (kind == RECORD_CPU_WROTE)
		return engine_stack_of_store(e, ev->site);
	return kind == RECORD_DEVICE_WROTE ? engine_stack(e, NULL) : NO_STACK;
}

struct record bytes_record(struct hazard_engine *e, enum record_kind kind,
			   const struct observe_event *ev)
{
	struct record now = engine_record(e, kind);

	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	now.stack = stack_of(e, kind, ev);
	now.level = (uint8_t)ev->level;
	now.is_dirty = ev->is_dirty;
	now.is_unasked = ev->is_speculative || ev->cause == CAUSE_EVICTION;
	now.is_cached = ev->attrs.type == MEM_NORMAL &&
			(ev->attrs.inner != CACHE_NONE || ev->attrs.outer != CACHE_NONE);
	now.is_alias = kind == RECORD_CPU_WROTE && alias_site(e, ev->va);
	return now;
}

void bytes_take(struct report *r, const struct shadow_line *l, const struct observe_event *ev,
		const struct wrong *w, const char *where)
{
	r->bytes = (struct report_bytes){
		.saw = g_byte_array_append(g_byte_array_new(), ev->bytes, (guint)ev->len),
		.newest = g_byte_array_append(g_byte_array_new(), l->golden + (ev->pa - l->pa),
					      (guint)ev->len),
		.newest_in = where, .first_wrong = w->first, .nr_wrong = w->nr,
	};
}

static void say_how_many(struct report *r, size_t len)
{
	unsigned nr = r->bytes.nr_wrong;

	if (len == 1)
		report_say(r, ". It is not the newest.");
	else if (nr == len)
		report_say(r, ". None of them is the newest.");
	else
		report_say(r, ". %u of them, from byte %u on, %s not the newest.", nr,
			   r->bytes.first_wrong, nr == 1 ? "is" : "are");
}

/* "L1D answered 11 22 33 44; dram holds aa bb cc dd, which eth0 wrote." */
static void say_bytes(struct hazard_engine *e, struct report *r, const char *answered,
		      const struct record *written)
{
	const struct report_bytes *b = &r->bytes;
	const char *writer = written ? party_name(&e->parties, written->party) : NULL;
	g_autofree char *saw = bytes_text(b->saw->data + b->first_wrong,
					  b->saw->len - b->first_wrong, 8);
	g_autofree char *newest = bytes_text(b->newest->data + b->first_wrong,
					     b->newest->len - b->first_wrong, 8);

	say_how_many(r, b->saw->len);
	report_say(r, "%s answered %s;", answered, saw);
	if (g_str_equal(b->newest_in, NOWHERE))
		report_say(r, "%s wrote %s, which no copy holds any more.",
			   writer ? writer : "the CPU", newest);
	else if (writer)
		report_say(r, "%s holds %s, which %s wrote.", b->newest_in, newest, writer);
	else
		report_say(r, "%s holds %s.", b->newest_in, newest);
}

static const struct record *writer_record(const struct shadow_line *l, const struct wrong *w)
{
	return bytes_last_of(&l->history, w->writer == WRITER_DEVICE ? RECORD_DEVICE_WROTE
							       : RECORD_CPU_WROTE, w->pa);
}

/* ---- rule: the CPU reads old bytes --------------------------------- */

#define ONE_MAPPING	"one mapping instead of two: coherent memory must not be reached through " \
			"a cached address as well"

static void fix_after_the_mapping(struct hazard_engine *e, struct report *r, uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	if (!call)
		return;
	if (call->kind == RECORD_ALLOCATED)
		report_fix(r, "Likely missing", ONE_MAPPING);
	else if (call->kind == RECORD_UNMAPPED && call->dir == DMA_TO_DEVICE)
		report_fix(r, "Likely meant", "DMA_FROM_DEVICE in the map and the unmap");
	else if (call->kind == RECORD_UNMAPPED && call->skips_sync)
		report_fix(r, "Likely missing", "dma_sync_single_for_cpu(%s, 0x%" PRIx64
			   ", %u, %s) before the unmap, which skips it",
			   party_name(&e->parties, call->party), call->dma, call->len,
			   direction_name(call->dir));
}

/*
 * A sync for the CPU came after what the device wrote, and did not help: before ARMv6
 * lines go when the buffer is given to the device, which it was not.
 */
static bool is_synced_in_vain(const struct hazard_engine *e, const struct record *written,
			      uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	return written && call && call->kind == RECORD_SYNCED_FOR_CPU && call->seq > written->seq;
}

static void fix_cpu_read(struct hazard_engine *e, struct report *r, const struct mapping *m,
			 const struct record *written, uint64_t pa)
{
	bool is_in_vain = is_synced_in_vain(e, written, pa);
	g_autofree char *sync = m ? sync_call(e, m, !is_in_vain) : NULL;

	if (m && m->dir == DMA_TO_DEVICE)
		report_fix(r, "Likely meant", "DMA_FROM_DEVICE in the map and the unmap");
	else if (m)
		report_fix(r, "Likely missing", "%s", sync);
	else
		fix_after_the_mapping(e, r, pa);
}

static void cpu_read_stale(struct hazard_engine *e, const struct shadow_line *l,
			   const struct observe_event *ev, const struct wrong *w,
			   const char *where)
{
	const struct mapping *m = ledger_mapping_at(e, w->pa);
	bool is_unsynced = m && m->dir != DMA_TO_DEVICE &&
			   !ownership_of_cpu(m, w->pa - m->pa, w->pa - m->pa + 1);
	const struct dev_record *mismatched = mismatch_at(e, m, w->pa);
	struct record now = bytes_record(e, RECORD_CPU_READ, ev);
	struct report *r = report_begin(e, mismatched ? HAZARD_COHERENCE_MISMATCH
						      : HAZARD_CPU_READ_STALE, ev->site,
					m ? m->site : NULL);

	if (!r)
		return;
	if (m)
		report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	bytes_take(r, l, ev, w, where);
	say_bytes(e, r, answer_name(ev->answer), writer_record(l, w));
	report_history(e, r, w->pa, 1);
	report_now(e, r, &now, true, is_unsynced ? "read, no sync_for_cpu in between"
						 : "read old bytes");
	if (mismatched)
		mismatch_tell(e, r, mismatched);
	else
		fix_cpu_read(e, r, m, writer_record(l, w), w->pa);
	report_end(e, r);
}

/* ---- rule: what the CPU wrote is gone ------------------------------ */

/*
 * A mapping that the device only writes is invalidated by every call, for the device
 * too: nothing saves what the CPU stored there, but storing it later.
 */
static void fix_lost(struct hazard_engine *e, struct report *r, const struct record *call)
{
	if (call && call->kind == RECORD_ALLOCATED)
		report_fix(r, "Likely missing", ONE_MAPPING);
	if (!call || call->kind == RECORD_ALLOCATED)
		return;
	if (call->dir == DMA_BIDIRECTIONAL)
		report_fix(r, "Likely missing", "dma_sync_single_for_device(%s, 0x%" PRIx64
			   ", %u, DMA_BIDIRECTIONAL) after the store",
			   party_name(&e->parties, call->party), call->dma, call->len);
	else
		report_fix(r, "Likely meant", "the store after the unmap, not before it");
}

/*
 * Who is to blame: the call that dropped the line, or, where it went by itself over what was
 * stored past it, the store that had made it dirty.
 */
static const void *site_of_loss(const struct hazard_engine *e, const struct shadow_line *l,
				const struct observe_event *ev, const struct record *loss,
				const struct record *store, uint64_t pa)
{
	const struct record *call = loss ? call_at(e, pa, loss->seq) : NULL;
	const struct record *dirtied = loss && loss->is_unasked
		? last_cached_store(&l->history, store) : NULL;

	if (dirtied)
		return dirtied->site;
	return call ? call->site : loss && loss->site ? loss->site : ev->site;
}

static void cpu_write_lost(struct hazard_engine *e, struct shadow_line *l,
			   const struct observe_event *ev, const struct wrong *w)
{
	const struct record *loss = last_loss(&l->history, w->pa);
	const struct record *call = loss ? call_at(e, w->pa, loss->seq) : NULL;
	const struct record *store = bytes_last_of(&l->history, RECORD_CPU_WROTE, w->pa);
	const void *site = site_of_loss(e, l, ev, loss, store, w->pa);
	bool is_cpu = ev->kind == OBSERVE_LOAD;
	struct record now = bytes_record(e, is_cpu ? RECORD_CPU_READ : RECORD_DEVICE_READ, ev);
	struct report *r = report_begin(e, HAZARD_CPU_WRITE_LOST, site,
					store ? store->site : NULL);

	if (!r)
		return;
	report_of_access(e, r, ev, false);
	bytes_take(r, l, ev, w, NOWHERE);
	say_bytes(e, r, is_cpu ? answer_name(ev->answer) : "dram", store);
	report_history(e, r, w->pa, 1);
	if (loss)
		report_blame(r, loss->seq);
	report_now(e, r, &now, !loss, "missed what was written");
	fix_lost(e, r, call);
	report_end(e, r);
}

/* Said once: what is gone for good is missed by every reader after this one. */
static void give_up_wrong(struct shadow_line *l, const struct observe_event *ev)
{
	for (unsigned i = 0; i < ev->len; i++)
		if (byte_is_wrong(l, ev, i))
			shadow_undefine(l, (unsigned)(ev->pa - l->pa) + i, 1);
}

/* ---- rule: the device reads old bytes ------------------------------ */

static void fix_device_read(struct hazard_engine *e, struct report *r,
			    const struct mapping *m, const struct observe_event *ev)
{
	g_autofree char *sync = sync_call(e, m, false);

	if (ev->order == ORDER_BROKEN_BY_REGISTER)
		report_fix(r, "Likely missing", "wmb() before the doorbell, or writel() in place "
			   "of writel_relaxed()");
	else if (ev->order == ORDER_BROKEN_BY_MEMORY)
		report_fix(r, "Likely missing", "dma_wmb() after the store, before the next one");
	else if (m->dir == DMA_FROM_DEVICE)
		report_fix(r, "Likely meant", "DMA_TO_DEVICE or DMA_BIDIRECTIONAL in the map "
			   "and the unmap");
	else
		report_fix(r, "Likely missing", "%s", sync);
}

static void device_read_stale(struct hazard_engine *e, const struct shadow_line *l,
			      const struct observe_event *ev, const struct wrong *w,
			      const char *where)
{
	const struct mapping *m = ownership_mapping(e, ev->master, ev->dma + w->first);
	const struct record *store = bytes_last_of(&l->history, RECORD_CPU_WROTE, w->pa);
	const struct dev_record *mismatched = m ? mismatch_at(e, m, w->pa) : NULL;
	bool is_late = store && (!m || store->step > m->step) && !mismatched;
	struct record now = bytes_record(e, RECORD_DEVICE_READ, ev);
	struct report *r = report_begin(e, mismatched ? HAZARD_COHERENCE_MISMATCH
						      : HAZARD_DEVICE_READ_STALE,
					is_late ? store->site : m ? m->site : NULL,
					is_late && m ? m->site : NULL);

	if (!r)
		return;
	report_by(r, master_name(ev->master));
	if (m)
		report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	bytes_take(r, l, ev, w, where);
	say_bytes(e, r, "dram", writer_record(l, w));
	report_history(e, r, w->pa, 1);
	if (is_late)
		report_blame(r, store->seq);
	report_now(e, r, &now, !is_late,
		   ev->order ? "read before the store was seen" :
		   is_late ? "read, no sync_for_device in between" : "read old bytes");
	if (mismatched)
		mismatch_tell(e, r, mismatched);
	else if (m)
		fix_device_read(e, r, m, ev);
	report_end(e, r);
}

/* ---- rule: old bytes go over a device's ---------------------------- */

static void fix_write_back(struct hazard_engine *e, struct report *r, const struct mapping *m,
			   const struct record *store)
{
	bool is_outside = store && (store->pa + store->len <= m->pa ||
				    store->pa >= m->pa + m->len);
	bool is_synced = store && !is_outside &&
			 ownership_of_cpu(m, store->pa - m->pa, store->pa - m->pa + store->len);
	g_autofree char *sync = sync_call(e, m, !m->skips_sync);

	if (is_synced && !m->skips_sync)
		report_fix(r, "Likely missing", "a multiple of dma_get_cache_alignment() between "
			   "parts that are synced apart: the store is to bytes that are the CPU's, "
			   "in one line with the device's");
	else if (is_outside)
		report_fix(r, "Likely missing", "a buffer aligned to "
			   "dma_get_cache_alignment(): the store is to a neighbour of it");
	else
		report_fix(r, "Likely missing", "%s", sync);
}

/* The store that made the line dirty, in whatever byte of it. */
static const struct record *last_store(const struct history *h)
{
	for (unsigned i = h->nr; i; i--)
		if (history_at(h, i - 1)->kind == RECORD_CPU_WROTE)
			return history_at(h, i - 1);
	return NULL;
}

static void device_write_lost(struct hazard_engine *e, const struct shadow_line *l,
			      const struct observe_event *ev, const struct wrong *w)
{
	const struct mapping *m = ledger_mapping_at(e, w->pa);
	bool is_drain = ev->kind == OBSERVE_DRAIN;
	const struct record *store = last_store(&l->history);
	const struct record *wrote = bytes_last_of(&l->history, RECORD_DEVICE_WROTE, w->pa);
	const struct record *culprit = store && (!m || store->step > m->step) ? store : NULL;
	const void *site = culprit ? culprit->site : m ? m->site : ev->site;
	g_autofree char *old = bytes_text(ev->bytes + w->first, ev->len - w->first, 8);
	g_autofree char *newer = bytes_text(l->golden + (w->pa - l->pa), ev->len - w->first, 8);
	struct record now = bytes_record(e, RECORD_WRITTEN_BACK, ev);
	const struct dev_record *mismatched = mismatch_at(e, m, w->pa);
	struct report *r = report_begin(e, mismatched ? HAZARD_COHERENCE_MISMATCH
						      : HAZARD_DEVICE_WRITE_LOST, site,
					m ? m->site : NULL);

	if (!r)
		return;
	if (m)
		report_of_mapping(e, r, m);
	bytes_take(r, l, ev, w, "dram");
	report_say(r, "%s at pa 0x%" PRIx64 " %s, and %u of its bytes are "
		   "older than what %s wrote. At pa 0x%" PRIx64 " dram held %s; %s puts back %s.",
		   is_drain ? "The store" : "The line", is_drain ? ev->pa : l->pa,
		   is_drain ? "left the store buffer" : "was written back", w->nr,
		   wrote ? party_name(&e->parties, wrote->party) : "a device", w->pa, newer,
		   is_drain ? STORE_BUFFER : ev->level == 1 ? "L1D" : "L2", old);
	report_history(e, r, w->pa, 1);
	if (culprit)
		report_blame(r, culprit->seq);
	report_now(e, r, &now, !culprit, NULL);
	if (mismatched)
		mismatch_tell(e, r, mismatched);
	else if (m)
		fix_write_back(e, r, m, culprit);
	report_end(e, r);
}

static struct wrong find_clobbered(const struct shadow_line *l, const struct observe_event *ev)
{
	struct wrong w = { .writer = WRITER_DEVICE };

	for (unsigned i = 0; i < ev->len; i++) {
		if (l->writer[ev->pa - l->pa + i] != WRITER_DEVICE || !byte_is_wrong(l, ev, i))
			continue;
		if (!w.nr++)
			w.first = i;
	}
	w.pa = ev->pa + w.first;
	return w;
}

/* ---- what did not happen, but could have ---------------------------- */

const void *bytes_writer_site(const struct shadow_line *l, uint64_t pa)
{
	enum record_kind kind = l->writer[pa - l->pa] == WRITER_DEVICE ? RECORD_DEVICE_WROTE
								      : RECORD_CPU_WROTE;
	const struct record *r = bytes_last_of(&l->history, kind, pa);

	return r ? r->site : NULL;
}

const void *bytes_call_site(const struct hazard_engine *e, uint64_t pa)
{
	const struct record *r = bytes_last_call(e, pa);

	return r ? r->site : NULL;
}

void bytes_possible(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev, enum hazard_class class, const char *where)
{
	struct wrong lost, w = find_wrong(l, ev);

	if (class == HAZARD_DEVICE_WRITE_LOST) {
		lost = find_clobbered(l, ev);
		device_write_lost(e, l, ev, &lost);
	} else if (class == HAZARD_CPU_WRITE_LOST) {
		cpu_write_lost(e, l, ev, &w);
	} else if (class == HAZARD_CPU_READ_STALE) {
		cpu_read_stale(e, l, ev, &w, where);
	} else {
		device_read_stale(e, l, ev, &w, where);
	}
}

/* ---- events -------------------------------------------------------- */

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
	struct wrong w = find_wrong(l, ev);
	const char *where;

	e->nr_accesses++;
	if (!w.nr || is_race(e, l, ev) || is_copying(ev, &w)) {
		ownership_cpu_access(e, ev, false);
		coherent_cpu_access(e, ev, false);
		overtake_load(e, ev);
		return;
	}
	if (w.writer == WRITER_BOUNCED) {
		bounce_missed(e, l, ev, &w);
		return;
	}
	where = newest_in(e, l, ev);
	if (w.writer == WRITER_DEVICE || !g_str_equal(where, NOWHERE)) {
		if (!vmap_cpu_read(e, l, ev, &w, where))
			cpu_read_stale(e, l, ev, &w, where);
	} else {
		cpu_write_lost(e, l, ev, &w);
		give_up_wrong(l, ev);
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
	w = find_wrong(l, ev);
	if (!w.nr || is_race(e, l, ev)) {
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
	where = newest_in(e, l, ev);
	if (w.writer == WRITER_DEVICE || !g_str_equal(where, NOWHERE)) {
		if (!vmap_device_read(e, l, ev, &w, where))
			device_read_stale(e, l, ev, &w, where);
	} else {
		cpu_write_lost(e, l, ev, &w);
		give_up_wrong(l, ev);
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

static void give_up_clobbered(struct shadow_line *l, const struct observe_event *ev)
{
	for (unsigned i = 0; i < ev->len; i++) {
		unsigned at = (unsigned)(ev->pa - l->pa) + i;

		if (l->writer[at] == WRITER_DEVICE && byte_is_wrong(l, ev, i))
			shadow_undefine(l, at, 1);
	}
}

/* A line that is snooped out goes before the device's write is told of, not over it. */
static void on_write_back(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev)
{
	struct wrong w = find_clobbered(l, ev);

	if (w.nr && goes_to_dram(ev)) {
		device_write_lost(e, l, ev, &w);
		give_up_clobbered(l, ev);
	}
	remember(e, l, RECORD_WRITTEN_BACK, ev);
}

/* A store that waited while the device wrote goes over it, as any other old bytes. */
static void on_drain(struct hazard_engine *e, struct shadow_line *l,
		     const struct observe_event *ev)
{
	struct wrong w = find_clobbered(l, ev);

	if (!w.nr)
		return;
	device_write_lost(e, l, ev, &w);
	give_up_clobbered(l, ev);
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
