/* SPDX-License-Identifier: MIT */
/*
 * What devices reach beyond their buffers, in bytes: layouts whose every byte is known. For
 * how long, against a watcher and against what the library's flush queues counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/exposure.h>
#include <armdma/harness.h>
#include <armdma/iommu-watch.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include "programs.h"
#include "verbs.h"

#define PAGE	4096u
#define OBJ	1000u		/* four of them in a page, 24 bytes apart */

/* ---- the rig ----------------------------------------------------------------------- */

struct rig {
	struct harness *h;
	struct device *eth;
	struct kmem_cache *cache;
};

/* Behind an IOMMU of pages of 4 KiB, unless @mode says that there is none. */
static struct rig starts_with(enum iommu_mode mode, FILE *text)
{
	const struct harness_config cfg = {
		.board = "a9-pl310", .iommu = mode,
		.hazards = { .exposure = true, .is_quiet = !text, .text = text },
	};
	struct rig rig = { .h = harness_start_or_exit(&cfg) };

	rig.eth = harness_device(rig.h, "eth0");
	if (mode != IOMMU_OFF)
		assert_int_equal(harness_add_iommu(rig.h, rig.eth, NULL), 0);
	rig.cache = kmem_cache_create("packets", OBJ, 0, 0, NULL);
	return rig;
}

static struct rig starts(void)
{
	return starts_with(IOMMU_STRICT, NULL);
}

static void ends(struct rig *rig)
{
	kmem_cache_destroy(rig->cache);
	assert_int_equal(harness_finish(rig->h), 0);
}

static noinline dma_addr_t rx_map(struct device *dev, void *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(dev, buf, len, DMA_FROM_DEVICE);

	assert_false(dma_mapping_error(dev, dma));
	return dma;
}

static noinline dma_addr_t tx_map(struct device *dev, void *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(dev, buf, len, DMA_TO_DEVICE);

	assert_false(dma_mapping_error(dev, dma));
	return dma;
}

static void rx_unmap(struct device *dev, dma_addr_t dma, size_t len)
{
	dma_unmap_single(dev, dma, len, DMA_FROM_DEVICE);
}

struct wanted {
	const char *device;
	struct hazard_exposure found;	/* what it points to is gone */
};

static bool is_wanted(void *ctx, const struct hazard_exposure *x)
{
	struct wanted *w = ctx;

	if (strcmp(x->device, w->device))
		return true;
	w->found = *x;
	return false;
}

static struct hazard_exposure exposure_of(const struct rig *rig)
{
	struct wanted w = { .device = dev_name(rig->eth) };

	assert_false(hazard_exposure_each(harness_hazards(rig->h), is_wanted, &w));
	return w.found;
}

static void is_exactly(const struct rig *rig, struct hazard_exposed expected)
{
	struct hazard_exposed got = exposure_of(rig).exposed;

	assert_int_equal(got.mappings, expected.mappings);
	assert_int_equal(got.mapped, expected.mapped);
	assert_int_equal(got.beyond, expected.beyond);
	assert_int_equal(got.readable, expected.readable);
	assert_int_equal(got.writable, expected.writable);
	assert_int_equal(got.own, expected.own);
	assert_int_equal(got.metadata, expected.metadata);
	assert_int_equal(got.shared, expected.shared);
	assert_int_equal(got.others, expected.others);
	assert_int_equal(got.nothing, expected.nothing);
	assert_int_equal(got.late, expected.late);
	assert_int_equal(got.sharing, expected.sharing);
}

/* ---- the four kinds, and none ------------------------------------------------------ */

static void whole_pages_leave_nothing_beyond(void **state)
{
	struct rig rig = starts();
	void *buf = (void *)__get_free_pages(GFP_KERNEL, 1);
	dma_addr_t dma = rx_map(rig.eth, buf, 2 * PAGE);

	is_exactly(&rig, (struct hazard_exposed){ .mappings = 1, .mapped = 2 * PAGE });
	rx_unmap(rig.eth, dma, 2 * PAGE);
	free_pages((unsigned long)buf, 1);
	ends(&rig);
}

