/* SPDX-License-Identifier: MIT */
/*
 * TAP version 14 (testanything.org), which readers of version 13 understand: a test point
 * is a harness; the reports are its subtest, each a point that failed, with the details in
 * YAML, or that is skipped, if it is suppressed. A clean harness has no subtest.
 */
#include "excuse.h"
#include "writers.h"

#include <inttypes.h>

/* What is behind a bare # is a directive. */
static void description(GString *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			g_string_append_c(s, '\\');
		g_string_append_c(s, *text == '\n' ? ' ' : *text);
	}
}

/* A scalar in double quotes. */
static void pair(GString *s, const char *key, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);
	g_autofree char *quoted = g_strescape(valid, NULL);

	g_string_append_printf(s, "      %s: \"%s\"\n", key, quoted);
}

static void place(struct hazard_engine *e, GString *s, const struct report *r)
{
	const struct symbol *sym = report_place(e, r);
	g_autofree char *root = run_root(e);
	g_autofree char *at = NULL;
	const char *below;

	if (!sym)
		return;
	below = below_root(root, sym->path);
	at = g_strdup_printf("%s:%d", below ? below : sym->path, sym->line);
	pair(s, "at", at);
}

static void block(GString *s, const char *key, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	g_string_append_printf(s, "      %s: |\n", key);
	for (char **l = lines; *l; l++)
		if (l[1] || **l)
			g_string_append_printf(s, **l ? "        %s\n" : "%s\n", *l);
}

static void point(struct hazard_engine *e, GString *s, unsigned nr, const struct report *r)
{
	const struct hazard_info *info = hazard_info(r->class);
	g_autofree char *title = report_title_alone(e, r);
	g_autofree char *text = report_text(e, r);

	g_string_append_printf(s, "    not ok %u - ", nr);
	description(s, title);
	g_string_append(s, "\n      ---\n");
	pair(s, "id", info->id);
	pair(s, "strength", hazard_strength_name(r->strength));
	pair(s, "severity", hazard_severity_name(info->severity));
	g_string_append_printf(s, "      count: %" PRIu64 "\n", r->count);
	place(e, s, r);
	block(s, "report", text);
	g_string_append(s, "      ...\n");
}

static void excused(struct hazard_engine *e, GString *s, unsigned nr, const struct report *r)
{
	g_autofree char *title = report_title_alone(e, r);
	g_autofree char *why = excuse_text(e, r->excuse);

	g_string_append_printf(s, "    ok %u - ", nr);
	description(s, title);
	g_string_append(s, r->excuse->kind == EXCUSE_SUPPRESSED ? " # SKIP " : ": ");
	description(s, why);
	g_string_append_c(s, '\n');
}

static void unmet(struct hazard_engine *e, GString *s, unsigned nr, const struct excuse *x)
{
	g_autofree char *text = excuse_text(e, x);

	g_string_append_printf(s, "    not ok %u - ", nr);
	description(s, text);
	g_string_append_c(s, '\n');
}

static void subtest(struct hazard_engine *e, GString *s, const char *name)
{
	unsigned nr = 0;

	g_string_append(s, "# Subtest: ");
	description(s, name);
	g_string_append_c(s, '\n');
	for (unsigned i = 0; i < e->reports->len; i++)
		point(e, s, ++nr, g_ptr_array_index(e->reports, i));
	for (unsigned i = 0; i < e->excused->len; i++)
		excused(e, s, ++nr, g_ptr_array_index(e->excused, i));
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++)
		if (excuse_is_unmet(g_ptr_array_index(e->excuses, i)))
			unmet(e, s, ++nr, g_ptr_array_index(e->excuses, i));
	g_string_append_printf(s, "    1..%u\n", nr);
}

void tap_add(struct hazard_engine *e, struct report_file *f)
{
	g_autofree char *name = run_name(e);
	struct run_sum sum = run_sum(e);

	if (sum.nr_points)
		subtest(e, f->body, name);
	g_string_append_printf(f->body, "%sok %u - ", sum.nr_bad ? "not " : "", ++f->nr_points);
	description(f->body, name);
	g_string_append_c(f->body, '\n');
}

void tap_finish(const struct report_file *f, GString *doc)
{
	g_string_append_printf(doc, "TAP version 14\n%s1..%u\n", f->body->str, f->nr_points);
}
