/* SPDX-License-Identifier: MIT */
/* Memory: pages against a trivial twin, kmalloc, page-wise mappings, and every failure. */
#include <string.h>
#include <linux/io.h>
#include <linux/vmalloc.h>

#include "lib/mm/kernel.h"
#include "support/rig.h"

static struct kernel *kernel_of_rig(struct rig *rig)
{
	return rig->dev->kernel;
}

/* ---- pages ------------------------------------------------------------------------- */

/* The twin: one byte a page, and a search from the bottom. */
struct twin {
	uint8_t *is_used;
	size_t nr;
};

static bool twin_is_free(const struct twin *t, size_t idx, unsigned order)
{
	for (size_t i = 0; i < (size_t)1 << order; i++)
		if (idx + i >= t->nr || t->is_used[idx + i])
			return false;
	return true;
}

static void twin_set(struct twin *t, size_t idx, unsigned order, uint8_t is_used)
{
	memset(t->is_used + idx, is_used, (size_t)1 << order);
}

/* What is allocatable at boot, learned by taking it all and giving it back. */
static struct twin twin_new(struct kernel *k)
{
	struct twin t = { g_malloc(k->nr_pages), k->nr_pages };
	GPtrArray *all = g_ptr_array_new();
	struct page *page;

	memset(t.is_used, 1, t.nr);
	while ((page = alloc_page(GFP_HIGHUSER))) {
		twin_set(&t, page_idx(k, page), 0, 0);
		g_ptr_array_add(all, page);
	}
	assert_int_equal(k->nr_free_pages, 0);
	for (guint i = 0; i < all->len; i++)
		__free_page(g_ptr_array_index(all, i));
	g_ptr_array_free(all, TRUE);
	return t;
}

static void blocks_are_free_aligned_and_come_back(struct rig *rig)
{
	enum { NR = 400, MOVES = 20000 };
	struct kernel *k = kernel_of_rig(rig);
	struct twin t = twin_new(k);
	size_t nr_free = k->nr_free_pages;
	struct {
		struct page *page;
		unsigned order;
	} live[NR] = { { NULL, 0 } };
	g_autoptr(GRand) rand = g_rand_new_with_seed(42);

	for (int move = 0; move < MOVES; move++) {
		int i = g_rand_int_range(rand, 0, NR);
		unsigned order = (unsigned)g_rand_int_range(rand, 0, MAX_PAGE_ORDER + 1);
		size_t idx;

		if (live[i].page) {
			twin_set(&t, page_idx(k, live[i].page), live[i].order, 0);
			__free_pages(live[i].page, live[i].order);
			live[i].page = NULL;
			continue;
		}
		live[i].page = alloc_pages(GFP_HIGHUSER, order);
		live[i].order = order;
		if (!live[i].page) {
			for (idx = 0; idx < t.nr; idx += (size_t)1 << order)
				if (twin_is_free(&t, idx, order))
					fail_msg("order %u refused, but %zu is free", order, idx);
			continue;
		}
		idx = page_idx(k, live[i].page);
		if (idx & (((size_t)1 << order) - 1) || !twin_is_free(&t, idx, order))
			fail_msg("order %u at page %zu is not free or not aligned", order, idx);
		twin_set(&t, idx, order, 1);
	}
	for (int i = 0; i < NR; i++)
		if (live[i].page)
			__free_pages(live[i].page, live[i].order);
	assert_int_equal(k->nr_free_pages, nr_free);
	g_free(t.is_used);
}

/* Merging is complete: after any history the largest blocks are all there again. */
static void freed_memory_merges_into_the_largest_blocks(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	struct bits *blocks = &k->free[MAX_PAGE_ORDER];
	struct twin t;
	size_t before = 0, after = 0;

	for (size_t b = bits_next(blocks, 0); b < blocks->nr; b = bits_next(blocks, b + 1))
		before++;
	t = twin_new(k);
	for (size_t b = bits_next(blocks, 0); b < blocks->nr; b = bits_next(blocks, b + 1))
		after++;
	assert_true(before > 0);
	assert_int_equal(before, after);
	g_free(t.is_used);
}

