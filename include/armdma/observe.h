/* SPDX-License-Identifier: MIT */
/*
 * What the machine does, as typed events: the one door for hazards, timelines
 * and counters. Observers only look; nothing they do changes the machine.
 *
 * Events about memory are sent only for *watched* lines (machine_watch()), so
 * that an unobserved line costs nothing. Faults, TLB events and, in the exact gear,
 * barriers, register writes and what masters read and write are always sent: DMA to memory
 * that nobody mapped, and so nobody watches, is what an observer must not miss.
 * An observer must not access simulated memory through the window or cpu.h;
 * machine_peek(), machine_line() and cpu_find_aliases() are allowed.
 */
#ifndef ARMDMA_OBSERVE_H
#define ARMDMA_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/machine.h>
#include <armdma/cpu.h>
#include <armdma/iommu.h>
#include <armdma/master.h>

#ifdef __cplusplus
extern "C" {
#endif

enum observe_kind {
	OBSERVE_LOAD,		/* cpu: @bytes is what it sees, @view where from */
	OBSERVE_STORE,		/* cpu: @bytes is what it wrote; in program order, once known */
	OBSERVE_DRAIN,		/* cpu: a store that was held back is seen by others from now on */
	OBSERVE_DMA_READ,	/* master: @bytes is what it got */
	OBSERVE_DMA_WRITE,	/* master: before DRAM changes; @bytes is what it writes */
	OBSERVE_FILL,		/* @level: a line came in; @is_speculative */
	OBSERVE_WRITE_BACK,	/* @level: dirty line moves outward; before the target
				 * changes; @bytes is the line; @cause why; of level 1,
				 * @answer is who takes it */
	OBSERVE_INVALIDATE,	/* @level: a line is dropped; @is_dirty: with bytes */
	OBSERVE_CLEAN,		/* @level: asked for, whether or not it was dirty */
	OBSERVE_TLB_FILL,	/* @va, @pa, @len, @attrs */
	OBSERVE_TLB_INVALIDATE,	/* @va, @len; len 0: everything */
	OBSERVE_TLB_CONFLICT,	/* @va, @pa, @len, @attrs of an entry that a new one displaced */
	OBSERVE_CPU_FAULT,	/* @va; @fault */
	OBSERVE_MASTER_FAULT,	/* @dma; @refusal */
	OBSERVE_IOMMU,		/* @dma; @iommu: an access that it answered. Fast gear: that
				 * it refused */
	OBSERVE_SUPPLY,		/* @supply: what an IOMMU stands on has changed */
	OBSERVE_UNSUPPLIED,	/* cpu: @supply: a register that did not answer for want of it */
	OBSERVE_MAINTAIN,	/* cpu: @op was asked for, by address, at @levels; before it is
				 * done, whether or not a cache holds anything */
	OBSERVE_UPHEAVAL,	/* by set, by way, of everything, or a switch was thrown: lines
				 * of unknown addresses change. No @pa */
	OBSERVE_FETCH,		/* cpu: @bytes is what it executes: cpu_fetch() */
	OBSERVE_BARRIER,	/* cpu: a DMB, or @is_dsb; @barrier what it orders */
	OBSERVE_REGISTER,	/* cpu: a write to a device's register is about to arrive; @pa */
	NR_OBSERVE_KINDS
};

enum observe_cause { CAUSE_ASKED, CAUSE_EVICTION, CAUSE_SNOOP };

/**
 * What a reader got, against stores that a CPU's store buffer still held (for a load,
 * another CPU's). A race is nobody's fault: the store will be seen in a while. Where the
 * reader had been shown a younger store of that CPU, a barrier is missing between them.
 */
enum observe_order {
	ORDER_KEPT,			/* none of them was held */
	ORDER_RACE,
	ORDER_BROKEN_BY_MEMORY,		/* this master has read a younger store: a DMB is missing */
	ORDER_BROKEN_BY_REGISTER,	/* a younger write to registers was delivered: a DSB is */
};

/** Who answered a load. */
enum observe_answer { ANSWER_L1, ANSWER_L2, ANSWER_DRAM };

/** What an access does below level 1. */
enum observe_below {
	BELOW_BYPASSED,			/* straight to DRAM */
	BELOW_LOOKED_UP,		/* a hit in level 2 answers, and takes a write as well */
	BELOW_WRITE_THROUGH,
	BELOW_WRITE_BACK,
	BELOW_WRITE_ALLOCATE,		/* with the hint to allocate on a write */
};

/**
 * struct observe_path - which caches an access goes by
 * @is_inner:    through level 1: it hits there, or brings the line in
 * @is_through:  level 1 writes it through
 * @below:       enum observe_below, of a CPU's access or of a port above level 2
 * @is_snooping: a master whose access is heard by the CPUs' caches
 * @is_above_l2: of those, one whose access goes on through level 2 (an ACP)
 * @is_shareable: the memory is, so that all CPUs' level 1 are as one
 */
struct observe_path {
	uint8_t below;
	bool is_inner, is_through, is_snooping, is_above_l2, is_shareable;
};

#define LEVEL_1	(1u << 0)
#define LEVEL_2	(1u << 1)

/**
 * struct observe_iommu - an access that an IOMMU answered; a master's refusal, where it
 * comes to one, follows, else what is read or written. How it came about: iommu_hw_account().
 * Without a master it was asked for by iommu_hw_translate(). Who was let through takes no
 * step of its own.
 */
struct observe_iommu {
	const struct iommu_hw *iommu;
	struct iommu_hw_access access;
	struct iommu_hw_result result;
};

/**
 * struct observe_supply - an IOMMU and what it stands on
 * @line:  the one that changed, or is missing; NULL: iommu_hw_set_clock(), _set_power()
 * @kind:  of that
 * @is_on: from now on
 * @loses: everything that it held is lost by this
 * @reg, @value, @is_write: of OBSERVE_UNSUPPLIED: the access
 */
struct observe_supply {
	const struct iommu_hw *iommu;
	const struct supply *line;
	enum supply_kind kind;
	bool is_on, loses;
	uint64_t reg, value;
	bool is_write;
};

/**
 * struct observe_event - one event; every pointer is valid during the call only
 * @step:   simulated order, rising
 * @cpu:    who, or NULL
 * @master: who, or NULL
 * @pa:     physical address of the first byte. An event stays within a line of L1, but
 *          for DMA that no cache holds any of, and OBSERVE_CLEAN of lines none of
 *          which is dirty: those may come many lines at once, and count for one
 *          @step each
 * @va:     of a CPU's access or operation
 * @dma:    the address a master used
 * @dropped: bits of the address that it was given which it has no lines for: not in @dma
 * @len:    bytes
 * @line_bytes: of a line of L1
 *          Barriers and register writes take no step of their own
 * @bytes:  @len of them, or NULL
 * @attrs:  memory attributes of a CPU's access
 * @order:  of a load or a master's read
 * @path:   of a load, a store or a master's access; of maintenance, whether it is shareable
 * @op:     enum dc_op of OBSERVE_MAINTAIN, never to the point of unification alone
 * @levels: that it goes through: LEVEL_1, LEVEL_2; cleaned from the first, invalidated
 *          from the second on. It may be about many lines, and takes no @step of its own
 * @is_local: it reaches this CPU's level 1 alone
 * @site:   host code address to blame, or NULL
 *
 * Without store buffers (CHOOSER_NOMINAL, the fast gear) a store is seen as soon as it
 * is executed, and there are no drains.
 */
struct observe_event {
	enum observe_kind kind;
	uint64_t step;
	const struct cpu *cpu;
	const struct master *master;
	uint64_t pa;
	uint32_t va;
	uint64_t dma, dropped;
	size_t len;
	uint32_t line_bytes;
	const uint8_t *bytes;
	int level;
	bool is_speculative;
	bool is_dirty;
	bool is_dsb;
	enum barrier_kind barrier;
	enum observe_cause cause;
	enum observe_answer answer;
	enum observe_order order;
	struct observe_path path;
	enum dc_op op;
	unsigned levels;
	bool is_local;
	struct mem_attrs attrs;
	struct cpu_fault fault;
	struct master_fault refusal;
	const struct observe_iommu *iommu;
	const struct observe_supply *supply;
	const void *site;
};

/**
 * struct observer - who is told
 * @store_begins: NULL, or called before a plain store that the window holds until the next
 *                event: its OBSERVE_STORE comes then, and whoever stored may have returned.
 *                Now it is still on the stack. @site as of that event
 */
struct observer {
	void (*event)(struct observer *o, const struct observe_event *ev);
	void (*store_begins)(struct observer *o, const struct cpu *c, const void *site);
};

/** Observers are called in the order they were added. Borrowed until removed. */
void machine_observe(struct machine *m, struct observer *o);
void machine_unobserve(struct machine *m, struct observer *o);

/**
 * machine_watch() - send events about the lines of [pa, pa + len)
 * machine_unwatch() - stop
 *
 * Widened to whole lines of the largest cache. A flag per line, not a count.
 * Exact gear only; the fast gear ignores it. Parts that are not DRAM are skipped.
 */
void machine_watch(struct machine *m, uint64_t pa, size_t len);
void machine_unwatch(struct machine *m, uint64_t pa, size_t len);

/* ---- what the caches do by themselves ------------------------------------ */

enum observe_allocation { ALLOCATES_NEVER, ALLOCATES_AS_HINTED, ALLOCATES_ALWAYS };

/**
 * struct cache_rules - how the caches of a machine behave now, as far as registers and
 *                      parts leave it to them
 * @l1_line_bytes, @l2_line_bytes: 0: there is none, or it is off
 * @l1_is_virtual:   a line may sit in several places, by virtual address
 * @l1_allocates:    a store that misses level 1 brings the line in
 * @l2_is_inclusive: what leaves level 2 leaves level 1
 * @l2_is_exclusive: level 2 holds what level 1 evicted, not what it fetched
 * @l1_sends_clean:  level 1 sends its clean victims on, too
 * @l1_tells_victims: and says of victims that they are
 * @l2_allocation:   does a write that misses bring the line in? enum observe_allocation
 * @l2_writes_through: no line becomes dirty
 * @l2_fills_nothing: no fetch brings a line in
 * @l2_drops_shared: a looked-up write of a whole line drops level 2's
 * @fetches_unasked: lines come in speculatively (from ARMv6 on)
 * @is_many:         several CPUs have a level 1
 */
struct cache_rules {
	unsigned l1_line_bytes, l2_line_bytes;
	bool l1_is_virtual, l1_allocates, l1_sends_clean, l1_tells_victims;
	bool l2_is_inclusive, l2_is_exclusive, l2_writes_through, l2_fills_nothing;
	bool l2_drops_shared, fetches_unasked, is_many;
	uint8_t l2_allocation;
};
struct cache_rules machine_cache_rules(const struct machine *m);

/**
 * machine_may_fetch() - may the line of @pa come in unasked: is there a live cacheable
 *                       translation of its page, for the CPU that ran last?
 * @ret_va:   of @pa by that translation. In: the one to try first
 * @ret_path: of a fetch through it
 *
 * Up to microseconds. False before ARMv6, where no fetch is unasked; @ret_va and @ret_path
 * then tell of one that is.
 */
bool machine_may_fetch(struct machine *m, uint64_t pa, uint32_t *ret_va,
		       struct observe_path *ret_path);

#ifdef __cplusplus
}
#endif
#endif
