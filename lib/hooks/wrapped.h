/* SPDX-License-Identifier: MIT */
/*
 * The C library's functions that touch the caller's memory and that a driver
 * calls: each is linked with --wrap, and compiled as a call (-fno-builtin). The
 * one list of them, for string.c and for `armdma cc`.
 */
#ifndef LIB_HOOKS_WRAPPED_H
#define LIB_HOOKS_WRAPPED_H

#define WRAPPED_FUNCTIONS(X)							\
	X(memcpy) X(mempcpy) X(memmove) X(memset) X(memcmp) X(bcmp) X(memchr)	\
	X(strlen) X(strnlen) X(strcmp) X(strncmp) X(strchr) X(strrchr)		\
	X(strcpy) X(stpcpy) X(strncpy) X(strcat) X(strncat)

#endif
