/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs: every node with #iommu-cells, with the model that stands for it, its registers,
 * and the lines that it hangs on.
 *
 * Spec: Linux's bindings iommu/iommu.txt; armdma/iommu-knobs.h.
 */
#include <string.h>

#include <libfdt.h>
#include <armdma/reference-iommu.h>

#include "../iommu/kinds.h"
#include "address.h"
#include "read.h"

#define MAX_REGS	16		/* ranges of one node */

void board_iommu_free(struct board_iommu *i)
{
	g_clear_pointer(&i->regs, g_array_unref);
	g_clear_pointer(&i->irqs, g_array_unref);
	g_clear_pointer(&i->supplies, g_array_unref);
	g_free(i->path);
	g_free(i->name);
	g_free(i->compatible);
	g_free(i);
}

/* ---- knobs ----------------------------------------------------------------------------- */

/* One number; not there: as @ret was. False, with *@error: not one. */
static bool read_number(const struct fdt_node *n, const char *prop, uint32_t *ret, GError **error)
{
	unsigned nr = node_cells(n, prop).nr;

	if (!node_has(n, prop))
		return true;
	if (nr != 1)
		return node_complain(n, error, "%s has %u cells, where it takes 1", prop, nr);
	node_u32(n, prop, ret);
	return true;
}

/* A count, of which the tree says 0 for none. */
static bool read_count(const struct fdt_node *n, const char *prop, unsigned *ret, GError **error)
{
	uint32_t value = 0;

	if (!node_has(n, prop))
		return true;
	if (!read_number(n, prop, &value, error))
		return false;
	if (value == IOMMU_HW_NONE)
		return node_complain(n, error, "%s is %u, which no IOMMU has", prop, value);
	*ret = value ? value : IOMMU_HW_NONE;
	return true;
}

/* No cell: it has it. */
static bool read_habit(const struct fdt_node *n, const char *prop, uint8_t *ret, GError **error)
{
	uint32_t value = 1;

	if (!node_has(n, prop))
		return true;
	if (node_cells(n, prop).nr && !read_number(n, prop, &value, error))
		return false;
	*ret = value ? IOMMU_HW_YES : IOMMU_HW_NO;
	return true;
}

static bool read_walker(const struct fdt_node *n, uint8_t *ret, GError **error)
{
	static const char *const names[] = { "dram", "snooping", "level2" };
	const char *name = node_string(n, "armdma,walker");

	if (!node_has(n, "armdma,walker"))
		return true;
	for (unsigned i = 0; name && i < G_N_ELEMENTS(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (uint8_t)(IOMMU_HW_WALKER_DRAM + i);
			return true;
		}
	}
	return node_complain(n, error, "armdma,walker is not one of dram, snooping, level2");
}

static bool read_counts(const struct fdt_node *n, struct iommu_hw_knobs *k, GError **error)
{
	return read_count(n, "armdma,tlb-entries", &k->tlb_entries, error) &&
	       read_count(n, "armdma,tlb-ways", &k->tlb_ways, error) &&
	       read_count(n, "armdma,walk-cache-entries", &k->walk_cache_entries, error) &&
	       read_count(n, "armdma,prefetch", &k->prefetch, error) &&
	       read_count(n, "armdma,delay", &k->delay, error) &&
	       read_count(n, "armdma,descriptor-line", &k->line_len, error);
}

static bool read_habits(const struct fdt_node *n, struct iommu_hw_knobs *k, GError **error)
{
	return read_number(n, "armdma,version", &k->version, error) &&
	       read_number(n, "armdma,misbehaves", &k->misbehaves, error) &&
	       read_habit(n, "armdma,caches-negative", &k->caches_negative, error) &&
	       read_habit(n, "armdma,draws-victims", &k->draws_victims, error) &&
	       read_walker(n, &k->walker, error);
}

static bool make_sense(const struct fdt_node *n, const struct board_iommu *i, GError **error)
{
	g_autofree char *fault = board_iommu_knobs_fault(i, NULL);

	return !fault || node_complain(n, error, "%s", fault);
}

