/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks of coherent memory.
 *
 *	kernel.dma_pools --> struct dma_pool --> pages, the newest first
 *	                          | next
 *	                          v
 *	memory of the device:  [ next | dma | ... ] --> [ next | dma | ... ] --> 0
 *
 * The list of free blocks is read from and written to the blocks by the CPU, as Linux
 * does, and is believed as Linux believes it. Where Linux would follow a broken link
 * into an oops, the rest of the list is given up with a warning.
 *
 * Leaves out: the file "pools" in sysfs; init_on_alloc and init_on_free.
 * Linux: mm/dmapool.c, include/linux/poison.h.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <linux/dmapool.h>
#include <linux/list.h>

#include "request.h"

#define NAME_LEN	32
#define POISON_FREED	0xa7
#define POISON_GIVEN	0xa9
#define DUMP_COLUMNS	16u
#define FILL_CHUNK	256u

/* The head of a free block. @next is an Arm virtual address, 0 ends the list. */
struct link {
	u64 next;
	u64 dma;
};

struct pool_page {
	struct list_head pages;
	void *va;
	dma_addr_t dma;
};

/**
 * struct dma_pool
 * @next:      the first free block
 * @nr_active: blocks that drivers hold
 */
struct dma_pool {
	struct list_head pools;
	struct list_head pages;
	spinlock_t lock;
	struct device *dev;
	u32 next;
	size_t nr_blocks, nr_active;
	unsigned size, allocation, boundary;
	char name[NAME_LEN];
};

/* ---- notes ------------------------------------------------------------------------ */

static phys_addr_t pa_of(struct device *dev, dma_addr_t dma)
{
	return dev->dma_iommu ? dma_iommu_phys(dev, dma) : dma_to_phys(dev, dma);
}

static struct ledger_note note_of_pool(const struct dma_pool *pool, enum ledger_kind kind,
				       const void *va, dma_addr_t dma, size_t len,
				       const void *site)
{
	return (struct ledger_note){
		.kind = kind, .dev = pool->dev, .dma = dma, .pa = pa_of(pool->dev, dma), .va = va,
		.len = len, .pool = pool, .pool_name = pool->name, .site = site,
	};
}

static void note(const struct dma_pool *pool, enum ledger_kind kind, const void *va,
		 dma_addr_t dma, size_t len, const void *site)
{
	struct ledger_note n;

	if (likely(!pool->dev->kernel->listener))
		return;
	n = note_of_pool(pool, kind, va, dma, len, site);
	kernel_note(pool->dev->kernel, &n);
}

static void note_given(const struct dma_pool *pool, const void *va, dma_addr_t dma, gfp_t gfp,
		       const void *site)
{
	struct ledger_note n;

	if (likely(!pool->dev->kernel->listener))
		return;
	n = note_of_pool(pool, LEDGER_POOL_ALLOC, va, dma, pool->size, site);
	n.is_zeroed = gfp & __GFP_ZERO;
	kernel_note(pool->dev->kernel, &n);
}

/* ---- links ------------------------------------------------------------------------- */

/* False: nothing is there. The machine has said so to whoever watches. */
static bool load_link(const struct dma_pool *pool, u32 va, struct link *l)
{
	return port_try_copy_out(&pool->dev->kernel->port, l, va, sizeof(*l));
}

static bool store_link(const struct dma_pool *pool, u32 va, const struct link *l)
{
	return port_try_copy_in(&pool->dev->kernel->port, va, l, sizeof(*l));
}

/* Return: false when no block is free. */
static bool pop(struct dma_pool *pool, u32 *ret_va, struct link *l)
{
	u32 va = pool->next;

	if (!va)
		return false;
	if (!load_link(pool, va, l)) {
		WARN(true, "%s: the free list of pool %s leads to %#010x",
		     dev_name(pool->dev), pool->name, va);
		pool->next = 0;
		return false;
	}
	pool->next = (u32)l->next;
	pool->nr_active++;
	*ret_va = va;
	return true;
}

