/* SPDX-License-Identifier: MIT */
/*
 * A driver's unit tests with cmocka: what each test says about hazards is a line of its
 * own, armdma/hazard-assert.h. Link with -lcmocka.
 *
 * Expected: three tests pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <armdma/hazard-assert.h>

#include "sensor.h"

struct bench {
	struct harness *h;
	struct sensor sensor;
};

static int start(void **state)
{
	static struct bench b;

	b.h = harness_start_or_exit(NULL);
	*state = &b;
	return sensor_open(&b.sensor, harness_device(b.h, "sensor"));
}

static int finish(void **state)
{
	struct bench *b = *state;

	sensor_close(&b->sensor);
	return harness_finish(b->h) == 2;	/* hazards have been judged by then */
}

/* The hardware. */
static void samples(struct bench *b, u32 value)
{
	u32 all[SENSOR_SAMPLES];

	for (int i = 0; i < SENSOR_SAMPLES; i++)
		all[i] = value;
	master_write(harness_master(b->sensor.dev), b->sensor.dma, all, sizeof(all));
}

static void the_newest_sample_is_read(void **state)
{
	struct bench *b = *state;

	for (u32 value = 1; value < 10; value++) {
		samples(b, value);
		assert_int_equal(sensor_read(&b->sensor), value);
	}
	assert_no_hazards(b->h);
}

static void haste_reads_an_old_one(void **state)
{
	struct bench *b = *state;

	samples(b, 1);
	sensor_read_hasty(&b->sensor);
	samples(b, 2);
	assert_int_equal(sensor_read_hasty(&b->sensor), 1);
	assert_hazard_in(b->h, HAZARD_CPU_READ_STALE, "sensor_read_hasty");
}

static void haste_is_known_and_expected(void **state)
{
	struct bench *b = *state;

	hazard_expect(harness_hazards(b->h), HAZARD_CPU_READ_STALE, "sensor_read_hasty");
	hazard_expect(harness_hazards(b->h), HAZARD_CPU_READ_WHILE_MAPPED, "sensor_*");
	samples(b, 1);
	sensor_read_hasty(&b->sensor);
	samples(b, 2);
	sensor_read_hasty(&b->sensor);
	assert_no_hazards(b->h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_newest_sample_is_read, start, finish),
		cmocka_unit_test_setup_teardown(haste_reads_an_old_one, start, finish),
		cmocka_unit_test_setup_teardown(haste_is_known_and_expected, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
