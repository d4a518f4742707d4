/* SPDX-License-Identifier: MIT */
/*
 * The MMU of Texas Instruments' OMAP and DRA7, before a camera, a DSP or an IPU: this is
 * its manual. Device tree: "ti,omap2-iommu" (OMAP2 and 3), "ti,omap4-iommu" (4 and 5),
 * "ti,dra7-iommu", "ti,dra7-dsp-iommu"; #iommu-cells 0, one master behind each. A master may
 * be behind several, by a port each, which software must program alike.
 *
 * Registers have 32 bits and are accessed so; between them all reads as zero.
 *
 *   0x00 REVISION      RO  major 7:4, minor 3:0
 *   0x10 SYSCONFIG     RW  SOFTRESET 1: as power on, done when RESETDONE says so; the rest
 *                          (idle modes) is held, and changes nothing
 *   0x14 SYSSTATUS     RO  RESETDONE 0
 *   0x18 IRQSTATUS     W1C OMAP_MMU_IRQ_*: set whether enabled or not
 *   0x1c IRQENABLE     RW  the line is high while a bit is set in both
 *   0x40 WALKING_ST    RO  TWLRUNNING 0: never seen, a walk is over at once
 *   0x44 CNTL          RW  MMU_EN 1, TWL_EN 2, EMUTLBUPDATE 3
 *   0x48 FAULT_AD      RO  address of the first fault since IRQSTATUS was all zero
 *   0x4c TTB           RW  31:7 of the first level's address; a walk ignores 13:0
 *   0x50 LOCK          RW  BASEVALUE 14:10, CURRENTVICTIM 8:4
 *   0x54 LD_TLB        WO  bit 0: CAM and RAM become the entry CURRENTVICTIM
 *   0x58 CAM           RW  tag 31:12, P 3, V 2, size 1:0 (OMAP_MMU_CAM_1M, ...)
 *   0x5c RAM           RW  address 31:12, endianness 9, element size 8:7, mixed 6
 *   0x60 GFLUSH        WO  bit 0: every entry goes but those with P
 *   0x64 FLUSH_ENTRY   WO  bit 0: every entry that translates CAM's tag goes, P or not
 *   0x68 READ_CAM, 0x6c READ_RAM  RO  the entry CURRENTVICTIM
 *   0x70 EMU_FAULT_AD  RO  the same as FAULT_AD for a debugger's accesses
 *   0x80 FAULT_PC      RO  zero: masters have no program counter       (OMAP4 on)
 *   0x84 FAULT_STATUS  RO  kind 2:1 (0 data, 1 fetch), write 3, recorded 0  (OMAP4 on)
 *   0x88 GP_REG        RW  BUS_ERR_BACK_EN 0: faults end with a bus error   (OMAP4 on)
 *
 * MMU_EN clear: addresses pass as they are. Set: the TLB is asked; on a miss the tables
 * are walked with TWL_EN, else it is TLBMISS and software loads an entry. What a walk
 * finds fills the entry CURRENTVICTIM, free entries or not, and that goes on, round in
 * [BASEVALUE, entries): in turn, or drawn. LD_TLB does not move it. Two entries that
 * match are a MULTIHITFAULT. Tables have no permissions: what is mapped may be done.
 * Nothing is held of what is not there.
 *
 * After a fault the master waits, and whatever else asks; all ask again once IRQSTATUS
 * is zero. With BUS_ERR_BACK_EN a fault ends with a bus error, recorded all the same.
 *
 * A debugger's accesses are those of stream OMAP_MMU_STREAM_EMU. By a walk they fill the
 * TLB with EMUTLBUPDATE only, and end with a bus error if nothing is there; without
 * TWL_EN they are EMUMISS, and wait.
 *
 * DRA7's DSPs have registers around their MMUs: DSP_SYS_MMU_CONFIG, bit 4 * id, must be
 * set too, or that one passes addresses as they are. Its other registers hold what is
 * written to them; power off loses none of them.
 *
 * Power off loses registers and TLB. A reset line that is asserted holds it at reset.
 *
 * Leaves out: endianness, element size and "mixed" swap bytes of the data on big-endian
 * DSPs: here they are held and read back, and data passes as it is. Idle modes, the walk
 * as something that takes time, FAULT_STATUS's transaction ID.
 *
 * Source: OMAP36xx TRM (SWPU177), chapter 15; DRA75x TRM (SPRUI30), chapter 20. Linux:
 * drivers/iommu/omap-iommu.h, omap-iopgtable.h. Which entry a walk replaces is in turn by
 * Linux's belief, and "random" by SPRUI30: knob draws_victims.
 */
#ifndef ARMDMA_OMAP_IOMMU_H
#define ARMDMA_OMAP_IOMMU_H

