/* SPDX-License-Identifier: MIT */
/* The conformance suite: see conformance.h. */
#include "conformance.h"

#include <string.h>
#include <linux/dma-map-ops.h>
#include <linux/vmalloc.h>

#include "../../lib/mm/kernel.h"

#define ARENA		(PAGE_SIZE << MAX_PAGE_ORDER)
#define POOL_LEN	SZ_4M
#define GUARD		64

/* One step: in what it is, and in what it fails. */
struct step {
	struct conform *c;
	const struct backend *b;
	struct device *dev;
	char *p;		/* of the arena */
};

static bool is_coherent(const struct step *s)
{
	return s->c->rig.on->is & ON_COHERENT;
}

/* ---- machines -------------------------------------------------------------------- */

static const struct harness_config configs[] = {
	[BOUNCES_NEVER] = { .no_hazards = true },
	[BOUNCES_ON_DEMAND] = { .no_hazards = true, .swiotlb_bytes = POOL_LEN },
	[BOUNCES_ALWAYS] = { .no_hazards = true, .swiotlb_bytes = POOL_LEN,
			     .swiotlb_force = true },
	[BOUNCES_AND_GROWS] = { .no_hazards = true, .swiotlb_bytes = SZ_1M,
				.swiotlb_force = true, .swiotlb_dynamic = true },
};

struct conform *conform_new(const struct rig *rig, const struct backend *b, enum bouncing how)
{
	struct conform *c = g_new0(struct conform, 1);
	struct harness_config cfg = configs[how];
	g_autoptr(GError) error = NULL;
	struct kernel *k;

	c->rig = *rig;
	c->backend = b;
	c->bouncing = how;
	cfg.board = rig->on->board;
	cfg.gear = rig->on->is & ON_FAST ? GEAR_FAST : GEAR_EXACT;
	cfg.coherent = rig->on->is & ON_LEGACY ? COHERENT_LEGACY2011 : COHERENT_CMA;
	c->rig.h = harness_start(&cfg, &error);
	if (!c->rig.h)
		fail_msg("%s: %s", rig->on->name, error->message);
	c->rig.m = harness_machine(c->rig.h);
	c->rig.cpu = machine_cpu(c->rig.m, 0);
	k = machine_software(c->rig.m);
	c->memory = k->port.lowmem_pa;
	c->reach = how == BOUNCES_ON_DEMAND ? SZ_128M : k->port.lowmem_len;
	c->direct = harness_device_new(c->rig.h, "direct", rig->on->is & ON_COHERENT);
	b->attach(c);
	return c;
}

void conform_free(struct conform *c, const struct backend *b)
{
	if (b->detach)
		b->detach(c);
	harness_finish(c->rig.h);
	g_free(c);
}

/* Memory to map: out of the device's reach where it shall bounce for that. */
static char *arena(const struct conform *c)
{
	u64 from = c->bouncing == BOUNCES_ON_DEMAND ? c->memory + c->reach : 0;
	struct page *page;

	do {
		page = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
		if (!page)
			fail_msg("%s: no memory to map", c->rig.on->name);
	} while (page_to_phys(page) < from);
	return page_address(page);
}

/* ---- one buffer ------------------------------------------------------------------ */

static const struct {
	size_t at, len;
} buffers[] = {
	{ 0, 1 }, { 3, 31 }, { 64, 64 }, { 4093, 100 }, { 0, 4096 }, { 100, 5000 },
	{ 2048, 65536 },
};

/* An IOMMU can show a stranger whole pages as they are. */
static bool is_whole_pages(const void *p, size_t len)
{
	return !(((uintptr_t)p | len) & ~PAGE_MASK);
}

static void expects_bouncing(const struct step *s, const void *p, size_t len)
{
	struct bounce_counters counters;
	bool bounces = s->c->bouncing != BOUNCES_NEVER && !s->b->bounces_by_itself &&
		       !(s->b->translates && is_whole_pages(p, len));

	harness_count_bounces(s->dev, &counters);
	if (!!counters.nr_used != bounces)
		fail_msg("%zu slots are in use", counters.nr_used);
}

