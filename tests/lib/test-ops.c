/* SPDX-License-Identifier: MIT */
/* Who maps: a device's own operations, or direct mapping. The switchboard's table. */
#include <string.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>

#include "support/rig.h"

#define LEN	256

/* What the operations were asked, in order. */
static GString *asked;
static bool shall_fail;

static void ask(const char *what, u64 a, u64 b)
{
	g_string_append_printf(asked, "%s(%#llx, %llu) ", what, (unsigned long long)a,
			       (unsigned long long)b);
}

static dma_addr_t own_map_page(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	ask("map_page", offset, size);
	return shall_fail ? DMA_MAPPING_ERROR : 0x1000 + offset;
}

static void own_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	ask("unmap_page", dma, size);
}

static int sg_result;

static int own_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	ask("map_sg", (u64)nents, attrs);
	return sg_result;
}

static void own_sync_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			     enum dma_data_direction dir)
{
	ask("sync_for_cpu", dma, size);
}

static void own_sync_for_device(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir)
{
	ask("sync_for_device", dma, size);
}

static dma_addr_t own_map_resource(struct device *dev, phys_addr_t pa, size_t size,
				   enum dma_data_direction dir, unsigned long attrs)
{
	ask("map_resource", pa, size);
	return 0x77;
}

static void *own_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
		       unsigned long attrs)
{
	ask("alloc", size, attrs);
	*dma = 0x5000;
	return shall_fail ? NULL : dev;
}

static void own_free(struct device *dev, size_t size, void *va, dma_addr_t dma,
		     unsigned long attrs)
{
	ask("free", dma, size);
}

static int own_supported(struct device *dev, u64 mask)
{
	return mask == DMA_BIT_MASK(20);
}

static const struct dma_map_ops minimal_ops = {
	.map_page = own_map_page, .unmap_page = own_unmap_page, .map_sg = own_map_sg,
};

static const struct dma_map_ops full_ops = {
	.map_page = own_map_page, .unmap_page = own_unmap_page, .map_sg = own_map_sg,
	.sync_single_for_cpu = own_sync_for_cpu, .sync_single_for_device = own_sync_for_device,
	.map_resource = own_map_resource, .alloc = own_alloc, .free = own_free,
	.dma_supported = own_supported,
};

static void begins(struct rig *rig, const struct dma_map_ops *ops)
{
	asked = g_string_new(NULL);
	shall_fail = false;
	sg_result = 1;
	set_dma_ops(rig->dev, ops);
	arch_setup_dma_ops(rig->dev, rig->on->is & ON_COHERENT);
}

static void expects_asked(const char *text)
{
	assert_string_equal(asked->str, text);
	g_string_free(asked, TRUE);
}

static void a_device_with_operations_goes_there(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	begins(rig, &full_ops);
	marks(rig);
	dma = dma_map_single(rig->dev, p + 5, 100, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(rig->dev, dma + 1, 10, DMA_TO_DEVICE);
	dma_sync_single_for_device(rig->dev, dma, 20, DMA_TO_DEVICE);
	dma_unmap_single(rig->dev, dma, 100, DMA_TO_DEVICE);
	assert_int_equal(dma_map_resource(rig->dev, 0x300, 4, DMA_TO_DEVICE, 0), 0x77);
	expects_work(rig, "L1 c0 i0, L2 c0 i0, syncs 0");
	assert_int_equal(dma, 0x1000 + offset_in_page(p) + 5);
	assert_non_null(strstr(asked->str, ", 100) sync_for_cpu("));
	assert_non_null(strstr(asked->str, ", 10) sync_for_device("));
	assert_non_null(strstr(asked->str, ", 100) map_resource(0x300, 4) "));
	g_string_free(asked, TRUE);
}

static void another_device_beside_it_is_mapped_directly(struct rig *rig)
{
	struct device *direct = harness_device_new(rig->h, "eth1", false);
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	begins(rig, &full_ops);
	cpu_writes(rig, p, "shared");
	dma = dma_map_single(direct, p, LEN, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "shared");
	dma_unmap_single(direct, dma, LEN, DMA_TO_DEVICE);
	expects_asked("");
}

static void operations_that_are_missing_are_left_out(struct rig *rig)
{
	dma_addr_t dma;

	begins(rig, &minimal_ops);
	dma_sync_single_for_cpu(rig->dev, 0x1000, 10, DMA_TO_DEVICE);
	dma_sync_single_for_device(rig->dev, 0x1000, 10, DMA_TO_DEVICE);
	dma_unmap_resource(rig->dev, 0x1000, 10, DMA_TO_DEVICE, 0);
	assert_int_equal(dma_map_resource(rig->dev, 0x300, 4, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	assert_null(dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL));
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(8)), 0);
	assert_int_equal(dma_get_required_mask(rig->dev), DMA_BIT_MASK(32));
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0);
	assert_true(dma_max_mapping_size(rig->dev) == SIZE_MAX);
	assert_true(dma_opt_mapping_size(rig->dev) == SIZE_MAX);
	expects_asked("");
}

