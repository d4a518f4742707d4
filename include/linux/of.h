/* SPDX-License-Identifier: MIT */
/*
 * The board's device tree: a struct device_node for every node that it has.
 *
 *	of_find_compatible_node()      of_parse_phandle()        dev->of_node
 *	           \                          |                       /
 *	            `----------> struct device_node <----------------'
 *	                          |            `-- parent, child, sibling
 *	                          '-- properties: as they are written, big-endian
 *
 * Nodes live as long as the machine, and so do their properties: of_node_get() and
 * of_node_put() count nothing.
 *
 * Properties. A function that reads one returns 0 or more, or
 *   -EINVAL     the node has no such property
 *   -ENODATA    it has no value, or not as many elements
 *   -EOVERFLOW  its value is too short, or longer than @sz_max
 *   -EILSEQ     a string that does not end
 * and leaves what it would fill in as it was. No retry helps.
 *
 * Context: any. The functions that look for a node look in the tree of the machine that
 * runs.
 *
 * Leaves out: changing the tree, aliases, iterators of phandles, CPU nodes.
 * Source: include/linux/of.h.
 */
#ifndef _ARMDMA_LINUX_OF_H
#define _ARMDMA_LINUX_OF_H

#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/fwnode.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

typedef u32 phandle;

/** struct property - @length bytes at @value, which is the flattened tree itself */
struct property {
	char *name;
	int length;
	void *value;
	struct property *next;
};

/**
 * struct device_node - one node
 * @name:       without its unit address: "iommu"
 * @full_name:  with it: "iommu@13620000"
 * @path:       from the root: "/soc/iommu@13620000"; what %pOF prints in Linux
 * @fwnode:     its identity
 * @properties: in the tree's order
 * @child, @sibling: the first, the next; NULL: none
 * @data:       what the board says of it: struct board_master or board_iommu; NULL: nothing
 * @is_iommu:   which of the two
 */
struct device_node {
	const char *name;
	phandle phandle;
	const char *full_name;
	struct fwnode_handle fwnode;
	struct property *properties;
	struct device_node *parent;
	struct device_node *child;
	struct device_node *sibling;
	const void *data;
	const char *path;
	bool is_iommu;
};

#define MAX_PHANDLE_ARGS	16

/** struct of_phandle_args - a reference to a node, and the numbers that come with it */
struct of_phandle_args {
	struct device_node *np;
	int args_count;
	uint32_t args[MAX_PHANDLE_ARGS];
};

/** What @ops of every node's fwnode is. */
extern const struct fwnode_operations of_fwnode_ops;

/** NULL of NULL, both ways; to_of_node() also of what is no node. */
static inline struct fwnode_handle *of_fwnode_handle(struct device_node *np)
{
	return np ? &np->fwnode : NULL;
}

static inline bool is_of_node(const struct fwnode_handle *fwnode)
{
	return fwnode && fwnode->ops == &of_fwnode_ops;
}

static inline struct device_node *to_of_node(const struct fwnode_handle *fwnode)
{
	struct fwnode_handle *node = (struct fwnode_handle *)(uintptr_t)fwnode;

	return is_of_node(fwnode) ? container_of(node, struct device_node, fwnode) : NULL;
}

/** Counted in Linux; here nodes stay. */
static inline struct device_node *of_node_get(struct device_node *np)
{
	return np;
}

static inline void of_node_put(struct device_node *np)
{
	(void)np;
}

/** Always there are device trees. */
#define of_match_ptr(ptr)	(ptr)
static inline bool of_have_populated_dt(void)
{
	return true;
}

/* ---- nodes: NULL is a fine argument, and the answer where there is none -------------- */

static inline bool of_node_is_root(const struct device_node *np)
{
	return np && !np->parent;
}

static inline const char *of_node_full_name(const struct device_node *np)
{
	return np ? np->full_name : "<no-node>";
}

bool of_node_name_eq(const struct device_node *np, const char *name);
bool of_node_name_prefix(const struct device_node *np, const char *prefix);
/** Is its device_type that? */
bool of_node_is_type(const struct device_node *np, const char *type);

