/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines of nodes: interrupts, interrupts-extended. Each distinct specifier of a
 * controller is one line of the machine (<armdma/bus.h>), and its number there is Linux's
 * interrupt number.
 *
 * Leaves out: interrupt-map of buses that translate.
 *
 * Source: include/linux/of_irq.h, drivers/of/irq.c.
 */
#ifndef _ARMDMA_LINUX_OF_IRQ_H
#define _ARMDMA_LINUX_OF_IRQ_H

#include <linux/of.h>

#ifdef __cplusplus
extern "C" {
#endif

struct resource;

/**
 * of_irq_parse_one() - which line of which controller is @np's interrupt @index
 *
 * Return: 0; -EINVAL: none, no controller, or a broken specifier.
 */
int of_irq_parse_one(struct device_node *np, int index, struct of_phandle_args *out_irq);
/** Its number, or a negative errno of the former; -ENOSPC: the machine has no more lines. */
int of_irq_get(struct device_node *np, int index);
/** By interrupt-names; -EINVAL for NULL, -ENODATA: no such name. */
int of_irq_get_byname(struct device_node *np, const char *name);
int of_irq_count(struct device_node *np);
struct device_node *of_irq_find_parent(struct device_node *np);
/** Its number, or 0. */
unsigned int irq_of_parse_and_map(struct device_node *np, int index);

#ifdef __cplusplus
}
#endif
#endif
