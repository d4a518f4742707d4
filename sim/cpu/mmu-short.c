/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors as ARMv7 has them, ARMv6 with SCTLR.XP set too.
 *
 *	31           20 19 18 17 16  15   14..12 11..10  9  8..5  4   3 2  1 0
 *	      PA        NS 0  nG S  AP[2]  TEX  AP[1:0]  -  dom  XN   C B  1 PXN	section
 *	 PA[31:24] 35:32   1  nG S  AP[2]  TEX  AP[1:0]  - 39:36 XN   C B  1 PXN	supersection
 *	      page table, 1 KiB aligned                  -  dom   -  NS PXN 0 1
 *	      PA[31:12]           nG S AP[2] TEX AP[1:0]              C B  1 XN		small page
 *	      PA[31:16] XN TEX    nG S AP[2]  -  AP[1:0]              C B  0 1		large page
 *
 * Of what is UNPREDICTABLE: AP = 0b100 gives no access, a reserved DACR field neither,
 * and the copies of a supersection or large page that disagree are believed one by one.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format".
 */
#include "mmu-walk.h"

#define TTBCR_PD0	(1u << 4)
#define TTBCR_PD1	(1u << 5)

enum dacr_access { DOMAIN_NONE, DOMAIN_CLIENT, DOMAIN_RESERVED, DOMAIN_MANAGER };

static enum dacr_access dacr_of(const struct cpu *c, unsigned domain)
{
	return c->reg[CP15_DACR] >> 2 * domain & 3;
}

/* ---- permissions -------------------------------------------------------- */

/* By AP[2:0]; with an access flag, AP[0] is that and reads as 1 once it was checked. */
static unsigned perms_of_ap(bool has_flag, unsigned ap)
{
	enum {
		RW = PERM_READ | PERM_WRITE, R = PERM_READ,
		URW = PERM_USER_READ | PERM_USER_WRITE, UR = PERM_USER_READ,
	};
	static const uint8_t full[] = { 0, RW, RW | UR, RW | URW, 0, R, R | UR, R | UR };
	static const uint8_t flagged[] = { RW, RW | URW, R, R | UR };	/* AP[2:1] */

	return has_flag ? flagged[ap >> 1] : full[ap];
}

/* What a descriptor says of access, wherever it says it. */
struct desc_access {
	uint8_t ap;
	bool is_xn, is_pxn;
};

/* PXN came with LPAE. */
static uint8_t perms_of(const struct cpu *c, struct desc_access d, unsigned domain)
{
	bool has_flag = c->reg[CP15_SCTLR] & SCTLR_AFE;

	if (dacr_of(c, domain) == DOMAIN_MANAGER)
		return PERM_ALL;
	return perms_with_fetch(c, perms_of_ap(has_flag, d.ap), d.is_xn,
				d.is_pxn && c->board->part->has_lpae);
}

/* ---- decoding ----------------------------------------------------------- */

static struct mem_attrs attrs_of(const struct cpu *c, struct desc_attrs d)
{
	return c->reg[CP15_SCTLR] & SCTLR_TRE
		? attrs_remapped(d, c->reg[CP15_PRRR], c->reg[CP15_NMRR])
		: attrs_plain(d);
}

/* Checks that both levels share: the access flag comes before the domain. */
static enum fault_kind check(const struct cpu *c, unsigned ap, unsigned domain)
{
	enum dacr_access access = dacr_of(c, domain);

	if (c->reg[CP15_SCTLR] & SCTLR_AFE && !(ap & 1))
		return FAULT_ACCESS_FLAG;
	if (access == DOMAIN_NONE || access == DOMAIN_RESERVED)
		return FAULT_DOMAIN;
	return FAULT_NONE;
}

static struct leaf section_leaf(const struct walk *w, uint32_t desc)
{
	bool is_super = desc >> 18 & 1;
	uint32_t len = is_super ? 16 * MIB : MIB;
	uint8_t domain = is_super ? 0 : desc >> 5 & 15;
	struct desc_access access = {
		.ap = (uint8_t)((desc >> 15 & 1) << 2 | (desc >> 10 & 3)),
		.is_xn = desc >> 4 & 1, .is_pxn = desc & 1,
	};
	enum fault_kind fault = check(w->c, access.ap, domain);

	if (fault != FAULT_NONE)
		return walk_refused(w, fault, 1, domain);

	struct leaf l = {
		.pa = desc & ~(len - 1), .va_first = w->va & ~(len - 1), .len = len,
		.domain = domain,
		.perms = perms_of(w->c, access, domain),
		.is_non_global = desc >> 17 & 1,
		.attrs = attrs_of(w->c, (struct desc_attrs){
			.tex = desc >> 12 & 7, .c = desc >> 3 & 1, .b = desc >> 2 & 1,
			.s = desc >> 16 & 1,
		}),
	};

	/* PA[39:32] is optional; it comes with the large physical addresses of LPAE. */
	if (is_super && w->c->board->part->has_lpae)
		l.pa |= (uint64_t)(desc >> 20 & 15) << 32 | (uint64_t)(desc >> 5 & 15) << 36;
	return l;
}

/* @table: the first-level descriptor, which has the domain and PXN. */
static struct leaf page_leaf(const struct walk *w, uint32_t desc, uint32_t table)
{
	bool is_large = (desc & 3) == 1;
	uint32_t len = is_large ? 16 * PAGE_BYTES : PAGE_BYTES;
	uint8_t domain = table >> 5 & 15;
	struct desc_access access = {
		.ap = (uint8_t)((desc >> 9 & 1) << 2 | (desc >> 4 & 3)),
		.is_xn = desc >> (is_large ? 15 : 0) & 1, .is_pxn = table >> 2 & 1,
	};
	enum fault_kind fault = check(w->c, access.ap, domain);

