/* SPDX-License-Identifier: MIT */
/*
 * A report for people: a first line to grep for, what and where with both values,
 * a timeline with the culprit marked, the call that is missing, how to replay.
 *
 * No host addresses and no times: two runs print the same bytes.
 */
#include "dma-debug.h"
#include "excuse.h"
#include "exposure.h"
#include "may/may.h"
#include "writers.h"

#include <inttypes.h>
#include <string.h>
#include <armdma/run.h>

#define FRAME "=================================================================="
#define COLUMNS 78u

static FILE *out(const struct hazard_engine *e)
{
	return e->config.text ? e->config.text : stderr;
}

char *symbol_text(struct hazard_engine *e, const void *site)
{
	const struct symbol *s = symbols_find(e->symbols, site);

	return s->file ? g_strdup_printf("%s (%s:%d)", s->function, s->file, s->line)
		       : g_strdup(s->function);
}

/* Greedy, at spaces; a word is never broken. */
static void print_wrapped(FILE *f, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	size_t column = 0;

	for (unsigned i = 0; words[i]; i++) {
		size_t len = strlen(words[i]);
		bool is_full = column && column + 1 + len > COLUMNS;

		fprintf(f, "%s%s", is_full ? "\n" : column ? " " : "", words[i]);
		column = is_full || !column ? len : column + 1 + len;
	}
	fputc('\n', f);
}

static void print_title(struct hazard_engine *e, const struct report *r)
{
	g_autofree char *title = report_title(e, r);

	fprintf(out(e), "HAZARD: %s [%s, %s]\n\n", title, hazard_info(r->class)->id,
		hazard_strength_name(r->strength));
}

static bool is_device_deed(const struct record *rec)
{
	return rec->kind == RECORD_DEVICE_WROTE || rec->kind == RECORD_DEVICE_READ;
}

/* The right column: code, a cache, or a device address. */
static char *place_text(struct hazard_engine *e, const struct report_row *row)
{
	if (row->place)
		return g_strdup(row->place);
	if (row->record.site)
		return symbol_text(e, row->record.site);
	if (is_device_deed(&row->record))
		return g_strdup_printf("dma 0x%" PRIx64, row->record.dma);
	return g_strdup("");
}

static int digits(uint64_t n)
{
	return n < 10 ? 1 : 1 + digits(n / 10);
}

static int width_of_rows(const struct report *r, int *ret_step_width)
{
	int width = 0;

	*ret_step_width = 1;
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct report_row *row = &g_array_index(r->rows, struct report_row, i);

		width = MAX(width, (int)strlen(row->what));
		*ret_step_width = MAX(*ret_step_width, digits(row->record.step));
	}
	return width;
}

static void print_timeline(struct hazard_engine *e, const struct report *r)
{
	int step_width, width = width_of_rows(r, &step_width);

	fputc('\n', out(e));
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct report_row *row = &g_array_index(r->rows, struct report_row, i);
		g_autofree char *place = place_text(e, row);
		g_autofree char *line = g_strdup_printf("%c step %*" PRIu64 "  %-*s  %s",
			row->is_culprit ? '>' : ' ', step_width, row->record.step, width,
			row->what, place);

		fprintf(out(e), "%s\n", g_strchomp(line));
	}
}

/* main's caller differs from host to host and is nobody's fault. */
static void print_stack(struct hazard_engine *e, uint64_t step, const struct stack *s)
{
	if (s->nr < 2)
		return;		/* the timeline has said it */
	fprintf(out(e), "\nBacktrace of step %" PRIu64 ":\n", step);
	for (unsigned i = 0; i < s->nr; i++) {
		g_autofree char *frame = symbol_text(e, s->pc[i]);

		fprintf(out(e), "  %s\n", frame);
		if (g_str_equal(symbols_find(e->symbols, s->pc[i])->function, "main"))
			break;
	}
}

static void print_stacks(struct hazard_engine *e, const struct report *r)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct record *rec = &g_array_index(r->rows, struct report_row, i).record;

		if (rec->stack)
			print_stack(e, rec->step, stacks_at(&e->stacks, rec->stack));
	}
	print_stack(e, r->stack_step, &r->stack);
}

