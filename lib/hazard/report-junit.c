/* SPDX-License-Identifier: MIT */
/*
 * JUnit's XML, as Jenkins, GitLab and Buildkite read it: a suite is a harness, a test case
 * that fails is a report. A clean harness is one test case that passes, "no hazards".
 *
 * There is no standard; this keeps to what the Windy Road and Jenkins schemas agree on.
 * Leaves out: times, since there are none to tell.
 */
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

static void pass(GString *s, const char *suite)
{
	g_string_append(s, "    <testcase");
	attribute(s, "classname", suite);
	g_string_append(s, " name=\"no hazards\"/>\n");
}

void junit_add(struct hazard_engine *e, struct report_file *f)
{
	unsigned nr = e->reports->len;
	g_autofree char *name = run_board(e);
	g_autofree char *suite = run_name(e);
	GString *s = f->body;

	g_string_append(s, "  <testsuite");
	attribute(s, "name", suite);
	g_string_append_printf(s, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n",
			       MAX(nr, 1), nr);
	g_string_append(s, "    <properties>\n");
	property(s, "board", name);
	if (e->replay)
		property(s, "replay", e->replay);
	g_string_append(s, "    </properties>\n");
	for (unsigned i = 0; i < nr; i++)
		failure(e, s, suite, g_ptr_array_index(e->reports, i));
	if (!nr)
		pass(s, suite);
	g_string_append(s, "  </testsuite>\n");
	f->nr_points += MAX(nr, 1);
	f->nr_bad += nr;
}

void junit_finish(const struct report_file *f, GString *doc)
{
	g_string_append_printf(doc, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "
			       "name=\"armdma\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n%s"
			       "</testsuites>\n", f->nr_points, f->nr_bad, f->body->str);
}
