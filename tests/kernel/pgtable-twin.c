/* SPDX-License-Identifier: MIT */
/*
 * Our page tables against Linux's own: the same random calls to both must return the same,
 * call the TLB the same, and leave the same words in all tables.
 *
 *	pgtable-twin v7s|lpae OPS [SEED]
 *
 * A domain of random format, quirks and sizes gets some thousands of calls, then the next.
 * Where tables lie is each side's own: an entry that leads to one is compared without it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>
#include <armdma/pgtable.h>
#include <linux/io-pgtable.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include "pgtable-linux.h"

#ifndef MISTAKE
#define MISTAKE		0	/* in what Linux's is told; others are wrong on purpose */
#endif
#define OPS_A_DOMAIN	6000u
#define MOST_EVENTS	4096u
#define WHOLE_EVERY	1024u	/* calls between two looks at all entries */

static u64 state;

static u64 draw(u64 below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (state >> 20) % below;
}

/* ---- what either side does --------------------------------------------------------- */

enum event_kind { FLUSH_ALL, FLUSH_WALK, ADD_PAGE, NOTE_DIRTY };

struct event {
	enum event_kind kind;
	bool has_gather;
	unsigned long iova;
	size_t len, granule;
};

/**
 * struct side - one of the two
 * @translates: adds to a table's physical address to give its host address
 */
struct side {
	const char *name;
	struct io_pgtable_cfg cfg;
	struct io_pgtable_ops *ops;
	struct iommu_iotlb_gather gather;
	struct event event[MOST_EVENTS];
	unsigned nr_events;
	uintptr_t translates;
	phys_addr_t root;
};

static struct side ours = { .name = "ours" }, theirs = { .name = "Linux" };
static struct side *acting;

static void note(enum event_kind kind, unsigned long iova, size_t len, size_t granule,
		 bool has_gather)
{
	if (acting->nr_events < MOST_EVENTS)
		acting->event[acting->nr_events++] = (struct event){
			kind, has_gather, iova, len, granule,
		};
}

static void flush_all(void *cookie)
{
	note(FLUSH_ALL, 0, 0, 0, cookie == acting);
}

static void flush_walk(unsigned long iova, size_t len, size_t granule, void *cookie)
{
	note(FLUSH_WALK, iova, len, granule, cookie == acting);
}

static void add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
		     void *cookie)
{
	note(ADD_PAGE, iova, granule, granule, gather != NULL && cookie == acting);
}

static const struct iommu_flush_ops tlb = { flush_all, flush_walk, add_page };

void linux_note_dirty(void *bitmap, unsigned long iova, unsigned long length)
{
	(void)bitmap;
	note(NOTE_DIRTY, iova, length, 0, false);
}

/* Ours goes to the gather alone; so does theirs then. */
static bool events_differ(void)
{
	if (ours.nr_events != theirs.nr_events)
		return true;
	for (unsigned i = 0; i < ours.nr_events; i++) {
		const struct event *a = &ours.event[i], *b = &theirs.event[i];

		if (a->kind != b->kind || a->has_gather != b->has_gather ||
		    a->iova != b->iova || a->len != b->len || a->granule != b->granule)
			return true;
	}
	return false;
}

/* ---- tables ------------------------------------------------------------------------- */

/**
 * struct geometry - of the tables of a domain, by what the manual says of the format
 * @shift, @idx_bits: of each level, the first first
 */
struct geometry {
	bool is_v7s;
	unsigned nr_levels, shift[4], idx_bits[4];
	u64 table_mask;
};

static struct geometry geo;

static u64 entry(const void *table, u64 i)
{
	return geo.is_v7s ? ((const u32 *)table)[i] : ((const u64 *)table)[i];
}

static bool leads_on(u64 e, unsigned lvl)
{
	return lvl + 1 < geo.nr_levels && (e & 3) == (geo.is_v7s ? 1 : 3);
}

static const void *table_at(const struct side *s, u64 pa)
{
	return (const void *)(uintptr_t)(pa + s->translates);
}

