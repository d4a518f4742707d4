/* SPDX-License-Identifier: MIT */
/*
 * Our ARM32 backend against Linux's own, cut out of its source: two devices of one machine,
 * behind one IOMMU driver that writes down what it is asked. The same calls for both must
 * give the same answers, ask the driver the same, and clean and invalidate the same memory.
 *
 *	arm-iommu-twin ROUNDS [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>
#include <asm/device.h>
#include <asm/dma-iommu.h>
#include <linux/bug.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/slab.h>

struct dma_iommu_mapping *twin_create(struct device *dev, dma_addr_t base, u64 size);
void twin_release(struct dma_iommu_mapping *mapping);
extern struct dma_map_ops twin_ops;

void *twin_alloc_from_pool(size_t size, struct page **ret_page);
bool twin_in_pool(void *start, size_t size);
int twin_free_from_pool(void *start, size_t size);
void *twin_alloc_simple(struct device *dev, size_t size, gfp_t gfp, struct page **ret_page);
void twin_free_simple(struct page *page, size_t size);

#ifndef MISTAKE
#define MISTAKE		0	/* in what Linux's is told */
#endif
#define WINDOW		SZ_16M
#define NR_PAGES	64u
#define NR_ENTRIES	24u
#define MOST_LIVE	40u
#define MOST_EVENTS	2048u

static u64 state;

static unsigned draw(unsigned below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((state >> 33) % below);
}

/* ---- what was asked ------------------------------------------------------------------- */

/* @what: m map, u unmap, d sync for the device, c for the CPU, r a result. */
struct event {
	char what;
	u64 at, to, len;
	int how;
};

struct log {
	struct event e[MOST_EVENTS];
	unsigned nr;
};

static struct log logs[2], *now = &logs[0];

static void note(char what, u64 at, u64 to, u64 len, int how)
{
	if (now->nr < MOST_EVENTS)
		now->e[now->nr++] = (struct event){ what, at, to, len, how };
}

static void print_log(const struct log *l)
{
	for (unsigned i = 0; i < l->nr; i++)
		printf(" %c %#llx %#llx %#llx %d\n", l->e[i].what, (unsigned long long)l->e[i].at,
		       (unsigned long long)l->e[i].to, (unsigned long long)l->e[i].len,
		       l->e[i].how);
}

static int logs_differ(const char *what)
{
	if (logs[0].nr == logs[1].nr &&
	    !memcmp(logs[0].e, logs[1].e, logs[0].nr * sizeof(struct event)))
		return 0;
	printf("a call of %s; ours:\n", what);
	print_log(&logs[0]);
	printf("Linux's:\n");
	print_log(&logs[1]);
	return 1;
}

static void on_sync(struct sync_watcher *w, bool is_for_device, u64 pa, size_t len, int dir)
{
	note(is_for_device ? 'd' : 'c', pa, 0, len, dir);
}

/* ---- an IOMMU's driver ------------------------------------------------------------------ */

#define SPACE_PAGES	(SZ_64M >> PAGE_SHIFT)

struct space {
	struct iommu_domain domain;
	u64 pa[SPACE_PAGES];		/* | 1; 0: nothing */
};

static unsigned fails_at;		/* the map that does; 0: none */
static struct iommu_device iommu;

static struct space *space_of(struct iommu_domain *domain)
{
	return (struct space *)domain;
}

static int rec_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		   size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	size_t len = pgsize * pgcount;

	note('m', iova, pa, len, prot);
	if (fails_at && !--fails_at)
		return -ENOMEM;
	for (size_t i = 0; i < len; i += PAGE_SIZE)
		space_of(domain)->pa[(iova + i) >> PAGE_SHIFT] = (pa + i) | 1;
	*mapped += len;
	return 0;
}

static size_t rec_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			size_t pgcount, struct iommu_iotlb_gather *gather)
{
	size_t len = pgsize * pgcount;

	note('u', iova, 0, len, 0);
	memset(space_of(domain)->pa + (iova >> PAGE_SHIFT), 0,
	       (len >> PAGE_SHIFT) * sizeof(u64));
	return len;
}

static phys_addr_t rec_walk(struct iommu_domain *domain, dma_addr_t iova)
{
	return space_of(domain)->pa[iova >> PAGE_SHIFT] & PAGE_MASK;
}

static int rec_attach(struct iommu_domain *domain, struct device *dev)
{
	return 0;
}

