/* SPDX-License-Identifier: MIT */
#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm/barrier.h>
#include "lib/port/port.h"

struct heard heard;

static char *said;
static size_t said_len;
static FILE *sink;

struct iommu_domain *attaches(struct device *dev)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(dev);

	assert_false(IS_ERR_OR_NULL(domain));
	assert_int_equal(iommu_attach_device(domain, dev), 0);
	return domain;
}

void detaches(struct device *dev, struct iommu_domain *domain)
{
	iommu_detach_device(domain, dev);
	iommu_domain_free(domain);
}

u64 reaches(struct device *dev, unsigned port, unsigned long iova, bool is_write)
{
	u32 stream;
	struct iommu_hw *hw = master_iommu(harness_master(dev), port, &stream);
	struct iommu_hw_result r = iommu_hw_translate(hw, &(struct iommu_hw_access){
		.stream = stream, .iova = iova, .len = 1, .is_write = is_write });

	mb();
	return r.outcome == IOMMU_HW_HIT ? r.pa : r.outcome == IOMMU_HW_BYPASS ? iova : 0;
}

struct iommu_hw_counters counts(struct iommu_hw *hw)
{
	struct iommu_hw_counters c;

	iommu_hw_count(hw, &c);
	return c;
}

void hushes(void)
{
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	printk_redirect(nowhere);
}

void ends_hushing(void)
{
	mb();			/* interrupts are taken here, if they have not been */
	printk_redirect(NULL);
}

void listens(void)
{
	sink = open_memstream(&said, &said_len);
	printk_redirect(sink);
}

char *ends_listening(void)
{
	mb();
	printk_redirect(NULL);
	fclose(sink);
	return said;
}

void expects_said(const char *text)
{
	char *all = ends_listening();

	if (!strstr(all, text))
		fail_msg("not said: %s; but: %s", text, all);
	free(all);
}

static int hears(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		 void *token)
{
	struct heard *h = token;

	h->domain = domain;
	h->dev = dev;
	h->iova = iova;
	h->flags = flags;
	h->nr++;
	if (h->maps_len)
		assert_int_equal(iommu_map(domain, iova & ~(h->maps_len - 1ul), PA, h->maps_len,
					   RW, GFP_ATOMIC), 0);
	return h->answer;
}

void listens_for_faults(struct iommu_domain *domain, int answer, size_t maps_len)
{
	heard = (struct heard){ .answer = answer, .maps_len = maps_len };
	iommu_set_fault_handler(domain, hears, &heard);
}
