/* SPDX-License-Identifier: MIT */
/* What a device can reach: masks, dma-ranges, limits; and bouncing what it cannot. */
#include <linux/dma-direct.h>
#include <linux/swiotlb.h>

#include "support/rig.h"

#define LEN	256

/* Memory of the boards here starts at 1 or 2 GiB and has at least 256 MiB. */
static u64 start_of_memory(void)
{
	return virt_to_phys((void *)(uintptr_t)page_address(pfn_to_page(
		(unsigned long)(virt_to_phys(kmalloc(64, GFP_KERNEL)) >> PAGE_SHIFT)))) &
	       ~(u64)(SZ_256M - 1);
}

/* ---- operations with opinions ------------------------------------------------------- */

static int is_wide(struct device *dev, u64 mask)
{
	return mask > DMA_BIT_MASK(32);
}

static u64 own_required(struct device *dev)
{
	return 0xabc;
}

static size_t own_max(struct device *dev)
{
	return 5000;
}

static size_t own_opt(void)
{
	return 4000;
}

static unsigned long own_merge(struct device *dev)
{
	return 0xfff;
}

/* ---- masks ------------------------------------------------------------------------- */

static void any_mask_of_32_bits_or_more_is_taken(struct rig *rig)
{
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(64)), 0);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(64));
	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(32)), 0);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(32));
	assert_true(rig->dev->coherent_dma_mask == DMA_BIT_MASK(32));
}

static void a_mask_that_misses_memory_is_refused_and_the_old_one_stays(struct rig *rig)
{
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(24)), -EIO);
	assert_int_equal(dma_set_coherent_mask(rig->dev, DMA_BIT_MASK(24)), -EIO);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(32));
	assert_true(rig->dev->coherent_dma_mask == DMA_BIT_MASK(32));
}

static void a_device_without_a_mask_cannot_set_one_but_can_be_coerced(struct rig *rig)
{
	rig->dev->dma_mask = NULL;
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), -EIO);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(32));
	assert_int_equal(dma_coerce_mask_and_coherent(rig->dev, DMA_BIT_MASK(40)), 0);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(40));
}

static void the_required_mask_is_what_memory_asks_for(struct rig *rig)
{
	u64 mask = dma_get_required_mask(rig->dev);

	assert_true(mask == DMA_BIT_MASK(31) || mask == DMA_BIT_MASK(32));
	assert_false(dma_addressing_limited(rig->dev));
	rig->dev->bus_dma_limit = mask >> 1;
	assert_true(dma_addressing_limited(rig->dev));
}

static void parameters_have_linuxs_defaults(struct rig *rig)
{
	assert_int_equal(dma_get_max_seg_size(rig->dev), SZ_64K);
	assert_true(dma_get_seg_boundary(rig->dev) == ~0ul);
	assert_int_equal(dma_get_min_align_mask(rig->dev), 0);
	assert_int_equal(dma_get_cache_alignment(), 64);
	dma_set_max_seg_size(rig->dev, SZ_1M);
	dma_set_seg_boundary(rig->dev, 0xffffff);
	dma_set_min_align_mask(rig->dev, 0xfff);
	assert_int_equal(dma_get_max_seg_size(rig->dev), SZ_1M);
	assert_int_equal(dma_get_seg_boundary_nr_pages(rig->dev, PAGE_SHIFT), 4096);
	assert_int_equal(dma_get_min_align_mask(rig->dev), 0xfff);
	rig->dev->dma_parms = NULL;
	listens(rig);
	dma_set_max_seg_size(rig->dev, SZ_4K);
	expects_warning(rig, "!dev->dma_parms");
	assert_int_equal(dma_get_max_seg_size(rig->dev), SZ_64K);
}

static void the_coherent_mask_is_not_asked_about_twice(struct rig *rig)
{
	static const struct dma_map_ops refusing = { .dma_supported = is_wide };

	set_dma_ops(rig->dev, &refusing);
	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(40)), 0);
	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(30)), -EIO);
	assert_true(rig->dev->coherent_dma_mask == DMA_BIT_MASK(40));
	set_dma_ops(rig->dev, NULL);
}

