/* SPDX-License-Identifier: MIT */
/*
 * Memory that is spoken for before the allocator gets any.
 *
 *	reg           where the tree says, all of them first, in the tree's order
 *	size          a place is found: as high as it goes in the first of alloc-ranges
 *	              that has one; as low, where the range begins at a reserved region
 *	no-map        leaves the linear map; what is left of its MiBs is mapped in pages
 *
 * What Linux refuses to make anything of it gives back to the allocator: a pool that is
 * reusable and no-map, a CMA area that is not whole 4 MiB, coherent memory that is
 * mapped.
 *
 * Linux: drivers/of/of_reserved_mem.c, mm/memblock.c; the init functions in
 * kernel/dma/{coherent,contiguous,swiotlb}.c.
 */
#include "kernel.h"

#define CMA_MIN_ALIGNMENT	(PAGE_SIZE << MAX_PAGE_ORDER)	/* a page block */

static struct reserved_region *region_nr(const struct kernel *k, guint i)
{
	return &g_array_index(k->reserved, struct reserved_region, i);
}

/* ---- the list ---------------------------------------------------- */

struct reserved_region *reserve(struct kernel *k, phys_addr_t pa, u64 len)
{
	struct reserved_region r = { .pa = ALIGN_DOWN(pa, (u64)PAGE_SIZE) };

	r.len = ALIGN(pa + len, (u64)PAGE_SIZE) - r.pa;
	g_array_append_val(k->reserved, r);
	return region_nr(k, k->reserved->len - 1);
}

struct reserved_region *reserved_at(const struct kernel *k, phys_addr_t pa, u64 len)
{
	struct reserved_region *first = NULL;

	for (guint i = 0; i < k->reserved->len; i++) {
		struct reserved_region *r = region_nr(k, i);

		if (r->pa < pa + len && pa < r->pa + r->len && (!first || r->pa < first->pa))
			first = r;
	}
	return first;
}

struct reserved_region *reserved_of(const struct kernel *k, const struct board_reserved *node)
{
	for (guint i = 0; node && i < k->reserved->len; i++)
		if (region_nr(k, i)->node == node)
			return region_nr(k, i);
	return NULL;
}

/* ---- places ---------------------------------------------------- */

static phys_addr_t lowest_in(const struct kernel *k, const struct place_wish *w, phys_addr_t start,
			     phys_addr_t end)
{
	const struct reserved_region *r;
	phys_addr_t pa = ALIGN(start, w->align);

	while (pa + w->len <= end) {
		r = reserved_at(k, pa, w->len);
		if (!r)
			return pa;
		pa = ALIGN(r->pa + r->len, w->align);
	}
	return PHYS_ADDR_MAX;
}

static phys_addr_t highest_in(const struct kernel *k, const struct place_wish *w,
			      phys_addr_t start, phys_addr_t end)
{
	const struct reserved_region *r;

	while (end >= start + w->len) {
		phys_addr_t pa = ALIGN_DOWN(end - w->len, w->align);

		if (pa < start)
			break;
		r = reserved_at(k, pa, w->len);
		if (!r)
			return pa;
		end = r->pa;
	}
	return PHYS_ADDR_MAX;
}

phys_addr_t find_place(const struct kernel *k, const struct place_wish *w)
{
	const struct port *p = &k->port;

	for (unsigned i = 0; i < p->nr_banks; i++) {
		const struct port_bank *b = &p->bank[w->is_bottom_up ? i : p->nr_banks - 1 - i];
		phys_addr_t start = max(b->pa, w->start), end = min(b->pa + b->len, w->end);
		phys_addr_t pa = w->is_bottom_up ? lowest_in(k, w, start, end)
						 : highest_in(k, w, start, end);

		if (pa != PHYS_ADDR_MAX)
			return pa;
	}
	return PHYS_ADDR_MAX;
}

/* ---- what becomes of a node ---------------------------------------------------- */

static unsigned long mib_of(u64 len)
{
	return (unsigned long)(len / SZ_1M);
}

