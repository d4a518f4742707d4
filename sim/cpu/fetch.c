/* SPDX-License-Identifier: MIT */
/*
 * Instruction fetches, and the operations on what serves them.
 *
 * Leaves out: execution. What code does is what the compiler's hooks tell; here it is
 * only bytes, so that code loaded by DMA or written by a CPU can be seen to be stale.
 *
 * Spec: DDI 0406C, B2.2.8 "Maintenance of instruction caches", B4.2.1.
 */
#include "access.h"

#include <string.h>

#define SCTLR_M		(1u << 0)
#define SCTLR_I		(1u << 12)

static bool refuse(struct cpu *c, enum fault_kind kind, uint32_t va, size_t len,
		   const void *site)
{
	struct cpu_fault f = mmu_fault(c, kind, 0, 0, va, (struct walk_ask){ .is_fetch = true });

	return cpu_refuse(c, &f, len, site);
}

/* Line by line, as all that is told of memory. */
static void tell_fetched(struct cpu *c, uint64_t word, uint32_t va, const uint8_t *bytes,
			 size_t len)
{
	struct machine *m = c->machine;

	while (len) {
		struct place at = place_of(m, word, va);
		size_t piece = piece_len(m, va, len);

		if (line_is_watched(m, at.off)) {
			struct observe_event ev = machine_event(m, OBSERVE_FETCH, at, bytes, piece);

			ev.va = va;
			ev.attrs = tlb_attrs(word);
			machine_tell(m, &ev);
		}
		va += (uint32_t)piece;
		bytes += piece;
		len -= piece;
	}
}

/* Through the instruction cache or past it; how many bytes that were. */
static size_t fetch_piece(struct cpu *c, uint64_t word, uint32_t va, void *buf, size_t len)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	size_t piece = MIN(len, PAGE_BYTES - (va & PAGE_MASK));
	enum outer_use use = outer_use_of(m, tlb_attrs(word));

	if (m->is_fast) {
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), piece);
		return piece;
	}
	if (c->l1i.nr_ways && c->reg[CP15_SCTLR] & SCTLR_I &&
	    tlb_attrs(word).inner != CACHE_NONE)
		return icache_read(m, &c->l1i, va, at, buf, piece, use);
	outer_read(m, at, buf, piece, use);
	return piece;
}

/* With the MMU off, instructions are Normal memory, though data is Strongly-ordered. */
static bool is_fetchable(const struct cpu *c, uint64_t word)
{
	return is_ram(word) &&
	       (tlb_attrs(word).type == MEM_NORMAL || !(c->reg[CP15_SCTLR] & SCTLR_M));
}

bool cpu_fetch(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site)
{
	cpu_begin(c, va, site);
	while (len) {
		static const struct walk_ask ask = { .is_fetch = true };
		struct cpu_fault f;
		uint64_t word = tlb_translate_as(c, va, ask, &f);
		size_t piece;

		if (!word)
			return cpu_refuse(c, &f, len, site);
		if (!is_fetchable(c, word))
			return refuse(c, FAULT_EXTERNAL, va, len, site);
		piece = fetch_piece(c, word, va, buf, len);
		if (!c->machine->is_fast)
			tell_fetched(c, word, va, buf, piece);
		va += (uint32_t)piece;
		buf = (char *)buf + piece;
		len -= piece;
	}
	return true;
}

/* ---- operations ------------------------------------------------------------ */

static void invalidate_all(struct cpu *c, bool is_wide)
{
	struct machine *m = c->machine;

	icache_invalidate_all(&c->l1i);
	for (unsigned i = 0; is_wide && i < m->nr_cpus; i++)
		icache_invalidate_all(&m->cpus[i]->l1i);
}

static bool invalidate_mva(struct cpu *c, uint32_t va)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word = tlb_find(c, va, false, &f);

	if (!word)
		return cpu_refuse(c, &f, 0, m->actor.site);

	uint64_t pa = tlb_pa(word) | (va & PAGE_MASK);
	bool is_wide = cpu_broadcasts(c) && tlb_attrs(word).is_shareable;

	icache_invalidate(&c->l1i, va, pa);
	for (unsigned i = 0; is_wide && i < m->nr_cpus; i++)
		icache_invalidate(&m->cpus[i]->l1i, va, pa);
	return true;
}

bool cpu_ic(struct cpu *c, enum ic_op op, uint32_t va)
{
	if (c->machine->is_fast)
		return true;
	cpu_begin(c, va, __builtin_return_address(0));
	if (op == IC_MVA)
		return invalidate_mva(c, va);
	if (op == IC_ALL || op == IC_ALL_IS)
		invalidate_all(c, op == IC_ALL_IS && cpu_broadcasts(c));
	return true;
}
