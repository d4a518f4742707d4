/* SPDX-License-Identifier: MIT */
/*
 * Calls that may sleep, made where nobody may: in an interrupt, with interrupts or preemption
 * off. Nothing sleeps here; on hardware it does once memory is short, or once there is
 * something to unmap, and then hangs.
 */
#include "report.h"

#include "mappings.h"

/* To map is allowed there, but not by every way behind an IOMMU. */
static void say_what_to_do(struct report *r, const char *what)
{
	if (g_str_has_prefix(what, "dma_free"))
		report_fix(r, "Likely meant", "the free after the lock is given back, or in a "
			   "work item");
	else if (g_str_has_prefix(what, "dma_map"))
		report_fix(r, "Likely meant", "iova=dma-iommu, which never sleeps; or the map "
			   "before the lock is taken");
	else
		report_fix(r, "Likely missing", "GFP_ATOMIC, or the allocation before the lock is "
			   "taken");
}

void context_note_sleeps(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct record now = ledger_call_record(e, d, n, RECORD_ALLOCATED);
	struct report *r = report_begin(e, HAZARD_SLEEPS_IN_ATOMIC, n->site, NULL);

	if (!r)
		return;
	report_say(r, "%s for %s may sleep, and was called where nobody may: in an interrupt, or "
		   "with interrupts or preemption off.", n->what,
		   party_name(&e->parties, d->party));
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "called in atomic context");
	say_what_to_do(r, n->what);
	report_end(e, r);
}
