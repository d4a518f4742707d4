/* SPDX-License-Identifier: MIT */
/*
 * What table formats look like, as data: how many levels, which bits of the address index
 * each, and what a descriptor there says. A walk (walk.h) knows no more of a format than
 * this, so a vendor's own is a few rows and a function.
 *
 *   iova  | levels[0].bits | levels[1].bits | ... | page
 *                          ^ levels[0].shift
 *
 * Shared by format-short.c (ARMv7 short descriptors) and format-long.c (long descriptors,
 * stages 1 and 2).
 */
#ifndef SIM_IOMMU_FORMAT_H
#define SIM_IOMMU_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include "tlb.h"

#define PT_MAX_LEVELS	4

enum pt_kind { PT_INVALID, PT_TABLE, PT_LEAF };

/*
 * A descriptor, read. @restrains: of a table, permissions that nothing below it has.
 * @is_untouched: its access flag is clear; @touched is what sets it. @is_clean: a write
 * would make it dirty; @dirtied is what does. @is_unsnooped: of a leaf, where attributes
 * count: not memory that is cacheable and shareable. @attrs: a leaf's, for the TLB to hold.
 */
struct pt_entry {
	enum pt_kind kind;
	uint64_t pa;
	uint8_t size_log2;		/* of a leaf */
	uint8_t perms;			/* enum iotlb_perm, of a leaf */
	uint8_t restrains;
	bool is_global;
	bool is_contiguous;		/* one of a run that translates as one */
	uint8_t run_log2;		/* log2 of how many those are */
	bool is_untouched, is_clean;
	bool is_unsnooped;
	uint64_t touched, dirtied;
	uint32_t attrs;			/* short: enum pt_short_attr */
};

/* Inner attributes as a PAR has them; shareable; NS; not outer shareable. */
enum pt_short_attr { PT_SHORT_INNER = 7, PT_SHORT_SH = 8, PT_SHORT_NS = 16, PT_SHORT_NOS = 32 };

struct pt_level {
	uint8_t shift, bits;
	uint8_t entry_log2;		/* log2 of bytes of a descriptor */
};

struct pt_format {
	void (*decode)(const struct pt_format *f, unsigned level, uint64_t raw,
		       struct pt_entry *ret);
	uint8_t stage;			/* 1 or 2 */
	uint8_t first_level;		/* the number that faults give levels[0] */
	uint8_t nr_levels;
	uint8_t input_bits;		/* beyond: a translation fault at the first level */
	uint8_t output_bits;		/* of tables and pages: beyond, an address size fault */
	uint8_t granule_log2;
	bool ignores_perms;		/* everything that is mapped may be done */
	bool has_access_flag;		/* short: AP[0] is one; */
	bool ignores_access_flag;	/* then, clear or not */
	bool has_wide_pa;		/* short: bits 9, 4 and 5 are bits 32, 33 and 34 of a PA */
	bool has_attrs;			/* memory attributes count */
	bool has_shares;		/* then, of short ones: which are snooped is in @shares, */
	uint8_t shares;			/* 1 << enum attrs_share, and not what is shareable */
	bool is_remapped;		/* by TEX remap */
	uint64_t mair;			/* and of stage 1's long ones: what their indices mean;
					 * of short ones, PRRR, and NMRR in its upper half */
	struct pt_level levels[PT_MAX_LEVELS];
};

struct pt_short_ask {
	unsigned input_bits;		/* up to 34: a first level of up to 64 KiB */
	bool has_access_flag, ignores_perms, has_wide_pa;
};

/* False: no such format. */
bool pt_short(struct pt_format *f, const struct pt_short_ask *ask);

struct pt_long_ask {
	unsigned stage;
	unsigned granule_log2;		/* 12, 14 or 16 */
	unsigned input_bits, output_bits;
	int first_level;		/* stage 2: 0 to 3; -1: as the input has it */
};

bool pt_long(struct pt_format *f, const struct pt_long_ask *ask);

#endif
