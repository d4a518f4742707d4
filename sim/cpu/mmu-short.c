/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors as ARMv7 has them, ARMv6 with SCTLR.XP set too; and the way to those
 * of ARMv5, whose first level is the same with fewer bits.
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

#define SCTLR_S		(1u << 8)
#define SCTLR_R		(1u << 9)
#define SCTLR_XP	(1u << 23)
#define TTBCR_PD0	(1u << 4)
#define TTBCR_PD1	(1u << 5)

/* nG, S, AP[2], XN and PXN, which ARMv5 does not have. */
#define SECTION_V7_BITS	(1u << 17 | 1u << 16 | 1u << 15 | 1u << 4 | 1u << 0)

enum dacr_access { DOMAIN_NONE, DOMAIN_CLIENT, DOMAIN_RESERVED, DOMAIN_MANAGER };

static enum dacr_access dacr_of(const struct cpu *c, unsigned domain)
{
	return c->reg[CP15_DACR] >> 2 * domain & 3;
}

bool short_is_v5(const struct cpu *c)
{
	uint8_t tables = c->board->part->tables;

	return tables == TABLES_V5 ||
	       (tables == TABLES_V6 && !(c->reg[CP15_SCTLR] & SCTLR_XP));
}

/* Remap and access flag came with the format of ARMv7, late ARMv6 included. */
static bool has(const struct cpu *c, uint32_t sctlr_bit)
{
	return c->reg[CP15_SCTLR] & sctlr_bit && !short_is_v5(c);
}

/* ---- permissions --------------------------------------------------------- */

/* What AP = 0 gives before ARMv7: nothing, or what SCTLR says, to read only. */
static unsigned perms_of_sr(const struct cpu *c)
{
	if (c->board->part->tables == TABLES_V7)
		return 0;
	switch (c->reg[CP15_SCTLR] & (SCTLR_S | SCTLR_R)) {
	case SCTLR_S:	return PERM_READ;
	case SCTLR_R:	return PERM_READ | PERM_USER_READ;
	default:	return 0;
	}
}

/* By AP[2:0]; with an access flag, AP[0] is that and was checked before. */
static unsigned perms_of_ap(const struct cpu *c, unsigned ap)
{
	enum {
		RW = PERM_READ | PERM_WRITE, R = PERM_READ,
		URW = PERM_USER_READ | PERM_USER_WRITE, UR = PERM_USER_READ,
	};
	static const uint8_t full[] = { 0, RW, RW | UR, RW | URW, 0, R, R | UR, R | UR };
	static const uint8_t flagged[] = { RW, RW | URW, R, R | UR };	/* AP[2:1] */

	if (has(c, SCTLR_AFE))
		return flagged[ap >> 1];
	return ap ? full[ap] : perms_of_sr(c);
}

bool short_is_denied(const struct cpu *c, unsigned domain)
{
	enum dacr_access access = dacr_of(c, domain);

	return access == DOMAIN_NONE || access == DOMAIN_RESERVED;
}

uint8_t short_domain_perms(const struct cpu *c, unsigned perms, unsigned domain)
{
	if (dacr_of(c, domain) == DOMAIN_MANAGER)
		return PERM_ALL;
	return short_is_denied(c, domain) ? 0 : (uint8_t)perms;
}

/* PXN came with LPAE. */
uint8_t short_perms(const struct cpu *c, const struct short_desc *d)
{
	return perms_with_fetch(c, perms_of_ap(c, d->ap), d->is_xn,
				d->is_pxn && c->board->part->has_lpae);
}

/* ---- decoding ------------------------------------------------------------ */

static struct mem_attrs attrs_of(const struct cpu *c, struct desc_attrs d)
{
	return has(c, SCTLR_TRE)
		? attrs_remapped(d, c->reg[CP15_PRRR], c->reg[CP15_NMRR])
		: attrs_plain(d);
}

/* The access flag comes before the domain. */
static enum fault_kind check(const struct cpu *c, const struct short_desc *d)
{
	if (!(d->ap & 1) && has(c, SCTLR_AFE))
		return FAULT_ACCESS_FLAG;
	if (short_is_denied(c, d->domain))
		return FAULT_DOMAIN;
	return FAULT_NONE;
}

struct leaf short_leaf(const struct walk *w, int level, const struct short_desc *d)
{
	enum fault_kind fault = check(w->c, d);
	struct leaf l = { .fault.kind = FAULT_NONE };

