/* SPDX-License-Identifier: MIT */
/*
 * What memory there is, and who gets which part of it.
 *
 *	lowmem_pa                                           end of lowmem
 *	| page tables | free pages ....... | CMA, 4 KiB pages | highmem ...
 *
 * Lowmem is DRAM from its first bank on, at most 768 MiB; highmem is what follows, as
 * far as 32 bits of physical address reach. Where the caches have aliases there is no
 * highmem, as in Linux. Of a bank whole 2 MiB are used.
 *
 * Leaves out: DRAM above 4 GiB, where short descriptors do not reach; the kernel's own
 * image, which does not exist.
 *
 * Linux: arch/arm/mm/{mmu,init}.c, mm/memblock.c, kernel/dma/contiguous.c.
 */
#include <sys/mman.h>
#include <linux/highmem.h>

#include "kernel.h"
#include "user.h"

#define BANK_ALIGN	SZ_2M		/* Linux's PMD: a pair of sections */
#define LOWMEM_MIN	SZ_4M

/* Linux gives highmem up where a page's lines depend on where it is mapped. */
static u64 end_of_use(const struct port *p)
{
	bool is_vipt_aliasing = p->is_aliasing && p->arch == PORT_V6;

	return is_vipt_aliasing ? p->lowmem_pa + LOWMEM_MAX : SZ_4G;
}

/* Whole 2 MiB of a bank. */
static void add_bank(struct port *p, const struct board_bank *b)
{
	u64 lowmem_limit = p->lowmem_pa + LOWMEM_MAX;
	u64 start = ALIGN(b->pa, (u64)BANK_ALIGN);
	u64 end = ALIGN_DOWN(min(b->pa + b->len, end_of_use(p)), (u64)BANK_ALIGN);

	if (start >= end)
		return;
	if (start < lowmem_limit)
		p->lowmem_len = (u32)(min(end, lowmem_limit) - p->lowmem_pa);
	p->has_highmem |= end > lowmem_limit;
	if (p->nr_banks < PORT_MAX_BANKS / 2)
		p->bank[p->nr_banks++] = (struct port_bank){ start, end - start };
}

static bool find_memory(struct port *p, const struct board *b, GError **error)
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

/* The last bank that begins where every device reaches, as far as lowmem goes. */
static phys_addr_t last_for_all(const struct kernel *k, phys_addr_t *ret_start)
{
	const struct port *p = &k->port;
	u64 limit = min(k->zone_dma_limit + 1, (u64)p->lowmem_pa + p->lowmem_len);
	const struct port_bank *b = &p->bank[0];

	for (unsigned i = 1; i < p->nr_banks; i++)
		if (p->bank[i].pa < limit)
			b = &p->bank[i];
	*ret_start = b->pa;
	return limit > b->pa ? min(b->pa + b->len, ALIGN_DOWN(limit, (u64)SZ_1M))
			     : b->pa + b->len;
}

static bool has_default_area(const struct kernel *k)
{
	for (guint i = 0; i < k->reserved->len; i++) {
		const struct reserved_region *r =
			&g_array_index(k->reserved, struct reserved_region, i);

		if (r->use == REGION_CMA && r->node->is_default_cma)
			return true;
	}
	return false;
}

/*
 * At the end of what every device reaches: 16 MiB, but no more than a quarter of the
 * bank there; or as much as was asked for.
 */
static void place_cma(struct kernel *k)
{
	phys_addr_t start, end = last_for_all(k, &start);
	struct place_wish w = { .align = SZ_1M, .start = k->port.lowmem_pa, .end = end };
	phys_addr_t pa;

	k->cma_pa = end;
	if (has_default_area(k) || !(wants_cma(k) || k->config.cma_len))
		return;
	w.len = k->config.cma_len ? ALIGN(k->config.cma_len, (size_t)SZ_1M)
		: min((u64)CMA_DEFAULT_LEN, ALIGN_DOWN((end - start) / 4, (u64)SZ_1M));
	pa = w.len ? find_place(k, &w) : PHYS_ADDR_MAX;
	if (pa == PHYS_ADDR_MAX) {
		if (w.len)
			pr_err("cma: Failed to reserve %llu MiB\n",
			       (unsigned long long)w.len / SZ_1M);
		return;
	}
	reserve(k, pa, w.len)->use = REGION_CMA;
	mmu_want_pages(&k->port, pa, w.len);
}