static void without_a_device_a_segment_ends_at_4_gib(struct rig *rig)
{
	assert_int_equal(dma_get_seg_boundary_nr_pages(NULL, PAGE_SHIFT), 1 << 20);
	dma_set_seg_boundary(rig->dev, 0xffff);
	assert_int_equal(dma_get_seg_boundary_nr_pages(rig->dev, PAGE_SHIFT), 16);
	dma_set_seg_boundary(rig->dev, 0);
	assert_true(dma_get_seg_boundary(rig->dev) == ~0ul);
}

static void a_limit_of_zero_is_none(struct rig *rig)
{
	static const struct {
		u64 mask, limit, dma;
		size_t size;
		bool is_capable;
	} cases[] = {
		{ 0xffff, 0, 0xff00, 0x100, true }, { 0xffff, 0, 0xff01, 0x100, false },
		{ 0, 0xffff, 0xff00, 0x100, true }, { 0, 0xffff, 0x10000, 1, false },
		{ 0xffff, 0xfff, 0xfff, 1, true }, { 0xffff, 0xfff, 0xfff, 2, false },
		{ 0xffff, 0xfffff, 0xffff, 2, false }, { ~0ull, 0, ~0ull - 1, 1, true },
		{ ~0ull, 0, DMA_MAPPING_ERROR, 1, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		*rig->dev->dma_mask = cases[i].mask;
		rig->dev->bus_dma_limit = cases[i].limit;
		assert_int_equal(dma_capable(rig->dev, cases[i].dma, cases[i].size, true),
				 cases[i].is_capable);
	}
}

static void operations_answer_for_their_device(struct rig *rig)
{
	static const struct dma_map_ops ops = {
		.get_required_mask = own_required, .max_mapping_size = own_max,
		.opt_mapping_size = own_opt, .get_merge_boundary = own_merge,
	};

	assert_true(dma_pci_p2pdma_supported(rig->dev));
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0);
	assert_int_equal(dma_opt_mapping_size(rig->dev), dma_max_mapping_size(rig->dev));
	set_dma_ops(rig->dev, &ops);
	assert_int_equal(dma_get_required_mask(rig->dev), 0xabc);
	assert_int_equal(dma_max_mapping_size(rig->dev), 5000);
	assert_int_equal(dma_opt_mapping_size(rig->dev), 4000);
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0xfff);
	rig->dev->dma_ops_bypass = true;
	assert_false(dma_pci_p2pdma_supported(rig->dev));
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0xfff);
	set_dma_ops(rig->dev, NULL);
}

/* ---- what a driver declares -------------------------------------------------------- */

struct with_a_group {
	u32 state;
	__dma_from_device_group_begin(rx);
	u8 from_device[13];
	__dma_from_device_group_end(rx);
	u32 next;
};

struct with_state {
	DEFINE_DMA_UNMAP_ADDR(dma);
	DEFINE_DMA_UNMAP_LEN(len);
};

static void a_group_has_its_lines_for_itself(struct rig *rig)
{
	assert_int_equal(offsetof(struct with_a_group, from_device), 64);
	assert_int_equal(offsetof(struct with_a_group, next), 128);
	assert_int_equal(_Alignof(struct with_a_group), dma_get_cache_alignment());
}

static void the_state_for_unmapping_is_kept(struct rig *rig)
{
	struct with_state s;

	dma_unmap_addr_set(&s, dma, 0x123456789abull);
	dma_unmap_len_set(&s, len, 77);
	assert_true(dma_unmap_addr(&s, dma) == 0x123456789abull);
	assert_int_equal(dma_unmap_len(&s, len), 77);
}

