/* SPDX-License-Identifier: MIT */
/*
 * A compiler's command line, sorted: what is a source, what is for the compiler
 * proper, what is for the linker. Only as much of gcc's and clang's grammar as
 * that takes; every other option is handed on as it is.
 */
#ifndef TOOLS_CC_ARGS_H
#define TOOLS_CC_ARGS_H

#include <stdbool.h>
#include <glib.h>

enum cc_arg_kind {
	CC_ARG_SOURCE,		/* a file to compile */
	CC_ARG_OBJECT,		/* any other file: the linker's */
	CC_ARG_BOTH,		/* an option that either step may want */
	CC_ARG_COMPILE,		/* an option that would disturb the link */
	CC_ARG_LINK,		/* an option that would disturb the compilation */
};

struct cc_arg {
	enum cc_arg_kind kind;
	char *text;
	char *value;		/* the word after it, where there is one */
	char *language;		/* of a source: the -x in force, or NULL */
	bool is_plain;		/* of a file: named by --plain */
};

struct cc_args {
	GPtrArray *args;	/* of struct cc_arg *, in the order given */
	char *output;		/* -o, which is not among them */
	unsigned nr_sources;
	unsigned nr_files;	/* sources and objects */
	bool stops_early;	/* -c, -S, -E...: no link */
	bool wants_deps;	/* -MD or -MMD, and no -MF */
	bool shows_only;	/* -### */
};

/**
 * cc_args_parse() - sort a command line
 * @words: without the program's name; @file is opened and read in its place
 *
 * Return: false with one sentence in @error: an option that cannot work with the
 * hooks, or an unreadable @file. On success @ret is yours to cc_args_done().
 */
bool cc_args_parse(char **words, struct cc_args *ret, GError **error);
void cc_args_done(struct cc_args *a);

#endif
