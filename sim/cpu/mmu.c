/* SPDX-License-Identifier: MIT */
/* The walker: see mmu.h. */
#include "mmu.h"
#include "../sim.h"

#include <string.h>

#define SCTLR_M		(1u << 0)
#define SCTLR_C		(1u << 2)
#define SCTLR_TRE	(1u << 28)
#define SCTLR_AFE	(1u << 29)

enum dacr_access { DOMAIN_NONE, DOMAIN_CLIENT, DOMAIN_RESERVED, DOMAIN_MANAGER };

/* DDI 0406C, Table B3-23: FS[3:0] at level 1; level 2 is the second column. */
static const struct {
	uint8_t level1, level2;
} fault_status[] = {
	[FAULT_TRANSLATION]   = { 0x5, 0x7 },
	[FAULT_ACCESS_FLAG]   = { 0x3, 0x6 },
	[FAULT_DOMAIN]        = { 0x9, 0xb },
	[FAULT_PERMISSION]    = { 0xd, 0xf },
	[FAULT_EXTERNAL]      = { 0x8, 0x8 },
	[FAULT_WALK_EXTERNAL] = { 0xc, 0xe },
	[FAULT_ALIGNMENT]     = { 0x1, 0x1 },
};

struct cpu_fault mmu_fault(enum fault_kind kind, int level, unsigned domain, uint32_t va,
			   bool is_write)
{
	uint32_t fs = level == 2 ? fault_status[kind].level2 : fault_status[kind].level1;

	return (struct cpu_fault){
		.kind = kind, .level = level, .va = va, .is_write = is_write,
		.dfsr = (uint32_t)is_write << 11 | domain << 4 | fs,
	};
}

/* ---- where descriptors are read from --------------------------------- */

/* One walk's point of view: which level its reads start at. */
struct table_view {
	const struct machine *m;
	bool is_inner;			/* L1 takes part */
	bool is_outer;			/* level 2 does */
};

static struct table_view table_view(const struct cpu *c, uint32_t ttbr)
{
	const struct machine *m = c->machine;
	struct mem_attrs a = attrs_of_ttbr(ttbr);
	bool is_on = c->reg[CP15_SCTLR] & SCTLR_C && !m->is_fast;

	return (struct table_view){
		.m = m,
		.is_inner = is_on && a.inner != CACHE_NONE && c->board->part->walks_in_l1,
		.is_outer = is_on && outer_use_of(m, a) != OUTER_BYPASS,
	};
}

/* False when no DRAM answers at @pa. */
static bool read_table(const struct table_view *v, uint64_t pa, uint32_t *ret_desc, size_t len)
{
	struct place at;

	if (!dram_bank_of(&v->m->dram, pa, len))
		return false;
	dram_find(&v->m->dram, pa, &at);
	if (v->is_inner)
		inner_peek(v->m, at, ret_desc, len);
	else if (v->is_outer)
		outer_peek(v->m, at, ret_desc, len);
	else
		memcpy(ret_desc, dram_bytes(&v->m->dram, IMAGE_DRAM, at.off), len);
	return true;
}

/* ---- decoding --------------------------------------------------------- */

static struct mem_attrs leaf_attrs(const struct cpu *c, struct desc_attrs d)
{
	struct mem_attrs a = c->reg[CP15_SCTLR] & SCTLR_TRE
		? attrs_remapped(d, c->reg[CP15_PRRR], c->reg[CP15_NMRR])
		: attrs_plain(d);

	if (!(c->reg[CP15_SCTLR] & SCTLR_C))
		a.inner = a.outer = CACHE_NONE;
	return a;
}

static struct leaf section_leaf(const struct cpu *c, uint32_t va, uint32_t desc)
{
	bool is_super = desc >> 18 & 1;
	struct leaf l = {
		.len = is_super ? 16 * MIB : MIB,
		.domain = is_super ? 0 : desc >> 5 & 15,
		.ap = (uint8_t)((desc >> 15 & 1) << 2 | (desc >> 10 & 3)),
		.is_non_global = desc >> 17 & 1,
		.attrs = leaf_attrs(c, (struct desc_attrs){
			.tex = desc >> 12 & 7, .c = desc >> 3 & 1, .b = desc >> 2 & 1,
			.s = desc >> 16 & 1,
		}),
	};

	l.va_first = va & ~(l.len - 1);
	l.pa = desc & ~(l.len - 1);
	/* PA[39:32] is optional; it comes with the large physical addresses of LPAE. */
	if (is_super && c->board->part->has_lpae)
		l.pa |= (uint64_t)(desc >> 20 & 15) << 32 | (uint64_t)(desc >> 5 & 15) << 36;
	return l;
}