#include <armdma/iommu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OMAP_MMU_REVISION	0x00
#define OMAP_MMU_SYSCONFIG	0x10
#define OMAP_MMU_SYSSTATUS	0x14
#define OMAP_MMU_IRQSTATUS	0x18
#define OMAP_MMU_IRQENABLE	0x1c
#define OMAP_MMU_WALKING_ST	0x40
#define OMAP_MMU_CNTL		0x44
#define OMAP_MMU_FAULT_AD	0x48
#define OMAP_MMU_TTB		0x4c
#define OMAP_MMU_LOCK		0x50
#define OMAP_MMU_LD_TLB		0x54
#define OMAP_MMU_CAM		0x58
#define OMAP_MMU_RAM		0x5c
#define OMAP_MMU_GFLUSH		0x60
#define OMAP_MMU_FLUSH_ENTRY	0x64
#define OMAP_MMU_READ_CAM	0x68
#define OMAP_MMU_READ_RAM	0x6c
#define OMAP_MMU_EMU_FAULT_AD	0x70
#define OMAP_MMU_FAULT_PC	0x80
#define OMAP_MMU_FAULT_STATUS	0x84
#define OMAP_MMU_GP_REG		0x88
#define OMAP_MMU_LEN		0x100u		/* of the whole block, at most */

#define OMAP_MMU_SOFTRESET	(1u << 1)
#define OMAP_MMU_RESETDONE	(1u << 0)

#define OMAP_MMU_IRQ_TLBMISS		(1u << 0)
#define OMAP_MMU_IRQ_TRANSLATION	(1u << 1)
#define OMAP_MMU_IRQ_EMUMISS		(1u << 2)
#define OMAP_MMU_IRQ_TABLEWALK		(1u << 3)
#define OMAP_MMU_IRQ_MULTIHIT		(1u << 4)
#define OMAP_MMU_IRQ_ALL		0x1fu

#define OMAP_MMU_CNTL_MMU_EN		(1u << 1)
#define OMAP_MMU_CNTL_TWL_EN		(1u << 2)
#define OMAP_MMU_CNTL_EMUTLBUPDATE	(1u << 3)

#define OMAP_MMU_LOCK_OF(base, victim)	((uint32_t)(base) << 10 | (uint32_t)(victim) << 4)
#define OMAP_MMU_LOCK_BASE(lock)	((lock) >> 10 & 0x1f)
#define OMAP_MMU_LOCK_VICTIM(lock)	((lock) >> 4 & 0x1f)

#define OMAP_MMU_CAM_1M		0u
#define OMAP_MMU_CAM_64K	1u
#define OMAP_MMU_CAM_4K		2u
#define OMAP_MMU_CAM_16M	3u
#define OMAP_MMU_CAM_V		(1u << 2)
#define OMAP_MMU_CAM_P		(1u << 3)

#define OMAP_MMU_FAULT_RECORDED	(1u << 0)
#define OMAP_MMU_FAULT_FETCH	(1u << 1)
#define OMAP_MMU_FAULT_WRITE	(1u << 3)

#define OMAP_MMU_BUS_ERR_BACK	(1u << 0)

#define OMAP_MMU_MAX_ENTRIES	32u		/* that LOCK can point at */
#define OMAP_MMU_STREAM_EMU	1u

#define OMAP_DSP_SYS_MMU_CONFIG	0x18
#define OMAP_DSP_SYS_LEN	0x100u

/** Which: from OMAP4 on there are FAULT_PC, FAULT_STATUS and GP_REG. */
enum omap_mmu_part {
	OMAP_MMU_OMAP2,		/* and 3; revision 1.1 */
	OMAP_MMU_OMAP4,		/* and 5; revision 2.1 */
	OMAP_MMU_DRA7,		/* revision 3.0 */
	NR_OMAP_MMU_PARTS
};

/** Defects, for knobs.misbehaves: what a correct driver does not save anybody from. */
enum omap_mmu_misbehaviour {
	OMAP_MMU_IGNORES_GFLUSH = 1,
	OMAP_MMU_IGNORES_FLUSH_ENTRY = 2,
	OMAP_MMU_LOSES_FAULTS = 4,	/* the line stays low */
};

/**
 * struct omap_iommu_config - one of them
 * @name:   shown in reports; NULL: "mmu"
 * @reg_pa, @reg_len: its registers; @reg_pa 0: where there is room
 * @irq:    its line; 0: one of its own
 * @walker: whose bytes its walks read
 * @nr_entries: of its TLB, 8 or 32; 0: 32
 * @knobs:  of them tlb_entries (up to 32: software points at them), draws_victims,
 *          prefetch, line_len, delay (ticks of a soft reset), version (REVISION) and
 *          misbehaves (enum omap_mmu_misbehaviour) mean something here
 * @system_pa, @id: a DRA7 DSP's DSP_SYSTEM, which MMUs that name the same one share, and
 *          which of its MMUs this is; 0: there is none, it depends on CNTL alone
 */
struct omap_iommu_config {
	const char *name;
	enum omap_mmu_part part;
	uint64_t reg_pa, reg_len;
	unsigned irq;
	enum iommu_hw_walker walker;
	unsigned nr_entries;
	struct iommu_hw_knobs knobs;
	uint64_t system_pa;
	unsigned id;
};

/**
 * omap_iommu_new() - one of them, on the bus of @m
 *
 * Context: as bus_attach(). Return: NULL only if @cfg->reg_pa is 0 and there is no room.
 */
struct iommu_hw *omap_iommu_new(struct machine *m, const struct omap_iommu_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