/* On the direct path: hints for others, or true anyway. */
static void attributes_that_nobody_honours_change_nothing(struct rig *rig)
{
	static const unsigned long attrs[] = {
		DMA_ATTR_WEAK_ORDERING, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_ALLOC_SINGLE_PAGES,
		DMA_ATTR_PRIVILEGED, DMA_ATTR_NO_WARN, DMA_ATTR_WRITE_COMBINE,
	};
	char *p = allocates(rig, LEN);

	for (size_t i = 0; i < G_N_ELEMENTS(attrs); i++) {
		dma_addr_t dma, memory_dma;
		char *memory;

		cpu_fills(rig, p, LEN, (unsigned)i);
		dma = dma_map_single_attrs(rig->dev, p, LEN, DMA_BIDIRECTIONAL, attrs[i]);
		expects_device_finds(rig, dma, LEN, (unsigned)i);
		device_fills(rig, dma, LEN, 99);
		dma_unmap_single_attrs(rig->dev, dma, LEN, DMA_BIDIRECTIONAL, attrs[i]);
		expects_cpu_finds(rig, p, LEN, 99);
		memory = dma_alloc_attrs(rig->dev, LEN, &memory_dma, GFP_KERNEL, attrs[i]);
		expects_cpu_zeros(rig, memory, LEN);
		device_fills(rig, memory_dma, LEN, 98);
		expects_cpu_finds(rig, memory, LEN, 98);
		dma_free_attrs(rig->dev, LEN, memory, memory_dma, attrs[i]);
	}
}

static void a_list_of_nothing_is_an_error(struct rig *rig)
{
	struct scatterlist sg;
	struct sg_table sgt = { &sg, 7, 0 };

	sg_init_one(&sg, allocates(rig, LEN), LEN);
	listens(rig);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 0, DMA_TO_DEVICE), 0);
	expects_warning(rig, "eth0: map_sg() returned 0");
	listens(rig);
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0), -EIO);
	expects_warning(rig, "eth0: map_sg() returned 0");
	assert_int_equal(sgt.nents, 7);
}

/* ---- dma-ranges ---------------------------------------------------------------------- */

/* A device whose bus shows the first 128 MiB of memory at 0x10000000. */
static struct rig *behind_a_bus(struct rig *rig, struct bus_dma_region *map)
{
	const struct board_range range = { 0x10000000, start_of_memory(), SZ_128M };
	const struct master_config cfg = {
		.name = "eth9", .is_coherent = rig->on->is & ON_COHERENT, .ranges = &range,
		.nr_ranges = 1,
	};

	map[0] = (struct bus_dma_region){ range.pa, range.dma, range.len };
	map[1].size = 0;
	rig->dev = harness_device_new(rig->h, "eth9", rig->on->is & ON_COHERENT);
	rig->dev->dma_range_map = map;
	rig->dev->bus_dma_limit = range.dma + range.len - 1;
	rig->hw = master_new(rig->m, &cfg);
	arch_setup_dma_ops(rig->dev, rig->on->is & ON_COHERENT);
	return rig;
}

static void ends_behind_a_bus(struct rig *rig)
{
	rig->dev->dma_range_map = NULL;
}

static void a_device_address_is_shifted_by_the_bus(struct rig *rig)
{
	struct bus_dma_region map[2];
	char *p;
	dma_addr_t dma;

	behind_a_bus(rig, map);
	p = allocates(rig, LEN);
	cpu_writes(rig, p, "shifted");
	dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);
	if (!(rig->on->is & ON_BOUNCE))
		assert_int_equal(dma, virt_to_phys(p) - map[0].cpu_start + 0x10000000);
	expects_device_reads(rig, dma, "shifted");
	device_writes(rig, dma, "back.");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "back.");
	ends_behind_a_bus(rig);
}

static void coherent_memory_is_shifted_too_or_refused(struct rig *rig)
{
	struct bus_dma_region map[2];
	dma_addr_t dma;
	char *p;

	behind_a_bus(rig, map);
	p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	if (p) {
		device_writes(rig, dma, "both");
		expects_cpu_reads(rig, p, "both");
		dma_free_coherent(rig->dev, LEN, p, dma);
	} else {
		/* The contiguous area is at the end of memory, which this bus does not show. */
		assert_false(rig->on->is & (ON_COHERENT | ON_LEGACY));
	}
	ends_behind_a_bus(rig);
}

