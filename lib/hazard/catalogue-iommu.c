/* SPDX-License-Identifier: MIT */
/* IOMMUs. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_iommu[NR_HAZARD_CLASSES] = {
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
		"E-69, H52; docs/platforms.md (A)",
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
		"docs/platforms.md (K)",
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
		"E-68, H10, H71, H74, Z11, Z12; docs/platforms.md (B, C, F)",
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
		"E-70; docs/platforms.md (D)",
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
		"E-69; docs/platforms.md (E)",
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
		"E-69, Z21; docs/platforms.md (G)",
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
		"H09; docs/platforms.md (H)",
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
		"docs/platforms.md (I)",
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
		"docs/platforms.md (J)",
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
		"H53; docs/platforms.md (N)",
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
		"docs/platforms.md (N)",
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
		"Z14; docs/platforms.md (N)",
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
		"E-73; docs/platforms.md (O)",
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
		"E-73, Z09, Z10; include/linux/iommu.h; drivers/iommu/iommu.c",
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
		"E-73, Z09; include/linux/iommu.h; drivers/iommu/iommu.c",
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
		"E-74, Z17; include/linux/iommu.h; drivers/iommu/dma-iommu.c",
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
		"E-75, Z15; include/linux/iommu.h; drivers/iommu/iommu.c",
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
		"E-76; Documentation/driver-api/vfio.rst, groups; drivers/iommu/iommu.c",
	},
};