static void a_refusal_of_theirs_is_passed_on(struct rig *rig)
{
	dma_addr_t dma = 42;
	char *p = allocates(rig, LEN);

	begins(rig, &full_ops);
	shall_fail = true;
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	assert_null(dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL));
	assert_int_equal(dma, 42);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(24)), -EIO);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(20)), 0);
	g_string_free(asked, TRUE);
}

static void their_memory_is_theirs_to_free(struct rig *rig)
{
	dma_addr_t dma;
	void *p;

	begins(rig, &full_ops);
	p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	assert_ptr_equal(p, rig->dev);
	dma_free_coherent(rig->dev, LEN, p, dma);
	expects_asked("alloc(0x100, 0) free(0x5000, 256) ");
}

static void errors_of_a_list_are_the_four_known_ones(struct rig *rig)
{
	static const struct {
		int from_ops, from_sgtable;
	} cases[] = {
		{ 1, 0 }, { -EINVAL, -EINVAL }, { -ENOMEM, -ENOMEM }, { -EIO, -EIO },
		{ -EREMOTEIO, -EREMOTEIO }, { 0, -EIO }, { -EBUSY, -EIO },
	};
	struct sg_table sgt;

	assert_int_equal(sg_alloc_table(&sgt, 2, GFP_KERNEL), 0);
	sg_set_buf(sgt.sgl, allocates(rig, LEN), LEN);
	sg_set_buf(sg_next(sgt.sgl), allocates(rig, LEN), LEN);
	begins(rig, &minimal_ops);
	listens(rig);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		sg_result = cases[i].from_ops;
		sgt.nents = 99;
		assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0),
				 cases[i].from_sgtable);
		assert_int_equal(sgt.nents, sg_result == 1 ? 1 : 99);
		assert_int_equal(dma_map_sg(rig->dev, sgt.sgl, 2, DMA_TO_DEVICE),
				 sg_result == 1 ? 1 : 0);
	}
	expects_warning(rig, "eth0: map_sg() returned 0");
	sg_free_table(&sgt);
	g_string_free(asked, TRUE);
}

static void bypass_is_direct_while_the_mask_reaches_everything(struct rig *rig)
{
	char *p = allocates(rig, LEN);

	begins(rig, &full_ops);
	rig->dev->dma_ops_bypass = true;
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), virt_to_phys(p));
	*rig->dev->dma_mask = DMA_BIT_MASK(24);
	dma_map_single(rig->dev, p, 1, DMA_TO_DEVICE);
	assert_non_null(strstr(asked->str, "map_page("));
	g_string_free(asked, TRUE);
}

static void a_device_that_must_not_do_dma_cannot(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	struct scatterlist sg;
	dma_addr_t dma;

	set_dma_ops(rig->dev, &dma_dummy_ops);
	sg_init_one(&sg, p, LEN);
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 0);
	assert_null(dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL));
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), -EIO);
}

static void syncs_are_needed_where_they_do_something(struct rig *rig)
{
	assert_int_equal(dma_dev_need_sync(rig->dev), !(rig->on->is & ON_COHERENT));
	set_dma_ops(rig->dev, &minimal_ops);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), 0);
	assert_false(dma_dev_need_sync(rig->dev));
	assert_false(dma_need_sync(rig->dev, 0));
	set_dma_ops(rig->dev, &full_ops);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(20)), 0);
	assert_true(dma_dev_need_sync(rig->dev));
	assert_true(dma_need_sync(rig->dev, 0));
}

/* ---- the table --------------------------------------------------------------------- */

/* All of them, and each only counts. */
static unsigned nr_asked;

static dma_addr_t count_map_page(struct device *dev, struct page *page, unsigned long offset,
				 size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	nr_asked++;
	return 0x1000;
}

static void count_unmap(struct device *dev, dma_addr_t dma, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	nr_asked++;
}

static int count_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	nr_asked++;
	return nents;
}

static void count_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			   enum dma_data_direction dir, unsigned long attrs)
{
	nr_asked++;
}

static dma_addr_t count_map_resource(struct device *dev, phys_addr_t pa, size_t size,
				     enum dma_data_direction dir, unsigned long attrs)
{
	nr_asked++;
	return pa;
}

static void count_sync(struct device *dev, dma_addr_t dma, size_t size,
		       enum dma_data_direction dir)
{
	nr_asked++;
}

static void count_sync_sg(struct device *dev, struct scatterlist *sg, int nents,
			  enum dma_data_direction dir)
{
	nr_asked++;
}

static void *count_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
			 unsigned long attrs)
{
	nr_asked++;
	return NULL;
}

static void count_free(struct device *dev, size_t size, void *va, dma_addr_t dma,
		       unsigned long attrs)
{
	nr_asked++;
}

static u64 count_required(struct device *dev)
{
	nr_asked++;
	return DMA_BIT_MASK(32);
}

static const struct dma_map_ops counting_ops = {
	.map_page = count_map_page, .unmap_page = count_unmap,
	.map_sg = count_map_sg, .unmap_sg = count_unmap_sg,
	.map_resource = count_map_resource, .unmap_resource = count_unmap,
	.sync_single_for_cpu = count_sync, .sync_single_for_device = count_sync,
	.sync_sg_for_cpu = count_sync_sg, .sync_sg_for_device = count_sync_sg,
	.alloc = count_alloc, .free = count_free,
	.get_required_mask = count_required,
};

