/* SPDX-License-Identifier: MIT */
/*
 * One operation on one thread, and on two at once.
 *
 * A thread's best batch says nothing of two threads if the other one was not running then.
 * So each has a CPU of the host to itself, publishes how far it is, and a sample counts only
 * if the other one got on during it, at nearly the same pace:
 *
 *	thread 0   |part|part|part|...|part|       one sample, of NR_PARTS
 *	thread 1    part|part|part|...|part|pa     got on by 12 of 16: it counts
 */
#include "map-iommu.h"

#include <pthread.h>
#include <sched.h>

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
	pthread_barrier_t turn;
	size_t part;		/* operations */
	uint64_t ns;		/* of half a turn */
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

/* On the host's CPU of that number, counted among those that the process may have. */
static void pin(unsigned nr)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) || CPU_COUNT(&allowed) < 2)
		return;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed) && !nr--)
			CPU_SET(i, &one);
	pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

/* Nanoseconds of an operation. */
static double time_parts(struct runner *r)
{
	uint64_t began = clock_ns();

	for (unsigned i = 0; i < NR_PARTS; i++)
		run_part(r);
	return (double)(clock_ns() - began) / (double)(NR_PARTS * r->pair->part);
}

static void take_sample(struct runner *r)
{
	uint64_t theirs = progress_of(r->other);
	double ns = time_parts(r);

	r->nr_samples++;
	theirs = progress_of(r->other) - theirs;
	if (theirs >= NR_PARTS * 3 / 4 && theirs <= NR_PARTS * 4 / 3)
		samples_add(&r->timing.op, ns);
}

static void run_alone(struct runner *r)
{
	bench_time(r->duo->op, r->duo->args[0], r->pair->part * NR_PARTS, r->pair->ns,
		   &r->duo->alone);
}

/* Who is done goes on until the other one is, whose samples need company. */
static void run_together(struct runner *r)
{
	uint64_t stop = clock_ns() + r->pair->ns;

	while (clock_ns() < stop)
		take_sample(r);
	__atomic_fetch_sub(&r->pair->nr_running, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&r->pair->nr_running, __ATOMIC_RELAXED))
		run_part(r);
}

/* The same two threads all the time, as drivers' are: a new one would own no lock yet. */
static void *run(void *arg)
{
	struct runner *r = arg;
	struct pair *p = r->pair;

	pin(r->cpu);
	r->duo->enter(r->duo->args[r->cpu], r->cpu);
	for (unsigned turn = 0; turn < NR_TURNS; turn++) {
		if (r->cpu == 0) {
			if (!p->part)
				p->part = MAX(bench_batch(r->duo->op, r->duo->args[0]) / NR_PARTS,
					      1);
			run_alone(r);
			p->nr_running = 2;
		}
		pthread_barrier_wait(&p->turn);
		run_together(r);
		pthread_barrier_wait(&p->turn);
	}
	return NULL;
}

static void run_both(struct map_duo *d, struct pair *p)
{
	g_assert(pthread_barrier_init(&p->turn, NULL, 2) == 0);
	for (unsigned i = 0; i < 2; i++) {
		p->runner[i].duo = d;
		p->runner[i].pair = p;
		p->runner[i].cpu = i;
		p->runner[i].other = &p->runner[!i];
		timing_init(&p->runner[i].timing);
	}
	for (unsigned i = 0; i < 2; i++)
		g_assert(pthread_create(&p->runner[i].thread, NULL, run, &p->runner[i]) == 0);
	for (unsigned i = 0; i < 2; i++)
		g_assert(pthread_join(p->runner[i].thread, NULL) == 0);
	pthread_barrier_destroy(&p->turn);
}

void map_duo_run(struct map_duo *d, uint64_t ns)
{
	struct pair *p = aligned_alloc(256, sizeof(*p));
	uint64_t nr_samples = 0;

	g_assert(p);
	*p = (struct pair){ .ns = ns / NR_TURNS };
	timing_init(&d->alone);
	timing_init(&d->both);
	run_both(d, p);
	for (unsigned i = 0; i < 2; i++) {
		nr_samples += p->runner[i].nr_samples;
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
