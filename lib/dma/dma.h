/* SPDX-License-Identifier: MIT */
/*
 * Between the files of lib/dma, and to boot: what drivers do not see.
 *
 *   mapping.c    who maps for this device?          notes for the ledger
 *     direct.c     physical = device address, dma-ranges, cache maintenance
 *       swiotlb.c    out of reach: bounce, see swiotlb.h
 *       arm-alloc.c  memory for both sides at once: alloc-*.c
 *     dma-iommu*.c   an IOMMU's addresses, see dma-iommu.h
 *   dmapool.c    which it cuts into blocks
 */
#ifndef LIB_DMA_DMA_H
#define LIB_DMA_DMA_H

#include <linux/dma-direct.h>
#include <linux/swiotlb.h>

#include "../mm/kernel.h"
#include "ledger.h"
#include "swiotlb.h"

/* Bits of device.dma_warned: a warning for each device, not for each call. */
#define WARNED_OVERFLOW		(1u << 0)
#define WARNED_BUFFER_OVERFLOW	(1u << 1)
#define WARNED_NO_MASK		(1u << 2)
#define WARNED_ALIGNMENT	(1u << 3)
#define WARNED_NOT_A_PAGE	(1u << 4)
#define WARNED_NO_UNCACHED	(1u << 5)
#define WARNED_RESOURCE		(1u << 6)
#define WARNED_MIN_ALIGN	(1u << 7)
#define WARNED_NO_BOUNCE	(1u << 8)

/* True the first time. */
static inline bool dev_warns_first(struct device *dev, unsigned int what)
{
	return !(__atomic_fetch_or(&dev->dma_warned, what, __ATOMIC_RELAXED) & what);
}

/* ---- addresses: the common case of <linux/dma-direct.h>, in line --------------- */

static inline dma_addr_t to_dma(struct device *dev, phys_addr_t pa)
{
	return likely(!dev->dma_range_map) ? pa : phys_to_dma(dev, pa);
}

static inline phys_addr_t to_phys(struct device *dev, dma_addr_t dma)
{
	return likely(!dev->dma_range_map) ? dma : dma_to_phys(dev, dma);
}

/* ---- small pieces of kmalloc(): include/linux/dma-map-ops.h, where it is configured ---- */

/* May the device be given any such piece? */
static inline bool dma_kmalloc_safe(struct device *dev, enum dma_data_direction dir)
{
	return likely(!dev->kernel->config.bounces_kmalloc) || dev->dma_coherent ||
	       dir == DMA_TO_DEVICE;
}

/* Bytes of the piece that kmalloc() gives for @size, where small ones are not padded. */
static inline size_t kmalloc_least_size(size_t size)
{
	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	return size <= 8 ? 8 : roundup_pow_of_two(size);
}

static inline bool dma_kmalloc_size_aligned(size_t size)
{
	return size >= 2 * ARCH_DMA_MINALIGN ||
	       IS_ALIGNED(kmalloc_least_size(size), (size_t)dma_get_cache_alignment());
}

/* Might a piece of that size share a line with another? */
static inline bool dma_kmalloc_needs_bounce(struct device *dev, size_t size,
					    enum dma_data_direction dir)
{
	return unlikely(!dma_kmalloc_safe(dev, dir)) && !dma_kmalloc_size_aligned(size);
}

/* Of a list that may end before @nr entries: those that are there, each ready to be read. */
#define for_each_sg_there(sglist, sg, nr, i) \
	for (i = 0, sg = (sglist); i < (nr) && sg && (port_before_load(sg, sizeof(*sg)), true); \
	     i++, sg = sg_next(sg))

/* sg_next() in place. The entry behind one on the host is there too. */
static inline struct scatterlist *sg_step(struct scatterlist *sg)
{
	if (unlikely(window_of(sg) != NULL) || unlikely(sg_is_last(sg)) ||
	    unlikely(sg_is_chain(sg + 1)))
		return sg_next(sg);
	return sg + 1;
}

#define for_each_sg_step(sglist, sg, nr, i) \
	for (i = 0, sg = (sglist); i < (nr); i++, sg = sg_step(sg))

static inline struct port *dev_port(const struct device *dev)
{
	return &dev->kernel->port;
}

static inline void kernel_note(struct kernel *k, const struct ledger_note *n)
{
	struct ledger_listener *l = k->listener;

	if (unlikely(l != NULL))
		l->note(l, n);
}

