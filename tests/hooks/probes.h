/* SPDX-License-Identifier: MIT */
/*
 * One small function for each way that C touches memory, and which bytes of it the
 * hooks see. probes.c is compiled at every level by every compiler; test-probes.c
 * runs each probe on simulated memory and compares.
 */
#ifndef TESTS_HOOKS_PROBES_H
#define TESTS_HOOKS_PROBES_H

#include <stdint.h>

/** One bit per byte of the first 64 of a buffer. */
typedef uint64_t probe_bytes;

/**
 * struct probe - @run does something to two buffers
 * @loads_to, @stores_to: bytes of the first buffer that must be announced
 * @loads_from, @stores_from: of the second
 * @is_gap: these are not all the bytes that @run touches: docs/driver-tour.md
 *          lists the gap
 */
struct probe {
	const char *name;
	void (*run)(void *to, void *from);
	probe_bytes loads_to, stores_to, loads_from, stores_from;
	int is_gap;
};

/** Ended by a probe without a name. */
extern const struct probe probes[];

#endif
