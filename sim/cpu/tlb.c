/* SPDX-License-Identifier: MIT */
/*
 * Filling a TLB and looking things up in it: see tlb.h. What invalidates it is tlbi.c.
 * The window shows a page only after somebody's word (window.c), so what leaves here is
 * hidden there.
 */
#include "access.h"

#define PAGES_IN_MIB	(MIB / PAGE_BYTES)
#define SCTLR_M		1u

#define WORD_FRAME	0xfffffffull
#define WORD_KIND_SHIFT	28

const uint8_t tlb_leaf_shift[TLB_SIZES] = {
	12, 14, 16, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
};

/* ---- one for each CPU, or two ----------------------------------------------- */

static struct tlb_shape shape_of(const struct cpu *c)
{
	bool is_real = c->machine->config.tlb == TLB_REAL && !c->machine->is_fast;

	return is_real ? c->board->part->tlb : (struct tlb_shape){ .nr_entries = 0 };
}

static void tlb_free(struct tlb *t)
{
	if (!t)
		return;
	reserve_free(t->words, TLB_PAGES * sizeof(*t->words));
	reserve_free(t->page_state, TLB_PAGES * sizeof(*t->page_state));
	tlb_store_done(&t->store);
	g_free(t);
}

static struct tlb *tlb_new(const struct cpu *c, bool is_of_data)
{
	bool has_states = is_of_data && !c->machine->is_fast;
	struct tlb *t = g_new0(struct tlb, 1);

	tlb_store_init(&t->store, shape_of(c));
	t->is_of_data = is_of_data;
	t->words = reserve_new(TLB_PAGES * sizeof(*t->words));
	if (has_states)
		t->page_state = reserve_new(TLB_PAGES * sizeof(*t->page_state));
	if (!t->words || (has_states && !t->page_state)) {
		tlb_free(t);
		return NULL;
	}
	return t;
}

static bool is_split(const struct cpu *c)
{
	return c->board->part->tlb_is_split && !c->machine->is_fast;
}

bool tlbs_init(struct machine *m)
{
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		struct cpu *c = m->cpus[i];

		c->tlb = i && m->is_fast ? m->cpus[0]->tlb : tlb_new(c, true);
		c->itlb = is_split(c) ? tlb_new(c, false) : c->tlb;
		if (!c->tlb || !c->itlb)
			return false;
	}
	return true;
}

void tlbs_done(struct machine *m)
{
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		struct cpu *c = m->cpus[i];

		if (c->itlb != c->tlb)
			tlb_free(c->itlb);
		if (!i || !m->is_fast)
			tlb_free(c->tlb);
	}
}

/* ---- words ---------------------------------------------------------------------- */

static void set_word(struct tlb *t, uint32_t page, uint64_t word)
{
	uint64_t old = t->words[page];

	t->nr_live[page / PAGES_IN_MIB] += (word != 0) - (old != 0);
	t->nr_local[page / PAGES_IN_MIB] += !!(word & TLB_NON_GLOBAL) - !!(old & TLB_NON_GLOBAL);
	__atomic_store_n(&t->words[page], word, __ATOMIC_RELEASE);
}

/* Nothing is known of [va, va + len) any longer. What the window shows of it, it shows. */
static void clear_words(struct tlb *t, uint32_t va, uint64_t len)
{
	uint32_t end = (uint32_t)((va + len) >> PAGE_SHIFT);

	for (uint32_t page = va >> PAGE_SHIFT; page < end; page++) {
		if (!t->nr_live[page / PAGES_IN_MIB]) {
			page |= PAGES_IN_MIB - 1;
		} else if (t->words[page]) {
			set_word(t, page, 0);
			if (t->page_state)
				t->page_state[page] = NULL;
		}
	}
}

/* The same, and an access that nobody announces will trap. */
static void forget(struct cpu *c, struct tlb *t, uint32_t va, uint64_t len)
{
	clear_words(t, va, len);
	if (t->is_of_data)
		window_hide(c->machine, va, len);
}

static void forget_leaf(struct cpu *c, struct tlb *t, uint32_t va, uint64_t word)
{
	uint32_t len = tlb_leaf_bytes(word);

	forget(c, t, va & ~(len - 1), len);
}

/* The words of the address space that was current. */
static void forget_local(struct cpu *c, struct tlb *t)
{
	for (uint32_t page = 0; page < TLB_PAGES; page++) {
		if (!t->nr_local[page / PAGES_IN_MIB])
			page |= PAGES_IN_MIB - 1;
		else if (t->words[page] & TLB_NON_GLOBAL)
			forget_leaf(c, t, page << PAGE_SHIFT, t->words[page]);
	}
}

