/* SPDX-License-Identifier: MIT */
/*
 * What all IOMMUs are made of, for the models in this folder.
 *
 *   hw.c        registers on the bus, one access at a time, observers
 *   supplies.c  clocks, resets, power: what does not answer, and what is lost
 *   kinds.c     which model is at which node of a board
 *   walker.c    whose bytes a walk reads
 *   registers.c a register file, described by a table
 *   router.c    stream ID -> where it goes
 *   tlb.c       translations held; a second one of them holds tables (the walk cache)
 *   format*.c   what descriptors mean, a table for each format
 *   walk.c      from a root to a leaf, by any of them
 *   faults.c    records, overflow, the interrupt
 *   commands.c  what takes a while
 *   account.c   how an answer came about, for observers
 *
 * A vendor's model composes them in a folder of its own; reference.c is one that can be
 * many.
 */
#ifndef SIM_IOMMU_HW_H
#define SIM_IOMMU_HW_H

#include <glib.h>
#include <armdma/iommu.h>
#include <armdma/iommu-account.h>
#include "../chooser.h"

struct cpu;
struct iotlb_scope;
struct master;
struct walk_unit;

/* That a stall is over, which was seen before its master asked. */
struct stall_seen {
	bool is_there;
	uint32_t stall;
	enum iommu_hw_stall_state state;
};

struct iommu_hw {
	struct machine *machine;
	char *name, *kind;
	uint64_t reg_pa, reg_len;
	enum iommu_hw_walker walker;
	const struct iommu_hw_ops *ops;
	void *opaque;
	unsigned irq;
	bool holds_irq;
	bool has_clock, has_power;	/* of tests: iommu_hw_set_clock(), iommu_hw_set_power() */
	GArray *inputs;			/* of struct iommu_input: supplies.c */
	unsigned gated;			/* IOMMU_HW_GATES_*, of what is off */
	bool has_lost;			/* no power, or held in reset */
	bool is_bypassed;
	struct iommu_hw_counters counts;
	struct stream chance;		/* draws of its own */
	const struct walk_unit *walked;	/* exact gear: by the latest access; NULL: it did not */
	uint64_t lost, lost_step;	/* see struct iommu_hw_account */
	struct stall_seen seen[8];	/* round and round */
	unsigned nr_seen;
	unsigned nr_past;		/* of all there were; the latest are kept */
	struct iommu_hw_invalidation past[IOMMU_HW_MAX_PAST];
	GMutex lock;			/* fast gear: all of the above, and the model */
};

/* What it stands on. */
struct iommu_input {
	char *name;
	struct supply *line;
	unsigned gates;			/* IOMMU_HW_GATES_* */
	bool is_on;			/* as it has last heard */
};

void iommu_hws_done(struct machine *m);

/* ---- supplies.c: a line, or what a test has set, has changed ------------------------- */

void iommu_hw_meet_supply(struct iommu_hw *i, struct supply *s);
void iommu_inputs_init(struct iommu_hw *i);
void iommu_inputs_done(struct iommu_hw *i);
/* A register access that is not answered. */
void iommu_hw_note_unsupplied(struct iommu_hw *i, struct cpu *c, uint64_t reg, unsigned len,
			      bool is_write, uint64_t value);

/* Exact gear: nothing. Fast gear: nobody else is in this IOMMU until iommu_hw_leave(). */
void iommu_hw_enter(struct iommu_hw *i);
void iommu_hw_leave(struct iommu_hw *i);

/* Inside: a tick, and what @a gets. */
struct iommu_hw_result iommu_hw_ask(struct iommu_hw *i, const struct iommu_hw_access *a);
/* The same for a master, which observers are told of. */
struct iommu_hw_result iommu_hw_serve(struct iommu_hw *i, const struct master *d,
				      const struct iommu_hw_access *a);

/* Is it worth noting how answers come about? */
bool iommu_hw_is_observed(const struct iommu_hw *i);
/* walker.c: the newest bytes; with those that are still in store buffers, if @with_held. */
bool walker_read_newest(const struct iommu_hw *i, uint64_t pa, void *buf, size_t len,
			bool with_held);
/* account.c: @s was carried out, and @nr entries went. Exact gear; else nothing. */
void account_invalidation(struct iommu_hw *i, const struct iotlb_scope *s, bool in_tlb,
			  bool in_walk_cache, unsigned nr);
/* account.c: registers, TLB and all have gone. */
void account_loss(struct iommu_hw *i);

/* A number below @n, n > 0: nominally 0. */
uint32_t iommu_hw_choose(struct iommu_hw *i, uint32_t n);

#endif
