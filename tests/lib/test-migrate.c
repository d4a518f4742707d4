/* SPDX-License-Identifier: MIT */
/* Processes' pages that live where a device wants memory in one piece: they make room. */
#include <string.h>
#include <linux/cacheflush.h>
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <armdma/process.h>

#include "lib/mm/user.h"
#include "support/big-boards.h"

#define NR		8		/* pages of a process, the first of them of the area */
#define LEN		(NR * PAGE_SIZE)
#define RW		(PROT_READ | PROT_WRITE)

/* ---- memory so short that the area lends ------------------------------------------------- */

struct town {
	struct process *p;
	char *user;
	struct page *first;		/* of @user, at the beginning */
	GPtrArray *hoard[NR_ORDERS];
};

static struct cma *area(struct rig *rig)
{
	struct cma *cma = dev_get_cma_area(rig->dev);

	assert_non_null(cma);
	return cma;
}

static size_t nr_pages(const struct cma *cma)
{
	return cma_get_size(cma) >> PAGE_SHIFT;
}

/* Only one area lends. */
static void takes_other_areas(struct rig *rig)
{
	struct kernel *k = rig->dev->kernel;

	for (unsigned i = 0; i < k->nr_cma; i++)
		if (&k->cma[i] != area(rig))
			assert_non_null(cma_alloc(&k->cma[i], nr_pages(&k->cma[i]), 0, false));
}

static void hoards(struct town *t)
{
	struct page *page;

	for (unsigned order = NR_ORDERS; order--;) {
		t->hoard[order] = g_ptr_array_new();
		while ((page = alloc_pages(GFP_HIGHUSER, order)))
			g_ptr_array_add(t->hoard[order], page);
	}
}

static void sells(struct town *t)
{
	for (unsigned order = 0; order < NR_ORDERS; order++) {
		for (guint i = 0; i < t->hoard[order]->len; i++)
			__free_pages(g_ptr_array_index(t->hoard[order], i), order);
		g_ptr_array_free(t->hoard[order], TRUE);
	}
}

static phys_addr_t pa_of(struct rig *rig, struct process *p, const void *va)
{
	struct translation t;

	process_enter(p);
	t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)va, false);
	process_leave(p);
	assert_int_equal(t.fault.kind, FAULT_NONE);
	return t.pa;
}

static bool is_in_area(struct rig *rig, phys_addr_t pa)
{
	return cma_at(rig->dev->kernel, pa) == area(rig);
}

static void writes(struct rig *rig, struct process *p, char *va, const char *text)
{
	process_enter(p);
	cpu_writes(rig, va, text);
	process_leave(p);
}

static void reads(struct rig *rig, struct process *p, const char *va, const char *text)
{
	process_enter(p);
	expects_cpu_reads(rig, va, text);
	process_leave(p);
}

/* The linear map's lines of the page that is allocated next, old as they are, are cached. */
static void warms_next_page(struct rig *rig)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

	if (!PageHighMem(page))
		cpu_holds(rig, page_address(page), PAGE_SIZE);
	__free_page(page);
}

/* A switch: where caches go by virtual addresses, nothing stays in them. */
static void another_runs(struct rig *rig)
{
	struct process *p = process_new(rig->h);

	process_enter(p);
	process_leave(p);
	process_exit(p);
}

/* A process of NR pages of the area, in order, each full of its own pattern. */
static struct town settles(struct rig *rig, int flags)
{
	struct town t = { .p = process_new(rig->h) };
	char *table, *hint;

	takes_other_areas(rig);
	table = process_mmap(t.p, NULL, PAGE_SIZE, RW, MAP_PRIVATE, NULL, 0);
	writes(rig, t.p, table, "x");
	hoards(&t);
	/* Private: of another colour than the linear map's. */
	hint = (char *)((uintptr_t)table & ~(uintptr_t)(SHMLBA - 1)) - LEN - PAGE_SIZE;
	t.user = process_mmap(t.p, hint, LEN, RW, flags, NULL, 0);
	assert_false(IS_ERR(t.user));
	process_enter(t.p);
	for (unsigned i = 0; i < NR; i++) {
		cpu_writes(rig, t.user + i * PAGE_SIZE, "there");
		cpu_holds(rig, t.user + i * PAGE_SIZE, PAGE_SIZE);
		cpu_fills(rig, t.user + i * PAGE_SIZE, PAGE_SIZE, i + 1);
	}
	process_leave(t.p);
	for (unsigned i = 0; i < NR; i++)
		assert_true(is_in_area(rig, pa_of(rig, t.p, t.user + i * PAGE_SIZE)));
	sells(&t);
	t.first = pfn_to_page(PHYS_PFN(pa_of(rig, t.p, t.user)));
	return t;
}

