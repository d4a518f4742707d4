/* SPDX-License-Identifier: MIT */
/* Pools and processes; then the context, and the CPU itself. See catalogue.c. */
#include "catalogue.h"

const struct hazard_info catalogue_pools[NR_HAZARD_CLASSES] = {
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
		"E-45; Documentation/core-api/dma-api.rst; mm/memory.c, "
		"remap_pfn_range()",
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
		"E-44, E-47, H54; DDI 0406C B3.12",
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
		"E-46, E-47, E-64, H84; Documentation/core-api/memory-allocation.rst; "
		"Documentation/locking/locktypes.rst",
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
};
