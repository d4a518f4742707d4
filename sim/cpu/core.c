/* SPDX-License-Identifier: MIT */
/*
 * A CPU's explicit loads and stores, its barriers, and which thread is which CPU.
 *
 * What barriers order is in order.h: without store buffers there is nothing to.
 *
 * Spec: DDI 0406C, A3.8 "Memory access order", B3.12 "Exception reporting in a VMSA
 * implementation".
 */
#include "quick.h"

#include <string.h>

#define SCTLR_A		(1u << 1)

_Thread_local struct cpu *cpu_of_this_thread;

struct cpu *cpu_enter(struct cpu *c)
{
	struct cpu *before = cpu_of_this_thread;

	if (c && !c->machine->is_fast)
		turns_take(c->machine);
	cpu_of_this_thread = c;
	if (c)
		window_turn_to(c);
	else if (before)
		window_turn_to(before->machine->cpus[0]);
	return before;
}

struct cpu *cpu_current(void)
{
	return cpu_of_this_thread;
}

void cpu_forget(struct machine *m)
{
	if (cpu_of_this_thread && cpu_of_this_thread->machine == m)
		cpu_of_this_thread = NULL;
}

void cpu_begin(struct cpu *c, uint32_t va, const void *site)
{
	struct machine *m = c->machine;

	if (m->is_fast)
		return;
	machine_begin(m);
	if (unlikely(m->order != NULL))
		order_step(c);
	m->running = c;
	m->actor = (struct actor){ .cpu = c, .va = va, .site = site };
}

static void tell_fault(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site)
{
	struct observe_event ev = {
		.kind = OBSERVE_CPU_FAULT, .cpu = c, .va = f->va, .len = len, .fault = *f,
		.site = site,
	};

	machine_lock(c->machine);
	machine_tell(c->machine, &ev);
	machine_unlock(c->machine);
}

void cpu_note_fault(struct cpu *c, const struct cpu_fault *f)
{
	c->fault = *f;
	c->reg[f->is_fetch ? CP15_IFSR : CP15_DFSR] = f->dfsr;
	c->reg[f->is_fetch ? CP15_IFAR : CP15_DFAR] = f->va;
	c->counts.faults++;
}

bool cpu_refuse(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site)
{
	cpu_note_fault(c, f);
	tell_fault(c, f, len, site);
	return false;
}

struct cpu_fault cpu_last_fault(const struct cpu *c)
{
	return c->fault;
}

/* ---- loads and stores ------------------------------------------------------- */

static bool refuse_bus(struct cpu *c, uint32_t va, size_t len, bool is_write, const void *site)
{
	struct cpu_fault f = mmu_refusal(c, FAULT_EXTERNAL, va, is_write);

	return cpu_refuse(c, &f, len, site);
}

/* What SCTLR.A forbids: of the lengths that are not those of an access, nothing. */
static bool is_misaligned(const struct cpu *c, uint32_t va, size_t len)
{
	return c->reg[CP15_SCTLR] & SCTLR_A && (len == 2 || len == 4 || len == 8) &&
	       va & (len - 1);
}

static bool refuse_misaligned(struct cpu *c, uint32_t va, size_t len, bool is_write,
			      const void *site)
{
	struct cpu_fault f = mmu_refusal(c, FAULT_ALIGNMENT, va, is_write);

	return cpu_refuse(c, &f, len, site);
}

bool quick_miss(struct cpu *c, uint32_t va, uint64_t word, struct place at, bool is_store,
		const void *site)
{
	inner_prefetch(c->machine, at);
	c->machine->actor = (struct actor){
		.cpu = c, .va = va, .site = site, .attrs = tlb_attrs(word),
	};
	return inner_quick(c, at, is_store);
}

/* One move where the length is one that a register has. */
static inline void move(void *to, const void *from, size_t len)
{
	if (likely(len == 4))
		memcpy(to, from, 4);
	else if (len == 8)
		memcpy(to, from, 8);
	else
		memcpy(to, from, len);
}

