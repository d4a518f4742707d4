/* SPDX-License-Identifier: MIT */
/*
 * I/O virtual addresses: the rules that a caller sees, memory that runs out, and threads.
 * That the addresses are Linux's is tests/kernel/iova-twin's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/iova.h>

#include "lib/iommu/iova.h"
#include "lib/mm/kernel.h"

#define NO_LIMIT	((1ul << 36) - 1)
#define FEW_FRAMES	4096u

struct fixture {
	struct harness *h;
	struct iova_domain d;
};

static int starts(void **state)
{
	const struct harness_config cfg = { .gear = GEAR_FAST, .no_hazards = true };
	struct fixture *f = calloc(1, sizeof(*f));

	f->h = harness_start(&cfg, NULL);
	assert_non_null(f->h);
	init_iova_domain(&f->d, 4096, 1);
	assert_int_equal(iova_domain_init_rcaches(&f->d), 0);
	*state = f;
	return 0;
}

static int ends(void **state)
{
	struct fixture *f = *state;

	put_iova_domain(&f->d);
	harness_finish(f->h);
	free(f);
	return 0;
}

static struct iova_domain *domain(void **state)
{
	return &((struct fixture *)*state)->d;
}

static struct iova_stats stats(struct iova_domain *d)
{
	struct iova_stats s;

	iova_domain_stats(d, &s);
	return s;
}

/* ---- the rules ---------------- */

static void frame_0_is_never_given_out(void **state)
{
	struct iova_domain *d = domain(state);

	for (unsigned long pfn = 15; pfn > 0; pfn--)
		assert_int_equal(alloc_iova_fast(d, 1, 15, true), pfn);
	assert_int_equal(alloc_iova_fast(d, 1, 15, true), 0);
}

static void addresses_come_from_the_top_at_multiples_of_their_size(void **state)
{
	struct iova_domain *d = domain(state);

	assert_int_equal(alloc_iova_fast(d, 1, 0xfffff, true), 0xfffff);
	assert_int_equal(alloc_iova_fast(d, 64, 0xfffff, true), 0xfff80);
	assert_int_equal(alloc_iova_fast(d, 3, 0xfffff, true), 0xfff7c);
	assert_int_equal(alloc_iova(d, 33, 0xfffff, false)->pfn_lo, 0xfff5b);
	assert_int_equal(alloc_iova(d, 1, 0xfffff, true)->pfn_lo, 0xfff5a);
}

static void no_frame_of_a_range_is_above_the_limit(void **state)
{
	struct iova_domain *d = domain(state);
	struct iova *iova = alloc_iova(d, 5, 0x12345, false);

	assert_int_equal(iova->pfn_hi, 0x12345);
	assert_int_equal(iova_size(iova), 5);
	assert_int_equal(iova_dma_addr(d, iova), 0x12341000);
	free_iova_fast(d, alloc_iova_fast(d, 1, NO_LIMIT, true), 1);
	assert_in_range(alloc_iova_fast(d, 1, 0x12345, true), 1, 0x12340);
}

static void a_failure_below_4_gib_is_repeated_until_something_there_is_freed(void **state)
{
	struct iova_domain *d = domain(state);
	struct iova *all = alloc_iova(d, 0xfffff, 0xfffff, false);

	assert_null(alloc_iova(d, 8, 0xfffff, true));
	assert_int_equal(d->max32_alloc_size, 8);
	__free_iova(d, all);
	assert_int_equal(d->max32_alloc_size, d->dma_32bit_pfn);
	assert_non_null(alloc_iova(d, 8, 0xfffff, true));
}

static void what_is_reserved_is_never_given_out(void **state)
{
	struct iova_domain *d = domain(state);
	struct iova *msi = reserve_iova(d, 8, 11);

	assert_int_equal(alloc_iova_fast(d, 4, 15, true), 12);
	assert_int_equal(alloc_iova_fast(d, 4, 15, true), 4);
	assert_int_equal(alloc_iova_fast(d, 4, 15, true), 0);
	assert_ptr_equal(find_iova(d, 9), msi);
}

