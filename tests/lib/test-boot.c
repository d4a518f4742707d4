/* SPDX-License-Identifier: MIT */
/* Boot: what is mapped how, on which boards, and several machines at once. */
#include <string.h>
#include <linux/dma-map-ops.h>
#include <linux/highmem.h>
#include <linux/vmalloc.h>

#include "lib/mm/kernel.h"
#include "support/board-fixture.h"
#include "support/rig.h"

static struct translation at(struct rig *rig, u64 va)
{
	return cpu_translate(rig->cpu, (uint32_t)va, true);
}

static void lowmem_is_mapped_in_sections_from_page_offset_on(struct rig *rig)
{
	const struct port *p = &rig->dev->kernel->port;
	enum cacheability want = rig->on->is & ON_UP ? CACHE_WB : CACHE_WBWA;

	for (u64 off = 0; off < rig->dev->kernel->cma_pa - p->lowmem_pa; off += SZ_16M) {
		struct translation t = at(rig, PAGE_OFFSET + off);

		assert_int_equal(t.fault.kind, FAULT_NONE);
		assert_int_equal(t.len, SZ_1M);
		assert_int_equal(t.pa, p->lowmem_pa + off);
		assert_int_equal(t.attrs.type, MEM_NORMAL);
		assert_int_equal(t.attrs.inner, want);
		assert_int_equal(t.attrs.outer, want);
		assert_int_equal(t.attrs.is_shareable, !(rig->on->is & ON_UP));
	}
	assert_int_equal(at(rig, PAGE_OFFSET - 1).fault.kind, FAULT_TRANSLATION);
	assert_int_equal(at(rig, PAGE_OFFSET + p->lowmem_len).fault.kind, FAULT_TRANSLATION);
	assert_int_equal(at(rig, 0).fault.kind, FAULT_TRANSLATION);
}

static void the_contiguous_area_is_mapped_in_pages(struct rig *rig)
{
	const struct kernel *k = rig->dev->kernel;
	u32 va = port_pa_to_va(&k->port, k->cma_pa);

	assert_int_equal(at(rig, va + k->cma_len - 1).len, PAGE_SIZE);
	assert_int_equal(at(rig, va + k->cma_len - 1).attrs.inner,
			 rig->on->is & ON_UP ? CACHE_WB : CACHE_WBWA);
	assert_int_equal(at(rig, va - 1).len, SZ_1M);
}

/* The walker of some cores reads below L1: an entry that was not cleaned is not there. */
static void every_cpu_sees_a_new_mapping_come_and_go(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	char byte;

	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++) {
		struct cpu *c = machine_cpu(rig->m, i), *before = cpu_enter(c);
		char got = 1;

		assert_true(cpu_load(c, (uint32_t)(uintptr_t)p, &got, 1, NULL));
		assert_int_equal(got, 0);
		cpu_enter(before);
	}
	vunmap(p);
	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++)
		assert_false(cpu_load(machine_cpu(rig->m, i), (uint32_t)(uintptr_t)p, &byte, 1,
				      NULL));
	__free_page(page);
}

static void machines_do_not_see_each_other(struct rig *rig)
{
	enum { NR = 6 };
	struct rig *rigs[NR];
	char *p[NR];
	dma_addr_t dma[NR];

	for (unsigned i = 0; i < NR; i++) {
		rigs[i] = rig_new(rig->on, CHOOSER_NOMINAL, i);
		p[i] = allocates(rigs[i], SZ_4K);
		cpu_fills(rigs[i], p[i], SZ_4K, i);
		assert_int_equal((uint32_t)(uintptr_t)p[i], (uint32_t)(uintptr_t)p[0]);
		dma[i] = maps(rigs[i], p[i], SZ_4K, DMA_BIDIRECTIONAL);
	}
	for (unsigned i = 0; i < NR; i++) {
		expects_device_finds(rigs[i], dma[i], SZ_4K, i);
		device_fills(rigs[i], dma[i], SZ_4K, i + 10);
	}
	for (unsigned i = 0; i < NR; i++) {
		dma_unmap_single(rigs[i]->dev, dma[i], SZ_4K, DMA_BIDIRECTIONAL);
		expects_cpu_finds(rigs[i], p[i], SZ_4K, i + 10);
		kfree(p[i]);
	}
	for (unsigned i = 0; i < NR; i++)
		rig_free(rigs[(i * 5) % NR]);
	/* This thread is no machine's CPU now; the one that is left is meant. */
	kfree(allocates(rig, 64));
}

static void the_same_run_costs_the_same(struct rig *rig)
{
	struct machine_counters n[2];

	for (unsigned i = 0; i < 2; i++) {
		struct rig *r = rig_new(rig->on, CHOOSER_RANDOM, 5);
		char *p = allocates(r, SZ_64K);

		cpu_fills(r, p, SZ_64K, 1);
		for (unsigned j = 0; j < 20; j++)
			dma_unmap_single(r->dev, maps(r, p + j * 100, 3000, DMA_FROM_DEVICE), 3000,
					 DMA_FROM_DEVICE);
		memset(&n[i], 0, sizeof(n[i]));
		machine_count(r->m, &n[i]);
		rig_free(r);
	}
	assert_memory_equal(&n[0], &n[1], sizeof(n[0]));
}

