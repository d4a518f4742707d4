/* SPDX-License-Identifier: MIT */
/*
 * What every benchmark shares; see harness.h.
 *
 * Bounds: a clock read is a vDSO call of some 25 ns, a locked add some 5 ns. A
 * batch of 20 us or more keeps two reads well under 1 %.
 */
#include "harness.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include "commit.h"

#define BATCH_NS	20000
#define CALIBRATION_NS	2000000
#define SAMPLES_MAX	(1u << 16)
#define YARDSTICK_OPS	2000	/* some 10 us */

uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- samples --------------------------------------------------------- */

void samples_init(struct samples *s)
{
	*s = (struct samples){ .stride = 1, .until_next = 1 };
}

void samples_done(struct samples *s)
{
	g_free(s->ns);
	samples_init(s);
}

/* Drop every second sample, and take half as many from here on. */
static void samples_thin(struct samples *s)
{
	for (size_t i = 0; 2 * i < s->nr; i++)
		s->ns[i] = s->ns[2 * i];
	s->nr = (s->nr + 1) / 2;
	s->stride *= 2;
}

static void samples_append(struct samples *s, double ns)
{
	if (s->nr == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->ns = g_renew(double, s->ns, s->room);
	}
	s->ns[s->nr++] = ns;
}

void samples_add(struct samples *s, double ns)
{
	if (--s->until_next)
		return;
	if (s->nr == SAMPLES_MAX)
		samples_thin(s);
	s->until_next = s->stride;
	samples_append(s, ns);
}

void samples_add_all(struct samples *s, const struct samples *from)
{
	for (size_t i = 0; i < from->nr; i++)
		samples_append(s, from->ns[i]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void samples_sort(struct samples *s)
{
	if (s->nr)
		qsort(s->ns, s->nr, sizeof(*s->ns), by_value);
}

double samples_min(const struct samples *s)
{
	return s->nr ? s->ns[0] : NAN;
}

double samples_quantile(const struct samples *s, unsigned permille)
{
	size_t rank = (s->nr * permille + 999) / 1000;

	return s->nr ? s->ns[rank ? rank - 1 : 0] : NAN;
}

/* ---- timing ---------------------------------------------------------- */

void timing_init(struct timing *t)
{
	*t = (struct timing){ 0 };
	samples_init(&t->op);
	samples_init(&t->yardstick);
}

void timing_done(struct timing *t)
{
	samples_done(&t->op);
	samples_done(&t->yardstick);
}

/* Each thread adds to a counter of its own: contention is not the unit. */
static void locked_add(void *arg, size_t nr)
{
	atomic_uint_fast64_t *counter = arg;

	while (nr--)
		atomic_fetch_add(counter, 1);
}

static uint64_t time_batch(bench_op *op, void *arg, size_t nr)
{
	uint64_t began = clock_ns();

	op(arg, nr);
	return clock_ns() - began;
}

size_t bench_batch(bench_op *op, void *arg)
{
	uint64_t stop = clock_ns() + CALIBRATION_NS;
	size_t nr = 1;

	while (time_batch(op, arg, nr) < BATCH_NS)
		nr *= 2;
	/* Caches and branch predictors are cold the first time. */
	while (clock_ns() < stop)
		op(arg, nr);
	while (time_batch(op, arg, nr) < BATCH_NS)
		nr *= 2;
	return nr;
}

void bench_time(bench_op *op, void *arg, size_t nr, uint64_t duration_ns,
		struct timing *ret)
{
	_Alignas(64) atomic_uint_fast64_t counter = 0;
	uint64_t stop = clock_ns() + duration_ns;

	do {
		uint64_t ns = time_batch(op, arg, nr);
		uint64_t unit = time_batch(locked_add, &counter, YARDSTICK_OPS);

		samples_add(&ret->op, (double)ns / (double)nr);
		samples_add(&ret->yardstick, (double)unit / YARDSTICK_OPS);
		ret->nr_ops += nr;
		ret->busy_ns += ns;
	} while (clock_ns() < stop);
}

double timing_ratio(const struct timing *t)
{
	return samples_quantile(&t->op, 500) / samples_quantile(&t->yardstick, 500);
}

/* ---- where it was measured ------------------------------------------- */

const char *bench_compiler(void)
{
#ifdef __clang__
	return __VERSION__;
#else
	return "gcc " __VERSION__;
#endif
}

const char *bench_commit(void)
{
	return BENCH_COMMIT;
}

static char *cpu_model(void)
{
	g_autofree char *text = NULL;
	g_autoptr(GRegex) model = g_regex_new("^model name\\s*: (.*)$", G_REGEX_MULTILINE,
					      0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL) &&
	    g_regex_match(model, text, 0, &match))
		return g_match_info_fetch(match, 1);
	return g_strdup("unknown");
}

const char *bench_cpu(void)
{
	static char *model;

	if (!model)
		model = cpu_model();
	return model;
}

/* ---- the report ------------------------------------------------------ */

struct bench_report {
	char *json_path;
	JsonBuilder *json;
};

static void add_string(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	if (value)
		json_builder_add_string_value(b, value);
	else
		json_builder_add_null_value(b);
}

/* JSON has no NaN: what was not measured is null. */
static void add_number(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

static JsonBuilder *json_begin(const char *bench, const char *gear, uint64_t seed)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	add_string(b, "bench", bench);
	add_string(b, "commit", bench_commit());
	add_string(b, "compiler", bench_compiler());
	add_string(b, "cpu", bench_cpu());
	json_builder_set_member_name(b, "seed");
	json_builder_add_int_value(b, (gint64)seed);
	add_string(b, "gear", gear);
	json_builder_set_member_name(b, "rows");
	json_builder_begin_array(b);
	return b;
}

static bool cannot_write(const char *path, const char *why, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot write: %s",
		    path, why);
	return false;
}

