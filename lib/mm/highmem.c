/* SPDX-License-Identifier: MIT */
/*
 * Pages without an address of their own, and the two ways to give them one: pkmap here,
 * the fixmap in lib/port/kmap.c.
 *
 *	PKMAP_BASE  | page | page |      | page | ...  512 of them
 *	count           2      1      0      3
 *	            one user  none  free  two users
 *
 * kunmap() leaves a page mapped (1), and its address known, until the places have been
 * gone round once; only then are all unused ones unmapped, with one flush of the TLBs.
 *
 * Leaves out: sleeping until a place is free, folios, colours (where caches have them
 * Linux has no highmem).
 *
 * Linux: mm/highmem.c, include/linux/highmem.h, arch/arm/include/asm/highmem.h.
 */
#include <linux/highmem.h>

#include "kernel.h"

static u32 pkmap_va(unsigned nr)
{
	return PKMAP_BASE + (nr << PAGE_SHIFT);
}

static bool is_pkmap_va(u32 va)
{
	return va - PKMAP_BASE < PKMAP_LEN;
}

static unsigned pkmap_nr(const void *va)
{
	return (port_va(va) - PKMAP_BASE) >> PAGE_SHIFT;
}

/* ---- pkmap: all of it under kmap_lock ---------------------------------------------------- */

static bool drop_unused(struct kernel *k, unsigned nr)
{
	if (k->pkmap_count[nr] != 1)
		return false;
	k->pkmap_count[nr] = 0;
	port_flush_alias(&k->port, pkmap_va(nr), PAGE_SIZE);
	mmu_unmap(&k->port, pkmap_va(nr), PAGE_SIZE);
	__atomic_store_n(&k->pkmap_page[nr]->kmap_va, NULL, __ATOMIC_RELEASE);
	k->pkmap_page[nr] = NULL;
	return true;
}

static void flush_all_zero_pkmaps(struct kernel *k)
{
	bool any = false;

	for (unsigned nr = 0; nr < LAST_PKMAP; nr++)
		any |= drop_unused(k, nr);
	if (any)
		mmu_flush_tlb(&k->port, PKMAP_BASE, PKMAP_LEN);
}

/* LAST_PKMAP when there is none. */
static unsigned find_pkmap(struct kernel *k)
{
	for (unsigned count = LAST_PKMAP; count; count--) {
		k->last_pkmap_nr = (k->last_pkmap_nr + 1) % LAST_PKMAP;
		if (!k->last_pkmap_nr) {
			flush_all_zero_pkmaps(k);
			count = LAST_PKMAP;
		}
		if (!k->pkmap_count[k->last_pkmap_nr])
			return k->last_pkmap_nr;
	}
	return LAST_PKMAP;
}

static void *map_new_virtual(struct kernel *k, struct page *page)
{
	unsigned nr = find_pkmap(k);
	int err;

	if (nr == LAST_PKMAP)
		return NULL;
	err = mmu_map(&k->port, pkmap_va(nr), page_pa(k, page), PAGE_SIZE, PAGE_KERNEL);
	g_assert(!err);			/* pkmap has its tables since boot */
	k->pkmap_count[nr] = 1;
	k->pkmap_page[nr] = page;
	__atomic_store_n(&page->kmap_va, port_ptr(&k->port, pkmap_va(nr)), __ATOMIC_RELEASE);
	return page->kmap_va;
}

static void *kmap_high(struct kernel *k, struct page *page)
{
	void *va;

	spin_lock(&k->kmap_lock);
	va = page->kmap_va ? page->kmap_va : map_new_virtual(k, page);
	if (va)
		k->pkmap_count[pkmap_nr(va)]++;
	spin_unlock(&k->kmap_lock);
	WARN(!va, "kmap(): all %u places are in use: Linux would sleep until one is not",
	     LAST_PKMAP);
	return va;
}

void *kmap_high_get(struct page *page)
{
	struct kernel *k = page_kernel(page);
	void *va;

	spin_lock(&k->kmap_lock);
	va = page->kmap_va;
	if (va)
		k->pkmap_count[pkmap_nr(va)]++;
	spin_unlock(&k->kmap_lock);
	return va;
}

void kunmap_high(struct page *page)
{
	struct kernel *k = page_kernel(page);
	bool is_mapped;

	spin_lock(&k->kmap_lock);
	is_mapped = page->kmap_va && k->pkmap_count[pkmap_nr(page->kmap_va)] > 1;
	if (is_mapped)
		k->pkmap_count[pkmap_nr(page->kmap_va)]--;
	spin_unlock(&k->kmap_lock);
	WARN(!is_mapped, "kunmap() of a page that is not mapped: pa %#llx",
	     (unsigned long long)page_pa(k, page));
}

void *kmap(struct page *page)
{
	might_sleep();
	return PageHighMem(page) ? kmap_high(page_kernel(page), page) : page_address(page);
}

void kunmap(struct page *page)
{
	if (PageHighMem(page))
		kunmap_high(page);
}

void kmap_flush_unused(void)
{
	struct kernel *k = kernel_current();

	if (!k)
		return;
	spin_lock(&k->kmap_lock);
	flush_all_zero_pkmaps(k);
	spin_unlock(&k->kmap_lock);
}

/* ---- for a moment ---------------------------------------------------- */

static void *map_local(struct kernel *k, phys_addr_t pa, pgprot_t prot)
{
	return port_ptr(&k->port, port_kmap_local(&k->port, pa, prot));
}

/* The rest of the stack is the library's. */
static bool has_room(const struct kernel *k)
{
	return !WARN(k->port.nr_kmaps[cpu_index(port_cpu(&k->port))] >= KM_MAX_IDX,
		     "kmap_local: %u pages are mapped already", KM_MAX_IDX);
}

