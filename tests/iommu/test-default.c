/* SPDX-License-Identifier: MIT */
/* Default domains: which type a group gets, and how it is changed. */
#include "rig.h"

static struct mock_iommu *mmu;

static unsigned type_of(struct device *dev)
{
	return iommu_get_dma_domain(dev)->type;
}

static void expects_shown(struct device *dev, const char *text)
{
	char buf[16];

	assert_int_equal(iommu_group_show_type(dev->iommu_group, buf), strlen(text));
	assert_string_equal(buf, text);
}

/* ---- choice ---------------------------------------------------------------------------- */

static void a_group_gets_the_machine_s_default(void **state)
{
	assert_false(iommu_default_passthrough());
	mmu = mock_new(&(struct mock_config){ 0 });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	expects_shown(a, "DMA\n");
	mock_free(mmu);
	iommu_set_default_passthrough(true);
	assert_true(iommu_default_passthrough());
	mmu = mock_new(&(struct mock_config){ 0 });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_IDENTITY);
	expects_shown(a, "identity\n");
	assert_false(a->dma_iommu);
	mock_free(mmu);
	iommu_set_default_translated(true);
	mmu = mock_new(&(struct mock_config){ 0 });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void strict_is_stronger_than_lazy(void **state)
{
	iommu_set_default_type(kernel_current(), IOMMU_DOMAIN_DMA_FQ);
	mmu = mock_new(&(struct mock_config){ .defers_flush = true });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA_FQ);
	expects_shown(a, "DMA-FQ\n");
	mock_free(mmu);
	iommu_set_dma_strict();
	mmu = mock_new(&(struct mock_config){ .defers_flush = true });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
	iommu_set_default_passthrough(false);
	iommu_set_dma_strict();
	assert_true(iommu_default_passthrough());
}

static void what_a_driver_insists_on_is_stronger(void **state)
{
	mmu = mock_new(&(struct mock_config){ .def_type = IOMMU_DOMAIN_IDENTITY });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_IDENTITY);
	mock_free(mmu);
	iommu_set_default_passthrough(false);
	mmu = mock_new(&(struct mock_config){ .def_type = IOMMU_DOMAIN_DMA });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void without_an_identity_passthrough_falls_back_to_dma(void **state)
{
	iommu_set_default_passthrough(false);
	mmu = mock_new(&(struct mock_config){ .has_no_identity = true });
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

/* ---- change ----------------------------------------------------------------------------- */

static void a_type_is_changed_only_while_no_driver_is_bound(void **state)
{
	mmu = mock_new(&(struct mock_config){ 0 });
	harness_unbind(a);
	a = device_named("a");		/* bound again, and counted now */
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity"), -EPERM);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "auto"), -EPERM);
	harness_unbind(a);
	g_string_truncate(mmu->log, 0);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity\n"), 0);
	expects_calls(mmu, "attach a identity; ");
	assert_int_equal(type_of(a), IOMMU_DOMAIN_IDENTITY);
	assert_int_equal(mmu->nr_domains, 1);	/* b's */
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), 0);
	expects_calls(mmu, "attach a dma; ");
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), 0);
	expects_calls(mmu, "");
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity"), 0);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "auto"), 0);
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void no_other_word_is_a_type(void **state)
{
	static const char *const words[] = {
		"", "\n", "dma", "DMA-FQ2", "unmanaged", "blocked", "DMA\n\n", "auto ", "aut",
	};

	mmu = mock_new(&(struct mock_config){ 0 });
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		assert_int_equal(iommu_group_store_type(a->iommu_group, words[i]), -EINVAL);
	mock_free(mmu);
}

static void a_driver_that_insists_is_not_overruled(void **state)
{
	mmu = mock_new(&(struct mock_config){ .def_type = IOMMU_DOMAIN_DMA });
	assert_int_equal(iommu_group_store_type(a->iommu_group, "identity"), -EINVAL);
	assert_int_equal(type_of(a), IOMMU_DOMAIN_DMA);
	mock_free(mmu);
}

static void when_a_change_fails_the_old_domain_stays(void **state)
{
	struct iommu_domain *old;

	iommu_set_default_passthrough(false);
	mmu = mock_new(&(struct mock_config){ 0 });
	old = iommu_get_dma_domain(a);
	mock_fails(mmu, MOCK_ALLOC, 1, -ENOMEM);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -ENOMEM);
	mock_fails(mmu, MOCK_ATTACH, 1, -ENOSPC);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -ENOSPC);
	assert_ptr_equal(iommu_get_dma_domain(a), old);
	assert_ptr_equal(mock_attached(a), old);
	assert_int_equal(mmu->nr_domains, 0);
	mock_free(mmu);
}

