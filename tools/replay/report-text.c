/* SPDX-License-Identifier: MIT */
/*
 * The report for people: the verdict, what is behind it, then one table for each
 * question. Tables have one row for each device and, when there are several, one
 * for all of them.
 */
#include <string.h>

#include "report-iommu.h"
#include "../ui.h"

#define NAME_WIDTH	20
#define SPARK_WIDTH	32

/** Where it goes, and the strings that live as long as the report is printed. */
struct paper {
	const struct replay_report *rep;
	FILE *out;
	GPtrArray *strings;
};

static const char *keep(struct paper *p, char *s)
{
	g_ptr_array_add(p->strings, s);
	return s;
}

static const char *count(struct paper *p, uint64_t n)
{
	return n ? keep(p, ui_count(n)) : "-";
}

static const char *bytes(struct paper *p, uint64_t n)
{
	return n ? keep(p, ui_bytes(n)) : "-";
}

static void title(struct paper *p, const char *text)
{
	fprintf(p->out, "\n%s%s%s\n", ui_style(p->out, UI_BOLD), text,
		ui_style(p->out, UI_PLAIN));
}

/* ---- rows: each device, then all ------------------------------------------- */

typedef void (*row_fn)(struct paper *p, const struct tally *t);

static void row(struct paper *p, const char *name, const struct tally *t, row_fn fn)
{
	fprintf(p->out, "  %-*s", NAME_WIDTH, name);
	fn(p, t);
	fputc('\n', p->out);
}

static void rows(struct paper *p, row_fn fn)
{
	const GPtrArray *devices = p->rep->devices;

	for (unsigned i = 0; i < devices->len; i++)
		row(p, report_device(p->rep, i)->name, &report_device(p->rep, i)->t, fn);
	if (devices->len > 1)
		row(p, "all", &p->rep->total, fn);
}

/* ---- head --------------------------------------------------------------------- */

static void print_verdict(struct paper *p)
{
	g_autofree char *text = replay_verdict(p->rep);
	enum ui_style style = replay_is_clean(p->rep) ? UI_GREEN : UI_RED;

	if (replay_is_empty(p->rep))
		style = UI_YELLOW;
	fprintf(p->out, "%s%s%s\n", ui_style(p->out, style), text, ui_style(p->out, UI_PLAIN));
}

static void print_head(struct paper *p)
{
	const struct replay_report *rep = p->rep;

	print_verdict(p);
	fprintf(p->out, "\n  trace  %s: %s events in %s on %u CPU%s\n", rep->trace,
		keep(p, ui_count(rep->events)), keep(p, time_text(span_us(rep))),
		rep->nr_trace_cpus, rep->nr_trace_cpus == 1 ? "" : "s");
	fprintf(p->out, "  board  %s%s%s: %s; %s; %s of DRAM\n", rep->board_label,
		rep->board_model[0] ? ", " : "", rep->board_model, rep->board_cpu,
		rep->board_caches, keep(p, ui_bytes(rep->dram_bytes)));
	fprintf(p->out, "  run    %s gear, %s chooser, seed %" G_GUINT64_FORMAT "%s%s%s%s%s\n",
		gear_name(rep), chooser_name(rep), rep->seed,
		rep->is_complete ? ", trace taken as complete" : "",
		rep->coherent ? ", coherent memory by " : "", rep->coherent ? rep->coherent : "",
		rep->swiotlb ? ", swiotlb=" : "", rep->swiotlb ? rep->swiotlb : "");
}

/* ---- findings ------------------------------------------------------------------ */

static void print_examples(struct paper *p, enum finding f)
{
	for (unsigned i = 0; i < p->rep->examples->len; i++) {
		const struct example *e = &g_array_index(p->rep->examples, struct example, i);

		if (e->finding == f)
			fprintf(p->out, "            line %" G_GUINT64_FORMAT ", %s: %s\n", e->line,
				report_device(p->rep, e->device)->name, e->text);
	}
}

static void print_findings(struct paper *p, bool is_trouble)
{
	bool is_first = true;

	for (int f = 0; f < NR_FINDINGS; f++) {
		if (finding_infos[f].is_trouble != is_trouble || !p->rep->total.findings[f])
			continue;
		if (is_first)
			title(p, is_trouble ? "Trouble" : "Notes");
		is_first = false;
		fprintf(p->out, "%10s  %s: %s\n", count(p, p->rep->total.findings[f]),
			finding_infos[f].key, finding_infos[f].what);
		print_examples(p, f);
	}
}