/* ---- boards by hand --------------------------------------------------------------------- */

static struct board_bank *bank(struct board *b, guint i)
{
	return &g_array_index(b->banks, struct board_bank, i);
}

static struct kernel *boots(struct board *b, struct machine **ret_m, GError **error)
{
	const struct machine_config cfg = { .board = b };

	*ret_m = machine_new(&cfg, error);
	return *ret_m ? kernel_boot(*ret_m, NULL, error) : NULL;
}

static void memory_beyond_lowmem_is_highmem(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a15();
	struct machine *m;
	struct kernel *k;

	bank(b, 0)->len = SZ_1G;
	k = boots(b, &m, &error);
	assert_non_null(k);
	assert_int_equal(k->port.lowmem_len, 768 * SZ_1M);
	assert_false(port_is_lowmem(&k->port, bank(b, 0)->pa + 768ull * SZ_1M, 1));
	assert_true(PageHighMem(pfn_to_page(PHYS_PFN(bank(b, 0)->pa + 768ull * SZ_1M))));
	assert_null(page_address(pfn_to_page(PHYS_PFN(bank(b, 0)->pa + SZ_1G - SZ_4K))));
	/* What lies above 4 GiB short descriptors cannot name. */
	assert_int_equal(k->nr_pages, SZ_1G / SZ_4K);
	assert_int_equal(totalhigh_pages(), 256 * SZ_1M / SZ_4K);
	kernel_halt(k);
	machine_free(m);
	board_free(b);
}

static void a_hole_between_banks_is_not_memory(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a9_pl310();
	struct board_bank second = { FIXTURE_DRAM_PA + SZ_512M, SZ_4M, false };
	struct machine *m;
	struct kernel *k;

	g_array_append_val(b->banks, second);
	k = boots(b, &m, &error);
	assert_non_null(k);
	assert_null(pfn_to_page(PHYS_PFN((u64)FIXTURE_DRAM_PA + SZ_256M)));
	assert_non_null(pfn_to_page(PHYS_PFN(second.pa)));
	assert_int_equal(cpu_translate(machine_cpu(m, 0), PAGE_OFFSET + SZ_256M, false).fault.kind,
			 FAULT_TRANSLATION);
	assert_int_equal(cpu_translate(machine_cpu(m, 0), PAGE_OFFSET + SZ_512M, false).fault.kind,
			 FAULT_NONE);
	kernel_halt(k);
	machine_free(m);
	board_free(b);
}

static void too_little_memory_is_refused_in_one_sentence(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a9_pl310();
	struct machine *m;

	bank(b, 0)->len = SZ_2M;
	assert_null(boots(b, &m, &error));
	assert_non_null(error);
	assert_non_null(strstr(error->message, "less than 4 MiB of"));
	machine_free(m);
	board_free(b);
}

/* What the narrowest bus shows is ZONE_DMA: others take the rest first. */
static void memory_that_all_reach_is_saved_for_who_needs_it(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a9_pl310();
	struct board_master *eth = g_ptr_array_index(b->masters, 0);
	const struct board_range r = { FIXTURE_DRAM_PA, FIXTURE_DRAM_PA, SZ_64M };
	struct machine *m;
	struct kernel *k;

	if (!eth->ranges)
		eth->ranges = g_array_new(FALSE, FALSE, sizeof(r));
	g_array_append_val(eth->ranges, r);
	k = boots(b, &m, &error);
	assert_non_null(k);
	assert_true(page_to_phys(alloc_page(GFP_KERNEL)) >= r.pa + SZ_64M);
	assert_true(page_to_phys(alloc_page(GFP_KERNEL | GFP_DMA)) < r.pa + SZ_64M);
	assert_true(k->cma_pa + k->cma_len <= r.pa + SZ_64M);
	kernel_halt(k);
	machine_free(m);
	board_free(b);
}

/* ---- the harness ---------------------------------------------------------------------------- */

static void expects_bad(const char *name, const char *value, const char *text)
{
	g_autoptr(GError) error = NULL;

	g_setenv(name, value, TRUE);
	assert_null(harness_start(NULL, &error));
	if (!strstr(error->message, text))
		fail_msg("%s=%s: \"%s\", expected \"%s\"", name, value, error->message, text);
	g_unsetenv(name);
}

