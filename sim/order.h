/* SPDX-License-Identifier: MIT */
/*
 * Store buffers: a store has been executed, and nobody else can see it yet.
 *
 *   cpu --store--> [ held | held | ... ] --drain--> L1, or what is below it
 *    ^                 |
 *    +---- forward ----+          a load of this CPU sees what it holds
 *
 * Between execution and drain lies whatever a machine is free to do: masters and other
 * CPUs still find the old bytes. Which of the held stores drain, and when, is up to the
 * chooser; what must not be reordered never is:
 *
 *   stores to the same bytes          program order
 *   before and after a DMB            all of the former first
 *   DSB                               everything drains
 *   writes to registers               program order among themselves, none against
 *                                     Normal memory
 *   a full DMB, then a load           what was stored before the DMB drains first
 *   an operation on a line            program order with what this CPU does to the line
 *
 * CHOOSER_LAZY and CHOOSER_RETAIN let every store that may overtake an older one do so at
 * once, and hold what is overtaken for as long as they can. CHOOSER_RANDOM draws. A script
 * says which are held; the others drain at once. With CHOOSER_NOMINAL, CHOOSER_EVICT and a
 * script that holds nothing there is no buffer at all: m->order is NULL, and that test is
 * all it costs.
 *
 * What is held: stores to memory that is not cached, and to watched lines; and cache
 * operations by address on watched lines, which only a DSB completes. Cached stores
 * that nobody watches are drained at once, which is one of the allowed schedules. So are
 * writes to registers: whoever plays the device may look at them without an event of the
 * machine. Stores to Strongly-ordered memory wait for nobody and are never held.
 *
 * Before ARMv6 stores are seen in program order, and there are no barriers: no buffer.
 *
 * Leaves out: shareability domains of barriers (each is system-wide), loads that are
 * performed early (a plain C load does not say what it depends on), exclusive monitors.
 *
 * Spec: DDI 0406C, A3.8 "Memory access order", B2.2.6 "About cache maintenance"; DDI
 * 0198D, chapter 6 (the ARM926's write buffer).
 */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>
#include <armdma/observe.h>
#include "mem/dram.h"

struct machine;
struct master;
struct order;

struct order *order_new(struct machine *m);
void order_free(struct order *o);	/* NULL is fine */

/* An event of @c, or of a master, begins: held stores may drain now. */
void order_step(struct cpu *c);
void order_step_master(struct machine *m);
/*
 * Do several parties run at once? If not, whoever plays a device by hand, or goes on as
 * another CPU, does so after the fact: by then everything has drained that no younger
 * doorbell has overtaken. Returns what it was.
 */
bool order_set_concurrent(struct machine *m, bool is_concurrent);
bool order_is_concurrent(const struct machine *m);

/* The store goes into @c's buffer, or takes effect at once. */
void order_store(struct cpu *c, uint64_t word, uint32_t va, struct place at, const void *buf,
		 size_t len);
/* A write to registers follows: what must be seen before it drains. */
void order_before_register(struct cpu *c, bool is_write);
/* It was a device's and has been delivered. */
void order_rang(struct cpu *c);
/* A load follows: what a full DMB, or an operation on that line, orders before it. */
void order_before_load(struct cpu *c, struct place at);
/* Has the operation been put off? If not, what it has to wait for has drained. */
bool order_holds_op(struct cpu *c, enum dc_op op, uint64_t word, uint32_t va);
void order_barrier(struct cpu *c, enum barrier_kind kind, bool is_dsb);
/* Whatever any CPU holds of [off, off + len) drains. */
void order_drain_range(struct machine *m, uint64_t off, uint64_t len);

/* What a load of @c sees where the caches hold @bytes; valid until the next event. */
const uint8_t *order_forward(struct cpu *c, uint64_t word, uint32_t va, struct place at,
			     const uint8_t *bytes, size_t len);
/*
 * Lay what @c holds over the window's bytes, so that a native access finds it; the next
 * event takes them back. With @is_store, the native store itself as well.
 */
void order_show(struct cpu *c, uint64_t word, uint32_t va, size_t len, bool is_store);
/*
 * Who compares or copies announces two ranges, and only then touches both: a native load
 * is noted, and shown once more by the native loads and the store that come right after.
 */
void order_note_load(struct cpu *c, uint32_t va, size_t len);
void order_show_loads(struct cpu *c);

/* What a reader that got [at, at + len) of DRAM was not shown: a master, or else a CPU. */
enum observe_order order_judge(struct machine *m, const struct master *d, const struct cpu *c,
			       struct place at, size_t len);

#endif
