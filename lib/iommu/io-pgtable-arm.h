/* SPDX-License-Identifier: MIT */
/*
 * ARM's long descriptors, as IOMMUs use them: the bits, and what the files share.
 *
 *	63 NSTable | 54:53 XN | 51 DBM | 47:12 address | nG 11 AF 10 SH 9:8 | rights, kind | type
 *
 * With a granule of 64 KiB bits 15:12 are bits 51:48 of the address. Bit 55 is software's:
 * this entry leads to a table, and has been cleaned.
 *
 *	io-pgtable-arm.c         map, unmap, look
 *	io-pgtable-arm-cfg.c     what is possible, and the registers
 *	io-pgtable-arm-format.c  bits
 *	io-pgtable-arm-dirty.c   what was written
 *
 * Spec: DDI 0406C, B3.6; DDI 0487, D8.3. Linux: drivers/iommu/io-pgtable-arm.[ch].
 */
#ifndef LIB_IOMMU_IO_PGTABLE_ARM_H
#define LIB_IOMMU_IO_PGTABLE_ARM_H

#include <linux/sizes.h>

#include "table.h"

#define LPAE_MAX_LEVELS		4
#define LPAE_LAST_LEVEL		3
#define LPAE_MAX_BITS		52u
#define LPAE_S2_MAX_CONCAT	16u
#define LPAE_ENTRY_LOG2		3

#define LPAE_TYPE_MASK		3ull
#define LPAE_TYPE_BLOCK		1ull
#define LPAE_TYPE_TABLE		3ull
#define LPAE_TYPE_PAGE		3ull
#define LPAE_PA_MASK		GENMASK_ULL(47, 12)
#define LPAE_NSTABLE		BIT_ULL(63)
#define LPAE_SW_SYNC		BIT_ULL(55)
#define LPAE_XN			(3ull << 53)
#define LPAE_DBM		BIT_ULL(51)
#define LPAE_NG			BIT_ULL(11)
#define LPAE_AF			BIT_ULL(10)
#define LPAE_SH_OS		(2ull << 8)
#define LPAE_SH_IS		(3ull << 8)
#define LPAE_NS			BIT_ULL(5)
#define LPAE_S1_UNPRIV		BIT_ULL(6)
#define LPAE_S1_RDONLY		BIT_ULL(7)
#define LPAE_S2_READ		BIT_ULL(6)
#define LPAE_S2_WRITE		BIT_ULL(7)
#define LPAE_S1_IDX_CACHE	(1ull << 2)	/* index of MAIR; 0 is not cached */
#define LPAE_S1_IDX_DEV		(2ull << 2)
#define LPAE_S1_IDX_MASK	(7ull << 2)
#define LPAE_S2_MEM_DEV		(0x1ull << 2)
#define LPAE_S2_MEM_NC		(0x5ull << 2)
#define LPAE_S2_MEM_WB		(0xfull << 2)
#define LPAE_S2_MEM_MASK	(0xfull << 2)

/* What the pieces of a split block inherit. */
#define LPAE_ATTRS		(GENMASK_ULL(11, 2) | LPAE_XN | LPAE_DBM)

#define LPAE_NR_PROTS		64	/* of IOMMU_READ to IOMMU_PRIV */

/**
 * struct lpae - one set of tables
 * @bits:        log2 entries of a table
 * @root_bits:   log2 entries of the first level
 * @start:       the first level, 0 to 3
 * @root_shift:  log2 bytes that one of its entries is for
 * @root_mask, @table_mask: entries, less one
 * @table_pa_mask: the address in an entry that leads to a table
 * @simple_pgsize: the granule, where entries are plain memory; else no size
 * @simple_oas:  bits of an address that the short way takes
 * @last_type:   type of a leaf of the last level
 * @leaf:        every leaf that there is, but for its type and address
 */
