/* SPDX-License-Identifier: MIT */
/* Lists page by page and piece by piece, and copies into and out of them. */
#include "support/rig.h"

#include <string.h>

#include "lib/port/port.h"

#define TOTAL	(3000 + 9000 + 50)

/* Entries that begin and end anywhere: in a page, over pages, behind one. */
static struct page *makes_odd(struct scatterlist *sgl)
{
	struct page *block = alloc_pages(GFP_KERNEL, 4);

	assert_non_null(block);
	sg_init_table(sgl, 3);
	sg_set_page(&sgl[0], block, 3000, 1000);
	sg_set_page(&sgl[1], block + 3, 9000, 100);
	sg_set_page(&sgl[2], block + 8, 50, PAGE_SIZE + 60);
	return block;
}

/* ---- pages ------------------------------------------------------------------------- */

static void every_page_of_a_list_is_passed_once(struct rig *rig)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_page_iter it;

	for_each_sg_page(sgl, &it, 3, 0)
		g_string_append_printf(got, " %d", (int)(sg_page_iter_page(&it) - block));
	/* An offset beyond a page counts the pages before it, as in Linux. */
	assert_string_equal(got->str, " 0 3 4 5 8 9");
	__free_pages(block, 4);
	(void)rig;
}

static void a_walk_may_begin_at_any_page_and_end_at_any_entry(struct rig *rig)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_page_iter it;

	for_each_sg_page(sgl, &it, 2, 2)
		g_string_append_printf(got, " %d", (int)(sg_page_iter_page(&it) - block));
	assert_string_equal(got->str, " 4 5");
	for_each_sg_page(sgl, &it, 3, 6)
		fail_msg("there is no page 6");
	__free_pages(block, 4);
	(void)rig;
}

static void the_pages_of_a_mapped_list_have_device_addresses(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2), *pages[3];
	struct sg_dma_page_iter it;
	struct sg_page_iter cpu;
	struct sg_table sgt;
	unsigned nr = 0;

	pages[0] = block + 3;
	pages[1] = block;
	pages[2] = block + 1;
	assert_int_equal(sg_alloc_table_from_pages(&sgt, pages, 3, 0, 3 * PAGE_SIZE, GFP_KERNEL),
			 0);
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0), 0);
	for_each_sgtable_page(&sgt, &cpu, 0)
		cpu_fills(rig, page_address(sg_page_iter_page(&cpu)), PAGE_SIZE, nr++);
	dma_sync_sgtable_for_device(rig->dev, &sgt, DMA_TO_DEVICE);
	nr = 0;
	for_each_sgtable_dma_page(&sgt, &it, 0)
		expects_device_finds(rig, sg_page_iter_dma_address(&it), PAGE_SIZE, nr++);
	assert_int_equal(nr, 3);
	dma_unmap_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
	__free_pages(block, 2);
}

/* ---- pieces -------------------------------------------------------------------------- */

/* "0+1000:3000": page, offset in it, bytes. */
static void add_piece(GString *got, const struct sg_mapping_iter *m, const struct page *block)
{
	g_string_append_printf(got, " %d+%d:%d", (int)(m->page - block),
			       (int)offset_in_page(m->addr), (int)m->length);
}

static void a_list_is_mapped_piece_by_piece(struct rig *rig)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_mapping_iter m;

	sg_miter_start(&m, sgl, 3, SG_MITER_FROM_SG);
	while (sg_miter_next(&m))
		add_piece(got, &m, block);
	sg_miter_stop(&m);
	assert_string_equal(got->str, " 0+1000:3000 3+100:3996 4+0:4096 5+0:908 9+60:50");
	__free_pages(block, 4);
	(void)rig;
}

static void what_was_not_consumed_comes_again(struct rig *rig)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_mapping_iter m;

	sg_miter_start(&m, sgl, 3, SG_MITER_TO_SG | SG_MITER_ATOMIC);
	assert_true(sg_miter_next(&m));
	m.consumed = 2990;
	sg_miter_stop(&m);
	assert_true(sg_miter_next(&m));
	add_piece(got, &m, block);
	assert_true(sg_miter_skip(&m, 3996 + 4096 + 900));
	assert_true(sg_miter_next(&m));
	add_piece(got, &m, block);
	assert_true(sg_miter_skip(&m, 50));
	assert_false(sg_miter_next(&m));
	assert_false(sg_miter_skip(&m, 1));
	assert_string_equal(got->str, " 0+3990:10 5+900:8");
	__free_pages(block, 4);
	(void)rig;
}

static void a_driver_that_overdoes_it_is_warned(struct rig *rig)
{
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_mapping_iter m;

	listens(rig);
	sg_miter_start(&m, sgl, 3, 0);
	expects_warning(rig, "SG_MITER_TO_SG");
	assert_true(sg_miter_next(&m));
	m.consumed = 3001;
	listens(rig);
	sg_miter_stop(&m);
	expects_warning(rig, "3001 bytes of a piece of 3000");
	__free_pages(block, 4);
}

