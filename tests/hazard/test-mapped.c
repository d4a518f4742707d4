/* SPDX-License-Identifier: MIT */
/*
 * The set of live mappings against an array that is searched from end to end; and the
 * ledger's fast lane against the ledger without it, which is the exact gear's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <glib.h>

#include <armdma/cpu.h>
#include <armdma/harness.h>
#include "lib/hazard/engine.h"
#include "verbs.h"

/* ---- what is found --------------------------------------------------------- */

#define NR_MAPPINGS	300u
#define BASE		0x80000000ull
#define SPAN		(6u << 20)

struct twin {
	struct mapped live;
	struct dev_record dev[2];
	struct mapping *at[NR_MAPPINGS];
	GRand *rand;
};

static uint64_t below(struct twin *t, unsigned n)
{
	return (uint64_t)g_rand_int_range(t->rand, 0, (gint32)n);
}

/* A few bytes, a page, some pages, more than a region; at few enough places to meet. */
static uint64_t some_len(struct twin *t)
{
	static const unsigned most[] = { 1, 64, 4096, 4097, 65536, 1 << 21, (1 << 21) + 9 };

	return 1 + below(t, most[below(t, G_N_ELEMENTS(most))]);
}

static void maps(struct twin *t, unsigned i)
{
	static const unsigned step[] = { 64, 4096, 1 << 16, 1 << 20 };
	unsigned s = step[below(t, G_N_ELEMENTS(step))];
	uint64_t pa = BASE + below(t, SPAN / s) * s;
	struct mapping *m = mapped_new(&t->live, pa);

	m->dev = &t->dev[below(t, 2)];
	m->pa = pa;
	m->len = some_len(t);
	m->kind = below(t, 4) ? MAPPING_SINGLE : MAPPING_COHERENT;
	m->dma = pa + (below(t, 8) ? 0x1000 : 0x7000000);	/* straight; bent */
	mapped_insert(&t->live, m);
	t->at[i] = m;
}

static void toggles(struct twin *t, unsigned i)
{
	if (t->at[i]) {
		mapped_remove(&t->live, t->at[i]);
		t->at[i] = NULL;
	} else {
		maps(t, i);
	}
}

struct seen {
	bool is_by_dma;
	unsigned nr;
	const struct mapping *last;
};

static bool see(struct mapping *m, void *data)
{
	struct seen *s = data;
	const struct mapping *l = s->last;

	if (l) {
		uint64_t a = s->is_by_dma ? l->dma : l->pa, b = s->is_by_dma ? m->dma : m->pa;

		assert_true(a < b || (a == b && l->age < m->age));
	}
	s->last = m;
	s->nr++;
	return true;
}

static bool meets(uint64_t at, uint64_t len, uint64_t first, uint64_t last)
{
	return at <= last && at + len > first;
}

static unsigned count_by_hand(const struct twin *t, const struct dev_record *d, uint64_t first,
			      uint64_t last)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < NR_MAPPINGS; i++) {
		const struct mapping *m = t->at[i];

		if (m && d)
			nr += m->dev == d && meets(m->dma, m->len, first, last);
		else if (m)
			nr += m->kind == MAPPING_SINGLE && meets(m->pa, m->len, first, last);
	}
	return nr;
}

static void expect_same_answers(struct twin *t)
{
	uint64_t first = BASE - 0x1000 + below(t, SPAN + (2 << 20));
	uint64_t last = first + some_len(t) - 1;
	struct seen by_pa = { 0 };

	mapped_each_pa(&t->live, first, last, see, &by_pa);
	assert_int_equal(by_pa.nr, count_by_hand(t, NULL, first, last));
	for (unsigned i = 0; i < 2; i++) {
		struct seen s = { .is_by_dma = true }, all = s;

		mapped_each_dma(&t->dev[i], first, last, see, &s);
		assert_int_equal(s.nr, count_by_hand(t, &t->dev[i], first, last));
		mapped_each_dma(&t->dev[i], 0, UINT64_MAX, see, &all);
		assert_int_equal(all.nr, count_by_hand(t, &t->dev[i], 0, UINT64_MAX));
	}
}

static void set_finds_what_a_linear_search_finds(void **state)
{
	struct twin *t = g_new0(struct twin, 1);

	mapped_init(&t->live, false);
	t->dev[0].live = t->dev[1].live = &t->live;
	t->rand = g_rand_new_with_seed(2011);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = (unsigned)below(t, NR_MAPPINGS);

		toggles(t, i);
		if (t->at[i] && step % 64 == 0 && mapped_level(t->at[i]->pa, 1) == LEVEL_PAGE)
			mapped_spread(&t->live, mapped_region(&t->live, t->at[i]->pa), LEVEL_PAGE,
				    t->at[i]->pa);
		expect_same_answers(t);
	}
	for (unsigned i = 0; i < NR_MAPPINGS; i++)
		if (t->at[i])
			toggles(t, i);
	mapped_done(&t->live);
	g_rand_free(t->rand);
	g_free(t);
}