static void rec_free(struct iommu_domain *domain)
{
	free(space_of(domain));
}

static const struct iommu_domain_ops space_ops = {
	.attach_dev = rec_attach, .map_pages = rec_map, .unmap_pages = rec_unmap,
	.iova_to_phys = rec_walk, .free = rec_free,
};

static struct iommu_domain *rec_alloc(struct device *dev)
{
	struct space *s = calloc(1, sizeof(*s));

	s->domain.geometry.aperture_end = SZ_64M - 1;
	return &s->domain;
}

static struct iommu_device *rec_probe(struct device *dev)
{
	return &iommu;
}

static const struct iommu_ops rec_ops = {
	.probe_device = rec_probe, .device_group = generic_device_group,
	.domain_alloc_paging = rec_alloc, .default_domain_ops = &space_ops,
	.pgsize_bitmap = SZ_4K | SZ_64K | SZ_1M,
};

/* ---- memory that the twin takes from our machine ------------------------------------------ */

static struct device *devs[2];		/* ours, Linux's */
static void *in_pool[MOST_LIVE];

void *twin_alloc_from_pool(size_t size, struct page **ret_page)
{
	void *va;

	*ret_page = dma_alloc_from_pool(devs[1], size, &va, __GFP_NOWARN, NULL);
	for (unsigned i = 0; *ret_page && i < MOST_LIVE; i++) {
		if (!in_pool[i]) {
			in_pool[i] = va;
			return va;
		}
	}
	return NULL;
}

bool twin_in_pool(void *start, size_t size)
{
	for (unsigned i = 0; i < MOST_LIVE; i++)
		if (in_pool[i] == start)
			return true;
	return false;
}

int twin_free_from_pool(void *start, size_t size)
{
	for (unsigned i = 0; i < MOST_LIVE; i++)
		if (in_pool[i] == start)
			in_pool[i] = NULL;
	return dma_free_from_pool(devs[1], start, size);
}

void *twin_alloc_simple(struct device *dev, size_t size, gfp_t gfp, struct page **ret_page)
{
	void *va = alloc_pages_exact(size, gfp);

	*ret_page = va ? virt_to_page(va) : NULL;
	return va;
}

void twin_free_simple(struct page *page, size_t size)
{
	free_pages_exact(page_address(page), size);
}

/* ---- calls ------------------------------------------------------------------------------- */

struct live {
	char kind;		/* p page, r resource, s list */
	enum dma_data_direction dir;
	unsigned long attrs;
	size_t size;
	dma_addr_t dma[2];
	struct scatterlist sg[2][NR_ENTRIES];
	unsigned nents;
};

static struct page *first;
static struct live live[MOST_LIVE];
static unsigned nr_live;

static const struct dma_map_ops *ops_of(int side)
{
	now = &logs[side];
	return side ? &twin_ops : get_dma_ops(devs[0]);
}

static enum dma_data_direction draw_dir(void)
{
	return (enum dma_data_direction)draw(3);
}

static unsigned long draw_attrs(void)
{
	return (draw(8) ? 0 : DMA_ATTR_SKIP_CPU_SYNC) | (draw(8) ? 0 : DMA_ATTR_PRIVILEGED);
}

/* The offset may be whole pages and more, as of a part of a compound page. */
static int try_map_page(struct live *l, unsigned fails)
{
	unsigned page = draw(NR_PAGES / 2);
	unsigned offset = draw(draw(4) ? PAGE_SIZE : 8 * PAGE_SIZE);

	l->kind = 'p';
	l->size = 1 + draw(draw(4) ? 2 * PAGE_SIZE : 20 * PAGE_SIZE);
	for (int side = 0; side < 2; side++) {
		fails_at = fails;
		l->dma[side] = ops_of(side)->map_page(devs[side], first + page,
						      offset + (side ? MISTAKE : 0), l->size,
						      l->dir, l->attrs);
		note('r', l->dma[side], 0, 0, 0);
	}
	return logs_differ("map_page");
}

static int try_map_resource(struct live *l, unsigned fails)
{
	phys_addr_t pa = 0x1000 + draw(0x4000);

	l->kind = 'r';
	l->size = 1 + draw(0x3000);
	for (int side = 0; side < 2; side++) {
		fails_at = fails;
		l->dma[side] = ops_of(side)->map_resource(devs[side], pa, l->size, l->dir, 0);
		note('r', l->dma[side], 0, 0, 0);
	}
	return logs_differ("map_resource");
}

