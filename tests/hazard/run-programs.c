/* SPDX-License-Identifier: MIT */
/*
 * Several programs, each on a machine of its own, with whatever the environment says:
 * what the forms of reports are tried on.
 *
 *	hazard-programs CLASS=wrong|right|expected|vain...
 *
 * "expected" is the wrong one by a test that wants it, "vain" the right one by such a test.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "programs.h"

static const struct program *find_program(const char *title, size_t len)
{
	for (unsigned c = 0; c < NR_PROGRAMS; c++) {
		const char *t = hazard_title(c);

		if (strlen(t) == len && !memcmp(t, title, len))
			return &programs[c];
	}
	return NULL;
}

static int run(const char *word)
{
	const char *which = strchr(word, '=');
	const struct program *p = which ? find_program(word, (size_t)(which - word)) : NULL;
	struct harness *h;
	bool is_wrong;

	if (!p) {
		fprintf(stderr, "%s: CLASS=wrong or CLASS=right is expected\n", word);
		return 2;
	}
	is_wrong = g_str_equal(which, "=wrong") || g_str_equal(which, "=expected");
	h = harness_start_or_exit(NULL);
	if (g_str_equal(which, "=expected") || g_str_equal(which, "=vain"))
		hazard_expect(harness_hazards(h), p->class, NULL);
	(is_wrong ? p->wrong : p->right)(harness_device(h, "eth0"));
	return harness_finish(h);
}

int main(int argc, char **argv)
{
	int worst = 0;

	for (int i = 1; i < argc; i++) {
		int status = run(argv[i]);

		worst = MAX(worst, status);
	}
	return worst;
}
