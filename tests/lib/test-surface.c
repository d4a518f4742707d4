/* SPDX-License-Identifier: MIT */
/*
 * What a driver sees of the API beside its calls: members of structures, attributes that
 * change nothing, a driver's bookkeeping; and the operations of a device's own that
 * test-ops.c does not call.
 */
#include <string.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/swiotlb.h>

#include "support/rig.h"

#define LEN	256u

/* ---- structures ------------------------------------------------------------- */

static void an_entry_of_a_list_holds_its_page_and_its_marks(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[1], p, LEN);
	assert_ptr_equal((struct page *)(sg[1].page_link & ~(SG_CHAIN | SG_END)),
			 virt_to_page(p));
	assert_int_equal(sg[1].page_link & SG_END, SG_END);
	sg_assign_page(&sg[1], virt_to_page(p) + 1);
	assert_ptr_equal(sg_page(&sg[1]), virt_to_page(p) + 1);
	assert_int_equal(sg[1].page_link & SG_END, SG_END);
}

static void a_mapped_entry_holds_what_the_device_is_told(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	struct scatterlist sg;

	sg_init_one(&sg, p, LEN);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(sg.dma_length, LEN);
	assert_int_equal(sg.dma_address, sg_dma_address(&sg));
	assert_int_equal(sg_dma_len(&sg), LEN);
	dma_unmap_sg(rig->dev, &sg, 1, DMA_TO_DEVICE);
}

static void marks_of_an_entry_do_not_touch_each_other(struct rig *rig)
{
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	sg_dma_mark_bus_address(&sg);
	assert_int_equal(sg.dma_flags, SG_DMA_BUS_ADDRESS);
	sg_dma_mark_swiotlb(&sg);
	assert_int_equal(sg.dma_flags, SG_DMA_BUS_ADDRESS | SG_DMA_SWIOTLB);
	sg_dma_unmark_bus_address(&sg);
	assert_int_equal(sg.dma_flags, SG_DMA_SWIOTLB);
}

static void parameters_of_a_device_are_its_parent_bus_s(struct rig *rig)
{
	struct device_dma_parameters *parms = rig->dev->dma_parms;

	dma_set_max_seg_size(rig->dev, 4096);
	dma_set_seg_boundary(rig->dev, 0xffff);
	dma_set_min_align_mask(rig->dev, 511);
	assert_int_equal(parms->max_segment_size, 4096);
	assert_int_equal(parms->segment_boundary_mask, 0xffff);
	assert_int_equal(parms->min_align_mask, 511);
	assert_int_equal(dma_get_seg_boundary_nr_pages(rig->dev, PAGE_SHIFT), 16);
	dma_set_min_align_mask(rig->dev, 0);
}

static void a_bus_that_offsets_is_heeded(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	phys_addr_t pa = virt_to_phys(p);
	struct bus_dma_region map[2] = {
		{ .cpu_start = pa & PAGE_MASK, .dma_start = 0x10000000, .size = PAGE_SIZE },
	};
	const struct bus_dma_region *before = rig->dev->dma_range_map;
	dma_addr_t dma;

	rig->dev->dma_range_map = map;
	dma = dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE);
	assert_int_equal(dma, map[0].dma_start + offset_in_page(p));
	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	rig->dev->dma_range_map = before;
}

static void a_bus_that_ends_too_soon_is_heeded(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t pa = virt_to_phys(p);

	rig->dev->bus_dma_limit = pa + LEN - 1;
	assert_true(dma_capable(rig->dev, pa, LEN, true));
	assert_false(dma_capable(rig->dev, pa + 1, LEN, true));
	rig->dev->bus_dma_limit = 0;
}

static void a_coherent_device_s_syncs_are_skipped_until_it_bounces(struct rig *rig)
{
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), 0);
	assert_int_equal(rig->dev->dma_skip_sync, !!(rig->on->is & ON_COHERENT));
	assert_int_equal(dma_dev_need_sync(rig->dev), !(rig->on->is & ON_COHERENT));
}

/* ---- a driver's own words ------------------------------------------------------ */

struct descriptor {
	DEFINE_DMA_UNMAP_ADDR(where);
	DEFINE_DMA_UNMAP_LEN(how_much);
};

static void a_driver_s_bookkeeping_is_kept(struct rig *rig)
{
	struct descriptor d;
	char *p = allocates(rig, LEN);

	dma_unmap_addr_set(&d, where, maps(rig, p, LEN, DMA_TO_DEVICE));
	dma_unmap_len_set(&d, how_much, LEN);
	assert_int_equal(dma_unmap_len(&d, how_much), LEN);
	dma_unmap_single(rig->dev, dma_unmap_addr(&d, where), dma_unmap_len(&d, how_much),
			 DMA_TO_DEVICE);
}

