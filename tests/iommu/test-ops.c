/* SPDX-License-Identifier: MIT */
/*
 * Members of iommu_ops that the mock does without, by a driver of the older kind: it
 * allocates domains by type, and has static ones for before and after.
 */
#include <linux/platform_device.h>

#include "rig.h"

static struct old_iommu {
	unsigned nr_probes, nr_allocs, nr_releases;
	unsigned last_type;
	struct iommu_domain *attached_at_release;
	struct iommu_device iommu;
} old;

/* What each device is attached to, in the order of their probes. */
static struct iommu_domain *attached[4];

static struct old_iommu *my_iommu(struct device *dev)
{
	return iommu_get_iommu_dev(dev, struct old_iommu, iommu);
}

static int attach(struct iommu_domain *domain, struct device *dev)
{
	assert_ptr_equal(my_iommu(dev), &old);
	attached[(uintptr_t)dev_iommu_priv_get(dev)] = domain;
	return 0;
}

static int nests(struct iommu_domain *domain)
{
	return 0;
}

static int takes_quirks(struct iommu_domain *domain, unsigned long quirks)
{
	return quirks == 4 ? 0 : -EOPNOTSUPP;
}

static void free_domain(struct iommu_domain *domain)
{
	g_free(domain);
}

static const struct iommu_domain_ops domain_ops = {
	.attach_dev = attach, .enable_nesting = nests, .set_pgtable_quirks = takes_quirks,
	.free = free_domain,
};
static const struct iommu_domain_ops static_ops = { .attach_dev = attach };
static struct iommu_domain resting = { .type = IOMMU_DOMAIN_BLOCKED, .ops = &static_ops };
static struct iommu_domain platform = { .type = IOMMU_DOMAIN_PLATFORM, .ops = &static_ops };

static struct iommu_domain *alloc(unsigned type)
{
	old.nr_allocs++;
	old.last_type = type;
	return type & __IOMMU_DOMAIN_PAGING ? g_new0(struct iommu_domain, 1) : NULL;
}

static struct iommu_device *probe(struct device *dev)
{
	dev_iommu_priv_set(dev, (void *)(uintptr_t)old.nr_probes++);
	return &old.iommu;
}

static void release(struct device *dev)
{
	old.nr_releases++;
	old.attached_at_release = attached[(uintptr_t)dev_iommu_priv_get(dev)];
}

static int feature(struct device *dev, enum iommu_dev_features f)
{
	return f == IOMMU_DEV_FEAT_SVA ? 0 : -EINVAL;
}

static struct iommu_ops ops_of_old(void)
{
	memset(&old, 0, sizeof(old));
	memset(attached, 0, sizeof(attached));
	return (struct iommu_ops){
		.domain_alloc = alloc, .probe_device = probe, .release_device = release,
		.device_group = generic_device_group, .default_domain_ops = &domain_ops,
		.pgsize_bitmap = SZ_4K, .dev_enable_feat = feature, .dev_disable_feat = feature,
	};
}

static void a_driver_may_allocate_by_type_and_never_hears_of_queues(void **state)
{
	struct iommu_ops ops = ops_of_old();

	iommu_set_default_type(kernel_current(), IOMMU_DOMAIN_DMA_FQ);
	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	assert_int_equal(old.nr_probes, 2);
	assert_int_equal(old.last_type, IOMMU_DOMAIN_DMA);
	assert_ptr_equal(iommu_group_default_domain(a->iommu_group), attached[0]);
	assert_int_equal(attached[0]->pgsize_bitmap, SZ_4K);
	assert_ptr_equal(attached[0]->ops, &domain_ops);
	iommu_device_unregister(&old.iommu);
	assert_int_equal(old.nr_releases, 2);
}

static void a_domain_that_the_driver_has_not_is_an_error_or_another(void **state)
{
	struct iommu_ops ops = ops_of_old();
	int me;

	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	harness_unbind(a);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity"), -ENOMEM);
	/* An empty one with page tables blocks. */
	assert_int_equal(iommu_group_claim_dma_owner(a->iommu_group, &me), 0);
	assert_int_equal(old.last_type, IOMMU_DOMAIN_UNMANAGED);
	iommu_group_release_dma_owner(a->iommu_group);
	iommu_device_unregister(&old.iommu);
}

