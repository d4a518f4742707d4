/* SPDX-License-Identifier: MIT */
/* Where the rules about processes' mappings begin and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <armdma/process.h>
#include "programs.h"
#include "verbs.h"

#define BUF	(2 * PAGE_SIZE)

struct rig {
	struct harness *h;
	struct device *eth;
	struct process *app;
	u8 *va;
	dma_addr_t dma;
	pgprot_t (*prot)(pgprot_t prot);
};

static struct rig starts_on(const char *where)
{
	const struct harness_config cfg = { .board = where, .hazards.is_quiet = true };
	g_autoptr(GError) error = NULL;
	struct rig rig = { .h = harness_start(&cfg, &error) };

	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", false);
	rig.app = process_new(rig.h);
	rig.va = dma_alloc_coherent(rig.eth, BUF, &rig.dma, GFP_KERNEL);
	return rig;
}

static struct rig starts(void)
{
	return starts_on("a9-pl310");
}

static void has_only(const struct rig *rig, enum hazard_class c, uint64_t times)
{
	const struct hazard_engine *e = harness_hazards(rig->h);

	assert_int_equal(hazard_count(e, c), times);
	assert_int_equal(hazard_count(e, NR_HAZARD_CLASSES), times);
}

static void ends(struct rig *rig, int status)
{
	process_exit(rig->app);
	if (rig->va)
		dma_free_coherent(rig->eth, BUF, rig->va, rig->dma);
	assert_int_equal(harness_finish(rig->h), status);
}

/* ---- by hand, with some protection ------------------------------------------------- */

static pgprot_t as_it_is(pgprot_t prot)
{
	return prot;
}

static pgprot_t uncached(pgprot_t prot)
{
	return pgprot_noncached(prot);
}

static pgprot_t writecombine(pgprot_t prot)
{
	return pgprot_writecombine(prot);
}

static int remap_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct rig *rig = file->private_data;

	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(virt_to_phys(rig->va)),
			       vma->vm_end - vma->vm_start, rig->prot(vma->vm_page_prot));
}

static int good_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct rig *rig = file->private_data;

	return dma_mmap_coherent(rig->eth, vma, rig->va, rig->dma, BUF);
}

static const struct file_operations by_hand = { .mmap = remap_mmap };
static const struct file_operations by_the_api = { .mmap = good_mmap };

static u8 *maps(struct rig *rig, struct process *app, const struct file_operations *fops)
{
	struct file f = { fops, FMODE_READ | FMODE_WRITE, rig };
	u8 *p = process_mmap(app, NULL, BUF, PROT_READ | PROT_WRITE, MAP_SHARED, &f, 0);

	assert_false(IS_ERR(p));
	return p;
}

static void a_cached_mapping_of_uncached_memory_is_told_once_for_each_call(void **state)
{
	struct rig rig = starts();

	rig.prot = as_it_is;
	maps(&rig, rig.app, &by_hand);
	has_only(&rig, HAZARD_ALIAS_ATTRIBUTES, 1);
	ends(&rig, 1);
}

static void another_memory_type_is_told_as_well(void **state)
{
	struct rig rig = starts();

	rig.prot = uncached;		/* Strongly-ordered; the kernel has it Normal */
	maps(&rig, rig.app, &by_hand);
	has_only(&rig, HAZARD_ALIAS_TYPE, 1);
	ends(&rig, 1);
}

static void the_right_protection_by_hand_is_right(void **state)
{
	struct rig rig = starts();

	rig.prot = writecombine;	/* which is what dma_pgprot() comes to on ARMv7 */
	maps(&rig, rig.app, &by_hand);
	has_only(&rig, HAZARD_ALIAS_ATTRIBUTES, 0);
	ends(&rig, 0);
}

static void write_combining_is_not_what_an_arm926_has_coherent_memory_as(void **state)
{
	struct rig rig = starts_on("arm926");

	rig.prot = writecombine;
	maps(&rig, rig.app, &by_hand);
	has_only(&rig, HAZARD_ALIAS_TYPE, 1);
	ends(&rig, 1);
}

static void by_the_api_nobody_complains(void **state)
{
	struct rig rig = starts();
	struct process *child;

	maps(&rig, rig.app, &by_the_api);
	maps(&rig, rig.app, &by_the_api);
	child = process_fork(rig.app);
	process_exit(child);
	has_only(&rig, HAZARD_ALIAS_ATTRIBUTES, 0);
	ends(&rig, 0);
}

/* ---- freeing -------------------------------------------------------------------------- */

static void frees(struct rig *rig)
{
	dma_free_coherent(rig->eth, BUF, rig->va, rig->dma);
	rig->va = NULL;
}