static void addresses_outside_every_window_translate_to_nothing(struct rig *rig)
{
	struct bus_dma_region map[2];
	u64 pa = start_of_memory();

	behind_a_bus(rig, map);
	assert_true(phys_to_dma(rig->dev, pa) == 0x10000000);
	assert_true(phys_to_dma(rig->dev, pa + SZ_128M - 1) == 0x17ffffff);
	assert_true(phys_to_dma(rig->dev, pa + SZ_128M) == DMA_MAPPING_ERROR);
	assert_true(dma_to_phys(rig->dev, 0x10000010) == pa + 0x10);
	assert_true(dma_to_phys(rig->dev, 0x18000000) == PHYS_ADDR_MAX);
	assert_true(dma_to_phys(rig->dev, 0x0fffffff) == PHYS_ADDR_MAX);
	assert_false(dma_direct_all_ram_mapped(rig->dev));
	ends_behind_a_bus(rig);
}

static void an_offset_is_set_once(struct rig *rig)
{
	assert_int_equal(dma_direct_set_offset(rig->dev, 0x1000, 0x1000, 0x100), 0);
	assert_null(rig->dev->dma_range_map);
	assert_int_equal(dma_direct_set_offset(rig->dev, 0x2000, 0x1000, 0x100), 0);
	assert_true(phys_to_dma(rig->dev, 0x2010) == 0x1010);
	listens(rig);
	assert_int_equal(dma_direct_set_offset(rig->dev, 0, 0x1000, 0x100), -EINVAL);
	expects_warning(rig, "eth0: attempt to add DMA range to existing map");
}

/* Three windows, holes between them on both sides, the highest memory at the lowest address. */
static void several_windows_each_have_their_offset(struct rig *rig)
{
	u64 pa = start_of_memory();
	const struct board_range ranges[] = {
		{ 0x30000000, pa, SZ_64M }, { 0x10000000, pa + SZ_128M, SZ_16M },
		{ 0x20000000, pa + 96 * SZ_1M, SZ_16M },
	};
	struct bus_dma_region map[4] = { { 0, 0, 0 } };
	const struct master_config cfg = {
		.name = "eth7", .is_coherent = rig->on->is & ON_COHERENT, .ranges = ranges,
		.nr_ranges = 3,
	};

	for (int i = 0; i < 3; i++)
		map[i] = (struct bus_dma_region){ ranges[i].pa, ranges[i].dma, ranges[i].len };
	rig->dev = harness_device_new(rig->h, "eth7", rig->on->is & ON_COHERENT);
	rig->dev->dma_range_map = map;
	rig->hw = master_new(rig->m, &cfg);
	assert_true(dma_range_map_min(map) == 0x10000000);
	assert_true(dma_range_map_max(map) == 0x30000000 + SZ_64M - 1);
	for (int i = 0; i < 3; i++) {
		u64 last = ranges[i].len - 1;
		dma_addr_t dma = phys_to_dma(rig->dev, map[i].cpu_start + last);

		assert_true(dma == map[i].dma_start + last);
		assert_true(dma_to_phys(rig->dev, dma) == map[i].cpu_start + last);
		assert_true(phys_to_dma(rig->dev, map[i].cpu_start + last + 1) ==
			    DMA_MAPPING_ERROR);
		assert_true(dma_to_phys(rig->dev, dma + 1) == PHYS_ADDR_MAX);
	}
	assert_false(dma_direct_all_ram_mapped(rig->dev));
	assert_true(dma_addressing_limited(rig->dev));
	for (char *p; (p = page_address(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER))) &&
	     virt_to_phys(p) < pa + SZ_128M + SZ_16M;) {
		bool is_seen = phys_to_dma(rig->dev, virt_to_phys(p)) != DMA_MAPPING_ERROR;
		dma_addr_t dma;

		if (rig->on->is & ON_BOUNCE || !is_seen)
			continue;
		cpu_writes(rig, p, "seen");
		dma = maps(rig, p, LEN, DMA_TO_DEVICE);
		expects_device_reads(rig, dma, "seen");
		dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	}
	ends_behind_a_bus(rig);
}

