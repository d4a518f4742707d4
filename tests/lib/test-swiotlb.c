/* SPDX-License-Identifier: MIT */
/* Bounce buffers by themselves: which slots, whose bytes, how many; more of them, fewer. */
#include <string.h>
#include <linux/dma-direct.h>
#include <linux/swiotlb.h>

#include "support/rig.h"
#include "lib/dma/dma.h"

#define LEN	256

/* ---- machines with pools of their own making ------------------------------------------ */

static struct rig boots(struct rig *rig, struct harness_config cfg)
{
	struct rig own = *rig;
	g_autoptr(GError) error = NULL;

	cfg.board = rig->on->board;
	cfg.gear = rig->on->is & ON_FAST ? GEAR_FAST : GEAR_EXACT;
	cfg.no_hazards = true;
	own.h = harness_start(&cfg, &error);
	if (!own.h)
		fail_msg("%s: %s", rig->on->name, error->message);
	own.m = harness_machine(own.h);
	own.cpu = machine_cpu(own.m, 0);
	own.dev = harness_device_new(own.h, "eth0", rig->on->is & ON_COHERENT);
	own.hw = harness_master(own.dev);
	return own;
}

static struct bounce_counters counts(const struct rig *rig)
{
	struct bounce_counters c;

	harness_count_bounces(rig->dev, &c);
	return c;
}

/* ---- the search, against a twin ------------------------------------------------------- */

/*
 * The twin knows an owner for each slot and looks at every slot in turn. It may differ
 * in one thing: Linux counts the slots that it passes over, so the last place of a round
 * where an allocation might start may not be looked at.
 */
enum { TWIN_SLOTS = SZ_4M / IO_TLB_SIZE, NR_TWIN_DEVS = 12, NR_TWIN_LIVE = 260,
       NR_TWIN_MOVES = 100000, ARENA = SZ_1M, MAX_AREAS = 8 };

struct twin_dev {
	struct device *dev;
	u64 keep, boundary;
};

struct twin_map {
	const struct twin_dev *d;
	phys_addr_t orig_pa, pa;
	size_t size, first, nr;
	u64 align;
};

struct twin {
	struct rig *rig;
	GRand *rand;
	phys_addr_t start;
	size_t nr_areas, area_slots;
	size_t next[MAX_AREAS];
	bool is_taken[TWIN_SLOTS];
	struct twin_dev devs[NR_TWIN_DEVS];
	struct twin_map live[NR_TWIN_LIVE];
	char *arena;
	uint8_t arena_bytes[ARENA];
	uint8_t pool_bytes[SZ_4M];
};

static bool is_place(const struct twin *t, const struct twin_map *m, size_t slot)
{
	u64 at = t->start + slot * IO_TLB_SIZE, last = at + m->nr * IO_TLB_SIZE - 1;
	u64 align = m->align | (IO_TLB_SIZE - 1), keep = m->d->keep & ~align;
	u64 boundary = m->d->boundary | (IO_TLB_SIZE - 1);

	return !(at & align) && (at & keep) == (m->orig_pa & keep) &&
	       (at & ~boundary) == (last & ~boundary);
}

static bool is_free_place(const struct twin *t, const struct twin_map *m, size_t slot)
{
	if (!is_place(t, m, slot) || slot / IO_TLB_SEGSIZE !=
				     (slot + m->nr - 1) / IO_TLB_SEGSIZE)
		return false;
	for (size_t i = 0; i < m->nr; i++)
		if (t->is_taken[slot + i])
			return false;
	return true;
}

static size_t first_place(const struct twin *t, const struct twin_map *m, size_t area,
			  bool *ret_may_be_missed)
{
	u64 mask = MAX(m->align | (IO_TLB_SIZE - 1), m->d->keep & ~m->align);
	size_t stride = (size_t)(mask >> IO_TLB_SHIFT) + 1;

	for (size_t i = 0; i < t->area_slots; i++) {
		size_t slot = area * t->area_slots + (t->next[area] + i) % t->area_slots;

		if (!is_free_place(t, m, slot))
			continue;
		*ret_may_be_missed = i + stride > t->area_slots;
		return slot;
	}
	return TWIN_SLOTS;
}

