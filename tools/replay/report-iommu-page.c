/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs on the page: a bar of hits and misses for each IOMMU, what is mapped and what
 * waits to be invalidated over time for each group, how much of what devices reach is
 * nobody's buffer; and the same in tables.
 */
#include "report-iommu.h"
#include "../ui.h"

#define CURVE_WIDTH	640
#define CURVE_HEIGHT	72
#define CURVE_PARTS	160
#define BAR_HEIGHT	14
#define BAR_LEFT	150
#define BAR_WIDTH	400

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

static void cell(struct sheet *p, char *text)
{
	add(p, "<td>%s</td>", text);
	g_free(text);
}

static void cell_count(struct sheet *p, uint64_t n)
{
	cell(p, n ? ui_count(n) : g_strdup("–"));
}

static void cell_bytes(struct sheet *p, uint64_t n)
{
	cell(p, n ? ui_bytes(n) : g_strdup("–"));
}

static void table_begins(struct sheet *p, const char *const *heads)
{
	add(p, "<div class=\"wide\"><table><tr>");
	for (; *heads; heads++)
		add(p, "<th>%s</th>", *heads);
	add(p, "</tr>\n");
}

static void table_ends(struct sheet *p)
{
	add(p, "</table></div>\n");
}

/* ---- bars -------------------------------------------------------------------------- */

static void part(struct sheet *p, double x, double width, const char *colour)
{
	add(p, "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", x, width,
	    BAR_HEIGHT - 2, colour);
}

/* @a and @b of @most; what they are, behind them. */
static void bar(struct sheet *p, const char *name, uint64_t a, uint64_t b, uint64_t most,
		const char *text)
{
	double scale = most ? (double)BAR_WIDTH / (double)most : 0;
	double width_a = (double)a * scale, width_b = (double)b * scale;

	add(p, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s: %s\">"
	    "<text x=\"%d\" y=\"11\" text-anchor=\"end\">%s</text>", CURVE_WIDTH,
	    BAR_HEIGHT + 2, name, text, BAR_LEFT - 6, name);
	part(p, BAR_LEFT, width_a, "var(--a)");
	part(p, BAR_LEFT + width_a, width_b, "var(--b)");
	add(p, "<text x=\"%.1f\" y=\"11\">%s</text></svg>\n", BAR_LEFT + width_a + width_b + 6,
	    text);
}

static void caption(struct sheet *p, const char *a, const char *b)
{
	add(p, "<figcaption><span style=\"color:var(--a)\">■</span> %s "
	    "<span style=\"color:var(--b)\">■</span> %s</figcaption></figure>\n", a, b);
}

/* ---- what the hardware did --------------------------------------------------------- */

static void unit_bars(struct sheet *p)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < p->rep->iommu.units->len; i++) {
		const struct iommu_hw_counters *c = &report_unit(p->rep, i)->counters;

		most = MAX(most, c->hits + c->misses);
	}
	if (!most)
		return;
	add(p, "<figure>");
	for (unsigned i = 0; i < p->rep->iommu.units->len; i++) {
		const struct iommu_unit *u = report_unit(p->rep, i);
		g_autofree char *hit = per_cent_text(u->counters.hits, u->counters.hits +
						     u->counters.misses);
		g_autofree char *text = g_strconcat(hit, " hit", NULL);

		bar(p, u->name, u->counters.hits, u->counters.misses, most, text);
	}
	caption(p, "TLB hits", "misses");
}

static void unit_row(struct sheet *p, const struct iommu_unit *u)
{
	const struct iommu_hw_counters *c = &u->counters;
	g_autofree char *words = unit_words(u);

	add(p, "<tr><td>%s</td><td class=\"text\" style=\"min-width:14rem\">%s</td>", u->name,
	    words);
	cell_count(p, u->nr_devices);
	cell_count(p, c->hits);
	cell_count(p, c->misses);
	cell_count(p, c->walks);
	cell(p, ratio_text(c->walk_reads, c->walks));
	cell_count(p, c->faults);
	for (int i = 0; i < NR_IOMMU_HW_SCOPES; i++)
		cell_count(p, c->invalidations[i]);
	cell_count(p, c->invalidated);
	cell_count(p, c->evictions);
	add(p, "</tr>\n");
}

