/* SPDX-License-Identifier: MIT */
/*
 * Spreadtrum's (Unisoc's) IOMMU, as hardware. This is its manual; lib/iommu/sprd is a driver
 * that knows no more than this.
 *
 * Device tree: compatible "sprd,iommu-v1"; #iommu-cells 0: one master; at most one clock,
 * without which nothing answers. There is no interrupt.
 *
 * One flat table of words, little-endian: word n is the physical page number of page n of
 * the aperture. There are no permissions, and no valid bit: 0 is no page.
 *
 *   page < FIRST_VPN, or > FIRST_VPN + VPN_RANGE
 *               with VAOR_BYPASS: passes; else as one whose word is 0
 *   word 0      the access goes to the default page, silently
 *   else        to that page
 *
 * Registers have 32 bits, little-endian. Other sizes are error responses; where there is no
 * register, reads are zeros and writes do nothing.
 *
 *   EX    VAU
 *   0x00  0x04  CFG          RW  SPRD_CFG_*; of EX, bits 15:8 read as 0: that is its version
 *   -     0x00  VERSION      RO  1 in bits 15:8
 *   0x04  0x08  UPDATE       WO  not 0: nothing is held any more
 *   -     0x0c  AUTH_CFG     RW  does nothing here
 *   0x08  0x1c  FIRST_VPN    RW  page where the aperture begins
 *   0x0c  0x20  VPN_RANGE    RW  number of its last page, from there
 *   0x10  0x10  FIRST_PPN    RW  physical page of the table
 *   0x14  -     DEFAULT_PPN  RW  physical page where accesses to no page go
 *   -     0x14  DEFAULT_PPN_RD, 0x18 DEFAULT_PPN_WR: of reads, of writes
 *
 * While CFG has no EN, everything passes; turning it off also drops what is held. What is
 * held, that there is no page too, is used until UPDATE. Power off loses all.
 *
 * Knobs (armdma/iommu-knobs.h) and what the part has: tlb_entries 64, tlb_ways none, line_len
 * 64 bytes, caches_negative yes, prefetch none, version 0 (EX) or 1 (VAU). The sizes are
 * choices of the model: no manual gives them. walk_cache_entries and delay are not heeded.
 *
 * Leaves out: what GATE_EN and AUTH_CFG do.
 *
 * Source: Linux 6.12, drivers/iommu/sprd-iommu.c. That a word of 0 goes to the default page,
 * and that EN off drops what is held, are choices.
 */
#ifndef ARMDMA_SPRD_IOMMU_H
#define ARMDMA_SPRD_IOMMU_H

#include <stdint.h>
#include <armdma/iommu.h>
#include <armdma/iommu-knobs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPRD_VERSION		0x00		/* both */
#define SPRD_VERSION_OF(value)	((value) >> 8 & 0xff)
#define SPRD_VERSION_EX		0
#define SPRD_VERSION_VAU	1

#define SPRD_EX_CFG		0x00
#define SPRD_EX_UPDATE		0x04
#define SPRD_EX_FIRST_VPN	0x08
#define SPRD_EX_VPN_RANGE	0x0c
#define SPRD_EX_FIRST_PPN	0x10
#define SPRD_EX_DEFAULT_PPN	0x14

#define SPRD_VAU_CFG		0x04
#define SPRD_VAU_UPDATE		0x08
#define SPRD_VAU_AUTH_CFG	0x0c
#define SPRD_VAU_FIRST_PPN	0x10
#define SPRD_VAU_DEFAULT_PPN_RD	0x14
#define SPRD_VAU_DEFAULT_PPN_WR	0x18
#define SPRD_VAU_FIRST_VPN	0x1c
#define SPRD_VAU_VPN_RANGE	0x20
#define SPRD_LEN		0x24u		/* of what there is */

#define SPRD_CFG_EN		(1u << 0)
#define SPRD_CFG_GATE_EN	(1u << 1)
#define SPRD_CFG_VAOR_BYPASS	(1u << 4)	/* beyond the aperture everything passes */

/** Defects, as bits of knob misbehaves. */
enum sprd_misbehaviour {
	SPRD_HOLDS_WHEN_OFF	= 1 << 0,	/* turning it off drops nothing */
	SPRD_IGNORES_UPDATE	= 1 << 1,
	SPRD_ZERO_IS_A_PAGE	= 1 << 2,	/* a word of 0 is physical page 0 */
	SPRD_NR_MISBEHAVIOURS	= 3
};

/**
 * struct sprd_iommu_config - one of them
 * @name:    shown in reports; NULL: "sprd"
 * @reg_pa, @reg_len: its registers; @reg_len 0: SPRD_LEN
 * @walker:  whose bytes its walks read
 * @knobs:   .walker is not heeded
 */
struct sprd_iommu_config {
	const char *name;
	uint64_t reg_pa, reg_len;
	enum iommu_hw_walker walker;
	struct iommu_hw_knobs knobs;
};

/** sprd_iommu_new() - one of them, on the bus of @m. Context: as bus_attach(). */
struct iommu_hw *sprd_iommu_new(struct machine *m, const struct sprd_iommu_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