static void ranges_that_are_reserved_twice_are_joined(void **state)
{
	struct iova_domain *d = domain(state);
	struct iova *a = reserve_iova(d, 20, 29), *b = reserve_iova(d, 40, 49), *c;

	c = reserve_iova(d, 15, 60);
	assert_int_equal(a->pfn_lo, 15);
	assert_int_equal(b->pfn_lo, 30);
	assert_int_equal(c->pfn_lo, 50);
	assert_int_equal(c->pfn_hi, 60);
	assert_ptr_equal(reserve_iova(d, 16, 17), a);
	assert_int_equal(stats(d).nr_nodes, 3);
	assert_null(reserve_iova(d, 5, 4));
}

/* Is there room of @size, size-aligned, in what @used leaves? */
static bool is_room(const bool *used, unsigned long size)
{
	unsigned long step = 1ul << fls64(size - 1), run;

	for (unsigned long at = step; at + size <= FEW_FRAMES; at += step) {
		for (run = 0; run < size && !used[at + run]; run++)
			;
		if (run == size)
			return true;
	}
	return false;
}

static void a_search_fails_exactly_if_no_gap_is_large_and_aligned_enough(void **state)
{
	struct iova_domain *d = domain(state);
	bool used[FEW_FRAMES] = { true };
	struct iova *live[512];
	unsigned nr = 0, nr_refused = 0;
	u32 x = 1;

	for (unsigned i = 0; i < 20000; i++) {
		unsigned long size;
		struct iova *one;
		bool expected;

		x = x * 1664525 + 1013904223;
		size = 1 + (x >> 8) % 70;
		if (nr == 512 || x >> 30 == 0) {
			unsigned k = nr ? (x >> 8) % nr : 0;

			if (!nr)
				continue;
			memset(&used[live[k]->pfn_lo], 0, iova_size(live[k]));
			__free_iova(d, live[k]);
			live[k] = live[--nr];
			continue;
		}
		expected = is_room(used, size);
		one = alloc_iova(d, size, FEW_FRAMES - 1, true);
		assert_int_equal(one != NULL, expected);
		nr_refused += !one;
		if (one) {
			memset(&used[one->pfn_lo], 1, size);
			live[nr++] = one;
		}
	}
	assert_true(nr_refused > 100);
}

static void freeing_what_was_never_allocated_changes_nothing(void **state)
{
	struct iova_domain *d = domain(state);
	struct iova *one = alloc_iova(d, 4, 0xff, true);

	free_iova(d, one->pfn_lo - 1);
	free_iova(d, one->pfn_hi + 1);
	free_iova(d, ~0ul);
	assert_int_equal(stats(d).nr_nodes, 1);
	free_iova(d, one->pfn_lo + 2);
	assert_int_equal(stats(d).nr_nodes, 0);
}

/* ---- what CPUs keep ---------------- */

static void takes(struct iova_domain *d, unsigned long *pfns, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		assert_int_not_equal(pfns[i] = alloc_iova_fast(d, 1, NO_LIMIT, true), 0);
}

static void gives(struct iova_domain *d, const unsigned long *pfns, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		free_iova_fast(d, pfns[i], 1);
}

static void what_a_cpu_freed_last_it_gets_first(void **state)
{
	struct iova_domain *d = domain(state);
	unsigned long pfns[300];

	takes(d, pfns, 300);
	gives(d, pfns, 300);
	assert_int_equal(stats(d).nr_kept, 300);
	assert_int_equal(stats(d).nr_nodes, 300);
	for (unsigned i = 0; i < 46; i++)	/* 300 - 2 * 127: what is loaded */
		assert_int_equal(alloc_iova_fast(d, 1, NO_LIMIT, true), pfns[299 - i]);
	assert_int_equal(stats(d).nr_kept, 254);
	assert_int_equal(stats(d).nr_misses, 300);
	assert_int_equal(stats(d).nr_gets, 346);
}

static void what_is_kept_above_the_limit_is_passed_over(void **state)
{
	struct iova_domain *d = domain(state);
	unsigned long low = alloc_iova_fast(d, 1, 0xff, true);
	unsigned long high = alloc_iova_fast(d, 1, NO_LIMIT, true);

	free_iova_fast(d, low, 1);
	free_iova_fast(d, high, 1);
	assert_int_equal(alloc_iova_fast(d, 1, 0xff, true), low);
	assert_int_equal(alloc_iova_fast(d, 1, 0xff, true), low - 1);
	assert_int_equal(alloc_iova_fast(d, 1, NO_LIMIT, true), high);
}

