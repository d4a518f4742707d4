/* SPDX-License-Identifier: MIT */
/*
 * The report for a browser: one page that needs nothing else. Curves and bars are
 * inline SVG, colours follow the reader's light or dark setting, and everything a
 * picture shows is in a table too.
 */
#include <string.h>

#include "report-iommu.h"
#include "../ui.h"

#define CURVE_WIDTH	640
#define CURVE_HEIGHT	72
#define CURVE_PARTS	160
#define BAR_HEIGHT	14

static const char style[] =
	":root{--ink:#1d2430;--faint:#667085;--line:#d9dee7;--page:#fbfcfe;--card:#fff;"
	"--a:#2563a8;--fill:#2563a822;--bad:#b3261e;--good:#1b7a43;--b:#c77d0a;--c:#6a4fb3}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6eaf2;--faint:#98a2b3;--line:#343b48;"
	"--page:#14171d;--card:#1b1f27;--a:#77b2f2;--fill:#77b2f233;--bad:#ff8a80;"
	"--good:#6fd39a;--b:#f2b65a;--c:#b8a4f5}}"
	"body{margin:0 auto;max-width:62rem;padding:1.5rem;background:var(--page);"
	"color:var(--ink);font:15px/1.5 system-ui,sans-serif}"
	"h1{font-size:1.35rem;line-height:1.35;margin:.2rem 0 1rem;padding-left:.8rem;"
	"border-left:5px solid var(--good)}h1.bad{border-color:var(--bad)}"
	"h2{font-size:1.05rem;margin:2rem 0 .5rem}p,dl{margin:.3rem 0}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}"
	"dt,.faint{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}"
	"div.wide{overflow-x:auto}"
	"table{border-collapse:collapse;background:var(--card);font-size:.9rem}"
	"th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right;"
	"font-variant-numeric:tabular-nums;white-space:nowrap}"
	"th{font-weight:600;color:var(--faint)}"
	"th:first-child,td:first-child,td.text{text-align:left}td.text{white-space:normal}"
	"figure{margin:.6rem 0;overflow-x:auto}figcaption{font-size:.9rem}svg{display:block}"
	"svg text{font:11px system-ui,sans-serif;fill:var(--faint)}"
	"ul{margin:.2rem 0;padding-left:1.2rem}";

struct sheet {
	const struct replay_report *rep;
	GString *s;
};

