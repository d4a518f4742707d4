/* SPDX-License-Identifier: MIT */
/* Memory beyond the linear map: who gets it, and how anyone reaches it. */
#include <string.h>
#include <linux/highmem.h>
#include <linux/vmalloc.h>

#include "lib/mm/kernel.h"
#include "support/big-boards.h"

static struct kernel *kernel_of_rig(const struct rig *rig)
{
	return rig->dev->kernel;
}

static struct page *allocates_high(struct rig *rig)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	assert_non_null(page);
	assert_true(PageHighMem(page));
	(void)rig;
	return page;
}

/* ---- who gets it ------------------------------------------------------------------- */

static void a_page_beyond_lowmem_has_no_address(struct rig *rig)
{
	struct page *page = allocates_high(rig);

	assert_null(page_address(page));
	assert_true(page_to_phys(page) >= 0xb0000000u);
	assert_ptr_equal(pfn_to_page(page_to_pfn(page)), page);
	assert_null(phys_to_virt(page_to_phys(page)));
	__free_page(page);
}

static void who_wants_an_address_gets_lowmem(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long va = __get_free_page(GFP_HIGHUSER);

	assert_false(PageHighMem(page));
	assert_true(virt_addr_valid((void *)va));
	assert_true((u32)va < (u32)(uintptr_t)high_memory);
	free_page(va);
	__free_page(page);
	(void)rig;
}

static void kmalloc_never_gives_highmem(struct rig *rig)
{
	void *p;

	listens(rig);
	p = kmalloc(SZ_64K, GFP_HIGHUSER);
	assert_true(virt_addr_valid(p));
	kfree(p);
	expects_warning(rig, "kmalloc() from highmem");
}

/* Largest blocks of all that is free to @gfp, to be given back. */
static GPtrArray *takes_all(gfp_t gfp)
{
	GPtrArray *blocks = g_ptr_array_new();
	struct page *page;

	while ((page = alloc_pages(gfp, MAX_PAGE_ORDER)))
		g_ptr_array_add(blocks, page);
	return blocks;
}

static void gives_back(GPtrArray *blocks)
{
	for (guint i = 0; i < blocks->len; i++)
		__free_pages(g_ptr_array_index(blocks, i), MAX_PAGE_ORDER);
	g_ptr_array_free(blocks, TRUE);
}

static void highmem_is_taken_first_and_lowmem_when_it_is_gone(struct rig *rig)
{
	GPtrArray *blocks = takes_all(GFP_HIGHUSER);
	bool was_high = true;
	guint nr_high = 0;

	for (guint i = 0; i < blocks->len; i++) {
		bool is_high = PageHighMem(g_ptr_array_index(blocks, i));

		assert_true(was_high || !is_high);
		was_high = is_high;
		nr_high += is_high;
	}
	assert_int_equal(nr_high, totalhigh_pages() >> MAX_PAGE_ORDER);
	assert_true(nr_high < blocks->len);
	gives_back(blocks);
}

static void highmem_is_left_when_lowmem_is_exhausted(struct rig *rig)
{
	unsigned long nr_high = nr_free_highpages();
	GPtrArray *blocks = takes_all(GFP_KERNEL), *pages = g_ptr_array_new();
	struct page *page;

	while ((page = alloc_page(GFP_KERNEL)))
		g_ptr_array_add(pages, page);
	assert_null(kmalloc(64, GFP_KERNEL));
	assert_int_equal(nr_free_highpages(), nr_high);
	__free_page(allocates_high(rig));
	for (guint i = 0; i < pages->len; i++)
		__free_page(g_ptr_array_index(pages, i));
	g_ptr_array_free(pages, TRUE);
	gives_back(blocks);
}

static void a_cleared_page_reads_as_zeros(struct rig *rig)
{
	struct page *page = alloc_pages(GFP_HIGHUSER, 1);
	u8 bytes[16];

	memset_page(page + 1, 0, 0xa5, PAGE_SIZE);
	__free_pages(page, 1);
	assert_ptr_equal(alloc_pages(GFP_HIGHUSER | __GFP_ZERO, 1), page);
	memcpy_from_page((char *)bytes, page + 1, PAGE_SIZE - 16, 16);
	for (int i = 0; i < 16; i++)
		assert_int_equal(bytes[i], 0);
	__free_pages(page, 1);
	(void)rig;
}

/* ---- kmap -------------------------------------------------------------------------- */

static void kmap_gives_it_an_address_that_all_cpus_share(struct rig *rig)
{
	struct page *page = allocates_high(rig);
	char *p = kmap(page);

	assert_ptr_equal(page_address(page), p);
	assert_ptr_equal(kmap_to_page(p + 100), page);
	assert_null(virt_to_page(p));
	cpu_writes(rig, p, "from cpu 0");
	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++) {
		struct cpu *before = cpu_enter(machine_cpu(rig->m, i));
		char got[11] = "";

		assert_true(cpu_load(machine_cpu(rig->m, i), (u32)(uintptr_t)p, got, 10, NULL));
		assert_string_equal(got, "from cpu 0");
		cpu_enter(before);
	}
	kunmap(page);
	__free_page(page);
}

