/* SPDX-License-Identifier: MIT */
/*
 * Loads, stores, maintenance and barriers of one CPU.
 *
 * A plain C store is native: its hook runs before it and does not know the value.
 * Where the value matters to somebody (an observer, a level below, a register),
 * the store is left pending and the machine's next event fetches it from the
 * window; that event may be anything, so everything begins with machine_settle().
 *
 * Leaves out: store buffers and early loads (each access is complete before the
 * next one), exclusive monitors, allocation hints (a core allocates as its part
 * does, whatever RGN says).
 *
 * Spec: DDI 0406C, A3 "Application level memory model".
 */
#include "mmu.h"
#include "../sim.h"

#include <string.h>
#include <sys/mman.h>

#define DFSR_CM		(1u << 13)

static _Thread_local struct cpu *current;

struct cpu *cpu_enter(struct cpu *c)
{
	struct cpu *before = current;

	current = c;
	return before;
}

struct cpu *cpu_current(void)
{
	return current;
}

struct cpu *cpu_of_thread(struct machine *m)
{
	return current && current->machine == m ? current : m->cpus[0];
}

void cpu_forget(struct machine *m)
{
	if (current && current->machine == m)
		current = NULL;
}

void cpu_begin(struct cpu *c, uint32_t va, const void *site)
{
	struct machine *m = c->machine;

	if (m->is_fast)
		return;
	machine_settle(m);
	if (unlikely(c != m->running))
		tlb_show(c);
	m->actor = (struct actor){ .cpu = c, .va = va, .site = site };
}

static void tell_fault(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site)
{
	struct observe_event ev = {
		.kind = OBSERVE_CPU_FAULT, .cpu = c, .va = f->va, .len = len, .fault = *f,
		.site = site,
	};

	if (c->machine->is_fast)
		g_mutex_lock(&c->machine->lock);
	machine_tell(c->machine, &ev);
	if (c->machine->is_fast)
		g_mutex_unlock(&c->machine->lock);
}

bool cpu_refuse(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site)
{
	c->fault = *f;
	c->reg[CP15_DFSR] = f->dfsr;
	c->reg[CP15_DFAR] = f->va;
	c->counts.faults++;
	tell_fault(c, f, len, site);
	return false;
}

struct cpu_fault cpu_last_fault(const struct cpu *c)
{
	return c->fault;
}

/* ---- one access, within one line ----------------------------------------- */

static bool is_normal(uint64_t word)
{
	return tlb_attrs(word).type == MEM_NORMAL;
}

static bool is_ram(uint64_t word)
{
	return tlb_kind(word) <= PAGE_LOOKED_UP;
}

static bool is_single(uint32_t va, size_t len)
{
	return (len == 1 || len == 2 || len == 4 || len == 8) && !(va & (len - 1));
}

static struct place place_of(const struct machine *m, uint64_t word, uint32_t va)
{
	struct place at = { 0, 0 };

	dram_find(&m->dram, tlb_pa(word) | (va & PAGE_MASK), &at);
	return at;
}

/* Where the window's bytes of a page of RAM are, in the simulator's own mapping. */
static uint8_t *window_bytes(const struct machine *m, uint64_t word, struct place at)
{
	static const enum image_kind image[] = {
		[PAGE_CACHED] = IMAGE_INNER,
		[PAGE_UNCACHED] = IMAGE_DRAM,
		[PAGE_LOOKED_UP] = IMAGE_NC,
	};

	return dram_bytes(&m->dram, image[tlb_kind(word)], at.off);
}

/* Make the window's bytes right; who answered. */
static enum observe_answer see(struct machine *m, uint64_t word, struct place at, size_t len)
{
	switch (tlb_kind(word)) {
	case PAGE_CACHED:
		if (!cache_hits(&m->l1, at.off))
			return inner_fill(m, at, outer_use_of(m, tlb_attrs(word)), false);
		cache_touch(&m->l1, at);
		return ANSWER_L1;
	case PAGE_LOOKED_UP:
		return outer_read(m, at, window_bytes(m, word, at), len,
				  outer_use_of(m, tlb_attrs(word)));
	default:
		return ANSWER_DRAM;
	}
}

static void load_piece(struct machine *m, uint64_t word, uint32_t va, size_t len)
{
	struct place at = place_of(m, word, va);
	bool is_watched = line_is_watched(m, at.off);
	enum observe_answer answer;

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	speculate(m, at);
	answer = see(m, word, at, len);
	if (unlikely(is_watched)) {
		struct observe_event ev = machine_event(m, OBSERVE_LOAD, at,
							window_bytes(m, word, at), len);

		ev.answer = answer;
		machine_tell(m, &ev);
	}
}

