/* SPDX-License-Identifier: MIT */
/*
 * One kernel: the library's state on one machine. There may be several in a process;
 * nothing is global.
 *
 *   machine_software(m) --> struct port, the first member of --> struct kernel
 *   struct page * & ~(128 MiB - 1) --> struct mem_map --> kernel
 *   struct device . kernel
 *
 * Locks: page_lock, slab_lock, area_lock, cma.lock, one at a time but for page_lock
 * inside area_lock and io_tlb_lock. Mapping and unmapping without bouncing takes none.
 * A process's mmap_lock, cma_mutex, users.all_lock, in this order; inside the last
 * other mmap_locks are tried, not waited for.
 */
#ifndef LIB_MM_KERNEL_H
#define LIB_MM_KERNEL_H

#include <glib.h>
#include <armdma/coherent.h>
#include <armdma/pgtable.h>
#include <armdma/iommu-dma.h>
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../port/port.h"
#include "bits.h"

#define NR_ORDERS		(MAX_PAGE_ORDER + 1)
#define NR_SLAB_CLASSES		7
#define CMA_DEFAULT_LEN		SZ_16M
#define MAX_CMA_AREAS		20
#define ATOMIC_POOL_LEN		SZ_256K

/**
 * struct kernel_config - what a boot may choose; all zero is a good choice
 * @coherent:       how dma_alloc_coherent() makes memory uncached
 * @cma_len:        bytes of the contiguous area, whatever the board wants; 0: the board's
 *                  default area, else 16 MiB
 * @coherent_pool_len: bytes of the pool for those who must not sleep; 0: 256 KiB
 * @is_repaired:    NO_KERNEL_MAPPING is cleared and flushed; else as in Linux 6.12
 * @swiotlb_len:    bytes of the bounce pool, up to a power of two; 0: 64 MiB, at most
 *                  1/16 of memory
 * @swiotlb_force:  every streaming mapping bounces
 * @swiotlb_dynamic: more pools come when they are needed
 * @iommu:          of IOMMUs
 * @iova_spread:    CPUs' IOVAs lie apart: IOVA_SPREAD of <linux/iova.h>
 * @iova_bitmap:    devices behind an IOMMU map by <asm/dma-iommu.h>
 * @bounces_kmalloc: what may be a small piece of kmalloc(), and share a line, bounces, as
 *                  with CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC
 * @debug_pools:    dma_pool poisons and checks, as with CONFIG_SLUB_DEBUG_ON
 */
struct kernel_config {
	enum coherent_strategy coherent;
	size_t cma_len;
	size_t coherent_pool_len;
	bool is_repaired;
	size_t swiotlb_len;
	bool swiotlb_force;
	bool bounces_kmalloc;
	bool debug_pools;
	bool swiotlb_dynamic;
	bool iova_bitmap;
	enum iommu_mode iommu;
	bool iova_spread;
};

/* The host's array of struct page, at a 128 MiB boundary, so that a page finds it. */
#define MEM_MAP_ALIGN		((uintptr_t)SZ_128M)
struct mem_map {
	struct kernel *kernel;
	struct page pages[] __attribute__((__aligned__(4096)));
};

/* A range of page indices that allocations are served from. */
struct zone {
	size_t first, end;
};
enum zone_type { ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, NR_ZONES };

/* What a region of reserved memory is for. */
enum region_use {
	REGION_KEPT,		/* nothing here: page tables, somebody else's memory */
	REGION_COHERENT,	/* one device's own coherent memory */
	REGION_RESTRICTED,	/* bounce buffers of the devices that name it */
	REGION_CMA		/* lent out until somebody wants it in one piece */
};

/**
 * struct reserved_region - memory that the allocator does not give out
 * @no_map: the linear map has not got it, and no struct page of it is anyone's
 * @mem:    where it is mapped as coherent memory, or NULL
 * @node:   what the board says of it; NULL: it is the library's own
 */
struct reserved_region {
	phys_addr_t pa;
	u64 len;
	bool no_map;
	enum region_use use;
	const struct board_reserved *node;
	struct dma_coherent_mem *mem;	/* lib/dma's, once a device has it */
};

