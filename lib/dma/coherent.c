/* SPDX-License-Identifier: MIT */
/*
 * Memory of one device, or of all that have none: a range of physical memory that
 * nothing else uses, mapped once, uncached, and handed out in blocks of 2^n pages.
 *
 *	device has its own?  -- yes --> from there, or nothing
 *	    `-- no ----------> arm-alloc.c
 *
 * Where Linux has one default area, each machine here has its own.
 *
 * Linux: kernel/dma/coherent.c.
 */
#include <linux/err.h>
#include <linux/io.h>

#include "dma.h"

/**
 * struct dma_coherent_mem - the range
 * @follows_ranges: device addresses are physical ones, shifted as the bus does it
 */
struct dma_coherent_mem {
	struct list_head link;		/* kernel.coherent_mems */
	struct kernel *kernel;
	void *virt_base;
	dma_addr_t device_base;
	phys_addr_t pa;
	bool follows_ranges;
	bool is_shared;			/* stays when a device lets go of it */
	spinlock_t lock;
	struct bits used;		/* pages */
};

static dma_addr_t device_base(struct device *dev, const struct dma_coherent_mem *mem)
{
	return mem->follows_ranges ? phys_to_dma(dev, mem->pa) : mem->device_base;
}

static struct dma_coherent_mem *new_mem(struct kernel *k, phys_addr_t pa, size_t size)
{
	struct dma_coherent_mem *mem;

	if (kernel_fails(k))
		return NULL;
	mem = g_new0(struct dma_coherent_mem, 1);
	if (kernel_fails(k)) {
		g_free(mem);
		return NULL;
	}
	bits_init(&mem->used, size >> PAGE_SHIFT);
	mem->kernel = k;
	mem->pa = pa & PAGE_MASK;
	spin_lock(&k->arm_dma_bufs_lock);
	list_add(&mem->link, &k->coherent_mems);
	spin_unlock(&k->arm_dma_bufs_lock);
	return mem;
}

static struct dma_coherent_mem *init_memory(struct kernel *k, phys_addr_t pa, dma_addr_t dma,
					    size_t size, const void *site)
{
	struct dma_coherent_mem *mem;
	void *va;

	if (!size || WARN(!port_is_memory(&k->port, pa, size), "no memory answers at %#llx, %zu "
			  "bytes", (unsigned long long)pa, size))
		return ERR_PTR(-EINVAL);
	va = memremap_on(k, pa, size, MEMREMAP_WC, site);
	if (!va)
		return ERR_PTR(-EINVAL);
	mem = new_mem(k, pa, size);
	if (!mem) {
		memunmap(va);
		pr_err("Reserved memory: failed to init DMA memory pool at %#llx, size %zu MiB\n",
		       (unsigned long long)pa, size / SZ_1M);
		return ERR_PTR(-ENOMEM);
	}
	mem->virt_base = va;
	mem->device_base = dma;
	return mem;
}

static void release_memory(struct dma_coherent_mem *mem)
{
	spin_lock(&mem->kernel->arm_dma_bufs_lock);
	list_del(&mem->link);
	spin_unlock(&mem->kernel->arm_dma_bufs_lock);
	memunmap(mem->virt_base);
	bits_done(&mem->used);
	g_free(mem);
}

/* ---- blocks --------------------------------------------------------------------------- */

static size_t len_of(const struct dma_coherent_mem *mem)
{
	return mem->used.nr << PAGE_SHIFT;
}

/* Is [@va, +@size) in it? */
static bool holds(const struct dma_coherent_mem *mem, const void *va, size_t size)
{
	size_t into = (size_t)((const char *)va - (const char *)mem->virt_base);

	return mem && (const char *)va >= (const char *)mem->virt_base && into < len_of(mem) &&
	       size <= len_of(mem) - into;
}

static void *alloc_from(struct device *dev, struct dma_coherent_mem *mem, ssize_t size,
			dma_addr_t *dma_handle)
{
	size_t nr = (size_t)1 << get_order((size_t)max(size, (ssize_t)1));
	size_t first;
	void *va;

	if (size <= 0)
		return NULL;
	spin_lock(&mem->lock);
	first = bits_find_clear_run(&mem->used, nr, nr);
	if (first < mem->used.nr)
		bits_add_run(&mem->used, first, nr);
	spin_unlock(&mem->lock);
	if (first == mem->used.nr)
		return NULL;
	*dma_handle = device_base(dev, mem) + (first << PAGE_SHIFT);
	va = (char *)mem->virt_base + (first << PAGE_SHIFT);
	port_zero(va, (size_t)size);
	return va;
}

static int release_from(struct dma_coherent_mem *mem, int order, const void *va)
{
	size_t first;

	if (!mem || !holds(mem, va, 1))
		return 0;
	first = (size_t)((const char *)va - (const char *)mem->virt_base) >> PAGE_SHIFT;
	spin_lock(&mem->lock);
	bits_drop_run(&mem->used, first, min((size_t)1 << order, mem->used.nr - first));
	spin_unlock(&mem->lock);
	return 1;
}

/* ---- of one device -------------------------------------------------------------------- */

static int assign(struct device *dev, struct dma_coherent_mem *mem)
{
	if (dev->dma_mem)
		return -EBUSY;
	dev->dma_mem = mem;
	return 0;
}

int dma_declare_coherent_memory(struct device *dev, phys_addr_t phys_addr,
				dma_addr_t device_addr, size_t size)
{
	struct dma_coherent_mem *mem;
	int ret;

	if (!dev)
		return -ENODEV;
	mem = init_memory(dev->kernel, phys_addr, device_addr, size,
			  __builtin_return_address(0));
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	ret = assign(dev, mem);
	if (ret)
		release_memory(mem);
	return ret;
}

