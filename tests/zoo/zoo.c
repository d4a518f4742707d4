/* SPDX-License-Identifier: MIT */
/*
 * The zoo's main: one row, all of them as a TAP plan, or the matrix.
 *
 *	zoo list                         id, group and title of each row, tabs between
 *	zoo boards                       names of the boards
 *	zoo run ROW wrong|right BOARD [OPTIONS]
 *	zoo all BOARD [GROUP]
 *	zoo matrix [GROUP]               row, board and verdicts of both, tabs between
 *	zoo told [OPTIONS]               row, board, classes that the wrong and the right one are
 *	                                 reported as, tabs between; on a board of each
 *	zoo reports [GROUP]              what the wrong ones are told, on a board of each
 *
 * OPTIONS are as in ARMDMA_OPTIONS, over what the row says.
 */
#include <stdio.h>
#include <string.h>

#include "zoo-run.h"

static const struct zoo_group {
	const char *name;
	const struct zoo_row *rows;
} zoo_groups[] = {
	{ "e0", zoo_rows_e0 },
	{ "e1", zoo_rows_e1 },
	{ "devices", zoo_rows_devices },
	{ "lines", zoo_rows_lines },
	{ "t", zoo_rows_t },
	{ "e2-alias", zoo_rows_e2_alias },
	{ "e2-memory", zoo_rows_e2_memory },
	{ "e3-coherent", zoo_rows_e3_coherent },
	{ "e3-order", zoo_rows_e3_order },
	{ "e4", zoo_rows_e4 },
	{ "e5", zoo_rows_e5 },
	{ "z", zoo_rows_z },
	{ "z-iommu", zoo_rows_z_iommu },
	{ 0 }
};

typedef bool visit_row(void *ctx, const struct zoo_group *g, const struct zoo_row *row);

/* Rows of @group, or of all with NULL; false from @visit ends it. */
static bool each_row(const char *group, visit_row *visit, void *ctx)
{
	for (const struct zoo_group *g = zoo_groups; g->name; g++) {
		if (group && strcmp(g->name, group))
			continue;
		for (const struct zoo_row *row = g->rows; row->id; row++)
			if (!visit(ctx, g, row))
				return false;
	}
	return true;
}

/* The best known board first, then as they are named, until @visit could use one. */
static void on_first_board(const struct zoo_row *row,
			   bool (*visit)(const struct zoo_row *row, const char *board))
{
	static const char *const first[] = { "a9-pl310", "arm926", "coherent" };

	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		if (visit(row, first[i]))
			return;
	for (const char *const *b = board_shipped_names(); *b; b++)
		if (visit(row, *b))
			return;
}

/* ---- zoo list, zoo boards -------------------------------------------------------------- */

static bool print_row(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	printf("%s\t%s\t%s\t%s\n", row->id, g->name, hazard_title(row->class), row->title);
	return true;
}

static int list(void)
{
	each_row(NULL, print_row, NULL);
	return 0;
}

static int boards(void)
{
	for (const char *const *b = board_shipped_names(); *b; b++)
		puts(*b);
	return 0;
}

/* ---- zoo run --------------------------------------------------------------------------- */

struct search {
	const char *id;
	const struct zoo_row *found;
};

static bool is_other(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	struct search *s = ctx;

	if (strcmp(row->id, s->id))
		return true;
	s->found = row;
	return false;
}

static int run(const char *id, const char *which, const char *board, const char *options)
{
	g_autoptr(GString) complaints = g_string_new(NULL);
	struct search s = { .id = id };
	bool is_wrong = !strcmp(which, "wrong");
	enum zoo_verdict v;

	if (each_row(NULL, is_other, &s)) {
		fprintf(stderr, "zoo: there is no row %s\n", id);
		return 2;
	}
	v = zoo_judge(s.found, is_wrong, board, options, stdout, complaints);
	fflush(stdout);
	if (v == ZOO_NOT_HERE)
		fprintf(stderr, "zoo: %s has not what %s needs\n", board, id);
	fputs(complaints->str, stderr);
	return v == ZOO_NOT_HERE || v == ZOO_BROKEN ? 2 : complaints->len ? 1 : 0;
}

/* ---- zoo all --------------------------------------------------------------------------- */

struct plan {
	const char *board;
	FILE *heard;			/* what the kernel says: nobody asked */
	unsigned nr, nr_bad;
};

static void say_complaints(const GString *complaints)
{
	g_auto(GStrv) lines = g_strsplit(complaints->str, "\n", -1);

	for (char **line = lines; *line; line++)
		if (**line)
			printf("# %s\n", *line);
}

