/* SPDX-License-Identifier: MIT */
/* Between coherent.c, which runs and prints, and coherent-timelines.c, which does it. */
#ifndef BENCH_COHERENT_H
#define BENCH_COHERENT_H

#include <armdma/alias.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>

#define BUFFER_LEN	SZ_64K

/**
 * struct scene - a machine with one buffer on it
 * @u, @dma: the buffer's addresses, as dma_alloc_coherent() gave them
 * @k:       another mapping of it that is cached; 0: there is none
 * @any:     where its memory is found by whoever does not ask the driver: @k, else the
 *           linear map's address, which may be @u; 0: nowhere
 */
struct scene {
	struct harness *h;
	struct machine *m;
	struct cpu *cpu;
	struct device *dev;
	struct master *hw;
	void *u;
	dma_addr_t dma;
	uint32_t k, any;
};

/** What came of a timeline. */
enum verdict {
	SURVIVES,
	STALE,		/* old bytes were read */
	LOST,		/* newer bytes were overwritten */
	LEAKED,		/* bytes that had been cleared came back */
	NOT_HERE	/* it needs hardware or a mapping that is not there */
};

struct timeline {
	const char *name;
	enum chooser_mode chooser;
	enum verdict (*play)(struct scene *s);
};

#define NR_TIMELINES	8u
extern const struct timeline timelines[NR_TIMELINES];

#endif
