/* SPDX-License-Identifier: MIT */
/*
 * What Linux 6.12's driver of System MMUs does wrong, each as a program of a few calls, with
 * the report that names it: exynos-bugs BOARD WHICH. Compiled with drivers/iommu/exynos-iommu.c
 * as it is; without it, our own driver does the same work, and nothing is reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>
#include <asm/barrier.h>
#include <armdma/exynos-iommu.h>
#include <armdma/filter.h>
#include <armdma/harness.h>

#define IOVA	0x10000000u
#define PA	0x84000000u
#define RW	(IOMMU_READ | IOMMU_WRITE)

static struct harness *h;
static struct device *codec, *display, *scaler;
static struct iommu_domain *domain;

/* ---- verbs --------------------------------------------------------------------------- */

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "exynos-bugs: %s: %d\n", what, ret);
	exit(3);
}

static struct device *wakes(const char *path)
{
	struct device *dev = harness_device(h, path);

	pm_runtime_enable(dev);
	must(pm_runtime_resume_and_get(dev), path);
	return dev;
}

static void sleeps(struct device *dev)
{
	pm_runtime_put_sync(dev);
	flush_workqueue(pm_wq);
}

/* Linux's driver panics else: it is said that the access may be made again. */
static int goes_on(struct iommu_domain *d, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	return 0;
}

static void attaches(struct device *dev)
{
	must(iommu_attach_device(domain, dev), "attach");
}

static void leaves(struct device *dev)
{
	if (iommu_get_domain_for_dev(dev) == domain)
		iommu_detach_device(domain, dev);
}

static void maps(unsigned long iova, phys_addr_t pa, size_t len)
{
	must(iommu_map(domain, iova, pa, len, RW, GFP_KERNEL), "map");
}

static void unmaps(unsigned long iova, size_t len)
{
	must(iommu_unmap(domain, iova, len) == len ? 0 : -1, "unmap");
}

static void reads(struct device *dev, u64 iova)
{
	u32 word;

	master_read(harness_master(dev), iova, &word, sizeof(word));
	mb();
}

/* The hardware has looked there, for whatever reason of its own. */
static void looks(struct device *dev, u64 iova)
{
	struct iommu_hw_access a = { .iova = iova, .len = 4 };

	iommu_hw_translate(master_iommu(harness_master(dev), 0, &a.stream), &a);
	mb();
}

/* ---- what goes wrong ----------------------------------------------------------------- */

/* 3.x hold what was not valid in the line of a page; a page beside it is mapped, unflushed. */
static void neighbour(void)
{
	attaches(display);
	maps(IOVA, PA, SZ_4K);
	reads(display, IOVA);
	maps(IOVA + SZ_4K, PA + SZ_4K, SZ_4K);
	reads(display, IOVA + SZ_4K);
}

/* lv1set_section() asks whether the old entry was the zero table after it was overwritten. */
static void section(void)
{
	attaches(display);
	looks(display, IOVA);
	maps(IOVA, PA, SZ_1M);
	reads(display, IOVA);
}

/* ... and frees an empty table that the FLPD cache still leads to. */
static void table(void)
{
	unsigned long pages[32];

	attaches(display);
	maps(IOVA, PA, SZ_4K);
	reads(display, IOVA);
	unmaps(IOVA, SZ_4K);
	maps(IOVA, PA + SZ_1M, SZ_1M);
	for (unsigned n = 0; n < ARRAY_SIZE(pages); n++)
		pages[n] = get_zeroed_page(GFP_KERNEL);
	reads(display, IOVA);
	for (unsigned n = 0; n < ARRAY_SIZE(pages); n++)
		free_page(pages[n]);
}

/* A block that is not granted within 120 reads: the flush is left out. */
static void late_block(void)
{
	attaches(display);
	maps(IOVA, PA, SZ_4K);
	reads(display, IOVA);
	unmaps(IOVA, SZ_4K);
	reads(display, IOVA);
}

/* Who is detached takes all others of the domain along: they are flushed for no longer. */
static void detach(void)
{
	attaches(display);
	attaches(scaler);
	maps(IOVA, PA, SZ_4K);
	reads(scaler, IOVA);
	iommu_detach_device(domain, display);
	unmaps(IOVA, SZ_4K);
	reads(scaler, IOVA);
}

/* ... and not turned on again after they have slept: what they do is not translated. */
static void detach_and_sleep(void)
{
	attaches(display);
	attaches(codec);
	maps(IOVA, PA, SZ_4K);
	reads(codec, IOVA);
	iommu_detach_device(domain, display);
	sleeps(codec);
	must(pm_runtime_resume_and_get(codec), "resume");
	reads(codec, IOVA);
}

/* The format of tables is that of the first System MMU of the board, whatever the others are. */
static void formats(void)
{
	attaches(display);
	maps(IOVA, PA, SZ_4K);
	reads(display, IOVA);
}