static void print_hazard(struct paper *p, enum hazard_class c)
{
	enum finding f = p->rep->told_by[c];
	g_autofree char *first = g_strdup_printf("%10s  ", count(p, p->rep->hazards[c]));
	g_autofree char *text = g_strdup_printf("%s: %s%s%s%s", hazard_title(c),
		hazard_meaning(c), f == NR_FINDINGS ? "" : " (Counted as ",
		f == NR_FINDINGS ? "" : finding_infos[f].key, f == NR_FINDINGS ? "" : ".)");

	ui_wrap(p->out, first, text);
}

static void print_hazards(struct paper *p)
{
	bool is_first = true;

	for (int c = 0; c < NR_HAZARD_CLASSES; c++) {
		if (!p->rep->hazards[c])
			continue;
		if (is_first)
			title(p, "Hazards that the engine saw");
		is_first = false;
		print_hazard(p, c);
	}
}

/* ---- devices --------------------------------------------------------------------- */

static void print_device(struct paper *p, const struct replay_device *dev)
{
	g_autofree char *words = device_iommu_words(dev);

	fprintf(p->out, "  %-*s%s, %s, %d-bit DMA mask (%s)\n", NAME_WIDTH, dev->name,
		dev->master_path ? dev->master_path : "not on this board: a generic master",
		dev->is_coherent ? "coherent" : "not coherent",
		dev->mask ? 64 - __builtin_clzll(dev->mask) : 0, dev->mask_from);
	if (dev->dma_lowest <= dev->dma_highest)
		fprintf(p->out, "  %-*s  saw 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER
			"x in the trace\n", NAME_WIDTH, "", dev->dma_lowest, dev->dma_highest);
	if (dev->bypassed)
		fprintf(p->out, "  %-*s  its IOMMU, %s, is bypassed: mapped directly\n", NAME_WIDTH,
			"", dev->bypassed);
	if (words)
		fprintf(p->out, "  %-*s  %s\n", NAME_WIDTH, "", words);
	if (dev->max_mapping < SIZE_MAX)
		fprintf(p->out, "  %-*s  may bounce: at most %s in one mapping\n", NAME_WIDTH, "",
			bytes(p, dev->max_mapping));
}

static void print_devices(struct paper *p)
{
	title(p, "Devices");
	for (unsigned i = 0; i < p->rep->devices->len; i++)
		print_device(p, report_device(p->rep, i));
}

/* ---- events, bytes ------------------------------------------------------------------ */

static void print_kinds(struct paper *p)
{
	const struct tally *t = &p->rep->total;

	title(p, "Events by kind");
	for (int k = 0; k < NR_TRACE_KINDS; k++)
		if (t->events[k])
			fprintf(p->out, "%10s  %s\n", count(p, t->events[k]),
				trace_kind_name(k));
}

static void events_row(struct paper *p, const struct tally *t)
{
	const uint64_t *e = t->events;
	uint64_t columns[] = {
		e[TRACE_MAP_PAGE] + e[TRACE_MAP_RESOURCE],
		e[TRACE_UNMAP_PAGE] + e[TRACE_UNMAP_RESOURCE],
		e[TRACE_MAP_SG], e[TRACE_UNMAP_SG],
		e[TRACE_SYNC_SINGLE_FOR_DEVICE] + e[TRACE_SYNC_SG_FOR_DEVICE],
		e[TRACE_SYNC_SINGLE_FOR_CPU] + e[TRACE_SYNC_SG_FOR_CPU],
		e[TRACE_ALLOC] + e[TRACE_ALLOC_PAGES] + e[TRACE_ALLOC_SGT],
		e[TRACE_FREE] + e[TRACE_FREE_PAGES] + e[TRACE_FREE_SGT],
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(columns); i++)
		fprintf(p->out, "%9s", count(p, columns[i]));
}

static void print_events(struct paper *p)
{
	print_kinds(p);
	title(p, "Events by device");
	fprintf(p->out, "  %-*s%9s%9s%9s%9s%9s%9s%9s%9s\n", NAME_WIDTH, "", "map", "unmap",
		"map_sg", "unmap_sg", "sync dev", "sync cpu", "alloc", "free");
	rows(p, events_row);
}

