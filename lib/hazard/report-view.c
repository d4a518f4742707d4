/* SPDX-License-Identifier: MIT */
/* Reports for whoever asks from C: struct hazard_report of armdma/hazard.h. */
#include "report.h"

static struct hazard_site site_view(struct hazard_engine *e, const void *pc)
{
	const struct symbol *s = pc ? symbols_find(e->symbols, pc) : NULL;

	if (!s)
		return (struct hazard_site){ 0 };
	return (struct hazard_site){ s->function, s->file, s->line };
}

static struct hazard_event event_view(struct hazard_engine *e, const struct report_row *row)
{
	return (struct hazard_event){
		.step = row->record.step, .what = row->what, .is_culprit = row->is_culprit,
		.site = site_view(e, row->place ? NULL : row->record.site),
	};
}

static bool visit_one(struct hazard_engine *e, const struct report *r,
		      bool (*visit)(void *ctx, const struct hazard_report *r), void *ctx)
{
	g_autofree struct hazard_event *events = g_new0(struct hazard_event, r->rows->len);
	struct hazard_site stack[STACK_MAX];

	for (unsigned i = 0; i < r->rows->len; i++)
		events[i] = event_view(e, &g_array_index(r->rows, struct report_row, i));
	for (unsigned i = 0; i < r->stack.nr; i++)
		stack[i] = site_view(e, r->stack.pc[i]);
	return visit(ctx, &(struct hazard_report){
		.hazard = r->class, .strength = r->strength, .schedule = r->schedule,
		.count = r->count, .step = r->step,
		.site = site_view(e, r->site), .by = r->by, .what = r->what->str,
		.fix = r->fix,
		.mapper = site_view(e, r->mapping.device ? r->mapping.site : NULL),
		.events = events, .nr_events = r->rows->len,
		.stack = stack, .nr_stack = r->stack.nr,
	});
}

bool hazard_report_each(struct hazard_engine *e,
			bool (*visit)(void *ctx, const struct hazard_report *r), void *ctx)
{
	for (unsigned i = 0; i < e->reports->len; i++)
		if (!visit_one(e, g_ptr_array_index(e->reports, i), visit, ctx))
			return false;
	return true;
}
