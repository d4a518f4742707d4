/* SPDX-License-Identifier: MIT */
/* The verdict, and what the forms of a report share. */
#include "report.h"
#include "../ui.h"

#define LEVEL(l, field, k, t) { offsetof(struct machine_counters, level[l].field), k, t, l }
#define ALL(field, k, t) { offsetof(struct machine_counters, field), k, t, -1 }

const struct cost_column cost_columns[] = {
	LEVEL(0, cleaned, "l1_cleaned", "clean"),
	LEVEL(0, invalidated, "l1_invalidated", "inval"),
	LEVEL(0, written_back, "l1_written_back", "w-back"),
	LEVEL(0, dropped, "l1_dropped", "drop"),
	LEVEL(1, cleaned, "l2_cleaned", "clean"),
	LEVEL(1, invalidated, "l2_invalidated", "inval"),
	LEVEL(1, written_back, "l2_written_back", "w-back"),
	LEVEL(1, dropped, "l2_dropped", "drop"),
	ALL(outer_syncs, "outer_syncs", "sync"),
	ALL(tlb_invalidations, "tlb_invalidations", "tlbi"),
	ALL(barriers, "barriers", "barrier"),
};
const size_t nr_cost_columns = G_N_ELEMENTS(cost_columns);

const char *const cost_kind_names[NR_COST_KINDS] = {
	[COST_MAP] = "map", [COST_UNMAP] = "unmap",
	[COST_SYNC_DEVICE] = "sync_for_device", [COST_SYNC_CPU] = "sync_for_cpu",
	[COST_ALLOC] = "alloc", [COST_FREE] = "free",
};

const enum trace_dir report_dirs[4] = {
	TRACE_TO_DEVICE, TRACE_FROM_DEVICE, TRACE_BIDI, TRACE_NONE
};

uint64_t cost_value(const struct cost *c, const struct cost_column *col)
{
	return *(const uint64_t *)((const char *)&c->sum + col->offset);
}

bool cost_column_applies(const struct replay_report *rep, const struct cost_column *col)
{
	if (col->offset == offsetof(struct machine_counters, outer_syncs))
		return rep->has_outer;
	return col->level < 0 || rep->level[col->level].line_bytes;
}

struct cost cost_total(const struct tally *t)
{
	struct cost sum = { 0 };

	for (int k = 0; k < NR_COST_KINDS; k++)
		cost_sum(&sum, &t->cost[k]);
	return sum;
}

uint64_t bytes_moved(const struct tally *t)
{
	uint64_t sum = 0;

	for (int i = 0; i < NR_MOVED; i++)
		sum += t->moved[i];
	return sum;
}

char *time_text(uint64_t us)
{
	if (us < 1000)
		return g_strdup_printf("%" G_GUINT64_FORMAT " us", us);
	if (us < 1000000)
		return g_strdup_printf("%.1f ms", us / 1e3);
	return g_strdup_printf("%.1f s", us / 1e6);
}

struct replay_device *report_device(const struct replay_report *rep, unsigned idx)
{
	return rep->devices->pdata[idx];
}

const char *chooser_name(const struct replay_report *rep)
{
	static const char *const name[] = {
		[CHOOSER_NOMINAL] = "nominal", [CHOOSER_RANDOM] = "random", [CHOOSER_LAZY] = "lazy",
		[CHOOSER_EVICT] = "evict", [CHOOSER_RETAIN] = "retain",
	};

	return name[rep->chooser];
}

const char *gear_name(const struct replay_report *rep)
{
	return rep->gear == GEAR_FAST ? "fast" : "exact";
}

uint64_t span_us(const struct replay_report *rep)
{
	return rep->last_us > rep->first_us ? rep->last_us - rep->first_us : 0;
}

static const char *pair_in_trace(const struct shared_pair *pair)
{
	if (pair->bounced)
		return "one of them bounced in the trace, which kept them apart";
	if (pair->a->was_maintained && pair->b->was_maintained)
		return "the trace's kernel maintained the same line";
	return "whether the trace's machine was coherent, it does not say: if so, replay it with "
	       "--device DEV=coherent";
}

char *pair_words(const struct shared_pair *pair)
{
	bool is_struct = pair->a == pair->b && pair->apart < 8;

	if (!pair->is_harmful)
		return g_strdup("");
	return g_strdup_printf("%s%u bytes apart%s; %s", pair->wrong ? "" :
			       "nothing went wrong as long as the CPU leaves the line alone; ",
			       pair->apart, is_struct ? ", as members of one structure are" : "",
			       pair_in_trace(pair));
}

/* ---- the verdict ---------------------------------------------------------- */

static void append_cost(GString *s, const struct replay_report *rep)
{
	struct cost c = cost_total(&rep->total);
	g_autofree char *clean = ui_count(c.sum.level[0].cleaned);
	g_autofree char *inval = ui_count(c.sum.level[0].invalidated);

	g_string_append_printf(s, "; costs %s lines cleaned and %s invalidated", clean, inval);
}

static void append_bytes(GString *s, const struct replay_report *rep)
{
	g_autofree char *moved = ui_bytes(bytes_moved(&rep->total));

	if (rep->gear == GEAR_FAST)
		g_string_append(s, ", no byte moved (fast gear)");
	else
		g_string_append_printf(s, ", %s moved, every byte right", moved);
}

static void append_trouble(GString *s, const struct replay_report *rep)
{
	const char *sep = "";

	for (int f = 0; f < NR_FINDINGS; f++) {
		g_autofree char *n = ui_count(rep->total.findings[f]);

		if (!finding_infos[f].is_trouble || !rep->total.findings[f])
			continue;
		g_string_append_printf(s, "%s%s %s", sep, n, finding_infos[f].what);
		sep = "; ";
	}
}

static unsigned kinds_of_trouble(const struct replay_report *rep)
{
	unsigned nr = 0;

	for (int f = 0; f < NR_FINDINGS; f++)
		nr += finding_infos[f].is_trouble && rep->total.findings[f];
	return nr;
}

const char *replay_trouble(const struct replay_report *rep, unsigned n)
{
	for (int f = 0; f < NR_FINDINGS; f++)
		if (finding_infos[f].is_trouble && rep->total.findings[f] && !n--)
			return finding_infos[f].what;
	return NULL;
}

char *replay_verdict(const struct replay_report *rep)
{
	g_autofree char *events = ui_count(rep->events);
	unsigned nr = kinds_of_trouble(rep);
	GString *s = g_string_new(NULL);

	if (replay_is_empty(rep)) {
		g_string_printf(s, "NOTHING TO JUDGE on %s: no DMA event of a device in %s",
				rep->board_label, rep->trace);
	} else if (nr) {
		g_string_printf(s, "%u KIND%s OF TROUBLE on %s: ", nr, nr == 1 ? "" : "S",
				rep->board_label);
		append_trouble(s, rep);
	} else {
		g_string_printf(s, "CLEAN on %s: %s events", rep->board_label, events);
		append_bytes(s, rep);
		append_cost(s, rep);
	}
	return g_string_free(s, FALSE);
}
