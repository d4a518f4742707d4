/* SPDX-License-Identifier: MIT */
/*
 * Registers of nodes, through the `ranges` of every bus above them.
 *
 * Leaves out: PCI, walking ranges.
 * Source: include/linux/of_address.h.
 */
#ifndef _ARMDMA_LINUX_OF_ADDRESS_H
#define _ARMDMA_LINUX_OF_ADDRESS_H

#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/of.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_BAD_ADDR	((u64)-1)

/** Where the CPU finds what is at @in_addr on @np's bus; OF_BAD_ADDR: nowhere. */
u64 of_translate_address(struct device_node *np, const __be32 *in_addr);

/** Entry @index of reg as it is written; NULL: none. @size, @flags: NULL, or filled in */
const __be32 *of_get_address(struct device_node *np, int index, u64 *size,
			     unsigned int *flags);
/** Return: 0, or -EINVAL: no such entry, or it leads nowhere. */
int of_address_to_resource(struct device_node *np, int index, struct resource *r);
/** ioremap() of that entry, yours to iounmap(); NULL: not to be had. */
void __iomem *of_iomap(struct device_node *np, int index);
/** The same, and nobody else's. Or ERR_PTR(): -EINVAL, -EBUSY, -ENOMEM. */
void __iomem *of_io_request_and_map(struct device_node *np, int index, const char *name);
/** dma-coherent, here or on the way to the root. */
bool of_dma_is_coherent(struct device_node *np);

#ifdef __cplusplus
}
#endif
#endif