static void forget_all(struct cpu *c, struct tlb *t)
{
	forget(c, t, 0, WINDOW_BYTES);
	speculation_forget(c->machine);
}

void tlb_forget_words(struct cpu *c)
{
	forget_all(c, c->tlb);
	if (c->itlb != c->tlb)
		forget_all(c, c->itlb);
}

void tlb_reconsider(struct machine *m)
{
	for (unsigned i = 0; i < m->nr_cpus; i++)
		tlb_forget_words(m->cpus[i]);
}

static void turn_to(struct cpu *c, struct tlb *t, unsigned asid)
{
	if (t->asid == asid)
		return;
	forget_local(c, t);
	t->asid = asid;
}

void tlb_turn(struct cpu *c)
{
	turn_to(c, c->tlb, mmu_asid(c));
	turn_to(c, c->itlb, mmu_asid(c));
	speculation_forget(c->machine);
}

/* ---- entries that leave ------------------------------------------------------------ */

struct leaving {
	struct cpu *cpu;
	struct tlb *tlb;
};

static void is_invalidated(void *opaque, const struct tlb_entry *e)
{
	struct leaving *l = opaque;

	if (tlb_matches_asid(e->word, l->tlb->asid))
		forget_leaf(l->cpu, l->tlb, e->va_first, e->word);
}

void tlb_remove(struct cpu *c, struct tlb *t, uint32_t va, uint64_t len, struct tlb_which which)
{
	tlb_store_remove(&t->store, va, len, which, is_invalidated, &(struct leaving){ c, t });
	speculation_forget(c->machine);
}

void tlb_evict_all(struct cpu *c)
{
	struct tlb_which all = { .of_any_asid = true };

	tlb_remove(c, c->tlb, 0, WINDOW_BYTES, all);
	if (c->itlb != c->tlb)
		tlb_remove(c, c->itlb, 0, WINDOW_BYTES, all);
	tlb_forget_words(c);
}

static void tell_of_conflict(struct cpu *c, const struct tlb_entry *e)
{
	struct observe_event ev = {
		.kind = OBSERVE_TLB_CONFLICT, .cpu = c, .va = e->va_first, .pa = tlb_pa(e->word),
		.len = tlb_leaf_bytes(e->word), .attrs = tlb_attrs(e->word),
	};

	c->counts.tlb_conflicts++;
	machine_tell(c->machine, &ev);
}

/*
 * An entry gives way to another, perhaps in the middle of one long store: the window
 * must go on showing what has been made ready for it. In the fast gear nothing is made
 * ready, and only a page that is not shown traps.
 */
static void gives_way(struct cpu *c, struct tlb *t, const struct tlb_entry *e)
{
	if (!tlb_matches_asid(e->word, t->asid))
		return;
	if (c->machine->is_fast)
		forget_leaf(c, t, e->va_first, e->word);
	else
		clear_words(t, e->va_first, tlb_leaf_bytes(e->word));
}

static void is_in_conflict(void *opaque, const struct tlb_entry *e)
{
	struct leaving *l = opaque;

	gives_way(l->cpu, l->tlb, e);
	tell_of_conflict(l->cpu, e);
}

/* ---- filling ------------------------------------------------------------------- */

static enum page_kind kind_of(const struct cpu *c, struct mem_attrs a, uint64_t pa)
{
	const struct machine *m = c->machine;
	struct place at;

	if (!dram_find(&m->dram, pa, &at))
		return bus_answers_in(m, pa & ~(uint64_t)PAGE_MASK, PAGE_BYTES) ? PAGE_IO
										: PAGE_VOID;
	if (m->is_fast)
		return PAGE_UNCACHED;
	if (inner_caches(c, a))
		return PAGE_CACHED;
	return outer_use_of(m, a) == OUTER_BYPASS && !m->order && !m->stb.holds
		? PAGE_UNCACHED : PAGE_LOOKED_UP;
}

static uint64_t size_of(uint32_t len)
{
	uint64_t size = 0;

	while (1u << tlb_leaf_shift[size] < len)
		size++;
	return size;
}

/* What the word of a page with quarters says of access: the most that any of them gives. */
static uint8_t leaf_perms(const struct cpu *c, const struct leaf *l)
{
	uint8_t perms = l->perms;

	for (unsigned i = 0; i < 4 && l->has_quarters; i++)
		perms |= mmu_quarter_perms(c, l->quarters, l->domain, i);
	return perms;
}

