/* SPDX-License-Identifier: MIT */
/*
 * Calls that may sleep, made where nobody may: in an interrupt, with interrupts or preemption
 * off. Nothing sleeps here; on hardware it does once memory is short, or once there is
 * something to unmap, and then hangs.
 */
#include "report.h"

#include "mappings.h"

void context_note_sleeps(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct record now = ledger_call_record(e, d, n, RECORD_ALLOCATED);
	bool is_free = g_str_has_prefix(n->what, "dma_free");
	struct report *r = report_begin(e, HAZARD_SLEEPS_IN_ATOMIC, n->site, NULL);

	if (!r)
		return;
	report_say(r, "%s for %s may sleep, and was called where nobody may: in an interrupt, or "
		   "with interrupts or preemption off.", n->what,
		   party_name(&e->parties, d->party));
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "called in atomic context");
	report_fix(r, is_free ? "Likely meant" : "Likely missing", "%s",
		   is_free ? "the free after the lock is given back, or in a work item"
			   : "GFP_ATOMIC, or the allocation before the lock is taken");
	report_end(e, r);
}
