/* SPDX-License-Identifier: MIT */
/*
 * A booted machine with one device on it, and verbs to play both sides of DMA:
 * `cpu_` is the driver's side, `device_` the hardware's.
 *
 * Tests are run on every platform that fits: each states what it needs and where it
 * makes no sense, and rig_run() makes a test "NAME@PLATFORM" of each pair.
 *
 *	static const struct rig_test tests[] = {
 *		//                                       needs   never
 *		TEST_ON(the_cpu_sees_what_came,          0,      0),
 *		TEST_ON(a_late_write_stays_in_the_cache, 0,      ON_COHERENT),
 *	};
 */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

/* What a platform is. */
#define ON_COHERENT	(1u << 0)	/* the device snoops */
#define ON_PL310	(1u << 1)	/* an outer cache that CP15 does not reach */
#define ON_LEGACY	(1u << 2)	/* coherent memory is mapped twice */
#define ON_BOUNCE	(1u << 3)	/* every streaming mapping bounces */
#define ON_LINE32	(1u << 4)	/* L1D lines of 32 bytes; else 64 */
#define ON_UP		(1u << 5)	/* one CPU */
#define ON_FAST		(1u << 6)	/* the fast gear */
#define ON_OVERRIDE	(1u << 7)	/* PL310 with shared override */
#define ON_V6		(1u << 8)	/* its cache loops */
#define ON_V5		(1u << 9)	/* the same; nothing to do after DMA */
#define ON_ONE_LEVEL	(1u << 10)	/* no second level at all */
#define ON_READ_ALLOCATE (1u << 11)	/* no level takes in a store that misses */
#define ON_ALIASING	(1u << 12)	/* L1D tells virtual addresses of a page apart */
#define ON_AURORA	(1u << 13)	/* an outer cache that takes ranges, write-through */
#define ON_REMAP	(1u << 14)	/* coherent memory as Linux without CMA has it */
#define ON_POOL		(1u << 15)	/* all of it from the atomic pool */
#define ON_CARVEOUT	(1u << 16)	/* all of it from memory that is not in the linear map */
#define ON_HIGHMEM	(1u << 17)	/* all of it from highmem */
#define ON_TWICE	(ON_LEGACY | ON_REMAP)	/* a cached mapping stays */
#define ON_ELSEWHERE	(ON_CARVEOUT | ON_HIGHMEM)	/* the linear map has not got it */

/* @cpu: in the place of the board's own, as board_set_cpu() takes it; NULL: none. */
struct platform {
	const char *name;
	const char *board;
	unsigned is;
	enum coherent_strategy coherent;
	const char *cpu;
};

struct rig {
	const struct platform *on;
	struct harness *h;
	struct machine *m;
	struct cpu *cpu;
	struct device *dev;
	struct master *hw;
	struct machine_counters at_mark;
	char what[64];			/* is being counted; "" is fine */
};

struct rig_test {
	const char *name;
	void (*body)(struct rig *rig);
	unsigned needs, never;
};
#define TEST_ON(body, needs, never)	{ #body, body, needs, never }

/* Run all that fit; the return value of main(). */
int rig_run(const struct rig_test *tests, size_t nr_tests);
/* On these platforms as well: coherent memory by each other strategy. */
int rig_run_strategies(const struct rig_test *tests, size_t nr_tests);
/* On platforms of a test's own choice alone. */
int rig_run_on(const struct platform *where, size_t nr_platforms,
	       const struct rig_test *tests, size_t nr_tests);

/* Of a test's own making: NULL board and zero flags are the platform's. */
struct rig *rig_new(const struct platform *on, enum chooser_mode chooser, uint64_t seed);
void rig_free(struct rig *rig);

/* ---- bytes: strings without their NUL --------------------------------------- */

void cpu_writes(struct rig *rig, void *p, const char *text);
void expects_cpu_reads(struct rig *rig, const void *p, const char *text);
void device_writes(struct rig *rig, dma_addr_t dma, const char *text);
void expects_device_reads(struct rig *rig, dma_addr_t dma, const char *text);

/* Read the lines of [@p, +@len), so that a store to them hits in any cache. */
void cpu_holds(struct rig *rig, const void *p, size_t len);

/* @len bytes of a pattern that depends on @salt and the place in it. */
void cpu_fills(struct rig *rig, void *p, size_t len, unsigned salt);
void expects_cpu_finds(struct rig *rig, const void *p, size_t len, unsigned salt);
void expects_cpu_zeros(struct rig *rig, const void *p, size_t len);
void device_fills(struct rig *rig, dma_addr_t dma, size_t len, unsigned salt);
void expects_device_finds(struct rig *rig, dma_addr_t dma, size_t len, unsigned salt);

/* ---- memory and mappings that must succeed ----------------------------------- */

void *allocates(struct rig *rig, size_t len);		/* kzalloc */
dma_addr_t maps(struct rig *rig, void *p, size_t len, enum dma_data_direction dir);

/* ---- cost --------------------------------------------------------------------- */

/* Count from here. */
void marks(struct rig *rig);
/*
 * "L1 c2 i0, L2 c2 i0, syncs 1": lines that cleans and invalidates were asked for
 * since the mark, and syncs of the outer cache. A clean+invalidate is in both.
 */
void expects_work(struct rig *rig, const char *drawing);

/* ---- messages -------------------------------------------------------------------- */

/* From here on what the library prints is kept; expects_warning() ends that. */
void listens(struct rig *rig);
/* What was printed has @text in it; NULL: nothing was printed. */
void expects_warning(struct rig *rig, const char *text);

#endif
