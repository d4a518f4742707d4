/* SPDX-License-Identifier: MIT */
/* Ours, under both policies, and Linux's own, as tests/kernel/iova-twin.h offers it. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <armdma/cpu.h>

#include "iova.h"
#include "lib/iommu/iova.h"
#include "tests/kernel/iova-twin.h"

/* ---- ours ----------------------------------------------------------------------- */

static void *create(enum iova_policy policy)
{
	struct iova_domain *d = g_new0(struct iova_domain, 1);

	init_iova_domain(d, 4096, 1);
	d->policy = policy;
	g_assert(iova_domain_init_rcaches(d) == 0);
	return d;
}

static void *create_linux_policy(unsigned nr_cpus)
{
	return create(IOVA_LINUX);
}

static void *create_spread_policy(unsigned nr_cpus)
{
	return create(IOVA_SPREAD);
}

static void destroy(void *d)
{
	put_iova_domain(d);
	g_free(d);
}

static void enter(struct machine *m, unsigned cpu)
{
	cpu_enter(machine_cpu(m, cpu));
}

static unsigned long our_alloc(void *d, unsigned long size, unsigned long limit_pfn)
{
	return alloc_iova_fast(d, size, limit_pfn, true);
}

static void our_free(void *d, unsigned long pfn, unsigned long size)
{
	free_iova_fast(d, pfn, size);
}

static unsigned long our_search(void *d, unsigned long size, unsigned long limit_pfn,
				bool aligned)
{
	struct iova *iova = alloc_iova(d, size, limit_pfn, aligned);

	return iova ? iova->pfn_lo : 0;
}

static void our_give(void *d, unsigned long pfn)
{
	free_iova(d, pfn);
}

static double bytes_each(void *d)
{
	struct iova_stats s;

	iova_domain_stats(d, &s);
	return (double)s.nr_bytes / (double)s.nr_nodes;
}

/* ---- Linux's ---------------------------------------------------------------------- */

static const struct iova_twin *twin;

static void *twin_create(unsigned nr_cpus)
{
	return twin->create(4096, 1, nr_cpus);
}

static void twin_destroy(void *d)
{
	twin->destroy(d);
}

static void twin_enter(struct machine *m, unsigned cpu)
{
	twin->enter(cpu);
}

static unsigned long twin_alloc(void *d, unsigned long size, unsigned long limit_pfn)
{
	return twin->alloc_fast(d, size, limit_pfn, true);
}

static void twin_free(void *d, unsigned long pfn, unsigned long size)
{
	twin->free_fast(d, pfn, size);
}

static unsigned long twin_search(void *d, unsigned long size, unsigned long limit_pfn,
				 bool aligned)
{
	return twin->alloc(d, size, limit_pfn, aligned).lo;
}

static void twin_give(void *d, unsigned long pfn)
{
	twin->free_pfn(d, pfn);
}

static bool load_twin(void)
{
	const char *path = getenv("IOVA_TWIN");
	void *so = path ? dlopen(path, RTLD_NOW) : NULL;

	if (path && !so)
		fprintf(stderr, "iova: %s\n", dlerror());
	twin = so ? dlsym(so, "iova_twin") : NULL;
	return twin;
}

unsigned iova_sides(struct side sides[NR_SIDES])
{
	sides[OURS] = (struct side){
		"ours", create_linux_policy, destroy, enter, our_alloc, our_free, our_search,
		our_give, bytes_each,
	};
	sides[SPREAD] = sides[OURS];
	sides[SPREAD].name = "spread";
	sides[SPREAD].create = create_spread_policy;
	sides[LINUX] = (struct side){
		"Linux", twin_create, twin_destroy, twin_enter, twin_alloc, twin_free,
		twin_search, twin_give, NULL,
	};
	return load_twin() ? NR_SIDES : LINUX;
}
