/* SPDX-License-Identifier: MIT */
/*
 * A device's own way of mapping. Not for drivers: for what implements a bus or
 * an IOMMU. A device with ops goes there; one without is mapped directly.
 *
 * Source: include/linux/dma-map-ops.h.
 */
#ifndef _ARMDMA_LINUX_DMA_MAP_OPS_H
#define _ARMDMA_LINUX_DMA_MAP_OPS_H

#include <linux/dma-mapping.h>
#include <linux/pgtable.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct dma_map_ops - all optional unless said
 *
 * @map_page, @unmap_page, @map_sg: required of a device that maps.
 * @map_sg returns entries mapped, or a negative errno: -EINVAL, -ENOMEM, -EIO or
 * -EREMOTEIO. Others are warned about and become -EIO.
 * @map_page and @map_resource return DMA_MAPPING_ERROR on failure. Without
 * @map_resource every such mapping fails.
 * @alloc NULL: dma_alloc_attrs() fails. @alloc_pages_op NULL: dma_alloc_pages() and its
 * like do. @get_sgtable NULL: -ENXIO. @mmap NULL: dma_can_mmap() is false.
 * @dma_supported NULL: any mask is.
 * @cache_sync: a leftover in Linux; nothing calls it.
 */
struct dma_map_ops {
	void *(*alloc)(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		       unsigned long attrs);
	void (*free)(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle,
		     unsigned long attrs);
	struct page *(*alloc_pages_op)(struct device *dev, size_t size,
				       dma_addr_t *dma_handle,
				       enum dma_data_direction dir, gfp_t gfp);
	void (*free_pages)(struct device *dev, size_t size, struct page *vaddr,
			   dma_addr_t dma_handle, enum dma_data_direction dir);
	int (*mmap)(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs);
	int (*get_sgtable)(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			   dma_addr_t dma_addr, size_t size, unsigned long attrs);
	dma_addr_t (*map_page)(struct device *dev, struct page *page,
			       unsigned long offset, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_page)(struct device *dev, dma_addr_t dma_handle, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
	int (*map_sg)(struct device *dev, struct scatterlist *sg, int nents,
		      enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_sg)(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, unsigned long attrs);
	dma_addr_t (*map_resource)(struct device *dev, phys_addr_t phys_addr, size_t size,
				   enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_resource)(struct device *dev, dma_addr_t dma_handle, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
	void (*sync_single_for_cpu)(struct device *dev, dma_addr_t dma_handle, size_t size,
				    enum dma_data_direction dir);
	void (*sync_single_for_device)(struct device *dev, dma_addr_t dma_handle,
				       size_t size, enum dma_data_direction dir);
	void (*sync_sg_for_cpu)(struct device *dev, struct scatterlist *sg, int nents,
				enum dma_data_direction dir);
	void (*sync_sg_for_device)(struct device *dev, struct scatterlist *sg, int nents,
				   enum dma_data_direction dir);
	void (*cache_sync)(struct device *dev, void *vaddr, size_t size,
			   enum dma_data_direction direction);
	int (*dma_supported)(struct device *dev, u64 mask);
	u64 (*get_required_mask)(struct device *dev);
	size_t (*max_mapping_size)(struct device *dev);
	size_t (*opt_mapping_size)(void);
	unsigned long (*get_merge_boundary)(struct device *dev);
};

static inline const struct dma_map_ops *get_dma_ops(struct device *dev)
{
	return dev->dma_ops;
}

/**
 * set_dma_ops() - who maps for @dev from now on; NULL: direct
 *
 * Nothing may be mapped or allocated for it: what is, the new operations do not know,
 * and a hazard says so. Masks and whether syncs are needed are as they were until
 * dma_set_mask() or arch_setup_dma_ops() looks at them again.
 */
void set_dma_ops(struct device *dev, const struct dma_map_ops *ops);

static inline bool dev_is_dma_coherent(struct device *dev)
{
	return dev->dma_coherent;
}

/** A device that bounced must be synced from now on, snooping or not. */
static inline void dma_reset_need_sync(struct device *dev)
{
	if (unlikely(dev->dma_skip_sync))
		dev->dma_skip_sync = false;
}

/**
 * arch_sync_dma_for_device() - cache maintenance before the device may look
 * arch_sync_dma_for_cpu() - and before the CPU may
 * @paddr: RAM in the linear map, any alignment; of the current machine
 *
 *   for_device  TO_DEVICE, BIDIRECTIONAL  clean, inner caches then outer
 *               FROM_DEVICE               invalidate, inner then outer
 *   for_cpu     TO_DEVICE                 nothing
 *               others                    invalidate, outer then inner
 *
 * Invalidating cleans the partial lines at both edges first.
 */
void arch_sync_dma_for_device(phys_addr_t paddr, size_t size, enum dma_data_direction dir);
void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size, enum dma_data_direction dir);

/**
 * arch_setup_dma_ops() - what the bus knows about a device: does it snoop
 * arch_teardown_dma_ops() - its driver is gone: what the former set up goes
 *
 * Also gives it its bounce buffers, where it cannot reach all of memory; and behind an
 * IOMMU, if the machine was told so, the operations of <asm/dma-iommu.h>. A mapping that
 * its driver attached and left is detached.
 */
void arch_setup_dma_ops(struct device *dev, bool coherent);
void arch_teardown_dma_ops(struct device *dev);

/**
 * dma_declare_coherent_memory() - give @dev memory of its own for dma_alloc_coherent()
 * @phys_addr:   physical; nothing that the kernel uses as RAM: a no-map region, a RAM in
 *               the SoC
 * @device_addr: what the device calls its first byte
 * @size:        bytes; whole pages are used
 *
 * For board code. From now on all coherent memory of @dev comes from there, also what is
 * asked for in atomic context, in blocks of 2^n pages; when it is used up there is none.
 * It is mapped Normal, not cached, once.
 *
 * Context: process.
 * Return: 0, the memory @dev's until dma_release_coherent_memory();
 *   -EINVAL  @size is 0, or the range cannot be mapped
 *   -ENOMEM  out of memory; a retry may help
 *   -EBUSY   @dev has such memory already
 *   -ENODEV  @dev is NULL
 * Source: kernel/dma/coherent.c.
 */
int dma_declare_coherent_memory(struct device *dev, phys_addr_t phys_addr,
				dma_addr_t device_addr, size_t size);
/** Whether or not it has any. Buffers in it are gone: free them before. */
void dma_release_coherent_memory(struct device *dev);

/**
 * dma_alloc_from_dev_coherent() - take a block of @dev's own memory
 * @size:       bytes; that many are cleared
 * @dma_handle: untouched when there is none left
 * @ret:        the block, or NULL
 *
 * Context: any.
 * Return: 1, or 0 when @dev has no such memory; the rest is then untouched.
 */
int dma_alloc_from_dev_coherent(struct device *dev, ssize_t size, dma_addr_t *dma_handle,
				void **ret);
/** Return: 1 when the 2^@order pages at @vaddr were of it, and are free now; else 0. */
int dma_release_from_dev_coherent(struct device *dev, int order, void *vaddr);
/** Return: 1 when @vaddr is of it, and then @ret is what dma_mmap_attrs() is to return. */
int dma_mmap_from_dev_coherent(struct device *dev, struct vm_area_struct *vma, void *vaddr,
			       size_t size, int *ret);

/**
 * dma_init_global_coherent() - the same for all devices of the current machine that have
 *                              none, where its strategy asks for it (carveout)
 *
 * Device addresses are physical ones, shifted as the device's bus has it.
 */
int dma_init_global_coherent(phys_addr_t phys_addr, size_t size);
/** NULL when none is left, or there is no such memory; @dma_handle is then untouched. */
void *dma_alloc_from_global_coherent(struct device *dev, ssize_t size,
				     dma_addr_t *dma_handle);
int dma_release_from_global_coherent(int order, void *vaddr);
int dma_mmap_from_global_coherent(struct vm_area_struct *vma, void *vaddr, size_t size,
				  int *ret);

/**
 * dma_alloc_contiguous() - pages in a row from @dev's contiguous area, else the machine's
 * @size: whole pages
 * @gfp:  without __GFP_DIRECT_RECLAIM there are none; __GFP_NOWARN: fail in silence
 *
 * Movable pages that are in the way move: see <linux/cma.h>. From the machine's area
 * nothing of a page or less: one page is contiguous anyway. The bytes are what they were;
 * the pages may be highmem, where the board puts such an area there.
 *
 * Context: process, may sleep.
 * Return: the first page, yours to dma_free_contiguous(); NULL when there is no such run.
 * Source: kernel/dma/contiguous.c.
 */
struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp);
/** Of ordinary pages, too, of the order that holds @size. */
void dma_free_contiguous(struct device *dev, struct page *page, size_t size);
/**
 * The same by number of pages, aligned to 2^@order of them, but at most to 1 MiB.
 * Return of release: false, and nothing is done, when they are of no such area.
 */