/* Is @slot (TWIN_SLOTS: none) what the twin would find? CPU 0's area comes first. */
static bool twin_agrees(const struct twin *t, const struct twin_map *m, size_t slot)
{
	for (size_t area = 0; area < t->nr_areas; area++) {
		bool may_be_missed = true;
		size_t at = first_place(t, m, area, &may_be_missed);

		if (at == slot && at < TWIN_SLOTS)
			return true;
		if (at < TWIN_SLOTS && !may_be_missed)
			return false;
	}
	return slot == TWIN_SLOTS;
}

static void check_range(struct twin *t, phys_addr_t pa, const uint8_t *want, size_t len)
{
	g_autofree uint8_t *got = g_malloc(len);

	cpu_load(t->rig->cpu, (uint32_t)(uintptr_t)phys_to_virt(pa), got, len, NULL);
	if (memcmp(got, want, len))
		fail_msg("bytes at pa %#llx (%zu) are not as they should be",
			 (unsigned long long)pa, len);
}

/* A slot in front and one behind, as far as there are any. */
static void check_around(struct twin *t, const struct twin_map *m)
{
	size_t at = (size_t)(m->pa - t->start), end = at + m->size;
	size_t from = at > IO_TLB_SIZE ? at - IO_TLB_SIZE : 0;
	size_t to = MIN(end + IO_TLB_SIZE, (size_t)SZ_4M);

	check_range(t, t->start + from, t->pool_bytes + from, to - from);
}

static void twin_maps(struct twin *t, struct twin_map *m)
{
	static const unsigned aligns[] = { 0, 0, 0, 0xfff, 0x1fff, 0xffff };
	unsigned align = aligns[g_rand_int_range(t->rand, 0, G_N_ELEMENTS(aligns))];
	size_t at, offset, len;

	m->d = &t->devs[g_rand_int_range(t->rand, 0, NR_TWIN_DEVS)];
	m->size = (size_t)1 << g_rand_int_range(t->rand, 0, 18);
	m->size += (size_t)g_rand_int_range(t->rand, 0, (gint32)m->size);
	at = (size_t)g_rand_int_range(t->rand, 0, (gint32)(ARENA - m->size));
	m->orig_pa = virt_to_phys(t->arena) + at;
	offset = m->orig_pa & m->d->keep & (align | (IO_TLB_SIZE - 1));
	len = ALIGN(m->size + offset, (size_t)align + 1);
	m->nr = DIV_ROUND_UP(len, (size_t)IO_TLB_SIZE);
	m->align = !align && !m->d->keep && len >= PAGE_SIZE ? PAGE_SIZE - 1 : align;
	m->pa = swiotlb_tbl_map_single(m->d->dev, m->orig_pa, m->size, align,
				       DMA_BIDIRECTIONAL, DMA_ATTR_NO_WARN);
	if (m->pa == (phys_addr_t)DMA_MAPPING_ERROR) {
		if (len <= SZ_256K && !twin_agrees(t, m, TWIN_SLOTS))
			fail_msg("%zu bytes were refused, and there is room", m->size);
		m->size = 0;
		return;
	}
	assert_true(m->pa - t->start < SZ_4M && len <= SZ_256K);
	m->first = (size_t)(m->pa - t->start - offset) / IO_TLB_SIZE;
	assert_true(t->start + m->first * IO_TLB_SIZE + offset == m->pa);
	assert_true((m->pa & m->d->keep) == (m->orig_pa & m->d->keep));
	if (!twin_agrees(t, m, m->first))
		fail_msg("slots from %zu for %zu bytes: not what the twin finds", m->first,
			 m->size);
	for (size_t i = 0; i < m->nr; i++)
		t->is_taken[m->first + i] = true;
	t->next[m->first / t->area_slots] = (m->first % t->area_slots + m->nr) % t->area_slots;
	memcpy(t->pool_bytes + (m->pa - t->start), t->arena_bytes + at, m->size);
	check_around(t, m);
}

