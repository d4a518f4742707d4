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
 * is mapped for the other only. Addresses are asked before they are mapped, so that a TLB
 * may hold that nothing is there. The driver is known by <linux/iommu.h> alone, the
 * hardware by <armdma/iommu.h>: whoever has both is a row.
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

struct contract {
	struct device *devices[2];	/* in groups of their own; each with a master */
	struct master *masters[2];
	u64 seed;
	unsigned nr_steps;
	bool has_no_perms;		/* what is mapped may be read and written */
	enum contract_mutant mutant;
};

/* Play it. NULL: it was kept; else what broke it, first: to be g_free()d. */
char *contract_play(const struct contract *c);

#endif