static void an_object_that_embeds_the_buffer_is_the_drivers_own(void **state)
{
	struct rig rig = starts();
	char *ring = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	dma_addr_t dma = rx_map(rig.eth, ring + 128, 512);

	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = 512, .beyond = PAGE - 512, .writable = PAGE - 512,
		.own = OBJ - 512, .nothing = PAGE - OBJ,
	});
	rx_unmap(rig.eth, dma, 512);
	kmem_cache_free(rig.cache, ring);
	ends(&rig);
}

static void what_an_allocator_rounds_up_to_is_nothing(void **state)
{
	struct rig rig = starts();
	char *big = kmalloc(PAGE - 96, GFP_KERNEL);
	dma_addr_t dma = tx_map(rig.eth, big, PAGE - 96);

	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = PAGE - 96, .beyond = 96, .readable = 96, .nothing = 96,
	});
	dma_unmap_single(rig.eth, dma, PAGE - 96, DMA_TO_DEVICE);
	kfree(big);
	ends(&rig);
}

static void declared_metadata_is_the_kernels(void **state)
{
	struct rig rig = starts();
	char *head = (char *)__get_free_page(GFP_KERNEL);
	dma_addr_t dma = rx_map(rig.eth, head, 2048);

	hazard_metadata(harness_hazards(rig.h), head + 2048, 320);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = 2048, .beyond = 2048, .writable = 2048,
		.own = 2048, .metadata = 320,	/* it was the driver's before */
	});
	rx_unmap(rig.eth, dma, 2048);
	dma = rx_map(rig.eth, head, 2048);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 2, .mapped = 2 * 2048, .beyond = 2 * 2048, .writable = 2 * 2048,
		.own = 2048 + 2048 - 320, .metadata = 2 * 320,
	});
	rx_unmap(rig.eth, dma, 2048);
	free_page((unsigned long)head);
	ends(&rig);
}

static void metadata_goes_with_its_memory(void **state)
{
	struct rig rig = starts();
	char *head = kmem_cache_alloc(rig.cache, GFP_KERNEL), *again;
	dma_addr_t dma;

	hazard_metadata(harness_hazards(rig.h), head + 600, 100);
	kmem_cache_free(rig.cache, head);
	again = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	assert_ptr_equal(again, head);
	dma = rx_map(rig.eth, again, 500);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = 500, .beyond = PAGE - 500, .writable = PAGE - 500,
		.own = OBJ - 500, .nothing = PAGE - OBJ,
	});
	rx_unmap(rig.eth, dma, 500);
	kmem_cache_free(rig.cache, again);
	ends(&rig);
}

static void two_mappings_of_a_page_each_reach_the_other(void **state)
{
	struct rig rig = starts();
	char *page = (char *)__get_free_page(GFP_KERNEL);
	dma_addr_t one = rx_map(rig.eth, page, 1024), two = rx_map(rig.eth, page + 1024, 3072);

	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 2, .mapped = PAGE, .beyond = PAGE, .writable = PAGE,
		.own = 3072,		/* until the second was mapped */
		.shared = 3072 + 1024, .sharing = 2,
	});
	rx_unmap(rig.eth, one, 1024);
	rx_unmap(rig.eth, two, 3072);
	free_page((unsigned long)page);
	ends(&rig);
}

static void neighbours_of_a_slab_are_anybodys(void **state)
{
	struct rig rig = starts();
	char *obj[3];
	dma_addr_t dma;

	for (unsigned i = 0; i < 3; i++)
		obj[i] = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	dma = rx_map(rig.eth, obj[1], OBJ);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = OBJ, .beyond = PAGE - OBJ, .writable = PAGE - OBJ,
		.others = 2 * OBJ, .nothing = PAGE - 3 * OBJ,
	});
	rx_unmap(rig.eth, dma, OBJ);
	for (unsigned i = 0; i < 3; i++)
		kmem_cache_free(rig.cache, obj[i]);
	ends(&rig);
}

