/* SPDX-License-Identifier: MIT */
/*
 * One page, two mappings: which of them are listed, which are reported, and what goes
 * wrong through them. Acceptance points A1.1 to A1.7 of the project's DMA API.
 */
#include <string.h>
#include <armdma/alias.h>
#include <armdma/hazard.h>
#include <linux/dma-map-ops.h>
#include <linux/vmalloc.h>

#include "lib/mm/kernel.h"
#include "support/rig.h"

#define LEN		(3 * PAGE_SIZE)
#define SCAN_ORDER	9		/* 2 MiB: more than any cache holds */
#define MAX_SCANS	64
#define MAX_SITE	1024		/* no function here is longer */

static noinline void *gets(struct rig *rig, dma_addr_t *ret_dma)
{
	void *p = dma_alloc_coherent(rig->dev, LEN, ret_dma, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void frees(struct rig *rig, void *p, dma_addr_t dma)
{
	dma_free_coherent(rig->dev, LEN, p, dma);
}

/* ---- the registry --------------------------------------------------------------------- */

/* The aliases of the page at @pa: how many, and the first. */
static size_t aliases_of(struct rig *rig, phys_addr_t pa, struct alias *ret)
{
	static struct alias all[64];
	size_t nr = harness_find_aliases(rig->h, all, G_N_ELEMENTS(all)), found = 0;

	assert_true(nr <= G_N_ELEMENTS(all));
	*ret = (struct alias){ 0 };
	for (size_t i = 0; i < nr; i++)
		if (pa - all[i].pa < all[i].len && !found++)
			*ret = all[i];
	return found;
}

static bool is_in(const void *site, const void *function)
{
	return (size_t)((const char *)site - (const char *)function) < MAX_SITE;
}

static void a_double_mapping_is_listed_whole_with_both_addresses_and_call_sites(struct rig *rig)
{
	struct alias a;
	dma_addr_t dma;
	void *p = gets(rig, &dma);

	assert_int_equal(aliases_of(rig, dma, &a), 1);
	assert_int_equal(a.pa, dma);
	assert_int_equal(a.len, LEN);
	assert_int_equal(a.how, rig->on->is & ON_V5 ? ALIAS_TYPE : ALIAS_CACHEABILITY);
	assert_int_equal(a.side[0].va, (uint32_t)(uintptr_t)phys_to_virt(dma));
	assert_string_equal(a.side[0].where, "linear map");
	assert_null(a.side[0].site);
	assert_int_equal(a.side[1].va, (uint32_t)(uintptr_t)p);
	assert_true(is_in(a.side[1].site, gets));
	frees(rig, p, dma);
	assert_int_equal(aliases_of(rig, dma, &a), 0);
}

static void memory_with_one_mapping_is_not_listed(struct rig *rig)
{
	struct alias a;
	dma_addr_t dma;
	void *p = gets(rig, &dma);

	assert_int_equal(aliases_of(rig, dma, &a), 0);
	assert_int_equal(harness_find_aliases(rig->h, NULL, 0), 0);
	frees(rig, p, dma);
}

static noinline void *maps_once_more(struct page *page, pgprot_t prot)
{
	void *p = vmap(&page, 1, VM_MAP, prot);

	assert_non_null(p);
	return p;
}

static void a_second_mapping_of_the_same_kind_is_no_alias(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = maps_once_more(page, PAGE_KERNEL);
	struct alias a;

	assert_int_equal(aliases_of(rig, page_to_phys(page), &a), 0);
	vunmap(p);
	__free_page(page);
}

static void three_mappings_make_a_pair_for_each_that_disagree(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *cached = maps_once_more(page, PAGE_KERNEL);
	void *uncached = maps_once_more(page, pgprot_noncached(PAGE_KERNEL));
	struct alias a;

	assert_int_equal(aliases_of(rig, page_to_phys(page), &a), 2);
	assert_int_equal(a.how, ALIAS_TYPE);
	assert_true(is_in(a.side[1].site, maps_once_more));
	vunmap(cached);
	assert_int_equal(aliases_of(rig, page_to_phys(page), &a), 1);
	vunmap(uncached);
	assert_int_equal(aliases_of(rig, page_to_phys(page), &a), 0);
	__free_page(page);
}

/* ---- what is reported ------------------------------------------------------------------- */

struct watch {
	struct hazard_engine *e;
	char *text;
	size_t len;
	FILE *to;
};

static void watches(struct rig *rig, struct watch *w)
{
	w->to = open_memstream(&w->text, &w->len);
	w->e = hazard_attach(rig->m, &(struct hazard_config){ .text = w->to });
}

static bool says(struct watch *w, const char *text)
{
	fflush(w->to);
	return strstr(w->text, text) != NULL;
}

/* Return: what hazard_detach() does. */
static int ends(struct watch *w)
{
	int status = hazard_detach(w->e);

	fclose(w->to);
	free(w->text);
	return status;
}

static void a_clash_of_types_is_the_worse_class(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct hazard_engine *e;
	void *p;

	e = hazard_attach(rig->m, &(struct hazard_config){ .is_quiet = true });
	p = maps_once_more(page, pgprot_noncached(PAGE_KERNEL));
	assert_int_equal(hazard_count(e, HAZARD_ALIAS_TYPE), 1);
	vunmap(p);
	p = maps_once_more(page, pgprot_writecombine(PAGE_KERNEL));
	assert_int_equal(hazard_count(e, HAZARD_ALIAS_TYPE), rig->on->is & ON_V5 ? 2 : 1);
	assert_int_equal(hazard_count(e, HAZARD_ALIAS_ATTRIBUTES), rig->on->is & ON_V5 ? 0 : 1);
	vunmap(p);
	assert_true(ALIAS_TYPE > ALIAS_CACHEABILITY);
	__free_page(page);
	hazard_detach(e);
}

static void a_buffer_mapped_once_more_is_reported_with_the_call_that_did_it(struct rig *rig)
{
	struct watch w;
	dma_addr_t dma;
	void *p, *twice;

	watches(rig, &w);
	p = gets(rig, &dma);
	assert_int_equal(hazard_count(w.e, NR_HAZARD_CLASSES), 0);
	twice = maps_once_more(pfn_to_page(PHYS_PFN(dma)), PAGE_KERNEL);
	assert_true(says(&w, "in maps_once_more"));
	assert_true(says(&w, "allocated for eth0, coherent"));
	vunmap(twice);
	frees(rig, p, dma);
	assert_int_equal(ends(&w), 1);
}

/* ---- what goes wrong ---------------------------------------------------------------------- */

static bool reads(struct rig *rig, const void *p, const char *text)
{
	char got[8];

	assert_true(cpu_load(rig->cpu, (uint32_t)(uintptr_t)p, got, strlen(text), NULL));
	return !memcmp(got, text, strlen(text));
}

/* A1.3 */
static void a_line_of_the_cached_alias_is_stale_and_the_alias_is_named(struct rig *rig)
{
	struct watch w;
	dma_addr_t dma;
	void *p, *linear;

	watches(rig, &w);
	p = gets(rig, &dma);
	linear = phys_to_virt(dma);
	device_writes(rig, dma, "P1");
	device_writes(rig, dma, "P2");
	expects_cpu_reads(rig, p, "P2");
	assert_int_equal(hazard_count(w.e, HAZARD_CPU_READ_STALE), 0);
	device_writes(rig, dma, "P1");
	assert_true(reads(rig, linear, "P1"));	/* speculation would fill as well */
	device_writes(rig, dma, "P2");
	assert_true(reads(rig, linear, "P1"));
	assert_int_equal(hazard_count(w.e, HAZARD_CPU_READ_STALE), 1);
	assert_true(says(&w, "one mapping instead of two"));
	frees(rig, p, dma);
	assert_int_equal(ends(&w), 1);
}

static void without_an_alias_every_address_of_the_page_tells_the_truth(struct rig *rig)
{
	struct watch w;
	dma_addr_t dma;
	void *p, *linear;

	watches(rig, &w);
	p = gets(rig, &dma);
	linear = phys_to_virt(dma);
	device_writes(rig, dma, "P1");
	assert_true(reads(rig, linear, "P1"));
	device_writes(rig, dma, "P2");
	assert_true(reads(rig, linear, "P2"));
	expects_cpu_reads(rig, p, "P2");
	frees(rig, p, dma);
	assert_int_equal(ends(&w), 0);
}

/* Read so much that whatever is in any cache has to leave. */
static void scans(struct rig *rig, const char *p)
{
	uint8_t byte;

	for (size_t at = 0; at < PAGE_SIZE << SCAN_ORDER; at += 16)
		assert_true(cpu_load(rig->cpu, (uint32_t)(uintptr_t)p + (uint32_t)at, &byte, 1,
				     NULL));
}

static bool is_dirty(struct rig *rig, phys_addr_t pa)
{
	return machine_line(rig->m, 1, pa).is_dirty || machine_line(rig->m, 2, pa).is_dirty;
}

static void evicts(struct rig *rig, phys_addr_t pa)
{
	struct page *page = alloc_pages(GFP_KERNEL, SCAN_ORDER);

	assert_non_null(page);
	for (int i = 0; i < MAX_SCANS && is_dirty(rig, pa); i++)
		scans(rig, page_address(page));
	__free_pages(page, SCAN_ORDER);
	assert_false(is_dirty(rig, pa));
}

/* A1.4 */
static void without_the_first_flush_an_eviction_destroys_what_the_device_wrote(struct rig *rig)
{
	struct watch w;
	dma_addr_t dma;
	void *p;

	watches(rig, &w);
	rig->dev->kernel->forgets_flush = true;
	p = gets(rig, &dma);
	rig->dev->kernel->forgets_flush = false;
	assert_true(is_dirty(rig, dma));
	device_writes(rig, dma, "P2");
	evicts(rig, dma);
	expects_device_reads(rig, dma, (char[]){ 0, 0, 0 });
	assert_true(hazard_count(w.e, HAZARD_DEVICE_WRITE_LOST) > 0);
	frees(rig, p, dma);
	assert_int_equal(ends(&w), 1);
}

/* ---- free, and the memory's next life --------------------------------------------------- */

static void all_cpus_use(struct rig *rig, const void *p)
{
	uint32_t word;

	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++)
		assert_true(cpu_load(machine_cpu(rig->m, i), (uint32_t)(uintptr_t)p, &word,
				     sizeof(word), NULL));
}

/* A1.7: the TLBs of the model forget nothing that nobody invalidates. */
static void no_cpu_reaches_freed_memory_through_the_second_mapping(struct rig *rig)
{
	struct alias a;
	dma_addr_t dma;
	uint32_t word;
	void *p = gets(rig, &dma);

	all_cpus_use(rig, p);
	frees(rig, p, dma);
	assert_int_equal(aliases_of(rig, dma, &a), 0);
	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++)
		assert_false(cpu_load(machine_cpu(rig->m, i), (uint32_t)(uintptr_t)p, &word,
				      sizeof(word), NULL));
}