static void of_equal_blocks_the_lowest_is_taken(struct rig *rig)
{
	struct page *page[8];

	for (int i = 0; i < 8; i++)
		page[i] = alloc_page(GFP_KERNEL);
	/* No two of them are buddies, so each stays a block of one page. */
	__free_page(page[6]);
	__free_page(page[1]);
	__free_page(page[4]);
	assert_ptr_equal(alloc_page(GFP_KERNEL), page[1]);
	assert_ptr_equal(alloc_page(GFP_KERNEL), page[4]);
	assert_ptr_equal(alloc_page(GFP_KERNEL), page[6]);
	(void)rig;
}

static void names_of_a_page_agree(struct rig *rig)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	char *p = page_address(page);

	assert_ptr_equal(virt_to_page(p + 5000), page + 1);
	assert_true(virt_to_phys(p + 5000) == page_to_phys(page) + 5000);
	assert_ptr_equal(phys_to_virt(page_to_phys(page) + 5000), p + 5000);
	assert_ptr_equal(pfn_to_page(page_to_pfn(page)), page);
	assert_true(pfn_valid(page_to_pfn(page)));
	assert_false(pfn_valid(0));
	assert_null(pfn_to_page(0));
	assert_null(virt_to_page(rig));
	assert_true(virt_to_phys(rig) == PHYS_ADDR_MAX);
	assert_true(virt_addr_valid(p));
	assert_int_equal((uint32_t)(uintptr_t)p - PAGE_OFFSET,
			 page_to_phys(page) - kernel_of_rig(rig)->port.lowmem_pa);
	__free_pages(page, 1);
}

static void wrong_frees_are_warnings_and_change_nothing(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	struct page *page = alloc_pages(GFP_KERNEL, 0);
	size_t nr_free;

	__free_page(page);
	nr_free = k->nr_free_pages;
	listens(rig);
	__free_page(page);
	expects_warning(rig, "that are not allocated");
	listens(rig);
	__free_page(k->mem_map->pages);		/* page tables and what is before them */
	expects_warning(rig, "that are not allocated");
	listens(rig);
	__free_page(kernel_page(k, k->cma_pa));
	expects_warning(rig, "that are not allocated");
	listens(rig);
	__free_pages(page, 99);
	expects_warning(rig, "freeing pages of order 99");
	assert_int_equal(k->nr_free_pages, nr_free);
}

static void references_keep_a_page(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	size_t nr_free = k->nr_free_pages;
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	get_page(page);
	put_page(page);
	assert_int_equal(k->nr_free_pages, nr_free - 4);
	put_page(page);
	assert_int_equal(k->nr_free_pages, nr_free);
}

static void exact_pages_give_the_excess_back(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	size_t nr_free = k->nr_free_pages;
	void *p = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);

	assert_int_equal(k->nr_free_pages, nr_free - 5);
	free_pages_exact(p, 5 * PAGE_SIZE);
	assert_int_equal(k->nr_free_pages, nr_free);
}

/* ---- kmalloc -------------------------------------------------------------------------- */

static void pieces_never_share_a_line_and_powers_of_two_are_aligned(struct rig *rig)
{
	for (size_t len = 1; len <= 70000; len += 1 + len / 7) {
		char *a = allocates(rig, len), *b = allocates(rig, len);

		assert_int_equal((uintptr_t)a % ARCH_DMA_MINALIGN, 0);
		assert_true(b >= a + len || a >= b + len);
		assert_true(ksize(a) >= len);
		kfree(a);
		kfree(b);
	}
	for (size_t len = 64; len <= SZ_4M; len *= 2) {
		char *p = allocates(rig, len);

		assert_int_equal((uintptr_t)p & (len - 1), 0);
		kfree(p);
	}
}

static void all_of_kmalloc_comes_back(struct rig *rig)
{
	enum { NR = 3000 };
	struct kernel *k = kernel_of_rig(rig);
	size_t nr_free = k->nr_free_pages;
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	void *p[NR];

	for (int i = 0; i < NR; i++)
		p[i] = kmalloc((size_t)g_rand_int_range(rand, 1, 9000), GFP_KERNEL);
	for (int i = 0; i < NR; i++)
		kfree(p[(i * 1237) % NR]);
	assert_int_equal(k->nr_free_pages, nr_free);
}

static void clearing_reaches_every_byte(struct rig *rig)
{
	char *p = kmalloc(3000, GFP_KERNEL);

	cpu_fills(rig, p, 3000, 1);
	kfree(p);
	assert_ptr_equal(kzalloc(3000, GFP_KERNEL), p);
	expects_cpu_zeros(rig, p, 3000);
	kfree_sensitive(p);
}

