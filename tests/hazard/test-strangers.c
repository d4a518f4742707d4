/* SPDX-License-Identifier: MIT */
/*
 * Where the rules about limits, lists, strangers and calls of the IOMMU API begin and end: what
 * is just allowed stays unsaid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include <armdma/harness.h>
#include <armdma/machine.h>
#include "verbs.h"

#define LEN	512
#define IOVA	0x10000000ul

struct rig {
	struct harness *h;
	struct device *eth, *mmc;
};

static struct rig starts_on(const char *name, struct harness_config cfg)
{
	g_autoptr(GError) error = NULL;
	struct rig rig;

	cfg.board = name;
	cfg.hazards.is_quiet = true;
	rig.h = harness_start(&cfg, &error);
	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", !strcmp(name, "coherent"));
	rig.mmc = harness_device_new(rig.h, "mmc0", !strcmp(name, "coherent"));
	return rig;
}

static struct rig starts(void)
{
	return starts_on("a9-pl310", (struct harness_config){ 0 });
}

/* Each behind an IOMMU, with addresses of its own. */
static struct rig starts_behind(void)
{
	struct rig rig = starts();

	assert_int_equal(harness_add_iommu(rig.h, rig.eth, NULL), 0);
	assert_int_equal(harness_add_iommu(rig.h, rig.mmc, NULL), 0);
	return rig;
}

/* @times of @c and nothing else, so far. */
static void has_only(const struct rig *rig, enum hazard_class c, uint64_t times)
{
	const struct hazard_engine *e = harness_hazards(rig->h);

	for (unsigned i = 0; i < NR_HAZARD_CLASSES; i++) {
		uint64_t expected = i == c ? times : 0;

		if (hazard_count(e, i) != expected)
			fail_msg("%s: %u times, expected %u", hazard_title(i),
				 (unsigned)hazard_count(e, i), (unsigned)expected);
	}
}

static void is_clean(const struct rig *rig)
{
	assert_int_equal(hazard_count(harness_hazards(rig->h), NR_HAZARD_CLASSES), 0);
}

static dma_addr_t map(struct device *dev, void *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(dev, buf, len, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(dev, dma), 0);
	return dma;
}

static void unmap(struct device *dev, dma_addr_t dma, size_t len)
{
	dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
}

static void maps_list(struct device *dev, void *buf, size_t len)
{
	struct scatterlist sg[1];

	sg_init_one(sg, buf, (unsigned)len);
	assert_int_equal(dma_map_sg(dev, sg, 1, DMA_TO_DEVICE), 1);
	dma_unmap_sg(dev, sg, 1, DMA_TO_DEVICE);
}

/* ---- segments ------------------------------------------------------------------------------ */

static void segment_of_just_what_the_device_takes_is_fine(void **state)
{
	struct device_dma_parameters parms = { .max_segment_size = SZ_64K };
	struct rig rig = starts();
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);

	maps_list(rig.eth, buf, SZ_128K);	/* 64 KiB are Linux's default, not the device's */
	is_clean(&rig);
	rig.eth->dma_parms = &parms;
	maps_list(rig.eth, buf, SZ_64K);
	is_clean(&rig);
	maps_list(rig.eth, buf, SZ_64K + 4);
	has_only(&rig, HAZARD_SEGMENT_SIZE, 1);
	rig.eth->dma_parms = NULL;
	kfree(buf);
	harness_finish(rig.h);
}

static void device_that_takes_longer_segments_says_so(void **state)
{
	struct device_dma_parameters parms = { .max_segment_size = SZ_128K };
	struct rig rig = starts();
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);

	rig.eth->dma_parms = &parms;
	maps_list(rig.eth, buf, SZ_128K);
	is_clean(&rig);
	kfree(buf);
	rig.eth->dma_parms = NULL;
	harness_finish(rig.h);
}

static void segment_that_ends_at_the_boundary_does_not_cross_it(void **state)
{
	struct device_dma_parameters parms = { .segment_boundary_mask = SZ_4K - 1 };
	struct rig rig = starts();
	u8 *buf = kzalloc(SZ_8K, GFP_KERNEL);

	rig.eth->dma_parms = &parms;
	maps_list(rig.eth, buf, SZ_4K);
	maps_list(rig.eth, buf + SZ_4K, SZ_4K);
	is_clean(&rig);
	maps_list(rig.eth, buf + SZ_4K - 4, 8);
	has_only(&rig, HAZARD_SEGMENT_BOUNDARY, 1);
	kfree(buf);
	rig.eth->dma_parms = NULL;
	harness_finish(rig.h);
}

/* ---- masks ---------------------------------------------------------------------------------- */