/* A DMA API's side that only counts. */
static struct {
	unsigned got, put, fq, setups;
	int error;
} dma;

static int get_cookie(struct iommu_domain *domain)
{
	dma.got++;
	return dma.error;
}

static void put_cookie(struct iommu_domain *domain)
{
	dma.put++;
}

static int init_fq(struct iommu_domain *domain)
{
	dma.fq++;
	return dma.error;
}

static void setup_dma_ops(struct device *dev)
{
	dma.setups++;
}

static const struct iommu_dma_hooks counting_hooks = {
	get_cookie, put_cookie, init_fq, setup_dma_ops,
};

static void lazy_comes_to_a_domain_that_is_in_use(void **state)
{
	struct iommu_domain *domain;

	memset(&dma, 0, sizeof(dma));
	iommu_set_dma_hooks(kernel_current(), &counting_hooks);
	mmu = mock_new(&(struct mock_config){ .defers_flush = true });
	domain = iommu_get_dma_domain(a);
	harness_unbind(a);
	device_named("a");
	assert_int_equal(dma.setups, 2);
	dma.error = -ENOMEM;
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA-FQ"), -ENOMEM);
	assert_int_equal(domain->type, IOMMU_DOMAIN_DMA);
	dma.error = 0;
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA-FQ\n"), 0);
	assert_int_equal(domain->type, IOMMU_DOMAIN_DMA_FQ);
	assert_ptr_equal(iommu_get_dma_domain(a), domain);
	assert_int_equal(dma.fq, 2);
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -EPERM);
	mock_free(mmu);
	assert_int_equal(dma.got, 2);
	assert_int_equal(dma.put, 2);
}

static void a_dma_domain_without_its_iova_space_is_none(void **state)
{
	int error;

	memset(&dma, 0, sizeof(dma));
	dma.error = -ENOMEM;
	iommu_set_dma_hooks(kernel_current(), &counting_hooks);
	assert_null(mock_try_new(&(struct mock_config){ 0 }, &error));
	assert_int_equal(error, -EINVAL);
	assert_int_equal(dma.put, dma.got);
	iommu_set_default_passthrough(false);
	mmu = mock_new(&(struct mock_config){ 0 });
	assert_int_equal(iommu_group_store_type(a->iommu_group, "DMA"), -ENOMEM);
	assert_int_equal(mmu->nr_domains, 0);
	mock_free(mmu);
}

/* ---- capabilities ------------------------------------------------------------------------- */

static void a_device_can_what_its_iommu_can(void **state)
{
	assert_false(device_iommu_capable(a, IOMMU_CAP_DIRTY_TRACKING));
	assert_int_equal(iommu_dev_enable_feature(a, IOMMU_DEV_FEAT_SVA), -ENODEV);
	mmu = mock_new(&(struct mock_config){ .defers_flush = true });
	assert_true(device_iommu_capable(a, IOMMU_CAP_DIRTY_TRACKING));
	assert_true(device_iommu_capable(a, IOMMU_CAP_DEFERRED_FLUSH));
	assert_false(device_iommu_capable(a, IOMMU_CAP_CACHE_COHERENCY));
	assert_int_equal(iommu_dev_enable_feature(a, IOMMU_DEV_FEAT_SVA), -ENODEV);
	assert_int_equal(iommu_dev_disable_feature(a, IOMMU_DEV_FEAT_SVA), -EBUSY);
	assert_int_equal(iommu_enable_nesting(iommu_get_dma_domain(a)), -EINVAL);
	assert_int_equal(iommu_set_pgtable_quirks(iommu_get_dma_domain(a), 1), -EINVAL);
	mock_free(mmu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_group_gets_the_machine_s_default),
		PLAIN(strict_is_stronger_than_lazy),
		PLAIN(what_a_driver_insists_on_is_stronger),
		PLAIN(without_an_identity_passthrough_falls_back_to_dma),
		PLAIN(a_type_is_changed_only_while_no_driver_is_bound),
		PLAIN(no_other_word_is_a_type),
		PLAIN(a_driver_that_insists_is_not_overruled),
		PLAIN(when_a_change_fails_the_old_domain_stays),
		PLAIN(lazy_comes_to_a_domain_that_is_in_use),
		PLAIN(a_dma_domain_without_its_iova_space_is_none),
		PLAIN(a_device_can_what_its_iommu_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