static void growing_keeps_the_bytes(struct rig *rig)
{
	char *p = allocates(rig, 100), *q;

	cpu_fills(rig, p, 100, 5);
	assert_ptr_equal(krealloc(p, 128, GFP_KERNEL), p);
	q = krealloc(p, 5000, GFP_KERNEL);
	assert_ptr_not_equal(q, p);
	expects_cpu_finds(rig, q, 100, 5);
	assert_ptr_equal(krealloc(q, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	q = krealloc(NULL, 10, GFP_KERNEL);
	assert_non_null(q);
	kfree(q);
}

static void odd_sizes_have_their_answers(struct rig *rig)
{
	assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	assert_null(kcalloc(SIZE_MAX, 2, GFP_KERNEL));
	assert_null(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1));
	listens(rig);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	expects_warning(rig, NULL);
}

static void wrong_kfrees_are_warnings(struct rig *rig)
{
	char *p = allocates(rig, 100), on_stack = 0;

	kmalloc(100, GFP_KERNEL);		/* so that p's page stays a slab */
	kfree(p);
	listens(rig);
	kfree(p);
	expects_warning(rig, "kfree() of what kmalloc() never gave");
	listens(rig);
	kfree(p + 1);
	expects_warning(rig, "kfree() of what kmalloc() never gave");
	listens(rig);
	kfree(&on_stack);
	expects_warning(rig, "kfree() of what kmalloc() never gave");
}

/* ---- page-wise mappings ------------------------------------------------------------------ */

static void scattered_pages_are_mapped_in_a_row(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	struct page *pages[3] = { block + 6, block + 1, block + 3 };
	char *p = vmap(pages, 3, VM_MAP, PAGE_KERNEL), byte;

	assert_non_null(p);
	assert_true(is_vmalloc_addr(p));
	cpu_fills(rig, p, 3 * PAGE_SIZE, 3);
	for (int i = 0; i < 3; i++) {
		struct translation t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p +
						     (uint32_t)i * (uint32_t)PAGE_SIZE, true);

		assert_int_equal(t.pa, page_to_phys(pages[i]));
	}
	vunmap(p);
	/* Neither the tables nor what the CPU remembers of them lead there. */
	assert_int_equal(cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, false).fault.kind,
			 FAULT_TRANSLATION);
	assert_false(cpu_load(rig->cpu, (uint32_t)(uintptr_t)p, &byte, 1, NULL));
	listens(rig);
	vunmap(p);
	expects_warning(rig, "vunmap() of what is not mapped");
	__free_pages(block, 3);
}

#define NR_TWICE	8

/* The pages of a block backwards, so that most change their colour. */
static char *map_again(struct page *block)
{
	struct page *pages[NR_TWICE];
	char *p;

	for (int i = 0; i < NR_TWICE; i++)
		pages[i] = block + NR_TWICE - 1 - i;
	p = vmap(pages, NR_TWICE, VM_MAP, PAGE_KERNEL);
	assert_non_null(p);
	return p;
}

static char *linear_of(struct page *block, int i)
{
	return (char *)page_address(block) + (NR_TWICE - 1 - i) * PAGE_SIZE;
}

/* Whatever L1D makes of virtual addresses. */
static void bytes_follow_a_page_into_a_mapping_and_back(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	char *p;

	for (int i = 0; i < NR_TWICE; i++)
		cpu_fills(rig, linear_of(block, i), PAGE_SIZE, (unsigned)i);
	p = map_again(block);
	for (int i = 0; i < NR_TWICE; i++) {
		expects_cpu_finds(rig, p + i * PAGE_SIZE, PAGE_SIZE, (unsigned)i);
		cpu_fills(rig, p + i * PAGE_SIZE, PAGE_SIZE, (unsigned)i + 1);
	}
	vunmap(p);
	for (int i = 0; i < NR_TWICE; i++)
		expects_cpu_finds(rig, linear_of(block, i), PAGE_SIZE, (unsigned)i + 1);
	__free_pages(block, 3);
}

