/* SPDX-License-Identifier: MIT */
/* Allwinner's IOMMU as a board has it. */
#include <armdma/sun50i-iommu.h>

#include "../kinds.h"

static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	return sun50i_iommu_new(m, &(struct sun50i_iommu_config){
		.name = at->name, .reg_pa = at->reg_pa, .irq = at->irq, .walker = at->walker,
		.knobs = at->knobs,
	});
}

static const char *const compatibles[] = {
	"allwinner,sun50i-h6-iommu", "allwinner,sun50i-h616-iommu", NULL
};

const struct iommu_kind sun50i_kind = {
	.name = "sun50i", .compatibles = compatibles, .make = make,
};
