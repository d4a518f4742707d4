/* SPDX-License-Identifier: MIT */
/*
 * JUnit's XML, as Jenkins, GitLab and Buildkite read it: a suite is a harness, a test case
 * that fails is a report; one that is skipped, a report that is suppressed. A clean harness
 * is one test case that passes, "no hazards".
 *
 * There is no standard; this keeps to what the Windy Road and Jenkins schemas agree on.
 * Leaves out: times, since there are none to tell.
 */
#include "excuse.h"
#include "writers.h"

#include <inttypes.h>

/* Characters that XML 1.0 cannot hold, not even escaped, are blanks. */
static void escaped(GString *s, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *safe = NULL;

	for (char *p = valid; *p; p++)
		if (g_ascii_iscntrl(*p) && *p != '\n' && *p != '\t')
			*p = ' ';
	safe = g_markup_escape_text(valid, -1);
	g_string_append(s, safe);
}

static void attribute(GString *s, const char *name, const char *value)
{
	g_string_append_printf(s, " %s=\"", name);
	escaped(s, value);
	g_string_append_c(s, '"');
}

static void property(GString *s, const char *name, const char *value)
{
	g_string_append(s, "      <property");
	attribute(s, "name", name);
	attribute(s, "value", value);
	g_string_append(s, "/>\n");
}

/* Attributes of a test case. */
static void place(struct hazard_engine *e, GString *s, const struct report *r)
{
	const struct symbol *sym = report_place(e, r);
	g_autofree char *root = run_root(e);
	const char *below;

	if (!sym)
		return;
	below = below_root(root, sym->path);
	attribute(s, "file", below ? below : sym->path);
	g_string_append_printf(s, " line=\"%d\"", sym->line);
}

static void failure(struct hazard_engine *e, GString *s, const char *suite,
		    const struct report *r)
{
	g_autofree char *title = report_title_alone(e, r);
	g_autofree char *text = report_text(e, r);

	g_string_append(s, "    <testcase");
	attribute(s, "classname", suite);
	attribute(s, "name", title);
	place(e, s, r);
	g_string_append(s, ">\n      <failure");
	attribute(s, "type", hazard_info(r->class)->id);
	attribute(s, "message", r->what->str);
	g_string_append_c(s, '>');
	escaped(s, text);
	if (r->count > 1)
		g_string_append_printf(s, "\n%" PRIu64 " times\n", r->count);
	g_string_append(s, "</failure>\n    </testcase>\n");
}

/* A test case without details; @outcome: what is in it, or "". */
static void plain(GString *s, const char *suite, const char *name, const char *outcome)
{
	g_string_append(s, "    <testcase");
	attribute(s, "classname", suite);
	attribute(s, "name", name);
	g_string_append_printf(s, *outcome ? ">%s</testcase>\n" : "%s/>\n", outcome);
}

static void excused(struct hazard_engine *e, GString *s, const char *suite,
		    const struct report *r)
{
	g_autofree char *title = report_title_alone(e, r);
	g_autofree char *why = excuse_text(e, r->excuse);
	g_autoptr(GString) outcome = g_string_new("<skipped");

	attribute(outcome, "message", why);
	g_string_append(outcome, "/>");
	plain(s, suite, title, r->excuse->kind == EXCUSE_SUPPRESSED ? outcome->str : "");
}

static void unmet(struct hazard_engine *e, GString *s, const char *suite, const struct excuse *x)
{
	g_autofree char *text = excuse_text(e, x);

	plain(s, suite, text, "<failure type=\"expected\"/>");
}

/* All of a suite's, counted. */
static void cases(struct hazard_engine *e, GString *s, const char *suite, struct run_sum *sum)
{
	for (unsigned i = 0; i < e->reports->len; i++)
		failure(e, s, suite, g_ptr_array_index(e->reports, i));
	for (unsigned i = 0; i < e->excused->len; i++)
		excused(e, s, suite, g_ptr_array_index(e->excused, i));
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++)
		if (excuse_is_unmet(g_ptr_array_index(e->excuses, i)))
			unmet(e, s, suite, g_ptr_array_index(e->excuses, i));
	if (!sum->nr_points)
		plain(s, suite, "no hazards", "");
}

void junit_add(struct hazard_engine *e, struct report_file *f)
{
	g_autofree char *name = run_board(e);
	g_autofree char *suite = run_name(e);
	struct run_sum sum = run_sum(e);
	GString *s = f->body;

	g_string_append(s, "  <testsuite");
	attribute(s, "name", suite);
	g_string_append_printf(s, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n",
			       MAX(sum.nr_points, 1), sum.nr_bad, sum.nr_suppressed);
	g_string_append(s, "    <properties>\n");
	property(s, "board", name);
	if (e->replay)
		property(s, "replay", e->replay);
	g_string_append(s, "    </properties>\n");
	cases(e, s, suite, &sum);
	g_string_append(s, "  </testsuite>\n");
	f->nr_points += MAX(sum.nr_points, 1);
	f->nr_bad += sum.nr_bad;
}

void junit_finish(const struct report_file *f, GString *doc)
{
	g_string_append_printf(doc, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "
			       "name=\"armdma\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n%s"
			       "</testsuites>\n", f->nr_points, f->nr_bad, f->body->str);
}
