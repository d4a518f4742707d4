/* SPDX-License-Identifier: MIT */
/*
 * What mapping costs behind each platform's IOMMU: registers, entries, lines, invalidations
 * and walks, of the DMA API's dma_map_page() and dma_map_sg() with our drivers. Counts
 * alone: the same on every host; they are those of docs/platforms.md.
 *
 *	platforms                tables, in Markdown
 *	platforms BOARD...       of the first device behind an IOMMU of these boards
 *
 * Each row is a machine of its own. The mapping is made, touched and taken away once before
 * it is counted, so that tables exist as they do in a driver that has run for a while; the
 * buffer's own lines are left out (DMA_ATTR_SKIP_CPU_SYNC), those of tables are counted.
 *
 *	touch    the device reads a byte of each 4 KiB, in order
 *	lazy     what one unmap costs until its IOVA may be used again is the flush's, which is
 *	         one for all that wait; here, for this one alone
 */
#include <inttypes.h>
#include <stdio.h>

#include <armdma/harness.h>
#include <armdma/iommu.h>
#include <armdma/master.h>
#include <armdma/pgtable.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define LIST_ENTRIES	256u			/* of 4 KiB: 1 MiB */
#define FLUSH_WAIT_NS	100000000u		/* longer than any flush queue waits */
#define ATTRS		DMA_ATTR_SKIP_CPU_SYNC

static const struct {
	const char *title, *board;
} platforms[] = {
	{ "Qualcomm MSM (APQ8064)", "iommu-msm" },
	{ "TI OMAP", "iommu-omap" },
	{ "Samsung Exynos", "iommu-exynos" },
	{ "Rockchip, version 1", "iommu-rockchip" },
	{ "Rockchip, version 2", "iommu-rockchip-v2" },
	{ "Allwinner (H6)", "iommu-sun50i" },
	{ "Spreadtrum", "iommu-sprd" },
};

struct work {
	const char *name;
	size_t len;
	bool is_list;
};

static const struct work works[] = {
	{ "4 KiB", SZ_4K, false }, { "64 KiB", SZ_64K, false }, { "1 MiB", SZ_1M, false },
	{ "16 MiB", SZ_16M, false }, { "list, 256 x 4 KiB", SZ_1M, true },
};

/* ---- a machine, and what it has counted -------------------------------------------------- */

struct counts {
	uint64_t writes, reads, stores, lines, tlb_ops, walks, walk_reads;
};

struct scene {
	struct harness *h;
	struct machine *m;
	struct device *dev;
	phys_addr_t pa;
	const struct work *work;
	dma_addr_t dma;
	struct scatterlist list[LIST_ENTRIES];
	int nr_mapped;
};

static void add_iommu(struct counts *c, struct iommu_hw *i)
{
	struct iommu_hw_counters n;

	iommu_hw_count(i, &n);
	c->writes += n.reg_writes;
	c->reads += n.reg_reads;
	c->walks += n.walks;
	c->walk_reads += n.walk_reads;
	for (unsigned s = 0; s < NR_IOMMU_HW_SCOPES; s++)
		c->tlb_ops += n.invalidations[s];
}

static struct counts count(const struct scene *s)
{
	struct machine_counters m;
	struct pgtable_counts tables;
	struct counts c = { 0 };
	struct iommu_hw *i;

	machine_count(s->m, &m);
	pgtable_counts_all(s->m, &tables);
	c.lines = m.level[0].cleaned;
	c.stores = tables.nr_stores;
	for (size_t n = 0; (i = machine_iommu(s->m, n)); n++)
		add_iommu(&c, i);
	return c;
}

static struct counts since(const struct scene *s, struct counts before)
{
	struct counts now = count(s);

	return (struct counts){
		now.writes - before.writes, now.reads - before.reads,
		now.stores - before.stores, now.lines - before.lines,
		now.tlb_ops - before.tlb_ops, now.walks - before.walks,
		now.walk_reads - before.walk_reads,
	};
}

/* The first device that is behind an IOMMU. */
static struct device *find_device(struct harness *h)
{
	const struct board *b = machine_board(harness_machine(h));

	for (guint n = 0; n < b->masters->len; n++) {
		const struct board_master *at = g_ptr_array_index(b->masters, n);
		struct device *dev = at->iommus->len && !at->is_disabled ?
				     harness_device(h, at->path) : NULL;

		if (dev && device_iommu_mapped(dev))
			return dev;
	}
	return NULL;
}

/* Memory that is aligned to the largest page; what it holds is nobody's business. */
static phys_addr_t choose_memory(const struct machine *m)
{
	const struct board_bank *bank = &g_array_index(machine_board(m)->banks, struct board_bank,
						       0);

	return ALIGN(bank->pa + bank->len / 2, SZ_16M);
}

static bool scene_begin(struct scene *s, const char *name, enum iommu_mode mode,
			const struct work *w, GError **error)
{
	s->h = harness_start(&(struct harness_config){
		.board = name, .gear = GEAR_EXACT, .iommu = mode, .no_hazards = true,
	}, error);
	if (!s->h)
		return false;
	s->m = harness_machine(s->h);
	s->work = w;
	s->pa = choose_memory(s->m);
	s->dev = find_device(s->h);
	if (s->dev) {
		dma_set_max_seg_size(s->dev, UINT_MAX);
		return true;
	}
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "%s: no device is behind an IOMMU", name);
	harness_finish(s->h);
	return false;
}

/* ---- the work ------------------------------------------------------------------------------ */