static void a_neighbour_that_comes_later_is_counted_as_that(void **state)
{
	struct rig rig = starts();
	char *obj = kmem_cache_alloc(rig.cache, GFP_KERNEL), *later;
	dma_addr_t dma = rx_map(rig.eth, obj, OBJ);

	later = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	kmem_cache_free(rig.cache, later);
	rx_unmap(rig.eth, dma, OBJ);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = OBJ, .beyond = PAGE - OBJ, .writable = PAGE - OBJ,
		.others = OBJ, .nothing = PAGE - 2 * OBJ, .late = OBJ,
	});
	kmem_cache_free(rig.cache, obj);
	ends(&rig);
}

static void pages_of_one_allocation_are_own_and_of_another_are_not(void **state)
{
	struct rig rig = starts();
	char *pages = (char *)__get_free_pages(GFP_KERNEL, 1);
	dma_addr_t dma = rx_map(rig.eth, pages + PAGE - 100, 200);

	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = 200, .beyond = 2 * PAGE - 200,
		.writable = 2 * PAGE - 200, .own = 2 * PAGE - 200,
	});
	rx_unmap(rig.eth, dma, 200);
	free_pages((unsigned long)pages, 1);
	ends(&rig);
}

/* ---- lists --------------------------------------------------------------------------- */

/* The library counts what it maps beyond the buffers, on its own. */
static void a_lists_padding_is_what_the_library_counts(void **state)
{
	struct rig rig = starts();
	struct iommu_dma_counters before, after;
	struct scatterlist sg[3];
	char *page[3];

	for (unsigned i = 0; i < 3; i++)
		page[i] = (char *)__get_free_pages(GFP_KERNEL, 2);
	dma_set_seg_boundary(rig.eth, 4 * PAGE - 1);
	sg_init_table(sg, 3);
	sg_set_buf(&sg[0], page[0] + 512, 1024);
	sg_set_buf(&sg[1], page[1], 4 * PAGE);
	sg_set_buf(&sg[2], page[2] + 100, PAGE);
	assert_true(iommu_dma_count(rig.eth, &before));
	assert_int_equal(dma_map_sg(rig.eth, sg, 3, DMA_TO_DEVICE), 3);
	assert_true(iommu_dma_count(rig.eth, &after));
	assert_true(after.padding_bytes > before.padding_bytes);
	assert_int_equal(exposure_of(&rig).exposed.beyond,
			 after.rounding_bytes - before.rounding_bytes +
			 after.padding_bytes - before.padding_bytes);
	assert_int_equal(exposure_of(&rig).exposed.mappings, 3);
	dma_unmap_sg(rig.eth, sg, 3, DMA_TO_DEVICE);
	for (unsigned i = 0; i < 3; i++)
		free_pages((unsigned long)page[i], 2);
	ends(&rig);
}

/* ---- who reaches all, and who nothing ------------------------------------------------- */

static void without_an_iommu_everything_is_in_reach_and_pages_are_counted(void **state)
{
	struct rig rig = starts_with(IOMMU_OFF, NULL);
	char *obj = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	dma_addr_t dma = rx_map(rig.eth, obj, 500);

	assert_true(exposure_of(&rig).reaches_all);
	is_exactly(&rig, (struct hazard_exposed){
		.mappings = 1, .mapped = 500, .beyond = PAGE - 500,
		.readable = PAGE - 500, .writable = PAGE - 500,
		.own = OBJ - 500, .nothing = PAGE - OBJ,
	});
	rx_unmap(rig.eth, dma, 500);
	kmem_cache_free(rig.cache, obj);
	ends(&rig);
}