static dma_addr_t maps_attrs(const struct step *s, void *p, size_t len,
			     enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t dma = dma_map_single_attrs(s->dev, p, len, dir, attrs);

	if (dma_mapping_error(s->dev, dma))
		fail_msg("mapping %zu bytes failed", len);
	expects_bouncing(s, p, len);
	return dma;
}

static void bytes_go_to_the_device(const struct step *s)
{
	for (size_t i = 0; i < G_N_ELEMENTS(buffers); i++) {
		char *p = s->p + GUARD + buffers[i].at;
		dma_addr_t dma;

		cpu_fills(&s->c->rig, p, buffers[i].len, (unsigned)i);
		dma = maps_attrs(s, p, buffers[i].len, DMA_TO_DEVICE, 0);
		expects_device_finds(&s->c->rig, dma, buffers[i].len, (unsigned)i);
		dma_unmap_single(s->dev, dma, buffers[i].len, DMA_TO_DEVICE);
		expects_cpu_finds(&s->c->rig, p, buffers[i].len, (unsigned)i);
	}
}

/* Those around it stay as the CPU wrote them, just before. */
static void bytes_come_from_the_device(const struct step *s)
{
	struct rig *rig = &s->c->rig;

	for (size_t i = 0; i < G_N_ELEMENTS(buffers); i++) {
		char *p = s->p + GUARD + buffers[i].at;
		size_t len = buffers[i].len;
		dma_addr_t dma;

		cpu_fills(rig, p - GUARD, len + 2 * GUARD, 77);
		cpu_fills(rig, p - GUARD, GUARD, 78);
		cpu_fills(rig, p + len, GUARD, 79);
		dma = maps_attrs(s, p, len, DMA_FROM_DEVICE, 0);
		device_fills(rig, dma, len, (unsigned)i);
		dma_unmap_single(s->dev, dma, len, DMA_FROM_DEVICE);
		expects_cpu_finds(rig, p, len, (unsigned)i);
		expects_cpu_finds(rig, p - GUARD, GUARD, 78);
		expects_cpu_finds(rig, p + len, GUARD, 79);
	}
}

