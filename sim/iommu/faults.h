/* SPDX-License-Identifier: MIT */
/*
 * Faults that software has not read yet: a latch (a queue of one) or a queue, an overflow
 * that says some were lost, and the interrupt that goes with both.
 */
#ifndef SIM_IOMMU_FAULTS_H
#define SIM_IOMMU_FAULTS_H

#include "hw.h"

#define FAULTS_MAX	64u

struct fault_record {
	struct iommu_hw_access access;
	enum iommu_hw_reason reason;
	uint8_t level;
	unsigned context;
	bool is_stalled;
	uint32_t stall;
};

struct fault_unit {
	struct iommu_hw *hw;
	unsigned capacity;		/* 1 to FAULTS_MAX: 1 latches the first */
	unsigned first, nr;
	bool has_overflowed;
	bool is_enabled;		/* the interrupt */
	struct fault_record records[FAULTS_MAX];
};

/* Nothing recorded, the interrupt off. */
void faults_reset(struct fault_unit *f, struct iommu_hw *hw, unsigned capacity);
/* False: it found no room, and the overflow says so. */
bool faults_record(struct fault_unit *f, const struct fault_record *r);
/* The oldest; NULL: none. */
const struct fault_record *faults_head(const struct fault_unit *f);
void faults_pop(struct fault_unit *f);
void faults_clear_overflow(struct fault_unit *f);
void faults_enable(struct fault_unit *f, bool is_enabled);

#endif
