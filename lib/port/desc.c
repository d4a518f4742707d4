/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors and the registers that give them their meaning, as Linux writes
 * them for each architecture; all domain 0.
 *
 *             section                     page
 *   ARMv5     AP, C, B, bit 4 set         four copies of AP, C, B
 *   ARMv6     nothing old: SCTLR.XP       AP, TEX, C, B, S, XN
 *   ARMv7     TEX[0], C, B index PRRR and NMRR, which hold Linux's values
 *
 * AP of a user's page, read-only and not:
 *
 *             read-only             writable
 *   ARMv5     0b10, which the       0b11
 *             kernel may write
 *   ARMv6     APX 0b10              0b11
 *   ARMv7     APX 0b11              0b11
 *
 * Memory types:
 *
 *             ARMv5        ARMv6        ARMv7
 *   UNCACHED  0 0          TEX 0 0 0    index 0, Strongly-ordered
 *   BUFFERABLE 0 1         TEX 1 0 0    index 1, Normal, not cached
 *   DEVICE    0 0          TEX 0 0 1    index 4, Device
 *   WRITEBACK 1 1          TEX 0 1 1    index 3; with write-allocate on SMP: TEX 1
 *                                       1 1, index 7
 *
 * Before ARMv6 memory for coherent DMA is not even buffered, for there a barrier is
 * nothing but a hint to the compiler.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format", B3.8; DDI
 * 0198D, 3.2; DDI 0301H, 6.11. Linux: arch/arm/mm/proc-macros.S, proc-v7-2level.S,
 * mmu.c.
 */
#include "port.h"

#define SCTLR_M			(1u << 0)
#define SCTLR_C			(1u << 2)
#define SCTLR_I			(1u << 12)
#define SCTLR_XP		(1u << 23)
#define SCTLR_TRE		(1u << 28)

#define LINUX_PRRR		0xff0a81a8u
#define LINUX_NMRR		0x40e040e0u
#define DACR_KERNEL_CLIENT	1u

#define TTBR_S			(1u << 1)
#define TTBR_RGN_WBWA		(1u << 3)
#define TTBR_RGN_WB		(3u << 3)
#define TTBR_NOS		(1u << 5)
#define TTBR_IRGN_WBWA		(1u << 6)
#define TTBR_IRGN_WB		(1u << 6 | 1u << 0)
#define TTBR_V6_C		(1u << 0)

#define DESC_TABLE		1u
#define DESC_SECTION		2u
#define DESC_SMALL_PAGE		2u
#define DESC_V5_BIT4		(1u << 4)
#define DESC_B			(1u << 2)
#define DESC_C			(1u << 3)

#define SECTION_AP_KERNEL_RW	(1u << 10)
#define SECTION_TEX_SHIFT	12
#define SECTION_S		(1u << 16)

#define PAGE_XN			(1u << 0)
#define PAGE_AP_KERNEL_RW	(1u << 4)
#define PAGE_V5_AP_KERNEL_RW	(0x55u << 4)
#define PAGE_TEX_SHIFT		6
#define PAGE_S			(1u << 10)
#define PAGE_AP_USER		(2u << 4)
#define PAGE_APX		(1u << 9)
#define PAGE_NG			(1u << 11)
#define PAGE_V5_AP_USER_RO	(0xaau << 4)
#define PAGE_V5_AP_USER_RW	(0xffu << 4)

/* TEX:C:B of a memory type. */
static unsigned texcb_v7(const struct port *p, enum pgprot_mt mt)
{
	switch (mt) {
	case L_PTE_MT_BUFFERABLE:
	case L_PTE_MT_DMA_COHERENT:
		return 1;
	case L_PTE_MT_DEV_SHARED:
		return 4;
	case L_PTE_MT_WRITEBACK:
		return p->is_smp ? 7 : 3;
	default:
		return 0;
	}
}

static unsigned texcb_v6(const struct port *p, enum pgprot_mt mt)
{
	switch (mt) {
	case L_PTE_MT_BUFFERABLE:
	case L_PTE_MT_DMA_COHERENT:
		return 4;
	case L_PTE_MT_DEV_SHARED:
		return 1;
	case L_PTE_MT_WRITEBACK:
		return p->is_smp ? 7 : 3;
	default:
		return 0;
	}
}

static unsigned texcb_v5(enum pgprot_mt mt)
{
	switch (mt) {
	case L_PTE_MT_BUFFERABLE:
		return 1;
	case L_PTE_MT_WRITEBACK:
		return 3;
	default:
		return 0;
	}
}

static unsigned texcb_of(const struct port *p, enum pgprot_mt mt)
{
	switch (p->arch) {
	case PORT_V5:
		return texcb_v5(mt);
	case PORT_V6:
		return texcb_v6(p, mt);
	default:
		return texcb_v7(p, mt);
	}
}

static u32 cb_bits(unsigned texcb)
{
	return (texcb & 2 ? DESC_C : 0) | (texcb & 1 ? DESC_B : 0);
}

/* Device memory is always shareable, the rest where there are others to share with. */
static bool is_shareable(const struct port *p, enum pgprot_mt mt)
{
	return p->arch != PORT_V5 && (p->is_smp || mt == L_PTE_MT_DEV_SHARED);
}