static void bytes_row(struct paper *p, const struct tally *t)
{
	for (int d = 0; d < 3; d++)
		fprintf(p->out, "%11s", bytes(p, t->bytes[report_dirs[d]]));
	fprintf(p->out, "%11s%11s%11s%11s%12s%8s",
		bytes(p, t->moved[CPU_WROTE]), bytes(p, t->moved[DEVICE_READ]),
		bytes(p, t->moved[DEVICE_WROTE]), bytes(p, t->moved[CPU_READ]),
		bytes(p, t->checked), count(p, t->wrong));
}

static void print_bytes(struct paper *p)
{
	title(p, "Bytes: mapped by direction; moved by replay, and checked");
	fprintf(p->out, "  %-*s%11s%11s%11s%11s%11s%11s%11s%12s%8s\n", NAME_WIDTH, "", "to dev",
		"from dev", "both ways", "CPU wrote", "dev read", "dev wrote", "CPU read",
		"checked", "wrong");
	rows(p, bytes_row);
}

/* ---- live mappings, lifetimes -------------------------------------------------------- */

static const char *spark(struct paper *p, const struct curve *c, uint32_t peak)
{
	static const char *const bars[] = {
		" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
	};
	GString *s = g_string_new("");

	for (unsigned i = 0; peak && i < SPARK_WIDTH; i++) {
		uint32_t v = curve_part(c, span_us(p->rep), i, SPARK_WIDTH);

		g_string_append(s, bars[v ? MAX(1, (uint64_t)v * 8 / peak) : 0]);
	}
	g_strchomp(s->str);
	return keep(p, g_string_free(s, FALSE));
}

static void live_row(struct paper *p, const struct tally *t)
{
	uint64_t peak_at = p->rep->first_us + t->live_peak_us;

	fprintf(p->out, "%8s%12s%11s%9s%9s%9s  %s", count(p, t->live_peak),
		t->live_peak ? keep(p, g_strdup_printf("%.6f", peak_at / 1e6)) : "-",
		bytes(p, t->live_bytes_peak), count(p, t->live), count(p, t->allocs_peak),
		count(p, t->allocs), spark(p, &t->curve, t->live_peak));
}

static void print_live(struct paper *p)
{
	title(p, "Live mappings over time");
	fprintf(p->out, "  %-*s%8s%12s%11s%9s%9s%9s\n", NAME_WIDTH, "", "peak", "at second",
		"peak bytes", "at end", "allocs", "at end");
	rows(p, live_row);
}

static void lifetime_row(struct paper *p, const struct tally *t)
{
	const struct histogram *h = &t->lifetimes;

	if (!h->nr) {
		fprintf(p->out, "%10s", "-");
		return;
	}
	fprintf(p->out, "%10s%10s%10s%10s%10s", count(p, h->nr), keep(p, time_text(h->min)),
		keep(p, time_text(histogram_quantile(h, 500))),
		keep(p, time_text(histogram_quantile(h, 990))), keep(p, time_text(h->max)));
}

static void print_octaves(struct paper *p)
{
	const struct histogram *h = &p->rep->total.lifetimes;
	uint64_t most = 1;

	for (unsigned i = 0; i < 63; i++)
		most = MAX(most, histogram_octave(h, i));
	for (unsigned i = 0; i < 63; i++) {
		uint64_t n = histogram_octave(h, i);

		if (!n)
			continue;
		fprintf(p->out, "  %10s and up %7s  ",
			i ? keep(p, time_text(1ull << i)) : "0 us", count(p, n));
		for (uint64_t bar = 0; bar < MAX(n * 40 / most, 1); bar++)
			fputc('#', p->out);
		fputc('\n', p->out);
	}
}

static void print_lifetimes(struct paper *p)
{
	title(p, "Map-to-unmap lifetimes (percentiles to 3 %)");
	fprintf(p->out, "  %-*s%10s%10s%10s%10s%10s\n", NAME_WIDTH, "", "mappings", "min",
		"median", "p99", "max");
	rows(p, lifetime_row);
	print_octaves(p);
}

/* ---- geometry -------------------------------------------------------------------------- */

