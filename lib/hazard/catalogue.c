/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: what hazards there are. Everything that is said of a class in general is
 * said here, and all else (the program's `hazards` and `explain`, the docs, rules of SARIF) is
 * made of it. Ids and titles are stable.
 *
 * References: E-n a hazard of the DMA API's rule book, H n one of Armv7's memory system, T n a
 * timeline of a double mapping, Z n a bug of another project; then where to read on.
 */
#include <armdma/hazard.h>

#include <glib.h>

static const struct hazard_info catalogue[NR_HAZARD_CLASSES] = {
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
		"E-1, E-5, E-6, E-9, E-11, E-16, H15-H17, H20, H29, Z01, Z02; "
		"Documentation/core-api/dma-api-howto.rst; DDI 0406C A3.5.3",
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
		"E-2, E-4, E-6, E-16, H15, H27, H29; "
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
		"E-3, E-12, E-22, E-23, H06, H18, H21, Z03; DDI 0406C A3.5.7",
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
		"E-9, E-13, H23, Z04, Z05; arch/arm/mm/cache-v7.S",
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
		"E-14, H18; Documentation/core-api/dma-api.rst, "
		"dma_alloc_noncoherent()",
	},
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
		"E-1, H20",
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
		"E-2, E-3, H19",
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
		"E-57, E-58, E-67, E-71, H72, H73, H86; "
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
		"E-8, H24",
	},
	[HAZARD_ALIAS_TYPE] = {
		.id = "ADM-301", .title = "alias-type",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"One page has two live mappings of different memory types. "
		"Strongly-ordered and Device memory promise how many accesses there "
		"are, how large and in which order; with a Normal mapping of the same "
		"page all that is void, and no cache maintenance brings it back.",
		.fix =
		"one memory type for all mappings of a page",
		.references =
		"E-42, H02, H11; DDI 0406C A3.5.7",
	},
	[HAZARD_ALIAS_ATTRIBUTES] = {
		.id = "ADM-302", .title = "alias-attributes",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"One page has two live mappings that are cacheable in different ways. "
		"Arm allows the cached one to be filled speculatively at any time, and "
		"such a line can answer reads of the other mapping or be written back "
		"over its data.",
		.fix =
		"one cacheability for all mappings of a page, or no cached one while "
		"it is shared",
		.references =
		"E-42, H01, H12, T1-T4; DDI 0406C A3.5.7",
	},
	[HAZARD_UNMAP_UNKNOWN] = {
		.id = "ADM-401", .title = "unmap-unknown",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Something was unmapped that is not mapped: twice, or by an address "
		"that no map call returned. Behind an IOMMU this takes away somebody "
		"else's mapping.",
		.fix =
		"one unmap for each map, with what it returned",
		.references =
		"E-55, H32; kernel/dma/debug.c",
	},
	[HAZARD_UNMAP_SIZE] = {
		.id = "ADM-402", .title = "unmap-size",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The unmap's size differs from the map's. Lines beyond it are not "
		"invalidated, and an IOMMU keeps, or loses, pages that it should not.",
		.fix =
		"the size that was mapped",
		.references =
		"E-48, E-56, Z09; kernel/dma/debug.c",
	},
	[HAZARD_UNMAP_DIRECTION] = {
		.id = "ADM-403", .title = "unmap-direction",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"The unmap's direction differs from the map's. The direction decides "
		"whether lines are invalidated, so what the device wrote may stay "
		"invisible.",
		.fix =
		"the direction that was mapped with",
		.references =
		"E-56; kernel/dma/debug.c",
	},
	[HAZARD_UNMAP_FUNCTION] = {
		.id = "ADM-404", .title = "unmap-function",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"Memory was given back by a function of another family than the one "
		"that mapped or allocated it: single, sg, resource and coherent are "
		"kept apart.",
		.fix =
		"the counterpart of the function that mapped",
		.references =
		"E-56; kernel/dma/debug.c",
	},
	[HAZARD_UNMAP_NENTS] = {
		.id = "ADM-405", .title = "unmap-nents",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"dma_unmap_sg() was not given the number of entries that dma_map_sg() "
		"was given. The number that dma_map_sg() returned is for programming "
		"the device only.",
		.fix =
		"the number that was passed to dma_map_sg(), not the one that it "
		"returned",
		.references =
		"E-57, H82; Documentation/core-api/dma-api.rst",
	},
	[HAZARD_SYNC_UNKNOWN] = {
		.id = "ADM-406", .title = "sync-unknown",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"A sync was asked for an address that no live mapping covers. Nothing "
		"useful is cleaned or invalidated, and the buffer that was meant is "
		"not synced.",
		.fix =
		"the address that the map returned, while it is mapped",
		.references =
		"E-11, H25; kernel/dma/debug.c",
	},
	[HAZARD_SYNC_RANGE] = {
		.id = "ADM-407", .title = "sync-range",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"A sync goes beyond the mapping that it begins in, or names another "
		"number of sg entries. The bytes outside belong to somebody else.",
		.fix =
		"a range within the mapping",
		.references =
		"E-11, H25; kernel/dma/debug.c",
	},
	[HAZARD_SYNC_DIRECTION] = {
		.id = "ADM-408", .title = "sync-direction",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"A sync's direction differs from the mapping's. On Arm a sync for the "
		"CPU with DMA_TO_DEVICE does nothing at all, so the device's data "
		"stays invisible.",
		.fix =
		"the direction that was mapped with",
		.references =
		"E-7, H25; kernel/dma/debug.c",
	},
	[HAZARD_MAPPING_UNCHECKED] = {
		.id = "ADM-409", .title = "mapping-unchecked",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"dma_mapping_error() was never asked about a mapping. Mappings fail, "
		"when bounce buffers or IOMMU addresses run out; then the device is "
		"given an address that is no address.",
		.fix =
		"dma_mapping_error() after each map",
		.references =
		"E-52, H83, Z18; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_MAPPING_ERROR_USED] = {
		.id = "ADM-410", .title = "mapping-error-used",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"DMA_MAPPING_ERROR was unmapped, synced or given to the device as if "
		"it were an address. The mapping had failed.",
		.fix =
		"give up, or try again later, when dma_mapping_error() says so",
		.references =
		"E-52, H83, Z18; kernel/dma/debug.c",
	},
	[HAZARD_MAPPING_LEAKED] = {
		.id = "ADM-411", .title = "mapping-leaked",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"Memory was still mapped, or coherent memory still allocated, when the "
		"device went away or the run ended. The device may go on using it, and "
		"bounce buffers and IOMMU addresses run out.",
		.fix =
		"an unmap on every path, error paths included",
		.references =
		"E-53, E-54, H31; kernel/dma/debug.c",
	},
	[HAZARD_BACKEND_SWITCHED] = {
		.id = "ADM-412", .title = "backend-switched",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"A device got other mapping operations, or none, while memory was "
		"mapped for it. Whoever maps for it now does not know those addresses: "
		"unmapping them releases nothing, or something else, and the device "
		"uses a translation that is gone.",
		.fix =
		"unmap everything before the operations change",
		.references =
		"E-66",
	},
	[HAZARD_FREE_WHILE_MAPPED] = {
		.id = "ADM-413", .title = "free-while-mapped",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Memory was freed while it was mapped for a device. Its next owner "
		"shares it with the device, which is how network packets end up in "
		"page tables.",
		.fix =
		"the unmap before the kfree()",
		.references =
		"E-29, H31",
	},
	[HAZARD_MAP_NOT_MEMORY] = {
		.id = "ADM-303", .title = "map-not-memory",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Something was mapped that the streaming API cannot map: a stack, a "
		"global variable, vmalloc memory, device registers. Only memory of the "
		"linear map has the one physical address that the device needs.",
		.fix =
		"memory of kmalloc() or of the page allocator",
		.references =
		"E-25, E-26, E-27, E-28, H33, Z19; kernel/dma/debug.c",
	},
	[HAZARD_MAP_COHERENT] = {
		.id = "ADM-304", .title = "map-coherent",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Coherent memory was mapped for streaming: a list of dma_get_sgtable() "
		"given to dma_map_sg(). The maintenance goes by the linear map's "
		"address, another than the one in use, and may find no such address, "
		"or write old lines over the memory. It needs none: "
		"DMA_ATTR_SKIP_CPU_SYNC.",
		.fix =
		"nothing, or DMA_ATTR_SKIP_CPU_SYNC for a list of dma_get_sgtable()",
		.references =
		"E-37, H36",
	},
	[HAZARD_LINE_SHARED] = {
		.id = "ADM-305", .title = "line-shared",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Two live mappings share a cache line, and the device writes to at "
		"least one of them. Invalidating the line for one throws away, and "
		"cleaning it overwrites, bytes of the other.",
		.fix =
		"lines of its own for each buffer: ARCH_DMA_MINALIGN",
		.references =
		"E-18, E-19, E-20, E-22, H22, H26, Z08; kernel/dma/debug.c",
	},
	[HAZARD_POOL_OVERRUN] = {
		.id = "ADM-501", .title = "pool-overrun",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"An access ran past the end of a block of a dma_pool, into a block "
		"that nobody holds. Free blocks hold the links of the pool's list: a "
		"write there makes the pool give out memory that is not its own, to "
		"somebody else and later.",
		.fix =
		"a pool of larger blocks, or a shorter access",
		.references =
		"E-50; mm/dmapool.c",
	},
	[HAZARD_POOL_USE_AFTER_FREE] = {
		.id = "ADM-502", .title = "pool-use-after-free",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"The driver or the device used a block of a dma_pool after "
		"dma_pool_free(). The block holds the pool's list now, or belongs to "
		"somebody else. A kernel cannot see what a device writes there before "
		"the next allocation, if then.",
		.fix =
		"dma_pool_free() once nobody uses the block",
		.references =
		"E-50; mm/dmapool.c",
	},
	[HAZARD_POOL_FREE] = {
		.id = "ADM-503", .title = "pool-free-wrong",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"dma_pool_free() was given a block that is free, or another pool's, or "
		"with a DMA address that is not the block's. A kernel without "
		"debugging believes it, and gives one block to two drivers, or a "
		"device an address of nobody's.",
		.fix =
		"the pool, the pointer and the DMA address of one dma_pool_alloc(), "
		"once",
		.references =
		"E-50; mm/dmapool.c",
	},
	[HAZARD_POOL_BUSY] = {
		.id = "ADM-504", .title = "pool-destroy-busy",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"dma_pool_destroy() was called while blocks were in use. The kernel "
		"says that the pool is busy and leaves its memory allocated for ever.",
		.fix =
		"dma_pool_free() of every block before dma_pool_destroy()",
		.references =
		"E-50; mm/dmapool.c",
	},
	[HAZARD_FREE_WHILE_USER_MAPPED] = {
		.id = "ADM-505", .title = "free-while-user-mapped",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Memory was freed that a process still has mapped by frame, which "
		"keeps nothing alive. The process goes on reading and writing it, "
		"whoever gets it next: another driver's buffer, page tables, another "
		"process.",
		.fix =
		"keep the memory until the last munmap()",
		.references =
		"E-45",
	},
	[HAZARD_MMAP_ATTRIBUTES] = {
		.id = "ADM-306", .title = "mmap-attributes",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"Memory of dma_alloc_attrs() was mapped for a process with other "
		"attributes than it was allocated with. Which memory type each of them "
		"is depends on the core, so on one board the two mappings agree and on "
		"the next they do not.",
		.fix =
		"dma_mmap_attrs() with the attributes of the allocation",
		.references =
		"E-43, H12",
	},
	[HAZARD_USER_PAGE_COPIED] = {
		.id = "ADM-506", .title = "user-page-copied",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"A page of a process was taken without a pin and given to a device; "
		"then the process forked, wrote to it, and got a copy. Device and "
		"process no longer share the page: what the device writes is lost, "
		"what it reads is old.",
		.fix =
		"pin_user_pages_fast() and its counterpart",
		.references =
		"E-32; Documentation/core-api/pin_user_pages.rst",
	},
	[HAZARD_CPU_ABORT] = {
		.id = "ADM-601", .title = "cpu-abort",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A load or store of the code under test was refused by the MMU or the "
		"bus. On real hardware this is a data abort: an oops, or a hang.",
		.fix =
		"an address that is mapped, and an access that its memory type allows",
		.references =
		"E-44, E-47; DDI 0406C B3.12",
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
		"E-21, H34, Z06",
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
		"E-51, H77, H78",
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
		"E-9, E-72, H24",
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
		"E-4, E-10, H27",
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
		"E-65, E-76",
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
		"E-66, H86",
	},
	[HAZARD_COHERENT_ALIAS] = {
		.id = "ADM-307", .title = "coherent-through-alias",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Coherent memory was accessed through the kernel's cached mapping of "
		"the same pages, not by the pointer that the allocator returned. Lines "
		"come into the cache that nothing ever cleans or invalidates.",
		.fix =
		"the pointer that dma_alloc_coherent() returned",
		.references =
		"E-36, H04, H05, H08, H36, T1-T3",
	},
	[HAZARD_VMAP_NOT_FLUSHED] = {
		.id = "ADM-308", .title = "vmap-not-flushed",
		.severity = SEVERITY_STALE, .strength = STRENGTH_OBSERVED,
		.meaning =
		"Pages were used for DMA that are also mapped by vmap() or for a "
		"process, in a cache whose lines depend on the virtual address. The "
		"DMA API maintains the linear map's lines; those of the other address "
		"were not flushed or invalidated.",
		.fix =
		"flush_kernel_vmap_range() before, invalidate_kernel_vmap_range() "
		"after the transfer",
		.references =
		"E-33, H61-H66; Documentation/core-api/cachetlb.rst",
	},
	[HAZARD_SGTABLE_NO_PAGE] = {
		.id = "ADM-309", .title = "sgtable-no-page",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"dma_get_sgtable() was asked about memory that has no struct page: a "
		"reserved area of the device's own. The list that it returns names "
		"pages that do not exist.",
		.fix =
		"dma_mmap_attrs(), or memory of the page allocator",
		.references =
		"E-38",
	},
	[HAZARD_COOKIE_USED] = {
		.id = "ADM-310", .title = "cookie-used",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"What dma_alloc_attrs() returned with DMA_ATTR_NO_KERNEL_MAPPING was "
		"used as a pointer, or freed without that attribute. It is no address "
		"of the memory.",
		.fix =
		"an allocation without DMA_ATTR_NO_KERNEL_MAPPING; the same attributes "
		"when it is freed",
		.references =
		"E-48, E-49; Documentation/core-api/dma-attributes.rst",
	},
	[HAZARD_MAP_RESOURCE_MEMORY] = {
		.id = "ADM-311", .title = "map-resource-memory",
		.severity = SEVERITY_STALE, .strength = STRENGTH_RULE,
		.meaning =
		"dma_map_resource() was given memory, or dma_map_page() registers. The "
		"one does no cache maintenance, and the other does it where there is "
		"no cache.",
		.fix =
		"dma_map_single() or dma_map_page() for memory, dma_map_resource() for "
		"registers",
		.references =
		"E-31; Documentation/core-api/dma-api.rst",
	},
	[HAZARD_MAP_PAST_ALLOCATION] = {
		.id = "ADM-312", .title = "map-past-allocation",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"A mapping goes on behind the end of the memory that it begins in. "
		"Pages that lie behind one another in virtual addresses or in a list "
		"need not do so in physical ones, and the device gets at a stranger's "
		"memory.",
		.fix =
		"an sg list with an entry for each piece",
		.references =
		"E-30; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_FREE_ADDRESS] = {
		.id = "ADM-414", .title = "free-address",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Coherent memory was freed by another CPU address than it was "
		"allocated at. The library gives back what is mapped there, or nothing.",
		.fix =
		"the pointer that dma_alloc_*() returned",
		.references =
		"E-48, H84, Z20; kernel/dma/debug.c",
	},
	[HAZARD_FREE_ATTRIBUTES] = {
		.id = "ADM-415", .title = "free-attributes",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"Coherent memory was freed with other attributes than it was allocated "
		"with. They decide how it was mapped, and so how it is given back.",
		.fix =
		"the attributes of the allocation",
		.references =
		"E-48; Documentation/core-api/dma-attributes.rst",
	},
	[HAZARD_MAP_SIZE] = {
		.id = "ADM-416", .title = "map-size",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"Nothing was mapped: a length of 0, or one that runs past the end of "
		"memory or of the addresses.",
		.fix =
		"a length of 1 and more, within the buffer",
		.references =
		"E-35",
	},
	[HAZARD_MAPPING_TOO_LARGE] = {
		.id = "ADM-417", .title = "mapping-too-large",
		.severity = SEVERITY_BREAKS, .strength = STRENGTH_RULE,
		.meaning =
		"A mapping is larger than dma_max_mapping_size() says for this device, "
		"and failed by that. It works on every machine on which nothing "
		"bounces.",
		.fix =
		"ask dma_max_mapping_size(), and split what is larger",
		.references =
		"E-63; Documentation/core-api/dma-api.rst",
	},
	[HAZARD_MASK_EXCEEDED] = {
		.id = "ADM-418", .title = "mask-exceeded",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The device was given an address that it cannot hold: its upper bits "
		"are lost on the way, and the device works on other memory. The DMA "
		"mask says more than the hardware can do.",
		.fix =
		"dma_set_mask_and_coherent() with what the device can address",
		.references =
		"E-61, H79; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_MASK_CHANGED] = {
		.id = "ADM-419", .title = "mask-changed",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"A device's DMA mask was made narrower while memory is mapped for it "
		"at addresses that it no longer reaches.",
		.fix =
		"dma_set_mask_and_coherent() once, in ->probe(), before the first "
		"mapping",
		.references =
		"E-62",
	},
	[HAZARD_SG_MODIFIED] = {
		.id = "ADM-420", .title = "sg-modified",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"An sg list was changed, or mapped again, while it is mapped. The "
		"unmap goes by the list, and finds other addresses and lengths than "
		"the map had put there.",
		.fix =
		"leave the list alone until dma_unmap_sg()",
		.references =
		"E-59; Documentation/core-api/dma-api-howto.rst",
	},
	[HAZARD_SEGMENT_SIZE] = {
		.id = "ADM-421", .title = "segment-size",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"An sg segment is longer than the device says that it can take: the "
		"length does not fit in its descriptor.",
		.fix =
		"dma_set_max_seg_size() as the hardware has it, and segments that fit",
		.references =
		"E-60, H81; kernel/dma/debug.c",
	},
	[HAZARD_SEGMENT_BOUNDARY] = {
		.id = "ADM-422", .title = "segment-boundary",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"An sg segment crosses a boundary that the device's address counter "
		"cannot cross: it wraps round.",
		.fix =
		"dma_set_seg_boundary() as the hardware has it, and segments that keep "
		"to it",
		.references =
		"E-60, H81; kernel/dma/debug.c",
	},
	[HAZARD_SLEEPS_IN_ATOMIC] = {
		.id = "ADM-602", .title = "sleeps-in-atomic",
		.severity = SEVERITY_HANGS, .strength = STRENGTH_RULE,
		.meaning =
		"A function that may sleep was called where nobody may: with a "
		"spinlock held, interrupts off, or in an interrupt.",
		.fix =
		"GFP_ATOMIC, or the call outside the lock",
		.references =
		"E-46, E-47, E-64, H84",
	},
	[HAZARD_CPU_FETCH_STALE] = {
		.id = "ADM-603", .title = "cpu-fetch-stale",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"The CPU executed old bytes: the instruction cache, or the memory that "
		"it is filled from, does not hold the code that a device or the CPU "
		"has written since.",
		.fix =
		"flush_icache_range() after the code is there",
		.references =
		"E-34, H50; Documentation/core-api/cachetlb.rst",
	},
	[HAZARD_IOMMU_TABLE_NOT_CLEAN] = {
		.id = "ADM-701", .title = "iommu-table-not-clean",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"An IOMMU walked its tables and saw an old descriptor, since the new "
		"one was still in a CPU's cache. A walker that does not snoop reads "
		"memory: each store to a table has to be cleaned, the very line of it, "
		"before the device may rely on it.",
		.fix =
		"clean each descriptor that was stored, before the device may rely on "
		"it",
		.references =
		"E-69, H52, A; docs/platforms.md",
	},
	[HAZARD_IOMMU_ORDER] = {
		.id = "ADM-702", .title = "iommu-order",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A descriptor and a register write reached the IOMMU in the wrong "
		"order: the store was still in a store buffer when the IOMMU walked, "
		"or the TLB was invalidated first and then brought the old translation "
		"in again. Store, clean, barrier, invalidate: in that order.",
		.fix =
		"store, clean, barrier, invalidate: in that order",
		.references =
		"K; docs/platforms.md",
	},
	[HAZARD_IOMMU_TLB_STALE] = {
		.id = "ADM-703", .title = "iommu-tlb-stale",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device got through by a translation that was unmapped, and whose "
		"unmap was complete: nothing had invalidated the TLB. The memory "
		"behind it may be somebody else's by now. Clearing a descriptor takes "
		"nothing out of a TLB.",
		.fix =
		"invalidate the TLB after the descriptor is cleared and before the "
		"unmap returns",
		.references =
		"E-68, H71, H74, Z11, Z12, B, C, F; docs/platforms.md",
	},
	[HAZARD_IOMMU_FLUSH_SCOPE] = {
		.id = "ADM-704", .title = "iommu-flush-scope",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A TLB was invalidated for an unmap, but for another address, context "
		"or ASID than that of the entry, and the old translation stayed. A "
		"domain that is used in several contexts, by several IOMMUs or with "
		"large ranges needs an invalidation for each.",
		.fix =
		"invalidate what was unmapped: every context, every IOMMU, the whole "
		"range",
		.references =
		"E-68, Z13, Z16; docs/platforms.md",
	},
	[HAZARD_IOMMU_PAGE_LEFT] = {
		.id = "ADM-705", .title = "iommu-page-left",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A large page may have several entries in a TLB, one for each set that "
		"its addresses lead to. An invalidation by one address takes one of "
		"them; devices get through by the others.",
		.fix =
		"invalidate a large page by each address, or everything",
		.references =
		"E-68; docs/platforms.md",
	},
	[HAZARD_IOMMU_NEGATIVE_STALE] = {
		.id = "ADM-706", .title = "iommu-negative-stale",
		.severity = SEVERITY_HANGS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device was refused although the address is mapped: the TLB holds, "
		"from before, that nothing is there. Hardware that keeps invalid "
		"descriptors, or fetches their neighbours, needs an invalidation after "
		"a map, too.",
		.fix =
		"invalidate after a map, too",
		.references =
		"E-70, D; docs/platforms.md",
	},
	[HAZARD_IOMMU_WALK_CACHE_STALE] = {
		.id = "ADM-707", .title = "iommu-walk-cache-stale",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"An IOMMU began its walk in a table that its walk cache held, and that "
		"no descriptor leads to any more. Invalidating the TLB by address "
		"leaves such pointers: unlinking a table, or replacing one by a large "
		"page, needs an invalidation that reaches the walk cache.",
		.fix =
		"an invalidation that reaches the walk cache, before a table is freed",
		.references =
		"E-69, E; docs/platforms.md",
	},
	[HAZARD_IOMMU_TABLE_FREED] = {
		.id = "ADM-708", .title = "iommu-table-freed",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"An IOMMU walked through a page of a table that had been freed. What "
		"it takes for descriptors is whatever the page's next owner writes "
		"there. A table goes in this order: unlink, clean, invalidate the walk "
		"cache, free.",
		.fix =
		"unlink, clean, invalidate the walk cache, free: in that order",
		.references =
		"E-69, Z21, G; docs/platforms.md",
	},
	[HAZARD_IOMMU_TLB_CONFLICT] = {
		.id = "ADM-709", .title = "iommu-tlb-conflict",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"Two entries of a TLB translate one address. A live descriptor was "
		"replaced by one of another size without an invalidation in between, "
		"and hardware may use either, mix them, or fault. Break before make: "
		"clear, invalidate, then set.",
		.fix =
		"break before make: clear, invalidate, set",
		.references =
		"H09, H; docs/platforms.md",
	},
	[HAZARD_IOMMU_STALL_HUNG] = {
		.id = "ADM-710", .title = "iommu-stall-hung",
		.severity = SEVERITY_HANGS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"An IOMMU holds an access that faulted, and nobody told it to go on or "
		"to give up: the device hangs, and with some parts everybody behind "
		"that IOMMU. Also a fault that nobody wants to mend has to be "
		"answered.",
		.fix =
		"resume or terminate every access that stalled",
		.references =
		"I; docs/platforms.md",
	},
	[HAZARD_IOMMU_DIVERTED] = {
		.id = "ADM-711", .title = "iommu-diverted",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device's access was not translated, and did not fail: it was "
		"bypassed, dropped, or sent to a page set aside for faults. The device "
		"sees no error, and its data is lost or lies in somebody else's "
		"memory.",
		.fix =
		"let what is not mapped fault, and handle the fault",
		.references =
		"J; docs/platforms.md",
	},
	[HAZARD_IOMMU_REGISTER_OFF] = {
		.id = "ADM-712", .title = "iommu-register-off",
		.severity = SEVERITY_HANGS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A register of an IOMMU was accessed while its clock or its power was "
		"off. On hardware this is an external abort, a hang, or a write that "
		"is lost, such as an invalidation.",
		.fix =
		"pm_runtime_get_sync() or clk_enable() before the access",
		.references =
		"H53, N; docs/platforms.md",
	},
	[HAZARD_IOMMU_OFF] = {
		.id = "ADM-713", .title = "iommu-off",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device worked while the IOMMU before it had no clock or no power. "
		"Nothing translates then; what happens to the access is the part's "
		"choice. A device link makes the device's runtime PM keep its IOMMU "
		"on.",
		.fix =
		"device_link_add() with DL_FLAG_PM_RUNTIME",
		.references =
		"N; docs/platforms.md",
	},
	[HAZARD_IOMMU_STATE_LOST] = {
		.id = "ADM-714", .title = "iommu-state-lost",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"An IOMMU lost its registers with its power, or by a reset, and was "
		"not programmed again before a device worked. The suspend has to save "
		"what the resume restores: contexts, table addresses, routes, enables.",
		.fix =
		"program everything again in ->runtime_resume",
		.references =
		"Z14, N; docs/platforms.md",
	},
	[HAZARD_IOMMU_WRONG_TRANSLATION] = {
		.id = "ADM-715", .title = "iommu-wrong-translation",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device got something else than what is mapped, though nothing is "
		"stale: the tables themselves, or the registers that lead to them, are "
		"not what iommu_map() or the attachment promised. A bug of the IOMMU's "
		"driver.",
		.fix =
		"check the descriptor and the registers against the manual",
		.references =
		"E-73, O; docs/platforms.md",
	},
	[HAZARD_IOMMU_MAP_OVERLAP] = {
		.id = "ADM-716", .title = "iommu-map-overlap",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"iommu_map() was asked to map where something is mapped. It refuses, "
		"with -EEXIST; who does not look goes on with what was there before.",
		.fix =
		"iommu_unmap() first, and a look at what iommu_map() returns",
		.references =
		"E-73, Z09, Z10",
	},
	[HAZARD_IOMMU_UNMAP_PARTIAL] = {
		.id = "ADM-717", .title = "iommu-unmap-partial",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"iommu_unmap() took away more, or less, than it was asked to: it began "
		"within a large page, or nothing was mapped there. It returns how much "
		"it was.",
		.fix =
		"the range that was mapped, and a look at what iommu_unmap() returns",
		.references =
		"E-73, Z09",
	},
	[HAZARD_IOVA_RESERVED] = {
		.id = "ADM-718", .title = "iova-reserved",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"Something was mapped at an address that the IOMMU or the bus keeps "
		"for itself: reserved regions, message interrupts, or beyond the "
		"aperture.",
		.fix =
		"iommu_get_resv_regions(), and the domain's geometry",
		.references =
		"E-74, Z17",
	},
	[HAZARD_IOMMU_DETACH_LIVE] = {
		.id = "ADM-719", .title = "iommu-detach-live",
		.severity = SEVERITY_CORRUPTS, .strength = STRENGTH_RULE,
		.meaning =
		"A device left its domain, or the domain was freed, while memory was "
		"mapped for it there that it still uses.",
		.fix =
		"stop the device, unmap, then detach",
		.references =
		"E-75, Z15",
	},
	[HAZARD_IOMMU_GROUP_SHARED] = {
		.id = "ADM-720", .title = "iommu-group-shared",
		.severity = SEVERITY_EXPOSES, .strength = STRENGTH_OBSERVED,
		.meaning =
		"A device used memory that is mapped for another device of its group. "
		"The IOMMU cannot tell them apart, and so protects neither from the "
		"other.",
		.fix =
		"one driver for the whole group, or a group of its own for each device",
		.references =
		"E-76",
	},
};

const struct hazard_info *hazard_info(enum hazard_class c)
{
	g_assert((unsigned)c < NR_HAZARD_CLASSES);
	return &catalogue[c];
}

const char *hazard_title(enum hazard_class c)
{
	return hazard_info(c)->title;
}

const char *hazard_meaning(enum hazard_class c)
{
	return hazard_info(c)->meaning;
}

const char *hazard_strength_name(enum hazard_strength s)
{
	static const char *const names[NR_HAZARD_STRENGTHS] = {
		[STRENGTH_OBSERVED] = "observed", [STRENGTH_POSSIBLE] = "possible",
		[STRENGTH_RULE] = "rule",
	};

	g_assert((unsigned)s < NR_HAZARD_STRENGTHS);
	return names[s];
}

const char *hazard_severity_name(enum hazard_severity s)
{
	static const char *const names[NR_HAZARD_SEVERITIES] = {
		[SEVERITY_BREAKS] = "breaks", [SEVERITY_STALE] = "stale",
		[SEVERITY_HANGS] = "hangs", [SEVERITY_EXPOSES] = "exposes",
		[SEVERITY_CORRUPTS] = "corrupts",
	};

	g_assert((unsigned)s < NR_HAZARD_SEVERITIES);
	return names[s];
}
