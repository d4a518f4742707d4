/* SPDX-License-Identifier: MIT */
/* IOVAs that are not free: the list of a group, and what must be mapped 1:1. */
#include "rig.h"

static struct mock_iommu *mmu;

static void expects_regions(struct device *dev, const char *text)
{
	char buf[512];

	assert_int_equal(iommu_group_show_resv_regions(dev->iommu_group, buf, sizeof(buf)),
			 strlen(text));
	assert_string_equal(buf, text);
}

static void regions_of_a_type_that_touch_are_one(void **state)
{
	static const struct mock_resv resv[] = {
		{ 0x5000, 0x1000, IOMMU_RESV_RESERVED }, { 0x1000, 0x1000, IOMMU_RESV_RESERVED },
		{ 0x2000, 0x1000, IOMMU_RESV_RESERVED }, { 0x2800, 0x400, IOMMU_RESV_MSI },
		{ 0x8000, 0x4000, IOMMU_RESV_RESERVED }, { 0x9000, 0x1000, IOMMU_RESV_RESERVED },
		{ 0x9000, 0x8000, IOMMU_RESV_SW_MSI },
		{ 0x8000, 0x1000, IOMMU_RESV_DIRECT_RELAXABLE },
	};

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = ARRAY_SIZE(resv) });
	expects_regions(a, "0x0000000000001000 0x0000000000002fff reserved\n"
			   "0x0000000000002800 0x0000000000002bff msi\n"
			   "0x0000000000005000 0x0000000000005fff reserved\n"
			   "0x0000000000008000 0x0000000000008fff direct-relaxable\n"
			   "0x0000000000008000 0x000000000000bfff reserved\n"
			   "0x0000000000009000 0x0000000000010fff msi\n");
	mock_free(mmu);
}

static void regions_at_the_end_of_the_address_space_are_merged_too(void **state)
{
	static const struct mock_resv resv[] = {
		{ ~0ull - 0xfff, 0x1000, IOMMU_RESV_RESERVED },
		{ ~0ull - 0x1fff, 0x1000, IOMMU_RESV_RESERVED },
		{ ~0ull - 0x7ff, 0x400, IOMMU_RESV_RESERVED },
	};

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = ARRAY_SIZE(resv) });
	expects_regions(a, "0xffffffffffffe000 0xffffffffffffffff reserved\n");
	mock_free(mmu);
}

static void a_group_has_the_regions_of_all_its_devices_once(void **state)
{
	static const struct mock_resv resv[] = { { 0x1000, 0x1000, IOMMU_RESV_RESERVED } };
	char buf[60];

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = 1,
					      .grouping = MOCK_GROUP_ALL });
	expects_regions(a, "0x0000000000001000 0x0000000000001fff reserved\n");
	assert_int_equal(iommu_group_show_resv_regions(a->iommu_group, buf, 47), 0);
	assert_string_equal(buf, "");
	assert_int_equal(iommu_group_show_resv_regions(a->iommu_group, buf, 48), 47);
	mock_free(mmu);
}

static LIST_HEAD(group_regions);

static int lists_regions(void)
{
	int ret = iommu_get_group_resv_regions(a->iommu_group, &group_regions);

	if (ret)
		iommu_put_resv_regions(NULL, &group_regions);
	return ret;
}

static void puts_regions(void)
{
	assert_false(list_empty(&group_regions));
	iommu_put_resv_regions(NULL, &group_regions);
	assert_true(list_empty(&group_regions));
}

static void a_list_without_memory_is_an_error(void **state)
{
	static const struct mock_resv resv[] = {
		{ 0x1000, 0x1000, IOMMU_RESV_RESERVED }, { 0x8000, 0x1000, IOMMU_RESV_RESERVED },
	};

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = 2 });
	/* The driver's own two may fail unnoticed, as in Linux; the copies may not. */
	harness_fail_allocation(the_harness, 3);
	assert_int_equal(lists_regions(), -ENOMEM);
	harness_fail_allocation(the_harness, 4);
	assert_int_equal(lists_regions(), -ENOMEM);
	harness_fail_allocation(the_harness, 5);
	assert_int_equal(lists_regions(), 0);
	harness_fail_allocation(the_harness, 0);
	puts_regions();
	mock_free(mmu);
}

static unsigned nr_freed;

static void free_own(struct device *dev, struct iommu_resv_region *region)
{
	assert_ptr_equal(dev, a);
	nr_freed++;
}

static void a_region_with_a_way_to_free_it_is_freed_that_way(void **state)
{
	struct iommu_resv_region own = { .free = free_own };
	LIST_HEAD(list);

	list_add(&own.list, &list);
	nr_freed = 0;
	iommu_put_resv_regions(a, &list);
	assert_int_equal(nr_freed, 1);
}

/* ---- 1:1 --------------------------------------------------------------------------------- */