struct page *dma_alloc_from_contiguous(struct device *dev, size_t count, unsigned int order,
				       bool no_warn);
bool dma_release_from_contiguous(struct device *dev, struct page *pages, int count);
/** @dev's own, else the machine's; NULL: there is none. NULL @dev: of the current machine. */
struct cma *dev_get_cma_area(struct device *dev);

/**
 * dma_alloc_from_pool() - uncached memory of the pool for atomic allocations
 * @cpu_addr:     where its address goes
 * @phys_addr_ok: would this do for @dev? NULL: any does
 *
 * Cleared. On 32-bit Arm dma_alloc_coherent(GFP_ATOMIC) does this by itself.
 * Context: any; touches no page table.
 * Return: the first page, yours to dma_free_from_pool(); NULL, and a warning unless
 * __GFP_NOWARN, when the pool is used up, which passes, or the machine has none.
 */
struct page *dma_alloc_from_pool(struct device *dev, size_t size, void **cpu_addr, gfp_t gfp,
				 bool (*phys_addr_ok)(struct device *, phys_addr_t, size_t));
/** Return: false, and nothing is done, when it is not of the pool. */
bool dma_free_from_pool(struct device *dev, void *start, size_t size);

/**
 * arch_dma_prep_coherent() - nothing: 32-bit Arm does not select
 * ARCH_HAS_DMA_PREP_COHERENT. What comes of it: examples/r2-no-kernel-mapping.
 */
