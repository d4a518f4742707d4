/* SPDX-License-Identifier: MIT */
/*
 * What drivers may do, and no report may say otherwise. On every board, nominal and
 * under seeds: a speculative fill is allowed at any time and is nobody's fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <armdma/harness.h>
#include <asm/barrier.h>
#include "verbs.h"

#define LEN 512
#define NR_SEEDS 8
#define NR_WORST 3

static dma_addr_t map_at(struct device *eth, void *buf, size_t len,
			 enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(eth, buf, len, dir);

	assert_int_equal(dma_mapping_error(eth, dma), 0);
	return dma;
}

static void sees(const u8 *p, u8 expected)
{
	u8 value = cpu_reads(p);

	if (value != expected)
		fail_msg("the CPU sees %02x, expected %02x", value, expected);
}

static void memory_is_freed_and_used_again(struct device *eth)
{
	for (unsigned i = 0; i < 20; i++) {
		u8 *buf = kmalloc(LEN, GFP_KERNEL);
		dma_addr_t dma;

		cpu_fills(buf, (u8)i, LEN);
		dma = map_at(eth, buf, LEN, i % 2 ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
		if (i % 2)
			device_writes(eth, dma, (u8)(i + 100), LEN);
		else
			device_reads(eth, dma, LEN);
		dma_unmap_single(eth, dma, LEN, i % 2 ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
		sees(buf + 7, (u8)(i % 2 ? i + 100 : i));
		kfree(buf);
	}
}

static void pages_are_freed_and_used_again(struct device *eth)
{
	for (unsigned i = 0; i < 6; i++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 1);
		u8 *p = page_address(page);
		dma_addr_t dma;

		sees(p + 4096, 0);
		dma = dma_map_page(eth, page, 64, 4096, DMA_FROM_DEVICE);
		assert_int_equal(dma_mapping_error(eth, dma), 0);
		device_writes(eth, dma, 0x5a, 4096);
		dma_unmap_page(eth, dma, 4096, DMA_FROM_DEVICE);
		sees(p + 64, 0x5a);
		sees(p + 63, 0);
		__free_pages(page, 1);
	}
}

static void part_of_a_mapping_is_synced(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map_at(eth, buf, LEN, DMA_FROM_DEVICE);

	device_writes(eth, dma, 1, 128);
	dma_sync_single_for_cpu(eth, dma, 128, DMA_FROM_DEVICE);
	sees(buf + 127, 1);
	device_writes(eth, dma + 128, 2, 128);
	dma_sync_single_range_for_cpu(eth, dma, 128, 128, DMA_FROM_DEVICE);
	sees(buf + 128, 2);
	sees(buf, 1);
	dma_sync_single_for_device(eth, dma, 256, DMA_FROM_DEVICE);
	device_writes(eth, dma, 3, 256);
	dma_sync_single_for_cpu(eth, dma, 256, DMA_FROM_DEVICE);
	sees(buf + 255, 3);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	kfree(buf);
}

static void cpu_reads_what_it_sends(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(buf, 9, LEN);
	dma = map_at(eth, buf, LEN, DMA_TO_DEVICE);
	sees(buf + 100, 9);
	assert_int_equal(device_reads(eth, dma, LEN), 9);
	sees(buf + 100, 9);
	dma_unmap_single(eth, dma, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

static void device_writes_less_than_it_might(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(buf, 0xee, LEN);	/* poison, which the map may throw away */
	dma = map_at(eth, buf, LEN, DMA_FROM_DEVICE);
	device_writes(eth, dma, 4, 60);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	sees(buf, 4);
	cpu_scans(buf, LEN);		/* what the rest is, nobody knows */
	kfree(buf);
}

static void poison_is_dropped_by_the_second_map_too(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);

	for (u8 i = 0; i < 3; i++) {
		dma_addr_t dma;

		cpu_fills(buf, (u8)(0xe0 + i), LEN);
		dma = map_at(eth, buf, LEN, DMA_FROM_DEVICE);
		dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
		cpu_scans(buf, LEN);
	}
	kfree(buf);
}

