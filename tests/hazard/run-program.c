/* SPDX-License-Identifier: MIT */
/*
 * One program on one board, its report on stdout: what the golden files hold.
 *
 *	hazard-program CLASS wrong|right BOARD [SEED [JSON [full]]]
 *
 * Without a seed, or with an empty one, the machine is nominal, else random. "full"
 * is backtrace=full.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "programs.h"

static const struct program *find_program(const char *title)
{
	for (unsigned c = 0; c < NR_PROGRAMS; c++)
		if (g_str_equal(hazard_title(c), title))
			return &programs[c];
	return NULL;
}

static int run(const struct program *p, bool is_wrong, struct harness_config cfg)
{
	g_autoptr(GError) error = NULL;
	struct harness *h;

	if (is_wrong)
		cfg.coherent = p->coherent;
	h = harness_start(&cfg, &error);
	if (!h) {
		fprintf(stderr, "%s\n", error->message);
		return 2;
	}
	(is_wrong ? p->wrong : p->right)(harness_device(h, "eth0"));
	return harness_finish(h);
}

int main(int argc, char **argv)
{
	struct harness_config cfg = { .hazards = { .text = stdout } };
	const struct program *p = argc > 3 ? find_program(argv[1]) : NULL;
	g_autofree char *replay = NULL;

	if (!p) {
		fprintf(stderr, "usage: %s CLASS wrong|right BOARD [SEED [JSON [full]]]\n", *argv);
		return 2;
	}
	cfg.board = argv[3];
	if (argc > 4 && strlen(argv[4])) {
		cfg.chooser = CHOOSER_RANDOM;
		cfg.seed = g_ascii_strtoull(argv[4], NULL, 0);
	}
	if (argc > 5)
		cfg.hazards.json_path = argv[5];
	cfg.hazards.full_backtrace = argc > 6;
	replay = g_strdup_printf("hazard-program %s %s %s%s%s", argv[1], argv[2], argv[3],
				 argc > 4 && strlen(argv[4]) ? " " : "", argc > 4 ? argv[4] : "");
	cfg.hazards.replay = replay;
	return run(p, g_str_equal(argv[2], "wrong"), cfg);
}