static void mask_that_covers_what_is_mapped_may_become_narrower(void **state)
{
	struct rig rig = starts_behind();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	assert_int_equal(dma_set_mask(rig.eth, DMA_BIT_MASK(30)), 0);
	dma = map(rig.eth, buf, LEN);
	assert_int_equal(dma_set_mask(rig.eth, DMA_BIT_MASK(32)), 0);
	assert_int_equal(dma_set_mask(rig.eth, DMA_BIT_MASK(30)), 0);
	assert_int_equal(dma_set_coherent_mask(rig.eth, DMA_BIT_MASK(24)), 0);
	is_clean(&rig);
	assert_int_equal(dma_set_mask(rig.eth, DMA_BIT_MASK(24)), 0);
	has_only(&rig, HAZARD_MASK_CHANGED, 1);
	unmap(rig.eth, dma, LEN);
	kfree(buf);
	harness_finish(rig.h);
}

static void device_with_fewer_lines_than_its_mask_is_fine_below_them(void **state)
{
	struct rig rig = starts_behind();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	master_set_dma_bits(harness_master(rig.eth), 24);
	assert_int_equal(dma_set_mask(rig.eth, DMA_BIT_MASK(24)), 0);
	dma = map(rig.eth, buf, LEN);
	device_reads(rig.eth, dma, LEN);
	unmap(rig.eth, dma, LEN);
	is_clean(&rig);
	master_set_dma_bits(harness_master(rig.mmc), 24);
	dma = map(rig.mmc, buf, LEN);
	is_clean(&rig);			/* nothing has gone wrong yet */
	device_reads(rig.mmc, dma, 4);
	has_only(&rig, HAZARD_MASK_EXCEEDED, 1);
	unmap(rig.mmc, dma, LEN);
	kfree(buf);
	harness_finish(rig.h);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void changes_a_list(struct rig *rig)
{
	u8 *buf = kzalloc(2 * LEN, GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, LEN);
	sg_set_buf(&sg[1], buf + LEN, LEN);
	assert_int_equal(dma_map_sg(rig->eth, sg, 2, DMA_TO_DEVICE), 2);
	sg[1].length = LEN / 2;
	dma_unmap_sg(rig->eth, sg, 2, DMA_TO_DEVICE);
	kfree(buf);
}

static void changed_list_harms_whose_calls_go_by_it(void **state)
{
	struct rig rig = starts();

	changes_a_list(&rig);
	has_only(&rig, HAZARD_SG_MODIFIED, 1);
	harness_finish(rig.h);

	rig = starts_on("coherent", (struct harness_config){ 0 });
	changes_a_list(&rig);
	is_clean(&rig);
	assert_int_equal(harness_finish(rig.h), 0);

	rig = starts_on("coherent", (struct harness_config){ .hazards.portable = true });
	changes_a_list(&rig);
	has_only(&rig, HAZARD_SG_MODIFIED, 1);
	harness_finish(rig.h);
}

static void list_may_change_between_its_mappings(void **state)
{
	struct rig rig = starts();
	u8 *buf = kzalloc(2 * LEN, GFP_KERNEL);
	struct scatterlist sg[1];

	for (unsigned i = 1; i <= 2; i++) {
		sg_init_one(sg, buf, i * LEN);
		assert_int_equal(dma_map_sg(rig.eth, sg, 1, DMA_TO_DEVICE), 1);
		dma_sync_sg_for_cpu(rig.eth, sg, 1, DMA_TO_DEVICE);
		dma_sync_sg_for_device(rig.eth, sg, 1, DMA_TO_DEVICE);
		dma_unmap_sg(rig.eth, sg, 1, DMA_TO_DEVICE);
	}
	is_clean(&rig);
	kfree(buf);
	assert_int_equal(harness_finish(rig.h), 0);
}

static void list_mapped_again_elsewhere_loses_its_first_addresses(void **state)
{
	struct rig rig = starts_behind();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t other = map(rig.mmc, buf, LEN);
	struct scatterlist sg[1];

	sg_init_one(sg, buf, LEN);
	assert_int_equal(dma_map_sg(rig.eth, sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(dma_map_sg(rig.mmc, sg, 1, DMA_TO_DEVICE), 1);
	has_only(&rig, HAZARD_SG_MODIFIED, 1);
	dma_unmap_sg(rig.mmc, sg, 1, DMA_TO_DEVICE);
	unmap(rig.mmc, other, LEN);
	harness_finish(rig.h);
}

/* ---- strangers ----------------------------------------------------------------------------- */

static void unmap_twice_is_no_other_devices_fault(void **state)
{
	struct rig rig = starts();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(rig.eth, buf, LEN), same = map(rig.mmc, buf, LEN);

	unmap(rig.eth, dma, LEN);
	unmap(rig.eth, dma, LEN);
	has_only(&rig, HAZARD_UNMAP_UNKNOWN, 1);
	unmap(rig.mmc, same, LEN);
	kfree(buf);
	harness_finish(rig.h);
}

static void owner_may_still_unmap_what_another_device_was_asked_to(void **state)
{
	struct rig rig = starts();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(rig.eth, buf, LEN);

	dma_sync_single_for_cpu(rig.mmc, dma, LEN, DMA_TO_DEVICE);
	has_only(&rig, HAZARD_WRONG_DEVICE, 1);
	dma_sync_single_for_device(rig.eth, dma, LEN, DMA_TO_DEVICE);
	unmap(rig.eth, dma, LEN);
	has_only(&rig, HAZARD_WRONG_DEVICE, 1);
	kfree(buf);
	harness_finish(rig.h);
}

static void device_that_is_bound_again_is_bound(void **state)
{
	struct rig rig = starts();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(rig.eth, buf, LEN);

	unmap(rig.eth, dma, LEN);
	harness_unbind(rig.eth);
	device_reads(rig.eth, dma, 4);
	has_only(&rig, HAZARD_DEVICE_UNBOUND, 1);
	assert_ptr_equal(harness_device(rig.h, "eth0"), rig.eth);
	dma = map(rig.eth, buf, LEN);
	device_reads(rig.eth, dma, 4);
	unmap(rig.eth, dma, LEN);
	has_only(&rig, HAZARD_DEVICE_UNBOUND, 1);
	kfree(buf);
	harness_finish(rig.h);
}

/* ---- the IOMMU API ------------------------------------------------------------------------- */

static struct iommu_domain *attaches(struct rig *rig)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(rig->eth);

	assert_false(IS_ERR(domain));
	assert_int_equal(iommu_attach_device(domain, rig->eth), 0);
	return domain;
}

static void detaches(struct rig *rig, struct iommu_domain *domain)
{
	iommu_detach_device(domain, rig->eth);
	iommu_domain_free(domain);
}

static int maps(struct iommu_domain *domain, unsigned long iova, const u8 *page)
{
	return iommu_map(domain, iova, virt_to_phys(page), SZ_4K, IOMMU_READ, GFP_KERNEL);
}

static void maps_side_by_side_and_again_after_an_unmap_are_fine(void **state)
{
	struct rig rig = starts_behind();
	struct iommu_domain *domain = attaches(&rig);
	u8 *page = kzalloc(SZ_4K, GFP_KERNEL);

	assert_int_equal(maps(domain, IOVA, page), 0);
	assert_int_equal(maps(domain, IOVA + SZ_4K, page), 0);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
	assert_int_equal(maps(domain, IOVA, page), 0);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_8K), SZ_8K);
	is_clean(&rig);
	detaches(&rig, domain);
	kfree(page);
	assert_int_equal(harness_finish(rig.h), 0);
}