static void add(struct sheet *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(struct sheet *p, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = g_markup_vprintf_escaped(format, ap);
	va_end(ap);
	g_string_append(p->s, text);
}

static void cell_count(struct sheet *p, uint64_t n)
{
	g_autofree char *text = ui_count(n);

	add(p, "<td>%s</td>", n ? text : "–");
}

static void cell_bytes(struct sheet *p, uint64_t n)
{
	g_autofree char *text = ui_bytes(n);

	add(p, "<td>%s</td>", n ? text : "–");
}

static void cell_time(struct sheet *p, uint64_t us)
{
	g_autofree char *text = time_text(us);

	add(p, "<td>%s</td>", text);
}

/* ---- tables: a row for each device, and one for all -------------------------- */

typedef void (*cells_fn)(struct sheet *p, const struct tally *t);

static void table_row(struct sheet *p, const char *name, const struct tally *t, cells_fn cells)
{
	add(p, "<tr><td>%s</td>", name);
	cells(p, t);
	add(p, "</tr>\n");
}

static void table(struct sheet *p, const char *const *heads, cells_fn cells)
{
	const GPtrArray *devices = p->rep->devices;

	add(p, "<div class=\"wide\"><table><tr><th></th>");
	for (; *heads; heads++)
		add(p, "<th>%s</th>", *heads);
	add(p, "</tr>\n");
	for (unsigned i = 0; i < devices->len; i++)
		table_row(p, report_device(p->rep, i)->name, &report_device(p->rep, i)->t, cells);
	if (devices->len > 1)
		table_row(p, "all", &p->rep->total, cells);
	add(p, "</table></div>\n");
}

/* ---- head ----------------------------------------------------------------------- */

static void page_head(struct sheet *p)
{
	const struct replay_report *rep = p->rep;
	g_autofree char *verdict = replay_verdict(rep);
	g_autofree char *dram = ui_bytes(rep->dram_bytes);
	g_autofree char *span = time_text(span_us(rep));
	g_autofree char *events = ui_count(rep->events);
	bool is_good = replay_is_clean(rep) && !replay_is_empty(rep);

	add(p, "<h1%s>%s</h1>\n<dl>", is_good ? "" : " class=bad", verdict);
	add(p, "<dt>trace</dt><dd>%s: %s events in %s on %u CPUs</dd>", rep->trace, events, span,
	    rep->nr_trace_cpus);
	add(p, "<dt>board</dt><dd>%s%s%s: %s; %s; %s of DRAM</dd>", rep->board_label,
	    rep->board_model[0] ? ", " : "", rep->board_model, rep->board_cpu,
	    rep->board_caches, dram);
	add(p, "<dt>run</dt><dd>%s gear, %s chooser, seed %" G_GUINT64_FORMAT "</dd></dl>\n",
	    gear_name(rep), chooser_name(rep), rep->seed);
}

static void page_examples(struct sheet *p, enum finding f)
{
	add(p, "<ul>");
	for (unsigned i = 0; i < p->rep->examples->len; i++) {
		const struct example *e = &g_array_index(p->rep->examples, struct example, i);

		if (e->finding == f)
			add(p, "<li>line %" G_GUINT64_FORMAT ", %s: %s</li>", e->line,
			    report_device(p->rep, e->device)->name, e->text);
	}
	add(p, "</ul>");
}

static void page_findings(struct sheet *p, bool is_trouble)
{
	bool is_first = true;

	for (int f = 0; f < NR_FINDINGS; f++) {
		if (!p->rep->total.findings[f] || finding_infos[f].is_trouble != is_trouble)
			continue;
		if (is_first)
			add(p, "<h2>%s</h2>\n<table>", is_trouble ? "Trouble" : "Notes");
		is_first = false;
		add(p, "<tr>");
		cell_count(p, p->rep->total.findings[f]);
		add(p, "<td class=\"text\"><b>%s</b>: %s", finding_infos[f].key,
		    finding_infos[f].what);
		page_examples(p, f);
		add(p, "</td></tr>\n");
	}
	if (!is_first)
		add(p, "</table>\n");
}

static void page_hazards(struct sheet *p)
{
	bool is_first = true;

	for (int c = 0; c < NR_HAZARD_CLASSES; c++) {
		if (!p->rep->hazards[c])
			continue;
		if (is_first)
			add(p, "<h2>Hazards that the engine saw</h2>\n<table>");
		is_first = false;
		add(p, "<tr>");
		cell_count(p, p->rep->hazards[c]);
		add(p, "<td class=\"text\">%s: %s</td></tr>\n", hazard_title(c),
		    hazard_meaning(c));
	}
	if (!is_first)
		add(p, "</table>\n");
}

/* ---- curves ------------------------------------------------------------------------ */

static void curve_path(struct sheet *p, const struct tally *t)
{
	double part = (double)CURVE_WIDTH / CURVE_PARTS;

	g_string_append_printf(p->s, "M0 %d", CURVE_HEIGHT);
	for (unsigned i = 0; i < CURVE_PARTS; i++) {
		uint64_t v = curve_part(&t->curve, span_us(p->rep), i, CURVE_PARTS);
		double y = CURVE_HEIGHT - (double)v * (CURVE_HEIGHT - 2) / t->live_peak;

		g_string_append_printf(p->s, "L%.1f %.1fL%.1f %.1f", i * part, y, (i + 1) * part,
				       y);
	}
	g_string_append_printf(p->s, "L%d %d", CURVE_WIDTH, CURVE_HEIGHT);
}

static void curve(struct sheet *p, const char *name, const struct tally *t)
{
	g_autofree char *peak = ui_count(t->live_peak);
	g_autofree char *left = ui_count(t->live);
	double peak_x = span_us(p->rep) ? (double)t->live_peak_us * CURVE_WIDTH / span_us(p->rep)
					: 0;

	if (!t->live_peak)
		return;
	add(p, "<figure><figcaption>%s <span class=\"faint\">peak %s at %.6f s, %s at the end"
	    "</span></figcaption>", name, peak, (p->rep->first_us + t->live_peak_us) / 1e6, left);
	add(p, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"live mappings of %s "
	    "over time\"><line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"var(--line)\"/>"
	    "<path d=\"", CURVE_WIDTH, CURVE_HEIGHT + 16, name, CURVE_WIDTH, CURVE_HEIGHT,
	    CURVE_HEIGHT);
	curve_path(p, t);
	add(p, "\" fill=\"var(--fill)\" stroke=\"var(--a)\"/><circle cx=\"%.1f\" cy=\"2\" r=\"3\" "
	    "fill=\"var(--a)\"/>", CLAMP(peak_x, 3, CURVE_WIDTH - 3));
	add(p, "<text x=\"0\" y=\"%d\">%.3f s</text><text x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">%.3f s</text></svg></figure>\n", CURVE_HEIGHT + 13,
	    p->rep->first_us / 1e6, CURVE_WIDTH, CURVE_HEIGHT + 13, p->rep->last_us / 1e6);
}

static void live_cells(struct sheet *p, const struct tally *t)
{
	cell_count(p, t->live_peak);
	cell_bytes(p, t->live_bytes_peak);
	cell_count(p, t->live);
	cell_count(p, t->allocs_peak);
	cell_count(p, t->allocs);
}

static void page_live(struct sheet *p)
{
	static const char *const heads[] = {
		"peak", "peak bytes", "at end", "allocations", "at end", NULL
	};

	add(p, "<h2>Live mappings over time</h2>\n");
	for (unsigned i = 0; i < p->rep->devices->len; i++)
		curve(p, report_device(p->rep, i)->name, &report_device(p->rep, i)->t);
	if (p->rep->devices->len > 1)
		curve(p, "all", &p->rep->total);
	table(p, heads, live_cells);
}

/* ---- lifetimes --------------------------------------------------------------------------- */

static void bar(struct sheet *p, unsigned y, const char *name, uint64_t n, uint64_t most)
{
	g_autofree char *text = ui_count(n);
	uint64_t width = MAX(n * 420 / most, 1);

	add(p, "<text x=\"86\" y=\"%u\" text-anchor=\"end\">%s</text>"
	    "<rect x=\"92\" y=\"%u\" width=\"%" G_GUINT64_FORMAT "\" height=\"%d\" rx=\"2\" "
	    "fill=\"var(--a)\"/><text x=\"%" G_GUINT64_FORMAT "\" y=\"%u\">%s</text>",
	    y + 11, name, y, width, BAR_HEIGHT - 2, 98 + width, y + 11, text);
}

static void octaves(struct sheet *p)
{
	const struct histogram *h = &p->rep->total.lifetimes;
	unsigned nr = 0, y = 0;
	uint64_t most = 1;

	for (unsigned i = 0; i < 63; i++) {
		most = MAX(most, histogram_octave(h, i));
		nr += histogram_octave(h, i) > 0;
	}
	add(p, "<figure><svg width=\"%d\" height=\"%u\" role=\"img\" "
	    "aria-label=\"histogram of lifetimes\">", CURVE_WIDTH, nr * BAR_HEIGHT + 2);
	for (unsigned i = 0; i < 63; i++) {
		g_autofree char *from = time_text(i ? 1ull << i : 0);

		if (!histogram_octave(h, i))
			continue;
		bar(p, y, from, histogram_octave(h, i), most);
		y += BAR_HEIGHT;
	}
	add(p, "</svg><figcaption class=\"faint\">each bar: from its time to twice its time"
	    "</figcaption></figure>\n");
}

static void lifetime_cells(struct sheet *p, const struct tally *t)
{
	const struct histogram *h = &t->lifetimes;

	cell_count(p, h->nr);
	if (!h->nr) {
		add(p, "<td>–</td><td>–</td><td>–</td><td>–</td>");
		return;
	}
	cell_time(p, h->min);
	cell_time(p, histogram_quantile(h, 500));
	cell_time(p, histogram_quantile(h, 990));
	cell_time(p, h->max);
}

static void page_lifetimes(struct sheet *p)
{
	static const char *const heads[] = { "mappings", "min", "median", "p99", "max", NULL };

	add(p, "<h2>Map-to-unmap lifetimes</h2>\n");
	if (p->rep->total.lifetimes.nr)
		octaves(p);
	table(p, heads, lifetime_cells);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static void direction_bar(struct sheet *p, const char *name, const struct tally *t, uint64_t most)
{
	static const char *const colours[] = { "var(--a)", "var(--b)", "var(--c)" };
	double x = 150;

	add(p, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"bytes of %s\">"
	    "<text x=\"144\" y=\"11\" text-anchor=\"end\">%s</text>", CURVE_WIDTH, BAR_HEIGHT + 2,
	    name, name);
	for (int d = 0; d < 3; d++) {
		double width = (double)t->bytes[report_dirs[d]] * 480 / most;

		add(p, "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", x,
		    width, BAR_HEIGHT - 2, colours[d]);
		x += width;
	}
	add(p, "</svg>\n");
}

static uint64_t bytes_mapped(const struct tally *t)
{
	return t->bytes[0] + t->bytes[1] + t->bytes[2];
}

static void bytes_cells(struct sheet *p, const struct tally *t)
{
	for (int d = 0; d < 3; d++)
		cell_bytes(p, t->bytes[report_dirs[d]]);
	cell_bytes(p, bytes_moved(t));
	cell_bytes(p, t->checked);
	cell_count(p, t->wrong);
}

static void page_bytes(struct sheet *p)
{
	static const char *const heads[] = {
		"to device", "from device", "both ways", "moved", "checked", "wrong bytes", NULL
	};
	uint64_t most = 1;

	add(p, "<h2>Bytes by direction</h2>\n<figure>");
	for (unsigned i = 0; i < p->rep->devices->len; i++)
		most = MAX(most, bytes_mapped(&report_device(p->rep, i)->t));
	for (unsigned i = 0; i < p->rep->devices->len; i++)
		direction_bar(p, report_device(p->rep, i)->name, &report_device(p->rep, i)->t,
			      most);
	add(p, "<figcaption><span style=\"color:var(--a)\">■</span> to device "
	    "<span style=\"color:var(--b)\">■</span> from device "
	    "<span style=\"color:var(--c)\">■</span> both ways</figcaption></figure>\n");
	table(p, heads, bytes_cells);
}

/* ---- cost ---------------------------------------------------------------- */

static void cost_cells(struct sheet *p, const struct cost *c)
{
	cell_count(p, c->calls);
	for (size_t i = 0; i < nr_cost_columns; i++)
		if (cost_column_applies(p->rep, &cost_columns[i]))
			cell_count(p, cost_value(c, &cost_columns[i]));
}

static void cost_heads(struct sheet *p, const char *first)
{
	add(p, "<tr><th>%s</th><th>calls</th>", first);
	for (size_t i = 0; i < nr_cost_columns; i++) {
		const struct cost_column *c = &cost_columns[i];

		if (cost_column_applies(p->rep, c))
			add(p, "<th>%s%s%s</th>", c->level < 0 ? "" : p->rep->level[c->level].name,
			    c->level < 0 ? "" : " ", c->title);
	}
	add(p, "</tr>\n");
}

static void cost_row(struct sheet *p, const char *name, const struct cost *c)
{
	add(p, "<tr><td>%s</td>", name);
	cost_cells(p, c);
	add(p, "</tr>\n");
}

static void page_cost(struct sheet *p)
{
	struct cost c;

	add(p, "<h2>Cache maintenance on this board, in lines</h2>\n<div class=\"wide\"><table>");
	cost_heads(p, "by call");
	for (int k = 0; k < NR_COST_KINDS; k++)
		if (p->rep->total.cost[k].calls)
			cost_row(p, cost_kind_names[k], &p->rep->total.cost[k]);
	cost_heads(p, "by device");
	for (unsigned i = 0; i < p->rep->devices->len; i++) {
		c = cost_total(&report_device(p->rep, i)->t);
		cost_row(p, report_device(p->rep, i)->name, &c);
	}
	c = cost_total(&p->rep->total);
	cost_row(p, "all", &c);
	add(p, "</table></div>\n");
}

static void page_devices(struct sheet *p)
{
	add(p, "<h2>Devices</h2>\n<div class=\"wide\"><table><tr><th>device</th><th>master</th>"
	    "<th>coherence</th><th>DMA mask</th></tr>\n");
	for (unsigned i = 0; i < p->rep->devices->len; i++) {
		const struct replay_device *d = report_device(p->rep, i);

		g_autofree char *words = device_iommu_words(d);

		add(p, "<tr><td>%s</td><td class=\"text\">%s%s%s%s%s</td><td>%s</td>"
		    "<td>0x%" G_GINT64_MODIFIER "x (%s)</td></tr>\n", d->name,
		    d->master_path ? d->master_path : "not on this board: a generic master",
		    d->bypassed ? ", bypassing " : "", d->bypassed ? d->bypassed : "",
		    words ? ", " : "", words ? words : "",
		    d->is_coherent ? "coherent" : "not coherent", d->mask, d->mask_from);
	}
	add(p, "</table></div>\n");
}

char *replay_html(const struct replay_report *rep)
{
	struct sheet p = { .rep = rep, .s = g_string_new(NULL) };

	add(&p, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<title>armdma replay: %s</title><style>", rep->board_label);
	g_string_append(p.s, style);
	add(&p, "</style></head><body>\n");
	page_head(&p);
	page_findings(&p, true);
	page_hazards(&p);
	page_findings(&p, false);
	judge_page(p.s, rep);
	iommu_page_judgement(p.s, rep);
	page_devices(&p);
	page_live(&p);
	page_lifetimes(&p);
	page_bytes(&p);
	iommu_page(p.s, rep);
	page_cost(&p);
	add(&p, "</body></html>\n");
	return g_string_free(p.s, FALSE);
}
