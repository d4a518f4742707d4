/* SPDX-License-Identifier: MIT */
/*
 * Lists of (phandle, specifier) that lead to whoever drives a line: interrupts, clocks,
 * resets, power domains.
 *
 *	interrupts = <0 23 4>;			cells of the interrupt-parent, own or inherited
 *	interrupts-extended = <&gic 0 23 4>;
 *	clocks = <&cmu 5>, <&xtal>;		#clock-cells of each
 *	clock-names = "core", "ref";
 *
 * Leaves out: interrupt-map of buses that translate, a line's parents.
 *
 * Spec: Devicetree Specification v0.4, 2.4; Linux's bindings clock/clock.txt,
 * reset/reset.txt, power/power_domain.txt.
 */
#include "read.h"

#define MAX_LIST	32		/* entries of one property */

G_STATIC_ASSERT(FDT_MAX_CELLS == BOARD_MAX_IRQ_CELLS);
G_STATIC_ASSERT(FDT_MAX_CELLS == BOARD_MAX_SUPPLY_CELLS);

static uint8_t copy_cells(struct fdt_cells c, unsigned first, unsigned nr, uint32_t *ret)
{
	for (unsigned i = 0; i < nr; i++)
		ret[i] = (uint32_t)cells_number(c, first + i, 1);
	return (uint8_t)nr;
}

/* What an entry leads to, and how many cells go with it. */
struct entry {
	const struct fdt_node *provider;
	uint32_t nr_cells;
};

static bool entry_at(const struct fdt_node *n, const char *prop, const char *cells_prop,
		     struct fdt_cells c, struct entry *ret, GError **error)
{
	uint32_t phandle = (uint32_t)cells_number(c, 0, 1);

	*ret = (struct entry){ .provider = fdt_by_phandle(n->fdt, phandle) };
	if (!phandle)			/* an entry may be empty */
		return true;
	if (!ret->provider)
		return node_complain(n, error, "%s names phandle 0x%x, which no node has", prop,
				     phandle);
	node_u32(ret->provider, cells_prop, &ret->nr_cells);
	if (ret->nr_cells > FDT_MAX_CELLS)
		return node_complain(ret->provider, error, "%s is %u, more than %d", cells_prop,
				     ret->nr_cells, FDT_MAX_CELLS);
	if (ret->nr_cells >= c.nr)
		return node_complain(n, error, "%s ends in the middle of an entry", prop);
	return true;
}

static bool is_too_long(const struct fdt_node *n, const char *prop, unsigned nr, GError **error)
{
	return nr >= MAX_LIST &&
	       !node_complain(n, error, "%s has more than %d entries", prop, MAX_LIST);
}

/* ---- interrupts ---------------------------------------------------------------- */

static void free_irq(gpointer irq)
{
	g_free(((struct board_irq *)irq)->controller);
}

static void add_irq(GArray *irqs, const struct fdt_node *controller, struct fdt_cells c,
		    unsigned first, unsigned nr)
{
	struct board_irq irq = { .controller = node_path(controller) };

	irq.nr_cells = copy_cells(c, first, nr, irq.cells);
	g_array_append_val(irqs, irq);
}

static bool read_extended(const struct fdt_node *n, GArray *irqs, GError **error)
{
	struct fdt_cells c = node_cells(n, "interrupts-extended");
	struct entry e;

	for (unsigned nr = 0; c.nr; nr++, c = cells_from(c, 1 + e.nr_cells)) {
		if (is_too_long(n, "interrupts-extended", nr, error) ||
		    !entry_at(n, "interrupts-extended", "#interrupt-cells", c, &e, error))
			return false;
		if (e.provider)
			add_irq(irqs, e.provider, c, 1, e.nr_cells);
	}
	return true;
}

/* Of this node, or of the nearest above it that says: NULL: nobody does. */
static const struct fdt_node *interrupt_parent(const struct fdt_node *n)
{
	uint32_t phandle;

	for (; n; n = node_parent(n)) {
		if (node_u32(n, "interrupt-parent", &phandle))
			return fdt_by_phandle(n->fdt, phandle);
		if (node_parent(n) && node_has(node_parent(n), "#interrupt-cells"))
			return node_parent(n);
	}
	return NULL;
}