/* A device or a pipe is written to; a file is replaced when all is known. */
static bool is_special(const char *path)
{
	return g_file_test(path, G_FILE_TEST_EXISTS) &&
	       !g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static bool path_is_writable(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (!*path)
		return cannot_write("--json", "no name", error);
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return cannot_write(path, g_strerror(EISDIR), error);
	if (is_special(path) && g_access(path, W_OK) == 0)
		return true;
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		return cannot_write(path, "no such folder", error);
	if (g_access(folder, W_OK) != 0)
		return cannot_write(path, g_strerror(errno), error);
	return true;
}

struct bench_report *bench_report_new(const char *bench, const char *gear, uint64_t seed,
				      const char *json_path, GError **error)
{
	struct bench_report *r;

	if (json_path && !path_is_writable(json_path, error))
		return NULL;
	r = g_new0(struct bench_report, 1);
	r->json_path = g_strdup(json_path);
	r->json = json_begin(bench, gear, seed);
	return r;
}

void bench_report_add(struct bench_report *r, const struct bench_row *row)
{
	JsonBuilder *b = r->json;

	json_builder_begin_object(b);
	add_string(b, "name", row->name);
	add_string(b, "unit", row->unit);
	add_number(b, "value", row->value);
	add_number(b, "min", row->min);
	add_string(b, "vs", row->vs);
	add_number(b, "ratio", row->vs ? row->ratio : NAN);
	json_builder_end_object(b);
}

static char *json_finish(JsonBuilder *b, size_t *ret_len)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) node = NULL;
	g_autofree char *text = NULL;
	char *line;

	json_builder_end_array(b);
	json_builder_end_object(b);
	node = json_builder_get_root(b);
	json_generator_set_root(generator, node);
	text = json_generator_to_data(generator, NULL);
	line = g_strconcat(text, "\n", NULL);
	*ret_len = strlen(line);
	return line;
}

static bool write_special(const char *path, const char *text, size_t len, GError **error)
{
	FILE *f = fopen(path, "w");
	bool is_written;

	if (!f)
		return cannot_write(path, g_strerror(errno), error);
	is_written = fwrite(text, 1, len, f) == len;
	if (fclose(f) != 0 || !is_written)
		return cannot_write(path, g_strerror(errno), error);
	return true;
}

int bench_report_finish(struct bench_report *r, GError **error)
{
	g_autofree char *text = NULL;
	size_t len;

	if (!r->json_path)
		return 0;
	text = json_finish(r->json, &len);
	if (is_special(r->json_path))
		return write_special(r->json_path, text, len, error) ? 0 : 2;
	return g_file_set_contents(r->json_path, text, (gssize)len, error) ? 0 : 2;
}

void bench_report_free(struct bench_report *r)
{
	if (!r)
		return;
	g_free(r->json_path);
	g_object_unref(r->json);
	g_free(r);
}

/* ---- being asked ------------------------------------------------------ */

#define MAX_MS	60000

static bool is_askable(int nr_left, const struct bench_options *o, GError **error)
{
	if (nr_left == 1 && o->ms >= 1 && o->ms <= MAX_MS)
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, nr_left > 1 ?
		    "there are no arguments but options" : "-m must be 1 to 60000");
	return false;
}

bool bench_parse(int *argc, char ***argv, const char *summary, struct bench_options *o,
		 GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(summary);
	g_autofree char *ms_help = g_strdup_printf("for each row, 1..%d [%d]", MAX_MS, o->ms);
	gboolean no_valgrind = false;
	const GOptionEntry entries[] = {
		{ "milliseconds", 'm', 0, G_OPTION_ARG_INT, &o->ms, ms_help, "N" },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, &o->json, "also write the rows", "FILE" },
		{ o->no_valgrind ? "no-valgrind" : NULL, 0, 0, G_OPTION_ARG_NONE, &no_valgrind,
		  "run nothing under valgrind beside", NULL },
		G_OPTION_ENTRY_NULL
	};

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (o->no_valgrind)
		*o->no_valgrind = no_valgrind;
	return is_askable(*argc, o, error);
}
