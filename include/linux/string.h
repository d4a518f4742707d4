/* SPDX-License-Identifier: MIT */
/*
 * The C library's string functions. In code built by `armdma cc` the memory
 * functions are wrapped, so that they access simulated memory as the CPU does.
 */
#ifndef _ARMDMA_LINUX_STRING_H
#define _ARMDMA_LINUX_STRING_H

#include_next <linux/string.h>
#include <string.h>
#include <linux/errno.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * strscpy() - copy @src, as far as @size bytes with the NUL allow
 * Return: bytes copied without the NUL; -E2BIG when it was cut, or @size is 0.
 */
static inline ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);
	return (ssize_t)len;
}

/** The text without blanks before, and with its NUL moved before those behind. */
static inline char *strim(char *s)
{
	size_t len = strlen(s);

	while (len && strchr(" \t\n\v\f\r", s[len - 1]))
		s[--len] = '\0';
	while (*s && strchr(" \t\n\v\f\r", *s))
		s++;
	return s;
}

#ifdef __cplusplus
}
#endif

#endif
