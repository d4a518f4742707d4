/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs, as hardware: what stands between a master and the bus.
 *
 *   master --(port 0: stream 4)--> IOMMU "a" --> bus --> DRAM
 *         `--(port 1: stream 2)--> IOMMU "b" --'
 *                                   |  ^ reads its tables through its walker:
 *                                   |  | DRAM past every cache, or snooping, or level 2
 *                                   `--'
 *
 * A model is a struct iommu_hw_ops; a master is put behind it with
 * master_attach_iommu() (armdma/master.h). The reference IOMMU, which can be any of a
 * family, is armdma/reference-iommu.h. Software programs either through registers, with
 * its loads and stores: nothing here does it for it.
 *
 * A walk reads what memory holds at that moment, as the walker sees it: a descriptor that
 * still lies in a CPU's cache is not there for a walker that does not snoop.
 *
 * Time: each access to its registers and each translation is a tick of an IOMMU's own;
 * commands that take a while are over some ticks later.
 *
 * Of memory attributes in tables one thing counts, where a model heeds them: what is not
 * cacheable and shareable is not snooped for, even if the master's port snoops.
 *
 * Leaves out: other memory attributes, requests of devices for translations (ATS), security
 * states, latency.
 */
#ifndef ARMDMA_IOMMU_H
#define ARMDMA_IOMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/iommu-knobs.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iommu_hw;
struct supply;

/** What becomes of an access. */
enum iommu_hw_outcome {
	IOMMU_HW_HIT,		/* translated */
	IOMMU_HW_BYPASS,	/* not translated: the address is what the bus gets */
	IOMMU_HW_FAULT,		/* refused and recorded: a bus error for the master */
	IOMMU_HW_STALL,		/* recorded, and the master waits until it is resumed */
	IOMMU_HW_ABORT,		/* refused, recorded nowhere */
	IOMMU_HW_REDIRECT,	/* refused, but goes on to a page set aside for that */
	IOMMU_HW_DROP		/* refused: reads are zeros and writes vanish, without an error */
};

/** Why. */
enum iommu_hw_reason {
	IOMMU_HW_OK,
	IOMMU_HW_TRANSLATION,	/* no valid descriptor */
	IOMMU_HW_PERMISSION,
	IOMMU_HW_ACCESS_FLAG,	/* the descriptor's access flag is clear */
	IOMMU_HW_ADDRESS_SIZE,	/* the address, or a descriptor's, has bits it must not have */
	IOMMU_HW_WALK_EXTERNAL,	/* nothing answers where a table should be */
	IOMMU_HW_NO_STREAM,	/* nobody programmed this stream */
	IOMMU_HW_STREAM_TWICE,	/* two entries match it */
	IOMMU_HW_CONTEXT_OFF,	/* its context is not enabled, or makes no sense */
	IOMMU_HW_OFF,		/* no clock or no power */
	IOMMU_HW_TLB_CONFLICT,	/* two entries of the TLB translate it */
	IOMMU_HW_BLOCKED,	/* nobody is served: software holds it, or an access before it has
				 * faulted and still waits */
	IOMMU_HW_TLB_MISS,	/* no entry of the TLB translates it, and nothing walks */
	NR_IOMMU_HW_REASONS
};

/** "translation", "permission", ... */
const char *iommu_hw_reason_name(enum iommu_hw_reason reason);

/**
 * struct iommu_hw_access - what a master asks
 * @stream: its stream ID
 * @iova:   first byte
 * @len:    bytes, at least 1; the answer may be good for fewer
 */
struct iommu_hw_access {
	uint32_t stream;
	uint64_t iova;
	size_t len;
	bool is_write, is_privileged, is_fetch;
};

/**
 * struct iommu_hw_result - the answer
 * @pa:    of the first byte; where @outcome is HIT, BYPASS or REDIRECT
 * @room:  bytes from @iova on for which the same answer holds; at least 1
 * @stage, @level: of the walk that ended there; 0: none did
 * @context: that it was translated in; UINT_MAX: none
 * @stall: number of the stall, for iommu_hw_stall_state()
 * @is_tlb_hit: no walk was needed
 * @is_unsnooped: this access snoops nobody's caches, whatever the master's port does
 * @nr_reads: of memory, by the walk
 */
struct iommu_hw_result {
	enum iommu_hw_outcome outcome;
	enum iommu_hw_reason reason;
	uint64_t pa;
	uint64_t room;
	uint8_t stage, level;
	bool is_tlb_hit;
	bool is_unsnooped;
	unsigned context;
	unsigned nr_reads;
	uint32_t stall;
};

/** Whose bytes a walk reads. */
enum iommu_hw_walker {
	IOMMU_HW_WALKS_DRAM,		/* past every cache: software must clean its tables */
	IOMMU_HW_WALKS_SNOOPING,	/* the newest copy, wherever it is */
	IOMMU_HW_WALKS_LEVEL2		/* level 2 and DRAM, past level 1 */
};