static void sizes_up_to_32_frames_are_kept_rounded_up_and_others_are_not(void **state)
{
	struct iova_domain *d = domain(state);

	for (unsigned long size = 1; size <= 33; size++) {
		unsigned long pfn = alloc_iova_fast(d, size, NO_LIMIT, true), kept;

		kept = iova_size(find_iova(d, pfn));
		assert_int_equal(kept, size > 32 ? size : roundup_pow_of_two(size));
		free_iova_fast(d, pfn, size);
		assert_int_equal(find_iova(d, pfn) != NULL, size <= 32);
	}
	assert_int_equal(iova_rcache_range(), 32 * PAGE_SIZE);
}

static void a_search_that_fails_takes_what_cpus_keep_if_it_may(void **state)
{
	struct iova_domain *d = domain(state);
	unsigned long pfns[15];

	for (unsigned i = 0; i < 15; i++)
		pfns[i] = alloc_iova_fast(d, 1, 15, true);
	gives(d, pfns, 15);
	assert_int_equal(alloc_iova_fast(d, 8, 15, false), 0);
	assert_int_equal(alloc_iova_fast(d, 8, 15, true), 8);
	assert_int_equal(stats(d).nr_kept, 0);
}

static void a_cpu_that_goes_away_keeps_nothing(void **state)
{
	struct iova_domain *d = domain(state);
	struct cpu *me = cpu_enter(machine_cpu(harness_machine(((struct fixture *)*state)->h), 1));
	unsigned long pfns[200];

	takes(d, pfns, 200);
	gives(d, pfns, 200);
	cpu_enter(me);
	iova_domain_cpu_dead(d, 0);
	assert_int_equal(stats(d).nr_kept, 200);
	iova_domain_cpu_dead(d, 1);
	assert_int_equal(stats(d).nr_nodes, 0);
	iova_domain_cpu_dead(d, 99);
}

static void depots_lose_a_magazine_every_100_ms_down_to_one_for_each_cpu(void **state)
{
	struct iova_domain *d = domain(state);
	unsigned nr_cpus = machine_nr_cpus(harness_machine(((struct fixture *)*state)->h));
	unsigned nr = (nr_cpus + 2 + 2) * 127;	/* and two magazines are the CPU's */
	unsigned long *pfns = calloc(nr, sizeof(*pfns));
	u64 due;

	assert_int_equal(iova_domain_trim_at(d), U64_MAX);
	takes(d, pfns, nr);
	gives(d, pfns, nr);
	free(pfns);
	due = iova_domain_trim_at(d);
	assert_int_equal(iova_domain_trim(d, due - 1), due);
	assert_int_equal(stats(d).nr_nodes, nr);
	assert_int_equal(iova_domain_trim(d, due), due + IOVA_DEPOT_DELAY_NS);
	assert_int_equal(stats(d).nr_nodes, nr - 127);
	due = iova_domain_trim(d, due + IOVA_DEPOT_DELAY_NS);
	assert_int_equal(stats(d).nr_nodes, nr - 254);
	assert_int_equal(iova_domain_trim(d, due), U64_MAX);
	assert_int_equal(stats(d).nr_nodes, nr - 254);
}

static void cpus_do_not_share_lines_of_page_tables_if_they_are_to_be_spread(void **state)
{
	struct iova_domain *d = domain(state);
	struct machine *m = harness_machine(((struct fixture *)*state)->h);
	struct cpu *me = cpu_current();
	unsigned long line[2] = { 0, 0 };

	d->policy = IOVA_SPREAD;
	for (unsigned i = 0; i < 64; i++) {
		unsigned cpu = i % 2;

		cpu_enter(machine_cpu(m, cpu));
		line[cpu] = alloc_iova_fast(d, 1, NO_LIMIT, true) / IOVA_SPREAD_PFNS;
		assert_int_not_equal(line[0], line[1]);
	}
	cpu_enter(me);
	assert_int_equal(stats(d).nr_nodes, 64);
	assert_int_equal(stats(d).nr_misses, 2);
}

