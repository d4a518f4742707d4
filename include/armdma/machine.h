/* SPDX-License-Identifier: MIT */
/*
 * A machine: CPUs, caches that carry data, a bus, DRAM and DMA masters, built
 * from a board and driven by one thread (exact gear) or many (fast gear).
 *
 *      the window: 4 GiB of host address space, 4 GiB-aligned
 *      low 32 bits of a host pointer into it = the Arm virtual address
 *
 *   cpu --MMU--> [ L1 ] --> [ outer ] --> DRAM <-- master (may snoop)
 *                inner       outer        dram       image of each view
 *
 * One image per point of view, indexed by DRAM offset: a cacheable page of the
 * window is a host mapping of the inner image, an uncached page one of DRAM (or
 * of the nc image where an outer cache answers uncached reads). The window is
 * only ever right *after* cpu_before_load()/cpu_before_store() for that access:
 * that is what the compiler hooks, and the explicit accessors of cpu.h, do.
 *
 * Each CPU has level 1 caches and TLBs of its own. Leaves out: timing.
 *
 * Every free choice of the hardware comes from one chooser, seeded: the same
 * seed and the same calls give the same machine, byte for byte.
 */
#ifndef ARMDMA_MACHINE_H
#define ARMDMA_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <glib.h>
#include <armdma/board.h>

