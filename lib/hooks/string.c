/* SPDX-License-Identifier: MIT */
/*
 * memcpy() and its family on simulated memory. The C library is not compiled
 * with hooks, so a program of ours is linked with --wrap=memcpy and so on: the
 * driver's calls come here, and __real_memcpy() is the C library's.
 *
 *	memcpy, memmove, memset, memcmp		line by line
 *	strlen, strcmp, strcpy...		byte by byte, as the kernel's own do
 *
 * A block is moved before the next one is announced: a store's value is picked
 * up by the next event. Strings go by bytes so that no byte behind the end of one
 * counts as read. Where no pointer is simulated, the C library does it all.
 *
 * Leaves out: everything else of the C library that takes a pointer (printf's
 * %s, read(), qsort()...): on simulated memory they see what lies in the window.
 */
#include <string.h>

#include "hooks.h"
#include "wrapped.h"

/* The linker makes these names; nobody else calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define DECLARE_REAL(name)	extern typeof(name) __real_##name;
WRAPPED_FUNCTIONS(DECLARE_REAL)

/* Bytes from @p to the end of its line; no limit where there are no lines. */
static size_t to_line_end(const void *p)
{
	size_t line;

	if (!hooks_is_simulated(p) || !window_of(p))
		return SIZE_MAX;
	line = (size_t)1 << hooks_window(p)->line_shift;
	return line - ((uintptr_t)p & (line - 1));
}

static size_t block(size_t len, const void *a, const void *b)
{
	size_t most = to_line_end(a);
	size_t other = to_line_end(b);

	if (other < most)
		most = other;
	return len < most ? len : most;
}

static bool either_is_simulated(const void *a, const void *b)
{
	return hooks_is_simulated(a) || hooks_is_simulated(b);
}

static void copy_block(char *to, const char *from, size_t len, const void *site)
{
	hook_load_range(from, len, site);
	hook_store_range(to, len, site);
	__real_memmove(to, from, len);
}

static void copy_up(char *to, const char *from, size_t len, const void *site)
{
	size_t n;

	for (; len; to += n, from += n, len -= n) {
		n = block(len, to, from);
		copy_block(to, from, n, site);
	}
}

/* The block that ends at @end is as long as what its line holds of it. */
static size_t from_line_start(const void *end)
{
	const char *last = (const char *)end - 1;
	size_t line;

	if (!hooks_is_simulated(last) || !window_of(last))
		return SIZE_MAX;
	line = (size_t)1 << hooks_window(last)->line_shift;
	return ((uintptr_t)last & (line - 1)) + 1;
}

static void copy_down(char *to, const char *from, size_t len, const void *site)
{
	while (len) {
		size_t n = len;

		if (from_line_start(to + len) < n)
			n = from_line_start(to + len);
		if (from_line_start(from + len) < n)
			n = from_line_start(from + len);
		len -= n;
		copy_block(to + len, from + len, n, site);
	}
}

void *__wrap_memcpy(void *to, const void *from, size_t len)
{
	if (!either_is_simulated(to, from))
		return __real_memcpy(to, from, len);
	copy_up(to, from, len, hook_site());
	return to;
}

void *__wrap_mempcpy(void *to, const void *from, size_t len)
{
	if (!either_is_simulated(to, from))
		return __real_mempcpy(to, from, len);
	copy_up(to, from, len, hook_site());
	return (char *)to + len;
}

void *__wrap_memmove(void *to, const void *from, size_t len)
{
	if (!either_is_simulated(to, from))
		return __real_memmove(to, from, len);
	if ((uintptr_t)to - (uintptr_t)from < len)
		copy_down(to, from, len, hook_site());
	else
		copy_up(to, from, len, hook_site());
	return to;
}

void *__wrap_memset(void *to, int byte, size_t len)
{
	char *at = to;
	size_t n;

	if (!hooks_is_simulated(to))
		return __real_memset(to, byte, len);
	for (; len; at += n, len -= n) {
		n = block(len, at, at);
		hook_store_range(at, n, hook_site());
		__real_memset(at, byte, n);
	}
	return to;
}

static int compare(const char *a, const char *b, size_t len, const void *site)
{
	int order = 0;
	size_t n;

	for (; len && !order; a += n, b += n, len -= n) {
		n = block(len, a, b);
		hook_load_range(a, n, site);
		hook_load_range(b, n, site);
		order = __real_memcmp(a, b, n);
	}
	return order;
}

