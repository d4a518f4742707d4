/* SPDX-License-Identifier: MIT */
/*
 * One thread, then two, on CPUs of their own, in a domain each and in one, and what a
 * pair costs each: the best of many slices, in which all work at once.
 */
#include <pthread.h>
#include <sched.h>

#include "iova.h"

#define TURNS		4
#define SLICES		60
#define SLICE_OPS	20000
#define PAGES		16	/* of each thread, all live before the first is freed */

struct crew {
	const struct side *s;
	struct machine *m;
	unsigned long size;
	pthread_barrier_t start;
};

struct worker {
	struct crew *crew;
	void *d;
	pthread_t thread;
	unsigned cpu;
	double ns[SLICES];
};

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* Where that is not allowed, threads are wherever they are. */
	(void)!pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

static void slice(const struct crew *c, void *d)
{
	unsigned long pfns[PAGES];

	for (unsigned i = 0; i < SLICE_OPS; i += PAGES) {
		for (unsigned k = 0; k < PAGES; k++)
			pfns[k] = c->s->alloc(d, c->size, LIMIT_PFN);
		for (unsigned k = 0; k < PAGES; k++)
			c->s->free(d, pfns[k], c->size);
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct crew *c = w->crew;

	pin(w->cpu);
	c->s->enter(c->m, w->cpu);
	for (unsigned i = 0; i < SLICES; i++) {
		uint64_t start;

		pthread_barrier_wait(&c->start);
		start = clock_ns();
		slice(c, w->d);
		w->ns[i] = (double)(clock_ns() - start) / SLICE_OPS;
	}
	return NULL;
}

/* In the best slice, of the slower thread. */
static double best(const struct worker *w, unsigned nr)
{
	double least = G_MAXDOUBLE;

	for (unsigned i = 0; i < SLICES; i++) {
		double slower = w[0].ns[i];

		for (unsigned k = 1; k < nr; k++)
			slower = MAX(slower, w[k].ns[i]);
		least = MIN(least, slower);
	}
	return least;
}

static double run_crew(struct crew *c, unsigned crew)
{
	unsigned nr = crew == ONE_THREAD ? 1 : 2;
	void *d[2] = { c->s->create(2), c->s->create(2) };
	struct worker w[2];

	g_assert(pthread_barrier_init(&c->start, NULL, nr) == 0);
	for (unsigned i = 0; i < nr; i++) {
		w[i] = (struct worker){ .crew = c, .cpu = i, .d = d[crew == APART ? i : 0] };
		g_assert(pthread_create(&w[i].thread, NULL, work, &w[i]) == 0);
	}
	for (unsigned i = 0; i < nr; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&c->start);
	c->s->destroy(d[0]);
	c->s->destroy(d[1]);
	return best(w, nr);
}

void measure_threads(struct machine *m, const struct side *sides, unsigned nr,
		     unsigned long size, double ns[NR_CREWS][NR_SIDES])
{
	for (unsigned turn = 0; turn < TURNS; turn++)
		for (unsigned i = 0; i < nr * NR_CREWS; i++) {
			unsigned side = i / NR_CREWS, crew = i % NR_CREWS;
			struct crew c = { .s = &sides[side], .m = m, .size = size };
			double got = run_crew(&c, crew);

			ns[crew][side] = turn ? MIN(ns[crew][side], got) : got;
		}
}
