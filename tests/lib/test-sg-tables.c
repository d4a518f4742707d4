/* SPDX-License-Identifier: MIT */
/* Lists that grow, begin in the caller's array, bring their memory, or are cut up. */
#include "support/rig.h"

#include "lib/mm/kernel.h"

#define NR_PAGES	64

static size_t free_pages_of(struct rig *rig)
{
	return rig->dev->kernel->nr_free_pages;
}

/* "0+2 4+1": first page and pages of each entry, counted from @first. */
static void expects_entries(struct sg_table *sgt, struct page *first, const char *drawing)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct scatterlist *sg;
	unsigned i;

	for_each_sgtable_sg(sgt, sg, i)
		g_string_append_printf(got, "%s%d+%d", i ? " " : "", (int)(sg_page(sg) - first),
				       (int)(sg->length >> PAGE_SHIFT));
	assert_string_equal(got->str, drawing);
	assert_null(sg);
}

/* ---- lists that grow ---------------------------------------------------------------- */

static int appends(struct sg_append_table *t, struct page *first, const int *idx, unsigned nr,
		   unsigned max_segment, unsigned left)
{
	struct page *pages[NR_PAGES];

	for (unsigned i = 0; i < nr; i++)
		pages[i] = first + idx[i];
	return sg_alloc_append_table_from_pages(t, pages, nr, 0, nr * PAGE_SIZE, max_segment, left,
						GFP_KERNEL);
}

static void what_follows_the_last_entry_joins_it(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 6);
	struct sg_append_table t = { .prv = NULL };

	assert_int_equal(appends(&t, block, (int[]){ 0, 1, 5 }, 3, UINT_MAX, 6), 0);
	assert_int_equal(appends(&t, block, (int[]){ 6, 7, 9 }, 3, UINT_MAX, 3), 0);
	assert_int_equal(appends(&t, block, (int[]){ 10, 11, 12 }, 3, UINT_MAX, 0), 0);
	expects_entries(&t.sgt, block, "0+2 5+3 9+4");
	assert_int_equal(t.sgt.nents, 3);
	sg_free_append_table(&t);
	assert_null(t.sgt.sgl);
	__free_pages(block, 6);
	(void)rig;
}

static void what_joins_stays_within_the_longest_segment(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 6);
	struct sg_append_table t = { .prv = NULL };

	assert_int_equal(appends(&t, block, (int[]){ 0 }, 1, 2 * PAGE_SIZE + 7, 4), 0);
	assert_int_equal(appends(&t, block, (int[]){ 1, 2, 3, 4 }, 4, 2 * PAGE_SIZE + 7, 0), 0);
	expects_entries(&t.sgt, block, "0+2 2+2 4+1");
	sg_free_append_table(&t);
	__free_pages(block, 6);
	(void)rig;
}

/* Every other page, so that nothing joins: more entries than one array has. */
static void a_list_that_grows_is_chained_when_an_array_is_full(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 9);
	struct sg_append_table t = { .prv = NULL };
	unsigned left = 250;

	for (unsigned i = 0; left; i++) {
		int idx = (int)(2 * i);

		left--;
		assert_int_equal(appends(&t, block, &idx, 1, UINT_MAX, left), 0);
	}
	assert_int_equal(t.sgt.orig_nents, 250);
	assert_int_equal(sg_nents(t.sgt.sgl), 250);
	assert_ptr_equal(sg_page(sg_last(t.sgt.sgl, 250)), block + 498);
	sg_free_append_table(&t);
	__free_pages(block, 9);
	(void)rig;
}

static void a_list_that_fails_to_grow_is_as_it_was(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 9);
	struct sg_append_table t = { .prv = NULL };
	unsigned room = SG_MAX_SINGLE_ALLOC;
	struct page **pages = g_new(struct page *, room + 1);

	for (unsigned i = 0; i <= room; i++)
		pages[i] = block + 2 * i;
	assert_int_equal(appends(&t, block, (int[]){ 100 }, 1, UINT_MAX, 300), 0);
	pages[0] = block + 101;
	harness_fail_allocation(rig->h, 1);
	assert_int_equal(sg_alloc_append_table_from_pages(&t, pages, room + 1, 0,
							  (room + 1) * PAGE_SIZE, UINT_MAX, 0,
							  GFP_KERNEL), -ENOMEM);
	assert_int_equal(t.sgt.nents, 1);
	assert_int_equal(t.prv->length, PAGE_SIZE);
	sg_free_append_table(&t);
	g_free(pages);
	__free_pages(block, 9);
}