static void what_must_be_1_to_1_is_mapped_before_the_device_is_attached(void **state)
{
	static const struct mock_resv resv[] = {
		{ 0x80010000, 0x3000, IOMMU_RESV_DIRECT },
		{ 0x80012000, 0x2000, IOMMU_RESV_DIRECT_RELAXABLE },
		{ 0x90000000, 0x1000, IOMMU_RESV_RESERVED },
	};
	phys_addr_t pa;

	mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K, .resv = resv, .nr_resv = 3,
					      .grouping = MOCK_GROUP_ALL });
	/* Of b everything is there already. */
	expects_calls(mmu, "map 80010000 80010000 1000*3 rw; map 80013000 80013000 1000*1 rw; "
			   "flush_all; flush_all; attach a dma; attach b dma; ");
	assert_true(mock_translate(b, 0x80013fff, IOMMU_WRITE, &pa));
	assert_int_equal(pa, 0x80013fff);
	assert_true(a->iommu->require_direct);
	mock_free(mmu);
}

static void a_device_that_needs_it_cannot_be_blocked(void **state)
{
	static const struct mock_resv resv[] = { { 0x80010000, 0x1000, IOMMU_RESV_DIRECT } };
	int me;

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = 1 });
	harness_unbind(a);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -EINVAL);
	assert_false(iommu_group_dma_owner_claimed(a->iommu_group));
	assert_int_equal(mock_attached(a)->type, IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void one_that_could_do_without_can(void **state)
{
	static const struct mock_resv resv[] = {
		{ 0x80010000, 0x1000, IOMMU_RESV_DIRECT_RELAXABLE },
	};
	int me;

	mmu = mock_new(&(struct mock_config){ .resv = resv, .nr_resv = 1 });
	harness_unbind(a);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	iommu_group_release_dma_owner(a->iommu_group);
	mock_free(mmu);
}

static void a_mapping_that_failed_is_tried_again_after_the_attach(void **state)
{
	static const struct mock_resv resv[] = { { 0x80010000, 0x1000, IOMMU_RESV_DIRECT } };

	iommu_set_default_passthrough(false);
	mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K, .resv = resv, .nr_resv = 1 });
	harness_unbind(a);
	g_string_truncate(mmu->log, 0);
	mock_fails(mmu, MOCK_MAP, 1, -EBUSY);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), 0);
	expects_calls(mmu, "map 80010000 80010000 1000*1 rw; attach a dma; "
			   "map 80010000 80010000 1000*1 rw; flush_all; ");
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity"), 0);
	/* Twice: the old domain is back. */
	mmu->map_budget = 0;
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -ENOMEM);
	assert_int_equal(mock_attached(a)->type, IOMMU_DOMAIN_IDENTITY);
	assert_int_equal(iommu_get_dma_domain(a)->type, IOMMU_DOMAIN_IDENTITY);
	assert_int_equal(mmu->nr_domains, 0);
	mock_free(mmu);
}

/* ---- what the tree says ---------------------------------------------------------------------- */

static void the_tree_reserves_iovas_of_the_devices_it_names(void **state)
{
	struct mock_iommu *right;
	struct device *lcd, *usb, *eth;

	mmu = mock_new(&(struct mock_config){ .node = "10100000.iommu", .pgsizes = SZ_4K });
	right = mock_new(&(struct mock_config){ .node = "10110000.iommu", .like = mmu });
	lcd = device_named("10200000.display");
	usb = device_named("10030000.usb");
	eth = device_named("10010000.ethernet");
	expects_regions(lcd, "0x0000000040000000 0x000000004000ffff reserved\n"
			     "0x0000000070000000 0x0000000070000fff reserved\n"
			     "0x000000008c000000 0x000000008c03ffff direct\n");
	expects_regions(usb, "0x0000000000001000 0x0000000000001fff reserved\n");
	expects_regions(eth, "");
	assert_true(lcd->iommu->require_direct && !usb->iommu->require_direct);
	assert_int_equal(iommu_iova_to_phys(iommu_get_dma_domain(lcd), 0x8c012345), 0x8c012345);
	assert_int_equal(mock_nr_pages(iommu_get_dma_domain(lcd)), 64);
	mock_free(right);
	mock_free(mmu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(regions_of_a_type_that_touch_are_one),
		PLAIN(regions_at_the_end_of_the_address_space_are_merged_too),
		PLAIN(a_group_has_the_regions_of_all_its_devices_once),
		PLAIN(a_list_without_memory_is_an_error),
		PLAIN(a_region_with_a_way_to_free_it_is_freed_that_way),
		PLAIN(what_must_be_1_to_1_is_mapped_before_the_device_is_attached),
		PLAIN(a_device_that_needs_it_cannot_be_blocked),
		PLAIN(one_that_could_do_without_can),
		PLAIN(a_mapping_that_failed_is_tried_again_after_the_attach),
		BEHIND(the_tree_reserves_iovas_of_the_devices_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