static void finds_all(struct rig *rig, struct process *p, const char *user)
{
	process_enter(p);
	for (unsigned i = 0; i < NR; i++)
		expects_cpu_finds(rig, user + i * PAGE_SIZE, PAGE_SIZE, i + 1);
	process_leave(p);
}

static void leaves(struct town *t)
{
	process_exit(t->p);
}

/* ---- where pages are ------------------------------------------------------------------- */

static void pages_are_of_highmem_where_there_is_any(struct rig *rig)
{
	struct process *p = process_new(rig->h), *child;
	char *user = process_mmap(p, NULL, LEN, RW, MAP_PRIVATE, NULL, 0);
	struct page *page;
	char got[8] = "";

	writes(rig, p, user, "parent");
	child = process_fork(p);
	writes(rig, p, user + 16, "copied");
	reads(rig, p, user, "parent");
	reads(rig, child, user, "parent");
	process_exit(child);
	process_enter(p);
	process_leave(p);
	assert_int_equal(copy_from_user(got, user, 6), 0);
	assert_string_equal(got, "parent");
	assert_int_equal(copy_to_user(user + 2 * PAGE_SIZE, "kernel", 6), 0);
	assert_int_equal(pin_user_pages_fast((unsigned long)user + 2 * PAGE_SIZE, 1, FOLL_WRITE,
					     &page), 1);
	assert_true(PageHighMem(page));
	assert_null(page_address(page));
	expects_cpu_reads(rig, kmap(page), "kernel");
	cpu_writes(rig, page_address(page), "driver");
	flush_dcache_page(page);
	kunmap(page);
	unpin_user_page(page);
	reads(rig, p, user + 2 * PAGE_SIZE, "driver");
	process_exit(p);
}

/* ---- making room ------------------------------------------------------------------------ */

static void a_buffer_keeps_its_bytes_while_a_device_takes_its_place(struct rig *rig)
{
	struct town t = settles(rig, MAP_PRIVATE);
	phys_addr_t was = pa_of(rig, t.p, t.user);
	dma_addr_t dma;
	char *p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);

	assert_non_null(p);
	assert_int_equal(dma, was);
	expects_cpu_zeros(rig, p, LEN);
	cpu_fills(rig, p, LEN, 99);
	finds_all(rig, t.p, t.user);
	for (unsigned i = 0; i < NR; i++)
		assert_false(is_in_area(rig, pa_of(rig, t.p, t.user + i * PAGE_SIZE)));
	writes(rig, t.p, t.user, "goes on");
	another_runs(rig);
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_cpu_finds(rig, p, LEN, 99);
	expects_device_finds(rig, dma, LEN, 99);
	reads(rig, t.p, t.user, "goes on");
	dma_free_coherent(rig->dev, LEN, p, dma);
	leaves(&t);
}

/* Sole owners write in place, and sharers go on sharing until one of them writes. */
static void what_a_fork_shares_moves_for_all(struct rig *rig)
{
	struct town t = settles(rig, MAP_PRIVATE);
	struct process *child = process_fork(t.p);
	struct page *run = cma_alloc(area(rig), NR, 0, false);

	assert_ptr_equal(run, t.first);
	finds_all(rig, child, t.user);
	finds_all(rig, t.p, t.user);
	assert_int_equal(pa_of(rig, t.p, t.user), pa_of(rig, child, t.user));
	writes(rig, t.p, t.user, "parent");
	assert_int_not_equal(pa_of(rig, t.p, t.user), pa_of(rig, child, t.user));
	reads(rig, t.p, t.user, "parent");
	finds_all(rig, child, t.user);
	process_exit(child);
	reads(rig, t.p, t.user, "parent");
	assert_true(cma_release(area(rig), run, NR));
	leaves(&t);
}

