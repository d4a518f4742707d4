/* SPDX-License-Identifier: MIT */
/*
 * armdma hazards: the catalogue, as a table by group or as JSON.
 *
 * Words choose: a class is shown if each of them is somewhere in what is said of it.
 */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "board-view.h"
#include "cmd.h"
#include "near.h"
#include "table.h"
#include "ui.h"
#include "zoo.h"

/* By id, which is by group. */
static int order(const void *a, const void *b)
{
	return strcmp(hazard_info(*(const enum hazard_class *)a)->id,
		      hazard_info(*(const enum hazard_class *)b)->id);
}

/* Rows of the zoo: "005 016 T1". Yours. */
static char *rows_of(enum hazard_class c)
{
	g_autoptr(GString) ids = g_string_new(NULL);

	for (const struct zoo_entry *z = zoo_entries; z->id; z++)
		if (z->class == c && zoo_is_row(z))
			g_string_append_printf(ids, "%s%s", ids->len ? " " : "", z->id);
	return g_strdup(ids->str);
}

static bool has_words(enum hazard_class c, char **words)
{
	const struct hazard_info *i = hazard_info(c);
	g_autofree char *rows = rows_of(c);
	g_autofree char *all = g_strjoin("\n", i->id, i->title, i->meaning, i->fix,
					 i->references, hazard_group(c),
					 hazard_severity_name(i->severity),
					 hazard_strength_name(i->strength), rows, NULL);
	g_autofree char *lower = g_ascii_strdown(all, -1);

	for (; *words; words++) {
		g_autofree char *word = g_ascii_strdown(*words, -1);

		if (!strstr(lower, word))
			return false;
	}
	return true;
}

static GArray *chosen(char **words)
{
	GArray *classes = g_array_new(FALSE, FALSE, sizeof(enum hazard_class));

	for (enum hazard_class c = 0; c < NR_HAZARD_CLASSES; c++)
		if (has_words(c, words))
			g_array_append_val(classes, c);
	g_array_sort(classes, order);
	return classes;
}

/* ---- for people --------------------------------------------------------------- */

static void print_group(const char *name, const GArray *table)
{
	printf("%s%s%s\n", ui_style(stdout, UI_BOLD), name, ui_style(stdout, UI_PLAIN));
	table_print(stdout, table);
}

static void add_class(GArray *table, enum hazard_class c)
{
	const struct hazard_info *i = hazard_info(c);
	g_autofree char *rows = rows_of(c);

	table_add(table, false, g_strdup(i->id), g_strdup(i->title),
		  g_strdup_printf("%s, %s", hazard_severity_name(i->severity),
				  hazard_strength_name(i->strength)),
		  g_steal_pointer(&rows));
}

static void print_table(const GArray *classes)
{
	for (unsigned at = 0; at < classes->len;) {
		const char *group = hazard_group(g_array_index(classes, enum hazard_class, at));
		g_autoptr(GArray) table = table_new();

		for (; at < classes->len; at++) {
			enum hazard_class c = g_array_index(classes, enum hazard_class, at);

			if (hazard_group(c) != group)
				break;
			add_class(table, c);
		}
		print_group(group, table);
	}
	printf("%u of %d; armdma explain ID shows one, with code\n", classes->len,
	       NR_HAZARD_CLASSES);
}

/* ---- for machines ------------------------------------------------------------- */

static void add_rows(JsonBuilder *j, enum hazard_class c)
{
	json_begin_array(j, "rows");
	for (const struct zoo_entry *z = zoo_entries; z->id; z++)
		if (z->class == c && zoo_is_row(z))
			json_builder_add_string_value(j, z->id);
	json_builder_end_array(j);
}

static void add_as_json(JsonBuilder *j, enum hazard_class c)
{
	const struct hazard_info *i = hazard_info(c);

	json_builder_begin_object(j);
	json_set_string(j, "id", i->id);
	json_set_string(j, "title", i->title);
	json_set_string(j, "group", hazard_group(c));
	json_set_string(j, "severity", hazard_severity_name(i->severity));
	json_set_string(j, "strength", hazard_strength_name(i->strength));
	json_set_string(j, "meaning", i->meaning);
	json_set_string(j, "fix", i->fix);
	json_set_string(j, "references", i->references);
	add_rows(j, c);
	json_builder_end_object(j);
}

static void print_as_json(const GArray *classes)
{
	g_autoptr(JsonBuilder) j = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(j);
	json_set_int(j, "schema", 1);
	json_begin_array(j, "hazards");
	for (unsigned i = 0; i < classes->len; i++)
		add_as_json(j, g_array_index(classes, enum hazard_class, i));
	json_builder_end_array(j);
	json_builder_end_object(j);
	root = json_builder_get_root(j);
	text = json_to_string(root, TRUE);
	puts(text);
}

/* ---- the command -------------------------------------------------------------- */

static int refuse(char **words)
{
	struct near n = { .word = words[0] };
	g_autofree char *all = g_strjoinv(" ", words);
	g_autofree char *hint = NULL;

	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		near_offer(&n, hazard_title(c));
	hint = near_text(&n);
	return cmd_refuse("hazards: nothing in the catalogue says '%s'%s", all, hint);
}

static int run(int argc, char **argv)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON (docs/hazard-json.md)",
		  NULL },
		{ 0 }
	};
	const struct cmd_usage usage = {
		.cmd = &cmd_hazards,
		.operands = "[WORD...]",
		.about = "List what armdma can find: id, title, what comes of it at worst, how\n"
			 "sure a report is, and the rows of the zoo that show it. With WORDs only\n"
			 "those whose description has all of them, in any case.",
	};
	g_autoptr(GArray) classes = NULL;

	if (!cmd_parse(&usage, entries, &argc, &argv))
		return CMD_BAD_INPUT;
	classes = chosen(argv + 1);
	if (!classes->len)
		return refuse(argv + 1);
	if (json)
		print_as_json(classes);
	else
		print_table(classes);
	return CMD_CLEAN;
}

const struct command cmd_hazards = {
	.name = "hazards",
	.summary = "list what can be found",
	.run = run,
};