/* Every call of the streaming half, each once; how many of them operations saw. */
static unsigned asks_streaming(struct rig *rig)
{
	struct device *dev = rig->dev;
	struct scatterlist sg;
	dma_addr_t dma;

	nr_asked = 0;
	sg_init_one(&sg, allocates(rig, LEN), LEN);
	dma = dma_map_page(dev, sg_page(&sg), sg.offset, LEN, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(dev, dma, LEN, DMA_TO_DEVICE);
	dma_sync_single_for_device(dev, dma, LEN, DMA_TO_DEVICE);
	dma_unmap_page(dev, dma, LEN, DMA_TO_DEVICE);
	dma_map_sg(dev, &sg, 1, DMA_TO_DEVICE);
	dma_sync_sg_for_cpu(dev, &sg, 1, DMA_TO_DEVICE);
	dma_sync_sg_for_device(dev, &sg, 1, DMA_TO_DEVICE);
	dma_unmap_sg(dev, &sg, 1, DMA_TO_DEVICE);
	dma = dma_map_resource(dev, 0x1000, 64, DMA_TO_DEVICE, 0);
	dma_unmap_resource(dev, dma, 64, DMA_TO_DEVICE, 0);
	return nr_asked;
}

/* The allocating half, which looks at the coherent mask. */
static unsigned asks_allocating(struct rig *rig)
{
	dma_addr_t dma;
	void *p;

	nr_asked = 0;
	p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	dma_free_coherent(rig->dev, LEN, p ? p : rig, dma);
	dma_get_required_mask(rig->dev);
	return nr_asked;
}

static void every_call_goes_where_the_table_says(struct rig *rig)
{
	enum { STREAMING = 10, ALLOCATING = 3 };
	static const struct {
		const struct dma_map_ops *ops;
		bool bypasses;
		u64 mask, coherent_mask;
		unsigned nr_streaming, nr_allocating;
	} rows[] = {
		{ NULL, false, DMA_BIT_MASK(32), DMA_BIT_MASK(32), 0, 0 },
		{ NULL, true, DMA_BIT_MASK(32), DMA_BIT_MASK(32), 0, 0 },
		{ &counting_ops, false, DMA_BIT_MASK(32), DMA_BIT_MASK(32), STREAMING,
		  ALLOCATING },
		{ &counting_ops, true, DMA_BIT_MASK(32), DMA_BIT_MASK(32), 0, 0 },
		{ &counting_ops, true, DMA_BIT_MASK(20), DMA_BIT_MASK(32), STREAMING, 0 },
		{ &counting_ops, true, DMA_BIT_MASK(32), DMA_BIT_MASK(20), 0, ALLOCATING },
		{ &counting_ops, true, DMA_BIT_MASK(20), DMA_BIT_MASK(20), STREAMING,
		  ALLOCATING },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		set_dma_ops(rig->dev, rows[i].ops);
		rig->dev->dma_ops_bypass = rows[i].bypasses;
		rig->dev->dma_skip_sync = false;
		*rig->dev->dma_mask = rows[i].mask;
		rig->dev->coherent_dma_mask = rows[i].coherent_mask;
		assert_int_equal(asks_streaming(rig), rows[i].nr_streaming);
		assert_int_equal(asks_allocating(rig), rows[i].nr_allocating);
	}
}

/* A limit of the bus counts as a mask does. */
static void a_bus_that_ends_early_ends_bypass(struct rig *rig)
{
	set_dma_ops(rig->dev, &counting_ops);
	rig->dev->dma_ops_bypass = true;
	rig->dev->dma_skip_sync = false;
	rig->dev->bus_dma_limit = dma_direct_get_required_mask(rig->dev);
	assert_int_equal(asks_streaming(rig), 0);
	rig->dev->bus_dma_limit--;
	assert_int_equal(asks_streaming(rig), 10);
	assert_int_equal(asks_allocating(rig), 3);
}

static const struct rig_test tests[] = {
	/*                                                          needs     never */
	TEST_ON(every_call_goes_where_the_table_says,               0,        0),
	TEST_ON(a_bus_that_ends_early_ends_bypass,                  0,        0),
	TEST_ON(a_device_with_operations_goes_there,                0,        0),
	TEST_ON(another_device_beside_it_is_mapped_directly,        0,        0),
	TEST_ON(operations_that_are_missing_are_left_out,           0,        0),
	TEST_ON(a_refusal_of_theirs_is_passed_on,                   0,        0),
	TEST_ON(their_memory_is_theirs_to_free,                     0,        0),
	TEST_ON(errors_of_a_list_are_the_four_known_ones,           0,        0),
	TEST_ON(bypass_is_direct_while_the_mask_reaches_everything, 0,        ON_BOUNCE),
	TEST_ON(a_device_that_must_not_do_dma_cannot,               0,        0),
	TEST_ON(syncs_are_needed_where_they_do_something,           0,        0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
