/* SPDX-License-Identifier: MIT */
/*
 * Qualcomm's IOMMU of MSM8x60, MSM8960 and APQ8064 ("qcom,apq8064-iommu"), the ancestor of
 * Arm's SMMU: machine IDs (MIDs) of masters lead to context banks, each with its own tables
 * of ARMv7 short descriptors.
 *
 *	mid --M2VCBR--> VMID, context bank --> SCTLR.M? --TLB, BFB, walk--> pa
 *	                                 `---- off: the address as it is
 *
 * Registers, 32 bits each, in 1 MiB. Context bank c has its own at c << 12; the global ones
 * are at the top. What is not listed reads as zero and ignores writes; other sizes are
 * error responses.
 *
 *   0xff000 + 4 mid  M2VCBR      RW  where a MID goes
 *   0xff800 + 4 c    CBACR       RW  CBVMID 20:16: what CTX_TLBIALL, TLBI* and V2P* go by;
 *                                    IRPTNDX 31:24: its interrupt, of which 0 is wired
 *   0xffe00 TLBRSW   RW  entry 7:0; 9:8 0: of the TLB, 1: of the BFB
 *   0xffe80 TLBTR0-2 RO  that entry: see MSM_TLBTR*
 *   0xffe8c TESTBUSCR RW
 *   0xfff00 GLOBAL_TLBIALL WO    0xfff04 TLBIVMID WO, VMID 4:0
 *   0xfff80 CR       RW  MSM_CR_*
 *   0xfff84 EAR RW   0xfff88 ESR W1C   0xfff8c ESRRESTORE WO   0xfff90 ESYNR0, 1 RW
 *   0xffff4 REV RO   0xffff8 IDR RO    0xffffc RPU_ACR RW
 *
 *   +0x000 SCTLR RW MSM_SCTLR_*      +0x004 ACTLR RW MSM_ACTLR_*
 *   +0x008 CONTEXTIDR RW ASID 7:0    +0x010 TTBR0, TTBR1 RW    +0x018 TTBCR RW N 2:0
 *   +0x01c PAR RW                    +0x020 FSR W1C MSM_FSR_*  +0x024 FSRRESTORE WO
 *   +0x028 FAR RW                    +0x02c FSYNR0, FSYNR1 RW  +0x034 PRRR, NMRR RW
 *   +0x03c TLBLCKR RW if CR allows   +0x040 V2PSR RO           +0x044 TLBFLPTER, TLBSLPTER RW
 *   +0x04c BFBCR RW
 *   +0x800 CTX_TLBIALL  +0x804 TLBIASID  +0x808 TLBIVA  +0x80c TLBIVAA        WO
 *   +0x810 V2PPR  +0x814 V2PPW  +0x818 V2PUR  +0x81c V2PUW  +0x820 RESUME     WO
 *
 * The TLB is tagged by VMID, ASID and security state, *not* by context bank: two banks with
 * the same VMID and ASID share entries. An access's VMID is its MID's; a context's
 * operations go by its CBVMID. CTX_TLBIALL takes all of the VMID, TLBIASID of the ASID
 * written, TLBIVA of that ASID what touches the page written, TLBIVAA of every ASID.
 * Operations are over at once, or, with @delay, by the next read of any register.
 *
 * The BFB ("block fetch buffer") keeps, with BFBCR.BFBDFE, the descriptors that a walk read
 * in one line with the one it needed, such as are zero too. It is asked before a walk, and
 * invalidated together with the TLB.
 *
 * Walks read DRAM past every cache; or, where TTBR says outer cacheable and ACTLR redirects
 * such traffic of TTBR's shareability, through level 2's slave port, which also sees what
 * level 1 holds. Data are snooped for the same way, if the master's own port snoops.
 *
 * A fault is recorded in FSR, FAR and FSYNR if no earlier one is still there, else as
 * MULTI. CFCFG stalls it, unless CR.STALLD: until RESUME, which answers everybody who waits
 * in that bank; clearing FSR resumes nobody. Else it ends with a bus error, or, without
 * CFERE, with zeros read and writes lost. The interrupt is high while any bank with CFEIE and
 * IRPTNDX 0 has a cause in FSR. A MID beyond the table, one that leads to no bank, and one
 * with BYPASSD whose bank is off: a bus error, recorded in ESR, without an interrupt.
 *
 * Clocks: "smmu_pclk" and "iommu_clk" both gate registers. Masters bring the latter along
 * when they run, so their accesses need neither: but see MSM_CORE_IS_ALONE. What registers
 * hold outlives a stopped clock.
 *
 * What the tree of Linux does not tell is a choice here: the numbers of REV, of TLB entries
 * and of a BFB's, TLBLCKR's VICTIM in 23:16 (Linux's header has it over FLOOR), what
 * TLBLCKR's and CR's *CFG bits do, PRIVCFG, BYPASSD, the encodings of MT, DPSIZ and TLBBFBS,
 * and TTBCR.N, which Linux's header has at bit 3.
 *
 * Leaves out: register protection (RPU, RWVMID), security states but the tag, attributes
 * of bypassed traffic and of walks (BP*, PTSHCFG, PTMTCFG), hit under miss, the test bus,
 * loading the TLB through TLBFLPTER, domains, big-endian tables, more than one interrupt.
 *
 * Linux: drivers/iommu/msm_iommu.c, msm_iommu_hw-8xxx.h.
 */