static void a_machine_may_be_booted_with_another_policy(void **state)
{
	struct iova_domain d;

	kernel_current()->config.iova_spread = true;
	init_iova_domain(&d, 1024, 1);
	assert_int_equal(d.policy, IOVA_SPREAD);
	assert_int_equal(d.dma_32bit_pfn, 1ul << 22);
	put_iova_domain(&d);
}

/* ---- memory ---------------- */

static void memory_goes_back_when_ranges_do(void **state)
{
	struct iova_domain *d = domain(state);
	enum { NR = 20000 };
	unsigned long *pfns = calloc(NR, sizeof(*pfns));
	size_t most;

	for (unsigned i = 0; i < NR; i++)
		pfns[i] = alloc_iova_fast(d, 64, NO_LIMIT, true);
	most = stats(d).nr_bytes;
	assert_in_range(most, NR * 32, NR * 96);
	for (unsigned i = 0; i < NR; i++)	/* all over the place */
		free_iova_fast(d, pfns[i * 7919u % NR], 64);
	assert_int_equal(stats(d).nr_nodes, 0);
	assert_int_equal(d->tree.levels, 1);
	assert_true(stats(d).nr_bytes <= 4 * 16384);
	free(pfns);
}

static void gaps_are_counted(void **state)
{
	struct iova_domain *d = domain(state);

	reserve_iova(d, 10, 19);
	reserve_iova(d, 20, 29);
	reserve_iova(d, 40, 49);
	assert_int_equal(stats(d).nr_gaps, 2);
	assert_int_equal(stats(d).free_pfns, 20);
	assert_int_equal(stats(d).largest_gap, ~0ul - 50);
}

/* 0, or the first error. */
static int does_something(struct iova_domain *d)
{
	unsigned long pfns[400];
	int err = 0;

	init_iova_domain(d, 4096, 1);
	if (iova_domain_init_rcaches(d))
		return -ENOMEM;
	if (!reserve_iova(d, 0x100, 0x1ff))
		return -ENOMEM;
	for (unsigned i = 0; i < 400; i++) {
		pfns[i] = alloc_iova_fast(d, 1, NO_LIMIT, true);
		err = pfns[i] ? err : -ENOMEM;
	}
	for (unsigned i = 0; i < 400; i++)
		if (pfns[i])
			free_iova_fast(d, pfns[i], 1);
	return err;
}

static void each_allocation_that_fails_is_an_error_or_nothing_and_leaves_a_domain(void **state)
{
	struct kernel *k = kernel_current();
	unsigned nr_errors = 0, nr_fine = 0;

	for (int n = 1;; n++) {
		struct iova_domain d;
		int err;

		k->fail_countdown = n;
		err = does_something(&d);
		if (k->fail_countdown > 0) {
			k->fail_countdown = 0;
			put_iova_domain(&d);
			break;
		}
		nr_errors += err != 0;
		nr_fine += !err;	/* a new magazine: the range is freed instead */
		assert_int_equal(err ? err : -ENOMEM, -ENOMEM);
		assert_true(!d.rcaches || alloc_iova_fast(&d, 1, NO_LIMIT, true));
		put_iova_domain(&d);
	}
	assert_true(nr_errors > 10);
	assert_true(nr_fine > 0);
}

/* ---- threads ---------------- */

#define NR_THREADS	4
#define NR_OPS		30000
#define NR_OWNED	(1u << 16)

struct gang {
	struct iova_domain *d;
	struct machine *m;
	u8 owner[NR_OWNED];	/* of each frame below the limit */
	unsigned nr_thefts;
};

struct member {
	struct gang *gang;
	unsigned nr;
	pthread_t thread;
};

