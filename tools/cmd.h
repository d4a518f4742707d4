/* SPDX-License-Identifier: MIT */
/*
 * What one sub-command of the armdma program is made of.
 *
 * A command is a struct in its own tools/cmd-NAME.c, declared at the end of this
 * header and listed in the table of armdma.c. It gets the command line from its own
 * name on, and its return value is the exit status of the process.
 */
#ifndef TOOLS_CMD_H
#define TOOLS_CMD_H

#include <stdbool.h>
#include <limits.h>
#include <glib.h>

/** What the exit status of every command means. */
enum cmd_status {
	CMD_CLEAN = 0,
	CMD_HAZARDS = 1,	/* the code under test is wrong */
	CMD_BAD_INPUT = 2,	/* a file or an argument is; one sentence said so */
};

/**
 * struct command - one sub-command
 * @name:    as typed
 * @summary: half a line for `armdma --help`
 * @run:     argv[0] is @name; returns an enum cmd_status
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/**
 * struct cmd_usage - the text around the options in `armdma NAME --help`
 * @operands: what follows the options: "FILE.dtb..."
 * @about:    a paragraph above the options
 * @notes:    a paragraph below them, or NULL
 * @stops:    at the first operand: what follows belongs to another program
 */
struct cmd_usage {
	const struct command *cmd;
	const char *operands;
	const char *about;
	const char *notes;
	bool stops;
};

/* --cpu, of every command that takes a board: board_set_cpu() */
#define CMD_CPU_ARG	"CORE[,ITEM...]"
#define CMD_CPU_HELP	"Another core than the tree's: cortex-a9,cpus=2,l1d=32K/4/32,outer=1M/16"

/**
 * cmd_parse() - GOption with our manners
 *
 * Handles --help by itself (prints, exit 0). Afterwards argv[1..] are operands.
 * Return: false after one sentence on stderr; the command then returns
 * CMD_BAD_INPUT.
 */
bool cmd_parse(const struct cmd_usage *usage, const GOptionEntry *options,
	       int *argc, char ***argv);

/** One sentence on stderr, "armdma: " before it. Returns CMD_BAD_INPUT. */
int cmd_refuse(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** What a numeric option holds before it is parsed. */
#define CMD_UNSAID	INT_MIN

/**
 * cmd_count() - an option that is a count
 * @value: as it was said, or CMD_UNSAID: then @fallback
 *
 * Return: false, and it was refused, unless 1 <= @value <= @max.
 */
bool cmd_count(const char *command, const char *option, int value, int max, unsigned fallback,
	       unsigned *ret_count);

extern const struct command cmd_board;
extern const struct command cmd_cc;
extern const struct command cmd_explain;
extern const struct command cmd_hazards;
extern const struct command cmd_replay;
extern const struct command cmd_run;

#endif