/* Entries of two tables that are for [@lo, @hi], and what is below them. */
static bool tables_differ(u64 pa_a, u64 pa_b, unsigned lvl, u64 base, u64 lo, u64 hi)
{
	const void *a = table_at(&ours, pa_a), *b = table_at(&theirs, pa_b);
	unsigned shift = geo.shift[lvl];
	u64 nr = 1ull << geo.idx_bits[lvl];
	u64 i = lo > base ? (lo - base) >> shift : 0, last = (hi - base) >> shift;

	for (; i <= last && i < nr; i++) {
		u64 x = entry(a, i), y = entry(b, i), at = base + (i << shift);
		bool is_table = leads_on(x, lvl) && leads_on(y, lvl);
		u64 ignored = is_table ? geo.table_mask : 0;

		if ((x ^ y) & ~ignored) {
			printf("level %u, IOVA %#llx: ours %#llx, Linux's %#llx\n", lvl,
			       (unsigned long long)at, (unsigned long long)x,
			       (unsigned long long)y);
			return true;
		}
		if (is_table && tables_differ(x & geo.table_mask, y & geo.table_mask, lvl + 1,
					      at, lo, hi))
			return true;
	}
	return false;
}

static bool all_differ(u64 lo, u64 hi)
{
	return tables_differ(ours.root, theirs.root, 0, 0, lo, hi);
}

static bool counts_differ(void)
{
	struct pgtable_counts c;

	pgtable_counts(ours.ops, &c);
	if ((long)c.nr_tables == linux_nr_tables)
		return false;
	printf("ours has %ld tables, Linux's %ld\n", (long)c.nr_tables, linux_nr_tables);
	return true;
}

/* ---- domains ------------------------------------------------------------------------ */

static enum io_pgtable_fmt fmt;

static void draw_v7s(struct io_pgtable_cfg *cfg)
{
	static const unsigned long quirks[] = {
		0, 0, IO_PGTABLE_QUIRK_ARM_NS, IO_PGTABLE_QUIRK_NO_PERMS,
		IO_PGTABLE_QUIRK_ARM_NS | IO_PGTABLE_QUIRK_NO_PERMS,
		IO_PGTABLE_QUIRK_ARM_MTK_EXT | IO_PGTABLE_QUIRK_NO_PERMS,
		IO_PGTABLE_QUIRK_ARM_MTK_EXT | IO_PGTABLE_QUIRK_NO_PERMS |
			IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT,
		IO_PGTABLE_QUIRK_ARM_MTK_EXT, IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT,
		IO_PGTABLE_QUIRK_ARM_TTBR1,
	};
	bool is_mtk;

	fmt = ARM_V7S;
	cfg->quirks = quirks[draw(ARRAY_SIZE(quirks))];
	is_mtk = cfg->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT;
	cfg->ias = draw(20) ? (draw(4) ? 32 : 26) + (is_mtk ? (unsigned)draw(3) : 0) : 35;
	cfg->oas = draw(20) ? 32 + (is_mtk ? (unsigned)draw(4) : 0) : 36;
	cfg->pgsize_bitmap = draw(4) ? SZ_4K | SZ_64K | SZ_1M | SZ_16M : SZ_4K | SZ_1M;
}

static void draw_lpae(struct io_pgtable_cfg *cfg)
{
	static const enum io_pgtable_fmt fmts[] = {
		ARM_32_LPAE_S1, ARM_32_LPAE_S2, ARM_64_LPAE_S1, ARM_64_LPAE_S1, ARM_64_LPAE_S2,
		ARM_64_LPAE_S2, ARM_MALI_LPAE,
	};
	static const unsigned long sizes[] = {
		SZ_4K | SZ_2M | SZ_1G, SZ_16K | SZ_32M, SZ_64K | SZ_512M | BIT(42),
		SZ_4K | SZ_16K | SZ_64K | SZ_2M | SZ_512M, SZ_64K | SZ_16K, SZ_4K,
	};
	static const unsigned bits[] = { 30, 32, 36, 39, 40, 42, 44, 48, 52 };
	static const unsigned long quirks[] = {
		0, 0, 0, IO_PGTABLE_QUIRK_ARM_NS, IO_PGTABLE_QUIRK_ARM_TTBR1,
		IO_PGTABLE_QUIRK_ARM_OUTER_WBWA, IO_PGTABLE_QUIRK_ARM_HD,
		IO_PGTABLE_QUIRK_ARM_NS | IO_PGTABLE_QUIRK_ARM_HD | IO_PGTABLE_QUIRK_ARM_TTBR1,
		IO_PGTABLE_QUIRK_NO_PERMS,
	};

	fmt = fmts[draw(ARRAY_SIZE(fmts))];
	cfg->pgsize_bitmap = sizes[draw(ARRAY_SIZE(sizes))];
	cfg->ias = bits[draw(ARRAY_SIZE(bits))];
	cfg->oas = bits[1 + draw(ARRAY_SIZE(bits) - 1)];
	if (fmt == ARM_32_LPAE_S1 && draw(8))
		cfg->ias = draw(2) ? 32 : 31, cfg->oas = 40;
	if (fmt == ARM_32_LPAE_S2 && draw(8))
		cfg->ias = 40, cfg->oas = 40;
	if ((fmt == ARM_64_LPAE_S1 || fmt == ARM_32_LPAE_S1) || !draw(8))
		cfg->quirks = quirks[draw(ARRAY_SIZE(quirks))];
}

