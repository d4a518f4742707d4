/* SPDX-License-Identifier: MIT */
/*
 * What drivers and devices do in the tests of hazards, in one line each. The code
 * that calls a verb is the code that a report blames.
 */
#ifndef TESTS_HAZARD_VERBS_H
#define TESTS_HAZARD_VERBS_H

#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

/* One byte, through the CPU's caches as the mapping of @p says. */
u8 cpu_reads(const void *p);
void cpu_writes(void *p, u8 value);
/* @len bytes from @p on, all the same. */
void cpu_fills(void *p, u8 value, size_t len);
/* Reads all of @len bytes; the last one. */
u8 cpu_scans(const void *p, size_t len);

void device_writes(struct device *dev, dma_addr_t dma, u8 value, size_t len);
/* The first byte that it got. */
u8 device_reads(struct device *dev, dma_addr_t dma, size_t len);

#endif
