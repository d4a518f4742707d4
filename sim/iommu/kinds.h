/* SPDX-License-Identifier: MIT */
/*
 * Which model is at which node of a board: a row for each kind of IOMMU. The kind's own
 * file has its row and its make(); the table in kinds.c names it.
 */
#ifndef SIM_IOMMU_KINDS_H
#define SIM_IOMMU_KINDS_H

#include <armdma/iommu.h>

/*
 * Where a model goes.
 *
 * @iommu:  of the tree; board_iommu_cells() and the like read more of its node
 * @range:  index into @iommu->regs: it is this MMU of the node
 * @name:   of the model: the node's, and ":1", ":2" of further ranges
 * @irq:    its line; 0: the tree gives it none
 * @walker: what @knobs, else dma-coherent, say
 * @knobs:  the harness's over the node's
 */
struct iommu_place {
	const struct board *board;
	const struct board_iommu *iommu;
	unsigned range;
	const char *name;
	uint64_t reg_pa, reg_len;
	unsigned irq;
	enum iommu_hw_walker walker;
	struct iommu_hw_knobs knobs;
};

/* It can be made without registers of the tree: bus_find_room(). */
#define IOMMU_KIND_FINDS_ROOM	(1u << 0)

/*
 * @name:  "reference", "rockchip"; as iommu_hw_kind() says
 * @compatibles: NULL-terminated; a node that names any of them is of this kind
 * @make:  its ops->reset() has run; supplies are added by who calls
 * @version: of the part, for people: "v2"; yours to g_free(). NULL: there is just one
 * @knows: is there one with that in knob version (never 0)? NULL: any will do
 */
struct iommu_kind {
	const char *name;
	const char *const *compatibles;
	struct iommu_hw *(*make)(struct machine *m, const struct iommu_place *at);
	char *(*version)(const struct board *b, const struct board_iommu *i);
	bool (*knows)(unsigned version);
	unsigned flags;
};

/* The kind whose compatibles @is_one(opaque, ...) says yes to; NULL: none. */
const struct iommu_kind *iommu_kind_find(bool (*is_one)(const void *opaque, const char *compatible),
					 const void *opaque);
const struct iommu_kind *iommu_kind_named(const char *name);

/* As iommu_hw_knobs_fault(), of one of @k; NULL: of any. */
char *iommu_kind_knobs_fault(const struct iommu_kind *k, const struct iommu_hw_knobs *knobs);

/* ---- the rows, each in its kind's file ------------------------------------------------ */

extern const struct iommu_kind exynos_kind;
extern const struct iommu_kind msm_kind;
extern const struct iommu_kind omap_kind;
extern const struct iommu_kind reference_kind;
extern const struct iommu_kind rockchip_kind;
extern const struct iommu_kind sprd_kind;
extern const struct iommu_kind sun50i_kind;

#endif
