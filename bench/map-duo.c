/* SPDX-License-Identifier: MIT */
/*
 * One operation on one thread, and on two at once.
 *
 * A thread's best batch says nothing of two threads if the other one was not running then.
 * So each publishes how far it is, and a sample counts only if the other one got on during
 * it, at three quarters of the pace or more:
 *
 *	thread 0   |part|part|part|...|part|       one sample, of NR_PARTS
 *	thread 1    part|part|part|...|part|pa     got on by 12 of 16: it counts
 */
#include "map-iommu.h"

#include <pthread.h>

#define NR_PARTS	16u
#define NR_TURNS	8u

struct runner {
	_Alignas(256) uint64_t nr_parts;	/* done; written by this thread alone */
	_Alignas(256) pthread_t thread;
	struct map_duo *duo;
	struct runner *other;
	struct pair *pair;
	unsigned cpu;
	uint64_t nr_samples;
	struct timing timing;
};

struct pair {
	struct runner runner[2];
	pthread_barrier_t start, end;
	size_t part;		/* operations */
	uint64_t ns;
	int nr_running;
};

static uint64_t progress_of(const struct runner *r)
{
	return __atomic_load_n(&r->nr_parts, __ATOMIC_RELAXED);
}

static void run_part(struct runner *r)
{
	r->duo->op(r->duo->args[r->cpu], r->pair->part);
	__atomic_store_n(&r->nr_parts, r->nr_parts + 1, __ATOMIC_RELAXED);
}

static void take_sample(struct runner *r)
{
	uint64_t theirs = progress_of(r->other), began = clock_ns(), took;

	for (unsigned i = 0; i < NR_PARTS; i++)
		run_part(r);
	took = clock_ns() - began;
	r->nr_samples++;
	if (progress_of(r->other) - theirs >= NR_PARTS * 3 / 4)
		samples_add(&r->timing.op, (double)took / (double)(NR_PARTS * r->pair->part));
}

/* Until the other one is ready too, its samples need company. */
static void *run(void *arg)
{
	struct runner *r = arg;
	uint64_t stop;

	r->duo->enter(r->duo->args[r->cpu], r->cpu);
	pthread_barrier_wait(&r->pair->start);
	stop = clock_ns() + r->pair->ns;
	while (clock_ns() < stop)
		take_sample(r);
	__atomic_fetch_sub(&r->pair->nr_running, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&r->pair->nr_running, __ATOMIC_RELAXED))
		run_part(r);
	pthread_barrier_wait(&r->pair->end);
	return NULL;
}

static void run_both(struct map_duo *d, struct pair *p)
{
	p->nr_running = 2;
	g_assert(pthread_barrier_init(&p->start, NULL, 2) == 0);
	g_assert(pthread_barrier_init(&p->end, NULL, 2) == 0);
	for (unsigned i = 0; i < 2; i++) {
		p->runner[i].duo = d;
		p->runner[i].pair = p;
		p->runner[i].cpu = i;
		p->runner[i].other = &p->runner[!i];
		g_assert(pthread_create(&p->runner[i].thread, NULL, run, &p->runner[i]) == 0);
	}
	for (unsigned i = 0; i < 2; i++)
		g_assert(pthread_join(p->runner[i].thread, NULL) == 0);
	pthread_barrier_destroy(&p->start);
	pthread_barrier_destroy(&p->end);
}

struct solo {
	struct map_duo *duo;
	size_t batch;
	uint64_t ns;
};

/* On a thread of its own, as the two are. */
static void *run_alone(void *arg)
{
	struct solo *s = arg;
	struct map_duo *d = s->duo;

	d->enter(d->args[0], 0);
	if (!s->batch)
		s->batch = bench_batch(d->op, d->args[0]);
	bench_time(d->op, d->args[0], s->batch, s->ns, &d->alone);
	return NULL;
}

static void run_solo(struct solo *s)
{
	pthread_t thread;

	g_assert(pthread_create(&thread, NULL, run_alone, s) == 0);
	g_assert(pthread_join(thread, NULL) == 0);
}

void map_duo_run(struct map_duo *d, uint64_t ns)
{
	struct solo solo = { .duo = d, .ns = ns / NR_TURNS };
	struct pair *p = aligned_alloc(256, sizeof(*p));
	uint64_t nr_samples;

	g_assert(p);
	*p = (struct pair){ .ns = ns / NR_TURNS };
	timing_init(&d->alone);
	timing_init(&d->both);
	timing_init(&p->runner[0].timing);
	timing_init(&p->runner[1].timing);
	for (unsigned turn = 0; turn < NR_TURNS; turn++) {
		run_solo(&solo);
		p->part = MAX(solo.batch / NR_PARTS, 1);
		run_both(d, p);
	}
	nr_samples = p->runner[0].nr_samples + p->runner[1].nr_samples;
	for (unsigned i = 0; i < 2; i++) {
		samples_add_all(&d->both.op, &p->runner[i].timing.op);
		timing_done(&p->runner[i].timing);
	}
	d->share = (double)d->both.op.nr / (double)nr_samples;
	samples_sort(&d->alone.op);
	samples_sort(&d->alone.yardstick);
	samples_sort(&d->both.op);
	free(p);
}

void map_duo_done(struct map_duo *d)
{
	timing_done(&d->alone);
	timing_done(&d->both);
}
