/* SPDX-License-Identifier: MIT */
/*
 * What caches do though nobody asked: speculative fills and evictions, one by one. Which
 * and when is unasked.c's.
 *
 * A fill needs a live cacheable translation, in the TLB or in the tables that a walk would
 * find: nothing is ever fetched through a mapping that is not there.
 *
 * Leaves out: speculative reads of registers and through Device mappings, which
 * Arm forbids.
 *
 * Spec: DDI 0406C, A3.5.3 "Normal memory", B2.2.2 "Behavior of caches".
 */
#include "../sim.h"

/* What the live tables said of a page, valid while its age is the present one. */
struct page_note {
	uint32_t age;
	bool is_cacheable;
	uint32_t va;			/* of the page, by the translation that was found */
	struct inner_ask ask;
};

struct speculation {
	struct page_note *pages;	/* by DRAM page */
	size_t len;
	uint32_t age;
};

struct speculation *speculation_new(struct machine *m)
{
	struct speculation *s = g_new0(struct speculation, 1);

	s->len = (m->dram.len >> PAGE_SHIFT) * sizeof(*s->pages);
	s->pages = reserve_new(s->len);
	s->age = 1;
	if (!s->pages)
		g_clear_pointer(&s, g_free);
	return s;
}

void speculation_free(struct machine *m)
{
	if (m->speculation)
		reserve_free(m->speculation->pages, m->speculation->len);
	g_free(m->speculation);
}

void speculation_forget(struct machine *m)
{
	if (m->speculation)
		m->speculation->age++;
}

static bool is_fillable(const struct machine *m, struct mem_attrs a)
{
	return inner_caches(m->running, a);
}

/*
 * Before ARMv6 nothing is fetched that no instruction asked for: Linux invalidates
 * nothing after DMA there (arch/arm/mm/proc-arm926.S, arm926_dma_unmap_area).
 */
static bool fetches_unasked(const struct machine *m)
{
	return m->running->board->part->arch >= 6;
}

/* One that a walk would find now. */
static bool find_in_tables(struct machine *m, uint64_t pa, uint32_t *ret_va,
			   struct mem_attrs *ret_attrs)
{
	struct translation t[8];
	size_t nr = MIN(cpu_find_aliases(m->running, pa, t, G_N_ELEMENTS(t)),
			G_N_ELEMENTS(t));

	for (size_t i = 0; i < nr; i++) {
		if (is_fillable(m, t[i].attrs)) {
			*ret_va = t[i].va_first + (uint32_t)(pa & (t[i].len - 1));
			*ret_attrs = t[i].attrs;
			return true;
		}
	}
	return false;
}

/* By the address that is to be tried first. */
static bool is_fillable_at(struct machine *m, uint64_t pa, uint32_t va, struct mem_attrs *ret)
{
	struct translation t = cpu_translate(m->running, va, false);

	*ret = t.attrs;
	return !t.fault.kind && t.pa == pa && is_fillable(m, t.attrs);
}

bool machine_may_fetch(struct machine *m, uint64_t pa, uint32_t *ret_va,
		       struct observe_path *ret_path)
{
	struct mem_attrs a = { .type = MEM_NORMAL };
	bool is_found = is_fillable_at(m, pa, *ret_va, &a) ||
			tlb_holds_cacheable(m, pa, ret_va, &a) ||
			find_in_tables(m, pa, ret_va, &a);

	*ret_path = (struct observe_path){
		.below = (uint8_t)outer_use_of(m, a), .is_inner = is_found,
		.is_through = a.inner == CACHE_WT, .is_shareable = a.is_shareable,
	};
	return is_found && fetches_unasked(m);
}

static const struct page_note *note_of(struct machine *m, struct place at)
{
	struct speculation *s = m->speculation;
	struct page_note *n = &s->pages[at.off >> PAGE_SHIFT];
	struct mem_attrs a = { .type = MEM_NORMAL };

	if (n->age != s->age) {
		n->is_cacheable = fetches_unasked(m) &&
				  (tlb_holds_cacheable(m, at.pa, &n->va, &a) ||
				   find_in_tables(m, at.pa, &n->va, &a));
		n->va &= ~PAGE_MASK;
		n->ask = (struct inner_ask){
			.use = (uint8_t)outer_use_of(m, a), .is_shareable = a.is_shareable,
			.is_speculative = true,
		};
		n->age = s->age;
	}
	return n;
}

bool speculate_fill(struct machine *m, struct place at)
{
	const struct page_note *n = note_of(m, at);
	struct seat s;

	if (!n->is_cacheable)
		return false;
	s = inner_seat(&m->inner, n->va | (at.pa & PAGE_MASK), at);
	if (inner_hits(&m->running->l1, s.slot))
		return false;
	inner_fill(m->running, s, n->ask);
	return true;
}

/* A prefetch into level 2 alone. */
bool speculate_fill_outer(struct machine *m, struct place at)
{
	if (!outer_is_on(&m->outer) || outer_hits(&m->outer, at) ||
	    !note_of(m, at)->is_cacheable || note_of(m, at)->ask.use < OUTER_WRITE_THROUGH)
		return false;
	return outer_fill(m, at, true) >= 0;
}

/* The prefetchers of real cores stop at a page, too. */
bool speculate_fill_next(struct machine *m, struct place at)
{
	struct place next = place_add(inner_line_place(&m->inner, at),
				      inner_line_bytes(&m->inner));

	return next.pa & PAGE_MASK && speculate_fill(m, next);
}

bool speculate_evict(struct machine *m, struct place at)
{
	bool is_there = inner_line_state(m, at).is_valid;

	if (is_there)
		inner_evict(m, at);
	return is_there;
}

bool speculate_evict_outer(struct machine *m, struct place at)
{
	int i = outer_is_on(&m->outer) ? outer_find(&m->outer, at) : -1;

	if (i < 0)
		return false;
	m->outer.counts.evicted++;
	outer_expel(m, i, CAUSE_EVICTION);
	return true;
}