/* What somebody above may want to hear about; see kernel.on_memory. */
enum memory_event { PAGES_ALLOCATED, PAGES_FREED, SLAB_ALLOCATED, SLAB_FREED, NR_MEMORY_EVENTS };

/* Where page-wise mappings are placed. */
struct area_space {
	u32 start, end;
	GList *areas;			/* of struct vm_area, ascending */
};

/* Coherent memory made at boot; @memory NULL: there is none. */
struct atomic_pool {
	spinlock_t lock;
	struct arm_dma_buf *memory;
	struct bits used;		/* pages of it */
};

/* Bits of page.flags. */
#define PAGE_IS_SLAB		1ul
#define PAGE_IS_LARGE		2ul	/* heads pages that kmalloc() took whole */
#define PAGE_IS_ANON		4ul	/* a process's own */
#define PAGE_IS_DCACHE_CLEAN	8ul	/* the linear map's lines are not dirty: see flush.c */
#define PAGE_IS_CLAIMED		16ul	/* of a contiguous area, and somebody's in earnest */
#define PAGE_IS_CACHE		32ul	/* heads a block of objects of a kmem_cache */

enum user_event {
	USER_MAPPED,		/* a driver mapped [@pa, +@len) for a process, at @va */
	USER_INHERITED,		/* so did fork() */
	USER_UNMAPPED,
	USER_TAKEN,		/* by get_user_pages(); @is_counted: pinned */
	USER_COPIED,		/* @va led to @pa and leads to @new_pa now: copy on write */
};

/* What becomes of user mappings; anonymous memory is only told of when it is copied. */
struct user_note {
	enum user_event what;
	const void *mm;		/* identity only */
	const void *va;
	phys_addr_t pa, new_pa;
	size_t len;
	bool is_counted;	/* the mapping keeps the page alive */
	const void *site;
};

/**
 * struct cma - an area that is lent to movable pages
 * @first: index of its first page
 * @used:  pages of it that somebody has in earnest
 */
struct cma {
	struct kernel *kernel;
	const char *name;
	phys_addr_t pa;
	size_t first;
	spinlock_t lock;
	struct bits used;
};

struct drivers;
struct iommu_core;
struct ledger_listener;
struct of_nodes;
struct lines;
struct pm_core;
struct syscons;
struct users;

struct kernel {
	struct port port;
	struct kernel_config config;
	struct mem_map *mem_map;
	size_t nr_pages;		/* from lowmem_pa to the last, holes included */
	GArray *reserved;		/* of struct reserved_region, in order of making */
	u64 zone_dma_limit;		/* highest address of ZONE_DMA */

	spinlock_t page_lock;
	struct zone zone[NR_ZONES];
	struct bits free[NR_ORDERS];	/* indices of free blocks, >> order */
	struct bits cma_free[NR_ORDERS];	/* the same, of contiguous areas */
	size_t nr_free_pages;		/* in all zones, without the areas */
	size_t nr_zone_free[NR_ZONES], nr_zone_cma_free[NR_ZONES];
	size_t nr_high_pages;		/* that were ever free, of ZONE_HIGHMEM */

	spinlock_t kmap_lock;
	u16 pkmap_count[LAST_PKMAP];	/* 0 free, 1 mapped and unused, n: n - 1 users */
	struct page *pkmap_page[LAST_PKMAP];
	unsigned last_pkmap_nr;

	spinlock_t slab_lock;
	struct list_head slab_partial[NR_SLAB_CLASSES];
	struct list_head slab_caches;	/* of struct kmem_cache */

	spinlock_t area_lock;
	struct area_space vmalloc_space;
	struct area_space consistent_space;

	struct mutex cma_mutex;		/* of making room in an area */
	struct cma cma[MAX_CMA_AREAS];
	unsigned nr_cma;
	struct cma *dma_contiguous_default_area;
	phys_addr_t cma_pa;		/* of the default area; where it would be, if @cma_len */
	u32 cma_len;			/* is 0: dma_alloc_coherent() has none */

