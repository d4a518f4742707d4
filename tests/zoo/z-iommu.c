/* SPDX-License-Identifier: MIT */
/*
 * Hazards 68 to 70, and those of the bugs that others had which are an IOMMU driver's: Z11 to
 * Z14, Z16. The IOMMU's driver is the library's own for the reference IOMMU; where it is to be
 * wrong, one thing that it does gets lost on its way to the hardware (zoo_iommu_loses()). Z13
 * is of SMMUs' VMIDs: here it is the number of a context, which does the same. What Z14's
 * driver left out while its IOMMU slept gets lost here.
 */
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "zoo.h"

#define IOVA	0x10000000ul

struct gpu {
	struct iommu_domain *domain;
	u8 *page[2];
};

static noinline int gpu_opens(struct zoo *z, struct gpu *g)
{
	g->domain = iommu_paging_domain_alloc(z->dev);
	if (IS_ERR(g->domain))
		return PTR_ERR(g->domain);
	g->page[0] = kmalloc(SZ_4K, GFP_KERNEL);
	g->page[1] = kmalloc(SZ_4K, GFP_KERNEL);
	return iommu_attach_device(g->domain, z->dev);
}

static noinline void gpu_closes(struct zoo *z, struct gpu *g)
{
	zoo_iommu_loses(z, LOST_NOTHING);
	iommu_detach_device(g->domain, z->dev);
	iommu_domain_free(g->domain);
	kfree(g->page[0]);
	kfree(g->page[1]);
}