static void a_device_that_nobody_trusts_sees_its_buffers_alone(void **state)
{
	struct rig rig = starts();
	char *obj[2];
	dma_addr_t dma;

	harness_distrust_device(rig.eth);
	obj[0] = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	obj[1] = kmem_cache_alloc(rig.cache, GFP_KERNEL);
	dma = rx_map(rig.eth, obj[0], 500);
	assert_false(exposure_of(&rig).reaches_all);
	is_exactly(&rig, (struct hazard_exposed){ .mappings = 1, .mapped = 500 });
	rx_unmap(rig.eth, dma, 500);
	kmem_cache_free(rig.cache, obj[0]);
	kmem_cache_free(rig.cache, obj[1]);
	ends(&rig);
}

/* ---- the window ------------------------------------------------------------------------ */

struct watch {
	struct iommu_watcher watcher;
	struct machine *machine;
	uint64_t unmapped, synced;	/* steps */
	uint64_t bytes;
};

static void on_unmap(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		     size_t len, size_t unmapped, const struct iommu_iotlb_gather *gather,
		     const void *site)
{
	struct watch *me = container_of(w, struct watch, watcher);

	me->unmapped = machine_step(me->machine);
	me->bytes = unmapped;
}

static void on_sync(struct iommu_watcher *w, const struct iommu_domain *domain,
		    const struct iommu_iotlb_gather *gather)
{
	struct watch *me = container_of(w, struct watch, watcher);

	if (me->bytes && !me->synced)
		me->synced = machine_step(me->machine);
}

/* Mapped, used, unmapped, used once more if it can be, and 10 ms later flushed. */
static bool uses_after_unmap(struct rig *rig, uint64_t ns)
{
	char *buf = (char *)__get_free_pages(GFP_KERNEL, 1);
	u8 bytes[16] = { 0 };
	dma_addr_t dma = rx_map(rig->eth, buf, 2 * PAGE);
	bool got_through;

	assert_int_equal(master_write(harness_master(rig->eth), dma, bytes, sizeof(bytes)).kind, 0);
	rx_unmap(rig->eth, dma, 2 * PAGE);
	got_through = !master_write(harness_master(rig->eth), dma, bytes, sizeof(bytes)).kind;
	harness_pass_time(rig->h, ns);
	free_pages((unsigned long)buf, 1);
	return got_through;
}

static struct hazard_window window_of(enum iommu_mode mode, struct watch *w,
				      struct iommu_dma_counters *counters)
{
	struct rig rig = starts_with(mode, NULL);
	struct hazard_window window;
	bool got_through;

	*w = (struct watch){ { .unmap = on_unmap, .sync = on_sync }, harness_machine(rig.h) };
	iommu_watch(&w->watcher);
	got_through = uses_after_unmap(&rig, 25 * NSEC_PER_MSEC);
	assert_int_equal(got_through, mode == IOMMU_LAZY);
	iommu_unwatch(&w->watcher);
	assert_true(iommu_dma_count(rig.eth, counters));
	window = exposure_of(&rig).window;
	kmem_cache_destroy(rig.cache);
	assert_int_equal(harness_finish(rig.h), 1);	/* the access after the unmap */
	return window;
}

static void a_lazy_unmap_leaves_a_window_until_the_flush(void **state)
{
	struct iommu_dma_counters counters;
	struct watch w;
	struct hazard_window window = window_of(IOMMU_LAZY, &w, &counters);

	assert_int_equal(w.bytes, 2 * PAGE);
	assert_true(w.synced > w.unmapped);
	assert_int_equal(window.unmaps, 1);
	assert_int_equal(window.bytes, 2 * PAGE);
	assert_int_equal(window.longest_steps, w.synced - w.unmapped);
	assert_int_equal(window.byte_steps, 2 * PAGE * (w.synced - w.unmapped));
	assert_in_range(window.longest_ns, 10 * NSEC_PER_MSEC, 11 * NSEC_PER_MSEC);
	assert_int_equal(window.longest_ns, counters.longest_window_ns);
	assert_int_equal(window.byte_ns, counters.dead_byte_ns);
	assert_int_equal(window.accesses, 1);
}