static void push(struct dma_pool *pool, u32 va, dma_addr_t dma)
{
	struct link l = { .next = pool->next, .dma = dma };

	if (WARN(!store_link(pool, va, &l), "%s: freeing %#010x, where nothing is",
		 dev_name(pool->dev), va))
		return;
	pool->next = va;
	pool->nr_active--;
}

/* ---- what a kernel for debugging checks ------------------------------------------- */

static bool is_debugged(const struct dma_pool *pool)
{
	return unlikely(pool->dev->kernel->config.debug_pools);
}

static void fill(const struct dma_pool *pool, u32 va, u8 value, unsigned len)
{
	u8 bytes[FILL_CHUNK];

	memset(bytes, value, sizeof(bytes));
	for (unsigned done = 0; done < len; done += FILL_CHUNK)
		if (!port_try_copy_in(&pool->dev->kernel->port, va + done, bytes,
				      min(len - done, FILL_CHUNK)))
			return;
}

static void dump_row(const u8 *bytes, unsigned offset, unsigned len)
{
	char text[DUMP_COLUMNS * 3 + 1] = "";

	for (unsigned i = 0; i < len; i++)
		sprintf(text + 3 * i, " %02x", bytes[i]);
	printk(KERN_ERR "%08x:%s\n", offset, text);
}

/* All of a block, as it was found. */
static void dump(const struct dma_pool *pool, u32 va)
{
	u8 row[DUMP_COLUMNS];

	for (unsigned at = 0; at < pool->size; at += DUMP_COLUMNS) {
		unsigned len = min(DUMP_COLUMNS, pool->size - at);

		if (!port_try_copy_out(&pool->dev->kernel->port, row, va + at, len))
			return;
		dump_row(row, at, len);
	}
}

/* Bytes behind the link are as freeing left them. */
static bool is_intact(const struct dma_pool *pool, u32 va)
{
	for (unsigned at = sizeof(struct link), len; at < pool->size; at += len) {
		u8 bytes[FILL_CHUNK];

		len = min(FILL_CHUNK, pool->size - at);
		if (!port_try_copy_out(&pool->dev->kernel->port, bytes, va + at, len))
			return false;
		for (unsigned i = 0; i < len; i++)
			if (bytes[i] != POISON_FREED)
				return false;
	}
	return true;
}

static void check_given(const struct dma_pool *pool, u32 va, gfp_t gfp)
{
	if (!is_intact(pool, va)) {
		dev_err(pool->dev, "pool_check_block %s, %#010x (corrupted)\n", pool->name, va);
		dump(pool, va);
	}
	if (!(gfp & __GFP_ZERO))
		fill(pool, va, POISON_GIVEN, pool->size);
}

static bool holds(const struct dma_pool *pool, dma_addr_t dma)
{
	const struct pool_page *page;

	list_for_each_entry(page, &pool->pages, pages)
		if (dma - page->dma < pool->allocation)
			return true;
	return false;
}

/* A list that runs in a circle is left after as many steps as there are blocks. */
static bool is_free(const struct dma_pool *pool, u32 va)
{
	u32 at = pool->next;

	for (size_t i = 0; at && i < pool->nr_blocks; i++) {
		struct link l;

		if (at == va)
			return true;
		if (!load_link(pool, at, &l))
			return false;
		at = (u32)l.next;
	}
	return false;
}

/* True: refused, and why was said. */
static bool refuses(const struct dma_pool *pool, u32 va, dma_addr_t dma)
{
	if (!holds(pool, dma)) {
		dev_err(pool->dev, "pool_block_err %s, %#010x/%#010llx (bad dma)\n",
			pool->name, va, (unsigned long long)dma);
		return true;
	}
	if (is_free(pool, va)) {
		dev_err(pool->dev, "pool_block_err %s, dma %#010llx already free\n",
			pool->name, (unsigned long long)dma);
		return true;
	}
	fill(pool, va, POISON_FREED, pool->size);
	return false;
}

/* ---- pools ------------------------------------------------------------------------- */

void dma_pools_init(struct kernel *k)
{
	spin_lock_init(&k->pools_lock);
	INIT_LIST_HEAD(&k->dma_pools);
}

static void forget_pages(struct dma_pool *pool)
{
	struct pool_page *page, *next;

	list_for_each_entry_safe(page, next, &pool->pages, pages)
		free(page);
}

