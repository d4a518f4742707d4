/* SPDX-License-Identifier: MIT */
/*
 * Programs that show where Linux 6.12's msm_iommu.c goes wrong: msm-bugs BOARD PROGRAM.
 *
 * Linked with that driver each fails in its own way, which msm-bugs.py expects; without it
 * our driver takes the IOMMUs, and the same programs must end well. The MDP of an APQ8064 is
 * played, which is behind two IOMMUs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/master.h>

#define MDP	"/soc/mdp@5100000"
#define IOVA	0x10000000ul
#define PA	0x85000000u
#define RW	(IOMMU_READ | IOMMU_WRITE)

static struct harness *h;
static struct device *mdp;

static struct iommu_domain *attaches(void)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(mdp);

	printf("attach: %d\n", iommu_attach_device(domain, mdp));
	return domain;
}

static void maps(struct iommu_domain *domain, unsigned long iova)
{
	printf("map: %d\n", iommu_map(domain, iova, PA, SZ_4K, RW, GFP_KERNEL));
}

/* What a read by each port would get. */
static void asks(const char *when)
{
	struct iommu_hw_access a = { .iova = IOVA, .len = 4 };
	struct iommu_hw *hw;

	for (unsigned port = 0; (hw = master_iommu(harness_master(mdp), port, &a.stream)); port++) {
		struct iommu_hw_result r = iommu_hw_translate(hw, &a);

		printf("%s: %s MID %u: %s\n", when, iommu_hw_name(hw), a.stream,
		       r.outcome == IOMMU_HW_HIT ? "through" : iommu_hw_reason_name(r.reason));
	}
}

/* Probe touches registers whose clocks it has prepared and not enabled. */
static void clocks(void)
{
}

/* H1: the range of the second IOMMU begins where that of the first ends. */
static void flush(void)
{
	struct iommu_domain *domain = attaches();

	maps(domain, IOVA);
	asks("mapped");
	printf("unmap: %zu\n", iommu_unmap(domain, IOVA, SZ_4K));
	asks("unmapped");
	iommu_detach_device(domain, mdp);
}

static int maps_it(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	return iommu_map(domain, iova & ~(SZ_4K - 1ul), PA, SZ_4K, RW, GFP_ATOMIC);
}

/* H2: nobody writes RESUME, or asks the domain's handler. */
static void stall(void)
{
	struct iommu_domain *domain = attaches();
	static const char *const ends[] = {
		[MASTER_OK] = "through", [MASTER_STALLED] = "stalled",
		[MASTER_IOMMU_FAULT] = "refused",
	};

	iommu_set_fault_handler(domain, maps_it, NULL);
	for (unsigned n = 0; n < 3; n++)
		printf("write: %s\n", ends[master_write(harness_master(mdp), IOVA, "abcd",
							4).kind]);
}

/* H3: a bank that is not 0 counts as attached for ever: there is no way back. */
static void again(void)
{
	struct iommu_domain *was = iommu_get_domain_for_dev(mdp), *domain = attaches();

	iommu_detach_device(domain, mdp);
	printf("back: %s\n", iommu_get_domain_for_dev(mdp) == was ? "yes" : "no");
}

/* A domain that was replaced keeps IOMMUs in its list that are in the next one's by now. */
static void old(void)
{
	struct iommu_domain *was = iommu_get_domain_for_dev(mdp), *domain = attaches();

	maps(domain, IOVA);
	maps(was, IOVA);
}

/* H7: the second device of an IOMMU has no master. */
static void two(void)
{
	harness_device(h, "/soc/rotator@4e00000");
}

/* H8: tables that could not be allocated are not missed. */
static void memory(void)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(mdp);
	int ret;

	harness_fail_allocation(h, 1);
	ret = iommu_attach_device(domain, mdp);
	harness_fail_allocation(h, 0);
	printf("attach: %d\n", ret);
	if (!ret)
		asks("attached");
}

static const struct {
	const char *name;
	void (*run)(void);
} programs[] = {
	{ "clocks", clocks }, { "flush", flush }, { "stall", stall }, { "again", again },
	{ "old", old }, { "two", two }, { "memory", memory },
};

int main(int argc, char **argv)
{
	size_t n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (argc == 3 && n < ARRAY_SIZE(programs) && strcmp(programs[n].name, argv[2]))
		n++;
	if (argc != 3 || n == ARRAY_SIZE(programs)) {
		fprintf(stderr, "usage: BOARD PROGRAM\n");
		return 2;
	}
	h = harness_start_or_exit(&(struct harness_config){ .board = argv[1] });
	mdp = harness_device(h, MDP);
	programs[n].run();
	printf("done\n");
	return harness_finish(h);
}
