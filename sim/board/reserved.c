/* SPDX-License-Identifier: MIT */
/*
 * /reserved-memory: the parts of DRAM that are spoken for, and by whom.
 *
 * A region has a place (reg), or a size for which software finds one. What Linux
 * skips is skipped: the whole node where its cells are not the root's or it has no
 * ranges, a region without reg and size, a reg of size 0. A property that has not a
 * whole number of entries is an error, since whoever wrote it meant something.
 *
 * Leaves out: the header's list of reservations (/memreserve/), vendors' properties.
 *
 * Spec: Devicetree Specification v0.4, 3.5 /reserved-memory node. Linux:
 * drivers/of/of_reserved_mem.c.
 */
#include "read.h"

void board_reserved_free(struct board_reserved *r)
{
	g_free(r->path);
	g_free(r->name);
	g_free(r->compatible);
	g_array_unref(r->places);
	g_array_unref(r->windows);
	g_free(r);
}

static bool is_usable(const struct fdt_node *reserved)
{
	const struct fdt_node *root = node_parent(reserved);
	uint32_t addr_cells = 0, size_cells = 0;

	node_u32(reserved, "#address-cells", &addr_cells);
	node_u32(reserved, "#size-cells", &size_cells);
	return root->addr_cells && root->size_cells && addr_cells == root->addr_cells &&
	       size_cells == root->size_cells && node_has(reserved, "ranges");
}

/* Entries of (address, size); those of size 0 are dropped. */
static bool read_places(const struct fdt_node *n, const char *prop, GArray *ret_places,
			GError **error)
{
	const struct fdt_node *parent = node_parent(n);
	unsigned entry = parent->addr_cells + parent->size_cells;
	struct fdt_cells c = node_cells(n, prop);

	if (c.nr % entry)
		return node_complain(n, error, "%s has %u cells, which is not a multiple of %u",
				     prop, c.nr, entry);
	for (; c.nr; c = cells_from(c, entry)) {
		struct board_bank place = {
			.pa = cells_number(c, 0, parent->addr_cells),
			.len = cells_number(c, parent->addr_cells, parent->size_cells),
		};

		if (reaches_past_pa_bits(place.pa, place.len))
			return node_complain(n, error, "%s reaches past %d bits of physical "
					     "address, the most of any core in AArch32 state",
					     prop, PA_BITS);
		if (place.len)
			g_array_append_val(ret_places, place);
	}
	return true;
}

/* One number of as many cells as such a number has; absent is 0. */
static bool read_number(const struct fdt_node *n, const char *prop, unsigned nr_cells,
			uint64_t *ret_number, GError **error)
{
	struct fdt_cells c = node_cells(n, prop);

	*ret_number = 0;
	if (!c.nr)
		return true;
	if (c.nr != nr_cells)
		return node_complain(n, error, "%s has %u cells, where it takes %u", prop, c.nr,
				     nr_cells);
	*ret_number = cells_number(c, 0, nr_cells);
	return true;
}

static bool read_wish(struct board_reserved *r, const struct fdt_node *n, GError **error)
{
	const struct fdt_node *parent = node_parent(n);

	if (!read_number(n, "size", parent->size_cells, &r->len, error) ||
	    !read_number(n, "alignment", parent->addr_cells, &r->alignment, error) ||
	    !read_places(n, "alloc-ranges", r->windows, error))
		return false;
	if (r->alignment & (r->alignment - 1))
		return node_complain(n, error, "alignment is 0x%" G_GINT64_MODIFIER "x, which is "
				     "not a power of two", r->alignment);
	return true;
}

static enum reserved_kind kind_of(const struct fdt_node *n)
{
	if (node_is_compatible(n, "shared-dma-pool"))
		return RESERVED_SHARED_POOL;
	return node_is_compatible(n, "restricted-dma-pool") ? RESERVED_RESTRICTED_POOL
							    : RESERVED_PLAIN;
}

static struct board_reserved *describe(const struct fdt_node *n)
{
	struct board_reserved *r = g_new0(struct board_reserved, 1);

	r->path = node_path(n);
	r->name = g_strdup(n->name);
	r->compatible = node_text(n, "compatible");
	r->kind = kind_of(n);
	r->places = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	r->windows = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	r->is_no_map = node_has(n, "no-map");
	r->is_reusable = node_has(n, "reusable");
	r->is_default_cma = node_has(n, "linux,cma-default");
	r->is_default_dma = node_has(n, "linux,dma-default");
	r->is_disabled = n->is_disabled;
	return r;
}

static bool read_region(struct board *b, const struct fdt_node *n, GError **error)
{
	struct board_reserved *r = describe(n);

	g_ptr_array_add(b->reserved, r);
	if (!node_has(n, "reg"))
		return read_wish(r, n, error);
	if (!read_places(n, "reg", r->places, error))
		return false;
	if (r->places->len)
		r->len = g_array_index(r->places, struct board_bank, 0).len;
	return true;
}

bool read_reserved(struct board *b, const struct fdt *f, GError **error)
{
	const struct fdt_node *reserved = fdt_top(f, "reserved-memory");

	if (!reserved || !is_usable(reserved))
		return true;
	for (unsigned i = fdt_node_idx(reserved) + 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (node_parent(n) == reserved && !read_region(b, n, error))
			return false;
	}
	return true;
}

unsigned find_region(const struct board *b, const struct fdt_node *n, unsigned idx)
{
	uint32_t phandle = cells_number(node_cells(n, "memory-region"), idx, 1);
	const struct fdt_node *target = fdt_by_phandle(n->fdt, phandle);

	if (!target)
		return BOARD_NO_REGION;

	g_autofree char *path = node_path(target);

	for (unsigned i = 0; i < b->reserved->len; i++) {
		const struct board_reserved *r = g_ptr_array_index(b->reserved, i);

		if (g_str_equal(r->path, path))
			return i;
	}
	return BOARD_NO_REGION;
}
