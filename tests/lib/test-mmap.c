/* SPDX-License-Identifier: MIT */
/* Memory of the DMA API in a process: one kind of mapping for all, and whose bytes are seen. */
#include <string.h>
#include <linux/cacheflush.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/of_reserved_mem.h>
#include <linux/sched.h>
#include <armdma/process.h>

#include "lib/mm/user.h"
#include "support/rig.h"

#define NR_PAGES	5
#define LEN		(NR_PAGES * PAGE_SIZE)
#define RW		(PROT_READ | PROT_WRITE)

/* ---- a driver that lends its buffer, by each of the API's ways ------------------------- */

struct way;

struct buffer {
	struct rig *rig;
	const struct way *way;
	struct device *dev;
	void *va;
	struct page *page;
	struct sg_table *sgt;
	dma_addr_t dma;
};

struct way {
	const char *name;
	bool is_cached;			/* whatever the device is: syncs are needed */
	bool (*alloc)(struct buffer *b);
	void (*free)(struct buffer *b);
	int (*mmap)(struct buffer *b, struct vm_area_struct *vma);
};

static bool coherent_alloc(struct buffer *b)
{
	b->va = dma_alloc_coherent(b->dev, LEN, &b->dma, GFP_KERNEL);
	return b->va;
}

static void coherent_free(struct buffer *b)
{
	dma_free_coherent(b->dev, LEN, b->va, b->dma);
}

static int coherent_mmap(struct buffer *b, struct vm_area_struct *vma)
{
	return dma_mmap_coherent(b->dev, vma, b->va, b->dma, LEN);
}

static bool wc_alloc(struct buffer *b)
{
	b->va = dma_alloc_wc(b->dev, LEN, &b->dma, GFP_KERNEL);
	return b->va;
}

static void wc_free(struct buffer *b)
{
	dma_free_wc(b->dev, LEN, b->va, b->dma);
}

static int wc_mmap(struct buffer *b, struct vm_area_struct *vma)
{
	return dma_mmap_wc(b->dev, vma, b->va, b->dma, LEN);
}

static bool atomic_alloc(struct buffer *b)
{
	b->va = dma_alloc_coherent(b->dev, LEN, &b->dma, GFP_ATOMIC);
	return b->va;
}

static bool pages_alloc(struct buffer *b)
{
	b->page = dma_alloc_pages(b->dev, LEN, &b->dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	if (b->page)
		b->va = page_address(b->page);
	return b->page;
}

static void pages_free(struct buffer *b)
{
	dma_free_pages(b->dev, LEN, b->page, b->dma, DMA_BIDIRECTIONAL);
}

static int pages_mmap(struct buffer *b, struct vm_area_struct *vma)
{
	return dma_mmap_pages(b->dev, vma, LEN, b->page);
}

static bool list_alloc(struct buffer *b)
{
	b->sgt = dma_alloc_noncontiguous(b->dev, LEN, DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
	if (!b->sgt)
		return false;
	b->va = sg_virt(b->sgt->sgl);
	b->dma = sg_dma_address(b->sgt->sgl);
	return true;
}

static void list_free(struct buffer *b)
{
	dma_free_noncontiguous(b->dev, LEN, b->sgt, DMA_BIDIRECTIONAL);
}

static int list_mmap(struct buffer *b, struct vm_area_struct *vma)
{
	return dma_mmap_noncontiguous(b->dev, vma, LEN, b->sgt);
}

static const struct way ways[] = {
	{ "coherent", false, coherent_alloc, coherent_free, coherent_mmap },
	{ "write-combine", false, wc_alloc, wc_free, wc_mmap },
	{ "atomic", false, atomic_alloc, coherent_free, coherent_mmap },
	{ "pages", true, pages_alloc, pages_free, pages_mmap },
	{ "noncontiguous", true, list_alloc, list_free, list_mmap },
};

static int lend(struct file *file, struct vm_area_struct *vma)
{
	struct buffer *b = file->private_data;

	return b->way->mmap(b, vma);
}

static const struct file_operations lender = { .mmap = lend };

static struct file opens(struct buffer *b)
{
	return (struct file){ &lender, FMODE_READ | FMODE_WRITE, b };
}

/* False: the platform has none of that kind. */
static bool allocs(struct rig *rig, struct buffer *b, const struct way *way)
{
	*b = (struct buffer){ .rig = rig, .way = way, .dev = rig->dev };
	return way->alloc(b);
}

static bool needs_syncs(const struct buffer *b)
{
	return b->way->is_cached && !(b->rig->on->is & (ON_COHERENT | ON_FAST));
}

static struct process *starts(struct rig *rig)
{
	struct process *p = process_new(rig->h);

	assert_non_null(p);
	return p;
}

static char *maps_buffer(struct process *p, struct buffer *b, unsigned long pgoff, size_t len)
{
	struct file f = opens(b);
	char *va = process_mmap(p, NULL, len, RW, MAP_SHARED, &f, pgoff);

	if (IS_ERR(va))
		fail_msg("%s on %s: mmap gives %ld", b->way->name, b->rig->on->name, PTR_ERR(va));
	return va;
}

static const char *tag(const struct buffer *b)
{
	snprintf(b->rig->what, sizeof(b->rig->what), "%s", b->way->name);
	return b->rig->what;
}

static void each_way(struct rig *rig, void (*body)(struct rig *rig, struct buffer *b,
						   struct process *p))
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct process *p;
		struct buffer b;

		if (!allocs(rig, &b, &ways[i]))
			continue;
		p = starts(rig);
		body(rig, &b, p);
		process_exit(p);
		b.way->free(&b);
	}
}

