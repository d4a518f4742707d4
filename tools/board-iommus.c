/* SPDX-License-Identifier: MIT */
/* The IOMMUs of a board, as text and as JSON. */
#include <string.h>

#include "board-view.h"
#include "table.h"
#include "ui.h"

static const char *const supply_words[NR_SUPPLY_KINDS] = { "clocks", "resets", "power" };

static const struct board_iommu *iommu_at(const struct board *b, unsigned idx)
{
	return g_ptr_array_index(b->iommus, idx);
}

static bool is_behind(const struct board_master *m, unsigned iommu_idx)
{
	for (unsigned j = 0; j < m->iommus->len; j++)
		if (g_array_index(m->iommus, unsigned, j) == iommu_idx)
			return true;
	return false;
}

static unsigned nr_behind(const struct board *b, unsigned iommu_idx)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < b->masters->len; i++)
		nr += is_behind(g_ptr_array_index(b->masters, i), iommu_idx);
	return nr;
}

/* ---- text ---------------------------------------------------------------------------- */

static char *which_model(const struct board *b, const struct board_iommu *i)
{
	g_autofree char *version = board_iommu_version(b, i);

	if (!i->is_modelled)
		return g_strdup("not modelled: bypassed");
	return version ? g_strdup_printf("%s %s", i->kind, version) : g_strdup(i->kind);
}

static void append_cells(GString *line, const uint32_t *cells, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		g_string_append_printf(line, " %u", cells[i]);
}

static GString *registers_of(const struct board_iommu *i)
{
	GString *line = g_string_new(NULL);

	for (unsigned n = 0; n < i->regs->len; n++) {
		const struct board_bank *r = &g_array_index(i->regs, struct board_bank, n);

		g_string_append_printf(line, "%s0x%" G_GINT64_MODIFIER "x + 0x%"
				       G_GINT64_MODIFIER "x", n ? ", " : "", r->pa, r->len);
	}
	return line;
}

static GString *interrupts_of(const struct board_iommu *i)
{
	GString *line = g_string_new(NULL);

	for (unsigned n = 0; n < i->irqs->len; n++) {
		const struct board_irq *irq = &g_array_index(i->irqs, struct board_irq, n);

		g_string_append_printf(line, "%s%s", n ? ", " : "", irq->controller);
		append_cells(line, irq->cells, irq->nr_cells);
	}
	return line;
}

static GString *supplies_of(const struct board_iommu *i, enum supply_kind kind)
{
	GString *line = g_string_new(NULL);

	for (unsigned n = 0; n < i->supplies->len; n++) {
		const struct board_supply *s = &g_array_index(i->supplies, struct board_supply, n);

		if (s->kind != kind)
			continue;
		g_string_append_printf(line, "%s%s%s%s", line->len ? ", " : "", s->name,
				       *s->name ? " of " : "", s->provider);
		append_cells(line, s->cells, s->nr_cells);
	}
	return line;
}

static GString *masters_of(const struct board *b, unsigned iommu_idx)
{
	GString *line = g_string_new(NULL);

	for (unsigned n = 0; n < b->masters->len; n++) {
		const struct board_master *m = g_ptr_array_index(b->masters, n);

		if (is_behind(m, iommu_idx))
			g_string_append_printf(line, "%s%s", line->len ? ", " : "", m->name);
	}
	return line;
}

/* Takes @line; nothing where it is empty. */
static void print_detail(FILE *out, const char *what, GString *line)
{
	g_autofree char *first = g_strdup_printf("      %-11s ", what);

	if (line->len)
		ui_wrap(out, first, line->str);
	g_string_free(line, TRUE);
}

/* Which of the board's IOMMUs are rows. */
struct shown {
	const struct board *board;
	GArray *idxs;			/* of unsigned */
};

static void print_details(FILE *out, unsigned row, void *opaque)
{
	const struct shown *s = opaque;
	unsigned idx = g_array_index(s->idxs, unsigned, row);
	const struct board_iommu *i = iommu_at(s->board, idx);

	if (!i->is_modelled)
		return;
	print_detail(out, "registers", registers_of(i));
	print_detail(out, "interrupts", interrupts_of(i));
	for (unsigned kind = 0; kind < NR_SUPPLY_KINDS; kind++)
		print_detail(out, supply_words[kind], supplies_of(i, (enum supply_kind)kind));
	print_detail(out, "masters", masters_of(s->board, idx));
}

