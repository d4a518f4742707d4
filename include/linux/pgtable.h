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

enum pgprot_mt {
	L_PTE_MT_UNCACHED,	/* strongly-ordered */
	L_PTE_MT_BUFFERABLE,	/* Normal, not cached */
	L_PTE_MT_DEV_SHARED,	/* Device */
	L_PTE_MT_DMA_COHERENT,	/* BUFFERABLE, but UNCACHED before ARMv6; not Linux's name */
	L_PTE_MT_WRITEBACK,	/* Normal, write-back: what lowmem is, write-allocate on SMP */
	NR_L_PTE_MT
};

typedef struct {
	enum pgprot_mt mt;
} pgprot_t;

static inline pgprot_t __pgprot_of(enum pgprot_mt mt)
{
	pgprot_t prot;

	prot.mt = mt;
	return prot;
}

#define PAGE_KERNEL			__pgprot_of(L_PTE_MT_WRITEBACK)
#define pgprot_noncached(prot)		((void)(prot), __pgprot_of(L_PTE_MT_UNCACHED))
#define pgprot_writecombine(prot)	((void)(prot), __pgprot_of(L_PTE_MT_BUFFERABLE))
#define pgprot_dmacoherent(prot)	((void)(prot), __pgprot_of(L_PTE_MT_DMA_COHERENT))
#define pgprot_device(prot)		((void)(prot), __pgprot_of(L_PTE_MT_DEV_SHARED))

#endif
