/* SPDX-License-Identifier: MIT */
/*
 * With backtrace=full a report has the whole stack of each party: who mapped, who stored
 * last, who synced last, and what the harness was at when the device moved. The outer
 * function of each is named nowhere but in its stack. Plain C, compiled by `armdma cc`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define PAGE	4096u

/* Not the last thing that a function does: each keeps its frame. */
#define stays()	__asm__ volatile("" ::: "memory")

struct nic {
	struct device *dev;
	u8 *buf;
	dma_addr_t dma;
	unsigned seen;
};

static noinline void ring_map(struct nic *n, enum dma_data_direction dir)
{
	n->dma = dma_map_single(n->dev, n->buf, PAGE, dir);
	stays();
}

static noinline void probe_maps(struct nic *n, enum dma_data_direction dir)
{
	ring_map(n, dir);
	stays();
}

static noinline void slot_fill(struct nic *n)
{
	n->buf[64] = 0x77;
	stays();
}

static noinline void xmit_stores(struct nic *n)
{
	slot_fill(n);
	stays();
}

static noinline void slot_sync(struct nic *n)
{
	dma_sync_single_for_device(n->dev, n->dma, PAGE, DMA_TO_DEVICE);
	stays();
}

static noinline void flush_syncs(struct nic *n)
{
	slot_sync(n);
	stays();
}

static noinline void engine_fetch(struct nic *n)
{
	u8 got[4];

	(void)master_read(harness_master(n->dev), n->dma + 64, got, sizeof(got));
	stays();
}

static noinline void model_reads(struct nic *n)
{
	engine_fetch(n);
	stays();
}

static noinline void engine_put(struct nic *n)
{
	u8 bytes[4] = { 1, 2, 3, 4 };

	(void)master_write(harness_master(n->dev), n->dma + 64, bytes, sizeof(bytes));
	stays();
}

static noinline void model_writes(struct nic *n)
{
	engine_put(n);
	stays();
}

static noinline void slot_peek(struct nic *n)
{
	n->seen += n->buf[64];
	stays();
}

static noinline void poll_looks(struct nic *n)
{
	slot_peek(n);
	stays();
}

/* ---- what is said ---------------------------------------------------------------------- */

static void transmits(struct nic *n)
{
	probe_maps(n, DMA_TO_DEVICE);
	flush_syncs(n);
	xmit_stores(n);
	model_reads(n);
	dma_unmap_single(n->dev, n->dma, PAGE, DMA_TO_DEVICE);
}

static void receives(struct nic *n)
{
	probe_maps(n, DMA_FROM_DEVICE);
	poll_looks(n);			/* too early: the line stays */
	model_writes(n);
	poll_looks(n);
	dma_unmap_single(n->dev, n->dma, PAGE, DMA_FROM_DEVICE);
}

static char *text_of(void (*plays)(struct nic *n), bool is_full)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct harness *h = harness_start_or_exit(&(struct harness_config){
		.board = "a9-pl310", .hazards = { .text = out, .full_backtrace = is_full,
						  .no_may = true } });
	struct nic n = { .dev = harness_device(h, "eth0") };

	n.buf = (u8 *)__get_free_page(GFP_KERNEL);
	plays(&n);
	free_page((unsigned long)n.buf);
	assert_int_equal(harness_finish(h), 1);
	fclose(out);
	return text;
}

/* The report of that title, to its end. */
static char *report_in(char *text, const char *title)
{
	char *from = strstr(text, title), *to;

	assert_non_null(from);
	to = strstr(from, "\n====");
	if (to)
		*to = '\0';
	return from;
}

static void a_stale_read_of_the_device_has_all_four(void **state)
{
	char *text = text_of(transmits, true);
	const char *report = report_in(text, "HAZARD: device-read-stale");

	assert_non_null(strstr(report, "probe_maps"));
	assert_non_null(strstr(report, "flush_syncs"));
	assert_non_null(strstr(report, "xmit_stores"));
	assert_non_null(strstr(report, "model_reads"));
	free(text);
}

static void a_stale_read_of_the_cpu_has_the_devices_write(void **state)
{
	char *text = text_of(receives, true);
	const char *report = report_in(text, "HAZARD: cpu-read-stale");

	assert_non_null(strstr(report, "probe_maps"));
	assert_non_null(strstr(report, "model_writes"));
	assert_non_null(strstr(report, "poll_looks"));
	free(text);
}

/* The nearest functions are told anyway, and where the report is. */
static void without_it_the_addresses_are_told(void **state)
{
	char *text = text_of(transmits, false);
	const char *report = report_in(text, "HAZARD: device-read-stale");

	assert_non_null(strstr(report, "ring_map"));
	assert_non_null(strstr(report, "slot_sync"));
	assert_non_null(strstr(report, "slot_fill"));
	assert_null(strstr(report, "probe_maps"));
	assert_null(strstr(report, "flush_syncs"));
	assert_null(strstr(report, "xmit_stores"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stale_read_of_the_device_has_all_four),
		cmocka_unit_test(a_stale_read_of_the_cpu_has_the_devices_write),
		cmocka_unit_test(without_it_the_addresses_are_told),
	};

	return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
