/* SPDX-License-Identifier: MIT */
/*
 * Samsung's System MMU, of Exynos 3250, 4210, 4x12, 5xxx, 5433, 7, 850, Auto v9: one table,
 * one master, and no ID in the tree: software asks its version register. This is its manual;
 * lib/iommu/exynos is a driver that knows no more than this.
 *
 * Device tree: "samsung,exynos-sysmmu", #iommu-cells 0. Clocks "sysmmu" and "master" (its
 * device's, without which registers do not answer), or "aclk" (it translates) and "pclk" (its
 * registers answer). Without a clock what would be translated is refused, and what would
 * not be passes.
 *
 * Registers have 32 bits; where there is none, reads are zeros and writes are ignored.
 *
 *			1 to 3	5	7	7 with VM registers
 *   MMU_CTRL		0x000	0x000	0x000	0x000	enable 0, block 1, interrupt 2
 *   MMU_CFG		0x004	0x004	0x004	0x004	check permissions 2, FLPD cache 20
 *   MMU_STATUS		0x008	0x008	0x008	0x008	blocked 0
 *   MMU_VERSION	0x034	0x034	0x034	0x034	major 31:28, minor 27:21
 *   flush all		0x00c	0x010	0x010	0x8010	written 1
 *   flush entry	0x010	0x014	0x014	0x8014	VA 31:12, written with bit 0 set
 *   flush range	-	0x018	0x018	0x8018	written 1: of
 *     from, to		-	0x020	0x020	0x8020	+4: the VA of the last page
 *   base of table	0x014	0x00c	0x00c	0x800c	of 5 and 7 its page number
 *   INT_STATUS, CLEAR	0x018	0x060	0x060	0x060	+4: W1C
 *   VA of a fault	0x024..	0x070,	0x070	0x1000	5: of reads, of writes (0x080)
 *     its info		-	-	0x078	0x1004	write 20
 *   CTRL_VM		-	-	-	0x8000	enable 0, faults wait 3
 *   CAPA0, CAPA1	-	-	0x870	0x870	+4: bit 11: there is CAPA1; bit 14: VMs
 *
 * Faults, by bits of INT_STATUS. 1 to 3: page 0 (VA at 0x24), several entries hit 1 read
 * (0x2c) and 2 written (0x28), table walk 3 (0x30), permission 5 read (0x2c) and 7 written
 * (0x28). 5: table walk, page, several entries hit, permission: 0 to 3 read, 16 to 19
 * written. 7: table walk, page, permission: 0 to 2.
 *
 * Tables: 4096 words of 1 MiB each, then 256 of 4 KiB; 64 KiB are 16 equal words. In words
 * of 1 to 3 addresses are where they are in the short descriptors of ARMv7; bit 10 (of a
 * section) or 4 allows access, 15 or 9 forbids writes. In words of 5 and 7 an address
 * of 36 bits is shifted right by 4; read and write are bits 4 and 5 of a section, 2 and 3
 * of a page.
 *
 * Blocking: after MMU_CTRL.block was written it takes a while until MMU_STATUS says that it
 * is blocked: nothing is in flight, accesses wait; no time at all, if it was off. What is
 * flushed then has gone at once; what is flushed in between goes some time later, and nothing
 * tells when. A fault blocks as well: until it is cleared, and MMU_CTRL then written without
 * block, its access and all others wait; then they are made again. Without MMU_CTRL.enable
 * nothing is translated.
 *
 * What versions hold, and when they let go of it:
 *
 *   1		a TLB
 *   2		one of 64 sets of 8, chosen by bits 17:12 of the VA whatever the page's size,
 *		so 64 KiB may be in 16 of them; flush entry looks in one
 *   3.1	each fetch reads the 32 descriptors (3.2: 64) around; what is *no* translation
 *		is held, too, and believed until it is flushed
 *   3.2	and a cache of first-level descriptors that are tables (FLPD), if MMU_CFG says
 *		so; flush entry reaches it
 *   3.3	as 3.1, and each miss goes on for 32 pages, into the next table if need be
 *   5, 7	FLPD as well; only flush all reaches it. Nothing is held of what is no translation
 *
 * Register offsets and fields, their sequence, and the habits of 2 and 3 are as Linux's
 * driver and its comments have them. Assumed, so turn them (struct iommu_hw_knobs): sizes of
 * TLBs and FLPD caches; how long blocking takes; that an access that faulted is made again;
 * that a flush without block arrives in the end; which version which SoC has. Not heeded:
 * .caches_negative, but to turn it off, where the version has no such habit;
 * .walk_cache_entries, where there is no FLPD cache. IOMMU_HW_NONE of these is none; 4096
 * hold every table.
 *
 * Leaves out: prefetch buffers (their registers hold what is written), QoS, LRU, security,
 * VMs other than 0, performance counters.
 *
 * Spec: none is public. Linux: drivers/iommu/exynos-iommu.c,
 * Documentation/devicetree/bindings/iommu/samsung,sysmmu.yaml.
 */
#ifndef ARMDMA_EXYNOS_IOMMU_H
#define ARMDMA_EXYNOS_IOMMU_H

#include <stdint.h>
#include <armdma/iommu.h>
#include <armdma/iommu-knobs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYSMMU_COMPATIBLE	"samsung,exynos-sysmmu"

