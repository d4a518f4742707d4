/* SPDX-License-Identifier: MIT */
/*
 * Filling and invalidating the TLBs. The window shows a page only after somebody's
 * word (window.c), so what leaves here is hidden there.
 */
#include "access.h"

#define PAGES_IN_MIB	(MIB / PAGE_BYTES)

const uint8_t tlb_leaf_shift[8] = { 12, 14, 16, 20, 21, 24, 30 };

struct tlb *tlb_new(bool is_fast)
{
	struct tlb *t = g_new0(struct tlb, 1);

	t->words = reserve_new(TLB_PAGES * sizeof(*t->words));
	if (!is_fast)
		t->page_state = reserve_new(TLB_PAGES * sizeof(*t->page_state));
	if (!t->words || (!is_fast && !t->page_state)) {
		tlb_free(t);
		return NULL;
	}
	return t;
}

void tlb_free(struct tlb *t)
{
	if (!t)
		return;
	reserve_free(t->words, TLB_PAGES * sizeof(*t->words));
	reserve_free(t->page_state, TLB_PAGES * sizeof(*t->page_state));
	g_free(t);
}

/* The CPUs from @i on, each TLB once: in the fast gear all share the first one's. */
static struct cpu *next_tlb(struct machine *m, unsigned i)
{
	return i < (m->is_fast ? 1 : m->nr_cpus) ? m->cpus[i] : NULL;
}

#define for_each_tlb(m, i, c)	for (unsigned i = 0; ((c) = next_tlb(m, i)); i++)

/* ---- forgetting --------------------------------------------------------- */

static void clear_words(struct tlb *t, uint32_t page, uint32_t nr_pages)
{
	for (uint32_t i = page; i < page + nr_pages; i++) {
		t->nr_live[i / PAGES_IN_MIB] -= t->words[i] != 0;
		__atomic_store_n(&t->words[i], 0, __ATOMIC_RELEASE);
	}
}

/* The leaf of @word, of which @va is a byte, leaves. */
static void drop_leaf(struct cpu *c, uint32_t va, uint64_t word)
{
	uint32_t len = tlb_leaf_bytes(word);

	va &= ~(len - 1);
	clear_words(c->tlb, va >> PAGE_SHIFT, len >> PAGE_SHIFT);
	window_hide(c->machine, va, len);
}

/* Whatever is held of [va, va + len), of any size, leaves. */
static void drop_range(struct cpu *c, uint32_t va, uint32_t len)
{
	for (uint32_t page = va >> PAGE_SHIFT; len; len -= PAGE_BYTES, page++)
		if (c->tlb->words[page])
			drop_leaf(c, page << PAGE_SHIFT, c->tlb->words[page]);
}

void tlb_evict_all(struct cpu *c)
{
	for (uint32_t mib = 0; mib < TLB_MIB; mib++)
		if (c->tlb->nr_live[mib])
			clear_words(c->tlb, mib * PAGES_IN_MIB, PAGES_IN_MIB);
	window_hide(c->machine, 0, WINDOW_BYTES);
	speculation_forget(c->machine);
}

void tlb_reconsider(struct machine *m)
{
	struct cpu *c;

	for_each_tlb(m, i, c)
		tlb_evict_all(c);
}

void tlb_evict_asid(struct cpu *c, unsigned asid)
{
	for (uint32_t page = 0; page < TLB_PAGES; page++) {
		uint64_t word = c->tlb->words[page];

		if (!c->tlb->nr_live[page / PAGES_IN_MIB])
			page |= PAGES_IN_MIB - 1;	/* nothing in this MiB */
		else if (word & TLB_NON_GLOBAL && tlb_asid(word) == asid)
			drop_leaf(c, page << PAGE_SHIFT, word);
	}
	speculation_forget(c->machine);
}

static void evict_mva(struct cpu *c, uint32_t va, bool is_any_asid)
{
	uint64_t word = c->tlb->words[va >> PAGE_SHIFT];

	if (word && (is_any_asid || !(word & TLB_NON_GLOBAL) || tlb_asid(word) == (va & 0xff)))
		drop_leaf(c, va, word);
	speculation_forget(c->machine);
}

static void tell_invalidate(struct cpu *c, uint32_t va, size_t len)
{
	struct observe_event ev = {
		.kind = OBSERVE_TLB_INVALIDATE,
		.cpu = c, .va = va, .len = len,
	};

	machine_tell(c->machine, &ev);
}

static void invalidate(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	switch (op) {
	case TLBI_ALL:
		tlb_evict_all(c);
		break;
	case TLBI_ASID:
		tlb_evict_asid(c, va & 0xff);
		break;
	case TLBI_MVA:
	case TLBI_MVAA:
		evict_mva(c, va, op == TLBI_MVAA);
		break;
	}
}

void cpu_tlbi(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	struct machine *m = c->machine;
	struct cpu *each;

	if (!m->is_fast)
		machine_begin(m);
	c->counts.tlb_invalidations++;
	machine_lock(m);
	for_each_tlb(m, i, each)
		invalidate(each, op, va);
	if (op == TLBI_MVA || op == TLBI_MVAA)
		tell_invalidate(c, va & ~PAGE_MASK, PAGE_BYTES);
	else
		tell_invalidate(c, 0, 0);
	machine_unlock(m);
}

/* ---- filling -------------------------------------------------------------- */