	if (fault != FAULT_NONE)
		return walk_refused(w, fault, 2, domain);
	return (struct leaf){
		.pa = desc & ~(len - 1), .va_first = w->va & ~(len - 1), .len = len,
		.domain = domain,
		.perms = perms_of(w->c, access, domain),
		.is_non_global = desc >> 11 & 1,
		.attrs = attrs_of(w->c, (struct desc_attrs){
			.tex = desc >> (is_large ? 12 : 6) & 7,
			.c = desc >> 3 & 1, .b = desc >> 2 & 1, .s = desc >> 10 & 1,
		}),
	};
}

/* ---- the walk ----------------------------------------------------------- */

/* The first-level table that @va hangs on, and its entry. */
struct level1 {
	uint32_t ttbr;
	uint64_t pa;
	bool is_forbidden;		/* by TTBCR.PD0 or PD1 */
};

static struct level1 level1_of(const struct cpu *c, uint32_t va)
{
	uint32_t ttbcr = c->reg[CP15_TTBCR];
	unsigned n = ttbcr & 7;
	bool is_ttbr1 = n && va >> (32 - n);
	uint32_t ttbr = c->reg[is_ttbr1 ? CP15_TTBR1 : CP15_TTBR0];

	if (is_ttbr1)		/* its table always has all 4096 entries */
		n = 0;
	return (struct level1){
		.ttbr = ttbr,
		.pa = (ttbr & ~((0x4000u >> n) - 1)) | (va & (0xffffffffu >> n)) >> 20 << 2,
		.is_forbidden = ttbcr & (is_ttbr1 ? TTBCR_PD1 : TTBCR_PD0),
	};
}

static struct table_view view_of(const struct cpu *c, uint32_t ttbr)
{
	return table_view(c, c->board->part->is_mp ? attrs_of_ttbr(ttbr)
						    : attrs_of_ttbr_up(ttbr));
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

static struct leaf walk_level2(const struct walk *w, const struct table_view *v, uint32_t table)
{
	unsigned domain = table >> 5 & 15;
	uint64_t pa = (table & ~0x3ffu) | (w->va >> PAGE_SHIFT & 0xff) << 2;
	uint32_t desc;

	if (!table_read32(v, pa, &desc, 1))
		return walk_refused(w, FAULT_WALK_EXTERNAL, 2, domain);
	if (!(desc & 3))
		return walk_refused(w, FAULT_TRANSLATION, 2, domain);
	return page_leaf(w, desc, table);
}

struct leaf short_walk(const struct walk *w)
{
	struct level1 at = level1_of(w->c, w->va);
	struct table_view v = view_of(w->c, at.ttbr);
	uint32_t desc;

	if (at.is_forbidden)
		return walk_refused(w, FAULT_TRANSLATION, 1, 0);
	if (!table_read32(&v, at.pa, &desc, 1))
		return walk_refused(w, FAULT_WALK_EXTERNAL, 1, 0);
	if (is_page_table(desc))
		return walk_level2(w, &v, desc);
	if (is_section(w->c, desc))
		return section_leaf(w, desc);
	return walk_refused(w, FAULT_TRANSLATION, 1, 0);
}

/* ---- the search --------------------------------------------------------- */

/* Worth decoding: nearly all of the thousands of descriptors are not. */
static bool is_within(const struct alias_search *s, uint32_t desc, uint32_t len)
{
	return !((s->pa ^ desc) & ~(uint64_t)(len - 1));
}

static void search_level2(struct alias_search *s, const struct table_view *v, uint32_t va,
			  uint32_t table)
{
	uint32_t desc[256];

	if (!table_read32(v, table & ~0x3ffu, desc, G_N_ELEMENTS(desc)))
		return;
	for (uint32_t i = 0; i < G_N_ELEMENTS(desc); i++) {
		struct walk w = { .c = s->cpu, .va = va + i * PAGE_BYTES };

		if (!(desc[i] & 3) || !is_within(s, desc[i], 16 * PAGE_BYTES))
			continue;

		struct leaf l = page_leaf(&w, desc[i], table);

		if (l.va_first == w.va)		/* a large page is found at its first entry */
			alias_consider(s, &l);
	}
}

static void search_level1(struct alias_search *s, const struct table_view *v, uint32_t va,
			  uint32_t desc)
{
	struct walk w = { .c = s->cpu, .va = va };

	if (is_page_table(desc)) {
		search_level2(s, v, va, desc);
	} else if (is_section(s->cpu, desc) &&
		   (desc >> 18 & 1 || is_within(s, desc, MIB))) {
		struct leaf l = section_leaf(&w, desc);

		if (l.va_first == va)
			alias_consider(s, &l);
	}
}

#define L1_CHUNK	32u	/* descriptors read at once: 128 bytes, the least table */

void short_search(struct alias_search *s)
{
	uint32_t desc[L1_CHUNK];

	for (uint32_t mib = 0; mib < TLB_MIB; mib += L1_CHUNK) {
		struct level1 at = level1_of(s->cpu, mib << 20);
		struct table_view v = view_of(s->cpu, at.ttbr);

		if (at.is_forbidden || !table_read32(&v, at.pa, desc, L1_CHUNK))
			continue;
		for (uint32_t i = 0; i < L1_CHUNK; i++)
			if (desc[i])
				search_level1(s, &v, (mib + i) << 20, desc[i]);
	}
}