/** Is its status "okay", "ok", or not given? Of its parents nobody asks. NULL is not. */
bool of_device_is_available(const struct device_node *np);
/** 0: no; else the more, the earlier in its compatible. */
int of_device_is_compatible(const struct device_node *np, const char *compat);
int of_device_compatible_match(const struct device_node *np, const char *const *compat);
bool of_device_is_big_endian(const struct device_node *np);
bool of_machine_is_compatible(const char *compat);

/**
 * of_find_node_by_path() - by its path; here also by Linux's name of its device
 * of_find_node_by_phandle() - by its phandle
 */
struct device_node *of_find_node_by_path(const char *path);
struct device_node *of_find_node_by_phandle(phandle handle);

/** The next of all nodes after @from, in the tree's order; NULL: from the root on. */
struct device_node *of_find_all_nodes(struct device_node *from);
struct device_node *of_find_node_by_name(struct device_node *from, const char *name);
struct device_node *of_find_node_by_type(struct device_node *from, const char *type);
struct device_node *of_find_node_with_property(struct device_node *from, const char *name);
/** @type: its device_type too; NULL: any */
struct device_node *of_find_compatible_node(struct device_node *from, const char *type,
					    const char *compat);
/** @match: filled in with the entry, or NULL */
struct device_node *of_find_matching_node_and_match(struct device_node *from,
						    const struct of_device_id *matches,
						    const struct of_device_id **match);
static inline struct device_node *of_find_matching_node(struct device_node *from,
							const struct of_device_id *matches)
{
	return of_find_matching_node_and_match(from, matches, NULL);
}

/** The entry of @matches that suits @np best, or NULL. */
const struct of_device_id *of_match_node(const struct of_device_id *matches,
					 const struct device_node *np);
/** @data of the entry by which @dev's driver matched, or NULL. */
const void *of_device_get_match_data(const struct device *dev);
/** That entry in a table; NULL: none. */
const struct of_device_id *of_match_device(const struct of_device_id *matches,
					   const struct device *dev);

struct device_node *of_get_parent(const struct device_node *np);
struct device_node *of_get_next_parent(struct device_node *np);
/** @prev NULL: the first */
struct device_node *of_get_next_child(const struct device_node *np, struct device_node *prev);
struct device_node *of_get_next_available_child(const struct device_node *np,
						struct device_node *prev);
struct device_node *of_get_child_by_name(const struct device_node *np, const char *name);
struct device_node *of_get_compatible_child(const struct device_node *np, const char *compat);
int of_get_child_count(const struct device_node *np);
int of_get_available_child_count(const struct device_node *np);

#define for_each_of_allnodes(dn) \
	for (dn = of_find_all_nodes(NULL); dn; dn = of_find_all_nodes(dn))
#define for_each_node_by_name(dn, name) \
	for (dn = of_find_node_by_name(NULL, name); dn; dn = of_find_node_by_name(dn, name))
#define for_each_node_by_type(dn, type) \
	for (dn = of_find_node_by_type(NULL, type); dn; dn = of_find_node_by_type(dn, type))
#define for_each_node_with_property(dn, prop)			\
	for (dn = of_find_node_with_property(NULL, prop); dn;	\
	     dn = of_find_node_with_property(dn, prop))
#define for_each_compatible_node(dn, type, compat)			\
	for (dn = of_find_compatible_node(NULL, type, compat); dn;	\
	     dn = of_find_compatible_node(dn, type, compat))
#define for_each_matching_node(dn, matches)		\
	for (dn = of_find_matching_node(NULL, matches); dn; \
	     dn = of_find_matching_node(dn, matches))
#define for_each_matching_node_and_match(dn, matches, match)			\
	for (dn = of_find_matching_node_and_match(NULL, matches, match); dn;	\
	     dn = of_find_matching_node_and_match(dn, matches, match))
#define for_each_child_of_node(parent, child)				\
	for (child = of_get_next_child(parent, NULL); child;		\
	     child = of_get_next_child(parent, child))
#define for_each_available_child_of_node(parent, child)			\
	for (child = of_get_next_available_child(parent, NULL); child;	\
	     child = of_get_next_available_child(parent, child))