/* The device writes a part of it, which then is in the original, and nothing else. */
static void twin_unmaps(struct twin *t, struct twin_map *m)
{
	uint8_t bytes[64];
	size_t len = MIN(sizeof(bytes), m->size), at, orig;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)g_rand_int(t->rand);
	at = (size_t)g_rand_int_range(t->rand, 0, (gint32)(m->size - len) + 1);
	orig = (size_t)(m->orig_pa - virt_to_phys(t->arena));
	assert_int_equal(master_write(t->rig->hw, m->pa + at, bytes, len).kind, MASTER_OK);
	memcpy(t->pool_bytes + (m->pa - t->start) + at, bytes, len);
	memcpy(t->arena_bytes + orig, t->pool_bytes + (m->pa - t->start), m->size);
	swiotlb_tbl_unmap_single(m->d->dev, m->pa, m->size, DMA_BIDIRECTIONAL, 0);
	check_range(t, m->orig_pa, t->arena_bytes + orig, m->size);
	for (size_t i = 0; i < m->nr; i++)
		t->is_taken[m->first + i] = false;
	m->size = 0;
}

static void begins_twin(struct twin *t, struct rig *rig)
{
	static const unsigned keeps[] = { 0, 0x1ff, 0x7ff, 0xfff, 0x1fff, 0xffff };
	static const u64 boundaries[] = { ~0ull, 0xffff };

	t->rig = rig;
	t->rand = g_rand_new_with_seed(6);
	for (unsigned i = 0; i < NR_TWIN_DEVS; i++) {
		struct twin_dev *d = &t->devs[i];

		*d = (struct twin_dev){
			harness_device_new(rig->h, "twin", false),
			keeps[i % G_N_ELEMENTS(keeps)], boundaries[i / G_N_ELEMENTS(keeps)],
		};
		dma_set_min_align_mask(d->dev, (unsigned)d->keep);
		dma_set_seg_boundary(d->dev, d->boundary);
	}
	t->start = default_swiotlb_base();
	t->nr_areas = roundup_pow_of_two(machine_nr_cpus(rig->m));
	t->area_slots = TWIN_SLOTS / t->nr_areas;
	t->arena = allocates(rig, ARENA);
	for (size_t i = 0; i < ARENA; i++)
		t->arena_bytes[i] = (uint8_t)g_rand_int(t->rand);
	cpu_store(rig->cpu, (uint32_t)(uintptr_t)t->arena, t->arena_bytes, ARENA, NULL);
}

static void the_search_finds_what_a_simple_twin_finds(struct rig *rig)
{
	struct rig own = boots(rig, (struct harness_config){
		.swiotlb_force = true, .swiotlb_bytes = SZ_4M,
	});
	g_autofree struct twin *t = g_new0(struct twin, 1);

	begins_twin(t, &own);
	listens(&own);				/* of alignments beyond a page */
	for (int move = 0; move < NR_TWIN_MOVES; move++) {
		struct twin_map *m = &t->live[g_rand_int_range(t->rand, 0, NR_TWIN_LIVE)];

		if (m->size)
			twin_unmaps(t, m);
		else
			twin_maps(t, m);
		if (move % 5000)
			continue;
		check_range(t, t->start, t->pool_bytes, SZ_4M);
		check_range(t, virt_to_phys(t->arena), t->arena_bytes, ARENA);
	}
	for (int i = 0; i < NR_TWIN_LIVE; i++)
		if (t->live[i].size)
			twin_unmaps(t, &t->live[i]);
	assert_int_equal(counts(&own).nr_used, 0);
	expects_warning(&own, "Alloc alignment may prevent");
	g_rand_free(t->rand);
	harness_finish(own.h);
}

/* As the device sees the slot, not as memory is numbered. */
static void low_bits_are_kept_in_the_devices_address(struct rig *rig)
{
	char *p = allocates(rig, 4 * PAGE_SIZE);
	struct bus_dma_region map[2] = {
		{ virt_to_phys(p) & ~(u64)(SZ_256M - 1), 0x10001000, SZ_256M - SZ_64K },
	};
	struct device *dev = harness_device_new(rig->h, "eth8", rig->on->is & ON_COHERENT);

	dev->dma_range_map = map;
	dma_set_min_align_mask(dev, 0x1fff);
	for (size_t at = 0; at < 2 * PAGE_SIZE; at += PAGE_SIZE) {
		dma_addr_t dma = dma_map_single(dev, p + at, LEN, DMA_TO_DEVICE);

		assert_false(dma_mapping_error(dev, dma));
		assert_int_equal(dma & 0x1fff, virt_to_phys(p + at) & 0x1fff);
		dma_unmap_single(dev, dma, LEN, DMA_TO_DEVICE);
	}
	dev->dma_range_map = NULL;
}