/* Nothing but its own mapping leads there, and that is what A1.3 asks of a carve-out. */
static void beyond_the_linear_map_there_is_one_mapping_and_no_line(struct rig *rig)
{
	struct translation t[4];
	struct alias a;
	dma_addr_t dma;
	void *p = gets(rig, &dma);

	assert_null(phys_to_virt(dma));
	assert_int_equal(cpu_find_aliases(rig->cpu, dma, t, G_N_ELEMENTS(t)), 1);
	assert_int_equal(aliases_of(rig, dma, &a), 0);
	all_cpus_use(rig, p);
	assert_false(machine_line(rig->m, 1, dma).is_valid);
	assert_false(machine_line(rig->m, 2, dma).is_valid);
	frees(rig, p, dma);
}

static void where_the_linear_map_would_have_it_there_is_a_fault(struct rig *rig)
{
	const struct port *port = &rig->dev->kernel->port;
	uint32_t word;
	dma_addr_t dma;
	void *p = gets(rig, &dma);

	assert_false(cpu_load(rig->cpu, port_pa_to_va(port, dma), &word, sizeof(word), NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_TRANSLATION);
	frees(rig, p, dma);
}

static void freed_memory_is_cached_again_on_every_cpu(struct rig *rig)
{
	dma_addr_t dma;
	void *p = gets(rig, &dma);

	all_cpus_use(rig, p);
	assert_false(machine_line(rig->m, 1, dma).is_valid);
	frees(rig, p, dma);
	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++) {
		struct cpu *c = machine_cpu(rig->m, i);
		uint32_t word;

		assert_true(cpu_load(c, (uint32_t)(uintptr_t)p, &word, sizeof(word), NULL));
		assert_true(machine_line(rig->m, 1, dma).is_valid);
		assert_true(cpu_dc(c, DC_CLEAN_INVALIDATE, (uint32_t)(uintptr_t)p));
		assert_false(machine_line(rig->m, 1, dma).is_valid);
	}
}

