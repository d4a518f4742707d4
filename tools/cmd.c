/* SPDX-License-Identifier: MIT */
/*
 * What the sub-commands share: option parsing and refusing bad input.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cmd.h"

bool cmd_parse(const struct cmd_usage *usage, const GOptionEntry *options,
	       int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(usage->operands);
	g_autofree char *program = g_strdup_printf("armdma %s", usage->cmd->name);
	g_autoptr(GError) error = NULL;

	g_set_prgname(program);
	g_option_context_set_summary(context, usage->about);
	g_option_context_set_description(context, usage->notes);
	g_option_context_set_strict_posix(context, usage->stops);
	g_option_context_add_main_entries(context, options, NULL);
	if (g_option_context_parse(context, argc, argv, &error))
		return true;

	cmd_refuse("%s: %s (see %s --help)", usage->cmd->name, error->message, program);
	return false;
}

int cmd_refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *sentence = g_strdup_vprintf(format, args);
	va_end(args);

	fflush(stdout);
	fprintf(stderr, "armdma: %s\n", sentence);
	return CMD_BAD_INPUT;
}

bool cmd_count(const char *command, const char *option, int value, int max, unsigned fallback,
	       unsigned *ret_count)
{
	*ret_count = value == CMD_UNSAID ? fallback : (unsigned)value;
	if (value == CMD_UNSAID || (value > 0 && value <= max))
		return true;
	cmd_refuse("%s: --%s %d: a number from 1 to %d is expected", command, option, value, max);
	return false;
}