#ifndef ARMDMA_MSM_IOMMU_H
#define ARMDMA_MSM_IOMMU_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/iommu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MSM_IOMMU_COMPATIBLE	"qcom,apq8064-iommu"
#define MSM_IOMMU_LEN		0x100000u
#define MSM_IOMMU_MAX_CONTEXTS	128u
#define MSM_IOMMU_MAX_MIDS	256u		/* as many as AMID can name */

/* ---- global registers ------------------------------------------------------------ */

#define MSM_M2VCBR(mid)		(0xff000u + 4u * (mid))
#define MSM_CBACR(ctx)		(0xff800u + 4u * (ctx))
#define MSM_TLBRSW		0xffe00u
#define MSM_TLBTR0		0xffe80u
#define MSM_TLBTR1		0xffe84u
#define MSM_TLBTR2		0xffe88u
#define MSM_TESTBUSCR		0xffe8cu
#define MSM_GLOBAL_TLBIALL	0xfff00u
#define MSM_TLBIVMID		0xfff04u
#define MSM_CR			0xfff80u
#define MSM_EAR			0xfff84u
#define MSM_ESR			0xfff88u
#define MSM_ESRRESTORE		0xfff8cu
#define MSM_ESYNR0		0xfff90u
#define MSM_ESYNR1		0xfff94u
#define MSM_REV			0xffff4u
#define MSM_IDR			0xffff8u
#define MSM_RPU_ACR		0xffffcu

#define MSM_M2VCBR_VMID		0x1fu
#define MSM_M2VCBR_CBNDX(ctx)	((uint32_t)(ctx) << 8)
#define MSM_M2VCBR_BYPASSD	(1u << 16)	/* with its bank off: an error, no bypass */
#define MSM_M2VCBR_NSCFG(n)	((uint32_t)(n) << 22)	/* 2: secure, else non-secure */
#define MSM_CBACR_CBVMID(vmid)	((uint32_t)(vmid) << 16)
#define MSM_CBACR_IRPTNDX(n)	((uint32_t)(n) << 24)

#define MSM_CR_CLIENTPD		(1u << 4)	/* everything is bypassed */
#define MSM_CR_STALLD		(1u << 5)	/* nothing stalls */
#define MSM_CR_TLBLKCRWE	(1u << 6)	/* TLBLCKR can be written */
#define MSM_CR_TLBIALLCFG	(1u << 7)	/* GLOBAL_TLBIALL reaches locked entries */
#define MSM_CR_TLBIVMIDCFG	(1u << 8)	/* TLBIVMID does */

#define MSM_ESR_CFG		(1u << 0)	/* the MID leads nowhere */
#define MSM_ESR_BYPASS		(1u << 1)	/* bypass, which BYPASSD forbids */
#define MSM_ESR_MULTI		(1u << 31)

#define MSM_IDR_HTW		(1u << 9)	/* it walks by itself */

