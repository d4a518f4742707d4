/* SPDX-License-Identifier: MIT */
/*
 * Device registers.
 *
 * An ioremap()ed pointer is not to be dereferenced: these functions make the one
 * bus access of that size that the device sees.
 *
 *   writel()          stores before it, to memory included, are seen first
 *                     (DSB, and the outer cache's sync where there is one)
 *   readl()           loads after it see what the device wrote before
 *   *_relaxed()       neither
 *
 * A register that nothing answers for reads as all ones; the abort is reported.
 * Context: any. Source: arch/arm/include/asm/io.h.
 */
#ifndef _ARMDMA_LINUX_IO_H
#define _ARMDMA_LINUX_IO_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * ioremap() - map registers: Device memory, shareable
 * @pa:   any alignment
 * @size: bytes, at least 1
 *
 * Refuses RAM with a warning, as Linux does: its linear mapping is cached, and
 * two mappings of clashing types have no defined behaviour.
 *
 * Context: process; may allocate page tables.
 * Return: yours to iounmap(); NULL on failure.
 */
void __iomem *ioremap(phys_addr_t pa, size_t size);
/** Normal, not cached. */
void __iomem *ioremap_wc(phys_addr_t pa, size_t size);
void iounmap(volatile void __iomem *p);		/* NULL is fine */

enum {
	MEMREMAP_WB = 1 << 0,		/* cached */
	MEMREMAP_WT = 1 << 1,		/* not on Arm: fails */
	MEMREMAP_WC = 1 << 2,		/* Normal, not cached */
};

/**
 * memremap() - map memory that is not registers
 * @offset: physical, any alignment
 * @size:   bytes, at least 1
 * @flags:  one of MEMREMAP_*, or several to be tried in that order
 *
 * The kernel's own RAM is refused with a warning, but for MEMREMAP_WB, which answers with
 * its place in the linear map.
 *
 * Context: process; may allocate page tables.
 * Return: yours to memunmap(); NULL on failure.
 * Source: kernel/iomem.c.
 */
void *memremap(phys_addr_t offset, size_t size, unsigned long flags);
void memunmap(void *va);			/* NULL is fine */

u8 readb(const volatile void __iomem *p);
u16 readw(const volatile void __iomem *p);
u32 readl(const volatile void __iomem *p);
u8 readb_relaxed(const volatile void __iomem *p);
u16 readw_relaxed(const volatile void __iomem *p);
u32 readl_relaxed(const volatile void __iomem *p);

void writeb(u8 value, volatile void __iomem *p);
void writew(u16 value, volatile void __iomem *p);
void writel(u32 value, volatile void __iomem *p);
void writeb_relaxed(u8 value, volatile void __iomem *p);
void writew_relaxed(u16 value, volatile void __iomem *p);
void writel_relaxed(u32 value, volatile void __iomem *p);

/**
 * Not ordered, and as the CPU has its bytes, which is as a device has them here: as the _relaxed
 * forms.
 */
#define __raw_readb(p)		readb_relaxed(p)
#define __raw_readw(p)		readw_relaxed(p)
#define __raw_readl(p)		readl_relaxed(p)
#define __raw_writeb(v, p)	writeb_relaxed(v, p)
#define __raw_writew(v, p)	writew_relaxed(v, p)
#define __raw_writel(v, p)	writel_relaxed(v, p)

#define ioread32(p)		readl(p)
#define iowrite32(v, p)		writel(v, p)

#ifdef __cplusplus
}
#endif
#endif
