/* SPDX-License-Identifier: MIT */
/* Memory-mapped register blocks: see <linux/regmap.h>. Linux: drivers/base/regmap. */
#include <stdlib.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/regmap.h>

#include "../mm/kernel.h"

struct regmap {
	u8 __iomem *regs;
	unsigned stride, max_register, val_bytes;
	bool fast_io;
	spinlock_t spin;
	struct mutex mutex;
};

/* ---- making ---------------------------------------------------------------------------- */

static bool is_possible(const struct regmap_config *c)
{
	bool has_width = c->val_bits == 8 || c->val_bits == 16 || c->val_bits == 32;

	return has_width && (!c->reg_bits || c->reg_bits == 8 || c->reg_bits == 16 ||
			     c->reg_bits == 32) &&
	       (!c->reg_stride || c->reg_stride % (c->val_bits / 8) == 0);
}

struct regmap *regmap_init_mmio(struct device *dev, void __iomem *regs,
				const struct regmap_config *config)
{
	struct kernel *k = kernel_current();
	struct regmap *map;

	if (!config || !is_possible(config))
		return ERR_PTR(-EINVAL);
	map = k && kernel_fails(k) ? NULL : calloc(1, sizeof(*map));
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->regs = regs;
	map->val_bytes = (unsigned)config->val_bits / 8;
	map->stride = config->reg_stride ? (unsigned)config->reg_stride : map->val_bytes;
	map->max_register = config->max_register;
	map->fast_io = config->fast_io;
	spin_lock_init(&map->spin);
	mutex_init(&map->mutex);
	return map;
}

void regmap_exit(struct regmap *map)
{
	free(map);
}

static void exit_again(void *map)
{
	regmap_exit(map);
}

struct regmap *devm_regmap_init_mmio(struct device *dev, void __iomem *regs,
				     const struct regmap_config *config)
{
	struct regmap *map = regmap_init_mmio(dev, regs, config);
	int ret = IS_ERR(map) ? 0 : devm_add_action_or_reset(dev, exit_again, map);

	return ret ? ERR_PTR(ret) : map;
}

/* ---- one access -------------------------------------------------------------------------- */

static void lock(struct regmap *map, unsigned long *flags)
{
	if (map->fast_io)
		spin_lock_irqsave(&map->spin, *flags);
	else
		mutex_lock(&map->mutex);
}

static void unlock(struct regmap *map, unsigned long flags)
{
	if (map->fast_io)
		spin_unlock_irqrestore(&map->spin, flags);
	else
		mutex_unlock(&map->mutex);
}

static bool is_there(const struct regmap *map, unsigned reg)
{
	return reg % map->stride == 0 && (!map->max_register || reg <= map->max_register);
}

static unsigned load(const struct regmap *map, unsigned reg)
{
	if (map->val_bytes == 1)
		return readb(map->regs + reg);
	return map->val_bytes == 2 ? readw(map->regs + reg) : readl(map->regs + reg);
}

static void store(const struct regmap *map, unsigned reg, unsigned val)
{
	if (map->val_bytes == 1)
		writeb((u8)val, map->regs + reg);
	else if (map->val_bytes == 2)
		writew((u16)val, map->regs + reg);
	else
		writel(val, map->regs + reg);
}

int regmap_read(struct regmap *map, unsigned int reg, unsigned int *val)
{
	unsigned long flags = 0;

	if (!is_there(map, reg))
		return -EINVAL;
	lock(map, &flags);
	*val = load(map, reg);
	unlock(map, flags);
	return 0;
}

int regmap_write(struct regmap *map, unsigned int reg, unsigned int val)
{
	unsigned long flags = 0;

	if (!is_there(map, reg))
		return -EINVAL;
	lock(map, &flags);
	store(map, reg, val);
	unlock(map, flags);
	return 0;
}

int regmap_update_bits_base(struct regmap *map, unsigned int reg, unsigned int mask,
			    unsigned int val, bool *change, bool async, bool force)
{
	unsigned long flags = 0;
	unsigned old, new;

	if (!is_there(map, reg))
		return -EINVAL;
	lock(map, &flags);
	old = load(map, reg);
	new = (old & ~mask) | (val & mask);
	if (force || new != old)
		store(map, reg, new);
	unlock(map, flags);
	if (change)
		*change = new != old;
	return 0;
}

/* ---- several ------------------------------------------------------------------------------- */

static int check_bulk(const struct regmap *map, unsigned reg, size_t count)
{
	if (!count || !is_there(map, reg) ||
	    !is_there(map, reg + (unsigned)(count - 1) * map->stride))
		return -EINVAL;
	return 0;
}

int regmap_bulk_read(struct regmap *map, unsigned int reg, void *val, size_t val_count)
{
	int ret = check_bulk(map, reg, val_count);

	for (size_t i = 0; !ret && i < val_count; i++) {
		unsigned one;

		ret = regmap_read(map, reg + (unsigned)i * map->stride, &one);
		if (!ret)
			port_copy_in((u8 *)val + i * map->val_bytes, &one, map->val_bytes);
	}
	return ret;
}

int regmap_bulk_write(struct regmap *map, unsigned int reg, const void *val, size_t val_count)
{
	int ret = check_bulk(map, reg, val_count);

	for (size_t i = 0; !ret && i < val_count; i++) {
		unsigned one = 0;

		port_copy_out(&one, (const u8 *)val + i * map->val_bytes, map->val_bytes);
		ret = regmap_write(map, reg + (unsigned)i * map->stride, one);
	}
	return ret;
}