static void a_live_mapping_is_64_bytes_of_the_host(void **state)
{
	const unsigned nr = 1000000;
	struct mapped *l = g_new0(struct mapped, 1);
	struct dev_record d = { .live = l };

	mapped_init(l, true);
	for (unsigned i = 0; i < nr; i++) {
		struct mapping *m = mapped_new(l, BASE + i % 4096 * 4096ull);

		m->dev = &d;
		m->pa = m->dma = BASE + i % 4096 * 4096ull;
		m->len = 4096;
		mapped_insert(l, m);
	}
	assert_true(l->records.ready_bytes <= nr * 64ull + (4 << 20));
	assert_true(l->mores.ready_bytes == 0 && l->fans.ready_bytes == 0);
	mapped_done(l);
	g_free(l);
}

/* ---- what is said -------------------------------------------------------------- */

#define NR_BUFFERS	40u
#define NR_LISTS	30u
#define NR_ENTRIES	5u
#define NR_DEVICES	3u

/* One gear's machine, and what its driver holds. */
struct side {
	struct harness *h;
	struct device *dev[NR_DEVICES];
	u8 *page[NR_BUFFERS];
	struct held {
		dma_addr_t dma;
		size_t len;
		int dev, dir, page;
	} held[NR_MAPPINGS];
	struct held_list {
		struct scatterlist sg[NR_ENTRIES];
		int nents, dev, dir;
	} list[NR_LISTS];
	GRand *rand;
};

static int draw(struct side *s, int n)
{
	return g_rand_int_range(s->rand, 0, n);
}

/* Every fourth has 2 MiB for itself, and so a lock of its own. */
static unsigned order_of(unsigned i)
{
	return i % 4 ? 1 : 9;
}

static void side_starts(struct side *s, enum machine_gear gear, bool has_iommu)
{
	static const char *const name[NR_DEVICES] = { "eth0", "mmc0", "usb0" };
	const struct harness_config cfg = {
		.board = "a7-quad", .gear = gear, .hazards = { .is_quiet = true },
		.iommu = has_iommu ? IOMMU_STRICT : IOMMU_AS_BOARD,
	};
	g_autoptr(GError) error = NULL;

	s->h = harness_start(&cfg, &error);
	if (!s->h)
		fail_msg("%s", error->message);
	for (unsigned i = 0; i < NR_DEVICES; i++)
		s->dev[i] = harness_device_new(s->h, name[i], i == 0);
	for (unsigned i = 0; has_iommu && i < NR_DEVICES; i++)
		assert_int_equal(harness_add_iommu(s->h, s->dev[i], NULL), 0);
	for (unsigned i = 0; i < NR_BUFFERS; i++)
		s->page[i] = (u8 *)__get_free_pages(GFP_KERNEL, order_of(i));
	s->rand = g_rand_new_with_seed(7);
}

static void side_maps(struct side *s, struct held *h)
{
	static const unsigned lens[] = { 32, 64, 4096, 8192 };
	unsigned at = (unsigned)draw(s, 4) * 64;

	h->page = draw(s, NR_BUFFERS);
	h->dev = draw(s, NR_DEVICES);
	h->dir = draw(s, 3);
	h->len = lens[draw(s, G_N_ELEMENTS(lens))];
	h->dma = dma_map_single(s->dev[h->dev], s->page[h->page] + at,
				MIN(h->len, 8192 - at), h->dir);
	h->len = MIN(h->len, 8192 - at);
	if (draw(s, 50) && dma_mapping_error(s->dev[h->dev], h->dma))
		h->len = 0;		/* an address that a wrong unmap freed twice */
}

/* Mostly as it should be. */
static void side_unmaps(struct side *s, struct held *h)
{
	int wrong = draw(s, 60);

	dma_unmap_single(s->dev[wrong == 1 ? draw(s, NR_DEVICES) : h->dev],
			 h->dma + (wrong == 2 ? 64 : 0), h->len + (wrong == 3 ? 64 : 0),
			 wrong == 4 ? draw(s, 3) : h->dir);
	if (wrong != 5)			/* once more, next time */
		h->len = 0;
}

