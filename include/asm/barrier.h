/* SPDX-License-Identifier: MIT */
/*
 * Barriers of 32-bit Arm with an SMP kernel.
 *
 *   mb            DSB, then the outer cache's sync where there is one
 *   wmb           the same, waiting for stores only (DSB ST)
 *   rmb           DSB
 *   dma_rmb       DMB (OSH): order between accesses to memory that a device shares
 *   dma_wmb       DMB (OSHST), stores only. Neither completes anything: a store may
 *                 still be on its way when a doorbell rings. wmb() orders that.
 *   smp_*mb       DMB (ISH), smp_wmb DMB (ISHST)
 *   smp_load_acquire, smp_store_release   the access, and a DMB after, before it
 *
 * They act on the CPU that this thread entered, CPU 0 if it entered none.
 * Context: any. Cannot fail. Source: arch/arm/include/asm/barrier.h.
 */
#ifndef _ARMDMA_ASM_BARRIER_H
#define _ARMDMA_ASM_BARRIER_H

#include <linux/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

void mb(void);
void rmb(void);
void wmb(void);
void dma_rmb(void);
void dma_wmb(void);

#define dma_mb()	smp_mb()
#define smp_mb()	dma_rmb()
#define smp_rmb()	dma_rmb()
#define smp_wmb()	dma_wmb()

#define smp_store_mb(var, value)					\
	do { WRITE_ONCE(var, value); smp_mb(); } while (0)
#define smp_store_release(p, v)						\
	do { smp_mb(); WRITE_ONCE(*(p), v); } while (0)
#define smp_load_acquire(p)						\
	({ __typeof__(*(p)) loaded_ = READ_ONCE(*(p)); smp_mb(); loaded_; })
#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_atomic()	smp_mb()

#ifdef __cplusplus
}
#endif
#endif