/* A mapping that is there already is as good; where lines belong to it, the only one. */
void *kmap_local_page_prot(struct page *page, pgprot_t prot)
{
	struct kernel *k = page_kernel(page);
	void *va;

	if (!PageHighMem(page))
		return page_address(page);
	va = kmap_high_get(page);
	if (va)
		return va;
	return has_room(k) ? map_local(k, page_pa(k, page), prot) : NULL;
}

void *kmap_local_page(struct page *page)
{
	return kmap_local_page_prot(page, PAGE_KERNEL);
}

void *kmap_local_pfn(unsigned long pfn)
{
	struct kernel *k = kernel_current();

	return k && has_room(k) ? map_local(k, PFN_PHYS(pfn), PAGE_KERNEL) : NULL;
}

void kunmap_local(const void *va)
{
	struct kernel *k = kernel_of(va);

	if (!k || port_is_lowmem_va(&k->port, port_va(va)))
		return;
	if (!is_pkmap_va(port_va(va)))
		port_kunmap_local(&k->port, port_va(va));
	else if (!WARN(!k->pkmap_page[pkmap_nr(va)], "kunmap_local() of what is not mapped"))
		kunmap_high(k->pkmap_page[pkmap_nr(va)]);
}

struct page *kmap_to_page(void *va)
{
	struct kernel *k = kernel_of(va);
	struct translation t;

	if (!k || port_is_lowmem_va(&k->port, port_va(va)))
		return virt_to_page(va);
	if (is_pkmap_va(port_va(va)))
		return k->pkmap_page[pkmap_nr(va)];
	t = cpu_translate(port_cpu(&k->port), port_va(va), false);
	return port_va(va) >= FIXMAP_START && !t.fault.kind ? kernel_page(k, t.pa) : NULL;
}

/* ---- counts ---------------------------------------------------- */

unsigned long totalhigh_pages(void)
{
	struct kernel *k = kernel_current();

	return k ? k->nr_high_pages : 0;
}

unsigned long nr_free_highpages(void)
{
	struct kernel *k = kernel_current();

	return k ? k->nr_zone_free[ZONE_HIGHMEM] + k->nr_zone_cma_free[ZONE_HIGHMEM] : 0;
}

/* ---- bytes ---------------------------------------------------- */

/* All of it that is lowmem, or one page of highmem. */
struct piece {
	void *va;
	size_t len;
};

static struct piece begin_piece(struct kernel *k, phys_addr_t pa, size_t len)
{
	phys_addr_t lowmem_end = k->port.lowmem_pa + k->port.lowmem_len;
	struct page *page = kernel_page(k, pa);
	size_t offset = (size_t)(pa & ~PAGE_MASK);
	struct piece p;

	if (pa < lowmem_end)
		return (struct piece){ kernel_ptr(k, pa), min(len, lowmem_end - pa) };
	p.va = kmap_high_get(page);
	if (!p.va)
		p.va = map_local(k, page_pa(k, page), PAGE_KERNEL);
	p.va = (char *)p.va + offset;
	p.len = min(len, PAGE_SIZE - offset);
	return p;
}

static void end_piece(const struct piece *p)
{
	kunmap_local(p->va);
}

void phys_zero(struct kernel *k, phys_addr_t pa, size_t len)
{
	while (len) {
		struct piece p = begin_piece(k, pa, len);

		port_zero(p.va, p.len);
		end_piece(&p);
		pa += p.len;
		len -= p.len;
	}
}

void phys_copy_in(struct kernel *k, phys_addr_t pa, const void *buf, size_t len)
{
	while (len) {
		struct piece p = begin_piece(k, pa, len);

		port_copy(p.va, buf, p.len);
		end_piece(&p);
		pa += p.len;
		buf = (const char *)buf + p.len;
		len -= p.len;
	}
}

void phys_copy_out(struct kernel *k, void *buf, phys_addr_t pa, size_t len)
{
	while (len) {
		struct piece p = begin_piece(k, pa, len);

		port_copy(buf, p.va, p.len);
		end_piece(&p);
		pa += p.len;
		buf = (char *)buf + p.len;
		len -= p.len;
	}
}

/* Two mapped at once, unmapped the other way round. */
void phys_copy(struct kernel *k, phys_addr_t dst, phys_addr_t src, size_t len)
{
	while (len) {
		struct piece from = begin_piece(k, src, len);
		struct piece to = begin_piece(k, dst, from.len);

		port_copy(to.va, from.va, to.len);
		end_piece(&to);
		end_piece(&from);
		src += to.len;
		dst += to.len;
		len -= to.len;
	}
}

void clear_highpage(struct page *page)
{
	phys_zero(page_kernel(page), page_to_phys(page), PAGE_SIZE);
}

void copy_highpage(struct page *to, struct page *from)
{
	phys_copy(page_kernel(to), page_to_phys(to), page_to_phys(from), PAGE_SIZE);
}

static bool is_in_page(size_t offset, size_t size)
{
	return !WARN(offset > PAGE_SIZE || size > PAGE_SIZE - offset,
		     "%zu bytes at %zu are not in one page", size, offset);
}

void memcpy_from_page(char *to, struct page *page, size_t offset, size_t size)
{
	if (is_in_page(offset, size))
		phys_copy_out(page_kernel(page), to, page_to_phys(page) + offset, size);
}

void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t size)
{
	if (is_in_page(offset, size))
		phys_copy_in(page_kernel(page), page_to_phys(page) + offset, from, size);
}

void memset_page(struct page *page, size_t offset, int val, size_t size)
{
	u8 bytes[PAGE_SIZE];

	if (!is_in_page(offset, size))
		return;
	memset(bytes, val, size);
	phys_copy_in(page_kernel(page), page_to_phys(page) + offset, bytes, size);
}