#define for_each_child_of_node_scoped(parent, child)				\
	for (struct device_node *child = of_get_next_child(parent, NULL); child; \
	     child = of_get_next_child(parent, child))
#define for_each_available_child_of_node_scoped(parent, child)			\
	for (struct device_node *child = of_get_next_available_child(parent, NULL); \
	     child; child = of_get_next_available_child(parent, child))
#define for_each_property_of_node(dn, pp) \
	for (pp = (dn)->properties; pp; pp = pp->next)

/* ---- properties ------------------------------------------------------------------- */

/** NULL: there is none. @lenp: NULL, or filled in with its bytes */
struct property *of_find_property(const struct device_node *np, const char *name, int *lenp);
const void *of_get_property(const struct device_node *np, const char *name, int *lenp);

static inline bool of_property_present(const struct device_node *np, const char *name)
{
	return of_find_property(np, name, NULL) != NULL;
}

static inline bool of_property_read_bool(const struct device_node *np, const char *name)
{
	return of_property_present(np, name);
}

/** @index: of elements of that size */
int of_property_read_u32_index(const struct device_node *np, const char *name, u32 index,
			       u32 *out_value);
int of_property_read_u64_index(const struct device_node *np, const char *name, u32 index,
			       u64 *out_value);
int of_property_read_u64(const struct device_node *np, const char *name, u64 *out_value);

/**
 * of_property_read_variable_u32_array() - @sz_min to @sz_max elements
 * @sz_max: 0: exactly @sz_min, of however many there are
 *
 * Return: how many were read, or an error.
 */
int of_property_read_variable_u8_array(const struct device_node *np, const char *name,
				       u8 *out_values, size_t sz_min, size_t sz_max);
int of_property_read_variable_u16_array(const struct device_node *np, const char *name,
					u16 *out_values, size_t sz_min, size_t sz_max);
int of_property_read_variable_u32_array(const struct device_node *np, const char *name,
					u32 *out_values, size_t sz_min, size_t sz_max);
int of_property_read_variable_u64_array(const struct device_node *np, const char *name,
					u64 *out_values, size_t sz_min, size_t sz_max);

static inline int of_property_read_u8_array(const struct device_node *np, const char *name,
					    u8 *out_values, size_t sz)
{
	int ret = of_property_read_variable_u8_array(np, name, out_values, sz, 0);

	return ret < 0 ? ret : 0;
}

static inline int of_property_read_u16_array(const struct device_node *np, const char *name,
					     u16 *out_values, size_t sz)
{
	int ret = of_property_read_variable_u16_array(np, name, out_values, sz, 0);

	return ret < 0 ? ret : 0;
}

static inline int of_property_read_u32_array(const struct device_node *np, const char *name,
					     u32 *out_values, size_t sz)
{
	int ret = of_property_read_variable_u32_array(np, name, out_values, sz, 0);

	return ret < 0 ? ret : 0;
}

static inline int of_property_read_u64_array(const struct device_node *np, const char *name,
					     u64 *out_values, size_t sz)
{
	int ret = of_property_read_variable_u64_array(np, name, out_values, sz, 0);

	return ret < 0 ? ret : 0;
}

static inline int of_property_read_u8(const struct device_node *np, const char *name,
				      u8 *out_value)
{
	return of_property_read_u8_array(np, name, out_value, 1);
}

static inline int of_property_read_u16(const struct device_node *np, const char *name,
				       u16 *out_value)
{
	return of_property_read_u16_array(np, name, out_value, 1);
}

static inline int of_property_read_u32(const struct device_node *np, const char *name,
				       u32 *out_value)
{
	return of_property_read_u32_array(np, name, out_value, 1);
}

static inline int of_property_read_s32(const struct device_node *np, const char *name,
				       s32 *out_value)
{
	return of_property_read_u32(np, name, (u32 *)out_value);
}

/** How many there are; -EINVAL also where the length is no multiple of @elem_size. */
int of_property_count_elems_of_size(const struct device_node *np, const char *name,
				    int elem_size);
