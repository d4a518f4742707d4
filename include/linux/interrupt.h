/* SPDX-License-Identifier: MIT */
/*
 * What an interrupt handler's signature needs. There is no interrupt
 * controller: the test that plays the device calls the handler.
 */
#ifndef _ARMDMA_LINUX_INTERRUPT_H
#define _ARMDMA_LINUX_INTERRUPT_H

enum irqreturn {
	IRQ_NONE = 0,
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,
};
typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#endif
