/* SPDX-License-Identifier: MIT */
/*
 * Rockchip's IOMMU, as hardware: one MMU of it. This is its manual; lib/iommu/rockchip is a
 * driver that knows no more than this.
 *
 * Device tree: compatible "rockchip,iommu" (version 1) or "rockchip,rk3568-iommu" (2);
 * #iommu-cells 0. Each entry of reg is an MMU of its own, with registers, TLB and faults of
 * its own; a master has a port to each. Clocks "aclk" (without it nothing is translated) and
 * "iface" (without it registers do not answer).
 *
 * Tables: 1024 words, little-endian, of a page each, at two levels: a directory entry (DTE)
 * for 4 MiB, a page table entry (PTE) for 4 KiB.
 *
 *   DTE   1  31:12 page table, 0 valid
 *         2  31:12 bits 31:12, 11:8 bits 35:32, 7:4 bits 39:36 of it, 0 valid
 *   PTE   as the DTE, of a page; 2 may be written, 1 may be read; cache hints are ignored
 *
 * Registers have 32 bits, little-endian. Other sizes are error responses; where there is no
 * register, reads are zeros and writes do nothing.
 *
 *   0x00 DTE_ADDR   RW  the directory, as a DTE has it without the low bits: 31:12 (1), 31:4 (2)
 *   0x04 STATUS     RO  RK_MMU_STATUS_*
 *   0x08 COMMAND    WO  enum rk_mmu_command
 *   0x0c FAULT_ADDR RO  IOVA of the last fault
 *   0x10 ZAP_ONE_LINE WO  an IOVA: the lines of descriptors that lead to it are dropped
 *   0x14 RAWSTAT    RO  RK_MMU_INT_*: what has happened
 *   0x18 INT_CLEAR  WO  bits of RAWSTAT to be forgotten
 *   0x1c INT_MASK   RW  bits of RAWSTAT that make the interrupt high
 *   0x20 INT_STATUS RO  RAWSTAT & INT_MASK
 *   0x24 AUTO_GATING RW RK_MMU_NO_DTE_TIME_LIMIT
 *
 * A command counts only in the right state, else it is ignored, silently; it is judged when
 * it is written, and carried out up to knob delay later:
 *
 *   ENABLE_PAGING   always; without paging everything is bypassed
 *   DISABLE_PAGING  while stalled
 *   ENABLE_STALL    while paging, with no fault active: masters wait
 *   DISABLE_STALL   while stalled
 *   ZAP_CACHE       always: nothing is held any more
 *   FAULT_DONE      while a fault is active: the access that faulted is made again; if that
 *                   fails at once, too, it ends with a bus error and is not recorded
 *   FORCE_RESET     always: as after power on; those who wait get a bus error
 *
 * A page fault (nothing valid, or not allowed) stops the MMU: FAULT_ADDR and STATUS say what
 * it was, RAWSTAT has PAGE_FAULT, and every access waits until FAULT_DONE. INT_CLEAR only
 * lowers the interrupt. A table that nothing answers for gives that access a bus error, and
 * RAWSTAT BUS_ERROR; nobody waits.
 *
 * A walk fetches lines of descriptors and holds what it finds in them: neighbours too, and
 * entries that are not valid, so that a new mapping beside an old one may be unseen until its
 * line is zapped.
 *
 * Knobs (armdma/iommu-knobs.h) and what the part has: tlb_entries 64, tlb_ways none,
 * walk_cache_entries 64, line_len 64 bytes, caches_negative yes, prefetch none, delay none,
 * version as the tree says. The sizes are choices of the model: no manual gives them.
 *
 * Leaves out: PTE's cache hints and security bit, STATUS's bus ID, and how long is DTE's limit.
 *
 * Source: Linux 6.12, drivers/iommu/rockchip-iommu.c, and, of the same block in Mali-400,
 * drivers/gpu/drm/lima/lima_mmu.c. What becomes of the access after FAULT_DONE is a choice.
 */
#ifndef ARMDMA_ROCKCHIP_IOMMU_H
#define ARMDMA_ROCKCHIP_IOMMU_H