/* A store that hits, or that the core allocates for, stays in L1. */
static void put_cached(struct machine *m, uint64_t word, struct place at, const void *buf,
		       size_t len)
{
	struct mem_attrs a = tlb_attrs(word);
	bool is_through = a.inner == CACHE_WT;
	enum outer_use use = outer_use_of(m, a);

	if (cache_hits(&m->l1, at.off))
		cache_touch(&m->l1, at);
	else if (is_through || !m->l1.write_allocate)
		return outer_write(m, at, buf, len, use);
	else
		inner_fill(m, at, use, false);

	memcpy(m->l1.bytes + at.off, buf, len);
	if (is_through)
		outer_write(m, at, buf, len, use);
	else
		*cache_state(&m->l1, at.off) |= LINE_DIRTY;
}

static void put(struct machine *m, uint64_t word, struct place at, const void *buf, size_t len)
{
	switch (tlb_kind(word)) {
	case PAGE_CACHED:
		put_cached(m, word, at, buf, len);
		break;
	case PAGE_LOOKED_UP:
		outer_write(m, at, buf, len, outer_use_of(m, tlb_attrs(word)));
		break;
	default:
		memcpy(dram_bytes(&m->dram, IMAGE_DRAM, at.off), buf, len);
		break;
	}
}

/* @buf must not lie in an image: a fill may overwrite what is there. */
static void store_piece(struct machine *m, uint64_t word, uint32_t va, const void *buf,
			size_t len)
{
	struct place at = place_of(m, word, va);
	bool is_watched = line_is_watched(m, at.off);

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	speculate(m, at);
	put(m, word, at, buf, len);
	if (unlikely(is_watched)) {
		struct observe_event ev = machine_event(m, OBSERVE_STORE, at, buf, len);

		machine_tell(m, &ev);
	}
	speculate(m, at);
}

/* ---- whole accesses --------------------------------------------------------- */

/* Bytes up to the end of the line, or in the fast gear, of the page. */
static size_t piece_len(const struct machine *m, uint32_t va, size_t len)
{
	size_t room = m->is_fast ? PAGE_BYTES : cache_line_bytes(&m->l1);

	room -= va & (room - 1);
	return MIN(len, room);
}

/*
 * The word for the piece of an access at @va; 0 with a fault. Memory that is not
 * Normal takes single aligned accesses only.
 */
static uint64_t admit(struct cpu *c, uint32_t va, size_t len, bool is_write,
		      struct cpu_fault *ret_fault)
{
	uint64_t word = tlb_translate(c, va, is_write, ret_fault);

	if (likely(word && is_normal(word) && is_ram(word)))
		return word;
	if (!word)
		return 0;
	if (tlb_kind(word) == PAGE_VOID)
		*ret_fault = mmu_fault(FAULT_EXTERNAL, 0, 0, va, is_write);
	else if (!is_single(va, len))
		*ret_fault = mmu_fault(FAULT_ALIGNMENT, 0, 0, va, is_write);
	else
		return word;
	return 0;
}

static bool io_load(struct cpu *c, uint64_t word, uint32_t va, void *buf, size_t len)
{
	uint64_t value;

	if (!bus_read(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, &value))
		return false;
	memcpy(buf, &value, len);
	return true;
}

static bool io_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len)
{
	uint64_t value = 0;

	memcpy(&value, buf, len);
	return bus_write(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, value);
}

static bool refuse_bus(struct cpu *c, uint32_t va, size_t len, bool is_write, const void *site)
{
	struct cpu_fault f = mmu_fault(FAULT_EXTERNAL, 0, 0, va, is_write);

	return cpu_refuse(c, &f, len, site);
}

