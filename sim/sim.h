/* SPDX-License-Identifier: MIT */
/*
 * How the parts of a machine hang together. Private to sim/.
 *
 *   machine ---+--- window slot    host mappings that follow the TLB
 *              +--- inner, outer   caches over images of
 *              +--- dram
 *              +--- bus            who else answers at a physical address
 *              +--- cpus, masters  who acts; each CPU has a TLB
 *              +--- chooser, observers
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdalign.h>
#include <glib.h>
#include <armdma/machine.h>
#include <armdma/cpu.h>
#include <armdma/filter.h>
#include <armdma/master.h>
#include <armdma/observe.h>
#include <armdma/window.h>
#include "bus/bus.h"
#include "bus/cci400.h"
#include "cache/icache.h"
#include "cache/inner.h"
#include "cache/outer.h"
#include "cache/aurora.h"
#include "cache/pl310.h"
#include "cache/stb.h"
#include "chooser.h"
#include "cpu/tlb.h"
#include "mem/attrs.h"
#include "mem/dram.h"
#include "order.h"
#include "unasked.h"
#include "mem/notes.h"
#include "mem/pages.h"

#define HOST_LINE	64

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* Who acts now, so that an event deep in a cache can say so. */
struct actor {
	const struct cpu *cpu;
	const struct master *master;
	uint32_t va;
	uint64_t dma, dropped;
	struct mem_attrs attrs;
	const void *site;
};

/*
 * What a plain C access left to do: fetch a store's value, which is in the window, and
 * close the page of a register. The machine's next event does it. At most one at a time.
 */
struct pending {
	struct cpu *cpu;		/* NULL: nothing is pending */
	uint32_t va;
	size_t len;
	bool is_store;
	const void *site;
};

/* Bytes of the inner image that make place for another CPU's until the next event. */
struct lent_line {
	uint64_t slot;
	uint8_t bytes[INNER_MAX_LINE];
};

/* Counted by each CPU for itself, so that threads of the fast gear never share a line. */
struct cpu_counts {
	struct {
		uint64_t cleaned, invalidated;
	} level[2];
	uint64_t outer_syncs;
	uint64_t tlb_fills, tlb_invalidations, tlb_evictions, tlb_conflicts;
	uint64_t barriers;
	uint64_t faults;
};

struct cpu {
	alignas(HOST_LINE) struct machine *machine;
	struct tlb *tlb, *itlb;		/* of data and of instructions: mostly one */
	unsigned idx;
	bool is_user;			/* in user mode; the words of its TLBs say so, too */
	const struct board_cpu *board;
	uint64_t reg[NR_CP15_REGS];	/* what has 32 bits has its high half clear */
	struct cpu_fault fault;
	struct cpu_counts counts;
	struct inner l1;
	struct icache l1i;
};

struct machine {
	/* Read on every access. */
	struct window *window;
	char *window_base;
	bool is_fast;
	bool acts;			/* the chooser does things unasked, at events of lines */
	bool draws_turns;		/* of agents */
	bool draws_delays;		/* of what waits outside of the CPUs */
	bool may_wait;			/* it does not happen at once */
	bool is_quick;			/* quick.h may be tried */
	bool is_telling;		/* an observer is being called */
	unsigned nr_handlers;		/* of bus devices, that are being called */
	struct run *run;		/* several agents at once, or NULL: run.c */
	const void *thread;		/* of the host, that works on it: turns.c; exact gear */
	uint64_t nr_takeovers;		/* by threads that are no agents */
	bool has_outer;			/* level 2 is past the reach of CP15 */
	bool has_pl310;			/* and a PL310 */
	struct pending pending;
	struct order *order;		/* NULL: every store is seen at once */
	struct cpu *running;		/* who had the latest event */
	struct actor actor;
	struct inner_shape inner;	/* of the level 1 caches, which are the CPUs' */
	struct outer outer;
	struct dram dram;
	struct pages pages;
	struct notes notes;
	struct image scratch;		/* a page that stands in for any register page */
	uint32_t *shown;		/* TLB_PAGES: tlb_shown() of what the window shows, or 0 */
	uint16_t nr_shown[TLB_MIB];
	uint64_t step;
	uint64_t moment;		/* see machine_moment() */

	GByteArray *settled;		/* the bytes of a store that takes effect */
	GArray *lent;			/* of struct lent_line: see native.c */
	struct bus bus;
	struct irqs irqs;
	struct pl310 pl310;
	struct aurora aurora;
	struct stb stb;
	struct cci400 cci400;
	struct stream schedule, turns;
	struct speculation *speculation;	/* NULL unless the chooser acts */
	struct unasked *unasked;	/* NULL: nothing is, and nobody counts */
	GPtrArray *observers;		/* of struct observer * */
	GPtrArray *masters;		/* of struct master *; owned */
	GPtrArray *iommus;		/* of struct iommu_hw *; owned */
	GPtrArray *supplies;		/* of struct supply *; owned */
	uint64_t gone_dma_read_bytes, gone_dma_write_bytes, gone_faults;