/* Pools that nobody destroyed: their memory ends with the machine. */
void dma_pools_exit(struct kernel *k)
{
	struct dma_pool *pool, *next;

	list_for_each_entry_safe(pool, next, &k->dma_pools, pools) {
		forget_pages(pool);
		free(pool);
	}
}

static bool is_power_of_2_or_0(size_t n)
{
	return !(n & (n - 1));
}

/* False: no such pool can be. */
static bool measure(struct dma_pool *pool, size_t size, size_t align, size_t boundary)
{
	size_t allocation;

	if (!align)
		align = 1;
	if (!is_power_of_2_or_0(align) || !size || size > INT_MAX)
		return false;
	size = ALIGN(max(size, sizeof(struct link)), align);
	allocation = max(size, (size_t)PAGE_SIZE);
	if (boundary && (boundary < size || !is_power_of_2_or_0(boundary)))
		return false;
	pool->size = (unsigned)size;
	pool->allocation = (unsigned)allocation;
	pool->boundary = (unsigned)(boundary ? min(boundary, allocation) : allocation);
	return true;
}

/* What the library keeps for itself lives on the host, and fails like the rest. */
static void *alloc_own(struct kernel *k, size_t size)
{
	return kernel_fails(k) ? NULL : calloc(1, size);
}

/* Up to its NUL, wherever the driver keeps it. */
static void copy_name(char *to, const char *name)
{
	for (unsigned i = 0; i < NAME_LEN - 1; i++) {
		port_copy_out(&to[i], &name[i], 1);
		if (!to[i])
			return;
	}
}

struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size,
				 size_t align, size_t boundary)
{
	struct dma_pool made = { .dev = dev }, *pool;

	if (!dev || !measure(&made, size, align, boundary))
		return NULL;
	pool = alloc_own(dev->kernel, sizeof(*pool));
	if (!pool)
		return NULL;
	*pool = made;
	copy_name(pool->name, name);
	INIT_LIST_HEAD(&pool->pages);
	spin_lock(&dev->kernel->pools_lock);
	list_add_tail(&pool->pools, &dev->kernel->dma_pools);
	spin_unlock(&dev->kernel->pools_lock);
	return pool;
}

static void destroy(struct dma_pool *pool, const void *site)
{
	struct pool_page *page;
	struct kernel *k;

	if (!pool)
		return;
	k = pool->dev->kernel;
	spin_lock(&k->pools_lock);
	list_del(&pool->pools);
	spin_unlock(&k->pools_lock);
	note(pool, LEDGER_POOL_DESTROYED, NULL, 0, pool->nr_active, site);
	if (pool->nr_active)
		dev_err(pool->dev, "dma_pool_destroy %s busy\n", pool->name);
	else
		list_for_each_entry(page, &pool->pages, pages)
			dma_free_attrs_at(pool->dev, pool->allocation, page->va, page->dma,
					  0, site);
	forget_pages(pool);
	free(pool);
}

void dma_pool_destroy(struct dma_pool *pool)
{
	destroy(pool, __builtin_return_address(0));
}

static void dmam_pool_release(struct device *dev, void *res)
{
	dma_pool_destroy(*(struct dma_pool **)res);
}

static int dmam_pool_match(struct device *dev, void *res, void *match_data)
{
	return *(struct dma_pool **)res == match_data;
}

struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary)
{
	struct dma_pool **res = devres_alloc(dmam_pool_release, sizeof(*res), GFP_KERNEL);

	if (!res)
		return NULL;
	*res = dma_pool_create(name, dev, size, align, boundary);
	if (!*res) {
		devres_free(res);
		return NULL;
	}
	devres_add(dev, res);
	return *res;
}

void dmam_pool_destroy(struct dma_pool *pool)
{
	struct device *dev = pool->dev;

	if (WARN(devres_destroy(dev, dmam_pool_release, dmam_pool_match, pool),
		 "%s: dmam_pool_destroy() of what it does not have", dev_name(dev)))
		return;
	destroy(pool, __builtin_return_address(0));
}

/* ---- blocks ------------------------------------------------------------------------ */

