/* SPDX-License-Identifier: MIT */
/*
 * Filling and invalidating the TLB, and with it the window: the host mappings and
 * the fast path's table of state bytes follow the words at all times.
 */
#include "mmu.h"
#include "../sim.h"

#include <string.h>
#include <sys/mman.h>

#define MIB		(1u << 20)
#define PAGES_IN_MIB	(MIB / PAGE_BYTES)

bool tlb_init(struct tlb *t)
{
	t->words = reserve_new(TLB_PAGES * sizeof(*t->words));
	return t->words != NULL;
}

void tlb_done(struct tlb *t)
{
	reserve_free(t->words, TLB_PAGES * sizeof(*t->words));
}

/* ---- forgetting --------------------------------------------------------- */

static void clear_words(struct machine *m, uint32_t page, uint32_t nr_pages)
{
	for (uint32_t i = page; i < page + nr_pages; i++) {
		m->tlb.nr_live[i / PAGES_IN_MIB] -= m->tlb.words[i] != 0;
		__atomic_store_n(&m->tlb.words[i], 0, __ATOMIC_RELEASE);
		if (m->window->page_state)
			m->window->page_state[i] = NULL;
	}
}

/* The leaf of @word, of which @va is a byte, leaves. */
static void drop_leaf(struct machine *m, uint32_t va, uint64_t word)
{
	uint32_t len = tlb_leaf_bytes(word);

	va &= ~(len - 1);
	clear_words(m, va >> PAGE_SHIFT, len >> PAGE_SHIFT);
	window_unmap(m, va, len);
}

/* Whatever is held of [va, va + len), of any size, leaves. */
static void drop_range(struct machine *m, uint32_t va, uint32_t len)
{
	for (uint32_t page = va >> PAGE_SHIFT; len; len -= PAGE_BYTES, page++)
		if (m->tlb.words[page])
			drop_leaf(m, page << PAGE_SHIFT, m->tlb.words[page]);
}

void tlb_evict_all(struct machine *m)
{
	for (uint32_t mib = 0; mib < TLB_MIB;) {
		uint32_t end = mib;

		while (end < TLB_MIB && m->tlb.nr_live[end])
			end++;
		if (end == mib) {
			mib++;
			continue;
		}
		clear_words(m, mib * PAGES_IN_MIB, (end - mib) * PAGES_IN_MIB);
		window_unmap(m, mib * MIB, (uint64_t)(end - mib) * MIB);
		mib = end;
	}
	speculation_forget(m);
}

void tlb_evict_asid(struct machine *m, unsigned asid)
{
	for (uint32_t page = 0; page < TLB_PAGES; page++) {
		uint64_t word = m->tlb.words[page];

		if (!m->tlb.nr_live[page / PAGES_IN_MIB])
			page |= PAGES_IN_MIB - 1;	/* nothing in this MiB */
		else if (word & TLB_NON_GLOBAL && tlb_asid(word) == asid)
			drop_leaf(m, page << PAGE_SHIFT, word);
	}
	speculation_forget(m);
}

static void evict_mva(struct machine *m, uint32_t va, bool is_any_asid)
{
	uint64_t word = m->tlb.words[va >> PAGE_SHIFT];

	if (word && (is_any_asid || !(word & TLB_NON_GLOBAL) || tlb_asid(word) == (va & 0xff)))
		drop_leaf(m, va, word);
	speculation_forget(m);
}

static void tell_invalidate(struct cpu *c, uint32_t va, size_t len)
{
	struct observe_event ev = {
		.kind = OBSERVE_TLB_INVALIDATE,
		.cpu = c, .va = va, .len = len,
	};

	machine_tell(c->machine, &ev);
}

void cpu_tlbi(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	struct machine *m = c->machine;

	machine_settle(m);
	c->counts.tlb_invalidations++;
	machine_lock(m);
	switch (op) {
	case TLBI_ALL:
		tlb_evict_all(m);
		break;
	case TLBI_ASID:
		tlb_evict_asid(m, va & 0xff);
		break;
	case TLBI_MVA:
	case TLBI_MVAA:
		evict_mva(m, va, op == TLBI_MVAA);
		break;
	}
	if (op == TLBI_MVA || op == TLBI_MVAA)
		tell_invalidate(c, va & ~PAGE_MASK, PAGE_BYTES);
	else
		tell_invalidate(c, 0, 0);
	machine_unlock(m);
}

/* ---- filling -------------------------------------------------------------- */

static enum page_kind kind_of(const struct machine *m, struct mem_attrs a, uint64_t pa)
{
	struct place at;

	if (!dram_find(&m->dram, pa, &at))
		return bus_answers(m, pa) ? PAGE_IO : PAGE_VOID;
	if (m->is_fast)
		return PAGE_UNCACHED;
	if (a.type == MEM_NORMAL && a.inner != CACHE_NONE && m->l1.nr_ways)
		return PAGE_CACHED;
	return outer_use_of(m, a) == OUTER_BYPASS ? PAGE_UNCACHED : PAGE_LOOKED_UP;
}

static uint64_t word_of(const struct cpu *c, const struct leaf *l)
{
	unsigned size = (31u - (unsigned)__builtin_clz(l->len) - PAGE_SHIFT) / 4;

	return TLB_VALID |
	       (mmu_may(c, l, false) ? TLB_READABLE : 0) |
	       (mmu_may(c, l, true) ? TLB_WRITABLE : 0) |
	       (uint64_t)size << 33 |
	       (l->is_non_global ? TLB_NON_GLOBAL : 0) |
	       (uint64_t)(c->reg[CP15_CONTEXTIDR] & 0xff) << 36 |
	       (uint64_t)l->attrs.type << 44 | (uint64_t)l->attrs.inner << 46 |
	       (uint64_t)l->attrs.outer << 48 | (uint64_t)l->attrs.is_shareable << 50 |
	       (uint64_t)l->domain << 51;
}