static void attributes_that_mean_nothing_here_change_nothing(struct rig *rig)
{
	static const unsigned long attrs[] = {
		0, DMA_ATTR_WEAK_ORDERING, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_ALLOC_SINGLE_PAGES,
		DMA_ATTR_PRIVILEGED, DMA_ATTR_WRITE_COMBINE,
	};
	char *p = allocates(rig, LEN);
	struct machine_counters before, after;
	u64 work[2] = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(attrs); i++) {
		dma_addr_t dma;

		cpu_writes(rig, p, "attributes");
		machine_count(rig->m, &before);
		dma = dma_map_single_attrs(rig->dev, p, LEN, DMA_BIDIRECTIONAL, attrs[i]);
		machine_count(rig->m, &after);
		expects_device_reads(rig, dma, "attributes");
		dma_unmap_single_attrs(rig->dev, dma, LEN, DMA_BIDIRECTIONAL, attrs[i]);
		work[!!i] = after.level[0].cleaned - before.level[0].cleaned;
		assert_int_equal(work[!!i], work[0]);
	}
}

static void caches_can_be_maintained_by_address_alone(struct rig *rig)
{
	char *p = allocates(rig, PAGE_SIZE);
	dma_addr_t dma = dma_map_single_attrs(rig->dev, p, PAGE_SIZE, DMA_BIDIRECTIONAL,
					      DMA_ATTR_SKIP_CPU_SYNC);

	cpu_writes(rig, p, "out");
	arch_sync_dma_for_device(virt_to_phys(p), PAGE_SIZE, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "out");
	arch_sync_dma_for_device(virt_to_phys(p), PAGE_SIZE, DMA_FROM_DEVICE);
	device_writes(rig, dma, "in!");
	arch_sync_dma_for_cpu(virt_to_phys(p), PAGE_SIZE, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "in!");
	dma_unmap_single_attrs(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL,
			       DMA_ATTR_SKIP_CPU_SYNC);
}

static void a_slot_can_be_had_by_itself(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "slot");
	dma = swiotlb_map(rig->dev, virt_to_phys(p), LEN, DMA_TO_DEVICE, 0);
	assert_int_not_equal(dma, DMA_MAPPING_ERROR);
	assert_int_not_equal(dma_to_phys(rig->dev, dma), virt_to_phys(p));
	expects_device_reads(rig, dma, "slot");
	swiotlb_tbl_unmap_single(rig->dev, dma_to_phys(rig->dev, dma), LEN, DMA_TO_DEVICE, 0);
}

static void coherent_memory_s_protection_is_the_device_s(struct rig *rig)
{
	pgprot_t cached = PAGE_KERNEL;
	pgprot_t got = dma_pgprot(rig->dev, cached, 0);
	bool is_same = !memcmp(&got, &cached, sizeof(got));

	assert_int_equal(is_same, !!(rig->on->is & ON_COHERENT));
}

/* Answers of a PCI host bridge: a driver may have stored one as a number. */
static void what_peers_may_do_is_numbered_as_in_linux(struct rig *rig)
{
	static const enum pci_p2pdma_map_type types[] = {
		PCI_P2PDMA_MAP_UNKNOWN, PCI_P2PDMA_MAP_NOT_SUPPORTED, PCI_P2PDMA_MAP_BUS_ADDR,
		PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
		assert_int_equal(types[i], i);
}

static void memory_in_use_is_nobody_s_to_share_out(struct rig *rig)
{
	char *p = allocates(rig, PAGE_SIZE);
	dma_addr_t dma = 42;

	listens(rig);
	assert_true(dma_init_global_coherent(virt_to_phys(p), PAGE_SIZE) < 0);
	expects_warning(rig, "memremap attempted on ram");
	assert_null(dma_alloc_from_global_coherent(rig->dev, PAGE_SIZE, &dma));
	assert_int_equal(dma, 42);
	assert_int_equal(dma_release_from_global_coherent(0, p), 0);
}

/* ---- a device's own operations ---------------------------------------------------- */

static unsigned nr_asked;

static int own_get_sgtable(struct device *dev, struct sg_table *sgt, void *va, dma_addr_t dma,
			   size_t size, unsigned long attrs)
{
	nr_asked++;
	return sgt->nents == 7 && size == LEN ? 5 : -EINVAL;
}

static int own_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	return nents - 1;
}

static void own_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	assert_int_equal(nents, 3);
	nr_asked++;
}

static void own_unmap_resource(struct device *dev, dma_addr_t dma, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	assert_int_equal(dma, 0x77);
	nr_asked++;
}

