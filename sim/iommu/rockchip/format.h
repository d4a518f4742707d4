/* SPDX-License-Identifier: MIT */
/* Directory and page tables of Rockchip's IOMMUs, as rows: see <armdma/rockchip-iommu.h>. */
#ifndef SIM_IOMMU_ROCKCHIP_FORMAT_H
#define SIM_IOMMU_ROCKCHIP_FORMAT_H

#include "../format.h"

/* @version: 1 or 2. */
const struct pt_format *rockchip_format(unsigned version);
/* What a descriptor, or DTE_ADDR, says an address is. */
uint64_t rockchip_pa(unsigned version, uint32_t raw);

#endif
