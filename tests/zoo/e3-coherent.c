/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory: hazards 36 to 38, 42 to 51. It has one address for the CPU and one for
 * the device; no other is right, not even when it is given back.
 */
#include <linux/dmapool.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/interrupt.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/mman.h>
#include <armdma/process.h>

#include "zoo.h"

#define RING	4096
#define DESC	64

static struct page *page_behind(void *va)
{
	return is_vmalloc_addr(va) ? vmalloc_to_page(va) : virt_to_page(va);
}

static noinline u32 *ring_alloc(struct zoo *z, dma_addr_t *dma)
{
	return dma_alloc_coherent(z->dev, RING, dma, GFP_KERNEL);
}

/* ---- zoo 036 wrong */
static noinline u32 ring_dump(u32 *ring)
{
	u32 *page = kmap_local_pfn(page_to_pfn(page_behind(ring)));
	u32 first = page[0];		/* by a line that nobody will ever look after */

	kunmap_local(page);
	return first;
}

void zoo_036_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	zoo_device_writes(z, dma, 0x36, 64);
	z->seen = ring_dump(ring);
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 036 right */
void zoo_036_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	zoo_device_writes(z, dma, 0x36, 64);
	z->seen = ring[0];
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 037 wrong */
static noinline int list_map(struct zoo *z, struct sg_table *sgt)
{
	return dma_map_sg(z->dev, sgt->sgl, (int)sgt->orig_nents, DMA_BIDIRECTIONAL);
}

void zoo_037_wrong(struct zoo *z)
{
	struct sg_table sgt;
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	if (dma_get_sgtable(z->dev, &sgt, ring, dma, RING))
		goto out;
	if (list_map(z, &sgt))
		dma_unmap_sg(z->dev, sgt.sgl, (int)sgt.orig_nents, DMA_BIDIRECTIONAL);
	sg_free_table(&sgt);
out:
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 037 right */
static noinline int list_map_as_it_is(struct zoo *z, struct sg_table *sgt)
{
	return dma_map_sg_attrs(z->dev, sgt->sgl, (int)sgt->orig_nents, DMA_BIDIRECTIONAL,
				DMA_ATTR_SKIP_CPU_SYNC);
}

void zoo_037_right(struct zoo *z)
{
	struct sg_table sgt;
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	if (dma_get_sgtable(z->dev, &sgt, ring, dma, RING))
		goto out;
	if (list_map_as_it_is(z, &sgt))
		dma_unmap_sg_attrs(z->dev, sgt.sgl, (int)sgt.orig_nents, DMA_BIDIRECTIONAL,
				   DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(&sgt);
out:
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 038 wrong */
static noinline int ring_list(struct zoo *z, struct sg_table *sgt, u32 *ring, dma_addr_t dma)
{
	return dma_get_sgtable(z->dev, sgt, ring, dma, RING);
}

void zoo_038_wrong(struct zoo *z)
{
	struct sg_table sgt;
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);	/* of memory that the kernel has not got */

	if (!ring_list(z, &sgt, ring, dma))
		sg_free_table(&sgt);
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 038 right */
void zoo_038_right(struct zoo *z)
{
	struct page *page = alloc_page(GFP_KERNEL);	/* for those who need a list */
	struct sg_table sgt;

	if (!sg_alloc_table(&sgt, 1, GFP_KERNEL)) {
		sg_set_page(sgt.sgl, page, PAGE_SIZE, 0);
		sg_free_table(&sgt);
	}
	__free_page(page);
}
/* ---- end */

/* ---- what a process has mapped: 42, 43, 45 -------------------------------------------- */

struct lent {
	struct device *dev;
	u32 *va;
	dma_addr_t dma;
};

static void user_maps(struct zoo *z, struct process *app, int (*mmap)(struct file *f,
		      struct vm_area_struct *vma), struct lent *b, void **ret_va)
{
	struct file_operations fops = { .mmap = mmap };
	struct file f = { &fops, FMODE_READ | FMODE_WRITE, b };

	*ret_va = process_mmap(app, NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, &f, 0);
}

static void lend(struct zoo *z, struct lent *b,
		 int (*mmap)(struct file *f, struct vm_area_struct *vma))
{
	struct process *app = process_new(z->h);
	void *va;

	b->dev = z->dev;
	b->va = dma_alloc_wc(z->dev, RING, &b->dma, GFP_KERNEL);
	user_maps(z, app, mmap, b, &va);
	process_exit(app);
	dma_free_wc(z->dev, RING, b->va, b->dma);
}

static int lent_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct lent *b = file->private_data;

	return dma_mmap_wc(b->dev, vma, b->va, b->dma, RING);
}

/* ---- zoo 042 wrong */
static noinline int frame_mmap_by_hand(struct file *file, struct vm_area_struct *vma)
{
	struct lent *b = file->private_data;

	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page_behind(b->va)), RING,
			       vma->vm_page_prot);		/* cached, as for any memory */
}