static void own_cache_sync(struct device *dev, void *va, size_t size, enum dma_data_direction dir)
{
	fail_msg("nothing calls cache_sync");
}

static u64 own_required_mask(struct device *dev)
{
	return DMA_BIT_MASK(21);
}

static size_t own_max_mapping_size(struct device *dev)
{
	return 1u << 20;
}

static size_t own_opt_mapping_size(void)
{
	return 1u << 16;
}

static unsigned long own_merge_boundary(struct device *dev)
{
	return 0xfff;
}

static const struct dma_map_ops own_ops = {
	.get_sgtable = own_get_sgtable, .map_sg = own_map_sg, .unmap_sg = own_unmap_sg,
	.unmap_resource = own_unmap_resource, .cache_sync = own_cache_sync,
	.get_required_mask = own_required_mask, .max_mapping_size = own_max_mapping_size,
	.opt_mapping_size = own_opt_mapping_size, .get_merge_boundary = own_merge_boundary,
};

static void limits_are_the_operations_to_say(struct rig *rig)
{
	assert_null(get_dma_ops(rig->dev));
	assert_true(dma_pci_p2pdma_supported(rig->dev));
	set_dma_ops(rig->dev, &own_ops);
	assert_ptr_equal(get_dma_ops(rig->dev), &own_ops);
	assert_false(dma_pci_p2pdma_supported(rig->dev));
	assert_int_equal(dma_get_required_mask(rig->dev), DMA_BIT_MASK(21));
	assert_int_equal(dma_max_mapping_size(rig->dev), 1u << 20);
	assert_int_equal(dma_opt_mapping_size(rig->dev), 1u << 16);
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0xfff);
	set_dma_ops(rig->dev, NULL);
}

static void what_the_operations_mapped_they_unmap(struct rig *rig)
{
	struct sg_table sgt = { .nents = 7 };
	struct scatterlist sg[3];

	nr_asked = 0;
	sg_init_table(sg, 3);
	for (int i = 0; i < 3; i++)
		sg_set_buf(&sg[i], allocates(rig, LEN), LEN);
	set_dma_ops(rig->dev, &own_ops);
	assert_int_equal(dma_map_sg(rig->dev, sg, 3, DMA_TO_DEVICE), 2);
	dma_unmap_sg(rig->dev, sg, 3, DMA_TO_DEVICE);
	dma_unmap_resource(rig->dev, 0x77, 4, DMA_TO_DEVICE, 0);
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, rig, 0x1000, LEN), 5);
	assert_int_equal(nr_asked, 3);
	set_dma_ops(rig->dev, NULL);
}

/* It is empty on 32-bit Arm: R2 of examples/r2-no-kernel-mapping. */
static void preparing_coherent_memory_moves_no_line(struct rig *rig)
{
	struct machine_counters before, after;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	machine_count(rig->m, &before);
	arch_dma_prep_coherent(page, PAGE_SIZE);
	machine_count(rig->m, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	__free_page(page);
}

static const struct rig_test tests[] = {
	/*                                                            needs      never */
	TEST_ON(an_entry_of_a_list_holds_its_page_and_its_marks,       0,         0),
	TEST_ON(a_mapped_entry_holds_what_the_device_is_told,          0,         0),
	TEST_ON(marks_of_an_entry_do_not_touch_each_other,             0,         0),
	TEST_ON(parameters_of_a_device_are_its_parent_bus_s,           0,         0),
	TEST_ON(a_bus_that_offsets_is_heeded,                          0,         ON_BOUNCE),
	TEST_ON(a_bus_that_ends_too_soon_is_heeded,                    0,         0),
	TEST_ON(a_coherent_device_s_syncs_are_skipped_until_it_bounces, 0,        0),
	TEST_ON(a_driver_s_bookkeeping_is_kept,                        0,         0),
	TEST_ON(attributes_that_mean_nothing_here_change_nothing,      0,         0),
	TEST_ON(caches_can_be_maintained_by_address_alone,             0,         ON_BOUNCE),
	TEST_ON(a_slot_can_be_had_by_itself,                           ON_BOUNCE, 0),
	TEST_ON(coherent_memory_s_protection_is_the_device_s,          0,         0),
	TEST_ON(what_peers_may_do_is_numbered_as_in_linux,             0,         0),
	TEST_ON(memory_in_use_is_nobody_s_to_share_out,                0,         0),
	TEST_ON(preparing_coherent_memory_moves_no_line,               0,         0),
	TEST_ON(limits_are_the_operations_to_say,                      0,         0),
	TEST_ON(what_the_operations_mapped_they_unmap,                 0,         0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
