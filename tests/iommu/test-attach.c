/* SPDX-License-Identifier: MIT */
/*
 * Which devices an IOMMU serves, in which groups they are, and what they are attached
 * to: drivers side by side, every error, and what is left after it.
 */
#include <linux/platform_device.h>

#include <armdma/iommu-watch.h>

#include "rig.h"

static struct mock_iommu *mmu;
static const struct bus_type other_bus;

/* ---- drivers come and go -------------------------------------------------------------- */

static void a_driver_that_registers_serves_the_devices_that_are_there(void **state)
{
	assert_false(device_iommu_mapped(a));
	assert_null(iommu_get_domain_for_dev(a));
	assert_false(iommu_present(&platform_bus_type));
	mmu = mock_new(&(struct mock_config){ 0 });
	assert_true(iommu_present(&platform_bus_type));
	assert_false(iommu_present(&other_bus));
	assert_true(device_iommu_mapped(a) && device_iommu_mapped(b));
	assert_ptr_not_equal(a->iommu_group, b->iommu_group);
	assert_ptr_equal(iommu_get_domain_for_dev(a), iommu_get_dma_domain(a));
	assert_int_equal(iommu_get_domain_for_dev(a)->type, IOMMU_DOMAIN_DMA);
	mock_free(mmu);
	assert_false(device_iommu_mapped(a) || device_iommu_mapped(b));
	assert_null(a->iommu);
}

static void a_device_that_comes_later_is_served_too(void **state)
{
	struct device *late;

	mmu = mock_new(&(struct mock_config){ 0 });
	late = device_named("late");
	assert_true(device_iommu_mapped(late));
	expects_calls(mmu, "attach a dma; attach b dma; attach late dma; ");
	mock_free(mmu);
}

static void a_driver_s_own_device_leaves_its_group_when_it_goes(void **state)
{
	struct device dev = { .init_name = "own" };

	mmu = mock_new(&(struct mock_config){ 0 });
	assert_int_equal(device_register(&dev), 0);
	assert_true(device_iommu_mapped(&dev));
	assert_int_equal(mmu->devs->len, 3);
	device_unregister(&dev);
	assert_false(device_iommu_mapped(&dev));
	assert_int_equal(mmu->devs->len, 2);
	mock_free(mmu);
}

static void numbers_of_groups_are_the_smallest_that_are_free(void **state)
{
	struct iommu_group *first = iommu_group_alloc(), *second = iommu_group_alloc();

	assert_int_equal(iommu_group_id(first), 0);
	assert_int_equal(iommu_group_id(second), 1);
	iommu_group_put(first);
	first = iommu_group_alloc();
	assert_int_equal(iommu_group_id(first), 0);
	iommu_group_put(second);
	iommu_group_put(first);
	iommu_group_put(NULL);
}

static unsigned nr_released;

static void release_data(void *data)
{
	nr_released += *(unsigned *)data;
}

static void data_of_a_group_is_released_with_it(void **state)
{
	struct iommu_group *group = iommu_group_alloc();
	unsigned one = 1;

	nr_released = 0;
	iommu_group_set_iommudata(group, &one, release_data);
	assert_ptr_equal(iommu_group_get_iommudata(group), &one);
	assert_int_equal(iommu_group_set_name(group, "x"), 0);
	assert_int_equal(iommu_group_set_name(group, NULL), 0);
	assert_int_equal(iommu_group_set_name(group, "y"), 0);
	assert_int_equal(iommu_group_add_device(group, a), 0);
	iommu_group_put(group);
	assert_int_equal(nr_released, 0);
	assert_true(device_iommu_mapped(a));
	assert_int_equal(iommu_attach_group(&(struct iommu_domain){ 0 }, a->iommu_group), -EINVAL);
	iommu_group_remove_device(a);
	iommu_group_remove_device(a);
	assert_int_equal(nr_released, 1);
	assert_false(device_iommu_mapped(a));
}