/* ---- attributes -------------------------------------------------------------------------- */

/*
 * Before ARMv6 coherent is strongly-ordered and write-combining is Normal. The pool is
 * mapped as the first and a carve-out as the second, whatever is asked for, while mmap()
 * maps what is asked for: so does Linux.
 */
static bool is_unlike_in_linux(const struct buffer *b)
{
	bool is_wc = b->way->alloc == wc_alloc;

	if (!(b->rig->on->is & ON_V5) || b->way->is_cached)
		return false;
	return b->rig->on->is & ON_POOL ? is_wc : b->rig->on->is & ON_CARVEOUT && !is_wc;
}

static void expect_alike(struct buffer *b, const void *kernel, const void *user)
{
	struct cpu *c = b->rig->cpu;
	struct translation k = cpu_translate(c, (uint32_t)(uintptr_t)kernel, true);
	struct translation u = cpu_walk(c, (uint32_t)(uintptr_t)user,
					(struct walk_ask){ .is_write = true, .is_user = true });

	assert_int_equal(k.fault.kind, FAULT_NONE);
	assert_int_equal(u.fault.kind, FAULT_NONE);
	if (k.pa != u.pa ||
	    !memcmp(&k.attrs, &u.attrs, sizeof(k.attrs)) == is_unlike_in_linux(b))
		fail_msg("%s on %s: kernel pa %#llx type %u %u/%u, user pa %#llx type %u %u/%u",
			 tag(b), b->rig->on->name, (unsigned long long)k.pa, k.attrs.type,
			 k.attrs.inner, k.attrs.outer, (unsigned long long)u.pa, u.attrs.type,
			 u.attrs.inner, u.attrs.outer);
}

static void alike(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user = maps_buffer(p, b, 0, LEN);

	process_enter(p);
	for (size_t off = 0; off < LEN; off += PAGE_SIZE)
		expect_alike(b, (char *)b->va + off, user + off);
	process_leave(p);
}

static void kernel_and_user_have_it_mapped_alike(struct rig *rig)
{
	each_way(rig, alike);
}

/* Every live mapping, and not those two alone. */
static void all_alike(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user = maps_buffer(p, b, 0, LEN);
	struct translation t[8];
	size_t nr;

	process_enter(p);
	nr = cpu_find_aliases(rig->cpu, cpu_translate(rig->cpu, (uint32_t)(uintptr_t)user,
						      false).pa, t, G_N_ELEMENTS(t));
	process_leave(p);
	assert_in_range(nr, 2, G_N_ELEMENTS(t));
	if (is_unlike_in_linux(b))
		return;			/* kernel_and_user_have_it_mapped_alike looks at those */
	for (size_t i = 1; i < nr; i++)
		assert_memory_equal(&t[i].attrs, &t[0].attrs, sizeof(t[0].attrs));
}

static void no_other_mapping_is_of_another_kind(struct rig *rig)
{
	each_way(rig, all_alike);
}

static void second_process(struct rig *rig, struct buffer *b, struct process *p)
{
	struct process *other = starts(rig), *child;
	char *user = maps_buffer(p, b, 0, LEN), *theirs = maps_buffer(other, b, 1, PAGE_SIZE);

	process_enter(other);
	expect_alike(b, (char *)b->va + PAGE_SIZE, theirs);
	process_leave(other);
	child = process_fork(p);
	assert_non_null(child);
	process_enter(child);
	expect_alike(b, b->va, user);
	process_leave(child);
	process_exit(child);
	process_exit(other);
}

