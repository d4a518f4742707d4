/* SPDX-License-Identifier: MIT */
/*
 * Who sits behind which IOMMU, and how.
 *
 *	iommus = <&mmu 4 0xff>, <&other>;          a stream each: an IOMMU, its specifier
 *	iommu-map = <0x100 &mmu 0x20 0x10>;        requesters 0x100.. are streams 0x20..
 *	memory-region = <&fb>;  fb { iommu-addresses = <&me 0x80000000 0x10000>; }
 *
 * Cells are kept as they are written: what they mean depends on the IOMMU.
 *
 * Spec: Linux's bindings iommu/iommu.txt, pci/pci-iommu.txt, and reserved-memory.yaml
 * of dtschema.
 */
#include <stdlib.h>

#include "address.h"
#include "read.h"
#include "streams.h"

#define MAX_IOMMUS	64		/* of one master */
#define MAX_STREAMS	256u		/* of one master */
#define MAX_IOVAS	64		/* of one region */

G_STATIC_ASSERT(FDT_MAX_CELLS == BOARD_MAX_IOMMU_CELLS);

/* Node indices of board.iommus, in the same (ascending) order. */
struct iommu_finder {
	GArray *nodes;
};

struct iommu_finder *iommu_finder_new(const struct fdt *f)
{
	struct iommu_finder *finder = g_new(struct iommu_finder, 1);

	finder->nodes = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		if (node_has(fdt_node(f, i), "#iommu-cells"))
			g_array_append_val(finder->nodes, i);
	}
	return finder;
}

void iommu_finder_free(struct iommu_finder *f)
{
	g_array_unref(f->nodes);
	g_free(f);
}

static int compare_idxs(const void *a, const void *b)
{
	const unsigned *l = a, *r = b;

	return (*l > *r) - (*l < *r);
}

static unsigned find_iommu(const struct iommu_finder *f, const struct fdt_node *iommu)
{
	unsigned node_idx = fdt_node_idx(iommu);
	const unsigned *first = (const unsigned *)f->nodes->data;
	const unsigned *found = bsearch(&node_idx, first, f->nodes->len, sizeof(node_idx),
					compare_idxs);

	g_assert(found);
	return (unsigned)(found - first);
}

/* ---- masters behind them ------------------------------------------------------- */

/* What reading one master needs. */
struct reader {
	const struct iommu_finder *finder;
	struct board_master *master;
	const struct fdt_node *node;
	GError **error;
};

static bool note_iommu(struct reader *r, unsigned iommu)
{
	GArray *iommus = r->master->iommus;

	for (unsigned i = 0; i < iommus->len; i++) {
		if (g_array_index(iommus, unsigned, i) == iommu)
			return true;
	}
	if (iommus->len == MAX_IOMMUS)
		return node_complain(r->node, r->error, "more than %d IOMMUs", MAX_IOMMUS);
	g_array_append_val(iommus, iommu);
	return true;
}

static const struct fdt_node *iommu_at(struct reader *r, const char *prop,
				       struct fdt_cells c, unsigned idx)
{
	uint32_t phandle = cells_number(c, idx, 1);
	const struct fdt_node *iommu = fdt_by_phandle(r->node->fdt, phandle);

	if (iommu && node_has(iommu, "#iommu-cells"))
		return iommu;
	node_complain(r->node, r->error, "%s names phandle 0x%x, which %s", prop, phandle,
		      iommu ? "is not an IOMMU" : "no node has");
	return NULL;
}

static bool add_stream(struct reader *r, const struct fdt_node *iommu, struct fdt_cells c,
		       uint32_t nr_cells)
{
	struct board_stream s = {
		.iommu = find_iommu(r->finder, iommu), .nr_cells = nr_cells,
	};

	for (unsigned i = 0; i < nr_cells; i++)
		s.cells[i] = cells_number(c, 1 + i, 1);
	if (r->master->streams->len == MAX_STREAMS)
		return node_complain(r->node, r->error, "iommus has more than %u entries",
				     MAX_STREAMS);
	g_array_append_val(r->master->streams, s);
	return note_iommu(r, s.iommu);
}

/* iommus: (phandle, specifier) of as many cells as that IOMMU says. */
static bool read_list(struct reader *r)
{
	struct fdt_cells c = node_cells(r->node, "iommus");

	while (c.nr) {
		const struct fdt_node *iommu = iommu_at(r, "iommus", c, 0);
		uint32_t nr_cells = 0;

		if (!iommu)
			return false;
		node_u32(iommu, "#iommu-cells", &nr_cells);
		if (nr_cells >= c.nr)
			return node_complain(r->node, r->error,
					     "iommus ends in the middle of an entry");
		if (!add_stream(r, iommu, c, nr_cells))
			return false;
		c = cells_from(c, 1 + nr_cells);
	}
	return true;
}

static bool last_id_exists(uint32_t first, uint32_t nr)
{
	return !nr || nr - 1 <= UINT32_MAX - first;
}

static bool check_map(struct reader *r, const struct board_iommu_map *m)
{
	uint32_t mask = r->master->iommu_map_mask;

	if (m->requester & ~mask)
		return node_complain(r->node, r->error, "iommu-map begins at requester 0x%x, "
				     "of which iommu-map-mask 0x%x keeps 0x%x",
				     m->requester, mask, m->requester & mask);
	if (!last_id_exists(m->requester, m->nr) || !last_id_exists(m->stream, m->nr))
		return node_complain(r->node, r->error, "iommu-map counts %u IDs from 0x%x to "
				     "0x%x, past 32 bits", m->nr, m->requester, m->stream);
	return true;
}