#define ON_ONCE		(ON_COHERENT | ON_TWICE)	/* never: it is mapped once */

static const struct rig_test tests[] = {
	/*                                                           needs     never */
	TEST_ON(a_double_mapping_is_listed_whole_with_both_addresses_and_call_sites, ON_LEGACY, 0),
	TEST_ON(a_double_mapping_is_listed_whole_with_both_addresses_and_call_sites, ON_REMAP, 0),
	TEST_ON(memory_with_one_mapping_is_not_listed,               0,        ON_ONCE),
	TEST_ON(a_second_mapping_of_the_same_kind_is_no_alias,       0,        0),
	TEST_ON(three_mappings_make_a_pair_for_each_that_disagree,   0,        0),
	TEST_ON(a_clash_of_types_is_the_worse_class,                 0,        0),
	TEST_ON(a_buffer_mapped_once_more_is_reported_with_the_call_that_did_it, 0,
		ON_ONCE | ON_CARVEOUT),
	TEST_ON(a_line_of_the_cached_alias_is_stale_and_the_alias_is_named, ON_LEGACY, ON_FAST),
	TEST_ON(a_line_of_the_cached_alias_is_stale_and_the_alias_is_named, ON_REMAP, ON_FAST),
	TEST_ON(without_an_alias_every_address_of_the_page_tells_the_truth, 0,
		ON_ONCE | ON_ELSEWHERE),
	TEST_ON(without_the_first_flush_an_eviction_destroys_what_the_device_wrote, ON_LEGACY, 0),
	TEST_ON(without_the_first_flush_an_eviction_destroys_what_the_device_wrote, ON_REMAP,
		ON_READ_ALLOCATE),
	TEST_ON(no_cpu_reaches_freed_memory_through_the_second_mapping, ON_LEGACY, 0),
	TEST_ON(no_cpu_reaches_freed_memory_through_the_second_mapping, ON_REMAP, 0),
	TEST_ON(freed_memory_is_cached_again_on_every_cpu,           0,
		ON_ONCE | ON_POOL | ON_FAST | ON_ELSEWHERE),
	TEST_ON(beyond_the_linear_map_there_is_one_mapping_and_no_line, ON_CARVEOUT, 0),
	TEST_ON(beyond_the_linear_map_there_is_one_mapping_and_no_line, ON_HIGHMEM, 0),
	TEST_ON(where_the_linear_map_would_have_it_there_is_a_fault, ON_CARVEOUT, 0),
};

int main(void)
{
	return rig_run_strategies(tests, G_N_ELEMENTS(tests));
}