static int prot_of(uint64_t word)
{
	return (word & TLB_READABLE ? PROT_READ : 0) | (word & TLB_WRITABLE ? PROT_WRITE : 0);
}

/* How far the page at @pa continues as one mapping: same kind, same bank. */
static uint32_t run_len(const struct machine *m, const struct leaf *l, uint32_t done,
			enum page_kind kind)
{
	const struct dram_bank *b = dram_bank_of(&m->dram, l->pa + done, 1);

	if (kind == PAGE_IO || kind == PAGE_VOID)
		return PAGE_BYTES;
	return (uint32_t)MIN((uint64_t)l->len - done, b->pa + b->len - (l->pa + done));
}

/*
 * The fast path needs no word from us on a hit, which an exact LRU cannot have, and
 * no dirty bit where stores write through (there LINE_DIRTY is never set).
 */
static void show_state(struct machine *m, uint32_t va, uint64_t off, uint32_t len)
{
	if (m->l1.policy == CACHE_LRU)
		return;
	for (uint32_t done = 0; done < len; done += PAGE_BYTES)
		m->window->page_state[(va + done) >> PAGE_SHIFT] = cache_state(&m->l1, off + done);
}

static void map_run(struct machine *m, uint32_t va, uint64_t pa, uint32_t len, uint64_t word)
{
	struct place at;

	if (!dram_find(&m->dram, pa, &at))
		return;		/* registers have no bytes to map: see core.c */
	window_map(m, va, len, m->dram.images[tlb_image(word)].fd, at.off, prot_of(word));
	if (tlb_kind(word) == PAGE_CACHED)
		show_state(m, va, at.off, len);
}

static void fill_run(struct machine *m, uint32_t va, uint64_t pa, uint32_t len, uint64_t word)
{
	map_run(m, va, pa, len, word);
	for (uint32_t done = 0; done < len; done += PAGE_BYTES) {
		uint32_t page = (va + done) >> PAGE_SHIFT;

		__atomic_store_n(&m->tlb.words[page], word | (pa + done) >> PAGE_SHIFT,
				 __ATOMIC_RELEASE);
		m->tlb.nr_live[page / PAGES_IN_MIB]++;
	}
}

static void tell_fill(struct cpu *c, const struct leaf *l)
{
	struct observe_event ev = {
		.kind = OBSERVE_TLB_FILL, .cpu = c, .va = l->va_first, .pa = l->pa,
		.len = l->len, .attrs = l->attrs,
	};

	machine_tell(c->machine, &ev);
}

static void fill(struct cpu *c, const struct leaf *l)
{
	struct machine *m = c->machine;
	uint64_t word = word_of(c, l);

	drop_range(m, l->va_first, l->len);
	for (uint32_t done = 0; done < l->len;) {
		enum page_kind kind = kind_of(m, l->attrs, l->pa + done);
		uint32_t len = run_len(m, l, done, kind);

		fill_run(m, l->va_first + done, l->pa + done, len, word | (uint64_t)kind << 28);
		done += len;
	}
	speculation_forget(m);
	if (c->reg[CP15_SCTLR] & 1) {	/* with the MMU off there is nothing to hold */
		c->counts.tlb_fills++;
		tell_fill(c, l);
	}
}

static uint64_t miss(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	struct machine *m = c->machine;
	uint64_t word;

	machine_lock(m);
	word = m->tlb.words[va >> PAGE_SHIFT];
	if (!word) {
		struct leaf l = mmu_walk(c, va, is_write);

		if (l.fault.kind == FAULT_NONE) {
			fill(c, &l);
			word = m->tlb.words[va >> PAGE_SHIFT];
		} else {
			*ret_fault = l.fault;
		}
	}
	machine_unlock(m);
	return word;
}

uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	uint64_t word = __atomic_load_n(&c->machine->tlb.words[va >> PAGE_SHIFT],
					__ATOMIC_ACQUIRE);

	return likely(word) ? word : miss(c, va, is_write, ret_fault);
}

uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	uint64_t word = tlb_find(c, va, is_write, ret_fault);

	if (unlikely(!word))
		return 0;
	if (likely(word & (is_write ? TLB_WRITABLE : TLB_READABLE)))
		return word;
	*ret_fault = mmu_fault(FAULT_PERMISSION, tlb_leaf_bytes(word) >= MIB ? 1 : 2,
			       tlb_domain(word), va, is_write);
	return 0;
}

/* Everything that the meaning of a walk hangs on. */
static bool translates_alike(const struct cpu *a, const struct cpu *b)
{
	static const enum cp15_reg regs[] = {
		CP15_SCTLR, CP15_TTBR0, CP15_TTBR1, CP15_TTBCR, CP15_DACR, CP15_PRRR,
		CP15_NMRR, CP15_CONTEXTIDR,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(regs); i++)
		if (a->reg[regs[i]] != b->reg[regs[i]])
			return false;
	return true;
}

void tlb_show(struct cpu *c)
{
	struct machine *m = c->machine;

	if (!translates_alike(c, m->running))
		tlb_evict_all(m);
	m->running = c;
}