static bool read_knobs(const struct fdt_node *n, struct board_iommu *i, GError **error)
{
	return read_counts(n, &i->knobs, error) && read_habits(n, &i->knobs, error) &&
	       make_sense(n, i, error);
}

/* Which of the family it is: armdma/reference-iommu.h. */
static bool read_reference(const struct fdt_node *n, struct board_iommu *i, GError **error)
{
	const uint32_t known = (1u << NR_REF_FORMATS) - 1;

	if (!read_number(n, "armdma,formats", &i->formats, error))
		return false;
	if (i->formats & ~known)
		return node_complain(n, error, "armdma,formats is %#x, with bits beyond %#x",
				     i->formats, known);
	return true;
}

/* ---- nodes ------------------------------------------------------------------------------- */

static void read_regs(const struct fdt_node *n, struct board_iommu *i)
{
	struct board_bank regs = { .len = 0 };

	i->regs = g_array_new(FALSE, FALSE, sizeof(regs));
	for (unsigned idx = 0; idx < MAX_REGS && node_reg(n, idx, &regs.pa, &regs.len); idx++)
		g_array_append_val(i->regs, regs);
	if (!i->regs->len)
		return;
	i->reg_pa = g_array_index(i->regs, struct board_bank, 0).pa;
	i->reg_len = g_array_index(i->regs, struct board_bank, 0).len;
}

static bool node_is_one(const void *opaque, const char *compatible)
{
	return node_is_compatible(opaque, compatible);
}

static void find_kind(const struct fdt_node *n, struct board_iommu *i)
{
	const struct iommu_kind *k = iommu_kind_find(node_is_one, n);

	if (k && (i->reg_len || k->flags & IOMMU_KIND_FINDS_ROOM))
		i->kind = k->name;
	i->is_modelled = i->kind;
}

static bool add_iommu(struct board *b, const struct fdt_node *n, uint32_t nr_cells,
		      GError **error)
{
	struct board_iommu *i = g_new0(struct board_iommu, 1);

	i->path = node_path(n);
	i->name = node_device_name(n);
	i->compatible = node_text(n, "compatible");
	i->nr_cells = nr_cells;
	i->is_disabled = n->is_disabled;
	i->is_coherent = node_is_coherent(n);
	i->node = n->offset;
	g_ptr_array_add(b->iommus, i);
	read_regs(n, i);
	find_kind(n, i);
	return read_irqs(n, &i->irqs, error) && read_supplies(n, &i->supplies, error) &&
	       read_knobs(n, i, error) && read_reference(n, i, error);
}

bool read_iommus(struct board *b, const struct fdt *f, GError **error)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);
		uint32_t nr_cells = 0;

		if (!node_has(n, "#iommu-cells"))
			continue;
		node_u32(n, "#iommu-cells", &nr_cells);
		if (nr_cells > FDT_MAX_CELLS)
			return node_complain(n, error, "#iommu-cells is %u, more than %d",
					     nr_cells, FDT_MAX_CELLS);
		if (!add_iommu(b, n, nr_cells, error))
			return false;
	}
	return true;
}

/* ---- more of a node ------------------------------------------------------------------------ */

unsigned board_iommu_cells(const struct board *b, const struct board_iommu *i, const char *prop,
			   uint32_t *ret, unsigned nr)
{
	int len = 0;
	const fdt32_t *cells = b->dtb ? fdt_getprop(b->dtb, i->node, prop, &len) : NULL;
	unsigned nr_cells = cells ? (unsigned)len / sizeof(*cells) : 0;

	for (unsigned n = 0; n < MIN(nr, nr_cells); n++)
		ret[n] = fdt32_ld(cells + n);
	return nr_cells;
}

bool board_iommu_has(const struct board *b, const struct board_iommu *i, const char *prop)
{
	return b->dtb && fdt_getprop(b->dtb, i->node, prop, NULL);
}

bool board_is_compatible(const struct board *b, const char *compatible)
{
	return b->dtb && fdt_node_check_compatible(b->dtb, 0, compatible) == 0;
}

bool board_iommu_is_compatible(const struct board *b, const struct board_iommu *i,
			       const char *compatible)
{
	return b->dtb && fdt_node_check_compatible(b->dtb, i->node, compatible) == 0;
}
