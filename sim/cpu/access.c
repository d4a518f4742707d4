/* SPDX-License-Identifier: MIT */
/*
 * Where an access goes, by the kind of its page: see access.h.
 *
 * Leaves out: store buffers and early loads (each access is complete before the
 * next one), exclusive monitors, allocation hints (a core allocates as its part
 * does, whatever RGN says).
 *
 * Spec: DDI 0406C, A3.5 "Memory types and attributes and the memory order model".
 */
#include "access.h"

#include <string.h>

static bool is_normal(uint64_t word)
{
	return tlb_attrs(word).type == MEM_NORMAL;
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

void access_load(struct machine *m, uint64_t word, uint32_t va, size_t len)
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
		dram_commit(m, at, buf, len);
		break;
	}
}

void access_store(struct machine *m, uint64_t word, uint32_t va, const void *buf, size_t len)
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

uint64_t access_admit(struct cpu *c, uint32_t va, size_t len, bool is_write,
		      struct cpu_fault *ret_fault)
{
	uint64_t word = tlb_translate(c, va, is_write, ret_fault);

	if (likely(word && is_normal(word) && is_ram(word)))
		return word;
	if (!word)
		return 0;
	if (tlb_kind(word) == PAGE_VOID)
		*ret_fault = mmu_refusal(c, FAULT_EXTERNAL, va, is_write);
	else if (!is_single(va, len))
		*ret_fault = mmu_refusal(c, FAULT_ALIGNMENT, va, is_write);
	else
		return word;
	return 0;
}

bool access_io_load(struct cpu *c, uint64_t word, uint32_t va, void *buf, size_t len)
{
	uint64_t value;

	if (!bus_read(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, &value))
		return false;
	memcpy(buf, &value, len);
	return true;
}

bool access_io_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len)
{
	uint64_t value = 0;

	memcpy(&value, buf, len);
	return bus_write(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, value);
}