void zoo_042_wrong(struct zoo *z)
{
	struct lent b;

	lend(z, &b, frame_mmap_by_hand);
}
/* ---- end */

/* ---- zoo 042 right */
void zoo_042_right(struct zoo *z)
{
	struct lent b;

	lend(z, &b, lent_mmap);
}
/* ---- end */

/* ---- zoo 043 wrong */
static noinline int frame_mmap_coherent(struct file *file, struct vm_area_struct *vma)
{
	struct lent *b = file->private_data;

	return dma_mmap_coherent(b->dev, vma, b->va, b->dma, RING);	/* dma_alloc_wc()'s */
}

void zoo_043_wrong(struct zoo *z)
{
	struct lent b;

	lend(z, &b, frame_mmap_coherent);
}
/* ---- end */

/* ---- zoo 043 right */
void zoo_043_right(struct zoo *z)
{
	struct lent b;

	lend(z, &b, lent_mmap);
}
/* ---- end */

/* ---- zoo 044 wrong */
static noinline u32 status_read_crooked(struct zoo *z)
{
	return readl(z->regs + 0x12);		/* a word in the middle of two registers */
}

void zoo_044_wrong(struct zoo *z)
{
	z->seen = status_read_crooked(z);
}
/* ---- end */

/* ---- zoo 044 right */
void zoo_044_right(struct zoo *z)
{
	z->seen = readl(z->regs + 0x10) >> 16 | readl(z->regs + 0x14) << 16;
}
/* ---- end */

/* ---- zoo 045 wrong */
static noinline void ring_free_early(struct zoo *z, u32 *ring, dma_addr_t dma)
{
	dma_free_coherent(z->dev, RING, ring, dma);
}

void zoo_045_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	ring_free_early(z, ring, dma);
	zoo_device_writes(z, dma, 0x45, 4);	/* its status, a moment late */
}
/* ---- end */

/* ---- zoo 045 right */
void zoo_045_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	zoo_device_writes(z, dma, 0x45, 4);
	z->seen = ring[0];
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 045b wrong */
static noinline void lent_free_early(struct lent *b)
{
	dma_free_wc(b->dev, RING, b->va, b->dma);
}

void zoo_045b_wrong(struct zoo *z)
{
	struct process *app = process_new(z->h);
	struct lent b = { .dev = z->dev };
	void *va;

	b.va = dma_alloc_wc(z->dev, RING, &b.dma, GFP_KERNEL);
	user_maps(z, app, lent_mmap, &b, &va);
	lent_free_early(&b);			/* closed, but still mapped */
	process_exit(app);
}
/* ---- end */

/* ---- zoo 045b right */
void zoo_045b_right(struct zoo *z)
{
	struct process *app = process_new(z->h);
	struct lent b = { .dev = z->dev };
	void *va;

	b.va = dma_alloc_wc(z->dev, RING, &b.dma, GFP_KERNEL);
	user_maps(z, app, lent_mmap, &b, &va);
	process_munmap(app, va, RING);
	dma_free_wc(z->dev, RING, b.va, b.dma);
	process_exit(app);
}
/* ---- end */