/* The area that dma_alloc_coherent() takes from, where that is its strategy. */
static void set_default_area(struct kernel *k, struct cma *cma)
{
	k->dma_contiguous_default_area = cma;
	if (!wants_cma(k))
		return;
	k->cma_pa = cma->pa;
	k->cma_len = (u32)(cma->used.nr << PAGE_SHIFT);
}

static void add_area(struct kernel *k, const struct reserved_region *r)
{
	struct cma *cma = cma_add(k, r->node ? r->node->name : "reserved", r->pa, r->len);

	if (cma && (!r->node || r->node->is_default_cma))
		set_default_area(k, cma);
}

static bool is_one_zone(const struct kernel *k, const struct reserved_region *r)
{
	size_t first = (size_t)((r->pa - k->port.lowmem_pa) >> PAGE_SHIFT);

	return zone_type_of(k, first) ==
	       zone_type_of(k, first + (size_t)(r->len >> PAGE_SHIFT) - 1);
}

/* What cannot be an area is ordinary memory. */
static void add_areas(struct kernel *k)
{
	for (guint i = 0; i < k->reserved->len;) {
		const struct reserved_region *r =
			&g_array_index(k->reserved, struct reserved_region, i);

		if (r->use != REGION_CMA) {
			i++;
		} else if (is_one_zone(k, r)) {
			add_area(k, r);
			i++;
		} else {
			pr_err("CMA area %s could not be activated\n",
			       r->node ? r->node->name : "reserved");
			g_array_remove_index(k->reserved, i);
		}
	}
}

/* As large as that area, and in its place, unless the board has a default pool. */
static void place_carveout(struct kernel *k)
{
	phys_addr_t start, end = last_for_all(k, &start), pa;
	struct place_wish w = { .align = SZ_1M, .start = k->port.lowmem_pa, .end = end };

	if (k->config.coherent != COHERENT_CARVEOUT || reserved_default(k))
		return;
	w.len = min((u64)CMA_DEFAULT_LEN, ALIGN_DOWN((end - start) / 4, (u64)SZ_1M));
	pa = w.len ? find_place(k, &w) : PHYS_ADDR_MAX;
	if (pa != PHYS_ADDR_MAX)
		reserve_no_map(k, pa, w.len)->use = REGION_COHERENT;
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
	size_t len = PAGE_ALIGN(sizeof(struct mem_map) + k->nr_pages * sizeof(struct page));
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
	if (mprotect((void *)p, len, PROT_READ | PROT_WRITE))
		g_error("the host has no room for an array of pages");
	k->mem_map = (struct mem_map *)p;
	k->mem_map->kernel = k;
}

/* All of [@start, @end) that is not reserved, in whole pages. */
static void free_between(struct kernel *k, phys_addr_t start, phys_addr_t end)
{
	while (start < end) {
		const struct reserved_region *r = reserved_at(k, start, end - start);
		phys_addr_t stop = r ? max(start, ALIGN_DOWN(r->pa, (u64)PAGE_SIZE)) : end;

		if (start < stop)
			page_alloc_add(k, start, stop - start);
		start = r ? ALIGN(r->pa + r->len, (u64)PAGE_SIZE) : end;
	}
}