static void look_at_v7s(void)
{
	ours.root = ours.cfg.arm_v7s_cfg.ttbr & ~0x7fu;
	theirs.root = theirs.cfg.arm_v7s_cfg.ttbr & ~0x7fu;
	geo = (struct geometry){
		true, 2, { 20, 12 }, { ours.cfg.ias - 20, 8 }, ~0x3ffull & U32_MAX,
	};
}

/* Levels from what the manual says: a table fills one granule. */
static void look_at_lpae(void)
{
	unsigned page = (unsigned)__builtin_ctzl(ours.cfg.pgsize_bitmap), bits = page - 3;
	unsigned left = ours.cfg.ias - page, nr = (left + bits - 1) / bits;
	unsigned first = left - bits * (nr - 1);
	bool is_s2 = fmt == ARM_32_LPAE_S2 || fmt == ARM_64_LPAE_S2;

	if (is_s2 && nr == 4 && first <= 4)
		nr--, first += bits;
	if (fmt == ARM_MALI_LPAE && nr < 4)
		nr = 4, first = 0;
	geo = (struct geometry){ .nr_levels = nr, .table_mask = GENMASK_ULL(47, 12) };
	for (unsigned i = 0; i < nr; i++) {
		geo.shift[i] = page + (nr - 1 - i) * bits;
		geo.idx_bits[i] = i ? bits : first;
	}
	ours.root = is_s2 ? ours.cfg.arm_lpae_s2_cfg.vttbr : ours.cfg.arm_lpae_s1_cfg.ttbr;
	theirs.root = is_s2 ? theirs.cfg.arm_lpae_s2_cfg.vttbr : theirs.cfg.arm_lpae_s1_cfg.ttbr;
	if (fmt == ARM_MALI_LPAE) {
		ours.root = ours.cfg.arm_mali_lpae_cfg.transtab & ~0xfffull;
		theirs.root = theirs.cfg.arm_mali_lpae_cfg.transtab & ~0xfffull;
	}
}

/* Registers, but for where the first level is. */
static bool cfgs_differ(void)
{
	struct io_pgtable_cfg a = ours.cfg, b = theirs.cfg;

	if (fmt == ARM_V7S) {
		a.arm_v7s_cfg.ttbr &= 0x7f;
		b.arm_v7s_cfg.ttbr &= 0x7f;
	} else if (fmt == ARM_MALI_LPAE) {
		a.arm_mali_lpae_cfg.transtab &= 0xfff;
		b.arm_mali_lpae_cfg.transtab &= 0xfff;
	} else {
		a.arm_lpae_s1_cfg.ttbr = b.arm_lpae_s1_cfg.ttbr = 0;
	}
	return memcmp(&a, &b, sizeof(a)) != 0;
}