/* Entries that meet at a page's border, and such that do not. */
static void draw_list(struct live *l)
{
	unsigned page = draw(NR_PAGES / 2);

	l->nents = 1 + draw(NR_ENTRIES);
	for (int side = 0; side < 2; side++)
		sg_init_table(l->sg[side], l->nents);
	for (unsigned i = 0; i < l->nents; i++) {
		unsigned offset = draw(4) ? 0 : draw(draw(4) ? PAGE_SIZE : 3 * PAGE_SIZE);
		unsigned len = draw(3) ? (1 + draw(4)) * PAGE_SIZE - offset % PAGE_SIZE
				       : 1 + draw(3 * PAGE_SIZE);

		for (int side = 0; side < 2; side++)
			sg_set_page(&l->sg[side][i], first + page, len, offset);
		page = draw(2) ? (page + 1) % (NR_PAGES / 2) : draw(NR_PAGES / 2);
	}
}

static void note_list(const struct live *l, int side, int ents)
{
	note('r', (u64)(s64)ents, 0, 0, 0);
	for (unsigned i = 0; ents > 0 && i < l->nents; i++) {
		const struct scatterlist *sg = &l->sg[side][i];

		note('r', sg_dma_len(sg) ? sg_dma_address(sg) : 0, 0, sg_dma_len(sg), 0);
	}
}

static int try_map_sg(struct live *l, unsigned fails)
{
	unsigned max = draw(2) ? SZ_64K : PAGE_SIZE * (1 + draw(6)) - draw(2) * 100;

	l->kind = 's';
	draw_list(l);
	for (int side = 0; side < 2; side++) {
		int ents;

		dma_set_max_seg_size(devs[side], max);
		fails_at = fails;
		ents = ops_of(side)->map_sg(devs[side], l->sg[side], (int)l->nents, l->dir,
					    l->attrs);
		note_list(l, side, ents);
		l->dma[side] = ents > 0 ? 0 : DMA_MAPPING_ERROR;
	}
	return logs_differ("map_sg");
}

static int try_unmap(struct live *l)
{
	for (int side = 0; side < 2; side++) {
		const struct dma_map_ops *ops = ops_of(side);

		if (l->kind == 'p')
			ops->unmap_page(devs[side], l->dma[side], l->size, l->dir, l->attrs);
		else if (l->kind == 'r')
			ops->unmap_resource(devs[side], l->dma[side], l->size, l->dir, 0);
		else
			ops->unmap_sg(devs[side], l->sg[side], (int)l->nents, l->dir, l->attrs);
	}
	return logs_differ("unmap");
}

static int try_sync(const struct live *l)
{
	bool is_for_cpu = draw(2);

	for (int side = 0; side < 2; side++) {
		const struct dma_map_ops *ops = ops_of(side);
		struct scatterlist *sg = (struct scatterlist *)(uintptr_t)l->sg[side];

		if (l->kind == 'p' && is_for_cpu)
			ops->sync_single_for_cpu(devs[side], l->dma[side], l->size, l->dir);
		else if (l->kind == 'p')
			ops->sync_single_for_device(devs[side], l->dma[side], l->size, l->dir);
		else if (l->kind == 's' && is_for_cpu)
			ops->sync_sg_for_cpu(devs[side], sg, (int)l->nents, l->dir);
		else if (l->kind == 's')
			ops->sync_sg_for_device(devs[side], sg, (int)l->nents, l->dir);
	}
	return logs_differ("sync");
}

static int try_map(void)
{
	struct live *l = &live[nr_live];
	unsigned fails = draw(6) ? 0 : 1 + draw(6);
	int bad;

	l->dir = draw_dir();
	l->attrs = draw_attrs();
	switch (draw(5)) {
	case 0:
		bad = try_map_resource(l, fails);
		break;
	case 1:
	case 2:
		bad = try_map_sg(l, fails);
		break;
	default:
		bad = try_map_page(l, fails);
	}
	nr_live += l->dma[0] != DMA_MAPPING_ERROR;
	return bad;
}

/* ---- memory for both sides ------------------------------------------------- */

