/* SPDX-License-Identifier: MIT */
/*
 * Cached memory that changes hands by syncs: what every way of mapping must keep.
 *
 *	each test  x  backend (the table below)  x  direction  x  family  x  platform
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/vmalloc.h>

#include "support/conformance.h"

#include "lib/mm/kernel.h"

#define LEN	(2 * PAGE_SIZE + 100)	/* whole pages, and a part of one */

/* ---- backends ---------------------------------------------------------------------- */

/* Operations of the device's own, by the helpers that there are for them. */
static const struct dma_map_ops own_ops = {
	.alloc_pages_op = dma_common_alloc_pages, .free_pages = dma_common_free_pages,
	.map_page = dma_direct_map_page, .unmap_page = dma_direct_unmap_page,
	.sync_single_for_cpu = dma_direct_sync_single_for_cpu,
	.sync_single_for_device = dma_direct_sync_single_for_device,
	.sync_sg_for_cpu = dma_direct_sync_sg_for_cpu,
	.sync_sg_for_device = dma_direct_sync_sg_for_device,
};

/* Who maps. Another way of mapping is another row. */
static const struct source {
	const char *name;
	const struct dma_map_ops *ops;
} backends[] = {
	{ "direct", NULL },
	{ "operations of its own", &own_ops },
};

/* ---- families ---------------------------------------------------------------------- */

/* One allocation, whoever gave it. */
struct buf {
	struct rig *rig;
	enum dma_data_direction dir;
	char *va;
	dma_addr_t dma;
	struct page *page;
	struct sg_table *sgt;
};

static bool alloc_as_pages(struct buf *b, size_t len)
{
	b->page = dma_alloc_pages(b->rig->dev, len, &b->dma, b->dir, GFP_KERNEL);
	b->va = b->page ? page_address(b->page) : NULL;
	return b->va;
}

static void free_as_pages(struct buf *b, size_t len)
{
	dma_free_pages(b->rig->dev, len, b->page, b->dma, b->dir);
}

static bool alloc_by_address(struct buf *b, size_t len)
{
	b->va = dma_alloc_noncoherent(b->rig->dev, len, &b->dma, b->dir, GFP_KERNEL);
	return b->va;
}

static void free_by_address(struct buf *b, size_t len)
{
	dma_free_noncoherent(b->rig->dev, len, b->va, b->dma, b->dir);
}

static bool alloc_as_list(struct buf *b, size_t len)
{
	b->sgt = dma_alloc_noncontiguous(b->rig->dev, len, b->dir, GFP_KERNEL, 0);
	if (!b->sgt)
		return false;
	assert_int_equal(b->sgt->nents, 1);
	assert_int_equal(sg_dma_len(b->sgt->sgl), PAGE_ALIGN(len));
	b->dma = sg_dma_address(b->sgt->sgl);
	b->va = dma_vmap_noncontiguous(b->rig->dev, len, b->sgt);
	return b->va;
}

static void free_as_list(struct buf *b, size_t len)
{
	dma_vunmap_noncontiguous(b->rig->dev, b->va);
	dma_free_noncontiguous(b->rig->dev, len, b->sgt, b->dir);
}

static const struct family {
	bool (*alloc)(struct buf *b, size_t len);
	void (*free)(struct buf *b, size_t len);
} families[] = {
	{ alloc_as_pages, free_as_pages },
	{ alloc_by_address, free_by_address },
	{ alloc_as_list, free_as_list },
};

static void gives_to_device(struct buf *b)
{
	if (b->sgt)
		dma_sync_sgtable_for_device(b->rig->dev, b->sgt, b->dir);
	else
		dma_sync_single_for_device(b->rig->dev, b->dma, LEN, b->dir);
}

static void gives_to_cpu(struct buf *b)
{
	if (b->sgt)
		dma_sync_sgtable_for_cpu(b->rig->dev, b->sgt, b->dir);
	else
		dma_sync_single_for_cpu(b->rig->dev, b->dma, LEN, b->dir);
}

/* @body for each row of the tables, on memory that is there. */
static void each(struct rig *rig, void (*body)(struct buf *b))
{
	static const enum dma_data_direction dirs[] = {
		DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_BIDIRECTIONAL,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(backends) * 9; i++) {
		const struct source *on = &backends[i / 9];
		const struct family *f = &families[i / 3 % 3];
		struct buf b = { .rig = rig, .dir = dirs[i % 3] };

		set_dma_ops(rig->dev, on->ops);
		arch_setup_dma_ops(rig->dev, rig->on->is & ON_COHERENT);
		if (!f->alloc(&b, LEN))
			fail_msg("%s: no memory", on->name);
		body(&b);
		f->free(&b, LEN);
		set_dma_ops(rig->dev, NULL);
	}
}

