/* SPDX-License-Identifier: MIT */
/* Reserved memory: who does not get it, what is mapped of it, and where it is put. */
#include <string.h>
#include <linux/highmem.h>
#include <linux/io.h>

#include "lib/mm/kernel.h"
#include "support/big-boards.h"
#include "support/board-fixture.h"

#define FRAMEBUFFER	0x8fe80000u
#define FRAMEBUFFER_END	0x8ffd0000u
#define MAILBOX		0x90000000u
#define SECURE		0xfe000000u

static bool is_mapped(struct rig *rig, u64 pa)
{
	u32 va = port_pa_to_va(&rig->dev->kernel->port, pa);

	return cpu_translate(rig->cpu, va, false).fault.kind == FAULT_NONE;
}

/* ---- on the board that has one of each --------------------------------------------- */

static void no_map_is_cut_out_of_the_linear_map_to_the_page(struct rig *rig)
{
	assert_true(is_mapped(rig, FRAMEBUFFER - 1));
	assert_false(is_mapped(rig, FRAMEBUFFER));
	assert_false(is_mapped(rig, FRAMEBUFFER_END - 1));
	assert_true(is_mapped(rig, FRAMEBUFFER_END));
	assert_true(is_mapped(rig, MAILBOX));
}

static void what_no_map_leaves_of_a_section_is_mapped_in_pages(struct rig *rig)
{
	const struct port *p = &rig->dev->kernel->port;

	assert_int_equal(cpu_translate(rig->cpu, port_pa_to_va(p, FRAMEBUFFER - 1), false).len,
			 PAGE_SIZE);
	assert_int_equal(cpu_translate(rig->cpu, port_pa_to_va(p, FRAMEBUFFER_END), false).len,
			 PAGE_SIZE);
	assert_int_equal(cpu_translate(rig->cpu, port_pa_to_va(p, 0x8fd00000), false).len,
			 SZ_1M);
}

static void no_map_has_a_struct_page_and_nothing_else(struct rig *rig)
{
	static const u32 places[] = { FRAMEBUFFER, SECURE };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		assert_true(pfn_valid(PHYS_PFN(places[i])));
		assert_false(pfn_is_map_memory(PHYS_PFN(places[i])));
		assert_true(PageReserved(pfn_to_page(PHYS_PFN(places[i]))));
		assert_null(phys_to_virt(places[i]));
	}
	assert_true(pfn_is_map_memory(PHYS_PFN(MAILBOX)));
	assert_true(PageReserved(pfn_to_page(PHYS_PFN(MAILBOX))));
	assert_false(PageReserved(pfn_to_page(PHYS_PFN(FRAMEBUFFER_END))));
	(void)rig;
}

static void no_map_may_be_mapped_as_registers_are(struct rig *rig)
{
	char *p = (char *)ioremap_wc(FRAMEBUFFER, SZ_64K);

	assert_non_null(p);
	cpu_writes(rig, p, "pixels");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_reads(rig, FRAMEBUFFER, "pixels");
	iounmap(p);
	listens(rig);
	assert_null(ioremap(MAILBOX, SZ_4K));
	expects_warning(rig, "ioremap() of memory");
}