static bool find_pool_use(const struct kernel *k, struct reserved_region *r)
{
	const struct board_reserved *n = r->node;

	if (n->is_reusable && !n->is_no_map) {
		r->use = REGION_CMA;
		if (n->is_default_cma && k->config.cma_len) {
			pr_err("Reserved memory: bypass %s node, using cmdline CMA params "
			       "instead\n", n->name);
			return false;
		}
		if (IS_ALIGNED(r->pa | r->len, CMA_MIN_ALIGNMENT))
			return port_is_ram(&k->port, r->pa, r->len);
		pr_err("Reserved memory: incorrect alignment of CMA region\n");
		return false;
	}
	r->use = REGION_COHERENT;
	if (!n->is_no_map)
		pr_err("Reserved memory: regions without no-map are not yet supported\n");
	return n->is_no_map && !n->is_reusable;
}

/* False: its own kind refuses it. */
static bool find_use(const struct kernel *k, struct reserved_region *r)
{
	const struct board_reserved *n = r->node;

	switch (n->kind) {
	case RESERVED_SHARED_POOL:
		return find_pool_use(k, r);
	case RESERVED_RESTRICTED_POOL:
		r->use = REGION_RESTRICTED;
		return !n->is_reusable && !n->is_default_cma && !n->is_default_dma &&
		       !n->is_no_map && port_is_ram(&k->port, r->pa, r->len);
	default:
		return true;
	}
}

/* All uses are found once all places are: whoever refuses leaves no hole for others. */
static void find_uses(struct kernel *k)
{
	for (guint i = 0; i < k->reserved->len;) {
		struct reserved_region *r = region_nr(k, i);

		if (!r->node || find_use(k, r)) {
			i++;
			continue;
		}
		pr_info("node %s compatible matching fail\n", r->node->name);
		g_array_remove_index(k->reserved, i);
	}
}

/* ---- nodes with a place ---------------------------------------------------- */

static bool is_in_use(const struct port *p, phys_addr_t pa, u64 len)
{
	for (unsigned i = 0; i < p->nr_banks; i++)
		if (pa < p->bank[i].pa + p->bank[i].len && p->bank[i].pa < pa + len)
			return true;
	return false;
}

/* Of several places the first is what the node stands for. */
static void take_places(struct kernel *k, const struct board_reserved *n)
{
	for (guint i = 0; i < n->places->len; i++) {
		const struct board_bank *at = &g_array_index(n->places, struct board_bank, i);
		struct reserved_region *r;

		if (n->is_no_map && is_in_use(&k->port, at->pa, at->len) &&
		    reserved_at(k, at->pa, at->len)) {
			pr_err("Reserved memory: failed to reserve memory for node '%s': base "
			       "%#llx, size %lu MiB\n", n->name, (unsigned long long)at->pa,
			       mib_of(at->len));
			continue;
		}
		r = reserve(k, at->pa, at->len);
		r->no_map = n->is_no_map;
		r->node = i ? NULL : n;
	}
}

/* ---- nodes that want one ---------------------------------------------------- */

/* Next to what is reserved already, so that what is free stays in one piece. */
static bool grows_upwards(const struct kernel *k, const struct board_bank *window)
{
	bool is_bottom_up = false, is_top_down = false;
	phys_addr_t end = window->pa + window->len;

	for (guint i = 0; i < k->reserved->len; i++) {
		const struct reserved_region *r = region_nr(k, i);

		is_bottom_up |= window->pa >= r->pa && window->pa <= r->pa + r->len;
		is_top_down |= end >= r->pa && end <= r->pa + r->len;
	}
	return is_bottom_up && !is_top_down;
}

static phys_addr_t place_in_windows(const struct kernel *k, const struct board_reserved *n,
				    struct place_wish *w)
{
	phys_addr_t pa = PHYS_ADDR_MAX;

	if (!n->windows->len)
		return find_place(k, w);
	for (guint i = 0; i < n->windows->len && pa == PHYS_ADDR_MAX; i++) {
		const struct board_bank *window =
			&g_array_index(n->windows, struct board_bank, i);

		w->start = window->pa;
		w->end = window->pa + window->len;
		w->is_bottom_up = grows_upwards(k, window);
		pa = find_place(k, w);
	}
	return pa;
}

