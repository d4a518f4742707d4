/* SPDX-License-Identifier: MIT */
/* The contract of every IOMMU with its driver: see contract.h. */
#include "contract.h"

#include <glib.h>
#include <string.h>
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#define NR_PAGES	6144u			/* of IOVA space that is played in: 24 MiB */
#define FIRST_IOVA	0x00c00000u		/* over the borders of sections and tables */
#define FIRST_PAGE	(FIRST_IOVA / SZ_4K)
#define FIRST_PA	0x84000000u
#define NR_PA_PAGES	0x4000u
#define MAX_PORTS	8u			/* that are asked about a page */
#define PROBES		6u			/* of what a step changed */

/* What a page must come to. @old_pa: what it may still come to, until the sync. */
struct page_state {
	u64 pa;
	int prot;				/* 0: nothing is mapped */
	u64 old_pa;
	int old_prot;
	u16 into, of;				/* which page, of how many, of the driver's own */
};

struct space {
	struct iommu_domain *domain;
	struct iommu_domain_ops ops;		/* of the mutant */
	const struct iommu_domain_ops *true_ops;
	struct device *dev, *other;
	struct master *master;
	unsigned nr_ports;
	unsigned nr_faults, nr_heard;		/* since they were last compared */
	bool hears_wrong;
	bool is_asleep;
	struct page_state pages[NR_PAGES];
};

