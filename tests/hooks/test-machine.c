/* SPDX-License-Identifier: MIT */
/*
 * Plain C on a real machine: whatever the caches fill, evict and write back, a
 * program that no device disturbs must compute what it computes on the host.
 *
 * A random walk of assignments runs twice at once, in simulated memory and on a host
 * array, over more lines than the L1D holds. With its own speculative fills and
 * evictions, which the chooser draws from a seed, and without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define AREA_ORDER	5			/* 128 KiB: four times the L1D of an A9 */
#define AREA_BYTES	(4096u << AREA_ORDER)
#define NR_STEPS	60000
#define NR_SEEDS	4

/* 36 bytes: they start anywhere in a line, and most cross into the next. */
struct record { u32 word[9]; };
struct single { u32 word; };
struct bits { u32 low : 3, mid : 9, high : 20; };
struct __attribute__((packed)) loose { u8 a; u32 b; u64 c; };

struct area {
	char *sim;
	char *host;
};

static u32 draw(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 4;
}

/*
 * One step of the walk on one of the two; both are given the same numbers. @from is
 * in the upper half: an assignment of structures that overlap has no meaning in C.
 */
static noinline u64 step(char *base, u32 kind, u32 to, u32 from, u32 value)
{
	char *p = base + to % (AREA_BYTES / 2 - 512) / 8 * 8;
	char *q = base + AREA_BYTES / 2 + from % (AREA_BYTES / 2 - 512) / 8 * 8;

	switch (kind % 16) {
	case 0: *(u32 *)p = value; return 0;
	case 1: return *(u32 *)q;
	case 2: *(struct record *)p = *(struct record *)q; return 0;
	case 3: *(struct single *)p = *(struct single *)q; return 0;
	case 4: ((struct bits *)p)->mid = value; return ((struct bits *)q)->high;
	case 5: ((struct loose *)p)->c = value; return ((struct loose *)q)->b;
	case 6: memcpy(p, q, value % 64); return 0;
	case 7: memmove(p, p + value % 40, 100); return 0;
	case 8: memset(p, value, value % 300); return 0;
	case 9: return memcmp(p, q, 64) == 0;
	case 10: return __atomic_fetch_add((u64 *)p, value, __ATOMIC_SEQ_CST);
	case 11: return __sync_val_compare_and_swap((u32 *)p, 0, value);
	case 12: *(u64 *)(p + value % 8) += value; return 0;	/* misaligned */
	case 13: p[value % 64] = 0; return strnlen(p, 64);
	case 14: *(struct record *)p = (struct record){ .word = { value } }; return 0;
	default: memcpy(q, p, 64); return *(u16 *)(q + 1);
	}
}

static void expect_same(u64 sim, u64 host, int at)
{
	if (sim != host)
		fail_msg("step %d gives %#jx in simulated memory, %#jx on the host", at,
			 (uintmax_t)sim, (uintmax_t)host);
}

static void expect_twins(const struct area *a)
{
	for (u32 i = 0; i < AREA_BYTES; i++) {
		if (a->sim[i] != a->host[i])
			fail_msg("byte %u is %#x in simulated memory, %#x on the host", i,
				 (u8)a->sim[i], (u8)a->host[i]);
	}
}

static void walk(const struct area *a, u32 seed)
{
	memset(a->host, 0, AREA_BYTES);
	memset(a->sim, 0, AREA_BYTES);
	for (int i = 0; i < NR_STEPS; i++) {
		u32 kind = draw(&seed), to = draw(&seed), from = draw(&seed);
		u32 value = draw(&seed);

		/* Every other step stays near, where lines are hit again. */
		if (value & 1) {
			to %= 2048;
			from %= 2048;
		}
		expect_same(step(a->sim, kind, to, from, value),
			    step(a->host, kind, to, from, value), i);
	}
	expect_twins(a);
}

static struct harness *start(enum chooser_mode chooser, u64 seed)
{
	struct harness_config cfg = {
		.board = "a9-pl310", .chooser = chooser, .seed = seed,
	};

	return harness_start_or_exit(&cfg);
}

static char host_area[AREA_BYTES];

static void walk_in_cached_memory(enum chooser_mode chooser, u64 seed)
{
	struct harness *h = start(chooser, seed);
	unsigned long page = __get_free_pages(GFP_KERNEL, AREA_ORDER);

	walk(&(struct area){ (char *)page, host_area }, (u32)seed + 1);
	free_pages(page, AREA_ORDER);
	assert_int_equal(harness_finish(h), 0);
}

static void a_program_computes_the_same_in_cached_memory(void **state)
{
	walk_in_cached_memory(CHOOSER_NOMINAL, 0);
}

static void a_program_computes_the_same_whatever_the_caches_do(void **state)
{
	for (u64 seed = 1; seed <= NR_SEEDS; seed++)
		walk_in_cached_memory(CHOOSER_RANDOM, seed);
}

static void a_program_computes_the_same_in_coherent_memory(void **state)
{
	struct harness *h = start(CHOOSER_RANDOM, 1);
	struct device *dev = harness_device(h, "eth0");
	dma_addr_t dma;
	void *mem = dma_alloc_coherent(dev, AREA_BYTES, &dma, GFP_KERNEL);

	assert_non_null(mem);
	walk(&(struct area){ mem, host_area }, 2);
	dma_free_coherent(dev, AREA_BYTES, mem, dma);
	assert_int_equal(harness_finish(h), 0);
}

/* Watched lines take the door each time, and the shadow checks every value. */
static void the_shadow_agrees_with_a_program_that_shares_nothing_wrongly(void **state)
{
	struct harness *h = start(CHOOSER_RANDOM, 3);
	struct device *dev = harness_device(h, "eth0");
	unsigned long page = __get_free_pages(GFP_KERNEL, AREA_ORDER);
	dma_addr_t dma = dma_map_single(dev, (void *)page, AREA_BYTES, DMA_BIDIRECTIONAL);

	assert_int_equal(dma_mapping_error(dev, dma), 0);
	dma_sync_single_for_cpu(dev, dma, AREA_BYTES, DMA_BIDIRECTIONAL);
	walk(&(struct area){ (char *)page, host_area }, 4);
	dma_sync_single_for_device(dev, dma, AREA_BYTES, DMA_BIDIRECTIONAL);
	dma_unmap_single(dev, dma, AREA_BYTES, DMA_BIDIRECTIONAL);
	free_pages(page, AREA_ORDER);
	assert_int_equal(harness_finish(h), 0);
}

static void a_program_computes_the_same_in_the_fast_gear(void **state)
{
	struct harness_config cfg = { .board = "a9-pl310", .gear = GEAR_FAST };
	struct harness *h = harness_start_or_exit(&cfg);
	unsigned long page = __get_free_pages(GFP_KERNEL, AREA_ORDER);

	walk(&(struct area){ (char *)page, host_area }, 5);
	free_pages(page, AREA_ORDER);
	assert_int_equal(harness_finish(h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_computes_the_same_in_cached_memory),
		cmocka_unit_test(a_program_computes_the_same_whatever_the_caches_do),
		cmocka_unit_test(a_program_computes_the_same_in_coherent_memory),
		cmocka_unit_test(the_shadow_agrees_with_a_program_that_shares_nothing_wrongly),
		cmocka_unit_test(a_program_computes_the_same_in_the_fast_gear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
