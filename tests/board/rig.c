/* SPDX-License-Identifier: MIT */
/*
 * Boards from a few lines of device tree source, and what is said of them.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "rig.h"

static GPtrArray *boards;

/* ---- compiling ------------------------------------------------------------- */

static void run_dtc(const char *source, const char *dts, const char *dtb)
{
	const char *dtc = g_getenv("DTC");
	char *argv[] = { (char *)(dtc ? dtc : "dtc"), (char *)"-q", (char *)"-I", (char *)"dts",
			 (char *)"-O", (char *)"dtb", (char *)"-o", (char *)dtb,
			 (char *)dts, NULL };
	int status = 0;

	g_assert_true(g_file_set_contents(dts, source, -1, NULL));
	g_assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
				   &status, NULL));
	if (status != 0)
		fail_msg("dtc does not take this source:\n%s", source);
}

char *blob_of(const char *body, size_t *ret_len)
{
	g_autofree char *dir = g_dir_make_tmp("armdma-board-XXXXXX", NULL);
	g_autofree char *dts = g_build_filename(dir, "board.dts", NULL);
	g_autofree char *dtb = g_build_filename(dir, "board.dtb", NULL);
	g_autofree char *source = g_strdup_printf("/dts-v1/;\n/ { %s };\n", body);
	char *blob = NULL;

	run_dtc(source, dts, dtb);
	g_assert_true(g_file_get_contents(dtb, &blob, ret_len, NULL));
	g_unlink(dts);
	g_unlink(dtb);
	g_rmdir(dir);
	return blob;
}

static void free_board(void *b)
{
	board_free(b);
}

struct board *board_of(const char *body)
{
	g_autoptr(GError) error = NULL;
	size_t len;
	g_autofree char *blob = blob_of(body, &len);
	struct board *b = board_parse(blob, len, "test.dtb", &error);

	if (!b)
		fail_msg("%s", error->message);
	if (!boards)
		boards = g_ptr_array_new_with_free_func(free_board);
	g_ptr_array_add(boards, b);
	return b;
}

int free_boards(void **state)
{
	g_clear_pointer(&boards, g_ptr_array_unref);
	return 0;
}

/* ---- what a test says -------------------------------------------------------- */

const struct board_cpu *cpu_of(const struct board *b, unsigned idx)
{
	assert_true(idx < b->cpus->len);
	return g_ptr_array_index(b->cpus, idx);
}

const struct board_bank *bank_of(const struct board *b, unsigned idx)
{
	assert_true(idx < b->banks->len);
	return &g_array_index(b->banks, struct board_bank, idx);
}

static char *all_masters(const struct board *b)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		g_string_append_printf(names, "%s%s", i ? " " : "", m->name);
	}
	return g_strdup(names->str);
}

const struct board_master *master_of(const struct board *b, const char *name)
{
	const struct board_master *m = board_master(b, name);
	g_autofree char *names = all_masters(b);

	if (!m)
		fail_msg("no master '%s' among: %s", name, names);
	return m;
}

static void expect_text(const char *is, const char *expected, const char *what,
			const char *file, int at)
{
	if (strcmp(is, expected) == 0)
		return;
	print_error("%s is:       %s\n%*s expected: %s\n", what, is, (int)strlen(what), "",
		    expected);
	_fail(file, at);
}

void expect_cache(const struct cache_geometry *g, uint32_t bytes, unsigned ways, unsigned line,
		  const char *file, int at)
{
	g_autofree char *is = g_strdup_printf("%u B, %u ways, lines of %u", g->bytes,
					      g->nr_ways, g->line_bytes);
	g_autofree char *expected = g_strdup_printf("%u B, %u ways, lines of %u", bytes, ways,
						    line);

	expect_text(is, expected, "the cache", file, at);
}

void expect_bank(const struct board *b, unsigned idx, uint64_t first, uint64_t bytes,
		 const char *file, int at)
{
	const struct board_bank *bank = bank_of(b, idx);
	g_autofree char *is = g_strdup_printf("%#lx+%#lx", bank->pa, bank->len);
	g_autofree char *expected = g_strdup_printf("%#lx+%#lx", first, bytes);

	expect_text(is, expected, "the bank", file, at);
}

void expect_masters(const struct board *b, const char *names, const char *file, int at)
{
	g_autofree char *is = all_masters(b);

	expect_text(is, names, "the list of masters", file, at);
}

void expect_ranges(const struct board *b, const char *name, const char *story,
		   const char *file, int at)
{
	const struct board_master *m = master_of(b, name);
	g_autoptr(GString) is = g_string_new(m->ranges->len ? "" : "1:1");

	for (unsigned i = 0; i < m->ranges->len; i++) {
		const struct board_range *r = &g_array_index(m->ranges, struct board_range, i);

		g_string_append_printf(is, "%s%lx+%lx@%lx", i ? " " : "", r->pa, r->len, r->dma);
	}
	expect_text(is->str, story, "what it sees", file, at);
}

void expect_iommus(const struct board *b, const char *name, const char *story,
		   const char *file, int at)
{
	const struct board_master *m = master_of(b, name);
	g_autoptr(GString) is = g_string_new(NULL);

	for (unsigned i = 0; i < m->iommus->len; i++) {
		unsigned idx = g_array_index(m->iommus, unsigned, i);
		const struct board_iommu *iommu = g_ptr_array_index(b->iommus, idx);

		g_string_append_printf(is, "%s%s", i ? " " : "", strrchr(iommu->path, '/') + 1);
	}
	expect_text(is->str, story, "what it is behind", file, at);
}

void expect_refusal(const struct board *b, const char *sentence, const char *file, int at)
{
	g_autoptr(GError) error = NULL;
	bool can_build = board_check(b, &error);

	expect_text(can_build ? "(a machine can be built)" : error->message, sentence,
		    "the refusal", file, at);
	if (error)
		assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED));
}

void expect_malformed(const char *body, const char *sentence, const char *file, int at)
{
	g_autoptr(GError) error = NULL;
	size_t len;
	g_autofree char *blob = blob_of(body, &len);
	g_autoptr(board) b = board_parse(blob, len, "test.dtb", &error);

	expect_text(b ? "(it was read)" : error->message, sentence, "the complaint", file, at);
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_MALFORMED));
}