static inline int of_property_count_u8_elems(const struct device_node *np, const char *name)
{
	return of_property_count_elems_of_size(np, name, sizeof(u8));
}

static inline int of_property_count_u16_elems(const struct device_node *np, const char *name)
{
	return of_property_count_elems_of_size(np, name, sizeof(u16));
}

static inline int of_property_count_u32_elems(const struct device_node *np, const char *name)
{
	return of_property_count_elems_of_size(np, name, sizeof(u32));
}

static inline int of_property_count_u64_elems(const struct device_node *np, const char *name)
{
	return of_property_count_elems_of_size(np, name, sizeof(u64));
}

/** The first string of it; borrowed. */
int of_property_read_string(const struct device_node *np, const char *name,
			    const char **out_string);
/** Which of its strings is @string; -ENODATA: none. */
int of_property_match_string(const struct device_node *np, const char *name,
			     const char *string);
/** @sz strings from number @skip on; @out_strs NULL: counts them. Return: how many. */
int of_property_read_string_helper(const struct device_node *np, const char *name,
				   const char **out_strs, size_t sz, int skip);

static inline int of_property_read_string_array(const struct device_node *np,
						const char *name, const char **out_strs,
						size_t sz)
{
	return of_property_read_string_helper(np, name, out_strs, sz, 0);
}

static inline int of_property_count_strings(const struct device_node *np, const char *name)
{
	return of_property_read_string_helper(np, name, NULL, 0, 0);
}

static inline int of_property_read_string_index(const struct device_node *np,
						const char *name, int index,
						const char **output)
{
	int ret = of_property_read_string_helper(np, name, output, 1, index);

	return ret < 0 ? ret : 0;
}

/** The element after @cur, NULL: the first; NULL at the end. */
const __be32 *of_prop_next_u32(const struct property *prop, const __be32 *cur, u32 *pu);
const char *of_prop_next_string(const struct property *prop, const char *cur);

#define of_property_for_each_u32(np, propname, u)				\
	for (struct { struct property *prop; const __be32 *item; } _it = {	\
			of_find_property(np, propname, NULL),			\
			of_prop_next_u32(of_find_property(np, propname, NULL), NULL, &u) \
	     }; _it.item; _it.item = of_prop_next_u32(_it.prop, _it.item, &u))

#define of_property_for_each_string(np, propname, prop, s)			\
	for (prop = of_find_property(np, propname, NULL),			\
	     s = of_prop_next_string(prop, NULL); s; s = of_prop_next_string(prop, s))

/** @size cells as one number; the last two of them where they are more. */
static inline u64 of_read_number(const __be32 *cell, int size)
{
	const u8 *byte = (const u8 *)cell;
	u64 number = 0;

	for (int i = 0; i < size * 4; i++)
		number = number << 8 | byte[i];
	return number;
}

/* ---- references ---------------------------------------------------------------------- */

/** The node that cell @index of @name, phandles alone, leads to; NULL: none. */
struct device_node *of_parse_phandle(const struct device_node *np, const char *name,
				     int index);

/**
 * of_parse_phandle_with_args() - entry @index of a list of references with arguments
 * @cells_name: the property of the node referred to that says how many arguments
 *
 * Return: 0 with @out_args; -ENOENT: no such entry, or it is empty (phandle 0); -EINVAL: no
 * such node, it has no @cells_name, or the list ends in the middle of an entry.
 */
int of_parse_phandle_with_args(const struct device_node *np, const char *list_name,
			       const char *cells_name, int index,
			       struct of_phandle_args *out_args);
int of_parse_phandle_with_fixed_args(const struct device_node *np, const char *list_name,
				     int cell_count, int index,
				     struct of_phandle_args *out_args);
/** How many entries, empty ones too; -ENOENT: no such property. @cells_name NULL: no args */
int of_count_phandle_with_args(const struct device_node *np, const char *list_name,
			       const char *cells_name);

/** #address-cells, #size-cells, as the nearest node above @np says; else 1. */
int of_n_addr_cells(const struct device_node *np);
int of_n_size_cells(const struct device_node *np);

#ifdef __cplusplus
}
#endif
#endif
