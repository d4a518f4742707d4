/* SPDX-License-Identifier: MIT */
#include "rig.h"

#define MOST	32u	/* allocations of one body */

struct harness *the_harness;
struct device *a, *b;

static int start(const char *name)
{
	const struct harness_config cfg = { .board = name, .no_hazards = true };

	the_harness = harness_start(&cfg, NULL);
	return the_harness ? 0 : -1;
}

int start_plain(void **state)
{
	(void)state;
	if (start("a9-pl310"))
		return -1;
	a = device_named("a");
	b = device_named("b");
	return 0;
}

int start_behind(void **state)
{
	(void)state;
	a = b = NULL;
	return start(BEHIND_BOARD);
}

int stop(void **state)
{
	struct iommu_core *core = kernel_current()->iommu;
	bool is_clean = list_empty(&core->devices) && list_empty(&core->groups) &&
			list_empty(&core->pasids);

	(void)state;
	harness_finish(the_harness);
	if (!is_clean)
		print_error("an IOMMU, a group or a PASID is left\n");
	return is_clean ? 0 : -1;
}

struct iommu_domain *new_domain(struct device *dev)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(dev);

	assert_false(IS_ERR(domain));
	return domain;
}

void each_allocation_fails(int (*body)(void), void (*undo)(void))
{
	for (unsigned n = 1; n < MOST; n++) {
		int ret;

		harness_fail_allocation(the_harness, n);
		ret = body();
		if (!ret) {
			/* It had fewer than n. */
			harness_fail_allocation(the_harness, 0);
			undo();
			assert_true(n > 1);
			return;
		}
		assert_int_equal(ret, -ENOMEM);
	}
	fail_msg("%u allocations were not enough", MOST);
}