/* ---- what all of them keep ---------------------------------------------------------- */

static void is_zero(struct buf *b)
{
	expects_cpu_zeros(b->rig, b->va, PAGE_ALIGN(LEN));
	cpu_fills(b->rig, b->va, LEN, 9);	/* for the next owner of these pages */
}

static void it_is_zero_whatever_was_there(struct rig *rig)
{
	each(rig, is_zero);
	each(rig, is_zero);
}

static void is_mapped_once(struct buf *b)
{
	struct cpu *cpu = b->rig->cpu;
	struct translation t = cpu_translate(cpu, (uint32_t)(uintptr_t)b->va, true), all[4];

	assert_int_equal(t.fault.kind, 0);
	assert_int_not_equal(t.attrs.inner, CACHE_NONE);
	assert_int_equal(cpu_find_aliases(cpu, t.pa, all, G_N_ELEMENTS(all)), 1);
}

static void it_is_cached_and_mapped_once(struct rig *rig)
{
	each(rig, is_mapped_once);
}

static void is_aligned(struct buf *b)
{
	assert_int_equal(b->dma & ~PAGE_MASK, 0);
	assert_int_equal((uintptr_t)b->va & ~PAGE_MASK, 0);
}

static void it_begins_a_page_for_both(struct rig *rig)
{
	each(rig, is_aligned);
}

static void changes_hands(struct buf *b)
{
	for (unsigned i = 0; i < 4; i++) {
		if (b->dir != DMA_FROM_DEVICE)
			cpu_fills(b->rig, b->va, LEN, 2 * i);
		gives_to_device(b);
		if (b->dir != DMA_FROM_DEVICE)
			expects_device_finds(b->rig, b->dma, LEN, 2 * i);
		if (b->dir != DMA_TO_DEVICE)
			device_fills(b->rig, b->dma, LEN, 2 * i + 1);
		gives_to_cpu(b);
		if (b->dir != DMA_TO_DEVICE)
			expects_cpu_finds(b->rig, b->va, LEN, 2 * i + 1);
	}
}

static void every_sync_hands_over_all_of_it(struct rig *rig)
{
	each(rig, changes_hands);
}

/* What the CPU wrote does not reach memory by itself: it would, were this uncached. */
static void stays_in_the_cache(struct buf *b)
{
	if (b->dir == DMA_FROM_DEVICE)
		return;
	gives_to_device(b);
	gives_to_cpu(b);
	cpu_holds(b->rig, b->va, 3);
	cpu_writes(b->rig, b->va, "new");
	expects_device_reads(b->rig, b->dma, (const char[]){ 0, 0, 0, 0 });
	gives_to_device(b);
	expects_device_reads(b->rig, b->dma, "new");
}

static void without_a_sync_the_device_sees_nothing_new(struct rig *rig)
{
	each(rig, stays_in_the_cache);
}

/* ---- what clearing leaves behind ------------------------------------------------------ */

static unsigned dirty_lines(struct rig *rig, phys_addr_t pa, size_t len)
{
	unsigned nr = 0;

	for (size_t at = 0; at < len; at += 16)
		nr += machine_line(rig->m, 1, pa + at).is_dirty ||
		      machine_line(rig->m, 2, pa + at).is_dirty;
	return nr;
}

static void is_dirty_until_given(struct buf *b)
{
	phys_addr_t pa = virt_to_phys(b->va);

	assert_true(dirty_lines(b->rig, pa, LEN) > LEN / 32);
	gives_to_device(b);
	assert_int_equal(dirty_lines(b->rig, pa, LEN), 0);
}

static void what_cleared_it_is_dirty_until_the_first_sync(struct rig *rig)
{
	each(rig, is_dirty_until_given);
}

/* ---- parts, line by line ---------------------------------------------------------------- */

#define NR_LINES	8

/* "..DD....": dirty, clean ("c"), or not there, for NR_LINES lines at @va. */
static void expects_lines(struct rig *rig, const char *va, const char *drawing)
{
	char got[NR_LINES + 1] = "";
	unsigned line = machine_line_max(rig->m);

	for (unsigned i = 0; i < NR_LINES; i++) {
		struct line_state s = machine_line(rig->m, 1, virt_to_phys(va) + i * line);

		got[i] = s.is_dirty ? 'D' : s.is_valid ? 'c' : '.';
	}
	if (strcmp(got, drawing))
		fail_msg("%s: the lines are %s, expected %s", rig->on->name, got, drawing);
}