static void a_driver_s_only_default_domain_is_taken_and_kept(void **state)
{
	struct iommu_ops ops = ops_of_old();

	ops.default_domain = &platform;
	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	assert_int_equal(old.nr_allocs, 0);
	assert_ptr_equal(iommu_get_domain_for_dev(b), &platform);
	harness_unbind(a);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -EINVAL);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "auto"), 0);
	iommu_device_unregister(&old.iommu);
}

static void a_device_rests_on_its_driver_s_domain_when_it_goes(void **state)
{
	struct iommu_ops ops = ops_of_old();

	ops.release_domain = &resting;
	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	iommu_device_unregister(&old.iommu);
	assert_ptr_equal(old.attached_at_release, &resting);
}

static bool is_deferred(struct device *dev)
{
	return true;
}

static void a_device_that_was_never_attached_is_left_alone(void **state)
{
	struct iommu_ops ops = ops_of_old();

	ops.release_domain = &resting;
	ops.is_attach_deferred = is_deferred;
	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	iommu_device_unregister(&old.iommu);
	assert_null(old.attached_at_release);
}

static void features_and_quirks_are_the_driver_s_to_grant(void **state)
{
	struct iommu_ops ops = ops_of_old();
	struct iommu_domain *own;

	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	assert_int_equal(iommu_dev_enable_feature(a, IOMMU_DEV_FEAT_SVA), 0);
	assert_int_equal(iommu_dev_enable_feature(a, IOMMU_DEV_FEAT_IOPF), -EINVAL);
	assert_int_equal(iommu_dev_disable_feature(a, IOMMU_DEV_FEAT_SVA), 0);
	own = new_domain(a);
	assert_int_equal(iommu_enable_nesting(own), 0);
	assert_int_equal(iommu_set_pgtable_quirks(own, 4), 0);
	assert_int_equal(iommu_set_pgtable_quirks(own, 8), -EOPNOTSUPP);
	assert_int_equal(iommu_enable_nesting(iommu_get_dma_domain(a)), -EINVAL);
	iommu_domain_free(own);
	iommu_device_unregister(&old.iommu);
}

static void a_device_that_was_refused_may_be_asked_for_again(void **state)
{
	struct iommu_ops ops = ops_of_old();

	ops.device_group = generic_single_device_group;
	assert_int_equal(iommu_device_register(&old.iommu, &ops, NULL), 0);
	iommu_bus_remove_device(b);
	assert_int_equal(bus_iommu_probe(&platform_bus_type), 0);
	assert_int_equal(old.nr_probes, 2);
	list_add_tail(&b->bus_node, &kernel_current()->iommu->bus);
	assert_int_equal(bus_iommu_probe(NULL), 0);
	assert_int_equal(old.nr_probes, 2);
	assert_int_equal(bus_iommu_probe(b->bus), 0);
	assert_int_equal(old.nr_probes, 3);
	assert_ptr_equal(a->iommu_group, b->iommu_group);
	iommu_device_unregister(&old.iommu);
}

static void an_iommu_is_named_after_its_device(void **state)
{
	assert_int_equal(iommu_device_sysfs_add(&old.iommu, a, NULL, "mmu%d", 0), 0);
	assert_ptr_equal(old.iommu.dev, a);
	dev_set_drvdata(a, &old.iommu);
	assert_ptr_equal(dev_to_iommu_device(a), &old.iommu);
	iommu_device_sysfs_remove(&old.iommu);
	assert_null(old.iommu.dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_driver_may_allocate_by_type_and_never_hears_of_queues),
		PLAIN(a_domain_that_the_driver_has_not_is_an_error_or_another),
		PLAIN(a_driver_s_only_default_domain_is_taken_and_kept),
		PLAIN(a_device_rests_on_its_driver_s_domain_when_it_goes),
		PLAIN(a_device_that_was_never_attached_is_left_alone),
		PLAIN(features_and_quirks_are_the_driver_s_to_grant),
		PLAIN(a_device_that_was_refused_may_be_asked_for_again),
		PLAIN(an_iommu_is_named_after_its_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
