/* SPDX-License-Identifier: MIT */
/* The contract of every IOMMU with its driver: see contract.h. */
#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#define NR_PAGES	2048u			/* of IOVA space that is played in: 8 MiB */
#define FIRST_IOVA	0x00c00000u		/* over the borders of sections and tables */
#define FIRST_PA	0x84000000u
#define NR_PA_PAGES	0x4000u
#define PROBES		6u			/* of what a step changed */

/* What a page must come to. @old_pa: what it may still come to, until the sync. */
struct page_state {
	u64 pa;
	int prot;				/* 0: nothing is mapped */
	u64 old_pa;
	int old_prot;
};

struct space {
	struct iommu_domain *domain;
	struct iommu_domain_ops ops;		/* of the mutant */
	const struct iommu_domain_ops *true_ops;
	struct device *dev;
	struct master *master;
	unsigned nr_faults, nr_heard;		/* since they were last compared */
	bool hears_wrong;
	struct page_state pages[NR_PAGES];
};

struct play {
	const struct contract *c;
	struct space spaces[2];
	u64 state;
	unsigned step;
	char *broken;
};

static u32 below(struct play *p, u32 n)
{
	u64 x = p->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (u32)(((x ^ x >> 31) >> 32) * n >> 32);
}

/* ---- drivers that forget ------------------------------------------------------------ */

static void forget_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
}

static int forget_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	return 0;
}

static void sync_short(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	const struct space *s = container_of(domain->ops, struct space, ops);

	if (!gather->end || gather->end - gather->start < SZ_4K)
		return;
	gather->end -= SZ_4K;
	s->true_ops->iotlb_sync(domain, gather);
}

static void mutate(struct space *s, enum contract_mutant mutant)
{
	s->true_ops = s->domain->ops;
	s->ops = *s->domain->ops;
	if (mutant == MUTANT_NO_SYNC)
		s->ops.iotlb_sync = forget_sync;
	else if (mutant == MUTANT_NO_SYNC_MAP)
		s->ops.iotlb_sync_map = forget_sync_map;
	else if (mutant == MUTANT_SHORT_SYNC)
		s->ops.iotlb_sync = sync_short;
	s->domain->ops = &s->ops;
}

/* ---- asking ----------------------------------------------------------------------------- */

static bool is_right(const struct play *p, const struct iommu_hw_result *r, u64 pa, int prot,
		     bool is_write)
{
	if (prot && p->c->has_no_perms)
		prot = IOMMU_READ | IOMMU_WRITE;
	if (!(prot & (is_write ? IOMMU_WRITE : IOMMU_READ)))
		return r->outcome == IOMMU_HW_FAULT ||
		       (prot && !is_write && r->outcome == IOMMU_HW_HIT && r->pa == pa);
	return r->outcome == IOMMU_HW_HIT && r->pa == pa;
}

static void breaks(struct play *p, const struct space *s, u64 iova, bool is_write,
		   const struct iommu_hw_result *r, const struct page_state *want)
{
	if (p->broken)
		return;
	p->broken = g_strdup_printf("step %u: %s %s 0x%llx: %s (%s), pa 0x%llx; expected 0x%llx "
				    "prot %d, or still 0x%llx prot %d",
				    p->step, dev_name(s->dev), is_write ? "writes" : "reads",
				    (unsigned long long)iova,
				    r->outcome == IOMMU_HW_HIT ? "hit" : "no hit",
				    iommu_hw_reason_name(r->reason), (unsigned long long)r->pa,
				    (unsigned long long)want->pa, want->prot,
				    (unsigned long long)want->old_pa, want->old_prot);
}

/* By one port: a page that can be written can mostly be read, too, whatever was asked for. */
static void ask(struct play *p, struct space *s, unsigned port, unsigned page, bool is_write)
{
	const struct page_state *want = &s->pages[page];
	u32 into = below(p, SZ_4K), stream;
	struct iommu_hw *hw = master_iommu(s->master, port, &stream);
	struct iommu_hw_access a = {
		.stream = stream, .iova = FIRST_IOVA + (u64)page * SZ_4K + into, .len = 1,
		.is_write = is_write,
	};
	struct iommu_hw_result r = iommu_hw_translate(hw, &a);
	bool is_old = want->old_prot && is_right(p, &r, want->old_pa + into, want->old_prot,
						 is_write);

	s->nr_faults += r.outcome == IOMMU_HW_FAULT;
	if (!is_old && !is_right(p, &r, want->pa + into, want->prot, is_write))
		breaks(p, s, a.iova, is_write, &r, want);
}

