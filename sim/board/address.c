/* SPDX-License-Identifier: MIT */
/*
 * Addresses across buses.
 *
 *   reg <child> --ranges--> parent bus --ranges--> ... --> physical address
 *   DMA <child> --dma-ranges--> ... --> physical address
 *
 * A `ranges` entry is (child address, parent address, size), each in the cells
 * of its own bus. Empty means 1:1. Without one, registers below are not
 * reachable, but DMA passes unchanged.
 *
 * Leaves out: ISA, and addresses *below* a PCI bus (its functions are not
 * platform devices).
 *
 * Spec: Devicetree Specification v0.4, 2.3.8 ranges, 2.3.9 dma-ranges.
 */
#include <string.h>

#include "address.h"

/* Real buses have up to 97 windows; a bound on what one translation can cost. */
#define MAX_RANGES	128

/* The layout of one entry of ranges or dma-ranges, in cells. */
struct range_shape {
	unsigned flag_cells;		/* of a child address: PCI's phys.hi */
	unsigned child_cells, parent_cells, size_cells;
	unsigned total;
};

bool node_is_pci(const struct fdt_node *n)
{
	const char *type = node_string(n, "device_type");

	return type && (strcmp(type, "pci") == 0 || strcmp(type, "pciex") == 0);
}

static bool range_shape(const struct fdt_node *bus, struct range_shape *ret_shape)
{
	const struct fdt_node *parent = node_parent(bus);

	if (!parent)
		return false;
	*ret_shape = (struct range_shape){
		.flag_cells = node_is_pci(bus) ? 1 : 0,
		.child_cells = bus->addr_cells,
		.parent_cells = parent->addr_cells,
		.size_cells = bus->size_cells,
	};
	ret_shape->total = ret_shape->child_cells + ret_shape->parent_cells +
			   ret_shape->size_cells;
	return ret_shape->child_cells > ret_shape->flag_cells &&
	       ret_shape->parent_cells && ret_shape->size_cells;
}

static struct board_range range_at(const struct range_shape *s, struct fdt_cells c)
{
	return (struct board_range){
		.dma = cells_number(c, s->flag_cells, s->child_cells - s->flag_cells),
		.pa = cells_number(c, s->child_cells, s->parent_cells),
		.len = cells_number(c, s->child_cells + s->parent_cells, s->size_cells),
	};
}

/* Move @io_address from the bus below @bus to the one above it. */
static bool cross_bus(const struct fdt_node *bus, const char *prop, uint64_t *io_address)
{
	struct fdt_cells c = node_cells(bus, prop);
	struct range_shape s;

	if (!node_has(bus, prop))
		return strcmp(prop, "dma-ranges") == 0;
	if (c.nr == 0)
		return true;
	if (!range_shape(bus, &s) || node_is_pci(bus))
		return false;

	for (; c.nr >= s.total; c = cells_from(c, s.total)) {
		struct board_range r = range_at(&s, c);
		uint64_t offset = *io_address - r.dma;

		if (*io_address >= r.dma && offset < r.len && r.pa + offset >= r.pa) {
			*io_address = r.pa + offset;
			return true;
		}
	}
	return false;
}

bool node_reg(const struct fdt_node *n, unsigned idx, uint64_t *ret_pa, uint64_t *ret_len)
{
	const struct fdt_node *bus = node_parent(n);
	struct fdt_cells c = node_cells(n, "reg");
	unsigned nr_cells = bus ? (unsigned)bus->addr_cells + bus->size_cells : 0;

	if (!bus || node_is_pci(bus) || bus->addr_cells == 0 || c.nr / nr_cells <= idx)
		return false;
	c = cells_from(c, idx * nr_cells);

	uint64_t pa = cells_number(c, 0, bus->addr_cells);

	*ret_len = cells_number(c, bus->addr_cells, bus->size_cells);
	for (; node_parent(bus); bus = node_parent(bus)) {
		if (!cross_bus(bus, "ranges", &pa))
			return false;
	}
	*ret_pa = pa;
	return true;
}

static bool ranges_are_few(const struct fdt_node *bus, GError **error)
{
	struct fdt_cells c = node_cells(bus, "ranges");
	struct range_shape s;

	if (c.nr == 0 || !range_shape(bus, &s) || c.nr / s.total <= MAX_RANGES)
		return true;
	return node_complain(bus, error, "ranges has %u windows, more than %d",
			     c.nr / s.total, MAX_RANGES);
}

bool fdt_locate_nodes(struct fdt *f, GError **error)
{
	struct fdt_node *nodes = fdt_nodes(f);

	for (unsigned i = 0; i < fdt_nr_nodes(f); i++) {
		uint64_t len;

		if (!ranges_are_few(&nodes[i], error))
			return false;
		nodes[i].has_pa = node_reg(&nodes[i], 0, &nodes[i].pa, &len);
	}
	return true;
}