/* All of memory from 0 on: masks of fewer bits than memory's own addresses have will do. */
static void an_offset_makes_smaller_masks_do(struct rig *rig)
{
	assert_int_equal(dma_direct_set_offset(rig->dev, start_of_memory(), 0, SZ_1G), 0);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(30)), 0);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(24)), -EIO);
	assert_true(dma_get_mask(rig->dev) == DMA_BIT_MASK(30));
	assert_true(dma_get_required_mask(rig->dev) <= DMA_BIT_MASK(30));
	assert_true(dma_direct_all_ram_mapped(rig->dev));
	assert_false(dma_addressing_limited(rig->dev));
}

/* ---- bouncing -------------------------------------------------------------------------- */

/* Memory that a device behind that bus does not reach. */
static char *far_memory(struct rig *rig)
{
	u64 far_pa = start_of_memory() + SZ_128M;
	struct page *page;

	do {
		page = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
		if (!page)
			fail_msg("no far memory on %s", rig->on->name);
	} while (page_to_phys(page) < far_pa);
	return page_address(page);
}

/* As many mappings of @len bytes as fit, then all given back. */
static unsigned fill_pool(struct rig *rig, char *p, size_t len)
{
	static dma_addr_t dma[65536];
	unsigned nr = 0;

	while ((dma[nr] = dma_map_single_attrs(rig->dev, p, len, DMA_TO_DEVICE,
					       DMA_ATTR_SKIP_CPU_SYNC)) != DMA_MAPPING_ERROR)
		nr++;
	for (unsigned i = 0; i < nr; i++)
		dma_unmap_single_attrs(rig->dev, dma[i], len, DMA_TO_DEVICE,
				       DMA_ATTR_SKIP_CPU_SYNC);
	return nr;
}

static void memory_out_of_reach_is_bounced(struct rig *rig)
{
	struct bus_dma_region map[2];
	char *p;
	dma_addr_t dma;

	behind_a_bus(rig, map);
	p = far_memory(rig);
	cpu_fills(rig, p + 100, 5000, 1);
	dma = maps(rig, p + 100, 5000, DMA_BIDIRECTIONAL);
	assert_non_null(swiotlb_find_pool(rig->dev, dma_to_phys(rig->dev, dma)));
	expects_device_finds(rig, dma, 5000, 1);
	device_fills(rig, dma, 5000, 2);
	expects_cpu_finds(rig, p + 100, 5000, 1);
	dma_sync_single_for_cpu(rig->dev, dma, 5000, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, p + 100, 5000, 2);
	dma_unmap_single(rig->dev, dma, 5000, DMA_BIDIRECTIONAL);
	ends_behind_a_bus(rig);
}

static void without_a_pool_memory_out_of_reach_is_refused(struct rig *rig)
{
	char *p = allocates(rig, LEN);

	*rig->dev->dma_mask = virt_to_phys(p) + LEN - 2;
	listens(rig);
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expects_warning(rig, "eth0: DMA addr");
	listens(rig);
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expects_warning(rig, NULL);
	*rig->dev->dma_mask += 1;
	maps(rig, p, LEN, DMA_TO_DEVICE);
}

static void bytes_the_device_left_alone_survive_from_device(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "0123456789");
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	device_writes(rig, dma + 4, "xx");
	dma_unmap_single(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "0123xx6789");
}

/*
 * Linux 6.12 on Arm, too: the copy into the slot is still in the cache when mapping
 * invalidates the slot, so only what the device writes is defined.
 */
static void without_snooping_the_copy_in_is_invalidated_again(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "0123456789");
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	device_writes(rig, dma + 4, "xx");
	dma_unmap_single(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p + 4, "xx");
	expects_cpu_zeros(rig, p, 4);
}

