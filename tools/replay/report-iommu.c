/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs in the text: what the hardware translated, what it cost, how long dead mappings
 * stayed reachable and what else was, and the kernel's own calls beside ours. Nothing is
 * said of a run without IOMMUs.
 */
#include "report-iommu.h"
#include "../ui.h"

#define NAME_WIDTH	20
#define SHOWN_OF_EACH	4u	/* differences of one reason */

const char *const scope_names[NR_IOMMU_HW_SCOPES] = {
	[IOMMU_HW_ALL] = "all", [IOMMU_HW_CONTEXT] = "context", [IOMMU_HW_ASID] = "asid",
	[IOMMU_HW_VA] = "page", [IOMMU_HW_RANGE] = "range", [IOMMU_HW_WALK_CACHE] = "walk_cache",
};

bool says_iommus(const struct replay_report *rep)
{
	return rep->iommu.mode;
}

const struct iommu_unit *report_unit(const struct replay_report *rep, unsigned i)
{
	return rep->iommu.units->pdata[i];
}

const struct device_space *report_space(const struct replay_report *rep, unsigned i)
{
	return rep->iommu.spaces->pdata[i];
}

uint64_t unit_invalidations(const struct iommu_unit *u)
{
	uint64_t nr = 0;

	for (int i = 0; i < NR_IOMMU_HW_SCOPES; i++)
		nr += u->counters.invalidations[i];
	return nr;
}

char *unit_words(const struct iommu_unit *u)
{
	const char *an = strchr("aeiou", u->kind[0]) ? "an" : "a";

	if (u->stands_for)
		return g_strdup_printf("%s %s IOMMU in place of %s, which is not modelled", an,
				       u->kind, u->stands_for);
	if (u->is_added)
		return g_strdup_printf("%s %s IOMMU that the board has not", an, u->kind);
	return g_strdup_printf("%s %s IOMMU of the board", an, u->kind);
}

char *device_iommu_words(const struct replay_device *dev)
{
	g_autofree char *what = NULL;

	if (!dev->unit)
		return NULL;
	what = unit_words(dev->unit);
	if (!dev->space)
		return g_strdup_printf("behind %s, stream %u, mapped 1:1: %s", dev->unit->name,
				       dev->stream, what);
	return g_strdup_printf("behind %s, stream %u, group %u: %s", dev->unit->name, dev->stream,
			       dev->space->group, what);
}

char *per_cent_text(uint64_t part, uint64_t all)
{
	return all ? g_strdup_printf("%.1f %%", (double)part * 100 / (double)all) :
		     g_strdup("-");
}

char *ratio_text(uint64_t sum, uint64_t nr)
{
	return nr ? g_strdup_printf("%.2f", (double)sum / (double)nr) : g_strdup("-");
}

char *byte_seconds_text(double byte_seconds)
{
	g_autofree char *bytes = NULL;

	if (byte_seconds < 1024)
		return g_strdup_printf("%.1f B s", byte_seconds);
	bytes = ui_bytes((uint64_t)byte_seconds);
	return g_strconcat(bytes, " s", NULL);
}

double dead_byte_seconds(const struct device_space *space)
{
	return (double)space->counters.dead_byte_ns / 1e9;
}

char *window_text(const struct device_space *space)
{
	uint64_t ns = space->counters.longest_window_ns;

	return ns ? g_strdup_printf("%.3f ms", (double)ns / 1e6) : g_strdup("-");
}

/* ---- text ---------------------------------------------------------------------- */

static void cell(FILE *out, int width, char *text)
{
	fprintf(out, "%*s", width, text);
	g_free(text);
}

static char *count(uint64_t n)
{
	return n ? ui_count(n) : g_strdup("-");
}

static char *bytes(uint64_t n)
{
	return n ? ui_bytes(n) : g_strdup("-");
}

static void title(FILE *out, const char *text)
{
	fprintf(out, "\n%s%s%s\n", ui_style(out, UI_BOLD), text, ui_style(out, UI_PLAIN));
}

static void heads(FILE *out, const char *const *names, const int *widths)
{
	fprintf(out, "  %-*s", NAME_WIDTH, "");
	for (; *names; names++)
		fprintf(out, "%*s", *widths++, *names);
	fputc('\n', out);
}

