/* SPDX-License-Identifier: MIT */
/*
 * A flattened device tree as nodes with parents, safe to ask anything.
 *
 *   blob --fdt_check_full--> nodes in tree order, each with its parent; phandles
 *
 * libfdt finds a parent, a phandle or a property by scanning the blob, which
 * lets a hostile tree cost minutes. Here each is a step or a binary search, the
 * depth is bounded, and every property comes with its length.
 *
 * Leaves out: trees older than version 17 (dtc writes no other since 2005), overlays.
 *
 * Spec: Devicetree Specification v0.4, chapters 2 and 5.
 */
#ifndef SIM_BOARD_FDT_H
#define SIM_BOARD_FDT_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/board.h>

#define FDT_MAX_BYTES	(2u << 20)	/* what Linux maps for one; real ones: 0.1 MiB */
#define FDT_MAX_NAME	255		/* of a node or a property */
#define FDT_MAX_DEPTH	16		/* of nodes, and steps along any chain */
#define FDT_MAX_CELLS	4		/* of one number; PCI needs 3 */

struct fdt;
typedef struct fdt fdt;

/*
 * @addr_cells and @size_cells are inherited as Linux does it: from the nearest of
 * this node and those above it that says, else 1. A count above FDT_MAX_CELLS
 * reads as 0, which no address can have.
 */
struct fdt_node {
	const struct fdt *fdt;
	unsigned parent_idx;		/* of the root: itself */
	unsigned depth;
	const char *name;		/* "mmc@1c0f000" */
	unsigned base_len;		/* of "mmc" */
	unsigned first_prop, nr_props;	/* in the tree's table, sorted by name */
	uint8_t addr_cells, size_cells;	/* of its children's reg */
	bool is_disabled;		/* its own status, or one above it */
	int offset;			/* in the blob */
	bool has_pa;			/* by fdt_locate_nodes() of address.h */
	uint64_t pa;			/* where its registers begin, for the CPU */
};

/** A property as numbers: @nr cells of 32 bits, big-endian, any alignment. */
struct fdt_cells {
	const uint8_t *bytes;
	unsigned nr;
};

/** @name stands for the file in messages. The blob is copied. */
struct fdt *fdt_new(const void *blob, size_t len, const char *name, GError **error);
void fdt_free(struct fdt *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(fdt, fdt_free)

/* ---- nodes; all of them borrowed from the tree ------------------------ */

unsigned fdt_nr_nodes(const struct fdt *f);
/** In tree order; 0 is the root. */
const struct fdt_node *fdt_node(const struct fdt *f, unsigned idx);
/** All of them, for address.c to fill in what needs the buses. */
struct fdt_node *fdt_nodes(struct fdt *f);
unsigned fdt_node_idx(const struct fdt_node *n);
const struct fdt_node *fdt_by_phandle(const struct fdt *f, uint32_t phandle);
/** A child of the root by its name without unit address, or NULL. */
const struct fdt_node *fdt_top(const struct fdt *f, const char *base);

const struct fdt_node *node_parent(const struct fdt_node *n);	/* NULL for the root */
bool node_is_named(const struct fdt_node *n, const char *base);
bool node_is_below(const struct fdt_node *n, const struct fdt_node *ancestor);
char *node_path(const struct fdt_node *n);			/* yours */

/* ---- properties -------------------------------------------------------- */

bool node_has(const struct fdt_node *n, const char *prop);
/** The first string of a list; NULL if absent or not ended by a NUL. */
const char *node_string(const struct fdt_node *n, const char *prop);
/** The same as valid UTF-8 without control characters, fit to print; "" if absent. Yours. */
char *node_text(const struct fdt_node *n, const char *prop);
/** The string after @prev in the list; NULL at its end. NULL starts. */
const char *node_next_string(const struct fdt_node *n, const char *prop, const char *prev);
bool node_is_compatible(const struct fdt_node *n, const char *compatible);
/** Absent is nr 0. */
struct fdt_cells node_cells(const struct fdt_node *n, const char *prop);
/** False, and @ret_value untouched, unless @prop is one cell or more. */
bool node_u32(const struct fdt_node *n, const char *prop, uint32_t *ret_value);
/** The low 64 bits of the number in cells [first, first + nr), all of which exist. */
uint64_t cells_number(struct fdt_cells c, unsigned first, unsigned nr);
struct fdt_cells cells_from(struct fdt_cells c, unsigned first);

/** Set @error to "FILE: PATH: <sentence>"; always returns false. */
bool node_complain(const struct fdt_node *n, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
