/* SPDX-License-Identifier: MIT */
/*
 * Barriers of 32-bit Arm with an SMP kernel.
 *
 *   mb, wmb       DSB, then the outer cache's sync where there is one
 *   rmb           DSB
 *   dma_*mb       DMB: order between accesses to memory that a device shares.
 *                 They do not order a store against a doorbell: wmb() does.
 *   smp_*mb       DMB
 *
 * They act on the CPU that this thread entered, CPU 0 if it entered none.
 * Context: any. Cannot fail. Source: arch/arm/include/asm/barrier.h.
 */
#ifndef _ARMDMA_ASM_BARRIER_H
#define _ARMDMA_ASM_BARRIER_H

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

#ifdef __cplusplus
}
#endif
#endif