static void print_unit(const struct iommu_unit *u, FILE *out)
{
	const struct iommu_hw_counters *c = &u->counters;

	fprintf(out, "  %-*s", NAME_WIDTH, u->name);
	cell(out, 9, count(u->nr_devices));
	cell(out, 11, count(c->hits));
	cell(out, 9, count(c->misses));
	cell(out, 9, per_cent_text(c->hits, c->hits + c->misses));
	cell(out, 9, count(c->walks));
	cell(out, 12, ratio_text(c->walk_reads, c->walks));
	cell(out, 10, count(unit_invalidations(u)));
	cell(out, 9, count(c->invalidated));
	cell(out, 9, count(c->evictions));
	cell(out, 8, count(c->faults));
	fputc('\n', out);
}

static void print_invalidations(const struct iommu_unit *u, FILE *out)
{
	const char *sep = "";

	if (!unit_invalidations(u))
		return;
	fprintf(out, "  %s invalidates ", u->name);
	for (int i = 0; i < NR_IOMMU_HW_SCOPES; i++) {
		g_autofree char *nr = ui_count(u->counters.invalidations[i]);

		if (!u->counters.invalidations[i])
			continue;
		fprintf(out, "%s%s by %s", sep, nr, scope_names[i]);
		sep = ", ";
	}
	fputc('\n', out);
}

static void print_units(const struct replay_report *rep, FILE *out)
{
	static const char *const names[] = {
		"devices", "TLB hits", "misses", "hit", "walks", "reads/walk", "inval.",
		"entries", "evicted", "faults", NULL
	};
	static const int widths[] = { 9, 11, 9, 9, 9, 12, 10, 9, 9, 8 };
	g_autofree char *text = g_strdup_printf("IOMMUs: %s%s%s", rep->iommu.mode,
		rep->iommu.policy ? ", IOVAs by " : "", rep->iommu.policy ? rep->iommu.policy : "");

	title(out, text);
	if (!rep->iommu.units->len)
		return;
	heads(out, names, widths);
	for (unsigned i = 0; i < rep->iommu.units->len; i++)
		print_unit(report_unit(rep, i), out);
	for (unsigned i = 0; i < rep->iommu.units->len; i++)
		print_invalidations(report_unit(rep, i), out);
	if (rep->gear == GEAR_FAST)
		fputs("  The fast gear moves no byte: these are translations asked for in place of "
		      "accesses.\n", out);
}

static void print_space(const struct device_space *space, FILE *out)
{
	const struct iova_space *s = space->iovas;
	const struct iommu_dma_counters *c = &space->counters;

	fprintf(out, "  %-*s", NAME_WIDTH, space->devices);
	cell(out, 8, g_strdup(c->is_lazy ? "lazy" : "strict"));
	cell(out, 11, bytes(s->pages_peak * PAGE_SIZE));
	cell(out, 9, count(s->runs_at_peak));
	cell(out, 10, count(s->runs_peak));
	cell(out, 11, bytes(iova_space_span(s)));
	cell(out, 9, count(c->nr_strict_unmaps));
	cell(out, 9, count(c->nr_queued_unmaps));
	cell(out, 9, count(c->nr_timer_flushes + c->nr_full_flushes));
	cell(out, 12, window_text(space));
	cell(out, 14, byte_seconds_text(dead_byte_seconds(space)));
	fputc('\n', out);
}

static void print_spaces(const struct replay_report *rep, FILE *out)
{
	static const char *const names[] = {
		"unmaps", "peak", "in runs", "most runs", "span", "at once", "queued", "flushes",
		"window", "reachable", NULL
	};
	static const int widths[] = { 8, 11, 9, 10, 11, 9, 9, 9, 12, 14 };

	if (!rep->iommu.spaces->len)
		return;
	title(out, "IOVAs by group; unmaps; the longest window, and for how long what was dead "
	      "stayed reachable");
	heads(out, names, widths);
	for (unsigned i = 0; i < rep->iommu.spaces->len; i++)
		print_space(report_space(rep, i), out);
}

static void print_exposed(const char *name, const struct tally *t, FILE *out)
{
	const struct iommu_tally *i = &t->iommu;

	fprintf(out, "  %-*s", NAME_WIDTH, name);
	cell(out, 10, count(i->calls[IOMMU_MAPS]));
	cell(out, 10, count(i->calls[IOMMU_UNMAPS]));
	cell(out, 12, bytes(i->mapped_bytes));
	cell(out, 12, bytes(i->exposed_sum));
	cell(out, 12, bytes(i->exposed_peak));
	cell(out, 15, byte_seconds_text((double)i->exposed_byte_us / 1e6));
	fputc('\n', out);
}