	struct cpu **cpus;
	unsigned nr_cpus;
	const struct board *board;
	struct machine_config config;
	void *software;
	struct machine_filter *filter;	/* or NULL */
	cpu_abort_handler *on_abort;	/* or NULL: nobody mends */
	GMutex lock;			/* fast gear: TLB changes and their mappings */
};

/* Only the fast gear has threads; the exact one pays nothing. */
static inline void machine_lock(struct machine *m)
{
	if (m->is_fast)
		g_mutex_lock(&m->lock);
}

static inline void machine_unlock(struct machine *m)
{
	if (m->is_fast)
		g_mutex_unlock(&m->lock);
}

static inline bool line_is_watched(const struct machine *m, uint64_t off)
{
	return notes_of(&m->notes, off) & NOTE_WATCHED;
}

/*
 * What a miss of level 1 will look at is asked for at once: a miss is longer than what
 * the host looks ahead, so it would wait for one after the other.
 */
static inline void inner_prefetch(const struct machine *m, struct place at)
{
	const struct outer *o = &m->outer;

	__builtin_prefetch(m->inner.bytes + at.off, 1);
	__builtin_prefetch(&m->notes.bits[(at.off >> m->notes.line_shift) / NOTES_PER_BYTE], 1);
	__builtin_prefetch(page_summary(&m->pages, at.off), 1);
	if (o->nr_ways) {
		__builtin_prefetch(&o->tags[outer_base(o, at.pa)]);
		__builtin_prefetch(&o->meta[outer_base(o, at.pa)]);
	}
}

/* ---- observe.c ------------------------------------------------------ */

/* An event by the present actor; the caller fills in the rest and tells it. */
struct observe_event machine_event(const struct machine *m, enum observe_kind kind,
				   struct place at, const void *bytes, size_t len);
void machine_tell(struct machine *m, struct observe_event *ev);
/* The same, but it takes no step of its own: as if nobody had been told. */
void machine_tell_aside(struct machine *m, struct observe_event *ev);
/* A store is about to be pending. */
void observe_store_begins(const struct cpu *c, const void *site);
/* OBSERVE_UPHEAVAL, by the present actor. */
void machine_tell_upheaval(struct machine *m);

/* ---- window.c -------------------------------------------------------- */

/* Take a free slot; false when all are taken or the host has no room. */
bool window_take(struct machine *m, GError **error);
void window_give_back(struct machine *m);
/* Host mapping of [va, va + len): @len bytes of @fd at @off, or nothing. */
void window_map(struct machine *m, uint32_t va, uint64_t len, int fd, uint64_t off, int prot);
void window_unmap(struct machine *m, uint32_t va, uint64_t len);

#define WINDOW_BYTES	(1ull << 32)

/* Nothing of [va, va + len), whole pages, is shown any longer. */
void window_hide(struct machine *m, uint32_t va, uint64_t len);
void window_show_slow(struct cpu *c, uint32_t va, uint64_t word);

/* Show the page of @va, which is RAM, as @c's @word says. */
static inline void window_show(struct cpu *c, uint32_t va, uint64_t word)
{
	uint32_t page = va >> PAGE_SHIFT;

	if (unlikely(c->machine->shown[page] != tlb_shown(word)) ||
	    (tlb_kind(word) == PAGE_CACHED && !c->tlb->page_state[page]))
		window_show_slow(c, va, word);
}

/* From now on it is @c whose hits the window lets pass. */
static inline void window_turn_to(struct cpu *c)
{
	c->machine->window->page_state = c->tlb->page_state;
}

/* ---- cache/speculate.c -------------------------------------------------- */

struct speculation *speculation_new(struct machine *m);
void speculation_free(struct machine *m);	/* NULL is fine */
/* What was known of live translations no longer holds. */
void speculation_forget(struct machine *m);
/*
 * The line of @at, or the one after it, comes into level 1, and level 2 on the way; or into
 * level 2 alone. False: it is there, or no live cacheable translation leads to it.
 */
bool speculate_fill(struct machine *m, struct place at);
bool speculate_fill_next(struct machine *m, struct place at);
bool speculate_fill_outer(struct machine *m, struct place at);
/* The line of @at leaves level 1, or level 2. False: it was not there. */
bool speculate_evict(struct machine *m, struct place at);
bool speculate_evict_outer(struct machine *m, struct place at);

/* ---- unasked.c ------------------------------------------------------------- */