static void a_list_cannot_go_on_at_an_offset_or_behind_its_end(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 3);
	struct page *far = block + 5;
	struct sg_append_table t = { .prv = NULL };

	assert_int_equal(appends(&t, block, (int[]){ 0 }, 1, UINT_MAX, 0), 0);
	listens(rig);
	assert_int_equal(sg_alloc_append_table_from_pages(&t, &far, 1, 8, 8, UINT_MAX, 0,
							  GFP_KERNEL), -EINVAL);
	expects_warning(rig, "at an offset");
	listens(rig);
	assert_int_equal(appends(&t, block, (int[]){ 5 }, 1, UINT_MAX, 0), -ENOMEM);
	expects_warning(rig, "behind its end");
	sg_free_append_table(&t);
	__free_pages(block, 3);
}

/* ---- a first array of the caller's ----------------------------------------------------- */

static void a_chained_table_uses_the_first_array_it_is_given(struct rig *rig)
{
	static const int lens[] = { 1, 8, 9, 127, 135, 136, 400 };

	for (size_t n = 0; n < G_N_ELEMENTS(lens); n++) {
		struct scatterlist first[8];
		struct sg_table sgt = { .sgl = first };

		assert_int_equal(sg_alloc_table_chained(&sgt, lens[n], first, 8), 0);
		assert_ptr_equal(sgt.sgl, first);
		assert_int_equal(sgt.orig_nents, lens[n]);
		assert_int_equal(sg_nents(sgt.sgl), lens[n]);
		sg_free_table_chained(&sgt, 8);
	}
	(void)rig;
}

static void a_chained_table_makes_no_use_of_one_entry(struct rig *rig)
{
	struct scatterlist first[1];
	struct sg_table sgt = { .sgl = first };

	assert_int_equal(sg_alloc_table_chained(&sgt, 2, first, 1), 0);
	assert_ptr_not_equal(sgt.sgl, first);
	assert_int_equal(sg_nents(sgt.sgl), 2);
	sg_free_table_chained(&sgt, 1);
	(void)rig;
}

static void a_chained_table_of_which_any_array_fails_leaves_nothing(struct rig *rig)
{
	for (unsigned nth = 1; nth <= 3; nth++) {
		struct scatterlist first[8];
		struct sg_table sgt = { .sgl = first };

		harness_fail_allocation(rig->h, nth);
		assert_int_equal(sg_alloc_table_chained(&sgt, 380, first, 8), -ENOMEM);
	}
	harness_fail_allocation(rig->h, 0);
}

/* ---- lists with their memory ------------------------------------------------------------ */

static void a_list_can_bring_its_memory(struct rig *rig)
{
	size_t before = free_pages_of(rig);
	unsigned nents = 0;
	struct scatterlist *sgl = sgl_alloc_order(5 * PAGE_SIZE, 1, true, GFP_KERNEL, &nents);

	assert_non_null(sgl);
	assert_int_equal(nents, 3);
	assert_int_equal(before - free_pages_of(rig), 6);
	assert_int_equal(sgl[0].length, 2 * PAGE_SIZE);
	assert_int_equal(sgl[2].length, PAGE_SIZE);
	assert_null(sg_page(&sgl[3]));
	sgl_free_order(sgl, 1);
	assert_int_equal(before, free_pages_of(rig));
	sgl = sgl_alloc(1, GFP_KERNEL, NULL);
	assert_int_equal(sgl->length, 1);
	sgl_free(sgl);
	assert_int_equal(before, free_pages_of(rig));
}

static void a_list_that_gets_not_all_of_its_memory_leaves_nothing(struct rig *rig)
{
	size_t before = free_pages_of(rig);

	for (unsigned nth = 1; nth <= 5; nth++) {
		harness_fail_allocation(rig->h, nth);
		assert_null(sgl_alloc(4 * PAGE_SIZE, GFP_KERNEL, NULL));
		assert_int_equal(before, free_pages_of(rig));
	}
	harness_fail_allocation(rig->h, 0);
	assert_null(sgl_alloc(0, GFP_KERNEL, NULL));
	assert_null(sgl_alloc(1ull << 32, GFP_KERNEL, NULL));
}

/* ---- cutting ----------------------------------------------------------------------------- */

#define PIECE	300

/* Three entries of PIECE bytes in one buffer, PIECE bytes apart. */
static char *makes_three(struct rig *rig, struct scatterlist *in)
{
	char *p = allocates(rig, 6 * PIECE);

	cpu_fills(rig, p, 6 * PIECE, 1);
	sg_init_table(in, 3);
	for (unsigned i = 0; i < 3; i++)
		sg_set_buf(&in[i], p + 2 * i * PIECE, PIECE);
	return p;
}

/* "50+250 600+10": offset from @p and length of each entry. */
static void expects_cut(struct scatterlist *out, const char *p, const char *drawing)
{
	g_autoptr(GString) got = g_string_new(NULL);

	for (struct scatterlist *sg = out; sg; sg = sg_next(sg)) {
		port_before_load(sg, sizeof(*sg));
		g_string_append_printf(got, "%s%d+%u", got->len ? " " : "",
				       (int)((char *)sg_virt(sg) - p), sg->length);
	}
	assert_string_equal(got->str, drawing);
}

