/* SPDX-License-Identifier: MIT */
/*
 * A struct device_node for every node of the board's tree, in the tree's order, so that
 * the next node is the next in an array; IOMMUs and masters know what the board says of
 * them.
 *
 *	board.dtb --libfdt--> nodes[], props[]; phandles in a table
 *
 * The board's reader has checked the blob: here it is well-formed.
 *
 * Leaves out: changing the tree.
 * Linux: drivers/of/base.c, drivers/of/fdt.c.
 */
#include <libfdt.h>
#include <string.h>
#include <linux/device.h>
#include <linux/of.h>

#include "../mm/kernel.h"
#include "of.h"

struct fwnode_operations {
	const char *kind;
};

const struct fwnode_operations of_fwnode_ops = { .kind = "device tree" };

/* @strings: names and paths of nodes; other text is the blob's. */
struct of_nodes {
	GStringChunk *strings;
	GHashTable *phandles;
	size_t nr_props;
	struct property *props;
	size_t nr;
	struct device_node node[];
};

static const struct board *board_of(const struct kernel *k)
{
	return machine_board(k->port.machine);
}

/* ---- making them ------------------------------------------------------------------- */

static void count(const void *blob, size_t *ret_nodes, size_t *ret_props)
{
	int depth = 0, at;

	*ret_nodes = *ret_props = 0;
	for (int offset = 0; offset >= 0 && depth >= 0;
	     offset = fdt_next_node(blob, offset, &depth)) {
		(*ret_nodes)++;
		fdt_for_each_property_offset(at, blob, offset)
			(*ret_props)++;
	}
}

static void add_props(struct of_nodes *all, struct device_node *np, const void *blob, int offset)
{
	struct property **tail = &np->properties;
	int at;

	fdt_for_each_property_offset(at, blob, offset) {
		struct property *p = &all->props[all->nr_props++];
		const char *name;

		p->value = (void *)(uintptr_t)fdt_getprop_by_offset(blob, at, &name, &p->length);
		p->name = (char *)(uintptr_t)name;
		*tail = p;
		tail = &p->next;
	}
}

static const char *path_of(struct of_nodes *all, const struct device_node *parent,
			   const char *full_name)
{
	g_autofree char *path = NULL;

	if (!parent)
		return "/";
	path = g_strconcat(parent->parent ? parent->path : "", "/", full_name, NULL);
	return g_string_chunk_insert(all->strings, path);
}

static void remember_phandle(struct of_nodes *all, struct device_node *np)
{
	if (of_property_read_u32(np, "phandle", &np->phandle) &&
	    of_property_read_u32(np, "linux,phandle", &np->phandle))
		return;
	if (!g_hash_table_contains(all->phandles, GUINT_TO_POINTER(np->phandle)))
		g_hash_table_insert(all->phandles, GUINT_TO_POINTER(np->phandle), np);
}

static struct device_node *add_node(struct of_nodes *all, struct device_node *parent,
				    const void *blob, int offset)
{
	struct device_node *np = &all->node[all->nr++];

	np->fwnode.ops = &of_fwnode_ops;
	np->full_name = fdt_get_name(blob, offset, NULL);
	np->name = g_string_chunk_insert_len(all->strings, np->full_name,
					     (gssize)strcspn(np->full_name, "@"));
	np->parent = parent;
	np->path = path_of(all, parent, np->full_name);
	add_props(all, np, blob, offset);
	remember_phandle(all, np);
	return np;
}

/* The last node of each depth so far, so that the next one finds parent and sibling. */
static void add_nodes(struct of_nodes *all, const void *blob)
{
	g_autoptr(GPtrArray) last = g_ptr_array_new();
	int depth = 0;

	for (int offset = 0; offset >= 0 && depth >= 0;
	     offset = fdt_next_node(blob, offset, &depth)) {
		guint level = (guint)depth;
		struct device_node *parent = level ? last->pdata[level - 1] : NULL;
		struct device_node *np = add_node(all, parent, blob, offset);

		if (level < last->len)
			((struct device_node *)last->pdata[level])->sibling = np;
		else if (parent)
			parent->child = np;
		g_ptr_array_set_size(last, (gint)level);
		g_ptr_array_add(last, np);
	}
}

/* Both are in the tree's order, so what comes next of each is never before the node. */
static void tell_board(struct of_nodes *all, const struct board *b)
{
	guint iommu = 0, master = 0;

	for (size_t i = 0; i < all->nr; i++) {
		struct device_node *np = &all->node[i];
		const struct board_iommu *is = iommu < b->iommus->len ?
					       b->iommus->pdata[iommu] : NULL;
		const struct board_master *ms = master < b->masters->len ?
						b->masters->pdata[master] : NULL;

		if (is && !strcmp(is->path, np->path)) {
			np->data = is;
			np->is_iommu = true;
			iommu++;
		} else if (ms && !strcmp(ms->path, np->path)) {
			np->data = ms;
			master++;
		}
	}
	g_assert(iommu == b->iommus->len);
	g_assert(master == b->masters->len);
}