#define MSM_TLBTR0_PR		(1u << 0)
#define MSM_TLBTR0_PW		(1u << 1)
#define MSM_TLBTR0_UR		(1u << 2)
#define MSM_TLBTR0_UW		(1u << 3)
#define MSM_TLBTR0_XN		(1u << 4)
#define MSM_TLBTR0_NSDESC	(1u << 6)
#define MSM_TLBTR0_SH		(1u << 8)
#define MSM_TLBTR0_MT(t)	((t) >> 9 & 7)	/* as PAR's */
#define MSM_TLBTR0_DPSIZ(t)	((t) >> 16 & 7)	/* 4 KiB, 64 KiB, 1 MiB, 16 MiB */
#define MSM_TLBTR2_V		(1u << 8)
#define MSM_TLBTR2_NSTID	(1u << 9)
#define MSM_TLBTR2_NV		(1u << 10)	/* it says that there is nothing */

/* ---- a context bank's -------------------------------------------------------------- */

#define MSM_CTX(ctx)		((uint32_t)(ctx) << 12)
#define MSM_SCTLR		0x000u
#define MSM_ACTLR		0x004u
#define MSM_CONTEXTIDR		0x008u
#define MSM_TTBR0		0x010u
#define MSM_TTBR1		0x014u
#define MSM_TTBCR		0x018u
#define MSM_PAR			0x01cu
#define MSM_FSR			0x020u
#define MSM_FSRRESTORE		0x024u
#define MSM_FAR			0x028u
#define MSM_FSYNR0		0x02cu
#define MSM_FSYNR1		0x030u
#define MSM_PRRR		0x034u
#define MSM_NMRR		0x038u
#define MSM_TLBLCKR		0x03cu
#define MSM_V2PSR		0x040u
#define MSM_TLBFLPTER		0x044u
#define MSM_TLBSLPTER		0x048u
#define MSM_BFBCR		0x04cu
#define MSM_CTX_TLBIALL		0x800u
#define MSM_TLBIASID		0x804u
#define MSM_TLBIVA		0x808u
#define MSM_TLBIVAA		0x80cu
#define MSM_V2PPR		0x810u
#define MSM_V2PPW		0x814u
#define MSM_V2PUR		0x818u
#define MSM_V2PUW		0x81cu
#define MSM_RESUME		0x820u

#define MSM_SCTLR_M		(1u << 0)
#define MSM_SCTLR_TRE		(1u << 1)
#define MSM_SCTLR_AFE		(1u << 2)
#define MSM_SCTLR_HAF		(1u << 3)	/* walks set the access flag */
#define MSM_SCTLR_AFFD		(1u << 5)	/* a clear one is no fault */

#define MSM_ACTLR_CFERE		(1u << 0)
#define MSM_ACTLR_CFEIE		(1u << 1)
#define MSM_ACTLR_RCOSH		(1u << 4)	/* redirects what is cacheable and outer, */
#define MSM_ACTLR_RCISH		(1u << 5)	/* inner, */
#define MSM_ACTLR_RCNSH		(1u << 6)	/* or not shareable */
#define MSM_ACTLR_PRIVCFG(n)	((uint32_t)(n) << 8)	/* 2: never privileged, 3: always */
#define MSM_ACTLR_DNA		(1u << 10)	/* accesses bring nothing into the TLB */
#define MSM_ACTLR_DNLV2PA	(1u << 11)	/* V2P* neither */
#define MSM_ACTLR_TLBMCFG(n)	((uint32_t)(n) << 12)	/* 3: a miss walks; else it faults */
#define MSM_ACTLR_CFCFG		(1u << 14)	/* faults stall */
#define MSM_ACTLR_V2PCFG(n)	((uint32_t)(n) << 16)	/* of V2P*, as TLBMCFG */

#define MSM_TTBR_SH		(1u << 1)
#define MSM_TTBR_ORGN(n)	((uint32_t)(n) << 3)
#define MSM_TTBR_NOS		(1u << 5)
#define MSM_TTBCR_N		7u
#define MSM_TTBCR_PD0		(1u << 4)
#define MSM_TTBCR_PD1		(1u << 5)

/* Of FSR; and of PAR, where bit 0 says that it is a fault. */
#define MSM_PAR_FAULT		(1u << 0)
#define MSM_FSR_TF		(1u << 1)
#define MSM_FSR_AFF		(1u << 2)
#define MSM_FSR_APF		(1u << 3)
#define MSM_FSR_TLBMF		(1u << 4)
#define MSM_FSR_HTWDEEF		(1u << 5)	/* nothing answers where a table should be */
#define MSM_FSR_HTWSEEF		(1u << 6)
#define MSM_FSR_MHF		(1u << 7)	/* two entries of the TLB translate it */
#define MSM_FSR_SL		(1u << 16)	/* at the second level */
#define MSM_FSR_SS		(1u << 30)	/* stalled */
#define MSM_FSR_MULTI		(1u << 31)
#define MSM_FSR_CAUSES		0xfeu