static void kmap_of_lowmem_is_its_own_address(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL);

	assert_ptr_equal(kmap(page), page_address(page));
	kunmap(page);
	assert_ptr_equal(kmap_local_page(page), page_address(page));
	kunmap_local(page_address(page));
	__free_page(page);
	(void)rig;
}

static void kmap_counts_its_users(struct rig *rig)
{
	struct page *page = allocates_high(rig);
	char *p = kmap(page);

	assert_ptr_equal(kmap(page), p);
	kunmap(page);
	kmap_flush_unused();
	assert_ptr_equal(page_address(page), p);
	kunmap(page);
	/* Nobody uses it, but it stays until the unused ones are flushed. */
	assert_ptr_equal(kmap_high_get(page), p);
	kunmap_high(page);
	kmap_flush_unused();
	assert_null(page_address(page));
	assert_null(kmap_high_get(page));
	assert_false(cpu_load(rig->cpu, (u32)(uintptr_t)p, &(char){ 0 }, 1, NULL));
	__free_page(page);
}

static void bytes_survive_from_one_kmap_to_the_next(struct rig *rig)
{
	struct page *page = allocates_high(rig);
	char *p = kmap_local_page(page);

	cpu_writes(rig, p, "remember");
	kunmap_local(p + 5);
	p = kmap(page);
	expects_cpu_reads(rig, p, "remember");
	cpu_writes(rig, p, "and this");
	kunmap(page);
	kmap_flush_unused();
	p = kmap_local_page(page);
	expects_cpu_reads(rig, p, "and this");
	kunmap_local(p);
	__free_page(page);
}

static void kmap_goes_round_and_takes_back_what_is_unused(struct rig *rig)
{
	struct page *pages = alloc_pages(GFP_HIGHUSER, MAX_PAGE_ORDER);
	char *kept = kmap(pages);

	cpu_writes(rig, kept, "kept");
	for (unsigned i = 1; i <= LAST_PKMAP; i++) {
		assert_non_null(kmap(pages + i));
		kunmap(pages + i);
	}
	assert_null(page_address(pages + 1));
	assert_non_null(page_address(pages + LAST_PKMAP));
	assert_ptr_equal(page_address(pages), kept);
	expects_cpu_reads(rig, kept, "kept");
	kunmap(pages);
	__free_pages(pages, MAX_PAGE_ORDER);
}

static void the_513th_kmap_is_refused_with_a_warning(struct rig *rig)
{
	struct page *page = alloc_pages(GFP_HIGHUSER, MAX_PAGE_ORDER);

	for (unsigned i = 0; i < LAST_PKMAP; i++)
		assert_non_null(kmap(page + i));
	listens(rig);
	assert_null(kmap(page + LAST_PKMAP));
	expects_warning(rig, "all 512 places are in use");
	kunmap(page + 7);
	assert_non_null(kmap(page + LAST_PKMAP));
	kunmap(page + LAST_PKMAP);
	for (unsigned i = 0; i < LAST_PKMAP; i++)
		if (i != 7)
			kunmap(page + i);
	__free_pages(page, MAX_PAGE_ORDER);
}

static void one_kunmap_too_many_is_a_warning(struct rig *rig)
{
	struct page *page = allocates_high(rig);

	kmap(page);
	kunmap(page);
	listens(rig);
	kunmap(page);
	expects_warning(rig, "kunmap() of a page that is not mapped");
	__free_page(page);
}

static void kmap_local_is_a_stack_of_sixteen(struct rig *rig)
{
	struct page *page = alloc_pages(GFP_HIGHUSER, 5);
	char *p[KM_MAX_IDX];

	for (unsigned i = 0; i < KM_MAX_IDX; i++) {
		p[i] = kmap_local_page(page + i);
		cpu_writes(rig, p[i], "x");
		assert_ptr_equal(kmap_to_page(p[i]), page + i);
		assert_null(page_address(page + i));
	}
	listens(rig);
	assert_null(kmap_local_page(page + KM_MAX_IDX));
	expects_warning(rig, "16 pages are mapped already");
	listens(rig);
	kunmap_local(p[3]);
	expects_warning(rig, "not what was mapped last");
	for (unsigned i = KM_MAX_IDX; i--;)
		kunmap_local(p[i]);
	assert_false(cpu_load(rig->cpu, (u32)(uintptr_t)p[0], &(char){ 0 }, 1, NULL));
	__free_pages(page, 5);
}

/* The slot has another page now: an old translation must not answer. */
static void a_slot_that_is_used_again_shows_the_new_page(struct rig *rig)
{
	struct page *a = allocates_high(rig), *b = allocates_high(rig);
	char *p = kmap_local_page(a), *again;

	cpu_writes(rig, p, "page a");
	kunmap_local(p);
	again = kmap_local_page(b);
	assert_ptr_equal(again, p);
	cpu_writes(rig, again, "page b");
	kunmap_local(again);
	p = kmap_local_pfn(page_to_pfn(a));
	expects_cpu_reads(rig, p, "page a");
	kunmap_local(p);
	__free_page(b);
	__free_page(a);
}

