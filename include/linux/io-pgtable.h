/* SPDX-License-Identifier: MIT */
/*
 * Page tables of IOMMUs, for their drivers.
 *
 *	cfg = { .pgsize_bitmap, .ias, .oas, .coherent_walk, .tlb, .iommu_dev }
 *	ops = alloc_io_pgtable_ops(ARM_V7S, &cfg, cookie)
 *	cfg.arm_v7s_cfg.ttbr ... --> the hardware's registers
 *	ops->map_pages() / unmap_pages() / iova_to_phys()
 *
 * The tables lie in simulated memory, where a walker finds them: every entry is a store
 * of the CPU, through its caches. Without coherent_walk it is cleaned to where the walker
 * reads, before the call returns.
 *
 * Nothing here takes a lock: who calls keeps two threads from the same IOVAs at once.
 * Different ones of the same tables are fine.
 *
 * Leaves out: formats of AMD and Apple, for which alloc_io_pgtable_ops() returns NULL.
 * Source: include/linux/io-pgtable.h, drivers/iommu/io-pgtable*.c.
 */
#ifndef _ARMDMA_LINUX_IO_PGTABLE_H
#define _ARMDMA_LINUX_IO_PGTABLE_H

#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/iommu.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum io_pgtable_fmt {
	ARM_32_LPAE_S1,
	ARM_32_LPAE_S2,
	ARM_64_LPAE_S1,
	ARM_64_LPAE_S2,
	ARM_V7S,
	ARM_MALI_LPAE,
	AMD_IOMMU_V1,
	AMD_IOMMU_V2,
	APPLE_DART,
	APPLE_DART2,
	IO_PGTABLE_NUM_FMTS,
};

/**
 * struct iommu_flush_ops - what the driver does to the hardware's TLB
 * @tlb_flush_all:  nothing of these tables is cached any more when it returns
 * @tlb_flush_walk: nor of [@iova, +@size), tables included; @granule: of leaves below
 * @tlb_add_page:   the leaf at @iova of @granule bytes is to be invalidated: now, or, as
 *                  @gather tells, later. @gather may be NULL. May be NULL
 *
 * Context: as the call that changed the tables; must not sleep.
 */
struct iommu_flush_ops {
	void (*tlb_flush_all)(void *cookie);
	void (*tlb_flush_walk)(unsigned long iova, size_t size, size_t granule, void *cookie);
	void (*tlb_add_page)(struct iommu_iotlb_gather *gather, unsigned long iova,
			     size_t granule, void *cookie);
};

/* NS and NSTABLE are set, for hardware that looks at them. */
#define IO_PGTABLE_QUIRK_ARM_NS			BIT(0)
/* v7s: everything is mapped with full access. */
#define IO_PGTABLE_QUIRK_NO_PERMS		BIT(1)
/* v7s: MediaTek's 35 bits of output: PA[32] in bit 9, PA[33] in bit 4, PA[34] in bit 5. */
#define IO_PGTABLE_QUIRK_ARM_MTK_EXT		BIT(3)
/* v7s: the same of tables and TTBR; with ARM_MTK_EXT only. */
#define IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT	BIT(4)
/* LPAE: the tables are of the upper half of the address space. */
#define IO_PGTABLE_QUIRK_ARM_TTBR1		BIT(5)
/* LPAE: a walker that is not coherent may use the outer cache. */
#define IO_PGTABLE_QUIRK_ARM_OUTER_WBWA		BIT(6)
/* LPAE: writable pages say whether they were written. */
#define IO_PGTABLE_QUIRK_ARM_HD			BIT(7)

/**
 * struct io_pgtable_cfg - what the tables are to be; on return, what they are
 * @quirks:        IO_PGTABLE_QUIRK_*; one that the format has not got is refused
 * @pgsize_bitmap: bytes of pages that the driver wants; reduced to what the format has
 * @ias:           bits of an IOVA
 * @oas:           bits of a physical address
 * @coherent_walk: the walker sees what the CPU's caches hold
 * @tlb:           NULL: nobody need know
 * @iommu_dev:     whose DMA the walk is: its bus must not shift addresses. NULL: the
 *                 walker is on the root bus, and the machine is the current one
 * @alloc:         NULL, or the driver's own memory for tables: zeroed, of @size bytes and
 *                 aligned to them, in the linear map. Not for ARM_V7S
 * @free:          takes it back; NULL if and only if @alloc is
 *
 * What is behind is for the hardware's registers, by format.
 */
struct io_pgtable_cfg {
	unsigned long			quirks;
	unsigned long			pgsize_bitmap;
	unsigned int			ias;
	unsigned int			oas;
	bool				coherent_walk;
	const struct iommu_flush_ops	*tlb;
	struct device			*iommu_dev;

	void *(*alloc)(void *cookie, size_t size, gfp_t gfp);
	void (*free)(void *cookie, void *pages, size_t size);

	union {
		struct {
			u64	ttbr;
			struct {
				u32	ips:3;
				u32	tg:2;
				u32	sh:2;
				u32	orgn:2;
				u32	irgn:2;
				u32	tsz:6;
			}	tcr;
			u64	mair;
		} arm_lpae_s1_cfg;

		struct {
			u64	vttbr;
			struct {
				u32	ps:3;
				u32	tg:2;
				u32	sh:2;
				u32	orgn:2;
				u32	irgn:2;
				u32	sl:2;
				u32	tsz:6;
			}	vtcr;
		} arm_lpae_s2_cfg;

