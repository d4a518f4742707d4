/* SPDX-License-Identifier: MIT */
/* Running ourselves under valgrind: see valgrind.h. */
#include "valgrind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gstdio.h>

#ifdef HAVE_CALLGRIND_H
#include <valgrind/callgrind.h>

void bench_count(const char *name, bench_op *op, void *arg)
{
	op(arg, BENCH_COUNT_OPS);
	CALLGRIND_START_INSTRUMENTATION;
	op(arg, 1);
	CALLGRIND_ZERO_STATS;
	op(arg, BENCH_COUNT_OPS);
	CALLGRIND_DUMP_STATS_AT(name);
	CALLGRIND_STOP_INSTRUMENTATION;
}

static const bool can_count = true;
#else
void bench_count(const char *name, bench_op *op, void *arg)
{
}

static const bool can_count = false;
#endif

char *bench_under(const char *const *tool_args, const char *mode, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *self = g_file_read_link("/proc/self/exe", error);
	char *out = NULL;
	int status;

	if (!self)
		return NULL;
	g_ptr_array_add(argv, (void *)(uintptr_t)"valgrind");
	g_ptr_array_add(argv, (void *)(uintptr_t)"-q");
	for (; *tool_args; tool_args++)
		g_ptr_array_add(argv, (void *)(uintptr_t)*tool_args);
	g_ptr_array_add(argv, self);
	g_ptr_array_add(argv, (void *)(uintptr_t)mode);
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
			  NULL, &status, error) ||
	    !g_spawn_check_wait_status(status, error)) {
		g_free(out);
		return NULL;
	}
	return out;
}

/* "desc: Trigger: Client Request: NAME" and, further down, "summary: N". */
static void take_dump(GHashTable *counts, const char *path)
{
	static const char trigger[] = "desc: Trigger: Client Request: ", sum[] = "summary: ";
	g_autofree char *text = NULL;
	const char *name, *total;
	double *value;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	name = strstr(text, trigger);
	total = strstr(text, sum);
	if (!name || !total)
		return;
	name += strlen(trigger);
	value = g_new(double, 1);
	*value = g_ascii_strtod(total + strlen(sum), NULL) / BENCH_COUNT_OPS;
	g_hash_table_insert(counts, g_strndup(name, strcspn(name, "\n")), value);
}

static void take_dumps(GHashTable *counts, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		take_dump(counts, path);
		g_unlink(path);
	}
}

static void count_into(GHashTable *counts, const char *mode, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("bench-XXXXXX", error);
	g_autofree char *out_file = g_strdup_printf("--callgrind-out-file=%s/out", folder);
	const char *const args[] = {
		"--tool=callgrind", "--instr-atstart=no", out_file, NULL
	};
	if (!folder)
		return;
	g_free(bench_under(args, mode, error));
	take_dumps(counts, folder);
	g_rmdir(folder);
}

GHashTable *bench_counts(const char *mode)
{
	GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GError) error = NULL;

	if (!can_count) {
		printf("Instructions were not counted: built without valgrind/callgrind.h.\n");
		return counts;
	}
	count_into(counts, mode, &error);
	if (error)
		printf("Instructions were not counted: %s.\n", error->message);
	return counts;
}

double bench_count_of(GHashTable *counts, const char *name)
{
	const double *value = g_hash_table_lookup(counts, name);

	return value ? *value : NAN;
}
