/* SPDX-License-Identifier: MIT */
/*
 * Page-wise mappings, first fit, an unmapped page after each: vmap(), vmalloc(),
 * ioremap(), and the consistent window of 2011.
 *
 * Leaves out: lazy unmapping. The TLB is flushed before vunmap() returns, where
 * Linux waits for many.
 * Linux: mm/vmalloc.c, arch/arm/mm/ioremap.c.
 */
#include <linux/io.h>
#include <linux/vmalloc.h>

#include "kernel.h"

#define GUARD_LEN	((u32)PAGE_SIZE)

/**
 * struct vm_area - one run of mapped pages
 * @pages: of vmalloc(): freed with it; else NULL
 * @flags, @lent: what area_describe() said
 * @site:  whose call it is; NULL: the library's own
 */
struct vm_area {
	u32 va, len;
	struct page **pages;
	unsigned long flags;
	struct page **lent;
	const void *site;
};

void area_init(struct kernel *k)
{
	u32 end_of_lowmem = (u32)PAGE_OFFSET + k->port.lowmem_len;

	k->vmalloc_space.start = (end_of_lowmem + VMALLOC_OFFSET) & ~(VMALLOC_OFFSET - 1);
	k->vmalloc_space.end = VMALLOC_END;
	k->consistent_space.start = CONSISTENT_BASE;
	k->consistent_space.end = CONSISTENT_END;
}

static void area_free(gpointer data)
{
	struct vm_area *a = data;

	g_free(a->pages);
	g_free(a);
}

void area_done(struct kernel *k)
{
	g_list_free_full(k->vmalloc_space.areas, area_free);
	g_list_free_full(k->consistent_space.areas, area_free);
}

/* ---- places --------------------------------------------------------------------- */

static struct vm_area *insert_area(struct area_space *s, u32 len)
{
	u32 va = s->start;
	GList *next = s->areas;
	struct vm_area *a;

	for (; next; next = next->next) {
		const struct vm_area *other = next->data;

		if (other->va - va >= len + GUARD_LEN)
			break;
		va = other->va + other->len + GUARD_LEN;
	}
	if (va > s->end || s->end - va < len)
		return NULL;
	a = g_new0(struct vm_area, 1);
	a->va = va;
	a->len = len;
	s->areas = g_list_insert_before(s->areas, next, a);
	return a;
}

static struct vm_area *place_area(struct kernel *k, struct area_space *s, u32 len)
{
	struct vm_area *a;

	if (!len || kernel_fails(k))
		return NULL;
	spin_lock(&k->area_lock);
	a = insert_area(s, len);
	spin_unlock(&k->area_lock);
	return a;
}

static struct vm_area *take_area(struct kernel *k, struct area_space *s, u32 va)
{
	struct vm_area *found = NULL;

	spin_lock(&k->area_lock);
	for (GList *l = s->areas; l; l = l->next) {
		struct vm_area *a = l->data;

		if (a->va == va) {
			s->areas = g_list_delete_link(s->areas, l);
			found = a;
			break;
		}
	}
	spin_unlock(&k->area_lock);
	return found;
}

/* ---- mappings --------------------------------------------------------------------- */

/* What was written through another address of [@pa, +@len) must be seen at the new one. */
static void flush_other_address(struct kernel *k, phys_addr_t pa, u32 len)
{
	if (port_is_lowmem(&k->port, pa, len))
		port_flush_alias(&k->port, port_pa_to_va(&k->port, pa), len);
	else if (port_is_ram(&k->port, pa, PAGE_SIZE) && page_address(kernel_page(k, pa)))
		port_flush_alias(&k->port, port_va(page_address(kernel_page(k, pa))), PAGE_SIZE);
}

/* Page tables are shared by all areas: one at a time. */
static int map_locked(struct kernel *k, u32 va, phys_addr_t pa, u32 len, pgprot_t prot)
{
	int err;

	flush_other_address(k, pa, len);
	spin_lock(&k->area_lock);
	err = mmu_map(&k->port, va, pa, len, prot);
	spin_unlock(&k->area_lock);
	return err;
}

/* To whom it may concern: [@va, +@len) now leads to @pa, or to nothing. */
static void tell_mapped(struct kernel *k, const struct vm_area *a, u32 va, phys_addr_t pa, u32 len)
{
	if (unlikely(k->listener != NULL) && a->site)
		k->on_area(k, true, va, pa, len, a->site);
}

