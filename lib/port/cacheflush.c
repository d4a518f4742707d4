/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance for DMA on ARMv7, by virtual address in the linear map for what
 * CP15 reaches, by physical address for the outer cache behind it.
 *
 *                 for_device                    for_cpu
 *   TO_DEVICE     clean: inner, outer           nothing
 *   FROM_DEVICE   invalidate: inner, outer      invalidate: outer, inner
 *   BIDIRECTIONAL clean: inner, outer           invalidate: outer, inner
 *
 * Cleaning goes inside out, since a line moves that way; after DMA the outer cache
 * goes first, or a stale line of it could come back into the inner one.
 *
 * Invalidating would lose what else lives in the first and the last line, so where
 * the range only partly covers them these are cleaned too. That saves a neighbour's
 * bytes, and writes back over the device's when the neighbour was dirty.
 *
 * Linux: arch/arm/mm/cache-v7.S, dma-mapping.c.
 */
#include <linux/dma-map-ops.h>

#include "port.h"

static void op_range(struct port *p, enum dc_op op, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);
	bool is_done = cpu_dc_range(c, op, va, len);

	g_assert(is_done);
	cpu_dsb(c);
}

void dmac_clean_range(struct port *p, u32 va, u32 len)
{
	op_range(p, DC_CLEAN, va, len);
}

void dmac_flush_range(struct port *p, u32 va, u32 len)
{
	op_range(p, DC_CLEAN_INVALIDATE, va, len);
}

/*
 * A range inside one line has both its edges there: that line gets two operations,
 * as in Linux's loop.
 */
void dmac_inv_range(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);
	u32 mask = p->line_len - 1;
	u32 end = va + len;
	u32 first = (va + mask) & ~mask;
	u32 last = end & ~mask;

	if (va & mask)
		cpu_dc(c, DC_CLEAN_INVALIDATE, va);
	if (end & mask)
		cpu_dc(c, DC_CLEAN_INVALIDATE, end);
	if (first < last)
		cpu_dc_range(c, DC_INVALIDATE, first, last - first);
	cpu_dsb(c);
}

static void tell(struct port *p, bool is_for_device, phys_addr_t pa, size_t len,
		 enum dma_data_direction dir)
{
	if (unlikely(p->on_sync != NULL))
		p->on_sync(p->watcher, is_for_device, pa, len, dir);
}

/* What is not lowmem has no line in any cache that the linear map could reach. */
static bool may_sync(struct port *p, phys_addr_t pa, size_t len)
{
	return len && !WARN(!port_is_lowmem(p, pa, len),
			    "no memory at %#llx, %zu bytes: nothing to sync",
			    (unsigned long long)pa, len);
}

void port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
			  enum dma_data_direction dir)
{
	tell(p, true, pa, len, dir);
	if (!may_sync(p, pa, len))
		return;
	if (dir == DMA_FROM_DEVICE) {
		dmac_inv_range(p, port_pa_to_va(p, pa), (u32)len);
		outer_inv_range(p, pa, (u32)len);
	} else {
		dmac_clean_range(p, port_pa_to_va(p, pa), (u32)len);
		outer_clean_range(p, pa, (u32)len);
	}
}

void port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len, enum dma_data_direction dir)
{
	tell(p, false, pa, len, dir);
	if (dir == DMA_TO_DEVICE || !may_sync(p, pa, len))
		return;
	outer_inv_range(p, pa, (u32)len);
	dmac_inv_range(p, port_pa_to_va(p, pa), (u32)len);
}

void arch_sync_dma_for_device(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	port_sync_for_device(port_current(), paddr, size, dir);
}

void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	port_sync_for_cpu(port_current(), paddr, size, dir);
}