/* What mm says, as the ledger has it; kernel.on_memory. */
void ledger_note_memory(struct kernel *k, enum memory_event what, phys_addr_t pa, size_t len,
			const void *site);

/* The same of what is mapped beside the linear map; kernel.on_area. */
void ledger_note_area(struct kernel *k, bool is_mapped, u32 va, phys_addr_t pa, u32 len,
		      const void *site);

/* What becomes of users' mappings; kernel.on_user. */
void ledger_note_user(struct kernel *k, const struct user_note *n);

/* Are the pages that @vma wants among those of @size bytes? Map them, from @pfn on. */
bool dma_mmap_fits(const struct vm_area_struct *vma, size_t size);
int dma_mmap_remap(struct vm_area_struct *vma, unsigned long pfn);
/* dma_mmap_attrs() where the device maps directly. */
int dma_direct_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs);

/* The mapping functions once more, saying why they refused. */
dma_addr_t direct_map_phys(struct device *dev, phys_addr_t pa, size_t size,
			   enum dma_data_direction dir, unsigned long attrs,
			   enum ledger_why *ret_why);
dma_addr_t swiotlb_map_why(struct device *dev, phys_addr_t pa, size_t size,
			   enum dma_data_direction dir, unsigned long attrs,
			   enum ledger_why *ret_why);

/* Make the machine's bounce buffers below @limit, unless there are some. */
void swiotlb_boot(struct kernel *k, u64 limit);
void swiotlb_exit(struct kernel *k);
/* Make it if @dev may need it. */
void swiotlb_setup_device(struct device *dev);
/* Who maps for @dev, or whether it snoops, is decided: what follows from that. */
void dma_setup_device(struct device *dev);
/* It goes away; what it left mapped is lost. */
void swiotlb_dev_exit(struct device *dev);
/*
 * From now on @dev bounces through [@pa, +@len), reserved memory, which it may share with
 * others. Return: 0; -EINVAL: not in the linear map; -ENOMEM.
 */
int restricted_attach(struct device *dev, phys_addr_t pa, u64 len);
/* It bounces through the machine's again, if at all. */
void restricted_detach(struct device *dev);
void restricted_exit(struct kernel *k);

/* Where @va lies in that device's own memory; PHYS_ADDR_MAX: nowhere. */
phys_addr_t dev_coherent_pa(const struct device *dev, const void *va);
void coherent_mems_exit(struct kernel *k);
/* Give @dev the memory of that region as its own: as dma_declare_coherent_memory(). */
int coherent_bind_region(struct device *dev, struct reserved_region *r);
int dma_init_global_coherent_on(struct kernel *k, phys_addr_t pa, size_t size,
				const void *site);
/* Where the default memory has @pa mapped. */
void *global_coherent_va(const struct kernel *k, phys_addr_t pa);

/* Pages of a contiguous area go back to it; false: they are of none. */
bool contiguous_free(struct device *dev, struct page *page, size_t size);

/* Where a device behind an IOMMU finds what it was told is at @dma; 0: nowhere. */
phys_addr_t dma_iommu_phys(struct device *dev, dma_addr_t dma);
/* The IOMMU core of @k may ask for what dma-iommu-domain.c has. */
void dma_iommu_boot(struct kernel *k);
/* CPU @cpu has gone away: what is kept for its next mappings is anybody's again. */
void dma_iommu_cpu_dead(struct kernel *k, unsigned cpu);

/*
 * Zeroed memory of the host; NULL: there is none. @done, or NULL: called with it before it
 * goes, be that by dma_let_go() or with the machine.
 */
void *dma_keep(struct kernel *k, size_t size, void (*done)(void *data));
void dma_let_go(struct kernel *k, void *data);
void dma_kept_init(struct kernel *k);
/* What buffers that nobody freed have kept. */
void dma_kept_exit(struct kernel *k);

void dma_pools_init(struct kernel *k);
void dma_pools_exit(struct kernel *k);

/* Whose call got the buffer at @virt of arch_dma_alloc(): NULL if there is none. */
const void *arm_dma_site(struct kernel *k, const void *virt);
void arm_dma_set_site(struct kernel *k, const void *virt, const void *site);

void coherent_init(struct kernel *k);
void coherent_exit(struct kernel *k);

#endif
