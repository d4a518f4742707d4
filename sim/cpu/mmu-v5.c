/* SPDX-License-Identifier: MIT */
/*
 * The pages of ARMv5, and of ARMv6 with SCTLR.XP clear: each quarter has an AP of its own.
 *
 *	31       16 15 14..12 11:10 9:8 7:6 5:4 3 2 1 0
 *	PA           -  TEX    AP3  AP2 AP1 AP0 C B 0 1		large page, 64 KiB
 *	PA                     AP3  AP2 AP1 AP0 C B 1 0		small page, 4 KiB
 *	PA              TEX [8:6]           AP  C B 1 1		extended small page, 4 KiB
 *	PA[31:10]                           AP  C B 1 1		tiny page, 1 KiB: fine tables
 *
 * TEX is zero on cores that do not know it. There is no nG, S or XN.
 *
 * The model translates by 4 KiB: a page whose quarters differ is one page that remembers
 * four APs, and four tiny pages that lie side by side are taken for such a one.
 *
 * Leaves out: tiny pages that do not lie so. cpu_walk() knows them, an access through
 * them is an external abort.
 *
 * Spec: DDI 0100I, B4.7 "Translation tables"; DDI 0198D, 3.2 "Address translation";
 * DDI 0301H, 6.11.1 (subpages of ARMv6).
 */
#include "mmu-walk.h"

#define KIB		1024u
#define TINY_IN_PAGE	4u
#define FINE_ENTRIES	1024u

static bool are_alike(uint8_t quarters)
{
	return quarters == (quarters & 3) * 0x55;
}

static struct short_desc desc_of(uint32_t desc, uint32_t table, uint32_t len, unsigned tex)
{
	return (struct short_desc){
		.pa = desc, .len = len, .domain = table >> 5 & 15, .ap = desc >> 4 & 3,
		.attrs = { .tex = tex & 7, .c = desc >> 3 & 1, .b = desc >> 2 & 1 },
	};
}

/* Of a large page whose quarters differ, the quarter: its 16 KiB are whole pages. */
static struct leaf large_leaf(const struct walk *w, uint32_t desc, uint32_t table)
{
	struct short_desc d = desc_of(desc, table, 64 * KIB, desc >> 12);
	unsigned idx = w->va >> 14 & 3;

	if (!are_alike(desc >> 4 & 0xff)) {
		d.ap = desc >> (4 + 2 * idx) & 3;
		d.len = 16 * KIB;
		d.pa = (desc & ~(64 * KIB - 1)) | idx * d.len;
	}
	return short_leaf(w, 2, &d);
}

/* A page of 4 KiB whose four APs are @quarters. */
static struct leaf quartered_leaf(const struct walk *w, struct short_desc d, uint8_t quarters)
{
	struct leaf l;

	d.ap = quarters >> 2 * (w->va >> 10 & 3) & 3;
	l = short_leaf(w, 2, &d);
	l.has_quarters = !are_alike(quarters);
	l.quarters = quarters;
	return l;
}

struct leaf v5_page_leaf(const struct walk *w, uint32_t desc, uint32_t table)
{
	struct short_desc extended = desc_of(desc, table, 4 * KIB, desc >> 6);

	switch (desc & 3) {
	case 1:
		return large_leaf(w, desc, table);
	case 2:
		return quartered_leaf(w, desc_of(desc, table, 4 * KIB, 0), desc >> 4 & 0xff);
	default:
		return short_leaf(w, 2, &extended);
	}
}

uint8_t mmu_quarter_perms(const struct cpu *c, uint8_t quarters, unsigned domain, unsigned idx)
{
	return short_perms(c, &(struct short_desc){
		.domain = (uint8_t)domain, .ap = quarters >> 2 * idx & 3 });
}

/* ---- fine tables ----------------------------------------------------------- */

#define TINY_ALIKE	0xfu		/* C, B, type */

/* Do these four tiny pages lie side by side, differing in AP alone? */
static bool is_straight(const uint32_t desc[TINY_IN_PAGE])
{
	for (unsigned i = 0; i < TINY_IN_PAGE; i++)
		if ((desc[i] & ~(KIB - 1)) != (desc[0] & ~(4 * KIB - 1)) + i * KIB ||
		    (desc[i] ^ desc[0]) & TINY_ALIKE)
			return false;
	return true;
}

/* @desc: the entries of the 4 KiB around the address. */
static struct leaf tiny_leaf(const struct walk *w, const uint32_t desc[TINY_IN_PAGE],
			     uint32_t table)
{
	struct short_desc alone = desc_of(desc[w->va >> 10 & 3], table, KIB, 0);
	uint8_t quarters = 0;

	if (!is_straight(desc))
		return short_leaf(w, 2, &alone);
	for (unsigned i = 0; i < TINY_IN_PAGE; i++)
		quarters |= (uint8_t)((desc[i] >> 4 & 3) << 2 * i);
	return quartered_leaf(w, desc_of(desc[0], table, 4 * KIB, 0), quarters);
}

static uint64_t fine_table(uint32_t table)
{
	return table & ~(4 * KIB - 1);
}

struct leaf v5_walk_fine(const struct walk *w, const struct table_view *v, uint32_t table)
{
	uint32_t desc[TINY_IN_PAGE], own;
	uint64_t pa = fine_table(table) | (w->va >> PAGE_SHIFT & 0xff) * sizeof(desc);

	if (!table_read32(v, pa, desc, TINY_IN_PAGE))
		return walk_refused(w, FAULT_WALK_EXTERNAL, 2, table >> 5 & 15);
	own = desc[w->va >> 10 & 3];
	if (!(own & 3))
		return walk_refused(w, FAULT_TRANSLATION, 2, table >> 5 & 15);
	if ((own & 3) == 3)
		return tiny_leaf(w, desc, table);
	return v5_page_leaf(w, own, table);
}

void v5_search_fine(struct alias_search *s, const struct table_view *v, uint32_t va,
		    uint32_t table)
{
	uint32_t desc[FINE_ENTRIES];
	uint64_t end = va + (uint64_t)MIB;

	if (!table_read32(v, fine_table(table), desc, FINE_ENTRIES))
		return;
	for (uint64_t at = va; at < end; at += KIB) {
		struct walk w = { .c = s->cpu, .va = (uint32_t)at };
		uint32_t own = desc[(at - va) / KIB];
		struct leaf l;

		if (!(own & 3) || !alias_is_within(s, own, 64 * KIB))
			continue;
		l = (own & 3) == 3 ? tiny_leaf(&w, &desc[(at - va) / KIB & ~3u], table)
				   : v5_page_leaf(&w, own, table);
		if (l.fault.kind == FAULT_NONE && l.va_first == w.va)
			alias_consider(s, &l);
	}
}
