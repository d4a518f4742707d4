/* SPDX-License-Identifier: MIT */
/*
 * armdma board: what machine a device tree describes.
 *
 * One board is described in full, several get a line each and a total. A file
 * that cannot be read is one sentence on stderr and does not stop the others.
 */
#include <stdio.h>
#include <string.h>

#include "board-view.h"
#include "cmd.h"
#include "ui.h"

struct options {
	gboolean all, json, list;
	char *cpu;
};

/*
 * How the boards of one run came out.
 * @cpu:       --cpu, or NULL
 * @is_futile: it cannot be had, which one sentence said
 * @reasons: half a sentence -> how many boards it is true of
 */
struct tally {
	const char *cpu;
	bool is_futile;
	unsigned nr_built, nr_refused, nr_bad;
	GHashTable *reasons;
};

struct reason {
	const char *text;
	unsigned nr;
};

static void count(struct tally *t, const struct board *b)
{
	g_autofree char *why_not = board_refusal(b);

	if (!why_not) {
		t->nr_built++;
		return;
	}
	t->nr_refused++;

	unsigned nr = GPOINTER_TO_UINT(g_hash_table_lookup(t->reasons, why_not));

	g_hash_table_insert(t->reasons, g_steal_pointer(&why_not), GUINT_TO_POINTER(nr + 1));
}

static int compare_reasons(const void *a, const void *b)
{
	const struct reason *l = a, *r = b;

	if (l->nr != r->nr)
		return l->nr < r->nr ? 1 : -1;
	return strcmp(l->text, r->text);
}

/* Most frequent first, then by name: never in the order of a hash table. */
static GArray *sorted_reasons(const struct tally *t)
{
	GArray *reasons = g_array_new(FALSE, FALSE, sizeof(struct reason));
	GHashTableIter iter;
	void *text, *nr;

	g_hash_table_iter_init(&iter, t->reasons);
	while (g_hash_table_iter_next(&iter, &text, &nr)) {
		struct reason reason = { text, GPOINTER_TO_UINT(nr) };

		g_array_append_val(reasons, reason);
	}
	g_array_sort(reasons, compare_reasons);
	return reasons;
}

static void print_total(FILE *out, const struct tally *t)
{
	g_autoptr(GArray) reasons = sorted_reasons(t);
	unsigned nr = t->nr_built + t->nr_refused + t->nr_bad;

	fprintf(out, "\n%s%u boards: %u build, %u refused", ui_style(out, UI_BOLD), nr,
		t->nr_built, t->nr_refused);
	if (t->nr_bad)
		fprintf(out, ", %u unreadable", t->nr_bad);
	fprintf(out, "%s\n", ui_style(out, UI_PLAIN));
	for (unsigned i = 0; i < reasons->len; i++) {
		const struct reason *r = &g_array_index(reasons, struct reason, i);
		g_autofree char *first = g_strdup_printf("%6u  ", r->nr);

		ui_wrap(out, first, r->text);
	}
}

/* ---- text ------------------------------------------------------------------- */

/* NULL after one sentence: no board, or a --cpu that cannot be had, which ends it all. */
static struct board *open_or_complain(const char *name, struct tally *t)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(board) b = board_open(name, &error);

	if (b && t->cpu && !board_set_cpu(b, t->cpu, &error)) {
		cmd_refuse("board: --cpu %s", error->message);
		t->is_futile = true;
		return NULL;
	}
	if (!b) {
		cmd_refuse("%s", error->message);
		t->nr_bad++;
	}
	return g_steal_pointer(&b);
}

static void describe_one(const char *name, const struct options *o, struct tally *t)
{
	g_autoptr(board) b = open_or_complain(name, t);

	if (b)
		board_print(stdout, b, o->all);
}

static void describe_many(char **names, struct tally *t)
{
	board_print_heading(stdout);
	for (; *names && !t->is_futile; names++) {
		g_autoptr(board) b = open_or_complain(*names, t);

		if (!b)
			continue;
		board_print_line(stdout, b);
		count(t, b);
	}
	if (!t->is_futile)
		print_total(stdout, t);
}

