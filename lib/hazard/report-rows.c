/* SPDX-License-Identifier: MIT */
/*
 * The timeline of a report: rows for what is remembered of the bytes in question, in order,
 * and for what happens now. What a row says of its record is words.c.
 */
#include "report.h"
#include "story.h"

#define ROWS_MAX 12u

void report_row(struct hazard_engine *e, struct report *r, const struct record *rec)
{
	struct report_row row = {
		.record = *rec, .what = record_text(e, rec), .place = record_cache(rec),
	};

	g_array_append_val(r->rows, row);
}

static int row_order(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	return x->record.seq < y->record.seq ? -1 : x->record.seq > y->record.seq;
}

static void add_record(struct hazard_engine *e, struct report *r, const struct record *rec,
		       uint64_t pa, uint64_t len)
{
	if (rec->pa < pa + len && pa < rec->pa + rec->len)
		report_row(e, r, rec);
}

static bool is_beginning(const struct record *rec)
{
	return rec->kind == RECORD_MAPPED || rec->kind == RECORD_ALLOCATED;
}

/* What was before the last two mappings of these bytes explains nothing any more. */
static unsigned first_that_matters(const struct report *r)
{
	unsigned nr = 0;

	for (unsigned i = r->rows->len; i; i--)
		if (is_beginning(&g_array_index(r->rows, struct report_row, i - 1).record) &&
		    ++nr == 2)
			return i - 1;
	return 0;
}

struct wanted {
	struct hazard_engine *e;
	struct report *r;
	uint64_t pa, len;
};

static void add_recent(void *wanted, const struct record *rec)
{
	const struct wanted *w = wanted;

	add_record(w->e, w->r, rec, w->pa, w->len);
}

void report_history(struct hazard_engine *e, struct report *r, uint64_t pa, uint64_t len)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);
	const struct shadow_line *l = shadow_find(&e->shadow, pa);
	struct wanted w = { e, r, pa, len };
	unsigned first;

	if (e->stories && !r->story && !e->schedule)
		r->story = stories_tell(e->stories, pa);
	recent_each(&e->live, pa, add_recent, &w);
	for (unsigned i = 0; p && i < p->calls.nr; i++)
		add_record(e, r, past_at(&p->calls, i), pa, len);
	for (unsigned i = 0; l && i < l->history.nr; i++)
		add_record(e, r, history_at(&l->history, i), l->pa, e->shadow.line_bytes);
	g_array_sort(r->rows, row_order);
	first = MAX(first_that_matters(r),
		    r->rows->len > ROWS_MAX ? r->rows->len - ROWS_MAX : 0);
	if (first)
		g_array_remove_range(r->rows, 0, first);
}

void report_now(struct hazard_engine *e, struct report *r, const struct record *now,
		bool is_culprit, const char *what)
{
	struct report_row *row;

	report_row(e, r, now);
	row = &g_array_index(r->rows, struct report_row, r->rows->len - 1);
	row->is_culprit = is_culprit;
	if (what) {
		g_free(row->what);
		row->what = now->party
			? g_strdup_printf("%s %s", party_name(&e->parties, now->party), what)
			: g_strdup(what);
	}
}

struct report_row *report_row_last(struct report *r, bool (*is)(const struct record *rec))
{
	for (unsigned i = r->rows->len; i; i--) {
		struct report_row *row = &g_array_index(r->rows, struct report_row, i - 1);

		if (is(&row->record))
			return row;
	}
	return NULL;
}

void report_blame(struct report *r, uint64_t seq)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		struct report_row *row = &g_array_index(r->rows, struct report_row, i);

		row->is_culprit = row->record.seq == seq;
	}
}

static bool has_row_of(const struct report *r, const struct mapping *m)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct record *rec = &g_array_index(r->rows, struct report_row, i).record;

		if (is_beginning(rec) && rec->step == m->step && rec->pa == m->pa)
			return true;
	}
	return false;
}

void report_now_mapped(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	struct record now = engine_record(e, RECORD_MAPPED);

	now.pa = m->pa;
	now.dma = m->dma;
	now.len = (uint32_t)MIN(m->len, UINT32_MAX);
	now.dir = (int8_t)m->dir;
	now.party = m->dev->party;
	now.site = m->site;
	report_now(e, r, &now, true, NULL);
}

void report_row_of_mapping(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	struct record rec = {
		.step = m->step, .pa = m->pa, .dma = m->dma, .site = m->site,
		.len = (uint32_t)MIN(m->len, UINT32_MAX), .stack = mapping_stack(m),
		.party = m->dev->party, .dir = (int8_t)m->dir, .skips_sync = m->skips_sync,
		.kind = ledger_is_allocation(m) ? RECORD_ALLOCATED : RECORD_MAPPED,
		.is_cached = ledger_is_streaming(m),
	};

	if (has_row_of(r, m))
		return;
	report_row(e, r, &rec);
	g_array_sort(r->rows, row_order);	/* seq 0: the first */
}
