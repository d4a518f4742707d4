/* SPDX-License-Identifier: MIT */
/*
 * Lists through an IOMMU, ours against Linux's own: for the same random list of memory, the
 * same limits of the device and the same block of IOVAs, both must return the same number,
 * leave the same list, map the same pages the same way, and unmap the same range.
 *
 *	dma-sg-twin ROUNDS [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>

#include "dma-sg-twin.h"

/* Ours, by their own names. */
#undef iommu_get_dma_domain

#ifndef MISTAKE
#define MISTAKE		0	/* added to the length of an entry for Linux's side */
#endif
#define NR_PAGES	256u
#define MOST		40u
#define MOST_UNITS	16384u	/* pages of the IOMMU in one block */

static u64 state;

static unsigned draw(unsigned below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((state >> 33) % below);
}

/* ---- what was mapped and unmapped ------------------------------------------------------ */

/* @pa of each page of the IOMMU from @first on; 0: not mapped. */
struct seen {
	unsigned long first;
	size_t len, nr;
	int prot;
	phys_addr_t pa[MOST_UNITS];
	unsigned long unmap_iova;
	size_t unmap_len;
};

static struct seen ours, linuxes;
static unsigned shift;
static int failure;			/* what mapping ends with, or 0 */

static void starts(struct seen *s)
{
	memset(s->pa, 0, (s->nr + 1) * sizeof(s->pa[0]));
	s->nr = s->len = s->first = 0;
	s->prot = 0;
}

static void sees_map(struct seen *s, unsigned long iova, phys_addr_t pa, size_t len, int prot)
{
	if (!s->len)
		s->first = iova;
	s->prot = prot;
	for (size_t at = 0; at < len; at += 1ul << shift) {
		size_t unit = (iova + at - s->first) >> shift;

		if (unit >= MOST_UNITS) {
			printf("a block that is too long\n");
			exit(1);
		}
		s->pa[unit] = pa + at;
		s->nr = unit;
		s->len = (unit + 1) << shift;
	}
}

static void sees_unmap(struct seen *s, unsigned long iova, size_t len)
{
	if (!s->unmap_len)
		s->unmap_iova = iova;
	s->unmap_len = iova + len - s->unmap_iova;
}

/* ---- an IOMMU for ours ------------------------------------------------------------------- */

static int spy_attach(struct iommu_domain *domain, struct device *dev)
{
	return 0;
}

static int spy_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa, size_t pgsize,
		   size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	sees_map(&ours, iova, pa, pgsize * pgcount, prot);
	*mapped += pgsize * pgcount;
	return 0;
}

static size_t spy_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			size_t pgcount, struct iommu_iotlb_gather *gather)
{
	sees_unmap(&ours, iova, pgsize * pgcount);
	return pgsize * pgcount;
}

static int spy_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	return failure;
}

static phys_addr_t spy_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	return 0;
}

static void spy_free(struct iommu_domain *domain)
{
	free(domain);
}

static const struct iommu_domain_ops spy_domain_ops = {
	.attach_dev = spy_attach, .map_pages = spy_map, .unmap_pages = spy_unmap,
	.iotlb_sync_map = spy_sync_map, .iova_to_phys = spy_phys, .free = spy_free,
};

static unsigned next_shift;		/* of the domain that is made next */

static struct iommu_domain *spy_alloc(struct device *dev)
{
	struct iommu_domain *d = calloc(1, sizeof(*d));

	d->ops = &spy_domain_ops;
	d->pgsize_bitmap = 1ul << next_shift;
	d->geometry.aperture_end = ~0u;
	d->geometry.force_aperture = true;
	return d;
}

static struct iommu_device spy;

static struct iommu_device *spy_probe(struct device *dev)
{
	return &spy;
}

static const struct iommu_ops spy_ops = {
	.domain_alloc_paging = spy_alloc, .probe_device = spy_probe,
	.device_group = generic_device_group, .default_domain_ops = &spy_domain_ops,
};

/* ---- Linux's side ------------------------------------------------------------------------- */

static struct iommu_dma_cookie twin_cookie;
struct iommu_domain twin_domain = { .iova_cookie = &twin_cookie };
dma_addr_t twin_iova;
static size_t twin_asked;

dma_addr_t twin_alloc_iova(size_t size)
{
	twin_asked = size;
	return twin_iova;
}

ssize_t twin_iommu_map_sg(unsigned long iova, struct scatterlist *sg, unsigned int nents, int prot)
{
	size_t done = 0;

	for (unsigned i = 0; i < nents; i++, sg = sg_next(sg)) {
		sees_map(&linuxes, iova + done, sg_phys(sg), sg->length, prot);
		done += sg->length;
	}
	return failure ? failure : (ssize_t)done;
}

size_t twin_unmap(unsigned long iova, size_t size)
{
	sees_unmap(&linuxes, iova, size);
	return size;
}

/* ---- rounds --------------------------------------------------------------------------------- */

static struct page *first_page;

struct list {
	struct scatterlist sg[MOST];
	int nents;
};