static inline void arch_dma_prep_coherent(struct page *page, size_t size)
{
	(void)page;
	(void)size;
}

/**
 * arch_dma_alloc() - memory that the CPU and a non-coherent @dev share: zeroed, flushed
 *                    from all caches, mapped uncached
 * @size: taken in whole pages
 * @gfp:  without __GFP_DIRECT_RECLAIM it sleeps nowhere and changes no page table
 *
 * What dma_alloc_attrs() ends in where the device maps directly.
 * Return: its address, or with DMA_ATTR_NO_KERNEL_MAPPING a cookie; yours to
 * arch_dma_free(). NULL when there is none; @dma_handle is then untouched.
 */
void *arch_dma_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		     unsigned long attrs);
void arch_dma_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr,
		   unsigned long attrs);

/**
 * dma_common_mmap() - a mmap() for operations whose memory has pages
 * @cpu_addr: of the linear map, or of vmap()
 *
 * Return: as dma_mmap_attrs().
 */
int dma_common_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs);

/**
 * dma_direct_set_offset() - give a device one window
 * Return: 0; -EINVAL when it has a map already; -ENOMEM. Nothing when the offset is 0.
 */
int dma_direct_set_offset(struct device *dev, phys_addr_t cpu_start, dma_addr_t dma_start,
			  u64 size);

/** How dma_alloc_*() maps memory of @dev: unchanged when it is coherent. */
pgprot_t dma_pgprot(struct device *dev, pgprot_t prot, unsigned long attrs);

/* Between two devices on PCI; nothing here returns it, as there is no PCI. */
enum pci_p2pdma_map_type {
	PCI_P2PDMA_MAP_UNKNOWN = 0,
	PCI_P2PDMA_MAP_NOT_SUPPORTED,
	PCI_P2PDMA_MAP_BUS_ADDR,
	PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
};

/* ---- helpers for those who implement it --------------------------------- */

/**
 * dma_common_alloc_pages() - for @alloc_pages_op: pages in a row, mapped by the device's
 *                            own map_page() without cache maintenance, cleared after it
 * dma_common_free_pages() - for @free_pages
 * dma_common_get_sgtable() - for @get_sgtable: one entry over memory that has pages;
 *                            -ENXIO where it has none, -ENOMEM
 * @size: whole pages
 */
struct page *dma_common_alloc_pages(struct device *dev, size_t size,
				    dma_addr_t *dma_handle, enum dma_data_direction dir,
				    gfp_t gfp);
void dma_common_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_handle, enum dma_data_direction dir);
int dma_common_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			   dma_addr_t dma_addr, size_t size, unsigned long attrs);

/**
 * dma_common_pages_remap() - map @pages, @size bytes of them, in a row as @prot
 * dma_common_contiguous_remap() - the same for pages that follow one another
 * @pages:  kept by the caller for as long as the mapping
 * @caller: not used
 *
 * Context: process; may allocate page tables.
 * Return: yours to dma_common_free_remap(); NULL on failure.
 */
void *dma_common_pages_remap(struct page **pages, size_t size, pgprot_t prot,
			     const void *caller);
void *dma_common_contiguous_remap(struct page *page, size_t size, pgprot_t prot,
				  const void *caller);
/** What is not mapped by these two: a warning. */
void dma_common_free_remap(void *cpu_addr, size_t size);
/** The @pages of such a mapping; NULL of one without, and of anything else. */
struct page **dma_common_find_pages(void *cpu_addr);

/** Fails everything: for devices that must not do DMA. */
extern const struct dma_map_ops dma_dummy_ops;

#ifdef __cplusplus
}
#endif
#endif