static void page_units(struct sheet *p)
{
	static const char *const heads[] = {
		"IOMMU", "", "devices", "hits", "misses", "walks", "reads/walk", "faults",
		"invalidates all", "context", "ASID", "page", "range", "walks", "entries",
		"evicted", NULL
	};

	add(p, "<h2>IOMMUs: %s%s%s</h2>\n", p->rep->iommu.mode,
	    p->rep->iommu.policy ? ", IOVAs by " : "",
	    p->rep->iommu.policy ? p->rep->iommu.policy : "");
	if (!p->rep->iommu.units->len)
		return;
	unit_bars(p);
	table_begins(p, heads);
	for (unsigned i = 0; i < p->rep->iommu.units->len; i++)
		unit_row(p, report_unit(p->rep, i));
	table_ends(p);
	if (p->rep->gear == GEAR_FAST)
		add(p, "<p class=\"faint\">The fast gear moves no byte: these are translations "
		    "asked for in place of accesses.</p>\n");
}

/* ---- IOVAs over time ------------------------------------------------------------------ */


static void path(struct sheet *p, const struct curve *c, uint64_t peak)
{
	double width = (double)CURVE_WIDTH / CURVE_PARTS;

	g_string_append_printf(p->s, "M0 %d", CURVE_HEIGHT);
	for (unsigned i = 0; i < CURVE_PARTS; i++) {
		uint64_t v = curve_part(c, span_us(p->rep), i, CURVE_PARTS);
		double y = CURVE_HEIGHT - (double)v * (CURVE_HEIGHT - 2) / (double)peak;

		g_string_append_printf(p->s, "L%.1f %.1fL%.1f %.1f", i * width, y,
				       (i + 1) * width, y);
	}
	g_string_append_printf(p->s, "L%d %d", CURVE_WIDTH, CURVE_HEIGHT);
}

static void curves(struct sheet *p, const struct device_space *space)
{
	g_autofree char *live = ui_bytes(space->iovas->pages_peak * PAGE_SIZE);
	g_autofree char *waiting = ui_count(space->waiting_peak);

	if (!space->iovas->pages_peak)
		return;
	add(p, "<figure><figcaption>%s <span class=\"faint\">mapped at most %s; dead and "
	    "reachable at most %s mappings</span></figcaption><svg width=\"%d\" height=\"%d\" "
	    "role=\"img\" aria-label=\"IOVAs of %s over time\"><path d=\"", space->devices, live,
	    waiting, CURVE_WIDTH, CURVE_HEIGHT + 16, space->devices);
	path(p, &space->live, space->iovas->pages_peak);
	add(p, "\" fill=\"var(--fill)\" stroke=\"var(--a)\"/>");
	if (space->waiting_peak) {
		add(p, "<path d=\"");
		path(p, &space->waiting, space->waiting_peak);
		add(p, "\" fill=\"none\" stroke=\"var(--b)\"/>");
	}
	add(p, "<text x=\"0\" y=\"%d\">%.3f s</text><text x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">%.3f s</text></svg>", CURVE_HEIGHT + 13,
	    (double)p->rep->first_us / 1e6, CURVE_WIDTH, CURVE_HEIGHT + 13,
	    (double)p->rep->last_us / 1e6);
	caption(p, "mapped", "dead and waiting in flush queues; each to its own height");
}

static void space_row(struct sheet *p, const struct device_space *space)
{
	const struct iova_space *s = space->iovas;
	const struct iommu_dma_counters *c = &space->counters;

	add(p, "<tr><td>%s</td>", space->devices);
	cell(p, g_strdup(c->is_lazy ? "lazy" : "strict"));
	cell(p, window_text(space));
	cell(p, byte_seconds_text(dead_byte_seconds(space)));
	cell_bytes(p, s->pages_peak * PAGE_SIZE);
	cell_count(p, s->runs_at_peak);
	cell_count(p, s->runs_peak);
	cell_bytes(p, iova_space_span(s));
	cell_count(p, c->nr_strict_unmaps);
	cell_count(p, c->nr_queued_unmaps);
	cell_count(p, c->nr_timer_flushes);
	cell_count(p, c->nr_full_flushes);
	add(p, "</tr>\n");
}

static void page_spaces(struct sheet *p)
{
	static const char *const heads[] = {
		"group", "unmaps", "longest window", "dead, reachable", "IOVAs", "in runs",
		"most runs", "span", "at once", "queued", "by timer", "when full", NULL
	};

	if (!p->rep->iommu.spaces->len)
		return;
	add(p, "<h2>IOVAs over time</h2>\n");
	for (unsigned i = 0; i < p->rep->iommu.spaces->len; i++)
		curves(p, report_space(p->rep, i));
	table_begins(p, heads);
	for (unsigned i = 0; i < p->rep->iommu.spaces->len; i++)
		space_row(p, report_space(p->rep, i));
	table_ends(p);
}