static noinline int gpu_maps(struct gpu *g, unsigned nr)
{
	return iommu_map(g->domain, IOVA, virt_to_phys(g->page[nr]), SZ_4K,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static noinline void gpu_unmaps(struct gpu *g)
{
	iommu_unmap(g->domain, IOVA, SZ_4K);
}

/* A page that the device has used goes away, and @lost of what the IOMMU's driver does then. */
static noinline void gpu_frees_used(struct zoo *z, struct gpu *g, enum zoo_lost lost)
{
	zoo_device_writes(z, IOVA, 0x11, 16);
	zoo_iommu_loses(z, lost);
	gpu_unmaps(g);
	zoo_iommu_loses(z, LOST_NOTHING);
}

/* ---- zoo 068 wrong */
void zoo_068_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		gpu_frees_used(z, &g, LOST_INVALIDATIONS);
		zoo_device_writes(z, IOVA, 0x22, 16);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo 068 right */
void zoo_068_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_frees_used(z, &g, LOST_NOTHING);
	if (!gpu_maps(&g, 1))			/* the same address, and another page */
		gpu_frees_used(z, &g, LOST_NOTHING);
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo 069 wrong */
static noinline int gpu_maps_uncleaned(struct zoo *z, struct gpu *g)
{
	int ret;

	zoo_iommu_loses(z, LOST_CLEANS);	/* the descriptor stays in a cache */
	ret = iommu_map(g->domain, IOVA, virt_to_phys(g->page[0]), SZ_4K,
			IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
	zoo_iommu_loses(z, LOST_NOTHING);
	return ret;
}

void zoo_069_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps_uncleaned(z, &g)) {
		zoo_device_writes(z, IOVA, 0x22, 16);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo 069 right */
void zoo_069_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		zoo_device_writes(z, IOVA, 0x22, 16);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo 070 wrong */
void zoo_070_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	zoo_device_prefetches(z, IOVA);		/* nothing there: and that is held, too */
	zoo_iommu_loses(z, LOST_INVALIDATIONS);
	if (!gpu_maps(&g, 0)) {
		zoo_device_writes(z, IOVA, 0x22, 16);
		zoo_iommu_loses(z, LOST_NOTHING);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo 070 right */
void zoo_070_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	zoo_device_prefetches(z, IOVA);
	if (!gpu_maps(&g, 0)) {
		zoo_device_writes(z, IOVA, 0x22, 16);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z11 wrong */
static noinline void gpu_swaps(struct zoo *z, struct gpu *g, enum zoo_lost lost)
{
	gpu_frees_used(z, g, lost);
	if (gpu_maps(g, 1))
		return;
	zoo_device_writes(z, IOVA, 0x22, 16);	/* to which of the pages? */
	gpu_unmaps(g);
}

void zoo_Z11_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_swaps(z, &g, LOST_INVALIDATIONS);
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z11 right */
void zoo_Z11_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_swaps(z, &g, LOST_NOTHING);
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z12 wrong */
void zoo_Z12_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_frees_used(z, &g, LOST_NOTHING);
	zoo_device_prefetches(z, IOVA);
	zoo_iommu_loses(z, LOST_INVALIDATIONS);	/* "absent to present needs none" */
	if (!gpu_maps(&g, 1)) {
		zoo_device_writes(z, IOVA, 0x33, 16);
		zoo_iommu_loses(z, LOST_NOTHING);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z12 right */
void zoo_Z12_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_frees_used(z, &g, LOST_NOTHING);
	zoo_device_prefetches(z, IOVA);
	if (!gpu_maps(&g, 1)) {
		zoo_device_writes(z, IOVA, 0x33, 16);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z13 wrong */
void zoo_Z13_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		gpu_frees_used(z, &g, LOST_CONTEXT);	/* of some other domain */
		zoo_device_writes(z, IOVA, 0x22, 16);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z13 right */
void zoo_Z13_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_frees_used(z, &g, LOST_NOTHING);
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z14 wrong */
static noinline void gpu_suspends(struct zoo *z, struct gpu *g)
{
	zoo_iommu_loses(z, LOST_INVALIDATIONS);	/* "it is asleep, so why flush it" */
	gpu_unmaps(g);
}

static noinline void gpu_resumes(struct zoo *z)
{
	zoo_iommu_loses(z, LOST_NOTHING);
	zoo_device_writes(z, IOVA, 0x44, 16);	/* its TLB slept as well, and kept it */
}

void zoo_Z14_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		zoo_device_writes(z, IOVA, 0x11, 16);
		gpu_suspends(z, &g);
		gpu_resumes(z);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z14 right */
void zoo_Z14_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		zoo_device_writes(z, IOVA, 0x11, 16);
		gpu_unmaps(&g);
	}
	if (!gpu_maps(&g, 1)) {
		gpu_resumes(z);
		gpu_unmaps(&g);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z16 wrong */
void zoo_Z16_wrong(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0)) {
		gpu_frees_used(z, &g, LOST_ADDRESS);	/* of the MiB beside it */
		zoo_device_writes(z, IOVA, 0x22, 16);
	}
	gpu_closes(z, &g);
}
/* ---- end */

/* ---- zoo Z16 right */
void zoo_Z16_right(struct zoo *z)
{
	struct gpu g;

	if (gpu_opens(z, &g))
		return;
	if (!gpu_maps(&g, 0))
		gpu_frees_used(z, &g, LOST_NOTHING);
	gpu_closes(z, &g);
}
/* ---- end */

const struct zoo_row zoo_rows_z_iommu[] = {
	{ "068", "an unmap whose invalidation never comes", zoo_068_wrong, zoo_068_right,
	  HAZARD_IOMMU_TLB_STALE, NEEDS_IOMMU, NULL, "gpu_unmaps", "gpu_maps" },
	{ "069", "a descriptor that is not cleaned for a walker that does not snoop",
	  zoo_069_wrong, zoo_069_right, HAZARD_IOMMU_TABLE_NOT_CLEAN, NEEDS_IOMMU, NULL,
	  "gpu_maps_uncleaned", "<dev>" },
	{ "070", "a map without an invalidation, where the TLB holds that nothing is there",
	  zoo_070_wrong, zoo_070_right, HAZARD_IOMMU_NEGATIVE_STALE, NEEDS_NEGATIVE, NULL,
	  "gpu_maps", "<dev>" },
	{ "Z11", "a table changed underneath the device's TLB (gem5)", zoo_Z11_wrong, zoo_Z11_right,
	  HAZARD_IOMMU_TLB_STALE, NEEDS_IOMMU, NULL, "gpu_unmaps", "gpu_maps" },
	{ "Z12", "no invalidation when something appears, with a TLB that holds absence (seL4)",
	  zoo_Z12_wrong, zoo_Z12_right, HAZARD_IOMMU_NEGATIVE_STALE, NEEDS_NEGATIVE, NULL,
	  "gpu_maps", "<dev>" },
	{ "Z13", "an invalidation for another context: a VMID left out (SMMUv3)", zoo_Z13_wrong,
	  zoo_Z13_right, HAZARD_IOMMU_FLUSH_SCOPE, NEEDS_IOMMU, NULL, "gpu_unmaps", "gpu_maps" },
	{ "Z14", "an invalidation left out since the device sleeps (MediaTek)", zoo_Z14_wrong,
	  zoo_Z14_right, HAZARD_IOMMU_TLB_STALE, NEEDS_IOMMU, NULL, "gpu_unmaps", "gpu_maps" },
	{ "Z16", "an invalidation beside the mark: its start misaligned (VT-d)", zoo_Z16_wrong,
	  zoo_Z16_right, HAZARD_IOMMU_FLUSH_SCOPE, NEEDS_IOMMU, NULL, "gpu_unmaps", "gpu_maps" },
	{ 0 }
};
