/* SPDX-License-Identifier: MIT */
/* Messages and warnings of the code under test: one line each, unbuffered. */
#include <stdarg.h>
#include <string.h>
#include <glib.h>
#include <linux/bug.h>
#include <linux/printk.h>

#include "port.h"

static FILE *sink;

void printk_redirect(FILE *to)
{
	sink = to;
}

static FILE *out(void)
{
	return sink ? sink : stderr;
}

int _printk(const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (fmt[0] == KERN_SOH[0] && fmt[1])
		fmt += 2;
	va_start(args, fmt);
	text = kernel_vasprintf(fmt, args);
	va_end(args);
	return fputs(text, out()) < 0 ? -1 : (int)strlen(text);
}

/* The build's folders are not part of a report. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void warn_slowpath_fmt(const char *file, int line, const char *func, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = kernel_vasprintf(fmt, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';
	fprintf(out(), "WARNING: %s:%d %s(): %s\n", base_name(file), line, func, text);
}

void panic(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';
	fprintf(out(), "Kernel panic - not syncing: %s\n", text);
}

void printk_sleeping(const char *file, int line)
{
	fprintf(out(), "BUG: sleeping function called from invalid context at %s:%d\n",
		base_name(file), line);
}