static void claims(struct gang *g, unsigned long pfn, unsigned long size, u8 from, u8 to)
{
	for (unsigned long i = pfn; i < pfn + size; i++)
		if (!__atomic_compare_exchange_n(&g->owner[i], &(u8){ from }, to, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			__atomic_add_fetch(&g->nr_thefts, 1, __ATOMIC_RELAXED);
}

/* The last threads are the same CPUs as the first: two for each. */
static void *works(void *arg)
{
	static const unsigned long sizes[] = { 1, 1, 2, 4, 16, 32, 48 };
	struct member *me = arg;
	struct gang *g = me->gang;
	unsigned long pfn[16] = { 0 }, size[16];
	u32 x = me->nr + 1;

	cpu_enter(machine_cpu(g->m, me->nr % 2));
	for (unsigned i = 0; i < NR_OPS + 16; i++) {
		unsigned k = i % 16;

		x = x * 1664525 + 1013904223;
		if (pfn[k]) {
			claims(g, pfn[k], size[k], (u8)(me->nr + 1), 0);
			free_iova_fast(g->d, pfn[k], size[k]);
		}
		size[k] = sizes[(x >> 16) % ARRAY_SIZE(sizes)];
		pfn[k] = i < NR_OPS ? alloc_iova_fast(g->d, size[k], NR_OWNED - 1, true) : 0;
		if (pfn[k])
			claims(g, pfn[k], size[k], 0, (u8)(me->nr + 1));
	}
	cpu_enter(NULL);
	return NULL;
}

static void work_together(struct fixture *f, enum iova_policy policy)
{
	struct gang *g = calloc(1, sizeof(*g));
	struct member members[NR_THREADS];

	f->d.policy = policy;
	g->d = &f->d;
	g->m = harness_machine(f->h);
	for (unsigned i = 0; i < NR_THREADS; i++) {
		members[i] = (struct member){ .gang = g, .nr = i };
		assert_int_equal(pthread_create(&members[i].thread, NULL, works, &members[i]), 0);
	}
	for (unsigned i = 0; i < NR_THREADS; i++)
		pthread_join(members[i].thread, NULL);
	assert_int_equal(g->nr_thefts, 0);
	for (unsigned cpu = 0; cpu < machine_nr_cpus(g->m); cpu++)
		iova_domain_cpu_dead(&f->d, cpu);
	assert_int_equal(stats(&f->d).nr_nodes, stats(&f->d).nr_kept);
	free(g);
}

static void no_frame_has_two_owners_among_threads(void **state)
{
	work_together(*state, IOVA_LINUX);
}

static void no_frame_has_two_owners_among_threads_that_are_spread(void **state)
{
	work_together(*state, IOVA_SPREAD);
}

static void no_frame_has_two_owners_where_there_is_no_membarrier(void **state)
{
	struct fixture *f = *state;

	put_iova_domain(&f->d);
	bias_forbid(true);
	init_iova_domain(&f->d, 4096, 1);
	assert_int_equal(iova_domain_init_rcaches(&f->d), 0);
	work_together(f, IOVA_LINUX);
	assert_null(iova_lock(&f->d)->owner);
	bias_forbid(false);
}

/* ---- the lock ---------------- */

struct counter {
	struct bias_lock lock;
	unsigned long a, b;		/* always the same outside the lock */
	unsigned nr_torn;
};

#define NR_COUNTS	200000ul

/* Now and then an owner is inside for long. */
static void dawdles(unsigned long i)
{
	for (volatile unsigned left = i % 64 ? 0 : 200; left; left--)
		;
}

/* Owners change all the time: @patience is next to none. */
static void *counts(void *arg)
{
	struct counter *c = arg;

	for (unsigned long i = 0; i < NR_COUNTS; i++) {
		bias_lock(&c->lock);
		c->lock.patience = 3;
		if (c->a != c->b)
			c->nr_torn++;
		c->a++;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		dawdles(i);
		c->b++;
		bias_unlock(&c->lock);
	}
	return NULL;
}

static void a_biased_lock_keeps_threads_apart(void **state)
{
	for (unsigned round = 0; round < 5; round++) {
		struct counter c = { .nr_torn = 0 };
		pthread_t threads[3];

		bias_init(&c.lock);
		counts(&c);
		assert_ptr_equal(c.lock.owner, bias_self);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, counts, &c), 0);
		counts(&c);
		for (unsigned i = 0; i < 3; i++)
			pthread_join(threads[i], NULL);
		assert_int_equal(c.nr_torn, 0);
		assert_int_equal(c.a, 5 * NR_COUNTS);
		assert_int_equal(c.b, 5 * NR_COUNTS);
	}
}

static void a_biased_lock_goes_over_to_who_uses_it(void **state)
{
	struct counter c = { .nr_torn = 0 };
	const void *first;
	pthread_t thread;

	bias_init(&c.lock);
	assert_int_equal(pthread_create(&thread, NULL, counts, &c), 0);
	pthread_join(thread, NULL);
	first = c.lock.owner;
	assert_non_null(first);
	bias_lock(&c.lock);
	assert_null(c.lock.owner);
	bias_unlock(&c.lock);
	assert_null(c.lock.owner);
	counts(&c);
	assert_ptr_equal(c.lock.owner, bias_self + c.lock.slot);
}