static bool is_reserved(u64 pa, u64 len)
{
	static const struct {
		u64 pa, end;
	} regions[] = {
		{ FRAMEBUFFER, FRAMEBUFFER_END }, { MAILBOX, MAILBOX + 0x8000 },
		{ 0x90040000, 0x90240000 }, { SECURE, 0xff000000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(regions); i++)
		if (pa < regions[i].end && regions[i].pa < pa + len)
			return true;
	return false;
}

static void nobody_is_given_what_is_reserved(struct rig *rig)
{
	GPtrArray *pages = g_ptr_array_new();
	struct page *page;

	for (int order = MAX_PAGE_ORDER; order >= 0; order -= MAX_PAGE_ORDER) {
		while ((page = alloc_pages(GFP_HIGHUSER, (unsigned)order))) {
			if (is_reserved(page_to_phys(page), PAGE_SIZE << order))
				fail_msg("pa %#llx is reserved",
					 (unsigned long long)page_to_phys(page));
			g_ptr_array_add(pages, page);
		}
	}
	for (guint i = 0; i < pages->len; i++)
		__free_pages(pages->pdata[i], ((struct page *)pages->pdata[i])->order);
	g_ptr_array_free(pages, TRUE);
	listens(rig);
	__free_page(pfn_to_page(PHYS_PFN(MAILBOX)));
	expects_warning(rig, "not allocated");
}

static const struct reserved_region *region(const struct rig *rig, const char *name)
{
	const struct kernel *k = rig->dev->kernel;

	for (guint i = 0; i < k->reserved->len; i++) {
		const struct reserved_region *r =
			&g_array_index(k->reserved, struct reserved_region, i);

		if (r->node && !strcmp(r->node->name, name))
			return r;
	}
	fail_msg("there is no region %s", name);
	return NULL;
}

static void each_region_is_known_by_what_it_is_for(struct rig *rig)
{
	assert_int_equal(region(rig, "framebuffer@8fe80000")->use, REGION_COHERENT);
	assert_int_equal(region(rig, "mailbox@90000000")->use, REGION_KEPT);
	assert_int_equal(region(rig, "wlan-pool@90040000")->use, REGION_RESTRICTED);
	assert_int_equal(region(rig, "codec-cma@a0000000")->use, REGION_CMA);
	assert_int_equal(region(rig, "linux,cma")->use, REGION_CMA);
}

static void a_region_without_a_place_gets_the_highest_of_its_window(struct rig *rig)
{
	assert_int_equal(region(rig, "linux,cma")->pa, 0xb0000000u - SZ_16M);
}

/* ---- boards by hand ------------------------------------------------------------------ */

struct made {
	struct board *b;
	struct machine *m;
	struct kernel *k;
	FILE *said;
};

static struct board_reserved *adds_region(struct board *b, const char *name, u64 pa, u64 len)
{
	struct board_reserved *r = g_new0(struct board_reserved, 1);
	const struct board_bank place = { .pa = pa, .len = len };

	r->name = g_strdup(name);
	r->len = len;
	r->places = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	r->windows = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	if (pa)
		g_array_append_val(r->places, place);
	g_ptr_array_add(b->reserved, r);
	return r;
}

static void adds_window(struct board_reserved *r, u64 pa, u64 len)
{
	const struct board_bank window = { .pa = pa, .len = len };

	g_array_append_val(r->windows, window);
}

static struct made boots(struct board *b, GError **error)
{
	const struct machine_config cfg = { .board = b };
	struct made made = { .b = b, .m = machine_new(&cfg, error), .said = tmpfile() };

	printk_redirect(made.said);
	made.k = kernel_boot(made.m, NULL, error);
	printk_redirect(NULL);
	return made;
}

static bool said(const struct made *made, const char *text)
{
	char got[1024] = "";

	rewind(made->said);
	(void)!fread(got, 1, sizeof(got) - 1, made->said);
	return strstr(got, text) != NULL;
}

static void ends(struct made *made)
{
	kernel_halt(made->k);
	machine_free(made->m);
	for (guint i = 0; i < made->b->reserved->len; i++) {
		struct board_reserved *r = g_ptr_array_index(made->b->reserved, i);

		g_array_unref(r->places);
		g_array_unref(r->windows);
		g_free(r->name);
		g_free(r);
	}
	board_free(made->b);
	fclose(made->said);
}

static const struct reserved_region *nth(const struct made *made, guint i)
{
	return reserved_of(made->k, g_ptr_array_index(made->b->reserved, i));
}

#define PA	FIXTURE_DRAM_PA
#define END	(FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN)

static void page_tables_make_room_for_what_is_reserved_at_the_start(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "shmem", PA, SZ_1M + SZ_4K);
	made = boots(b, NULL);
	assert_int_equal(made.k->port.boot_pa, PA + SZ_1M + SZ_16K);
	ends(&made);
}

static void a_bank_may_begin_with_no_map(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;
	struct page *page;

	adds_region(b, "modem", PA, SZ_8M + SZ_16K)->is_no_map = true;
	made = boots(b, NULL);
	page = alloc_page(GFP_KERNEL);
	assert_true(page_to_phys(page) >= PA + SZ_8M + SZ_16K);
	assert_int_equal(*(u8 *)page_address(page), 0);
	__free_page(page);
	ends(&made);
}

static void reserved_memory_that_leaves_nothing_is_one_sentence(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "all", PA, FIXTURE_DRAM_LEN);
	made = boots(b, &error);
	assert_null(made.k);
	assert_non_null(strstr(error->message, "leaves no room for page tables"));
	ends(&made);
}

static void without_a_window_the_highest_place_is_taken(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "top", END - SZ_1M, SZ_1M);
	adds_region(b, "placed", 0, SZ_1M)->alignment = SZ_2M;
	made = boots(b, NULL);
	assert_int_equal(nth(&made, 1)->pa, END - SZ_2M);
	ends(&made);
}

static void windows_are_tried_in_order(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct board_reserved *r;
	struct made made;

	adds_region(b, "full", PA + SZ_32M, SZ_1M);
	r = adds_region(b, "placed", 0, SZ_1M);
	adds_window(r, PA + SZ_32M, SZ_1M);
	adds_window(r, PA + SZ_64M, SZ_2M);
	made = boots(b, NULL);
	assert_int_equal(nth(&made, 1)->pa, PA + SZ_64M + SZ_1M);
	ends(&made);
}