	struct atomic_pool atomic_pool;
	spinlock_t arm_dma_bufs_lock;
	struct list_head arm_dma_bufs;	/* of struct arm_dma_buf, the newest first */
	bool forgets_flush;		/* a test's: cleared memory stays in the caches */

	struct list_head coherent_mems;	/* of struct dma_coherent_mem; the same lock */
	struct dma_coherent_mem *coherent_default;

	spinlock_t pools_lock;
	struct list_head dma_pools;	/* struct dma_pool, lib/dma's */

	struct io_tlb_mem *io_tlb_mem;	/* the bounce buffers, or NULL */
	struct io_tlb_mem *restricted_io_tlb;	/* those of some devices alone */
	spinlock_t io_tlb_lock;		/* of making it */

	struct pgtable_counts pgtable_counts;	/* of all IOMMUs' tables */

	int fail_countdown;		/* the allocation that reaches 0 fails */
	void (*on_memory)(struct kernel *k, enum memory_event what, phys_addr_t pa,
			  size_t len, const void *site);
	void (*on_area)(struct kernel *k, bool is_mapped, u32 va, phys_addr_t pa, u32 len,
			const void *site);
	void (*on_user)(struct kernel *k, const struct user_note *n);
	struct ledger_listener *listener;	/* lib/dma's */

	struct users *users;		/* processes: user.h */
	struct of_nodes *of_nodes;	/* lib/base's, and the next three */
	struct drivers *drivers;
	GPtrArray *regions;		/* of struct resource *: registers that somebody has */
	struct pm_core *pm;
	struct lines *lines;
	struct syscons *syscons;
	struct iommu_core *iommu;	/* lib/iommu's */
	spinlock_t dma_kept_lock;
	struct list_head dma_kept;	/* lib/dma's: of struct kept, what buffers need */
};

/**
 * kernel_boot() - bring the library up on a machine in reset
 * @cfg: NULL: all zero
 *
 * Return: yours to kernel_halt() before machine_free(); NULL with one sentence in
 * @error where its memory is nothing that Linux with short descriptors could run in.
 */
struct kernel *kernel_boot(struct machine *m, const struct kernel_config *cfg,
			   GError **error);
void kernel_halt(struct kernel *k);	/* NULL is fine */

static inline struct kernel *kernel_current(void)
{
	return (struct kernel *)port_current();
}

/* Whose simulated memory @p is, or NULL. */
static inline struct kernel *kernel_of(const volatile void *p)
{
	return (struct kernel *)port_of(p);
}

static inline struct kernel *page_kernel(const struct page *page)
{
	return ((struct mem_map *)((uintptr_t)page & ~(MEM_MAP_ALIGN - 1)))->kernel;
}

static inline size_t page_idx(const struct kernel *k, const struct page *page)
{
	return (size_t)(page - k->mem_map->pages);
}

static inline phys_addr_t page_pa(const struct kernel *k, const struct page *page)
{
	return k->port.lowmem_pa + ((phys_addr_t)page_idx(k, page) << PAGE_SHIFT);
}

static inline struct page *kernel_page(const struct kernel *k, phys_addr_t pa)
{
	return &k->mem_map->pages[(pa - k->port.lowmem_pa) >> PAGE_SHIFT];
}

/* Host pointer to a physical address of the linear map, which must be there. */
static inline void *kernel_ptr(const struct kernel *k, phys_addr_t pa)
{
	return port_ptr(&k->port, port_pa_to_va(&k->port, pa));
}

/* The same; NULL for what is highmem. */
static inline void *kernel_lowmem_ptr(const struct kernel *k, phys_addr_t pa)
{
	return pa - k->port.lowmem_pa < k->port.lowmem_len ? kernel_ptr(k, pa) : NULL;
}

static inline enum zone_type zone_type_of(const struct kernel *k, size_t idx)
{
	if (idx >= k->zone[ZONE_HIGHMEM].first)
		return ZONE_HIGHMEM;
	return idx >= k->zone[ZONE_NORMAL].first ? ZONE_NORMAL : ZONE_DMA;
}