/* ---- zoo 046 wrong */
static noinline void ring_free_locked(struct zoo *z, u32 *ring, dma_addr_t dma)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	dma_free_coherent(z->dev, RING, ring, dma);
	spin_unlock_irqrestore(&lock, flags);
}

void zoo_046_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma);

	ring_free_locked(z, ring, dma);
}
/* ---- end */

/* ---- zoo 046 right */
void zoo_046_right(struct zoo *z)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma), *gone;

	spin_lock_irqsave(&lock, flags);
	gone = ring;				/* nobody finds it any more */
	spin_unlock_irqrestore(&lock, flags);
	dma_free_coherent(z->dev, RING, gone, dma);
}
/* ---- end */

/* ---- zoo 047 wrong */
static noinline u32 *ring_grow(struct zoo *z, dma_addr_t *dma, gfp_t gfp)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	u32 *ring;

	spin_lock_irqsave(&lock, flags);
	ring = dma_alloc_coherent(z->dev, RING, dma, gfp);
	spin_unlock_irqrestore(&lock, flags);
	return ring;
}

void zoo_047_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_grow(z, &dma, GFP_KERNEL);

	if (ring)
		dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 047 right */
void zoo_047_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_grow(z, &dma, GFP_ATOMIC);

	if (ring)
		dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

/* ---- zoo 048 wrong */
static noinline void ring_free_moved(struct zoo *z, u32 *next, dma_addr_t dma)
{
	dma_free_coherent(z->dev, RING, next, dma);	/* where it has got to */
}

void zoo_048_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma), *next = ring;

	*next++ = 1;
	ring_free_moved(z, next, dma);
}
/* ---- end */

/* ---- zoo 048 right */
void zoo_048_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = ring_alloc(z, &dma), *next = ring;

	*next++ = 1;
	dma_free_coherent(z->dev, RING, ring, dma);
}
/* ---- end */

static noinline void *hidden_alloc(struct zoo *z, dma_addr_t *dma)
{
	return dma_alloc_attrs(z->dev, RING, dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
}

/* ---- zoo 048b wrong */
static noinline void hidden_free(struct zoo *z, void *cookie, dma_addr_t dma)
{
	dma_free_coherent(z->dev, RING, cookie, dma);	/* by a cookie, as if it were an address */
}

void zoo_048b_wrong(struct zoo *z)
{
	dma_addr_t dma;
	void *cookie = hidden_alloc(z, &dma);

	hidden_free(z, cookie, dma);
}
/* ---- end */

/* ---- zoo 048b right */
void zoo_048b_right(struct zoo *z)
{
	dma_addr_t dma;
	void *cookie = hidden_alloc(z, &dma);

	dma_free_attrs(z->dev, RING, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}
/* ---- end */

/* ---- zoo 048c wrong */
static noinline void ring_free_short(struct zoo *z, u32 *ring, dma_addr_t dma)
{
	dma_free_coherent(z->dev, RING, ring, dma);
}

void zoo_048c_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = dma_alloc_coherent(z->dev, 2 * RING, &dma, GFP_KERNEL);

	ring_free_short(z, ring, dma);
}
/* ---- end */

/* ---- zoo 048c right */
void zoo_048c_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *ring = dma_alloc_coherent(z->dev, 2 * RING, &dma, GFP_KERNEL);

	dma_free_coherent(z->dev, 2 * RING, ring, dma);
}
/* ---- end */

/* ---- zoo 049 wrong */
static noinline void hidden_lend(struct zoo *z, void *p)
{
	dma_addr_t dma = dma_map_single(z->dev2, p, RING, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev2, dma))
		dma_unmap_single(z->dev2, dma, RING, DMA_TO_DEVICE);
}

void zoo_049_wrong(struct zoo *z)
{
	dma_addr_t dma;
	void *cookie = hidden_alloc(z, &dma);

	hidden_lend(z, cookie);			/* as if it were where the memory is */
	dma_free_attrs(z->dev, RING, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}
/* ---- end */

/* ---- zoo 049 right */
void zoo_049_right(struct zoo *z)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	hidden_lend(z, page_address(page));	/* memory that both of them are given */
	__free_page(page);
}
/* ---- end */