/* False: they disagree. Without @ours.ops there is no such domain, on either side. */
static bool make_domain(bool is_v7s)
{
	struct io_pgtable_cfg cfg = { .tlb = &tlb, .coherent_walk = draw(2) };

	(is_v7s ? draw_v7s : draw_lpae)(&cfg);
	ours.cfg = theirs.cfg = cfg;
	ours.ops = alloc_io_pgtable_ops(fmt, &ours.cfg, &ours);
	theirs.ops = linux_alloc_io_pgtable_ops((int)fmt, &theirs.cfg, &theirs);
	if (!ours.ops != !theirs.ops || (ours.ops && cfgs_differ())) {
		printf("format %d, ias %u, oas %u, sizes %#lx, quirks %#lx: %s\n", fmt, cfg.ias,
		       cfg.oas, cfg.pgsize_bitmap, cfg.quirks,
		       !ours.ops ? "Linux's is there" : !theirs.ops ? "ours is there" :
		       "other registers");
		return false;
	}
	if (ours.ops)
		(is_v7s ? look_at_v7s : look_at_lpae)();
	return true;
}

static bool free_domain(void)
{
	ours.nr_events = theirs.nr_events = 0;
	acting = &ours;
	free_io_pgtable_ops(ours.ops);
	acting = &theirs;
	linux_free_io_pgtable_ops(theirs.ops);
	if (!linux_nr_tables && !events_differ())
		return true;
	printf("freed otherwise\n");
	return false;
}

/* ---- calls -------------------------------------------------------------------------- */

enum call_kind { MAP, UNMAP, LOOK, DIRTY };

struct call {
	enum call_kind kind;
	unsigned long iova, flags;
	phys_addr_t pa;
	size_t pgsize, pgcount;
	int prot;
	bool has_gather, is_queued;
};

/* What comes of it; @mapped of a map, @value is returned. */
struct outcome {
	long value;
	size_t mapped;
	unsigned long first, last;	/* of the gather */
};

static struct outcome make_call(struct side *s, const struct call *c)
{
	struct iommu_iotlb_gather *gather = c->has_gather ? &s->gather : NULL;
	struct iommu_dirty_bitmap dirty = { .gather = &s->gather };
	struct outcome o = { 0 };

	acting = s;
	s->nr_events = 0;
	iommu_iotlb_gather_init(&s->gather);
	s->gather.queued = c->is_queued;
	if (c->kind == MAP)
		o.value = s->ops->map_pages(s->ops, c->iova, c->pa, c->pgsize, c->pgcount, c->prot,
					    GFP_KERNEL, &o.mapped);
	else if (c->kind == UNMAP)
		o.value = (long)s->ops->unmap_pages(s->ops, c->iova, c->pgsize, c->pgcount, gather);
	else if (c->kind == LOOK)
		o.value = (long)s->ops->iova_to_phys(s->ops, c->iova);
	else
		o.value = s->ops->read_and_clear_dirty(s->ops, c->iova, c->pgsize * c->pgcount,
						       c->flags, &dirty);
	o.first = s->gather.start;
	o.last = s->gather.end;
	return o;
}

static unsigned long draw_iova(size_t pgsize, size_t len)
{
	u64 room = 1ull << ours.cfg.ias;
	u64 span = draw(4) ? SZ_4M : (u64)pgsize * 8;
	u64 base = draw(3) * (room / 4), iova;

	if (!draw(4))
		base = room > span ? room - span : 0;
	iova = (base + draw(span)) & ~(u64)(pgsize - 1);
	if (iova + len > room)
		iova = room > len ? (room - len) & ~(u64)(pgsize - 1) : 0;
	if (ours.cfg.quirks & IO_PGTABLE_QUIRK_ARM_TTBR1)
		iova |= ~(room - 1);
	return draw(500) ? iova : iova ^ room;
}

static size_t draw_pgsize(void)
{
	unsigned long sizes = ours.cfg.pgsize_bitmap;
	unsigned n = (unsigned)__builtin_popcountl(sizes), skip = draw(3) ? 0 : (unsigned)draw(n);

	if (fmt != ARM_V7S && !draw(300))
		return draw(2) ? 0 : sizes << 1;
	while (skip--)
		sizes &= sizes - 1;
	return sizes & -sizes;
}

static size_t draw_count(size_t pgsize)
{
	size_t most = max((1ul << ours.cfg.ias) / max(pgsize, (size_t)1), 1ul);

	switch (draw(8)) {
	case 0:
		return 1 + draw(min(most, (size_t)600));
	case 1:
	case 2:
		return 1 + draw(min(most, (size_t)17));
	default:
		return fmt == ARM_V7S || draw(200) ? 1 : 0;
	}
}

