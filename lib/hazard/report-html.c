/* SPDX-License-Identifier: MIT */
/*
 * Reports as one page for a browser, which needs nothing but itself: a card for each, with
 * lanes that show which bytes were where (html-lanes.c), the bytes that differ, the stack,
 * what is likely missing. A section for each harness of the process.
 */
#include "excuse.h"
#include "html.h"
#include "may/may.h"

#include <errno.h>
#include <inttypes.h>

#define BYTES_A_ROW	16u
#define BYTES_MAX	64u

void html_add(GString *s, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_markup_vprintf_escaped(format, args);
	va_end(args);
	g_string_append(s, text);
}

/* ---- the bytes that differ -------------------------------------------------------- */

static void bytes_row(GString *s, const char *name, const GByteArray *bytes,
		      const struct report_bytes *all, unsigned from, bool is_last)
{
	html_add(s, "<tr class=\"%s\"><th>%s</th>", is_last ? "last" : "", name);
	for (unsigned i = from; i < MIN(from + BYTES_A_ROW, bytes->len); i++)
		html_add(s, "<td class=\"%s\">%02x</td>",
			 all->saw->data[i] != all->newest->data[i] ? "d" : "", bytes->data[i]);
	html_add(s, "</tr>\n");
}

static void put_bytes(GString *s, const struct report_bytes *b)
{
	unsigned from = b->first_wrong / BYTES_A_ROW * BYTES_A_ROW, end;

	if (!b->saw)
		return;
	end = MIN(from + BYTES_MAX, b->saw->len);
	html_add(s, "<h4>Bytes</h4><div class=\"scroll\"><table class=\"bytes\">\n");
	for (; from < end; from += BYTES_A_ROW) {
		g_autofree char *seen = from ? g_strdup_printf("seen +%u", from)
					     : g_strdup("seen");

		bytes_row(s, seen, b->saw, b, from, false);
		bytes_row(s, "newest", b->newest, b, from, true);
	}
	html_add(s, "</table></div>\n");
	if (end < b->saw->len)
		html_add(s, "<p class=\"faint\">and %u more</p>\n", b->saw->len - end);
}

/* ---- code ------------------------------------------------------------------------- */

static void put_frame(struct hazard_engine *e, GString *s, const void *site)
{
	const struct symbol *sym = symbols_find(e->symbols, site);

	html_add(s, "<li><code>%s</code>", sym->function);
	if (sym->file)
		html_add(s, " <span class=\"at\">%s:%d</span>", sym->file, sym->line);
	html_add(s, "</li>\n");
}

static void put_stack(struct hazard_engine *e, GString *s, uint64_t step, const struct stack *st)
{
	if (!st->nr)
		return;
	html_add(s, "<p class=\"faint\">step %" PRIu64 "</p><ol class=\"stack\">\n", step);
	for (unsigned i = 0; i < st->nr; i++) {
		put_frame(e, s, st->pc[i]);
		if (g_str_equal(symbols_find(e->symbols, st->pc[i])->function, "main"))
			break;
	}
	html_add(s, "</ol>\n");
}

static void put_stacks(struct hazard_engine *e, GString *s, const struct report *r)
{
	html_add(s, "<details open><summary>Stack</summary>\n");
	put_stack(e, s, r->stack_step, &r->stack);
	for (unsigned i = r->rows->len; i; i--) {
		const struct record *rec = &g_array_index(r->rows, struct report_row,
							  i - 1).record;

		if (rec->stack)
			put_stack(e, s, rec->step, stacks_at(&e->stacks, rec->stack));
	}
	html_add(s, "</details>\n");
}

/* ---- a card ----------------------------------------------------------------------- */

static bool is_mild(const struct report *r)
{
	return r->strength == STRENGTH_POSSIBLE ||
	       hazard_info(r->class)->severity == SEVERITY_BREAKS;
}

static void put_tags(GString *s, const struct report *r)
{
	const struct hazard_info *info = hazard_info(r->class);

	html_add(s, "<div class=\"tags\"><span class=\"tag id\">%s</span><span class=\"tag %s\">%s"
		 "</span><span class=\"tag\">%s</span>", info->id, is_mild(r) ? "" : "hot",
		 hazard_severity_name(info->severity), hazard_strength_name(r->strength));
	if (r->mapping.device)
		html_add(s, "<span class=\"tag\">%s</span><span class=\"tag\">%s</span>",
			 r->mapping.device, direction_name(r->mapping.dir));
	html_add(s, "<span class=\"tag\">%" PRIu64 " time%s</span></div>\n", r->count,
		 r->count == 1 ? "" : "s");
}