static struct pool_page *alloc_page_of(struct dma_pool *pool, gfp_t gfp, const void *site)
{
	struct pool_page *page = alloc_own(pool->dev->kernel, sizeof(*page));

	if (!page)
		return NULL;
	page->va = dma_alloc_attrs_at(pool->dev, pool->allocation, &page->dma, gfp,
				      no_warn_of(gfp), site);
	if (page->va)
		return page;
	free(page);
	return NULL;
}

/* Where the block after the one at @offset begins; none crosses a boundary. */
static unsigned next_offset(const struct dma_pool *pool, unsigned offset)
{
	unsigned next = offset + pool->size;
	unsigned room = pool->boundary - next % pool->boundary;

	return room < pool->size ? next + room : next;
}

/* The blocks in order, and behind the last what was free before. */
static void link_blocks(struct dma_pool *pool, const struct pool_page *page)
{
	u32 va = port_va(page->va);

	for (unsigned at = 0, next; at + pool->size <= pool->allocation; at = next) {
		struct link l = { .next = pool->next, .dma = page->dma + at };

		next = next_offset(pool, at);
		if (next + pool->size <= pool->allocation)
			l.next = va + next;
		store_link(pool, va + at, &l);
		pool->nr_blocks++;
	}
	pool->next = va;
}

/* Behind an IOMMU each page of memory may be anywhere. */
static void note_page(const struct dma_pool *pool, const struct pool_page *page,
		      const void *site)
{
	size_t step = pool->dev->dma_iommu ? PAGE_SIZE : pool->allocation;

	for (size_t done = 0; done < pool->allocation; done += step)
		note(pool, LEDGER_POOL_PAGE, (const char *)page->va + done, page->dma + done,
		     min(step, pool->allocation - done), site);
}

static void add_page(struct dma_pool *pool, struct pool_page *page, const void *site)
{
	if (is_debugged(pool))
		fill(pool, port_va(page->va), POISON_FREED, pool->allocation);
	link_blocks(pool, page);
	list_add(&page->pages, &pool->pages);
	note_page(pool, page, site);
}

static bool grow(struct dma_pool *pool, gfp_t gfp, const void *site)
{
	struct pool_page *page = alloc_page_of(pool, gfp & ~__GFP_ZERO, site);

	if (!page)
		return false;
	spin_lock(&pool->lock);
	add_page(pool, page, site);
	spin_unlock(&pool->lock);
	return true;
}

static bool take(struct dma_pool *pool, u32 *ret_va, struct link *l)
{
	bool is_taken;

	spin_lock(&pool->lock);
	is_taken = pop(pool, ret_va, l);
	spin_unlock(&pool->lock);
	return is_taken;
}

static void *alloc_block(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle,
			 const void *site)
{
	struct link l;
	void *p;
	u32 va;

	if (likely(take(pool, &va, &l))) {
		request_may_sleep(pool->dev, gfp, "dma_pool_alloc()", site);
	} else {
		do {
			if (!grow(pool, gfp, site))
				return NULL;
		} while (!take(pool, &va, &l));
	}
	p = port_ptr(&pool->dev->kernel->port, va);
	port_copy_in(handle, &l.dma, sizeof(*handle));
	if (is_debugged(pool))
		check_given(pool, va, gfp);
	if (gfp & __GFP_ZERO)
		fill(pool, va, 0, pool->size);
	note_given(pool, p, l.dma, gfp, site);
	return p;
}

void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	return alloc_block(pool, mem_flags, handle, __builtin_return_address(0));
}

void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	return alloc_block(pool, mem_flags | __GFP_ZERO, handle, __builtin_return_address(0));
}

void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr)
{
	struct kernel *k = pool->dev->kernel;

	note(pool, LEDGER_POOL_FREE, vaddr, addr, pool->size, __builtin_return_address(0));
	if (WARN(kernel_of(vaddr) != k, "%s: freeing what is no memory of this machine",
		 dev_name(pool->dev)))
		return;
	spin_lock(&pool->lock);
	if (!is_debugged(pool) || !refuses(pool, port_va(vaddr), addr))
		push(pool, port_va(vaddr), addr);
	spin_unlock(&pool->lock);
}
