/* SPDX-License-Identifier: MIT */
/*
 * Allwinner's IOMMU, of H6 and H616 and their kin: one address space for six masters, each
 * with a micro TLB of its own before a macro TLB and a cache of first-level entries. This is
 * its manual, as far as it is modelled.
 *
 * Device tree: allwinner,sun50i-h6-iommu, allwinner,sun50i-h616-iommu; #iommu-cells 1: the
 * master, 0 to 5; a clock and a reset line, one interrupt.
 *
 * Registers have 32 bits, little-endian. Other sizes are error responses; where nothing is
 * listed, reads give 0 and writes do nothing.
 *
 *   0x010 RESET      RW  bit m: 0 holds master m's port in reset, bit 16 the macro TLB,
 *                        17 the walk cache, 31 all. What is held in reset forgets
 *   0x020 ENABLE     RW  bit 0; else everything is bypassed
 *   0x030 BYPASS     RW  bit m: master m is bypassed; all are, after reset
 *   0x040 AUTO_GATING RW bit 0: clocks stop where nothing happens: see below
 *   0x044, 0x048, 0x04c  RW  write buffers, order, 4 KiB boundary: kept, and no more
 *   0x050 TTB        RW  31:14: the first level
 *   0x060 TLB_ENABLE RW  bit m: micro TLB, 16 macro TLB, 17 walk cache; all, after reset
 *   0x070 PREFETCH   RW  bit m: the page after one that was missed is fetched, too
 *   0x080 TLB_FLUSH  RW  bit m: micro TLB, 16 macro TLB, 17 walk cache: all of it goes. Reads
 *                        as written until that is done, then 0
 *   0x090 IVLD_ADDR, 0x094 IVLD_MASK  RW  31:12: entries equal to ADDR in the bits of MASK
 *   0x098 IVLD       RW  bit 0: those go from all TLBs. Reads 1 until done
 *   0x0a0 PC_IVLD_ADDR RW 31:20   0x0a8 PC_IVLD RW bit 0: that first-level entry goes from
 *                        the walk cache. Reads 1 until done
 *   0x0b0 + 4 n AUT_CTRL RW  authorities 2 n in 15:0 and 2 n + 1 in 31:16: bit 2 m, master m
 *                        must not read; bit 2 m + 1, nor write. n is 0 to 7
 *   0x0d0 AUT_OVWT   RW  bit 31: bits 2 m and 2 m + 1 count for all pages instead
 *   0x100 INT_ENABLE RW  bit m: master m was refused; 16: no first-level entry, 17: no
 *                        second-level entry
 *   0x104 INT_CLR    WO  those bits of INT_STA are cleared, and who is to blame for them
 *   0x108 INT_STA    RO
 *   0x110 + 4 m ERR_IOVA RO  of master m, refused   0x150 + 4 m ERR_DATA RO  the descriptor's
 *                        authority, as it holds it
 *   0x130 ERR_L1, 0x134 ERR_L2 RO  iova of which there was no entry
 *   0x180 L1PG_INT, 0x184 L2PG_INT RO  bit m: master m asked for it
 *
 * Tables: 4096 entries of 4 bytes: 31:10 a second level, 1:0 = 1; that has 256: 31:12 the
 * page, 7:4 its authority, bit 1 valid. Pages are 4 KiB, addresses have 32 bits.
 *
 * A master that is refused waits until its port is reset: a bus error ends its access then.
 *
 * While AUTO_GATING is on, IVLD and PC_IVLD find the clocks of TLBs stopped: they say that
 * they are done, and nothing went. (Linux's driver turns it off around them.)
 *
 * Not documented, so knobs: how many entries there are; that the TLBs hold that nothing is
 * there (they do, unless @caches_negative says otherwise: Linux invalidates on map); how long
 * an invalidation takes. IVLD_MASK is taken as the bits from its lowest one up.
 *
 * Leaves out: the counters (0x200 on), the debug mode, IVLD by first and last address of
 * later parts.
 *
 * Source: Allwinner H6 V200 User Manual, "IOMMU"; drivers/iommu/sun50i-iommu.c of Linux 6.12.
 */
#ifndef ARMDMA_SUN50I_IOMMU_H
#define ARMDMA_SUN50I_IOMMU_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/iommu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SUN50I_RESET		0x010
#define SUN50I_ENABLE		0x020
#define SUN50I_BYPASS		0x030
#define SUN50I_AUTO_GATING	0x040
#define SUN50I_WBUF_CTRL	0x044
#define SUN50I_OOO_CTRL		0x048
#define SUN50I_4KB_BDY		0x04c
#define SUN50I_TTB		0x050
#define SUN50I_TLB_ENABLE	0x060
#define SUN50I_PREFETCH		0x070
#define SUN50I_TLB_FLUSH	0x080
#define SUN50I_IVLD_ADDR	0x090
#define SUN50I_IVLD_MASK	0x094
#define SUN50I_IVLD		0x098
#define SUN50I_PC_IVLD_ADDR	0x0a0
#define SUN50I_PC_IVLD		0x0a8
#define SUN50I_AUT_CTRL(n)	(0x0b0u + 4u * (n))
#define SUN50I_AUT_OVWT		0x0d0
#define SUN50I_INT_ENABLE	0x100
#define SUN50I_INT_CLR		0x104
#define SUN50I_INT_STA		0x108
#define SUN50I_ERR_IOVA(m)	(0x110u + 4u * (m))
#define SUN50I_ERR_L1		0x130
#define SUN50I_ERR_L2		0x134
#define SUN50I_ERR_DATA(m)	(0x150u + 4u * (m))
#define SUN50I_L1PG_INT		0x180
#define SUN50I_L2PG_INT		0x184
#define SUN50I_LEN		0x1000u

#define SUN50I_MASTERS		6u
#define SUN50I_ALL_MASTERS	((1u << SUN50I_MASTERS) - 1)
#define SUN50I_MACRO		(1u << 16)	/* RESET, TLB_ENABLE, TLB_FLUSH */
#define SUN50I_WALK_CACHE	(1u << 17)
#define SUN50I_RESET_ALL	(1u << 31)
#define SUN50I_INT_L1		(1u << 16)	/* INT_* */
#define SUN50I_INT_L2		(1u << 17)
#define SUN50I_AUTHORITIES	16u
#define SUN50I_NO_READ(m)	(1u << (2u * (m)))	/* of one authority */
#define SUN50I_NO_WRITE(m)	(2u << (2u * (m)))

/**
 * struct sun50i_iommu_config - one of them; zeros are the usual one
 * @name:   shown in reports; copied
 * @reg_pa: its registers
 * @irq:    its line (armdma/bus.h); 0: one of its own
 * @walker: whose bytes its walks read; the part reads DRAM
 * @knobs:  what the manual does not say (armdma/iommu.h)
 */
struct sun50i_iommu_config {
	const char *name;
	uint64_t reg_pa;
	unsigned irq;
	enum iommu_hw_walker walker;
	struct iommu_hw_knobs knobs;
};

/** Lives as long as @m. Context: as bus_attach(). Cannot fail. */
struct iommu_hw *sun50i_iommu_new(struct machine *m, const struct sun50i_iommu_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
