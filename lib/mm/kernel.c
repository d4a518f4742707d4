/* SPDX-License-Identifier: MIT */
/*
 * What memory there is, and who gets which part of it.
 *
 *	lowmem_pa                                                       end of lowmem
 *	| page tables | free pages ........................ | CMA, 4 KiB pages |
 *
 * Lowmem is DRAM from its first bank, at most 768 MiB on, as far as 32 bits of
 * physical address reach.
 *
 * Leaves out: highmem, so DRAM beyond that is not used; reserved-memory nodes; the
 * kernel's own image, which does not exist.
 *
 * Linux: arch/arm/mm/{mmu,init}.c, mm/memblock.c, kernel/dma/contiguous.c.
 */
#include <sys/mman.h>

#include "kernel.h"
#include "user.h"

#define BANK_ALIGN	SZ_2M		/* Linux's PMD: a pair of sections */
#define LOWMEM_MIN	SZ_4M

/* Whole 2 MiB of a bank, as far as the linear map reaches. */
static void add_bank(struct port *p, const struct board_bank *b)
{
	u64 start = ALIGN(b->pa, (u64)BANK_ALIGN);
	u64 limit = min(p->lowmem_pa + LOWMEM_MAX, (u64)SZ_4G);
	u64 end = ALIGN_DOWN(min(b->pa + b->len, limit), (u64)BANK_ALIGN);

	if (start >= end || p->nr_banks == PORT_MAX_BANKS)
		return;
	p->bank[p->nr_banks++] = (struct port_bank){ start, (u32)(end - start) };
	p->lowmem_len = (u32)(end - p->lowmem_pa);
}

static bool find_lowmem(struct port *p, const struct board *b, GError **error)
{
	if (!b->banks->len) {
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED,
			    "%s: it has no memory", b->file);
		return false;
	}
	p->lowmem_pa = ALIGN(g_array_index(b->banks, struct board_bank, 0).pa,
			     (u64)BANK_ALIGN);
	for (guint i = 0; i < b->banks->len; i++)
		add_bank(p, &g_array_index(b->banks, struct board_bank, i));
	if (p->lowmem_len < LOWMEM_MIN) {
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED,
			    "%s: less than %u MiB of its memory lie below 4 GiB, where short "
			    "descriptors reach", b->file, LOWMEM_MIN / SZ_1M);
		return false;
	}
	return true;
}

static bool wants_cma(const struct kernel *k)
{
	return k->config.coherent == COHERENT_CMA || k->config.coherent == COHERENT_POOL;
}

/*
 * At the end of what every device reaches: 16 MiB, but no more than a quarter of the
 * bank there.
 */
static void place_cma(struct kernel *k)
{
	const struct port_bank *b = &k->port.bank[0];
	u64 end;

	for (unsigned i = 1; i < k->port.nr_banks; i++)
		if (k->port.bank[i].pa < k->zone_dma_limit)
			b = &k->port.bank[i];
	end = b->pa + b->len;
	if (k->zone_dma_limit > b->pa)
		end = min(end, ALIGN_DOWN(k->zone_dma_limit + 1, (u64)SZ_1M));
	k->cma_len = min((u32)CMA_DEFAULT_LEN, (u32)ALIGN_DOWN((end - b->pa) / 4, (u64)SZ_1M));
	if (!wants_cma(k))
		k->cma_len = 0;
	k->cma_pa = end - k->cma_len;
	bits_init(&k->cma_used, k->cma_len >> PAGE_SHIFT);
}

/* What every master of the board reaches is ZONE_DMA; elsewhere there is but one zone. */
static u64 find_zone_dma_limit(const struct board *b)
{
	u64 limit = SZ_4G - 1;

	for (guint i = 0; i < b->masters->len; i++) {
		const struct board_master *d = g_ptr_array_index(b->masters, i);
		u64 reach = 0;

		if (d->is_disabled || !d->ranges->len)
			continue;
		for (guint r = 0; r < d->ranges->len; r++) {
			const struct board_range *w =
				&g_array_index(d->ranges, struct board_range, r);

			reach = max(reach, w->pa + w->len - 1);
		}
		limit = min(limit, reach);
	}
	return limit;
}

static void map_pages_array(struct kernel *k)
{
	size_t len = sizeof(struct mem_map) + k->nr_pages * sizeof(struct page);
	uintptr_t p;
	char *reserved;

	g_assert(len <= MEM_MAP_ALIGN);
	reserved = mmap(NULL, 2 * MEM_MAP_ALIGN, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reserved == MAP_FAILED)
		g_error("the host has no room for an array of pages");
	p = ((uintptr_t)reserved + MEM_MAP_ALIGN - 1) & ~(MEM_MAP_ALIGN - 1);
	if (p > (uintptr_t)reserved)
		munmap(reserved, p - (uintptr_t)reserved);
	munmap((char *)p + MEM_MAP_ALIGN, (uintptr_t)reserved + MEM_MAP_ALIGN - p);
	if (mprotect((void *)p, MEM_MAP_ALIGN, PROT_READ | PROT_WRITE))
		g_error("the host has no room for an array of pages");
	k->mem_map = (struct mem_map *)p;
	k->mem_map->kernel = k;
}

static void add_free(struct kernel *k, phys_addr_t start, phys_addr_t end)
{
	if (start < end)
		page_alloc_add(k, start, end - start);
}

/* All banks, less the page tables in front and the CMA area. */
static void free_memory(struct kernel *k)
{
	struct port *p = &k->port;

	for (unsigned i = 0; i < p->nr_banks; i++) {
		phys_addr_t start = p->bank[i].pa + (i ? 0 : p->reserved_len);
		phys_addr_t end = p->bank[i].pa + p->bank[i].len;

		add_free(k, start, min(end, k->cma_pa));
		add_free(k, max(start, k->cma_pa + k->cma_len), end);
	}
}

static phys_addr_t alloc_table(struct port *p)
{
	struct kernel *k = (struct kernel *)p;
	struct page *page = kernel_alloc_pages(k, GFP_KERNEL | __GFP_ZERO, 0, NULL);

	return page ? page_pa(k, page) : 0;
}

static void free_table(struct port *p, phys_addr_t pa)
{
	kernel_free_pages(kernel_page((struct kernel *)p, pa), 0, NULL);
}

static bool init_port(struct port *p, struct machine *m, GError **error)
{
	const struct board *b = machine_board(m);

	p->machine = m;
	p->cpu0 = machine_cpu(m, 0);
	p->window = machine_window(m);
	port_read_core(p);
	p->alloc_table = alloc_table;
	p->free_table = free_table;
	INIT_LIST_HEAD(&p->spaces);
	return find_lowmem(p, b, error);
}

bool mm_init(struct kernel *k, struct machine *m, GError **error)
{
	if (!init_port(&k->port, m, error))
		return false;
	k->nr_pages = k->port.lowmem_len >> PAGE_SHIFT;
	k->zone_dma_limit = find_zone_dma_limit(machine_board(m));
	place_cma(k);
	k->port.reserved_len = mmu_reserve(k->cma_len);
	map_pages_array(k);
	page_alloc_init(k);
	slab_init(k);
	area_init(k);
	free_memory(k);
	users_init(k);
	return true;
}

void mm_done(struct kernel *k)
{
	users_done(k);
	area_done(k);
	bits_done(&k->cma_used);
	page_alloc_done(k);
	munmap(k->mem_map, MEM_MAP_ALIGN);
}
