/* SPDX-License-Identifier: MIT */
/*
 * Long descriptors: three levels of 8-byte entries, 40-bit physical addresses.
 *
 *	63      62 61   60   59  54 53  52     39..12  11 10 9..8  7..6   5  4..2  1 0
 *	NSTable APTable XNT PXNT                table                              1 1	table
 *	                         XN PXN contig   PA    nG AF  SH  AP[2:1] NS Attr  t 1	leaf
 *
 * t is 1 in a page, at level 3, and 0 in a block of 2 MiB or 1 GiB above. What a table
 * says of access binds all below it.
 *
 * Of what is UNPREDICTABLE: the low bits of a TTBR, below the size of its table, are
 * ignored, and so are PA bits inside a block.
 *
 * Spec: DDI 0406C, B3.6 "Long-descriptor translation table format".
 */
#include "mmu-walk.h"

#define TTBCR_EPD(is_ttbr1)	((is_ttbr1) ? 1u << 23 : 1u << 7)
#define TTBCR_WALK_SHIFT(is_ttbr1) ((is_ttbr1) ? 24 : 8)

#define PA_BITS		0xffffffffffull
#define LEVEL_BITS	9
#define ENTRIES		(1u << LEVEL_BITS)

#define DESC_AF		(1ull << 10)

/* ---- what tables say on the way down ------------------------------------ */

struct hierarchy {
	bool is_read_only, is_private, is_xn, is_pxn;
};

static struct hierarchy below(struct hierarchy h, uint64_t table)
{
	return (struct hierarchy){
		.is_read_only = h.is_read_only || table >> 62 & 1,
		.is_private = h.is_private || table >> 61 & 1,
		.is_xn = h.is_xn || table >> 60 & 1,
		.is_pxn = h.is_pxn || table >> 59 & 1,
	};
}

static uint8_t perms_of(const struct cpu *c, struct hierarchy h, uint64_t desc)
{
	bool is_read_only = h.is_read_only || desc >> 7 & 1;
	bool is_private = h.is_private || !(desc >> 6 & 1);
	unsigned perms = PERM_READ;

	if (!is_read_only)
		perms |= PERM_WRITE;
	if (!is_private)
		perms |= perms << 2;
	return perms_with_fetch(c, perms, h.is_xn || desc >> 54 & 1, h.is_pxn || desc >> 53 & 1);
}

/* ---- where a walk starts ------------------------------------------------ */

/* One of the two halves that TTBCR cuts the address space into. */
struct region {
	bool is_ttbr1;
	bool is_there;			/* its half is not empty, and walks are not forbidden */
	unsigned size;			/* log2 of the bytes that its table spans */
	uint32_t va_first, va_last;	/* what it translates: no more, but it may be less */
};

static unsigned tsz(const struct cpu *c, bool is_ttbr1)
{
	return c->reg[CP15_TTBCR] >> (is_ttbr1 ? 16 : 0) & 7;
}

static bool is_enabled(const struct cpu *c, bool is_ttbr1)
{
	return !(c->reg[CP15_TTBCR] & TTBCR_EPD(is_ttbr1));
}

/* From 0 up to T0SZ's bound, or to where TTBR1 begins. */
static struct region region0(const struct cpu *c)
{
	unsigned t0 = tsz(c, false), t1 = tsz(c, true);

	return (struct region){
		.is_there = is_enabled(c, false), .size = 32 - t0,
		.va_last = t0 ? UINT32_MAX >> t0 : t1 ? ~(UINT32_MAX >> t1) - 1 : UINT32_MAX,
	};
}

/* The top of T1SZ's size; or all that T0SZ leaves. */
static struct region region1(const struct cpu *c)
{
	unsigned t0 = tsz(c, false), t1 = tsz(c, true);

	return (struct region){
		.is_ttbr1 = true,
		.is_there = is_enabled(c, true) && (t0 || t1), .size = 32 - t1,
		.va_first = t1 ? ~(UINT32_MAX >> t1) : t0 ? (UINT32_MAX >> t0) + 1 : 0,
		.va_last = UINT32_MAX,
	};
}

/* Between the two there may be nothing: then it is the lower one that is not there. */
static struct region region_of(const struct cpu *c, uint32_t va)
{
	struct region low = region0(c), high = region1(c);

	if ((tsz(c, false) || tsz(c, true)) && va >= high.va_first)
		return high;
	low.is_there &= va <= low.va_last;
	return low;
}

static unsigned level_shift(int level)
{
	return PAGE_SHIFT + LEVEL_BITS * (3 - (unsigned)level);
}

/* A small region needs no first level. */
static int start_level(const struct region *r)
{
	return r->size > level_shift(1) ? 1 : 2;
}

static uint64_t start_table(const struct cpu *c, const struct region *r)
{
	unsigned table_shift = r->size - level_shift(start_level(r)) + 3;
	uint64_t ttbr = c->reg[r->is_ttbr1 ? CP15_TTBR1 : CP15_TTBR0];

	return ttbr & PA_BITS & ~((1ull << table_shift) - 1);
}