static uint64_t word_of(const struct cpu *c, const struct tlb *t, const struct leaf *l)
{
	return TLB_VALID |
	       size_of(l->len) << TLB_SIZE_SHIFT |
	       (uint64_t)leaf_perms(c, l) << TLB_PERMS_SHIFT |
	       (l->has_quarters ? TLB_QUARTERS : 0) |
	       (l->is_non_global ? TLB_NON_GLOBAL : 0) |
	       (uint64_t)(l->has_quarters ? l->quarters : t->asid) << TLB_ASID_SHIFT |
	       (uint64_t)l->attrs.type << 46 | (uint64_t)l->attrs.inner << 48 |
	       (uint64_t)l->attrs.outer << 50 | (uint64_t)l->attrs.is_shareable << 52 |
	       (uint64_t)l->attrs.is_outer_shareable << 53 | (uint64_t)l->domain << 54 |
	       (l->pa >> PAGE_SHIFT & WORD_FRAME);
}

static unsigned perms_of(uint64_t word)
{
	return word >> TLB_PERMS_SHIFT & PERM_ALL;
}

/* In user mode, what the user may is all there is. */
static unsigned perms_in_mode(const struct cpu *c, unsigned perms)
{
	unsigned users = perms & (PERM_USER_READ | PERM_USER_WRITE | PERM_USER_FETCH);

	if (!c->is_user)
		return perms;
	return users | (users >> 2 & (PERM_READ | PERM_WRITE)) | (users >> 1 & PERM_FETCH);
}

static uint64_t with_perms(uint64_t word, uint64_t perms)
{
	return (word & ~((uint64_t)PERM_ALL << TLB_PERMS_SHIFT)) | perms << TLB_PERMS_SHIFT;
}

/* What an entry means for the page of @va. */
static uint64_t note_word(struct cpu *c, struct tlb *t, uint64_t word, uint32_t va_first,
			  uint32_t va)
{
	uint32_t page = va >> PAGE_SHIFT;

	word += page - (va_first >> PAGE_SHIFT);	/* its low bits number a frame */
	word = with_perms(word, perms_in_mode(c, mmu_domain_perms(c, perms_of(word),
								  tlb_domain(word))));
	word |= (uint64_t)kind_of(c, tlb_attrs(word), tlb_pa(word)) << WORD_KIND_SHIFT;
	set_word(t, page, word);
	return word;
}

static void tell_fill(struct cpu *c, const struct leaf *l)
{
	struct observe_event ev = {
		.kind = OBSERVE_TLB_FILL, .cpu = c, .va = l->va_first, .pa = l->pa,
		.len = l->len, .attrs = l->attrs,
	};

	c->counts.tlb_fills++;
	machine_tell(c->machine, &ev);
}

/* A new entry; what could match the same access goes. */
static void add_entry(struct cpu *c, struct tlb *t, const struct leaf *l, uint64_t word)
{
	struct tlb_which rivals = {
		.of_any_asid = !l->is_non_global, .of_asid = true, .global = true,
		.asid = (uint8_t)t->asid,
	};
	struct tlb_entry evicted;

	tlb_store_remove(&t->store, l->va_first, l->len, rivals, is_in_conflict,
			 &(struct leaving){ c, t });
	if (tlb_store_add(&t->store, word, l->va_first, &evicted)) {
		c->counts.tlb_evictions++;
		gives_way(c, t, &evicted);
	}
	speculation_forget(c->machine);
	tell_fill(c, l);
}

static bool is_mmu_on(const struct cpu *c)
{
	return c->reg[CP15_SCTLR] & SCTLR_M;
}

/* With the MMU off there is nothing to hold, and what is held waits. */
static uint64_t walk(struct cpu *c, struct tlb *t, uint32_t va, struct walk_ask ask,
		     struct cpu_fault *ret_fault)
{
	struct leaf l = mmu_walk(c, va, ask);
	uint64_t word;

	if (l.fault.kind == FAULT_NONE && l.len < PAGE_BYTES)		/* see mmu-v5.c */
		l.fault = mmu_fault(c, FAULT_EXTERNAL, 0, 0, va, ask);
	if (l.fault.kind != FAULT_NONE) {
		*ret_fault = l.fault;
		return 0;
	}
	word = word_of(c, t, &l);
	if (is_mmu_on(c))
		add_entry(c, t, &l, word);
	return note_word(c, t, word, l.va_first, va);
}