/* Lines that are all dirty. */
static char *gets_dirty_lines(struct rig *rig, enum dma_data_direction dir, dma_addr_t *ret_dma)
{
	size_t len = (size_t)NR_LINES * machine_line_max(rig->m);
	char *p = dma_alloc_noncoherent(rig->dev, LEN, ret_dma, dir, GFP_KERNEL);

	assert_non_null(p);
	cpu_holds(rig, p, len);
	cpu_fills(rig, p, len, 1);
	expects_lines(rig, p, "DDDDDDDD");
	return p;
}

static void a_part_given_to_the_device_is_cleaned_and_no_other(struct rig *rig)
{
	unsigned line = machine_line_max(rig->m);
	dma_addr_t dma;
	char *p = gets_dirty_lines(rig, DMA_TO_DEVICE, &dma);

	dma_sync_single_range_for_device(rig->dev, dma, 2 * line, 2 * line, DMA_TO_DEVICE);
	expects_lines(rig, p, "DDccDDDD");
	/* A byte is a line, and two bytes may be two. */
	dma_sync_single_for_device(rig->dev, dma + 5 * line, 1, DMA_TO_DEVICE);
	expects_lines(rig, p, "DDccDcDD");
	dma_sync_single_for_device(rig->dev, dma + 7 * line - 1, 2, DMA_TO_DEVICE);
	expects_lines(rig, p, "DDccDccc");
	dma_free_noncoherent(rig->dev, LEN, p, dma, DMA_TO_DEVICE);
}

static void a_part_that_the_device_will_write_is_dropped_and_no_other(struct rig *rig)
{
	unsigned line = machine_line_max(rig->m);
	dma_addr_t dma;
	char *p = gets_dirty_lines(rig, DMA_FROM_DEVICE, &dma);

	dma_sync_single_for_device(rig->dev, dma + 2 * line, 3 * line, DMA_FROM_DEVICE);
	expects_lines(rig, p, "DD...DDD");
	device_writes(rig, dma + 3 * line, "got");
	expects_cpu_reads(rig, p + 3 * line, "got");
	dma_free_noncoherent(rig->dev, LEN, p, dma, DMA_FROM_DEVICE);
}

/* At the edges the CPU's bytes share a line with the device's: they are saved. */
static void a_part_of_a_line_is_cleaned_before_it_is_dropped(struct rig *rig)
{
	unsigned line = machine_line_max(rig->m);
	dma_addr_t dma;
	char *p = gets_dirty_lines(rig, DMA_FROM_DEVICE, &dma);

	cpu_writes(rig, p + 3 * line, "mine");
	dma_sync_single_for_device(rig->dev, dma + 3 * line + 8, line, DMA_FROM_DEVICE);
	expects_lines(rig, p, "DDD..DDD");
	expects_device_reads(rig, dma + 3 * line, "mine");
	expects_cpu_reads(rig, p + 3 * line, "mine");
	dma_free_noncoherent(rig->dev, LEN, p, dma, DMA_FROM_DEVICE);
}

static void a_part_taken_back_is_dropped_and_no_other(struct rig *rig)
{
	unsigned line = machine_line_max(rig->m);
	dma_addr_t dma;
	char *p = gets_dirty_lines(rig, DMA_BIDIRECTIONAL, &dma);

	dma_sync_single_for_device(rig->dev, dma, NR_LINES * line, DMA_BIDIRECTIONAL);
	cpu_holds(rig, p, (size_t)NR_LINES * line);
	expects_lines(rig, p, "cccccccc");
	device_fills(rig, dma, (size_t)NR_LINES * line, 2);
	dma_sync_single_for_cpu(rig->dev, dma + 2 * line, 3 * line, DMA_BIDIRECTIONAL);
	expects_lines(rig, p, "cc...ccc");
	dma_free_noncoherent(rig->dev, LEN, p, dma, DMA_BIDIRECTIONAL);
}

/* ---- refusals ------------------------------------------------------------------------- */