u32 desc_section(const struct port *p, phys_addr_t pa, enum pgprot_mt mt)
{
	unsigned texcb = texcb_of(p, mt);

	return (u32)pa | DESC_SECTION | SECTION_AP_KERNEL_RW | cb_bits(texcb) |
	       (p->arch == PORT_V5 ? DESC_V5_BIT4 : 0) | (texcb >> 2) << SECTION_TEX_SHIFT |
	       (is_shareable(p, mt) ? SECTION_S : 0);
}

u32 desc_page(const struct port *p, phys_addr_t pa, enum pgprot_mt mt)
{
	unsigned texcb = texcb_of(p, mt);

	if (p->arch == PORT_V5)
		return (u32)pa | DESC_SMALL_PAGE | PAGE_V5_AP_KERNEL_RW | cb_bits(texcb);
	return (u32)pa | DESC_SMALL_PAGE | PAGE_AP_KERNEL_RW | cb_bits(texcb) |
	       (mt == L_PTE_MT_WRITEBACK ? 0 : PAGE_XN) | (texcb >> 2) << PAGE_TEX_SHIFT |
	       (is_shareable(p, mt) ? PAGE_S : 0);
}

u32 desc_table(const struct port *p, phys_addr_t table_pa)
{
	return (u32)table_pa | DESC_TABLE | (p->arch == PORT_V5 ? DESC_V5_BIT4 : 0);
}

static u32 desc_user_page_v5(const struct port *p, phys_addr_t pa, pgprot_t prot)
{
	u32 ap = !(prot.bits & L_PTE_USER) ? PAGE_V5_AP_KERNEL_RW
		: prot.bits & L_PTE_RDONLY ? PAGE_V5_AP_USER_RO : PAGE_V5_AP_USER_RW;

	return (u32)pa | DESC_SMALL_PAGE | cb_bits(texcb_of(p, prot.mt)) | ap;
}

u32 desc_user_page(const struct port *p, phys_addr_t pa, pgprot_t prot)
{
	u32 desc = desc_page(p, pa, prot.mt) | PAGE_NG |
		   (prot.bits & L_PTE_USER ? PAGE_AP_USER : 0);

	if (p->arch == PORT_V5)
		return desc_user_page_v5(p, pa, prot);
	if (prot.bits & L_PTE_RDONLY)
		desc |= PAGE_APX;
	if (prot.bits & L_PTE_RDONLY && p->arch == PORT_V6)
		desc &= ~PAGE_AP_KERNEL_RW;
	return desc | (prot.bits & L_PTE_XN ? PAGE_XN : 0);
}

bool desc_is_writable(const struct port *p, u32 desc)
{
	if (p->arch == PORT_V5)
		return (desc & PAGE_V5_AP_USER_RW) == PAGE_V5_AP_USER_RW;
	return !(desc & PAGE_APX);
}

bool desc_is_table(u32 desc)
{
	return (desc & 3) == DESC_TABLE;
}

/* ---- registers ---------------------------------------------------------------- */

static u32 ttbr_attrs(const struct port *p)
{
	if (p->arch == PORT_V5)
		return 0;
	if (p->arch == PORT_V6)
		return p->is_smp ? TTBR_RGN_WBWA | TTBR_S | TTBR_V6_C : TTBR_RGN_WB | TTBR_V6_C;
	return p->is_smp ? TTBR_IRGN_WBWA | TTBR_RGN_WBWA | TTBR_S | TTBR_NOS
			 : TTBR_IRGN_WB | TTBR_RGN_WB;
}

static u32 sctlr(const struct port *p)
{
	u32 common = SCTLR_M | SCTLR_C | SCTLR_I;

	switch (p->arch) {
	case PORT_V5:
		return common;
	case PORT_V6:
		return common | SCTLR_XP;
	default:
		return common | SCTLR_TRE;
	}
}

u32 desc_ttbr(const struct port *p, phys_addr_t pgd_pa)
{
	return (u32)pgd_pa | ttbr_attrs(p);
}

void desc_turn_on(const struct port *p, struct cpu *c, phys_addr_t pgd_pa)
{
	u32 ttbr = desc_ttbr(p, pgd_pa);

	if (p->arch == PORT_V7) {
		cpu_cp15_write(c, CP15_PRRR, LINUX_PRRR);
		cpu_cp15_write(c, CP15_NMRR, LINUX_NMRR);
	}
	cpu_cp15_write(c, CP15_TTBR0, ttbr);
	if (p->arch != PORT_V5) {
		cpu_cp15_write(c, CP15_TTBCR, 0);
		cpu_cp15_write(c, CP15_TTBR1, ttbr);
		cpu_cp15_write(c, CP15_CONTEXTIDR, 0);
	}
	cpu_cp15_write(c, CP15_DACR, DACR_KERNEL_CLIENT);
	cpu_tlbi(c, TLBI_ALL, 0);
	cpu_dsb(c, BARRIER_SY);
	cpu_isb(c);
	cpu_cp15_write(c, CP15_SCTLR, sctlr(p));
	cpu_isb(c);
}
