/* SPDX-License-Identifier: MIT */
/*
 * Interrupts off and on, for each host thread. While they are off no line is taken
 * (<linux/interrupt.h>), and what must not be called then says so: dma_free_coherent(),
 * and whatever may sleep.
 *
 * Source: include/linux/irqflags.h.
 */
#ifndef _ARMDMA_LINUX_IRQFLAGS_H
#define _ARMDMA_LINUX_IRQFLAGS_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Turn them off; what they were, for arch_local_irq_restore(). */
unsigned long arch_local_irq_save(void);
void arch_local_irq_restore(unsigned long flags);

/** Are they off, on this thread? */
bool irqs_disabled(void);

#define local_irq_save(flags)		((void)((flags) = arch_local_irq_save()))
#define local_irq_restore(flags)	arch_local_irq_restore(flags)
#define local_irq_disable()		((void)arch_local_irq_save())
#define local_irq_enable()		arch_local_irq_restore(0)
#define irqs_disabled_flags(flags)	((flags) != 0)

#ifdef __cplusplus
}
#endif
#endif
