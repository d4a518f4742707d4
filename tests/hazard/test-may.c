/* SPDX-License-Identifier: MIT */
/*
 * What could have happened, from one nominal run: drivers that had luck are reported all
 * the same, with a schedule; the same driver under that schedule does not have it. Drivers
 * that need none are proved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include <armdma/harness.h>
#include <asm/barrier.h>
#include "verbs.h"

#define LEN 256

/* ---- drivers --------------------------------------------------------------------- */

typedef void driver(struct device *eth);

static dma_addr_t map_for(struct device *eth, void *buf, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(eth, buf, LEN, dir);

	assert_int_equal(dma_mapping_error(eth, dma), 0);
	return dma;
}

/* Z01: the buffer was invalidated before the DMA, and that was all. */
static void unsends_what_it_filled(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map_for(eth, buf, DMA_FROM_DEVICE);

	device_writes(eth, dma, 7, LEN);
	dma_unmap_single_attrs(eth, dma, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	cpu_reads(buf + 40);
	kfree(buf);
}

static void unmaps_with_sync(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map_for(eth, buf, DMA_FROM_DEVICE);

	device_writes(eth, dma, 7, LEN);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	cpu_reads(buf + 40);
	kfree(buf);
}

/* Dirty lines that may be evicted, and then are cleaned. */
static void sends_what_it_filled(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map_for(eth, buf, DMA_TO_DEVICE);

	dma_unmap_single(eth, dma, LEN, DMA_TO_DEVICE);
	cpu_fills(buf, 9, LEN);
	dma = map_for(eth, buf, DMA_TO_DEVICE);
	device_reads(eth, dma, LEN);
	dma_unmap_single(eth, dma, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

/* Bytes that were given away are nobody's, and what they are goes by the schedule. */
static void reads_what_was_given_away(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);

	for (u8 i = 1; i < 3; i++) {
		dma_addr_t dma;

		cpu_fills(buf, i, LEN);
		dma = map_for(eth, buf, DMA_FROM_DEVICE);
		dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
		cpu_scans(buf, LEN);
	}
	kfree(buf);
}

/* ---- running them ------------------------------------------------------------------ */

struct result {
	unsigned nr_reports;
	enum hazard_class class;
	enum hazard_strength strength;
	char *site, *schedule, *fix;
	bool is_proved;
};

static bool take(void *ctx, const struct hazard_report *r)
{
	struct result *res = ctx;

	if (res->nr_reports++)
		return true;
	res->class = r->hazard;
	res->strength = r->strength;
	res->site = g_strdup(r->site.function);
	res->schedule = g_strdup(r->schedule);
	res->fix = g_strdup(r->fix);
	return true;
}

static void result_done(struct result *res)
{
	g_free(res->site);
	g_free(res->schedule);
	g_free(res->fix);
}

static struct result run_with(driver *drive, struct harness_config cfg)
{
	g_autoptr(GError) error = NULL;
	struct result res = { .nr_reports = 0 };
	struct harness *h;

	cfg.hazards.is_quiet = true;
	h = harness_start(&cfg, &error);
	if (!h)
		fail_msg("%s", error->message);
	drive(harness_device(h, "eth0"));
	hazard_report_each(harness_hazards(h), take, &res);
	res.is_proved = hazard_is_proved(harness_hazards(h));
	harness_finish(h);
	return res;
}

static struct result run(driver *drive, const char *name)
{
	return run_with(drive, (struct harness_config){ .board = name });
}

static const char *const speculating[] = {
	"a9-pl310", "a9-pl310-shared-override", "a7-quad", "a8-up", "a15-lpae", "arm1176",
	"pj4b-aurora",
};

/* ---- tests --------------------------------------------------------------------------- */

static void a_driver_that_had_luck_is_reported(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(speculating); i++) {
		struct result res = run(unsends_what_it_filled, speculating[i]);

		assert_int_equal(res.nr_reports, 1);
		assert_int_equal(res.class, HAZARD_CPU_READ_STALE);
		assert_int_equal(res.strength, STRENGTH_POSSIBLE);
		assert_string_equal(res.site, "unsends_what_it_filled");
		assert_non_null(strstr(res.fix, "dma_sync_single_for_cpu(eth0, "));
		assert_true(g_str_has_prefix(res.schedule, "fill 0x"));
		assert_false(res.is_proved);
		result_done(&res);
	}
}

static void under_its_schedule_the_same_driver_goes_wrong(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(speculating); i++) {
		struct result could = run(unsends_what_it_filled, speculating[i]);
		struct result does = run_with(unsends_what_it_filled, (struct harness_config){
			.board = speculating[i], .script = could.schedule });

		assert_int_equal(does.nr_reports, 1);
		assert_int_equal(does.class, could.class);
		assert_int_equal(does.strength, STRENGTH_OBSERVED);
		assert_string_equal(does.site, could.site);
		result_done(&could);
		result_done(&does);
	}
}

static void a_driver_that_needs_no_luck_is_proved(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(speculating); i++) {
		assert_true(run(unmaps_with_sync, speculating[i]).is_proved);
		assert_true(run(sends_what_it_filled, speculating[i]).is_proved);
	}
}

static void what_nobody_fetches_unasked_cannot_be_stale(void **state)
{
	struct result res = run(unsends_what_it_filled, "arm926");

	assert_int_equal(res.nr_reports, 0);
	assert_true(res.is_proved);
}

static void what_a_coherent_device_wrote_is_never_stale(void **state)
{
	g_autoptr(GError) error = NULL;
	struct harness_config cfg = { .board = "coherent", .hazards = { .is_quiet = true } };
	struct harness *h = harness_start(&cfg, &error);

	unsends_what_it_filled(harness_device(h, "10010000.ethernet"));
	assert_true(hazard_is_proved(harness_hazards(h)));
	assert_int_equal(harness_finish(h), 0);
}

static void what_goes_by_the_schedule_is_no_proof_and_no_hazard(void **state)
{
	struct result res = run(reads_what_was_given_away, "a9-pl310");

	assert_int_equal(res.nr_reports, 0);
	assert_false(res.is_proved);
}

static void who_does_not_ask_is_told_nothing(void **state)
{
	struct result res = run_with(unsends_what_it_filled, (struct harness_config){
		.hazards = { .no_may = true } });

	assert_int_equal(res.nr_reports, 0);
	assert_false(res.is_proved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_that_had_luck_is_reported),
		cmocka_unit_test(under_its_schedule_the_same_driver_goes_wrong),
		cmocka_unit_test(a_driver_that_needs_no_luck_is_proved),
		cmocka_unit_test(what_nobody_fetches_unasked_cannot_be_stale),
		cmocka_unit_test(what_a_coherent_device_wrote_is_never_stale),
		cmocka_unit_test(what_goes_by_the_schedule_is_no_proof_and_no_hazard),
		cmocka_unit_test(who_does_not_ask_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