static uint64_t miss_locked(struct cpu *c, struct tlb *t, uint32_t va, struct walk_ask ask,
			    struct cpu_fault *ret_fault)
{
	uint64_t word = t->words[va >> PAGE_SHIFT];
	const struct tlb_entry *e;

	if (word)		/* another thread has been faster */
		return word;
	e = is_mmu_on(c) ? tlb_store_find(&t->store, va, t->asid) : NULL;
	return e ? note_word(c, t, e->word, e->va_first, va) : walk(c, t, va, ask, ret_fault);
}

static uint64_t miss(struct cpu *c, struct tlb *t, uint32_t va, struct walk_ask ask,
		     struct cpu_fault *ret_fault)
{
	uint64_t word;

	machine_lock(c->machine);
	word = miss_locked(c, t, va, ask, ret_fault);
	machine_unlock(c->machine);
	return word;
}

/* ---- looking up ----------------------------------------------------------------- */

static inline uint64_t find(struct cpu *c, struct tlb *t, uint32_t va, struct walk_ask ask,
			    struct cpu_fault *ret_fault)
{
	uint64_t word = __atomic_load_n(&t->words[va >> PAGE_SHIFT], __ATOMIC_ACQUIRE);

	return likely(word) ? word : miss(c, t, va, ask, ret_fault);
}

uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	return find(c, c->tlb, va, (struct walk_ask){ .is_write = is_write }, ret_fault);
}

static uint64_t refuse(const struct cpu *c, uint64_t word, uint32_t va, struct walk_ask ask,
		       struct cpu_fault *ret_fault)
{
	*ret_fault = mmu_fault(c, mmu_denial(c, tlb_domain(word)),
			       mmu_level(c, tlb_leaf_bytes(word), tlb_domain(word)),
			       tlb_domain(word), va, ask);
	return 0;
}

/* Of a page with quarters, the one that @va is in has the say. */
static struct leaf perms_at(const struct cpu *c, uint64_t word, uint32_t va)
{
	unsigned domain = tlb_domain(word), idx = va >> 10 & 3;
	struct leaf l = { .perms = (uint8_t)perms_of(word) };

	if (word & TLB_QUARTERS)
		l.perms = (uint8_t)perms_in_mode(c, mmu_domain_perms(c,
			mmu_quarter_perms(c, (uint8_t)tlb_asid(word), domain, idx), domain));
	return l;
}

static uint64_t check(const struct cpu *c, uint64_t word, uint32_t va, struct walk_ask ask,
		      struct cpu_fault *ret_fault)
{
	struct leaf l = perms_at(c, word, va);

	if (mmu_may(&l, ask))
		return word;
	return refuse(c, word, va, ask, ret_fault);
}

uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault)
{
	struct walk_ask ask = { .is_write = is_write };
	uint64_t word = find(c, c->tlb, va, ask, ret_fault);
	uint64_t perm = is_write ? TLB_WRITABLE : TLB_READABLE;

	if (likely((word & (perm | TLB_QUARTERS)) == perm))
		return word;
	return word ? check(c, word, va, ask, ret_fault) : 0;
}

uint64_t tlb_translate_as(struct cpu *c, uint32_t va, struct walk_ask ask,
			  struct cpu_fault *ret_fault)
{
	uint64_t word = find(c, ask.is_fetch ? c->itlb : c->tlb, va, ask, ret_fault);

	return word ? check(c, word, va, ask, ret_fault) : 0;
}

struct search {
	const struct cpu *cpu;
	uint64_t pa;
	uint32_t *ret_va;
	struct mem_attrs *ret_attrs;
};

static bool makes_cacheable(void *opaque, const struct tlb_entry *e)
{
	const struct search *s = opaque;
	struct mem_attrs a = tlb_attrs(e->word);

	if (s->pa - tlb_pa(e->word) >= tlb_leaf_bytes(e->word) ||
	    !tlb_matches_asid(e->word, s->cpu->tlb->asid) ||
	    kind_of(s->cpu, a, s->pa) != PAGE_CACHED)
		return false;
	*s->ret_va = e->va_first + (uint32_t)(s->pa - tlb_pa(e->word));
	*s->ret_attrs = a;
	return true;
}

bool tlb_holds_cacheable(const struct machine *m, uint64_t pa, uint32_t *ret_va,
			 struct mem_attrs *ret_attrs)
{
	struct search s = { m->running, pa, ret_va, ret_attrs };

	return is_mmu_on(m->running) &&
	       tlb_store_any(&m->running->tlb->store, makes_cacheable, &s);
}