static void print_all_exposed(const struct replay_report *rep, FILE *out)
{
	static const char *const names[] = {
		"maps", "unmaps", "mapped", "beyond", "at once", "for so long", NULL
	};
	static const int widths[] = { 10, 10, 12, 12, 12, 15 };
	g_autofree char *peak = ui_bytes(rep->iommu.tables.peak_bytes);
	g_autofree char *now = ui_bytes(rep->iommu.tables.bytes);
	g_autofree char *made = ui_count(rep->iommu.tables.nr_allocs);

	title(out, "Calls of the IOMMUs' drivers; bytes of live pages beyond the buffers in them");
	heads(out, names, widths);
	for (unsigned i = 0; i < rep->devices->len; i++)
		print_exposed(report_device(rep, i)->name, &report_device(rep, i)->t, out);
	if (rep->devices->len > 1)
		print_exposed("all", &rep->total, out);
	fprintf(out, "  Page tables take %s at most, %s at the end; %s were made.\n", peak, now,
		made);
}

/* ---- the kernel's own calls -------------------------------------------------------- */

char *iommu_difference_text(const struct iommu_difference *d)
{
	g_autofree char *kernel = iommu_call_text(&d->kernel, d->kind);
	g_autofree char *ours = iommu_call_text(&d->ours, d->kind);

	if (!d->line)
		return g_strdup_printf("line %" G_GUINT64_FORMAT ": the kernel %s; no event is its "
				       "own", d->kernel.line, kernel);
	return g_strdup_printf("line %" G_GUINT64_FORMAT ", %s: the kernel %s, here %s", d->line,
			       d->dev->name, kernel, ours);
}

char *agreement_text(const struct replay_device *dev)
{
	const struct iommu_agreement *a = &dev->agreement;
	g_autofree char *same = ui_count(a->same[IOMMU_MAPS]);
	g_autofree char *all = ui_count(a->kernel[IOMMU_MAPS]);
	g_autofree char *unsame = ui_count(a->same[IOMMU_UNMAPS]);
	g_autofree char *unall = ui_count(a->kernel[IOMMU_UNMAPS]);
	g_autofree char *lists = ui_count(a->same_lists);
	g_autofree char *all_lists = ui_count(a->lists);
	g_autofree char *iovas = ui_count(a->same_iova);
	g_autofree char *mappings = ui_count(a->mappings);
	g_autofree char *first = a->line ?
		g_strdup_printf("; the first other one in line %" G_GUINT64_FORMAT ": the kernel's "
				"0x%" G_GINT64_MODIFIER "x, here 0x%" G_GINT64_MODIFIER "x",
				a->line, a->kernel_iova, a->our_iova) : g_strdup("");

	return g_strdup_printf("%s of %s maps, %s of %s unmaps, %s of %s lists in as many entries, "
			       "%s of %s mappings at the same IOVA%s", same, all, unsame, unall,
			       lists, all_lists, iovas, mappings, first);
}

static void print_reason(const struct replay_report *rep, enum judge_reason reason, FILE *out)
{
	const struct iommu_judgement *v = &rep->iommu_judgement;
	g_autofree char *nr = ui_count(v->reasons[reason]);
	unsigned shown = 0;

	fprintf(out, "%10s  differ, %s: %s\n", nr, judge_reasons[reason].key,
		judge_reasons[reason].what);
	for (unsigned i = 0; i < v->differences->len && shown < SHOWN_OF_EACH; i++) {
		const struct iommu_difference *d =
			&g_array_index(v->differences, struct iommu_difference, i);
		g_autofree char *text = iommu_difference_text(d);

		if (d->reason != reason)
			continue;
		fprintf(out, "            %s\n", text);
		shown++;
	}
}

static void print_judgement(const struct replay_report *rep, FILE *out)
{
	g_autofree char *sentence = iommu_judgement_sentence(&rep->iommu_judgement);
	g_autofree char *text = NULL;

	if (!sentence)
		return;
	text = g_strconcat("The kernel's own IOMMU calls; ", sentence, NULL);
	title(out, text);
	for (unsigned i = 0; i < rep->devices->len; i++) {
		const struct replay_device *dev = report_device(rep, i);
		g_autofree char *words = agreement_text(dev);

		if (dev->agreement.kernel[IOMMU_MAPS])
			fprintf(out, "  %-*s%s\n", NAME_WIDTH, dev->name, words);
	}
	for (int i = 0; i < NR_JUDGE_REASONS; i++)
		if (rep->iommu_judgement.reasons[i])
			print_reason(rep, (enum judge_reason)i, out);
}

void iommu_print_judgement(const struct replay_report *rep, FILE *out)
{
	if (says_iommus(rep))
		print_judgement(rep, out);
}

void iommu_print(const struct replay_report *rep, FILE *out)
{
	if (!says_iommus(rep))
		return;
	print_units(rep, out);
	print_spaces(rep, out);
	print_all_exposed(rep, out);
}