static void try_one(struct plan *p, const struct zoo_row *row, bool is_wrong)
{
	g_autoptr(GString) complaints = g_string_new(NULL);
	enum zoo_verdict v;

	v = zoo_judge(row, is_wrong, p->board, NULL, NULL, complaints);
	if (v == ZOO_NOT_HERE)
		return;
	p->nr_bad += complaints->len > 0;
	printf("%sok %u - %s %s: %s\n", complaints->len ? "not " : "", ++p->nr, row->id,
	       v == ZOO_HARMLESS ? "wrong does no harm here" :
	       is_wrong ? "wrong is caught" : "right is silent", row->title);
	say_complaints(complaints);
	fflush(stdout);
}

static bool try_row(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	try_one(ctx, row, true);
	try_one(ctx, row, false);
	return true;
}

static FILE *nowhere(void)
{
	FILE *f = fopen("/dev/null", "w");

	g_assert(f);
	return f;
}

static int all(const char *board, const char *group)
{
	struct plan p = { .board = board, .heard = nowhere() };

	harness_print_to(p.heard);
	each_row(group, try_row, &p);
	printf("1..%u\n", p.nr);
	harness_print_to(NULL);
	fclose(p.heard);
	return p.nr_bad ? 1 : 0;
}

/* ---- zoo matrix ------------------------------------------------------------------------ */

static const char *verdict(const struct zoo_row *row, bool is_wrong, const char *board)
{
	static const char *const names[NR_ZOO_VERDICTS] = {
		[ZOO_CAUGHT] = "caught", [ZOO_OTHERWISE] = "otherwise",
		[ZOO_SILENT] = "silent", [ZOO_HARMLESS] = "harmless", [ZOO_NOT_HERE] = "-",
		[ZOO_BROKEN] = "broken",
	};
	g_autoptr(GString) complaints = g_string_new(NULL);

	return names[zoo_judge(row, is_wrong, board, NULL, NULL, complaints)];
}

static bool print_verdicts(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	for (const char *const *b = board_shipped_names(); *b; b++) {
		printf("%s\t%s\t%s\t%s\n", row->id, *b, verdict(row, true, *b),
		       verdict(row, false, *b));
		fflush(stdout);
	}
	return true;
}

/* ---- zoo told -------------------------------------------------------------------------- */

static const char *told_options;

static bool tell_on(const struct zoo_row *row, const char *board)
{
	g_autoptr(GString) wrong = g_string_new(NULL);
	g_autoptr(GString) right = g_string_new(NULL);

	if (!zoo_told(row, true, board, told_options, wrong) ||
	    !zoo_told(row, false, board, told_options, right))
		return false;
	printf("%s\t%s\t%s\t%s\n", row->id, board, wrong->str, right->str);
	return true;
}

static bool print_told(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	on_first_board(row, tell_on);
	return true;
}

/* ---- zoo reports ----------------------------------------------------------------------- */

static bool print_report_on(const struct zoo_row *row, const char *board)
{
	g_autoptr(GString) complaints = g_string_new(NULL);
	g_autofree char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	enum zoo_verdict v = zoo_judge(row, true, board, NULL, f, complaints);

	fclose(f);
	if (v == ZOO_NOT_HERE || v == ZOO_HARMLESS)
		return false;
	printf("==== %s on %s\n%s", row->id, board, text);
	return true;
}

static bool print_report(void *ctx, const struct zoo_group *g, const struct zoo_row *row)
{
	on_first_board(row, print_report_on);
	return true;
}

/* What the kernel says beside the reports, nobody asked. */
static int for_each(const char *group, visit_row *visit)
{
	FILE *heard = nowhere();

	harness_print_to(heard);
	each_row(group, visit, NULL);
	harness_print_to(NULL);
	fclose(heard);
	return 0;
}

static int usage(void)
{
	fputs("usage: zoo list | boards | run ROW wrong|right BOARD [OPTIONS] | "
	      "all BOARD [GROUP] | matrix [GROUP] | told [OPTIONS] | reports [GROUP]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "list"))
		return list();
	if (!strcmp(verb, "boards"))
		return boards();
	if (!strcmp(verb, "run") && argc > 4)
		return run(argv[2], argv[3], argv[4], argv[5]);
	if (!strcmp(verb, "all") && argc > 2)
		return all(argv[2], argv[3]);
	if (!strcmp(verb, "matrix"))
		return for_each(argv[2], print_verdicts);
	if (!strcmp(verb, "told")) {
		told_options = argv[2];
		return for_each(NULL, print_told);
	}
	if (!strcmp(verb, "reports"))
		return for_each(argv[2], print_report);
	return usage();
}
