/* SPDX-License-Identifier: MIT */
/*
 * What comes of a DMA behind an SMMUv3, and where QEMU 7.2's is known to differ, by name:
 * as in deviations.h, each row foretells from the question what it does instead.
 */
#ifndef TESTS_ORACLE_SMMUV3_LIMITS_H
#define TESTS_ORACLE_SMMUV3_LIMITS_H

#include "stream.h"

#define NR_LIMITS	5u

struct probe {
	const struct stream *s;
	u64 iova;
	bool is_write;
};

/**
 * struct answer - what comes of a DMA
 * @is_open: it reaches @pa
 * @is_told: it does not, and @event says so
 * @pa:      where the tables lead, open or not; 0: nowhere
 */
struct answer {
	bool is_open, is_told;
	u64 pa;
	struct smmuv3_event event;
};

/* @manual: chapter of IHI 0070. @count: how often it took part. */
struct limit {
	const char *name;
	const char *manual;
	bool (*applies)(const struct probe *p, const struct answer *a);
	void (*becomes)(const struct probe *p, struct answer *a);
	u64 count;
};

extern struct limit smmuv3_limits[NR_LIMITS];

/* From what was mapped; counts the limits that took part. */
struct answer smmuv3_answer(const struct probe *p);

#endif
