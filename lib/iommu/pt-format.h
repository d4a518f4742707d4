/* SPDX-License-Identifier: MIT */
/*
 * Formats of page tables as data: where an entry is found, and what its bits say. Enough
 * to walk any of them with one loop, and to make an entry; how entries are changed while
 * a walker looks at them is a format's own file's.
 *
 *	root --level[0]--> entry: TABLE(pa) --level[1]--> ... --> LEAF(pa, len, prot)
 *	         |
 *	         iova >> va_shift & (2^idx_bits - 1)
 *
 * A row whose geometry is fixed is a constant; ARM's depends on the configuration and is
 * filled in by arm_v7s_format() and arm_lpae_format().
 */
#ifndef LIB_IOMMU_PT_FORMAT_H
#define LIB_IOMMU_PT_FORMAT_H

#include <linux/io-pgtable.h>

#define PT_MAX_LEVELS	5

enum pt_kind { PT_INVALID, PT_TABLE, PT_LEAF };

/**
 * struct pt_entry - what one entry says
 * @pa:   of the table, or of the first byte that the leaf maps
 * @len:  bytes that the leaf maps, neighbours that say the same included
 * @prot: IOMMU_*, as far as the bits can tell
 */
struct pt_entry {
	enum pt_kind kind;
	phys_addr_t pa;
	u64 len;
	int prot;
};

/**
 * struct pt_level - one level, the root first
 * @va_shift:    log2 bytes that one entry is for
 * @idx_bits:    log2 entries of a table
 * @entry_log2:  log2 bytes of an entry
 * @may_be_leaf: pages of 2^@va_shift bytes exist
 * @contig_log2: log2 entries that together make one larger page; 0: there is none
 */
struct pt_level {
	u8 va_shift, idx_bits, entry_log2;
	bool may_be_leaf;
	u8 contig_log2;
};

/**
 * struct pt_fmt - a format
 * @fmt, @quirks, @granule_shift: what the functions below may want to know
 * @decode:     what @entry of level @lvl says
 * @table_entry: one that leads to the table at @pa
 * @leaf_entry: one that maps @pa; @is_contig: in a row of 2^contig_log2 of the same page
 */
struct pt_fmt {
	const char *name;
	u8 nr_levels;
	struct pt_level level[PT_MAX_LEVELS];
	enum io_pgtable_fmt fmt;
	unsigned long quirks;
	u8 granule_shift;
	struct pt_entry (*decode)(const struct pt_fmt *f, unsigned lvl, u64 entry);
	u64 (*table_entry)(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa);
	u64 (*leaf_entry)(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
			  bool is_contig);
};

/* Reads an entry of @len bytes at @pa. */
typedef u64 pt_fetch(void *arg, phys_addr_t pa, unsigned len);

/**
 * pt_walk() - translate @iova with the tables at @root_pa
 * @ret_lvl: the level where it ended; may be NULL
 *
 * Return: the leaf, or PT_INVALID.
 */
struct pt_entry pt_walk(const struct pt_fmt *f, phys_addr_t root_pa, u64 iova,
			pt_fetch *fetch, void *arg, unsigned *ret_lvl);

/* Of ARM's formats, as @cfg has them once tables were made. */
void arm_v7s_format(const struct io_pgtable_cfg *cfg, struct pt_fmt *ret);
void arm_lpae_format(enum io_pgtable_fmt fmt, const struct io_pgtable_cfg *cfg,
		     struct pt_fmt *ret);

#endif