/* ---- pools: 50, 51 ---------------------------------------------------------------------- */

static struct dma_pool *pool_new(struct zoo *z)
{
	return dma_pool_create("desc", z->dev, DESC, DESC, 0);
}

static noinline u32 *desc_take(struct dma_pool *pool, dma_addr_t *dma)
{
	return dma_pool_zalloc(pool, GFP_KERNEL, dma);
}

/* ---- zoo 050 wrong */
static noinline void desc_end(u32 *desc)
{
	desc[DESC / sizeof(*desc)] = 0;		/* one word too far: the next one's link */
}

void zoo_050_wrong(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);

	desc_end(desc);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050 right */
void zoo_050_right(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);

	desc[DESC / sizeof(*desc) - 1] = 0;
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050b wrong */
static noinline void desc_free_early(struct dma_pool *pool, u32 *desc, dma_addr_t dma)
{
	dma_pool_free(pool, desc, dma);
}

void zoo_050b_wrong(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);

	desc_free_early(pool, desc, dma);
	zoo_device_writes(z, dma + 32, 0x50, 4);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050b right */
void zoo_050b_right(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);

	zoo_device_writes(z, dma + 32, 0x50, 4);
	z->seen = desc[8];
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050c wrong */
static noinline void desc_free_elsewhere(struct dma_pool *other, u32 *desc, dma_addr_t dma)
{
	dma_pool_free(other, desc, dma);
}

void zoo_050c_wrong(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z), *other = pool_new(z);
	dma_addr_t dma, other_dma;
	u32 *desc = desc_take(pool, &dma);
	u32 *others = desc_take(other, &other_dma);

	z->seen = others[0];
	desc_free_elsewhere(other, desc, dma);
	dma_pool_free(pool, desc, dma);		/* so that its count comes out even */
	dma_pool_destroy(other);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050c right */
void zoo_050c_right(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z), *other = pool_new(z);
	dma_addr_t dma, other_dma;
	u32 *desc = desc_take(pool, &dma);
	u32 *others = desc_take(other, &other_dma);

	z->seen = others[0];
	dma_pool_free(other, others, other_dma);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(other);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 050d wrong */
static noinline void pool_remove(struct dma_pool *pool)
{
	dma_pool_destroy(pool);
}

void zoo_050d_wrong(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;

	desc_take(pool, &dma);
	pool_remove(pool);
}
/* ---- end */

/* ---- zoo 050d right */
void zoo_050d_right(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);

	dma_pool_free(pool, desc, dma);
	pool_remove(pool);
}
/* ---- end */

/* ---- zoo 051 wrong */
static noinline u32 *desc_take_as_it_is(struct dma_pool *pool, dma_addr_t *dma)
{
	return dma_pool_alloc(pool, GFP_KERNEL, dma);
}

static noinline bool desc_is_busy(const u32 *desc)
{
	return READ_ONCE(desc[3]);		/* nobody has written that yet */
}

