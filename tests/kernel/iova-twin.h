/* SPDX-License-Identifier: MIT */
/*
 * Linux's own IOVA allocator, as a shared object that tests and benchmarks load beside
 * ours: iova-twin-linux.c offers it, iova-twin.py and bench/iova-twin.py build it.
 */
#ifndef TESTS_KERNEL_IOVA_TWIN_H
#define TESTS_KERNEL_IOVA_TWIN_H

#include <stdbool.h>

#define TWIN_CPUS	8

/* Two words, as a caller of Linux's would see them; @handle NULL: there is none. */
struct twin_range {
	void *handle;
	unsigned long lo, hi;
};

struct twin_domain;

/**
 * struct iova_twin - what the shared object's symbol "iova_twin" is
 * @enter:    this thread is that CPU, below TWIN_CPUS
 * @nr:       ranges in the tree, without the anchor
 * @walk:     the range after @handle, or the first for NULL; the anchor's is the last
 * @trim:     100 ms pass for whatever was delayed
 */
struct iova_twin {
	void (*enter)(unsigned cpu);
	struct twin_domain *(*create)(unsigned long granule, unsigned long start_pfn,
				      unsigned nr_cpus);
	void (*destroy)(struct twin_domain *d);
	struct twin_range (*alloc)(struct twin_domain *d, unsigned long size,
				   unsigned long limit_pfn, bool aligned);
	struct twin_range (*reserve)(struct twin_domain *d, unsigned long lo,
				     unsigned long hi);
	struct twin_range (*find)(struct twin_domain *d, unsigned long pfn);
	struct twin_range (*walk)(struct twin_domain *d, void *handle);
	void (*free_range)(struct twin_domain *d, void *handle);
	void (*free_pfn)(struct twin_domain *d, unsigned long pfn);
	unsigned long (*alloc_fast)(struct twin_domain *d, unsigned long size,
				    unsigned long limit_pfn, bool flush);
	void (*free_fast)(struct twin_domain *d, unsigned long pfn, unsigned long size);
	unsigned long (*nr)(struct twin_domain *d);
	void (*trim)(struct twin_domain *d);
};

#endif