static void side_maps_list(struct side *s, struct held_list *l)
{
	static const unsigned lens[] = { 64, 4096, 4096, 8192 };

	l->nents = 1 + draw(s, NR_ENTRIES);
	l->dev = draw(s, NR_DEVICES);
	l->dir = draw(s, 3);
	sg_init_table(l->sg, (unsigned)l->nents);
	for (int i = 0; i < l->nents; i++)
		sg_set_buf(&l->sg[i], s->page[draw(s, NR_BUFFERS)],
			   lens[draw(s, G_N_ELEMENTS(lens))]);
	if (!dma_map_sg(s->dev[l->dev], l->sg, l->nents, l->dir))
		l->nents = 0;
}

static void side_syncs_list(struct side *s, const struct held_list *l)
{
	int wrong = draw(s, 30), dir = wrong == 1 ? draw(s, 3) : l->dir;
	int nents = wrong == 2 ? 1 + draw(s, l->nents) : l->nents;

	if (draw(s, 2))
		dma_sync_sg_for_cpu(s->dev[l->dev], (void *)l->sg, nents, dir);
	else
		dma_sync_sg_for_device(s->dev[l->dev], (void *)l->sg, nents, dir);
}

static void side_unmaps_list(struct side *s, struct held_list *l)
{
	int wrong = draw(s, 30);

	dma_unmap_sg(s->dev[wrong == 1 ? draw(s, NR_DEVICES) : l->dev], l->sg,
		     wrong == 2 ? 1 + draw(s, l->nents) : l->nents,
		     wrong == 3 ? draw(s, 3) : l->dir);
	if (wrong != 4)			/* once more, next time */
		l->nents = 0;
}

static void side_goes_on_with_lists(struct side *s)
{
	struct held_list *l = &s->list[draw(s, NR_LISTS)];

	if (!l->nents)
		side_maps_list(s, l);
	else if (!draw(s, 4))
		side_syncs_list(s, l);
	else
		side_unmaps_list(s, l);
}

static void side_goes_on(struct side *s)
{
	struct held *h = &s->held[draw(s, NR_MAPPINGS)];

	if (!draw(s, 3))
		side_goes_on_with_lists(s);
	if (!h->len)
		side_maps(s, h);
	else if (!draw(s, 8))
		dma_sync_single_for_cpu(s->dev[h->dev], h->dma, h->len, h->dir);
	else
		side_unmaps(s, h);
	if (!draw(s, 200)) {
		unsigned i = (unsigned)draw(s, NR_BUFFERS);

		free_pages((unsigned long)s->page[i], order_of(i));
		s->page[i] = (u8 *)__get_free_pages(GFP_KERNEL, order_of(i));
	}
}

static void side_runs(struct side *s, enum machine_gear gear, bool has_iommu)
{
	memset(s, 0, sizeof(*s));
	side_starts(s, gear, has_iommu);
	for (unsigned i = 0; i < (has_iommu ? 5000 : 20000); i++)
		side_goes_on(s);
}

/*
 * Whether an address of nobody's was once one's own is known for as long as it is
 * remembered, and that is not as long in the fast gear: what is unknown there in the exact
 * gear may be another device's. Lists that change, and what iommu_unmap() takes, are looked
 * at in the exact gear alone.
 */
static uint64_t count_of(const struct side *s, unsigned c)
{
	const struct hazard_engine *e = harness_hazards(s->h);

	switch (c) {
	case HAZARD_UNMAP_UNKNOWN:
		return hazard_count(e, c) + hazard_count(e, HAZARD_SYNC_UNKNOWN) +
		       hazard_count(e, HAZARD_WRONG_DEVICE);
	case HAZARD_SYNC_UNKNOWN: case HAZARD_WRONG_DEVICE:
	case HAZARD_SG_MODIFIED: case HAZARD_IOMMU_UNMAP_PARTIAL:
		return 0;
	default:
		return hazard_count(e, c);
	}
}

static void expect_same_of_both_gears(bool has_iommu)
{
	static struct side exact, fast;

	side_runs(&exact, GEAR_EXACT, has_iommu);
	side_runs(&fast, GEAR_FAST, has_iommu);
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		assert_int_equal(count_of(&fast, c), count_of(&exact, c));
	assert_true(hazard_count(harness_hazards(fast.h), HAZARD_UNMAP_SIZE) > 0);
	assert_true(hazard_count(harness_hazards(fast.h), HAZARD_UNMAP_NENTS) > 0);
	assert_int_equal(harness_finish(fast.h), 1);
	assert_int_equal(harness_finish(exact.h), 1);
	g_rand_free(exact.rand);
	g_rand_free(fast.rand);
}

static void both_gears_find_the_same_wrong_calls(void **state)
{
	expect_same_of_both_gears(false);
}

