/* SPDX-License-Identifier: MIT */
/*
 * One table of cores and one of outer caches: what a device tree does not say.
 *
 * A core is modelled when its level 1 data cache behaves physically tagged and
 * free of aliases, whatever index it really uses: then one line of one physical
 * address is all there can be, which is what the per-view images hold.
 *
 * Where a part allows several sizes, the one that most SoCs chose stands here and
 * is marked as assumed. Replacement is what the manual says, and pseudo-random
 * where it says nothing.
 *
 * Walks: the table walker of a multiprocessing core reads L1D when TTBR.IRGN says
 * cacheable; that is what Linux relies on when it patches its DCCMVAC after a page
 * table store out on SMP (arch/arm/mm/proc-v7-2level.S, ALT_SMP). Of the cores
 * here only the Cortex-A8, and the uniprocessor PJ4 and Scorpion, read below L1.
 *
 * Sources, by core: Cortex-A5 DDI0433, A7 DDI0464, A8 DDI0344, A9 DDI0388, A12
 * (announced as the A17, DDI0535), A15 DDI0438, A17 DDI0535, A32 100241, A35
 * 100236, A53 DDI0500, A55 100442, A57 DDI0488, A72 100095, A73 100048, A75 100403;
 * ARM926 DDI0198, ARM1136 DDI0211, ARM1176 DDI0301, ARM11 MPCore DDI0360. Krait
 * and Scorpion: 7-cpu.com. Marvell: functional specifications of the Armada 370
 * and XP; which cores have aliases: arch/arm/mm/proc-*.S, arch/arm/kernel/setup.c.
 */
#include <string.h>
#include <glib.h>

#include "parts.h"

#define KIB	1024u
#define MIB	(1024u * KIB)

/* One size only, or one of several that the part allows. */
#define FIXED(size, line, ways, policy, allocates) {			\
	.bytes = (size), .line_bytes = (line), .nr_ways = (ways),	\
	.replacement = (policy), .write_allocate = (allocates) }
#define ASSUMED(size, line, ways, policy, allocates) {			\
	.bytes = (size), .line_bytes = (line), .nr_ways = (ways),	\
	.replacement = (policy), .write_allocate = (allocates),		\
	.is_assumed = true }
#define NONE	{ .bytes = 0 }

#define RANDOM	CACHE_PSEUDO_RANDOM
#define RR	CACHE_ROUND_ROBIN
#define LRU	CACHE_LRU

static const char vivt[] =
	"has a virtually tagged level 1 data cache, which is not modelled";
static const char armv6[] =
	"implements ARMv6, and only ARMv7's cache operations are modelled";
static const char no_cache_model[] =
	"is a microcontroller without an MMU, which is not modelled";

