/* SPDX-License-Identifier: MIT */
/*
 * Where an access goes, by the kind of its page: see access.h.
 *
 * Leaves out: early loads (each is complete before the next access; what stores may do
 * is in order.h), exclusive monitors, allocation hints (a core allocates as its part
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

static enum observe_answer see_cached(struct cpu *c, uint64_t word, struct seat s)
{
	uint8_t state = *inner_state(&c->l1, s.slot);

	if (!(state & LINE_VALID))
		return inner_fill(c, s, ask_of(c->machine, word, false));
	if (!(state & LINE_RECENT))
		inner_touch(c, s);
	return ANSWER_L1;
}

/* Make the bytes that the CPU sees right; who answered. */
static enum observe_answer see(struct cpu *c, uint64_t word, struct seat s, size_t len)
{
	struct machine *m = c->machine;

	switch (tlb_kind(word)) {
	case PAGE_CACHED:
		return see_cached(c, word, s);
	case PAGE_LOOKED_UP:
		return outer_read(m, s.at, dram_bytes(&m->dram, IMAGE_NC, s.at.off), len,
				  outer_use_of(m, tlb_attrs(word)));
	default:
		return ANSWER_DRAM;
	}
}

static const uint8_t *seen(const struct cpu *c, uint64_t word, struct seat s)
{
	if (tlb_kind(word) == PAGE_CACHED)
		return inner_bytes(c, s);
	return dram_bytes(&c->machine->dram, tlb_image(word), s.at.off);
}

const uint8_t *access_load(struct cpu *c, uint64_t word, uint32_t va, size_t len)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	struct seat s = inner_seat(&m->inner, va, at);
	bool is_watched = line_is_watched(m, at.off);
	enum observe_answer answer;
	const uint8_t *bytes;

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	event_begins(m, at, EVENT_READS);
	if (unlikely(m->order != NULL))
		order_before_load(c, at);
	answer = see(c, word, s, len);
	bytes = seen(c, word, s);
	if (unlikely(m->order != NULL))
		bytes = order_forward(c, word, va, at, bytes, len);
	if (unlikely(is_watched)) {
		struct observe_event ev = machine_event(m, OBSERVE_LOAD, at, bytes, len);

		ev.answer = answer;
		ev.path = path_of(m, word);
		if (m->order)
			ev.order = order_judge(m, NULL, c, at, len);
		machine_tell(m, &ev);
	}
	return bytes;
}

/* A store that the core does not allocate for. */
static void put_past(struct cpu *c, uint64_t word, struct place at, const void *buf, size_t len)
{
	struct inner_ask ask = ask_of(c->machine, word, true);

	if (c->machine->inner.is_coherent && ask.is_shareable)
		inner_expel_peers(c, inner_line_place(&c->machine->inner, at));
	outer_write(c->machine, at, buf, len, ask.use);
}

/* A store that hits, or that the core allocates for, stays in L1. */
static void put_cached(struct cpu *c, uint64_t word, struct seat s, const void *buf, size_t len)
{
	struct machine *m = c->machine;
	bool is_through = tlb_attrs(word).inner == CACHE_WT;
	uint8_t state = *inner_state(&c->l1, s.slot);

	if (!(state & LINE_VALID)) {
		if (is_through || !c->l1.write_allocate) {
			put_past(c, word, s.at, buf, len);
			return;
		}
		inner_fill(c, s, ask_of(m, word, true));
	} else if (!(state & LINE_RECENT)) {
		inner_touch(c, s);
	}
	if (!is_through)
		inner_make_dirty(c, s);
	else if (!(state & LINE_UNIQUE))
		inner_claim(c, inner_line(&m->inner, s));
	memcpy(inner_bytes(c, s), buf, len);
	if (is_through)
		outer_write(m, s.at, buf, len, outer_use_of(m, tlb_attrs(word)));
}

void access_put(struct cpu *c, uint64_t word, uint32_t va, struct place at, const void *buf,
		size_t len)
{
	struct machine *m = c->machine;

	switch (tlb_kind(word)) {
	case PAGE_CACHED:
		put_cached(c, word, inner_seat(&m->inner, va, at), buf, len);
		break;
	case PAGE_LOOKED_UP:
		outer_write(m, at, buf, len, outer_use_of(m, tlb_attrs(word)));
		break;
	default:
		dram_commit(m, at, buf, len);
		break;
	}
}

void access_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	unsigned what = EVENT_MAY_WAIT | (tlb_kind(word) == PAGE_CACHED ? 0 : EVENT_WRITES_BELOW);
	bool is_watched = line_is_watched(m, at.off);

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	event_begins(m, at, what);
	if (likely(!m->order))
		access_put(c, word, va, at, buf, len);
	if (unlikely(is_watched)) {
		struct observe_event ev = machine_event(m, OBSERVE_STORE, at, buf, len);

		ev.path = path_of(m, word);
		machine_tell(m, &ev);
	}
	if (unlikely(m->order != NULL))
		order_store(c, word, va, at, buf, len);
	event_ended(m, at, what);
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
	else if (!is_single(va, len) && !(is_ram(word) && c->board->part->arch < 6))
		*ret_fault = mmu_refusal(c, FAULT_ALIGNMENT, va, is_write);
	else
		return word;
	return 0;
}

bool access_io_load(struct cpu *c, uint64_t word, uint32_t va, void *buf, size_t len)
{
	uint64_t value;

	if (unlikely(c->machine->order != NULL))
		order_before_register(c, false);
	if (!bus_read(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, &value))
		return false;
	memcpy(buf, &value, len);
	return true;
}

bool access_io_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len)
{
	uint64_t value = 0;

	if (unlikely(c->machine->order != NULL))
		order_before_register(c, true);
	memcpy(&value, buf, len);
	return bus_write(c, tlb_pa(word) | (va & PAGE_MASK), (unsigned)len, value);
}