static void free_memory(struct kernel *k)
{
	const struct port *p = &k->port;

	for (unsigned i = 0; i < p->nr_banks; i++)
		free_between(k, p->bank[i].pa, p->bank[i].pa + p->bank[i].len);
	for (unsigned i = 0; i < k->nr_cma; i++)
		page_alloc_add(k, k->cma[i].pa, k->cma[i].used.nr << PAGE_SHIFT);
	k->nr_high_pages = k->nr_zone_free[ZONE_HIGHMEM] + k->nr_zone_cma_free[ZONE_HIGHMEM];
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

static u32 port_kmap_high_get(struct port *p, phys_addr_t pa)
{
	return port_va(kmap_high_get(kernel_page((struct kernel *)p, pa)));
}

static void port_kunmap_high(struct port *p, phys_addr_t pa)
{
	kunmap_high(kernel_page((struct kernel *)p, pa));
}

static bool init_port(struct port *p, struct machine *m, GError **error)
{
	const struct board *b = machine_board(m);

	g_assert(machine_nr_cpus(m) <= PORT_MAX_CPUS);
	p->machine = m;
	p->cpu0 = machine_cpu(m, 0);
	p->window = machine_window(m);
	port_read_core(p);
	p->alloc_table = alloc_table;
	p->free_table = free_table;
	INIT_LIST_HEAD(&p->spaces);
	p->kmap_high_get = port_kmap_high_get;
	p->kunmap_high = port_kunmap_high;
	return find_memory(p, b, error);
}

/* As low as a kernel's image would be, once all is known that must be in pages. */
static bool place_tables(struct kernel *k, GError **error)
{
	struct port *p = &k->port;
	struct place_wish w = {
		.len = mmu_boot_len(p), .align = SZ_16K, .start = p->lowmem_pa,
		.end = p->lowmem_pa + p->lowmem_len, .is_bottom_up = true,
	};

	p->boot_pa = find_place(k, &w);
	p->boot_len = (u32)w.len;
	if (p->boot_pa == PHYS_ADDR_MAX) {
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED, "%s: its reserved "
			    "memory leaves no room for page tables",
			    machine_board(p->machine)->file);
		return false;
	}
	reserve(k, p->boot_pa, p->boot_len);
	return true;
}

static bool place_all(struct kernel *k, GError **error)
{
	reserved_init(k);
	place_carveout(k);
	place_cma(k);
	return place_tables(k, error);
}

static size_t count_pages(const struct port *p)
{
	const struct port_bank *last = &p->bank[p->nr_banks - 1];

	return (size_t)((last->pa + last->len - p->lowmem_pa) >> PAGE_SHIFT);
}

/* Cores of one CPU, and those before ARMv7, have no port for masters that snoop. */
static bool has_snooping_port(const struct board *b)
{
	const struct board_cpu *cpu = g_ptr_array_index(b->cpus, 0);

	return cpu->part && cpu->part->arch == 7 && cpu->part->is_mp;
}

static bool check_strategy(const struct kernel *k, const struct board *b, GError **error)
{
	const char *why = NULL;

	if (k->config.coherent == COHERENT_HIGHMEM && !k->port.has_highmem)
		why = "the linear map has all memory that is in use, so there is no highmem";
	if (k->config.coherent == COHERENT_HARDWARE && !has_snooping_port(b))
		why = "its core has no port through which a master could snoop the caches";
	if (why)
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED, "%s: %s", b->file, why);
	return !why;
}

bool mm_init(struct kernel *k, struct machine *m, GError **error)
{
	if (!init_port(&k->port, m, error) || !check_strategy(k, machine_board(m), error))
		return false;
	k->zone_dma_limit = find_zone_dma_limit(machine_board(m));
	k->nr_pages = count_pages(&k->port);
	if (!place_all(k, error)) {
		reserved_done(k);
		return false;
	}
	map_pages_array(k);
	page_alloc_init(k);
	add_areas(k);
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
	cma_done(k);
	slab_caches_done(k);
	page_alloc_done(k);
	reserved_done(k);
	munmap(k->mem_map, MEM_MAP_ALIGN);
}