		struct {
			u32	ttbr;
			u32	tcr;
			u32	nmrr;
			u32	prrr;
		} arm_v7s_cfg;

		struct {
			u64	transtab;
			u64	memattr;
		} arm_mali_lpae_cfg;

		struct {
			u64 ttbr[4];
			u32 n_ttbrs;
		} apple_dart_cfg;

		struct {
			int nid;
		} amd;
	};
};

/**
 * struct io_pgtable_ops - one set of tables
 * @map_pages:    @pgcount pages of @pgsize bytes, one of cfg.pgsize_bitmap; @iova and
 *                @paddr are multiples of it. Adds to *@mapped the bytes that it did, also
 *                when it fails midway; LPAE stops at the end of a table with 0, and the
 *                caller goes on there. @gfp: of tables that are missing.
 *                Return: 0; -EEXIST: something is mapped there, which is a warning;
 *                -ERANGE: @iova or @paddr has too many bits, a warning too; -EINVAL: no
 *                right in @prot, or a bad @pgsize; -ENOMEM, and a retry helps once
 *                something was freed
 * @unmap_pages:  the same number. Part of a larger page is fine: the page is split, for
 *                which memory is needed. Return: bytes unmapped; fewer at a hole, which
 *                is a warning, at the end of a table, or without memory
 * @iova_to_phys: 0: nothing is mapped there
 * @read_and_clear_dirty: note in @dirty what was written in [@iova, +@size), all mapped;
 *                with IOMMU_DIRTY_NO_CLEAR in @flags it stays so. -EINVAL where something
 *                is not mapped, or not ARM_64_LPAE_S1. NULL: the format cannot
 *
 * Context: any, as far as @gfp allows.
 */
struct io_pgtable_ops {
	int (*map_pages)(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t paddr,
			 size_t pgsize, size_t pgcount, int prot, gfp_t gfp,
			 size_t *mapped);
	size_t (*unmap_pages)(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			      size_t pgcount, struct iommu_iotlb_gather *gather);
	phys_addr_t (*iova_to_phys)(struct io_pgtable_ops *ops, unsigned long iova);
	int (*read_and_clear_dirty)(struct io_pgtable_ops *ops, unsigned long iova,
				    size_t size, unsigned long flags,
				    struct iommu_dirty_bitmap *dirty);
};

/**
 * alloc_io_pgtable_ops() - empty tables
 * @cfg:    copied; first reduced to what was made, and the registers filled in
 * @cookie: passed to cfg->tlb, cfg->alloc and cfg->free
 *
 * Context: process.
 * Return: yours to free_io_pgtable_ops(); NULL for what the format cannot do, and
 * without memory.
 */
struct io_pgtable_ops *alloc_io_pgtable_ops(enum io_pgtable_fmt fmt,
					    struct io_pgtable_cfg *cfg, void *cookie);

/** No walker uses them any more; the TLB is flushed here. NULL is fine. */
void free_io_pgtable_ops(struct io_pgtable_ops *ops);

/* ---- for implementers of formats ----------------------------------------------------- */

/** struct io_pgtable - what every format begins with */
struct io_pgtable {
	enum io_pgtable_fmt	fmt;
	void			*cookie;
	struct io_pgtable_cfg	cfg;
	struct io_pgtable_ops	ops;
};

#define io_pgtable_ops_to_pgtable(x) container_of((x), struct io_pgtable, ops)

static inline void io_pgtable_tlb_flush_all(struct io_pgtable *iop)
{
	if (iop->cfg.tlb && iop->cfg.tlb->tlb_flush_all)
		iop->cfg.tlb->tlb_flush_all(iop->cookie);
}

static inline void io_pgtable_tlb_flush_walk(struct io_pgtable *iop, unsigned long iova,
					     size_t size, size_t granule)
{
	if (iop->cfg.tlb && iop->cfg.tlb->tlb_flush_walk)
		iop->cfg.tlb->tlb_flush_walk(iova, size, granule, iop->cookie);
}

static inline void io_pgtable_tlb_add_page(struct io_pgtable *iop,
					   struct iommu_iotlb_gather *gather,
					   unsigned long iova, size_t granule)
{
	if (iop->cfg.tlb && iop->cfg.tlb->tlb_add_page)
		iop->cfg.tlb->tlb_add_page(gather, iova, granule, iop->cookie);
}

enum io_pgtable_caps {
	/** cfg.alloc and cfg.free may be set */
	IO_PGTABLE_CAP_CUSTOM_ALLOCATOR = BIT(0),
};

/** struct io_pgtable_init_fns - one format */
struct io_pgtable_init_fns {
	struct io_pgtable *(*alloc)(struct io_pgtable_cfg *cfg, void *cookie);
	void (*free)(struct io_pgtable *iop);
	u32 caps;
};

extern struct io_pgtable_init_fns io_pgtable_arm_32_lpae_s1_init_fns;
extern struct io_pgtable_init_fns io_pgtable_arm_32_lpae_s2_init_fns;
extern struct io_pgtable_init_fns io_pgtable_arm_64_lpae_s1_init_fns;
extern struct io_pgtable_init_fns io_pgtable_arm_64_lpae_s2_init_fns;
extern struct io_pgtable_init_fns io_pgtable_arm_v7s_init_fns;
extern struct io_pgtable_init_fns io_pgtable_arm_mali_lpae_init_fns;

#ifdef __cplusplus
}
#endif
#endif