static int note_table(int side, void *va, dma_addr_t dma, size_t size, unsigned long attrs)
{
	struct sg_table sgt;
	struct scatterlist *sg;
	unsigned i;
	int err = ops_of(side)->get_sgtable(devs[side], &sgt, va, dma, size, attrs);

	note('r', (u64)(s64)err, 0, 0, 0);
	if (err)
		return err;
	for_each_sgtable_sg(&sgt, sg, i)
		note('r', sg_phys(sg), 0, sg->length, 0);
	sg_free_table(&sgt);
	return 0;
}

/*
 * One after the other, so that both find the same pages free. For a device that snoops
 * nothing fails: both would lose the page then, and the second find another.
 */
static int try_alloc(void)
{
	static const unsigned long kinds[] = {
		0, 0, DMA_ATTR_NO_KERNEL_MAPPING, DMA_ATTR_ALLOC_SINGLE_PAGES,
		DMA_ATTR_WRITE_COMBINE, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_PRIVILEGED,
	};
	unsigned long attrs = kinds[draw(ARRAY_SIZE(kinds))];
	gfp_t gfp = SNOOPS || !draw(4) ? GFP_ATOMIC : GFP_KERNEL;
	size_t size = gfp == GFP_ATOMIC ? PAGE_SIZE : 1 + draw(draw(3) ? SZ_64K : 3 * SZ_1M);
	unsigned fails = SNOOPS || draw(6) ? 0 : 1 + draw(4);

	for (int side = 0; side < 2; side++) {
		dma_addr_t dma = 0;
		void *va;

		fails_at = fails;
		va = ops_of(side)->alloc(devs[side], size + (side ? MISTAKE : 0), &dma, gfp,
					 attrs);
		note('r', dma, va != NULL, 0, 0);
		if (!va)
			continue;
		if (gfp == GFP_KERNEL)
			note_table(side, va, dma, size, attrs);
		ops_of(side)->free(devs[side], size, va, dma, attrs);
	}
	return logs_differ("alloc and free");
}

/* ---- rounds -------------------------------------------------------------------------------- */

static int try_round(void)
{
	unsigned i = nr_live ? draw(nr_live) : 0;
	int bad;

	logs[0].nr = logs[1].nr = 0;
	fails_at = 0;
	if (!draw(12))
		return try_alloc();
	if (nr_live && !draw(4))
		return try_sync(&live[i]);
	if (nr_live < MOST_LIVE && (!nr_live || draw(2)))
		return try_map();
	bad = try_unmap(&live[i]);
	live[i] = live[--nr_live];
	return bad;
}

static void make_devices(struct harness *h)
{
	static const char *const names[] = { "ours", "Linux's" };

	iommu_device_register(&iommu, &rec_ops, NULL);
	for (int side = 0; side < 2; side++)
		devs[side] = harness_device_new(h, names[side], SNOOPS);
	if (arm_iommu_attach_device(devs[0], arm_iommu_create_mapping(devs[0], 0, WINDOW))) {
		printf("no IOMMU\n");
		exit(1);
	}
	to_dma_iommu_mapping(devs[1]) = twin_create(devs[1], 0, WINDOW);
}

static void drop_devices(void)
{
	struct dma_iommu_mapping *mine = to_dma_iommu_mapping(devs[0]);

	arm_iommu_detach_device(devs[0]);
	arm_iommu_release_mapping(mine);
	twin_release(to_dma_iommu_mapping(devs[1]));
	to_dma_iommu_mapping(devs[1]) = NULL;
}

/* Pages here and there, so that what is free is in pieces. */
static void scatter_memory(void)
{
	for (unsigned i = 0; i < 3000; i++) {
		unsigned order = draw(5);
		struct page *page = alloc_pages(GFP_HIGHUSER, order);

		if (page && draw(2))
			__free_pages(page, order);
	}
}

int main(int argc, char **argv)
{
	struct harness *h = harness_start_or_exit(NULL);
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 1, done = 0;
	struct sync_watcher watcher = { .sync = on_sync };
	int bad = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 2011;
	make_devices(h);
	first = alloc_pages(GFP_KERNEL, 6);
	scatter_memory();
	harness_watch_syncs(h, &watcher);
	for (; done < rounds && !bad; done++)
		bad = try_round();
	if (bad)
		printf("round %u\n", done);
	while (nr_live)
		try_unmap(&live[--nr_live]);
	harness_watch_syncs(h, NULL);
	drop_devices();
	harness_finish(h);
	return bad;
}
