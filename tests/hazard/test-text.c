/* SPDX-License-Identifier: MIT */
/* The text of reports that come again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/harness.h>
#include "verbs.h"

#define LEN	256

static noinline void unmaps_nothing(struct device *eth)
{
	dma_unmap_single(eth, 0x1000, LEN, DMA_TO_DEVICE);
	__asm__ volatile("");		/* no tail call: the report is to name this function */
}

static noinline void syncs_nothing(struct device *eth)
{
	dma_sync_single_for_cpu(eth, 0x1000, LEN, DMA_FROM_DEVICE);
	__asm__ volatile("");
}

/* What a run says that does the one @nr times, the other @nr_others times. Yours. */
static noinline char *text_of(unsigned nr, unsigned nr_others)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct harness *h = harness_start_or_exit(&(struct harness_config){
		.board = "a9-pl310", .hazards = { .text = out } });
	struct device *eth = harness_device(h, "eth0");

	for (unsigned i = 0; i < nr_others; i++)
		syncs_nothing(eth);
	for (unsigned i = 0; i < nr; i++)
		unmaps_nothing(eth);
	assert_int_equal(harness_finish(h), nr || nr_others);
	fclose(out);
	return text;
}

static unsigned nr_of(const char *text, const char *what)
{
	unsigned nr = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		nr++;
	return nr;
}

static void report_is_printed_once_and_its_count_at_powers_of_ten(void **state)
{
	const char *line = "\nHAZARD: unmap-unknown in unmaps_nothing [ADM-401, rule]: ";
	g_autofree char *text = text_of(1234, 0);
	g_autofree char *at_10 = g_strconcat(line, "10 times so far\n", NULL);
	g_autofree char *at_100 = g_strconcat(line, "100 times so far\n", NULL);
	g_autofree char *at_1000 = g_strconcat(line, "1000 times so far\n", NULL);

	assert_int_equal(nr_of(text, "HAZARD: "), 4);
	assert_int_equal(nr_of(text, at_10), 1);
	assert_int_equal(nr_of(text, at_100), 1);
	assert_int_equal(nr_of(text, at_1000), 1);
	assert_non_null(strstr(text, "\n1 hazard (1234 times): unmap-unknown 1234\n"));
}

static void nine_times_are_told_at_the_end_only(void **state)
{
	g_autofree char *text = text_of(9, 0);

	assert_int_equal(nr_of(text, "HAZARD: "), 1);
	assert_non_null(strstr(text, "\n1 hazard (9 times): unmap-unknown 9\n"));
}

/* Where @what is in @text. */
static size_t place_of(const char *text, const char *what)
{
	const char *at = strstr(text, what);

	assert_non_null(at);
	return (size_t)(at - text);
}

static void last_words_are_a_table_of_places_the_most_frequent_first(void **state)
{
	char *text = text_of(30, 2);
	size_t sum = place_of(text, "\n2 hazards (32 times): unmap-unknown 30, sync-unknown 2\n");
	size_t often = place_of(text, "        30  ADM-401  unmap-unknown in unmaps_nothing");
	size_t seldom = place_of(text, "         2  ADM-406  sync-unknown in syncs_nothing");

	assert_true(sum < often && often < seldom);
	g_free(text);
}

static void one_place_needs_no_table(void **state)
{
	g_autofree char *text = text_of(30, 0);

	assert_null(strstr(text, "  ADM-401  "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_printed_once_and_its_count_at_powers_of_ten),
		cmocka_unit_test(nine_times_are_told_at_the_end_only),
		cmocka_unit_test(last_words_are_a_table_of_places_the_most_frequent_first),
		cmocka_unit_test(one_place_needs_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