static struct leaf page_leaf(const struct cpu *c, uint32_t va, uint32_t desc, uint8_t domain)
{
	bool is_large = (desc & 3) == 1;
	struct leaf l = {
		.len = is_large ? 16 * PAGE_BYTES : PAGE_BYTES,
		.domain = domain,
		.ap = (uint8_t)((desc >> 9 & 1) << 2 | (desc >> 4 & 3)),
		.is_non_global = desc >> 11 & 1,
		.attrs = leaf_attrs(c, (struct desc_attrs){
			.tex = desc >> (is_large ? 12 : 6) & 7,
			.c = desc >> 3 & 1, .b = desc >> 2 & 1, .s = desc >> 10 & 1,
		}),
	};

	l.va_first = va & ~(l.len - 1);
	l.pa = desc & ~(l.len - 1);
	return l;
}

/* Checks that both levels share: the access flag comes before the domain. */
static struct leaf checked(const struct cpu *c, struct leaf l, uint32_t va, int level,
			   bool is_write)
{
	unsigned access = c->reg[CP15_DACR] >> 2 * l.domain & 3;

	if (c->reg[CP15_SCTLR] & SCTLR_AFE && !(l.ap & 1))
		l.fault = mmu_fault(FAULT_ACCESS_FLAG, level, l.domain, va, is_write);
	else if (access == DOMAIN_NONE || access == DOMAIN_RESERVED)
		l.fault = mmu_fault(FAULT_DOMAIN, level, l.domain, va, is_write);
	return l;
}

static struct leaf refused(enum fault_kind kind, int level, unsigned domain, uint32_t va,
			   bool is_write)
{
	return (struct leaf){ .fault = mmu_fault(kind, level, domain, va, is_write) };
}

/* ---- the walk ------------------------------------------------------------ */

static struct leaf flat_leaf(uint32_t va)
{
	return (struct leaf){
		.pa = va & ~(MIB - 1), .va_first = va & ~(MIB - 1), .len = MIB,
		.ap = 3, .attrs = attrs_strongly_ordered(),
	};
}

/*
 * The first-level descriptor of @va: the TTBR it hangs on, and where it is. False
 * where TTBCR.PD0 or PD1 forbids the walk.
 */
static bool level1_entry(const struct cpu *c, uint32_t va, uint32_t *ret_ttbr, uint64_t *ret_pa)
{
	uint32_t ttbcr = c->reg[CP15_TTBCR];
	unsigned n = ttbcr & 7;
	bool is_ttbr1 = n && va >> (32 - n);
	uint32_t ttbr = c->reg[is_ttbr1 ? CP15_TTBR1 : CP15_TTBR0];

	if (is_ttbr1)		/* its table always has all 4096 entries */
		n = 0;
	*ret_ttbr = ttbr;
	*ret_pa = (ttbr & ~((0x4000u >> n) - 1)) | (va & (0xffffffffu >> n)) >> 20 << 2;
	return !(ttbcr >> (is_ttbr1 ? 5 : 4) & 1);
}

static bool is_page_table(uint32_t desc)
{
	return (desc & 3) == 1;
}

static bool is_section(const struct cpu *c, uint32_t desc)
{
	/* 0b11 is a section with PXN set, on cores that have PXN: those with LPAE. */
	return (desc & 3) == 2 || ((desc & 3) == 3 && c->board->part->has_lpae);
}

static struct leaf walk_level2(struct cpu *c, const struct table_view *v, uint32_t va,
			       uint32_t table, bool is_write)
{
	uint8_t domain = table >> 5 & 15;
	uint64_t pa = (table & ~0x3ffu) | (va >> PAGE_SHIFT & 0xff) << 2;
	uint32_t desc;

	if (!read_table(v, pa, &desc, sizeof(desc)))
		return refused(FAULT_WALK_EXTERNAL, 2, domain, va, is_write);
	if (!(desc & 3))
		return refused(FAULT_TRANSLATION, 2, domain, va, is_write);
	return checked(c, page_leaf(c, va, desc, domain), va, 2, is_write);
}

struct leaf mmu_walk(struct cpu *c, uint32_t va, bool is_write)
{
	uint32_t ttbr, desc;
	uint64_t pa;

	if (!(c->reg[CP15_SCTLR] & SCTLR_M))
		return flat_leaf(va);
	if (!level1_entry(c, va, &ttbr, &pa))
		return refused(FAULT_TRANSLATION, 1, 0, va, is_write);

	struct table_view v = table_view(c, ttbr);

	if (!read_table(&v, pa, &desc, sizeof(desc)))
		return refused(FAULT_WALK_EXTERNAL, 1, 0, va, is_write);
	if (is_page_table(desc))
		return walk_level2(c, &v, va, desc, is_write);
	if (is_section(c, desc))
		return checked(c, section_leaf(c, va, desc), va, 1, is_write);
	return refused(FAULT_TRANSLATION, 1, 0, va, is_write);
}