static void skip_cpu_sync_skips_the_copy_back(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "old");
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	device_writes(rig, dma, "new");
	dma_unmap_single_attrs(rig->dev, dma, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	expects_cpu_reads(rig, p, "old");
}

static void a_sync_copies_only_its_part_and_direction(struct rig *rig)
{
	char *p = allocates(rig, 2 * PAGE_SIZE);
	dma_addr_t dma = maps(rig, p, 2 * PAGE_SIZE, DMA_BIDIRECTIONAL);

	device_writes(rig, dma, "aaa");
	device_writes(rig, dma + 6000, "bbb");
	dma_sync_single_for_cpu(rig->dev, dma + 6000, 3, DMA_TO_DEVICE);
	expects_cpu_zeros(rig, p + 6000, 3);
	dma_sync_single_for_cpu(rig->dev, dma + 6000, 3, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p + 6000, "bbb");
	expects_cpu_zeros(rig, p, 3);
	cpu_writes(rig, p, "ccc");
	dma_sync_single_for_device(rig->dev, dma, 3, DMA_FROM_DEVICE);
	expects_device_reads(rig, dma, "aaa");
	dma_sync_single_for_device(rig->dev, dma, 3, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "ccc");
	dma_unmap_single(rig->dev, dma, 2 * PAGE_SIZE, DMA_BIDIRECTIONAL);
}

static void a_page_and_more_starts_on_a_page(struct rig *rig)
{
	char *p = allocates(rig, 2 * PAGE_SIZE);
	dma_addr_t small = maps(rig, p, 64, DMA_TO_DEVICE);

	for (int i = 0; i < 4; i++)
		assert_int_equal(maps(rig, p + 64, PAGE_SIZE, DMA_TO_DEVICE) & ~PAGE_MASK, 0);
	assert_int_equal(small & (IO_TLB_SIZE - 1), 0);
}

static void the_low_bits_a_device_asks_for_are_kept(struct rig *rig)
{
	char *p = allocates(rig, 4 * PAGE_SIZE);

	dma_set_min_align_mask(rig->dev, 0xfff);
	for (size_t at = 8; at < 2 * PAGE_SIZE; at += 1000) {
		dma_addr_t dma;

		cpu_fills(rig, p + at, 5000, (unsigned)at);
		dma = maps(rig, p + at, 5000, DMA_BIDIRECTIONAL);
		assert_int_equal(dma & 0xfff, virt_to_phys(p + at) & 0xfff);
		expects_device_finds(rig, dma, 5000, (unsigned)at);
		device_fills(rig, dma + 4000, 500, 99);
		dma_sync_single_for_cpu(rig->dev, dma + 4000, 500, DMA_FROM_DEVICE);
		expects_cpu_finds(rig, p + at + 4000, 500, 99);
		dma_unmap_single(rig->dev, dma, 5000, DMA_BIDIRECTIONAL);
	}
	assert_int_equal(dma_max_mapping_size(rig->dev), SZ_256K - SZ_4K);
}

/* What an IOMMU asks for: whole pages around a buffer that starts inside one. */
static void padding_slots_come_back_too(struct rig *rig)
{
	char *p = allocates(rig, 2 * PAGE_SIZE);
	phys_addr_t pa = virt_to_phys(p) + 3000;

	dma_set_min_align_mask(rig->dev, 0xfff);
	cpu_fills(rig, p + 3000, 1000, 4);
	for (unsigned i = 0; i < SZ_4M / IO_TLB_SIZE; i++) {
		phys_addr_t slot_pa = swiotlb_tbl_map_single(rig->dev, pa, 1000, 0xfff,
							     DMA_BIDIRECTIONAL, 0);

		assert_int_equal(slot_pa & 0xfff, 3000);
		expects_cpu_finds(rig, phys_to_virt(slot_pa), 1000, 4);
		swiotlb_tbl_unmap_single(rig->dev, slot_pa, 1000, DMA_BIDIRECTIONAL, 0);
	}
	dma_set_min_align_mask(rig->dev, 0);
	listens(rig);
	assert_int_equal(fill_pool(rig, p, 1), SZ_4M / IO_TLB_SIZE);
	expects_warning(rig, "swiotlb buffer is full");
}