/* ---- how many ------------------------------------------------------------------------- */

static void a_pool_is_a_power_of_two_with_a_segment_for_each_cpu(struct rig *rig)
{
	static const struct {
		size_t asked, made;
	} cases[] = { { SZ_4M, SZ_4M }, { 3 * SZ_1M, SZ_4M }, { SZ_8M + 1, SZ_16M } };

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct rig own = boots(rig, (struct harness_config){
			.swiotlb_force = true, .swiotlb_bytes = cases[i].asked,
		});

		assert_int_equal(counts(&own).nr_slots * IO_TLB_SIZE, cases[i].made);
		assert_true(is_swiotlb_allocated());
		assert_int_equal(default_swiotlb_limit() - default_swiotlb_base() + 1,
				 cases[i].made);
		harness_finish(own.h);
	}
}

static void the_most_that_was_used_is_remembered(struct rig *rig)
{
	char *p = allocates(rig, SZ_64K);
	dma_addr_t big = maps(rig, p, SZ_64K, DMA_TO_DEVICE);
	dma_addr_t small = maps(rig, p, 1, DMA_TO_DEVICE);

	dma_unmap_single(rig->dev, big, SZ_64K, DMA_TO_DEVICE);
	assert_int_equal(counts(rig).nr_used, 1);
	assert_int_equal(counts(rig).nr_used_hiwater, SZ_64K / IO_TLB_SIZE + 1);
	assert_int_equal(counts(rig).nr_slots, SZ_4M / IO_TLB_SIZE);
	dma_unmap_single(rig->dev, small, 1, DMA_TO_DEVICE);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void a_machine_without_bounce_buffers_has_none_to_count(struct rig *rig)
{
	struct bounce_counters c = { 1, 1, 1, 1 };

	assert_false(harness_count_bounces(rig->dev, &c));
	assert_int_equal(c.nr_slots + c.nr_used + c.nr_used_hiwater + c.nr_transient, 0);
	assert_false(is_swiotlb_active(rig->dev));
	assert_false(is_swiotlb_allocated());
	assert_null(swiotlb_find_pool(rig->dev, virt_to_phys(allocates(rig, LEN))));
}

/* ---- what is said --------------------------------------------------------------------- */

static void a_full_pool_is_said_ten_times(struct rig *rig)
{
	char *p = allocates(rig, SZ_512K);

	for (int i = 0; i < 12; i++) {
		listens(rig);
		assert_int_equal(dma_map_single(rig->dev, p, SZ_256K + 1, DMA_TO_DEVICE),
				 DMA_MAPPING_ERROR);
		expects_warning(rig, i < 10 ? "eth0: swiotlb buffer is full (sz: 262145 bytes), "
					      "total 2048 (slots), used 0 (slots)" : NULL);
	}
}

static void nothing_is_said_where_a_failure_is_expected(struct rig *rig)
{
	char *p = allocates(rig, SZ_512K);

	listens(rig);
	assert_int_equal(dma_map_single_attrs(rig->dev, p, SZ_256K + 1, DMA_TO_DEVICE,
					      DMA_ATTR_NO_WARN), DMA_MAPPING_ERROR);
	expects_warning(rig, NULL);
}

/* More than was mapped is asked for: what was mapped is copied, and no more. */
static void an_overrun_is_said_once_and_cut(struct rig *rig)
{
	char *p = allocates(rig, 2 * LEN);
	dma_addr_t dma;

	cpu_writes(rig, p + LEN, "behind");
	dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);
	device_writes(rig, dma + LEN, "across");
	listens(rig);
	dma_sync_single_for_cpu(rig->dev, dma, 2 * LEN, DMA_FROM_DEVICE);
	expects_warning(rig, "eth0: Buffer overflow detected. Allocation size: 256. "
			     "Mapping size: 512.");
	listens(rig);
	dma_sync_single_for_cpu(rig->dev, dma, 2 * LEN, DMA_FROM_DEVICE);
	expects_warning(rig, NULL);
	expects_cpu_reads(rig, p + LEN, "behind");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
}

