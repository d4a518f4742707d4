/* SPDX-License-Identifier: MIT */
/* Which nodes of a board are Rockchip's IOMMUs, and which of them: see ../kinds.h. */
#include <armdma/board.h>
#include <armdma/rockchip-iommu.h>

#include "../kinds.h"

#define VERSION_2	"rockchip,rk3568-iommu"

static unsigned version_of(const struct board *b, const struct board_iommu *i)
{
	return board_iommu_is_compatible(b, i, VERSION_2) ? 2 : 1;
}

/* A tree that says not to reset it means that its reset is none. */
static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	struct rockchip_iommu_config cfg = {
		.name = at->name, .reg_pa = at->reg_pa, .reg_len = at->reg_len, .irq = at->irq,
		.walker = at->walker, .knobs = at->knobs,
	};

	if (!cfg.knobs.version)
		cfg.knobs.version = version_of(at->board, at->iommu);
	if (board_iommu_has(at->board, at->iommu, "rockchip,disable-mmu-reset"))
		cfg.knobs.misbehaves |= ROCKCHIP_RESET_UNUSABLE;
	return rockchip_iommu_new(m, &cfg);
}

static char *version(const struct board *b, const struct board_iommu *i)
{
	return g_strdup_printf("v%u", version_of(b, i));
}

static bool knows(unsigned version)
{
	return version == 1 || version == 2;
}

static const char *const compatibles[] = { "rockchip,iommu", VERSION_2, NULL };

const struct iommu_kind rockchip_kind = {
	.name = "rockchip", .compatibles = compatibles, .make = make, .version = version,
	.knows = knows,
};