static void the_largest_mapping_is_a_segment(struct rig *rig)
{
	char *p = allocates(rig, SZ_512K);
	dma_addr_t dma;

	assert_int_equal(dma_max_mapping_size(rig->dev), SZ_256K);
	cpu_fills(rig, p, SZ_256K, 3);
	dma = maps(rig, p, SZ_256K, DMA_TO_DEVICE);
	expects_device_finds(rig, dma, SZ_256K, 3);
	dma_unmap_single(rig->dev, dma, SZ_256K, DMA_TO_DEVICE);
	listens(rig);
	assert_int_equal(dma_map_single(rig->dev, p, SZ_256K + 1, DMA_TO_DEVICE),
			 DMA_MAPPING_ERROR);
	expects_warning(rig, "swiotlb buffer is full (sz: 262145 bytes)");
}

static void a_full_pool_refuses_and_recovers_whole(struct rig *rig)
{
	char *p = allocates(rig, SZ_256K);
	unsigned nr;

	listens(rig);
	nr = fill_pool(rig, p, 1);
	expects_warning(rig, "swiotlb buffer is full");
	assert_int_equal(nr, SZ_4M / IO_TLB_SIZE);
	assert_int_equal(fill_pool(rig, p, SZ_256K), nr / IO_TLB_SEGSIZE);
	assert_int_equal(fill_pool(rig, p, 1), nr);
}

static void a_list_that_fails_gives_its_slots_back_and_copies_nothing(struct rig *rig)
{
	char *first = allocates(rig, LEN), *second = allocates(rig, SZ_512K);
	struct scatterlist sg[2];

	cpu_fills(rig, first, LEN, 9);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], first, LEN);
	sg_set_buf(&sg[1], second, SZ_256K + 1);
	listens(rig);
	for (unsigned i = 0; i < SZ_4M / IO_TLB_SIZE; i++)
		assert_int_equal(dma_map_sg(rig->dev, sg, 2, DMA_FROM_DEVICE), 0);
	assert_int_equal(fill_pool(rig, second, 1), SZ_4M / IO_TLB_SIZE);
	expects_warning(rig, "swiotlb buffer is full");
	expects_cpu_finds(rig, first, LEN, 9);
}

static void live_slots_never_overlap(struct rig *rig)
{
	enum { NR = 200, MOVES = 2000 };
	struct {
		dma_addr_t dma;
		size_t len;
	} live[NR] = { { 0, 0 } };
	char *p = allocates(rig, SZ_64K);
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);

	for (int move = 0; move < MOVES; move++) {
		int i = g_rand_int_range(rand, 0, NR);

		if (live[i].len) {
			dma_unmap_single_attrs(rig->dev, live[i].dma, live[i].len, DMA_TO_DEVICE,
					       DMA_ATTR_SKIP_CPU_SYNC);
			live[i].len = 0;
			continue;
		}
		live[i].len = (size_t)g_rand_int_range(rand, 1, 9000);
		live[i].dma = dma_map_single_attrs(rig->dev, p, live[i].len, DMA_TO_DEVICE,
						   DMA_ATTR_SKIP_CPU_SYNC);
		assert_true(live[i].dma != DMA_MAPPING_ERROR);
		for (int j = 0; j < NR; j++)
			if (j != i && live[j].len && live[i].dma < live[j].dma + live[j].len &&
			    live[j].dma < live[i].dma + live[i].len)
				fail_msg("%zu bytes at %#llx overlap %zu at %#llx", live[i].len,
					 (unsigned long long)live[i].dma, live[j].len,
					 (unsigned long long)live[j].dma);
	}
}

