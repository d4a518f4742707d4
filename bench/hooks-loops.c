/* SPDX-License-Identifier: MIT */
/* Compiled twice, with LOOP(name) as native_##name and as hooked_##name. */
#include <string.h>

#include "hooks-loops.h"

#define MASK	(LOOP_BYTES / sizeof(uint32_t) - 1)

static volatile uint32_t sink;

void LOOP(load)(void *arg, size_t nr)
{
	const struct loop_arg *a = arg;
	const uint32_t *from = a->from;
	uint32_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += from[i & MASK];
	sink = sum;
}

void LOOP(store)(void *arg, size_t nr)
{
	const struct loop_arg *a = arg;
	uint32_t *to = a->to;

	for (size_t i = 0; i < nr; i++)
		to[i & MASK] = (uint32_t)i;
}

void LOOP(update)(void *arg, size_t nr)
{
	const struct loop_arg *a = arg;
	uint32_t *to = a->to;

	for (size_t i = 0; i < nr; i++)
		to[i & MASK] += 3;
}

void LOOP(copy)(void *arg, size_t nr)
{
	const struct loop_arg *a = arg;

	for (size_t i = 0; i < nr; i++)
		memcpy(a->to, a->from, COPY_BYTES);
}
