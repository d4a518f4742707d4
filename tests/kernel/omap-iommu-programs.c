/* SPDX-License-Identifier: MIT */
/*
 * What Linux 6.12's drivers/iommu/omap-iommu.c, unmodified, does wrong on the registers of
 * <armdma/omap-iommu.h>: one small program each, by its name. What is seen goes to stdout;
 * what the engine reports to stderr. Board: tests/iommu/omap.dts.
 *
 *	behind          is the master behind its IOMMU? Without ->of_xlate it never is
 *	contract        what tests/iommu/contract.h asks is kept: none of these
 *	partial-unmap   4 KiB of a large page are unmapped at its ninth entry: the driver
 *	                clears all sixteen, and cleans the sixteen from the ninth on. With
 *	                lines of 32 bytes the first eight stay in the cache: live, to the
 *	                walker, which brings the whole page into the TLB again
 *	deaf            a fault that nobody handles turns interrupts off; when the page is
 *	                mapped at last, nobody lets the master go on
 *	no-domain       two MMUs share a line; one has a fault, and the handler of the other,
 *	                which has no domain, follows a null pointer
 *	asleep          the same, where the other sleeps: its registers are read without power
 */
#include <stdio.h>
#include <string.h>
#include <linux/iommu.h>
#include <linux/omap-iommu.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/iommu.h>
#include <armdma/master.h>

#include "iommu/contract.h"

#define IOVA	0x00300000u
#define PA	0x84000000u
#define RW	(IOMMU_READ | IOMMU_WRITE)

static struct harness *h;
static struct device *isp, *ipu;

static struct iommu_domain *attach(struct device *dev)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(dev);

	if (IS_ERR_OR_NULL(domain) || iommu_attach_device(domain, dev))
		printf("%s is not attached\n", dev_name(dev));
	return domain;
}

static void detach(struct device *dev, struct iommu_domain *domain)
{
	iommu_detach_device(domain, dev);
	iommu_domain_free(domain);
}

static void map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa, size_t len)
{
	if (iommu_map(domain, iova, pa, len, RW, GFP_KERNEL))
		printf("0x%lx is not mapped\n", iova);
}

/* As the device would: its TLB and the walk. */
static bool translates(struct device *dev, u32 iova)
{
	struct iommu_hw *hw = master_iommu(harness_master(dev), 0, NULL);

	return iommu_hw_translate(hw, &(struct iommu_hw_access){ .iova = iova, .len = 4 })
		       .outcome == IOMMU_HW_HIT;
}

static int is_said(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	return 0;
}

static void partial_unmap(void)
{
	struct iommu_domain *other = attach(isp), *domain = attach(ipu);

	iommu_set_fault_handler(domain, is_said, NULL);
	map(domain, IOVA + SZ_512K, PA, SZ_4K);		/* keeps the table */
	map(domain, IOVA, PA, SZ_64K);
	printf("unmapped %zu bytes, still translated: ",
	       iommu_unmap(domain, IOVA + 8 * SZ_4K, SZ_4K));
	for (u32 n = 0; n < 16; n++)
		printf("%c", translates(ipu, IOVA + n * SZ_4K) ? 'x' : '.');
	printf("\n");
	detach(ipu, domain);
	detach(isp, other);
}

static const char *outcome(struct device *dev, u32 iova)
{
	char byte;

	switch (master_read(harness_master(dev), iova, &byte, 1).kind) {
	case MASTER_OK:
		return "goes on";
	case MASTER_STALLED:
		return "waits";
	default:
		return "is refused";
	}
}

static void deaf(void)
{
	struct iommu_domain *other = attach(ipu), *domain = attach(isp);

	printf("not mapped: %s\n", outcome(isp, IOVA));
	map(domain, IOVA, PA, SZ_4K);
	printf("mapped: %s\n", outcome(isp, IOVA));
	detach(isp, domain);
	detach(ipu, other);
}

static void no_domain(void)
{
	struct iommu_domain *domain = attach(ipu);

	printf("fault\n");
	printf("it %s\n", outcome(ipu, IOVA));
	detach(ipu, domain);
}

static void asleep(void)
{
	struct iommu_domain *other = attach(isp), *domain = attach(ipu);

	iommu_set_fault_handler(domain, is_said, NULL);
	omap_iommu_domain_deactivate(other);
	printf("it %s\n", outcome(ipu, IOVA));
	omap_iommu_domain_activate(other);
	detach(ipu, domain);
	detach(isp, other);
}

static void behind(void)
{
	printf("%s\n", device_iommu_mapped(ipu) ? "behind" : "not behind");
}

/* Who is told of a fault is not asked: Linux names the MMU, and not the device. */
static void contract(void)
{
	char *broken = contract_play(&(struct contract){
		.devices = { isp, ipu }, .masters = { harness_master(isp), harness_master(ipu) },
		.seed = 0x5eed, .nr_steps = 150,
		.traits = { .has_no_perms = true, .is_silent = true,
			    .keeps_blocks = true } });

	printf("%s\n", broken ? broken : "kept");
	g_free(broken);
}

static const struct {
	const char *name;
	void (*run)(void);
} programs[] = {
	{ "behind", behind },
	{ "contract", contract },
	{ "partial-unmap", partial_unmap },
	{ "deaf", deaf },
	{ "no-domain", no_domain },
	{ "asleep", asleep },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t n = 0; argc > 3 && n < sizeof(programs) / sizeof(*programs); n++) {
		if (strcmp(programs[n].name, argv[2]))
			continue;
		h = harness_start(&(struct harness_config){
			.board = argv[1], .cpu = argv[3], .iommu = IOMMU_PASSTHROUGH,
			.no_hazards = !strcmp(argv[2], "contract") }, NULL);
		isp = harness_device(h, "/soc/isp@10200000");
		ipu = harness_device(h, "/soc/ipu@10210000");
		programs[n].run();
		harness_finish(h);
		return 0;
	}
	fprintf(stderr, "usage: BOARD PROGRAM CPU\n");
	return 2;
}
