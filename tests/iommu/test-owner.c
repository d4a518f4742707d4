/* SPDX-License-Identifier: MIT */
/* Who owns the DMA of a group: drivers of the DMA API, or one owner of another kind. */
#include "rig.h"

static struct mock_iommu *mmu;
static int me, you;

/* Devices are bound when they come; here they are free at first. */
static void start_free(const struct mock_config *cfg)
{
	mmu = mock_new(cfg);
	harness_unbind(a);
	harness_unbind(b);
	g_string_truncate(mmu->log, 0);
}

static void an_owner_finds_his_devices_blocked(void **state)
{
	phys_addr_t pa;

	start_free(&(struct mock_config){ 0 });
	assert_false(iommu_group_dma_owner_claimed(a->iommu_group));
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	assert_true(iommu_group_dma_owner_claimed(a->iommu_group));
	expects_calls(mmu, "attach a blocked; ");
	assert_false(mock_translate(a, 0x1000, IOMMU_READ, &pa));
	iommu_group_release_dma_owner(a->iommu_group);
	expects_calls(mmu, "attach a dma; ");
	assert_false(iommu_group_dma_owner_claimed(a->iommu_group));
	mock_free(mmu);
}

static void an_owner_attaches_and_detaches_to_blocked(void **state)
{
	struct iommu_domain *own;

	start_free(&(struct mock_config){ 0 });
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	own = new_domain(a);
	assert_int_equal(iommu_attach_group(own, a->iommu_group), 0);
	iommu_detach_group(own, a->iommu_group);
	expects_calls(mmu, "attach a blocked; attach a unmanaged; attach a blocked; ");
	iommu_group_release_dma_owner(a->iommu_group);
	iommu_domain_free(own);
	mock_free(mmu);
}

static void without_a_blocked_domain_an_empty_one_blocks(void **state)
{
	start_free(&(struct mock_config){ .has_no_blocked = true });
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	expects_calls(mmu, "attach a unmanaged; ");
	assert_int_equal(mmu->nr_domains, 3);
	iommu_group_release_dma_owner(a->iommu_group);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	assert_int_equal(mmu->nr_domains, 3);	/* the same again */
	iommu_group_release_dma_owner(a->iommu_group);
	mock_free(mmu);
}

static void a_group_with_a_driver_cannot_be_claimed(void **state)
{
	start_free(&(struct mock_config){ 0 });
	device_named("a");
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -EPERM);
	assert_int_equal(iommu_device_claim_dma_owner(a, &me), -EPERM);
	harness_unbind(a);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -EPERM);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, NULL), -EINVAL);
	iommu_group_release_dma_owner(a->iommu_group);
	mock_free(mmu);
}

static void a_driver_is_not_bound_to_a_claimed_group(void **state)
{
	start_free(&(struct mock_config){ 0 });
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	assert_int_equal(iommu_device_use_default_domain(a), -EBUSY);
	iommu_group_release_dma_owner(a->iommu_group);
	assert_int_equal(iommu_device_use_default_domain(a), 0);
	iommu_device_unuse_default_domain(a);
	mock_free(mmu);
}

static void a_second_driver_wants_the_default_domain(void **state)
{
	struct iommu_domain *own;

	start_free(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	own = new_domain(a);
	assert_int_equal(iommu_device_use_default_domain(a), 0);
	assert_int_equal(iommu_attach_group(own, a->iommu_group), 0);
	assert_int_equal(iommu_device_use_default_domain(b), -EBUSY);
	iommu_detach_group(own, a->iommu_group);
	assert_int_equal(iommu_device_use_default_domain(b), 0);
	iommu_device_unuse_default_domain(a);
	iommu_device_unuse_default_domain(b);
	iommu_device_unuse_default_domain(b);	/* warns */
	iommu_domain_free(own);
	mock_free(mmu);
}

static void a_group_that_is_not_set_up_yet_is_asked_for_again(void **state)
{
	struct iommu_group *group = iommu_group_alloc();

	assert_int_equal(iommu_device_use_default_domain(a), 0);
	iommu_device_unuse_default_domain(a);
	assert_int_equal(iommu_group_add_device(group, a), 0);
	assert_int_equal(iommu_device_use_default_domain(a), -EPROBE_DEFER);
	iommu_group_remove_device(a);
	iommu_group_put(group);
}

static void what_is_attached_already_cannot_be_claimed(void **state)
{
	struct iommu_domain *own;

	start_free(&(struct mock_config){ 0 });
	own = new_domain(a);
	assert_int_equal(iommu_attach_device(own, a), 0);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -EBUSY);
	iommu_detach_device(own, a);
	iommu_domain_free(own);
	mock_free(mmu);
}

static void one_owner_may_claim_each_device_of_a_group(void **state)
{
	assert_int_equal(iommu_device_claim_dma_owner(a, &me), -ENODEV);
	start_free(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	assert_int_equal(iommu_device_claim_dma_owner(a, NULL), -EINVAL);
	assert_int_equal(iommu_device_claim_dma_owner(a, &me), 0);
	assert_int_equal(iommu_device_claim_dma_owner(b, &you), -EPERM);
	assert_int_equal(iommu_device_claim_dma_owner(b, &me), 0);
	iommu_device_release_dma_owner(a);
	assert_true(iommu_group_dma_owner_claimed(a->iommu_group));
	assert_int_equal(mock_attached(a)->type, IOMMU_DOMAIN_BLOCKED);
	iommu_device_release_dma_owner(b);
	assert_int_equal(mock_attached(a)->type, IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void a_claim_that_fails_changes_nothing(void **state)
{
	start_free(&(struct mock_config){ .has_no_blocked = true });
	mock_fails(mmu, MOCK_ALLOC, 1, -ENOMEM);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -ENOMEM);
	mock_fails(mmu, MOCK_ATTACH, 1, -ENOSPC);
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), -ENOSPC);
	assert_false(iommu_group_dma_owner_claimed(a->iommu_group));
	assert_int_equal(mock_attached(a)->type, IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(an_owner_finds_his_devices_blocked),
		PLAIN(an_owner_attaches_and_detaches_to_blocked),
		PLAIN(without_a_blocked_domain_an_empty_one_blocks),
		PLAIN(a_group_with_a_driver_cannot_be_claimed),
		PLAIN(a_driver_is_not_bound_to_a_claimed_group),
		PLAIN(a_second_driver_wants_the_default_domain),
		PLAIN(a_group_that_is_not_set_up_yet_is_asked_for_again),
		PLAIN(what_is_attached_already_cannot_be_claimed),
		PLAIN(one_owner_may_claim_each_device_of_a_group),
		PLAIN(a_claim_that_fails_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
