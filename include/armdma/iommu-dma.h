/* SPDX-License-Identifier: MIT */
/*
 * What the DMA API did with a device's IOMMU: how long dead mappings stayed reachable, and
 * how much beyond the buffers did.
 */
#ifndef ARMDMA_IOMMU_DMA_H
#define ARMDMA_IOMMU_DMA_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/**
 * enum iommu_mode - what becomes of the IOMMUs that a board names
 * IOMMU_AS_BOARD:    those that are modelled are used, strictly; the others are bypassed
 * IOMMU_OFF:         all are bypassed
 * IOMMU_STRICT:      all are used, the reference IOMMU standing in for kinds that are not
 *                    modelled; an unmap invalidates before it returns
 * IOMMU_LAZY:        the same, and invalidation is put off: iommu.strict=0 of Linux
 * IOMMU_PASSTHROUGH: the same, and they translate nothing unless told to:
 *                    iommu.passthrough=1
 */
enum iommu_mode {
	IOMMU_AS_BOARD,
	IOMMU_OFF,
	IOMMU_STRICT,
	IOMMU_LAZY,
	IOMMU_PASSTHROUGH
};

/**
 * struct iommu_dma_counters - of the default domain of a device's group, since it was made
 * @is_lazy:           it has flush queues (type DMA_FQ)
 * @nr_strict_unmaps:  that invalidated before they returned
 * @nr_queued_unmaps:  that left it to a flush queue
 * @nr_waiting:        of those, still in a queue
 * @nr_full_flushes:   because a queue was full
 * @nr_timer_flushes:  because time was up
 * @longest_window_ns: simulated time from an unmap to the invalidation, the longest
 * @dead_byte_ns:      the sum over queued unmaps of bytes times that time; UINT64_MAX: or
 *                     more
 * @rounding_bytes:    mapped because they share a page of the IOMMU with a buffer
 * @padding_bytes:     mapped behind an entry of a list, so that the next one does not cross
 *                     the device's segment boundary
 *
 * Exact if no two threads are one CPU; else some calls may be missed.
 */
struct iommu_dma_counters {
	bool is_lazy;
	uint64_t nr_strict_unmaps, nr_queued_unmaps, nr_waiting;
	uint64_t nr_full_flushes, nr_timer_flushes;
	uint64_t longest_window_ns, dead_byte_ns;
	uint64_t rounding_bytes, padding_bytes;
};

/** False: @dev does not map through an IOMMU, and all counts are 0. */
bool iommu_dma_count(const struct device *dev, struct iommu_dma_counters *ret_counters);

#ifdef __cplusplus
}
#endif
#endif