static inline bool page_is_high(const struct kernel *k, const struct page *page)
{
	return page_idx(k, page) >= k->zone[ZONE_HIGHMEM].first;
}

/* Is this allocation the one that shall fail? */
static inline bool kernel_fails(struct kernel *k)
{
	return unlikely(__atomic_load_n(&k->fail_countdown, __ATOMIC_RELAXED)) &&
	       __atomic_sub_fetch(&k->fail_countdown, 1, __ATOMIC_RELAXED) == 0;
}

static inline void kernel_tell(struct kernel *k, enum memory_event what, phys_addr_t pa,
			       size_t len, const void *site)
{
	if (unlikely(k->listener != NULL))
		k->on_memory(k, what, pa, len, site);
}

/* ---- kernel.c ---------------------------------------------------------------- */

/* Everything that needs no access to the machine. False: @error is set, nothing is kept. */
bool mm_init(struct kernel *k, struct machine *m, GError **error);
void mm_done(struct kernel *k);

/* ---- reserved.c ---------------------------------------------------------------- */

/* What the board's /reserved-memory says, as far as it can be had. */
void reserved_init(struct kernel *k);
void reserved_done(struct kernel *k);
struct reserved_region *reserve(struct kernel *k, phys_addr_t pa, u64 len);
/* The highest, or lowest, place in memory that is not reserved; PHYS_ADDR_MAX: none. */
struct place_wish {
	u64 len, align, start, end;
	bool is_bottom_up;
};
phys_addr_t find_place(const struct kernel *k, const struct place_wish *w);
/* The first region that overlaps [@pa, +@len), by address; NULL: none does. */
struct reserved_region *reserved_at(const struct kernel *k, phys_addr_t pa, u64 len);
/* Keep [@pa, +@len) out of the linear map. */
struct reserved_region *reserve_no_map(struct kernel *k, phys_addr_t pa, u64 len);
/* Coherent memory for all devices: the board's default, or the carve-out; or NULL. */
struct reserved_region *reserved_default(const struct kernel *k);
/* The region that @node of the board became; NULL: it was not to be had. */
struct reserved_region *reserved_of(const struct kernel *k, const struct board_reserved *node);

/* ---- highmem.c ------------------------------------------------------------------- */

/*
 * Bytes of memory wherever it is, through the cached linear map or kmap_local, page by
 * page: clear them; copy them from or to @buf on the host.
 */
void phys_zero(struct kernel *k, phys_addr_t pa, size_t len);
void phys_copy_in(struct kernel *k, phys_addr_t pa, const void *buf, size_t len);
void phys_copy_out(struct kernel *k, void *buf, phys_addr_t pa, size_t len);
/* From one place to another. */
void phys_copy(struct kernel *k, phys_addr_t dst, phys_addr_t src, size_t len);

/* ---- page_alloc.c ----------------------------------------------------------- */

void page_alloc_init(struct kernel *k);
void page_alloc_done(struct kernel *k);
/* @site: whose call it is, for the ledger. */
struct page *kernel_alloc_pages(struct kernel *k, gfp_t gfp, unsigned int order,
				const void *site);
void kernel_free_pages(struct page *page, unsigned int order, const void *site);
/* @size bytes of pages in a row, what the order takes too much given back. */
struct page *alloc_page_run(struct kernel *k, size_t size, gfp_t gfp, const void *site);
void free_page_run(struct page *page, size_t size, const void *site);
/* Page @idx of a contiguous area, if it is free, is nobody's any longer; and back. */
bool page_alloc_claim(struct kernel *k, size_t idx);
void page_alloc_unclaim(struct kernel *k, size_t idx);
/* Of lowmem or highmem, and a contiguous area's where it is one. */
bool page_is_free(const struct kernel *k, size_t idx);
/* Make [pa, +len) allocatable; whole pages, not so yet; of one area, or of none. */
void page_alloc_add(struct kernel *k, phys_addr_t pa, u64 len);
/*
 * Take the lowest run of @len bytes of lowmem below @limit out of the allocator, aligned
 * to MAX_PAGE_ORDER blocks; 0 when there is none. It never comes back.
 */