static void print_advice(struct hazard_engine *e, const struct report *r)
{
	g_autofree char *replay = report_replay(e, r);

	if (!r->fix && !replay && !r->schedule)
		return;
	fputc('\n', out(e));
	if (r->fix)
		fprintf(out(e), "%s: %s\n", r->fix_label, r->fix);
	if (r->schedule)
		fprintf(out(e), "%-*s %s\n", r->fix ? (int)strlen(r->fix_label) + 1 : 0,
			"Schedule:", *r->schedule ? r->schedule : "nothing unasked");
	if (replay)
		fprintf(out(e), "%-*s %s\n", r->fix ? (int)strlen(r->fix_label) + 1 : 0,
			"Replay:", replay);
}

static void print_body(struct hazard_engine *e, const struct report *r)
{
	print_title(e, r);
	print_wrapped(out(e), r->what->str);
	print_timeline(e, r);
	print_stacks(e, r);
	print_advice(e, r);
}

void report_print(struct hazard_engine *e, const struct report *r)
{
	fprintf(out(e), "%s\n", FRAME);
	print_body(e, r);
	fprintf(out(e), "%s\n", FRAME);
	fflush(out(e));
}

char *report_text(struct hazard_engine *e, const struct report *r)
{
	FILE *was = e->config.text;
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);

	g_assert(memory);
	e->config.text = memory;
	print_body(e, r);
	e->config.text = was;
	fclose(memory);
	return text;
}

void report_print_count(struct hazard_engine *e, const struct report *r)
{
	g_autofree char *title = report_title(e, r);

	fprintf(out(e), "HAZARD: %s [%s, %s]: %" PRIu64 " times so far\n", title,
		hazard_info(r->class)->id, hazard_strength_name(r->strength), r->count);
	fflush(out(e));
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_proof(struct hazard_engine *e)
{
	g_autofree char *text = may_summary(e);

	if (text && !e->excused->len)
		print_wrapped(out(e), text);
}

static void print_clean(struct hazard_engine *e)
{
	if (e->dma_debug) {
		fprintf(out(e), "no hazards observed by the rule set dma-debug: %" PRIu64
			" call%s checked\n", dma_debug_nr_calls(e->dma_debug),
			plural(dma_debug_nr_calls(e->dma_debug)));
		return;
	}
	fprintf(out(e), "no %shazards observed: %" PRIu64 " access%s to %" PRIu64
		" shared line%s checked\n", e->excused->len ? "other " : "", e->nr_accesses,
		e->nr_accesses == 1 ? "" : "es", e->shadow.nr_lines, plural(e->shadow.nr_lines));
}

/* A row for each place, the most frequent first: what de-duplication has hidden. */
static int by_count(const void *a, const void *b)
{
	const struct report *x = *(const struct report *const *)a;
	const struct report *y = *(const struct report *const *)b;

	return x->count > y->count ? -1 : x->count < y->count ? 1 : 0;
}

static void print_places(struct hazard_engine *e)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_copy(e->reports, NULL, NULL);

	g_ptr_array_set_free_func(rows, NULL);
	g_ptr_array_sort(rows, by_count);
	for (unsigned i = 0; i < rows->len; i++) {
		const struct report *r = g_ptr_array_index(rows, i);
		g_autofree char *title = report_title(e, r);
		const struct symbol *s = r->site ? symbols_find(e->symbols, r->site) : NULL;

		fprintf(out(e), "%10" PRIu64 "  %s  %s", r->count, hazard_info(r->class)->id,
			title);
		if (s && s->file)
			fprintf(out(e), " (%s:%d)", s->file, s->line);
		fputc('\n', out(e));
	}
}

static void print_sums(struct hazard_engine *e)
{
	const char *separator = ": ";

	excuses_print(e, out(e));
	if (!e->reports->len) {
		print_clean(e);
		print_proof(e);
		return;
	}
	fprintf(out(e), "%u hazard%s (%" PRIu64 " time%s)%s", e->reports->len,
		plural(e->reports->len), report_times(e), plural(report_times(e)),
		e->dma_debug ? " by the rule set dma-debug" : "");
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		if (!e->count[c])
			continue;
		fprintf(out(e), "%s%s %" PRIu64, separator, hazard_title(c), e->count[c]);
		separator = ", ";
	}
	fputc('\n', out(e));
	if (e->reports->len > 1)
		print_places(e);
	fflush(out(e));
}

/* Their order was not the chooser's. */
static void print_takeovers(struct hazard_engine *e)
{
	uint64_t nr = machine_nr_takeovers(e->machine);

	if (nr)
		fprintf(out(e), "threads took turns by themselves, %" PRIu64 " time%s: that order "
			"is not the seed's (armdma/run.h)\n", nr, plural(nr));
}

void summary_print(struct hazard_engine *e)
{
	print_sums(e);
	print_takeovers(e);
	exposure_print(e, out(e));
}