#include <stdint.h>
#include <armdma/iommu.h>
#include <armdma/iommu-knobs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RK_MMU_DTE_ADDR		0x00
#define RK_MMU_STATUS		0x04
#define RK_MMU_COMMAND		0x08
#define RK_MMU_FAULT_ADDR	0x0c
#define RK_MMU_ZAP_ONE_LINE	0x10
#define RK_MMU_RAWSTAT		0x14
#define RK_MMU_INT_CLEAR	0x18
#define RK_MMU_INT_MASK		0x1c
#define RK_MMU_INT_STATUS	0x20
#define RK_MMU_AUTO_GATING	0x24
#define RK_MMU_LEN		0x28u		/* of what there is; trees say more, or less */

#define RK_MMU_STATUS_PAGING	(1u << 0)
#define RK_MMU_STATUS_FAULT	(1u << 1)	/* a page fault that is not done */
#define RK_MMU_STATUS_STALLED	(1u << 2)
#define RK_MMU_STATUS_IDLE	(1u << 3)	/* it is not hung in a walk */
#define RK_MMU_STATUS_REPLAY_EMPTY (1u << 4)	/* nobody waits to be served again */
#define RK_MMU_STATUS_FAULT_WRITE (1u << 5)	/* the last fault was a write's */
#define RK_MMU_STATUS_STALLING	(1u << 31)	/* a stall is asked for, and not yet on */

#define RK_MMU_INT_PAGE_FAULT	(1u << 0)
#define RK_MMU_INT_BUS_ERROR	(1u << 1)

#define RK_MMU_NO_DTE_TIME_LIMIT (1u << 31)	/* see ROCKCHIP_DTE_TIME_LIMIT */

enum rk_mmu_command {
	RK_MMU_ENABLE_PAGING, RK_MMU_DISABLE_PAGING, RK_MMU_ENABLE_STALL, RK_MMU_DISABLE_STALL,
	RK_MMU_ZAP_CACHE, RK_MMU_FAULT_DONE, RK_MMU_FORCE_RESET
};

/** Defects, as bits of knob misbehaves: such as parts have had, then such as break a contract. */
enum rockchip_misbehaviour {
	ROCKCHIP_RESET_UNUSABLE	= 1 << 0,	/* FORCE_RESET: it never answers commands again,
						 * until it has lost power. As if set by
						 * rockchip,disable-mmu-reset */
	ROCKCHIP_DTE_TIME_LIMIT	= 1 << 1,	/* without NO_DTE_TIME_LIMIT, the fetch of a DTE
						 * hangs until FORCE_RESET or power */
	ROCKCHIP_BOOT_FAULT	= 1 << 2,	/* until software has written something, it pages
						 * and has a fault: what a boot loader left */
	ROCKCHIP_ZAPS_ONE_PAGE	= 1 << 3,	/* of a line, ZAP_ONE_LINE drops one PTE alone */
	ROCKCHIP_DONE_ENDS	= 1 << 4,	/* FAULT_DONE ends the access with a bus error */
	ROCKCHIP_IGNORES_ZAP_LINE = 1 << 5,
	ROCKCHIP_IGNORES_ZAP_CACHE = 1 << 6,
	ROCKCHIP_LOSES_FAULTS	= 1 << 7,	/* a page fault is a bus error, recorded nowhere */
	ROCKCHIP_NR_MISBEHAVIOURS = 8
};

/**
 * struct rockchip_iommu_config - one MMU
 * @name:    shown in reports; NULL: "rockchip"
 * @reg_pa, @reg_len: its registers; @reg_len 0: RK_MMU_LEN
 * @irq:     as in struct iommu_hw_config
 * @walker:  whose bytes its walks read
 * @knobs:   .version 0 is 1; .walker is not heeded
 */
struct rockchip_iommu_config {
	const char *name;
	uint64_t reg_pa, reg_len;
	unsigned irq;
	enum iommu_hw_walker walker;
	struct iommu_hw_knobs knobs;
};

/** rockchip_iommu_new() - one of them, on the bus of @m. Context: as bus_attach(). */
struct iommu_hw *rockchip_iommu_new(struct machine *m, const struct rockchip_iommu_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
