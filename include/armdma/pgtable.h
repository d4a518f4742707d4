/* SPDX-License-Identifier: MIT */
/*
 * How much memory the page tables of IOMMUs take. Linux has it in /proc/vmstat, as
 * nr_iommu_pages.
 */
#ifndef ARMDMA_PGTABLE_H
#define ARMDMA_PGTABLE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct io_pgtable_ops;
struct machine;

/**
 * struct pgtable_counts - tables, the first level included
 * @nr_tables:   there are
 * @bytes:       they have, without what an allocator adds
 * @peak_bytes:  the most that it ever was
 * @nr_allocs:   tables that were made since the beginning
 * @nr_stores:   entries that the CPU has written, in the exact gear; of all sets only, as are
 *               those of sets that are gone
 */
struct pgtable_counts {
	uint64_t nr_tables;
	uint64_t bytes;
	uint64_t peak_bytes;
	uint64_t nr_allocs;
	uint64_t nr_stores;
};

/** Of one set of tables. */
void pgtable_counts(const struct io_pgtable_ops *ops, struct pgtable_counts *ret);
/** Of all sets on @m that are, or were; all zero where no kernel was booted. */
void pgtable_counts_all(const struct machine *m, struct pgtable_counts *ret);

#ifdef __cplusplus
}
#endif
#endif
