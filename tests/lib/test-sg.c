/* SPDX-License-Identifier: MIT */
/* Lists: building them, mapping them, and the two lengths that they have. */
#include <linux/dma-map-ops.h>

#include "support/rig.h"

#define NR	5
#define LEN	192

static void *piece[NR];

/* NR pieces of LEN bytes, each its own salt. */
static void makes_list(struct rig *rig, struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned i;

	assert_int_equal(sg_alloc_table(sgt, NR, GFP_KERNEL), 0);
	for_each_sgtable_sg(sgt, sg, i) {
		piece[i] = allocates(rig, LEN);
		cpu_fills(rig, piece[i], LEN, i);
		sg_set_buf(sg, piece[i], LEN);
	}
}

static void each_entry_arrives_and_comes_back(struct rig *rig)
{
	struct sg_table sgt;
	struct scatterlist *sg;
	unsigned i;

	makes_list(rig, &sgt);
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_BIDIRECTIONAL, 0), 0);
	assert_int_equal(sgt.nents, NR);
	for_each_sgtable_dma_sg(&sgt, sg, i) {
		assert_int_equal(sg_dma_len(sg), LEN);
		expects_device_finds(rig, sg_dma_address(sg), LEN, i);
		device_fills(rig, sg_dma_address(sg), LEN, i + 100);
	}
	dma_unmap_sgtable(rig->dev, &sgt, DMA_BIDIRECTIONAL, 0);
	for (i = 0; i < NR; i++)
		expects_cpu_finds(rig, piece[i], LEN, i + 100);
	sg_free_table(&sgt);
}

static void syncs_reach_every_entry(struct rig *rig)
{
	struct sg_table sgt;
	struct scatterlist *sg;
	unsigned i;

	makes_list(rig, &sgt);
	assert_int_equal(dma_map_sg(rig->dev, sgt.sgl, NR, DMA_BIDIRECTIONAL), NR);
	dma_sync_sg_for_cpu(rig->dev, sgt.sgl, NR, DMA_BIDIRECTIONAL);
	for (i = 0; i < NR; i++)
		cpu_fills(rig, piece[i], LEN, i + 50);
	dma_sync_sg_for_device(rig->dev, sgt.sgl, NR, DMA_BIDIRECTIONAL);
	for_each_sg(sgt.sgl, sg, NR, i) {
		expects_device_finds(rig, sg_dma_address(sg), LEN, i + 50);
		device_fills(rig, sg_dma_address(sg), LEN, i + 60);
	}
	dma_sync_sgtable_for_cpu(rig->dev, &sgt, DMA_BIDIRECTIONAL);
	for (i = 0; i < NR; i++)
		expects_cpu_finds(rig, piece[i], LEN, i + 60);
	dma_unmap_sg(rig->dev, sgt.sgl, NR, DMA_BIDIRECTIONAL);
	sg_free_table(&sgt);
}

static void a_list_costs_what_its_entries_cost(struct rig *rig)
{
	struct sg_table sgt;

	makes_list(rig, &sgt);
	marks(rig);
	dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0);
	expects_work(rig, rig->on->is & ON_PL310 ? "L1 c30 i0, L2 c30 i0, syncs 5"
		     : rig->on->is & ON_AURORA ? "L1 c30 i0, L2 c0 i0, syncs 0"
		     : rig->on->is & ON_ONE_LEVEL ? "L1 c30 i0, L2 c0 i0, syncs 0"
						  : "L1 c15 i0, L2 c15 i0, syncs 0");
	dma_unmap_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
}

static void one_bad_entry_and_nothing_is_mapped(struct rig *rig)
{
	struct sg_table sgt;
	u64 mask = virt_to_phys(allocates(rig, LEN));

	makes_list(rig, &sgt);
	/* The third entry and those behind it are beyond the mask. */
	*rig->dev->dma_mask = virt_to_phys(piece[2]) - 1;
	assert_true(mask < *rig->dev->dma_mask);
	listens(rig);
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0), -EIO);
	assert_int_equal(sgt.nents, NR);
	assert_int_equal(dma_map_sg(rig->dev, sgt.sgl, NR, DMA_TO_DEVICE), 0);
	expects_warning(rig, "eth0: DMA addr");
	sg_free_table(&sgt);
}

