/* SPDX-License-Identifier: MIT */
/*
 * Bytes that are old since the cache tells the virtual addresses of a page apart: a call of
 * the DMA API looks after the linear map's lines, and vmap() has given the page others.
 *
 *	stored by vmap()'s address   map cleans the linear map's lines    the device reads old
 *	read by vmap()'s address     unmap invalidates the linear map's   the CPU reads old
 *
 * A store from before anything was mapped is not remembered; then it is enough that the page
 * has another address, and that the map has cleaned in vain.
 *
 * Linux: Documentation/core-api/cachetlb.rst, flush_kernel_vmap_range().
 */
#include "bytes.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

static bool is_call(const struct record *call, enum record_kind a, enum record_kind b)
{
	return call && (call->kind == a || call->kind == b);
}

static bool is_store_left(const struct hazard_engine *e, const struct mapping *m,
			  const struct record *store, uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	if (!is_call(call, RECORD_MAPPED, RECORD_SYNCED_FOR_DEVICE))
		return false;
	if (store)
		return store->is_alias && call->seq > store->seq;
	return m && !m->skips_sync && !m->is_bounced && m->dir != DMA_FROM_DEVICE &&
	       alias_site_of_pa(e, pa);
}

static bool is_line_left(const struct hazard_engine *e, const struct record *wrote,
			 const struct observe_event *ev, uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	return wrote && alias_site(e, ev->va) && call && call->seq > wrote->seq &&
	       is_call(call, RECORD_UNMAPPED, RECORD_SYNCED_FOR_CPU);
}

static struct report *begin(struct hazard_engine *e, const struct shadow_line *l,
			    const struct observe_event *ev, const struct wrong *w,
			    const char *where, const void *site, const void *other)
{
	struct report *r = report_begin(e, HAZARD_VMAP_NOT_FLUSHED, site, other);
	g_autofree char *saw = NULL, *newest = NULL;

	if (!r)
		return NULL;
	report_of_access(e, r, ev, false);
	bytes_take(r, l, ev, w, where);
	saw = bytes_text(ev->bytes + w->first, ev->len - w->first, 8);
	newest = bytes_text(l->golden + (w->pa - l->pa), ev->len - w->first, 8);
	report_say(r, ", and found %s; %s holds %s. The lines of this cache are those of a virtual "
		   "address.", saw, where, newest);
	return r;
}

static void end(struct hazard_engine *e, struct report *r, enum record_kind kind,
		const struct observe_event *ev, const void *vmapped, const char *fix)
{
	struct record now = bytes_record(e, kind, ev);
	g_autofree char *by = symbol_text(e, vmapped);

	report_say(r, "The call looked after those of the linear map; the memory is mapped once "
		   "more, by %s.", by);
	report_history(e, r, r->access.pa + r->bytes.first_wrong, 1);
	report_now(e, r, &now, true, "read old bytes");
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
}

bool vmap_cpu_read(struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev, const struct wrong *w, const char *where)
{
	const struct record *wrote = bytes_last_of(&l->history, RECORD_DEVICE_WROTE, w->pa);
	const struct record *call = bytes_last_call(e, w->pa);
	struct report *r;

	if (!is_line_left(e, wrote, ev, w->pa))
		return false;
	r = begin(e, l, ev, w, where, ev->site, call->site);
	if (r)
		end(e, r, RECORD_CPU_READ, ev, alias_site(e, ev->va),
		    "invalidate_kernel_vmap_range() after the unmap or sync, before the read");
	return true;
}

bool vmap_device_read(struct hazard_engine *e, const struct shadow_line *l,
		      const struct observe_event *ev, const struct wrong *w, const char *where)
{
	const struct mapping *m = ownership_mapping(e, ev->master, ev->dma + w->first);
	const struct record *store = bytes_last_of(&l->history, RECORD_CPU_WROTE, w->pa);
	const void *vmapped = alias_site_of_pa(e, w->pa);
	struct report *r;

	if (!vmapped || !is_store_left(e, m, store, w->pa))
		return false;
	r = begin(e, l, ev, w, where, store ? store->site : m->site, vmapped);
	if (!r)
		return true;
	report_by(r, master_name(ev->master));
	if (m)
		report_of_mapping(e, r, m);
	end(e, r, RECORD_DEVICE_READ, ev, vmapped,
	    "flush_kernel_vmap_range() after the store, before the map or sync");
	return true;
}
