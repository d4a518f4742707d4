/* SPDX-License-Identifier: MIT */
/* Pools: where blocks lie, what is kept in them, and what a broken pool does. */
#include <linux/dmapool.h>

#include "lib/mm/kernel.h"
#include "support/rig.h"

#define LINK	16u	/* next and dma, of a free block */

struct block {
	u8 *va;
	dma_addr_t dma;
};

static struct dma_pool *makes_pool(struct rig *rig, size_t size, size_t align, size_t boundary)
{
	struct dma_pool *pool = dma_pool_create("descriptors", rig->dev, size, align, boundary);

	assert_non_null(pool);
	return pool;
}

static struct block takes(struct dma_pool *pool)
{
	struct block b = { .dma = DMA_MAPPING_ERROR };

	b.va = dma_pool_alloc(pool, GFP_KERNEL, &b.dma);
	assert_non_null(b.va);
	assert_true(b.dma != DMA_MAPPING_ERROR);
	return b;
}

static void gives(struct dma_pool *pool, struct block b)
{
	dma_pool_free(pool, b.va, b.dma);
}

/* Pages that somebody holds. */
static size_t pages_in_use(struct rig *rig)
{
	struct kernel *k = rig->dev->kernel;
	size_t nr = k->nr_pages - k->nr_free_pages;

	for (unsigned z = 0; z < NR_ZONES; z++)
		nr -= k->nr_zone_cma_free[z];
	return nr;
}

static u64 cpu_word(struct rig *rig, const u8 *p)
{
	u64 word = 0;

	assert_true(cpu_load(rig->cpu, (u32)(uintptr_t)p, &word, sizeof(word), NULL));
	return word;
}

/* ---- where blocks lie ---------------------------------------------------------------- */

static const struct shape {
	size_t size, align, boundary;
	size_t taken;			/* bytes from one block to the next */
	size_t per_page;
} shapes[] = {
	{ 16, 16, 0, 16, 256 },		/* the six of the kernel's own test */
	{ 64, 64, 0, 64, 64 },
	{ 256, 256, 0, 256, 16 },
	{ 1024, 1024, 0, 1024, 4 },
	{ 4096, 4096, 0, 4096, 1 },
	{ 68, 32, 4096, 96, 42 },
	{ 1, 0, 0, 16, 256 },		/* two words at least */
	{ 17, 1, 0, 17, 240 },
	{ 24, 8, 64, 24, 128 },		/* two fit between boundaries, and 16 bytes are lost */
	{ 100, 4, 128, 100, 32 },
	{ 6000, 16, 0, 6000, 1 },	/* an allocation of its own */
	{ 5000, 8, 8192, 5000, 1 },
};
#define MOST	600

static int by_dma(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return x->dma < y->dma ? -1 : x->dma > y->dma;
}

static void expects_well_placed(const struct shape *s, const struct block *b, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(b[i].dma % max(s->align, (size_t)1), 0);
		assert_int_equal(((uintptr_t)b[i].va ^ b[i].dma) & (PAGE_SIZE - 1), 0);
		if (s->boundary)
			assert_int_equal(b[i].dma / s->boundary,
					 (b[i].dma + s->taken - 1) / s->boundary);
		if (i)
			assert_true(b[i].dma - b[i - 1].dma >= s->taken);
	}
}

static void blocks_are_aligned_apart_and_cross_no_boundary(struct rig *rig)
{
	static struct block b[MOST];

	for (size_t s = 0; s < ARRAY_SIZE(shapes); s++) {
		struct dma_pool *pool = makes_pool(rig, shapes[s].size, shapes[s].align,
						   shapes[s].boundary);
		size_t nr = 2 * shapes[s].per_page + 1;

		for (size_t i = 0; i < nr; i++)
			b[i] = takes(pool);
		qsort(b, nr, sizeof(*b), by_dma);
		expects_well_placed(&shapes[s], b, nr);
		for (size_t i = 0; i < nr; i++)
			gives(pool, b[i]);
		dma_pool_destroy(pool);
	}
}