static void a_list_of_host_memory_is_refused(struct rig *rig)
{
	char stack[64] = "";
	struct scatterlist sg;

	sg_init_one(&sg, stack, sizeof(stack));
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 0);
}

static void a_list_shorter_than_told_is_refused(struct rig *rig)
{
	struct sg_table sgt;

	makes_list(rig, &sgt);
	listens(rig);
	assert_int_equal(dma_map_sg(rig->dev, sgt.sgl, NR + 1, DMA_TO_DEVICE), 0);
	expects_warning(rig, "a list of fewer than 6 entries");
	sg_free_table(&sgt);
}

static void a_list_in_simulated_memory_works(struct rig *rig)
{
	struct scatterlist *sg = allocates(rig, sizeof(*sg));
	char *p = allocates(rig, LEN);
	struct scatterlist out;

	cpu_writes(rig, p, "hello");
	sg_init_one(sg, p, LEN);
	assert_int_equal(dma_map_sg(rig->dev, sg, 1, DMA_TO_DEVICE), 1);
	cpu_load(rig->cpu, (uint32_t)(uintptr_t)sg, &out, sizeof(out), NULL);
	expects_device_reads(rig, out.dma_address, "hello");
	dma_unmap_sg(rig->dev, sg, 1, DMA_TO_DEVICE);
}

/* ---- tables ----------------------------------------------------------------------- */

static void long_tables_are_chained_and_have_every_entry(struct rig *rig)
{
	static const unsigned lens[] = { 1, 101, 102, 103, 203, 204, 1000 };

	for (size_t n = 0; n < G_N_ELEMENTS(lens); n++) {
		struct sg_table sgt;
		struct scatterlist *sg;
		unsigned i;

		assert_int_equal(sg_alloc_table(&sgt, lens[n], GFP_KERNEL), 0);
		assert_int_equal(sg_nents(sgt.sgl), lens[n]);
		for_each_sgtable_sg(&sgt, sg, i)
			assert_false(sg_is_chain(sg));
		assert_null(sg);
		assert_true(sg_is_last(sg_last(sgt.sgl, lens[n])));
		sg_free_table(&sgt);
		assert_null(sgt.sgl);
	}
	(void)rig;
}

static void an_empty_table_is_an_error(struct rig *rig)
{
	struct sg_table sgt;

	assert_int_equal(sg_alloc_table(&sgt, 0, GFP_KERNEL), -EINVAL);
	assert_null(sgt.sgl);
	sg_free_table(&sgt);
	(void)rig;
}

static void a_table_of_which_any_array_fails_leaves_nothing(struct rig *rig)
{
	struct sg_table sgt;

	for (unsigned nth = 1; nth <= 3; nth++) {
		harness_fail_allocation(rig->h, nth);
		assert_int_equal(sg_alloc_table(&sgt, 300, GFP_KERNEL), -ENOMEM);
		assert_null(sgt.sgl);
	}
	harness_fail_allocation(rig->h, 4);
	assert_int_equal(sg_alloc_table(&sgt, 300, GFP_KERNEL), 0);
	harness_fail_allocation(rig->h, 0);
	sg_free_table(&sgt);
}

/* "0+2 4+1" are runs: first page and pages of each. */
static void expects_runs(struct page **pages, unsigned nr, unsigned max_segment,
			 const char *drawing)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct sg_table sgt;
	struct scatterlist *sg;
	unsigned i;

	assert_int_equal(sg_alloc_table_from_pages_segment(&sgt, pages, nr, 0, nr * PAGE_SIZE,
							   max_segment, GFP_KERNEL), 0);
	for_each_sgtable_sg(&sgt, sg, i)
		g_string_append_printf(got, "%s%d+%d", i ? " " : "",
				       (int)(sg_page(sg) - pages[0]),
				       (int)(sg->length >> PAGE_SHIFT));
	assert_string_equal(got->str, drawing);
	sg_free_table(&sgt);
}