static void all_fail(struct rig *rig, enum dma_data_direction dir, gfp_t gfp)
{
	dma_addr_t dma = 77;

	assert_null(dma_alloc_pages(rig->dev, LEN, &dma, dir, gfp));
	assert_null(dma_alloc_noncoherent(rig->dev, LEN, &dma, dir, gfp));
	assert_null(dma_alloc_noncontiguous(rig->dev, LEN, dir, gfp, 0));
	assert_int_equal(dma, 77);
}

static void zones_and_compound_pages_are_refused(struct rig *rig)
{
	static const gfp_t zones[] = { __GFP_DMA, __GFP_DMA32, __GFP_HIGHMEM };

	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
		listens(rig);
		all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL | zones[i]);
		expects_warning(rig, "the zone is the device's affair");
	}
	listens(rig);
	all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL | __GFP_COMP);
	expects_warning(rig, "compound page");
}

static void a_direction_and_a_mask_are_needed(struct rig *rig)
{
	listens(rig);
	all_fail(rig, DMA_NONE, GFP_KERNEL);
	expects_warning(rig, "DMA direction 3");
	rig->dev->coherent_dma_mask = 0;
	listens(rig);
	all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL);
	expects_warning(rig, "no coherent_dma_mask");
}

static void attributes_are_refused_but_for_single_pages(struct rig *rig)
{
	struct sg_table *sgt;

	listens(rig);
	assert_null(dma_alloc_noncontiguous(rig->dev, LEN, DMA_TO_DEVICE, GFP_KERNEL,
					    DMA_ATTR_ALLOC_SINGLE_PAGES | DMA_ATTR_NO_WARN));
	expects_warning(rig, "DMA_ATTR_ALLOC_SINGLE_PAGES");
	sgt = dma_alloc_noncontiguous(rig->dev, LEN, DMA_TO_DEVICE, GFP_KERNEL,
				      DMA_ATTR_ALLOC_SINGLE_PAGES);
	assert_non_null(sgt);
	dma_free_noncontiguous(rig->dev, LEN, sgt, DMA_TO_DEVICE);
}

static void nothing_and_more_than_there_is_are_refused(struct rig *rig)
{
	dma_addr_t dma;

	assert_null(dma_alloc_pages(rig->dev, 0, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	assert_null(dma_alloc_pages(rig->dev, SIZE_MAX, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	assert_null(dma_alloc_noncontiguous(rig->dev, SZ_2G, DMA_TO_DEVICE, GFP_KERNEL, 0));
}

static void memory_out_of_reach_is_not_given(struct rig *rig)
{
	size_t before = rig->dev->kernel->nr_free_pages;

	rig->dev->coherent_dma_mask = rig->dev->kernel->port.lowmem_pa - 1;
	all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL);
	assert_int_equal(before, rig->dev->kernel->nr_free_pages);
}

/* R3: behind operations that do not give pages there are none, in all three families. */
static void operations_without_pages_have_none(struct rig *rig)
{
	static const struct dma_map_ops poor = { .map_page = dma_direct_map_page };

	set_dma_ops(rig->dev, &poor);
	all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL);
	rig->dev->dma_ops_bypass = true;
	assert_non_null(dma_alloc_noncoherent(rig->dev, LEN, &(dma_addr_t){ 0 }, DMA_TO_DEVICE,
					      GFP_KERNEL));
}

static dma_addr_t map_nothing(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	assert_int_equal(attrs, DMA_ATTR_SKIP_CPU_SYNC);
	return DMA_MAPPING_ERROR;
}

static void pages_that_cannot_be_mapped_are_given_back(struct rig *rig)
{
	static const struct dma_map_ops ops = {
		.alloc_pages_op = dma_common_alloc_pages, .map_page = map_nothing,
	};
	size_t before = rig->dev->kernel->nr_free_pages;

	set_dma_ops(rig->dev, &ops);
	all_fail(rig, DMA_TO_DEVICE, GFP_KERNEL);
	assert_int_equal(before, rig->dev->kernel->nr_free_pages);
}

static void fails_in_turn(struct rig *rig, const struct family *f)
{
	size_t before = rig->dev->kernel->nr_free_pages;
	struct buf b = { .rig = rig, .dir = DMA_TO_DEVICE };
	bool is_there = false;

	/* One that fails may be made good elsewhere: pages of no contiguous area do, too. */
	for (unsigned nth = 1; nth < 10; nth++) {
		harness_fail_allocation(rig->h, nth);
		is_there = f->alloc(&b, LEN);
		assert_true(is_there || nth < 9);
		if (is_there)
			f->free(&b, LEN);
		assert_int_equal(before, rig->dev->kernel->nr_free_pages);
	}
	harness_fail_allocation(rig->h, 0);
}

static void whatever_allocation_fails_nothing_is_left(struct rig *rig)
{
	for (size_t i = 0; i < G_N_ELEMENTS(backends); i++) {
		set_dma_ops(rig->dev, backends[i].ops);
		for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
			fails_in_turn(rig, &families[f]);
	}
}

static void nonsense_given_back_is_a_warning(struct rig *rig)
{
	char here;

	listens(rig);
	dma_free_pages(rig->dev, LEN, NULL, 0, DMA_TO_DEVICE);
	dma_free_noncoherent(rig->dev, LEN, &here, 0, DMA_TO_DEVICE);
	dma_free_noncoherent(rig->dev, LEN, NULL, 0, DMA_TO_DEVICE);
	dma_free_noncontiguous(rig->dev, LEN, NULL, DMA_TO_DEVICE);
	expects_warning(rig, "freeing invalid buffer");
}

/* What they keep on the host; the sanitizer looks. */
static void lists_that_nobody_frees_go_with_the_machine(struct rig *rig)
{
	static const struct backend *const all[] = {
		&backend_direct, &backend_iommu_strict, &backend_v7s_strict,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		struct conform *c = conform_new(rig, all[i], BOUNCES_NEVER);

		assert_non_null(dma_alloc_noncontiguous(c->rig.dev, LEN, DMA_TO_DEVICE,
							GFP_KERNEL, 0));
		conform_free(c, all[i]);
	}
}

/* ---- lists over coherent memory, and remapping -------------------------------------------- */

static void a_list_over_coherent_memory_has_one_entry(struct rig *rig)
{
	struct sg_table sgt;
	dma_addr_t dma;
	void *p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);

	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, p, dma, LEN), 0);
	assert_int_equal(sgt.orig_nents, 1);
	assert_int_equal(sg_phys(sgt.sgl), dma);
	assert_int_equal(sgt.sgl->length, PAGE_ALIGN(LEN));
	sg_free_table(&sgt);
	assert_int_equal(dma_common_get_sgtable(rig->dev, &sgt, p, dma, LEN, 0), 0);
	assert_int_equal(sg_phys(sgt.sgl), dma);
	sg_free_table(&sgt);
	harness_fail_allocation(rig->h, 1);
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, p, dma, LEN), -ENOMEM);
	dma_free_coherent(rig->dev, LEN, p, dma);
}

