/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory of a device that does not snoop, used by an address of it that is
 * cached: the linear map's where that is left as it was, or one of kmap()'s. The bytes may
 * be right; the line is in the cache from then on, and no call ever looks after it.
 *
 * Wrong bytes are bytes.c's; that there are two mappings, alias.c's.
 */
#include "report.h"

#include <inttypes.h>

static bool is_cached(const struct mem_attrs *a)
{
	return a->type == MEM_NORMAL && (a->inner != CACHE_NONE || a->outer != CACHE_NONE);
}

static bool take_unsnooped(struct mapping *m, void *data)
{
	if (m->is_snooped)
		return true;
	*(const struct mapping **)data = m;
	return false;
}

static void report_access(struct hazard_engine *e, const struct observe_event *ev,
			  const struct mapping *m, bool is_write)
{
	struct record now = engine_record(e, is_write ? RECORD_CPU_WROTE : RECORD_CPU_READ);
	struct report *r = report_begin(e, HAZARD_COHERENT_ALIAS, ev->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, is_write);
	report_say(r, ", at va 0x%08" PRIx32 ", which is cached. The memory is coherent memory of "
		   "%s, which does not look into caches. %s", ev->va,
		   party_name(&e->parties, m->dev->party),
		   is_write ? "What was stored stays in the cache, until it goes over what the "
			      "device wrote."
			    : "The line stays in the cache, and goes stale when either side "
			      "writes.");
	report_history(e, r, ev->pa, ev->len);
	report_row_of_mapping(e, r, m);
	now.pa = ev->pa;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, true, is_write ? "wrote by a cached address"
					      : "read by a cached address");
	report_fix(r, "Likely meant", "the pointer that dma_alloc_coherent() returned");
	report_end(e, r);
}

void coherent_cpu_access(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct mapping *m = NULL;

	if (!ev->site || !is_cached(&ev->attrs))
		return;
	mapped_each_coherent(&e->live, ev->pa, ev->pa + ev->len - 1, take_unsnooped, &m);
	if (m)
		report_access(e, ev, m, is_write);
}