/* Memory that was somebody's and is free again: what looks like descriptors is in DRAM. */
static void soils_memory(void)
{
	u32 *pages[16];

	for (unsigned n = 0; n < ARRAY_SIZE(pages); n++) {
		pages[n] = (u32 *)get_zeroed_page(GFP_KERNEL);
		for (unsigned i = 0; i < SZ_4K / 4; i++)
			pages[n][i] = (PA + SZ_16M) | 1u << 4 | 2;
		arch_sync_dma_for_device(virt_to_phys(pages[n]), SZ_4K, DMA_TO_DEVICE);
	}
	for (unsigned n = 0; n < ARRAY_SIZE(pages); n++)
		free_page((unsigned long)pages[n]);
}

static bool is_soiled_at_boot;

static int soils_first(void)
{
	if (is_soiled_at_boot)
		soils_memory();
	return 0;
}
pure_initcall(soils_first);		/* before any driver */

/* The table of zeros is never cleaned: the walker finds what lay there before. */
static void zeros(void)
{
	attaches(display);
	reads(display, IOVA);
}

/* What the display reads while a table is about to be cleaned; 0: nothing. */
static u64 meanwhile;

static bool about_to_clean(struct machine_filter *f, struct cpu *c, enum dc_op op, uint32_t *va,
			   size_t *len)
{
	u64 at = meanwhile;
	char byte;

	if (*len < SZ_1K || !at)
		return true;
	meanwhile = 0;
	master_read(harness_master(display), at, &byte, 1);
	return true;
}

/* A new table is linked, and cleaned afterwards: in between 3.3 fetch ahead what lay there. */
static void early_link(void)
{
	struct machine_filter filter = { .clean = about_to_clean };

	attaches(display);
	soils_memory();
	machine_set_filter(harness_machine(h), &filter);
	for (u32 next = IOVA + SZ_1M; next <= IOVA + SZ_8M; next += SZ_1M) {
		maps(next - SZ_4K, PA + SZ_64K, SZ_4K);
		meanwhile = next - SZ_4K;
		maps(next, PA, SZ_4K);
		meanwhile = 0;
		maps(next + SZ_4K, PA + SZ_4K, SZ_4K);
		reads(display, next + SZ_4K);
	}
	machine_set_filter(harness_machine(h), NULL);
}

/* IOVAs of more than 32 bits are promised, and cut to 32. */
static void wide(void)
{
	struct iommu_domain_geometry *g = &domain->geometry;

	attaches(display);
	if (g->aperture_end < SZ_4G + IOVA)
		return;
	maps(SZ_4G + IOVA, PA, SZ_4K);
	reads(display, SZ_4G + IOVA);
}

static const struct {
	const char *name;
	void (*play)(void);
	struct iommu_hw_knobs knobs;
} plays[] = {
	{ "neighbour", neighbour, { .version = SYSMMU_VERSION(3, 1) } },
	{ "section", section, { .version = SYSMMU_VERSION(5, 0) } },
	{ "table", table, { .version = SYSMMU_VERSION(5, 0) } },
	{ "late-block", late_block, { .version = SYSMMU_VERSION(1, 0), .delay = 200 } },
	{ "detach", detach, { .version = SYSMMU_VERSION(1, 0) } },
	{ "detach-and-sleep", detach_and_sleep, { .version = SYSMMU_VERSION(1, 0) } },
	{ "formats", formats, { .version = 0 } },
	{ "zeros", zeros, { .version = SYSMMU_VERSION(1, 0) } },
	{ "early-link", early_link,
	  { .version = SYSMMU_VERSION(3, 3), .caches_negative = IOMMU_HW_NO } },
	{ "wide", wide, { .version = SYSMMU_VERSION(5, 0) } },
};

/* ---- from boot to halt --------------------------------------------------------------- */

static int runs(const char *board, unsigned n)
{
	is_soiled_at_boot = plays[n].play == zeros;
	h = harness_start(&(struct harness_config){
		.board = board, .iommu_knobs = plays[n].knobs, .behaviour = LINUX_REPAIRED }, NULL);
	must(!h, board);
	codec = wakes("/soc/codec@13400000");
	display = wakes("/soc/display@13440000");
	scaler = wakes("/soc/scaler@13450000");
	domain = iommu_paging_domain_alloc(display);
	must(IS_ERR_OR_NULL(domain), "domain");
	iommu_set_fault_handler(domain, goes_on, NULL);
	plays[n].play();
	leaves(codec);
	leaves(display);
	leaves(scaler);
	iommu_domain_free(domain);
	return harness_finish(h);
}

int main(int argc, char **argv)
{
	for (unsigned n = 0; argc == 3 && n < ARRAY_SIZE(plays); n++)
		if (!strcmp(plays[n].name, argv[2]))
			return runs(argv[1], n);
	fprintf(stderr, "usage: BOARD WHICH\n");
	return 2;
}
