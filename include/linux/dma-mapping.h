/* SPDX-License-Identifier: MIT */
/*
 * The DMA API: memory changes hands between the CPU and a device.
 *
 *      CPU owns            map, sync_for_device            device owns
 *   reads, writes      ------------------------------>   reads, writes
 *   through caches     <------------------------------   DRAM, by dma_addr_t
 *                            unmap, sync_for_cpu
 *
 * A mapped buffer is the device's: the CPU touches it only between a
 * sync_for_cpu and a sync_for_device. Ownership moves by whole cache lines:
 * what shares a line with a buffer moves with it, like it or not.
 *
 * On a non-coherent device, mapping cleans (TO_DEVICE, BIDIRECTIONAL) or
 * invalidates (FROM_DEVICE) the lines, and unmapping invalidates them (not for
 * TO_DEVICE); partial lines at the edges are cleaned before they are dropped.
 * On a coherent device neither does anything.
 *
 * Everything here is a function of the library, so that the call site is known
 * to reports; names, arguments and errors are those of Linux 6.12.
 *
 * Context: any unless it says otherwise; in the fast gear from many threads.
 * Where Linux has BUG_ON() there is one warning line and the error return.
 * Source: kernel/dma/mapping.c, kernel/dma/direct.c, arch/arm/mm/dma-mapping.c.
 */
#ifndef _ARMDMA_LINUX_DMA_MAPPING_H
#define _ARMDMA_LINUX_DMA_MAPPING_H

#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- attributes: the last argument of the *_attrs functions ----------- */

#define DMA_ATTR_WEAK_ORDERING		(1UL << 1)	/* nothing honours it on Arm */
#define DMA_ATTR_WRITE_COMBINE		(1UL << 2)	/* alloc: as coherent on v7 */
#define DMA_ATTR_NO_KERNEL_MAPPING	(1UL << 4)	/* alloc: returns a cookie, see there */
#define DMA_ATTR_SKIP_CPU_SYNC		(1UL << 5)	/* the driver syncs by itself */
#define DMA_ATTR_FORCE_CONTIGUOUS	(1UL << 6)	/* direct mappings always are */
#define DMA_ATTR_ALLOC_SINGLE_PAGES	(1UL << 7)	/* a hint for IOMMUs */
#define DMA_ATTR_NO_WARN		(1UL << 8)	/* a failure is expected */
#define DMA_ATTR_PRIVILEGED		(1UL << 9)	/* for IOMMUs */

/* Not an address of any mapping. 0 may be one. Ask dma_mapping_error(). */
#define DMA_MAPPING_ERROR		(~(dma_addr_t)0)

#define DMA_BIT_MASK(n)			((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)

/* ---- one buffer -------------------------------------------------------- */

/**
 * dma_map_single_attrs() - hand @size bytes at @ptr to @dev
 * @ptr:   in the linear map: from kmalloc() or the page allocator. Memory from
 *         vmalloc(), and anything that is not simulated memory (host stack and
 *         heap), is refused
 * @size:  bytes, more than 0
 * @dir:   not DMA_NONE
 * @attrs: DMA_ATTR_*
 *
 * Bounces through swiotlb when the device cannot reach the memory.
 *
 * Return: what to tell the device, yours to dma_unmap_single_attrs() with the
 * same @size and @dir; DMA_MAPPING_ERROR when the device cannot reach the memory
 * (a retry cannot help) or the bounce buffers are full (it may).
 */
dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_single_attrs(struct device *dev, dma_addr_t dma, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);

/** The same for @size bytes from @offset in @page; may run on into the pages behind. */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset,
			      size_t size, enum dma_data_direction dir,
			      unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);

#define dma_map_single(dev, ptr, size, dir) \
	dma_map_single_attrs(dev, ptr, size, dir, 0)
#define dma_unmap_single(dev, dma, size, dir) \
	dma_unmap_single_attrs(dev, dma, size, dir, 0)
#define dma_map_page(dev, page, offset, size, dir) \
	dma_map_page_attrs(dev, page, offset, size, dir, 0)
#define dma_unmap_page(dev, dma, size, dir) \
	dma_unmap_page_attrs(dev, dma, size, dir, 0)

/**
 * dma_map_resource() - let @dev reach another device's registers
 * @phys: physical; not RAM, which is mapped like registers, with a warning
 *
 * No cache maintenance, no bounce buffers, no dma-ranges: device address and
 * physical address are the same when direct.
 * Return: DMA_MAPPING_ERROR when out of the device's reach. A retry cannot help.
 */
dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_resource(struct device *dev, dma_addr_t dma, size_t size,
			enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_mapping_error() - did that mapping fail?
 *
 * To be asked after every map of one buffer, page or resource.
 * Return: 0, or -ENOMEM when @dma is DMA_MAPPING_ERROR.
 */
int dma_mapping_error(struct device *dev, dma_addr_t dma);

/* ---- a list ------------------------------------------------------------- */

/**
 * dma_map_sg_attrs() - hand a list of memory to @dev
 * @nents: entries of @sg to map
 *
 * Fills dma_address and dma_length of the entries.
 * Return: how many device entries there are, at most @nents (direct: @nents);
 * walk that many. 0 on any failure: nothing is mapped. Sync and unmap take the
 * original @nents, not this.
 */
unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);
#define dma_map_sg(dev, sg, nents, dir)		dma_map_sg_attrs(dev, sg, nents, dir, 0)
#define dma_unmap_sg(dev, sg, nents, dir)	dma_unmap_sg_attrs(dev, sg, nents, dir, 0)

/**
 * dma_map_sgtable() - the same for a table; sets sgt->nents
 *
 * Return: 0, or
 *   -EINVAL     a wrong argument; a retry cannot help
 *   -ENOMEM     out of some resource; a retry may help
 *   -EIO        one entry could not be mapped, as dma_map_page_attrs() would fail
 *   -EREMOTEIO  memory of another device that this one cannot reach
 * sgt->nents is untouched on failure.
 */
int dma_map_sgtable(struct device *dev, struct sg_table *sgt,
		    enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt,
		       enum dma_data_direction dir, unsigned long attrs);

/* ---- ownership of what stays mapped -------------------------------------- */

/**
 * dma_sync_single_for_cpu() - the CPU may touch [@dma, +@size) now
 * dma_sync_single_for_device() - the device may
 * @dma: inside a mapping, any offset
 * @dir: as it was mapped
 */
void dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			     enum dma_data_direction dir);
void dma_sync_single_for_device(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir);
void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t dma,
				   unsigned long offset, size_t size,
				   enum dma_data_direction dir);
void dma_sync_single_range_for_device(struct device *dev, dma_addr_t dma,
				      unsigned long offset, size_t size,
				      enum dma_data_direction dir);

/** @nelems: as given to dma_map_sg(), not as returned by it. */
void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			 enum dma_data_direction dir);
void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
			    enum dma_data_direction dir);
void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *sgt,
			      enum dma_data_direction dir);
void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction dir);

/** False: syncs of this mapping do nothing and may be left out. */
bool dma_need_sync(struct device *dev, dma_addr_t dma);
/** False: syncs of this device do nothing, whatever the mapping. */
bool dma_dev_need_sync(const struct device *dev);

/* ---- memory that both may touch at any time ------------------------------ */

/**
 * dma_alloc_attrs() - memory that CPU and device see alike, zeroed
 * @size:       bytes; taken in whole pages
 * @ret_handle: the device's address of it; untouched on failure
 * @gfp:        without __GFP_DIRECT_RECLAIM no page table is changed: the memory
 *              comes from a small pool. Zone flags are ignored, __GFP_COMP refused
 * @attrs:      DMA_ATTR_NO_KERNEL_MAPPING returns a cookie, not an address: hand it
 *              to dma_free_attrs(), touch nothing through it. As in Linux 6.12 on
 *              Arm that memory is neither zeroed nor flushed, unless the machine is
 *              repaired (harness_config.behaviour)
 *
 * Both addresses are aligned to the smallest power of two of pages that holds
 * @size (CPU address: not where it is a second mapping, beyond a page). A
 * non-coherent device gets uncached memory, by the machine's strategy: see
 * <armdma/coherent.h>.
 *
 * Context: any with GFP_ATOMIC, else process. Freeing: process.
 * Return: yours to dma_free_attrs(); NULL when memory is used up (a retry may
 * help) or out of reach (it cannot).
 */
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		      unsigned long attrs);
void dma_free_attrs(struct device *dev, size_t size, void *va, dma_addr_t dma,
		    unsigned long attrs);		/* NULL @va is fine */

void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *ret_handle,
			 gfp_t gfp);
void dma_free_coherent(struct device *dev, size_t size, void *va, dma_addr_t dma);
void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp);
void dma_free_wc(struct device *dev, size_t size, void *va, dma_addr_t dma);

/**
 * dmam_alloc_attrs() - dma_alloc_attrs(), given back when @dev's driver goes away
 * See <linux/device/devres.h>. dmam_free_coherent() gives it back early; what was
 * not allocated this way is a warning, and freed all the same.
 */
void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		       unsigned long attrs);
void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *ret_handle,
			  gfp_t gfp);
void dmam_free_coherent(struct device *dev, size_t size, void *va, dma_addr_t dma);

/* ---- cached memory that changes hands ------------------------------------ */

