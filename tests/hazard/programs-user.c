/* SPDX-License-Identifier: MIT */
/* The programs about memory that processes have mapped, or lend; see programs.c. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <armdma/process.h>

#include "programs.h"
#include "verbs.h"

#define BUF	4096
#define guilty	static noinline

/* A driver's buffer, and how it lends it to whoever opens the device. */
struct lent {
	struct device *dev;
	u8 *va;
	dma_addr_t dma;
};

static noinline void lent_alloc(struct lent *b, struct device *eth)
{
	b->dev = eth;
	b->va = dma_alloc_wc(eth, BUF, &b->dma, GFP_KERNEL);
}

static noinline int lent_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct lent *b = file->private_data;

	return dma_mmap_wc(b->dev, vma, b->va, b->dma, BUF);
}

static const struct file_operations lent_fops = { .mmap = lent_mmap };

static u8 *user_maps(struct process *app, const struct file_operations *fops, struct lent *b)
{
	struct file f = { fops, FMODE_READ | FMODE_WRITE, b };

	return process_mmap(app, NULL, BUF, PROT_READ | PROT_WRITE, MAP_SHARED, &f, 0);
}

static void user_writes(struct process *app, u8 *p, u8 value)
{
	process_enter(app);
	cpu_writes(p, value);
	process_leave(app);
}

/* ---- program free-while-user-mapped wrong */
guilty void lent_free_early(struct lent *b)
{
	dma_free_wc(b->dev, BUF, b->va, b->dma);
}

void user_free_wrong(struct device *eth)
{
	struct lent b;
	struct process *app;
	u8 *p;

	lent_alloc(&b, eth);
	app = process_new_on(machine_of(b.va));
	p = user_maps(app, &lent_fops, &b);
	user_writes(app, p, 0x11);
	device_reads(eth, b.dma, BUF);

	lent_free_early(&b);		/* the device is closed, the mapping is not */
	process_munmap(app, p, BUF);
	process_exit(app);
}
/* ---- end */

/* ---- program free-while-user-mapped right */
void user_free_right(struct device *eth)
{
	struct lent b;
	struct process *app;
	u8 *p;

	lent_alloc(&b, eth);
	app = process_new_on(machine_of(b.va));
	p = user_maps(app, &lent_fops, &b);
	user_writes(app, p, 0x11);
	device_reads(eth, b.dma, BUF);

	process_munmap(app, p, BUF);
	dma_free_wc(eth, BUF, b.va, b.dma);
	process_exit(app);
}
/* ---- end */

/* ---- program mmap-attributes wrong */
guilty int lent_mmap_otherwise(struct file *file, struct vm_area_struct *vma)
{
	struct lent *b = file->private_data;

	return dma_mmap_coherent(b->dev, vma, b->va, b->dma, BUF);	/* it is dma_alloc_wc()'s */
}

static const struct file_operations otherwise_fops = { .mmap = lent_mmap_otherwise };

void user_attrs_wrong(struct device *eth)
{
	struct lent b;
	struct process *app;

	lent_alloc(&b, eth);
	app = process_new_on(machine_of(b.va));
	user_writes(app, user_maps(app, &otherwise_fops, &b), 0x11);
	device_reads(eth, b.dma, BUF);
	process_exit(app);
	dma_free_wc(eth, BUF, b.va, b.dma);
}
/* ---- end */

/* ---- program mmap-attributes right */
void user_attrs_right(struct device *eth)
{
	struct lent b;
	struct process *app;

	lent_alloc(&b, eth);
	app = process_new_on(machine_of(b.va));
	user_writes(app, user_maps(app, &lent_fops, &b), 0x11);
	device_reads(eth, b.dma, BUF);
	process_exit(app);
	dma_free_wc(eth, BUF, b.va, b.dma);
}
/* ---- end */

static u8 *user_buffer(struct process *app)
{
	u8 *p = process_mmap(app, NULL, BUF, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, 0);

	user_writes(app, p, 0x11);
	return p;
}

static dma_addr_t lend_page(struct device *eth, struct page *page)
{
	dma_addr_t dma = dma_map_page(eth, page, 0, BUF, DMA_FROM_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

/* ---- program user-page-copied wrong */
guilty struct page *user_page_get(u8 *p)
{
	struct page *page;

	return get_user_pages_fast((unsigned long)p, 1, FOLL_WRITE, &page) == 1 ? page : NULL;
}

void user_fork_wrong(struct device *eth)
{
	void *probe = kmalloc(64, GFP_KERNEL);
	struct process *app = process_new_on(machine_of(probe)), *child;
	u8 *p = user_buffer(app);
	struct page *page = user_page_get(p);
	dma_addr_t dma = lend_page(eth, page);

	child = process_fork(app);
	user_writes(app, p + BUF - 1, 0x22);	/* another part of the page */
	device_writes(eth, dma, 0x33, 256);	/* is now the child's alone */
	dma_unmap_page(eth, dma, BUF, DMA_FROM_DEVICE);
	put_page(page);
	process_exit(child);
	process_exit(app);
	kfree(probe);
}
/* ---- end */

/* ---- program user-page-copied right */
void user_fork_right(struct device *eth)
{
	void *probe = kmalloc(64, GFP_KERNEL);
	struct process *app = process_new_on(machine_of(probe)), *child;
	u8 *p = user_buffer(app);
	struct page *page;
	dma_addr_t dma;

	if (pin_user_pages_fast((unsigned long)p, 1, FOLL_WRITE, &page) != 1)
		return;
	dma = lend_page(eth, page);
	child = process_fork(app);
	device_writes(eth, dma, 0x33, 256);
	dma_unmap_page(eth, dma, BUF, DMA_FROM_DEVICE);
	user_writes(app, p + BUF - 1, 0x22);
	unpin_user_page(page);
	process_exit(child);
	process_exit(app);
	kfree(probe);
}
/* ---- end */