char *node_device_name(const struct fdt_node *n)
{
	g_autofree char *tail = g_strdup("");

	for (; node_parent(n); n = node_parent(n)) {
		const char *sep = *tail ? ":" : "";

		if (n->has_pa)
			return g_strdup_printf("%" G_GINT64_MODIFIER "x.%.*s%s%s", n->pa,
					       (int)n->base_len, n->name, sep, tail);

		char *longer = g_strconcat(n->name, sep, tail, NULL);

		g_free(tail);
		tail = longer;
	}
	return g_steal_pointer(&tail);
}

/* ---- DMA --------------------------------------------------------------- */

/* Which entry of interconnect-names is "dma-mem"; false if none. */
static bool find_dma_mem(const struct fdt_node *n, unsigned *ret_idx)
{
	const char *s = NULL;

	for (unsigned i = 0; (s = node_next_string(n, "interconnect-names", s)); i++) {
		if (strcmp(s, "dma-mem") == 0) {
			*ret_idx = i;
			return true;
		}
	}
	return false;
}

const struct fdt_node *node_dma_parent(const struct fdt_node *n)
{
	struct fdt_cells c = node_cells(n, "interconnects");
	unsigned idx;

	if (!find_dma_mem(n, &idx))
		return node_parent(n);

	while (c.nr) {
		const struct fdt_node *provider = fdt_by_phandle(n->fdt, cells_number(c, 0, 1));
		uint32_t nr_cells = 0;

		if (!provider || !node_u32(provider, "#interconnect-cells", &nr_cells) ||
		    nr_cells >= c.nr)
			break;
		if (idx-- == 0)
			return provider;
		c = cells_from(c, 1 + nr_cells);
	}
	return node_parent(n);
}

bool node_is_coherent(const struct fdt_node *n)
{
	/* The steps are bounded since dma-mem can lead in a circle. */
	for (unsigned i = 0; n && i <= FDT_MAX_DEPTH; i++, n = node_dma_parent(n)) {
		if (node_has(n, "dma-coherent"))
			return true;
		if (node_has(n, "dma-noncoherent"))
			return false;
	}
	return false;
}

/*
 * The nearest dma-ranges with something in it. A bus without the property
 * counts as 1:1 only right above the device; further up it ends the search.
 */
const struct fdt_node *node_find_dma_ranges(const struct fdt_node *bus)
{
	for (unsigned i = 0; bus && i <= FDT_MAX_DEPTH; i++, bus = node_dma_parent(bus)) {
		if (node_cells(bus, "dma-ranges").nr)
			return bus;
		if (i && !node_has(bus, "dma-ranges"))
			return NULL;
	}
	return NULL;
}

static bool dma_to_pa(const struct fdt_node *bus, uint64_t *io_address)
{
	bus = node_dma_parent(bus);
	for (unsigned i = 0; bus && node_parent(bus); i++, bus = node_dma_parent(bus)) {
		if (i > FDT_MAX_DEPTH || !cross_bus(bus, "dma-ranges", io_address))
			return false;
	}
	return true;
}

/* Windows that continue each other on both sides are one window. */
static void append_range(GArray *ranges, struct board_range r)
{
	struct board_range *last = ranges->len ?
		&g_array_index(ranges, struct board_range, ranges->len - 1) : NULL;

	/* Up to, not past, the end of either address space. */
	r.len = MIN(r.len, MIN(UINT64_MAX - r.dma, UINT64_MAX - r.pa));
	if (r.len == 0)
		return;
	if (last && last->dma + last->len == r.dma && last->pa + last->len == r.pa)
		last->len += r.len;
	else
		g_array_append_val(ranges, r);
}

bool node_dma_ranges(const struct fdt_node *bus, GArray *ret_ranges, GError **error)
{
	struct fdt_cells c = node_cells(bus, "dma-ranges");
	struct range_shape s;

	if (!range_shape(bus, &s))
		return node_complain(bus, error, "dma-ranges on a bus whose "
				     "#address-cells or #size-cells allow none");
	if (c.nr % s.total)
		return node_complain(bus, error, "dma-ranges has %u cells, "
				     "which is not a multiple of %u", c.nr, s.total);
	if (c.nr / s.total > MAX_RANGES)
		return node_complain(bus, error, "dma-ranges has %u windows, "
				     "more than %d", c.nr / s.total, MAX_RANGES);

	for (; c.nr; c = cells_from(c, s.total)) {
		struct board_range r = range_at(&s, c);

		if (dma_to_pa(bus, &r.pa))
			append_range(ret_ranges, r);
	}
	return true;
}