static void a_page_holds_as_many_blocks_as_fit(struct rig *rig)
{
	for (size_t s = 0; s < ARRAY_SIZE(shapes); s++) {
		struct dma_pool *pool = makes_pool(rig, shapes[s].size, shapes[s].align,
						   shapes[s].boundary);
		size_t per_page = shapes[s].per_page, before;
		struct block b[257];

		b[0] = takes(pool);
		before = pages_in_use(rig);
		for (size_t i = 1; i < per_page; i++)
			b[i] = takes(pool);
		assert_int_equal(pages_in_use(rig), before);
		b[per_page] = takes(pool);
		assert_true(pages_in_use(rig) > before);
		for (size_t i = 0; i <= per_page; i++)
			gives(pool, b[i]);
		dma_pool_destroy(pool);
	}
}

static void no_pool_is_made_of_wrong_numbers(struct rig *rig)
{
	static const struct shape wrong[] = {
		{ 0, 0, 0 }, { 64, 3, 0 }, { 64, 48, 0 }, { 64, 64, 63 }, { 64, 64, 96 },
		{ 64, 64, 32 }, { 8, 8, 8 }, { (size_t)INT_MAX + 1, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_null(dma_pool_create("wrong", rig->dev, wrong[i].size, wrong[i].align,
					    wrong[i].boundary));
	assert_null(dma_pool_create("nobody's", NULL, 64, 64, 0));
}

/* ---- what is in them ------------------------------------------------------------------ */

static void cpu_and_device_see_a_block_alike(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	struct block b = takes(pool);

	cpu_writes(rig, b.va, "command");
	expects_device_reads(rig, b.dma, "command");
	device_writes(rig, b.dma, "done");
	expects_cpu_reads(rig, b.va, "done");
	gives(pool, b);
	dma_pool_destroy(pool);
}

static void the_free_list_runs_through_the_blocks(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	struct block a = takes(pool), b = takes(pool);

	gives(pool, a);
	gives(pool, b);
	assert_int_equal(cpu_word(rig, b.va), (u32)(uintptr_t)a.va);
	assert_int_equal(cpu_word(rig, b.va + 8), b.dma);
	assert_ptr_equal(takes(pool).va, b.va);
	assert_ptr_equal(takes(pool).va, a.va);
	gives(pool, a);
	gives(pool, b);
	dma_pool_destroy(pool);
}

static void blocks_of_a_new_page_come_in_order(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 256, 256, 0);
	struct block b[16];

	for (unsigned i = 0; i < 16; i++) {
		b[i] = takes(pool);
		assert_int_equal(b[i].dma, b[0].dma + i * 256);
	}
	for (unsigned i = 0; i < 16; i++)
		gives(pool, b[i]);
	dma_pool_destroy(pool);
}

static void a_block_keeps_its_bytes_unless_zeros_are_asked_for(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	struct block b = takes(pool);
	dma_addr_t dma;

	device_fills(rig, b.dma, 64, 3);
	gives(pool, b);
	assert_ptr_equal(dma_pool_alloc(pool, GFP_ATOMIC, &dma), b.va);
	assert_true(cpu_word(rig, b.va + LINK) != 0);
	gives(pool, b);
	assert_ptr_equal(dma_pool_zalloc(pool, GFP_ATOMIC, &dma), b.va);
	expects_cpu_zeros(rig, b.va, 64);
	gives(pool, b);
	dma_pool_destroy(pool);
}

/* ---- memory ----------------------------------------------------------------------------- */

static void pages_stay_until_the_pool_is_destroyed(struct rig *rig)
{
	size_t at_first = pages_in_use(rig), with_one;
	struct dma_pool *pool = makes_pool(rig, 2048, 64, 0);
	struct block b[8];

	assert_int_equal(pages_in_use(rig), at_first);
	for (unsigned i = 0; i < 8; i++)
		b[i] = takes(pool);
	with_one = pages_in_use(rig);
	for (unsigned i = 0; i < 8; i++)
		gives(pool, b[i]);
	assert_int_equal(pages_in_use(rig), with_one);
	dma_pool_destroy(pool);
	assert_int_equal(pages_in_use(rig), at_first);
}

static void a_busy_pool_leaves_its_memory_allocated(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	struct block b = takes(pool);
	size_t in_use = pages_in_use(rig);

	listens(rig);
	dma_pool_destroy(pool);
	expects_warning(rig, "eth0: dma_pool_destroy descriptors busy");
	assert_int_equal(pages_in_use(rig), in_use);
	device_writes(rig, b.dma, "still there");
	expects_cpu_reads(rig, b.va, "still there");
	dma_pool_destroy(NULL);
}

static void a_failed_allocation_touches_nothing(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	size_t in_use = pages_in_use(rig);
	dma_addr_t dma = 77;

	for (unsigned nth = 1; nth <= 2; nth++) {
		harness_fail_allocation(rig->h, nth);
		assert_null(dma_pool_alloc(pool, GFP_ATOMIC, &dma));
		assert_int_equal(dma, 77);
		assert_int_equal(pages_in_use(rig), in_use);
	}
	gives(pool, takes(pool));
	dma_pool_destroy(pool);
}

/* ---- broken pools ------------------------------------------------------------------------ */

static void a_block_freed_twice_is_given_twice(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	struct block b = takes(pool);

	gives(pool, b);
	gives(pool, b);
	assert_ptr_equal(takes(pool).va, b.va);
	assert_ptr_equal(takes(pool).va, b.va);
	dma_pool_destroy(pool);
}

static void a_broken_link_ends_the_list_with_a_warning(struct rig *rig)
{
	static const u32 nonsense[] = { 0x8eeeeee0, 0xffffffff, 0x00000010, 0xfffffff8 };

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
		struct block a = takes(pool), b;

		gives(pool, a);
		assert_int_equal(master_write(rig->hw, a.dma, &nonsense[i], 4).kind, MASTER_OK);
		assert_ptr_equal(takes(pool).va, a.va);
		listens(rig);
		b = takes(pool);
		expects_warning(rig, "the free list of pool descriptors leads to");
		assert_true(b.dma != a.dma);
		gives(pool, b);
		gives(pool, a);
		dma_pool_destroy(pool);
	}
}

