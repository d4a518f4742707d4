/* SPDX-License-Identifier: MIT */
/* Ownership and devices: who may touch what, and when. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_devices[NR_HAZARD_CLASSES] = {
	[HAZARD_CPU_READ_WHILE_MAPPED] = {
		.id = "ADM-201", .title = "cpu-read-while-mapped",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The CPU read a buffer that is mapped for the device to write. This "
		"time the bytes were right. Between a map or dma_sync_*_for_device() "
		"and the next unmap or dma_sync_*_for_cpu() the buffer is the "
		"device's, and a read brings a line into the cache that will be stale.",
		.fix =
		"dma_sync_*_for_cpu() before, dma_sync_*_for_device() after the look; "
		"or the unmap",
		.references =
		"E-1, H20; Documentation/core-api/dma-api-howto.rst; DDI 0406C A3.5.3",
	},
	[HAZARD_CPU_WRITE_WHILE_MAPPED] = {
		.id = "ADM-202", .title = "cpu-write-while-mapped",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"The CPU wrote to a buffer that belongs to the device. The store stays "
		"in the cache: the device does not see it, and if the device writes to "
		"the buffer, the line goes over its data or is dropped with the store "
		"in it.",
		.fix =
		"dma_sync_*_for_cpu() before, dma_sync_*_for_device() after the store; "
		"or the store before the map",
		.references =
		"E-2, E-3, H19, H35; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_DEVICE_ACCESS_UNMAPPED] = {
		.id = "ADM-203", .title = "device-access-unmapped",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The device used memory that is not mapped for it: before the map, "
		"after the unmap, past the end, or at an address that was never a DMA "
		"address. Behind an IOMMU this faults; without one it corrupts whoever "
		"owns the memory now.",
		.fix =
		"stop the device before the unmap; map before it is started; give it "
		"what dma_map_*() returned",
		.references =
		"E-57, E-58, E-67, E-71, H67-H70, H72, H73, H86; "
		"Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_DEVICE_WRITE_TO_DEVICE] = {
		.id = "ADM-204", .title = "device-write-to-device",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The device wrote to a buffer that was mapped DMA_TO_DEVICE. The unmap "
		"will not invalidate it, so the CPU may go on seeing the old bytes; "
		"behind an IOMMU the write faults, since the mapping is read-only.",
		.fix =
		"map with DMA_FROM_DEVICE or DMA_BIDIRECTIONAL",
		.references =
		"E-8, H24, H75; Documentation/core-api/dma-api-howto.rst; "
		"arch/arm/mm/dma-mapping.c",
	},
	[HAZARD_DEVICE_READ_FROM_DEVICE] = {
		.id = "ADM-205", .title = "device-read-from-device",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The device read a buffer that was mapped DMA_FROM_DEVICE. The map "
		"invalidates lines, what the CPU had stored in them may be gone, and "
		"behind an IOMMU that has write-only pages the read faults.",
		.fix =
		"DMA_BIDIRECTIONAL, or DMA_TO_DEVICE",
		.references =
		"E-9, E-72, H24; Documentation/core-api/dma-api-howto.rst; "
		"drivers/iommu/dma-iommu.c, dma_info_to_prot()",
	},
	[HAZARD_DEVICE_WHILE_CPU] = {
		.id = "ADM-206", .title = "device-access-while-cpu-owns",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The device used a buffer that dma_sync_*_for_cpu() had given to the "
		"CPU and that nothing gave back. On this machine nothing goes wrong by "
		"it; on others the line that the CPU holds is stale, or goes over what "
		"the device writes.",
		.fix =
		"dma_sync_*_for_device() before the device is started",
		.references =
		"E-4, E-10, H27; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_WRONG_DEVICE] = {
		.id = "ADM-207", .title = "wrong-device",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Memory that is mapped for one device was used, synced or unmapped for "
		"another. Each device has its own view of memory: its IOMMU, its "
		"offset, its mask.",
		.fix =
		"the struct device that does the DMA: not its parent, nor its child",
		.references =
		"E-65, E-76; Documentation/core-api/dma-api-howto.rst; "
		"kernel/dma/debug.c",
	},
	[HAZARD_DEVICE_UNBOUND] = {
		.id = "ADM-208", .title = "device-active-unbound",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device does DMA while no driver is bound to it: after its remove(), "
		"or before its probe(). Its driver left it running, and the memory "
		"belongs to others.",
		.fix =
		"stop the device in ->remove() and ->shutdown()",
		.references =
		"E-66, H86; Documentation/driver-api/driver-model/driver.rst",
	},
};