static const struct core_part cores[] = {
	/* ---- ARMv7-A, Arm's own ------------------------------------------ */
	{
		.compatible = "arm,cortex-a5", .name = "Cortex-A5", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		.compatible = "arm,cortex-a7", .name = "Cortex-A7", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		/* L1D never allocates on a store; VIPT, but hardware removes aliases. */
		.compatible = "arm,cortex-a8", .name = "Cortex-A8", .arch = 7,
		.is_modelled = true, .walks_in_l1 = false, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l2 = ASSUMED(256 * KIB, 64, 8, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a9", .name = "Cortex-A9", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		/* Renamed into the A17 after its second release. */
		.compatible = "arm,cortex-a12", .name = "Cortex-A12", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a15", .name = "Cortex-A15", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 64, 2, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a17", .name = "Cortex-A17", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	},

	/* ---- ARMv7-A, other makers --------------------------------------- */
	{
		.compatible = "brcm,brahma-b15", .name = "Brahma-B15", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 64, 2, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "qcom,scorpion", .name = "Scorpion", .arch = 7,
		.is_modelled = true, .walks_in_l1 = false, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 128, 8, RANDOM, true),
	}, {
		.compatible = "qcom,scorpion-mp", .name = "Scorpion MP", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 128, 8, RANDOM, true),
	}, {
		/* Its 4 KiB level 0 is invisible to software and left out. */
		.compatible = "qcom,krait", .name = "Krait", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(16 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(2 * MIB, 128, 8, RANDOM, true),
	}, {
		/* Linux drives all of these as v7 without D aliases (proc-v7.S). */
		.compatible = "marvell,pj4a", .name = "PJ4", .arch = 7,
		.is_modelled = true, .walks_in_l1 = false, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		.compatible = "marvell,pj4b", .name = "PJ4B", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
		.l2 = NONE,
	}, {
		.compatible = "marvell,sheeva-v7", .name = "Sheeva v7", .arch = 7,
		.is_modelled = true, .walks_in_l1 = true, .is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
		.l2 = NONE,
	},

	/* ---- ARMv8-A in AArch32 state -------------------------------------- */
	{
		.compatible = "arm,cortex-a32", .name = "Cortex-A32", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a35", .name = "Cortex-A35", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a53", .name = "Cortex-A53", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 16, RANDOM, true),
	}, {
		/* With a private L2 in the core; the L3 of its DSU is left out. */
		.compatible = "arm,cortex-a55", .name = "Cortex-A55", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(128 * KIB, 64, 4, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a57", .name = "Cortex-A57", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(48 * KIB, 64, 3, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a72", .name = "Cortex-A72", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(48 * KIB, 64, 3, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a73", .name = "Cortex-A73", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(64 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 8, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		.compatible = "arm,cortex-a75", .name = "Cortex-A75", .arch = 8,
		.is_modelled = true, .walks_in_l1 = true, .has_lpae = true,
		.is_mp = true, .tables = TABLES_V7,
		.l1i = FIXED(64 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(64 * KIB, 64, 16, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 64, 8, RANDOM, true),
	},

	/* ---- ARMv6 ---------------------------------------------------------- */
	{
		.compatible = "arm,arm1136jf-s", .name = "ARM1136JF-S", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm1136j-s", .name = "ARM1136J-S", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm1176jzf-s", .name = "ARM1176JZF-S", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm1176jzf", .name = "ARM1176JZF", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm1176jz-s", .name = "ARM1176JZ-S", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm11mpcore", .name = "ARM11 MPCore", .arch = 6,
		.why_not = armv6,
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
	},

	/* ---- ARMv5 and ARMv4 ------------------------------------------------ */
	{
		.compatible = "arm,arm926ej-s", .name = "ARM926EJ-S", .arch = 5,
		.why_not = vivt,
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "arm,arm920t", .name = "ARM920T", .arch = 4,
		.why_not = vivt,
		.l1i = FIXED(16 * KIB, 32, 64, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 64, RANDOM, false),
	}, {
		.compatible = "arm,arm946e-s", .name = "ARM946E-S", .arch = 5,
		.why_not = "has a protection unit instead of an MMU, which is not modelled",
		.l1i = ASSUMED(8 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(8 * KIB, 32, 4, RANDOM, false),
	}, {
		.compatible = "marvell,feroceon", .name = "Feroceon", .arch = 5,
		.why_not = vivt,
		.l1i = FIXED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,sheeva-v5", .name = "Sheeva v5", .arch = 5,
		.why_not = vivt,
		.l1i = FIXED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,mohawk", .name = "Mohawk", .arch = 5,
		.why_not = vivt,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,xsc3", .name = "XScale 3", .arch = 5,
		.why_not = vivt,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
	}, {
		.compatible = "marvell,xscale", .name = "XScale", .arch = 5,
		.why_not = vivt,
		.l1i = FIXED(32 * KIB, 32, 32, RR, false),
		.l1d = FIXED(32 * KIB, 32, 32, RR, true),
	}, {
		.compatible = "intel,sa1100", .name = "StrongARM SA-1100", .arch = 4,
		.why_not = vivt,
		.l1i = FIXED(16 * KIB, 32, 32, RR, false),
		.l1d = FIXED(8 * KIB, 32, 32, RR, false),
	}, {
		.compatible = "faraday,fa526", .name = "FA526", .arch = 4,
		.why_not = vivt,
		.l1i = ASSUMED(16 * KIB, 16, 2, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 16, 2, RANDOM, false),
	},

	/* ---- microcontrollers that boot Linux without an MMU ---------------- */
	{
		.compatible = "arm,cortex-m3", .name = "Cortex-M3", .arch = 7,
		.why_not = no_cache_model,
	}, {
		.compatible = "arm,cortex-m4", .name = "Cortex-M4", .arch = 7,
		.why_not = no_cache_model,
	}, {
		.compatible = "arm,cortex-m7", .name = "Cortex-M7", .arch = 7,
		.why_not = no_cache_model,
		.l1i = ASSUMED(16 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, true),
	},
};

/*
 * Outer caches. PL310: way size and ways are pins, and Linux reads them back from
 * the auxiliary control register; 512 KiB of 8 ways is what most two-core SoCs
 * tied them to. Round-robin is its reset value.
 *
 * Aurora of the Armada 370 takes ranges instead of lines; Tauros2 is driven by
 * CP15 operations of its own; Tauros3 hears the L1 operations (all three:
 * arch/arm/mm/cache-l2x0.c, cache-tauros2.c, by behaviour). None acts as a PL310.
 */
static const struct outer_part outers[] = {
	{
		.compatible = "arm,pl310-cache", .name = "PL310", .is_modelled = true,
		.cache = ASSUMED(512 * KIB, 32, 8, RR, true),
	}, {
		.compatible = "brcm,bcm11351-a2-pl310-cache", .name = "PL310 (BCM11351)",
		.is_modelled = true,
		.cache = ASSUMED(512 * KIB, 32, 8, RR, true),
	}, {
		.compatible = "bcm,bcm11351-a2-pl310-cache", .name = "PL310 (BCM11351)",
		.is_modelled = true,
		.cache = ASSUMED(512 * KIB, 32, 8, RR, true),
	}, {
		.compatible = "arm,l220-cache", .name = "L220",
		.cache = ASSUMED(128 * KIB, 32, 8, RANDOM, true),
	}, {
		.compatible = "arm,l210-cache", .name = "L210",
		.cache = ASSUMED(128 * KIB, 32, 8, RANDOM, true),
	}, {
		/* All DMA passes through it: Linux has no operation for it either. */
		.compatible = "marvell,aurora-system-cache", .name = "Aurora system cache",
		.is_transparent = true,
		.cache = ASSUMED(1 * MIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,aurora-outer-cache", .name = "Aurora outer cache",
		.cache = ASSUMED(256 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,tauros3-cache", .name = "Tauros3",
		.cache = ASSUMED(512 * KIB, 32, 8, RANDOM, true),
	}, {
		.compatible = "marvell,tauros2-cache", .name = "Tauros2",
		.cache = ASSUMED(512 * KIB, 32, 8, RANDOM, true),
	}, {
		.compatible = "marvell,kirkwood-cache", .name = "Feroceon L2",
		.cache = ASSUMED(256 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "marvell,feroceon-cache", .name = "Feroceon L2",
		.cache = ASSUMED(256 * KIB, 32, 4, RANDOM, true),
	}, {
		.compatible = "socionext,uniphier-system-cache", .name = "UniPhier system cache",
		.cache = ASSUMED(512 * KIB, 128, 8, RANDOM, true),
	},
};

const struct core_part *core_part_at(unsigned idx)
{
	return idx < G_N_ELEMENTS(cores) ? &cores[idx] : NULL;
}

const struct core_part *core_part(const char *compatible)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(cores); i++) {
		if (strcmp(cores[i].compatible, compatible) == 0)
			return &cores[i];
	}
	return NULL;
}

const struct outer_part *outer_part(const char *compatible)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(outers); i++) {
		if (strcmp(outers[i].compatible, compatible) == 0)
			return &outers[i];
	}
	return NULL;
}