static void pages_that_follow_one_another_share_an_entry(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 3);
	struct page *pages[6] = { block, block + 1, block + 2, block + 4, block + 5, block + 7 };
	struct sg_table sgt;

	expects_runs(pages, 6, ~0u, "0+3 4+2 7+1");
	expects_runs(pages, 6, 2 * PAGE_SIZE, "0+2 2+1 4+2 7+1");
	expects_runs(pages, 6, PAGE_SIZE + 100, "0+1 1+1 2+1 4+1 5+1 7+1");
	assert_int_equal(sg_alloc_table_from_pages_segment(&sgt, pages, 6, 0, PAGE_SIZE,
							   PAGE_SIZE - 1, GFP_KERNEL), -EINVAL);
	__free_pages(block, 3);
	(void)rig;
}

static void offset_and_size_cut_the_first_and_the_last_entry(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	struct page *pages[3] = { block, block + 1, block + 3 };
	struct sg_table sgt;

	assert_int_equal(sg_alloc_table_from_pages(&sgt, pages, 3, 100, 9000, GFP_KERNEL), 0);
	assert_int_equal(sgt.orig_nents, 2);
	assert_int_equal(sgt.sgl->offset, 100);
	assert_int_equal(sgt.sgl->length, 2 * PAGE_SIZE - 100);
	assert_int_equal(sg_next(sgt.sgl)->offset, 0);
	assert_int_equal(sg_next(sgt.sgl)->length, 9000 - (2 * PAGE_SIZE - 100));
	sg_free_table(&sgt);
	__free_pages(block, 2);
	(void)rig;
}

static void entries_for_a_length_are_counted(struct rig *rig)
{
	struct sg_table sgt;

	makes_list(rig, &sgt);
	assert_int_equal(sg_nents_for_len(sgt.sgl, 0), 0);
	assert_int_equal(sg_nents_for_len(sgt.sgl, 1), 1);
	assert_int_equal(sg_nents_for_len(sgt.sgl, LEN + 1), 2);
	assert_int_equal(sg_nents_for_len(sgt.sgl, NR * LEN), NR);
	assert_int_equal(sg_nents_for_len(sgt.sgl, NR * LEN + 1), -EINVAL);
	sg_free_table(&sgt);
}

static void copies_cross_entries_and_stop_at_the_end(struct rig *rig)
{
	uint8_t in[NR * LEN], out[NR * LEN] = { 0 };
	struct sg_table sgt;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	makes_list(rig, &sgt);
	assert_int_equal(sg_copy_from_buffer(sgt.sgl, NR, in, 500), 500);
	assert_int_equal(sg_copy_to_buffer(sgt.sgl, NR, out, 500), 500);
	assert_memory_equal(in, out, 500);
	assert_int_equal(sg_copy_to_buffer(sgt.sgl, 2, out, sizeof(out)), 2 * LEN);
	sg_free_table(&sgt);
}

static const struct rig_test tests[] = {
	/*                                                        needs  never */
	TEST_ON(each_entry_arrives_and_comes_back,                0,     0),
	TEST_ON(syncs_reach_every_entry,                          0,     0),
	TEST_ON(a_list_costs_what_its_entries_cost,               0,     ON_COHERENT | ON_BOUNCE),
	TEST_ON(one_bad_entry_and_nothing_is_mapped,              0,     ON_BOUNCE),
	TEST_ON(a_list_of_host_memory_is_refused,                 0,     0),
	TEST_ON(a_list_shorter_than_told_is_refused,              0,     0),
	TEST_ON(a_list_in_simulated_memory_works,                 0,     0),
	TEST_ON(long_tables_are_chained_and_have_every_entry,     ON_UP, 0),
	TEST_ON(an_empty_table_is_an_error,                       ON_UP, 0),
	TEST_ON(a_table_of_which_any_array_fails_leaves_nothing,  ON_UP, 0),
	TEST_ON(pages_that_follow_one_another_share_an_entry,     ON_UP, 0),
	TEST_ON(offset_and_size_cut_the_first_and_the_last_entry, ON_UP, 0),
	TEST_ON(entries_for_a_length_are_counted,                 ON_UP, 0),
	TEST_ON(copies_cross_entries_and_stop_at_the_end,         0,     0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
