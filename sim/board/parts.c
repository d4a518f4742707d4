/* SPDX-License-Identifier: MIT */
/*
 * One table of cores: what a device tree does not say. Outer caches: outers.c.
 *
 * Where a part allows several sizes, the one that most SoCs chose stands here and
 * is marked as assumed. Replacement is what the manual says, and pseudo-random
 * where it says nothing; ARM926 and ARM11 choose by SCTLR.RR, which resets to
 * pseudo-random.
 *
 * L1D indexing. Every ARMv7 data cache behaves as if indexed physically: the
 * architecture demands it (DDI 0406C, B3.11.1), and the Cortex-A8, whose 32 KiB are
 * indexed virtually, has hardware that removes the aliases (DDI 0344, 7.2). In
 * ARMv6 a way above 4 KiB aliases; CTR's P bit says so (DDI 0301H, 6.11.3), and is
 * clear for the data cache of the ARM11 MPCore (CTR 0x1d192992).
 *
 * Walks. The table walker of a multiprocessing core reads L1D when TTBR.IRGN says
 * cacheable; that is what Linux relies on when it patches its DCCMVAC after a page
 * table store out on SMP (arch/arm/mm/proc-v7-2level.S, ALT_SMP). The Cortex-A8,
 * the uniprocessor PJ4 and Scorpion, and everything before ARMv7 read below L1,
 * where each set_pte_ext() cleans its entry (arch/arm/mm/proc-*.S).
 *
 * Write-through. Cortex-A5 (DDI 0433B; Microchip SAMA5D2 14.6.2), A9 (DDI 0388I
 * 7.4.3), A15 (DDI 0438, table 6-1) and A35 (100236, A7.3) do not cache it. The
 * others of Arm's multiprocessing cores descend from these and are taken to do the
 * same, which their manuals should confirm: A7, A12, A17, A32, A53 to A75, B15.
 *
 * Inclusion. A15: "strictly enforced inclusion property with L1 data caches"
 * (DDI 0438, 7.1); A57 and A72 have its level 2. A35: data lines enter level 2 when
 * L1 evicts them (100236, A7.1); A53 documents the same rule, and A7 and A32 are
 * taken to share it. Where nothing is known the levels are independent.
 *
 * Sources, by core, beside those: Cortex-A5 DDI 0433 (5.3, 6.3, 7.1), A7 DDI 0464
 * (5.3, 6.1, 7.1), A8 DDI 0344 (6.1, 7.1, 8.1), A9 DDI 0388 (6.2, 7.1), A12 (announced
 * as the A17), A15 DDI 0438 (5.2, 6.1, 7.1), A17 DDI 0535 (5.2, 6.1, 7.1), A32
 * 100241, A35 100236 (A6.2, A7.1), A53 DDI 0500 (5.2, 6.1, 7.1), A55 100442, A57 DDI
 * 0488 (5.2), A72 100095, A73 100048, A75 100403; ARM926 DDI 0198D (3.7, 4.1),
 * ARM1136 DDI 0211 (6.4, 7.1), ARM1176 DDI 0301H (6.4, 7.2), ARM11 MPCore DDI 0360,
 * ARM920T DDI 0151. Krait, Scorpion, Kirkwood: 7-cpu.com. Main IDs, and the lines of
 * Mohawk, FA526, XScale and StrongARM: arch/arm/mm/proc-*.S and Linux's cputype.h.
 * Figures of A55, A72, A73, A75, B15, Krait and Scorpion TLBs could not be read, so
 * they stand as not known.
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

#define NAMED(compat, text, id) .compatible = (compat), .name = (text), .midr = (id)

/* What the cores of one architecture share. */
#define ARMV7_MP .arch = 7, .is_modelled = true, .tables = TABLES_V7,	\
	.is_mp = true, .broadcasts = true, .walks_in_l1 = true
#define ARMV7_UP .arch = 7, .is_modelled = true, .tables = TABLES_V7
#define ARMV8	 .arch = 8, .is_modelled = true, .tables = TABLES_V7,	\
	.is_mp = true, .broadcasts = true, .walks_in_l1 = true,		\
	.has_lpae = true, .wt_is_nc = true