/* Whole pages, ends that meet, ends that nearly do, long and short. */
static void draw_list(struct list *l)
{
	unsigned at = 0, end = NR_PAGES * PAGE_SIZE;

	l->nents = (int)(1 + draw(draw(4) ? 8 : MOST));
	sg_init_table(l->sg, (unsigned)l->nents);
	for (int i = 0; i < l->nents; i++) {
		unsigned len = draw(3) ? (1 + draw(4)) << (shift + draw(3))
				       : 1 + draw(3 * PAGE_SIZE);

		if (draw(2))
			at = draw(NR_PAGES) * PAGE_SIZE + (draw(2) ? 0 : draw(2 * PAGE_SIZE));
		if (at + len > end)
			at = draw(16) << shift;
		sg_set_page(&l->sg[i], first_page + at / PAGE_SIZE, len, at % PAGE_SIZE);
		at += len;
	}
}

static void draw_limits(struct device *dev)
{
	static const unsigned lens[] = { 1, 4096, 65536, 100000, ~0u };

	dma_set_max_seg_size(dev, draw(2) ? lens[draw(5)] : 1 + draw(70000));
	dma_set_seg_boundary(dev, draw(2) ? ~0ul : (1ul << (shift + draw(10))) - 1);
}

static int differ(const char *what, unsigned long long a, unsigned long long b)
{
	if (a == b)
		return 0;
	printf("%s: ours %#llx, Linux's %#llx\n", what, a, b);
	return 1;
}

static int lists_differ(const struct list *a, const struct list *b)
{
	for (int i = 0; i < a->nents; i++)
		if (differ("page", a->sg[i].page_link & ~3ul, b->sg[i].page_link & ~3ul) ||
		    differ("offset", a->sg[i].offset, b->sg[i].offset) ||
		    differ("length", a->sg[i].length, b->sg[i].length) ||
		    differ("dma address", a->sg[i].dma_address, b->sg[i].dma_address) ||
		    differ("dma length", a->sg[i].dma_length, b->sg[i].dma_length))
			return 1;
	return 0;
}

static int maps_differ(void)
{
	return differ("first", ours.first, linuxes.first) ||
	       differ("bytes", ours.len, linuxes.len) ||
	       differ("protection", (unsigned)ours.prot, (unsigned)linuxes.prot) ||
	       differ("pages", 0, !!memcmp(ours.pa, linuxes.pa,
					   (ours.len >> shift) * sizeof(ours.pa[0])));
}

static int unmaps_differ(struct device *dev, struct list *a, struct list *b,
			 enum dma_data_direction dir)
{
	ours.unmap_len = linuxes.unmap_len = 0;
	dma_unmap_sg(dev, a->sg, a->nents, dir);
	twin_unmap_sg(dev, b->sg, b->nents, dir, 0);
	return differ("unmap from", ours.unmap_iova, linuxes.unmap_iova) ||
	       differ("unmap bytes", ours.unmap_len, linuxes.unmap_len);
}

static int round_differs(struct device *dev)
{
	static struct list a, b;
	enum dma_data_direction dir = (enum dma_data_direction)draw(3);
	struct sg_table table;
	int ret, twins;

	starts(&ours);
	starts(&linuxes);
	draw_list(&a);
	draw_limits(dev);
	failure = draw(20) ? 0 : draw(2) ? -ENOMEM : -ERANGE;
	b = a;
	b.sg[0].length += MISTAKE;
	table = (struct sg_table){ a.sg, 0, (unsigned)a.nents };
	ret = dma_map_sgtable(dev, &table, dir, 0);
	if (!ret)
		ret = (int)table.nents;
	twin_iova = ours.first;
	twins = twin_map_sg(dev, b.sg, b.nents, dir, 0);
	if (differ("return", (unsigned)ret, (unsigned)twins) || lists_differ(&a, &b) || maps_differ())
		return 1;
	return ret > 0 ? unmaps_differ(dev, &a, &b, dir) : 0;
}

static struct device *new_device(struct harness *h, unsigned of_shift, bool is_coherent)
{
	char name[16];

	next_shift = of_shift;
	snprintf(name, sizeof(name), "shift%u%d", of_shift, is_coherent);
	return harness_device_new(h, name, is_coherent);
}

/* Pages of the IOMMUs, by device; every other one snoops. */
static const unsigned shifts[] = { 12, 10, 12, 7 };

static int rounds_differ(struct device *dev[], unsigned long rounds)
{
	for (unsigned long i = 0; i < rounds; i++) {
		unsigned which = draw(ARRAY_SIZE(shifts));

		shift = shifts[which];
		twin_cookie.iovad.granule = 1ul << shift;
		if (!round_differs(dev[which]))
			continue;
		printf("in round %lu\n", i);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct device *dev[ARRAY_SIZE(shifts)];
	struct harness *h = harness_start_or_exit(NULL);
	int ret;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	iommu_device_register(&spy, &spy_ops, NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(shifts); i++)
		dev[i] = new_device(h, shifts[i], i & 1);
	first_page = alloc_pages(GFP_KERNEL, 9);
	ret = rounds_differ(dev, strtoul(argv[1], NULL, 0));
	iommu_device_unregister(&spy);
	harness_finish(h);
	return ret;
}