/* Every second page, so that no two are neighbours. */
static bool map_list(struct scene *s)
{
	sg_init_table(s->list, LIST_ENTRIES);
	for (unsigned n = 0; n < LIST_ENTRIES; n++)
		sg_set_page(&s->list[n], pfn_to_page(PHYS_PFN(s->pa + 2ul * n * SZ_4K)), SZ_4K, 0);
	s->nr_mapped = dma_map_sg_attrs(s->dev, s->list, LIST_ENTRIES, DMA_BIDIRECTIONAL, ATTRS);
	s->dma = sg_dma_address(s->list);
	return s->nr_mapped == 1;
}

static bool map(struct scene *s)
{
	if (s->work->is_list)
		return map_list(s);
	s->dma = dma_map_page_attrs(s->dev, pfn_to_page(PHYS_PFN(s->pa)), 0, s->work->len,
				    DMA_BIDIRECTIONAL, ATTRS);
	return !dma_mapping_error(s->dev, s->dma);
}

static void unmap(struct scene *s)
{
	if (s->work->is_list)
		dma_unmap_sg_attrs(s->dev, s->list, LIST_ENTRIES, DMA_BIDIRECTIONAL, ATTRS);
	else
		dma_unmap_page_attrs(s->dev, s->dma, s->work->len, DMA_BIDIRECTIONAL, ATTRS);
}

static bool touch(struct scene *s)
{
	uint8_t byte;

	for (size_t off = 0; off < s->work->len; off += SZ_4K)
		if (master_read(harness_master(s->dev), s->dma + off, &byte, 1).kind != MASTER_OK)
			return false;
	return true;
}

static void flush(struct scene *s)
{
	harness_pass_time(s->h, FLUSH_WAIT_NS);
}

static bool warm(struct scene *s)
{
	bool is_ok = map(s) && touch(s);

	if (is_ok)
		unmap(s);
	flush(s);
	return is_ok;
}

/* ---- a row ----------------------------------------------------------------------------------- */

struct row {
	struct counts map, touch, unmap, flush;
};

static bool measure(struct scene *s, struct row *r)
{
	struct counts before;

	if (!warm(s))
		return false;
	before = count(s);
	if (!map(s))
		return false;
	r->map = since(s, before);
	before = count(s);
	if (!touch(s))
		return false;
	r->touch = since(s, before);
	before = count(s);
	unmap(s);
	r->unmap = since(s, before);
	before = count(s);
	flush(s);
	r->flush = since(s, before);
	return true;
}

static void print_counts(const struct counts *c)
{
	printf(" %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " |",
	       c->writes, c->stores, c->lines, c->tlb_ops, c->reads);
}

static void print_row(const char *what, const struct counts *c)
{
	printf("| %s |", what);
	print_counts(c);
	printf("\n");
}

static void print_rows(const struct work *w, const struct row *strict, const struct row *lazy)
{
	char what[64];

	snprintf(what, sizeof(what), "%s: map", w->name);
	print_row(what, &strict->map);
	print_row("unmap, strict", &strict->unmap);
	print_row("unmap, lazy", &lazy->unmap);
	print_row("its flush, lazy", &lazy->flush);
}

static bool fails(const char *name, const struct work *w, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "%s: %s could not be mapped, or the device did not reach it", name, w->name);
	return false;
}

static bool run(const char *name, enum iommu_mode mode, const struct work *w, struct row *r,
		GError **error)
{
	struct scene s = { 0 };
	bool is_ok;

	if (!scene_begin(&s, name, mode, w, error))
		return false;
	is_ok = measure(&s, r);
	harness_finish(s.h);
	return is_ok || fails(name, w, error);
}

static void print_head(const char *title)
{
	printf("**%s**\n\n"
	       "| | register writes | entries stored | lines cleaned | TLB operations | "
	       "register reads |\n| --- | --- | --- | --- | --- | --- |\n", title);
}

static void print_touches(const struct row *rows)
{
	printf("\n| first touch of | walks | entries read |\n| --- | --- | --- |\n");
	for (size_t n = 0; n < G_N_ELEMENTS(works); n++)
		printf("| %s | %" PRIu64 " | %" PRIu64 " |\n", works[n].name, rows[n].touch.walks,
		       rows[n].touch.walk_reads);
	printf("\n");
}

static bool print_platform(const char *title, const char *name, GError **error)
{
	struct row strict[G_N_ELEMENTS(works)], lazy[G_N_ELEMENTS(works)];

	for (size_t n = 0; n < G_N_ELEMENTS(works); n++)
		if (!run(name, IOMMU_STRICT, &works[n], &strict[n], error) ||
		    !run(name, IOMMU_LAZY, &works[n], &lazy[n], error))
			return false;
	print_head(title);
	for (size_t n = 0; n < G_N_ELEMENTS(works); n++)
		print_rows(&works[n], &strict[n], &lazy[n]);
	print_touches(strict);
	return true;
}

static bool print_all(int nr, char **boards, GError **error)
{
	for (size_t n = 0; !nr && n < G_N_ELEMENTS(platforms); n++)
		if (!print_platform(platforms[n].title, platforms[n].board, error))
			return false;
	for (int n = 0; n < nr; n++)
		if (!print_platform(boards[n], boards[n], error))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc > 1 && argv[1][0] == '-') {
		fprintf(stderr, "usage: platforms [BOARD...]\n");
		return 2;
	}
	if (print_all(argc - 1, argv + 1, &error))
		return 0;
	fflush(stdout);
	fprintf(stderr, "platforms: %s\n", error->message);
	return 2;
}