static void what_is_no_memory_cannot_be_freed(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);
	u8 on_the_stack[64];
	struct block b = takes(pool);

	listens(rig);
	dma_pool_free(pool, on_the_stack, b.dma);
	expects_warning(rig, "freeing what is no memory of this machine");
	listens(rig);
	dma_pool_free(pool, machine_window(rig->m), b.dma);
	expects_warning(rig, "where nothing is");
	gives(pool, b);
	dma_pool_destroy(pool);
}

/* ---- dmapool=debug -------------------------------------------------------------------------- */

static struct dma_pool *makes_debugged_pool(struct rig *rig)
{
	rig->dev->kernel->config.debug_pools = true;
	return makes_pool(rig, 64, 64, 0);
}

static void expects_all(struct rig *rig, const u8 *p, u8 value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		u8 byte = 0;

		assert_true(cpu_load(rig->cpu, (u32)(uintptr_t)p + (u32)i, &byte, 1, NULL));
		assert_int_equal(byte, value);
	}
}

static void a_debugged_pool_poisons_what_is_free_and_what_is_given(struct rig *rig)
{
	struct dma_pool *pool = makes_debugged_pool(rig);
	struct block b = takes(pool);
	dma_addr_t dma;

	expects_all(rig, b.va, 0xa9, 64);
	expects_all(rig, b.va + 64 + LINK, 0xa7, 64 - LINK);
	gives(pool, b);
	expects_all(rig, b.va + LINK, 0xa7, 64 - LINK);
	listens(rig);
	assert_ptr_equal(dma_pool_zalloc(pool, GFP_KERNEL, &dma), b.va);
	expects_warning(rig, NULL);
	expects_all(rig, b.va, 0, 64);
	gives(pool, b);
	dma_pool_destroy(pool);
}

static void a_debugged_pool_sees_that_a_free_block_was_written(struct rig *rig)
{
	struct dma_pool *pool = makes_debugged_pool(rig);
	struct block b = takes(pool);

	gives(pool, b);
	device_writes(rig, b.dma + 63, "!");
	listens(rig);
	takes(pool);
	expects_warning(rig, "eth0: pool_check_block descriptors, ");
	gives(pool, b);
	device_writes(rig, b.dma + LINK, "x");
	listens(rig);
	takes(pool);
	expects_warning(rig, "(corrupted)\n00000000: ");
	gives(pool, b);
	dma_pool_destroy(pool);
}