static void unmap_of_nothing_is_an_unmap_of_less(void **state)
{
	struct rig rig = starts_behind();
	struct iommu_domain *domain = attaches(&rig);

	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), 0);
	has_only(&rig, HAZARD_IOMMU_UNMAP_PARTIAL, 1);
	detaches(&rig, domain);
	harness_finish(rig.h);
}

static void domain_may_come_and_go_while_nothing_is_mapped(void **state)
{
	struct rig rig = starts_behind();
	u8 *buf = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(rig.eth, buf, LEN);

	unmap(rig.eth, dma, LEN);
	detaches(&rig, attaches(&rig));
	dma = map(rig.eth, buf, LEN);
	device_reads(rig.eth, dma, LEN);
	unmap(rig.eth, dma, LEN);
	is_clean(&rig);
	kfree(buf);
	assert_int_equal(harness_finish(rig.h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_of_just_what_the_device_takes_is_fine),
		cmocka_unit_test(device_that_takes_longer_segments_says_so),
		cmocka_unit_test(segment_that_ends_at_the_boundary_does_not_cross_it),
		cmocka_unit_test(mask_that_covers_what_is_mapped_may_become_narrower),
		cmocka_unit_test(device_with_fewer_lines_than_its_mask_is_fine_below_them),
		cmocka_unit_test(changed_list_harms_whose_calls_go_by_it),
		cmocka_unit_test(list_may_change_between_its_mappings),
		cmocka_unit_test(list_mapped_again_elsewhere_loses_its_first_addresses),
		cmocka_unit_test(unmap_twice_is_no_other_devices_fault),
		cmocka_unit_test(owner_may_still_unmap_what_another_device_was_asked_to),
		cmocka_unit_test(device_that_is_bound_again_is_bound),
		cmocka_unit_test(maps_side_by_side_and_again_after_an_unmap_are_fine),
		cmocka_unit_test(unmap_of_nothing_is_an_unmap_of_less),
		cmocka_unit_test(domain_may_come_and_go_while_nothing_is_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