static void shared_memory_moves_and_stays_shared(struct rig *rig)
{
	struct town t = settles(rig, MAP_SHARED);
	struct process *child = process_fork(t.p);
	struct page *run = cma_alloc(area(rig), NR, 0, false);

	assert_ptr_equal(run, t.first);
	finds_all(rig, child, t.user);
	writes(rig, child, t.user, "to parent");
	reads(rig, t.p, t.user, "to parent");
	assert_int_equal(pa_of(rig, t.p, t.user), pa_of(rig, child, t.user));
	assert_true(cma_release(area(rig), run, NR));
	process_exit(child);
	leaves(&t);
}

static void a_moved_page_moves_again_and_is_freed_once(struct rig *rig)
{
	size_t before = rig->dev->kernel->nr_free_pages, after;
	struct town t = settles(rig, MAP_PRIVATE);
	struct page *run, *pinned;

	warms_next_page(rig);
	run = cma_alloc(area(rig), NR, 0, false);
	assert_ptr_equal(run, t.first);
	for (unsigned i = 0; i < NR; i++)
		clear_highpage(run + i);
	finds_all(rig, t.p, t.user);
	assert_int_equal(pin_user_pages_fast((unsigned long)t.user, 1, 0, &pinned), 1);
	assert_int_equal(page_count(pinned), 1 + PIN_BIAS);
	unpin_user_page(pinned);
	assert_true(cma_release(area(rig), run, NR));
	leaves(&t);
	after = rig->dev->kernel->nr_free_pages;
	assert_int_equal(before, after);
}

/* ---- what stays ----------------------------------------------------------------------- */

typedef int (*get_fn)(unsigned long start, int nr, unsigned int flags, struct page **pages);

/* The first page is a device's meanwhile: who wants room gets it behind. */
static void stays(struct rig *rig, get_fn get, void (*put)(struct page *))
{
	struct town t = settles(rig, MAP_PRIVATE);
	phys_addr_t was = pa_of(rig, t.p, t.user);
	struct page *page;
	dma_addr_t lent, dma;
	char *p;

	assert_int_equal(get((unsigned long)t.user, 1, FOLL_WRITE, &page), 1);
	lent = dma_map_page(rig->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(rig->dev, lent), 0);
	p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_true(is_in_area(rig, dma));
	assert_true(dma >= was + PAGE_SIZE);
	assert_int_equal(pa_of(rig, t.p, t.user), was);
	device_fills(rig, lent, PAGE_SIZE, 1);
	dma_unmap_page(rig->dev, lent, PAGE_SIZE, DMA_FROM_DEVICE);
	flush_dcache_page(page);
	finds_all(rig, t.p, t.user);
	put(page);
	dma_free_coherent(rig->dev, LEN, p, dma);
	p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	assert_int_equal(dma, was);
	finds_all(rig, t.p, t.user);
	dma_free_coherent(rig->dev, LEN, p, dma);
	leaves(&t);
}

static void a_pinned_page_stays_and_the_allocation_goes_elsewhere(struct rig *rig)
{
	stays(rig, pin_user_pages_fast, unpin_user_page);
}

static void so_does_a_page_that_somebody_counts(struct rig *rig)
{
	stays(rig, get_user_pages_fast, put_page);
}

static void what_is_pinned_for_long_leaves_the_area_first(struct rig *rig)
{
	struct town t = settles(rig, MAP_PRIVATE);
	struct page *page[NR], *run;

	assert_int_equal(pin_user_pages_fast((unsigned long)t.user, NR,
					     FOLL_WRITE | FOLL_LONGTERM, page), NR);
	for (unsigned i = 0; i < NR; i++)
		assert_false(is_in_area(rig, page_to_phys(page[i])));
	run = cma_alloc(area(rig), NR, 0, false);
	assert_ptr_equal(run, t.first);
	for (unsigned i = 0; i < NR; i++)
		assert_int_equal(page_to_phys(page[i]),
				 pa_of(rig, t.p, t.user + i * PAGE_SIZE));
	finds_all(rig, t.p, t.user);
	unpin_user_pages(page, NR);
	assert_true(cma_release(area(rig), run, NR));
	leaves(&t);
}