	if (fault != FAULT_NONE) {
		l.fault = mmu_fault(w->c, fault, level, d->domain, w->va, w->ask);
		return l;
	}
	l.pa = d->pa & ~(uint64_t)(d->len - 1);
	l.va_first = w->va & ~(d->len - 1);
	l.len = d->len;
	l.domain = d->domain;
	l.perms = short_perms(w->c, d);
	l.attrs = walk_attrs(w, attrs_of(w->c, d->attrs));
	l.is_non_global = d->is_non_global;
	return l;
}

static struct leaf section_leaf(const struct walk *w, uint32_t desc)
{
	bool is_super = desc >> 18 & 1;
	struct short_desc d;

	if (short_is_v5(w->c))
		desc &= ~SECTION_V7_BITS;
	d = (struct short_desc){
		.pa = desc, .len = is_super ? 16 * MIB : MIB,
		.domain = is_super ? 0 : desc >> 5 & 15,
		.ap = (uint8_t)((desc >> 15 & 1) << 2 | (desc >> 10 & 3)),
		.is_xn = desc >> 4 & 1, .is_pxn = desc & 1, .is_non_global = desc >> 17 & 1,
		.attrs = {
			.tex = desc >> 12 & 7, .c = desc >> 3 & 1, .b = desc >> 2 & 1,
			.s = desc >> 16 & 1,
		},
	};
	/* PA[39:32] is optional; it comes with the large physical addresses of LPAE. */
	if (is_super && w->c->board->part->has_lpae)
		d.pa |= (uint64_t)(desc >> 20 & 15) << 32 | (uint64_t)(desc >> 5 & 15) << 36;
	return short_leaf(w, 1, &d);
}

/* @table: the first-level descriptor, which has the domain and PXN. */
static struct leaf page_leaf(const struct walk *w, uint32_t desc, uint32_t table)
{
	bool is_large = (desc & 3) == 1;

	if (short_is_v5(w->c))
		return v5_page_leaf(w, desc, table);
	return short_leaf(w, 2, &(struct short_desc){
		.pa = desc, .len = is_large ? 16 * PAGE_BYTES : PAGE_BYTES,
		.domain = table >> 5 & 15,
		.ap = (uint8_t)((desc >> 9 & 1) << 2 | (desc >> 4 & 3)),
		.is_xn = desc >> (is_large ? 15 : 0) & 1, .is_pxn = table >> 2 & 1,
		.is_non_global = desc >> 11 & 1,
		.attrs = {
			.tex = desc >> (is_large ? 12 : 6) & 7,
			.c = desc >> 3 & 1, .b = desc >> 2 & 1, .s = desc >> 10 & 1,
		},
	});
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

/* The multiprocessing extensions of ARMv7 made the C bit of a TTBR two bits, IRGN. */
static struct table_view view_of(const struct cpu *c, uint32_t ttbr)
{
	const struct core_part *p = c->board->part;

	return table_view(c, p->is_mp && p->arch >= 7 ? attrs_of_ttbr(ttbr)
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

static bool is_fine_table(const struct cpu *c, uint32_t desc)
{
	return (desc & 3) == 3 && c->board->part->tables == TABLES_V5;
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
	if (is_fine_table(w->c, desc))
		return v5_walk_fine(w, &v, desc);
	return walk_refused(w, FAULT_TRANSLATION, 1, 0);
}

/* ---- the search --------------------------------------------------------- */

static void search_level2(struct alias_search *s, const struct table_view *v, uint32_t va,
			  uint32_t table)
{
	uint32_t desc[256];

	if (!table_read32(v, table & ~0x3ffu, desc, G_N_ELEMENTS(desc)))
		return;
	for (uint32_t i = 0; i < G_N_ELEMENTS(desc); i++) {
		struct walk w = { .c = s->cpu, .va = va + i * PAGE_BYTES };

		if (!(desc[i] & 3) || !alias_is_within(s, desc[i], 16 * PAGE_BYTES))
			continue;

		struct leaf l = page_leaf(&w, desc[i], table);

		if (l.va_first == w.va)		/* a larger one is found at its first entry */
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
		   (desc >> 18 & 1 || alias_is_within(s, desc, MIB))) {
		struct leaf l = section_leaf(&w, desc);

		if (l.va_first == va)
			alias_consider(s, &l);
	} else if (is_fine_table(s->cpu, desc)) {
		v5_search_fine(s, v, va, desc);
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