static void put_meaning(GString *s, const struct report *r)
{
	const struct hazard_info *info = hazard_info(r->class);

	html_add(s, "<details><summary>What %s is</summary><p>%s</p><p>Right: %s.</p>"
		 "<p class=\"faint\">%s</p></details>\n", info->title, info->meaning, info->fix,
		 info->references);
}

static void put_card(struct hazard_engine *e, GString *s, const struct report *r)
{
	g_autofree char *title = report_title(e, r);

	html_add(s, "<article data-class=\"%s\" class=\"%s\">\n<h3>%s</h3>\n",
		 hazard_title(r->class), is_mild(r) ? "mild" : "", title);
	put_tags(s, r);
	html_add(s, "<p>%s</p>\n", r->what->str);
	html_add(s, "<h4>Timeline</h4>\n");
	html_lanes(e, s, r);
	put_bytes(s, &r->bytes);
	if (r->fix)
		html_add(s, "<p class=\"fix\"><b>%s</b> <code>%s</code></p>\n", r->fix_label,
			 r->fix);
	if (r->schedule)
		html_add(s, "<h4>Schedule</h4><code class=\"replay\">%s</code>\n",
			 *r->schedule ? r->schedule : "nothing unasked");
	if (r->stack.nr)
		put_stacks(e, s, r);
	put_meaning(s, r);
	html_add(s, "</article>\n");
}

/* ---- the page --------------------------------------------------------------------- */

/* @tone: "bad", "good", or "" */
static void put_figure(GString *s, const char *tone, uint64_t n, const char *what)
{
	html_add(s, "<div class=\"%s\"><b>%" PRIu64 "</b><span>%s</span></div>\n", tone, n, what);
}

static void put_run_head(struct hazard_engine *e, GString *s)
{
	g_autofree char *name = run_board(e);

	html_add(s, "<h2>%s</h2>\n", name);
	if (e->replay)
		html_add(s, "<code class=\"replay\">%s</code>\n", e->replay);
	html_add(s, "<div class=\"sum\">\n");
	put_figure(s, e->reports->len ? "bad" : "good", e->reports->len,
		   e->reports->len == 1 ? "hazard" : "hazards");
	put_figure(s, "", report_times(e), "times");
	put_figure(s, "", e->nr_accesses, "accesses checked");
	put_figure(s, "", e->shadow.nr_lines, "shared lines");
	html_add(s, "</div>\n");
}

static void put_excuses(struct hazard_engine *e, GString *s)
{
	if (!e->excuses)
		return;
	html_add(s, "<h4>Suppressed and expected</h4>\n");
	for (unsigned i = 0; i < e->excuses->len; i++) {
		g_autofree char *text = excuse_text(e, g_ptr_array_index(e->excuses, i));

		html_add(s, "<p class=\"faint\">%s</p>\n", text);
	}
}

static void put_clean(struct hazard_engine *e, GString *s)
{
	g_autofree char *proof = may_summary(e);

	html_add(s, "<p class=\"clean\">No hazards observed.</p>\n");
	if (proof)
		html_add(s, "<p class=\"faint\">%s</p>\n", proof);
}

void html_page_add(struct hazard_engine *e, struct report_file *f)
{
	html_add(f->body, "<section>\n");
	put_run_head(e, f->body);
	for (unsigned i = 0; i < e->reports->len; i++)
		put_card(e, f->body, g_ptr_array_index(e->reports, i));
	if (!e->reports->len)
		put_clean(e, f->body);
	put_excuses(e, f->body);
	html_add(f->body, "</section>\n");
	f->nr_bad += e->reports->len;
	f->nr_points += !e->reports->len;
}

void html_page_finish(const struct report_file *f, GString *doc)
{
	g_autofree char *title = f->nr_bad
		? g_strdup_printf("%u hazard%s in %s", f->nr_bad, f->nr_bad == 1 ? "" : "s",
				  program_invocation_short_name)
		: g_strdup_printf("No hazards in %s", program_invocation_short_name);

	html_add(doc, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		 "<title>armdma: %s</title>\n<style>", title);
	g_string_append(doc, html_style);
	html_add(doc, "</style>\n</head>\n<body>\n<header><div class=\"brand\">armdma %s</div>\n"
		 "<h1>%s</h1>\n", ARMDMA_VERSION, title);
	if (f->nr_in_file > 1)
		html_add(doc, "<p class=\"faint\">%u harnesses, %u of them clean</p>\n",
			 f->nr_in_file, f->nr_points);
	html_add(doc, "<div id=\"filter\"></div></header>\n<main>\n");
	g_string_append_len(doc, f->body->str, (gssize)f->body->len);
	html_add(doc, "</main>\n<script>");
	g_string_append(doc, html_script);
	html_add(doc, "</script>\n</body>\n</html>\n");
}