static void find_place_for(struct kernel *k, const struct board_reserved *n)
{
	struct place_wish w = {
		.len = n->len, .align = max(n->alignment, (u64)PAGE_SIZE), .end = PHYS_ADDR_MAX,
	};
	struct reserved_region *r;
	phys_addr_t pa;

	if (n->kind == RESERVED_SHARED_POOL && n->is_reusable && !n->is_no_map)
		w.align = max(w.align, (u64)CMA_MIN_ALIGNMENT);
	pa = place_in_windows(k, n, &w);
	if (pa == PHYS_ADDR_MAX) {
		pr_err("failed to allocate memory for node '%s': size %lu MiB\n", n->name,
		       mib_of(n->len));
		return;
	}
	r = reserve(k, pa, n->len);
	r->no_map = n->is_no_map;
	r->node = n;
}

/* ---- what is no longer mapped ---------------------------------------------------- */

static void add_bank(struct port *p, phys_addr_t start, phys_addr_t end)
{
	if (start < end && !WARN(p->nr_banks == PORT_MAX_BANKS, "more than %d pieces of memory",
				 PORT_MAX_BANKS))
		p->bank[p->nr_banks++] = (struct port_bank){ start, end - start };
}

/* What [@pa, @end) leaves of each bank. */
static void cut_out(struct port *p, phys_addr_t pa, phys_addr_t end)
{
	struct port_bank old[PORT_MAX_BANKS];
	unsigned nr = p->nr_banks;

	memcpy(old, p->bank, nr * sizeof(*old));
	p->nr_banks = 0;
	for (unsigned i = 0; i < nr; i++) {
		phys_addr_t last = old[i].pa + old[i].len;

		add_bank(p, old[i].pa, min(last, pa));
		add_bank(p, max(old[i].pa, end), last);
		if (pa >= last || end <= old[i].pa)
			continue;
		mmu_want_pages(p, pa, !IS_ALIGNED(pa, SZ_1M));
		mmu_want_pages(p, end, !IS_ALIGNED(end, SZ_1M));
	}
}

struct reserved_region *reserve_no_map(struct kernel *k, phys_addr_t pa, u64 len)
{
	struct reserved_region *r = reserve(k, pa, len);

	r->no_map = true;
	cut_out(&k->port, r->pa, r->pa + r->len);
	return r;
}

/* The one without a node is the library's own; the board's counts for more. */
struct reserved_region *reserved_default(const struct kernel *k)
{
	struct reserved_region *found = NULL;

	for (guint i = 0; i < k->reserved->len; i++) {
		struct reserved_region *r = region_nr(k, i);

		if (r->use == REGION_COHERENT && (!r->node || r->node->is_default_dma) &&
		    (!found || r->node))
			found = r;
	}
	return found;
}

/* ---- boot ---------------------------------------------------- */

static void take_nodes(struct kernel *k, bool have_places)
{
	const struct board *b = machine_board(k->port.machine);

	for (guint i = 0; b->reserved && i < b->reserved->len; i++) {
		const struct board_reserved *n = g_ptr_array_index(b->reserved, i);

		if (n->is_disabled || (n->places->len != 0) != have_places)
			continue;
		if (have_places)
			take_places(k, n);
		else if (n->len)
			find_place_for(k, n);
	}
}

void reserved_init(struct kernel *k)
{
	k->reserved = g_array_new(FALSE, FALSE, sizeof(struct reserved_region));
	take_nodes(k, true);
	take_nodes(k, false);
	find_uses(k);
	for (guint i = 0; i < k->reserved->len; i++) {
		const struct reserved_region *r = region_nr(k, i);

		if (r->no_map)
			cut_out(&k->port, r->pa, r->pa + r->len);
		else if (r->use == REGION_CMA)
			mmu_want_pages(&k->port, r->pa, r->len);
	}
}

void reserved_done(struct kernel *k)
{
	g_array_free(k->reserved, TRUE);
}
