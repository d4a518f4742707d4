/* SPDX-License-Identifier: MIT */
/*
 * How a page is mapped: Linux's memory types of 32-bit Arm. The shareable bit
 * follows the kernel: set on SMP, clear on one CPU.
 *
 * Source: arch/arm/include/asm/pgtable-2level.h, pgtable.h.
 */
#ifndef _ARMDMA_LINUX_PGTABLE_H
#define _ARMDMA_LINUX_PGTABLE_H

#include <linux/mm.h>
#include <linux/mm_types.h>

/* Of user pages; kernel pages have none of them. */
#define L_PTE_RDONLY	(1u << 7)
#define L_PTE_USER	(1u << 8)
#define L_PTE_XN	(1u << 9)

static inline pgprot_t __pgprot_of(enum pgprot_mt mt, u32 bits)
{
	pgprot_t prot;

	prot.mt = mt;
	prot.bits = bits;
	return prot;
}

/* Another memory type, the rest as it was; only cached memory may hold code. */
static inline pgprot_t __pgprot_modify(pgprot_t prot, enum pgprot_mt mt, u32 bits)
{
	return __pgprot_of(mt, prot.bits | bits);
}

#define PAGE_KERNEL			__pgprot_of(L_PTE_MT_WRITEBACK, 0)
#define PAGE_SHARED			__pgprot_of(L_PTE_MT_WRITEBACK, L_PTE_USER | L_PTE_XN)
#define PAGE_SHARED_EXEC		__pgprot_of(L_PTE_MT_WRITEBACK, L_PTE_USER)
#define PAGE_READONLY			__pgprot_of(L_PTE_MT_WRITEBACK, \
						    L_PTE_USER | L_PTE_XN | L_PTE_RDONLY)
#define PAGE_READONLY_EXEC		__pgprot_of(L_PTE_MT_WRITEBACK, L_PTE_USER | L_PTE_RDONLY)
#define PAGE_COPY			PAGE_READONLY
#define PAGE_COPY_EXEC			PAGE_READONLY_EXEC

#define pgprot_noncached(prot)		__pgprot_modify(prot, L_PTE_MT_UNCACHED, 0)
#define pgprot_stronglyordered(prot)	__pgprot_modify(prot, L_PTE_MT_UNCACHED, 0)
#define pgprot_writecombine(prot)	__pgprot_modify(prot, L_PTE_MT_BUFFERABLE, 0)
#define pgprot_dmacoherent(prot)	__pgprot_modify(prot, L_PTE_MT_DMA_COHERENT, L_PTE_XN)
#define pgprot_device(prot)		__pgprot_modify(prot, L_PTE_MT_DEV_SHARED, L_PTE_XN)

#endif
