/* SPDX-License-Identifier: MIT */
/*
 * The armdma program: picks a sub-command by name and hands over.
 *
 * Exit status: 0 clean, 1 hazards were found, 2 bad input.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const struct command *const commands[] = {
	&cmd_board,
	&cmd_cc,
	&cmd_explain,
	&cmd_hazards,
	&cmd_replay,
	&cmd_run,
	NULL
};

static const char usage_text[] =
	"Usage: armdma COMMAND [OPTION...] [OPERAND...]\n"
	"\n"
	"A userspace ARM machine for people who write DMA code.\n"
	"\n"
	"Commands:\n";

static const char closing_text[] =
	"\n"
	"  armdma COMMAND --help    more about one of them\n"
	"  armdma --version         the version\n"
	"\n"
	"Exit status: 0 clean, 1 hazards were found, 2 bad input.\n";

static int print_usage(FILE *out)
{
	fputs(usage_text, out);
	for (const struct command *const *c = commands; *c; c++)
		fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
	fputs(closing_text, out);
	return CMD_CLEAN;
}

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = commands; *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	/* So that file names and the ellipsis of GOption print as they are. */
	setlocale(LC_CTYPE, "");

	if (argc < 2) {
		print_usage(stderr);
		return CMD_BAD_INPUT;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "--version") == 0) {
		puts("armdma " ARMDMA_VERSION);
		return CMD_CLEAN;
	}

	const struct command *cmd = find_command(argv[1]);

	if (!cmd)
		return cmd_refuse("there is no command '%s' (armdma --help lists them)",
				  argv[1]);
	return cmd->run(argc - 1, argv + 1);
}
