/* SPDX-License-Identifier: MIT */
/* Objects of one size from caches of their own, in simulated memory. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../support/rig.h"

#define NR	40

static bool is_aligned_to(const void *p, size_t align)
{
	return !(virt_to_phys(p) & (align - 1));
}

static void objects_lie_at_multiples_of_their_alignment(struct rig *rig)
{
	static const unsigned shapes[][2] = {	/* size, align */
		{ 1024, 1024 }, { 1024, 0 }, { 48, 0 }, { 3000, 64 }, { 4096, 4096 },
		{ 16384, 16384 }, { 96, 2048 }, { 8, 8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct kmem_cache *s = kmem_cache_create("shape", shapes[i][0], shapes[i][1], 0,
							 NULL);
		void *p[NR];

		assert_non_null(s);
		for (unsigned n = 0; n < NR; n++) {
			p[n] = kmem_cache_zalloc(s, GFP_KERNEL);
			assert_non_null(p[n]);
			assert_true(is_aligned_to(p[n], shapes[i][1] ? shapes[i][1] : 8));
			cpu_fills(rig, p[n], shapes[i][0], n);
		}
		for (unsigned n = 0; n < NR; n++) {
			expects_cpu_finds(rig, p[n], shapes[i][0], n);
			kmem_cache_free(s, p[n]);
		}
		kmem_cache_destroy(s);
	}
}

static void a_power_of_two_of_kmalloc_is_aligned_to_its_size(struct rig *rig)
{
	for (size_t size = 64; size <= 65536; size *= 2) {
		void *odd = allocates(rig, size / 2 + 8), *p = allocates(rig, size);

		assert_true(is_aligned_to(p, size));
		kfree(odd);
		kfree(p);
	}
}

static void small_objects_share_a_line_unless_asked_not_to(struct rig *rig)
{
	struct kmem_cache *close = kmem_cache_create("close", 24, 0, 0, NULL);
	struct kmem_cache *apart = kmem_cache_create("apart", 40, 0, SLAB_HWCACHE_ALIGN, NULL);
	char *a = kmem_cache_alloc(close, GFP_KERNEL), *b = kmem_cache_alloc(close, GFP_KERNEL);
	char *c = kmem_cache_alloc(apart, GFP_KERNEL), *d = kmem_cache_alloc(apart, GFP_KERNEL);

	assert_int_equal(b - a, 24);
	assert_int_equal(d - c, 64);
	kmem_cache_free(close, a);
	kmem_cache_free(close, b);
	kfree(c);				/* as Linux has it since 6.4 */
	assert_int_equal(ksize(d), 40);
	kfree(d);
	kmem_cache_destroy(close);
	kmem_cache_destroy(apart);
}

static void memory_that_is_free_is_taken_again_and_pages_go_back(struct rig *rig)
{
	struct kmem_cache *s = kmem_cache_create("again", 1024, 1024, 0, NULL);
	void *first = kmem_cache_alloc(s, GFP_KERNEL), *p;

	kmem_cache_free(s, first);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	assert_ptr_equal(p, first);
	kmem_cache_free(s, p);
	p = (void *)__get_free_page(GFP_KERNEL);
	assert_ptr_equal(p, first);
	free_page((unsigned long)p);
	kmem_cache_destroy(s);
}

static unsigned nr_made;

static void makes(void *object)
{
	nr_made++;
}

static void a_constructor_sees_each_object_once(struct rig *rig)
{
	struct kmem_cache *s = kmem_cache_create("made", 1024, 0, 0, makes);
	void *p, *q;

	nr_made = 0;
	p = kmem_cache_alloc(s, GFP_KERNEL);
	assert_int_equal(nr_made, 4);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	assert_int_equal(nr_made, 4);
	kmem_cache_free(s, p);
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

static void what_is_wrong_is_said(struct rig *rig)
{
	struct kmem_cache *s = kmem_cache_create("mine", 128, 0, 0, NULL);
	struct kmem_cache *other = kmem_cache_create("other", 128, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);

	listens(rig);
	kmem_cache_free(other, p);
	expects_warning(rig, "none of other");
	kmem_cache_free(s, p);
	listens(rig);
	kmem_cache_free(s, p);
	expects_warning(rig, "none of mine");
	listens(rig);
	kmem_cache_free(s, (char *)q + 8);
	expects_warning(rig, "none of mine");
	listens(rig);
	kmem_cache_destroy(s);
	expects_warning(rig, "still has objects");
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
	kmem_cache_destroy(other);
	kmem_cache_destroy(NULL);
}

static const struct rig_test tests[] = {
	TEST_ON(objects_lie_at_multiples_of_their_alignment, 0, ON_FAST),
	TEST_ON(a_power_of_two_of_kmalloc_is_aligned_to_its_size, 0, 0),
	TEST_ON(small_objects_share_a_line_unless_asked_not_to, 0, 0),
	TEST_ON(memory_that_is_free_is_taken_again_and_pages_go_back, 0, 0),
	TEST_ON(a_constructor_sees_each_object_once, 0, 0),
	TEST_ON(what_is_wrong_is_said, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "a9-pl310", .board = "a9-pl310" };

	return rig_run_on(&one, 1, tests, ARRAY_SIZE(tests));
}
