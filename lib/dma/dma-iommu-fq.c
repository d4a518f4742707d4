/* SPDX-License-Identifier: MIT */
/*
 * Flush queues: unmapped ranges whose invalidation is put off, one ring for each CPU.
 *
 *	unmap   the entry's number = flushes started so far; behind the ring's end
 *	flush   started++, the IOMMU invalidates all, done++
 *	free    from the ring's head on, as long as number < done: such a flush began
 *	        after the range was unmapped
 *
 * A flush is due when a ring is full, or at the timer. That an unmap's page-table store is
 * visible before the number is read costs the unmap nothing: whoever flushes makes all
 * threads execute a barrier first (bias_barrier_rarely()).
 *
 * What it costs in safety is counted on the way: how long ranges stayed reachable.
 *
 * Linux: drivers/iommu/dma-iommu.c, queue_iova() and around it.
 */
#include <stdlib.h>

#include "../iommu/iommu-pages.h"
#include "dma-iommu.h"

#define IOVA_DEFAULT_FQ_SIZE	256
#define IOVA_DEFAULT_FQ_TIMEOUT	10	/* ms */
#define IOVA_SINGLE_FQ_SIZE	32768
#define IOVA_SINGLE_FQ_TIMEOUT	1000

/**
 * struct fq_entry - one range
 * @number:   flushes that had been started when it was unmapped
 * @since:    when that was, ns
 * @freelist: page-table pages that go with it
 */
struct fq_entry {
	dma_addr_t iova;
	size_t size;
	u64 number;
	u64 since;
	struct list_head freelist;
};

/**
 * struct iova_fq - one ring
 * @head: the oldest entry
 * @tail: behind the newest
 * @mask: entries, less 1; one is always empty
 */
struct iova_fq {
	struct bias_lock lock;
	unsigned head, tail, mask;
	u64 nr_queued, nr_full_flushes;
	u64 longest_window, dead_byte_ns;
	struct fq_entry entries[];
} __attribute__((__aligned__(64)));

/* ---- counting ---------------------------------------------------------------------------- */

static u64 add_saturated(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? U64_MAX : sum;
}

static u64 multiply_saturated(u64 a, u64 b)
{
	u64 product;

	return __builtin_mul_overflow(a, b, &product) ? U64_MAX : product;
}

/* The flush that @e waited for was the one after @e->number; of old ones the time is lost. */
static u64 flush_time(const struct iommu_dma_cookie *c, const struct fq_entry *e)
{
	u64 done = __atomic_load_n(&c->nr_flushes_done, __ATOMIC_RELAXED);
	u64 number = max(e->number + 1, done > NR_FLUSH_TIMES ? done - NR_FLUSH_TIMES + 1 : 1);

	return __atomic_load_n(&c->flushed_at[number % NR_FLUSH_TIMES], __ATOMIC_RELAXED);
}

/* ---- a ring: under its lock -------------------------------------------------------------- */

static bool is_full(const struct iova_fq *fq)
{
	return ((fq->tail + 1) & fq->mask) == fq->head;
}

/* What a walk over flushed entries adds up, so that it need not be in memory meanwhile. */
struct windows {
	u64 number, at;		/* the time of that flush */
	u64 longest, dead_byte_ns;
};

static inline void count_window(const struct iommu_dma_cookie *c, struct windows *w,
				const struct fq_entry *e)
{
	u64 window;

	if (e->number != w->number) {
		w->number = e->number;
		w->at = flush_time(c, e);
	}
	window = w->at > e->since ? w->at - e->since : 0;
	w->longest = max(w->longest, window);
	w->dead_byte_ns = add_saturated(w->dead_byte_ns, multiply_saturated(e->size, window));
}

static noinline void free_entries(struct iommu_dma_cookie *c, struct iova_fq *fq, u64 done)
{
	struct windows w = {
		.number = U64_MAX, .longest = fq->longest_window,
		.dead_byte_ns = fq->dead_byte_ns,
	};
	unsigned at = fq->head;

	for (; at != fq->tail && fq->entries[at].number < done; at = (at + 1) & fq->mask) {
		struct fq_entry *e = &fq->entries[at];

		count_window(c, &w, e);
		if (unlikely(!list_empty(&e->freelist)))
			iommu_put_pages_list(&e->freelist);
		dma_iommu_free_iova(c, e->iova, e->size);
	}
	fq->head = at;
	fq->longest_window = w.longest;
	fq->dead_byte_ns = w.dead_byte_ns;
}

static inline void free_flushed(struct iommu_dma_cookie *c, struct iova_fq *fq)
{
	u64 done = __atomic_load_n(&c->nr_flushes_done, __ATOMIC_ACQUIRE);

	if (fq->head != fq->tail && fq->entries[fq->head].number < done)
		free_entries(c, fq, done);
}

static void add_entry(struct iommu_dma_cookie *c, struct iova_fq *fq, dma_addr_t iova, size_t size,
		      struct list_head *freelist)
{
	struct fq_entry *e = &fq->entries[fq->tail];

	e->iova = iova;
	e->size = size;
	e->since = port_now(&c->kernel->port);
	bias_barrier_often();
	e->number = __atomic_load_n(&c->nr_flushes_started, __ATOMIC_RELAXED);
	if (unlikely(!list_empty(freelist)))
		list_splice_init(freelist, &e->freelist);
	fq->tail = (fq->tail + 1) & fq->mask;
	fq->nr_queued++;
}

/* ---- flushing ---------------------------------------------------------------------------- */