static void a_debugged_pool_refuses_what_is_free_already(struct rig *rig)
{
	struct dma_pool *pool = makes_debugged_pool(rig);
	struct block b = takes(pool);

	gives(pool, b);
	listens(rig);
	gives(pool, b);
	expects_warning(rig, "already free");
	assert_true(takes(pool).va == b.va && takes(pool).va != b.va);
	dma_pool_destroy(pool);
}

static void a_debugged_pool_refuses_an_address_of_another(struct rig *rig)
{
	struct dma_pool *pool = makes_debugged_pool(rig);
	struct dma_pool *other = makes_pool(rig, 64, 64, 0);
	struct block b = takes(pool), c = takes(other);

	listens(rig);
	gives(pool, c);
	expects_warning(rig, "(bad dma)");
	gives(other, c);
	gives(pool, b);
	listens(rig);
	dma_pool_destroy(other);
	dma_pool_destroy(pool);
	expects_warning(rig, NULL);
}

/* ---- managed pools ------------------------------------------------------------------------- */

static void a_managed_pool_goes_with_its_driver(struct rig *rig)
{
	size_t in_use = pages_in_use(rig);
	struct dma_pool *pool = dmam_pool_create("managed", rig->dev, 64, 64, 0);
	struct dma_pool *early = dmam_pool_create("early", rig->dev, 64, 64, 0);

	gives(pool, takes(pool));
	gives(early, takes(early));
	dmam_pool_destroy(early);
	assert_true(pages_in_use(rig) > in_use);
	harness_unbind(rig->dev);
	assert_int_equal(pages_in_use(rig), in_use);
}

static void only_a_managed_pool_is_destroyed_as_one(struct rig *rig)
{
	struct dma_pool *pool = makes_pool(rig, 64, 64, 0);

	listens(rig);
	dmam_pool_destroy(pool);
	expects_warning(rig, "dmam_pool_destroy() of what it does not have");
	gives(pool, takes(pool));
	dma_pool_destroy(pool);
	assert_null(dmam_pool_create("wrong", rig->dev, 64, 3, 0));
}

int main(void)
{
	static const struct rig_test tests[] = {
		TEST_ON(blocks_are_aligned_apart_and_cross_no_boundary,		0, 0),
		TEST_ON(a_page_holds_as_many_blocks_as_fit,			0, 0),
		TEST_ON(no_pool_is_made_of_wrong_numbers,			0, 0),
		TEST_ON(cpu_and_device_see_a_block_alike,			0, 0),
		TEST_ON(the_free_list_runs_through_the_blocks,			0, 0),
		TEST_ON(blocks_of_a_new_page_come_in_order,			0, 0),
		TEST_ON(a_block_keeps_its_bytes_unless_zeros_are_asked_for,	0, 0),
		TEST_ON(pages_stay_until_the_pool_is_destroyed,			0, 0),
		TEST_ON(a_busy_pool_leaves_its_memory_allocated,		0, 0),
		TEST_ON(a_failed_allocation_touches_nothing,			0, 0),
		TEST_ON(a_block_freed_twice_is_given_twice,			0, 0),
		TEST_ON(a_broken_link_ends_the_list_with_a_warning,		0, 0),
		TEST_ON(what_is_no_memory_cannot_be_freed,			0, 0),
		TEST_ON(a_debugged_pool_poisons_what_is_free_and_what_is_given,	0, 0),
		TEST_ON(a_debugged_pool_sees_that_a_free_block_was_written,	0, 0),
		TEST_ON(a_debugged_pool_refuses_what_is_free_already,		0, 0),
		TEST_ON(a_debugged_pool_refuses_an_address_of_another,		0, 0),
		TEST_ON(a_managed_pool_goes_with_its_driver,			0, 0),
		TEST_ON(only_a_managed_pool_is_destroyed_as_one,		0, 0),
	};

	return rig_run(tests, ARRAY_SIZE(tests));
}