void zoo_051_wrong(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take_as_it_is(pool, &dma);

	z->seen = desc_is_busy(desc);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- zoo 051 right */
void zoo_051_right(struct zoo *z)
{
	struct dma_pool *pool = pool_new(z);
	dma_addr_t dma;
	u32 *desc = desc_take(pool, &dma);	/* dma_pool_zalloc() */

	z->seen = desc_is_busy(desc);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

const struct zoo_row zoo_rows_e3_coherent[] = {
	{ "036", "coherent memory by a cached address", zoo_036_wrong, zoo_036_right,
	  HAZARD_COHERENT_ALIAS, NEEDS_NONCOHERENT, NULL, "ring_dump", "ring_alloc" },
	{ "037", "a list over coherent memory, mapped with maintenance", zoo_037_wrong,
	  zoo_037_right, HAZARD_MAP_COHERENT, NEEDS_NONCOHERENT, NULL, "list_map",
	  "ring_alloc" },
	{ "038", "a list over memory that has no pages", zoo_038_wrong, zoo_038_right,
	  HAZARD_SGTABLE_NO_PAGE, NEEDS_NONCOHERENT, "coherent=carveout", "ring_list",
	  "ring_alloc" },
	{ "042", "coherent memory mapped for a process by hand", zoo_042_wrong, zoo_042_right,
	  HAZARD_ALIAS_ATTRIBUTES, NEEDS_NONCOHERENT | NEEDS_SPECULATION, NULL,
	  "frame_mmap_by_hand", "lend" },
	{ "043", "mapped for a process with other attributes", zoo_043_wrong, zoo_043_right,
	  HAZARD_MMAP_ATTRIBUTES, NEEDS_NONCOHERENT | NEEDS_SPECULATION, NULL,
	  "frame_mmap_coherent", "lend" },
	{ "044", "a register read that is not aligned", zoo_044_wrong, zoo_044_right,
	  HAZARD_CPU_ABORT, NEEDS_NOTHING, NULL, "status_read_crooked", "cpu0" },
	{ "045", "coherent memory freed while the device uses it", zoo_045_wrong, zoo_045_right,
	  HAZARD_DEVICE_ACCESS_UNMAPPED, NEEDS_DIRECT, NULL, "ring_free_early", "<dev>" },
	{ "045b", "coherent memory freed while a process has it", zoo_045b_wrong, zoo_045b_right,
	  HAZARD_FREE_WHILE_USER_MAPPED, NEEDS_NOTHING, NULL, "lent_free_early", "lent_mmap" },
	{ "046", "coherent memory freed with interrupts off", zoo_046_wrong, zoo_046_right,
	  HAZARD_SLEEPS_IN_ATOMIC, NEEDS_NOTHING, NULL, "ring_free_locked", "<dev>" },
	{ "047", "an allocation that may sleep, under a lock", zoo_047_wrong, zoo_047_right,
	  HAZARD_SLEEPS_IN_ATOMIC, NEEDS_NOTHING, NULL, "ring_grow", "<dev>" },
	{ "048", "freed by a pointer that has moved on", zoo_048_wrong, zoo_048_right,
	  HAZARD_FREE_ADDRESS, NEEDS_NOTHING, NULL, "ring_free_moved", "ring_alloc" },
	{ "048b", "freed without the attributes of the allocation", zoo_048b_wrong,
	  zoo_048b_right, HAZARD_FREE_ATTRIBUTES, NEEDS_NOTHING, NULL, "hidden_free",
	  "hidden_alloc" },
	{ "048c", "freed by half its size", zoo_048c_wrong, zoo_048c_right,
	  HAZARD_UNMAP_SIZE, NEEDS_NOTHING, NULL, "ring_free_short", "zoo_048c_wrong" },
	{ "049", "a cookie taken for an address", zoo_049_wrong, zoo_049_right,
	  HAZARD_COOKIE_USED, NEEDS_DIRECT, NULL, "hidden_lend", "hidden_alloc" },
	{ "050", "a store past a block of a pool", zoo_050_wrong, zoo_050_right,
	  HAZARD_POOL_OVERRUN, NEEDS_NOTHING, NULL, "desc_end", "desc_take" },
	{ "050b", "a block of a pool used after it was freed", zoo_050b_wrong, zoo_050b_right,
	  HAZARD_POOL_USE_AFTER_FREE, NEEDS_NOTHING, NULL, "desc_free_early", "desc_take" },
	{ "050c", "a block freed to another pool", zoo_050c_wrong, zoo_050c_right,
	  HAZARD_POOL_FREE, NEEDS_NOTHING, NULL, "desc_free_elsewhere", "desc_take" },
	{ "050d", "a pool destroyed while it is in use", zoo_050d_wrong, zoo_050d_right,
	  HAZARD_POOL_BUSY, NEEDS_NOTHING, NULL, "pool_remove", "desc_take" },
	{ "051", "a block of a pool taken to be zeros", zoo_051_wrong, zoo_051_right,
	  HAZARD_READ_UNINITIALISED, NEEDS_NOTHING, NULL, "desc_is_busy", "desc_take_as_it_is" },
	{ 0 }
};