static void a_child_keeps_memory_mapped_after_its_parent_is_gone(void **state)
{
	struct rig rig = starts();
	struct process *child;

	maps(&rig, rig.app, &by_the_api);
	child = process_fork(rig.app);
	process_exit(rig.app);
	rig.app = NULL;
	frees(&rig);
	has_only(&rig, HAZARD_FREE_WHILE_USER_MAPPED, 2);	/* a time for each page */
	process_exit(child);
	ends(&rig, 1);
}

static void one_page_left_is_enough(void **state)
{
	struct rig rig = starts();
	u8 *p = maps(&rig, rig.app, &by_the_api);

	assert_int_equal(process_munmap(rig.app, p, PAGE_SIZE), 0);
	frees(&rig);
	has_only(&rig, HAZARD_FREE_WHILE_USER_MAPPED, 1);
	ends(&rig, 1);
}

static void after_the_last_munmap_memory_may_be_freed(void **state)
{
	struct rig rig = starts();
	u8 *p = maps(&rig, rig.app, &by_the_api), *q = maps(&rig, rig.app, &by_the_api);

	assert_int_equal(process_munmap(rig.app, p, BUF), 0);
	assert_int_equal(process_munmap(rig.app, q, BUF), 0);
	frees(&rig);
	has_only(&rig, HAZARD_FREE_WHILE_USER_MAPPED, 0);
	ends(&rig, 0);
}

static int insert_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, file->private_data);
}

static const struct file_operations by_page = { .mmap = insert_mmap };

/* The mapping counts the page: it is freed when that goes. */
static void a_page_that_was_inserted_may_be_freed_meanwhile(void **state)
{
	struct rig rig = starts();
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct file f = { &by_page, FMODE_READ | FMODE_WRITE, page };
	u8 *p = process_mmap(rig.app, NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, &f,
			     0);

	assert_false(IS_ERR(p));
	__free_page(page);
	assert_int_equal(page_count(page), 1);
	process_enter(rig.app);
	cpu_writes(p, 1);
	process_leave(rig.app);
	assert_int_equal(process_munmap(rig.app, p, PAGE_SIZE), 0);
	assert_int_equal(page_count(page), 0);
	has_only(&rig, HAZARD_FREE_WHILE_USER_MAPPED, 0);
	ends(&rig, 0);
}

/* ---- pages of users --------------------------------------------------------------------- */

/* The child writes first: it is the one with the copy, and all is well. */
static void a_copy_for_the_child_is_no_harm(void **state)
{
	struct rig rig = starts();
	struct process *child;
	struct page *page;
	dma_addr_t dma;
	u8 *p = process_mmap(rig.app, NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL,
			     0);

	assert_int_equal(get_user_pages_fast((unsigned long)p, 1, FOLL_WRITE, &page), 1);
	dma = dma_map_page(rig.eth, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(rig.eth, dma), 0);
	child = process_fork(rig.app);
	process_enter(child);
	cpu_writes(p, 1);
	process_leave(child);
	has_only(&rig, HAZARD_USER_PAGE_COPIED, 0);
	dma_unmap_page(rig.eth, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	put_page(page);
	process_exit(child);
	ends(&rig, 0);
}

/* ---- attributes at mmap() ------------------------------------------------------------------ */

static int wc_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct rig *rig = file->private_data;

	return dma_mmap_wc(rig->eth, vma, rig->va, rig->dma, BUF);
}

static const struct file_operations as_wc = { .mmap = wc_mmap };

static void coherent_memory_mapped_as_write_combining_is_told_on_any_core(void **state)
{
	struct rig rig = starts();

	maps(&rig, rig.app, &as_wc);
	has_only(&rig, HAZARD_MMAP_ATTRIBUTES, 1);
	ends(&rig, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cached_mapping_of_uncached_memory_is_told_once_for_each_call),
		cmocka_unit_test(another_memory_type_is_told_as_well),
		cmocka_unit_test(the_right_protection_by_hand_is_right),
		cmocka_unit_test(write_combining_is_not_what_an_arm926_has_coherent_memory_as),
		cmocka_unit_test(by_the_api_nobody_complains),
		cmocka_unit_test(a_child_keeps_memory_mapped_after_its_parent_is_gone),
		cmocka_unit_test(one_page_left_is_enough),
		cmocka_unit_test(after_the_last_munmap_memory_may_be_freed),
		cmocka_unit_test(a_page_that_was_inserted_may_be_freed_meanwhile),
		cmocka_unit_test(a_copy_for_the_child_is_no_harm),
		cmocka_unit_test(coherent_memory_mapped_as_write_combining_is_told_on_any_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
