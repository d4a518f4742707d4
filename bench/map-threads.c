/* SPDX-License-Identifier: MIT */
/* Threads on the machine's CPUs. */
#include "map-kernel.h"

#include <pthread.h>
#include <armdma/cpu.h>

struct cpu_thread {
	pthread_t thread;
	pthread_barrier_t *start;
	struct cpu *cpu;
	void (*fn)(void *ctx);
	void *ctx;
};

static void *cpu_thread(void *arg)
{
	struct cpu_thread *t = arg;

	cpu_enter(t->cpu);
	pthread_barrier_wait(t->start);
	t->fn(t->ctx);
	return NULL;
}

void run_on_cpus(struct machine *m, void (*fn)(void *ctx), void *ctxs, size_t ctx_size,
		 int nr)
{
	g_autofree struct cpu_thread *threads = g_new0(struct cpu_thread, nr);
	pthread_barrier_t start;

	g_assert(pthread_barrier_init(&start, NULL, (unsigned)nr) == 0);
	for (int i = 0; i < nr; i++) {
		threads[i] = (struct cpu_thread){
			.start = &start,
			.cpu = machine_cpu(m, (unsigned)i % machine_nr_cpus(m)),
			.fn = fn,
			.ctx = (char *)ctxs + (size_t)i * ctx_size,
		};
		g_assert(pthread_create(&threads[i].thread, NULL, cpu_thread,
					&threads[i]) == 0);
	}
	for (int i = 0; i < nr; i++)
		g_assert(pthread_join(threads[i].thread, NULL) == 0);
	pthread_barrier_destroy(&start);
}