static void tell_unmapped(struct kernel *k, const struct vm_area *a)
{
	if (unlikely(k->listener != NULL) && a->site)
		k->on_area(k, false, a->va, 0, a->len, a->site);
}

static void unmap_area(struct kernel *k, const struct vm_area *a)
{
	tell_unmapped(k, a);
	port_flush_alias(&k->port, a->va, a->len);
	spin_lock(&k->area_lock);
	mmu_unmap(&k->port, a->va, a->len);
	spin_unlock(&k->area_lock);
	mmu_flush_tlb(&k->port, a->va, a->len);
}

/* Undo a placement, mapped or not. */
static void drop_area(struct kernel *k, struct area_space *s, u32 va)
{
	struct vm_area *a;

	a = take_area(k, s, va);
	g_assert(a);
	unmap_area(k, a);
	area_free(a);
}

void *area_map_at(struct kernel *k, struct area_space *s, phys_addr_t pa, u32 len, pgprot_t prot,
		  const void *site)
{
	struct vm_area *a = place_area(k, s, len);

	if (!a)
		return NULL;
	a->site = site;
	if (map_locked(k, a->va, pa, len, prot)) {
		drop_area(k, s, a->va);
		return NULL;
	}
	tell_mapped(k, a, a->va, pa, len);
	return port_ptr(&k->port, a->va);
}

void *area_map(struct kernel *k, struct area_space *s, phys_addr_t pa, u32 len, pgprot_t prot)
{
	return area_map_at(k, s, pa, len, prot, NULL);
}

static const void *site_in(const struct area_space *s, u32 va)
{
	for (const GList *l = s->areas; l; l = l->next) {
		const struct vm_area *a = l->data;

		if (va - a->va < a->len)
			return a->site;
	}
	return NULL;
}

const void *area_site(struct kernel *k, u32 va)
{
	const void *site;

	spin_lock(&k->area_lock);
	site = site_in(&k->vmalloc_space, va);
	if (!site)
		site = site_in(&k->consistent_space, va);
	spin_unlock(&k->area_lock);
	return site;
}

static struct vm_area *find_locked(struct area_space *s, u32 va)
{
	for (GList *l = s->areas; l; l = l->next)
		if (((struct vm_area *)l->data)->va == va)
			return l->data;
	return NULL;
}

void area_describe(const void *va, unsigned long flags, struct page **lent)
{
	struct kernel *k = kernel_of(va);
	struct vm_area *a;

	spin_lock(&k->area_lock);
	a = find_locked(&k->vmalloc_space, port_va(va));
	g_assert(a);
	a->flags = flags;
	a->lent = lent;
	spin_unlock(&k->area_lock);
}

bool area_find(const void *va, unsigned long *ret_flags, struct page ***ret_lent)
{
	struct kernel *k = kernel_of(va);
	struct vm_area *a;

	if (!k)
		return false;
	spin_lock(&k->area_lock);
	a = find_locked(&k->vmalloc_space, port_va(va));
	if (a) {
		*ret_flags = a->flags;
		*ret_lent = a->lent;
	}
	spin_unlock(&k->area_lock);
	return a;
}

/* The mapping goes first, the place second: nobody may get it while it is mapped. */
u32 area_unmap(struct kernel *k, struct area_space *s, const void *va)
{
	struct vm_area *a;
	u32 len;

	spin_lock(&k->area_lock);
	a = find_locked(s, port_va(va));
	spin_unlock(&k->area_lock);
	if (!a)
		return 0;
	len = a->len;
	unmap_area(k, a);
	area_free(take_area(k, s, port_va(va)));
	return len;
}

/* ---- vmap, vmalloc ---------------------------------------------------------------- */