/* A board that was made by hand has no tree, and here a root alone. */
static void add_root(struct of_nodes *all)
{
	all->node[all->nr++] = (struct device_node){
		.name = "", .full_name = "", .path = "/", .fwnode.ops = &of_fwnode_ops,
	};
}

void of_init(struct kernel *k)
{
	const struct board *b = board_of(k);
	size_t nr = 1, nr_props = 0;
	struct of_nodes *all;

	if (b->dtb)
		count(b->dtb, &nr, &nr_props);
	all = g_malloc0(sizeof(*all) + nr * sizeof(all->node[0]));
	all->strings = g_string_chunk_new(4096);
	all->phandles = g_hash_table_new(NULL, NULL);
	all->props = g_new0(struct property, nr_props);
	if (b->dtb) {
		add_nodes(all, b->dtb);
		tell_board(all, b);
	} else {
		add_root(all);
	}
	k->of_nodes = all;
}

void of_done(struct kernel *k)
{
	struct of_nodes *all = g_steal_pointer(&k->of_nodes);

	if (!all)
		return;
	g_string_chunk_free(all->strings);
	g_hash_table_unref(all->phandles);
	g_free(all->props);
	g_free(all);
}

static struct device_node *find_data(struct kernel *k, const void *data)
{
	for (size_t i = 0; data && i < k->of_nodes->nr; i++) {
		if (k->of_nodes->node[i].data == data)
			return &k->of_nodes->node[i];
	}
	return NULL;
}

struct device_node *of_node_of_iommu(struct kernel *k, const struct board_iommu *iommu)
{
	return find_data(k, iommu);
}

struct device_node *of_node_of_master(struct kernel *k, const struct board_master *m)
{
	return find_data(k, m);
}

/* ---- what one is --------------------------------------------------------------------- */

bool of_node_name_eq(const struct device_node *np, const char *name)
{
	return np && !strcmp(np->name, name);
}

bool of_node_name_prefix(const struct device_node *np, const char *prefix)
{
	return np && g_str_has_prefix(np->full_name, prefix);
}

bool of_node_is_type(const struct device_node *np, const char *type)
{
	const char *own;

	return type && !of_property_read_string(np, "device_type", &own) && !strcmp(own, type);
}