static void edges_row(struct paper *p, const struct tally *t)
{
	for (int l = 0; l < 2; l++) {
		if (!p->rep->level[l].line_bytes)
			continue;
		fprintf(p->out, "%11s", count(p, t->edges[l].mappings));
		for (int d = 0; d < 3; d++)
			fprintf(p->out, "%10s", count(p, t->edges[l].unaligned[report_dirs[d]]));
	}
}

static void print_pair(struct paper *p, const struct shared_pair *pair)
{
	fprintf(p->out, "  %8s x  %s %s (%" G_GUINT64_FORMAT " bytes) and %s %s (%"
		G_GUINT64_FORMAT " bytes), first in lines %" G_GUINT64_FORMAT " and %"
		G_GUINT64_FORMAT ": %s",
		count(p, pair->times), pair->a->name, dir_name(pair->a_dir), pair->a_len,
		pair->b->name, dir_name(pair->b_dir), pair->b_len, pair->a_line, pair->b_line,
		!pair->is_harmful ? "harmless" :
		pair->wrong ? "" : "no byte went wrong in this run");
	if (pair->wrong)
		fprintf(p->out, "%s bytes went wrong", count(p, pair->wrong));
	fputc('\n', p->out);
	if (pair->is_harmful)
		ui_wrap(p->out, "              ", keep(p, pair_words(pair)));
}

static void print_geometry(struct paper *p)
{
	const struct replay_report *rep = p->rep;

	title(p, "Cache lines of this board: mappings with unaligned edges, edges by direction");
	fprintf(p->out, "  %-*s", NAME_WIDTH, "");
	for (int l = 0; l < 2; l++)
		if (rep->level[l].line_bytes)
			fprintf(p->out, "%6s %2u B%10s%10s%10s", rep->level[l].name,
				rep->level[l].line_bytes, "to", "from", "both");
	fputc('\n', p->out);
	rows(p, edges_row);
	if (rep->pairs->len)
		fprintf(p->out, "  Live buffers in one line:\n");
	for (unsigned i = 0; i < rep->pairs->len; i++)
		print_pair(p, &g_array_index(rep->pairs, struct shared_pair, i));
	if (rep->pairs_unlisted)
		fprintf(p->out, "  and %s times other pairs\n", count(p, rep->pairs_unlisted));
}

static void bounce_row(struct paper *p, const struct tally *t)
{
	fprintf(p->out, "%9s%12s%9s%12s%12s%12s", count(p, t->trace_bounces),
		bytes(p, t->trace_bounced_bytes), count(p, t->trace_forced), count(p, t->bounces),
		bytes(p, t->bounced_bytes), count(p, t->findings[FIND_REFUSED]));
}

static bool bounces_nowhere(const struct tally *t)
{
	return !t->trace_bounces && !t->bounces && !t->findings[FIND_REFUSED];
}

static void print_bounces(struct paper *p)
{
	if (bounces_nowhere(&p->rep->total)) {
		title(p, "Bounce buffers (swiotlb): none, neither in the trace nor on this board");
		return;
	}
	title(p, "Bounce buffers (swiotlb): in the trace, and on this board");
	fprintf(p->out, "  %-*s%9s%12s%9s%12s%12s%12s\n", NAME_WIDTH, "", "bounced", "bytes",
		"forced", "board", "bytes", "refused");
	rows(p, bounce_row);
}

/* ---- cost --------------------------------------------------------------------------------- */

static void cost_cells(struct paper *p, const struct cost *c)
{
	fprintf(p->out, "%9s", count(p, c->calls));
	for (size_t i = 0; i < nr_cost_columns; i++)
		if (cost_column_applies(p->rep, &cost_columns[i]))
			fprintf(p->out, "%9s", count(p, cost_value(c, &cost_columns[i])));
}

static void cost_row(struct paper *p, const struct tally *t)
{
	struct cost c = cost_total(t);

	cost_cells(p, &c);
}

static void cost_heads(struct paper *p)
{
	fprintf(p->out, "  %-*s%9s", NAME_WIDTH, "", "");
	for (size_t i = 0; i < nr_cost_columns; i++) {
		const struct cost_column *col = &cost_columns[i];

		if (cost_column_applies(p->rep, col))
			fprintf(p->out, "%9s",
				col->level < 0 ? "" : p->rep->level[col->level].name);
	}
	fprintf(p->out, "\n  %-*s%9s", NAME_WIDTH, "", "calls");
	for (size_t i = 0; i < nr_cost_columns; i++)
		if (cost_column_applies(p->rep, &cost_columns[i]))
			fprintf(p->out, "%9s", cost_columns[i].title);
	fputc('\n', p->out);
}

