/* SPDX-License-Identifier: MIT */
/*
 * Linux's side of the shared object: its allocator is included whole, unmodified, with
 * iova-twin-shim.h in place of a kernel, and offered as a struct iova_twin. One thread
 * at a time creates, destroys and trims.
 */
#include "iova-twin-shim.h"
#include "iova-twin.h"
#include TWIN_SOURCE

/* ---- what the shim leaves out of line ---------------- */

_Thread_local size_t shim_cpu_offset;
unsigned shim_nr_cpus = 1;

#define ROOM	128ul		/* of each per-CPU object: two cache lines */

static char percpu[SHIM_CPUS * SHIM_CPU_ROOM] __attribute__((__aligned__(4096)));
static void *free_rooms[SHIM_CPU_ROOM / ROOM];
static unsigned nr_free_rooms, nr_rooms;

void *__alloc_percpu(size_t size, size_t align)
{
	char *p = nr_free_rooms ? free_rooms[--nr_free_rooms] : &percpu[nr_rooms++ * ROOM];

	if (size > ROOM || align > ROOM || nr_rooms == SHIM_CPU_ROOM / ROOM)
		abort();
	for (unsigned cpu = 0; cpu < SHIM_CPUS; cpu++)
		memset(per_cpu_ptr(p, cpu), 0, size);
	return p;
}

void free_percpu(void *p)
{
	free_rooms[nr_free_rooms++] = p;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned flags, void *ctor)
{
	struct kmem_cache *c = aligned_alloc(128, sizeof(*c));

	(void)name, (void)align, (void)ctor;
	*c = (struct kmem_cache){ .size = size, .align = flags };
	return c;
}

static struct work_struct *pending;

void shim_schedule(struct work_struct *work)
{
	if (work->is_pending)
		return;
	work->is_pending = true;
	work->next = pending;
	pending = work;
}

void shim_cancel(struct work_struct *work)
{
	struct work_struct **at = &pending;

	while (*at && *at != work)
		at = &(*at)->next;
	if (*at)
		*at = work->next;
	work->is_pending = false;
}

/* ---- the twin ---------------- */

struct twin_domain {
	struct iova_domain iovad;
	long nr_before;
};

static long nr_iovas(void)
{
	long nr = 0;

	for (unsigned cpu = 0; cpu < SHIM_CPUS; cpu++)
		nr += iova_cache->free[cpu].nr;
	return nr;
}

static void enter(unsigned cpu)
{
	shim_cpu_offset = cpu * SHIM_CPU_ROOM;
}

static struct twin_domain *create(unsigned long granule, unsigned long start_pfn,
				  unsigned nr_cpus)
{
	struct twin_domain *d = aligned_alloc(128, ALIGN(sizeof(*d), 128));

	shim_nr_cpus = nr_cpus;
	if (!iova_cache)
		iova_cache_get();
	memset(d, 0, sizeof(*d));
	init_iova_domain(&d->iovad, granule, start_pfn);
	d->nr_before = nr_iovas();
	if (iova_domain_init_rcaches(&d->iovad))
		abort();
	return d;
}

static void destroy(struct twin_domain *d)
{
	put_iova_domain(&d->iovad);
	free(d);
}

static struct twin_range range_of(struct iova *iova)
{
	if (!iova)
		return (struct twin_range){ NULL, 0, 0 };
	return (struct twin_range){ iova, iova->pfn_lo, iova->pfn_hi };
}

static struct twin_range alloc(struct twin_domain *d, unsigned long size,
			       unsigned long limit_pfn, bool aligned)
{
	return range_of(alloc_iova(&d->iovad, size, limit_pfn, aligned));
}

static struct twin_range reserve(struct twin_domain *d, unsigned long lo, unsigned long hi)
{
	return range_of(reserve_iova(&d->iovad, lo, hi));
}

static struct twin_range find(struct twin_domain *d, unsigned long pfn)
{
	return range_of(find_iova(&d->iovad, pfn));
}

static struct twin_range walk(struct twin_domain *d, void *handle)
{
	struct iova *iova = handle;
	struct rb_node *n = iova ? rb_next(&iova->node) : rb_first(&d->iovad.rbroot);

	return range_of(n ? rb_entry(n, struct iova, node) : NULL);
}

static void free_range(struct twin_domain *d, void *handle)
{
	__free_iova(&d->iovad, handle);
}

static void free_pfn(struct twin_domain *d, unsigned long pfn)
{
	free_iova(&d->iovad, pfn);
}

static unsigned long alloc_fast(struct twin_domain *d, unsigned long size,
				unsigned long limit_pfn, bool flush)
{
	return alloc_iova_fast(&d->iovad, size, limit_pfn, flush);
}

static void free_fast(struct twin_domain *d, unsigned long pfn, unsigned long size)
{
	free_iova_fast(&d->iovad, pfn, size);
}

static unsigned long nr(struct twin_domain *d)
{
	return (unsigned long)(nr_iovas() - d->nr_before);
}

static void trim(struct twin_domain *d)
{
	struct work_struct *due = pending;

	(void)d;
	pending = NULL;
	while (due) {
		struct work_struct *next = due->next;

		due->is_pending = false;
		due->func(due);
		due = next;
	}
}

__attribute__((visibility("default"))) const struct iova_twin iova_twin = {
	enter, create, destroy, alloc, reserve, find, walk, free_range, free_pfn, alloc_fast,
	free_fast, nr, trim,
};
