/* SPDX-License-Identifier: MIT */
/* Bytes and order: what the CPU and devices see of each other. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_bytes[NR_HAZARD_CLASSES] = {
	[HAZARD_CPU_READ_STALE] = {
		.id = "ADM-101", .title = "cpu-read-stale",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The CPU read bytes from a cache although newer ones are in memory: "
		"the device's data is there, and the driver does not see it. A line "
		"that was filled before the device wrote has to be invalidated before "
		"the CPU looks, by dma_sync_*_for_cpu() or by the unmap.",
		.fix =
		"dma_sync_*_for_cpu(), or the unmap, after the device is done and "
		"before the first look",
		.references =
		"E-1, E-5, E-6, E-9, E-11, E-16, H15-H17, H20, H28, H29, H30, H44, H48, "
		"H51, Z01, Z02; Documentation/core-api/dma-api-howto.rst; DDI 0406C "
		"A3.5.3",
	},
	[HAZARD_DEVICE_READ_STALE] = {
		.id = "ADM-102", .title = "device-read-stale",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The device read memory while newer bytes of the CPU were still in a "
		"cache: it sends, or acts on, what was there before. What the CPU "
		"writes has to be cleaned to memory before the device looks, by the "
		"map or by dma_sync_*_for_device().",
		.fix =
		"the map, or dma_sync_*_for_device(), after the last store and before "
		"the device is started",
		.references =
		"E-2, E-4, E-6, E-16, H15, H27, H28, H29, H30, H38, H48, H49; "
		"Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_DEVICE_WRITE_LOST] = {
		.id = "ADM-103", .title = "device-write-lost",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A dirty cache line was written back over what the device had written: "
		"the device's data is gone for good. A line that the device writes "
		"must not be dirty, so the CPU must keep its hands off the whole line, "
		"neighbours of the buffer included.",
		.fix =
		"give the buffer lines of its own: ARCH_DMA_MINALIGN, kmalloc() of its "
		"own; no store between map and unmap",
		.references =
		"E-3, E-12, E-22, E-23, H06, H18, H21, Z03, Z22; DDI 0406C A3.5.7",
	},
	[HAZARD_CPU_WRITE_LOST] = {
		.id = "ADM-104", .title = "cpu-write-lost",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"What the CPU wrote was dropped by an invalidate, or overwritten by an "
		"older line, and somebody read it afterwards. Memory that the CPU "
		"writes has to be given to the device before the next unmap or sync "
		"takes it back.",
		.fix =
		"dma_sync_*_for_device() after the store, or the store after the unmap",
		.references =
		"E-9, E-13, H13, H14, H23, Z04, Z05; arch/arm/mm/cache-v7.S",
	},
	[HAZARD_DEVICE_WRITE_OVER_DIRTY] = {
		.id = "ADM-105", .title = "device-write-over-dirty",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"The device wrote memory of which a cache holds a dirty line, before "
		"any sync gave it to the device. The line may be evicted at any time, "
		"over what the device wrote. Memory of dma_alloc_noncoherent() is "
		"cleared through the cache, so it needs dma_sync_*_for_device() even "
		"if the device only ever writes it.",
		.fix =
		"dma_sync_*_for_device() before the device is given the memory",
		.references =
		"E-14, H18; Documentation/core-api/dma-api.rst, dma_alloc_noncoherent()",
	},
	[HAZARD_COHERENCE_MISMATCH] = {
		.id = "ADM-106", .title = "coherence-mismatch",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The device's node says that it is coherent, and its port does not "
		"snoop the caches, or the other way about. The library then leaves out "
		"the maintenance that the hardware needs, for every buffer of the "
		"device.",
		.fix =
		"dma-coherent in the device tree if, and only if, the bus snoops",
		.references =
		"E-21, H07, H34, Z06, Z07; Documentation/devicetree/bindings: "
		"dma-coherent; DDI 0407G 2.4",
	},
	[HAZARD_BOUNCE_NOT_COPIED] = {
		.id = "ADM-107", .title = "bounce-not-copied",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"What the device wrote is still in the bounce buffer, or went with it: "
		"the unmap or sync that copies it back was left out, or told to skip "
		"it by DMA_ATTR_SKIP_CPU_SYNC. The CPU reads what its own buffer held "
		"before.",
		.fix =
		"dma_sync_*_for_cpu(), always: whether a mapping bounces may change "
		"with each map",
		.references =
		"E-15, E-17, H85; kernel/dma/swiotlb.c",
	},
	[HAZARD_DOORBELL_EARLY] = {
		.id = "ADM-108", .title = "doorbell-before-data",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A register write that starts the device may reach it before data that "
		"the CPU stored earlier: nothing between them makes the store visible. "
		"Normal memory and registers are not ordered with each other.",
		.fix =
		"writel(), or wmb() before writel_relaxed()",
		.references =
		"E-39, H38, H39, H40, H43; arch/arm/include/asm/io.h; DDI 0406C A3.8",
	},
	[HAZARD_STORES_REORDERED] = {
		.id = "ADM-109", .title = "stores-reordered",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The device may see a later store of the CPU, such as the bit that "
		"hands a descriptor over, before the earlier ones that fill it. Stores "
		"to Normal memory leave a store buffer in any order.",
		.fix =
		"dma_wmb() between the body and the bit that gives it away",
		.references =
		"E-40, E-41, H41, H45; Documentation/memory-barriers.txt; DDI 0406C "
		"A3.8",
	},
	[HAZARD_LOAD_REORDERED] = {
		.id = "ADM-110", .title = "load-reordered",
		.severity = SEVERITY_STALE, .strength = STRENGTH_POSSIBLE,
		.meaning =
		"The CPU looked whether the device is done, and then read what the "
		"device had written before that, with nothing between the two loads to "
		"keep them in order. The second may be performed first, and find what "
		"was there before.",
		.fix =
		"dma_rmb() between the look at the status and the rest",
		.references =
		"E-40, H42; Documentation/memory-barriers.txt; DDI 0406C A3.8",
	},
	[HAZARD_READ_UNINITIALISED] = {
		.id = "ADM-111", .title = "read-uninitialised",
		.severity = SEVERITY_EXPOSES, .strength = STRENGTH_RULE,
		.meaning =
		"Memory was read that nobody has written since it was allocated: the "
		"device sends, or the CPU acts on, what its last owner left there. Not "
		"all allocators clear.",
		.fix =
		"dma_alloc_coherent(), dma_pool_zalloc(), or a memset()",
		.references =
		"E-51, H77, H78; Documentation/core-api/dma-api.rst; "
		"Documentation/dev-tools/kmsan.rst",
	},
};