bool of_device_is_available(const struct device_node *np)
{
	const char *status;

	if (!np)
		return false;
	if (of_property_read_string(np, "status", &status))
		return !of_property_present(np, "status");
	return !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* As Linux weighs a match: compatible above type above name, the first compatible most. */
#define SCORE_COMPATIBLE	(1 << 16)

static int score_compatible(const struct device_node *np, const char *compat)
{
	const struct property *prop = of_find_property(np, "compatible", NULL);
	int nr = 0;

	for (const char *s = of_prop_next_string(prop, NULL); s;
	     s = of_prop_next_string(prop, s), nr++) {
		if (!g_ascii_strcasecmp(s, compat))
			return SCORE_COMPATIBLE - nr * 4;
	}
	return 0;
}

int of_device_is_compatible(const struct device_node *np, const char *compat)
{
	return np ? score_compatible(np, compat) : 0;
}

int of_device_compatible_match(const struct device_node *np, const char *const *compat)
{
	int best = 0;

	for (; compat && *compat; compat++) {
		int score = of_device_is_compatible(np, *compat);

		best = MAX(best, score);
	}
	return best;
}

bool of_device_is_big_endian(const struct device_node *np)
{
	return of_property_read_bool(np, "big-endian");
}

static struct device_node *root(void)
{
	struct kernel *k = kernel_current();

	return k ? &k->of_nodes->node[0] : NULL;
}

bool of_machine_is_compatible(const char *compat)
{
	return of_device_is_compatible(root(), compat) > 0;
}

/* 0: no match. What is given must match, all of it. */
static int score_entry(const struct device_node *np, const struct of_device_id *id)
{
	int score = 0;

	if (id->compatible[0]) {
		score = score_compatible(np, id->compatible);
		if (!score)
			return 0;
	}
	if (id->type[0]) {
		if (!of_node_is_type(np, id->type))
			return 0;
		score += 2;
	}
	if (id->name[0]) {
		if (!of_node_name_eq(np, id->name))
			return 0;
		score++;
	}
	return score;
}

const struct of_device_id *of_match_node(const struct of_device_id *matches,
					 const struct device_node *np)
{
	const struct of_device_id *best = NULL;
	int best_score = 0;

	if (!matches || !np)
		return NULL;
	for (; matches->name[0] || matches->type[0] || matches->compatible[0]; matches++) {
		int score = score_entry(np, matches);

		if (score > best_score) {
			best = matches;
			best_score = score;
		}
	}
	return best;
}

const struct of_device_id *of_match_device(const struct of_device_id *matches,
					   const struct device *dev)
{
	return dev ? of_match_node(matches, dev->of_node) : NULL;
}

const void *of_device_get_match_data(const struct device *dev)
{
	const struct of_device_id *match =
		dev->driver ? of_match_device(dev->driver->of_match_table, dev) : NULL;

	return match ? match->data : NULL;
}

/* ---- looking for one --------------------------------------------------------------------- */

struct device_node *of_find_all_nodes(struct device_node *from)
{
	struct kernel *k = kernel_current();

	if (!k)
		return NULL;
	if (!from)
		return root();
	return ++from < &k->of_nodes->node[k->of_nodes->nr] ? from : NULL;
}

const char *of_board_name(const struct device_node *np)
{
	if (!np->data)
		return NULL;
	return np->is_iommu ? ((const struct board_iommu *)np->data)->name :
			      ((const struct board_master *)np->data)->name;
}

struct device_node *of_find_node_by_path(const char *path)
{
	struct device_node *np;

	for_each_of_allnodes(np) {
		if (!strcmp(np->path, path) || !g_strcmp0(of_board_name(np), path))
			return np;
	}
	return NULL;
}

struct device_node *of_find_node_by_phandle(phandle handle)
{
	struct kernel *k = kernel_current();

	if (!k || !handle)
		return NULL;
	return g_hash_table_lookup(k->of_nodes->phandles, GUINT_TO_POINTER(handle));
}

struct device_node *of_find_node_by_name(struct device_node *from, const char *name)
{
	struct device_node *np = from;

	while ((np = of_find_all_nodes(np)) && !of_node_name_eq(np, name))
		;
	return np;
}

struct device_node *of_find_node_by_type(struct device_node *from, const char *type)
{
	struct device_node *np = from;

	while ((np = of_find_all_nodes(np)) && !of_node_is_type(np, type))
		;
	return np;
}

struct device_node *of_find_node_with_property(struct device_node *from, const char *name)
{
	struct device_node *np = from;

	while ((np = of_find_all_nodes(np)) && !of_property_present(np, name))
		;
	return np;
}

struct device_node *of_find_compatible_node(struct device_node *from, const char *type,
					    const char *compat)
{
	struct device_node *np = from;

	while ((np = of_find_all_nodes(np))) {
		if (of_device_is_compatible(np, compat) && (!type || of_node_is_type(np, type)))
			break;
	}
	return np;
}

struct device_node *of_find_matching_node_and_match(struct device_node *from,
						    const struct of_device_id *matches,
						    const struct of_device_id **match)
{
	const struct of_device_id *found = NULL;
	struct device_node *np = from;

	while (!found && (np = of_find_all_nodes(np)))
		found = of_match_node(matches, np);
	if (match)
		*match = found;
	return np;
}

/* ---- from one to another ------------------------------------------------------------------ */

struct device_node *of_get_parent(const struct device_node *np)
{
	return np ? np->parent : NULL;
}

struct device_node *of_get_next_parent(struct device_node *np)
{
	return of_get_parent(np);
}

struct device_node *of_get_next_child(const struct device_node *np, struct device_node *prev)
{
	if (!np)
		return NULL;
	return prev ? prev->sibling : np->child;
}

struct device_node *of_get_next_available_child(const struct device_node *np,
						struct device_node *prev)
{
	do
		prev = of_get_next_child(np, prev);
	while (prev && !of_device_is_available(prev));
	return prev;
}

struct device_node *of_get_child_by_name(const struct device_node *np, const char *name)
{
	struct device_node *child;

	for_each_child_of_node(np, child) {
		if (of_node_name_eq(child, name))
			break;
	}
	return child;
}

struct device_node *of_get_compatible_child(const struct device_node *np, const char *compat)
{
	struct device_node *child;

	for_each_child_of_node(np, child) {
		if (of_device_is_compatible(child, compat))
			break;
	}
	return child;
}

int of_get_child_count(const struct device_node *np)
{
	struct device_node *child;
	int nr = 0;

	for_each_child_of_node(np, child)
		nr++;
	return nr;
}

int of_get_available_child_count(const struct device_node *np)
{
	struct device_node *child;
	int nr = 0;

	for_each_available_child_of_node(np, child)
		nr++;
	return nr;
}