static void other_processes_and_children_have_it_alike(struct rig *rig)
{
	each_way(rig, second_process);
}

/* ---- bytes --------------------------------------------------------------------------------- */

static void user_fills(struct rig *rig, struct process *p, void *va, size_t len, unsigned salt)
{
	process_enter(p);
	cpu_fills(rig, va, len, salt);
	process_leave(p);
}

static void without_a_sync(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user = maps_buffer(p, b, 0, LEN);

	user_fills(rig, p, user, LEN, 1);
	if (!needs_syncs(b)) {
		expects_device_finds(rig, b->dma, LEN, 1);
		device_fills(rig, b->dma, LEN, 2);
		process_enter(p);
		expects_cpu_finds(rig, user, LEN, 2);
		process_leave(p);
	}
}

static void the_device_and_the_user_see_each_other_without_a_sync(struct rig *rig)
{
	each_way(rig, without_a_sync);
}

/* One line, which no cache lets go of by itself; ARM926's switch drops all. */
static void cached(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user;

	if (!needs_syncs(b))
		return;
	user = maps_buffer(p, b, 0, LEN);
	process_enter(p);
	cpu_writes(rig, user, "old");
	process_leave(p);
	dma_sync_single_for_device(rig->dev, b->dma, LEN, DMA_BIDIRECTIONAL);
	flush_cache_range(find_vma(process_mm(p), (unsigned long)user), (unsigned long)user,
			  (unsigned long)user + LEN);
	process_enter(p);
	cpu_holds(rig, user, 32);
	cpu_writes(rig, user, "new");
	process_leave(p);
	expects_device_reads(rig, b->dma, "old");
}

static void cached_memory_is_not_seen_without_a_sync(struct rig *rig)
{
	each_way(rig, cached);
}

/* Where addresses share lines, syncs of the kernel's address are syncs of the user's. */
static void synced(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user;

	if (!b->way->is_cached)
		return;
	user = maps_buffer(p, b, 0, LEN);
	user_fills(rig, p, user, LEN, 3);
	dma_sync_single_for_device(rig->dev, b->dma, LEN, DMA_BIDIRECTIONAL);
	expects_device_finds(rig, b->dma, LEN, 3);
	device_fills(rig, b->dma, LEN, 4);
	dma_sync_single_for_cpu(rig->dev, b->dma, LEN, DMA_BIDIRECTIONAL);
	process_enter(p);
	expects_cpu_finds(rig, user, LEN, 4);
	process_leave(p);
}

static void syncs_by_the_driver_are_syncs_for_its_user(struct rig *rig)
{
	each_way(rig, synced);
}

/*
 * Where they do not, the driver's sync misses the user's lines: the bytes that the device
 * gets are old ones. The address is chosen so that its colour is not the kernel's.
 */
static void missed(struct rig *rig, struct buffer *b, struct process *p)
{
	struct file f = opens(b);
	char *kernel = b->va, *user, *at;

	if (!b->way->is_cached)
		return;
	at = (char *)machine_window(rig->m) + 0x10000000 +
	     (((uintptr_t)kernel & (SHMLBA - 1)) ^ PAGE_SIZE);
	/* Private, and so of any colour; but written by the user, it would be a copy. */
	user = process_mmap(p, at, LEN, RW, MAP_PRIVATE | MAP_FIXED, &f, 0);
	assert_ptr_equal(user, at);
	process_enter(p);
	cpu_holds(rig, user, PAGE_SIZE);
	process_leave(p);
	device_fills(rig, b->dma, PAGE_SIZE, 5);
	dma_sync_single_for_cpu(rig->dev, b->dma, LEN, DMA_BIDIRECTIONAL);
	process_enter(p);
	expects_cpu_zeros(rig, user, 64);
	process_leave(p);
}

static void on_a_cache_with_colours_a_sync_misses_an_address_of_another(struct rig *rig)
{
	each_way(rig, missed);
}

/* ---- what may be mapped --------------------------------------------------------------------- */