static void addresses_that_were_never_mapped_do_no_harm(struct rig *rig)
{
	char *p = allocates(rig, SZ_64K);
	dma_addr_t dma = maps(rig, p, SZ_64K, DMA_BIDIRECTIONAL);

	listens(rig);
	dma_sync_single_for_cpu(rig->dev, dma + SZ_128K, 100, DMA_FROM_DEVICE);
	dma_unmap_single(rig->dev, dma + SZ_128K, 100, DMA_FROM_DEVICE);
	expects_warning(rig, "unmapping a bounce buffer that is not mapped");
	listens(rig);
	dma_unmap_single(rig->dev, dma + 5000, 100, DMA_TO_DEVICE);	/* its second half */
	dma_unmap_single(rig->dev, dma, SZ_64K, DMA_TO_DEVICE);
	expects_warning(rig, NULL);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void a_boundary_with_holes_is_refused(struct rig *rig)
{
	char *p = allocates(rig, LEN);

	dma_set_seg_boundary(rig->dev, 0x2ffff);
	listens(rig);
	assert_int_equal(dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expects_warning(rig, "segment boundary mask 0x2ffff has holes");
}

/* ---- pools that come later --------------------------------------------------------------- */

enum { SMALL_POOL = SZ_1M, NR_FILL = SMALL_POOL / SZ_256K };

static struct rig boots_dynamic(struct rig *rig, char **ret_p)
{
	struct rig own = boots(rig, (struct harness_config){
		.swiotlb_force = true, .swiotlb_bytes = SMALL_POOL, .swiotlb_dynamic = true,
	});

	*ret_p = allocates(&own, SZ_512K);
	return own;
}

static void a_mapping_that_finds_no_slots_gets_a_pool_and_then_all_get_one(struct rig *rig)
{
	char *p;
	struct rig own = boots_dynamic(rig, &p);
	dma_addr_t dma[NR_FILL + 2];
	size_t nr_first = counts(&own).nr_slots;

	for (int i = 0; i < NR_FILL + 2; i++) {
		cpu_fills(&own, p, SZ_256K, (unsigned)i);
		dma[i] = maps(&own, p, SZ_256K, DMA_BIDIRECTIONAL);
		expects_device_finds(&own, dma[i], SZ_256K, (unsigned)i);
		assert_int_equal(counts(&own).nr_transient, i < NR_FILL ? 0 : IO_TLB_SEGSIZE);
	}
	assert_int_equal(counts(&own).nr_slots, 2 * nr_first);
	assert_int_equal(counts(&own).nr_used, (NR_FILL + 2) * IO_TLB_SEGSIZE);
	for (int i = 0; i < NR_FILL + 2; i++) {
		device_fills(&own, dma[i] + 7, 5000, 40 + (unsigned)i);
		dma_sync_single_for_cpu(own.dev, dma[i] + 7, 5000, DMA_FROM_DEVICE);
		expects_cpu_finds(&own, p + 7, 5000, 40 + (unsigned)i);
		dma_unmap_single(own.dev, dma[i], SZ_256K, DMA_BIDIRECTIONAL);
	}
	assert_int_equal(counts(&own).nr_used + counts(&own).nr_transient, 0);
	assert_null(swiotlb_find_pool(own.dev, dma_to_phys(own.dev, dma[NR_FILL])));
	assert_non_null(swiotlb_find_pool(own.dev, dma_to_phys(own.dev, dma[NR_FILL + 1])));
	harness_finish(own.h);
}

static void a_pool_of_one_mapping_goes_with_it(struct rig *rig)
{
	char *p;
	struct rig own = boots_dynamic(rig, &p);
	struct kernel *k = own.dev->kernel;
	dma_addr_t last;
	size_t nr_free;

	for (int i = 0; i < NR_FILL; i++)
		maps(&own, p, SZ_256K, DMA_TO_DEVICE);
	nr_free = k->nr_free_pages;
	last = maps(&own, p + 100, 5000, DMA_FROM_DEVICE);
	assert_int_equal(k->nr_free_pages, nr_free - 2);	/* order 1 */
	device_writes(&own, last + 4990, "end");
	dma_unmap_single(own.dev, last, 5000, DMA_FROM_DEVICE);
	expects_cpu_reads(&own, p + 5090, "end");
	assert_int_equal(k->nr_free_pages, nr_free);
	maps(&own, p, SZ_256K, DMA_TO_DEVICE);			/* lost with the machine */
	maps(&own, p, SZ_256K, DMA_TO_DEVICE);
	harness_finish(own.h);
}

static void without_memory_for_a_pool_a_mapping_is_refused(struct rig *rig)
{
	char *p;
	struct rig own = boots_dynamic(rig, &p);

	for (int i = 0; i < NR_FILL; i++)
		maps(&own, p, SZ_256K, DMA_TO_DEVICE);
	for (unsigned nth = 1; nth <= 2; nth++) {
		listens(&own);
		harness_fail_allocation(own.h, nth);
		assert_int_equal(dma_map_single(own.dev, p, SZ_256K, DMA_TO_DEVICE),
				 DMA_MAPPING_ERROR);
		harness_fail_allocation(own.h, 0);
		expects_warning(&own, "swiotlb buffer is full");
		own.dev->kernel->io_tlb_mem->shall_grow = false;
	}
	harness_finish(own.h);
}

static void who_asks_where_the_pool_is_ends_its_growth(struct rig *rig)
{
	char *p;
	struct rig own = boots_dynamic(rig, &p);

	assert_true(default_swiotlb_limit() > default_swiotlb_base() + SMALL_POOL);
	assert_int_equal(default_swiotlb_limit(), default_swiotlb_base() + SMALL_POOL - 1);
	for (int i = 0; i < NR_FILL; i++)
		maps(&own, p, SZ_256K, DMA_TO_DEVICE);
	listens(&own);
	assert_int_equal(dma_map_single(own.dev, p, LEN, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expects_warning(&own, "swiotlb buffer is full");
	harness_finish(own.h);
}

/* ---- restricted pools -------------------------------------------------------------------- */

enum { RESTRICTED = SZ_1M };

/* Memory that nobody else has, as reserved memory is. */
static phys_addr_t restricts(struct rig *rig)
{
	phys_addr_t pa = virt_to_phys(allocates(rig, RESTRICTED));

	assert_int_equal(harness_restrict_device(rig->dev, pa, RESTRICTED), 0);
	return pa;
}

static bool is_inside(phys_addr_t pa, dma_addr_t dma, size_t len)
{
	return dma >= pa && dma + len <= pa + RESTRICTED;
}

static void a_restricted_device_touches_its_pool_alone(struct rig *rig)
{
	phys_addr_t pool = restricts(rig);
	char *p = allocates(rig, 3 * PAGE_SIZE);
	struct scatterlist sg[2];
	dma_addr_t dma;

	cpu_fills(rig, p, 3 * PAGE_SIZE, 3);
	dma = maps(rig, p, 3 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	assert_true(is_inside(pool, dma, 3 * PAGE_SIZE));
	expects_device_finds(rig, dma, 3 * PAGE_SIZE, 3);
	device_fills(rig, dma, 3 * PAGE_SIZE, 4);
	dma_unmap_single(rig->dev, dma, 3 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, p, 3 * PAGE_SIZE, 4);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, LEN);
	sg_set_buf(&sg[1], p + PAGE_SIZE, LEN);
	assert_int_equal(dma_map_sg(rig->dev, sg, 2, DMA_TO_DEVICE), 2);
	assert_true(is_inside(pool, sg_dma_address(&sg[0]), LEN));
	assert_true(is_inside(pool, sg_dma_address(&sg[1]), LEN));
	dma_unmap_sg(rig->dev, sg, 2, DMA_TO_DEVICE);
	assert_int_equal(dma_max_mapping_size(rig->dev), SZ_256K);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void memory_for_both_sides_comes_from_the_restricted_pool(struct rig *rig)
{
	phys_addr_t pool = restricts(rig);
	dma_addr_t dma, page;
	char *p, *whole;

	p = dma_alloc_coherent(rig->dev, 3 * PAGE_SIZE, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_true(is_inside(pool, dma, 3 * PAGE_SIZE));
	assert_int_equal(dma & (4 * PAGE_SIZE - 1), 0);
	expects_cpu_zeros(rig, p, 3 * PAGE_SIZE);
	device_writes(rig, dma, "from the device");
	expects_cpu_reads(rig, p, "from the device");
	whole = dma_alloc_attrs(rig->dev, LEN, &page, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_ptr_equal(whole, phys_to_virt(page));	/* no cookie: it is mapped */
	dma_free_attrs(rig->dev, LEN, whole, page, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_null(dma_alloc_coherent(rig->dev, SZ_512K, &page, GFP_KERNEL));
	dma_free_coherent(rig->dev, 3 * PAGE_SIZE, p, dma);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void without_snooping_a_restricted_pool_has_no_memory_for_both(struct rig *rig)
{
	dma_addr_t dma = 42;

	restricts(rig);
	listens(rig);
	assert_null(dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL));
	expects_warning(rig, "coherent DMA allocations not supported");
	assert_int_equal(dma, 42);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void pages_of_a_drivers_own_come_from_the_restricted_pool(struct rig *rig)
{
	phys_addr_t pool = restricts(rig);
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(rig->dev, 2 * PAGE_SIZE, &dma, DMA_FROM_DEVICE,
					    GFP_KERNEL);

	assert_non_null(page);
	assert_true(is_inside(pool, dma, 2 * PAGE_SIZE));
	assert_int_equal(counts(rig).nr_used, 2 * PAGE_SIZE / IO_TLB_SIZE);
	dma_free_pages(rig->dev, 2 * PAGE_SIZE, page, dma, DMA_FROM_DEVICE);
	assert_int_equal(counts(rig).nr_used, 0);
}

static void two_devices_may_share_a_restricted_pool(struct rig *rig)
{
	struct device *other = harness_device_new(rig->h, "eth1", false);
	phys_addr_t pool = restricts(rig);
	char *p = allocates(rig, LEN);
	dma_addr_t first, second;

	assert_int_equal(harness_restrict_device(other, pool, RESTRICTED), 0);
	first = maps(rig, p, LEN, DMA_TO_DEVICE);
	second = dma_map_single(other, p, LEN, DMA_TO_DEVICE);
	assert_true(is_inside(pool, second, LEN) && first != second);
	assert_int_equal(counts(rig).nr_used, 2);
	swiotlb_dev_init(other);
	assert_false(is_swiotlb_for_alloc(other));
	assert_true(is_swiotlb_for_alloc(rig->dev));
}

static void a_pool_outside_the_linear_map_is_refused(struct rig *rig)
{
	phys_addr_t pa = virt_to_phys(allocates(rig, RESTRICTED));

	listens(rig);
	assert_int_equal(harness_restrict_device(rig->dev, 0x1000, RESTRICTED), -EINVAL);
	expects_warning(rig, "eth0: Restricted DMA pool must be accessible within the linear");
	listens(rig);
	assert_int_equal(harness_restrict_device(rig->dev, pa, 0), -EINVAL);
	expects_warning(rig, "eth0: Restricted DMA pool");
	harness_fail_allocation(rig->h, 1);
	assert_int_equal(harness_restrict_device(rig->dev, pa, RESTRICTED), -ENOMEM);
	assert_int_equal(harness_restrict_device(rig->dev, pa, RESTRICTED), 0);
}

static void pages_of_a_restricted_pool_are_aligned_to_their_size(struct rig *rig)
{
	phys_addr_t pool = restricts(rig);
	struct page *odd = swiotlb_alloc(rig->dev, PAGE_SIZE);
	struct page *big = swiotlb_alloc(rig->dev, 5 * PAGE_SIZE);

	assert_int_equal(page_to_phys(big) & (8 * PAGE_SIZE - 1), 0);
	assert_true(is_inside(pool, page_to_phys(big), 5 * PAGE_SIZE));
	assert_null(swiotlb_alloc(rig->dev, SZ_256K + 1));
	assert_true(swiotlb_free(rig->dev, odd, PAGE_SIZE));
	assert_true(swiotlb_free(rig->dev, big, 5 * PAGE_SIZE));
	assert_false(swiotlb_free(rig->dev, virt_to_page(allocates(rig, LEN)), PAGE_SIZE));
	assert_int_equal(counts(rig).nr_used, 0);
}

static void a_board_may_say_that_a_device_is_restricted(struct rig *rig)
{
	const struct harness_config cfg = { .board = "a9-pl310-2g", .no_hazards = true };
	enum { POOL = 0x90040000, POOL_LEN = 0x200000 };
	struct rig own = *rig;
	char *p;
	dma_addr_t dma;

	own.h = harness_start(&cfg, NULL);
	own.m = harness_machine(own.h);
	own.cpu = machine_cpu(own.m, 0);
	own.dev = harness_device(own.h, "10060000.ethernet");
	own.hw = harness_master(own.dev);
	assert_true(is_swiotlb_for_alloc(own.dev));
	assert_false(is_swiotlb_for_alloc(harness_device(own.h, "10050000.video-codec")));
	assert_int_equal(counts(&own).nr_slots, POOL_LEN / IO_TLB_SIZE);
	p = allocates(&own, 5000);
	cpu_fills(&own, p, 5000, 5);
	dma = maps(&own, p, 5000, DMA_BIDIRECTIONAL);
	assert_true(dma >= POOL && dma + 5000 <= POOL + POOL_LEN);
	expects_device_finds(&own, dma, 5000, 5);
	device_fills(&own, dma, 5000, 6);
	dma_unmap_single(own.dev, dma, 5000, DMA_BIDIRECTIONAL);
	expects_cpu_finds(&own, p, 5000, 6);
	harness_finish(own.h);
}

static const struct rig_test tests[] = {
	/*                                                                  needs      never */
	TEST_ON(the_search_finds_what_a_simple_twin_finds,                  ON_FAST,   0),
	TEST_ON(low_bits_are_kept_in_the_devices_address,                   ON_BOUNCE, 0),
	TEST_ON(a_pool_is_a_power_of_two_with_a_segment_for_each_cpu,       ON_FAST,   0),
	TEST_ON(the_most_that_was_used_is_remembered,                       ON_BOUNCE, 0),
	TEST_ON(a_machine_without_bounce_buffers_has_none_to_count,         ON_FAST,   0),
	TEST_ON(a_full_pool_is_said_ten_times,                              ON_BOUNCE, 0),
	TEST_ON(nothing_is_said_where_a_failure_is_expected,                ON_BOUNCE, 0),
	TEST_ON(an_overrun_is_said_once_and_cut,                            ON_BOUNCE, 0),
	TEST_ON(addresses_that_were_never_mapped_do_no_harm,                ON_BOUNCE, 0),
	TEST_ON(a_boundary_with_holes_is_refused,                           ON_BOUNCE, 0),
	TEST_ON(a_mapping_that_finds_no_slots_gets_a_pool_and_then_all_get_one, 0, ON_BOUNCE),
	TEST_ON(a_pool_of_one_mapping_goes_with_it,                         0,         ON_BOUNCE),
	TEST_ON(without_memory_for_a_pool_a_mapping_is_refused,             ON_FAST,   0),
	TEST_ON(who_asks_where_the_pool_is_ends_its_growth,                 ON_FAST,   0),
	TEST_ON(a_restricted_device_touches_its_pool_alone,                 0,         0),
	TEST_ON(memory_for_both_sides_comes_from_the_restricted_pool,       ON_COHERENT, 0),
	TEST_ON(without_snooping_a_restricted_pool_has_no_memory_for_both,  0, ON_COHERENT),
	TEST_ON(pages_of_a_drivers_own_come_from_the_restricted_pool,       0,         0),
	TEST_ON(two_devices_may_share_a_restricted_pool,                    0,         0),
	TEST_ON(a_pool_outside_the_linear_map_is_refused,                   0,         0),
	TEST_ON(a_board_may_say_that_a_device_is_restricted,                ON_FAST,   0),
	TEST_ON(pages_of_a_restricted_pool_are_aligned_to_their_size,       0,         0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
