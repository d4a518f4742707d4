/* SPDX-License-Identifier: MIT */
/*
 * The line that gets a report again. That of its run, but for what is only possible: there
 * the schedule that shows it takes the place of the run's own.
 */
#include <string.h>

#include "report.h"

#define SEED	"ARMDMA_SEED="
#define OPTIONS	" ARMDMA_OPTIONS="

static void add_option(GString *s, const char *option)
{
	g_string_append_printf(s, "%s%s", s->len ? ":" : "", option);
}

/* The options of the run, which the shell is to take as one word, under another schedule. */
static char *options_with(const char *word, const char *schedule)
{
	g_autofree char *text = word ? g_shell_unquote(word, NULL) : NULL;
	g_auto(GStrv) options = g_strsplit(text ? text : "", ":", -1);
	g_autofree char *script = g_strdup_printf("script=%s", schedule);
	g_autoptr(GString) s = g_string_new(NULL);

	add_option(s, script);
	for (char **o = options; *o; o++)
		if (**o && !g_str_has_prefix(*o, "chooser=") && !g_str_has_prefix(*o, "script="))
			add_option(s, *o);
	return g_shell_quote(s->str);
}

char *report_replay(const struct hazard_engine *e, const struct report *r)
{
	g_auto(GStrv) parts = NULL;
	g_autofree char *options = NULL;

	if (!e->replay || !r->schedule || !strstr(e->replay, SEED))
		return g_strdup(e->replay);
	parts = g_strsplit(e->replay, OPTIONS, 2);
	options = options_with(parts[1], r->schedule);
	return g_strdup_printf("%s" OPTIONS "%s", parts[0], options);
}