static void memory_without_pages_has_no_list(struct rig *rig)
{
	struct sg_table sgt;
	char here;

	listens(rig);
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, &here, 4, LEN), -ENXIO);
	assert_int_equal(dma_common_get_sgtable(rig->dev, &sgt, &here, 4, LEN, 0), -ENXIO);
	expects_warning(rig, "no page");
	set_dma_ops(rig->dev, &own_ops);
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, &here, 4, LEN), -ENXIO);
}

static int map_for_process(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
			   dma_addr_t dma, size_t size, unsigned long attrs)
{
	return 0;
}

static void who_can_map_for_a_process_says_so(struct rig *rig)
{
	static const struct dma_map_ops ops = { .mmap = map_for_process };

	assert_true(dma_can_mmap(rig->dev));
	set_dma_ops(rig->dev, &own_ops);
	assert_false(dma_can_mmap(rig->dev));
	set_dma_ops(rig->dev, &ops);
	assert_true(dma_can_mmap(rig->dev));
}

static void pages_anywhere_are_mapped_in_a_row(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	struct page *pages[2] = { block + 3, block + 1 };
	char *p = dma_common_pages_remap(pages, 2 * PAGE_SIZE - 5,
					 pgprot_dmacoherent(PAGE_KERNEL), NULL);

	assert_ptr_equal(dma_common_find_pages(p), pages);
	assert_ptr_equal(vmalloc_to_page(p + PAGE_SIZE), block + 1);
	assert_null(vmalloc_to_page(page_address(block)));
	cpu_writes(rig, p + PAGE_SIZE, "new");
	expects_device_reads(rig, page_to_phys(block + 1), "new");
	dma_common_free_remap(p, 2 * PAGE_SIZE);
	assert_null(vmalloc_to_page(p + PAGE_SIZE));
	assert_null(dma_common_find_pages(p));
	__free_pages(block, 2);
}