/**
 * dma_alloc_pages() - pages in a row, mapped for @dev as @dir from the start, zeroed
 * dma_alloc_noncoherent() - the same by its address in the linear map
 * @size:       bytes; taken in whole pages
 * @dma_handle: the device's address of it; untouched on failure
 * @dir:        not DMA_NONE
 * @gfp:        without zone flags and __GFP_COMP, which are refused with a warning
 *
 * The memory is cached, and mapped once. It is the CPU's until
 * dma_sync_single_for_device() gives it away, and what cleared it is in the caches
 * still: also memory that the device only writes must be synced for it first.
 *
 *	alloc --> CPU --sync_for_device--> device --sync_for_cpu--> CPU ... --> free
 *
 * Nothing needs to be asked of dma_mapping_error().
 *
 * Context: any with GFP_ATOMIC, else process.
 * Return: yours to dma_free_pages() (or dma_free_noncoherent()) with the same @size,
 * @dma_handle and @dir; NULL when memory is used up (a retry may help), out of reach, or
 * the device's operations have no alloc_pages_op (it cannot).
 */
struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp);
void dma_free_pages(struct device *dev, size_t size, struct page *page,
		    dma_addr_t dma_handle, enum dma_data_direction dir);
void *dma_alloc_noncoherent(struct device *dev, size_t size, dma_addr_t *dma_handle,
			    enum dma_data_direction dir, gfp_t gfp);
void dma_free_noncoherent(struct device *dev, size_t size, void *vaddr,
			  dma_addr_t dma_handle, enum dma_data_direction dir);

/**
 * dma_alloc_noncontiguous() - the same as a table: one run for the device, for the CPU
 *                             as many as it takes
 * @attrs: DMA_ATTR_ALLOC_SINGLE_PAGES or 0; others are refused with a warning
 *
 * Without an IOMMU the CPU's list has one entry, too. Owned by
 * dma_sync_sgtable_for_device() and _for_cpu().
 *
 * Return: nents is 1; yours to dma_free_noncontiguous() with the same @size and @dir.
 * NULL as above.
 */
struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs);
void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
			    enum dma_data_direction dir);

/**
 * dma_vmap_noncontiguous() - such a table's memory in a row for the CPU, cached
 *
 * Where this is not the linear map, caches that tell addresses apart want
 * flush_kernel_vmap_range() before a sync for the device, and
 * invalidate_kernel_vmap_range() after one for the CPU.
 *
 * Context: process.
 * Return: yours to dma_vunmap_noncontiguous(), before the table is freed; NULL on
 * failure.
 */
void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt);
void dma_vunmap_noncontiguous(struct device *dev, void *vaddr);

/**
 * dma_get_sgtable_attrs() - a list over memory of dma_alloc_attrs()
 *
 * For handing it on, not for mapping it: that would maintain caches through another
 * address than the one in use, unless DMA_ATTR_SKIP_CPU_SYNC says not to.
 *
 * Context: process.
 * Return: 0, and @sgt has one entry, yours to sg_free_table(); -ENOMEM (a retry may
 * help); -ENXIO where there are no pages, or the device's operations cannot.
 */
int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs);
#define dma_get_sgtable(dev, sgt, cpu_addr, dma, size) \
	dma_get_sgtable_attrs(dev, sgt, cpu_addr, dma, size, 0)

/** May memory of dma_alloc_attrs() be mapped for a process? */
bool dma_can_mmap(struct device *dev);

/* ---- memory for a process ------------------------------------------------ */

struct vm_area_struct;

/**
 * dma_mmap_attrs() - map memory of dma_alloc_attrs() for the process of @vma
 * @vma:      of a driver's mmap(); vm_pgoff pages into the memory, as long as it is
 * @cpu_addr, @dma_addr, @size, @attrs: as they were allocated
 *
 * With the attributes that the kernel has it mapped with: neither side needs a sync. The
 * memory must not be freed before the last munmap().
 *
 * Context: a driver's mmap().
 * Return: 0; -ENXIO when @vma goes beyond the memory, or where the device's operations
 * have no mmap(); -ENOMEM (a retry may help).
 * Source: kernel/dma/mapping.c, direct.c.
 */
int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs);
#define dma_mmap_coherent(dev, vma, cpu_addr, dma_addr, size) \
	dma_mmap_attrs(dev, vma, cpu_addr, dma_addr, size, 0)
/** The same of memory of dma_alloc_wc(). */
int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		dma_addr_t dma_addr, size_t size);

/**
 * dma_mmap_pages() - map memory of dma_alloc_pages() for the process of @vma
 * dma_mmap_noncontiguous() - of dma_alloc_noncontiguous()
 *
 * Cached, as @vma is: what the user writes, the device sees after a sync for the device,
 * and the other way round. On caches that tell addresses apart a sync reaches the
 * kernel's address only, and the user's lines only if they are the same ones.
 * Return: as dma_mmap_attrs().
 */
