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

	return kernel_ptr(k, page_pa(k, page));
}

phys_addr_t page_to_phys(const struct page *page)
{
	return page_pa(page_kernel(page), page);
}

unsigned long page_to_pfn(const struct page *page)
{
	return PHYS_PFN(page_to_phys(page));
}

bool pfn_valid(unsigned long pfn)
{
	struct kernel *k = kernel_current();

	return k && port_is_lowmem(&k->port, PFN_PHYS(pfn), PAGE_SIZE);
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
