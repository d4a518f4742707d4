/* SPDX-License-Identifier: MIT */
/*
 * The contract of every IOMMU with its driver: what a device's accesses come to, against a
 * reference map, while domains are mapped and unmapped at random.
 *
 *   after map                    exactly what was mapped, by every port of the device
 *   between unmap and its sync   the old translation, or a fault
 *   after the sync               a fault; after the next map, the new translation
 *
 * Two devices in domains of their own are played at once, so that one never reaches what
 * is mapped for the other only; a board that has but one is played with that. Addresses are
 * asked before they are mapped, so that a TLB may hold that nothing is there. A device may
 * sleep, and be mapped for meanwhile: then it asks nothing, and hardware that nobody needs
 * may lose what it held. The driver is known by <linux/iommu.h> alone, the hardware by
 * <armdma/iommu.h>: whoever has both is a row.
 */
#ifndef TESTS_IOMMU_CONTRACT_H
#define TESTS_IOMMU_CONTRACT_H

#include <linux/iommu.h>
#include <armdma/master.h>

/* What a driver may forget: its domain's operations, replaced by such as do. */
enum contract_mutant {
	MUTANT_NONE,
	MUTANT_NO_SYNC,		/* iotlb_sync does nothing */
	MUTANT_NO_SYNC_MAP,	/* iotlb_sync_map does nothing */
	MUTANT_SHORT_SYNC,	/* iotlb_sync loses the last page of what was gathered */
};

/* What an IOMMU, or its driver, cannot be asked for. */
struct contract_traits {
	bool has_no_perms;		/* what is mapped may be read and written */
	bool redirects;			/* what is not mapped goes to a page set aside */
	bool is_silent;			/* nobody is told of faults */
	bool is_plain;			/* all pages are mapped for reads and writes */
	bool keeps_blocks;		/* a large page is unmapped as a whole only */
};

struct contract {
	struct device *devices[2];	/* in groups of their own; the second may be NULL */
	struct master *masters[2];	/* theirs */
	u64 seed;
	unsigned nr_steps;
	struct contract_traits traits;
	/* @dev works, or sleeps, from now on; NULL: it always works. 0, or an error. */
	int (*power)(struct device *dev, bool is_on);
	enum contract_mutant mutant;
};

/* By how many ports it reaches IOMMUs. */
unsigned nr_ports(struct master *master);

/* Play it. NULL: it was kept; else what broke it, first: to be g_free()d. */
char *contract_play(const struct contract *c);

#endif
