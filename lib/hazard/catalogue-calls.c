/* SPDX-License-Identifier: MIT */
/* Calls of the DMA API, and the ledger of what is mapped. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_calls[NR_HAZARD_CLASSES] = {
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
		"E-66; include/linux/dma-map-ops.h, set_dma_ops()",
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
		"E-29, H31; Documentation/core-api/dma-api-howto.rst",
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
		"E-35; kernel/dma/direct.h; Documentation/core-api/dma-api.rst",
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
		"E-62; Documentation/core-api/dma-api-howto.rst",
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
};
