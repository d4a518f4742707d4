/* SPDX-License-Identifier: MIT */
/*
 * A trace's devices behind IOMMUs, where --iommu asks for them.
 *
 *   device of the trace --> master of the board --> its IOMMU        of a kind that is modelled
 *                                               '-> the reference one, which stands in for it
 *                       '-> a master without an IOMMU, or a generic one
 *                                               '-> a reference IOMMU that the board has not
 *
 * Devices that the board puts behind one IOMMU, or shows it under one ID, share what the
 * hardware makes them share. The trace's time is simulated time, so that flush queues
 * are flushed when they would be. Without --iommu nothing of this exists.
 */
#ifndef TOOLS_REPLAY_IOMMU_H
#define TOOLS_REPLAY_IOMMU_H

#include <armdma/iommu.h>
#include <armdma/iommu-dma.h>
#include <armdma/iommu-watch.h>
#include <armdma/pgtable.h>

#include "iova-space.h"
#include "judge-iommu.h"
#include "stats.h"

struct mapping;
struct replay;
struct replay_device;

/**
 * struct iommu_unit - one IOMMU that devices of the trace are behind
 * @name:       the hardware's
 * @kind:       of its model
 * @stands_for: the compatible of what the board has in its place; NULL: it is itself
 * @is_added:   the board has no IOMMU for these devices
 */
struct iommu_unit {
	char *name, *kind, *stands_for;
	bool is_added;
	unsigned nr_devices;
	struct iommu_hw *hw;		/* gone after the run */
	struct iommu_hw_counters counters;
};

/**
 * struct iommu_report - what is said of all of it
 * @mode, @policy: --iommu and --iova; NULL: not given
 * @units:  of struct iommu_unit *
 * @spaces: of struct device_space *, one for each group of devices
 * @tables: memory of all page tables
 */
struct iommu_report {
	char *mode, *policy;
	GPtrArray *units, *spaces;
	struct pgtable_counts tables;
};

/**
 * struct device_space - the IOVAs of one group of devices
 * @devices:  names, "eth0, eth1"; @dev: the first of them
 * @counters: of the DMA API's side of its domain
 * @live:     pages that are mapped, over time
 * @waiting:  unmaps in flush queues, over time; @waiting_peak: at most
 */
struct device_space {
	char *devices;
	struct replay_device *dev;
	unsigned group;
	struct iova_space *iovas;
	struct curve live, waiting;
	uint64_t waiting_peak;
	struct iommu_domain *domain;	/* gone after the run */
	struct iommu_dma_counters counters;
};

/**
 * struct iommu_tally - of one device, or of all
 * @calls:         of iommu_map() and iommu_unmap()
 * @mapped_bytes:  whole pages
 * @exposed:       bytes in pages of live buffers that are none of theirs, now
 * @exposed_sum:   of each mapping once
 * @exposed_byte_us: bytes times how long they were
 * @probes:        translations asked for in the fast gear, which moves no byte
 */
struct iommu_tally {
	uint64_t calls[NR_IOMMU_CALLS];
	uint64_t mapped_bytes;
	uint64_t exposed, exposed_peak, exposed_sum, exposed_byte_us;
	uint64_t probes;
};

void iommu_report_done(struct iommu_report *rep);

struct iommus;
/** NULL: --iommu was not given. The harness has started. */
struct iommus *iommus_new(struct replay *r);
void iommus_free(struct iommus *s);		/* NULL is fine */

/** @dev has come, or come again: put it behind its IOMMU. */
void iommus_place(struct iommus *s, struct replay_device *dev);
/** An event of @dev is about to be carried out; it was. */
void iommus_begin(struct iommus *s, struct replay_device *dev, const struct trace_event *ev);
void iommus_end_event(struct iommus *s);
/** A line of the trace about IOMMUs. */
void iommus_line(struct iommus *s, const struct trace_event *ev);
/** @m was mapped or refused; it goes. */
void iommus_mapped(struct iommus *s, struct mapping *m);
void iommus_unmapped(struct iommus *s, struct mapping *m);
/** The fast gear: would @dev get through to [@dma, +@len)? */
void iommus_probe(struct replay_device *dev, uint64_t dma, size_t len, bool is_write);
/** What there is to count is counted; nothing more is judged. */
void iommus_end(struct iommus *s);

/** A doorbell of interrupts for @dev at @pa: a page that the DMA API maps by itself. */
void iommu_map_doorbell(struct replay *r, struct replay_device *dev, uint64_t pa);

#endif