static struct vm_area *map_pages(struct kernel *k, struct page **pages, size_t nr, pgprot_t prot,
				 const void *site)
{
	struct vm_area *a = place_area(k, &k->vmalloc_space, (u32)(nr << PAGE_SHIFT));

	if (!a)
		return NULL;
	a->site = site;
	for (size_t i = 0; i < nr; i++) {
		u32 va = a->va + (u32)(i << PAGE_SHIFT);

		if (map_locked(k, va, page_pa(k, pages[i]), PAGE_SIZE, prot)) {
			drop_area(k, &k->vmalloc_space, a->va);
			return NULL;
		}
		tell_mapped(k, a, va, page_pa(k, pages[i]), PAGE_SIZE);
	}
	return a;
}

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct kernel *k = count ? page_kernel(pages[0]) : NULL;
	struct vm_area *a;

	if (!k || count > k->nr_pages)
		return NULL;
	a = map_pages(k, pages, count, prot, __builtin_return_address(0));
	return a ? port_ptr(&k->port, a->va) : NULL;
}

void vunmap(const void *va)
{
	struct kernel *k = kernel_of(va);

	if (va)
		WARN(!k || !area_unmap(k, &k->vmalloc_space, va),
		     "vunmap() of what is not mapped");
}

static void flush_address(const void *va, int size)
{
	struct kernel *k = kernel_of(va);

	if (k && size > 0)
		port_flush_alias(&k->port, port_va(va), (u32)size);
}

void flush_kernel_vmap_range(void *vaddr, int size)
{
	flush_address(vaddr, size);
}

/* Linux on Arm cleans here, too: a line that only a part of belongs to the buffer. */
void invalidate_kernel_vmap_range(void *vaddr, int size)
{
	flush_address(vaddr, size);
}

static void free_page_array(struct page **pages, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		__free_page(pages[i]);
	g_free(pages);
}

static struct page **alloc_page_array(struct kernel *k, size_t nr)
{
	struct page **pages = g_new(struct page *, nr);

	for (size_t i = 0; i < nr; i++) {
		pages[i] = kernel_alloc_pages(k, GFP_KERNEL | __GFP_HIGHMEM, 0, NULL);
		if (!pages[i]) {
			free_page_array(pages, i);
			return NULL;
		}
	}
	return pages;
}

static void *vmalloc_at(unsigned long size, const void *site)
{
	struct kernel *k = kernel_current();
	size_t nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct page **pages;
	struct vm_area *a;

	if (!k || !nr || nr > k->nr_pages)
		return NULL;
	pages = alloc_page_array(k, nr);
	if (!pages)
		return NULL;
	a = map_pages(k, pages, nr, PAGE_KERNEL, site);
	if (!a) {
		free_page_array(pages, nr);
		return NULL;
	}
	a->pages = pages;
	return port_ptr(&k->port, a->va);
}

void *vmalloc(unsigned long size)
{
	return vmalloc_at(size, __builtin_return_address(0));
}

void *vzalloc(unsigned long size)
{
	void *p = vmalloc_at(size, __builtin_return_address(0));

	if (p)
		port_zero(p, PAGE_ALIGN(size));
	return p;
}

/* The pages of the area at @va, which is vmalloc()'s; NULL when there is none. */
static struct page **take_pages(struct kernel *k, u32 va, size_t *ret_nr)
{
	struct page **pages = NULL;

	spin_lock(&k->area_lock);
	for (GList *l = k->vmalloc_space.areas; l && !pages; l = l->next) {
		struct vm_area *a = l->data;

		if (a->va == va && a->pages) {
			pages = g_steal_pointer(&a->pages);
			*ret_nr = a->len >> PAGE_SHIFT;
		}
	}
	spin_unlock(&k->area_lock);
	return pages;
}

/* Pages may only be reused once no translation leads to them. */
void vfree(const void *va)
{
	struct kernel *k = kernel_of(va);
	struct page **pages;
	size_t nr = 0;

	if (!va || WARN(!k, "vfree() of what vmalloc() never gave"))
		return;
	pages = take_pages(k, port_va(va), &nr);
	if (WARN(!pages, "vfree() of what vmalloc() never gave"))
		return;
	area_unmap(k, &k->vmalloc_space, va);
	free_page_array(pages, nr);
}

bool is_vmalloc_addr(const void *va)
{
	struct kernel *k = kernel_of(va);

	return k && ((port_va(va) >= k->vmalloc_space.start && port_va(va) < VMALLOC_END) ||
		     (port_va(va) >= CONSISTENT_BASE && port_va(va) < CONSISTENT_END));
}

struct page *vmalloc_to_page(const void *va)
{
	struct kernel *k = kernel_of(va);
	phys_addr_t pa;