/* How many of the pages show the old byte at one address after a store at the other. */
static int nr_stale(struct rig *rig, struct page *block, const char *p)
{
	int nr = 0;

	for (int i = 0; i < NR_TWICE; i++) {
		char *linear = linear_of(block, i), byte;

		cpu_holds(rig, linear, 16);
		cpu_holds(rig, p + i * PAGE_SIZE, 16);
		cpu_writes(rig, (char *)(uintptr_t)p + i * PAGE_SIZE, "new");
		assert_true(cpu_load(rig->cpu, (uint32_t)(uintptr_t)linear, &byte, 1, NULL));
		nr += byte != 'n';
	}
	return nr;
}

static void two_addresses_of_a_page_are_one_where_l1_is_physical(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	char *p = map_again(block);
	int nr = nr_stale(rig, block, p);

	if (rig->on->is & ON_ALIASING)
		assert_in_range(nr, rig->on->is & ON_V5 ? NR_TWICE : NR_TWICE / 2, NR_TWICE);
	else
		assert_int_equal(nr, 0);
	vunmap(p);
	__free_pages(block, 3);
}

static void vmalloc_is_used_up_and_comes_back(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	void *p = vmalloc(100 * PAGE_SIZE - 5);
	size_t nr_free;

	assert_non_null(p);
	vfree(p);
	nr_free = k->nr_free_pages;		/* page tables stay */
	p = vzalloc(100 * PAGE_SIZE);
	expects_cpu_zeros(rig, p, 100 * PAGE_SIZE);
	assert_int_equal(k->nr_free_pages, nr_free - 100);
	vfree(p);
	assert_int_equal(k->nr_free_pages, nr_free);
	assert_null(vmalloc(0));
	assert_null(vmalloc(SZ_4G));
	listens(rig);
	vfree(p);
	expects_warning(rig, "vfree() of what vmalloc() never gave");
}

static void areas_leave_a_guard_page_and_reuse_gaps(struct rig *rig)
{
	char *a = vmalloc(PAGE_SIZE), *b = vmalloc(PAGE_SIZE), *c = vmalloc(PAGE_SIZE);

	assert_ptr_equal(b, a + 2 * PAGE_SIZE);
	assert_ptr_equal(c, b + 2 * PAGE_SIZE);
	vfree(b);
	assert_true((char *)vmalloc(2 * PAGE_SIZE) > c);
	assert_ptr_equal(vmalloc(PAGE_SIZE), b);
	(void)rig;
}

static void registers_are_mapped_as_device_memory_and_ram_is_refused(struct rig *rig)
{
	bool is_v5 = rig->on->is & ON_V5;
	char *p = ioremap(0x10000123, 8);
	struct translation t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, true);

	assert_int_equal(t.fault.kind, FAULT_NONE);
	assert_int_equal(t.attrs.type, is_v5 ? MEM_STRONGLY_ORDERED : MEM_DEVICE);
	assert_int_equal(t.pa | ((uintptr_t)p & 0xfff), 0x10000123);
	iounmap(p);
	p = ioremap_wc(0x10000000, SZ_8K);
	t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p + 4096, true);
	assert_int_equal(t.attrs.type, is_v5 ? MEM_DEVICE : MEM_NORMAL);
	assert_int_equal(t.attrs.inner, CACHE_NONE);
	iounmap(p);
	assert_null(ioremap(0x10000000, 0));
	listens(rig);
	assert_null(ioremap(virt_to_phys(allocates(rig, 64)), 64));
	expects_warning(rig, "ioremap() of memory");
}

static void a_register_that_nobody_answers_for_is_a_warning_and_ones(struct rig *rig)
{
	char *p = ioremap(0x10000000, 8);

	listens(rig);
	assert_int_equal(readl(p), 0xffffffff);
	expects_warning(rig, "external abort on a 4-byte load");
	listens(rig);
	writel(1, p);
	expects_warning(rig, "external abort on a 4-byte store");
	iounmap(p);
}

/* ---- every failure -------------------------------------------------------------------------- */

static void *try_kmalloc(struct rig *rig)
{
	return kmalloc(100, GFP_KERNEL);
}

static void *try_large(struct rig *rig)
{
	return kmalloc(100000, GFP_KERNEL);
}

static void *try_vmalloc(struct rig *rig)
{
	return vmalloc(5 * PAGE_SIZE);
}

static void *try_ioremap(struct rig *rig)
{
	return ioremap(0x10000000, 64);
}

static void *try_pages(struct rig *rig)
{
	return (void *)get_zeroed_page(GFP_KERNEL);
}

