/* SPDX-License-Identifier: MIT */
/*
 * The store buffer of a PL310: writes on their way to DRAM that have left the CPU.
 *
 *   outer_write() --> [ 32 bytes, mask ][ 32 bytes, mask ][ 32 bytes, mask ] --> DRAM
 *                        youngest                            oldest
 *
 * Who waits for a write sees nothing of this buffer but a DSB that is over too soon:
 * only a cache sync empties it. When a slot drains by itself is free, so it is the
 * chooser's: at once (nominal), drawn at every event (random), or never until
 * something forces it (lazy, and erratum 769419). It is forced by a sync, by a read or an
 * operation on the same line, by a slot that is full, by want of a slot.
 *
 * As with the CPUs' own buffers (order.h), a device that is played by hand, not run
 * beside the CPUs, acts after the fact: what no younger doorbell has overtaken is out by
 * then, unless the erratum keeps it.
 *
 * Slots drain in the order in which they were taken, and a write merges into the
 * youngest slot alone. A real controller may merge into any: then a write would overtake
 * an older one although a DMB stands between them, and Linux takes dma_wmb() to be
 * enough here. Device and Strongly-ordered writes do not stay (DDI 0246C, 2.3).
 *
 * Leaves out: the slots that writes which hit level 2 pass through, as every reader of
 * level 2 sees them anyway.
 *
 * Spec: DDI 0246, 2.5 "RAM interfaces and buffers": three slots of a line is from
 * memory, not verified. Linux: arch/arm/mm/Kconfig, 753970 and 769419, by behaviour.
 */
#ifndef SIM_CACHE_STB_H
#define SIM_CACHE_STB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../chooser.h"
#include "../mem/dram.h"

#define STB_SLOTS	3u
#define STB_LINE	32u

struct machine;

struct stb_slot {
	struct place line;
	uint32_t mask;			/* a bit for each byte that is written */
	uint8_t bytes[STB_LINE];
};

struct stb {
	struct stb_slot slots[STB_SLOTS];	/* oldest first */
	unsigned nr;
	bool holds;			/* writes may stay at all */
	bool is_stuck_draining;		/* erratum 753970, after a sync */
	bool is_overtaken;		/* by a write to a device since the oldest came */
	struct stream drains;
	uint64_t nr_merged;
};

void stb_init(struct machine *m);

/* A write of Normal memory on its way to DRAM; any length. */
void stb_write(struct machine *m, struct place at, const void *buf, size_t len);
/* Everything goes out, oldest first. */
void stb_drain(struct machine *m);
void stb_drain_over(struct machine *m, struct place at, size_t len);
/* A master is about to act; a CPU wrote to a device. Call them when something is held. */
void stb_before_master(struct machine *m);
void stb_rang(struct machine *m);
/* Put what is held of [at, at + len) over @buf, which is what DRAM has. */
void stb_overlay(const struct stb *s, struct place at, void *buf, size_t len);

#endif