bool cpu_load(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site)
{
	struct machine *m = c->machine;

	cpu_begin(c, va, site);
	while (len) {
		struct cpu_fault f;
		uint64_t word = admit(c, va, len, false, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			return cpu_refuse(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return io_load(c, word, va, buf, len) ||
			       refuse_bus(c, va, len, false, site);
		if (!m->is_fast)
			load_piece(m, word, va, piece);
		memcpy(buf, window_bytes(m, word, place_of(m, word, va)), piece);
		va += (uint32_t)piece;
		buf = (char *)buf + piece;
		len -= piece;
	}
	return true;
}

bool cpu_store(struct cpu *c, uint32_t va, const void *buf, size_t len, const void *site)
{
	struct machine *m = c->machine;

	cpu_begin(c, va, site);
	while (len) {
		struct cpu_fault f;
		uint64_t word = admit(c, va, len, true, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			return cpu_refuse(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return io_store(c, word, va, buf, len) ||
			       refuse_bus(c, va, len, true, site);
		if (m->is_fast)
			memcpy(window_bytes(m, word, place_of(m, word, va)), buf, piece);
		else
			store_piece(m, word, va, buf, piece);
		va += (uint32_t)piece;
		buf = (const char *)buf + piece;
		len -= piece;
	}
	return true;
}

/* ---- native accesses ---------------------------------------------------------- */

static void abort_refused(struct cpu *c, const struct cpu_fault *f, size_t len,
			  const void *site)
{
	cpu_refuse(c, f, len, site);
	cpu_abort(c, f, len, site);
}

/* A range of a compiler's hook is many accesses of a byte: that is always aligned. */
static size_t unit(size_t len)
{
	return len > 8 ? 1 : len;
}

/*
 * A plain access to a register goes to a scratch page that the window shows until the
 * next event: longer, and code that no hook announces would find it there.
 */
static void open_registers(struct machine *m, uint32_t va)
{
	window_map(m, va & ~PAGE_MASK, PAGE_BYTES, m->scratch.fd, 0, PROT_READ | PROT_WRITE);
}

static void close_registers(struct machine *m, uint32_t va)
{
	window_unmap(m, va & ~PAGE_MASK, PAGE_BYTES);
}

static void before_io_load(struct cpu *c, uint64_t word, uint32_t va, size_t len,
			   const void *site)
{
	struct machine *m = c->machine;
	bool is_aligned = is_single(va, len);

	if (!is_aligned || !io_load(c, word, va, m->scratch.bytes + (va & PAGE_MASK), len)) {
		struct cpu_fault f = mmu_fault(is_aligned ? FAULT_EXTERNAL : FAULT_ALIGNMENT,
					       0, 0, va, false);

		abort_refused(c, &f, len, site);
	}
	open_registers(m, va);
	m->pending = (struct pending){ .cpu = c, .va = va, .len = len, .site = site };
}

void cpu_before_load(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	struct machine *m = c->machine;

	if (m->is_fast)		/* the window is DRAM; what it lacks will trap */
		return;
	cpu_begin(c, va, site);
	while (len) {
		struct cpu_fault f;
		uint64_t word = admit(c, va, unit(len), false, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			abort_refused(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return before_io_load(c, word, va, len, site);
		load_piece(m, word, va, piece);
		va += (uint32_t)piece;
		len -= piece;
	}
}

/* The bytes around a store, for a compiler that reads them without saying so. */
static void show_around(struct machine *m, uint64_t word, struct place at, size_t len)
{
	if (tlb_kind(word) == PAGE_CACHED && !cache_hits(&m->l1, at.off))
		outer_peek(m, at, m->l1.bytes + at.off, len);
	else if (tlb_kind(word) == PAGE_LOOKED_UP)
		outer_peek(m, at, window_bytes(m, word, at), len);
}

/* Does a store to this page need no more than a dirty line in L1? */
static bool is_write_back(const struct machine *m, uint64_t word)
{
	return tlb_kind(word) == PAGE_CACHED && tlb_attrs(word).inner != CACHE_WT;
}

/*
 * Get the line ready for a native store and say whether that is all there is to do;
 * if not, the value has to be fetched afterwards.
 */
static bool prepare_store(struct machine *m, uint64_t word, uint32_t va)
{
	struct place at = place_of(m, word, va);

	if (line_is_watched(m, at.off))
		return false;
	if (tlb_kind(word) == PAGE_UNCACHED)
		return true;
	if (!is_write_back(m, word))
		return false;
	if (!cache_hits(&m->l1, at.off)) {
		if (!m->l1.write_allocate)
			return false;
		m->actor.attrs = tlb_attrs(word);
		inner_fill(m, at, outer_use_of(m, tlb_attrs(word)), false);
	} else {
		cache_touch(&m->l1, at);
	}
	*cache_state(&m->l1, at.off) |= LINE_DIRTY;
	return true;
}

/*
 * A store of more lines than a set's stride could push its own first lines out
 * before it has happened: such a one is always fetched, never prepared.
 */
static bool is_too_long_to_prepare(const struct machine *m, size_t len)
{
	return len > ((size_t)m->l1.set_mask + 1) << m->l1.line_shift;
}

/* True: the store is taken care of; false: fetch it. */
static bool before_store_piece(struct cpu *c, uint32_t va, size_t piece, size_t len,
			       bool may_prepare, const void *site)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word = admit(c, va, unit(len), true, &f);

	if (word && !is_ram(word) && !is_single(va, len)) {
		f = mmu_fault(FAULT_ALIGNMENT, 0, 0, va, true);
		word = 0;
	}
	if (unlikely(!word))
		abort_refused(c, &f, len, site);
	if (!is_ram(word)) {
		open_registers(m, va);
		return false;
	}
	if (may_prepare && prepare_store(m, word, va))
		return true;
	show_around(m, word, place_of(m, word, va), piece);
	return false;
}

void cpu_before_store(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	struct machine *m = c->machine;
	struct pending pending = {
		.cpu = c, .va = va, .len = len, .is_store = true, .site = site,
	};
	bool may_prepare = !is_too_long_to_prepare(m, len);
	bool is_ready = true;

	if (m->is_fast)
		return;
	cpu_begin(c, va, site);
	while (len) {
		size_t piece = piece_len(m, va, len);

		is_ready &= before_store_piece(c, va, piece, len, may_prepare, site);
		va += (uint32_t)piece;
		len -= piece;
	}
	if (!is_ready)
		m->pending = pending;
}

static void settle_registers(struct machine *m, const struct pending *p, uint64_t word,
			     const uint8_t *bytes)
{
	close_registers(m, p->va);
	if (!p->is_store || io_store(p->cpu, word, p->va, bytes, p->len))
		return;

	struct cpu_fault f = mmu_fault(FAULT_EXTERNAL, 0, 0, p->va, true);

	abort_refused(p->cpu, &f, p->len, p->site);
}

/*
 * All bytes are taken out of the window before any of them takes effect: a line that is
 * filled meanwhile, by the store or by speculation, would go over those that follow.
 */
void machine_settle_slow(struct machine *m)
{
	struct pending p = m->pending;
	const uint8_t *bytes;

	g_byte_array_set_size(m->settled, 0);
	g_byte_array_append(m->settled, (const guint8 *)m->window_base + p.va, (guint)p.len);
	bytes = m->settled->data;
	m->pending.cpu = NULL;
	m->actor = (struct actor){ .cpu = p.cpu, .site = p.site };
	while (p.len) {
		/* Nothing has happened since, so the translation is still held. */
		uint64_t word = m->tlb.words[p.va >> PAGE_SHIFT];
		size_t piece = piece_len(m, p.va, p.len);

		g_assert(word);
		if (!is_ram(word))
			return settle_registers(m, &p, word, bytes);
		store_piece(m, word, p.va, bytes, piece);
		p.va += (uint32_t)piece;
		bytes += piece;
		p.len -= piece;
	}
}

/* ---- maintenance and barriers ------------------------------------------------------ */

static void count_dc(struct cpu *c, enum dc_op op, uint64_t nr_lines)
{
	bool has_l2 = c->machine->l2.nr_ways && !c->machine->has_outer;

	for (unsigned level = 0; level <= has_l2; level++) {
		if (op != DC_INVALIDATE)
			c->counts.level[level].cleaned += nr_lines;
		if (op != DC_CLEAN)
			c->counts.level[level].invalidated += nr_lines;
	}
}

/*
 * Cleaning goes outward level by level; what is invalidated must go from the outer
 * level first, or the inner one's victim could bring it back.
 */
static void dc_levels(struct machine *m, enum dc_op op, struct place at)
{
	bool has_l2 = m->l2.nr_ways && !m->has_outer;

	if (op != DC_INVALIDATE) {
		cache_op(&m->l1, op, at);
		if (has_l2)
			cache_op(&m->l2, op, at);
		return;
	}
	if (has_l2)
		cache_op(&m->l2, op, at);
	cache_op(&m->l1, op, at);
}

static bool dc_line(struct cpu *c, enum dc_op op, uint32_t va)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word = tlb_find(c, va, true, &f);

	if (unlikely(!word)) {
		f.dfsr |= DFSR_CM;
		return cpu_refuse(c, &f, 0, m->actor.site);
	}
	count_dc(c, op, 1);
	if (!is_ram(word))
		return true;

	struct place at = place_of(m, word, va);

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	speculate(m, at);
	dc_levels(m, op, at);
	speculate(m, at);
	return true;
}

bool cpu_dc(struct cpu *c, enum dc_op op, uint32_t va)
{
	if (c->machine->is_fast) {
		count_dc(c, op, 1);
		return true;
	}
	cpu_begin(c, va, __builtin_return_address(0));
	return dc_line(c, op, va);
}

bool cpu_dc_range(struct cpu *c, enum dc_op op, uint32_t va, size_t len)
{
	uint32_t step = machine_line_min(c->machine);
	uint64_t end = (uint64_t)va + len;
	uint64_t at = va & ~(step - 1);

	if (!len)
		return true;
	if (c->machine->is_fast) {
		count_dc(c, op, (end - at + step - 1) / step);
		return true;
	}
	cpu_begin(c, va, __builtin_return_address(0));
	for (; at < end; at += step)
		if (!dc_line(c, op, (uint32_t)at))
			return false;
	return true;
}

static void barrier(struct cpu *c)
{
	if (!c->machine->is_fast)
		machine_settle(c->machine);
	c->counts.barriers++;
}

void cpu_dsb(struct cpu *c)
{
	barrier(c);
}

void cpu_dmb(struct cpu *c)
{
	barrier(c);
}

void cpu_isb(struct cpu *c)
{
	if (!c->machine->is_fast)
		machine_settle(c->machine);
}
