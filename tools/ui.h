/* SPDX-License-Identifier: MIT */
/*
 * Text for people: style, width, sizes and a line of progress.
 *
 * Colour only on a terminal, and never when NO_COLOR is set or TERM is dumb.
 */
#ifndef TOOLS_UI_H
#define TOOLS_UI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum ui_style {
	UI_PLAIN,		/* ends any of the others */
	UI_BOLD,
	UI_FAINT,
	UI_RED,
	UI_GREEN,
	UI_YELLOW,
	NR_UI_STYLES
};

/** The escape sequence that starts @style on @out; "" where there is no colour. */
const char *ui_style(FILE *out, enum ui_style style);

bool ui_is_terminal(FILE *out);

/** Columns of @out: COLUMNS if it is set, else the terminal's, else 80. */
unsigned ui_width(FILE *out);

/** On a terminal a line stays a line: what is too long ends in "...". Returns @line. */
char *ui_fit(FILE *out, char *line);

/** "32 KiB", "1 GiB", "100 B", "1.5 MiB": exact if it can be, else one digit. Yours. */
char *ui_bytes(uint64_t bytes);

/** "1,234,567". Yours to g_free(). */
char *ui_count(uint64_t n);

/**
 * ui_wrap() - print @text on @out, broken at blanks to fit the width
 * @first: starts the first line; the others start with as many blanks
 */
void ui_wrap(FILE *out, const char *first, const char *text);

/**
 * ui_progress() - rewrite the line of progress; nothing unless stderr is a terminal
 * ui_progress_done() - wipe it. Call before any other output.
 *
 * Cheap to call often: it writes at most ten times a second.
 */
void ui_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ui_progress_done(void);

#endif
