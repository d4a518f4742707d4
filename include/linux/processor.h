/* SPDX-License-Identifier: MIT */
/*
 * Waiting politely. Linux: arch/arm/include/asm/vdso/processor.h.
 *
 * Under machine_run() (armdma/run.h) another CPU or device goes on meanwhile; elsewhere
 * nothing happens, for nobody else is there.
 */
#ifndef _ARMDMA_LINUX_PROCESSOR_H
#define _ARMDMA_LINUX_PROCESSOR_H

#ifdef __cplusplus
extern "C" {
#endif

void cpu_relax(void);

#ifdef __cplusplus
}
#endif
#endif
