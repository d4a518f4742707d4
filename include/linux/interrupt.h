/* SPDX-License-Identifier: MIT */
/*
 * Interrupts: the lines of the machine (<armdma/bus.h>), by their numbers, and who handles
 * them.
 *
 * There is no controller and nothing is asynchronous: a line that is high is taken by a CPU
 * at one of these moments, which are the same in every run:
 *
 *   after readl() and writel(), in all their forms; after mb(), rmb() and wmb()
 *   in cpu_relax(), and so in udelay() and its kin
 *   when interrupts come on: local_irq_enable(), the last *_irqrestore()
 *   when an access that a harness made as a device has ended
 *
 * and never while this thread has them off, or is in a handler. Lines are levels: as long
 * as one is high after its handlers have run, they run again. Where nobody has asked for a
 * line, it is not taken.
 *
 * Leaves out: affinity, NMIs, wake-up, softirqs and tasklets, and threads: what a handler
 * leaves to its thread_fn runs right after it, with interrupts on, where it may sleep.
 * Source: include/linux/interrupt.h, kernel/irq/manage.c.
 */
#ifndef _ARMDMA_LINUX_INTERRUPT_H
#define _ARMDMA_LINUX_INTERRUPT_H

#include <linux/irqflags.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

enum irqreturn {
	IRQ_NONE = 0,			/* not from this device */
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,		/* thread_fn does the rest */
};
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x)	((x) ? IRQ_HANDLED : IRQ_NONE)

/** Context: as a hard interrupt: interrupts off. @dev_id: as given to request_irq(). */
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

/** Levels are all that there is: what says otherwise is taken, and changes nothing. */
#define IRQF_TRIGGER_NONE	0x00000000
#define IRQF_TRIGGER_RISING	0x00000001
#define IRQF_TRIGGER_FALLING	0x00000002
#define IRQF_TRIGGER_HIGH	0x00000004
#define IRQF_TRIGGER_LOW	0x00000008
#define IRQF_SHARED		0x00000080	/* others may have the line, too */
#define IRQF_ONESHOT		0x00002000	/* masked until thread_fn has run */
#define IRQF_NO_AUTOEN		0x00080000	/* off until enable_irq() */

#define IRQ_NOTCONNECTED	(1U << 31)

/**
 * request_irq() - @handler is called when line @irq is high
 * @name: for reports; not copied
 * @dev:  told to the handler, and what free_irq() knows it by; not NULL if shared
 *
 * Where several share a line, all are called, in the order they came.
 * Context: process.
 * Return: 0; -EINVAL: no such line, no handler, or a shared one without @dev; -EBUSY:
 * somebody has it, and one of the two does not share; -ENOTCONN; -ENOMEM.
 */
int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev);

/**
 * request_threaded_irq() - the same in two parts
 * @handler: NULL: all is @thread_fn's, and IRQF_ONESHOT is a must (else -EINVAL)
 * @thread_fn: called where @handler returned IRQ_WAKE_THREAD; may sleep; NULL: none
 */
int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev);

/**
 * free_irq() - it is not called any more; not from a handler of the line
 * Return: its name; NULL, with a warning: there was none of that @dev_id
 */
const void *free_irq(unsigned int irq, void *dev_id);

/** The same, given back when the driver of @dev goes. @devname NULL: the device's name. */
int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
			      irq_handler_t thread_fn, unsigned long irqflags,
			      const char *devname, void *dev_id);
static inline int devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
				   unsigned long irqflags, const char *devname, void *dev_id)
{
	return devm_request_threaded_irq(dev, irq, handler, NULL, irqflags, devname, dev_id);
}
void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id);

/** Nested: as many enables as disables. A handler that runs elsewhere has returned. */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);	/* or has not: from the handler itself */
void enable_irq(unsigned int irq);
/** No handler of the line runs on another thread. */
void synchronize_irq(unsigned int irq);

#ifdef __cplusplus
}
#endif
#endif
