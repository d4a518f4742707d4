/* SPDX-License-Identifier: MIT */
/*
 * A page mapped for a moment: in the fixmap, where each CPU has KM_SLOTS pages of its own
 * and uses them like a stack. Nobody else has the translation, so only this CPU's TLB
 * must forget it.
 *
 *	FIXMAP_START  | cpu 0: 0 1 2 .. 31 | cpu 1: 0 1 2 .. 31 | ...
 *
 * Linux: mm/highmem.c, arch/arm/include/asm/highmem.h. There the stack is a task's;
 * here a CPU has one task.
 */
#include <linux/kernel.h>

#include "port.h"

static u32 slot_va(unsigned cpu_idx, unsigned slot)
{
	return FIXMAP_START + ((cpu_idx * KM_SLOTS + slot) << PAGE_SHIFT);
}

u32 port_kmap_local(struct port *p, phys_addr_t pa, pgprot_t prot)
{
	unsigned i = cpu_index(port_cpu(p));
	u32 va;
	int err;

	g_assert(p->nr_kmaps[i] < KM_SLOTS);
	va = slot_va(i, p->nr_kmaps[i]++);
	err = mmu_map(p, va, pa, PAGE_SIZE, prot);
	g_assert(!err);			/* the fixmap has its table since boot */
	mmu_flush_tlb_local(p, va);
	return va;
}

/* Where lines belong to virtual addresses, they leave before their address does. */
void port_kunmap_local(struct port *p, u32 va)
{
	unsigned i = cpu_index(port_cpu(p));

	va &= ~(u32)(PAGE_SIZE - 1);
	if (WARN(!p->nr_kmaps[i] || va != slot_va(i, p->nr_kmaps[i] - 1u),
		 "kunmap_local: va %#x is not what was mapped last", va))
		return;
	port_flush_alias(p, va, PAGE_SIZE);
	mmu_unmap(p, va, PAGE_SIZE);
	mmu_flush_tlb_local(p, va);
	p->nr_kmaps[i]--;
}
