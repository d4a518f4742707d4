/* SPDX-License-Identifier: MIT */
/*
 * Two devices behind one IOMMU, in one group: the drivers of lib/iommu, each on the hardware
 * of its kind; see shared.dts.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/device.h>
#include <linux/sizes.h>

#include "verbs.h"

#define IOVA	0x01234000u
#define NOTHING	0x00777000u		/* nor is there memory */

static const struct pair {
	const char *left, *right;
	bool is_silent;			/* of what is not mapped nobody hears */
} pairs[] = {
	{ "/soc/exynos-left@10510000", "/soc/exynos-right@10511000" },
	{ "/soc/rockchip-left@10530000", "/soc/rockchip-right@10531000" },
	{ "/soc/sprd-left@10550000", "/soc/sprd-right@10551000", .is_silent = true },
	{ "/soc/sun50i-left@10570000", "/soc/sun50i-right@10571000" },
};

static void expects_a_fault_of_who_is_left(struct device *dev, const char *gone)
{
	char *said, byte;

	listens();
	assert_int_not_equal(master_read(harness_master(dev), NOTHING, &byte, 1).kind, MASTER_OK);
	said = ends_listening();
	assert_string_not_equal(said, "");
	assert_null(strstr(said, gone));
	free(said);
}

static void plays(struct harness *h, const struct pair *p, bool takes_last)
{
	struct device *first = harness_device(h, p->left), *last = harness_device(h, p->right);
	struct device *goes = takes_last ? last : first, *stays = takes_last ? first : last;
	struct iommu_domain *domain = iommu_paging_domain_alloc(stays);
	struct iommu_group *group = iommu_group_get(stays);

	assert_int_equal(iommu_attach_group(domain, group), 0);
	assert_int_equal(iommu_map(domain, IOVA, PA, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(reaches(stays, 0, IOVA, false), PA);
	device_del(goes);
	assert_int_equal(reaches(stays, 0, IOVA, false), PA);
	if (!p->is_silent)
		expects_a_fault_of_who_is_left(stays, dev_name(goes));
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
	iommu_detach_group(domain, group);
	iommu_group_put(group);
	iommu_domain_free(domain);
}

static void goes_and_leaves_the_domain(bool takes_last)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = SHARED_BOARD, .no_hazards = true }, NULL);

	assert_non_null(h);
	for (size_t n = 0; n < sizeof(pairs) / sizeof(pairs[0]); n++)
		plays(h, &pairs[n], takes_last);
	assert_int_equal(harness_finish(h), 0);
}

static void the_first_that_goes_leaves_the_domain_to_its_neighbour(void **state)
{
	goes_and_leaves_the_domain(false);
}

/* It was attached last, and faults were reported as its own. */
static void the_last_that_goes_leaves_the_domain_to_its_neighbour(void **state)
{
	goes_and_leaves_the_domain(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_goes_leaves_the_domain_to_its_neighbour),
		cmocka_unit_test(the_last_that_goes_leaves_the_domain_to_its_neighbour),
	};

	return cmocka_run_group_tests_name("iommu-shared", tests, NULL, NULL);
}
