/* SPDX-License-Identifier: MIT */
/*
 * The contract on boards, as a program: [--OPTION]... BOARD KIND [ROW], or --rows, which
 * names them. The options are PLATFORM_*, in all rows.
 *
 * Without ROW all of them, one after the other. Exit status 0: it was kept; 1: it was not; 2:
 * it was not played. Compiled into our tests, and by `armdma cc` with a driver of Linux's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform-bench.h"

static bool is_kept(unsigned idx, const char *dtb, const char *kind, unsigned how)
{
	struct platform_sum sum = { 0 };
	g_autofree char *broken = platform_play_row_as(idx, dtb, kind, how, &sum);

	if (!broken && (how & PLATFORM_LOSES) && platform_rows[idx].sleeps && !sum.nr_losses)
		broken = g_strdup("its devices slept, and no IOMMU has lost what it held");
	printf("%s %u - %s: %s\n", broken ? "not ok" : "ok", idx + 1, kind,
	       platform_rows[idx].name);
	if (broken)
		printf("# %s\n", broken);
	else
		printf("# %u devices with %u ports, %u games, state lost %llu times\n",
		       sum.nr_devices, sum.nr_ports, sum.nr_pairs,
		       (unsigned long long)sum.nr_losses);
	return !broken;
}

static const struct {
	const char *name;
	unsigned how;
} options[] = {
	{ "--pm", PLATFORM_USES_PM }, { "--identity", PLATFORM_IDENTITY }, { "--rw", PLATFORM_RW },
	{ "--no-dma", PLATFORM_NO_DMA }, { "--6.12", PLATFORM_6_12 },
	{ "--silent", PLATFORM_SILENT }, { "--whole", PLATFORM_WHOLE },
	{ "--loses", PLATFORM_LOSES },
};

static unsigned how_of(const char *option)
{
	for (size_t n = 0; n < G_N_ELEMENTS(options); n++)
		if (!strcmp(option, options[n].name))
			return options[n].how;
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: [OPTION]... BOARD KIND [ROW], or --rows; options:");
	for (size_t n = 0; n < G_N_ELEMENTS(options); n++)
		fprintf(stderr, " %s", options[n].name);
	fprintf(stderr, "\n");
	return 2;
}

static int names_rows(void)
{
	for (unsigned idx = 0; idx < nr_platform_rows; idx++)
		printf("%s\n", platform_rows[idx].name);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned first = 0, last = nr_platform_rows - 1;
	unsigned how = 0;
	bool all_kept = true;

	if (argc == 2 && !strcmp(argv[1], "--rows"))
		return names_rows();
	for (; argc > 1 && how_of(argv[1]); argc--, argv++)
		how |= how_of(argv[1]);
	if (argc < 3 || argc > 4 || g_str_has_prefix(argv[1], "--"))
		return usage();
	if (argc == 4)
		first = last = platform_row(argv[3]);
	else
		printf("1..%u\n", nr_platform_rows);
	if (first == nr_platform_rows) {
		fprintf(stderr, "there is no row \"%s\"\n", argv[3]);
		return 2;
	}
	for (unsigned idx = first; idx <= last; idx++)
		all_kept &= is_kept(idx, argv[1], argv[2], how);
	return !all_kept;
}