static void a_bad_environment_is_one_sentence(void **state)
{
	expects_bad("ARMDMA_BOARD", "no-such-board", "no-such-board");
	expects_bad("ARMDMA_CPU", "cortex-b9", "\"cortex-b9\" is not in the table of cores");
	expects_bad("ARMDMA_SEED", "abc", "ARMDMA_SEED: \"abc\" is not a number");
	expects_bad("ARMDMA_SEED", "99999999999999999999", "of up to 64 bits");
	expects_bad("ARMDMA_SEED", "-1", "is not a number");
	expects_bad("ARMDMA_OPTIONS", "gear=slow", "gear=slow: it is exact or fast");
	expects_bad("ARMDMA_OPTIONS", "tlb=big", "tlb=big: it is unbounded or real");
	expects_bad("ARMDMA_OPTIONS", "gear=fast:coffee=black", "no option \"coffee\"");
	expects_bad("ARMDMA_OPTIONS", "fast", "\"fast\" has no value");
	expects_bad("ARMDMA_OPTIONS", "coherent_pool=lots", "it is a size below 4 GiB");
	expects_bad("ARMDMA_OPTIONS", "coherent_pool=8G", "it is a size below 4 GiB");
}

static void the_environment_chooses_the_machine(void **state)
{
	g_autoptr(GError) error = NULL;
	struct harness *h;

	g_setenv("ARMDMA_BOARD", "a7-quad", TRUE);
	g_setenv("ARMDMA_CPU", "cortex-a5,cpus=3", TRUE);
	g_setenv("ARMDMA_SEED", "0x5eed", TRUE);
	g_setenv("ARMDMA_OPTIONS",
		 "gear=fast:hazards=off:coherent=legacy2011:coherent_pool=1M:", TRUE);
	h = harness_start(NULL, &error);
	assert_non_null(h);
	assert_int_equal(machine_nr_cpus(harness_machine(h)), 3);
	assert_int_equal(machine_seed(harness_machine(h)), 0x5eed);
	assert_int_equal(machine_gear(harness_machine(h)), GEAR_FAST);
	assert_null(harness_hazards(h));
	assert_true(harness_device(h, "x")->kernel->config.coherent == COHERENT_LEGACY2011);
	assert_int_equal(harness_device(h, "x")->kernel->config.coherent_pool_len, SZ_1M);
	assert_int_equal(harness_finish(h), 0);
	g_unsetenv("ARMDMA_BOARD");
	g_unsetenv("ARMDMA_CPU");
	g_unsetenv("ARMDMA_SEED");
	g_unsetenv("ARMDMA_OPTIONS");
}

/* Stores to 40 sections, by a Cortex-A8, whose TLB has 32 entries. */
static u64 evictions_with(const char *options)
{
	g_autoptr(GError) error = NULL;
	struct machine_counters sum;
	struct harness *h;

	g_setenv("ARMDMA_BOARD", "a8-up", TRUE);
	g_setenv("ARMDMA_OPTIONS", options, TRUE);
	h = harness_start(NULL, &error);
	assert_non_null(h);
	for (u32 i = 0; i < 40; i++)
		cpu_store(machine_cpu(harness_machine(h), 0), PAGE_OFFSET + (i + 1) * SZ_1M - 1,
			  "x", 1, NULL);
	machine_count(harness_machine(h), &sum);
	assert_int_equal(harness_finish(h), 0);
	g_unsetenv("ARMDMA_BOARD");
	g_unsetenv("ARMDMA_OPTIONS");
	return sum.tlb_evictions;
}

static void the_environment_chooses_the_size_of_the_tlb(void **state)
{
	assert_int_equal(evictions_with("tlb=unbounded"), 0);
	assert_true(evictions_with("tlb=real") >= 8);
}

static void a_device_is_made_once(struct rig *rig)
{
	struct device *a = harness_device(rig->h, "dsp"), *b = harness_device(rig->h, "dsp");

	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, harness_device(rig->h, "dsp2"));
	assert_string_equal(dev_name(a), "dsp");
	assert_false(a->dma_coherent);
	assert_true(*a->dma_mask == DMA_BIT_MASK(32));
	assert_string_equal(master_name(harness_master(a)), "dsp");
}

static const struct rig_test tests[] = {
	/*                                                        needs     never */
	TEST_ON(lowmem_is_mapped_in_sections_from_page_offset_on, 0,        0),
	TEST_ON(the_contiguous_area_is_mapped_in_pages,           0,        ON_LEGACY),
	TEST_ON(every_cpu_sees_a_new_mapping_come_and_go,         0,        0),
	TEST_ON(machines_do_not_see_each_other,                   0,        0),
	TEST_ON(the_same_run_costs_the_same,                      0,        0),
	TEST_ON(a_device_is_made_once,                            ON_UP,    0),
};

static const struct CMUnitTest alone[] = {
	cmocka_unit_test(the_environment_chooses_the_size_of_the_tlb),
	cmocka_unit_test(memory_beyond_lowmem_is_highmem),
	cmocka_unit_test(a_hole_between_banks_is_not_memory),
	cmocka_unit_test(too_little_memory_is_refused_in_one_sentence),
	cmocka_unit_test(memory_that_all_reach_is_saved_for_who_needs_it),
	cmocka_unit_test(a_bad_environment_is_one_sentence),
	cmocka_unit_test(the_environment_chooses_the_machine),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return cmocka_run_group_tests_name("lib", alone, NULL, NULL);
	return rig_run(tests, G_N_ELEMENTS(tests));
}
