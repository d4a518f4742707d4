/* SPDX-License-Identifier: MIT */
/* The fast gear: every CPU a thread, all of them at once. */
#include <pthread.h>
#include <string.h>

#include "lib/mm/kernel.h"
#include "support/rig.h"

#define NR_THREADS	4
#define NR_ROUNDS	3000
#define NR_LIVE		16

struct worker {
	struct rig *rig;
	unsigned idx;
	unsigned nr_wrong;
};

struct buffer {
	char *p;
	size_t len;
	dma_addr_t dma;
	unsigned salt;
};

/* No cmocka in threads: count what is wrong. */
static bool takes(struct worker *w, struct buffer *b, GRand *rand)
{
	struct rig *rig = w->rig;
	uint8_t bytes[64];

	b->len = (size_t)g_rand_int_range(rand, 64, 9000);
	b->p = kmalloc(b->len, GFP_KERNEL);
	if (!b->p)
		return false;
	b->salt = g_rand_int(rand) & 0xff;
	memset(bytes, (int)b->salt, sizeof(bytes));
	cpu_store(port_cpu(&rig->dev->kernel->port), (uint32_t)(uintptr_t)b->p, bytes,
		  sizeof(bytes), NULL);
	b->dma = dma_map_single(rig->dev, b->p, b->len, DMA_BIDIRECTIONAL);
	return !dma_mapping_error(rig->dev, b->dma);
}

/* The device inverts the first bytes; the CPU must find just that. */
static bool gives(struct worker *w, struct buffer *b)
{
	struct rig *rig = w->rig;
	uint8_t bytes[64];
	bool is_right = true;

	master_read(rig->hw, b->dma, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		is_right &= bytes[i] == b->salt;
		bytes[i] ^= 0xff;
	}
	master_write(rig->hw, b->dma, bytes, sizeof(bytes));
	dma_unmap_single(rig->dev, b->dma, b->len, DMA_BIDIRECTIONAL);
	cpu_load(port_cpu(&rig->dev->kernel->port), (uint32_t)(uintptr_t)b->p, bytes,
		 sizeof(bytes), NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		is_right &= bytes[i] == (b->salt ^ 0xff);
	kfree(b->p);
	b->p = NULL;
	return is_right;
}

static void *works(void *data)
{
	struct worker *w = data;
	g_autoptr(GRand) rand = g_rand_new_with_seed(w->idx);
	struct buffer live[NR_LIVE] = { { NULL, 0, 0, 0 } };

	cpu_enter(machine_cpu(w->rig->m, w->idx));
	for (int round = 0; round < NR_ROUNDS; round++) {
		struct buffer *b = &live[g_rand_int_range(rand, 0, NR_LIVE)];

		w->nr_wrong += b->p ? !gives(w, b) : !takes(w, b, rand);
	}
	for (int i = 0; i < NR_LIVE; i++)
		if (live[i].p)
			w->nr_wrong += !gives(w, &live[i]);
	cpu_enter(NULL);
	return NULL;
}

static void run_workers(struct rig *rig, void *(*body)(void *))
{
	struct worker w[NR_THREADS];
	pthread_t thread[NR_THREADS];

	for (unsigned i = 0; i < NR_THREADS; i++) {
		w[i] = (struct worker){ rig, i, 0 };
		assert_int_equal(pthread_create(&thread[i], NULL, body, &w[i]), 0);
	}
	for (unsigned i = 0; i < NR_THREADS; i++) {
		pthread_join(thread[i], NULL);
		if (w[i].nr_wrong)
			fail_msg("thread %u: %u rounds went wrong", i, w[i].nr_wrong);
	}
}

static void threads_map_and_unmap_side_by_side(struct rig *rig)
{
	struct kernel *k = rig->dev->kernel;
	size_t nr_free = k->nr_free_pages;

	run_workers(rig, works);
	assert_int_equal(k->nr_free_pages, nr_free);
}

static void threads_share_the_bounce_pool(struct rig *rig)
{
	const struct harness_config cfg = {
		.board = rig->on->board, .gear = GEAR_FAST, .no_hazards = true,
		.swiotlb_force = true, .swiotlb_bytes = SZ_4M,
	};
	struct rig own = *rig;

	own.h = harness_start(&cfg, NULL);
	own.m = harness_machine(own.h);
	own.dev = harness_device_new(own.h, "eth0", false);
	own.hw = harness_master(own.dev);
	run_workers(&own, works);
	harness_finish(own.h);
}

static void *allocates_coherent(void *data)
{
	struct worker *w = data;
	struct device *dev = w->rig->dev;

	cpu_enter(machine_cpu(w->rig->m, w->idx));
	for (uint32_t round = 0; round < 200; round++) {
		size_t len = PAGE_SIZE << (round % 4);
		uint32_t sent = round << 8 | w->idx, seen = 0;
		dma_addr_t dma;
		void *p = dma_alloc_coherent(dev, len, &dma, round % 3 ? GFP_KERNEL : GFP_ATOMIC);

		if (!p)
			continue;	/* the atomic pool may be full */
		master_write(w->rig->hw, dma, &sent, sizeof(sent));
		cpu_load(machine_cpu(w->rig->m, w->idx), (uint32_t)(uintptr_t)p, &seen,
			 sizeof(seen), NULL);
		w->nr_wrong += seen != sent;
		dma_free_coherent(dev, len, p, dma);
	}
	cpu_enter(NULL);
	return NULL;
}

static void threads_allocate_coherent_memory_side_by_side(struct rig *rig)
{
	run_workers(rig, allocates_coherent);
}

static const struct rig_test tests[] = {
	/*                                                     needs    never */
	TEST_ON(threads_map_and_unmap_side_by_side,            ON_FAST, 0),
	TEST_ON(threads_share_the_bounce_pool,                 ON_FAST, 0),
	TEST_ON(threads_allocate_coherent_memory_side_by_side, ON_FAST, 0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
