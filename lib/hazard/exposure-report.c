/* SPDX-License-Identifier: MIT */
/* Exposure as the end of the text, as a member of the JSON, and for tests in C. */
#include "exposure.h"

#include <inttypes.h>
#include <string.h>

/* ---- sums ------------------------------------------------------------------------------ */

static void add(struct hazard_exposed *sum, const struct hazard_exposed *part)
{
	uint64_t *s = (uint64_t *)sum;
	const uint64_t *p = (const uint64_t *)part;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*s); i++)
		s[i] += p[i];
}

static struct hazard_exposed sum_of(const struct exposure_device *d)
{
	struct hazard_exposed sum = { 0 };

	for (unsigned i = 0; i < d->sites->len; i++)
		add(&sum, &((struct exposure_site *)g_ptr_array_index(d->sites, i))->exposed);
	return sum;
}

/* ---- for tests ------------------------------------------------------------------------- */

static struct hazard_exposure_site site_view(struct hazard_engine *e, const struct exposure_site *s)
{
	const struct symbol *at = s->site ? symbols_find(e->symbols, s->site) : NULL;

	return (struct hazard_exposure_site){
		.site = { at ? at->function : "?", at ? at->file : NULL, at ? at->line : 0 },
		.exposed = s->exposed,
	};
}

static bool visit_device(struct hazard_engine *e, const struct exposure_device *d,
			 bool (*visit)(void *ctx, const struct hazard_exposure *x), void *ctx)
{
	g_autofree struct hazard_exposure_site *sites =
		g_new0(struct hazard_exposure_site, d->sites->len);

	for (unsigned i = 0; i < d->sites->len; i++)
		sites[i] = site_view(e, g_ptr_array_index(d->sites, i));
	return visit(ctx, &(struct hazard_exposure){
		.device = d->name, .driver = d->driver, .page_bytes = d->page_bytes,
		.reaches_all = d->reaches_all, .exposed = sum_of(d), .window = d->window,
		.sites = sites, .nr_sites = d->sites->len,
	});
}

bool hazard_exposure_each(struct hazard_engine *e,
			  bool (*visit)(void *ctx, const struct hazard_exposure *x), void *ctx)
{
	for (unsigned i = 0; e && e->exposure && i < e->exposure->devices->len; i++)
		if (!visit_device(e, g_ptr_array_index(e->exposure->devices, i), visit, ctx))
			return false;
	return true;
}

/* ---- text ------------------------------------------------------------------------------ */

#define NAME_MAX_WIDTH	36

struct table {
	FILE *to;
	int width;			/* of the first column */
};

static char *device_title(const struct hazard_exposure *x)
{
	return x->driver ? g_strdup_printf("%s (%s)", x->device, x->driver) : g_strdup(x->device);
}

static char *site_title(const struct hazard_site *s)
{
	return s->file ? g_strdup_printf("  %s (%s:%d)", s->function, s->file, s->line)
		       : g_strdup_printf("  %s", s->function);
}

static void widen(struct table *t, char *title)
{
	t->width = MAX(t->width, MIN((int)strlen(title), NAME_MAX_WIDTH));
	g_free(title);
}

static bool measure(void *ctx, const struct hazard_exposure *x)
{
	widen(ctx, device_title(x));
	for (size_t i = 0; i < x->nr_sites; i++)
		widen(ctx, site_title(&x->sites[i].site));
	return true;
}

static void print_row(const struct table *t, char *title, const struct hazard_exposed *b)
{
	fprintf(t->to, "%-*s %6" PRIu64 " %9" PRIu64 " %8" PRIu64 " %7" PRIu64 " %7" PRIu64
		" %7" PRIu64 " %7" PRIu64 " %8" PRIu64 "\n", t->width, title, b->mappings,
		b->mapped, b->beyond, b->own, b->metadata, b->shared, b->others, b->nothing);
	g_free(title);
}