static void flush(struct iommu_dma_cookie *c)
{
	u64 number;

	__atomic_fetch_add(&c->nr_flushes_started, 1, __ATOMIC_SEQ_CST);
	bias_barrier_rarely();
	iommu_flush_iotlb_all(c->domain);
	number = __atomic_load_n(&c->nr_flushes_done, __ATOMIC_RELAXED) + 1;
	__atomic_store_n(&c->flushed_at[number % NR_FLUSH_TIMES], port_now(&c->kernel->port),
			 __ATOMIC_RELAXED);
	__atomic_fetch_add(&c->nr_flushes_done, 1, __ATOMIC_SEQ_CST);
}

static void on_timer(struct timer_list *t)
{
	struct iommu_dma_cookie *c = from_timer(c, t, fq_timer);

	__atomic_store_n(&c->fq_timer_on, false, __ATOMIC_RELAXED);
	flush(c);
	c->nr_timer_flushes++;
	for (unsigned i = 0; i < PORT_MAX_CPUS; i++) {
		struct iova_fq *fq = c->fq[i];

		if (!fq)
			continue;
		bias_lock(&fq->lock);
		free_flushed(c, fq);
		bias_unlock(&fq->lock);
	}
}

static void start_timer(struct iommu_dma_cookie *c)
{
	struct port *p = &c->kernel->port;

	if (likely(__atomic_load_n(&c->fq_timer_on, __ATOMIC_RELAXED)) ||
	    __atomic_exchange_n(&c->fq_timer_on, true, __ATOMIC_RELAXED))
		return;
	port_mod_timer(p, &c->fq_timer, (unsigned long)port_jiffies(p) +
					msecs_to_jiffies(c->fq_options.timeout_ms));
}

void dma_iommu_queue(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size,
		     struct list_head *freelist)
{
	struct iova_fq *fq = c->fq[c->fq_options.is_single ? 0 : cpu_now(c)];

	bias_lock(&fq->lock);
	free_flushed(c, fq);
	if (unlikely(is_full(fq))) {
		flush(c);
		fq->nr_full_flushes++;
		free_flushed(c, fq);
	}
	add_entry(c, fq, iova, size, freelist);
	bias_unlock(&fq->lock);
	start_timer(c);
}

/* ---- they come and go -------------------------------------------------------------------- */

void dma_iommu_fq_options(struct dma_iommu_fq_options *o, const struct device *dev)
{
	bool is_single = dev->iommu->shadow_on_flush;

	*o = (struct dma_iommu_fq_options){
		.is_single = is_single,
		.nr_entries = is_single ? IOVA_SINGLE_FQ_SIZE : IOVA_DEFAULT_FQ_SIZE,
		.timeout_ms = is_single ? IOVA_SINGLE_FQ_TIMEOUT : IOVA_DEFAULT_FQ_TIMEOUT,
	};
}

static struct iova_fq *new_ring(const struct iommu_dma_cookie *c)
{
	unsigned nr = c->fq_options.nr_entries;
	size_t size = ALIGN(sizeof(struct iova_fq) + nr * sizeof(struct fq_entry), (size_t)64);
	struct iova_fq *fq = kernel_fails(c->kernel) ? NULL : aligned_alloc(64, size);

	if (!fq)
		return NULL;
	memset(fq, 0, sizeof(*fq));
	bias_init(&fq->lock);
	fq->mask = nr - 1;
	for (unsigned i = 0; i < nr; i++)
		INIT_LIST_HEAD(&fq->entries[i].freelist);
	return fq;
}

static void free_rings(struct iommu_dma_cookie *c)
{
	for (unsigned i = 0; i < PORT_MAX_CPUS; i++) {
		struct iova_fq *fq = c->fq[i];

		for (; fq && fq->head != fq->tail; fq->head = (fq->head + 1) & fq->mask)
			iommu_put_pages_list(&fq->entries[fq->head].freelist);
		free(fq);
		c->fq[i] = NULL;
	}
}

static bool make_rings(struct iommu_dma_cookie *c)
{
	unsigned nr_cpus = c->fq_options.is_single ? 1 : machine_nr_cpus(c->kernel->port.machine);

	for (unsigned i = 0; i < nr_cpus; i++) {
		c->fq[i] = new_ring(c);
		if (!c->fq[i]) {
			free_rings(c);
			return false;
		}
	}
	return true;
}

/* Also of a domain that is in use: from then on unmaps find all in place. */
int dma_iommu_init_fq(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *c = domain->iova_cookie;

	if (c->fq_domain)
		return 0;
	if (!make_rings(c)) {
		pr_warn("iova flush queue initialization failed\n");
		return -ENOMEM;
	}
	c->nr_flushes_started = c->nr_flushes_done = 0;
	timer_setup(&c->fq_timer, on_timer, 0);
	c->fq_timer_on = false;
	__atomic_store_n(&c->fq_domain, domain, __ATOMIC_RELEASE);
	return 0;
}

void dma_iommu_free_fq(struct iommu_dma_cookie *c)
{
	if (!c->fq_domain)
		return;
	port_delete_timer_sync(&c->kernel->port, &c->fq_timer);
	free_rings(c);
}

void dma_iommu_count_fq(struct iommu_dma_cookie *c, struct iommu_dma_counters *to)
{
	to->is_lazy = c->fq_domain != NULL;
	to->nr_timer_flushes = c->nr_timer_flushes;
	for (unsigned i = 0; i < PORT_MAX_CPUS; i++) {
		const struct iova_fq *fq = c->fq[i];

		if (!fq)
			continue;
		to->nr_queued_unmaps += fq->nr_queued;
		to->nr_waiting += (fq->tail - fq->head) & fq->mask;
		to->nr_full_flushes += fq->nr_full_flushes;
		to->longest_window_ns = max(to->longest_window_ns, fq->longest_window);
		to->dead_byte_ns = add_saturated(to->dead_byte_ns, fq->dead_byte_ns);
	}
}