#ifdef __cplusplus
extern "C" {
#endif

struct machine;
typedef struct machine machine;

/** The gear is decided once and outside the hot path. */
enum machine_gear {
	GEAR_EXACT,	/* caches hold bytes; one thread at a time */
	GEAR_FAST	/* memory is coherent, threads run in parallel; maintenance only counts */
};

/** Who answers when Arm leaves the hardware free. */
enum chooser_mode {
	CHOOSER_NOMINAL,	/* nothing happens that nobody asked for */
	CHOOSER_RANDOM,		/* fills, evictions and delays of stores, drawn from the seed */
	CHOOSER_LAZY,		/* a store is delayed for as long as nothing forces it out */
	CHOOSER_EVICT,		/* the worst that early evictions and fills can do, greedily */
	CHOOSER_RETAIN,		/* the worst of none: the same fills, and lazy stores */
	CHOOSER_SCRIPT		/* what a script says, and nothing else */
};

/* ---- scripts ------------------------------------------------------- */

/**
 * struct machine_script - a schedule that somebody wrote down: what hardware does unasked,
 *                         and exactly when
 *
 * Text. An action is a line, or a piece between commas; blank lines, and what follows a #,
 * say nothing.
 *
 *	fill PA@N	the line of PA comes into level 1, and level 2 on the way
 *	fill2 PA@N	into level 2 alone
 *	prefetch PA@N	the line after it comes in, as a stream detector would have it
 *	evict PA@N	it leaves level 1, of every CPU; its dirty bytes go outward
 *	evict2 PA@N	it leaves level 2
 *	hold PA@N	what the CPU does as event N, a store or a cache operation, stays in its
 *			store buffer for as long as the architecture allows
 *	turns		agents of machine_run() take turns that are drawn from the seed
 *	delays		what else waits is drawn from it: a PL310's store buffer and background
 *			operations, a CCI-400, IOMMUs
 *
 * PA is any byte of the line, decimal or 0x...; N, from 1, counts the *program's own*
 * events on the line of level 1 that holds PA: each load and store of a CPU, each cache
 * operation by address that was asked for, by CP15 or by registers of an outer cache, each
 * read and write of a master. What a chooser inserts never counts, so an action can be added
 * or taken away, and the others stay where they are. Only watched lines (armdma/observe.h)
 * count. An access of several lines is one event on each of them.
 *
 * An action comes right before event N, and with a + after it, as in fill 0x80001040@3+,
 * right after it; several at one point in the order of the text. One that is not legal
 * then is skipped and counted: a fill needs a live cacheable translation and, below, a line
 * that is not there; an eviction one that is there; a hold a store to memory of which stores
 * may be late. Nothing else happens unasked.
 *
 * A program that harness_start() reads options for takes it from its environment, within the
 * list or from a file: ARMDMA_OPTIONS='script=fill 0x80001040@3,evict 0x80001040@4',
 * ARMDMA_OPTIONS=script=@FILE.
 */
struct machine_script;
typedef struct machine_script machine_script;

/**
 * machine_script_parse() - read a schedule
 * @error: one sentence that names the action
 *
 * Return: yours to machine_script_free(), or NULL. No action at all is a script, too.
 */
struct machine_script *machine_script_parse(const char *text, GError **error);
void machine_script_free(struct machine_script *s);	/* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(machine_script, machine_script_free)

/** Its actions, in order, with commas between them: reads back as the same. Yours. */
char *machine_script_text(const struct machine_script *s);
size_t machine_script_length(const struct machine_script *s);	/* actions */

/**
 * struct machine_script_outcome - what became of a script's actions so far
 * @nr_done:    taken
 * @nr_skipped: not legal when their time came
 * @nr_waiting: their time has not come, or never will
 */
struct machine_script_outcome {
	uint64_t nr_done, nr_skipped, nr_waiting;
};
void machine_script_ask(const struct machine *m, struct machine_script_outcome *ret);

/**
 * machine_count_events() - count events as scripts do, from now on
 *
 * Where the chooser acts, or records, they are counted from the start. Exact gear; costs a
 * little at each event of a watched line. False: the host has no room for the counts.
 *
 * machine_nr_events() - how many the line of @pa has had, the one under way included
 *
 * So an observer who is told of an event asks for its N. 0 where nobody counts.
 */
bool machine_count_events(struct machine *m);
uint32_t machine_nr_events(const struct machine *m, uint64_t pa);

/* ---- building -------------------------------------------------------- */

/** How much a TLB holds. */
enum tlb_capacity {
	TLB_UNBOUNDED,	/* all until it is invalidated: a forgotten invalidation is seen */
	TLB_REAL	/* entries and ways of the part, where they are known; the oldest leaves */
};

/**
 * enum pl310_erratum - defects of old revisions of the PL310, as switches
 *
 * The ID register shows the newest revision that has all of those that are set, so that
 * drivers choose their workarounds; with none set that is r3p2, which has none of them.
 * No revision has both 588369 and any of 727915, 752271 and 753970. Source: Arm's errata
 * as Linux (arch/arm/mm/cache-l2x0.c) and NXP's IMX6DQCE tell of them.
 */
enum pl310_erratum {
	ERRATUM_588369 = 1 << 0,	/* r0p0-r1p0: clean+invalidate leaves clean lines */
	ERRATUM_727915 = 1 << 1,	/* r2p0-r3p0: a write during clean+invalidate by way
					 * is lost */
	ERRATUM_752271 = 1 << 2,	/* r3p0-r3p1: a double linefill loses the dirty line
					 * whose place it takes */
	ERRATUM_753970 = 1 << 3,	/* r3p0: after a sync the store buffer never merges */
	ERRATUM_769419 = 1 << 4,	/* r0p0-r3p1: the store buffer never drains by itself */
};

/**
 * struct machine_config - what machine_new() builds
 * @board:   borrowed; must outlive the machine
 * @gear:    exact or fast
 * @chooser: how free choices are made (exact gear only)
 * @seed:    of the chooser; any value, 0 included
 * @tlb:     capacity of the TLBs (exact gear only)
 * @errata:  set of enum pl310_erratum; boards without a PL310 ignore it
 * @script:  of CHOOSER_SCRIPT, NULL: nothing; used by machine_new() only
 * @record:  NULL, or where each action that is taken unasked is written as a script's, one
 *           a line, at once (exact gear only); borrowed. A run of CHOOSER_SCRIPT with that
 *           script and the same seed takes the same ones, but for when a store drains that
 *           was held, and for stores to memory that is not watched: neither is written
 */
struct machine_config {
	const struct board *board;
	enum machine_gear gear;
	enum chooser_mode chooser;
	uint64_t seed;
	enum tlb_capacity tlb;
	unsigned errata;
	const struct machine_script *script;
	FILE *record;
};

/**
 * machine_new() - build a machine: reset state, MMU off, caches empty, DRAM zero
 * @error: BOARD_ERROR_UNSUPPORTED as board_check() says it, or for errata that no
 *         revision of the PL310 has all of, or
 *         BOARD_ERROR_UNREADABLE when the host has no room for the images
 *
 * At most 16 machines live at once in one process.
 * Return: a machine, yours to machine_free(); NULL on failure.
 */
struct machine *machine_new(const struct machine_config *cfg, GError **error);
void machine_free(struct machine *m);	/* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(machine, machine_free)

const struct board *machine_board(const struct machine *m);
enum machine_gear machine_gear(const struct machine *m);
uint64_t machine_seed(const struct machine *m);

/** Simulated order: counts every event of the machine that an observer could see. */
uint64_t machine_step(const struct machine *m);

/**
 * machine_moment() - a number that rises with each call, and with each invalidation of an
 *                    IOMMU: what came first, where steps are equal
 *
 * Exact gear.
 */
uint64_t machine_moment(struct machine *m);

/** A slot for the software that runs on the machine; the machine never looks into it. */
void machine_set_software(struct machine *m, void *software);
void *machine_software(const struct machine *m);

/* ---- the window --------------------------------------------------- */

/** Base of the 4 GiB window in the host; 4 GiB-aligned. */
void *machine_window(const struct machine *m);

/** Host pointer for Arm virtual address @va. */
static inline void *machine_ptr(const struct machine *m, uint32_t va)
{
	return (char *)machine_window(m) + va;
}

/** The machine whose window holds @p, or NULL: then @p is not simulated memory. */
struct machine *machine_of(const void *p);

/* ---- what an observer, a test or a report may look at -------------- */

enum machine_view {
	VIEW_CPU,	/* what a cacheable load of the CPU that ran last would return
			 * now, store buffers apart */
	VIEW_OUTER,	/* what a reader below L1 would see: outer if valid, else DRAM */
	VIEW_DRAM,	/* what a master that does not snoop reads */
	NR_VIEWS
};

/**
 * machine_peek() - bytes of DRAM as one point of view holds them; moves nothing
 * @pa:  physical, any alignment
 * @len: bytes
 *
 * Return: false if [pa, pa + len) is not all DRAM; @buf is then untouched.
 */
bool machine_peek(const struct machine *m, enum machine_view view, uint64_t pa,
		  void *buf, size_t len);

/**
 * machine_lay_held_over() - what [@pa, @pa + @len) would hold without store buffers
 * @buf: what somebody read there; stores that are still held are laid over it
 */
void machine_lay_held_over(const struct machine *m, uint64_t pa, void *buf, size_t len);

/** Is [pa, pa + len) all DRAM, in one bank? */
bool machine_is_dram(const struct machine *m, uint64_t pa, uint64_t len);

/** Smallest and largest line of all data caches, bytes: CTR.DminLine and the CWG. */
unsigned machine_line_min(const struct machine *m);
unsigned machine_line_max(const struct machine *m);

/** State of the line that holds @pa at a level: 1 is L1D, any CPU's; 2 the next. */
struct line_state {
	bool is_valid;
	bool is_dirty;
	bool is_speculative;	/* filled though nobody asked */
};
struct line_state machine_line(const struct machine *m, int level, uint64_t pa);

/**
 * struct machine_counters - exact, deterministic event counts
 *
 * "Lines" are lines of that level. In the fast gear the operations are counted
 * and the effects (write-backs, fills) stay 0. [0] is L1D, [1] the level below.
 */
struct machine_counters {
	struct {
		uint64_t cleaned;	/* lines a clean or clean+invalidate was asked for */
		uint64_t invalidated;	/* lines an invalidate or clean+invalidate was asked for */
		uint64_t written_back;	/* lines whose dirty bytes really moved outward */
		uint64_t dropped;	/* dirty lines that an invalidate threw away */
		uint64_t filled;	/* lines brought in, speculative ones included */
		uint64_t speculated;	/* of those, the ones nobody asked for */
		uint64_t evicted;	/* lines that left for want of room */
	} level[2];
	uint64_t outer_syncs;		/* PL310 cache sync operations */
	uint64_t outer_merges;		/* writes that its store buffer merged into another */
	uint64_t tlb_fills, tlb_invalidations;
	uint64_t tlb_evictions;		/* for want of room: TLB_REAL */
	uint64_t tlb_conflicts;		/* entries that a leaf of another size displaced */
	uint64_t barriers;		/* DSB and DMB */
	uint64_t dma_read_bytes, dma_write_bytes;
	uint64_t faults;		/* aborts and bus errors */
};

/** Sum over all CPUs. Fast gear: exact only while no other thread runs. */
void machine_count(const struct machine *m, struct machine_counters *ret_counters);

#ifdef __cplusplus
}
#endif
#endif
