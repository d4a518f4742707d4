/* SPDX-License-Identifier: MIT */
/*
 * Plain C accesses through the window, announced by a compiler's hook.
 *
 * The hook runs before the access and does not know a store's value. Where the value
 * matters to somebody (an observer, a level below, a register), the store is left
 * pending and the machine's next event fetches it from the window; that event may be
 * anything, so everything begins with machine_settle().
 */
#include "access.h"

#include <sys/mman.h>

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
	window_hide(m, va & ~PAGE_MASK, PAGE_BYTES);	/* another CPU may have RAM there */
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

	if (!is_aligned || !access_io_load(c, word, va, m->scratch.bytes + (va & PAGE_MASK), len)) {
		enum fault_kind kind = is_aligned ? FAULT_EXTERNAL : FAULT_ALIGNMENT;
		struct cpu_fault f = mmu_refusal(c, kind, va, false);

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
	window_turn_to(c);
	while (len) {
		struct cpu_fault f;
		uint64_t word = access_admit(c, va, unit(len), false, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			abort_refused(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return before_io_load(c, word, va, len, site);
		window_show(c, va, word);
		access_load(m, word, va, piece);
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
	uint64_t word = access_admit(c, va, unit(len), true, &f);

	if (word && !is_ram(word) && !is_single(va, len)) {
		f = mmu_refusal(c, FAULT_ALIGNMENT, va, true);
		word = 0;
	}
	if (unlikely(!word))
		abort_refused(c, &f, len, site);
	if (!is_ram(word)) {
		open_registers(m, va);
		return false;
	}
	window_show(c, va, word);
	if (tlb_kind(word) == PAGE_UNCACHED)	/* the native store changes DRAM itself */
		dram_diverge(m, place_of(m, word, va), piece);
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
	window_turn_to(c);
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
	if (!p->is_store || access_io_store(p->cpu, word, p->va, bytes, p->len))
		return;

	struct cpu_fault f = mmu_refusal(p->cpu, FAULT_EXTERNAL, p->va, true);

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
		uint64_t word = p.cpu->tlb->words[p.va >> PAGE_SHIFT];
		size_t piece = piece_len(m, p.va, p.len);

		g_assert(word);
		if (!is_ram(word))
			return settle_registers(m, &p, word, bytes);
		access_store(m, word, p.va, bytes, piece);
		p.va += (uint32_t)piece;
		bytes += piece;
		p.len -= piece;
	}
}