static void undo_iounmap(const void *p)
{
	iounmap((void *)(uintptr_t)p);
}

static void undo_page(const void *p)
{
	free_page((unsigned long)p);
}

static const struct {
	const char *name;
	void *(*try)(struct rig *rig);
	void (*undo)(const void *p);
} attempts[] = {
	{ "kmalloc", try_kmalloc, kfree }, { "large kmalloc", try_large, kfree },
	{ "vmalloc", try_vmalloc, vfree }, { "ioremap", try_ioremap, undo_iounmap },
	{ "page", try_pages, undo_page },
};

/* The n-th allocation fails, for every n until none does: NULL each time, no page lost. */
static void every_failure_is_null_and_leaks_nothing(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);

	for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++) {
		size_t nr_free;
		unsigned nth = 0;
		void *p = attempts[i].try(rig);

		attempts[i].undo(p);		/* page tables exist from now on */
		nr_free = k->nr_free_pages;
		do {
			harness_fail_allocation(rig->h, ++nth);
			p = attempts[i].try(rig);
			if (!p && k->nr_free_pages != nr_free)
				fail_msg("%s: failing allocation %u leaks", attempts[i].name, nth);
		} while (!p);
		harness_fail_allocation(rig->h, 0);
		if (nth < 2)
			fail_msg("%s: nothing to fail", attempts[i].name);
		attempts[i].undo(p);
	}
}

static void a_first_mapping_fails_where_its_page_table_does(struct rig *rig)
{
	size_t nr_free = kernel_of_rig(rig)->nr_free_pages;

	bool is_mapped = rig->on->is & (ON_PL310 | ON_AURORA) || machine_iommu(rig->m, 0);

	/* The area, then the table; registers of an outer cache, or an IOMMU, have made one. */
	harness_fail_allocation(rig->h, 2);
	if (is_mapped)
		assert_non_null(ioremap(0x10000000, 64));
	else
		assert_null(ioremap(0x10000000, 64));
	assert_int_equal(kernel_of_rig(rig)->nr_free_pages, nr_free);
	harness_fail_allocation(rig->h, 0);
}

static const struct rig_test tests[] = {
	/*                                                             needs     never */
	TEST_ON(blocks_are_free_aligned_and_come_back,                 ON_PL310 | ON_OVERRIDE, 0),
	TEST_ON(blocks_are_free_aligned_and_come_back,                 ON_UP,    0),
	TEST_ON(freed_memory_merges_into_the_largest_blocks,           0,        0),
	TEST_ON(of_equal_blocks_the_lowest_is_taken,                   0,        0),
	TEST_ON(names_of_a_page_agree,                                 0,        0),
	TEST_ON(wrong_frees_are_warnings_and_change_nothing,           ON_UP,    0),
	TEST_ON(references_keep_a_page,                                ON_UP,    0),
	TEST_ON(exact_pages_give_the_excess_back,                      ON_UP,    0),
	TEST_ON(pieces_never_share_a_line_and_powers_of_two_are_aligned, ON_UP,  0),
	TEST_ON(all_of_kmalloc_comes_back,                             ON_UP,    0),
	TEST_ON(clearing_reaches_every_byte,                           0,        0),
	TEST_ON(growing_keeps_the_bytes,                               0,        0),
	TEST_ON(odd_sizes_have_their_answers,                          ON_UP,    0),
	TEST_ON(wrong_kfrees_are_warnings,                             ON_UP,    0),
	TEST_ON(scattered_pages_are_mapped_in_a_row,                   0,        0),
	TEST_ON(bytes_follow_a_page_into_a_mapping_and_back,           0,        0),
	TEST_ON(two_addresses_of_a_page_are_one_where_l1_is_physical,  0,        0),
	TEST_ON(vmalloc_is_used_up_and_comes_back,                     0,        0),
	TEST_ON(areas_leave_a_guard_page_and_reuse_gaps,               ON_UP,    0),
	TEST_ON(registers_are_mapped_as_device_memory_and_ram_is_refused, 0,     0),
	TEST_ON(a_register_that_nobody_answers_for_is_a_warning_and_ones, 0,     0),
	TEST_ON(every_failure_is_null_and_leaks_nothing,               0,        0),
	TEST_ON(a_first_mapping_fails_where_its_page_table_does,       0,        0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
