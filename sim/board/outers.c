/* SPDX-License-Identifier: MIT */
/*
 * One table of second level caches that a device tree gives a node of their own.
 *
 * PL310: way size and ways are pins, and Linux reads them back from the auxiliary
 * control register; 512 KiB of 8 ways is what most two-core SoCs tied them to.
 * Round-robin is its reset value (DDI 0246, 3.3.4).
 *
 * Marvell's are driven in three ways. Tauros2 beside an ARMv7 core and Tauros3 obey
 * the core's own operations by MVA, so that Linux has none for them (cache-tauros2.c;
 * of_tauros3_data in cache-l2x0.c); so does Aurora as a system cache, once software
 * lets CP15 operations through to it (aurora_enable_no_outer()). Aurora as an outer
 * cache takes ranges of physical addresses in registers. Tauros2 and Feroceon L2
 * beside an ARMv5 core have CP15 operations of their own. All in arch/arm/mm, whose
 * behaviour is the only public source.
 */
#include <string.h>
#include <glib.h>

#include "parts.h"

#define KIB	1024u
#define MIB	(1024u * KIB)

#define ASSUMED(size, line, ways, policy) {				\
	.bytes = (size), .line_bytes = (line), .nr_ways = (ways),	\
	.replacement = (policy), .write_allocate = true, .is_assumed = true }

#define RANDOM	CACHE_PSEUDO_RANDOM
#define RR	CACHE_ROUND_ROBIN

static const struct outer_part outers[] = {
	{
		"arm,pl310-cache", "PL310", OUTER_PL310, ASSUMED(512 * KIB, 32, 8, RR),
	}, {
		"brcm,bcm11351-a2-pl310-cache", "PL310 (BCM11351)", OUTER_PL310,
		ASSUMED(512 * KIB, 32, 8, RR),
	}, {
		"bcm,bcm11351-a2-pl310-cache", "PL310 (BCM11351)", OUTER_PL310,
		ASSUMED(512 * KIB, 32, 8, RR),
	}, {
		"arm,l220-cache", "L220", OUTER_L220, ASSUMED(128 * KIB, 32, 8, RANDOM),
	}, {
		"arm,l210-cache", "L210", OUTER_L220, ASSUMED(128 * KIB, 32, 8, RANDOM),
	}, {
		"marvell,aurora-system-cache", "Aurora", OUTER_INTEGRATED,
		ASSUMED(1 * MIB, 32, 4, RANDOM),
	}, {
		"marvell,aurora-outer-cache", "Aurora", OUTER_AURORA,
		ASSUMED(256 * KIB, 32, 4, RANDOM),
	}, {
		"marvell,tauros3-cache", "Tauros3", OUTER_INTEGRATED,
		ASSUMED(512 * KIB, 32, 8, RANDOM),
	}, {
		"marvell,tauros2-cache", "Tauros2", OUTER_INTEGRATED,
		ASSUMED(512 * KIB, 32, 8, RANDOM),
	}, {
		"marvell,kirkwood-cache", "Feroceon L2", OUTER_FEROCEON,
		ASSUMED(256 * KIB, 32, 4, RANDOM),
	}, {
		"marvell,feroceon-cache", "Feroceon L2", OUTER_FEROCEON,
		ASSUMED(256 * KIB, 32, 4, RANDOM),
	}, {
		"socionext,uniphier-system-cache", "UniPhier system cache", OUTER_UNIPHIER,
		ASSUMED(512 * KIB, 128, 8, RANDOM),
	},
};

const struct outer_part *outer_part(const char *compatible)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(outers); i++) {
		if (strcmp(outers[i].compatible, compatible) == 0)
			return &outers[i];
	}
	return NULL;
}
