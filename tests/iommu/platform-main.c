/* SPDX-License-Identifier: MIT */
/*
 * The contract on boards, as a program: [--pm] [--identity] [--rw] [--no-dma] [--6.12] BOARD
 * KIND [ROW], or --rows, which says how many. The options are PLATFORM_*, in all rows.
 *
 * Without ROW all of them, one after the other. Exit status 0: it was kept. Compiled into our
 * tests, and by `armdma cc` with a driver of Linux's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform-bench.h"

static bool is_kept(unsigned idx, const char *dtb, const char *kind, unsigned how)
{
	struct platform_sum sum = { 0 };
	g_autofree char *broken = platform_play_row_as(idx, dtb, kind, how, &sum);

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

static unsigned how_of(const char *option)
{
	return !strcmp(option, "--pm") ? PLATFORM_USES_PM :
	       !strcmp(option, "--identity") ? PLATFORM_IDENTITY :
	       !strcmp(option, "--rw") ? PLATFORM_RW :
	       !strcmp(option, "--no-dma") ? PLATFORM_NO_DMA :
	       !strcmp(option, "--6.12") ? PLATFORM_6_12 : 0;
}

int main(int argc, char **argv)
{
	unsigned first = 0, last = nr_platform_rows - 1;
	unsigned how = 0;
	bool all_kept = true;

	if (argc == 2 && !strcmp(argv[1], "--rows")) {
		printf("%u\n", nr_platform_rows);
		return 0;
	}
	for (; argc > 1 && how_of(argv[1]); argc--, argv++)
		how |= how_of(argv[1]);
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: [--pm] [--identity] [--rw] [--no-dma] [--6.12] BOARD KIND [ROW]\n");
		return 2;
	}
	if (argc == 4)
		first = last = (unsigned)atoi(argv[3]) % nr_platform_rows;
	else
		printf("1..%u\n", nr_platform_rows);
	for (unsigned idx = first; idx <= last; idx++)
		all_kept &= is_kept(idx, argv[1], argv[2], how);
	return !all_kept;
}