/* What it writes when it was stopped on its way in, and finds that another is the owner. */
static void who_was_owner_once_does_not_let_others_in_to_the_next(void **state)
{
	struct counter c = { .nr_torn = 0 };
	unsigned first;
	pthread_t thread;

	bias_init(&c.lock);
	assert_int_equal(pthread_create(&thread, NULL, counts, &c), 0);
	pthread_join(thread, NULL);
	first = c.lock.slot;
	counts(&c);
	assert_true(bias_try_own(&c.lock));
	assert_int_not_equal(c.lock.slot, first);
	c.lock.held[first] = 0;
	assert_int_equal(c.lock.held[c.lock.slot], 1);
	bias_disown(&c.lock);
	assert_int_equal(c.lock.all_held, 0);
}

struct waiter {
	struct counter *c;
	sem_t has_counted, may_end;
};

static void *counts_and_waits(void *arg)
{
	struct waiter *w = arg;

	counts(w->c);
	sem_post(&w->has_counted);
	sem_wait(&w->may_end);
	return NULL;
}

static void threads_beyond_the_slots_never_become_owners(void **state)
{
	struct counter c = { .nr_torn = 0 };
	struct waiter w = { .c = &c };
	pthread_t threads[BIAS_SLOTS + 2];

	bias_init(&c.lock);
	sem_init(&w.has_counted, 0, 0);
	sem_init(&w.may_end, 0, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, counts_and_waits, &w), 0);
		sem_wait(&w.has_counted);
		assert_int_equal(c.lock.owner != NULL, i < BIAS_SLOTS);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
		sem_post(&w.may_end);
	for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(c.a, ARRAY_SIZE(threads) * NR_COUNTS);
	assert_int_equal(c.nr_torn, 0);
}

static void users_of_iovas_are_counted(void **state)
{
	assert_int_equal(iova_cache_get(), 0);
	assert_int_equal(iova_cache_get(), 0);
	iova_cache_put();
	iova_cache_put();
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, starts, ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frame_0_is_never_given_out),
		TEST(addresses_come_from_the_top_at_multiples_of_their_size),
		TEST(no_frame_of_a_range_is_above_the_limit),
		TEST(a_failure_below_4_gib_is_repeated_until_something_there_is_freed),
		TEST(what_is_reserved_is_never_given_out),
		TEST(ranges_that_are_reserved_twice_are_joined),
		TEST(a_search_fails_exactly_if_no_gap_is_large_and_aligned_enough),
		TEST(freeing_what_was_never_allocated_changes_nothing),
		TEST(what_a_cpu_freed_last_it_gets_first),
		TEST(what_is_kept_above_the_limit_is_passed_over),
		TEST(sizes_up_to_32_frames_are_kept_rounded_up_and_others_are_not),
		TEST(a_search_that_fails_takes_what_cpus_keep_if_it_may),
		TEST(a_cpu_that_goes_away_keeps_nothing),
		TEST(depots_lose_a_magazine_every_100_ms_down_to_one_for_each_cpu),
		TEST(cpus_do_not_share_lines_of_page_tables_if_they_are_to_be_spread),
		TEST(a_machine_may_be_booted_with_another_policy),
		TEST(memory_goes_back_when_ranges_do),
		TEST(gaps_are_counted),
		TEST(each_allocation_that_fails_is_an_error_or_nothing_and_leaves_a_domain),
		TEST(no_frame_has_two_owners_among_threads),
		TEST(no_frame_has_two_owners_among_threads_that_are_spread),
		TEST(no_frame_has_two_owners_where_there_is_no_membarrier),
		TEST(a_biased_lock_keeps_threads_apart),
		TEST(a_biased_lock_goes_over_to_who_uses_it),
		TEST(who_was_owner_once_does_not_let_others_in_to_the_next),
		TEST(threads_beyond_the_slots_never_become_owners),
		TEST(users_of_iovas_are_counted),
	};

	return cmocka_run_group_tests_name("iova", tests, NULL, NULL);
}
