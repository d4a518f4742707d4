/* SPDX-License-Identifier: MIT */
/*
 * armdma explain: one class of hazards, or one row of the zoo, taught.
 *
 * Code and reports are those of the tests, which compile and run them on every board.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "near.h"
#include "ui.h"
#include "zoo.h"

static void heading(enum ui_style style, const char *text)
{
	printf("\n%s%s%s\n", ui_style(stdout, style), text, ui_style(stdout, UI_PLAIN));
}

/* A tab is eight columns, and counts from where the block begins. */
static void print_line(const char *line)
{
	unsigned column = 0;

	fputs(*line ? "    " : "", stdout);
	for (; *line; line++) {
		if (*line != '\t') {
			putchar(*line);
			column++;
			continue;
		}
		printf("%*s", (int)(8 - column % 8), "");
		column += 8 - column % 8;
	}
	putchar('\n');
}

static void print_block(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		if (line[1] || **line)
			print_line(*line);
}

/* ---- a class ------------------------------------------------------------------ */

/* First what the class covers, if that has numbers; behind the first semicolon, texts. */
static void print_references(const char *references)
{
	g_auto(GStrv) parts = g_strsplit(references, "; ", 2);
	bool has_numbers = g_regex_match_simple("^[EHTZ]-?[0-9]", references, 0, 0);

	if (has_numbers)
		ui_wrap(stdout, "Covers: ", parts[0]);
	if (!has_numbers || parts[1])
		ui_wrap(stdout, "Read:   ", has_numbers ? parts[1] : references);
}

static void print_class(enum hazard_class c)
{
	const struct hazard_info *i = hazard_info(c);

	printf("%s%s %s%s\n", ui_style(stdout, UI_BOLD), i->id, i->title,
	       ui_style(stdout, UI_PLAIN));
	printf("%s: %s, %s\n\n", hazard_group(c), hazard_severity_name(i->severity),
	       hazard_strength_name(i->strength));
	ui_wrap(stdout, "", i->meaning);
	putchar('\n');
	ui_wrap(stdout, "Right:  ", i->fix);
	print_references(i->references);
}

/* ---- an entry ----------------------------------------------------------------- */

static unsigned nr_words(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	return g_strv_length(words);
}

static void print_place(const struct zoo_entry *z)
{
	g_autofree char *boards = NULL;

	if (zoo_is_row(z))
		printf("\nRow %s, %s: %s\n", z->id, z->file, z->title);
	else
		printf("\nFrom %s:\n", z->file);
	if (!*z->boards)
		return;
	boards = g_strdup_printf("Shown on %u board%s: ", nr_words(z->boards),
				 strchr(z->boards, ' ') ? "s" : "");
	ui_wrap(stdout, boards, z->boards);
}

static void print_entry(const struct zoo_entry *z)
{
	print_place(z);
	heading(UI_RED, "Wrong:");
	print_block(z->wrong);
	heading(UI_YELLOW, "Its report:");
	print_block(z->report);
	heading(UI_GREEN, "Right:");
	print_block(z->right);
}

static const struct zoo_entry *first_of(enum hazard_class c)
{
	for (const struct zoo_entry *z = zoo_entries; z->id; z++)
		if (z->class == c)
			return z;
	return NULL;
}

static void print_more(const struct zoo_entry *shown)
{
	bool is_first = true;

	for (const struct zoo_entry *z = zoo_entries; z->id; z++) {
		if (z == shown || z->class != shown->class || !zoo_is_row(z))
			continue;
		if (is_first)
			heading(UI_BOLD, "Also reported as this (armdma explain ROW):");
		is_first = false;
		printf("    %-4s %s\n", z->id, z->title);
	}
}

/* ---- the command -------------------------------------------------------------- */

static const struct zoo_entry *find_row(const char *name)
{
	for (const struct zoo_entry *z = zoo_entries; z->id; z++)
		if (zoo_is_row(z) && !g_ascii_strcasecmp(z->id, name))
			return z;
	return NULL;
}

static int explain_class(enum hazard_class c)
{
	const struct zoo_entry *z = first_of(c);

	print_class(c);
	if (z) {
		print_entry(z);
		print_more(z);
	} else if (g_str_has_prefix(hazard_title(c), "iommu-")) {
		heading(UI_BOLD, "Shown by:");
		printf("    rows of tests/iommu/hazard-rows.h: a correct driver of an IOMMU, one\n"
		       "    write, clean or barrier of which does not arrive\n");
	}
	return CMD_CLEAN;
}

static int explain_row(const struct zoo_entry *z)
{
	print_class(z->class);
	print_entry(z);
	return CMD_CLEAN;
}

static int refuse(const char *name)
{
	struct near n = { .word = name };
	g_autofree char *hint = NULL;

	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		near_offer(&n, hazard_title(c));
		near_offer(&n, hazard_info(c)->id);
	}
	for (const struct zoo_entry *z = zoo_entries; z->id; z++)
		near_offer(&n, z->id);
	hint = near_text(&n);
	return cmd_refuse("explain: there is no hazard '%s'%s; armdma hazards lists them", name,
			  hint);
}

static int run(int argc, char **argv)
{
	const GOptionEntry entries[] = { { 0 } };
	const struct cmd_usage usage = {
		.cmd = &cmd_explain,
		.operands = "HAZARD",
		.about = "Teach one hazard: what goes wrong, what is right instead, a driver that\n"
			 "does it with the report that it gets, and the same job done right.\n"
			 "HAZARD is an id (ADM-101), a title (cpu-read-stale), or a row of\n"
			 "docs/hazard-matrix.md (005).",
	};
	const struct zoo_entry *row;
	enum hazard_class c;

	if (!cmd_parse(&usage, entries, &argc, &argv))
		return CMD_BAD_INPUT;
	if (argc != 2)
		return cmd_refuse("explain: one HAZARD is wanted (armdma hazards lists them)");
	c = hazard_find(argv[1]);
	if (c != NR_HAZARD_CLASSES)
		return explain_class(c);
	row = find_row(argv[1]);
	return row ? explain_row(row) : refuse(argv[1]);
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "teach one hazard, with wrong and right code",
	.run = run,
};
