/* SPDX-License-Identifier: MIT */
/*
 * For the examples r1, r3 to r7: a machine with a device behind an IOMMU, whose addresses
 * come from what Linux 6.12 has on 32-bit Arm, or from what this library has.
 */
#ifndef EXAMPLES_ARM32_IOMMU_H
#define EXAMPLES_ARM32_IOMMU_H

#include <armdma/harness.h>

#define EXAMPLE_BOARD	"a9-iommu"
#define EXAMPLE_DEVICE	"100a0000.gpu"

/* @snoops: it sees the CPUs' caches. Reports go to stdout. */
static inline struct harness *start_behind_iommu(enum iova_backend how, bool snoops)
{
	return harness_start_or_exit(&(struct harness_config){
		.board = EXAMPLE_BOARD, .iova = how,
		.coherent = snoops ? COHERENT_HARDWARE : COHERENT_CMA,
		.hazards = { .text = stdout },
	});
}

static inline const char *backend_title(enum iova_backend how)
{
	return how == IOVA_BITMAP ? "As 32-bit Arm does it in Linux 6.12"
				  : "As this library does it";
}

#endif