/* Whole entries alone: what is left over is nobody's interrupt. */
static bool read_plain(const struct fdt_node *n, GArray *irqs, GError **error)
{
	const struct fdt_node *controller = interrupt_parent(n);
	struct fdt_cells c = node_cells(n, "interrupts");
	uint32_t nr_cells = 0;

	if (!c.nr || !controller)
		return true;
	node_u32(controller, "#interrupt-cells", &nr_cells);
	if (!nr_cells || nr_cells > FDT_MAX_CELLS)
		return node_complain(controller, error, "#interrupt-cells is %u, not 1 to %d",
				     nr_cells, FDT_MAX_CELLS);
	for (unsigned nr = 0; c.nr >= nr_cells; nr++, c = cells_from(c, nr_cells)) {
		if (is_too_long(n, "interrupts", nr, error))
			return false;
		add_irq(irqs, controller, c, 0, nr_cells);
	}
	return true;
}

bool read_irqs(const struct fdt_node *n, GArray **ret_irqs, GError **error)
{
	*ret_irqs = g_array_new(FALSE, FALSE, sizeof(struct board_irq));
	g_array_set_clear_func(*ret_irqs, free_irq);
	if (node_has(n, "interrupts-extended"))
		return read_extended(n, *ret_irqs, error);
	return read_plain(n, *ret_irqs, error);
}

/* ---- supplies ---------------------------------------------------------------------- */

static const struct {
	const char *prop, *names, *cells;
} supply_lists[NR_SUPPLY_KINDS] = {
	[SUPPLY_CLOCK] = { "clocks", "clock-names", "#clock-cells" },
	[SUPPLY_RESET] = { "resets", "reset-names", "#reset-cells" },
	[SUPPLY_POWER] = { "power-domains", "power-domain-names", "#power-domain-cells" },
};

static void free_supply(gpointer supply)
{
	g_free(((struct board_supply *)supply)->name);
	g_free(((struct board_supply *)supply)->provider);
}

static bool read_supply_list(const struct fdt_node *n, enum supply_kind kind, GArray *supplies,
			     GError **error)
{
	const char *prop = supply_lists[kind].prop, *name = NULL;
	struct fdt_cells c = node_cells(n, prop);
	struct entry e;

	for (unsigned nr = 0; c.nr; nr++, c = cells_from(c, 1 + e.nr_cells)) {
		struct board_supply s = { .kind = kind };

		if (is_too_long(n, prop, nr, error) ||
		    !entry_at(n, prop, supply_lists[kind].cells, c, &e, error))
			return false;
		name = nr && !name ? NULL : node_next_string(n, supply_lists[kind].names, name);
		if (!e.provider)
			continue;
		s.name = g_strdup(name ? name : "");
		s.provider = node_path(e.provider);
		s.nr_cells = copy_cells(c, 1, e.nr_cells, s.cells);
		g_array_append_val(supplies, s);
	}
	return true;
}

/* TI's interconnect target module: what is in it has power while the module is enabled. */
static void read_module(const struct fdt_node *n, GArray *supplies)
{
	const struct fdt_node *module = node_parent(n);
	struct board_supply s = { .kind = SUPPLY_POWER };

	if (!module || !node_is_compatible(module, "ti,sysc"))
		return;
	s.name = g_strdup("module");
	s.provider = node_path(module);
	g_array_append_val(supplies, s);
}

bool read_supplies(const struct fdt_node *n, GArray **ret_supplies, GError **error)
{
	*ret_supplies = g_array_new(FALSE, FALSE, sizeof(struct board_supply));
	g_array_set_clear_func(*ret_supplies, free_supply);
	for (unsigned kind = 0; kind < NR_SUPPLY_KINDS; kind++)
		if (!read_supply_list(n, (enum supply_kind)kind, *ret_supplies, error))
			return false;
	read_module(n, *ret_supplies);
	return true;
}