static void print_notes(const struct table *t, const struct hazard_exposure *x)
{
	const struct hazard_exposed *b = &x->exposed;
	const struct hazard_window *w = &x->window;

	if (x->reaches_all)
		fprintf(t->to, "  %s has no IOMMU and reaches all memory: this is what pages of %"
			PRIu64 " bytes would leave it\n", x->device, x->page_bytes);
	if (b->beyond && !x->reaches_all)
		fprintf(t->to, "  of that it may read %" PRIu64 " and write %" PRIu64 "\n",
			b->readable, b->writable);
	if (b->late)
		fprintf(t->to, "  of (d), %" PRIu64 " came while it was mapped\n", b->late);
	if (b->sharing)
		fprintf(t->to, "  mappings that share pages with others: %" PRIu64 "\n",
			b->sharing);
	if (w->unmaps)
		fprintf(t->to, "  unmapped, and reachable until a flush: %" PRIu64 " times, "
			"%" PRIu64 " bytes, %" PRIu64 " byte-steps, %" PRIu64 " byte-ns;\n"
			"    at most %" PRIu64 " steps, %" PRIu64 " ns; accesses that got through: "
			"%" PRIu64 "\n",
			w->unmaps, w->bytes, w->byte_steps, w->byte_ns, w->longest_steps,
			w->longest_ns, w->accesses);
}

static bool print_device(void *ctx, const struct hazard_exposure *x)
{
	const struct table *t = ctx;

	print_row(t, device_title(x), &x->exposed);
	for (size_t i = 0; i < x->nr_sites; i++)
		print_row(t, site_title(&x->sites[i].site), &x->sites[i].exposed);
	print_notes(t, x);
	return true;
}

void exposure_print(struct hazard_engine *e, FILE *to)
{
	struct table t = { to, (int)strlen("exposure, bytes") };

	if (!e->exposure)
		return;
	hazard_exposure_each(e, measure, &t);
	fprintf(to, "%-*s %6s %9s %8s %7s %7s %7s %7s %8s\n", t.width, "exposure, bytes", "maps",
		"mapped", "beyond", "(a) own", "(b) OS", "(c) map", "(d) any", "nothing");
	hazard_exposure_each(e, print_device, &t);
	fflush(to);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void put_exposed(JsonBuilder *b, const struct hazard_exposed *x)
{
	put_int(b, "mappings", x->mappings);
	put_int(b, "mapped", x->mapped);
	put_int(b, "beyond", x->beyond);
	put_int(b, "readable", x->readable);
	put_int(b, "writable", x->writable);
	put_int(b, "own", x->own);
	put_int(b, "metadata", x->metadata);
	put_int(b, "shared", x->shared);
	put_int(b, "others", x->others);
	put_int(b, "nothing", x->nothing);
	put_int(b, "late", x->late);
	put_int(b, "sharing", x->sharing);
}

static void put_window(JsonBuilder *b, const struct hazard_window *w)
{
	begin_object(b, "window");
	put_int(b, "unmaps", w->unmaps);
	put_int(b, "bytes", w->bytes);
	put_int(b, "byte_steps", MIN(w->byte_steps, INT64_MAX));
	put_int(b, "byte_ns", MIN(w->byte_ns, INT64_MAX));
	put_int(b, "longest_steps", w->longest_steps);
	put_int(b, "longest_ns", w->longest_ns);
	put_int(b, "accesses", w->accesses);
	json_builder_end_object(b);
}

static void put_site(JsonBuilder *b, const struct hazard_exposure_site *s)
{
	begin_object(b, NULL);
	put_string(b, "function", s->site.function);
	if (s->site.file) {
		put_string(b, "file", s->site.file);
		put_int(b, "line", (uint64_t)s->site.line);
	}
	put_exposed(b, &s->exposed);
	json_builder_end_object(b);
}

static bool put_device(void *ctx, const struct hazard_exposure *x)
{
	JsonBuilder *b = ctx;

	begin_object(b, NULL);
	put_string(b, "device", x->device);
	if (x->driver)
		put_string(b, "driver", x->driver);
	put_int(b, "page", x->page_bytes);
	put_bool(b, "reaches_all", x->reaches_all);
	put_exposed(b, &x->exposed);
	put_window(b, &x->window);
	begin_array(b, "sites");
	for (size_t i = 0; i < x->nr_sites; i++)
		put_site(b, &x->sites[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	return true;
}

void exposure_put(struct hazard_engine *e, JsonBuilder *b)
{
	if (!e->exposure)
		return;
	begin_array(b, "exposure");
	hazard_exposure_each(e, put_device, b);
	json_builder_end_array(b);
}
