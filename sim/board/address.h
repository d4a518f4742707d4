/* SPDX-License-Identifier: MIT */
/*
 * Addresses across buses: what a device's registers and its DMA look like from
 * the CPU. The rules are those that Linux applies to the same trees.
 */
#ifndef SIM_BOARD_ADDRESS_H
#define SIM_BOARD_ADDRESS_H

#include "fdt.h"

/**
 * node_reg() - the registers that the entry @idx of @n's reg says, as the CPU sees them
 *
 * Through the `ranges` of every bus above it. False: there is no such entry, or a bus on
 * the way does not pass it on.
 */
bool node_reg(const struct fdt_node *n, unsigned idx, uint64_t *ret_pa, uint64_t *ret_len);

/** A PCI bus: its children are functions, not platform devices. */
bool node_is_pci(const struct fdt_node *n);

/**
 * fdt_locate_nodes() - find the physical address of every node's registers
 *
 * Through the `ranges` of every bus above it; fills in has_pa and pa. A node that
 * some bus does not pass on has none (an I2C client has a reg, but no such address).
 * Return: false with @error when a bus has more windows than any real one.
 */
bool fdt_locate_nodes(struct fdt *f, GError **error);

/** What Linux calls the platform device of this node: "1c0f000.mmc". Yours. */
char *node_device_name(const struct fdt_node *n);

/** dma-coherent, here or on the way to memory. */
bool node_is_coherent(const struct fdt_node *n);

/**
 * node_find_dma_ranges() - the bus whose dma-ranges hold for a device on @bus
 *
 * Return: the nearest with something in it, going towards memory; NULL where there
 * is none, and what a device sees is 1:1.
 */
const struct fdt_node *node_find_dma_ranges(const struct fdt_node *bus);

/**
 * node_dma_ranges() - the windows of that bus, as physical addresses
 * @ret_ranges: appended to; windows that lead nowhere are left out
 *
 * Return: false with @error when its dma-ranges cannot be read.
 */
bool node_dma_ranges(const struct fdt_node *bus, GArray *ret_ranges, GError **error);

/** The node that this one does its DMA through: `dma-mem`, else its parent. */
const struct fdt_node *node_dma_parent(const struct fdt_node *n);

#endif