static enum page_kind kind_of(const struct cpu *c, struct mem_attrs a, uint64_t pa)
{
	const struct machine *m = c->machine;
	struct place at;

	if (!dram_find(&m->dram, pa, &at))
		return bus_answers(m, pa) ? PAGE_IO : PAGE_VOID;
	if (m->is_fast)
		return PAGE_UNCACHED;
	if (inner_caches(c, a))
		return PAGE_CACHED;
	return outer_use_of(m, a) == OUTER_BYPASS ? PAGE_UNCACHED : PAGE_LOOKED_UP;
}

static uint64_t size_of(uint32_t len)
{
	uint64_t size = 0;

	while (1u << tlb_leaf_shift[size] < len)
		size++;
	return size;
}

/* What the word of a page with quarters says of access: the most that any of them gives. */
static uint8_t perms_of(const struct cpu *c, const struct leaf *l)
{
	uint8_t perms = l->perms;

	for (unsigned i = 0; i < 4 && l->has_quarters; i++)
		perms |= mmu_quarter_perms(c, l->quarters, l->domain, i);
	return perms;
}

static uint64_t word_of(const struct cpu *c, const struct leaf *l)
{
	return TLB_VALID |
	       size_of(l->len) << TLB_SIZE_SHIFT |
	       (uint64_t)perms_of(c, l) << TLB_PERMS_SHIFT |
	       (l->has_quarters ? TLB_QUARTERS : 0) |
	       (l->is_non_global ? TLB_NON_GLOBAL : 0) |
	       (uint64_t)(l->has_quarters ? l->quarters : mmu_asid(c)) << 38 |
	       (uint64_t)l->attrs.type << 46 | (uint64_t)l->attrs.inner << 48 |
	       (uint64_t)l->attrs.outer << 50 | (uint64_t)l->attrs.is_shareable << 52 |
	       (uint64_t)l->attrs.is_outer_shareable << 53 | (uint64_t)l->domain << 54;
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

static void fill_run(struct tlb *t, uint32_t va, uint64_t pa, uint32_t len, uint64_t word)
{
	for (uint32_t done = 0; done < len; done += PAGE_BYTES) {
		uint32_t page = (va + done) >> PAGE_SHIFT;

		__atomic_store_n(&t->words[page], word | (pa + done) >> PAGE_SHIFT,
				 __ATOMIC_RELEASE);
		t->nr_live[page / PAGES_IN_MIB]++;
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

	drop_range(c, l->va_first, l->len);
	for (uint32_t done = 0; done < l->len;) {
		enum page_kind kind = kind_of(c, l->attrs, l->pa + done);
		uint32_t len = run_len(m, l, done, kind);

		fill_run(c->tlb, l->va_first + done, l->pa + done, len,
			 word | (uint64_t)kind << 28);
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
	word = c->tlb->words[va >> PAGE_SHIFT];
	if (!word) {
		struct leaf l = mmu_walk(c, va, (struct walk_ask){ .is_write = is_write });

		if (l.fault.kind == FAULT_NONE && l.len < PAGE_BYTES)
			l.fault = mmu_refusal(c, FAULT_EXTERNAL, va, is_write);	/* mmu-v5.c */
		if (l.fault.kind == FAULT_NONE) {
			fill(c, &l);
			word = c->tlb->words[va >> PAGE_SHIFT];
		} else {
			*ret_fault = l.fault;
		}
	}
	machine_unlock(m);
	return word;
}

uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	uint64_t word = __atomic_load_n(&c->tlb->words[va >> PAGE_SHIFT],
					__ATOMIC_ACQUIRE);

	return likely(word) ? word : miss(c, va, is_write, ret_fault);
}

/* Of a page with quarters, the one that @va is in has the say. */
static bool quarter_may(const struct cpu *c, uint64_t word, uint32_t va, uint64_t perm)
{
	uint8_t perms = mmu_quarter_perms(c, (uint8_t)tlb_asid(word), tlb_domain(word),
					  va >> 10 & 3);

	return (uint64_t)perms << TLB_PERMS_SHIFT & perm;
}

uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	uint64_t word = tlb_find(c, va, is_write, ret_fault);

	uint64_t perm = is_write ? TLB_WRITABLE : TLB_READABLE;

	if (unlikely(!word))
		return 0;
	if (likely((word & (perm | TLB_QUARTERS)) == perm) ||
	    (word & TLB_QUARTERS && quarter_may(c, word, va, perm)))
		return word;
	*ret_fault = mmu_fault(c, FAULT_PERMISSION,
			       mmu_level(c, tlb_leaf_bytes(word), tlb_domain(word)),
			       tlb_domain(word), va, (struct walk_ask){ .is_write = is_write });
	return 0;
}

bool tlb_holds_cacheable(const struct machine *m, uint64_t pa, struct mem_attrs *ret_attrs)
{
	const struct tlb *t = m->running->tlb;

	for (uint32_t page = 0; page < TLB_PAGES; page++) {
		uint64_t word = t->words[page];

		if (!t->nr_live[page / PAGES_IN_MIB]) {
			page |= PAGES_IN_MIB - 1;
		} else if (word && tlb_pa(word) == (pa & ~(uint64_t)PAGE_MASK) &&
			   tlb_kind(word) == PAGE_CACHED) {
			*ret_attrs = tlb_attrs(word);
			return true;
		}
	}
	return false;
}
