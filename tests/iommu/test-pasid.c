/* SPDX-License-Identifier: MIT */
/* Accesses that carry a PASID go through a domain of their own. */
#include "rig.h"

static struct mock_iommu *mmu;

static void a_pasid_has_a_domain_beside_the_default_one(void **state)
{
	struct iommu_attach_handle handle;
	struct iommu_domain *own;
	phys_addr_t pa;

	mmu = mock_new(&(struct mock_config){ .max_pasids = 16 });
	own = new_domain(a);
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_4K, IOMMU_READ, GFP_KERNEL), 0);
	assert_int_equal(iommu_attach_device_pasid(own, a, 3, &handle), 0);
	assert_ptr_equal(handle.domain, own);
	assert_true(mock_translate_pasid(a, 3, 0x1000, IOMMU_READ, &pa));
	assert_false(mock_translate_pasid(a, 4, 0x1000, IOMMU_READ, &pa));
	assert_false(mock_translate(a, 0x1000, IOMMU_READ, &pa));
	assert_ptr_equal(iommu_get_domain_for_dev(a), iommu_get_dma_domain(a));
	assert_ptr_equal(iommu_attach_handle_get(a->iommu_group, 3, 0), &handle);
	assert_ptr_equal(iommu_attach_handle_get(a->iommu_group, 3, IOMMU_DOMAIN_UNMANAGED),
			 &handle);
	assert_int_equal(PTR_ERR(iommu_attach_handle_get(a->iommu_group, 3, IOMMU_DOMAIN_SVA)),
			 -EBUSY);
	assert_int_equal(PTR_ERR(iommu_attach_handle_get(a->iommu_group, 4, 0)), -ENOENT);
	iommu_detach_device_pasid(own, a, 3);
	assert_false(mock_translate_pasid(a, 3, 0x1000, IOMMU_READ, &pa));
	assert_int_equal(PTR_ERR(iommu_attach_handle_get(a->iommu_group, 3, 0)), -ENOENT);
	iommu_domain_free(own);
	mock_free(mmu);
}

static int set_any_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid,
			 struct iommu_domain *old)
{
	return 0;
}

static void what_cannot_be_attached_is_refused(void **state)
{
	const struct iommu_domain_ops none = { .attach_dev = NULL };
	const struct iommu_domain_ops any = { .set_dev_pasid = set_any_pasid };
	struct iommu_domain foreign = { .type = IOMMU_DOMAIN_UNMANAGED, .ops = &none };
	struct iommu_domain *own;

	assert_int_equal(iommu_attach_device_pasid(&foreign, a, 3, NULL), -EOPNOTSUPP);
	foreign.ops = &any;
	assert_int_equal(iommu_attach_device_pasid(&foreign, a, 3, NULL), -ENODEV);
	mmu = mock_new(&(struct mock_config){ .max_pasids = 16 });
	own = new_domain(a);
	assert_int_equal(iommu_attach_device_pasid(&foreign, a, 3, NULL), -EINVAL);
	assert_int_equal(iommu_attach_device_pasid(own, a, IOMMU_NO_PASID, NULL), -EINVAL);
	assert_int_equal(iommu_attach_device_pasid(own, a, 16, NULL), -EINVAL);
	assert_int_equal(iommu_attach_device_pasid(own, a, 15, NULL), 0);
	assert_int_equal(iommu_attach_device_pasid(own, a, 15, NULL), -EBUSY);
	/* Without a handle it is attached, and nothing is found. */
	assert_int_equal(PTR_ERR(iommu_attach_handle_get(a->iommu_group, 15, 0)), -ENOENT);
	harness_fail_allocation(the_harness, 1);
	assert_int_equal(iommu_attach_device_pasid(own, a, 14, NULL), -ENOMEM);
	iommu_detach_device_pasid(own, a, 15);
	iommu_domain_free(own);
	mock_free(mmu);
}

static void when_one_device_of_a_group_refuses_none_has_it(void **state)
{
	struct iommu_domain *own;

	mmu = mock_new(&(struct mock_config){ .max_pasids = 16, .grouping = MOCK_GROUP_ALL });
	own = new_domain(a);
	g_string_truncate(mmu->log, 0);
	mock_fails(mmu, MOCK_SET_PASID, 2, -ENOSPC);
	assert_int_equal(iommu_attach_device_pasid(own, a, 3, NULL), -ENOSPC);
	expects_calls(mmu, "pasid a 3; pasid b 3 no; no pasid a 3; ");
	assert_int_equal(iommu_attach_device_pasid(own, a, 3, NULL), 0);
	iommu_detach_device_pasid(own, a, 3);
	iommu_domain_free(own);
	mock_free(mmu);
}

static void a_group_with_a_pasid_attached_cannot_be_claimed(void **state)
{
	struct iommu_domain *own;
	int me;

	mmu = mock_new(&(struct mock_config){ .max_pasids = 16 });
	harness_unbind(a);
	own = new_domain(a);
	assert_int_equal(iommu_attach_device_pasid(own, a, 3, NULL), 0);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -EBUSY);
	iommu_detach_device_pasid(own, a, 3);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	iommu_group_release_dma_owner(a->iommu_group);
	iommu_domain_free(own);
	mock_free(mmu);
}

static void pasids_of_the_machine_are_unique_and_from_one(void **state)
{
	assert_int_equal(iommu_alloc_global_pasid(a), IOMMU_PASID_INVALID);
	mmu = mock_new(&(struct mock_config){ .max_pasids = 4 });
	assert_int_equal(iommu_alloc_global_pasid(a), 1);
	assert_int_equal(iommu_alloc_global_pasid(b), 2);
	assert_int_equal(iommu_alloc_global_pasid(a), 3);
	assert_int_equal(iommu_alloc_global_pasid(b), IOMMU_PASID_INVALID);
	iommu_free_global_pasid(2);
	harness_fail_allocation(the_harness, 1);
	assert_int_equal(iommu_alloc_global_pasid(a), IOMMU_PASID_INVALID);
	assert_int_equal(iommu_alloc_global_pasid(a), 2);
	iommu_free_global_pasid(IOMMU_PASID_INVALID);	/* warns */
	for (ioasid_t pasid = 1; pasid < 4; pasid++)
		iommu_free_global_pasid(pasid);
	mock_free(mmu);
}

static void a_device_has_no_more_pasids_than_it_and_its_iommu_tell_apart(void **state)
{
	struct mock_iommu *right;

	mmu = mock_new(&(struct mock_config){ .node = "10100000.iommu", .max_pasids = 100 });
	right = mock_new(&(struct mock_config){ .node = "10110000.iommu", .like = mmu });
	assert_int_equal(device_named("10200000.display")->iommu->max_pasids, 8);
	mock_free(right);
	mock_free(mmu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_pasid_has_a_domain_beside_the_default_one),
		PLAIN(what_cannot_be_attached_is_refused),
		PLAIN(when_one_device_of_a_group_refuses_none_has_it),
		PLAIN(a_group_with_a_pasid_attached_cannot_be_claimed),
		PLAIN(pasids_of_the_machine_are_unique_and_from_one),
		BEHIND(a_device_has_no_more_pasids_than_it_and_its_iommu_tell_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
