/* SPDX-License-Identifier: MIT */
/*
 * Plain C accesses through the window, announced by a compiler's hook.
 *
 * The hook runs before the access and does not know a store's value. Where the value
 * matters to somebody (an observer, a level below, a register), the store is left
 * pending and the machine's next event fetches it from the window; that event may be
 * anything, so everything begins with machine_settle().
 */
#include "quick.h"

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

/* ---- lines whose bytes are not in the image ------------------------------------ */

static bool is_private(const struct cpu *c, uint64_t word, uint32_t va)
{
	const struct machine *m = c->machine;

	return m->inner.is_many && tlb_kind(word) == PAGE_CACHED &&
	       *inner_state(&c->l1, inner_slot(&m->inner, va, place_of(m, word, va))) &
	       LINE_PRIVATE;
}

/* What this CPU would see of a line that it does not hold, when the image is a peer's. */
static void peek_line(struct cpu *c, uint64_t word, struct seat line, uint8_t *buf)
{
	struct machine *m = c->machine;
	uint32_t len = inner_line_bytes(&m->inner);

	if (inner_hits(&c->l1, line.slot))
		memcpy(buf, inner_bytes(c, line), len);
	else if (!ask_of(m, word, true).is_shareable ||
		 !inner_snoop_read(m, INNER_EVERY_CPU, line.at, buf, len))
		outer_peek(m, line.at, buf, len);
}

/*
 * A native access to a line that the image cannot show, since there it is a peer's: the
 * peer's bytes are put aside until the next event, which takes them back.
 */
static void lend(struct cpu *c, uint64_t word, uint32_t va)
{
	struct machine *m = c->machine;
	struct seat line = inner_line(&m->inner,
				      inner_seat(&m->inner, va, place_of(m, word, va)));
	uint8_t *image = m->inner.bytes + line.slot, mine[INNER_MAX_LINE];
	struct lent_line lent = { .slot = line.slot };

	memcpy(lent.bytes, image, inner_line_bytes(&m->inner));
	peek_line(c, word, line, mine);
	memcpy(image, mine, inner_line_bytes(&m->inner));
	g_array_append_val(m->lent, lent);
	if (!m->pending.cpu)
		m->pending = (struct pending){ .cpu = c, .va = va };
}

static void take_back(struct machine *m)
{
	while (m->lent->len) {
		const struct lent_line *lent =
			&g_array_index(m->lent, struct lent_line, m->lent->len - 1);

		memcpy(m->inner.bytes + lent->slot, lent->bytes, inner_line_bytes(&m->inner));
		g_array_set_size(m->lent, m->lent->len - 1);
	}
}

/* ---- loads and stores --------------------------------------------------------- */

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

/* All that there is to do, where the window shows the page as this CPU has it. */
static inline bool is_quick(struct cpu *c, uint32_t va, size_t len, bool is_store,
			    const void *site)
{
	struct place at;

	return quick_may(c) && c->machine->window->page_state == c->tlb->page_state &&
	       c->tlb->page_state[va >> PAGE_SHIFT] &&
	       quick_access(c, va, len, is_store, site, &at);
}

static void before_load(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	struct machine *m = c->machine;

	if (m->is_fast)		/* the window is DRAM; what it lacks will trap */
		return;
	cpu_begin(c, va, site);
	cpu_make_present(c, va, len, false, site);
	window_turn_to(c);
	if (unlikely(m->order != NULL))
		order_note_load(c, va, len);
	while (len) {
		struct cpu_fault f;
		uint64_t word = access_admit(c, va, unit(len), false, &f);
		size_t piece = piece_len(m, va, len);

		if (unlikely(!word))
			abort_refused(c, &f, len, site);
		if (unlikely(!is_ram(word)))
			return before_io_load(c, word, va, len, site);
		window_show(c, va, word);
		access_load(c, word, va, piece);
		if (unlikely(is_private(c, word, va)))
			lend(c, word, va);
		if (unlikely(m->order != NULL))
			order_show(c, word, va, piece, false);
		va += (uint32_t)piece;
		len -= piece;
	}
	if (unlikely(m->order != NULL))
		order_show_loads(c);
}

void cpu_before_load(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	if (unlikely(!is_quick(c, va, len, false, site)))
		before_load(c, va, len, site);
}

/*
 * A store that will be fetched, through a line that is not held or is watched. The
 * image's bytes are about to differ from those below, and may be a peer's.
 */
