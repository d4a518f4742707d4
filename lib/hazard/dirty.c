/* SPDX-License-Identifier: MIT */
/*
 * A device writes where a cache holds a dirty line, in memory that nobody gave it.
 *
 *	CPU stores     [ dirty line ]
 *	device writes  [ dirty line ] over memory
 *	any time       the line is evicted over what the device wrote
 *
 * Nothing is lost yet, and with luck nothing will be: an invalidate may come first. That
 * it can be lost is certain, and what this rule says. Once the line has gone over the
 * device's bytes, that is another class, by bytes.c.
 *
 * Where the memory was given to the device first, the store came too late and has been
 * reported as such.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

static const char *dirty_in(const struct hazard_engine *e, uint64_t pa)
{
	if (machine_line(e->machine, 1, pa).is_dirty)
		return "L1D";
	return machine_line(e->machine, 2, pa).is_dirty ? "L2" : NULL;
}

/* Is it a mapping that needs syncs, and are these bytes the CPU's? */
static bool is_kept(const struct mapping *m, const struct observe_event *ev)
{
	uint64_t from = ev->dma - m->dma;

	return ledger_is_streaming(m) && !m->is_snooped && !m->is_bounced &&
	       m->dir != DMA_TO_DEVICE &&
	       ownership_of_cpu(m, from, MIN(from + ev->len, m->len));
}

static void report_dirty(struct hazard_engine *e, const struct observe_event *ev,
			 const struct mapping *m, const char *where)
{
	g_autofree char *give = sync_call(e, m, false);
	struct record now = engine_record(e, RECORD_DEVICE_WROTE);
	struct report *r = report_begin(e, HAZARD_DEVICE_WRITE_OVER_DIRTY, m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, true);
	report_say(r, ", while %s holds the line, dirty. It may be evicted at any time, over "
		   "what %s wrote.", where, master_name(ev->master));
	report_history(e, r, ev->pa, ev->len);
	report_row_of_mapping(e, r, m);
	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, true, "wrote, no sync_for_device before");
	report_fix(r, "Likely missing", "%s", give);
	report_end(e, r);
}

bool dirty_device_write(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct mapping *m = ownership_mapping(e, ev->master, ev->dma);
	const char *where = m && is_kept(m, ev) ? dirty_in(e, ev->pa) : NULL;

	if (where)
		report_dirty(e, ev, m, where);
	return where != NULL;
}