struct play {
	const struct contract *c;
	struct space spaces[2];
	unsigned nr_spaces;
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

static bool is_refused(const struct play *p, const struct iommu_hw_result *r)
{
	return r->outcome == IOMMU_HW_FAULT || r->outcome == IOMMU_HW_STALL ||
	       (p->c->traits.redirects && r->outcome == IOMMU_HW_REDIRECT);
}

static bool is_right(const struct play *p, const struct iommu_hw_result *r, u64 pa, int prot,
		     bool is_write)
{
	if (prot && p->c->traits.has_no_perms)
		prot = IOMMU_READ | IOMMU_WRITE;
	if (!(prot & (is_write ? IOMMU_WRITE : IOMMU_READ)))
		return is_refused(p, r) ||
		       (prot && !is_write && r->outcome == IOMMU_HW_HIT && r->pa == pa);
	return r->outcome == IOMMU_HW_HIT && r->pa == pa;
}

static const char *const outcomes[] = {
	[IOMMU_HW_HIT] = "hit", [IOMMU_HW_BYPASS] = "bypass", [IOMMU_HW_FAULT] = "fault",
	[IOMMU_HW_STALL] = "stall", [IOMMU_HW_ABORT] = "abort",
	[IOMMU_HW_REDIRECT] = "redirect", [IOMMU_HW_DROP] = "drop",
};

static void breaks(struct play *p, const struct space *s, u64 iova, bool is_write,
		   const struct iommu_hw_result *r, const struct page_state *want)
{
	if (p->broken)
		return;
	p->broken = g_strdup_printf("step %u: %s %s 0x%llx: %s (%s), pa 0x%llx; expected 0x%llx "
				    "prot %d, or still 0x%llx prot %d",
				    p->step, dev_name(s->dev), is_write ? "writes" : "reads",
				    (unsigned long long)iova, outcomes[r->outcome],
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

	s->nr_faults += is_refused(p, &r);
	if (r.outcome == IOMMU_HW_STALL)
		mb();		/* the handler lets it go on, and those behind it */
	if (!is_old && !is_right(p, &r, want->pa + into, want->prot, is_write))
		breaks(p, s, a.iova, is_write, &r, want);
}

/* By each port; of very many by some, all over them, and by others the next time. */
static void ask_all_ways(struct play *p, struct space *s, unsigned page)
{
	unsigned apart = (s->nr_ports + MAX_PORTS - 1) / MAX_PORTS;

	for (unsigned port = apart > 1 ? below(p, apart) : 0; port < s->nr_ports; port += apart) {
		ask(p, s, port, page, false);
		ask(p, s, port, page, true);
	}
}

/*
 * The driver's interrupt handler has told the domain's, if only of the first of them. It may
 * name the device, or the IOMMU's own.
 */
static int hears(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		 void *token)
{
	struct space *s = token;

	s->nr_heard++;
	s->hears_wrong |= domain != s->domain || (dev != s->dev && dev == s->other) ||
			  iova - FIRST_IOVA >= (unsigned long)NR_PAGES * SZ_4K;
	return 0;
}

static void compare_faults(struct play *p, struct space *s)
{
	mb();			/* interrupts are taken here, if they have not been */
	if (!p->broken && !p->c->traits.is_silent &&
	    (s->hears_wrong || !s->nr_faults != !s->nr_heard))
		p->broken = g_strdup_printf("step %u: %s: %u faults, %u heard of%s", p->step,
					    dev_name(s->dev), s->nr_faults, s->nr_heard,
					    s->hears_wrong ? ", wrongly" : "");
	s->nr_faults = s->nr_heard = 0;
}

static void ask_about(struct play *p, struct space *s, unsigned first, unsigned nr)
{
	if (s->is_asleep)
		return;
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
	static const unsigned sizes[] = { 1, 1, 2, 3, 8, 16, 17, 32, 256, 256, 512, 4096 };
	unsigned nr = sizes[below(p, ARRAY_SIZE(sizes))];

	*first = below(p, NR_PAGES);
	if (nr >= 16)
		*first &= ~15u;
	if (nr >= 256)
		*first = ((*first + FIRST_PAGE) & ~(nr - 1)) - FIRST_PAGE;
	if (*first >= NR_PAGES)		/* before the first of all */
		*first += nr;
	return min(nr, NR_PAGES - *first);
}

/* As the core cuts a mapping into pages of the domain's: how many of 4 KiB the next one is. */
static unsigned block_at(const struct space *s, u64 iova, u64 pa, unsigned nr_left)
{
	unsigned nr = 1;

	for (unsigned bit = 13; bit < 32; bit++) {
		u64 size = 1ull << bit;

		if (size / SZ_4K > nr_left || ((iova | pa) & (size - 1)))
			break;
		if (s->domain->pgsize_bitmap & size)
			nr = (unsigned)(size / SZ_4K);
	}
	return nr;
}

static void note_mapped(struct space *s, unsigned first, unsigned nr, u64 pa, int prot)
{
	unsigned of = 1;

	for (unsigned n = 0; n < nr; n += of) {
		of = block_at(s, FIRST_IOVA + (u64)(first + n) * SZ_4K, pa + (u64)n * SZ_4K,
			      nr - n);
		for (unsigned into = 0; into < of; into++)
			s->pages[first + n + into] = (struct page_state){
				.pa = pa + (u64)(n + into) * SZ_4K, .prot = prot,
				.into = (u16)into, .of = (u16)of,
			};
	}
}

/* Where a page is part of a larger one, the rest of that comes along. */
static void widen(const struct play *p, const struct space *s, unsigned *first, unsigned *nr)
{
	const struct page_state *begin = &s->pages[*first], *end = begin + *nr - 1;

	if (!p->c->traits.keeps_blocks)
		return;
	*first -= begin->into;
	*nr += begin->into + (end->of - 1u - end->into);
}

/* So that large pages are possible. */
static u64 congruent(u64 pa, u64 iova, u64 size)
{
	return (pa & ~(size - 1)) | (iova & (size - 1));
}

static void map_some(struct play *p, struct space *s)
{
	static const int prots[] = { IOMMU_READ, IOMMU_WRITE, IOMMU_READ | IOMMU_WRITE,
				     IOMMU_READ | IOMMU_WRITE };
	int prot = prots[below(p, ARRAY_SIZE(prots))];
	unsigned first, nr = choose_nr(p, &first);
	u64 pa;
	int ret;

	if (p->c->traits.is_plain)
		prot = IOMMU_READ | IOMMU_WRITE;
	if (!is_free(s, first, nr))
		return;
	ask_about(p, s, first, nr);
	pa = FIRST_PA + (u64)below(p, NR_PA_PAGES - nr) * SZ_4K;
	if (nr >= 16)
		pa = congruent(pa, FIRST_IOVA + (u64)first * SZ_4K, nr > 512 ? SZ_16M : SZ_2M);
	ret = iommu_map(s->domain, FIRST_IOVA + (u64)first * SZ_4K, pa, (size_t)nr * SZ_4K, prot,
			GFP_KERNEL);
	if (ret && !p->broken)
		p->broken = g_strdup_printf("step %u: map of %u pages at %u: %d", p->step, nr,
					    first, ret);
	note_mapped(s, first, nr, pa, prot);
	ask_about(p, s, first, nr);
}

static void unmap_pages(struct play *p, struct space *s, unsigned first, unsigned nr)
{
	struct iommu_iotlb_gather gather;
	size_t len = (size_t)nr * SZ_4K, gone;

	iommu_iotlb_gather_init(&gather);
	gone = iommu_unmap_fast(s->domain, FIRST_IOVA + (u64)first * SZ_4K, len, &gather);
	if (gone != len && !p->broken)
		p->broken = g_strdup_printf("step %u: unmap of %u pages at %u: %zu of %zu bytes",
					    p->step, nr, first, gone, len);
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
	widen(p, s, &first, &nr);
	ask_about(p, s, first, nr);
	unmap_pages(p, s, first, nr);
}

static void note_failure(struct play *p, const struct space *s, const char *what, int ret)
{
	if (ret && !p->broken)
		p->broken = g_strdup_printf("step %u: %s: %s: %d", p->step, dev_name(s->dev), what,
					    ret);
}

/* By its group, which may have others, who then come along. */
static int move(struct space *s, bool is_in)
{
	struct iommu_group *group = iommu_group_get(s->dev);
	int ret = 0;

	if (is_in)
		ret = iommu_attach_group(s->domain, group);
	else
		iommu_detach_group(s->domain, group);
	iommu_group_put(group);
	return ret;
}

unsigned nr_ports(struct master *master)
{
	unsigned nr = 0;

	while (master_iommu(master, nr, NULL))
		nr++;
	return nr;
}

static void begin(struct play *p, unsigned n)
{
	struct space *s = &p->spaces[n];

	s->dev = p->c->devices[n];
	s->other = p->c->devices[!n];
	s->master = p->c->masters[n];
	s->nr_ports = nr_ports(s->master);
	s->domain = iommu_paging_domain_alloc(s->dev);
	if (IS_ERR_OR_NULL(s->domain)) {
		note_failure(p, s, "no domain", s->domain ? (int)PTR_ERR(s->domain) : -ENOMEM);
		s->domain = NULL;
		return;
	}
	iommu_set_fault_handler(s->domain, hears, s);
	mutate(s, p->c->mutant);
	note_failure(p, s, "attach", move(s, true));
}

static void end(struct space *s)
{
	if (!s->domain)
		return;
	move(s, false);
	s->domain->ops = s->true_ops;
	iommu_set_fault_handler(s->domain, NULL, NULL);	/* a driver may not let go of it */
	iommu_domain_free(s->domain);
	s->domain = NULL;
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
	if (!p->broken)
		ask_about(p, s, first, nr);
}

/* It goes to sleep, or wakes up, and then finds everything as it is by now. */
static void turn_over(struct play *p, struct space *s)
{
	unsigned first = below(p, NR_PAGES), nr = find_run(s, &first);

	if (!p->c->power)
		return;
	if (!s->is_asleep)
		compare_faults(p, s);
	note_failure(p, s, s->is_asleep ? "wakes up" : "goes to sleep",
		     p->c->power(s->dev, s->is_asleep));
	s->is_asleep = !s->is_asleep;
	if (nr)
		ask_about(p, s, first, nr);
}

static void wake_up(struct play *p, struct space *s)
{
	if (s->is_asleep)
		turn_over(p, s);
}

static void step(struct play *p)
{
	struct space *s = &p->spaces[below(p, p->nr_spaces)];

	if (!below(p, 24))
		replace(p, s == &p->spaces[1]);
	if (p->broken)
		return;
	if (p->c->power && !below(p, s->is_asleep ? 3 : 12))
		turn_over(p, s);
	if (!below(p, 24))
		unmap_all(p, s);
	else if (below(p, 5) < 3)
		map_some(p, s);
	else
		unmap_some(p, s);
	if (p->nr_spaces > 1)
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
	p->nr_spaces = c->devices[1] ? 2 : 1;
	for (unsigned n = 0; n < p->nr_spaces; n++)
		begin(p, n);
	for (; p->step < c->nr_steps && !p->broken; p->step++)
		step(p);
	for (unsigned n = 0; n < p->nr_spaces; n++) {
		wake_up(p, &p->spaces[n]);
		end(&p->spaces[n]);
	}
	broken = p->broken;
	g_free(p);
	return broken;
}