static void show_around_cached(struct cpu *c, uint64_t word, uint32_t va, size_t len)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	struct seat s = inner_seat(&m->inner, va, at);

	notes_clear(&m->notes, at.off, NOTE_SAME);
	if (page_summary(&m->pages, at.off)->cpus & c->l1.peer_bits)
		lend(c, word, va);
	else if (!inner_hits(&c->l1, s.slot))
		outer_peek(m, at, m->inner.bytes + s.slot, len);
}

static void show_around_uncached(struct machine *m, uint64_t word, uint32_t va, size_t len)
{
	struct place at = place_of(m, word, va);
	uint8_t *bytes = window_bytes(m, word, va, at);

	if (outer_use_of(m, tlb_attrs(word)) == OUTER_BYPASS)
		outer_peek_past(m, at, bytes, len);
	else
		outer_peek(m, at, bytes, len);
}

/* The bytes around a store, for a compiler that reads them without saying so. */
static void show_around(struct cpu *c, uint64_t word, uint32_t va, size_t len)
{
	struct machine *m = c->machine;

	if (tlb_kind(word) == PAGE_CACHED)
		show_around_cached(c, word, va, len);
	else if (tlb_kind(word) == PAGE_LOOKED_UP)
		show_around_uncached(m, word, va, len);
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
static bool prepare_store(struct cpu *c, uint64_t word, uint32_t va)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	struct seat s = inner_seat(&m->inner, va, at);
	uint8_t *state = inner_state(&c->l1, s.slot);

	if (line_is_watched(m, at.off))
		return false;
	if (tlb_kind(word) == PAGE_UNCACHED)
		return true;
	if (!is_write_back(m, word))
		return false;
	if (!(*state & LINE_VALID)) {
		if (!c->l1.write_allocate)
			return false;
		m->actor.attrs = tlb_attrs(word);
		inner_fill(c, s, ask_of(m, word, true));
	} else if (!(*state & LINE_RECENT)) {
		inner_touch(c, s);
	}
	if (*state & LINE_PRIVATE)
		return false;
	inner_make_dirty(c, s);
	return true;
}

/*
 * A store of more lines than there are sets could push its own first lines out, or make
 * an inclusive level 2 do so, before it has happened: such a one is always fetched.
 */
static bool is_too_long_to_prepare(const struct cpu *c, size_t len)
{
	const struct outer *l2 = &c->machine->outer;

	return len > ((size_t)c->l1.set_mask + 1) << c->l1.line_shift ||
	       (l2->is_inclusive &&
		len > ((size_t)l2->set_mask + 1) << l2->line_shift);
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
	if (may_prepare && prepare_store(c, word, va))
		return true;
	show_around(c, word, va, piece);
	if (unlikely(m->order != NULL))
		order_show(c, word, va, piece, true);
	return false;
}

static void before_store(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	struct machine *m = c->machine;
	struct pending pending = {
		.cpu = c, .va = va, .len = len, .is_store = true, .site = site,
	};
	bool may_prepare = !is_too_long_to_prepare(c, len);
	bool is_ready = true;

	if (m->is_fast)
		return;
	cpu_begin(c, va, site);
	cpu_make_present(c, va, len, true, site);
	window_turn_to(c);
	while (len) {
		size_t piece = piece_len(m, va, len);

		is_ready &= before_store_piece(c, va, piece, len, may_prepare, site);
		va += (uint32_t)piece;
		len -= piece;
	}
	if (unlikely(m->order != NULL))
		order_show_loads(c);
	if (!is_ready) {
		m->pending = pending;
		observe_store_begins(c, site);
	}
}

void cpu_before_store(struct cpu *c, uint32_t va, size_t len, const void *site)
{
	if (unlikely(!is_quick(c, va, len, true, site)))
		before_store(c, va, len, site);
}

void machine_before_load(struct machine *m, uint32_t va, size_t len, const void *site)
{
	cpu_before_load(cpu_of_thread(m), va, len, site);
}

void machine_before_store(struct machine *m, uint32_t va, size_t len, const void *site)
{
	cpu_before_store(cpu_of_thread(m), va, len, site);
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
	take_back(m);
	m->pending.cpu = NULL;
	m->actor = (struct actor){ .cpu = p.cpu, .site = p.site };
	while (p.len) {
		/* Held still, unless the TLB has no room for all pages of a long store. */
		struct cpu_fault f;
		uint64_t word = tlb_translate(p.cpu, p.va, p.is_store, &f);
		size_t piece = piece_len(m, p.va, p.len);

		if (unlikely(!word))
			abort_refused(p.cpu, &f, p.len, p.site);
		if (!is_ram(word))
			return settle_registers(m, &p, word, bytes);
		access_store(p.cpu, word, p.va, bytes, piece);
		p.va += (uint32_t)piece;
		bytes += piece;
		p.len -= piece;
	}
}
