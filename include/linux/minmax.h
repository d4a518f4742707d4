/* SPDX-License-Identifier: MIT */
/*
 * The smaller and the larger of two values of one type; each argument is
 * evaluated once. C++ has its own, and these names as macros would break its
 * headers.
 */
#ifndef _ARMDMA_LINUX_MINMAX_H
#define _ARMDMA_LINUX_MINMAX_H

#define __min_of(type, a, b) __extension__({	\
	type __mm_a = (a);			\
	type __mm_b = (b);			\
	__mm_a < __mm_b ? __mm_a : __mm_b; })
#define __max_of(type, a, b) __extension__({	\
	type __mm_a = (a);			\
	type __mm_b = (b);			\
	__mm_a > __mm_b ? __mm_a : __mm_b; })

#ifndef __cplusplus
#define min(a, b)		__min_of(__typeof__((a) + 0), a, b)
#define max(a, b)		__max_of(__typeof__((a) + 0), a, b)
#define swap(a, b) do {				\
	__typeof__(a) __swap_tmp = (a);		\
	(a) = (b);				\
	(b) = __swap_tmp;			\
} while (0)
#endif

#define min_t(type, a, b)	__min_of(type, a, b)
#define max_t(type, a, b)	__max_of(type, a, b)
#define clamp_t(type, v, lo, hi) min_t(type, max_t(type, v, lo), hi)

/* The smaller one, where 0 stands for "no limit". */
#define min_not_zero(a, b) __extension__({			\
	__typeof__((a) + 0) __mnz_a = (a);			\
	__typeof__((b) + 0) __mnz_b = (b);			\
	__mnz_a == 0 ? __mnz_b :				\
	__mnz_b == 0 || __mnz_a < __mnz_b ? __mnz_a : __mnz_b; })

#endif