/* ---- exposure ---------------------------------------------------------------------------- */

static void exposure_bars(struct sheet *p)
{
	uint64_t most = p->rep->total.iommu.mapped_bytes;

	if (!most)
		return;
	add(p, "<figure>");
	for (unsigned i = 0; i < p->rep->devices->len; i++) {
		const struct iommu_tally *t = &report_device(p->rep, i)->t.iommu;
		g_autofree char *text = per_cent_text(t->exposed_sum, t->mapped_bytes);

		if (t->mapped_bytes)
			bar(p, report_device(p->rep, i)->name, t->mapped_bytes - t->exposed_sum,
			    t->exposed_sum, most, text);
	}
	caption(p, "mapped for buffers and allocations", "mapped beyond them, in the same pages");
}

static void exposure_row(struct sheet *p, const char *name, const struct iommu_tally *t)
{
	add(p, "<tr><td>%s</td>", name);
	cell_count(p, t->calls[IOMMU_MAPS]);
	cell_count(p, t->calls[IOMMU_UNMAPS]);
	cell_bytes(p, t->mapped_bytes);
	cell_bytes(p, t->exposed_sum);
	cell_bytes(p, t->exposed_peak);
	cell(p, byte_seconds_text((double)t->exposed_byte_us / 1e6));
	add(p, "</tr>\n");
}

static void page_exposure(struct sheet *p)
{
	static const char *const heads[] = {
		"", "maps", "unmaps", "mapped", "beyond the buffers", "at once at most",
		"times how long", NULL
	};
	g_autofree char *peak = ui_bytes(p->rep->iommu.tables.peak_bytes);
	g_autofree char *now = ui_bytes(p->rep->iommu.tables.bytes);
	g_autofree char *made = ui_count(p->rep->iommu.tables.nr_allocs);

	add(p, "<h2>What devices reach beyond their buffers</h2>\n");
	exposure_bars(p);
	table_begins(p, heads);
	for (unsigned i = 0; i < p->rep->devices->len; i++)
		exposure_row(p, report_device(p->rep, i)->name,
			     &report_device(p->rep, i)->t.iommu);
	if (p->rep->devices->len > 1)
		exposure_row(p, "all", &p->rep->total.iommu);
	table_ends(p);
	add(p, "<p>Page tables take %s at most, %s at the end; %s were made.</p>\n", peak, now,
	    made);
}

void iommu_page(GString *s, const struct replay_report *rep)
{
	struct sheet p = { .rep = rep, .s = s };

	if (!says_iommus(rep))
		return;
	page_units(&p);
	page_spaces(&p);
	page_exposure(&p);
}

/* ---- the kernel's own calls ------------------------------------------------------------ */

static void reason_row(struct sheet *p, enum judge_reason reason)
{
	const struct iommu_judgement *v = &p->rep->iommu_judgement;

	add(p, "<tr>");
	cell_count(p, v->reasons[reason]);
	add(p, "<td class=\"text\"><b>%s</b>: %s<ul>", judge_reasons[reason].key,
	    judge_reasons[reason].what);
	for (unsigned i = 0; i < v->differences->len; i++) {
		const struct iommu_difference *d =
			&g_array_index(v->differences, struct iommu_difference, i);
		g_autofree char *text = iommu_difference_text(d);

		if (d->reason == reason)
			add(p, "<li>%s</li>", text);
	}
	add(p, "</ul></td></tr>\n");
}

void iommu_page_judgement(GString *s, const struct replay_report *rep)
{
	struct sheet p = { .rep = rep, .s = s };
	g_autofree char *sentence = iommu_judgement_sentence(&rep->iommu_judgement);

	if (!says_iommus(rep) || !sentence)
		return;
	add(&p, "<h2>The kernel's own IOMMU calls</h2>\n<p>%s</p>\n<ul>", sentence);
	for (unsigned i = 0; i < rep->devices->len; i++) {
		const struct replay_device *dev = report_device(rep, i);
		g_autofree char *words = agreement_text(dev);

		if (dev->agreement.kernel[IOMMU_MAPS])
			add(&p, "<li>%s: %s</li>", dev->name, words);
	}
	add(&p, "</ul>\n<table>");
	for (int i = 0; i < NR_JUDGE_REASONS; i++)
		if (rep->iommu_judgement.reasons[i])
			reason_row(&p, (enum judge_reason)i);
	add(&p, "</table>\n");
}
