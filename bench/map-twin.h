/* SPDX-License-Identifier: MIT */
/*
 * The other side of bench/map behind an IOMMU: Linux's own code in a shared object that
 * tests/kernel/map-twin.py builds from an installed source, and that exports one object of
 * this type, map_twin.
 */
#ifndef BENCH_MAP_TWIN_H
#define BENCH_MAP_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_TWIN_SYMBOL	"map_twin"
#define MAP_TWIN_SG	32

/* How both sides translate. */
enum map_format {
	MAP_LPAE39,		/* 64-bit LPAE stage 1, 39-bit addresses: 3 levels */
	MAP_LPAE48,		/* 48-bit addresses: 4 levels */
	MAP_V7S,		/* short descriptors */
	NR_MAP_FORMATS
};

struct twin_side;

/**
 * struct map_twin - one process's worth of Linux
 * @open:     a device behind an IOMMU of that format, coherent, whose TLB is not modelled;
 *            32-bit mask where the format has 32 bits, else the format's
 * @enter:    the calling thread is CPU @cpu, 0..3
 * @pairs:    @nr times dma_map_page() and dma_unmap_page() of @len at physical @pa
 * @inner:    the same by iommu_dma_map_page() and iommu_dma_unmap_page(), called directly
 * @lists:    @nr times dma_map_sg() and dma_unmap_sg() of MAP_TWIN_SG pages from @pa on,
 *            every @stride'th page; return: entries that the list was mapped to
 * @translate: maps [@pa, +@len), asks for @pa + @off by iova_to_phys(), and unmaps
 */
struct map_twin {
	struct twin_side *(*open)(enum map_format format, bool is_lazy);
	void (*enter)(unsigned cpu);
	void (*pairs)(struct twin_side *s, uint64_t pa, size_t len, size_t nr);
	void (*inner)(struct twin_side *s, uint64_t pa, size_t len, size_t nr);
	int (*lists)(struct twin_side *s, uint64_t pa, unsigned stride, size_t nr);
	uint64_t (*translate)(struct twin_side *s, uint64_t pa, size_t len, size_t off);
};

#endif