static void a_coherent_device_needs_syncs_once_it_bounced(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	assert_false(dma_dev_need_sync(rig->dev));
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	assert_true(dma_dev_need_sync(rig->dev));
	assert_true(dma_need_sync(rig->dev, dma));
	assert_false(dma_need_sync(rig->dev, virt_to_phys(p)));
	device_writes(rig, dma, "new");
	dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "new");
	dma_unmap_single(rig->dev, dma, LEN, DMA_FROM_DEVICE);
}

static void unmapping_a_slot_twice_is_a_warning(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma = maps(rig, p, LEN, DMA_TO_DEVICE);

	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	listens(rig);
	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	expects_warning(rig, "unmapping a bounce buffer that is not mapped");
}

static const struct rig_test tests[] = {
	/*                                                               needs      never */
	TEST_ON(any_mask_of_32_bits_or_more_is_taken,                    0,         0),
	TEST_ON(a_mask_that_misses_memory_is_refused_and_the_old_one_stays, 0,      0),
	TEST_ON(a_device_without_a_mask_cannot_set_one_but_can_be_coerced, 0,       0),
	TEST_ON(the_required_mask_is_what_memory_asks_for,               0,         0),
	TEST_ON(parameters_have_linuxs_defaults,                         ON_UP,     0),
	TEST_ON(the_coherent_mask_is_not_asked_about_twice,              0,         0),
	TEST_ON(without_a_device_a_segment_ends_at_4_gib,                0,         0),
	TEST_ON(a_limit_of_zero_is_none,                                 0,         0),
	TEST_ON(operations_answer_for_their_device,                      0,         0),
	TEST_ON(a_group_has_its_lines_for_itself,                        ON_UP,     0),
	TEST_ON(the_state_for_unmapping_is_kept,                         ON_UP,     0),
	TEST_ON(attributes_that_nobody_honours_change_nothing,           0,         0),
	TEST_ON(a_list_of_nothing_is_an_error,                           0,         0),
	TEST_ON(several_windows_each_have_their_offset,                  0,         0),
	TEST_ON(an_offset_makes_smaller_masks_do,                        0,         0),
	TEST_ON(a_device_address_is_shifted_by_the_bus,                  0,         0),
	TEST_ON(coherent_memory_is_shifted_too_or_refused,               0,         0),
	TEST_ON(addresses_outside_every_window_translate_to_nothing,     0,         0),
	TEST_ON(an_offset_is_set_once,                                   0,         0),
	TEST_ON(memory_out_of_reach_is_bounced,                          0,         0),
	TEST_ON(without_a_pool_memory_out_of_reach_is_refused,           0,         ON_BOUNCE),
	TEST_ON(bytes_the_device_left_alone_survive_from_device, ON_BOUNCE | ON_COHERENT, 0),
	TEST_ON(without_snooping_the_copy_in_is_invalidated_again,       ON_BOUNCE, ON_COHERENT),
	TEST_ON(skip_cpu_sync_skips_the_copy_back,                       ON_BOUNCE, 0),
	TEST_ON(a_sync_copies_only_its_part_and_direction,               ON_BOUNCE, 0),
	TEST_ON(a_page_and_more_starts_on_a_page,                        ON_BOUNCE, 0),
	TEST_ON(the_low_bits_a_device_asks_for_are_kept,                 ON_BOUNCE, 0),
	TEST_ON(padding_slots_come_back_too,                             ON_BOUNCE, 0),
	TEST_ON(the_largest_mapping_is_a_segment,                        ON_BOUNCE, 0),
	TEST_ON(a_full_pool_refuses_and_recovers_whole,                  ON_BOUNCE, 0),
	TEST_ON(a_list_that_fails_gives_its_slots_back_and_copies_nothing, ON_BOUNCE, 0),
	TEST_ON(live_slots_never_overlap,                                ON_BOUNCE, 0),
	TEST_ON(a_coherent_device_needs_syncs_once_it_bounced, ON_BOUNCE | ON_COHERENT, 0),
	TEST_ON(unmapping_a_slot_twice_is_a_warning,                     ON_BOUNCE, 0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