static void an_iterator_may_lie_in_simulated_memory(struct rig *rig)
{
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);
	struct sg_mapping_iter *m = allocates(rig, sizeof(*m)), now;
	size_t len = 0;

	sg_miter_start(m, sgl, 3, SG_MITER_FROM_SG);
	while (sg_miter_next(m)) {
		cpu_load(rig->cpu, (uint32_t)(uintptr_t)m, &now, sizeof(now), NULL);
		len += now.length;
	}
	assert_int_equal(len, TOTAL);
	__free_pages(block, 4);
}

/* ---- copies --------------------------------------------------------------------------- */

static void makes_bytes(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
}

static void copies_cross_pages_and_entries(struct rig *rig)
{
	static uint8_t in[TOTAL], out[TOTAL];
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);

	makes_bytes(in, TOTAL);
	assert_int_equal(sg_copy_from_buffer(sgl, 3, in, TOTAL), TOTAL);
	assert_int_equal(sg_copy_to_buffer(sgl, 3, out, TOTAL), TOTAL);
	assert_memory_equal(in, out, TOTAL);
	/* They lie where the entries say. */
	cpu_load(rig->cpu, (uint32_t)(uintptr_t)page_address(block + 9) + 60, out, 50, NULL);
	assert_memory_equal(out, in + 12000, 50);
	__free_pages(block, 4);
}

static void a_copy_may_begin_anywhere_and_ends_with_the_list(struct rig *rig)
{
	static uint8_t in[TOTAL], out[TOTAL];
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);

	makes_bytes(in, TOTAL);
	sg_copy_from_buffer(sgl, 3, in, TOTAL);
	assert_int_equal(sg_pcopy_to_buffer(sgl, 3, out, TOTAL, 2500), TOTAL - 2500);
	assert_memory_equal(in + 2500, out, TOTAL - 2500);
	assert_int_equal(sg_pcopy_from_buffer(sgl, 3, "hello", 5, 2998), 5);
	assert_int_equal(sg_pcopy_to_buffer(sgl, 3, out, 5, 2998), 5);
	assert_memory_equal(out, "hello", 5);
	assert_int_equal(sg_pcopy_to_buffer(sgl, 3, out, 1, TOTAL), 0);
	assert_int_equal(sg_pcopy_to_buffer(sgl, 3, out, 1, TOTAL + 1), 0);
	__free_pages(block, 4);
	(void)rig;
}

static void a_part_of_a_list_is_zeroed(struct rig *rig)
{
	static uint8_t in[TOTAL], out[TOTAL];
	struct scatterlist sgl[3];
	struct page *block = makes_odd(sgl);

	makes_bytes(in, TOTAL);
	sg_copy_from_buffer(sgl, 3, in, TOTAL);
	assert_int_equal(sg_zero_buffer(sgl, 3, 6000, 2000), 6000);
	memset(in + 2000, 0, 6000);
	sg_copy_to_buffer(sgl, 3, out, TOTAL);
	assert_memory_equal(in, out, TOTAL);
	__free_pages(block, 4);
	(void)rig;
}

/* The CPU did it: what it wrote is in its caches until somebody cleans it. */
static void a_copy_stays_in_the_caches_until_a_sync(struct rig *rig)
{
	struct scatterlist sg;
	char *p = allocates(rig, 64);

	cpu_holds(rig, p, 64);
	sg_init_one(&sg, p, 64);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 1);
	sg_copy_from_buffer(&sg, 1, "new", 3);
	expects_device_reads(rig, sg_dma_address(&sg), (const char[]){ 0, 0, 0, 0 });
	dma_sync_sg_for_device(rig->dev, &sg, 1, DMA_TO_DEVICE);
	expects_device_reads(rig, sg_dma_address(&sg), "new");
	dma_unmap_sg(rig->dev, &sg, 1, DMA_TO_DEVICE);
}

static const struct rig_test tests[] = {
	/*                                                         needs  never */
	TEST_ON(every_page_of_a_list_is_passed_once,               ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_walk_may_begin_at_any_page_and_end_at_any_entry, ON_UP, ON_V5 | ON_V6),
	TEST_ON(the_pages_of_a_mapped_list_have_device_addresses,  0,     0),
	TEST_ON(a_list_is_mapped_piece_by_piece,                   ON_UP, ON_V5 | ON_V6),
	TEST_ON(what_was_not_consumed_comes_again,                 ON_UP, ON_V5 | ON_V6),
	TEST_ON(a_driver_that_overdoes_it_is_warned,               ON_UP, ON_V5 | ON_V6),
	TEST_ON(an_iterator_may_lie_in_simulated_memory,           0,     ON_LEGACY | ON_BOUNCE),
	TEST_ON(copies_cross_pages_and_entries,                    0,     ON_LEGACY | ON_BOUNCE),
	TEST_ON(a_copy_may_begin_anywhere_and_ends_with_the_list,  0,     ON_LEGACY | ON_BOUNCE),
	TEST_ON(a_part_of_a_list_is_zeroed,                        0,     ON_LEGACY | ON_BOUNCE),
	TEST_ON(a_copy_stays_in_the_caches_until_a_sync,           0,     ON_COHERENT | ON_FAST),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
