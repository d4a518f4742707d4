/* SPDX-License-Identifier: MIT */
/*
 * What data caches hold of users' pages, where a page has several virtual addresses and
 * the caches tell them apart.
 *
 *            ARMv5: VIVT                     ARMv6: VIPT with colours     else
 *   range    that range, if its user is      the whole cache              nothing
 *            here
 *   a page   the same                        its lines of that colour,    nothing
 *                                            by a mapping of our own
 *   dcache   the kernel's address of it      the same                     nothing
 *
 * "else" is VIPT without aliases, or PIPT: all addresses of a page share their lines.
 * The linear map's lines are flushed before a user sees the page: on ARMv6 whenever a
 * table is written, on ARMv5 after a fault, and so not by remap_pfn_range(), which is
 * why that and cached memory do not go together there.
 *
 * Leaves out: instruction caches; make_coherent(), which maps a page of a file
 * uncached where one process has it twice: nothing here is a file's page.
 * Linux: arch/arm/mm/flush.c, fault-armv.c.
 */
#include <linux/cacheflush.h>
#include <linux/highmem.h>

#include "user.h"

static bool has_colours(const struct kernel *k)
{
	return k->port.is_aliasing && k->port.arch != PORT_V5;
}

/* Nothing of somebody who is not there is in a VIVT cache: the switch dropped it. */
static bool is_vivt_here(struct user_mm *u)
{
	return u->kernel->port.arch == PORT_V5 && u->cpus;
}

void flush_cache_mm(struct mm_struct *mm)
{
	struct user_mm *u = user_mm_of(mm);

	if (is_vivt_here(u) || has_colours(u->kernel))
		port_flush_dcache_all(&u->kernel->port);
}

/* Where nothing is mapped there are no lines: they went when it was unmapped. */
static void flush_vivt(struct user_mm *u, u32 va, u32 len)
{
	struct port *p = &u->kernel->port;

	for (u32 done = 0; done < len; done += PAGE_SIZE)
		if (space_look(p, &u->space, va + done).desc)
			port_flush_alias(p, va + done, PAGE_SIZE);
}

void flush_cache_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	if (is_vivt_here(u))
		flush_vivt(u, (u32)start & PAGE_MASK,
			   (u32)(PAGE_ALIGN(end) - (start & PAGE_MASK)));
	else if (has_colours(u->kernel))
		port_flush_dcache_all(&u->kernel->port);
}

/* The lines of @pa that an address of @va's colour has. */
static void flush_colour(struct kernel *k, phys_addr_t pa, u32 va)
{
	u32 at = FLUSH_ALIAS_START + (va & (SHMLBA - 1));
	int err;

	spin_lock(&k->area_lock);
	err = mmu_map(&k->port, at, pa, PAGE_SIZE, PAGE_KERNEL);
	g_assert(!err);
	mmu_flush_tlb(&k->port, at, PAGE_SIZE);
	port_flush_alias(&k->port, at, PAGE_SIZE);
	spin_unlock(&k->area_lock);
}

void flush_cache_page(struct vm_area_struct *vma, unsigned long va, unsigned long pfn)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	if (is_vivt_here(u))
		flush_vivt(u, (u32)va & PAGE_MASK, PAGE_SIZE);
	else if (has_colours(u->kernel) && port_is_lowmem(&u->kernel->port, PFN_PHYS(pfn), 1))
		flush_colour(u->kernel, PFN_PHYS(pfn), (u32)va & PAGE_MASK);
}

/* Nothing where caches do not tell addresses apart. A page without an address has no lines. */
static void flush_kernel_page(struct kernel *k, struct page *page)
{
	void *va;

	if (!page_is_high(k, page)) {
		port_flush_alias(&k->port, port_va(page_address(page)), PAGE_SIZE);
		return;
	}
	va = kmap_high_get(page);
	if (!va)
		return;
	port_flush_alias(&k->port, port_va(va), PAGE_SIZE);
	kunmap_high(page);
}

void flush_dcache_page(struct page *page)
{
	flush_kernel_page(page_kernel(page), page);
	page->flags |= PAGE_IS_DCACHE_CLEAN;
}

void flush_anon_page(struct vm_area_struct *vma, struct page *page, unsigned long va)
{
	flush_cache_page(vma, va, page_to_pfn(page));
	flush_kernel_page(page_kernel(page), page);
}

/* Slab pages have no flags to spare, and no users. */
static void flush_once(struct kernel *k, phys_addr_t pa)
{
	struct page *page = kernel_page(k, pa);

	if (page->flags & (PAGE_IS_SLAB | PAGE_IS_LARGE))
		flush_kernel_page(k, page);
	else if (!(page->flags & PAGE_IS_DCACHE_CLEAN))
		flush_dcache_page(page);
}

void sync_dcache(struct kernel *k, phys_addr_t pa)
{
	if (has_colours(k) && port_is_lowmem(&k->port, pa, PAGE_SIZE))
		flush_once(k, pa);
}

void update_mmu_cache(struct vm_area_struct *vma, u32 va, struct page *page)
{
	struct kernel *k = user_mm_of(vma->vm_mm)->kernel;

	if (k->port.arch == PORT_V5 && page != k->users->zero_page)
		flush_once(k, page_pa(k, page));
}
