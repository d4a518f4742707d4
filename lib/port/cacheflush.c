/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance for DMA, by virtual address for what CP15 reaches, by physical
 * address for the outer cache behind it. The address is the linear map's; a page of
 * highmem is mapped for as long as it takes. Where lines belong to virtual addresses
 * there is nothing to do for one that is not kmapped: no line can be of it.
 *
 *                 for_device                    for_cpu
 *   TO_DEVICE     clean: inner, outer           nothing
 *   FROM_DEVICE   invalidate: inner, outer      invalidate: outer, inner
 *   BIDIRECTIONAL clean: inner, outer           invalidate: outer, inner
 *
 * Cleaning goes inside out, since a line moves that way; after DMA the outer cache
 * goes first, or a stale line of it could come back into the inner one.
 *
 * Cores before ARMv6 fill no line that nobody asked for, so that what was
 * invalidated at for_device is still gone at for_cpu: there for_cpu leaves the inner
 * cache alone, and for_device of BIDIRECTIONAL cleans and invalidates.
 *
 * Invalidating would lose what else lives in the first and the last line, so where
 * the range only partly covers them these are cleaned too. That saves a neighbour's
 * bytes, and writes back over the device's when the neighbour was dirty. Which
 * operations do it differs:
 *
 *            first line, if partly              last line, if partly
 *   ARMv7    clean and invalidate               clean and invalidate
 *   ARMv6    clean, then the loop invalidates   clean and invalidate
 *   ARMv5    clean, then the loop invalidates   clean, then the loop invalidates
 *
 * Linux: arch/arm/mm/cache-v7.S, cache-v6.S, proc-arm926.S, dma-mapping.c.
 */
#include <linux/cacheflush.h>
#include <linux/dma-map-ops.h>
#include <linux/kernel.h>

#include "port.h"

#define DC_TEST_CLEAN_DONE	(1u << 30)

static void op_range(struct port *p, enum dc_op op, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);
	bool is_done = cpu_dc_range(c, op, va, len);

	g_assert(is_done);
	cpu_dsb(c, BARRIER_ST);
}

void dmac_clean_range(struct port *p, u32 va, u32 len)
{
	op_range(p, DC_CLEAN, va, len);
}

void dmac_flush_range(struct port *p, u32 va, u32 len)
{
	op_range(p, DC_CLEAN_INVALIDATE, va, len);
}

/* A range inside one line has both its edges there: that line gets two operations. */
static void inv_range_v7(struct port *p, struct cpu *c, u32 va, u32 end)
{
	u32 mask = p->line_len - 1;
	u32 first = (va + mask) & ~mask;
	u32 last = end & ~mask;

	if (va & mask)
		cpu_dc(c, DC_CLEAN_INVALIDATE, va);
	if (end & mask)
		cpu_dc(c, DC_CLEAN_INVALIDATE, end);
	if (first < last)
		cpu_dc_range(c, DC_INVALIDATE, first, last - first);
}

/* The loop runs once at least, even if both edges are in one line. */
static void inv_range_v6(struct port *p, struct cpu *c, u32 va, u32 end)
{
	u32 mask = p->line_len - 1;
	u32 first = va & ~mask;
	u32 last = end & ~mask;

	if (va & mask)
		cpu_dc(c, DC_CLEAN, va);
	if (end & mask)
		cpu_dc(c, DC_CLEAN_INVALIDATE, end);
	cpu_dc_range(c, DC_INVALIDATE, first, first < last ? last - first : 1);
}

static void inv_range_v5(struct port *p, struct cpu *c, u32 va, u32 end)
{
	u32 mask = p->line_len - 1;

	if (va & mask)
		cpu_dc(c, DC_CLEAN, va);
	if (end & mask)
		cpu_dc(c, DC_CLEAN, end);
	cpu_dc_range(c, DC_INVALIDATE, va & ~mask, end - (va & ~mask));
}

void dmac_inv_range(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);

	switch (p->arch) {
	case PORT_V5:
		inv_range_v5(p, c, va, va + len);
		break;
	case PORT_V6:
		inv_range_v6(p, c, va, va + len);
		break;
	default:
		inv_range_v7(p, c, va, va + len);
		break;
	}
	cpu_dsb(c, BARRIER_ST);
}

/* Page by page: of a mapping that failed half way the rest is not there. */
void port_flush_alias(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);

	if (!p->is_aliasing)
		return;
	for (u32 done = 0; done < len; done += PAGE_SIZE)
		cpu_dc_range(c, DC_CLEAN_INVALIDATE, va + done, PAGE_SIZE);
	cpu_dsb(c, BARRIER_ST);
}

/* Before ARMv7 alone: there a loop over set and way would be needed. */
void port_flush_dcache_all(struct port *p)
{
	struct cpu *c = port_cpu(p);

	if (p->arch == PORT_V5)
		while (!(cpu_dc_test_clean(c, true) & DC_TEST_CLEAN_DONE))
			;
	else
		cpu_dc_all(c, DC_CLEAN_INVALIDATE);
	cpu_dsb(c, BARRIER_ST);
}

/* ---- code ---------------------------------------------------------------------- */

#define CTR_IMINLINE(ctr)	((ctr) & 0xf)