static void a_driver_that_will_not_have_a_device_leaves_it_alone(void **state)
{
	int error;

	mmu = mock_new(&(struct mock_config){ 0 });
	mock_fails(mmu, MOCK_PROBE, 1, -ENODEV);
	assert_false(device_iommu_mapped(device_named("refused")));
	mock_fails(mmu, MOCK_PROBE, 1, -EIO);
	assert_false(device_iommu_mapped(device_named("broken")));
	assert_null(device_named("broken")->iommu);
	assert_int_equal(iommu_probe_device(device_named("broken")), 0);
	mock_free(mmu);
	assert_null(mock_try_new(&(struct mock_config){ .def_type = IOMMU_DOMAIN_IDENTITY,
				 .has_no_identity = true }, &error));
	assert_int_equal(error, -EOPNOTSUPP);
	assert_false(device_iommu_mapped(a));
}

static void a_group_that_cannot_be_had_is_the_error_of_the_probe(void **state)
{
	mmu = mock_new(&(struct mock_config){ 0 });
	mock_fails(mmu, MOCK_GROUP, 1, -ENOSPC);
	a = device_named("nogroup");
	assert_null(a->iommu);
	mock_fails(mmu, MOCK_GROUP, 1, -ENOSPC);
	assert_int_equal(iommu_probe_device(a), -ENOSPC);
	assert_null(a->iommu);
	mock_fails(mmu, MOCK_ATTACH, 1, -EIO);
	assert_int_equal(iommu_probe_device(a), -EIO);
	assert_null(a->iommu);
	mock_fails(mmu, MOCK_ALLOC, 1, -ENOMEM);
	assert_int_equal(iommu_probe_device(a), -EINVAL);	/* Linux: "no default domain" */
	assert_int_equal(iommu_probe_device(a), 0);
	mock_free(mmu);
}

static int probes_a(void)
{
	return iommu_probe_device(a);
}

static void releases_a(void)
{
	iommu_bus_remove_device(a);
	iommu_bus_add_device(a);
}

static void a_probe_without_memory_leaves_nothing(void **state)
{
	mmu = mock_new(&(struct mock_config){ 0 });
	mock_fails(mmu, MOCK_PROBE, 1, -ENODEV);
	a = device_named("late");
	each_allocation_fails(probes_a, releases_a);
	mock_free(mmu);
}

static void different_drivers_serve_one_machine(void **state)
{
	struct mock_iommu *left, *pci;
	struct iommu_domain *of_left;
	struct device *eth, *bridge, *dma;

	left = mock_new(&(struct mock_config){ .node = "10100000.iommu", .pgsizes = SZ_4K });
	pci = mock_new(&(struct mock_config){ .node = "10130000.iommu", .pgsizes = SZ_64K });
	eth = device_named("10010000.ethernet");
	bridge = device_named("10300000.pcie");
	dma = device_named("10040000.dma");
	assert_ptr_equal(eth->iommu->iommu_dev, &left->iommu);
	assert_ptr_equal(bridge->iommu->iommu_dev, &pci->iommu);
	assert_false(device_iommu_mapped(dma));
	assert_int_equal(iommu_get_domain_for_dev(eth)->pgsize_bitmap, SZ_4K);
	assert_int_equal(iommu_get_domain_for_dev(bridge)->pgsize_bitmap, SZ_64K);
	of_left = new_domain(eth);
	assert_int_equal(iommu_attach_device(of_left, bridge), -EINVAL);
	assert_int_equal(iommu_attach_group(of_left, bridge->iommu_group), -EINVAL);
	assert_int_equal(iommu_attach_device(of_left, dma), -ENODEV);
	assert_int_equal(iommu_attach_device(of_left, eth), 0);
	assert_null(iommu_domain_alloc(&platform_bus_type));
	iommu_detach_device(of_left, eth);
	iommu_domain_free(of_left);
	mock_free(pci);
	assert_null(iommu_domain_alloc(&other_bus));
	of_left = iommu_domain_alloc(dma->bus);
	assert_ptr_equal(of_left->owner, eth->iommu->iommu_dev->ops);
	iommu_domain_free(of_left);
	mock_free(left);
	assert_null(iommu_domain_alloc(&platform_bus_type));
	assert_int_equal(PTR_ERR(iommu_paging_domain_alloc(eth)), -ENODEV);
}

