/* SPDX-License-Identifier: MIT */
/*
 * What Linux 6.12's drivers of Rockchip's and Spreadtrum's IOMMUs do wrong, each as a program
 * of a few calls, with the report that names it: rockchip-bugs BOARD WHICH. Compiled with the
 * driver as it is; without it, our own does the same work, and that is not reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/harness.h>

#define IOVA	0x08000000u
#define PA	0x84000000u
#define RW	(IOMMU_READ | IOMMU_WRITE)

static struct harness *h;
static struct device *dev;
static struct iommu_domain *domain;

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "rockchip-bugs: %s: %d\n", what, ret);
	exit(3);
}

static void begins(const char *path)
{
	dev = harness_device(h, path);
	pm_runtime_enable(dev);
	must(pm_runtime_resume_and_get(dev), "resume");
	domain = iommu_paging_domain_alloc(dev);
	must(IS_ERR_OR_NULL(domain), "domain");
	must(iommu_attach_device(domain, dev), "attach");
}

static void ends(void)
{
	if (iommu_get_domain_for_dev(dev) == domain)
		iommu_detach_device(domain, dev);
	iommu_domain_free(domain);
	pm_runtime_put_sync(dev);
	pm_runtime_disable(dev);
}

static void maps(void)
{
	must(iommu_map(domain, IOVA, PA, SZ_4K, RW, GFP_KERNEL), "map");
}

static void unmaps(void)
{
	must(iommu_unmap(domain, IOVA, SZ_4K) != SZ_4K, "unmap");
}

static void reads(void)
{
	u32 word;

	master_read(harness_master(dev), IOVA, &word, sizeof(word));
}

/* What the hardware would answer, which is no access of the device. */
static void looks(void)
{
	struct iommu_hw_access a = { .iova = IOVA, .len = 4 };

	iommu_hw_translate(master_iommu(harness_master(dev), 0, &a.stream), &a);
}

/*
 * The master sleeps; its IOMMU, which nobody uses any more, does not yet: its suspend is a
 * worker's. What is unmapped then is zapped only if it is in use, and so never.
 */
static void unused(void)
{
	struct device_node *np = of_find_node_by_path("/soc/iommu@10920800");
	struct device *mmu = &of_find_device_by_node(np)->dev;

	begins("/soc/old@10920000");
	maps();
	reads();
	pm_runtime_get_noresume(mmu);
	pm_runtime_put_sync(dev);
	pm_runtime_put_noidle(mmu);
	unmaps();
	must(pm_runtime_resume_and_get(dev), "resume");
	looks();
	ends();
}

/* A domain that nobody has any more is freed, and the IOMMU of who has another turned off. */
static void freed(void)
{
	struct iommu_domain *old;

	begins("/soc/disp@10630000");
	old = domain;
	domain = iommu_paging_domain_alloc(dev);
	must(IS_ERR_OR_NULL(domain), "domain");
	iommu_detach_device(old, dev);
	must(iommu_attach_device(domain, dev), "attach");
	maps();
	iommu_domain_free(old);
	reads();
	unmaps();
	ends();
}

int main(int argc, char **argv)
{
	must(argc != 3, "usage: BOARD WHICH");
	h = harness_start(&(struct harness_config){ .board = argv[1] }, NULL);
	must(!h, argv[1]);
	if (!strcmp(argv[2], "unused"))
		unused();
	else if (!strcmp(argv[2], "freed"))
		freed();
	else
		must(-ENOENT, argv[2]);
	return harness_finish(h);
}
