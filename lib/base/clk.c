/* SPDX-License-Identifier: MIT */
/*
 * Clocks: see <linux/clk.h>. What all users of a line share is a struct clk_core; each
 * user has a struct clk of its own.
 *
 * Linux: drivers/clk/clk.c, clkdev.c.
 */
#include <stdlib.h>
#include <linux/bug.h>
#include <linux/clk.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/of.h>

#include "../mm/kernel.h"
#include "supply.h"

struct clk_core {
	struct supply *line;
	unsigned prepare_count, enable_count;
	unsigned long rate;
};

struct clk {
	struct clk_core *core;
	struct lines *lines;
};

static const char *name_of(const struct clk *clk)
{
	return port_supply_name(clk->core->line);
}

/* ---- getting -------------------------------------------------------------------------- */

static struct clk_core *core_of(struct lines *lines, const struct of_phandle_args *spec)
{
	struct supply *line = lines_find(lines, SUPPLY_CLOCK, spec);
	struct clk_core *core = g_hash_table_lookup(lines->of, line);
	u32 rate = 0;

	if (core)
		return core;
	of_property_read_u32(spec->np, "clock-frequency", &rate);
	core = g_new0(struct clk_core, 1);
	*core = (struct clk_core){ .line = line, .rate = rate };
	g_hash_table_insert(lines->of, line, core);
	return core;
}

struct clk *of_clk_get(struct device_node *np, int index)
{
	struct lines *lines = lines_current();
	struct of_phandle_args spec;
	struct clk *clk;

	if (!lines || index < 0 ||
	    of_parse_phandle_with_args(np, "clocks", "#clock-cells", index, &spec))
		return ERR_PTR(-ENOENT);
	clk = kernel_fails(lines->kernel) ? NULL : calloc(1, sizeof(*clk));
	if (!clk)
		return ERR_PTR(-ENOMEM);
	spin_lock(&lines->lock);
	*clk = (struct clk){ core_of(lines, &spec), lines };
	spin_unlock(&lines->lock);
	return clk;
}

struct clk *of_clk_get_by_name(struct device_node *np, const char *name)
{
	return of_clk_get(np, name ? of_property_match_string(np, "clock-names", name) : 0);
}

struct clk *clk_get(struct device *dev, const char *id)
{
	if (!dev || !dev->of_node)
		return ERR_PTR(-ENOENT);
	return of_clk_get_by_name(dev->of_node, id);
}

struct clk *clk_get_optional(struct device *dev, const char *id)
{
	struct clk *clk = clk_get(dev, id);

	return clk == ERR_PTR(-ENOENT) ? NULL : clk;
}

void clk_put(struct clk *clk)
{
	if (!WARN_ON_ONCE(IS_ERR(clk)))
		free(clk);
}

bool clk_is_match(const struct clk *p, const struct clk *q)
{
	return p == q || (!IS_ERR_OR_NULL(p) && !IS_ERR_OR_NULL(q) && p->core == q->core);
}

/* ---- on and off ------------------------------------------------------------------------- */

static bool is_real(const struct clk *clk)
{
	return !IS_ERR_OR_NULL(clk);
}

int clk_prepare(struct clk *clk)
{
	unsigned long flags;

	if (!is_real(clk))
		return 0;
	might_sleep();
	spin_lock_irqsave(&clk->lines->lock, flags);
	clk->core->prepare_count++;
	spin_unlock_irqrestore(&clk->lines->lock, flags);
	return 0;
}

void clk_unprepare(struct clk *clk)
{
	struct clk_core *core;
	unsigned long flags;

	if (!is_real(clk))
		return;
	might_sleep();
	core = clk->core;
	if (WARN(!core->prepare_count, "%s already unprepared\n", name_of(clk)))
		return;
	spin_lock_irqsave(&clk->lines->lock, flags);
	core->prepare_count--;
	spin_unlock_irqrestore(&clk->lines->lock, flags);
	WARN(!core->prepare_count && core->enable_count, "Unpreparing enabled %s\n", name_of(clk));
}

int clk_enable(struct clk *clk)
{
	unsigned long flags;

	if (!is_real(clk))
		return 0;
	if (WARN(!clk->core->prepare_count, "Enabling unprepared %s\n", name_of(clk)))
		return -ESHUTDOWN;
	spin_lock_irqsave(&clk->lines->lock, flags);
	if (!clk->core->enable_count++)
		port_set_supply(clk->core->line, true);
	spin_unlock_irqrestore(&clk->lines->lock, flags);
	return 0;
}

void clk_disable(struct clk *clk)
{
	unsigned long flags;

	if (!is_real(clk) ||
	    WARN(!clk->core->enable_count, "%s already disabled\n", name_of(clk)))
		return;
	spin_lock_irqsave(&clk->lines->lock, flags);
	if (!--clk->core->enable_count)
		port_set_supply(clk->core->line, false);
	spin_unlock_irqrestore(&clk->lines->lock, flags);
}

unsigned long clk_get_rate(struct clk *clk)
{
	return is_real(clk) ? clk->core->rate : 0;
}

int clk_set_rate(struct clk *clk, unsigned long rate)
{
	if (is_real(clk))
		clk->core->rate = rate;
	return 0;
}

long clk_round_rate(struct clk *clk, unsigned long rate)
{
	return is_real(clk) ? (long)rate : 0;
}

/* ---- given back with the driver ------------------------------------------------------------ */

struct clk_devres {
	struct clk *clk;
	void (*undo)(struct clk *clk);
};

static void release(struct device *dev, void *res)
{
	const struct clk_devres *this = res;

	if (this->undo)
		this->undo(this->clk);
	clk_put(this->clk);
}

static int matches(struct device *dev, void *res, void *data)
{
	const struct clk_devres *this = res;

	return this->clk == data;
}

static struct clk *get_managed(struct device *dev, struct clk *clk, int (*init)(struct clk *clk),
			       void (*undo)(struct clk *clk))
{
	struct clk_devres *res;
	int ret;

	if (IS_ERR(clk))
		return clk;
	res = devres_alloc(release, sizeof(*res), GFP_KERNEL);
	ret = !res ? -ENOMEM : init ? init(clk) : 0;
	if (ret) {
		devres_free(res);
		clk_put(clk);
		return ERR_PTR(ret);
	}
	*res = (struct clk_devres){ clk, undo };
	devres_add(dev, res);
	return clk;
}

struct clk *devm_clk_get(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get(dev, id), NULL, NULL);
}

struct clk *devm_clk_get_prepared(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get(dev, id), clk_prepare, clk_unprepare);
}

struct clk *devm_clk_get_enabled(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get(dev, id), clk_prepare_enable, clk_disable_unprepare);
}

struct clk *devm_clk_get_optional(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get_optional(dev, id), NULL, NULL);
}

struct clk *devm_clk_get_optional_prepared(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get_optional(dev, id), clk_prepare, clk_unprepare);
}

struct clk *devm_clk_get_optional_enabled(struct device *dev, const char *id)
{
	return get_managed(dev, clk_get_optional(dev, id), clk_prepare_enable,
			   clk_disable_unprepare);
}

void devm_clk_put(struct device *dev, struct clk *clk)
{
	WARN_ON(devres_release(dev, release, matches, clk));
}
