/* SPDX-License-Identifier: MIT */
/* From one name of a page to another: struct page, pointer, physical address. */
#include <linux/mm.h>

#include "kernel.h"

static bool is_lowmem_ptr(const struct kernel *k, const volatile void *p)
{
	u32 va = port_va(p);

	return k && port_is_lowmem_va(&k->port, va) &&
	       port_is_lowmem(&k->port, port_va_to_pa(&k->port, va), 1);
}

struct page *virt_to_page(const void *va)
{
	struct kernel *k = kernel_of(va);

	return is_lowmem_ptr(k, va)
		? kernel_page(k, port_va_to_pa(&k->port, port_va(va))) : NULL;
}

void *page_address(const struct page *page)
{
	struct kernel *k = page_kernel(page);

	if (unlikely(page_is_high(k, page)))
		return __atomic_load_n(&page->kmap_va, __ATOMIC_ACQUIRE);
	return kernel_ptr(k, page_pa(k, page));
}

bool PageHighMem(const struct page *page)
{
	return page_is_high(page_kernel(page), page);
}

bool PageReserved(const struct page *page)
{
	struct kernel *k = page_kernel(page);
	const struct reserved_region *r = reserved_at(k, page_pa(k, page), PAGE_SIZE);

	return r && r->use != REGION_CMA;
}

phys_addr_t page_to_phys(const struct page *page)
{
	return page_pa(page_kernel(page), page);
}

unsigned long page_to_pfn(const struct page *page)
{
	return PHYS_PFN(page_to_phys(page));
}

/* There is a struct page for what is not mapped, too. */
static bool has_page(const struct kernel *k, phys_addr_t pa)
{
	const struct reserved_region *r;

	if (port_is_ram(&k->port, pa, PAGE_SIZE))
		return true;
	r = reserved_at(k, pa, PAGE_SIZE);
	return r && r->no_map && pa - k->port.lowmem_pa < (u64)k->nr_pages << PAGE_SHIFT;
}

bool pfn_valid(unsigned long pfn)
{
	struct kernel *k = kernel_current();

	return k && has_page(k, PFN_PHYS(pfn));
}

bool pfn_is_map_memory(unsigned long pfn)
{
	struct kernel *k = kernel_current();

	return k && port_is_ram(&k->port, PFN_PHYS(pfn), PAGE_SIZE);
}

struct page *pfn_to_page(unsigned long pfn)
{
	return pfn_valid(pfn) ? kernel_page(kernel_current(), PFN_PHYS(pfn)) : NULL;
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	struct kernel *k = kernel_of(va);

	return is_lowmem_ptr(k, va) ? port_va_to_pa(&k->port, port_va(va)) : PHYS_ADDR_MAX;
}

void *phys_to_virt(phys_addr_t pa)
{
	struct kernel *k = kernel_current();

	return k && port_is_lowmem(&k->port, pa, 1) ? kernel_ptr(k, pa) : NULL;
}

bool virt_addr_valid(const void *va)
{
	return is_lowmem_ptr(kernel_of(va), va);
}

void *high_memory_of_current(void)
{
	struct kernel *k = kernel_current();

	return k ? (char *)kernel_ptr(k, k->port.lowmem_pa) + k->port.lowmem_len : NULL;
}