phys_addr_t page_alloc_carve(struct kernel *k, size_t len, u64 limit);

/* ---- slab.c ------------------------------------------------------------------- */

void slab_init(struct kernel *k);
/* kmalloc() and kfree(); @site: whose call it is, for the ledger. NULL @k has no memory. */
void *kernel_kmalloc(struct kernel *k, size_t size, gfp_t flags, const void *site);
void kernel_kfree(const void *p, const void *site);

/* Bytes of @page, which is one of kmalloc()'s, from @offset to the end of that piece. */
size_t slab_piece_room(const struct page *page, size_t offset);

/* ---- slab-cache.c ------------------------------------------------------------- */

/* kfree() and ksize() of what kmem_cache_alloc() gave; false, 0: it did not. */
bool slab_free_object(const void *p, const void *site);
size_t slab_object_size(const void *p);
/* Bytes from @p to the end of the object that it is in; 0: it is in none. */
size_t slab_object_room(const void *p);
/* Forget all caches; their memory goes with the kernel's. */
void slab_caches_done(struct kernel *k);

/* ---- room.c --------------------------------------------------------------------- */

/*
 * Bytes from @pa on, at most @len, that are of one allocation as far as anyone knows: up to
 * the end of a piece of kmalloc() or an object of a cache; of pages up to one that is free
 * or cut into such pieces. 0 in the fast gear, where nobody asks.
 */
size_t kernel_room(const struct kernel *k, phys_addr_t pa, size_t len);

/* ---- vmalloc.c ----------------------------------------------------------------- */

void area_init(struct kernel *k);
void area_done(struct kernel *k);
/* Map [pa, +len), whole pages, at the first free place; NULL on failure. */
void *area_map(struct kernel *k, struct area_space *s, phys_addr_t pa, u32 len,
	       pgprot_t prot);
/* The same for a call at @site, which the ledger is told of. */
void *area_map_at(struct kernel *k, struct area_space *s, phys_addr_t pa, u32 len,
		  pgprot_t prot, const void *site);
/* Whose call mapped @va; NULL: the library's, or nothing is mapped there. */
const void *area_site(struct kernel *k, u32 va);
/* memremap() on a machine that the caller names. */
void *memremap_on(struct kernel *k, phys_addr_t pa, size_t size, unsigned long flags,
		  const void *site);
/* Of what is mapped at @va in the vmalloc area: VM_* and pages that somebody keeps. */
void area_describe(const void *va, unsigned long flags, struct page **lent);
/* False: nothing is mapped there. */
bool area_find(const void *va, unsigned long *ret_flags, struct page ***ret_lent);
/* Undo: bytes that were mapped; 0: nothing is mapped there. */
u32 area_unmap(struct kernel *k, struct area_space *s, const void *va);

/* ---- scatterlist.c --------------------------------------------------------------- */

/* An array of entries on the host, to be initialized; and back. For __sg_alloc_table(). */
struct scatterlist;
struct scatterlist *sg_host_alloc(unsigned int nents, gfp_t gfp);
void sg_host_free(struct scatterlist *sgl, unsigned int nents);

/* ---- cma.c: the rest is in <linux/cma.h> ----------------------------------------- */

/* All of [@pa, +@len) is one zone's. NULL: there are too many. */
struct cma *cma_add(struct kernel *k, const char *name, phys_addr_t pa, u64 len);
/* The area that @pa is in, or NULL. */
struct cma *cma_at(const struct kernel *k, phys_addr_t pa);
/* Move what is in a lent page to where no area is. 0, -EBUSY or -ENOMEM. */
int cma_evict(struct kernel *k, struct page *page);
void cma_done(struct kernel *k);

/* First run of @nr clear bits at a multiple of @align; b->nr when there is none. */
size_t bits_find_clear_run(const struct bits *b, size_t nr, size_t align);
void bits_add_run(struct bits *b, size_t first, size_t nr);
void bits_drop_run(struct bits *b, size_t first, size_t nr);

#endif
