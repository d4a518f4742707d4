/* SPDX-License-Identifier: MIT */
/*
 * The System MMU's parts (<armdma/exynos-iommu.h> is its manual).
 *
 *   parts.c      what each version has, and which SoC has which
 *   format.c     two table formats
 *   layout.c     registers of each version, and where faults are told
 *   sysmmu.c     blocking, flushes, faults, accesses
 *   kind.c       as the board's tree has it
 */
#ifndef SIM_IOMMU_EXYNOS_SYSMMU_H
#define SIM_IOMMU_EXYNOS_SYSMMU_H

#include <armdma/exynos-iommu.h>

#include "../commands.h"
#include "../registers.h"
#include "../walk.h"

struct sysmmu;

/* Where a fault is told: a bit of INT_STATUS, a register for its VA, one for more of it. */
struct fault_place {
	uint8_t bit;
	uint32_t va_reg, info_reg;	/* info_reg 0: none */
};

struct sysmmu_layout {
	const struct reg_row *rows;
	size_t nr_rows;
	uint32_t len;
	uint32_t pt_base, int_status;
	unsigned base_shift;		/* of PT_BASE */
	bool has_vms;
	/* False: nothing tells of such a fault. */
	bool (*place_of)(enum iommu_hw_reason reason, bool is_write, struct fault_place *ret);
};

/* What a version has; sizes of TLBs are guesses, all but version 2's. */
struct sysmmu_part {
	uint32_t version;		/* this one and those after it, up to the next row */
	const struct sysmmu_layout *layout;
	void (*set_format)(struct pt_format *f);
	unsigned tlb_entries, tlb_ways;
	bool is_indexed;		/* sets are chosen by the page asked for */
	unsigned flpd_entries;		/* 0: there is no FLPD cache */
	bool entry_reaches_flpd;
	bool caches_negative;
	unsigned line_len, prefetch;
};

enum block { BLOCK_NONE, BLOCK_ASKED, BLOCK_ON };

struct sysmmu {
	struct iommu_hw *hw;
	const struct sysmmu_part *part;
	const struct sysmmu_layout *layout;
	uint32_t version;
	unsigned misbehaves;
	unsigned delay;
	unsigned flpd_entries;		/* 0: none */
	struct reg_file regs;
	struct walk_unit walker;
	struct command_unit flushes;
	struct pt_format format;
	bool was_on;			/* MMU_CTRL.enable, before it was written */
	enum block block;		/* by software */
	uint64_t block_due;
	bool is_fault_blocked;
	uint32_t epoch;			/* of what waits: those of earlier ones go on */
};

/* The layouts of versions before 5, of 5, and of 7 without and with VM registers. */
extern const struct sysmmu_layout sysmmu_layout_v1, sysmmu_layout_v5, sysmmu_layout_v7,
				  sysmmu_layout_v7_vm;

const struct sysmmu_part *sysmmu_part_of(uint32_t version);
/* By what the tree's root is compatible with; 0: with none that is known here. */
uint32_t sysmmu_version_of_board(const struct board *b);

void sysmmu_format_v1(struct pt_format *f);
void sysmmu_format_v5(struct pt_format *f);

/* ---- sysmmu.c: what registers do --------------------------------------------------- */

void sysmmu_wrote_ctrl(void *opaque, unsigned idx, uint32_t value);
void sysmmu_wrote_cfg(void *opaque, unsigned idx, uint32_t value);
void sysmmu_wrote_flush_all(void *opaque, unsigned idx, uint32_t value);
void sysmmu_wrote_flush_entry(void *opaque, unsigned idx, uint32_t value);
void sysmmu_wrote_flush_range(void *opaque, unsigned idx, uint32_t value);
void sysmmu_wrote_int_clear(void *opaque, unsigned idx, uint32_t value);
uint32_t sysmmu_read_status(void *opaque, unsigned idx, uint32_t held);
uint32_t sysmmu_read_version(void *opaque, unsigned idx, uint32_t held);

#endif