	if (!k || !is_vmalloc_addr(va))
		return NULL;
	pa = port_translate(&k->port, port_va(va));
	return port_is_ram(&k->port, pa, 1) ? kernel_page(k, pa) : NULL;
}

/* ---- ioremap ---------------------------------------------------------------------- */

static void __iomem *map_registers(phys_addr_t pa, size_t size, pgprot_t prot, const void *site)
{
	struct kernel *k = kernel_current();
	phys_addr_t first = pa & PAGE_MASK;
	u32 len = (u32)PAGE_ALIGN(pa - first + size);
	char *va;

	if (!k || !size || size > SZ_256M || pa + size > SZ_4G)
		return NULL;
	if (WARN(port_is_ram(&k->port, pa, 1), "ioremap() of memory at %#llx",
		 (unsigned long long)pa))
		return NULL;
	va = area_map_at(k, &k->vmalloc_space, first, len, prot, site);
	return va ? va + (pa - first) : NULL;
}

void __iomem *ioremap(phys_addr_t pa, size_t size)
{
	return map_registers(pa, size, pgprot_device(PAGE_KERNEL), __builtin_return_address(0));
}

void __iomem *ioremap_wc(phys_addr_t pa, size_t size)
{
	return map_registers(pa, size, pgprot_writecombine(PAGE_KERNEL),
			     __builtin_return_address(0));
}

void iounmap(volatile void __iomem *p)
{
	struct kernel *k = kernel_of(p);
	const void *va = (const void *)((uintptr_t)p & PAGE_MASK);

	if (p)
		WARN(!k || !area_unmap(k, &k->vmalloc_space, va),
		     "iounmap() of what is not mapped");
}

/* ---- memremap --------------------------------------------------------------------- */

/* Of [pa, +len) some or all may be the kernel's own memory. */
static bool is_all_ram(const struct kernel *k, phys_addr_t pa, size_t len)
{
	return port_is_ram(&k->port, pa, len);
}

static bool is_part_ram(const struct kernel *k, phys_addr_t pa, size_t len)
{
	for (unsigned i = 0; i < k->port.nr_banks; i++) {
		const struct port_bank *b = &k->port.bank[i];

		if (pa < b->pa + b->len && b->pa < pa + len)
			return true;
	}
	return false;
}

static void *map_memory(struct kernel *k, phys_addr_t pa, size_t size, pgprot_t prot,
			const void *site)
{
	phys_addr_t first = pa & PAGE_MASK;
	char *va = area_map_at(k, &k->vmalloc_space, first, (u32)PAGE_ALIGN(pa - first + size),
			       prot, site);

	return va ? va + (pa - first) : NULL;
}

void *memremap_on(struct kernel *k, phys_addr_t pa, size_t size, unsigned long flags,
		  const void *site)
{
	void *va = NULL;

	if (!size || size > SZ_512M || pa + size > SZ_4G)
		return NULL;
	if (is_all_ram(k, pa, size)) {
		WARN(!(flags & MEMREMAP_WB), "memremap attempted on ram %#llx size: %#zx",
		     (unsigned long long)pa, size);
		if (flags & MEMREMAP_WB)
			va = port_is_lowmem(&k->port, pa, size) ? kernel_ptr(k, pa)
				: map_memory(k, pa, size, PAGE_KERNEL, site);
		return va;
	}
	if (WARN(is_part_ram(k, pa, size), "memremap attempted on mixed range %#llx size: %#zx",
		 (unsigned long long)pa, size))
		return NULL;
	if (flags & MEMREMAP_WB)
		va = map_memory(k, pa, size, PAGE_KERNEL, site);
	if (!va && flags & MEMREMAP_WC)
		va = map_memory(k, pa, size, pgprot_writecombine(PAGE_KERNEL), site);
	return va;
}

void *memremap(phys_addr_t offset, size_t size, unsigned long flags)
{
	struct kernel *k = kernel_current();

	return k ? memremap_on(k, offset, size, flags, __builtin_return_address(0)) : NULL;
}

void memunmap(void *va)
{
	struct kernel *k = kernel_of(va);

	if (va && is_vmalloc_addr(va))
		area_unmap(k, &k->vmalloc_space, (const void *)((uintptr_t)va & PAGE_MASK));
}
