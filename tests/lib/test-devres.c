/* SPDX-License-Identifier: MIT */
/* What a driver took the managed way goes with it, the latest first. */
#include "../support/rig.h"

#include <string.h>

#include "lib/base/devres.h"
#include "lib/mm/kernel.h"

#define LEN	100

static size_t free_pages_of(struct rig *rig)
{
	return rig->dev->kernel->nr_free_pages;
}

/* Actions write their letter here, as they are called. */
static char told[16];

static void say(void *letter)
{
	strcat(told, letter);
}

static void says(struct rig *rig, const char *letter)
{
	assert_int_equal(devm_add_action(rig->dev, say, (void *)(uintptr_t)letter), 0);
}

static void what_was_taken_last_goes_first(struct rig *rig)
{
	*told = '\0';
	says(rig, "a");
	says(rig, "b");
	assert_non_null(devm_kzalloc(rig->dev, LEN, GFP_KERNEL));
	says(rig, "c");
	assert_string_equal(told, "");
	harness_unbind(rig->dev);
	assert_string_equal(told, "cba");
	harness_unbind(rig->dev);
	assert_string_equal(told, "cba");
}

static void an_action_can_be_called_off_or_forward(struct rig *rig)
{
	*told = '\0';
	says(rig, "a");
	says(rig, "b");
	says(rig, "c");
	devm_remove_action(rig->dev, say, (void *)(uintptr_t)"a");
	devm_release_action(rig->dev, say, (void *)(uintptr_t)"b");
	assert_string_equal(told, "b");
	harness_unbind(rig->dev);
	assert_string_equal(told, "bc");
	listens(rig);
	devm_remove_action(rig->dev, say, (void *)(uintptr_t)"c");
	expects_warning(rig, "no such action");
}

static void an_action_that_finds_no_room_can_be_called_at_once(struct rig *rig)
{
	*told = '\0';
	harness_fail_allocation(rig->h, 1);
	assert_int_equal(devm_add_action_or_reset(rig->dev, say, (void *)(uintptr_t)"x"), -ENOMEM);
	assert_string_equal(told, "x");
	harness_unbind(rig->dev);
	assert_string_equal(told, "x");
}

static void memory_goes_with_the_driver_or_before(struct rig *rig)
{
	size_t before = free_pages_of(rig);
	char *p, *q;

	p = devm_kmalloc(rig->dev, SZ_64K, GFP_KERNEL);
	q = devm_kcalloc(rig->dev, 2, SZ_32K, GFP_KERNEL);
	assert_non_null(p);
	expects_cpu_zeros(rig, q, SZ_64K);
	assert_int_not_equal(devm_get_free_pages(rig->dev, GFP_KERNEL, 1), 0);
	assert_int_equal(before - free_pages_of(rig), 34);
	devm_kfree(rig->dev, p);
	assert_int_equal(before - free_pages_of(rig), 18);
	harness_unbind(rig->dev);
	assert_int_equal(before, free_pages_of(rig));
}

