/* SPDX-License-Identifier: MIT */
/*
 * From a schedule that fails to the shortest script that does: it is recorded, told again
 * as a script, and then actions are left out, many at a time, then fewer, for as long as
 * what is left still fails. At the end no single action can be left out. Each candidate is
 * really run.
 *
 * Source: A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input",
 * IEEE TSE 28(2), 2002: ddmin, its half that tries complements.
 */
#include <string.h>

#include "run.h"
#include "../ui.h"

#define MAX_TRIES	4u	/* schedules whose record does not fail again */

struct shrink {
	const struct run *run;
	const struct row *row;
	uint64_t seed;
	unsigned nr_runs;
	GError **error;
	bool has_failed;	/* to run a child */
	char *replay;		/* of the latest that failed */
};

static bool one_run(struct shrink *s, const struct schedule *schedule)
{
	struct outcome o;
	const struct finding *f;

	ui_progress("%s: shrinking, run %u", s->row->first->title, ++s->nr_runs);
	if (!run_children(s->run->cfg, schedule, 1, &o, NULL, s->error)) {
		s->has_failed = true;
		return false;
	}
	f = outcome_find(&o, s->row->first->key);
	if (f && !schedule->record) {
		g_free(s->replay);
		s->replay = g_strdup(f->replay);
	}
	outcomes_done(&o, 1);
	return f;
}

/* Does it fail with these actions? */
static bool fails(struct shrink *s, const GPtrArray *actions)
{
	g_autofree char *path = g_build_filename(s->run->cfg->folder, "script", NULL);
	g_autofree char *script = g_strconcat("@", path, NULL);
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < actions->len; i++)
		g_string_append_printf(text, "%s\n", (char *)g_ptr_array_index(actions, i));
	return g_file_set_contents(path, text->str, -1, NULL) &&
	       one_run(s, &(struct schedule){ .script = script, .seed = s->seed });
}

/* All but the @n-th of @nr parts of about the same length. */
static GPtrArray *without(const GPtrArray *actions, unsigned n, unsigned nr)
{
	unsigned first = actions->len * n / nr, end = actions->len * (n + 1) / nr;
	GPtrArray *rest = g_ptr_array_new();

	for (unsigned i = 0; i < actions->len; i++)
		if (i < first || i >= end)
			g_ptr_array_add(rest, g_ptr_array_index(actions, i));
	return rest;
}

/* One of @nr parts is left out if that can be, a late one first: what is early explains more. */
static bool leave_out(struct shrink *s, GPtrArray **actions, unsigned nr)
{
	for (unsigned n = nr; n && !s->has_failed; n--) {
		GPtrArray *rest = without(*actions, n - 1, nr);

		if (fails(s, rest)) {
			g_ptr_array_unref(*actions);
			*actions = rest;
			return true;
		}
		g_ptr_array_unref(rest);
	}
	return false;
}

static void minimise(struct shrink *s, GPtrArray **actions)
{
	unsigned nr = 2;

	while ((*actions)->len && !s->has_failed) {
		nr = MIN(nr, (*actions)->len);
		if (leave_out(s, actions, nr))
			nr = MAX(nr - 1, 2);
		else if (nr == (*actions)->len)
			return;
		else
			nr *= 2;
	}
}

static GPtrArray *read_actions(char **lines)
{
	GPtrArray *actions = g_ptr_array_new();

	for (char **l = lines; *l; l++)
		if (**l)
			g_ptr_array_add(actions, *l);
	return actions;
}

static void keep(struct shrink *s, struct row *row, const GPtrArray *actions)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < actions->len; i++)
		g_string_append_printf(text, "%s%s", i ? "," : "",
				       (char *)g_ptr_array_index(actions, i));
	row->script = g_strdup(text->str);
}

/* Once more, with the text itself: its replay line is the row's. */
static bool confirm(struct shrink *s, struct row *row)
{
	if (!one_run(s, &(struct schedule){ .script = row->script, .seed = s->seed }))
		return false;
	g_free(row->replay);
	row->replay = g_steal_pointer(&s->replay);
	return true;
}

/* False: told again, it does not fail, or no child can be run. */
static bool shrink_record(struct shrink *s, struct row *row, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *actions = read_actions(lines);
	bool is_found = fails(s, actions);

	if (is_found) {
		row->nr_recorded = actions->len;
		minimise(s, &actions);
		keep(s, row, actions);
		is_found = !s->has_failed && confirm(s, row);
	}
	if (!is_found)
		g_clear_pointer(&row->script, g_free);
	g_ptr_array_unref(actions);
	return is_found;
}

static bool shrink_schedule(struct shrink *s, struct row *row, const struct schedule *from)
{
	g_autofree char *path = g_build_filename(s->run->cfg->folder, "record", NULL);
	g_autofree char *text = NULL;
	struct schedule recorded = *from;

	recorded.record = path;
	s->seed = from->seed;
	return one_run(s, &recorded) && g_file_get_contents(path, &text, NULL, NULL) &&
	       shrink_record(s, row, text);
}

bool run_shrink(const struct run *r, struct row *row, GError **error)
{
	struct shrink s = { .run = r, .row = row, .error = error };
	unsigned nr_tries = finding_is_possible(row->first) ? MAX_TRIES : 0;

	for (unsigned i = 0; i < r->schedules->len && nr_tries < MAX_TRIES && !s.has_failed; i++) {
		if (!g_array_index(row->shows, bool, i))
			continue;
		nr_tries++;
		if (shrink_schedule(&s, row, &g_array_index(r->schedules, struct schedule, i)))
			break;
	}
	g_free(s.replay);
	return !s.has_failed;
}