/* Before ARMv7 all lines of instruction caches are of 32 bytes. */
static u32 code_line_len(struct port *p)
{
	u32 ctr = cpu_cp15_read(port_cpu(p), CP15_CTR);

	return p->arch == PORT_V7 ? 4u << CTR_IMINLINE(ctr) : 32;
}

static void invalidate_code(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);
	u32 step = code_line_len(p);

	if (p->arch == PORT_V6) {
		cpu_ic(c, IC_ALL, 0);
		return;
	}
	for (u32 at = va & ~(step - 1); at < va + len; at += step)
		cpu_ic(c, IC_MVA, at);
}

static void coherent_kern_range(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);

	cpu_dc_range(c, p->arch == PORT_V7 ? DC_CLEAN_POU : DC_CLEAN, va, len);
	cpu_dsb(c, BARRIER_ST);
	invalidate_code(p, va, len);
	if (p->arch != PORT_V5)
		cpu_ic(c, p->arch == PORT_V7 ? IC_BP_ALL_IS : IC_BP_ALL, 0);
	cpu_dsb(c, BARRIER_ST);
	cpu_isb(c);
}

void flush_icache_range(unsigned long start, unsigned long end)
{
	struct port *p = port_of((const void *)start);

	if (p && start < end)
		coherent_kern_range(p, port_va((const void *)start), (u32)(end - start));
}

/* ---- streaming DMA ------------------------------------------------------------- */

static void dmac_map_area(struct port *p, u32 va, u32 len, enum dma_data_direction dir)
{
	if (dir == DMA_FROM_DEVICE)
		dmac_inv_range(p, va, len);
	else if (dir == DMA_TO_DEVICE || p->arch != PORT_V5)
		dmac_clean_range(p, va, len);
	else
		dmac_flush_range(p, va, len);
}

static void dmac_unmap_area(struct port *p, u32 va, u32 len, enum dma_data_direction dir)
{
	if (p->arch != PORT_V5)
		dmac_inv_range(p, va, len);
}

typedef void (*area_op)(struct port *p, u32 va, u32 len, enum dma_data_direction dir);

/* @len bytes of one page of highmem. */
static void maintain_high(struct port *p, phys_addr_t pa, u32 len, enum dma_data_direction dir,
			  area_op op)
{
	phys_addr_t page_pa = ALIGN_DOWN(pa, (u64)PAGE_SIZE);
	u32 offset = (u32)(pa - page_pa), va = p->kmap_high_get(p, page_pa);

	if (va) {
		op(p, va + offset, len, dir);
		p->kunmap_high(p, page_pa);
	} else if (p->arch != PORT_V5) {
		va = port_kmap_local(p, page_pa, PAGE_KERNEL);
		op(p, va + offset, len, dir);
		port_kunmap_local(p, va);
	}
}

/* Lowmem in one go, highmem page by page. */
static void maintain(struct port *p, phys_addr_t pa, u64 len, enum dma_data_direction dir,
		     area_op op)
{
	phys_addr_t lowmem_end = p->lowmem_pa + p->lowmem_len;

	if (likely(pa < lowmem_end)) {
		u32 low = (u32)min(len, lowmem_end - pa);

		op(p, port_pa_to_va(p, pa), low, dir);
		pa += low;
		len -= low;
	}
	while (len) {
		u32 piece = (u32)min(len, PAGE_SIZE - (pa & ~PAGE_MASK));

		maintain_high(p, pa, piece, dir, op);
		pa += piece;
		len -= piece;
	}
}

static void flush_area(struct port *p, u32 va, u32 len, enum dma_data_direction dir)
{
	dmac_flush_range(p, va, len);
}

void port_flush_memory(struct port *p, phys_addr_t pa, u32 len)
{
	maintain(p, pa, len, DMA_BIDIRECTIONAL, flush_area);
	outer_flush_range(p, pa, len);
}

static void tell(struct port *p, bool is_for_device, phys_addr_t pa, size_t len,
		 enum dma_data_direction dir)
{
	if (unlikely(p->on_sync != NULL))
		p->on_sync(p->watcher, is_for_device, pa, len, dir);
}

/* What is no memory of the kernel's has no line that anything here could reach. */
static bool may_sync(struct port *p, phys_addr_t pa, size_t len)
{
	return len && !WARN(!port_is_ram(p, pa, len),
			    "no memory at %#llx, %zu bytes: nothing to sync",
			    (unsigned long long)pa, len);
}

void port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
			  enum dma_data_direction dir)
{
	tell(p, true, pa, len, dir);
	if (!may_sync(p, pa, len))
		return;
	maintain(p, pa, len, dir, dmac_map_area);
	if (dir == DMA_FROM_DEVICE)
		outer_inv_range(p, pa, (u32)len);
	else
		outer_clean_range(p, pa, (u32)len);
}

void port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len, enum dma_data_direction dir)
{
	tell(p, false, pa, len, dir);
	if (dir == DMA_TO_DEVICE || !may_sync(p, pa, len))
		return;
	outer_inv_range(p, pa, (u32)len);
	maintain(p, pa, len, dir, dmac_unmap_area);
}

void arch_sync_dma_for_device(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	port_sync_for_device(port_current(), paddr, size, dir);
}

void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	port_sync_for_cpu(port_current(), paddr, size, dir);
}
