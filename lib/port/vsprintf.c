/* SPDX-License-Identifier: MIT */
/*
 * The kernel's formats: the C library's, and what the kernel puts behind %p. A pointer
 * itself is printed as Arm's where it is one, so that a run says the same each time.
 *
 *	%pa %pad   *phys_addr_t, *dma_addr_t        %pOF %pOFn  a node's path, its name
 *	%pR %pr    a resource                       %pe         an error by its name
 *	%pV        a va_format                      %ps %pS     the function at an address
 *
 * Leaves out: MAC and IP addresses, UUIDs, bitmaps, hex dumps, clocks, files, times: of
 * these the pointer is printed, and then the letters.
 * Linux: lib/vsprintf.c.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/printk.h>

#include "port.h"

/* One conversion: "%-08llx" is @text, up to where the letter of @conv is. */
struct spec {
	char text[32];
	int nr_stars, star[2];
	char len[3];
	char conv;
};

/* ---- reading one ------------------------------------------------------------------ */

/* Return: behind what is one of @set. */
static const char *span(struct spec *s, const char *at, const char *set, size_t max)
{
	size_t n = strspn(at, set);
	size_t used = strlen(s->text);

	n = MIN(n, MIN(max, sizeof(s->text) - 2 - used));
	memcpy(s->text + used, at, n);
	s->text[used + n] = '\0';
	return at + n;
}

/* From behind the '%' on. Return: behind its letter; NULL: there is none. */
static const char *read_spec(struct spec *s, const char *at)
{
	const char *begin;

	*s = (struct spec){ .text = "%" };
	at = span(s, at, "-+ #0", 8);
	begin = at;
	at = span(s, at, "*0123456789", 8);
	if (*at == '.') {
		at = span(s, at, ".", 1);
		at = span(s, at, "*0123456789", 8);
	}
	for (; begin < at && s->nr_stars < 2; begin++)
		s->nr_stars += *begin == '*';
	begin = at;
	at = span(s, at, "hlzjtLq", 2);
	memcpy(s->len, begin, (size_t)(at - begin));
	s->conv = *at;
	if (!*at || strlen(s->text) >= sizeof(s->text) - 2)
		return NULL;
	span(s, at, (const char[]){ *at, '\0' }, 1);
	return at + 1;
}

/* ---- printing one ------------------------------------------------------------------- */

/* The format is made of a checked one, with the width and precision that it asks for. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#define PRINT(out, s, value)							\
	((s)->nr_stars == 0 ? g_string_append_printf(out, (s)->text, value) :	\
	 (s)->nr_stars == 1 ? g_string_append_printf(out, (s)->text, (s)->star[0], value) : \
	 g_string_append_printf(out, (s)->text, (s)->star[0], (s)->star[1], value))

static void print_long(GString *out, const struct spec *s, va_list *ap)
{
	if (!strcmp(s->len, "ll") || s->len[0] == 'q' || s->len[0] == 'L')
		PRINT(out, s, va_arg(*ap, long long));
	else
		PRINT(out, s, va_arg(*ap, long));	/* z, j and t are as wide */
}

static void print_plain(GString *out, const struct spec *s, va_list *ap)
{
	if (s->conv == 's')
		PRINT(out, s, va_arg(*ap, const char *));
	else if (strchr("eEfFgGaA", s->conv))
		PRINT(out, s, va_arg(*ap, double));
	else if (s->len[0] && s->len[0] != 'h')
		print_long(out, s, ap);
	else
		PRINT(out, s, va_arg(*ap, int));
}
#pragma GCC diagnostic pop

static void print_padded(GString *out, const struct spec *s, const char *text)
{
	size_t flags = 1 + strspn(s->text + 1, "-+ #0");
	int width = s->nr_stars ? s->star[0] : atoi(s->text + flags);
	bool is_left = memchr(s->text, '-', flags);

	g_string_append_printf(out, "%*s", is_left ? -width : width, text);
}

static const char *error_name(long err)
{
	return strerrorname_np((int)-err);
}