/* ---- attach ----------------------------------------------------------------------------- */

static void a_device_goes_to_a_domain_and_back(void **state)
{
	struct iommu_domain *own, *other;

	mmu = mock_new(&(struct mock_config){ 0 });
	own = new_domain(a);
	other = new_domain(a);
	assert_int_equal(own->type, IOMMU_DOMAIN_UNMANAGED);
	assert_int_equal(iommu_attach_device(own, a), 0);
	assert_ptr_equal(iommu_get_domain_for_dev(a), own);
	assert_ptr_equal(mock_attached(a), own);
	assert_int_equal(iommu_attach_device(own, a), -EBUSY);
	assert_int_equal(iommu_attach_device(other, a), -EBUSY);
	iommu_detach_device(other, a);		/* warns: it is not attached */
	assert_ptr_equal(mock_attached(a), own);
	assert_int_equal(iommu_group_replace_domain(a->iommu_group, other), 0);
	assert_int_equal(iommu_group_replace_domain(a->iommu_group, NULL), -EINVAL);
	assert_ptr_equal(mock_attached(a), other);
	iommu_detach_device(other, a);
	assert_ptr_equal(mock_attached(a), iommu_get_dma_domain(a));
	iommu_domain_free(own);
	iommu_domain_free(other);
	mock_free(mmu);
}

static void what_a_driver_says_to_an_attach_is_passed_on(void **state)
{
	static const int errors[] = { -EINVAL, -ENOMEM, -ENOSPC, -EBUSY, -ENODEV };
	struct iommu_domain *own;

	mmu = mock_new(&(struct mock_config){ 0 });
	own = new_domain(a);
	for (unsigned i = 0; i < ARRAY_SIZE(errors); i++) {
		mock_fails(mmu, MOCK_ATTACH, 1, errors[i]);
		assert_int_equal(iommu_attach_device(own, a), errors[i]);
		assert_ptr_equal(iommu_get_domain_for_dev(a), iommu_get_dma_domain(a));
		assert_ptr_equal(mock_attached(a), iommu_get_dma_domain(a));
	}
	iommu_domain_free(own);
	mock_free(mmu);
}

