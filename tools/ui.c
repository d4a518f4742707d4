/* SPDX-License-Identifier: MIT */
/*
 * Text for people: style, width, sizes and a line of progress.
 */
#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui.h"

#define DEFAULT_WIDTH	80
#define MIN_WIDTH	40
#define MAX_WIDTH	1000
#define PROGRESS_US	(G_USEC_PER_SEC / 10)

static const char *const escapes[NR_UI_STYLES] = {
	[UI_PLAIN]  = "\033[0m",
	[UI_BOLD]   = "\033[1m",
	[UI_FAINT]  = "\033[2m",
	[UI_RED]    = "\033[31m",
	[UI_GREEN]  = "\033[32m",
	[UI_YELLOW] = "\033[33m",
};

bool ui_is_terminal(FILE *out)
{
	return isatty(fileno(out));
}

static bool has_colour(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	if (!term || strcmp(term, "dumb") == 0)
		return false;
	return ui_is_terminal(out);
}

const char *ui_style(FILE *out, enum ui_style style)
{
	g_assert((unsigned)style < NR_UI_STYLES);
	return has_colour(out) ? escapes[style] : "";
}

unsigned ui_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize window;
	guint64 width;

	if (columns && g_ascii_string_to_unsigned(columns, 10, 1, MAX_WIDTH, &width, NULL))
		return MAX(width, MIN_WIDTH);
	if (ioctl(fileno(out), TIOCGWINSZ, &window) == 0 && window.ws_col)
		return CLAMP(window.ws_col, MIN_WIDTH, MAX_WIDTH);
	return DEFAULT_WIDTH;
}

char *ui_fit(FILE *out, char *line)
{
	size_t width = ui_width(out);

	if (ui_is_terminal(out) && (size_t)g_utf8_strlen(line, -1) > width)
		strcpy(g_utf8_offset_to_pointer(line, width - 3), "...");
	return line;
}

char *ui_bytes(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;

	while (unit + 1 < G_N_ELEMENTS(units) && bytes >> (10 * (unit + 1)))
		unit++;

	uint64_t one = UINT64_C(1) << (10 * unit);

	if (bytes % one == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT " %s", bytes / one, units[unit]);
	return g_strdup_printf("%.1f %s", (double)bytes / (double)one, units[unit]);
}

char *ui_count(uint64_t n)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, n);
	size_t len = strlen(digits);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			g_string_append_c(text, ',');
		g_string_append_c(text, digits[i]);
	}
	return g_string_free(text, FALSE);
}

void ui_wrap(FILE *out, const char *first, const char *text)
{
	size_t indent = g_utf8_strlen(first, -1), width = ui_width(out), column = indent;
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	fputs(first, out);
	for (char **word = words; *word; word++) {
		size_t len = g_utf8_strlen(*word, -1);

		if (column > indent && column + 1 + len > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fputs(*word, out);
		column += len;
	}
	fputc('\n', out);
}

static gint64 progress_last_us;
static bool progress_is_shown;

void ui_progress(const char *format, ...)
{
	gint64 now = g_get_monotonic_time();
	va_list args;

	if (!ui_is_terminal(stderr) || now - progress_last_us < PROGRESS_US)
		return;
	progress_last_us = now;
	progress_is_shown = true;

	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	fprintf(stderr, "\r\033[K%.*s", (int)ui_width(stderr) - 1, text);
}

void ui_progress_done(void)
{
	if (progress_is_shown)
		fputs("\r\033[K", stderr);
	progress_is_shown = false;
}