/* ---- JSON ------------------------------------------------------------------- */

static void add_total(JsonBuilder *j, const struct tally *t)
{
	json_builder_set_member_name(j, "total");
	json_builder_begin_object(j);
	json_builder_set_member_name(j, "boards");
	json_builder_add_int_value(j, t->nr_built + t->nr_refused + t->nr_bad);
	json_builder_set_member_name(j, "build");
	json_builder_add_int_value(j, t->nr_built);
	json_builder_set_member_name(j, "refused");
	json_builder_add_int_value(j, t->nr_refused);
	json_builder_set_member_name(j, "unreadable");
	json_builder_add_int_value(j, t->nr_bad);
	json_builder_end_object(j);
}

static void print_json(JsonBuilder *j)
{
	g_autoptr(JsonNode) root = json_builder_get_root(j);
	g_autofree char *text = json_to_string(root, TRUE);

	puts(text);
}

static void describe_as_json(char **names, struct tally *t)
{
	g_autoptr(JsonBuilder) j = json_builder_new();

	json_builder_begin_object(j);
	json_builder_set_member_name(j, "boards");
	json_builder_begin_array(j);
	for (; *names && !t->is_futile; names++) {
		g_autoptr(board) b = open_or_complain(*names, t);

		if (!b)
			continue;
		board_to_json(j, b);
		count(t, b);
	}
	json_builder_end_array(j);
	add_total(j, t);
	json_builder_end_object(j);
	if (!t->is_futile)
		print_json(j);
}

/* ---- the command -------------------------------------------------------------- */

static int list_shipped(void)
{
	for (const char *const *name = board_shipped_names(); *name; name++) {
		g_autoptr(board) b = board_open(*name, NULL);

		g_assert(b);
		printf("%-26s %s\n", *name, b->model);
	}
	return CMD_CLEAN;
}

static int describe(char **names, const struct options *o)
{
	g_autoptr(GHashTable) reasons = g_hash_table_new_full(g_str_hash, g_str_equal,
							      g_free, NULL);
	struct tally t = { .cpu = o->cpu, .reasons = reasons };

	if (o->json)
		describe_as_json(names, &t);
	else if (names[1])
		describe_many(names, &t);
	else
		describe_one(names[0], o, &t);
	return t.nr_bad || t.is_futile ? CMD_BAD_INPUT : CMD_CLEAN;
}

static int run(int argc, char **argv)
{
	struct options o = { .cpu = NULL };
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o.json,
		  "Print JSON (docs/board-json.md)", NULL },
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &o.all,
		  "List what is disabled, too", NULL },
		{ "cpu", 0, 0, G_OPTION_ARG_STRING, &o.cpu,
		  CMD_CPU_HELP, CMD_CPU_ARG },
		{ "list", 'l', 0, G_OPTION_ARG_NONE, &o.list,
		  "Name the boards that ship with armdma", NULL },
		{ 0 }
	};
	const struct cmd_usage usage = {
		.cmd = &cmd_board,
		.operands = "BOARD...",
		.about = "Describe the machine of a device tree: CPUs, caches, DRAM, DMA masters\n"
			 "and IOMMUs. BOARD is a .dtb file or the name of a shipped board. Given\n"
			 "several, print a line each and a total.",
		.notes = "Exit status: 0, or 2 when a BOARD could not be read. A board that no\n"
			 "machine can be built of yet is no error here.",
	};

	if (!cmd_parse(&usage, entries, &argc, &argv))
		return CMD_BAD_INPUT;
	if (o.list)
		return list_shipped();
	if (argc < 2)
		return cmd_refuse("board: no BOARD given (see armdma board --help)");

	int status = describe(argv + 1, &o);

	g_free(o.cpu);
	return status;
}

const struct command cmd_board = {
	.name = "board",
	.summary = "describe the machine of a device tree",
	.run = run,
};