static void bounded(struct rig *rig, struct buffer *b, struct process *p)
{
	for (unsigned long pgoff = 0; pgoff <= NR_PAGES + 1; pgoff++) {
		for (size_t nr = 1; nr <= NR_PAGES + 1; nr++) {
			struct file f = opens(b);
			bool fits = pgoff + nr <= NR_PAGES;
			char *user = process_mmap(p, NULL, nr * PAGE_SIZE, RW, MAP_SHARED, &f,
						  pgoff);

			if (IS_ERR(user) ? fits || PTR_ERR(user) != -ENXIO : !fits)
				fail_msg("%s: %zu pages from %lu of %u: %ld", tag(b), nr, pgoff,
					 NR_PAGES, IS_ERR(user) ? PTR_ERR(user) : 0);
			if (IS_ERR(user))
				continue;
			process_enter(p);
			expect_alike(b, (char *)b->va + pgoff * PAGE_SIZE, user);
			process_leave(p);
			assert_int_equal(process_munmap(p, user, nr * PAGE_SIZE), 0);
		}
	}
	assert_int_equal(process_mm(p)->map_count, 0);
}

static void beyond_the_buffer_there_is_enxio(struct rig *rig)
{
	each_way(rig, bounded);
}

static void marked(struct rig *rig, struct buffer *b, struct process *p)
{
	char *user = maps_buffer(p, b, 0, LEN);
	struct vm_area_struct *vma = vma_lookup(process_mm(p), (unsigned long)user);
	vm_flags_t want = VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	struct page *page;

	assert_int_equal(vma->vm_flags & want, want);
	assert_int_equal(get_user_pages_fast((unsigned long)user, 1, 0, &page), -EFAULT);
	assert_int_equal(pin_user_pages_fast((unsigned long)user, 1, FOLL_WRITE, &page), -EFAULT);
}

static void its_pages_are_nobodys_to_take(struct rig *rig)
{
	each_way(rig, marked);
}

static void failing(struct rig *rig, struct buffer *b, struct process *p)
{
	struct kernel *k = machine_software(rig->m);
	size_t nr_free = k->nr_free_pages;
	struct file f = opens(b);
	unsigned nth = 1;
	char *user;

	for (;; nth++) {
		harness_fail_allocation(rig->h, nth);
		user = process_mmap(p, NULL, LEN, RW, MAP_SHARED, &f, 0);
		if (!IS_ERR(user))
			break;
		assert_int_equal(PTR_ERR(user), -ENOMEM);
		assert_int_equal(k->nr_free_pages, nr_free);
	}
	harness_fail_allocation(rig->h, 0);
	assert_true(nth > 2);
	process_enter(p);
	expect_alike(b, b->va, user);
	process_leave(p);
}

static void any_failing_allocation_is_enomem_and_leaks_nothing(struct rig *rig)
{
	each_way(rig, failing);
}

/* ---- a device's own operations ------------------------------------------------------- */

static int own_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	return dma_common_mmap(dev, vma, cpu_addr, dma_addr, size, attrs);
}

static const struct dma_map_ops with_mmap = { .mmap = own_mmap };
static const struct dma_map_ops without_mmap = { .mmap = NULL };

static void a_devices_own_operations_are_asked(struct rig *rig)
{
	struct process *p = starts(rig);
	struct buffer b;
	struct file f;
	char *user;

	assert_true(allocs(rig, &b, &ways[0]));
	set_dma_ops(rig->dev, &with_mmap);
	user = maps_buffer(p, &b, 0, LEN);
	process_enter(p);
	expect_alike(&b, b.va, user);
	process_leave(p);
	f = opens(&b);
	assert_int_equal(PTR_ERR(process_mmap(p, NULL, LEN, RW, MAP_SHARED, &f, 1)), -ENXIO);
	set_dma_ops(rig->dev, &without_mmap);
	assert_int_equal(PTR_ERR(process_mmap(p, NULL, LEN, RW, MAP_SHARED, &f, 0)), -ENXIO);
	set_dma_ops(rig->dev, NULL);
	process_exit(p);
	b.way->free(&b);
}

/* ---- fork ---------------------------------------------------------------------------------- */

static void a_fork_goes_on_sharing_it(struct rig *rig)
{
	struct process *p = starts(rig), *child;
	struct buffer b;
	char *user;

	assert_true(allocs(rig, &b, &ways[0]));
	user = maps_buffer(p, &b, 0, LEN);
	child = process_fork(p);
	user_fills(rig, child, user, LEN, 6);
	expects_device_finds(rig, b.dma, LEN, 6);
	process_enter(p);
	expects_cpu_finds(rig, user, LEN, 6);
	process_leave(p);
	process_exit(child);
	process_exit(p);
	b.way->free(&b);
}