struct lpae {
	struct tables t;
	enum io_pgtable_fmt fmt;
	unsigned bits, root_bits, start, root_shift;
	u32 root_mask, table_mask;
	u64 table_pa_mask;
	size_t simple_pgsize;
	unsigned simple_oas;
	u64 last_type;
	bool is_64k;
	u64 leaf[LPAE_NR_PROTS];
};

static inline struct lpae *lpae_of(const struct io_pgtable_ops *ops)
{
	return container_of(tables_of(ops), struct lpae, t);
}

/* Log2 bytes that an entry of level @lvl is for. */
static inline unsigned lpae_shift(const struct lpae *d, int lvl)
{
	return (unsigned)(LPAE_MAX_LEVELS - lvl) * d->bits + LPAE_ENTRY_LOG2;
}

static inline size_t lpae_granule(const struct lpae *d)
{
	return (size_t)1 << (d->bits + LPAE_ENTRY_LOG2);
}

static inline u32 lpae_nr_entries(const struct lpae *d, int lvl)
{
	return (lvl == (int)d->start ? d->root_mask : d->table_mask) + 1;
}

static inline u64 lpae_leaf_type(const struct lpae *d, int lvl)
{
	return lvl == LPAE_LAST_LEVEL ? d->last_type : LPAE_TYPE_BLOCK;
}

static inline bool lpae_is_leaf(const struct lpae *d, u64 pte, int lvl)
{
	return (pte & LPAE_TYPE_MASK) == lpae_leaf_type(d, lvl);
}

static inline bool lpae_is_table(u64 pte, int lvl)
{
	return lvl != LPAE_LAST_LEVEL && (pte & LPAE_TYPE_MASK) == LPAE_TYPE_TABLE;
}

static inline u64 *lpae_slot(const struct lpae *d, u64 *table, int lvl, u64 iova)
{
	u32 mask = lvl == (int)d->start ? d->root_mask : d->table_mask;

	return table + (iova >> lpae_shift(d, lvl) & mask);
}

static inline u64 *lpae_table(const struct lpae *d, u64 pte)
{
	return table_ptr(&d->t, pte & d->table_pa_mask);
}

/* ---- io-pgtable-arm-format.c ---------------------------------------------------------- */

u64 lpae_leaf_bits(enum io_pgtable_fmt fmt, unsigned long quirks, int prot);

static inline u64 lpae_pa_bits(phys_addr_t pa)
{
	return (pa | pa >> 36) & LPAE_PA_MASK;
}

static inline phys_addr_t lpae_pa(bool is_64k, u64 pte)
{
	u64 pa = pte & LPAE_PA_MASK;

	return is_64k ? (pa | pa << 36) & LPAE_PA_MASK << 4 : pa;
}

/* ---- io-pgtable-arm.c, -dirty.c -------------------------------------------------------- */

int lpae_map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		   size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
size_t lpae_unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			size_t pgcount, struct iommu_iotlb_gather *gather);
phys_addr_t lpae_iova_to_phys(struct io_pgtable_ops *ops, unsigned long iova);
/* The same for the granule of 4 KiB and three levels, or four, in the fast gear. */
int lpae_map_pages_3x9(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		       size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
int lpae_map_pages_4x9(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		       size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
size_t lpae_unmap_pages_3x9(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			    size_t pgcount, struct iommu_iotlb_gather *gather);
size_t lpae_unmap_pages_4x9(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			    size_t pgcount, struct iommu_iotlb_gather *gather);
phys_addr_t lpae_iova_to_phys_3x9(struct io_pgtable_ops *ops, unsigned long iova);
phys_addr_t lpae_iova_to_phys_4x9(struct io_pgtable_ops *ops, unsigned long iova);
int lpae_read_and_clear_dirty(struct io_pgtable_ops *ops, unsigned long iova, size_t size,
			      unsigned long flags, struct iommu_dirty_bitmap *dirty);
/* @table of level @lvl, and all below it. */
void lpae_free_tables(struct lpae *d, int lvl, u64 *table);

#endif