static void both_gears_find_the_same_wrong_calls_behind_an_iommu(void **state)
{
	expect_same_of_both_gears(true);
}

/* ---- who says it ------------------------------------------------------------------ */

#define NR_ROUNDS 20000u

struct agent {
	struct cpu *cpu;
	struct device *dev;
	u8 *buf;
	struct scatterlist list[3];	/* each third of it behind a lock of its own */
	bool has_iommu;			/* where a list of wrong length frees half a block */
	unsigned nr_wrong, nr_wrong_lists;
};

/* Both CPUs' lists are in the same three regions, from different ends. */
static void agent_starts(struct agent *a, u8 *const far[3], unsigned cpu)
{
	sg_init_table(a->list, 3);
	for (unsigned i = 0; i < 3; i++)
		sg_set_buf(&a->list[i], far[cpu ? 2 - i : i] + 4096 * cpu, 4096);
}

static void agent_lists(struct agent *a, bool is_wrong)
{
	assert_int_equal(dma_map_sg(a->dev, a->list, 3, DMA_TO_DEVICE), a->has_iommu ? 1 : 3);
	dma_sync_sg_for_device(a->dev, a->list, 3, DMA_TO_DEVICE);
	dma_unmap_sg(a->dev, a->list, is_wrong ? 2 : 3, DMA_TO_DEVICE);
	a->nr_wrong_lists += is_wrong;
}

static void *agent(void *arg)
{
	struct agent *a = arg;

	cpu_enter(a->cpu);
	for (unsigned i = 0; i < NR_ROUNDS; i++) {
		u8 *at = a->buf + i % 64 * 64;
		dma_addr_t dma = dma_map_single(a->dev, at, 64, DMA_TO_DEVICE);
		bool is_wrong = i % 1000 == 999;

		assert_int_equal(dma_mapping_error(a->dev, dma), 0);
		dma_unmap_single(a->dev, dma, is_wrong ? 32 : 64, DMA_TO_DEVICE);
		a->nr_wrong += is_wrong;
		agent_lists(a, is_wrong && !a->has_iommu);
	}
	return NULL;
}

static void expect_nothing_lost(bool has_iommu)
{
	const struct harness_config cfg = {
		.board = "a7-quad", .gear = GEAR_FAST, .hazards = { .is_quiet = true },
		.iommu = has_iommu ? IOMMU_STRICT : IOMMU_AS_BOARD,
	};
	struct harness *h = harness_start(&cfg, NULL);
	struct device *dev = harness_device_new(h, "eth0", true);
	u8 *page = (u8 *)__get_free_pages(GFP_KERNEL, 1);
	struct agent agents[2];
	pthread_t threads[2];
	u8 *far[3];

	if (has_iommu)
		assert_int_equal(harness_add_iommu(h, dev, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		far[i] = (u8 *)__get_free_pages(GFP_KERNEL, 9);

	for (unsigned i = 0; i < 2; i++) {
		agents[i] = (struct agent){
			.cpu = machine_cpu(harness_machine(h), i), .dev = dev,
			.buf = page + 4096 * i, .has_iommu = has_iommu,
		};
		agent_starts(&agents[i], far, i);
		pthread_create(&threads[i], NULL, agent, &agents[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < 3; i++)	/* of which nothing is mapped any more */
		free_pages((unsigned long)far[i], 9);
	assert_int_equal(hazard_count(harness_hazards(h), HAZARD_UNMAP_SIZE),
			 agents[0].nr_wrong + agents[1].nr_wrong);
	assert_int_equal(hazard_count(harness_hazards(h), HAZARD_UNMAP_NENTS),
			 agents[0].nr_wrong_lists + agents[1].nr_wrong_lists);
	assert_int_equal(hazard_count(harness_hazards(h), NR_HAZARD_CLASSES),
			 agents[0].nr_wrong + agents[1].nr_wrong +
			 agents[0].nr_wrong_lists + agents[1].nr_wrong_lists);
	assert_int_equal(harness_finish(h), 1);
}

static void two_threads_lose_nothing_on_one_device(void **state)
{
	expect_nothing_lost(false);
}

static void two_threads_lose_nothing_behind_one_iommu(void **state)
{
	expect_nothing_lost(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_finds_what_a_linear_search_finds),
		cmocka_unit_test(a_live_mapping_is_64_bytes_of_the_host),
		cmocka_unit_test(both_gears_find_the_same_wrong_calls),
		cmocka_unit_test(both_gears_find_the_same_wrong_calls_behind_an_iommu),
		cmocka_unit_test(two_threads_lose_nothing_on_one_device),
		cmocka_unit_test(two_threads_lose_nothing_behind_one_iommu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