static void draw_call(struct call *c)
{
	u64 pas = 1ull << ours.cfg.oas, n = draw(100);

	c->kind = n < 48 ? MAP : n < 90 ? UNMAP : n < 98 || !ours.ops->read_and_clear_dirty ?
		  LOOK : DIRTY;
	c->pgsize = draw_pgsize();
	c->pgcount = draw_count(c->pgsize);
	if (c->pgsize > SZ_16M)
		c->pgcount = min(c->pgcount, (size_t)2);
	c->iova = draw_iova(c->pgsize ? c->pgsize : 1, c->pgsize * c->pgcount);
	c->pa = draw(pas) & ~(u64)(c->pgsize ? c->pgsize - 1 : 0);
	if (!draw(300))
		c->pa = pas;
	c->prot = draw(50) ? (int)draw(64) | 1 << draw(2) : (int)draw(64) & ~3;
	c->has_gather = draw(3);
	c->is_queued = c->has_gather && draw(2);
	c->flags = draw(2) ? IOMMU_DIRTY_NO_CLEAR : 0;
	if (c->kind == LOOK)
		c->iova += draw(c->pgsize ? c->pgsize : 1);
	if (c->kind == DIRTY && !c->pgcount)
		c->pgcount = 1;
}

static void complain(const struct call *c, struct outcome a, struct outcome b)
{
	static const char *const kinds[] = { "map", "unmap", "iova_to_phys", "dirty" };

	printf("%s(iova %#lx, pa %#llx, %zu x %#zx, prot %#x): ours %ld (%zu), Linux's %ld (%zu)\n",
	       kinds[c->kind], c->iova, (unsigned long long)c->pa, c->pgcount, c->pgsize, c->prot,
	       a.value, a.mapped, b.value, b.mapped);
	printf("format %d, ias %u, oas %u, sizes %#lx, quirks %#lx, coherent %d; %u and %u events\n",
	       fmt, ours.cfg.ias, ours.cfg.oas, ours.cfg.pgsize_bitmap, ours.cfg.quirks,
	       ours.cfg.coherent_walk, ours.nr_events, theirs.nr_events);
}

static bool try_call(unsigned nr)
{
	u64 mask = (1ull << ours.cfg.ias) - 1, lo, hi;
	struct call c, other;
	struct outcome a, b;

	draw_call(&c);
	other = c;
	if (MISTAKE && c.kind == MAP)
		other.pa ^= MISTAKE;
	a = make_call(&ours, &c);
	b = make_call(&theirs, &other);
	lo = c.iova & mask;
	hi = nr % WHOLE_EVERY ? min(lo + c.pgsize * c.pgcount, mask) : mask;
	if (!(nr % WHOLE_EVERY))
		lo = 0;
	if (a.value == b.value && a.mapped == b.mapped && a.first == b.first && a.last == b.last &&
	    !events_differ() && !all_differ(lo, hi) && !counts_differ())
		return true;
	complain(&c, a, b);
	return false;
}

static bool try_domain(bool is_v7s, u64 *left)
{
	bool is_same = make_domain(is_v7s);
	unsigned nr = (unsigned)min(*left, (u64)OPS_A_DOMAIN);

	if (!is_same || !ours.ops)
		return is_same;
	for (unsigned i = 1; i <= nr && is_same; i++)
		is_same = try_call(i);
	*left -= nr;
	return is_same && all_differ(0, (1ull << ours.cfg.ias) - 1) == false && free_domain();
}

int main(int argc, char **argv)
{
	struct harness *h = harness_start_or_exit(NULL);
	bool is_v7s = argc > 1 && !strcmp(argv[1], "v7s"), is_same = true;
	u64 nr = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000, left = nr;
	void *page = alloc_pages_exact(PAGE_SIZE, GFP_KERNEL);

	state = argc > 3 ? strtoull(argv[3], NULL, 0) : 2011;
	ours.translates = (uintptr_t)page - virt_to_phys(page);
	if (linux_cfg_len() != sizeof(struct io_pgtable_cfg)) {
		printf("the structures differ\n");
		return 2;
	}
	while (left && is_same)
		is_same = try_domain(is_v7s, &left);
	if (!is_same)
		printf("call %llu\n", (unsigned long long)(nr - left));
	free_pages_exact(page, PAGE_SIZE);
	return harness_finish(h) || !is_same;
}