static void poison_is_dropped_by_a_sync_for_the_device(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map_at(eth, buf, LEN, DMA_FROM_DEVICE);

	device_writes(eth, dma, 5, LEN);
	dma_sync_single_for_cpu(eth, dma, LEN, DMA_FROM_DEVICE);
	cpu_fills(buf, 0xee, LEN);
	dma_sync_single_for_device(eth, dma, LEN, DMA_FROM_DEVICE);
	device_writes(eth, dma, 6, 32);
	dma_sync_single_for_cpu(eth, dma, LEN, DMA_FROM_DEVICE);
	sees(buf, 6);
	cpu_scans(buf, LEN);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	kfree(buf);
}

static void neighbours_of_a_buffer_keep_their_bytes(struct device *eth)
{
	u8 *both = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(both, 0x21, LEN);
	dma = map_at(eth, both + 10, 100, DMA_FROM_DEVICE);
	device_writes(eth, dma, 0x22, 100);
	sees(both + 9, 0x21);		/* a read only: it brings no dirty line */
	dma_unmap_single(eth, dma, 100, DMA_FROM_DEVICE);
	sees(both + 9, 0x21);
	sees(both + 110, 0x21);
	sees(both + 10, 0x22);
	kfree(both);
}

static void coherent_memory_needs_a_barrier_and_no_call(struct device *eth)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(eth, 8192, &dma, GFP_KERNEL);

	sees(ring + 8191, 0);
	for (u8 i = 1; i < 40; i++) {
		cpu_writes(ring + i, i);
		wmb();
		assert_int_equal(device_reads(eth, dma + i, 1), i);
		device_writes(eth, dma + 4096 + i, i, 1);
		sees(ring + 4096 + i, i);
	}
	dma_free_coherent(eth, 8192, ring, dma);
}

static void coherent_memory_becomes_ordinary_again(struct device *eth)
{
	for (unsigned i = 0; i < 4; i++) {
		dma_addr_t dma;
		u8 *ring = dma_alloc_coherent(eth, 4096, &dma, GFP_KERNEL);
		u8 *buf;

		device_writes(eth, dma, 0x31, 4096);
		sees(ring, 0x31);
		dma_free_coherent(eth, 4096, ring, dma);

		buf = kmalloc(4096, GFP_KERNEL);
		cpu_fills(buf, 0x32, 4096);
		dma = map_at(eth, buf, 4096, DMA_TO_DEVICE);
		assert_int_equal(device_reads(eth, dma, 4096), 0x32);
		dma_unmap_single(eth, dma, 4096, DMA_TO_DEVICE);
		kfree(buf);
	}
}

