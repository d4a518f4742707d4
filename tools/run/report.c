/* SPDX-License-Identifier: MIT */
/* What `armdma run` says: a table for people, JSON for programs. */
#include <string.h>

#include "../board-view.h"
#include "../table.h"
#include "../ui.h"
#include "run.h"

char *run_command(const struct run_config *cfg)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (char **word = cfg->argv; *word; word++) {
		const char *safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-./+,@%:=";
		g_autofree char *quoted = g_shell_quote(*word);
		bool is_plain = **word && !(*word)[strspn(*word, safe)];

		g_string_append_printf(text, "%s%s", text->len ? " " : "",
				       is_plain ? *word : quoted);
	}
	return g_strdup(text->str);
}

static const struct schedule *first_of(const struct run *r, const struct row *row)
{
	return &g_array_index(r->schedules, struct schedule, row->first_schedule);
}

/* Of who crashes there is no replay line: what we told the child is one. */
static char *replay_of(const struct run *r, const struct row *row)
{
	const struct schedule *s = first_of(r, row);
	g_autofree char *command = run_command(r->cfg);
	g_autofree char *option =
		row->script ? g_strdup_printf("script=%s", row->script)
			    : g_strdup_printf("chooser=%s", s->chooser);
	g_autofree char *quoted = row->script ? g_shell_quote(option) : g_strdup(option);

	if (row->replay)
		return g_strdup_printf("%s %s", row->replay, command);
	return g_strdup_printf("ARMDMA_SEED=%" G_GUINT64_FORMAT " ARMDMA_OPTIONS=%s %s", s->seed,
			       quoted, command);
}

/* ---- for people ------------------------------------------------------------------ */

static void add_row(GArray *table, const struct run *r, const struct row *row)
{
	const struct finding *f = row->first;
	g_autofree char *first = schedule_name(first_of(r, row));

	table_add(table, false, g_strdup(f->title),
		  f->id ? g_strdup_printf("%s, %s", f->id, f->strength) : g_strdup("no report"),
		  schedules_text(r->schedules, row->shows),
		  g_steal_pointer(&first));
}

static void print_script(FILE *out, const struct row *row)
{
	if (!row->script)
		return;
	if (!*row->script)
		fprintf(out, "        script: none of %u actions is needed\n", row->nr_recorded);
	else
		fprintf(out, "        script: %s (%u action%s recorded)\n", row->script,
			row->nr_recorded, row->nr_recorded > 1 ? "s" : "");
}

static void print_beneath(FILE *out, unsigned n, void *opaque)
{
	const struct run *r = opaque;
	const struct row *row;
	g_autofree char *replay = NULL;

	if (!n)				/* the heading */
		return;
	row = g_ptr_array_index(r->rows, n - 1);
	if (row->first->what)
		ui_wrap(out, "        ", row->first->what);
	print_script(out, row);
	replay = replay_of(r, row);
	fprintf(out, "        %s%s%s\n", ui_style(out, UI_FAINT), replay,
		ui_style(out, UI_PLAIN));
}

static void print_table(const struct run *r, FILE *out)
{
	g_autoptr(GArray) table = table_new();

	table_add(table, true, g_strdup("report"), g_strdup("strength"), g_strdup("schedules"),
		  g_strdup("first"));
	for (unsigned i = 0; i < r->rows->len; i++)
		add_row(table, r, g_ptr_array_index(r->rows, i));
	table_print_with(out, table, print_beneath, (void *)(uintptr_t)r);
}

static void print_rate(const struct run *r, FILE *out)
{
	unsigned nr = schedules_nr_random(r->schedules);

	if (nr)
		fprintf(out, "random: %u of %u seeds show something\n",
			run_nr_showing(r, true), nr);
}

void run_print(const struct run *r, FILE *out)
{
	unsigned nr = r->schedules->len;

	if (r->rows->len)
		print_table(r, out);
	print_rate(r, out);
	if (!r->rows->len)
		fprintf(out, "%sclean%s under %s%u schedule%s\n", ui_style(out, UI_GREEN),
			ui_style(out, UI_PLAIN), nr > 1 ? "all of " : "", nr, nr > 1 ? "s" : "");
	else
		fprintf(out, "%s%u finding%s%s, seen under %u of %u schedules\n",
			ui_style(out, UI_RED), r->rows->len, r->rows->len > 1 ? "s" : "",
			ui_style(out, UI_PLAIN), run_nr_showing(r, false), nr);
}

/* ---- for programs ------------------------------------------------------------------- */

static void add_shows(JsonBuilder *j, const struct run *r, const struct row *row)
{
	json_begin_array(j, "schedules");
	for (unsigned i = 0; i < r->schedules->len; i++) {
		const struct schedule *s = &g_array_index(r->schedules, struct schedule, i);

		if (!g_array_index(row->shows, bool, i))
			continue;
		json_builder_begin_object(j);
		json_set_string(j, "chooser", s->chooser);
		json_set_int(j, "seed", (int64_t)s->seed);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
}

static void add_finding(JsonBuilder *j, const struct run *r, const struct row *row)
{
	g_autofree char *replay = replay_of(r, row);

	json_builder_begin_object(j);
	json_set_string(j, "title", row->first->title);
	if (row->first->id) {
		json_set_string(j, "id", row->first->id);
		json_set_string(j, "strength", row->first->strength);
	}
	if (row->first->what)
		json_set_string(j, "what", row->first->what);
	add_shows(j, r, row);
	if (row->script) {
		json_set_string(j, "script", row->script);
		json_set_int(j, "recorded_actions", row->nr_recorded);
	}
	json_set_string(j, "replay", replay);
	json_builder_end_object(j);
}

char *run_json(const struct run *r)
{
	g_autoptr(JsonBuilder) j = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *command = run_command(r->cfg);

	json_builder_begin_object(j);
	json_set_int(j, "schema", 1);
	json_set_string(j, "tool", "armdma run");
	json_set_string(j, "command", command);
	json_set_bool(j, "is_clean", !r->rows->len);
	json_set_int(j, "schedules", r->schedules->len);
	json_set_int(j, "failing_schedules", run_nr_showing(r, false));
	json_set_int(j, "seeds", schedules_nr_random(r->schedules));
	json_set_int(j, "failing_seeds", run_nr_showing(r, true));
	json_begin_array(j, "findings");
	for (unsigned i = 0; i < r->rows->len; i++)
		add_finding(j, r, g_ptr_array_index(r->rows, i));
	json_builder_end_array(j);
	json_builder_end_object(j);
	root = json_builder_get_root(j);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	return json_generator_to_data(generator, NULL);
}