static bool load_slow(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site)
{
	struct machine *m = c->machine;

	cpu_begin(c, va, site);
	if (unlikely(is_misaligned(c, va, len)))
		return refuse_misaligned(c, va, len, false, site);
	cpu_make_present(c, va, len, false, site);
	while (len) {
		struct cpu_fault f;
		uint64_t word = access_admit(c, va, len, false, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			return cpu_refuse(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return access_io_load(c, word, va, buf, len) ||
			       refuse_bus(c, va, len, false, site);
		memcpy(buf, m->is_fast ? window_bytes(m, word, va, place_of(m, word, va))
				       : access_load(c, word, va, piece), piece);
		va += (uint32_t)piece;
		buf = (char *)buf + piece;
		len -= piece;
		run_point(m);
	}
	return true;
}

bool cpu_load(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site)
{
	struct place at;

	if (likely(quick_may(c) && !(va & (len - 1))) &&
	    likely(quick_access(c, va, len, false, site, &at))) {
		move(buf, c->machine->inner.bytes + at.off, len);
		return true;
	}
	return load_slow(c, va, buf, len, site);
}

static bool store_slow(struct cpu *c, uint32_t va, const void *buf, size_t len,
		       const void *site)
{
	struct machine *m = c->machine;

	cpu_begin(c, va, site);
	if (unlikely(is_misaligned(c, va, len)))
		return refuse_misaligned(c, va, len, true, site);
	cpu_make_present(c, va, len, true, site);
	while (len) {
		struct cpu_fault f;
		uint64_t word = access_admit(c, va, len, true, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			return cpu_refuse(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return access_io_store(c, word, va, buf, len) ||
			       refuse_bus(c, va, len, true, site);
		if (m->is_fast)
			memcpy(window_bytes(m, word, va, place_of(m, word, va)), buf, piece);
		else
			access_store(c, word, va, buf, piece);
		va += (uint32_t)piece;
		buf = (const char *)buf + piece;
		len -= piece;
		run_point(m);
	}
	return true;
}

bool cpu_store(struct cpu *c, uint32_t va, const void *buf, size_t len, const void *site)
{
	struct place at;

	if (likely(quick_may(c) && !(va & (len - 1))) &&
	    likely(quick_access(c, va, len, true, site, &at))) {
		move(c->machine->inner.bytes + at.off, buf, len);
		return true;
	}
	return store_slow(c, va, buf, len, site);
}

/* How many of these stores to a register its device does at once. */
static uint32_t store_at_once(struct cpu *c, uint32_t va, uint32_t value, uint32_t step,
			      uint32_t nr, const void *site)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word;

	if (nr < 2 || va & 3 || m->order || m->acts || m->run)
		return 0;
	cpu_begin(c, va, site);
	word = access_admit(c, va, 4, true, &f);
	if (!word || is_ram(word))
		return 0;		/* cpu_store() says what is wrong, or does it */
	return bus_write_run(c, tlb_pa(word) | (va & PAGE_MASK), value, step, nr);
}

bool cpu_store_run(struct cpu *c, uint32_t va, uint32_t value, uint32_t step, uint32_t nr,
		   const void *site)
{
	while (nr) {
		uint32_t nr_done = store_at_once(c, va, value, step, nr, site);

		if (!nr_done) {
			if (!cpu_store(c, va, &value, sizeof(value), site))
				return false;
			nr_done = 1;
		}
		value += nr_done * step;
		nr -= nr_done;
	}
	return true;
}

/* ---- barriers ---------------------------------------------------------------- */

static void observe_barrier(struct cpu *c, enum barrier_kind kind, bool is_dsb)
{
	struct observe_event ev = {
		.kind = OBSERVE_BARRIER, .cpu = c, .barrier = kind, .is_dsb = is_dsb,
	};

	if (!c->machine->is_fast)
		machine_tell_aside(c->machine, &ev);
}

/* Whom it concerns besides the count; apart, since in the fast gear it is nobody. */
static __attribute__((noinline)) void
tell_barrier(struct cpu *c, enum barrier_kind kind, bool is_dsb)
{
	struct machine_filter *f = c->machine->filter;

	if (f && f->barrier && !f->barrier(f, c))
		return;
	if (c->machine->order)
		order_barrier(c, kind, is_dsb);
	observe_barrier(c, kind, is_dsb);
}

static void barrier(struct cpu *c, enum barrier_kind kind, bool is_dsb)
{
	if (!c->machine->is_fast)
		machine_begin(c->machine);
	c->counts.barriers++;
	if (c->machine->filter || c->machine->order || c->machine->observers->len)
		tell_barrier(c, kind, is_dsb);
}

void cpu_dsb(struct cpu *c, enum barrier_kind kind)
{
	barrier(c, kind, true);
}

void cpu_dmb(struct cpu *c, enum barrier_kind kind)
{
	barrier(c, kind, false);
}

void cpu_isb(struct cpu *c)
{
	if (!c->machine->is_fast)
		machine_begin(c->machine);
}