static void what_cannot_leave_is_not_pinned_for_long(struct rig *rig)
{
	struct town t = settles(rig, MAP_PRIVATE);
	struct page *page, *counted;

	assert_int_equal(get_user_pages_fast((unsigned long)t.user, 1, 0, &counted), 1);
	assert_int_equal(pin_user_pages_fast((unsigned long)t.user, 1, FOLL_LONGTERM, &page),
			 -ENOMEM);
	assert_int_equal(page_count(counted), 2);
	put_page(counted);
	finds_all(rig, t.p, t.user);
	leaves(&t);
}

/* ---- on the way ------------------------------------------------------------------------ */

struct wish {
	struct rig *rig;
	dma_addr_t dma;
	void *p;
};

/* Under the mmap_lock of the process whose pages are in the way. */
static int allocs_in_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct wish *w = file->private_data;

	w->p = dma_alloc_coherent(w->rig->dev, LEN, &w->dma, GFP_KERNEL);
	return w->p ? dma_mmap_coherent(w->rig->dev, vma, w->p, w->dma, LEN) : -ENOMEM;
}

static void a_driver_may_want_room_in_its_mmap(struct rig *rig)
{
	static const struct file_operations fops = { .mmap = allocs_in_mmap };
	struct town t = settles(rig, MAP_PRIVATE);
	phys_addr_t was = pa_of(rig, t.p, t.user);
	struct wish w = { .rig = rig };
	struct file f = { &fops, FMODE_READ | FMODE_WRITE, &w };
	char *mapped = process_mmap(t.p, NULL, LEN, RW, MAP_SHARED, &f, 0);

	assert_false(IS_ERR(mapped));
	assert_int_equal(w.dma, was);
	writes(rig, t.p, mapped, "of the device");
	finds_all(rig, t.p, t.user);
	leaves(&t);
	dma_free_coherent(rig->dev, LEN, w.p, w.dma);
}

static void a_failed_allocation_costs_a_process_nothing(struct rig *rig)
{
	struct town t = settles(rig, MAP_PRIVATE);
	struct page *run = NULL;
	unsigned nth;

	for (nth = 1; !run; nth++) {
		harness_fail_allocation(rig->h, nth);
		run = cma_alloc(area(rig), NR, 0, true);
		harness_fail_allocation(rig->h, 0);
		finds_all(rig, t.p, t.user);
	}
	assert_true(nth > 4);
	assert_true(cma_release(area(rig), run, NR));
	leaves(&t);
}

static const struct rig_test tests[] = {
	/*                                                           needs never */
	TEST_ON(a_buffer_keeps_its_bytes_while_a_device_takes_its_place, 0,
		ON_COHERENT | ON_BOUNCE),
	TEST_ON(what_a_fork_shares_moves_for_all,                     0,    0),
	TEST_ON(shared_memory_moves_and_stays_shared,                 0,    0),
	TEST_ON(a_moved_page_moves_again_and_is_freed_once,           0,    0),
	TEST_ON(a_pinned_page_stays_and_the_allocation_goes_elsewhere, 0,   ON_COHERENT),
	TEST_ON(so_does_a_page_that_somebody_counts,                  0,    ON_COHERENT),
	TEST_ON(what_is_pinned_for_long_leaves_the_area_first,        0,    0),
	TEST_ON(what_cannot_leave_is_not_pinned_for_long,             0,    0),
	TEST_ON(a_driver_may_want_room_in_its_mmap,                   0,    ON_COHERENT),
	TEST_ON(a_failed_allocation_costs_a_process_nothing,          0,    0),
};

static const struct rig_test of_highmem[] = {
	TEST_ON(pages_are_of_highmem_where_there_is_any,              0,    0),
};

static const struct platform small[] = {
	{ "arm1176", "arm1176", ON_UP | ON_V6 | ON_LINE32 | ON_ALIASING | ON_ONE_LEVEL },
	{ "arm926", "arm926", ON_UP | ON_V5 | ON_LINE32 | ON_ALIASING | ON_ONE_LEVEL },
	{ "a8-up", "a8-up", ON_UP },
};

/* One set of platforms for each run of the program: see meson.build. */
int main(int argc, char **argv)
{
	const char *on = argc > 1 ? argv[1] : "small";

	if (!strcmp(on, "big"))
		return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), tests,
				  G_N_ELEMENTS(tests));
	if (!strcmp(on, "highmem"))
		return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), of_highmem,
				  G_N_ELEMENTS(of_highmem));
	return rig_run_on(small, G_N_ELEMENTS(small), tests, G_N_ELEMENTS(tests));
}
