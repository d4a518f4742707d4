/* SPDX-License-Identifier: MIT */
/*
 * The readers: each fills its part of a board from a tree.
 *
 *   fdt --+--> read_cpus()     parts.c knows what the tree leaves out
 *         +--> read_outer()
 *         +--> read_memory()
 *         +--> read_reserved() --+
 *         +--> read_iommus() ----+--> read_masters()
 *         +--> read_cci400()
 *
 * read_irqs() and read_supplies() are of one node, for who reads it.
 *
 * Each that can fail returns false with @error when the tree says something impossible.
 */
#ifndef SIM_BOARD_READ_H
#define SIM_BOARD_READ_H

#include "fdt.h"

bool read_cpus(struct board *b, const struct fdt *f, GError **error);
bool read_outer(struct board *b, const struct fdt *f, GError **error);
bool read_memory(struct board *b, const struct fdt *f, GError **error);
bool read_reserved(struct board *b, const struct fdt *f, GError **error);
bool read_iommus(struct board *b, const struct fdt *f, GError **error);
bool read_masters(struct board *b, const struct fdt *f, GError **error);
void read_cci400(struct board *b, const struct fdt *f);

/*
 * Into a GArray of struct board_irq: interrupts, or interrupts-extended; of struct
 * board_supply: clocks, resets, power-domains, and the module that it is in. At most
 * MAX_LIST entries of a property: lists.c.
 */
bool read_irqs(const struct fdt_node *n, GArray **ret_irqs, GError **error);
bool read_supplies(const struct fdt_node *n, GArray **ret_supplies, GError **error);

/* The slave interface of the CCI-400 that a CPU, or a master, says it is at: cci400.c. */
bool read_ace_interface(const struct fdt_node *cpu, uint8_t *ret_interface);
bool read_ace_lite_interface(const struct fdt_node *master, uint8_t *ret_interface);

/* The region that the phandle at @idx of memory-region leads to: reserved.c. */
unsigned find_region(const struct board *b, const struct fdt_node *n, unsigned idx);

/* Does [@pa, +@len) reach past what any core in AArch32 state can name (LPAE)? */
#define PA_BITS		40
static inline bool reaches_past_pa_bits(uint64_t pa, uint64_t len)
{
	return pa >> PA_BITS || len > (UINT64_C(1) << PA_BITS) - pa;
}

/* The rest of reading the second level, when either of them changed: cpus.c. */
void outer_meet_cpus(struct board *b);
bool outer_is_possible(const struct board_outer *o);

void board_cpu_free(struct board_cpu *c);
void board_iommu_free(struct board_iommu *i);
void board_reserved_free(struct board_reserved *r);
void board_master_free(struct board_master *m);

#endif
