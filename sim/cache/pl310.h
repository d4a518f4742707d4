/* SPDX-License-Identifier: MIT */
/*
 * The register block of an L2C-310 (PL310), through which alone software reaches
 * an outer cache.
 *
 *	0x000 ID      0x100 control (bit 0 enables)    0x730 sync   0x740 the same, see there
 *	0x004 type    0x104 auxiliary control                by PA    by index  by way
 *	0x108 0x10c   latencies                 invalidate   0x770              0x77c
 *	0x200-0x220   counters, interrupts      clean        0x7b0    0x7b8     0x7bc
 *	0x900+8i      lockdown, data            both         0x7f0    0x7f8     0x7fc
 *	0x904+8i      lockdown, instructions    0xc00 0xc04  address filter
 *	0xf40 debug   0xf60 prefetch   0xf80 power
 *
 * Disabled at reset: then the level is bypassed, and keeps what it holds. All accesses
 * are Secure ones.
 *
 * Operations by PA and index and the sync are over with the write. Those by way go on in
 * the background until their register reads as zero; any other operation meanwhile is an
 * error response. How far they are is free: in nominal mode the lines are done at once and
 * the first look sees it; in random mode ways are done one by one while software polls.
 *
 * A pair of lockdown registers is that of a CPU, by its number; other masters use pair 0.
 * When all ways are locked for somebody, his misses allocate nothing.
 *
 * Errata are switches (machine.h):
 *	588369  clean+invalidate leaves the line if it was clean
 *	727915  clean+invalidate by way drops lines that became dirty meanwhile
 *	752271  what the second half of a double linefill pushes out is not written back
 *	753970  after a sync by 0x730, until the next operation, the store buffer holds nothing
 *	769419  the store buffer drains only when forced
 * The two of rare timing (727915, 752271) strike whenever their conditions are met.
 *
 * Leaves out: lockdown by line, parity, TrustZone's NS tag, the two master ports that the
 * address filter chooses from, latencies, full line of zeros, and the speculative read
 * and early response signals. Their registers and bits keep what is written. Change of way
 * size or associativity is ignored: they are pins here. Event counters know the sources
 * CO, DRHIT, DRREQ, DWHIT, DWREQ, DWTREQ and WA; instruction fetches count as data, and
 * are locked out of ways as data: the registers of instruction lockdown keep their value.
 *
 * Spec: DDI 0246A-H, chapter 3 (counters, debug and prefetch control by the copy of it in
 * Microchip's SAMA5D2 data sheet, chapter 14). Linux: arch/arm/mm/cache-l2x0.c.
 */
#ifndef SIM_CACHE_PL310_H
#define SIM_CACHE_PL310_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/cpu.h>

#define PL310_AUX_EXCLUSIVE		(1u << 12)
#define PL310_AUX_SHARED_INVALIDATE	(1u << 13)
#define PL310_AUX_SHARED_OVERRIDE	(1u << 22)
#define PL310_AUX_ROUND_ROBIN		(1u << 25)

/* In ACTLR of Cortex-A9 and A5: the L1 side of the exclusive mode. */
#define ACTLR_EXCL			(1u << 7)

#define PL310_LOCKS	8u

struct machine;

/* What an event counter can be set to count. */
enum pl310_event {
	PL310_EVICTION = 1,		/* CO */
	PL310_READ_HIT = 2,		/* DRHIT */
	PL310_READ = 3,			/* DRREQ */
	PL310_WRITE_HIT = 4,		/* DWHIT */
	PL310_WRITE = 5,		/* DWREQ */
	PL310_WRITE_THROUGH = 6,	/* DWTREQ */
	PL310_WRITE_ALLOCATE = 9,	/* WA */
};

/* An operation by way that is not over yet. */
struct pl310_background {
	uint32_t ways;			/* still to be done, or to be seen done; 0: none runs */
	enum dc_op op;
	bool is_applied;		/* all lines are done; nobody has looked yet */
};

struct pl310 {
	uint32_t aux, prefetch, debug, power;
	uint32_t tag_latency, data_latency;
	uint32_t filter_start, filter_end;
	uint32_t lock_data[PL310_LOCKS], lock_instr[PL310_LOCKS];
	uint32_t event_control, event_config[2], event_count[2];
	uint32_t int_mask, int_raw;
	struct pl310_background background;
	struct stream progress;
	unsigned errata;		/* set of enum pl310_erratum */
};

/* Is there a revision that has all of @errata? */
bool pl310_has_revision(unsigned errata);

/* Reset values from the board; puts the register block on the bus. */
void pl310_init(struct machine *m);

/* Uncached shareable accesses pass this cache by. */
static inline bool pl310_overrides_shared(const struct pl310 *p)
{
	return p->aux & PL310_AUX_SHARED_OVERRIDE;
}

/* Ways that whoever acts now must not allocate in. */
uint32_t pl310_locked(const struct machine *m);

/* Something happened that a counter may be set to count. */
void pl310_count(struct machine *m, enum pl310_event event);

/* ---- pl310-maintain.c: operations ------------------------------------------ */

/* Is @reg one of an operation? */
bool pl310_is_operation(uint64_t reg);
uint32_t pl310_poll(struct machine *m, uint64_t reg);
/* False: an error response, since another operation still runs. */
bool pl310_operate(struct machine *m, struct cpu *c, uint64_t reg, uint32_t value);
/* bus_ops.write_run of the operations by physical address. */
uint32_t pl310_operate_run(struct machine *m, struct cpu *c, uint64_t reg, uint32_t pa,
			   uint32_t step, uint32_t nr);

#endif
