/* SPDX-License-Identifier: MIT */
/* Which nodes of a board are Spreadtrum's IOMMUs: see ../kinds.h. */
#include <armdma/sprd-iommu.h>

#include "../kinds.h"

/* Trees do not say whether it is EX or VAU: its register does, and here knob version. */
static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	return sprd_iommu_new(m, &(struct sprd_iommu_config){
		.name = at->name, .reg_pa = at->reg_pa, .reg_len = at->reg_len,
		.walker = at->walker, .knobs = at->knobs,
	});
}

/* EX is 0, as trees have it that say nothing. */
static bool knows(unsigned version)
{
	return version == SPRD_VERSION_VAU;
}

static const char *const compatibles[] = { "sprd,iommu-v1", NULL };

const struct iommu_kind sprd_kind = {
	.name = "sprd", .compatibles = compatibles, .make = make, .knows = knows,
};