static void a_list_is_cut_at_bytes(struct rig *rig)
{
	static const size_t sizes[] = { 300, 100, 100, 10 };
	struct scatterlist in[3], *out[4];
	char *p = makes_three(rig, in);

	assert_int_equal(sg_split(in, 0, 50, 4, sizes, out, NULL, GFP_KERNEL), 0);
	expects_cut(out[0], p, "50+250 600+50");
	expects_cut(out[1], p, "650+100");
	expects_cut(out[2], p, "750+100");
	expects_cut(out[3], p, "850+10");
	for (unsigned i = 0; i < 4; i++)
		kfree(out[i]);
}

static void each_part_of_a_mapped_list_has_its_addresses(struct rig *rig)
{
	static const size_t sizes[] = { 250, 350 };
	struct scatterlist in[3], *out[2];
	int nents[2];
	char *p = makes_three(rig, in);

	assert_int_equal(dma_map_sg(rig->dev, in, 3, DMA_TO_DEVICE), 3);
	assert_int_equal(sg_split(in, 3, 300, 2, sizes, out, nents, GFP_KERNEL), 0);
	assert_int_equal(nents[1], 2);
	port_before_load(out[1], 2 * sizeof(*out[1]));
	assert_int_equal(sg_dma_address(&out[1][0]), sg_dma_address(&in[1]) + 250);
	assert_int_equal(sg_dma_len(&out[1][0]), 50);
	assert_int_equal(sg_dma_address(&out[1][1]), sg_dma_address(&in[2]));
	assert_int_equal(sg_dma_len(&out[1][1]), 300);
	dma_unmap_sg(rig->dev, in, 3, DMA_TO_DEVICE);
	kfree(out[0]);
	kfree(out[1]);
	(void)p;
}

static void a_list_that_is_too_short_is_not_cut(struct rig *rig)
{
	static const size_t sizes[] = { 500, 401 }, fitting[] = { 500, 100 };
	struct scatterlist in[3], *out[2];

	makes_three(rig, in);
	assert_int_equal(sg_split(in, 0, 0, 2, sizes, out, NULL, GFP_KERNEL), -EINVAL);
	assert_int_equal(sg_split(in, 0, 901, 1, sizes, out, NULL, GFP_KERNEL), -EINVAL);
	for (unsigned nth = 1; nth <= 3; nth++) {
		harness_fail_allocation(rig->h, nth);
		assert_int_equal(sg_split(in, 0, 1, 2, fitting, out, NULL, GFP_KERNEL), -ENOMEM);
	}
	harness_fail_allocation(rig->h, 0);
}

/* ---- marks ---------------------------------------------------------------------------------- */

static void an_entry_remembers_how_it_was_mapped(struct rig *rig)
{
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	assert_false(sg_dma_is_bus_address(&sg) || sg_dma_is_swiotlb(&sg));
	sg_dma_mark_bus_address(&sg);
	assert_true(sg_dma_is_bus_address(&sg) && !sg_dma_is_swiotlb(&sg));
	sg_dma_mark_swiotlb(&sg);
	sg_dma_unmark_bus_address(&sg);
	assert_true(!sg_dma_is_bus_address(&sg) && sg_dma_is_swiotlb(&sg));
	(void)rig;
}

static void an_entry_may_be_a_folio(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	sg_set_folio(&sg, (struct folio *)block, PAGE_SIZE + 8, PAGE_SIZE - 8);
	assert_ptr_equal(sg_page(&sg), block);
	assert_int_equal(sg.offset, PAGE_SIZE - 8);
	assert_int_equal(sg.length, PAGE_SIZE + 8);
	assert_true(sg_is_last(&sg));
	__free_pages(block, 1);
	(void)rig;
}

static const struct rig_test tests[] = {
	/*                                                               needs  never */
	TEST_ON(what_follows_the_last_entry_joins_it,                    ON_UP, ON_V5 | ON_V6),
	TEST_ON(what_joins_stays_within_the_longest_segment,             ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_that_grows_is_chained_when_an_array_is_full,      ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_that_fails_to_grow_is_as_it_was,                  ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_cannot_go_on_at_an_offset_or_behind_its_end,      ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_chained_table_uses_the_first_array_it_is_given,        ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_chained_table_makes_no_use_of_one_entry,               ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_chained_table_of_which_any_array_fails_leaves_nothing, ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_can_bring_its_memory,                             ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_that_gets_not_all_of_its_memory_leaves_nothing,   ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_list_is_cut_at_bytes,                                  0,     ON_BOUNCE),
	TEST_ON(each_part_of_a_mapped_list_has_its_addresses,            0,     0),
	TEST_ON(a_list_that_is_too_short_is_not_cut,                     ON_UP, ON_V5 | ON_V6),
	TEST_ON(an_entry_may_be_a_folio,                                 ON_UP, ON_V5 | ON_V6),
	TEST_ON(an_entry_remembers_how_it_was_mapped,                    ON_UP, ON_V5 | ON_V6),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
