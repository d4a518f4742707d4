/* SPDX-License-Identifier: MIT */
/* The loops of bench/hooks, each compiled with hooks and without. */
#ifndef BENCH_HOOKS_LOOPS_H
#define BENCH_HOOKS_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#define LOOP_BYTES	(8 * 1024)	/* of the buffers: both stay in the model's L1D */
#define COPY_BYTES	1024

struct loop_arg {
	uint32_t *to, *from;
};

#define DECLARE_LOOPS(kind)			\
	void kind##_load(void *arg, size_t nr);	\
	void kind##_store(void *arg, size_t nr); \
	void kind##_update(void *arg, size_t nr); \
	void kind##_copy(void *arg, size_t nr)

DECLARE_LOOPS(native);
DECLARE_LOOPS(hooked);

#endif