static void ask_all_ways(struct play *p, struct space *s, unsigned page)
{
	for (unsigned port = 0; master_iommu(s->master, port, NULL); port++) {
		ask(p, s, port, page, false);
		ask(p, s, port, page, true);
	}
}

/* The driver's interrupt handler has told the domain's, if only of the first of them. */
static int hears(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		 void *token)
{
	struct space *s = token;

	s->nr_heard++;
	s->hears_wrong |= domain != s->domain || dev != s->dev ||
			  iova - FIRST_IOVA >= (unsigned long)NR_PAGES * SZ_4K;
	return 0;
}

static void compare_faults(struct play *p, struct space *s)
{
	mb();			/* interrupts are taken here, if they have not been */
	if (!p->broken && (s->hears_wrong || !s->nr_faults != !s->nr_heard))
		p->broken = g_strdup_printf("step %u: %s: %u faults, %u heard of%s", p->step,
					    dev_name(s->dev), s->nr_faults, s->nr_heard,
					    s->hears_wrong ? ", wrongly" : "");
	s->nr_faults = s->nr_heard = 0;
}

static void ask_about(struct play *p, struct space *s, unsigned first, unsigned nr)
{
	ask_all_ways(p, s, first);
	ask_all_ways(p, s, first + nr - 1);
	for (unsigned n = 0; n < PROBES; n++)
		ask_all_ways(p, s, first + below(p, nr));
	ask_all_ways(p, s, below(p, NR_PAGES));
	compare_faults(p, s);
}

static void compare_tables(struct play *p, struct space *s, unsigned page)
{
	const struct page_state *want = &s->pages[page];
	u64 pa = iommu_iova_to_phys(s->domain, FIRST_IOVA + (u64)page * SZ_4K);

	if (!p->broken && pa != (want->prot ? want->pa : 0))
		p->broken = g_strdup_printf("step %u: iova_to_phys of page %u is 0x%llx", p->step,
					    page, (unsigned long long)pa);
}

/* ---- a step ------------------------------------------------------------------------------- */

static bool is_free(const struct space *s, unsigned first, unsigned nr)
{
	for (unsigned n = 0; n < nr; n++)
		if (s->pages[first + n].prot)
			return false;
	return true;
}

/* Mostly few pages; sometimes such as make blocks, at places where those are possible. */
static unsigned choose_nr(struct play *p, unsigned *first)
{
	static const unsigned sizes[] = { 1, 1, 2, 3, 8, 16, 17, 32, 256, 256, 512, 512 };
	unsigned nr = sizes[below(p, ARRAY_SIZE(sizes))];

	*first = below(p, NR_PAGES);
	if (nr >= 16)
		*first &= ~15u;
	if (nr >= 256)
		*first &= ~(nr - 1);
	return min(nr, NR_PAGES - *first);
}

static void map_some(struct play *p, struct space *s)
{
	static const int prots[] = { IOMMU_READ, IOMMU_WRITE, IOMMU_READ | IOMMU_WRITE,
				     IOMMU_READ | IOMMU_WRITE };
	int prot = prots[below(p, ARRAY_SIZE(prots))];
	unsigned first, nr = choose_nr(p, &first);
	u64 pa;

	if (!is_free(s, first, nr))
		return;
	ask_about(p, s, first, nr);
	pa = FIRST_PA + (u64)below(p, NR_PA_PAGES - nr) * SZ_4K;
	if (nr >= 16)
		pa = (pa & ~0x1fffffull) | (((u64)first * SZ_4K) & 0x1fffff);
	assert_int_equal(iommu_map(s->domain, FIRST_IOVA + (u64)first * SZ_4K, pa,
				   (size_t)nr * SZ_4K, prot, GFP_KERNEL), 0);
	for (unsigned n = 0; n < nr; n++)
		s->pages[first + n] = (struct page_state){ .pa = pa + n * SZ_4K, .prot = prot };
	ask_about(p, s, first, nr);
}

