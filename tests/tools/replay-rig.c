/* SPDX-License-Identifier: MIT */
/* Verbs for tests of the replay engine: see replay-rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "replay-rig.h"

static char *scratch;			/* one folder for the process */
static unsigned nr_files;

static void scratch_remove(void)
{
	for (unsigned i = 0; i < nr_files; i++) {
		g_autofree char *path = g_strdup_printf("%s/%u", scratch, i);

		unlink(path);
	}
	rmdir(scratch);
	g_free(scratch);
}

const char *file_of(const char *bytes)
{
	static char path[512];

	if (!scratch) {
		scratch = g_dir_make_tmp("armdma-replay-XXXXXX", NULL);
		assert_non_null(scratch);
		atexit(scratch_remove);
	}
	g_snprintf(path, sizeof(path), "%s/%u", scratch, nr_files++);
	assert_true(g_file_set_contents(path, bytes, -1, NULL));
	return path;
}

static char *trace_text(const char *events)
{
	g_auto(GStrv) lines = g_strsplit(events, "\n", -1);
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; lines[i]; i++) {
		if (!lines[i][0])
			continue;
		if (lines[i][0] == '#' || g_str_has_prefix(lines[i], "CPU:"))
			g_string_append_printf(text, "%s\n", lines[i]);
		else
			g_string_append_printf(text, "%16s-%-7d [%03u] ..... %5u.%06u: %s\n",
					       "test", 1, i % 2, i / 1000, i % 1000 * 1000,
					       lines[i]);
	}
	return g_string_free(text, FALSE);
}

static struct replay_report *run(const char *events, const struct replay_config *given,
				 GError **error)
{
	g_autofree char *text = trace_text(events);
	struct replay_config cfg = given ? *given : (struct replay_config){ 0 };

	cfg.trace = file_of(text);
	if (!cfg.board)
		cfg.board = "a9-pl310";
	return replay_run(&cfg, error);
}

struct replay_report *replays_with(const char *events, const struct replay_config *cfg)
{
	g_autoptr(GError) error = NULL;
	struct replay_report *rep = run(events, cfg, &error);

	if (!rep)
		fail_msg("refused: %s", error->message);
	return rep;
}

struct replay_report *replays(const char *events)
{
	return replays_with(events, NULL);
}

char *refuses(const char *events, const struct replay_config *cfg)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(replay_report) rep = run(events, cfg, &error);

	assert_null(rep);
	assert_non_null(error);
	return g_strdup(error->message);
}

void only_trouble(const struct replay_report *rep, enum finding finding, uint64_t nr)
{
	for (int f = 0; f < NR_FINDINGS; f++)
		if (f != (int)finding && finding_infos[f].is_trouble && rep->total.findings[f])
			fail_msg("also %s, %" G_GUINT64_FORMAT " times", finding_infos[f].key,
				 rep->total.findings[f]);
	found(rep, finding, nr);
	assert_false(replay_is_clean(rep));
}

void found(const struct replay_report *rep, enum finding finding, uint64_t nr)
{
	if (rep->total.findings[finding] != nr)
		fail_msg("%s %" G_GUINT64_FORMAT " times, not %" G_GUINT64_FORMAT,
			 finding_infos[finding].key, rep->total.findings[finding], nr);
}

void is_clean(const struct replay_report *rep)
{
	g_autofree char *verdict = replay_verdict(rep);

	if (!replay_is_clean(rep))
		fail_msg("%s", verdict);
	assert_int_equal(rep->total.wrong, 0);
}

void says(const struct replay_report *rep, enum finding finding, const char *words)
{
	for (unsigned i = 0; i < rep->examples->len; i++) {
		const struct example *e = &g_array_index(rep->examples, struct example, i);

		if (e->finding == finding && strstr(e->text, words))
			return;
	}
	fail_msg("no %s says \"%s\"", finding_infos[finding].key, words);
}

char *source_file(const char *name)
{
	return g_build_filename(g_getenv("ARMDMA_SOURCE"), name, NULL);
}

char *shared_data(const char *name)
{
	const char *root = g_getenv("ARMDMA_SHARED");
	g_autofree char *beside = source_file("../shared");
	char *path = g_build_filename(root ? root : beside, "data", name, NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return path;
	g_free(path);
	return NULL;
}