int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		   struct page *page);
int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
			   struct sg_table *sgt);

/* ---- what a device can reach ---------------------------------------------- */

/**
 * dma_set_mask() - highest address of streaming mappings, as a mask
 * dma_set_coherent_mask() - of dma_alloc_coherent()
 *
 * Direct mapping takes any mask of 32 bits or more, and a smaller one if it
 * covers all of memory, or all of ZONE_DMA.
 * Return: 0; -EIO when not supported, and the old mask stays.
 */
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
int dma_set_mask_and_coherent(struct device *dev, u64 mask);
/** Gives the device a dma_mask first, where it has none. */
int dma_coerce_mask_and_coherent(struct device *dev, u64 mask);

/** The streaming mask; 32 bits where none was set. */
u64 dma_get_mask(struct device *dev);
/** The mask that would reach all of memory. */
u64 dma_get_required_mask(struct device *dev);
/** Some memory is out of its reach: mappings may bounce. */
bool dma_addressing_limited(struct device *dev);

/** Bytes of the largest mapping: 256 KiB where bouncing is possible, else SIZE_MAX. */
size_t dma_max_mapping_size(struct device *dev);
/** Bytes of the largest mapping that costs nothing extra. */
size_t dma_opt_mapping_size(struct device *dev);
/** Entries of a list that meet here may become one for the device; 0: never. */
unsigned long dma_get_merge_boundary(struct device *dev);
bool dma_pci_p2pdma_supported(struct device *dev);

static inline unsigned int dma_get_max_seg_size(struct device *dev)
{
	if (dev->dma_parms && dev->dma_parms->max_segment_size)
		return dev->dma_parms->max_segment_size;
	return SZ_64K;
}

/* Without dma_parms (a bus's business) these warn and change nothing. */
static inline void dma_set_max_seg_size(struct device *dev, unsigned int size)
{
	if (!WARN_ON(!dev->dma_parms))
		dev->dma_parms->max_segment_size = size;
}

static inline unsigned long dma_get_seg_boundary(struct device *dev)
{
	if (dev->dma_parms && dev->dma_parms->segment_boundary_mask)
		return dev->dma_parms->segment_boundary_mask;
	return ~0UL;
}

static inline void dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
	if (!WARN_ON(!dev->dma_parms))
		dev->dma_parms->segment_boundary_mask = mask;
}

/** Pages from one boundary to the next, pages of 2^@page_shift bytes; NULL: 4 GiB. */
static inline unsigned long dma_get_seg_boundary_nr_pages(struct device *dev,
							  unsigned int page_shift)
{
	if (!dev)
		return (0xffffffffu >> page_shift) + 1;
	return (dma_get_seg_boundary(dev) >> page_shift) + 1;
}

static inline unsigned int dma_get_min_align_mask(struct device *dev)
{
	return dev->dma_parms ? dev->dma_parms->min_align_mask : 0;
}

static inline void dma_set_min_align_mask(struct device *dev, unsigned int mask)
{
	if (!WARN_ON(!dev->dma_parms))
		dev->dma_parms->min_align_mask = mask;
}

/** Buffers aligned and padded to this share no line with anything else. */
static inline int dma_get_cache_alignment(void)
{
	return ARCH_DMA_MINALIGN;
}

/** Would a block at @dma of @size bytes do for the coherent mask? */
bool dma_coherent_ok(struct device *dev, phys_addr_t phys, size_t size);

/*
 * Around members of a struct that the device writes: they have their cache lines for
 * themselves.
 *
 *	struct msg {
 *		u32 state;
 *		__dma_from_device_group_begin(rx);
 *		u8 from_device[13];
 *		__dma_from_device_group_end(rx);
 *		u32 next;
 *	};
 */
#define ____dma_from_device_aligned	__attribute__((__aligned__(ARCH_DMA_MINALIGN)))
#define __dma_from_device_group_begin(GROUP) \
	__cacheline_group_begin(GROUP) ____dma_from_device_aligned
#define __dma_from_device_group_end(GROUP) \
	__cacheline_group_end(GROUP) ____dma_from_device_aligned

/* ---- a driver's bookkeeping ------------------------------------------------ */

/* Kept always: whether unmapping needs them depends on the device, not the kernel. */
#define DEFINE_DMA_UNMAP_ADDR(name)		dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name)		__u32 name
#define dma_unmap_addr(ptr, name)		((ptr)->name)
#define dma_unmap_addr_set(ptr, name, val)	((ptr)->name = (val))
#define dma_unmap_len(ptr, name)		((ptr)->name)
#define dma_unmap_len_set(ptr, name, val)	((ptr)->name = (val))

#ifdef __cplusplus
}
#endif
#endif