static void one_of_several_devices_cannot_be_attached_alone(void **state)
{
	struct iommu_domain *own;

	mmu = mock_new(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	assert_ptr_equal(a->iommu_group, b->iommu_group);
	own = new_domain(a);
	assert_int_equal(iommu_attach_device(own, a), -EINVAL);
	assert_int_equal(iommu_attach_group(own, a->iommu_group), 0);
	assert_ptr_equal(mock_attached(b), own);
	iommu_detach_device(own, a);		/* warns: not the only one */
	assert_ptr_equal(mock_attached(a), own);
	iommu_detach_group(own, a->iommu_group);
	assert_ptr_equal(mock_attached(a), iommu_get_dma_domain(a));
	assert_ptr_equal(mock_attached(b), iommu_get_dma_domain(a));
	iommu_domain_free(own);
	mock_free(mmu);
}

static void when_the_second_device_refuses_the_first_goes_back(void **state)
{
	struct iommu_domain *own;

	mmu = mock_new(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	own = new_domain(a);
	expects_calls(mmu, "attach a dma; attach b dma; ");
	mock_fails(mmu, MOCK_ATTACH, 2, -ENOSPC);
	assert_int_equal(iommu_attach_group(own, a->iommu_group), -ENOSPC);
	expects_calls(mmu, "attach a unmanaged; attach b unmanaged no; attach a dma; "
			   "attach b dma; ");
	assert_ptr_equal(iommu_get_domain_for_dev(b), iommu_get_dma_domain(b));
	assert_ptr_equal(mock_attached(a), iommu_get_dma_domain(a));
	iommu_domain_free(own);
	mock_free(mmu);
}

static void a_device_that_joins_gets_what_its_group_has(void **state)
{
	struct iommu_domain *own;
	struct device *late;

	mmu = mock_new(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	own = new_domain(a);
	assert_int_equal(iommu_attach_group(own, a->iommu_group), 0);
	late = device_named("late");
	assert_ptr_equal(mock_attached(late), own);
	mock_fails(mmu, MOCK_ATTACH, 1, -EINVAL);
	assert_false(device_iommu_mapped(device_named("refused")));
	iommu_detach_group(own, a->iommu_group);
	assert_ptr_equal(mock_attached(late), iommu_get_dma_domain(a));
	iommu_domain_free(own);
	mock_free(mmu);
}

static int count_devices(struct device *dev, void *data)
{
	unsigned *nr = data;

	return ++*nr == 2 ? -EAGAIN : 0;
}

static void devices_of_a_group_are_visited_until_one_says_stop(void **state)
{
	struct iommu_group *group;
	unsigned nr = 0;

	mmu = mock_new(&(struct mock_config){ .grouping = MOCK_GROUP_ALL });
	device_named("c");
	group = iommu_group_get(a);
	assert_int_equal(iommu_group_for_each_dev(group, &nr, count_devices), -EAGAIN);
	assert_int_equal(nr, 2);
	assert_int_equal(iommu_group_for_each_dev(group, &nr, count_devices), 0);
	assert_int_equal(nr, 5);
	iommu_group_put(group);
	mock_free(mmu);
}

static void a_deferred_device_is_attached_by_whoever_wants_to_map(void **state)
{
	mmu = mock_new(&(struct mock_config){ .is_deferred = true });
	assert_null(mock_attached(a));
	assert_ptr_equal(iommu_get_domain_for_dev(a), iommu_get_dma_domain(a));
	mock_fails(mmu, MOCK_ATTACH, 1, -EIO);
	assert_int_equal(iommu_deferred_attach(a, iommu_get_dma_domain(a)), -EIO);
	assert_int_equal(iommu_deferred_attach(a, iommu_get_dma_domain(a)), 0);
	assert_ptr_equal(mock_attached(a), iommu_get_dma_domain(a));
	assert_int_equal(iommu_deferred_attach(a, iommu_get_dma_domain(a)), 0);
	assert_int_equal(mmu->nr[MOCK_ATTACH], 2);
	mock_free(mmu);
}

static void a_device_reaches_nothing_that_is_mapped_for_another(void **state)
{
	struct iommu_domain *for_a, *for_b;
	phys_addr_t pa;

	mmu = mock_new(&(struct mock_config){ 0 });
	for_a = new_domain(a);
	for_b = new_domain(b);
	assert_int_equal(iommu_attach_device(for_a, a) | iommu_attach_device(for_b, b), 0);
	assert_int_equal(iommu_map(for_a, 0x1000, 0x80000000, SZ_4K, IOMMU_READ, GFP_KERNEL), 0);
	assert_int_equal(iommu_map(for_b, 0x2000, 0x80001000, SZ_4K, IOMMU_WRITE, GFP_KERNEL), 0);
	assert_true(mock_translate(a, 0x1008, IOMMU_READ, &pa));
	assert_int_equal(pa, 0x80000008);
	assert_false(mock_translate(a, 0x1008, IOMMU_WRITE, &pa));
	assert_false(mock_translate(b, 0x1008, IOMMU_READ, &pa));
	assert_false(mock_translate(a, 0x2008, IOMMU_WRITE, &pa));
	assert_true(mock_translate(b, 0x2008, IOMMU_WRITE, &pa));
	iommu_detach_device(for_a, a);
	assert_false(mock_translate(a, 0x1008, IOMMU_READ, &pa));
	iommu_detach_device(for_b, b);
	iommu_domain_free(for_a);
	iommu_domain_free(for_b);
	mock_free(mmu);
}

/* ---- faults ----------------------------------------------------------------------------- */

struct heard {
	struct iommu_domain *domain;
	struct device *dev;
	unsigned long iova;
	int flags;
};

static int hear(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		void *token)
{
	*(struct heard *)token = (struct heard){ domain, dev, iova, flags };
	return 5;
}

static void a_fault_names_the_device_the_domain_the_iova_and_the_direction(void **state)
{
	struct iommu_domain *own;
	struct heard heard;

	mmu = mock_new(&(struct mock_config){ 0 });
	own = new_domain(a);
	assert_int_equal(iommu_attach_device(own, a), 0);
	assert_int_equal(mock_access(a, 0x1234, IOMMU_READ), -ENOSYS);
	iommu_set_fault_handler(own, hear, &heard);
	assert_int_equal(mock_access(a, 0x1234, IOMMU_READ), 5);
	assert_ptr_equal(heard.domain, own);
	assert_ptr_equal(heard.dev, a);
	assert_int_equal(heard.iova, 0x1234);
	assert_int_equal(heard.flags, IOMMU_FAULT_READ);
	assert_int_equal(mock_access(a, 0x5678, IOMMU_WRITE), 5);
	assert_int_equal(heard.iova, 0x5678);
	assert_int_equal(heard.flags, IOMMU_FAULT_WRITE);
	iommu_set_fault_handler(own, NULL, NULL);
	assert_int_equal(mock_access(a, 0x1234, IOMMU_READ), -ENOSYS);
	iommu_detach_device(own, a);
	iommu_domain_free(own);
	mock_free(mmu);
}

struct watch {
	struct iommu_watcher watcher;
	const struct device *dev;
	uint64_t iova;
	int flags;
	unsigned nr;
};

static void sees_fault(struct iommu_watcher *w, const struct device *dev, uint64_t iova, int flags)
{
	struct watch *all = container_of(w, struct watch, watcher);

	all->dev = dev;
	all->iova = iova;
	all->flags = flags;
	all->nr++;
}

static void whoever_watches_is_told_of_faults_whether_they_are_handled_or_not(void **state)
{
	struct watch watch = { .watcher = { .fault = sees_fault } };
	struct iommu_domain *own;
	struct heard heard;

	mmu = mock_new(&(struct mock_config){ 0 });
	own = new_domain(a);
	assert_int_equal(iommu_attach_device(own, a), 0);
	iommu_watch(&watch.watcher);
	assert_int_equal(mock_access(a, 0x1234, IOMMU_READ), -ENOSYS);
	assert_ptr_equal(watch.dev, a);
	assert_int_equal(watch.iova, 0x1234);
	assert_int_equal(watch.flags, IOMMU_FAULT_READ);
	iommu_set_fault_handler(own, hear, &heard);
	assert_int_equal(mock_access(a, 0x5678, IOMMU_WRITE), 5);
	assert_int_equal(watch.iova, 0x5678);
	assert_int_equal(watch.flags, IOMMU_FAULT_WRITE);
	watch.watcher.fault = NULL;
	assert_int_equal(mock_access(a, 0x5678, IOMMU_WRITE), 5);
	iommu_unwatch(&watch.watcher);
	assert_int_equal(mock_access(a, 0x5678, IOMMU_WRITE), 5);
	assert_int_equal(watch.nr, 2);
	iommu_detach_device(own, a);
	iommu_domain_free(own);
	mock_free(mmu);
}

struct diary {
	struct iommu_watcher watcher;
	const struct iommu_domain *domain;
	const void *site;
	char text[64];			/* a letter for each call of @domain */
};

static void notes(struct iommu_watcher *w, const struct iommu_domain *domain, char letter)
{
	struct diary *d = container_of(w, struct diary, watcher);

	if (domain == d->domain)
		d->text[strlen(d->text)] = letter;
}

static void notes_map(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		      uint64_t pa, size_t len, int prot, const void *site)
{
	container_of(w, struct diary, watcher)->site = site;
	notes(w, domain, prot == IOMMU_READ && pa == 0x5000 && len == SZ_4K ? 'M' : '?');
}

static void notes_sync_map(struct iommu_watcher *w, const struct iommu_domain *domain,
			   uint64_t iova, size_t len)
{
	notes(w, domain, iova == 0x1000 && len == SZ_4K ? 'm' : '?');
}

static void notes_unmap(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
			size_t len, size_t unmapped, const struct iommu_iotlb_gather *gather,
			const void *site)
{
	notes(w, domain, unmapped == SZ_4K && gather && site ? 'U' : '?');
}

static void notes_sync(struct iommu_watcher *w, const struct iommu_domain *domain,
		       const struct iommu_iotlb_gather *gather)
{
	notes(w, domain, gather ? 'u' : 'F');
}

static void notes_attach(struct iommu_watcher *w, const struct iommu_domain *domain,
			 const struct device *dev)
{
	notes(w, domain, dev == a ? 'A' : '?');
}

static void notes_gone(struct iommu_watcher *w, const struct iommu_domain *domain)
{
	notes(w, domain, 'G');
}

static void whoever_watches_is_told_when_devices_get_there_and_when_no_more(void **state)
{
	struct diary d = { .watcher = { .map = notes_map, .sync_map = notes_sync_map,
					.unmap = notes_unmap, .sync = notes_sync,
					.attach = notes_attach, .gone = notes_gone } };
	struct iommu_domain *own;

	mmu = mock_new(&(struct mock_config){ 0 });
	own = new_domain(a);
	d.domain = own;
	iommu_watch(&d.watcher);
	assert_int_equal(iommu_attach_device(own, a), 0);
	assert_int_equal(iommu_map(own, 0x1000, 0x5000, SZ_4K, IOMMU_READ, GFP_KERNEL), 0);
	assert_non_null(d.site);
	assert_int_equal(iommu_unmap(own, 0x1000, SZ_4K), SZ_4K);
	iommu_flush_iotlb_all(own);
	iommu_detach_device(own, a);
	iommu_domain_free(own);
	iommu_unwatch(&d.watcher);
	assert_string_equal(d.text, "AMmUuFG");
	mock_free(mmu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_driver_that_registers_serves_the_devices_that_are_there),
		PLAIN(a_device_that_comes_later_is_served_too),
		PLAIN(a_driver_s_own_device_leaves_its_group_when_it_goes),
		PLAIN(numbers_of_groups_are_the_smallest_that_are_free),
		PLAIN(data_of_a_group_is_released_with_it),
		PLAIN(a_driver_that_will_not_have_a_device_leaves_it_alone),
		PLAIN(a_group_that_cannot_be_had_is_the_error_of_the_probe),
		PLAIN(a_probe_without_memory_leaves_nothing),
		BEHIND(different_drivers_serve_one_machine),
		PLAIN(a_device_goes_to_a_domain_and_back),
		PLAIN(what_a_driver_says_to_an_attach_is_passed_on),
		PLAIN(one_of_several_devices_cannot_be_attached_alone),
		PLAIN(when_the_second_device_refuses_the_first_goes_back),
		PLAIN(a_device_that_joins_gets_what_its_group_has),
		PLAIN(devices_of_a_group_are_visited_until_one_says_stop),
		PLAIN(a_deferred_device_is_attached_by_whoever_wants_to_map),
		PLAIN(a_device_reaches_nothing_that_is_mapped_for_another),
		PLAIN(a_fault_names_the_device_the_domain_the_iova_and_the_direction),
		PLAIN(whoever_watches_is_told_of_faults_whether_they_are_handled_or_not),
		PLAIN(whoever_watches_is_told_when_devices_get_there_and_when_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