static void one_buffer_is_sent_twice_at_once(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t first, second;

	cpu_fills(buf, 8, LEN);
	first = map_at(eth, buf, LEN, DMA_TO_DEVICE);
	second = map_at(eth, buf, LEN, DMA_TO_DEVICE);
	device_reads(eth, first, LEN);
	dma_unmap_single(eth, first, LEN, DMA_TO_DEVICE);
	assert_int_equal(device_reads(eth, second, LEN), 8);
	dma_unmap_single(eth, second, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

/* The network stack's page_pool: mapped once, synced by hand, for as long as needed. */
static void a_pool_syncs_by_hand(struct device *eth)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);
	u8 *p = page_address(page);
	dma_addr_t dma;

	cpu_fills(p, 0x7e, 4096);
	dma = dma_map_page_attrs(eth, page, 0, 4096, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(eth, dma), 0);
	for (u8 i = 0; i < 5; i++) {
		dma_sync_single_range_for_device(eth, dma, 0, 2048, DMA_FROM_DEVICE);
		device_writes(eth, dma, (u8)(0x40 + i), 1500);
		dma_sync_single_range_for_cpu(eth, dma, 0, 1500, DMA_FROM_DEVICE);
		sees(p + 1499, (u8)(0x40 + i));
		cpu_writes(p, i);	/* edited, and sent back out */
		dma_sync_single_range_for_device(eth, dma, 0, 1500, DMA_BIDIRECTIONAL);
		assert_int_equal(device_reads(eth, dma, 1500), i);
	}
	dma_unmap_page_attrs(eth, dma, 4096, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	__free_pages(page, 0);
}

static void lists_come_and_go(struct device *eth)
{
	struct scatterlist sg[4];
	u8 *buf = kmalloc(4096, GFP_KERNEL);

	cpu_fills(buf, 3, 4096);
	sg_init_table(sg, 4);
	for (unsigned i = 0; i < 4; i++)
		sg_set_buf(&sg[i], buf + 1024 * i, 512);
	assert_int_equal(dma_map_sg(eth, sg, 4, DMA_BIDIRECTIONAL), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(device_reads(eth, sg_dma_address(&sg[i]), 512), 3);
		device_writes(eth, sg_dma_address(&sg[i]), (u8)i, 512);
	}
	dma_sync_sg_for_cpu(eth, sg, 4, DMA_BIDIRECTIONAL);
	sees(buf + 1024 * 3 + 511, 3);
	cpu_writes(buf + 1024, 77);
	dma_sync_sg_for_device(eth, sg, 4, DMA_BIDIRECTIONAL);
	assert_int_equal(device_reads(eth, sg_dma_address(&sg[1]), 1), 77);
	dma_unmap_sg(eth, sg, 4, DMA_BIDIRECTIONAL);
	sees(buf + 1024 * 2, 2);
	kfree(buf);
}

static void bidirectional_goes_there_and_back(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(buf, 0x61, LEN);
	dma = map_at(eth, buf, LEN, DMA_BIDIRECTIONAL);
	assert_int_equal(device_reads(eth, dma, LEN), 0x61);
	device_writes(eth, dma + 100, 0x62, 100);
	dma_unmap_single(eth, dma, LEN, DMA_BIDIRECTIONAL);
	sees(buf + 99, 0x61);
	sees(buf + 100, 0x62);
	kfree(buf);
}

/* The first owner does not care what the device wrote last, and so syncs nothing. */
static void leaves_stale_lines_behind(struct device *eth, u8 *buf)
{
	dma_addr_t dma = map_at(eth, buf, LEN, DMA_FROM_DEVICE);

	device_writes(eth, dma, 0x11, LEN);
	dma_sync_single_for_cpu(eth, dma, LEN, DMA_FROM_DEVICE);
	cpu_scans(buf, LEN);
	device_writes(eth, dma, 0x12, LEN);
	dma_unmap_single_attrs(eth, dma, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

static void next_owner_inherits_no_blame(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL), *again;
	dma_addr_t dma;

	leaves_stale_lines_behind(eth, buf);
	kfree(buf);
	again = kmalloc(LEN, GFP_KERNEL);
	assert_ptr_equal(again, buf);
	cpu_scans(again, LEN);		/* what it holds, nobody knows */
	dma = map_at(eth, again, LEN, DMA_TO_DEVICE);
	device_reads(eth, dma, LEN);
	dma_unmap_single(eth, dma, LEN, DMA_TO_DEVICE);
	kfree(again);
}

static const struct legal {
	const char *name;
	void (*does)(struct device *eth);
} legal[] = {
#define LEGAL(f) { #f, f }
	LEGAL(memory_is_freed_and_used_again),
	LEGAL(pages_are_freed_and_used_again),
	LEGAL(part_of_a_mapping_is_synced),
	LEGAL(cpu_reads_what_it_sends),
	LEGAL(device_writes_less_than_it_might),
	LEGAL(poison_is_dropped_by_the_second_map_too),
	LEGAL(poison_is_dropped_by_a_sync_for_the_device),
	LEGAL(neighbours_of_a_buffer_keep_their_bytes),
	LEGAL(coherent_memory_needs_a_barrier_and_no_call),
	LEGAL(coherent_memory_becomes_ordinary_again),
	LEGAL(one_buffer_is_sent_twice_at_once),
	LEGAL(a_pool_syncs_by_hand),
	LEGAL(lists_come_and_go),
	LEGAL(bidirectional_goes_there_and_back),
	LEGAL(next_owner_inherits_no_blame),
};

static const struct place {
	const char *name, *board, *device;
	bool bounces, portable;
} places[] = {
	{ "a9-pl310", "a9-pl310", "eth0", false },
	{ "a9-pl310-bounced", "a9-pl310", "eth0", true },
	{ "a9-pl310-shared-override", "a9-pl310-shared-override", "eth0", false },
	{ "a7-quad", "a7-quad", "eth0", false },
	{ "arm1176", "arm1176", "eth0", false },
	{ "arm926", "arm926", "eth0", false },
	{ "pj4b-aurora", "pj4b-aurora", "eth0", false },
	{ "coherent", "coherent", "10010000.ethernet", false },
	{ "coherent-bounced", "coherent", "10010000.ethernet", true },
	{ "a9-pl310-portable", "a9-pl310", "eth0", .portable = true },
	{ "coherent-portable", "coherent", "10010000.ethernet", .portable = true },
};

struct run {
	const struct legal *legal;
	const struct place *place;
};

/* Seed 0 stands for the nominal machine, those after the last for the worst there is. */
static enum chooser_mode chooser_of(unsigned seed)
{
	static const enum chooser_mode worst[NR_WORST] = {
		CHOOSER_LAZY, CHOOSER_EVICT, CHOOSER_RETAIN
	};

	if (seed > NR_SEEDS)
		return worst[seed - NR_SEEDS - 1];
	return seed ? CHOOSER_RANDOM : CHOOSER_NOMINAL;
}

static void expect_silence(const struct run *r, unsigned seed)
{
	struct harness_config cfg = {
		.board = r->place->board, .seed = seed,
		.chooser = chooser_of(seed),
		.swiotlb_force = r->place->bounces, .hazards.portable = r->place->portable,
	};
	g_autoptr(GError) error = NULL;
	struct harness *h = harness_start(&cfg, &error);

	if (!h)
		fail_msg("%s", error->message);
	r->legal->does(harness_device(h, r->place->device));
	if (harness_finish(h))
		fail_msg("reported under seed %u", seed);
}

static void driver_is_not_blamed(void **state)
{
	for (unsigned seed = 0; seed <= NR_SEEDS + NR_WORST; seed++)
		expect_silence(*state, seed);
}

static void add(GArray *tests, const struct legal *l, const struct place *p)
{
	struct run *r = g_new(struct run, 1);
	struct CMUnitTest t = {
		.name = g_strdup_printf("%s@%s", l->name, p->name),
		.test_func = driver_is_not_blamed, .initial_state = r,
	};

	*r = (struct run){ l, p };
	g_array_append_val(tests, t);
}

/* Its first owner gives nothing back, which is fine where no bytes tell. */
static bool is_portable(const struct legal *l)
{
	return l->does != next_owner_inherits_no_blame;
}

static void free_test(void *p)
{
	struct CMUnitTest *t = p;

	g_free((char *)(uintptr_t)t->name);
	g_free(t->initial_state);
}

int main(void)
{
	g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));

	g_array_set_clear_func(tests, free_test);
	for (unsigned i = 0; i < G_N_ELEMENTS(legal); i++)
		for (unsigned p = 0; p < G_N_ELEMENTS(places); p++)
			if (!places[p].portable || is_portable(&legal[i]))
				add(tests, &legal[i], &places[p]);
	return _cmocka_run_group_tests("legal", (struct CMUnitTest *)tests->data, tests->len,
				       NULL, NULL);
}