bool mmu_may(const struct cpu *c, const struct leaf *l, bool is_write)
{
	if (!(c->reg[CP15_SCTLR] & SCTLR_M) ||
	    (c->reg[CP15_DACR] >> 2 * l->domain & 3) == DOMAIN_MANAGER)
		return true;
	if (c->reg[CP15_SCTLR] & SCTLR_AFE)	/* AP[2:1]: only AP[2] binds the privileged */
		return !is_write || !(l->ap & 4);

	switch (l->ap) {
	case 1: case 2: case 3:
		return true;
	case 5: case 6: case 7:
		return !is_write;
	default:				/* 0: none; 4: reserved */
		return false;
	}
}

struct translation cpu_translate(struct cpu *c, uint32_t va, bool is_write)
{
	struct leaf l;

	if (!c->machine->is_telling)
		machine_settle(c->machine);
	l = mmu_walk(c, va, is_write);
	if (l.fault.kind == FAULT_NONE && !mmu_may(c, &l, is_write))
		l.fault = mmu_fault(FAULT_PERMISSION, l.len >= MIB ? 1 : 2, l.domain, va,
				    is_write);
	return (struct translation){
		.fault = l.fault, .pa = l.pa + (va - l.va_first), .va_first = l.va_first,
		.len = l.len, .attrs = l.attrs,
	};
}

/* ---- the question backwards: who maps this? -------------------------------- */

struct alias_search {
	struct cpu *cpu;
	uint64_t pa;
	struct translation *ret;
	size_t nr_room, nr_found;
};

static void consider(struct alias_search *s, const struct leaf *l)
{
	if (l->fault.kind != FAULT_NONE || s->pa - l->pa >= l->len)
		return;
	if (s->nr_found++ < s->nr_room)
		s->ret[s->nr_found - 1] = (struct translation){
			.pa = s->pa, .va_first = l->va_first, .len = l->len, .attrs = l->attrs,
		};
}

/* Worth decoding: nearly all of the thousands of descriptors are not. */
static bool is_within(const struct alias_search *s, uint32_t desc, uint32_t len)
{
	return !((s->pa ^ desc) & ~(uint64_t)(len - 1));
}

static void search_level2(struct alias_search *s, const struct table_view *v, uint32_t va,
			  uint32_t table)
{
	uint32_t desc[256];
	uint8_t domain = table >> 5 & 15;

	if (!read_table(v, table & ~0x3ffu, desc, sizeof(desc)))
		return;
	for (uint32_t i = 0; i < 256; i++) {
		if (!(desc[i] & 3) || !is_within(s, desc[i], 16 * PAGE_BYTES))
			continue;

		struct leaf l = page_leaf(s->cpu, va + i * PAGE_BYTES, desc[i], domain);

		if (l.va_first != va + i * PAGE_BYTES)
			continue;	/* a large page is found once, at its first entry */
		l = checked(s->cpu, l, l.va_first, 2, false);
		consider(s, &l);
	}
}

static void search_level1(struct alias_search *s, const struct table_view *v, uint32_t va,
			  uint32_t desc)
{
	if (is_page_table(desc)) {
		search_level2(s, v, va, desc);
	} else if (is_section(s->cpu, desc) &&
		   (desc >> 18 & 1 || is_within(s, desc, MIB))) {
		struct leaf l = section_leaf(s->cpu, va, desc);

		if (l.va_first != va)
			return;
		l = checked(s->cpu, l, va, 1, false);
		consider(s, &l);
	}
}

#define L1_CHUNK	32u	/* descriptors read at once: 128 bytes, the least table */

size_t cpu_find_aliases(struct cpu *c, uint64_t pa, struct translation *ret, size_t nr)
{
	struct alias_search s = { .cpu = c, .pa = pa, .ret = ret, .nr_room = nr };
	uint32_t desc[L1_CHUNK];

	if (!(c->reg[CP15_SCTLR] & SCTLR_M))
		return 0;
	for (uint32_t mib = 0; mib < TLB_MIB; mib += L1_CHUNK) {
		uint32_t ttbr, va = mib << 20;
		uint64_t at;

		if (!level1_entry(c, va, &ttbr, &at))
			continue;

		struct table_view v = table_view(c, ttbr);

		if (!read_table(&v, at, desc, sizeof(desc)))
			continue;
		for (uint32_t i = 0; i < L1_CHUNK; i++)
			if (desc[i])
				search_level1(&s, &v, va + i * MIB, desc[i]);
	}
	return s.nr_found;
}