static void a_strict_unmap_leaves_none(void **state)
{
	struct iommu_dma_counters counters;
	struct watch w;
	struct hazard_window window = window_of(IOMMU_STRICT, &w, &counters);
	const struct hazard_window none = { 0 };

	assert_int_equal(w.bytes, 2 * PAGE);
	assert_memory_equal(&window, &none, sizeof(none));
}

/* ---- what is printed ---------------------------------------------------------------------- */

static bool never_told(void *ctx, const struct hazard_exposure *x)
{
	fail();
	return true;
}

static void who_does_not_ask_is_told_nothing(void **state)
{
	struct harness *h = harness_start_or_exit(&(struct harness_config){
		.board = "a9-pl310", .hazards.is_quiet = true });
	void *buf = kmalloc(100, GFP_KERNEL);
	struct device *eth = harness_device(h, "eth0");

	rx_unmap(eth, rx_map(eth, buf, 100), 100);
	hazard_metadata(harness_hazards(h), buf, 10);
	assert_true(hazard_exposure_each(harness_hazards(h), never_told, NULL));
	kfree(buf);
	assert_int_equal(harness_finish(h), 0);
}

static void fast_gear_is_refused_in_a_sentence(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(harness_start(&(struct harness_config){
		.board = "a9-pl310", .gear = GEAR_FAST, .hazards.exposure = true }, &error));
	assert_non_null(strstr(error->message, "exposure=on needs gear=exact"));
}

static char *text_of_a_run(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct rig rig = starts_with(IOMMU_STRICT, out);
	char *obj = kmem_cache_alloc(rig.cache, GFP_KERNEL);

	rx_unmap(rig.eth, rx_map(rig.eth, obj, 600), 600);
	kmem_cache_free(rig.cache, obj);
	ends(&rig);
	fclose(out);
	return text;
}

static void a_run_ends_with_a_table_by_device_and_call(void **state)
{
	g_autofree char *text = text_of_a_run(), *again = text_of_a_run();

	assert_non_null(strstr(text, "\neth0 "));
	assert_non_null(strstr(text, "\n  rx_map"));
	assert_non_null(strstr(text, "     1       600     3496     400       0       0       0 "
				     "    3096\n"));
	assert_non_null(strstr(text, "it may read 0 and write 3496\n"));
	assert_string_equal(text, again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pages_leave_nothing_beyond),
		cmocka_unit_test(an_object_that_embeds_the_buffer_is_the_drivers_own),
		cmocka_unit_test(what_an_allocator_rounds_up_to_is_nothing),
		cmocka_unit_test(declared_metadata_is_the_kernels),
		cmocka_unit_test(metadata_goes_with_its_memory),
		cmocka_unit_test(two_mappings_of_a_page_each_reach_the_other),
		cmocka_unit_test(neighbours_of_a_slab_are_anybodys),
		cmocka_unit_test(a_neighbour_that_comes_later_is_counted_as_that),
		cmocka_unit_test(pages_of_one_allocation_are_own_and_of_another_are_not),
		cmocka_unit_test(a_lists_padding_is_what_the_library_counts),
		cmocka_unit_test(without_an_iommu_everything_is_in_reach_and_pages_are_counted),
		cmocka_unit_test(a_device_that_nobody_trusts_sees_its_buffers_alone),
		cmocka_unit_test(a_lazy_unmap_leaves_a_window_until_the_flush),
		cmocka_unit_test(a_strict_unmap_leaves_none),
		cmocka_unit_test(who_does_not_ask_is_told_nothing),
		cmocka_unit_test(fast_gear_is_refused_in_a_sentence),
		cmocka_unit_test(a_run_ends_with_a_table_by_device_and_call),
	};

	return cmocka_run_group_tests_name("exposure", tests, NULL, NULL);
}