static void pages_are_copied_and_set_wherever_they_are(struct rig *rig)
{
	struct page *high = allocates_high(rig), *low = alloc_page(GFP_KERNEL);
	char text[6] = "";

	cpu_writes(rig, (char *)page_address(low) + 4000, "bytes");
	copy_highpage(high, low);
	memcpy_from_page(text, high, 4000, 5);
	assert_string_equal(text, "bytes");
	memcpy_to_page(high, 4001, "ITE", 3);
	zero_user(high, 0, 4000);
	copy_highpage(low, high);
	expects_cpu_reads(rig, (char *)page_address(low) + 4000, "bITEs");
	expects_cpu_zeros(rig, page_address(low), 4000);
	listens(rig);
	memset_page(high, PAGE_SIZE - 1, 1, 2);
	expects_warning(rig, "are not in one page");
	__free_page(low);
	__free_page(high);
}

/* ---- longer ------------------------------------------------------------------------- */

static void vmap_makes_one_buffer_of_high_and_low_pages(struct rig *rig)
{
	struct page *pages[3] = { allocates_high(rig), alloc_page(GFP_KERNEL),
				  allocates_high(rig) };
	char *p;

	memcpy_to_page(pages[2], 0, "from before", 11);
	p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	assert_non_null(p);
	expects_cpu_reads(rig, p + 2 * PAGE_SIZE, "from before");
	cpu_fills(rig, p, 3 * PAGE_SIZE, 9);
	expects_cpu_finds(rig, p, 3 * PAGE_SIZE, 9);
	vunmap(p);
	p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	expects_cpu_finds(rig, p, 3 * PAGE_SIZE, 9);
	vunmap(p);
	for (int i = 0; i < 3; i++)
		__free_page(pages[i]);
}

static void vmalloc_lives_in_highmem(struct rig *rig)
{
	unsigned long nr_free = nr_free_highpages();
	char *p = vzalloc(SZ_64K);

	assert_int_equal(nr_free_highpages(), nr_free - 16);
	expects_cpu_zeros(rig, p, SZ_64K);
	cpu_fills(rig, p, SZ_64K, 3);
	expects_cpu_finds(rig, p, SZ_64K, 3);
	vfree(p);
	assert_int_equal(nr_free_highpages(), nr_free);
}

/* ---- where there is none --------------------------------------------------------------- */

/* Linux gives highmem up where a page's lines depend on where it is mapped. */
static void caches_with_aliases_go_without_highmem(void **state)
{
	static const struct platform on = {
		"arm1176-2g", "a9-pl310-2g", 0, .cpu = "arm1176jzf-s,cpus=1,outer=0,l1d=32K",
	};
	struct rig *rig = rig_new(&on, CHOOSER_NOMINAL, 0);

	assert_int_equal(totalhigh_pages(), 0);
	assert_null(pfn_to_page(PHYS_PFN(0xb0000000u)));
	assert_non_null(pfn_to_page(PHYS_PFN(0xb0000000u) - 1));
	assert_int_equal(kernel_of_rig(rig)->port.lowmem_len, 768 * SZ_1M);
	assert_false(PageHighMem(alloc_page(GFP_HIGHUSER)));
	rig_free(rig);
}

static const struct rig_test tests[] = {
	/*                                                       needs   never */
	TEST_ON(a_page_beyond_lowmem_has_no_address,             0,      0),
	TEST_ON(who_wants_an_address_gets_lowmem,                0,      0),
	TEST_ON(kmalloc_never_gives_highmem,                     0,      0),
	TEST_ON(highmem_is_taken_first_and_lowmem_when_it_is_gone, 0,    0),
	TEST_ON(highmem_is_left_when_lowmem_is_exhausted,        0,      0),
	TEST_ON(a_cleared_page_reads_as_zeros,                   0,      0),
	TEST_ON(kmap_gives_it_an_address_that_all_cpus_share,    0,      0),
	TEST_ON(kmap_of_lowmem_is_its_own_address,               0,      0),
	TEST_ON(kmap_counts_its_users,                           0,      0),
	TEST_ON(bytes_survive_from_one_kmap_to_the_next,         0,      0),
	TEST_ON(kmap_goes_round_and_takes_back_what_is_unused,   0,      0),
	TEST_ON(the_513th_kmap_is_refused_with_a_warning,        0,      0),
	TEST_ON(one_kunmap_too_many_is_a_warning,                0,      0),
	TEST_ON(kmap_local_is_a_stack_of_sixteen,                0,      0),
	TEST_ON(a_slot_that_is_used_again_shows_the_new_page,    0,      0),
	TEST_ON(pages_are_copied_and_set_wherever_they_are,     0,      0),
	TEST_ON(vmap_makes_one_buffer_of_high_and_low_pages,     0,      0),
	TEST_ON(vmalloc_lives_in_highmem,                        0,      0),
};

static const struct CMUnitTest alone[] = {
	cmocka_unit_test(caches_with_aliases_go_without_highmem),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return cmocka_run_group_tests_name("lib", alone, NULL, NULL);
	return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), tests,
			  G_N_ELEMENTS(tests));
}