static void print_error(GString *out, const struct spec *s, const void *p)
{
	g_autofree char *text = NULL;
	const char *name = IS_ERR(p) ? error_name(PTR_ERR(p)) : NULL;

	text = name ? g_strdup_printf("-%s", name) : g_strdup_printf("%ld", PTR_ERR(p));
	print_padded(out, s, text);
}

static void print_resource(GString *out, const struct resource *r)
{
	if (!r)
		g_string_append(out, "(null)");
	else if (resource_type(r) == IORESOURCE_MEM)
		g_string_append_printf(out, "[mem 0x%08llx-0x%08llx]", (unsigned long long)r->start,
				       (unsigned long long)r->end);
	else if (resource_type(r) == IORESOURCE_IRQ)
		g_string_append_printf(out, "[irq %llu]", (unsigned long long)r->start);
	else
		g_string_append_printf(out, "[??? 0x%08llx-0x%08llx flags 0x%lx]",
				       (unsigned long long)r->start, (unsigned long long)r->end,
				       r->flags);
}

static void print_va_format(GString *out, const struct va_format *f)
{
	g_autofree char *text = NULL;
	va_list ap;

	va_copy(ap, *f->va);
	text = kernel_vasprintf(f->fmt, ap);
	va_end(ap);
	g_string_append(out, text);
}

/* A pointer into the window is what Arm has; others are the host's, and only that. */
static void print_pointer(GString *out, const struct spec *s, const void *p)
{
	g_autofree char *text = !p ? g_strdup("(null)") :
		port_of(p) ? g_strdup_printf("%08x", port_va(p)) : g_strdup("(host)");

	print_padded(out, s, text);
}

static void print_function(GString *out, const struct spec *s, const void *p)
{
	Dl_info info;

	if (p && dladdr(p, &info) && info.dli_sname)
		print_padded(out, s, info.dli_sname);
	else
		print_pointer(out, s, p);
}

/* Return: behind the letters that belong to it. */
static const char *print_extended(GString *out, const struct spec *s, const char *at,
				  const void *p)
{
	switch (*at) {
	case 'a':
		g_string_append_printf(out, "0x%016llx",
				       (unsigned long long)*(const phys_addr_t *)p);
		return at + (at[1] == 'd' || at[1] == 'p' ? 2 : 1);
	case 'e':
		print_error(out, s, p);
		return at + 1;
	case 'R':
	case 'r':
		print_resource(out, p);
		return at + 1;
	case 'V':
		print_va_format(out, p);
		return at + 1;
	case 's':
	case 'S':
		print_function(out, s, p);
		return at + 1;
	case 'O':
		if (at[1] != 'F')
			break;
		at += 2 + (at[2] == 'n' || at[2] == 'f');
		print_padded(out, s, !p ? "(null)" : at[-1] == 'n' ?
			     ((const struct device_node *)p)->name :
			     ((const struct device_node *)p)->path);
		return at;
	case 'x':
	case 'K':
		print_pointer(out, s, p);
		return at + 1;
	}
	print_pointer(out, s, p);
	return at;
}

static const char *print(GString *out, struct spec *s, const char *at, va_list *ap)
{
	for (int i = 0; i < s->nr_stars; i++)
		s->star[i] = va_arg(*ap, int);
	if (s->conv == '%')
		g_string_append_c(out, '%');
	else if (s->conv == 'p')
		return print_extended(out, s, at, va_arg(*ap, const void *));
	else
		print_plain(out, s, ap);
	return at;
}

char *kernel_vasprintf(const char *fmt, va_list args)
{
	GString *out = g_string_new(NULL);
	struct spec s;
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		size_t n = strcspn(fmt, "%");
		const char *next;

		g_string_append_len(out, fmt, (gssize)n);
		fmt += n;
		if (!*fmt)
			break;
		next = read_spec(&s, fmt + 1);
		if (!next) {
			g_string_append(out, fmt);
			break;
		}
		fmt = print(out, &s, next, &ap);
	}
	va_end(ap);
	return g_string_free(out, FALSE);
}
