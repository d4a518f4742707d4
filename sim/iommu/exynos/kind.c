/* SPDX-License-Identifier: MIT */
/*
 * System MMUs as a board has them. The tree does not say which version they are: the root's
 * compatible does, by a table of parts.c, unless a knob says another. Of a SoC that is not
 * there, a block that is long enough has VM registers, and any other is a 3.3.
 */
#include "../../sim.h"
#include "../kinds.h"
#include "sysmmu.h"

static uint32_t version_of(const struct board *b, const struct board_iommu *i)
{
	uint32_t version = i->knobs.version ? i->knobs.version : sysmmu_version_of_board(b);

	if (version)
		return version;
	if (i->reg_len >= SYSMMU_VM_LEN)
		return SYSMMU_VERSION(7, 0) | SYSMMU_WITH_VMS;
	return SYSMMU_VERSION(3, 3);
}

static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	struct exynos_iommu_config cfg = {
		.name = at->name, .reg_pa = at->reg_pa, .reg_len = at->reg_len, .irq = at->irq,
		.walker = at->walker, .knobs = at->knobs,
	};

	if (!cfg.knobs.version)
		cfg.knobs.version = version_of(at->board, at->iommu);
	return exynos_iommu_new(m, &cfg);
}

static char *version(const struct board *b, const struct board_iommu *i)
{
	uint32_t version = version_of(b, i);

	return g_strdup_printf("%u.%u%s", SYSMMU_MAJOR(version), SYSMMU_MINOR(version),
			       version & SYSMMU_WITH_VMS ? " with VMs" : "");
}

/* Those between that are not known are taken for the next below: see parts.c. */
static bool knows(unsigned version)
{
	return version >= SYSMMU_VERSION(1, 0) && version < SYSMMU_VERSION(8, 0);
}

static const char *const compatibles[] = { SYSMMU_COMPATIBLE, NULL };

const struct iommu_kind exynos_kind = {
	.name = "exynos", .compatibles = compatibles, .make = make, .version = version,
	.knows = knows,
};