#define ARMV6	 .arch = 6, .is_modelled = true, .tables = TABLES_V6, .l1i_indexing = INDEX_VIPT
#define ARMV5	 .arch = 5, .is_modelled = true, .tables = TABLES_V5,	\
	.l1i_indexing = INDEX_VIVT, .l1d_indexing = INDEX_VIVT
#define ARMV4	 .arch = 4, .is_modelled = true, .tables = TABLES_V5,	\
	.l1i_indexing = INDEX_VIVT, .l1d_indexing = INDEX_VIVT

static const char no_mmu[] =
	"is a microcontroller without an MMU, which is not modelled";
static const char no_vmsa[] =
	"has a protection unit instead of an MMU, which is not modelled";

static const struct core_part cores[] = {
	/* ---- ARMv7-A, Arm's own ------------------------------------------ */
	{
		NAMED("arm,cortex-a5", "Cortex-A5", 0x410fc050), ARMV7_MP,
		.wt_is_nc = true, .tlb = { 128, 2 },
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		NAMED("arm,cortex-a7", "Cortex-A7", 0x410fc070), ARMV7_MP,
		.has_lpae = true, .wt_is_nc = true, .tlb = { 256, 2 },
		.l1i_indexing = INDEX_VIPT, .l2_inclusion = L2_EXCLUSIVE,
		.l1i = ASSUMED(32 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		/* L1D never allocates on a store (DDI 0344, 7.2). */
		NAMED("arm,cortex-a8", "Cortex-A8", 0x410fc080), ARMV7_UP,
		.tlb = { 32, 0 }, .tlb_is_split = true,
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l2 = ASSUMED(256 * KIB, 64, 8, RANDOM, true),
	}, {
		/* The TLB is 64 to 512 entries by synthesis. */
		NAMED("arm,cortex-a9", "Cortex-A9", 0x410fc090), ARMV7_MP,
		.wt_is_nc = true, .tlb = { 128, 2 },
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		/* Renamed into the A17 after its second release. */
		NAMED("arm,cortex-a12", "Cortex-A12", 0x410fc0d0), ARMV7_MP,
		.has_lpae = true, .wt_is_nc = true, .tlb = { 1024, 4 },
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		/* CTR 0x8444c004: the instruction cache is physical as well. */
		NAMED("arm,cortex-a15", "Cortex-A15", 0x410fc0f0), ARMV7_MP,
		.has_lpae = true, .wt_is_nc = true, .tlb = { 512, 4 },
		.l2_inclusion = L2_INCLUSIVE,
		.l1i = FIXED(32 * KIB, 64, 2, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		NAMED("arm,cortex-a17", "Cortex-A17", 0x410fc0e0), ARMV7_MP,
		.has_lpae = true, .wt_is_nc = true, .tlb = { 1024, 4 },
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	},

	/* ---- ARMv7-A, other makers --------------------------------------- */
	{
		/* An A15 with a read-ahead cache, which operations by MVA pass through. */
		NAMED("brcm,brahma-b15", "Brahma-B15", 0x420f00f0), ARMV7_MP,
		.has_lpae = true, .wt_is_nc = true, .l2_inclusion = L2_INCLUSIVE,
		.l1i = FIXED(32 * KIB, 64, 2, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		NAMED("qcom,scorpion", "Scorpion", 0x510f00f0), ARMV7_UP,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 128, 8, RANDOM, true),
	}, {
		NAMED("qcom,scorpion-mp", "Scorpion MP", 0x510f02d0), ARMV7_MP,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 128, 8, RANDOM, true),
	}, {
		/* Its 4 KiB level 0 is invisible to software and left out. */
		NAMED("qcom,krait", "Krait", 0x510f06f0), ARMV7_MP,
		.l1i = FIXED(16 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(2 * MIB, 128, 8, RANDOM, true),
	}, {
		/* Its level 2, where there is one, is a node: "marvell,tauros2-cache". */
		NAMED("marvell,pj4a", "PJ4", 0x560f5810), ARMV7_UP,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, true),
		.l2 = NONE,
	}, {
		/* Linux sets its round-robin bit at boot (proc-v7.S, PJ4B_L1_REP_RR). */
		NAMED("marvell,pj4b", "PJ4B", 0x560f5840), ARMV7_MP,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
		.l2 = NONE,
	}, {
		NAMED("marvell,sheeva-v7", "Sheeva v7", 0x560f5840), ARMV7_MP,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
		.l2 = NONE,
	},

	/* ---- ARMv8-A in AArch32 state -------------------------------------- */
	{
		NAMED("arm,cortex-a32", "Cortex-A32", 0x410fd010), ARMV8,
		.tlb = { 512, 2 }, .l1i_indexing = INDEX_VIPT, .l2_inclusion = L2_EXCLUSIVE,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		NAMED("arm,cortex-a35", "Cortex-A35", 0x410fd040), ARMV8,
		.tlb = { 512, 2 }, .l1i_indexing = INDEX_VIPT, .l2_inclusion = L2_EXCLUSIVE,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 8, RANDOM, true),
	}, {
		NAMED("arm,cortex-a53", "Cortex-A53", 0x410fd030), ARMV8,
		.tlb = { 512, 4 }, .l1i_indexing = INDEX_VIPT, .l2_inclusion = L2_EXCLUSIVE,
		.l1i = ASSUMED(32 * KIB, 64, 2, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(512 * KIB, 64, 16, RANDOM, true),
	}, {
		/* With a private L2 in the core; the L3 of its DSU is left out. */
		NAMED("arm,cortex-a55", "Cortex-A55", 0x410fd050), ARMV8,
		.l1i_indexing = INDEX_VIPT,
		.l1i = ASSUMED(32 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 4, RANDOM, true),
		.l2 = ASSUMED(128 * KIB, 64, 4, RANDOM, true),
	}, {
		NAMED("arm,cortex-a57", "Cortex-A57", 0x410fd070), ARMV8,
		.tlb = { 1024, 4 }, .l2_inclusion = L2_INCLUSIVE,
		.l1i = FIXED(48 * KIB, 64, 3, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		NAMED("arm,cortex-a72", "Cortex-A72", 0x410fd080), ARMV8,
		.l2_inclusion = L2_INCLUSIVE,
		.l1i = FIXED(48 * KIB, 64, 3, LRU, false),
		.l1d = FIXED(32 * KIB, 64, 2, LRU, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		NAMED("arm,cortex-a73", "Cortex-A73", 0x410fd090), ARMV8,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(64 * KIB, 64, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 64, 8, RANDOM, true),
		.l2 = ASSUMED(1 * MIB, 64, 16, RANDOM, true),
	}, {
		NAMED("arm,cortex-a75", "Cortex-A75", 0x410fd0a0), ARMV8,
		.l1i_indexing = INDEX_VIPT,
		.l1i = FIXED(64 * KIB, 64, 4, RANDOM, false),
		.l1d = FIXED(64 * KIB, 64, 16, RANDOM, true),
		.l2 = ASSUMED(256 * KIB, 64, 8, RANDOM, true),
	},

	/* ---- ARMv6: caches of 4 to 64 KiB, allocated by reads only ----------- */
	{
		NAMED("arm,arm1136jf-s", "ARM1136JF-S", 0x4107b360), ARMV6,
		.l1d_indexing = INDEX_VIPT, .tlb = { 64, 2 },
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("arm,arm1136j-s", "ARM1136J-S", 0x4107b360), ARMV6,
		.l1d_indexing = INDEX_VIPT, .tlb = { 64, 2 },
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("arm,arm1176jzf-s", "ARM1176JZF-S", 0x410fb760), ARMV6,
		.l1d_indexing = INDEX_VIPT, .tlb = { 64, 2 },
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("arm,arm1176jzf", "ARM1176JZF", 0x410fb760), ARMV6,
		.l1d_indexing = INDEX_VIPT, .tlb = { 64, 2 },
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("arm,arm1176jz-s", "ARM1176JZ-S", 0x410fb760), ARMV6,
		.l1d_indexing = INDEX_VIPT, .tlb = { 64, 2 },
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		/* Coherent L1D, but no operation leaves the CPU (Linux DMA_CACHE_RWFO). */
		NAMED("arm,arm11mpcore", "ARM11 MPCore", 0x410fb020), ARMV6,
		.is_mp = true, .tlb = { 64, 2 },
		.l1i = ASSUMED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(32 * KIB, 32, 4, RANDOM, true),
	},

	/* ---- ARMv5 and ARMv4 ------------------------------------------------ */
	{
		NAMED("arm,arm926ej-s", "ARM926EJ-S", 0x41069260), ARMV5, .tlb = { 64, 2 },
		.l1i = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("arm,arm920t", "ARM920T", 0x41129200), ARMV4,
		.tlb = { 64, 0 }, .tlb_is_split = true,
		.l1i = FIXED(16 * KIB, 32, 64, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 64, RANDOM, false),
	}, {
		NAMED("arm,arm946e-s", "ARM946E-S", 0x41059460), .arch = 5, .why_not = no_vmsa,
		.l1i = ASSUMED(8 * KIB, 32, 4, RANDOM, false),
		.l1d = ASSUMED(8 * KIB, 32, 4, RANDOM, false),
	}, {
		/* Its level 2, where there is one, is a node: "marvell,feroceon-cache". */
		NAMED("marvell,feroceon", "Feroceon", 0x56251310), ARMV5, .tlb = { 64, 0 },
		.l1i = FIXED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("marvell,sheeva-v5", "Sheeva v5", 0x56251310), ARMV5, .tlb = { 64, 0 },
		.l1i = FIXED(16 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(16 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("marvell,mohawk", "Mohawk", 0x56158000), ARMV5,
		.l1i = FIXED(32 * KIB, 32, 4, RANDOM, false),
		.l1d = FIXED(32 * KIB, 32, 4, RANDOM, false),
	}, {
		NAMED("marvell,xsc3", "XScale 3", 0x69056000), ARMV5,
		.l1i = FIXED(32 * KIB, 32, 4, RR, false),
		.l1d = FIXED(32 * KIB, 32, 4, RR, true),
	}, {
		NAMED("marvell,xscale", "XScale", 0x69052000), ARMV5,
		.tlb = { 32, 0 }, .tlb_is_split = true,
		.l1i = FIXED(32 * KIB, 32, 32, RR, false),
		.l1d = FIXED(32 * KIB, 32, 32, RR, true),
	}, {
		NAMED("intel,sa1100", "StrongARM SA-1100", 0x4401a110), ARMV4,
		.tlb = { 32, 0 }, .tlb_is_split = true,
		.l1i = FIXED(16 * KIB, 32, 32, RR, false),
		.l1d = FIXED(8 * KIB, 32, 32, RR, false),
	}, {
		NAMED("faraday,fa526", "FA526", 0x66015261), ARMV4,
		.l1i = ASSUMED(16 * KIB, 16, 2, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 16, 2, RANDOM, false),
	},

	/* ---- microcontrollers that boot Linux without an MMU ---------------- */
	{
		NAMED("arm,cortex-m3", "Cortex-M3", 0x410fc230), .arch = 7, .why_not = no_mmu,
	}, {
		NAMED("arm,cortex-m4", "Cortex-M4", 0x410fc240), .arch = 7, .why_not = no_mmu,
	}, {
		NAMED("arm,cortex-m7", "Cortex-M7", 0x410fc270), .arch = 7, .why_not = no_mmu,
		.l1i = ASSUMED(16 * KIB, 32, 2, RANDOM, false),
		.l1d = ASSUMED(16 * KIB, 32, 4, RANDOM, true),
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

/* "cortex-a9" of "arm,cortex-a9". */
static const char *without_maker(const char *compatible)
{
	const char *comma = strchr(compatible, ',');

	return comma ? comma + 1 : compatible;
}

const struct core_part *core_part_named(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(cores); i++) {
		const struct core_part *p = &cores[i];

		if (g_ascii_strcasecmp(name, p->compatible) == 0 ||
		    g_ascii_strcasecmp(name, without_maker(p->compatible)) == 0 ||
		    g_ascii_strcasecmp(name, p->name) == 0)
			return p;
	}
	return NULL;
}
