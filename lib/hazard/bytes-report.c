/* SPDX-License-Identifier: MIT */
/*
 * What a report of old bytes says, for each of its four rules: the bytes, whose fault it is,
 * and the call or barrier that would have helped.
 */
#include "bytes.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

/* ---- the bytes ------------------------------------------------------ */

static const char *answer_name(enum observe_answer a)
{
	static const char *const name[] = {
		[ANSWER_L1] = "L1D", [ANSWER_L2] = "L2", [ANSWER_DRAM] = "dram",
	};

	return name[a];
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

void bytes_cpu_read_stale(struct hazard_engine *e, const struct shadow_line *l,
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
	say_bytes(e, r, answer_name(ev->answer), bytes_writer_record(l, w));
	report_history(e, r, w->pa, 1);
	report_now(e, r, &now, true, is_unsynced ? "read, no sync_for_cpu in between"
						 : "read old bytes");
	if (mismatched)
		mismatch_tell(e, r, mismatched);
	else
		fix_cpu_read(e, r, m, bytes_writer_record(l, w), w->pa);
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
	const struct record *call = loss ? bytes_call_at(e, pa, loss->seq) : NULL;
	const struct record *dirtied = loss && loss->is_unasked
		? bytes_last_cached_store(&l->history, store) : NULL;

	if (dirtied)
		return dirtied->site;
	return call ? call->site : loss && loss->site ? loss->site : ev->site;
}

void bytes_cpu_write_lost(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev, const struct wrong *w)
{
	const struct record *loss = bytes_last_loss(&l->history, w->pa);
	const struct record *call = loss ? bytes_call_at(e, w->pa, loss->seq) : NULL;
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

void bytes_device_read_stale(struct hazard_engine *e, const struct shadow_line *l,
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
	say_bytes(e, r, "dram", bytes_writer_record(l, w));
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

void bytes_device_write_lost(struct hazard_engine *e, const struct shadow_line *l,
			     const struct observe_event *ev, const struct wrong *w)
{
	const struct mapping *m = ledger_mapping_at(e, w->pa);
	bool is_drain = ev->kind == OBSERVE_DRAIN;
	const struct record *store = bytes_last_store(&l->history);
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

/* ---- what did not happen, but could have ---------------------------- */

void bytes_possible(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev, enum hazard_class class, const char *where)
{
	struct wrong lost, w = bytes_find_wrong(l, ev);

	if (class == HAZARD_DEVICE_WRITE_LOST) {
		lost = bytes_find_clobbered(l, ev);
		bytes_device_write_lost(e, l, ev, &lost);
	} else if (class == HAZARD_CPU_WRITE_LOST) {
		bytes_cpu_write_lost(e, l, ev, &w);
	} else if (class == HAZARD_CPU_READ_STALE) {
		bytes_cpu_read_stale(e, l, ev, &w, where);
	} else {
		bytes_device_read_stale(e, l, ev, &w, where);
	}
}
