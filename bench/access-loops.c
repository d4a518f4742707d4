/* SPDX-License-Identifier: MIT */
/* Compiled once for each HOW of access-loops.h. */
#include "access-loops.h"

#define PASTED(a, b)	a##_##b
#define OF(how, name)	PASTED(how, name)
#define LOOP(name)	OF(HOW, name)
#define LOAD(a, p)	OF(HOW, load)(a, p)
#define STORE(a, p, v)	OF(HOW, store)(a, p, v)

static volatile uint32_t sink;

void LOOP(read)(void *arg, size_t nr)
{
	struct loop_arg *keep = arg, a = *keep;
	size_t mask = a.nr - 1, at = a.at;
	uint32_t sum = 0;

	for (size_t end = at + nr; at < end; at++)
		sum += LOAD(&a, &a.words[at & mask]);
	sink = sum;
	keep->at = at;
}

void LOOP(write)(void *arg, size_t nr)
{
	struct loop_arg *keep = arg, a = *keep;
	size_t mask = a.nr - 1, at = a.at;

	for (size_t end = at + nr; at < end; at++)
		STORE(&a, &a.words[at & mask], (uint32_t)at);
	keep->at = at;
}

/* Upper bits of a linear congruential generator: its lower ones are no good. */
void LOOP(random)(void *arg, size_t nr)
{
	struct loop_arg *keep = arg, a = *keep;
	unsigned shift = 64 - (unsigned)__builtin_ctzl(a.nr);
	uint64_t x = a.at;
	uint32_t sum = 0;

	while (nr--) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		sum += LOAD(&a, &a.words[x >> shift]);
	}
	sink = sum;
	keep->at = x;
}

/* Word by word, as a driver copies: two accesses each. */
void LOOP(copy)(void *arg, size_t nr)
{
	struct loop_arg *keep = arg, a = *keep;
	size_t mask = a.nr / 2 - 1, at = a.at;
	uint32_t *to = a.words + a.nr / 2;

	for (size_t end = at + nr / 2; at < end; at++)
		STORE(&a, &to[at & mask], LOAD(&a, &a.words[at & mask]));
	keep->at = at;
}