/*
 * An event of the program on the line of @at, @what (unasked.h) it is, begins; or is over.
 * A load is never over: what it returns lies where the next event may overwrite it.
 */
static inline void event_begins(struct machine *m, struct place at, unsigned what)
{
	if (unlikely(m->unasked != NULL) && line_is_watched(m, at.off))
		event_begins_slow(m, at, what);
}

static inline void event_ended(struct machine *m, struct place at, unsigned what)
{
	if (unlikely(m->unasked != NULL) && line_is_watched(m, at.off))
		event_ended_slow(m, at, what);
}

/* An operation on that line is put off. */
static inline void event_waits(struct machine *m, struct place at)
{
	event_begins(m, at, EVENT_MAY_WAIT | EVENT_PUT_OFF);
}

/* One event of each line of [@at, +@len), and nothing is done unasked. */
static inline void events_count(struct machine *m, struct place at, uint64_t len)
{
	if (unlikely(m->unasked != NULL))
		events_count_slow(m, at, len);
}

/* ---- cpu/core.c ------------------------------------------------------------ */

void machine_settle_slow(struct machine *m);

/* Every event starts here: a store that the window still holds back takes effect. */
static inline void machine_settle(struct machine *m)
{
	if (unlikely(m->pending.cpu != NULL))
		machine_settle_slow(m);
}

/* ---- turns.c ---------------------------------------------------------------- */

/* Its address is the thread. */
extern _Thread_local char turns_self __attribute__((tls_model("initial-exec"),
						     visibility("hidden")));

/* Another thread than before, which has not said so: the end, unless there was none. */
void turns_check_slow(struct machine *m);
/* This thread says so; not while agents run, unless it is one of them. */
void turns_take(struct machine *m);
/* The agents have returned, and the thread that started them goes on. */
void turns_back(struct machine *m);

static inline void turns_check(struct machine *m)
{
	if (unlikely(__atomic_load_n(&m->thread, __ATOMIC_RELAXED) != &turns_self))
		turns_check_slow(m);
}

/* ---- run.c ------------------------------------------------------------------ */

/* Is this thread an agent of @m's? */
bool run_is_agent(const struct machine *m);

void run_point_slow(struct machine *m);

/* Between two parts of what others could see: somebody else may go on. Exact gear. */
static inline void run_point(struct machine *m)
{
	if (unlikely(m->run != NULL))
		run_point_slow(m);
}

/* Under machine_run(): is anybody left but the caller, who could go on now? */
bool run_others_left(const struct machine *m);

/* What others could see begins: somebody else may go on first. Exact gear. */
static inline void machine_begin(struct machine *m)
{
	turns_check(m);
	machine_settle(m);
	run_point(m);
}

/* ---- cpu/core.c ------------------------------------------------------------ */

/* The CPU that a thread acts as, on the machine whose window it touched. */
static inline struct cpu *cpu_of_thread(struct machine *m)
{
	struct cpu *c = cpu_of_this_thread;

	return c && c->machine == m ? c : m->cpus[0];
}

/* No thread of the caller is a CPU of @m any longer. */
void cpu_forget(struct machine *m);
/* What every entry by a CPU begins with. */
void cpu_begin(struct cpu *c, uint32_t va, const void *site);
/* FSR, FAR and the count of a fault. */
void cpu_note_fault(struct cpu *c, const struct cpu_fault *f);
/* The access is refused: registers, count and event. Always false. */
bool cpu_refuse(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site);
/* Report and exit(1): there is no instruction to return to. */
G_NORETURN void cpu_abort(struct cpu *c, const struct cpu_fault *f, size_t len,
			  const void *site);

/* ---- cpu/mode.c ------------------------------------------------------------ */

void cpu_make_present_slow(struct cpu *c, uint32_t va, size_t len, bool is_write,
			   const void *site);

/* Before an access: software mends what it can of the pages that would be refused. */
static inline void cpu_make_present(struct cpu *c, uint32_t va, size_t len, bool is_write,
				    const void *site)
{
	if (c->machine->on_abort)
		cpu_make_present_slow(c, va, len, is_write, site);
}

/* ---- cpu/trap.c -------------------------------------------------------------- */

void trap_install(void);

/* ---- supply.c ------------------------------------------------------------------ */

void supplies_done(struct machine *m);

/* ---- bus/irq.c --------------------------------------------------------------- */

static inline void irqs_after_dma(struct machine *m)
{
	if (unlikely(__atomic_load_n(&m->irqs.nr_high, __ATOMIC_RELAXED)))
		irqs_after_dma_slow(m);
}

/* ---- master/master.c ----------------------------------------------------------- */

void master_count(const struct master *d, struct machine_counters *sum);
void master_destroy(struct master *d);

#endif
