/* SPDX-License-Identifier: MIT */
/* A data abort of the code under test: on real hardware, an oops. */
#include "report.h"

#include <inttypes.h>

static const char *fault_text(enum fault_kind kind)
{
	static const char *const text[] = {
		[FAULT_NONE] = "no fault",
		[FAULT_TRANSLATION] = "nothing is mapped there",
		[FAULT_ACCESS_FLAG] = "the access flag is clear",
		[FAULT_DOMAIN] = "the domain allows no access",
		[FAULT_PERMISSION] = "the permissions do not allow it",
		[FAULT_EXTERNAL] = "nothing answers at that physical address",
		[FAULT_WALK_EXTERNAL] = "a page table lies where nothing answers",
		[FAULT_ALIGNMENT] = "this memory takes aligned accesses only",
	};

	return kind < G_N_ELEMENTS(text) ? text[kind] : text[FAULT_NONE];
}

void abort_event(struct hazard_engine *e, const struct observe_event *ev)
{
	const char *name = party_name(&e->parties, party_of(&e->parties, ev));
	struct record now;
	struct report *r;

	if (iommu_has_told(e, ev))
		return;
	now = engine_record(e, RECORD_FAULT);
	r = report_begin(e, HAZARD_CPU_ABORT, ev->site, NULL);
	if (!r)
		return;
	report_by(r, name);
	report_say(r, "%s could not %s va 0x%08" PRIx32 ": %s (DFSR 0x%" PRIx32 ").", name,
		   ev->fault.is_write ? "write" : "read", ev->fault.va,
		   fault_text(ev->fault.kind), ev->fault.dfsr);
	r->access = (struct report_access){
		.who = g_strdup(name), .is_write = ev->fault.is_write,
		.va = ev->fault.va, .len = ev->len, .has_va = true,
	};
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, true, "data abort");
	report_end(e, r);
}
