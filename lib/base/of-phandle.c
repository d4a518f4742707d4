/* SPDX-License-Identifier: MIT */
/*
 * Lists of references: (phandle, arguments), (phandle, arguments), ...
 *
 * Linux: drivers/of/base.c, of_phandle_iterator_*() and who uses them.
 */
#include <linux/of.h>

/* @cells: of the list, @nr of them; @at: where the entry begins */
struct list {
	const __be32 *cells;
	int nr, at;
	const char *cells_name;		/* NULL: @cell_count instead */
	int cell_count;
};

static int open_list(const struct device_node *np, const char *name, struct list *l)
{
	int len;

	l->cells = of_get_property(np, name, &len);
	if (!l->cells)
		return -ENOENT;
	l->nr = len / (int)sizeof(__be32);
	return 0;
}

static u32 cell(const struct list *l, int at)
{
	return (u32)of_read_number(&l->cells[at], 1);
}

/* How many arguments the entry has that leads to @np. */
static int count_args(const struct list *l, const struct device_node *np, u32 *ret_nr)
{
	if (!l->cells_name) {
		*ret_nr = (u32)l->cell_count;
		return 0;
	}
	return np && !of_property_read_u32(np, l->cells_name, ret_nr) ? 0 : -EINVAL;
}

/* The entry at the place where the list is; @ret_np NULL: an empty one. */
static int this_entry(const struct list *l, struct device_node **ret_np, u32 *ret_nr)
{
	u32 handle = cell(l, l->at);
	int ret;

	*ret_np = NULL;
	*ret_nr = 0;
	if (!handle)
		return 0;
	*ret_np = of_find_node_by_phandle(handle);
	ret = count_args(l, *ret_np, ret_nr);
	if (ret)
		return ret;
	return *ret_nr > (u32)(l->nr - l->at - 1) ? -EINVAL : 0;
}

static int fill(const struct list *l, struct device_node *np, u32 nr,
		struct of_phandle_args *out_args)
{
	if (!np)
		return cell(l, l->at) ? -EINVAL : -ENOENT;
	if (!out_args)
		return 0;
	*out_args = (struct of_phandle_args){
		.np = np, .args_count = nr < MAX_PHANDLE_ARGS ? (int)nr : MAX_PHANDLE_ARGS,
	};
	for (int i = 0; i < out_args->args_count; i++)
		out_args->args[i] = cell(l, l->at + 1 + i);
	return 0;
}

static int parse(const struct device_node *np, const char *name, int index, struct list *l,
		 struct of_phandle_args *out_args)
{
	int ret = index < 0 ? -EINVAL : open_list(np, name, l);

	for (int i = 0; !ret && l->at < l->nr; i++) {
		struct device_node *to;
		u32 nr;

		ret = this_entry(l, &to, &nr);
		if (!ret && i == index)
			return fill(l, to, nr, out_args);
		l->at += 1 + (int)nr;
	}
	return ret ? ret : -ENOENT;
}

struct device_node *of_parse_phandle(const struct device_node *np, const char *name, int index)
{
	struct of_phandle_args args;

	return parse(np, name, index, &(struct list){ .cell_count = 0 }, &args) ? NULL : args.np;
}

int of_parse_phandle_with_args(const struct device_node *np, const char *list_name,
			       const char *cells_name, int index,
			       struct of_phandle_args *out_args)
{
	return parse(np, list_name, index, &(struct list){ .cells_name = cells_name }, out_args);
}

int of_parse_phandle_with_fixed_args(const struct device_node *np, const char *list_name,
				     int cell_count, int index,
				     struct of_phandle_args *out_args)
{
	return parse(np, list_name, index, &(struct list){ .cell_count = cell_count }, out_args);
}

int of_count_phandle_with_args(const struct device_node *np, const char *list_name,
			       const char *cells_name)
{
	struct list l = { .cells_name = cells_name };
	int ret = open_list(np, list_name, &l);
	int nr_entries = 0;

	for (; !ret && l.at < l.nr; nr_entries++) {
		struct device_node *to;
		u32 nr;

		ret = this_entry(&l, &to, &nr);
		l.at += 1 + (int)nr;
	}
	return ret ? ret : nr_entries;
}
