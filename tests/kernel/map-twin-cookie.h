/* SPDX-License-Identifier: MIT */
/*
 * Included at the end of what map-twin.py has cut out of dma-iommu.c: a cookie as
 * iommu_get_dma_cookie() and iommu_dma_init_domain() leave it, without a device's regions.
 */
void twin_cookie_init(struct iommu_domain *domain, bool is_lazy)
{
	struct iommu_dma_cookie *cookie = kzalloc(sizeof(*cookie), GFP_KERNEL);

	INIT_LIST_HEAD(&cookie->msi_page_list);
	cookie->type = IOMMU_DMA_IOVA_COOKIE;
	cookie->options = (struct iommu_dma_options){
		.qt = IOMMU_DMA_OPTS_PER_CPU_QUEUE,
		.fq_size = IOVA_DEFAULT_FQ_SIZE,
		.fq_timeout = IOVA_DEFAULT_FQ_TIMEOUT,
	};
	init_iova_domain(&cookie->iovad, 1UL << __ffs(domain->pgsize_bitmap), 1);
	BUG_ON(iova_domain_init_rcaches(&cookie->iovad));
	domain->iova_cookie = cookie;
	if (is_lazy)
		BUG_ON(iommu_dma_init_fq(domain));
}
