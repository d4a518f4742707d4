/* SPDX-License-Identifier: MIT */
/*
 * OMAP's MMU as a board has it: ti,#tlb-entries, and for a DRA7 DSP ti,syscon-mmuconfig,
 * which leads to its DSP_SYSTEM.
 *
 * Device tree: Documentation/devicetree/bindings/iommu/ti,omap-iommu.txt.
 */
#include <armdma/omap-iommu.h>

#include "../../board/address.h"
#include "../../sim.h"
#include "../kinds.h"
#include "omap.h"

static enum omap_mmu_part part_of(const struct iommu_place *at)
{
	if (board_iommu_is_compatible(at->board, at->iommu, "ti,dra7-iommu") ||
	    board_iommu_is_compatible(at->board, at->iommu, "ti,dra7-dsp-iommu"))
		return OMAP_MMU_DRA7;
	return board_iommu_is_compatible(at->board, at->iommu, "ti,omap4-iommu") ?
	       OMAP_MMU_OMAP4 : OMAP_MMU_OMAP2;
}

/* Where the node of that phandle has its registers; 0: nowhere. */
static uint64_t pa_of_phandle(const struct board *b, uint32_t phandle)
{
	g_autoptr(fdt) f = fdt_new(b->dtb, b->dtb_len, "tree", NULL);
	const struct fdt_node *n;

	if (!f || !fdt_locate_nodes(f, NULL))
		return 0;
	n = fdt_by_phandle(f, phandle);
	return n && n->has_pa ? n->pa : 0;
}

static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	struct omap_iommu_config cfg = {
		.name = at->name, .part = part_of(at), .reg_pa = at->reg_pa,
		.reg_len = at->reg_len, .irq = at->irq, .walker = at->walker,
		.knobs = at->knobs,
	};
	uint32_t system[2] = { 0 };

	board_iommu_cells(at->board, at->iommu, "ti,#tlb-entries", &cfg.nr_entries, 1);
	if (board_iommu_cells(at->board, at->iommu, "ti,syscon-mmuconfig", system, 2) == 2) {
		cfg.system_pa = pa_of_phandle(at->board, system[0]);
		cfg.id = system[1];
	}
	return omap_iommu_new(m, &cfg);
}

static const char *const compatibles[] = {
	"ti,omap2-iommu", "ti,omap4-iommu", "ti,dra7-iommu", "ti,dra7-dsp-iommu", NULL
};

const struct iommu_kind omap_kind = {
	.name = OMAP_KIND, .compatibles = compatibles, .make = make,
};
