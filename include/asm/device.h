/* SPDX-License-Identifier: MIT */
/*
 * What a struct device has on 32-bit Arm alone.
 *
 * Leaves out: Xen. Source: arch/arm/include/asm/device.h.
 */
#ifndef _ARMDMA_ASM_DEVICE_H
#define _ARMDMA_ASM_DEVICE_H

#include <stdbool.h>

struct dma_iommu_mapping;

/**
 * struct dev_archdata - <asm/dma-iommu.h>
 * @mapping:       the address space it is attached to, or NULL
 * @dma_ops_setup: arch_setup_dma_ops() made it; arch_teardown_dma_ops() takes it away
 */
struct dev_archdata {
	struct dma_iommu_mapping *mapping;
	bool dma_ops_setup;
};

#define to_dma_iommu_mapping(dev)	((dev)->archdata.mapping)

#endif
