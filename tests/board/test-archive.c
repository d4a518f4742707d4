/* SPDX-License-Identifier: MIT */
/*
 * Real boards: test-archive LIST, a file of one .dtb path a line.
 *
 * Each is read without complaint and either becomes a machine (in both gears) or is
 * refused for a reason that is found in its tree again, by this test's own reading.
 */
#include <libfdt.h>
#include <string.h>
#include <armdma/machine.h>

#include "rig.h"

static char **paths;
static unsigned nr_built, nr_refused;

/* The one refusal that real boards meet, and what must then be true of their trees. */
static bool reason_is_true(const char *reason, const void *blob)
{
	if (strstr(reason, "names no CPU"))
		return fdt_path_offset(blob, "/cpus") < 0 ||
		       fdt_first_subnode(blob, fdt_path_offset(blob, "/cpus")) < 0;
	return false;
}

static void builds_or_is_refused(const char *path)
{
	g_autofree char *blob = NULL;
	g_autoptr(GError) error = NULL;
	size_t len;

	assert_true(g_file_get_contents(path, &blob, &len, NULL));
	g_autoptr(board) b = board_load(path, &error);

	if (!b)
		fail_msg("%s", error->message);
	if (!board_check(b, &error)) {
		if (!reason_is_true(error->message, blob))
			fail_msg("not so: %s", error->message);
		nr_refused++;
		return;
	}
	for (enum machine_gear gear = GEAR_EXACT; gear <= GEAR_FAST; gear++) {
		const struct machine_config cfg = { .board = b, .gear = gear };
		g_autoptr(machine) m = machine_new(&cfg, &error);

		if (!m)
			fail_msg("%s: %s", path, error->message);
	}
	nr_built++;
}

static void every_real_board_builds_or_is_truly_refused(void **state)
{
	for (char **path = paths; *path; path++) {
		if (**path)
			builds_or_is_refused(*path);
	}
	print_message("# %u boards: %u build, %u refused\n", nr_built + nr_refused, nr_built,
		      nr_refused);
	assert_true(nr_built > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_real_board_builds_or_is_truly_refused),
	};
	g_autofree char *list = NULL;

	g_assert(argc == 2);
	g_assert(g_file_get_contents(argv[1], &list, NULL, NULL));
	paths = g_strsplit(list, "\n", -1);

	int status = cmocka_run_group_tests(tests, NULL, NULL);

	g_strfreev(paths);
	return status;
}
