/* SPDX-License-Identifier: MIT */
/* What counts for nothing: suppressed, or expected; and what a test says about hazards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <armdma/harness.h>
#include <armdma/hazard-assert.h>

#include "programs.h"

struct run {
	char *text;
	size_t len;
	FILE *out;
	char *path;			/* of the suppressions */
	struct harness *h;
};

static void start(struct run *r, const char *suppressions)
{
	struct harness_config cfg = { .board = "a9-pl310" };

	r->out = open_memstream(&r->text, &r->len);
	cfg.hazards.text = r->out;
	if (suppressions) {
		int fd = g_file_open_tmp("suppressions-XXXXXX", &r->path, NULL);

		assert_int_equal(write(fd, suppressions, strlen(suppressions)),
				 strlen(suppressions));
		close(fd);
		cfg.hazards.suppressions = r->path;
	}
	r->h = harness_start(&cfg, NULL);
	assert_non_null(r->h);
}

static int finish(struct run *r)
{
	int status = harness_finish(r->h);

	fclose(r->out);
	if (r->path)
		unlink(r->path);
	g_free(r->path);
	return status;
}

static void plays(struct run *r, enum hazard_class c)
{
	programs[c].wrong(harness_device(r->h, "eth0"));
}

static void has(const struct run *r, const char *text)
{
	if (!strstr(r->text, text))
		fail_msg("there is no \"%s\" in:\n%s", text, r->text);
}

static void what_is_suppressed_by_function_is_not_reported(void **state)
{
	struct run r = { 0 };

	start(&r, "# a comment\n\ncpu-read-*:rx_poll_unsynced\n");
	plays(&r, HAZARD_CPU_READ_STALE);
	assert_no_hazards(r.h);
	assert_int_equal(finish(&r), 0);
	assert_null(strstr(r.text, "HAZARD: "));
	has(&r, ":3 cpu-read-*:rx_poll_unsynced: 1 hazard (1 time)");
	free(r.text);
}

static void a_caller_or_a_file_suppresses_too(void **state)
{
	static const char *const files[] = {
		"*:rx_two_packets_wrong\n", "ADM-101:programs.c\nADM-201:prog*\n", "*:*\n",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
		struct run r = { 0 };

		start(&r, files[i]);
		plays(&r, HAZARD_CPU_READ_STALE);
		assert_int_equal(finish(&r), 0);
		free(r.text);
	}
}

static void what_took_nothing_is_listed_and_the_rest_is_reported(void **state)
{
	struct run r = { 0 };

	start(&r, "cpu-read-stale:rx_poll_elsewhere\nADM-101:rx_poll_unsynced\n");
	plays(&r, HAZARD_CPU_READ_STALE);
	plays(&r, HAZARD_DEVICE_READ_STALE);
	assert_no_hazard(r.h, HAZARD_CPU_READ_STALE);
	assert_hazard(r.h, HAZARD_DEVICE_READ_STALE);
	assert_int_equal(finish(&r), 1);
	has(&r, "unused suppression: ");
	has(&r, ":1 cpu-read-stale:rx_poll_elsewhere");
	has(&r, "HAZARD: device-read-stale");
	has(&r, "1 hazard (1 time)");
	free(r.text);
}

static void refuses(const char *text, const char *sentence)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	struct harness_config cfg = { .board = "a9-pl310" };
	int fd = g_file_open_tmp("suppressions-XXXXXX", &path, NULL);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	cfg.hazards.suppressions = path;
	assert_null(harness_start(&cfg, &error));
	unlink(path);
	if (!strstr(error->message, sentence))
		fail_msg("no \"%s\" in: %s", sentence, error->message);
}

static void a_file_that_makes_no_sense_is_one_sentence(void **state)
{
	refuses("\n\ncpu-read-stale\n", ":3: \"cpu-read-stale\" is not CLASS:PLACE");
	refuses("bad-luck:*\n", ":1: no hazard has the id or title \"bad-luck\"");
	refuses(":x\n", ":1: ");
	refuses("\xff\xfe:x\n", "is not text");
}

