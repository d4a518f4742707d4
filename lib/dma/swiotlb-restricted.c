/* SPDX-License-Identifier: MIT */
/*
 * Restricted pools: memory that is all a device may touch, "restricted-dma-pool" in
 * /reserved-memory. Every mapping of such a device bounces through it, whatever the
 * device could reach, and its memory for both sides comes from it.
 *
 * A device that does not snoop gets no memory for both sides here: Arm neither maps nor
 * marks pages of such a pool uncached. In Linux, too, it needs a "shared-dma-pool" of
 * its own beside this one.
 *
 * Linux: kernel/dma/swiotlb.c, drivers/of/of_reserved_mem.c.
 */
#include "dma.h"

static struct io_tlb_mem *find_mem(const struct kernel *k, phys_addr_t pa)
{
	struct io_tlb_mem *mem = k->restricted_io_tlb;

	while (mem && mem->defpool.start != pa)
		mem = mem->next;
	return mem;
}

/* One area: there is one device, or a few. */
static struct io_tlb_mem *new_mem(struct kernel *k, phys_addr_t pa, u64 len)
{
	struct io_tlb_mem *mem = g_new0(struct io_tlb_mem, 1);

	mem->kernel = k;
	mem->nr_areas = 1;
	mem->force_bounce = mem->for_alloc = true;
	io_tlb_pool_init(&mem->defpool, pa, (size_t)(len >> IO_TLB_SHIFT), 1);
	port_zero(kernel_ptr(k, pa), (size_t)len);
	io_tlb_mem_add_pool(mem, &mem->defpool);
	mem->next = k->restricted_io_tlb;
	k->restricted_io_tlb = mem;
	return mem;
}

int restricted_attach(struct device *dev, phys_addr_t pa, u64 len)
{
	struct kernel *k = dev->kernel;
	struct io_tlb_mem *mem;

	if (len < IO_TLB_SIZE || !port_is_lowmem(&k->port, pa, len)) {
		dev_err(dev, "Restricted DMA pool must be accessible within the linear "
			"mapping.\n");
		return -EINVAL;
	}
	if (kernel_fails(k))
		return -ENOMEM;
	spin_lock(&k->io_tlb_lock);
	mem = find_mem(k, pa);
	dev->dma_io_tlb_mem = mem ? mem : new_mem(k, pa, len);
	spin_unlock(&k->io_tlb_lock);
	return 0;
}

void restricted_detach(struct device *dev)
{
	if (dev->dma_io_tlb_mem && dev->dma_io_tlb_mem->for_alloc)
		dev->dma_io_tlb_mem = NULL;
}

void restricted_exit(struct kernel *k)
{
	struct io_tlb_mem *mem;

	while ((mem = k->restricted_io_tlb)) {
		k->restricted_io_tlb = mem->next;
		io_tlb_pool_done(&mem->defpool);
		g_free(mem);
	}
}

/* ---- memory for both sides ------------------------------------------------------------ */

struct page *swiotlb_alloc(struct device *dev, size_t size)
{
	struct io_tlb_mem *mem = bounce_mem(dev);
	struct want w = { dev, 0, size, (unsigned)(PAGE_SIZE << get_order(size)) - 1 };
	struct slots s;
	phys_addr_t pa;

	if (!mem || !size || size > SEGMENT_LEN)
		return NULL;
	s = io_tlb_mem_find_slots(mem, &w);
	if (!s.pool)
		return NULL;
	pa = s.pool->start + s.first * IO_TLB_SIZE;
	if (unlikely(!PAGE_ALIGNED(pa))) {
		if (dev_warns_first(dev, WARNED_NOT_A_PAGE))
			dev_WARN(dev, "Cannot allocate pages from non page-aligned swiotlb addr "
				 "%#llx.", (unsigned long long)pa);
		io_tlb_pool_give(s.pool, dev, pa);
		return NULL;
	}
	return kernel_page(dev->kernel, pa);
}

bool swiotlb_free(struct device *dev, struct page *page, size_t size)
{
	phys_addr_t pa = page_pa(dev->kernel, page);
	struct io_tlb_pool *pool = bounce_pool_of(dev, pa);

	if (!pool)
		return false;
	io_tlb_pool_give(pool, dev, pa);
	return true;
}