int __wrap_memcmp(const void *a, const void *b, size_t len)
{
	if (!either_is_simulated(a, b))
		return __real_memcmp(a, b, len);
	return compare(a, b, len, hook_site());
}

int __wrap_bcmp(const void *a, const void *b, size_t len)
{
	if (!either_is_simulated(a, b))
		return __real_bcmp(a, b, len);
	return compare(a, b, len, hook_site());
}

/* ---- bytes ---------------------------------------------------------- */

static unsigned char get(const char *p, const void *site)
{
	hook_load(p, 1, site);
	return *(const unsigned char *)p;
}

static void put(char *p, char byte, const void *site)
{
	hook_store(p, 1, site);
	*p = byte;
}

static size_t length(const char *s, size_t most, const void *site)
{
	size_t n = 0;

	while (n < most && get(s + n, site))
		n++;
	return n;
}

static int compare_strings(const char *a, const char *b, size_t most, const void *site)
{
	for (size_t i = 0; i < most; i++) {
		int x = get(a + i, site);
		int y = get(b + i, site);

		if (x != y || !x)
			return x - y;
	}
	return 0;
}

/* Copies at most @most bytes of @from, the NUL included; returns where it ended. */
static char *copy_string(char *to, const char *from, size_t most, const void *site)
{
	for (; most; most--, to++, from++) {
		put(to, get(from, site), site);
		if (!*from)
			break;
	}
	return to;
}

void *__wrap_memchr(const void *s, int byte, size_t len)
{
	const char *p = s;

	if (!hooks_is_simulated(s))
		return __real_memchr(s, byte, len);
	for (size_t i = 0; i < len; i++) {
		if (get(p + i, hook_site()) == (unsigned char)byte)
			return (char *)p + i;
	}
	return NULL;
}

size_t __wrap_strlen(const char *s)
{
	if (!hooks_is_simulated(s))
		return __real_strlen(s);
	return length(s, SIZE_MAX, hook_site());
}

size_t __wrap_strnlen(const char *s, size_t most)
{
	if (!hooks_is_simulated(s))
		return __real_strnlen(s, most);
	return length(s, most, hook_site());
}

int __wrap_strcmp(const char *a, const char *b)
{
	if (!either_is_simulated(a, b))
		return __real_strcmp(a, b);
	return compare_strings(a, b, SIZE_MAX, hook_site());
}

int __wrap_strncmp(const char *a, const char *b, size_t most)
{
	if (!either_is_simulated(a, b))
		return __real_strncmp(a, b, most);
	return compare_strings(a, b, most, hook_site());
}

char *__wrap_strchr(const char *s, int byte)
{
	if (!hooks_is_simulated(s))
		return __real_strchr(s, byte);
	for (;; s++) {
		if (get(s, hook_site()) == (unsigned char)byte)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *__wrap_strrchr(const char *s, int byte)
{
	const char *found = NULL;

	if (!hooks_is_simulated(s))
		return __real_strrchr(s, byte);
	for (;; s++) {
		if (get(s, hook_site()) == (unsigned char)byte)
			found = s;
		if (!*s)
			return (char *)found;
	}
}

char *__wrap_strcpy(char *to, const char *from)
{
	if (!either_is_simulated(to, from))
		return __real_strcpy(to, from);
	copy_string(to, from, SIZE_MAX, hook_site());
	return to;
}

char *__wrap_stpcpy(char *to, const char *from)
{
	if (!either_is_simulated(to, from))
		return __real_stpcpy(to, from);
	return copy_string(to, from, SIZE_MAX, hook_site());
}

char *__wrap_strncpy(char *to, const char *from, size_t len)
{
	const void *site = hook_site();
	char *end;

	if (!either_is_simulated(to, from))
		return __real_strncpy(to, from, len);
	for (end = copy_string(to, from, len, site); end < to + len; end++)
		put(end, 0, site);
	return to;
}

char *__wrap_strcat(char *to, const char *from)
{
	const void *site = hook_site();

	if (!either_is_simulated(to, from))
		return __real_strcat(to, from);
	copy_string(to + length(to, SIZE_MAX, site), from, SIZE_MAX, site);
	return to;
}

char *__wrap_strncat(char *to, const char *from, size_t most)
{
	const void *site = hook_site();
	size_t len;

	if (!either_is_simulated(to, from))
		return __real_strncat(to, from, most);
	len = length(from, most, site);
	to += length(to, SIZE_MAX, site);
	copy_string(to, from, len, site);
	put(to + len, 0, site);
	return to;
}