static void print_cost(struct paper *p)
{
	title(p, "Cost on this board: lines cleaned, invalidated, written back, dropped dirty");
	cost_heads(p);
	for (int k = 0; k < NR_COST_KINDS; k++) {
		const struct cost *c = &p->rep->total.cost[k];

		if (!c->calls)
			continue;
		fprintf(p->out, "  %-*s", NAME_WIDTH, cost_kind_names[k]);
		cost_cells(p, c);
		fputc('\n', p->out);
	}
	rows(p, cost_row);
	if (p->rep->gear == GEAR_FAST)
		fputs("  The fast gear counts operations; nothing is written back or dropped.\n",
		      p->out);
}

/* ---- where the memory went, and the trace itself --------------------------------------------- */

static void print_renamed(struct paper *p)
{
	const struct rename_stats *s = &p->rep->renamed;

	if (s->phys_lowest > s->phys_highest)
		return;
	title(p, "Memory");
	fprintf(p->out, "  Trace memory 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER
		"x is renamed into the board's DRAM, in groups of 64 KiB:\n"
		"  offsets and sharing of pages are kept, and so is what lies side by side.\n"
		"  At most %s groups at once, %s blocks in all, %s given up for others,\n"
		"  %s conflicts, %s allocated by replay itself.\n", s->phys_lowest,
		s->phys_highest, keep(p, ui_count(s->groups_peak)), keep(p, ui_count(s->blocks)),
		keep(p, ui_count(s->recycled)), keep(p, ui_count(s->conflicts)),
		keep(p, ui_count(s->anonymous)));
	if (p->rep->total.left_alone)
		fprintf(p->out, "  %s not touched by the CPU: another live mapping owned them.\n",
			bytes(p, p->rep->total.left_alone));
}

static void print_hygiene(struct paper *p)
{
	const struct trace_stats *s = &p->rep->hygiene;

	title(p, "The trace itself");
	fprintf(p->out, "  %s lines, %s of other subsystems, %s malformed, %s events lost, "
		"%s overwritten before it began\n", keep(p, ui_count(s->lines)),
		keep(p, ui_count(s->foreign)), keep(p, ui_count(s->malformed)),
		keep(p, ui_count(s->lost)), keep(p, ui_count(s->overwritten)));
	if (s->malformed)
		fprintf(p->out, "  first malformed: line %" G_GUINT64_FORMAT ": %s\n",
			s->first_malformed_line, s->first_malformed);
	if (s->is_cut_short)
		fprintf(p->out, "  it ends too soon: %s\n", s->cut_short_why);
	if (s->lost || s->malformed || s->is_cut_short)
		fprintf(p->out, "  so what has no partner in it is nobody's fault here\n");
	fprintf(p->out, "  clock %.6f to %.6f s; ", p->rep->first_us / 1e6, p->rep->last_us / 1e6);
	fprintf(p->out, "%s kernel, ", p->rep->is_arm64 ? "a 64-bit Arm" : "no sign of a 64-bit");
	if (p->rep->page_size)
		fprintf(p->out, "pages of %u KiB as far as one can see\n",
			p->rep->page_size >> 10);
	else
		fprintf(p->out, "page size not to be seen\n");
}

void replay_print(const struct replay_report *rep, FILE *out)
{
	struct paper p = {
		.rep = rep, .out = out, .strings = g_ptr_array_new_with_free_func(g_free),
	};

	print_head(&p);
	print_findings(&p, true);
	print_hazards(&p);
	print_findings(&p, false);
	judge_print(rep, out);
	iommu_print_judgement(rep, out);
	if (!replay_is_empty(rep)) {
		print_devices(&p);
		print_events(&p);
		print_bytes(&p);
		print_live(&p);
		print_lifetimes(&p);
		print_geometry(&p);
		print_bounces(&p);
		iommu_print(rep, out);
		print_cost(&p);
		print_renamed(&p);
	}
	print_hygiene(&p);
	g_ptr_array_free(p.strings, TRUE);
}