static void add_row(GArray *table, const struct board *b, unsigned idx)
{
	const struct board_iommu *i = iommu_at(b, idx);
	unsigned nr = nr_behind(b, idx);

	table_add(table, i->is_disabled, g_strdup(i->name), g_strdup(i->compatible),
		  g_strdup_printf("%u master%s", nr, nr == 1 ? "" : "s"), which_model(b, i));
}

void board_print_iommus(FILE *out, const struct board *b, bool all)
{
	g_autoptr(GArray) table = table_new();
	g_autoptr(GArray) idxs = g_array_new(FALSE, FALSE, sizeof(unsigned));
	struct shown shown = { b, idxs };

	if (b->iommus->len == 0)
		return;
	for (unsigned i = 0; i < b->iommus->len; i++) {
		if ((iommu_at(b, i)->is_disabled || nr_behind(b, i) == 0) && !all)
			continue;
		add_row(table, b, i);
		g_array_append_val(idxs, i);
	}
	fputc('\n', out);
	board_print_label(out, "IOMMUs");
	fprintf(out, "%u\n", b->iommus->len);
	table_print_with(out, table, print_details, &shown);
	board_print_left_out(out, b->iommus->len - idxs->len, "disabled or without a master");
}

/* ---- JSON ----------------------------------------------------------------------------- */

static void add_cells(JsonBuilder *j, const uint32_t *cells, unsigned nr)
{
	json_begin_array(j, "cells");
	for (unsigned i = 0; i < nr; i++)
		json_builder_add_int_value(j, cells[i]);
	json_builder_end_array(j);
}

static void add_registers(JsonBuilder *j, const struct board_iommu *i)
{
	json_begin_array(j, "registers");
	for (unsigned n = 0; n < i->regs->len; n++) {
		const struct board_bank *r = &g_array_index(i->regs, struct board_bank, n);

		json_builder_begin_object(j);
		json_set_hex(j, "pa", r->pa);
		json_set_int(j, "bytes", (int64_t)r->len);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
}

static void add_interrupts(JsonBuilder *j, const struct board_iommu *i)
{
	json_begin_array(j, "interrupts");
	for (unsigned n = 0; n < i->irqs->len; n++) {
		const struct board_irq *irq = &g_array_index(i->irqs, struct board_irq, n);

		json_builder_begin_object(j);
		json_set_string(j, "controller", irq->controller);
		add_cells(j, irq->cells, irq->nr_cells);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
}

static void add_supplies(JsonBuilder *j, const struct board_iommu *i)
{
	static const char *const kinds[NR_SUPPLY_KINDS] = { "clock", "reset", "power" };

	json_begin_array(j, "supplies");
	for (unsigned n = 0; n < i->supplies->len; n++) {
		const struct board_supply *s = &g_array_index(i->supplies, struct board_supply, n);

		json_builder_begin_object(j);
		json_set_string(j, "kind", kinds[s->kind]);
		json_set_string(j, "name", s->name);
		json_set_string(j, "provider", s->provider);
		add_cells(j, s->cells, s->nr_cells);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
}

static void add_masters(JsonBuilder *j, const struct board *b, unsigned idx)
{
	json_begin_array(j, "masters");
	for (unsigned n = 0; n < b->masters->len; n++)
		if (is_behind(g_ptr_array_index(b->masters, n), idx))
			json_builder_add_int_value(j, n);
	json_builder_end_array(j);
}

void board_iommu_to_json(JsonBuilder *j, const struct board *b, unsigned idx)
{
	const struct board_iommu *i = iommu_at(b, idx);
	g_autofree char *version = board_iommu_version(b, i);

	json_builder_begin_object(j);
	json_set_string(j, "name", i->name);
	json_set_string(j, "path", i->path);
	json_set_string(j, "compatible", i->compatible);
	json_set_string(j, "kind", i->kind);
	json_set_string(j, "version", version);
	json_set_int(j, "cells", i->nr_cells);
	json_set_bool(j, "modelled", i->is_modelled);
	json_set_bool(j, "disabled", i->is_disabled);
	json_set_bool(j, "coherent", i->is_coherent);
	add_registers(j, i);
	add_interrupts(j, i);
	add_supplies(j, i);
	add_masters(j, b, idx);
	json_builder_end_object(j);
}
