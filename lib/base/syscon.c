/* SPDX-License-Identifier: MIT */
/* Shared register blocks: see <linux/mfd/syscon.h>. Linux: drivers/mfd/syscon.c. */
#include <linux/errno.h>
#include <linux/mfd/syscon.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_address.h>

#include "../mm/kernel.h"
#include "syscon.h"

/* @of: node -> its regmap. */
struct syscons {
	struct mutex lock;
	GHashTable *of;
};

struct block {
	struct regmap *map;
	void __iomem *regs;
};

static void free_block(gpointer p)
{
	struct block *b = p;

	regmap_exit(b->map);
	g_free(b);
}

static struct syscons *syscons_of(struct kernel *k)
{
	if (!k->syscons) {
		k->syscons = g_new0(struct syscons, 1);
		mutex_init(&k->syscons->lock);
		k->syscons->of = g_hash_table_new_full(NULL, NULL, NULL, free_block);
	}
	return k->syscons;
}

void syscons_done(struct kernel *k)
{
	if (!k->syscons)
		return;
	g_hash_table_unref(k->syscons->of);
	g_clear_pointer(&k->syscons, g_free);
}

/* Registers where the tree says that there are some, whoever made them. */
static struct regmap *map_block(struct kernel *k, struct device_node *np, struct block *b)
{
	struct regmap_config config = {
		.name = np->path, .reg_bits = 32, .val_bits = 32, .reg_stride = 4, .fast_io = true,
	};
	struct resource r;

	if (of_address_to_resource(np, 0, &r))
		return ERR_PTR(-ENOMEM);
	port_need_registers(&k->port, r.start, resource_size(&r));
	b->regs = of_iomap(np, 0);
	if (!b->regs)
		return ERR_PTR(-ENOMEM);
	config.max_register = (unsigned)resource_size(&r) - 4;
	b->map = regmap_init_mmio(NULL, b->regs, &config);
	if (IS_ERR(b->map))
		iounmap(b->regs);
	return b->map;
}

static struct regmap *make(struct kernel *k, struct device_node *np)
{
	struct block b = { NULL, NULL };
	struct regmap *map = map_block(k, np, &b);

	if (!IS_ERR(map))
		g_hash_table_insert(k->syscons->of, np, g_memdup2(&b, sizeof(b)));
	return map;
}

static struct regmap *get(struct device_node *np, bool may_make)
{
	struct kernel *k = kernel_current();
	const struct block *b;
	struct regmap *map;

	if (!k || !np)
		return ERR_PTR(-ENODEV);
	mutex_lock(&syscons_of(k)->lock);
	b = g_hash_table_lookup(k->syscons->of, np);
	map = b ? b->map : may_make ? make(k, np) : ERR_PTR(-EPROBE_DEFER);
	mutex_unlock(&k->syscons->lock);
	return map;
}

struct regmap *device_node_to_regmap(struct device_node *np)
{
	return get(np, true);
}

struct regmap *syscon_node_to_regmap(struct device_node *np)
{
	return get(np, of_device_is_compatible(np, "syscon"));
}

struct regmap *syscon_regmap_lookup_by_compatible(const char *compatible)
{
	return syscon_node_to_regmap(of_find_compatible_node(NULL, NULL, compatible));
}

struct regmap *syscon_regmap_lookup_by_phandle(struct device_node *np, const char *property)
{
	return syscon_node_to_regmap(property ? of_parse_phandle(np, property, 0) : np);
}

struct regmap *syscon_regmap_lookup_by_phandle_args(struct device_node *np, const char *property,
						    int arg_count, unsigned int *out_args)
{
	struct of_phandle_args args;
	int ret = of_parse_phandle_with_fixed_args(np, property, arg_count, 0, &args);

	if (ret)
		return ERR_PTR(ret);
	for (int i = 0; i < arg_count; i++)
		out_args[i] = args.args[i];
	return syscon_node_to_regmap(args.np);
}

struct regmap *syscon_regmap_lookup_by_phandle_optional(struct device_node *np,
							const char *property)
{
	struct regmap *map = syscon_regmap_lookup_by_phandle(np, property);

	return map == ERR_PTR(-ENODEV) ? NULL : map;
}
