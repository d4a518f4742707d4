/* SPDX-License-Identifier: MIT */
/* Kinds of memory, and pages that are mapped twice. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_memory[NR_HAZARD_CLASSES] = {
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
		"E-42, H02, H11, H46, H47; DDI 0406C A3.5.7",
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
		"E-42, H01, H03, H12, H13, T1-T4, T5-T7; DDI 0406C A3.5.7",
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
		"E-37, H36; Documentation/core-api/dma-attributes.rst",
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
		"E-18, E-19, E-20, E-22, E-24, H22, H26, H37, H69, Z08; "
		"kernel/dma/debug.c",
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
		"E-43, H12; Documentation/core-api/dma-api.rst; DDI 0406C A3.5.7",
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
		"E-36, H04, H05, H08, H36, T1-T3, T8; "
		"Documentation/core-api/dma-api.rst; DDI 0406C A3.5.7",
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
		"E-38; Documentation/core-api/dma-api.rst; include/linux/dma-mapping.h",
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
};