/* iommu-map: (first requester, phandle, first stream, how many) of one cell each. */
static bool read_map(struct reader *r)
{
	struct fdt_cells c = node_cells(r->node, "iommu-map");

	if (c.nr % 4)
		return node_complain(r->node, r->error, "iommu-map has %u cells, which is not a "
				     "multiple of 4", c.nr);
	for (; c.nr; c = cells_from(c, 4)) {
		const struct fdt_node *iommu = iommu_at(r, "iommu-map", c, 1);
		struct board_iommu_map m = {
			.requester = cells_number(c, 0, 1),
			.stream = cells_number(c, 2, 1),
			.nr = cells_number(c, 3, 1),
		};

		if (!iommu || !check_map(r, &m))
			return false;
		m.iommu = find_iommu(r->finder, iommu);
		g_array_append_val(r->master->iommu_maps, m);
		if (!note_iommu(r, m.iommu))
			return false;
	}
	return true;
}

#define MAX_PASID_BITS	20

static bool read_pasid_bits(struct reader *r)
{
	uint32_t bits = 0;

	node_u32(r->node, "pasid-num-bits", &bits);
	if (bits > MAX_PASID_BITS)
		return node_complain(r->node, r->error, "pasid-num-bits is %u, more than %d",
				     bits, MAX_PASID_BITS);
	r->master->pasid_bits = (uint8_t)bits;
	return true;
}

bool read_streams(const struct iommu_finder *f, struct board_master *m,
		  const struct fdt_node *n, GError **error)
{
	struct reader r = { f, m, n, error };

	m->iommus = g_array_new(FALSE, FALSE, sizeof(unsigned));
	m->streams = g_array_new(FALSE, FALSE, sizeof(struct board_stream));
	m->iommu_maps = g_array_new(FALSE, FALSE, sizeof(struct board_iommu_map));
	m->iommu_map_mask = UINT32_MAX;
	node_u32(n, "iommu-map-mask", &m->iommu_map_mask);
	return read_list(&r) && read_map(&r) && read_pasid_bits(&r);
}

/* Linux: of_map_id(), which takes the first entry that fits. */
int board_map_requester(const struct board_master *m, uint32_t id, uint32_t *ret_stream)
{
	uint32_t masked = id & m->iommu_map_mask;

	for (unsigned i = 0; i < m->iommu_maps->len; i++) {
		const struct board_iommu_map *e =
			&g_array_index(m->iommu_maps, struct board_iommu_map, i);

		if (masked < e->requester || masked - e->requester >= e->nr)
			continue;
		*ret_stream = masked - e->requester + e->stream;
		return (int)e->iommu;
	}
	return -1;
}

/* ---- IOVAs that the tree has given away ------------------------------------------ */

static bool read_region_iovas(struct board_master *m, const struct fdt_node *n,
			      const struct fdt_node *region, unsigned idx, GError **error)
{
	struct fdt_cells c = node_cells(region, "iommu-addresses");

	for (unsigned nr = 0; c.nr; nr++) {
		uint32_t phandle = cells_number(c, 0, 1);
		const struct fdt_node *user = fdt_by_phandle(n->fdt, phandle);
		const struct fdt_node *bus = user ? node_dma_parent(user) : NULL;
		struct board_iova iova = { .region = idx };
		unsigned nr_cells;

		if (nr == MAX_IOVAS)
			return node_complain(region, error, "iommu-addresses has more than %d "
					     "entries", MAX_IOVAS);
		if (!bus)
			return node_complain(region, error, "iommu-addresses names phandle "
					     "0x%x, which %s", phandle,
					     user ? "is the root" : "no node has");
		nr_cells = 1u + bus->addr_cells + bus->size_cells;
		if (nr_cells > c.nr)
			return node_complain(region, error,
					     "iommu-addresses ends in the middle of an entry");
		iova.iova = cells_number(c, 1, bus->addr_cells);
		iova.len = cells_number(c, 1u + bus->addr_cells, bus->size_cells);
		if (user == n)
			g_array_append_val(m->iovas, iova);
		c = cells_from(c, nr_cells);
	}
	return true;
}

bool read_iovas(const struct board *b, struct board_master *m, const struct fdt_node *n,
		GError **error)
{
	struct fdt_cells phandles = node_cells(n, "memory-region");

	m->iovas = g_array_new(FALSE, FALSE, sizeof(struct board_iova));
	for (unsigned i = 0; i < m->regions->len; i++) {
		unsigned idx = g_array_index(m->regions, unsigned, i);

		if (idx == BOARD_NO_REGION)
			continue;
		g_assert(idx < b->reserved->len);
		if (!read_region_iovas(m, n, fdt_by_phandle(n->fdt,
				       (uint32_t)cells_number(phandles, i, 1)), idx, error))
			return false;
	}
	return true;
}

void free_streams(struct board_master *m)
{
	g_clear_pointer(&m->iommus, g_array_unref);
	g_clear_pointer(&m->streams, g_array_unref);
	g_clear_pointer(&m->iommu_maps, g_array_unref);
	g_clear_pointer(&m->iovas, g_array_unref);
}