static struct table_view view_of(const struct cpu *c, const struct region *r)
{
	return table_view(c, attrs_of_ttbcr((uint32_t)c->reg[CP15_TTBCR] >>
					    TTBCR_WALK_SHIFT(r->is_ttbr1)));
}

/* ---- leaves ------------------------------------------------------------- */

static uint8_t mair_of(const struct cpu *c, uint64_t desc)
{
	unsigned idx = desc >> 2 & 7;

	return c->reg[idx < 4 ? CP15_MAIR0 : CP15_MAIR1] >> 8 * (idx & 3) & 0xff;
}

static struct leaf leaf_of(const struct walk *w, int level, struct hierarchy h, uint64_t desc)
{
	uint32_t len = 1u << level_shift(level);
	uint8_t mair = mair_of(w->c, desc);

	if (!(desc & DESC_AF))
		return walk_refused(w, FAULT_ACCESS_FLAG, level, 0);
	return (struct leaf){
		.pa = desc & PA_BITS & ~(uint64_t)(len - 1), .va_first = w->va & ~(len - 1),
		.len = len, .domain = (uint8_t)level,
		.perms = perms_of(w->c, h, desc),
		.mair = mair, .attrs = walk_attrs(w, attrs_of_mair(mair, desc >> 8 & 3)),
		.is_non_global = desc >> 11 & 1,
	};
}

/* A block that reaches out of its region: of it, the 2 MiB around the address. */
static struct leaf clipped(struct leaf l, const struct walk *w, const struct region *r)
{
	uint32_t first = w->va & ~(2 * MIB - 1);

	if (l.fault.kind != FAULT_NONE ||
	    (l.va_first >= r->va_first && l.va_first + (l.len - 1) <= r->va_last))
		return l;
	l.pa += first - l.va_first;
	l.va_first = first;
	l.len = 2 * MIB;
	return l;
}

static bool is_table(uint64_t desc, int level)
{
	return level < 3 && (desc & 3) == 3;
}

static bool is_leaf(uint64_t desc, int level)
{
	return (desc & 3) == (level < 3 ? 1 : 3);
}

/* ---- the walk ----------------------------------------------------------- */

struct leaf long_walk(const struct walk *w)
{
	struct region r = region_of(w->c, w->va);

	if (!r.is_there)
		return walk_refused(w, FAULT_TRANSLATION, 1, 0);

	struct table_view v = view_of(w->c, &r);
	struct hierarchy h = { .is_xn = false };
	uint64_t table = start_table(w->c, &r), desc;
	uint32_t va = w->va & (uint32_t)((1ull << r.size) - 1);
	int level = start_level(&r);

	for (;;) {
		if (!table_read64(&v, table + (va >> level_shift(level)) * 8ull, &desc, 1))
			return walk_refused(w, FAULT_WALK_EXTERNAL, level, 0);
		if (is_leaf(desc, level))
			return clipped(leaf_of(w, level, h, desc), w, &r);
		if (!is_table(desc, level))
			return walk_refused(w, FAULT_TRANSLATION, level, 0);
		h = below(h, desc);
		table = desc & PA_BITS & ~(uint64_t)PAGE_MASK;
		va &= (1u << level_shift(level)) - 1;
		level++;
	}
}

/* ---- the search --------------------------------------------------------- */

static void search_table(struct alias_search *s, const struct table_view *v, uint64_t table,
			 size_t nr_entries, int level, uint32_t va)
{
	uint64_t desc[ENTRIES], len = 1ull << level_shift(level);

	if (!table_read64(v, table, desc, nr_entries))
		return;
	for (size_t i = 0; i < nr_entries; i++, va += (uint32_t)len) {
		struct walk w = { .c = s->cpu, .va = va };

		if (va > s->va_last || va + (len - 1) < s->va_first)
			continue;
		if (is_table(desc[i], level)) {
			search_table(s, v, desc[i] & PA_BITS & ~(uint64_t)PAGE_MASK, ENTRIES,
				     level + 1, va);
		} else if (is_leaf(desc[i], level) && !((s->pa ^ desc[i]) & PA_BITS & ~(len - 1))) {
			struct leaf l = leaf_of(&w, level, (struct hierarchy){}, desc[i]);

			alias_consider(s, &l);
		}
	}
}

static void search_region(struct alias_search *s, const struct region *r)
{
	struct table_view v = view_of(s->cpu, r);
	int level = start_level(r);

	if (!r->is_there)
		return;
	s->va_first = r->va_first;
	s->va_last = r->va_last;
	search_table(s, &v, start_table(s->cpu, r), 1u << (r->size - level_shift(level)), level,
		     r->is_ttbr1 ? (uint32_t)-(1ull << r->size) : 0);
}

void long_search(struct alias_search *s)
{
	struct region low = region0(s->cpu), high = region1(s->cpu);

	search_region(s, &low);
	search_region(s, &high);
}
