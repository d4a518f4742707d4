/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory mapped once more, as if it were streaming memory: a list of
 * dma_get_sgtable() given to dma_map_sg(), which cleans and invalidates by the linear
 * map's address lines that another, uncached address is in use for.
 */
#include "report.h"

#include <inttypes.h>

#include "mappings.h"

static bool take_first(struct mapping *m, void *data)
{
	*(const struct mapping **)data = m;
	return false;
}

static void report_twice(struct hazard_engine *e, const struct mapping *m,
			 const struct mapping *coherent)
{
	struct report *r = report_begin(e, HAZARD_MAP_COHERENT, m->site, coherent->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "%s was given %" PRIu64 " bytes at pa 0x%" PRIx64 " (%s), which are "
		   "coherent memory of %s. The map maintains caches through the linear map, "
		   "which is not how this memory is used.",
		   party_name(&e->parties, m->dev->party), m->len, m->pa,
		   direction_name(m->dir), party_name(&e->parties, coherent->dev->party));
	report_row_of_mapping(e, r, coherent);
	report_now_mapped(e, r, m);
	report_fix(r, "Likely missing", "DMA_ATTR_SKIP_CPU_SYNC in the map and the unmap");
	report_end(e, r);
}

void ledger_check_mapped_twice(struct hazard_engine *e, const struct mapping *m)
{
	const struct mapping *coherent = NULL;

	if (m->skips_sync || m->is_snooped || m->is_bounced || !m->len)
		return;
	mapped_each_coherent(&e->live, m->pa, m->pa + m->len - 1, take_first, &coherent);
	if (coherent)
		report_twice(e, m, coherent);
}