void dma_release_coherent_memory(struct device *dev)
{
	if (!dev)
		return;
	if (dev->dma_mem && !dev->dma_mem->is_shared)
		release_memory(dev->dma_mem);
	dev->dma_mem = NULL;
}

int dma_alloc_from_dev_coherent(struct device *dev, ssize_t size, dma_addr_t *dma_handle,
				void **ret)
{
	dma_addr_t dma = DMA_MAPPING_ERROR;
	void *va;

	if (!dev || !dev->dma_mem)
		return 0;
	va = alloc_from(dev, dev->dma_mem, size, &dma);
	if (va)
		port_copy_in(dma_handle, &dma, sizeof(dma));
	port_copy_in(ret, &va, sizeof(va));
	return 1;
}

int dma_release_from_dev_coherent(struct device *dev, int order, void *vaddr)
{
	return dev ? release_from(dev->dma_mem, order, vaddr) : 0;
}

/* 1: it is that memory's, and @ret says how it went. */
static int mmap_from(const struct dma_coherent_mem *mem, struct vm_area_struct *vma,
		     const void *va, size_t size, int *ret)
{
	unsigned long count = PFN_UP(size), off = vma->vm_pgoff;
	unsigned long first;

	if (!mem || !holds(mem, va, size))
		return 0;
	first = PHYS_PFN(mem->pa) +
		((unsigned long)((const char *)va - (const char *)mem->virt_base) >> PAGE_SHIFT);
	*ret = -ENXIO;
	if (off < count && vma_pages(vma) <= count - off)
		*ret = remap_pfn_range(vma, vma->vm_start, first + off,
				       vma->vm_end - vma->vm_start, vma->vm_page_prot);
	return 1;
}

int dma_mmap_from_dev_coherent(struct device *dev, struct vm_area_struct *vma, void *vaddr,
			       size_t size, int *ret)
{
	return dev ? mmap_from(dev->dma_mem, vma, vaddr, size, ret) : 0;
}

/*
 * Linux: rmem_dma_device_init(), which a driver asks for by
 * of_reserved_mem_device_init(). All devices of a region share its memory.
 */
int coherent_bind_region(struct device *dev, struct reserved_region *r)
{
	struct dma_coherent_mem *mem = r->mem;
	u64 reach = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);

	if (!mem) {
		mem = init_memory(dev->kernel, r->pa, r->pa, r->len,
				  __builtin_return_address(0));
		if (IS_ERR(mem))
			return PTR_ERR(mem);
		mem->follows_ranges = true;
		mem->is_shared = true;
		r->mem = mem;
	}
	if (mem->device_base + r->len - 1 > reach)
		dev_warn(dev, "reserved memory is beyond device's set DMA address range\n");
	return assign(dev, mem);
}

/* Where a block at @va lies; PHYS_ADDR_MAX: not in that device's memory. */
phys_addr_t dev_coherent_pa(const struct device *dev, const void *va)
{
	const struct dma_coherent_mem *mem = dev->dma_mem;

	if (!mem || !holds(mem, va, 1))
		return PHYS_ADDR_MAX;
	return mem->pa + (phys_addr_t)((const char *)va - (const char *)mem->virt_base);
}

/* ---- of all others -------------------------------------------------------------------- */

int dma_init_global_coherent_on(struct kernel *k, phys_addr_t pa, size_t size, const void *site)
{
	struct dma_coherent_mem *mem = init_memory(k, pa, pa, size, site);

	if (IS_ERR(mem))
		return PTR_ERR(mem);
	mem->follows_ranges = true;
	mem->is_shared = true;
	k->coherent_default = mem;
	return 0;
}

int dma_init_global_coherent(phys_addr_t phys_addr, size_t size)
{
	struct kernel *k = kernel_current();

	return k ? dma_init_global_coherent_on(k, phys_addr, size, __builtin_return_address(0))
		 : -ENODEV;
}

void *global_coherent_va(const struct kernel *k, phys_addr_t pa)
{
	const struct dma_coherent_mem *mem = k->coherent_default;

	return mem ? (char *)mem->virt_base + (pa - mem->pa) : NULL;
}

void *dma_alloc_from_global_coherent(struct device *dev, ssize_t size, dma_addr_t *dma_handle)
{
	struct dma_coherent_mem *mem = dev->kernel->coherent_default;
	dma_addr_t dma = DMA_MAPPING_ERROR;
	void *va = mem ? alloc_from(dev, mem, size, &dma) : NULL;

	if (va)
		port_copy_in(dma_handle, &dma, sizeof(dma));
	return va;
}

int dma_release_from_global_coherent(int order, void *vaddr)
{
	struct kernel *k = kernel_of(vaddr);

	return k ? release_from(k->coherent_default, order, vaddr) : 0;
}

int dma_mmap_from_global_coherent(struct vm_area_struct *vma, void *vaddr, size_t size, int *ret)
{
	struct kernel *k = kernel_of(vaddr);

	return k ? mmap_from(k->coherent_default, vma, vaddr, size, ret) : 0;
}

/* ---- the end -------------------------------------------------------------------------- */

/* Mappings go with the areas that they are in. */
void coherent_mems_exit(struct kernel *k)
{
	struct dma_coherent_mem *mem, *next;

	list_for_each_entry_safe(mem, next, &k->coherent_mems, link) {
		bits_done(&mem->used);
		g_free(mem);
	}
}