static void a_run_is_mapped_once_more(struct rig *rig)
{
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	char *p = dma_common_contiguous_remap(block, 2 * PAGE_SIZE,
					      pgprot_dmacoherent(PAGE_KERNEL), NULL);
	void *other = vmap(&block, 1, 0, PAGE_KERNEL);

	assert_ptr_equal(vmalloc_to_page(p + PAGE_SIZE), block + 1);
	assert_null(dma_common_find_pages(p));
	dma_common_free_remap(p, 2 * PAGE_SIZE);
	listens(rig);
	dma_common_free_remap(p, 2 * PAGE_SIZE);
	dma_common_free_remap(other, PAGE_SIZE);
	expects_warning(rig, "trying to free invalid coherent area");
	vunmap(other);
	__free_pages(block, 1);
}

/* ---- a second address of the CPU's ----------------------------------------------------------- */

static void what_is_written_at_a_second_address_is_handed_over_too(struct rig *rig)
{
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(rig->dev, LEN, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	char *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	cpu_holds(rig, p, 64);
	cpu_writes(rig, p, "new");
	if (rig->on->is & ON_V5) {
		/* Under its own tag nothing finds it. */
		dma_sync_single_for_device(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
		expects_device_reads(rig, dma, (const char[]){ 0, 0, 0, 0 });
	}
	flush_kernel_vmap_range(p, LEN);
	dma_sync_single_for_device(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_device_reads(rig, dma, "new");
	device_writes(rig, dma, "got");
	dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	invalidate_kernel_vmap_range(p, LEN);
	expects_cpu_reads(rig, p, "got");
	vunmap(p);
	dma_free_pages(rig->dev, LEN, page, dma, DMA_BIDIRECTIONAL);
}

/* Caches of which the device sees nothing. */
#define NOT_SEEN	(ON_COHERENT | ON_BOUNCE | ON_FAST | ON_LEGACY)

static const struct rig_test tests[] = {
	/*                                                                 needs    never */
	TEST_ON(it_is_zero_whatever_was_there,                             0,       0),
	TEST_ON(it_is_cached_and_mapped_once,                              0,       ON_FAST),
	TEST_ON(it_begins_a_page_for_both,                                 0,       0),
	TEST_ON(every_sync_hands_over_all_of_it,                           0,       0),
	TEST_ON(without_a_sync_the_device_sees_nothing_new,                0,       ON_COHERENT | ON_FAST),
	TEST_ON(what_cleared_it_is_dirty_until_the_first_sync,             0,       NOT_SEEN | ON_READ_ALLOCATE | ON_AURORA),
	TEST_ON(a_part_given_to_the_device_is_cleaned_and_no_other,        0,       NOT_SEEN),
	TEST_ON(a_part_that_the_device_will_write_is_dropped_and_no_other, 0,       NOT_SEEN),
	TEST_ON(a_part_of_a_line_is_cleaned_before_it_is_dropped,          0,       NOT_SEEN),
	TEST_ON(a_part_taken_back_is_dropped_and_no_other,                 0,       NOT_SEEN | ON_V5),
	TEST_ON(zones_and_compound_pages_are_refused,                      ON_FAST, 0),
	TEST_ON(a_direction_and_a_mask_are_needed,                         ON_FAST, 0),
	TEST_ON(attributes_are_refused_but_for_single_pages,               ON_FAST, 0),
	TEST_ON(nothing_and_more_than_there_is_are_refused,                ON_FAST, 0),
	TEST_ON(memory_out_of_reach_is_not_given,                          0,       ON_LEGACY),
	TEST_ON(operations_without_pages_have_none,                        ON_FAST, 0),
	TEST_ON(pages_that_cannot_be_mapped_are_given_back,                ON_FAST, 0),
	TEST_ON(whatever_allocation_fails_nothing_is_left,                 ON_FAST, 0),
	TEST_ON(lists_that_nobody_frees_go_with_the_machine, 0, ON_BOUNCE),
	TEST_ON(nonsense_given_back_is_a_warning,                          ON_FAST, 0),
	TEST_ON(a_list_over_coherent_memory_has_one_entry,                 0,       0),
	TEST_ON(memory_without_pages_has_no_list,                          ON_FAST, 0),
	TEST_ON(who_can_map_for_a_process_says_so,                         ON_FAST, 0),
	TEST_ON(pages_anywhere_are_mapped_in_a_row,                        0,       ON_BOUNCE | ON_LEGACY),
	TEST_ON(what_is_written_at_a_second_address_is_handed_over_too,    0,       0),
	TEST_ON(a_run_is_mapped_once_more,                                 0,       ON_BOUNCE | ON_LEGACY),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