static void memory_that_grows_keeps_its_bytes_and_its_turn(struct rig *rig)
{
	char *p = devm_kmalloc(rig->dev, 64, GFP_KERNEL);
	char *q;

	cpu_fills(rig, p, 64, 1);
	assert_ptr_equal(devm_krealloc(rig->dev, p, 32, GFP_KERNEL), p);
	q = devm_krealloc(rig->dev, p, SZ_4K, GFP_KERNEL);
	assert_ptr_not_equal(q, p);
	expects_cpu_finds(rig, q, 64, 1);
	assert_ptr_equal(devm_krealloc(rig->dev, q, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	listens(rig);
	devm_kfree(rig->dev, q);
	expects_warning(rig, "devm_kfree() of what it does not have");
}

static void memory_of_another_device_is_refused(struct rig *rig)
{
	struct device *other = harness_device_new(rig->h, "other", false);
	char *p = devm_kmalloc(rig->dev, 64, GFP_KERNEL);
	size_t before = free_pages_of(rig);

	listens(rig);
	assert_null(devm_krealloc(other, p, SZ_4K, GFP_KERNEL));
	expects_warning(rig, "devm_krealloc() of what it does not have");
	assert_int_equal(before, free_pages_of(rig));
	assert_int_equal(devres_release_all(rig->dev), 1);
}

static void managed_memory_may_be_mapped(struct rig *rig)
{
	char *p = devm_kmalloc(rig->dev, LEN, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(rig, p, LEN, 2);
	dma = maps(rig, p, LEN, DMA_TO_DEVICE);
	expects_device_finds(rig, dma, LEN, 2);
	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	assert_int_equal((uintptr_t)p % ARCH_DMA_MINALIGN, 0);
}

static void strings_are_copied_and_written(struct rig *rig)
{
	expects_cpu_reads(rig, devm_kstrdup(rig->dev, "eth", GFP_KERNEL), "eth");
	expects_cpu_reads(rig, devm_kasprintf(rig->dev, GFP_KERNEL, "%s-%d", "tx", 7), "tx-7");
	assert_null(devm_kstrdup(rig->dev, NULL, GFP_KERNEL));
}

static void coherent_memory_goes_with_the_driver(struct rig *rig)
{
	size_t before = free_pages_of(rig);
	dma_addr_t dma, first = 0;

	for (unsigned i = 0; i < 3; i++) {
		char *p = dmam_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);

		assert_non_null(p);
		cpu_fills(rig, p, LEN, i);
		expects_device_finds(rig, dma, LEN, i);
		if (i)
			assert_int_equal(dma, first);
		first = dma;
		harness_unbind(rig->dev);
	}
	assert_int_equal(before, free_pages_of(rig));
}

static void coherent_memory_can_be_given_back_early(struct rig *rig)
{
	dma_addr_t dma;
	char *p = dmam_alloc_attrs(rig->dev, LEN, &dma, GFP_KERNEL, DMA_ATTR_WRITE_COMBINE);

	dmam_free_coherent(rig->dev, LEN, p, dma);
	assert_int_equal(devres_release_all(rig->dev), 0);
}

/* However many allocations there are on the way: each failed in turn. */
static void managed_memory_that_fails_leaves_nothing(struct rig *rig)
{
	size_t before = free_pages_of(rig);
	unsigned nth = 0;
	dma_addr_t dma;
	void *p;

	do {
		harness_fail_allocation(rig->h, ++nth);
		p = dmam_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
		assert_int_equal(devres_release_all(rig->dev), p != NULL);
		assert_int_equal(before, free_pages_of(rig));
		assert_true(nth < 20);
	} while (!p);
	assert_int_not_equal(nth, 1);
	harness_fail_allocation(rig->h, 0);
}

/* A note of a driver's own. */
struct own {
	int nr;
};

static void give_back(struct device *dev, void *res)
{
	told[strlen(told) + 1] = '\0';
	told[strlen(told)] = (char)('0' + ((struct own *)res)->nr);
}

static int has_nr(struct device *dev, void *res, void *match_data)
{
	return ((struct own *)res)->nr == *(int *)match_data;
}

static struct own *note(int nr)
{
	struct own *o = devres_alloc(give_back, sizeof(*o), GFP_KERNEL);

	assert_non_null(o);
	assert_int_equal(o->nr, 0);
	o->nr = nr;
	return o;
}

static void notes_are_found_taken_and_released(struct rig *rig)
{
	int two = 2, five = 5;
	struct own *first = note(1);

	memset(told, 0, sizeof(told));
	devres_add(rig->dev, first);
	devres_add(rig->dev, note(2));
	devres_add(rig->dev, note(3));
	assert_int_equal(((struct own *)devres_find(rig->dev, give_back, NULL, NULL))->nr, 3);
	assert_null(devres_find(rig->dev, give_back, has_nr, &five));
	assert_int_equal(((struct own *)devres_get(rig->dev, note(2), has_nr, &two))->nr, 2);
	assert_int_equal(devres_release(rig->dev, give_back, has_nr, &two), 0);
	assert_string_equal(told, "2");
	assert_int_equal(devres_destroy(rig->dev, give_back, NULL, NULL), 0);
	assert_int_equal(devres_destroy(rig->dev, give_back, has_nr, &five), -ENOENT);
	assert_string_equal(told, "2");
	assert_ptr_equal(devres_remove(rig->dev, give_back, NULL, NULL), first);
	devres_free(first);
	harness_unbind(rig->dev);
	assert_string_equal(told, "2");
}

int main(void)
{
	static const struct rig_test tests[] = {
		TEST_ON(what_was_taken_last_goes_first, ON_FAST, 0),
		TEST_ON(an_action_can_be_called_off_or_forward, ON_FAST, 0),
		TEST_ON(an_action_that_finds_no_room_can_be_called_at_once, ON_FAST, 0),
		TEST_ON(memory_goes_with_the_driver_or_before, ON_FAST, 0),
		TEST_ON(memory_that_grows_keeps_its_bytes_and_its_turn, 0, ON_BOUNCE | ON_LEGACY),
		TEST_ON(memory_of_another_device_is_refused, ON_FAST, 0),
		TEST_ON(managed_memory_may_be_mapped, 0, 0),
		TEST_ON(strings_are_copied_and_written, 0, ON_BOUNCE | ON_LEGACY),
		TEST_ON(coherent_memory_goes_with_the_driver, 0, 0),
		TEST_ON(coherent_memory_can_be_given_back_early, 0, 0),
		TEST_ON(managed_memory_that_fails_leaves_nothing, 0, 0),
		TEST_ON(notes_are_found_taken_and_released, ON_FAST, 0),
	};

	return rig_run(tests, G_N_ELEMENTS(tests));
}