#define SYSMMU_CTRL		0x000
#define SYSMMU_CTRL_ENABLE	(1u << 0)
#define SYSMMU_CTRL_BLOCK	(1u << 1)
#define SYSMMU_CTRL_INT		(1u << 2)
#define SYSMMU_CFG		0x004
#define SYSMMU_CFG_LRU		(1u << 0)
#define SYSMMU_CFG_EAP		(1u << 2)	/* permissions count */
#define SYSMMU_CFG_QOS(n)	((uint32_t)(n) << 7)
#define SYSMMU_CFG_FLPDCACHE	(1u << 20)	/* from 3.2 on */
#define SYSMMU_CFG_SYSSEL	(1u << 22)	/* 3.2 */
#define SYSMMU_CFG_ACGEN	(1u << 24)	/* from 3.3 on */
#define SYSMMU_STATUS		0x008
#define SYSMMU_STATUS_BLOCKED	(1u << 0)
#define SYSMMU_VERSION_REG	0x034

#define SYSMMU_FLUSH_NOW	1u		/* what flush registers are written with */

#define SYSMMU_V1_FLUSH_ALL	0x00c
#define SYSMMU_V1_FLUSH_ENTRY	0x010
#define SYSMMU_V1_PT_BASE	0x014
#define SYSMMU_V1_INT_STATUS	0x018
#define SYSMMU_V1_INT_CLEAR	0x01c
#define SYSMMU_V1_FAULT_VA	0x024		/* of a page; then of writes, of reads, of walks */
#define SYSMMU_V1_PREFETCH	0x04c		/* four, not modelled */

#define SYSMMU_V5_PT_BASE	0x00c
#define SYSMMU_V5_FLUSH_ALL	0x010
#define SYSMMU_V5_FLUSH_ENTRY	0x014
#define SYSMMU_V5_FLUSH_RANGE	0x018
#define SYSMMU_V5_FLUSH_START	0x020
#define SYSMMU_V5_FLUSH_END	0x024
#define SYSMMU_V5_INT_STATUS	0x060
#define SYSMMU_V5_INT_CLEAR	0x064
#define SYSMMU_V5_FAULT_AR_VA	0x070
#define SYSMMU_V5_FAULT_AW_VA	0x080

#define SYSMMU_V7_FAULT_VA	0x070
#define SYSMMU_V7_FAULT_INFO	0x078
#define SYSMMU_V7_FAULT_WRITE	(1u << 20)
#define SYSMMU_V7_CAPA0		0x870
#define SYSMMU_V7_HAS_CAPA1	(1u << 11)
#define SYSMMU_V7_CAPA1		0x874
#define SYSMMU_V7_HAS_VMS	(1u << 14)
#define SYSMMU_V7_VM		0x8000u		/* + what 5 has as PT_BASE, FLUSH_*: of VM 0 */
#define SYSMMU_V7_CTRL_VM	0x8000u
#define SYSMMU_V7_CTRL_VM_ENABLE	(1u << 0)
#define SYSMMU_V7_CTRL_VM_STALL	(1u << 3)	/* faults wait; else they end the access */
#define SYSMMU_V7_VM_FAULT_VA	0x1000
#define SYSMMU_V7_VM_FAULT_INFO	0x1004

#define SYSMMU_LEN		0x1000u		/* of the whole block */
#define SYSMMU_VM_LEN		0x9000u		/* with VM registers */

/** As MMU_VERSION has it; 1.0 says SYSMMU_VERSION_LIE instead. */
#define SYSMMU_VERSION(major, minor)	((uint32_t)(major) << 28 | (uint32_t)(minor) << 21)
#define SYSMMU_VERSION_LIE	0x80000001u
#define SYSMMU_MAJOR(version)	((version) >> 28)
#define SYSMMU_MINOR(version)	((version) >> 21 & 0x7f)
/** Of a config or a knob: 7, and with VM registers. */
#define SYSMMU_WITH_VMS		1u

/** enum sysmmu_misbehaviour - defects, as switches (struct iommu_hw_knobs) */
enum sysmmu_misbehaviour {
	SYSMMU_NEVER_BLOCKS	= 1 << 0,	/* MMU_STATUS never says that it is blocked */
	SYSMMU_IGNORES_ENTRY	= 1 << 1,	/* flush entry does nothing */
	SYSMMU_IGNORES_RANGE	= 1 << 2,
	SYSMMU_KEEPS_FLPD	= 1 << 3,	/* no flush reaches the FLPD cache */
	SYSMMU_IGNORES_EAP	= 1 << 4,	/* what is mapped may be written */
	SYSMMU_LOSES_FAULTS	= 1 << 5,	/* no record, no interrupt; the access ends */
	SYSMMU_ABORTS_FAULTS	= 1 << 6,	/* an access that faulted is not made again */
	SYSMMU_NR_MISBEHAVIOURS	= 7
};

/**
 * struct exynos_iommu_config - which one; all zero is a 3.3 to begin with
 * @name:    shown in reports; NULL: "sysmmu"
 * @reg_pa:  its registers; 0: where there is room (bus_find_room())
 * @reg_len: 0: SYSMMU_LEN, or with VMs SYSMMU_VM_LEN
 * @irq:     its line; 0: one of its own
 * @walker:  whose bytes its walks read
 * @knobs:   .version: SYSMMU_VERSION(), of 7 perhaps with SYSMMU_WITH_VMS; 0: 3.3
 */
struct exynos_iommu_config {
	const char *name;
	uint64_t reg_pa, reg_len;
	unsigned irq;
	enum iommu_hw_walker walker;
	struct iommu_hw_knobs knobs;
};

/**
 * exynos_iommu_new() - one of them, on the bus of @m
 *
 * Context: as bus_attach(). Return: NULL only if @cfg->reg_pa is 0 and there is no room.
 */
struct iommu_hw *exynos_iommu_new(struct machine *m, const struct exynos_iommu_config *cfg);

/** Its misbehaviours from now on, whatever they were. */
void exynos_iommu_misbehave(struct iommu_hw *i, unsigned misbehaves);

#ifdef __cplusplus
}
#endif
#endif