enum iommu_hw_stall_state {
	IOMMU_HW_STALL_WAITS,
	IOMMU_HW_STALL_RETRY,		/* once more, from the start */
	IOMMU_HW_STALL_TERMINATE	/* a bus error for the master */
};

/**
 * struct iommu_hw_ops - a model
 * @reset: as power on leaves it: registers at their reset values, nothing held
 * @read, @write: of its registers, as in armdma/bus.h, in pieces of 1, 2 or 4 bytes: an
 *          access of 8 comes as two of 4, the lower first
 * @translate: one access; @ret is all zero but for .room, which is @a->len, and .context
 * @tick:   a tick has passed; NULL: nothing takes time
 * @stall_state: what software has said to that stall; NULL: nothing ever stalls
 * @gates:  what is missing without its input @name of that kind, a set of
 *          IOMMU_HW_GATES_*; NULL: both, whichever it is
 * @free:   the end; NULL: nothing to do
 *
 * Context: one call at a time for each IOMMU. A model must not call iommu_hw_translate()
 * of itself; it may call iommu_hw_set_irq() and its walker.
 */
struct iommu_hw_ops {
	void (*reset)(void *opaque);
	bool (*read)(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value);
	bool (*write)(void *opaque, uint64_t reg, unsigned len, uint64_t value);
	void (*translate)(void *opaque, const struct iommu_hw_access *a,
			  struct iommu_hw_result *ret);
	void (*tick)(void *opaque);
	enum iommu_hw_stall_state (*stall_state)(void *opaque, uint32_t stall);
	unsigned (*gates)(void *opaque, enum supply_kind kind, const char *name);
	void (*free)(void *opaque);
};

#define IOMMU_HW_GATES_REGISTERS	1u	/* they do not answer */
#define IOMMU_HW_GATES_ACCESSES		2u	/* what masters ask aborts */

/**
 * struct iommu_hw_config - one of them
 * @name:   shown in reports; copied
 * @kind:   "reference"; copied
 * @reg_pa, @reg_len: its registers; @reg_len 0: it has none
 * @walker: whose bytes its walks read
 * @irq:    its interrupt line, shared or not, of machine_irq_line(); 0: one of its own
 */
struct iommu_hw_config {
	const char *name;
	const char *kind;
	uint64_t reg_pa, reg_len;
	enum iommu_hw_walker walker;
	unsigned irq;
};

/**
 * iommu_hw_new() - an IOMMU on the bus, with clock and power on, reset
 *
 * Lives as long as @m. Context: as bus_attach(). Cannot fail.
 */
struct iommu_hw *iommu_hw_new(struct machine *m, const struct iommu_hw_config *cfg,
			      const struct iommu_hw_ops *ops, void *opaque);

/** All of a machine, in the order they were made; NULL from the last one on. */
struct iommu_hw *machine_iommu(const struct machine *m, size_t idx);
const char *iommu_hw_name(const struct iommu_hw *i);
const char *iommu_hw_kind(const struct iommu_hw *i);
uint64_t iommu_hw_reg_pa(const struct iommu_hw *i);
uint64_t iommu_hw_reg_len(const struct iommu_hw *i);
/** Its interrupt line (armdma/bus.h); 0: the machine had no more lines. */
unsigned iommu_hw_irq(const struct iommu_hw *i);
/** The model's own, as given to iommu_hw_new(). */
void *iommu_hw_opaque(const struct iommu_hw *i);

/**
 * iommu_hw_translate() - what a master's access would get
 *
 * Just as the access itself: it counts, fills the TLB, records faults, and may stall,
 * which nobody then waits for.
 */
struct iommu_hw_result iommu_hw_translate(struct iommu_hw *i, const struct iommu_hw_access *a);

enum iommu_hw_stall_state iommu_hw_stall_state(struct iommu_hw *i, uint32_t stall);
/** Does it still wait? For who only looks: its master, which asks once, learns the same. */
bool iommu_hw_stall_waits(struct iommu_hw *i, uint32_t stall);

/**
 * iommu_hw_set_clock() - without a clock registers give an external abort, and accesses
 * of masters abort; nothing is lost
 * iommu_hw_set_power() - off: the same; on again: as after reset
 *
 * For tests: as inputs of its own, which no line of the board drives.
 */
void iommu_hw_set_clock(struct iommu_hw *i, bool is_on);
void iommu_hw_set_power(struct iommu_hw *i, bool is_on);

/**
 * iommu_hw_add_supply() - it stands on @s (armdma/supply.h) from now on
 * @name: as the tree or the part calls it: "iface"; ops->gates() is asked with it; copied
 *
 * A clock: as iommu_hw_set_clock(). Power: as iommu_hw_set_power(). A reset: while it is
 * held, nothing answers, and registers are as after reset. Context: as bus_attach().
 */