/* A private mapping's write is the user's own, and the device does not see it. */
static void a_private_write_is_a_copy(struct rig *rig)
{
	struct process *p = starts(rig);
	struct buffer b;
	struct file f;
	char *user;

	assert_true(allocs(rig, &b, &ways[0]));
	cpu_fills(rig, b.va, LEN, 7);
	f = opens(&b);
	user = process_mmap(p, NULL, LEN, RW, MAP_PRIVATE, &f, 0);
	assert_false(IS_ERR(user));
	process_enter(p);
	expects_cpu_finds(rig, user, PAGE_SIZE, 7);
	cpu_writes(rig, user + 64, "mine");
	expects_cpu_reads(rig, user + 64, "mine");
	process_leave(p);
	expects_device_finds(rig, b.dma, LEN, 7);
	process_exit(p);
	b.way->free(&b);
}

/* ---- users' own memory, lent to a device ----------------------------------------------- */

struct loan {
	struct process *p;
	char *user;
	struct page *page;
	dma_addr_t dma;
};

typedef int (*get_fn)(unsigned long start, int nr, unsigned int flags, struct page **pages);

static struct loan lends(struct rig *rig, get_fn get)
{
	struct loan l = { .p = starts(rig) };

	l.user = process_mmap(l.p, NULL, PAGE_SIZE, RW, MAP_PRIVATE, NULL, 0);
	process_enter(l.p);
	cpu_writes(rig, l.user, "before");
	process_leave(l.p);
	assert_int_equal(get((unsigned long)l.user, 1, FOLL_WRITE, &l.page), 1);
	l.dma = dma_map_page(rig->dev, l.page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	assert_int_equal(dma_mapping_error(rig->dev, l.dma), 0);
	return l;
}

static void returns(struct rig *rig, struct loan *l)
{
	dma_unmap_page(rig->dev, l->dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	flush_dcache_page(l->page);
}

static void a_device_works_in_a_users_buffer(struct rig *rig)
{
	struct loan l = lends(rig, pin_user_pages_fast);

	assert_true(page_maybe_dma_pinned(l.page));
	expects_device_reads(rig, l.dma, "before");
	device_writes(rig, l.dma, "device");
	returns(rig, &l);
	process_enter(l.p);
	expects_cpu_reads(rig, l.user, "device");
	process_leave(l.p);
	unpin_user_page(l.page);
	assert_int_equal(page_count(l.page), 1);
	process_exit(l.p);
}

static void a_pinned_page_stays_its_users_across_a_fork(struct rig *rig)
{
	struct loan l = lends(rig, pin_user_pages_fast);
	struct process *child = process_fork(l.p);

	process_enter(l.p);
	cpu_writes(rig, l.user + 512, "parent");
	process_leave(l.p);
	device_writes(rig, l.dma, "device");
	returns(rig, &l);
	process_enter(l.p);
	expects_cpu_reads(rig, l.user, "device");
	process_leave(l.p);
	process_enter(child);
	expects_cpu_reads(rig, l.user, "before");
	process_leave(child);
	process_exit(child);
	unpin_user_page(l.page);
	process_exit(l.p);
}

/* The parent writes first, and so it is the one who gets the copy. */
static void a_page_that_was_only_taken_is_lost_to_a_fork(struct rig *rig)
{
	struct loan l = lends(rig, get_user_pages_fast);
	struct process *child = process_fork(l.p);

	process_enter(l.p);
	cpu_writes(rig, l.user + 512, "parent");
	process_leave(l.p);
	device_writes(rig, l.dma, "device");
	returns(rig, &l);
	process_enter(l.p);
	expects_cpu_reads(rig, l.user, "before");
	process_leave(l.p);
	process_exit(child);
	put_page(l.page);
	process_exit(l.p);
}

static void under_mmap_lock_pages_are_taken_without_fast(struct rig *rig)
{
	struct process *p = starts(rig);
	char *user = process_mmap(p, NULL, 2 * PAGE_SIZE, RW, MAP_PRIVATE, NULL, 0);
	struct page *page[2];

	process_enter(p);
	cpu_writes(rig, user, "one");
	process_leave(p);
	assert_ptr_equal(current->mm, process_mm(p));
	mmap_read_lock(current->mm);
	assert_int_equal(pin_user_pages((unsigned long)user, 2, FOLL_WRITE, page), 2);
	mmap_read_unlock(current->mm);
	flush_dcache_page(page[0]);
	expects_cpu_reads(rig, kmap(page[0]), "one");
	kunmap(page[0]);
	unpin_user_pages(page, 2);
	process_exit(p);
	assert_null(current->mm);
}

/* Its pages may be anywhere: a pointer of his is nothing to map. */
static void a_users_pointer_is_not_mapped(struct rig *rig)
{
	struct process *p = starts(rig);
	char *user = process_mmap(p, NULL, PAGE_SIZE, RW, MAP_PRIVATE, NULL, 0);

	assert_int_equal(dma_map_single(rig->dev, user, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	process_exit(p);
}

static void a_page_outlives_the_mapping_that_it_was_taken_from(struct rig *rig)
{
	struct loan l = lends(rig, get_user_pages_fast);

	assert_int_equal(process_munmap(l.p, l.user, PAGE_SIZE), 0);
	process_exit(l.p);
	assert_int_equal(page_count(l.page), 1);
	device_writes(rig, l.dma, "device");
	returns(rig, &l);
	expects_cpu_reads(rig, kmap(l.page), "device");
	kunmap(l.page);
	put_page(l.page);
}

/* ---- memory of a device's own: dma_mmap_from_dev_coherent() ------------------------------ */

static void a_devices_own_memory_is_mapped_by_the_same_rules(struct rig *rig)
{
	struct buffer b;
	struct process *p = starts(rig);

	rig->dev = harness_device(rig->h, "10040000.display-controller");
	rig->hw = harness_master(rig->dev);
	assert_int_equal(of_reserved_mem_device_init(rig->dev), 0);
	assert_true(allocs(rig, &b, &ways[0]));
	assert_int_equal(b.dma, 0x8fe80000u);
	bounded(rig, &b, p);
	alike(rig, &b, p);
	without_a_sync(rig, &b, p);
	process_exit(p);
	b.way->free(&b);
	of_reserved_mem_device_release(rig->dev);
}

static const struct platform own_memory[] = {
	{ "a9-own", "a9-pl310-2g", ON_PL310 | ON_LINE32 },
	{ "a15-own", "a9-pl310-2g", 0, .cpu = "cortex-a15,outer=0" },
	{ "a8-own", "a9-pl310-2g", ON_UP, .cpu = "cortex-a8,cpus=1,outer=0" },
};

static const struct rig_test of_its_own[] = {
	TEST_ON(a_devices_own_memory_is_mapped_by_the_same_rules, 0, 0),
};

static const struct rig_test tests[] = {
	/*                                                       needs        never */
	TEST_ON(kernel_and_user_have_it_mapped_alike,            0,           0),
	TEST_ON(no_other_mapping_is_of_another_kind,             0,           ON_TWICE),
	TEST_ON(other_processes_and_children_have_it_alike,      0,           0),
	TEST_ON(the_device_and_the_user_see_each_other_without_a_sync, 0,     ON_BOUNCE),
	TEST_ON(cached_memory_is_not_seen_without_a_sync,        0,           ON_V5),
	TEST_ON(syncs_by_the_driver_are_syncs_for_its_user,      0,           ON_ALIASING | ON_BOUNCE),
	TEST_ON(on_a_cache_with_colours_a_sync_misses_an_address_of_another, ON_ALIASING | ON_V6, 0),
	TEST_ON(beyond_the_buffer_there_is_enxio,                0,           0),
	TEST_ON(its_pages_are_nobodys_to_take,                   0,           0),
	TEST_ON(any_failing_allocation_is_enomem_and_leaks_nothing, 0,        0),
	TEST_ON(a_devices_own_operations_are_asked,              0,           ON_CARVEOUT),
	TEST_ON(a_fork_goes_on_sharing_it,                       0,           0),
	TEST_ON(a_private_write_is_a_copy,                       0,           0),
	TEST_ON(a_device_works_in_a_users_buffer,                0,           0),
	TEST_ON(a_pinned_page_stays_its_users_across_a_fork,     0,           0),
	TEST_ON(a_page_that_was_only_taken_is_lost_to_a_fork,    0,           0),
	TEST_ON(a_page_outlives_the_mapping_that_it_was_taken_from, 0,        0),
	TEST_ON(under_mmap_lock_pages_are_taken_without_fast,    0,           0),
	TEST_ON(a_users_pointer_is_not_mapped,                   0,           0),
};

/* "alone": on a board whose device has memory of its own. */
int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return rig_run_on(own_memory, G_N_ELEMENTS(own_memory), of_its_own,
				  G_N_ELEMENTS(of_its_own));
	return rig_run_strategies(tests, G_N_ELEMENTS(tests));
}