static void unmap_pages(struct play *p, struct space *s, unsigned first, unsigned nr)
{
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	assert_int_equal(iommu_unmap_fast(s->domain, FIRST_IOVA + (u64)first * SZ_4K,
					  (size_t)nr * SZ_4K, &gather), (size_t)nr * SZ_4K);
	for (unsigned n = 0; n < nr; n++) {
		struct page_state *page = &s->pages[first + n];

		*page = (struct page_state){ .old_pa = page->pa, .old_prot = page->prot };
	}
	ask_about(p, s, first, nr);
	iommu_iotlb_sync(s->domain, &gather);
	for (unsigned n = 0; n < nr; n++)
		s->pages[first + n].old_prot = 0;
	ask_about(p, s, first, nr);
}

/* The first run of mapped pages from @*first on: how many. */
static unsigned find_run(const struct space *s, unsigned *first)
{
	unsigned nr = 0;

	while (*first < NR_PAGES && !s->pages[*first].prot)
		++*first;
	while (*first + nr < NR_PAGES && s->pages[*first + nr].prot)
		nr++;
	return nr;
}

/* So that there is room for large ones again, where tables were. */
static void unmap_all(struct play *p, struct space *s)
{
	unsigned first = 0, nr;

	while ((nr = find_run(s, &first)) != 0)
		unmap_pages(p, s, first, nr);
}

static void unmap_some(struct play *p, struct space *s)
{
	unsigned first = below(p, NR_PAGES), nr = find_run(s, &first);

	if (!nr)
		return;
	if (below(p, 2))
		nr = 1 + below(p, nr);
	ask_about(p, s, first, nr);
	unmap_pages(p, s, first, nr);
}

static void begin(struct play *p, unsigned n)
{
	struct space *s = &p->spaces[n];

	s->dev = p->c->devices[n];
	s->master = p->c->masters[n];
	s->domain = iommu_paging_domain_alloc(s->dev);
	assert_false(IS_ERR_OR_NULL(s->domain));
	iommu_set_fault_handler(s->domain, hears, s);
	mutate(s, p->c->mutant);
	assert_int_equal(iommu_attach_device(s->domain, s->dev), 0);
}

static void end(struct space *s)
{
	iommu_detach_device(s->domain, s->dev);
	s->domain->ops = s->true_ops;
	iommu_domain_free(s->domain);
}

/* Another domain in its place: nothing of the old one is translated any more. */
static void replace(struct play *p, unsigned n)
{
	struct space *s = &p->spaces[n];
	unsigned first = below(p, NR_PAGES), nr = find_run(s, &first);

	if (!nr)
		return;
	ask_about(p, s, first, nr);
	end(s);
	memset(s->pages, 0, sizeof(s->pages));
	begin(p, n);
	ask_about(p, s, first, nr);
}

static void step(struct play *p)
{
	struct space *s = &p->spaces[below(p, 2)];

	if (!below(p, 24))
		replace(p, s == &p->spaces[1]);
	if (!below(p, 24))
		unmap_all(p, s);
	else if (below(p, 5) < 3)
		map_some(p, s);
	else
		unmap_some(p, s);
	ask_about(p, &p->spaces[s == &p->spaces[0]], below(p, NR_PAGES), 1);
	compare_tables(p, s, below(p, NR_PAGES));
}

/* ---- from the first to the last ------------------------------------------------------------ */

char *contract_play(const struct contract *c)
{
	struct play *p = g_new0(struct play, 1);
	char *broken;

	p->c = c;
	p->state = c->seed;
	begin(p, 0);
	begin(p, 1);
	for (; p->step < c->nr_steps && !p->broken; p->step++)
		step(p);
	broken = p->broken;
	end(&p->spaces[0]);
	end(&p->spaces[1]);
	g_free(p);
	return broken;
}