void iommu_hw_add_supply(struct iommu_hw *i, const char *name, struct supply *s);
/** The first of its inputs that is off and gates registers, or accesses; NULL: none. */
const struct supply *iommu_hw_missing(const struct iommu_hw *i, unsigned gates);

/**
 * iommu_hw_bypass() - it is as if it were not there: accesses pass, registers still answer
 *
 * For a board whose software has no driver for it.
 */
void iommu_hw_bypass(struct iommu_hw *i, bool is_bypassed);
bool iommu_hw_is_bypassed(const struct iommu_hw *i);

/* ---- of a board ------------------------------------------------------------------ */

/**
 * board_iommu_knobs_fault() - what its model cannot be like, with @knobs over those of the node
 * @at:    one of a board's
 * @knobs: NULL: none
 *
 * Return: NULL: it can; else the end of a sentence, by the names of the tree's properties
 * ("armdma,tlb-ways is 3, which does not divide 64 entries"): yours to g_free().
 */
char *board_iommu_knobs_fault(const struct board_iommu *at, const struct iommu_hw_knobs *knobs);

/**
 * iommu_hw_of_board() - the model of one of the board's IOMMUs, at one of its register ranges
 * @at:    one of @m's board, with a kind
 * @range: index into @at->regs; most have one, Rockchip's have one for each of several MMUs
 * @knobs: over those of the node, of which board_iommu_knobs_fault() has nothing to say;
 *         NULL: none
 *
 * With the interrupt of the same index, or the last, and everything that the node stands
 * on. Context: as bus_attach(). Return: NULL: there is no such range, or no room.
 */
struct iommu_hw *iommu_hw_of_board(struct machine *m, const struct board_iommu *at,
				   unsigned range, const struct iommu_hw_knobs *knobs);

/* ---- for models -------------------------------------------------------------- */

/** Its interrupt is high, or not; nothing happens if it has no line. */
void iommu_hw_set_irq(struct iommu_hw *i, bool is_high);

/**
 * iommu_hw_walk_read() - @len bytes of a table at @pa, as its walker sees them
 * iommu_hw_walk_swap() - make a descriptor of @len bytes, 4 or 8, that is @old be @new, as
 *                        an update of its access flag or dirty state does
 *
 * @len must not cross a page. Return: false when no memory answers; of a swap also when
 * it holds something else by now.
 */
bool iommu_hw_walk_read(struct iommu_hw *i, uint64_t pa, void *buf, size_t len);
bool iommu_hw_walk_swap(struct iommu_hw *i, uint64_t pa, uint64_t old, uint64_t new_value,
			size_t len);

/* ---- counting ------------------------------------------------------------------ */

/** What an invalidation is of. */
enum iommu_hw_scope {
	IOMMU_HW_ALL,
	IOMMU_HW_CONTEXT,
	IOMMU_HW_ASID,
	IOMMU_HW_VA,
	IOMMU_HW_RANGE,
	IOMMU_HW_WALK_CACHE,
	NR_IOMMU_HW_SCOPES
};

/**
 * struct iommu_hw_counters - since the machine was made
 * @accesses:    of masters, in pieces of a page or less
 * @hits, @misses: of the TLB; bypassed accesses are neither
 * @negative_hits: of those hits, such as said that there is no translation
 * @walks, @walk_reads: walks for misses, and memory reads of them all
 * @walk_cache_hits: walks that began below the first level
 * @prefetches:  entries brought in that nobody had asked for, of a line of descriptors too
 * @invalidations: commands carried out
 * @invalidated: entries that went by them
 * @evictions:   entries that went to make room
 * @faults:      accesses that were neither translated nor bypassed
 * @stalls:      of these, such as waited
 * @faults_lost: that found no room to be recorded
 * @syncs:       completions that software asked for
 * @reg_reads, @reg_writes: accesses to its registers that were answered
 * @unsupplied:  such as were not, for want of a clock or power
 * @losses:      times that it lost what it held
 */
struct iommu_hw_counters {
	uint64_t accesses, bypasses;
	uint64_t hits, negative_hits, misses;
	uint64_t walks, walk_reads, walk_cache_hits;
	uint64_t prefetches;
	uint64_t invalidations[NR_IOMMU_HW_SCOPES];
	uint64_t invalidated, evictions;
	uint64_t faults, stalls, faults_lost;
	uint64_t syncs;
	uint64_t reg_reads, reg_writes, unsupplied;
	uint64_t losses;
};

/** Context: any; exact while nobody else uses the machine. */
void iommu_hw_count(struct iommu_hw *i, struct iommu_hw_counters *ret_counters);

#ifdef __cplusplus
}
#endif
#endif
