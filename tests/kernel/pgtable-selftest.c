/* SPDX-License-Identifier: MIT */
/*
 * Linux's own tests of its page tables, on ours: what they call is answered here.
 *
 *	pgtable-selftest [--wrong]
 *
 * With --wrong every translation is a page off, and they must not pass. Exit status: how
 * many of the two suites failed, and 1 more for a WARN_ON() of theirs.
 */
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/io-pgtable.h>
#include "pgtable-linux.h"

int linux_arm_v7s_do_selftests(void);
int linux_arm_lpae_do_selftests(void);

#define MOST	64

static bool is_wrong;
static struct io_pgtable_ops *live[MOST];	/* a test that fails does not free them */
/* They look around it when a test has failed. */
static struct {
	struct io_pgtable iop;
	long room[8];
} wrong;
static struct io_pgtable_ops *right_ops;

static phys_addr_t wrong_iova_to_phys(struct io_pgtable_ops *ops, unsigned long iova)
{
	phys_addr_t pa = right_ops->iova_to_phys(right_ops, iova);

	return pa ? pa ^ 0x1000 : 0;
}

static int map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	return right_ops->map_pages(right_ops, iova, pa, pgsize, pgcount, prot, gfp, mapped);
}

static size_t unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			  size_t pgcount, struct iommu_iotlb_gather *gather)
{
	return right_ops->unmap_pages(right_ops, iova, pgsize, pgcount, gather);
}

static void keep(struct io_pgtable_ops *ops)
{
	unsigned i = 0;

	while (i < MOST - 1 && live[i])
		i++;
	live[i] = ops;
}

static void drop(struct io_pgtable_ops *ops)
{
	for (unsigned i = 0; i < MOST; i++)
		if (live[i] == ops)
			live[i] = NULL;
	free_io_pgtable_ops(ops);
}

/* Their device is no device here. */
struct io_pgtable_ops *selftest_alloc(int fmt, struct io_pgtable_cfg *cfg, void *cookie)
{
	struct device *dev = cfg->iommu_dev;
	struct io_pgtable_ops *ops;

	cfg->iommu_dev = NULL;
	ops = alloc_io_pgtable_ops((enum io_pgtable_fmt)fmt, cfg, cookie);
	cfg->iommu_dev = dev;
	keep(ops);
	if (!is_wrong || !ops)
		return ops;
	right_ops = ops;
	wrong.iop.ops = (struct io_pgtable_ops){ map_pages, unmap_pages, wrong_iova_to_phys, NULL };
	return &wrong.iop.ops;
}

void selftest_free(struct io_pgtable_ops *ops)
{
	drop(ops == &wrong.iop.ops ? right_ops : ops);
}

int main(int argc, char **argv)
{
	struct harness *h = harness_start_or_exit(NULL);
	int failed;

	is_wrong = argc > 1 && !strcmp(argv[1], "--wrong");
	failed = (linux_arm_v7s_do_selftests() != 0) + (linux_arm_lpae_do_selftests() != 0);
	if (linux_nr_warns)
		printf("%lu warnings\n", linux_nr_warns);
	failed += linux_nr_warns != 0;
	for (unsigned i = 0; i < MOST; i++)
		free_io_pgtable_ops(live[i]);
	harness_finish(h);
	return failed;
}
