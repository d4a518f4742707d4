/* SPDX-License-Identifier: MIT */
/* Tables for people: see table.h. */
#include <string.h>

#include "table.h"
#include "ui.h"

#define NR_COLUMNS	4

struct row {
	char *cells[NR_COLUMNS];
	bool is_faint;
};

static void row_clear(void *data)
{
	struct row *row = data;

	for (unsigned i = 0; i < NR_COLUMNS; i++)
		g_free(row->cells[i]);
}

GArray *table_new(void)
{
	GArray *table = g_array_new(FALSE, TRUE, sizeof(struct row));

	g_array_set_clear_func(table, row_clear);
	return table;
}

/* Takes the strings. */
void table_add(GArray *table, bool is_faint, char *a, char *b, char *c, char *d)
{
	struct row row = { .cells = { a, b, c, d }, .is_faint = is_faint };

	g_array_append_val(table, row);
}

static size_t column_width(const GArray *table, unsigned column)
{
	size_t width = 0;

	for (unsigned i = 0; i < table->len; i++)
		width = MAX(width, (size_t)g_utf8_strlen(
			g_array_index(table, struct row, i).cells[column], -1));
	return width;
}

/* The row as one line, without the blanks that end it. */
static char *row_text(const struct row *row, const size_t *widths)
{
	g_autoptr(GString) line = g_string_new("    ");

	for (unsigned i = 0; i < NR_COLUMNS; i++) {
		size_t len = g_utf8_strlen(row->cells[i], -1);

		g_string_append_printf(line, "%s%*s", row->cells[i],
				       (int)(widths[i] - len) + 2, "");
	}
	return g_strchomp(g_strdup(line->str));
}

void table_print_with(FILE *out, const GArray *table,
		      void (*after)(FILE *out, unsigned row, void *opaque), void *opaque)
{
	size_t widths[NR_COLUMNS];

	for (unsigned i = 0; i < NR_COLUMNS; i++)
		widths[i] = column_width(table, i);
	for (unsigned i = 0; i < table->len; i++) {
		const struct row *row = &g_array_index(table, struct row, i);
		g_autofree char *line = ui_fit(out, row_text(row, widths));

		fprintf(out, "%s%s%s\n", row->is_faint ? ui_style(out, UI_FAINT) : "", line,
			row->is_faint ? ui_style(out, UI_PLAIN) : "");
		if (after)
			after(out, i, opaque);
	}
}

void table_print(FILE *out, const GArray *table)
{
	table_print_with(out, table, NULL, NULL);
}