static void a_file_that_is_not_there_is_one_sentence(void **state)
{
	struct harness_config cfg = {
		.board = "a9-pl310", .hazards = { .suppressions = "/nowhere/at/all" },
	};
	g_autoptr(GError) error = NULL;

	assert_null(harness_start(&cfg, &error));
	assert_non_null(strstr(error->message, "/nowhere/at/all"));
}

static void what_is_expected_and_comes_is_clean(void **state)
{
	struct run r = { 0 };

	start(&r, NULL);
	hazard_expect(harness_hazards(r.h), HAZARD_CPU_READ_STALE, "rx_poll_*");
	plays(&r, HAZARD_CPU_READ_STALE);
	assert_int_equal(hazard_count(harness_hazards(r.h), NR_HAZARD_CLASSES), 0);
	assert_int_equal(finish(&r), 0);
	assert_null(strstr(r.text, "HAZARD: "));
	has(&r, "expected, and reported: cpu-read-stale in rx_poll_* (1 time)");
	free(r.text);
}

static void what_is_expected_and_does_not_come_is_a_failure(void **state)
{
	struct run r = { 0 };

	start(&r, NULL);
	hazard_expect(harness_hazards(r.h), HAZARD_CPU_READ_STALE, NULL);
	programs[HAZARD_CPU_READ_STALE].right(harness_device(r.h, "eth0"));
	assert_no_hazards(r.h);
	assert_int_equal(finish(&r), 1);
	has(&r, "EXPECTED, and not reported: cpu-read-stale");
	free(r.text);
}

static void assertions_say_what_there_is_instead(void **state)
{
	struct run r = { 0 };
	char *against;

	start(&r, NULL);
	plays(&r, HAZARD_CPU_READ_STALE);
	assert_hazard_in(r.h, HAZARD_CPU_READ_STALE, "rx_poll_unsynced");
	assert_hazard_in(r.h, HAZARD_CPU_READ_STALE, "programs.c");
	assert_hazard_times(r.h, HAZARD_CPU_READ_STALE, 1);

	against = hazards_against(r.h, NR_HAZARD_CLASSES, NULL, 0);
	assert_non_null(strstr(against, "Expected no hazards; but:\n"));
	assert_non_null(strstr(against, "  cpu-read-stale in rx_poll_unsynced, 1 time: cpu0 read"));
	free(against);
	against = hazards_against(r.h, HAZARD_CPU_READ_STALE, "rx_poll", -1);
	assert_non_null(strstr(against, "Expected cpu-read-stale in rx_poll; but:\n"));
	free(against);
	against = hazards_against(r.h, HAZARD_CPU_READ_STALE, NULL, 3);
	assert_non_null(against);
	free(against);
	assert_int_equal(finish(&r), 1);
	free(r.text);
}

static void without_an_engine_nothing_can_be_said(void **state)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = "a9-pl310", .no_hazards = true }, NULL);
	char *against = hazards_against(h, NR_HAZARD_CLASSES, NULL, 0);

	assert_non_null(strstr(against, "hazards=off"));
	free(against);
	harness_finish(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_suppressed_by_function_is_not_reported),
		cmocka_unit_test(a_caller_or_a_file_suppresses_too),
		cmocka_unit_test(what_took_nothing_is_listed_and_the_rest_is_reported),
		cmocka_unit_test(a_file_that_makes_no_sense_is_one_sentence),
		cmocka_unit_test(a_file_that_is_not_there_is_one_sentence),
		cmocka_unit_test(what_is_expected_and_comes_is_clean),
		cmocka_unit_test(what_is_expected_and_does_not_come_is_a_failure),
		cmocka_unit_test(assertions_say_what_there_is_instead),
		cmocka_unit_test(without_an_engine_nothing_can_be_said),
	};

	return cmocka_run_group_tests_name("suppressed, expected", tests, NULL, NULL);
}