static void where_a_region_begins_the_window_the_next_goes_behind_it(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "first", PA + SZ_32M, SZ_1M);
	adds_window(adds_region(b, "placed", 0, SZ_1M), PA + SZ_32M, SZ_16M);
	made = boots(b, NULL);
	assert_int_equal(nth(&made, 1)->pa, PA + SZ_32M + SZ_1M);
	ends(&made);
}

static void a_wish_that_nothing_grants_is_told(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_window(adds_region(b, "nowhere", 0, SZ_2M), PA, SZ_1M);
	made = boots(b, NULL);
	assert_null(nth(&made, 0));
	assert_true(said(&made, "failed to allocate memory for node 'nowhere': size 2 MiB"));
	ends(&made);
}

static void no_map_over_another_region_is_refused(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "first", PA + SZ_32M, SZ_2M);
	adds_region(b, "second", PA + SZ_32M + SZ_1M, SZ_2M)->is_no_map = true;
	made = boots(b, NULL);
	assert_null(nth(&made, 1));
	assert_true(said(&made, "failed to reserve memory for node 'second'"));
	assert_non_null(phys_to_virt(PA + SZ_32M + SZ_2M));
	ends(&made);
}

static void a_pool_that_its_kind_refuses_is_given_back(void **state)
{
	static const struct {
		enum reserved_kind kind;
		bool is_no_map, is_reusable;
		u64 pa;
	} bad[] = {
		{ RESERVED_SHARED_POOL, true, true, PA + SZ_32M },
		{ RESERVED_SHARED_POOL, false, false, PA + SZ_32M },
		{ RESERVED_SHARED_POOL, false, true, PA + SZ_32M + SZ_1M },
		{ RESERVED_RESTRICTED_POOL, true, false, PA + SZ_32M },
		{ RESERVED_RESTRICTED_POOL, false, true, PA + SZ_32M },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct board *b = fixture_board_a9_pl310();
		struct board_reserved *r = adds_region(b, "pool", bad[i].pa, SZ_4M);
		struct made made;

		r->kind = bad[i].kind;
		r->is_no_map = bad[i].is_no_map;
		r->is_reusable = bad[i].is_reusable;
		made = boots(b, NULL);
		assert_null(nth(&made, 0));
		assert_false(PageReserved(pfn_to_page(PHYS_PFN(bad[i].pa))));
		assert_true(said(&made, "node pool compatible matching fail"));
		ends(&made);
	}
}

static void the_default_contiguous_area_goes_around_them(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct made made;

	adds_region(b, "top", END - SZ_4M, SZ_2M);
	made = boots(b, NULL);
	assert_int_equal(made.k->cma_pa + made.k->cma_len, END - SZ_4M);
	ends(&made);
}

static const struct rig_test tests[] = {
	/*                                                          needs   never */
	TEST_ON(no_map_is_cut_out_of_the_linear_map_to_the_page,    0,      0),
	TEST_ON(what_no_map_leaves_of_a_section_is_mapped_in_pages, 0,      0),
	TEST_ON(no_map_has_a_struct_page_and_nothing_else,          0,      0),
	TEST_ON(no_map_may_be_mapped_as_registers_are,              0,      0),
	TEST_ON(nobody_is_given_what_is_reserved,                   0,      0),
	TEST_ON(each_region_is_known_by_what_it_is_for,             0,      0),
	TEST_ON(a_region_without_a_place_gets_the_highest_of_its_window, 0, 0),
};

static const struct CMUnitTest alone[] = {
	cmocka_unit_test(page_tables_make_room_for_what_is_reserved_at_the_start),
	cmocka_unit_test(a_bank_may_begin_with_no_map),
	cmocka_unit_test(reserved_memory_that_leaves_nothing_is_one_sentence),
	cmocka_unit_test(without_a_window_the_highest_place_is_taken),
	cmocka_unit_test(windows_are_tried_in_order),
	cmocka_unit_test(where_a_region_begins_the_window_the_next_goes_behind_it),
	cmocka_unit_test(a_wish_that_nothing_grants_is_told),
	cmocka_unit_test(no_map_over_another_region_is_refused),
	cmocka_unit_test(a_pool_that_its_kind_refuses_is_given_back),
	cmocka_unit_test(the_default_contiguous_area_goes_around_them),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return cmocka_run_group_tests_name("lib", alone, NULL, NULL);
	return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), tests,
			  G_N_ELEMENTS(tests));
}