#define MSM_PAR_SS		(1u << 1)	/* a supersection: PA 31:24 */
#define MSM_PAR_MT(par)		((par) >> 4 & 7)	/* 0 non-cacheable, 1 strongly ordered,
							 * 3 device, 5 WB WA, 6 WT, 7 WB */
#define MSM_PAR_SH		(1u << 7)
#define MSM_PAR_NS		(1u << 9)
#define MSM_PAR_NOS		(1u << 10)

#define MSM_FSYNR1_APRIV	(1u << 5)
#define MSM_FSYNR1_APROTNS	(1u << 6)
#define MSM_FSYNR1_AINST	(1u << 7)
#define MSM_FSYNR1_AWRITE	(1u << 8)

#define MSM_TLBLCKR_LKE		(1u << 0)	/* V2P* loads the entry of its INDEX, 7:0 */
#define MSM_TLBLCKR_TLBIALLCFG	(1u << 1)	/* CTX_TLBIALL reaches locked entries */
#define MSM_TLBLCKR_TLBIASIDCFG	(1u << 2)	/* TLBIASID does */
#define MSM_TLBLCKR_TLBIVAACFG	(1u << 3)	/* TLBIVA and TLBIVAA do */
#define MSM_TLBLCKR_FLOOR(n)	((uint32_t)(n) << 8)	/* entries below are locked, */
#define MSM_TLBLCKR_VICTIM(n)	((uint32_t)(n) << 16)	/* and misses fill this one next */
#define MSM_V2PSR_HIT		(1u << 0)	/* INDEX 15:8 */
#define MSM_BFBCR_BFBDFE	(1u << 0)
#define MSM_RESUME_TNR		(1u << 0)	/* terminate; else retry */

/* ---- making one -------------------------------------------------------------------- */

/** Defects, as switches: @misbehaves of the knobs. */
enum msm_misbehaviour {
	MSM_IGNORES_TLBIVA	= 1 << 0,	/* TLBIVA and TLBIVAA do nothing */
	MSM_IGNORES_TLBIALL	= 1 << 1,	/* CTX_TLBIALL and TLBIASID do nothing */
	MSM_IGNORES_BFB		= 1 << 2,	/* no operation reaches the BFB */
	MSM_TLBIALL_BY_ASID	= 1 << 3,	/* CTX_TLBIALL takes the bank's own ASID alone */
	MSM_FSR_RESUMES		= 1 << 4,	/* FSR.SS, written, retries who waits */
	MSM_LOSES_FAULTS	= 1 << 5,	/* no record, no interrupt */
	MSM_IGNORES_PERMS	= 1 << 6,	/* what is mapped may be written */
	MSM_CORE_IS_ALONE	= 1 << 7,	/* masters do not bring iommu_clk along */
};

/**
 * struct msm_iommu_config - one of them; all zero is one of APQ8064's
 * @name:   shown in reports; NULL: "msm"
 * @reg_pa: its registers, MSM_IOMMU_LEN of them; 0: where there is room
 * @irq:    its line; 0: one of its own
 * @nr_contexts: 0: 2; at most MSM_IOMMU_MAX_CONTEXTS
 * @nr_mids: entries of M2VCBR; 0: 64; at most MSM_IOMMU_MAX_MIDS
 * @knobs:  as the part: 64 TLB entries, fully associative, no walk cache, no prefetch, no
 *          delay, lines of 32 bytes (IOMMU_HW_NONE: BFB never has anything), nothing
 *          negative in the TLB; walker is what redirected walks see: as the board, all that
 *          level 1 holds. A TLB that is unbounded, or has ways, can be neither locked nor read
 */
struct msm_iommu_config {
	const char *name;
	uint64_t reg_pa;
	unsigned irq;
	unsigned nr_contexts, nr_mids;
	struct iommu_hw_knobs knobs;
};

/**
 * msm_iommu_new() - one of them, on the bus of @m
 *
 * Context: as bus_attach(). Return: NULL only if @cfg->reg_pa is 0 and there is no room.
 */
struct iommu_hw *msm_iommu_new(struct machine *m, const struct msm_iommu_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
