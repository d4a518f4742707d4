/* SPDX-License-Identifier: MIT */
/*
 * Doorbells of message signalled interrupts: a device's store to one goes through its IOMMU
 * as any other, so the page that the doorbell is in is mapped when an interrupt is set up,
 * and stays so for as long as the domain.
 *
 * Linux: drivers/iommu/dma-iommu.c, iommu_dma_prepare_msi() and around it.
 */
#include <stdlib.h>
#include <linux/msi.h>

#include "dma-iommu.h"
#include "../iommu/map.h"

struct msi_page {
	struct list_head list;
	phys_addr_t pa;
	dma_addr_t iova;
};

static struct msi_page *add_page(struct iommu_dma_cookie *c, phys_addr_t pa, dma_addr_t iova)
{
	struct msi_page *page = malloc(sizeof(*page));

	if (!page)
		return NULL;
	page->pa = pa;
	page->iova = iova;
	list_add(&page->list, &c->msi_pages);
	return page;
}

int dma_iommu_keep_msi_region(struct iommu_dma_cookie *c, phys_addr_t start, phys_addr_t end)
{
	for (start &= ~(phys_addr_t)c->mask; start < end; start += c->mask + 1)
		if (!add_page(c, start, start))
			return -ENOMEM;
	return 0;
}

void dma_iommu_free_msi(struct iommu_dma_cookie *c)
{
	struct msi_page *page, *next;

	list_for_each_entry_safe(page, next, &c->msi_pages, list)
		free(page);
}

static dma_addr_t take_iova(struct iommu_dma_cookie *c, struct device *dev, size_t size)
{
	if (c->type == IOMMU_DMA_IOVA_COOKIE)
		return dma_iommu_alloc_iova(c, dev, size, dma_get_mask(dev));
	c->msi_iova += size;
	return c->msi_iova - size;
}

/* Only ever the one that was taken last. */
static void give_iova(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size)
{
	if (c->type == IOMMU_DMA_IOVA_COOKIE)
		dma_iommu_free_iova(c, iova, size);
	else
		c->msi_iova -= size;
}

static struct msi_page *map_page(struct iommu_dma_cookie *c, struct device *dev, phys_addr_t pa)
{
	int prot = IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO;
	size_t size = c->mask + 1;
	dma_addr_t iova = take_iova(c, dev, size);
	struct msi_page *page;

	if (!iova)
		return NULL;
	if (iommu_map_for(c->domain, iova, pa, size, prot, GFP_KERNEL, NULL)) {
		give_iova(c, iova, size);
		return NULL;
	}
	page = add_page(c, pa, iova);
	if (!page) {
		iommu_unmap(c->domain, iova, size);
		give_iova(c, iova, size);
	}
	return page;
}

static struct msi_page *find_page(struct iommu_dma_cookie *c, phys_addr_t pa)
{
	struct msi_page *page;

	list_for_each_entry(page, &c->msi_pages, list)
		if (page->pa == pa)
			return page;
	return NULL;
}

int iommu_dma_prepare_msi(struct msi_desc *desc, phys_addr_t msi_addr)
{
	struct device *dev = msi_desc_to_dev(desc);
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	struct iommu_dma_cookie *c = domain ? domain->iova_cookie : NULL;
	struct msi_page *page;
	phys_addr_t pa;

	msi_desc_set_iommu_msi_iova(desc, 0, 0);
	if (!c || (c->type == IOMMU_DMA_IOVA_COOKIE && !c->kernel))
		return 0;
	pa = msi_addr & ~(phys_addr_t)c->mask;
	mutex_lock(&c->msi_lock);
	page = find_page(c, pa);
	if (!page)
		page = map_page(c, dev, pa);
	mutex_unlock(&c->msi_lock);
	if (!page)
		return -ENOMEM;
	msi_desc_set_iommu_msi_iova(desc, page->iova, c->shift);
	return 0;
}

void iommu_dma_compose_msi_msg(struct msi_desc *desc, struct msi_msg *msg)
{
	u64 mask = (1ull << desc->iommu_msi_shift) - 1;
	u64 iova = (u64)desc->iommu_msi_iova << desc->iommu_msi_shift;

	if (!desc->iommu_msi_shift)
		return;
	msg->address_hi = (u32)(iova >> 32);
	msg->address_lo = (u32)iova | (u32)(msg->address_lo & mask);
}