static void bytes_go_both_ways(const struct step *s)
{
	enum { LEN = 5000 };
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;

	cpu_fills(rig, s->p, LEN, 1);
	dma = maps_attrs(s, s->p, LEN, DMA_BIDIRECTIONAL, 0);
	expects_device_finds(rig, dma, LEN, 1);
	device_fills(rig, dma, LEN, 2);
	dma_sync_single_for_cpu(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, s->p, LEN, 2);
	cpu_fills(rig, s->p, LEN, 3);
	dma_sync_single_for_device(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_device_finds(rig, dma, LEN, 3);
	device_fills(rig, dma, LEN, 4);
	dma_unmap_single(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, s->p, LEN, 4);
}

static void a_part_is_handed_over_alone(const struct step *s)
{
	enum { LEN = 3 * 4096, AT = 5000, PART = 700 };
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;

	cpu_fills(rig, s->p, LEN, 1);
	dma = maps_attrs(s, s->p, LEN, DMA_BIDIRECTIONAL, 0);
	device_fills(rig, dma + AT, PART, 2);
	dma_sync_single_range_for_cpu(s->dev, dma, AT, PART, DMA_FROM_DEVICE);
	expects_cpu_finds(rig, s->p + AT, PART, 2);
	cpu_fills(rig, s->p + AT, PART, 3);
	dma_sync_single_range_for_device(s->dev, dma, AT, PART, DMA_TO_DEVICE);
	expects_device_finds(rig, dma + AT, PART, 3);
	dma_unmap_single(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, s->p + AT, PART, 3);
}

static void a_page_may_run_on_into_the_next(const struct step *s)
{
	enum { AT = 4000, LEN = 6000 };
	struct rig *rig = &s->c->rig;
	dma_addr_t dma = dma_map_page(s->dev, virt_to_page(s->p), AT, LEN, DMA_FROM_DEVICE);

	assert_false(dma_mapping_error(s->dev, dma));
	device_fills(rig, dma, LEN, 5);
	dma_unmap_page(s->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_finds(rig, s->p + AT, LEN, 5);
}

/* ---- lists ----------------------------------------------------------------------- */

enum { NR_ENTRIES = 5 };
static const unsigned entry_len[NR_ENTRIES] = { 64, 4096, 100, 9000, 1 };

static char *entry(const struct step *s, int i)
{
	return s->p + (size_t)i * 4 * PAGE_SIZE + (unsigned)i * 64;
}

static void fills_list(const struct step *s, struct scatterlist *sg, unsigned salt)
{
	for (int i = 0; i < NR_ENTRIES; i++) {
		sg_set_buf(&sg[i], entry(s, i), entry_len[i]);
		cpu_fills(&s->c->rig, entry(s, i), entry_len[i], salt + (unsigned)i);
	}
}

/* Entries may have become one for the device: bytes of it follow each other. */
static void device_goes_through(const struct step *s, struct scatterlist *sg, int ents,
				void (*act)(struct rig *, dma_addr_t, size_t, unsigned),
				unsigned salt)
{
	int at = 0;
	unsigned used = 0;

	for (int i = 0; i < NR_ENTRIES; i++) {
		act(&s->c->rig, sg_dma_address(&sg[at]) + used, entry_len[i],
		    salt + (unsigned)i);
		used += entry_len[i];
		if (used == sg_dma_len(&sg[at])) {
			used = 0;
			at++;
		}
	}
	assert_int_equal(at, ents);
}

static void expects_list(const struct step *s, unsigned salt)
{
	for (int i = 0; i < NR_ENTRIES; i++)
		expects_cpu_finds(&s->c->rig, entry(s, i), entry_len[i], salt + (unsigned)i);
}

static void a_list_is_mapped_whole(const struct step *s)
{
	struct scatterlist sg[NR_ENTRIES];
	int ents;

	sg_init_table(sg, NR_ENTRIES);
	fills_list(s, sg, 10);
	ents = (int)dma_map_sg(s->dev, sg, NR_ENTRIES, DMA_BIDIRECTIONAL);
	assert_in_range(ents, 1, NR_ENTRIES);
	device_goes_through(s, sg, ents, expects_device_finds, 10);
	device_goes_through(s, sg, ents, device_fills, 20);
	dma_sync_sg_for_cpu(s->dev, sg, NR_ENTRIES, DMA_BIDIRECTIONAL);
	expects_list(s, 20);
	fills_list(s, sg, 30);
	dma_sync_sg_for_device(s->dev, sg, NR_ENTRIES, DMA_BIDIRECTIONAL);
	device_goes_through(s, sg, ents, expects_device_finds, 30);
	device_goes_through(s, sg, ents, device_fills, 40);
	dma_unmap_sg(s->dev, sg, NR_ENTRIES, DMA_BIDIRECTIONAL);
	expects_list(s, 40);
}

static void a_table_is_mapped_whole(const struct step *s)
{
	struct sg_table sgt;

	assert_int_equal(sg_alloc_table(&sgt, NR_ENTRIES, GFP_KERNEL), 0);
	fills_list(s, sgt.sgl, 50);
	assert_int_equal(dma_map_sgtable(s->dev, &sgt, DMA_TO_DEVICE, 0), 0);
	assert_in_range(sgt.nents, 1, NR_ENTRIES);
	device_goes_through(s, sgt.sgl, (int)sgt.nents, expects_device_finds, 50);
	fills_list(s, sgt.sgl, 60);
	dma_sync_sgtable_for_device(s->dev, &sgt, DMA_TO_DEVICE);
	device_goes_through(s, sgt.sgl, (int)sgt.nents, expects_device_finds, 60);
	dma_unmap_sgtable(s->dev, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
}

/* ---- attributes, and what else a driver may rely on ------------------------------ */

static void who_skips_syncs_does_them(const struct step *s)
{
	enum { LEN = 5000 };
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;

	cpu_fills(rig, s->p, LEN, 1);
	dma = maps_attrs(s, s->p, LEN, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	dma_sync_single_for_device(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_device_finds(rig, dma, LEN, 1);
	device_fills(rig, dma, LEN, 2);
	dma_sync_single_for_cpu(s->dev, dma, LEN, DMA_BIDIRECTIONAL);
	device_fills(rig, dma, LEN, 3);			/* too late: not copied, not seen */
	cpu_holds(rig, s->p, LEN);
	dma_unmap_single_attrs(s->dev, dma, LEN, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	if (s->c->bouncing != BOUNCES_NEVER)
		expects_cpu_finds(rig, s->p, LEN, 2);
}

static void without_a_need_there_is_no_harm_in_no_sync(const struct step *s)
{
	enum { LEN = 300 };
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;

	cpu_holds(rig, s->p, LEN);
	dma = maps_attrs(s, s->p, LEN, DMA_FROM_DEVICE, 0);
	device_fills(rig, dma, LEN, 6);
	if (dma_need_sync(s->dev, dma))
		dma_sync_single_for_cpu(s->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_finds(rig, s->p, LEN, 6);
	dma_unmap_single(s->dev, dma, LEN, DMA_FROM_DEVICE);
}

static void what_the_device_left_alone_survives(const struct step *s)
{
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;

	if (!s->b->keeps_bytes || !is_coherent(s))
		return;
	cpu_writes(rig, s->p, "0123456789");
	dma = maps_attrs(s, s->p, 100, DMA_FROM_DEVICE, 0);
	device_writes(rig, dma + 4, "xx");
	dma_unmap_single(s->dev, dma, 100, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, s->p, "0123xx6789");
}

/*
 * Where the device is near blind, there may be none in its reach: operations of its own
 * ask for memory of another, and a contiguous area lies far up.
 */
static void memory_for_both_is_seen_by_both(const struct step *s)
{
	size_t len = s->b->maps_one_page && is_coherent(s) ? PAGE_SIZE : 5000;
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;
	char *p = dma_alloc_coherent(s->dev, len, &dma, GFP_KERNEL);

	if (!p && s->c->bouncing == BOUNCES_ON_DEMAND && (!is_coherent(s) || s->dev->dma_ops))
		return;
	assert_non_null(p);
	expects_cpu_zeros(rig, p, len);
	cpu_fills(rig, p, len, 7);
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_finds(rig, dma, len, 7);
	device_fills(rig, dma, len, 8);
	expects_cpu_finds(rig, p, len, 8);
	dma_free_coherent(s->dev, len, p, dma);
}

static void registers_of_others_are_reached_or_refused(const struct step *s)
{
	enum { REGISTERS = 0x1000 };
	dma_addr_t dma = dma_map_resource(s->dev, REGISTERS, 64, DMA_TO_DEVICE, 0);

	if (s->b->translates)
		assert_int_equal(dma_mapping_error(s->dev, dma), 0);
	else
		assert_true(dma == (s->b->maps_resources ? REGISTERS : DMA_MAPPING_ERROR));
	if (dma != DMA_MAPPING_ERROR)
		dma_unmap_resource(s->dev, dma, 64, DMA_TO_DEVICE, 0);
}

/* ---- errors ---------------------------------------------------------------------- */

static void expects_refusal(const struct step *s, void *p, enum dma_data_direction dir)
{
	dma_addr_t dma;

	listens(&s->c->rig);
	dma = dma_map_single(s->dev, p, 64, dir);
	assert_int_equal(dma_mapping_error(s->dev, dma), -ENOMEM);
	expects_warning(&s->c->rig, "");
}

static void what_cannot_be_mapped_is_refused(const struct step *s)
{
	struct scatterlist sg;
	char on_the_host[64];
	void *far_away = vmalloc(PAGE_SIZE);
	u64 *mask = s->dev->dma_mask;

	expects_refusal(s, s->p, DMA_NONE);
	expects_refusal(s, far_away, DMA_TO_DEVICE);
	expects_refusal(s, on_the_host, DMA_TO_DEVICE);
	s->dev->dma_mask = NULL;
	sg_init_one(&sg, s->p, 64);
	expects_refusal(s, s->p, DMA_TO_DEVICE);
	assert_int_equal(dma_map_sg(s->dev, &sg, 1, DMA_TO_DEVICE), 0);
	s->dev->dma_mask = mask;
	vfree(far_away);
}

static void memory_out_of_reach_is_refused_where_nothing_bounces(const struct step *s)
{
	u64 mask = *s->dev->dma_mask;

	if (s->c->bouncing != BOUNCES_NEVER || s->b->bounces_by_itself || s->b->translates)
		return;
	*s->dev->dma_mask = 0xffff;
	expects_refusal(s, s->p, DMA_TO_DEVICE);
	*s->dev->dma_mask = mask;
}

static void pages_change_hands_or_cannot_be_had(const struct step *s)
{
	struct rig *rig = &s->c->rig;
	dma_addr_t dma;
	char *p;

	if (s->c->bouncing != BOUNCES_NEVER)
		return;
	p = dma_alloc_noncoherent(s->dev, PAGE_SIZE, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	assert_int_equal(!p, s->b->gives_no_pages);
	if (!p)
		return;
	cpu_fills(rig, p, PAGE_SIZE, 1);
	dma_sync_single_for_device(s->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_device_finds(rig, dma, PAGE_SIZE, 1);
	device_fills(rig, dma, PAGE_SIZE, 2);
	dma_sync_single_for_cpu(s->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, p, PAGE_SIZE, 2);
	dma_free_noncoherent(s->dev, PAGE_SIZE, p, dma, DMA_BIDIRECTIONAL);
}

static const struct {
	const char *name;
	void (*run)(const struct step *s);
} steps[] = {
	{ "bytes go to the device", bytes_go_to_the_device },
	{ "bytes come from the device", bytes_come_from_the_device },
	{ "bytes go both ways", bytes_go_both_ways },
	{ "a part is handed over alone", a_part_is_handed_over_alone },
	{ "a page may run on into the next", a_page_may_run_on_into_the_next },
	{ "a list is mapped whole", a_list_is_mapped_whole },
	{ "a table is mapped whole", a_table_is_mapped_whole },
	{ "who skips syncs does them", who_skips_syncs_does_them },
	{ "without a need there is no harm in no sync",
	  without_a_need_there_is_no_harm_in_no_sync },
	{ "what the device left alone survives", what_the_device_left_alone_survives },
	{ "memory for both is seen by both", memory_for_both_is_seen_by_both },
	{ "registers of others are reached or refused",
	  registers_of_others_are_reached_or_refused },
	{ "pages change hands or cannot be had", pages_change_hands_or_cannot_be_had },
	{ "what cannot be mapped is refused", what_cannot_be_mapped_is_refused },
	{ "memory out of reach is refused where nothing bounces",
	  memory_out_of_reach_is_refused_where_nothing_bounces },
};

static void everything_is_refused(const struct step *s)
{
	struct scatterlist sg;
	struct sg_table sgt = { &sg, 1, 1 };
	dma_addr_t dma;

	sg_init_one(&sg, s->p, 64);
	expects_refusal(s, s->p, DMA_TO_DEVICE);
	assert_int_equal(dma_map_page(s->dev, virt_to_page(s->p), 0, 64, DMA_TO_DEVICE),
			 DMA_MAPPING_ERROR);
	assert_int_equal(dma_map_sg(s->dev, &sg, 1, DMA_TO_DEVICE), 0);
	assert_int_equal(dma_map_sgtable(s->dev, &sgt, DMA_TO_DEVICE, 0), -EINVAL);
	assert_int_equal(dma_map_resource(s->dev, 0x1000, 64, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	assert_null(dma_alloc_coherent(s->dev, 64, &dma, GFP_KERNEL));
	assert_int_equal(dma_set_mask(s->dev, DMA_BIT_MASK(32)), -EIO);
}

/* All of it, and nothing stays in use. */
static void run_steps(const struct step *s)
{
	struct bounce_counters counters;

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		steps[i].run(s);
		harness_count_bounces(s->dev, &counters);
		if (counters.nr_used || counters.nr_transient)
			fail_msg("%s: %zu slots stay in use", steps[i].name, counters.nr_used);
	}
}

void expects_conformance(struct rig *rig, const struct backend *b, enum bouncing how)
{
	struct conform *c = conform_new(rig, b, how);
	struct step s = { c, b, c->rig.dev, arena(c) };
	struct kernel *k = machine_software(c->rig.m);
	size_t nr_free;

	if (b->refuses_all) {
		everything_is_refused(&s);
	} else {
		run_steps(&s);
		nr_free = k->nr_free_pages;
		run_steps(&s);
		assert_int_equal(k->nr_free_pages, nr_free);
	}
	conform_free(c, b);
}
