/* SPDX-License-Identifier: MIT */
/*
 * Clocks that a device's node names, as who uses them sees them.
 *
 *	clocks = <&cmu 5>, <&cmu 6>;  clock-names = "pclk", "aclk";
 *	devm_clk_get(dev, "pclk")  --->  line "/cmu 5" of the hardware, <armdma/supply.h>
 *
 * The line runs while somebody has the clock enabled. All who name the same line share its
 * counts. A clock must be prepared while it is enabled; what is not balanced is a warning
 * as in Linux, and changes nothing. NULL is a clock that is always there and does nothing.
 *
 * Context: clk_enable(), clk_disable(): any; all others: process.
 *
 * Leaves out: providers, parents, notifiers; a rate is what the provider's clock-frequency
 * says or what was set last, and makes nothing faster.
 * Source: include/linux/clk.h, drivers/clk/clk.c, clk-devres.c, clk-bulk.c.
 */
#ifndef _ARMDMA_LINUX_CLK_H
#define _ARMDMA_LINUX_CLK_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct clk;
struct device;
struct device_node;

/** struct clk_bulk_data - one of several: @id as in clk_get(), @clk filled in */
struct clk_bulk_data {
	const char *id;
	struct clk *clk;
};

/**
 * clk_get() - a clock of @dev's node
 * @id: in its clock-names; NULL: the first of its clocks
 *
 * Return: yours to clk_put(); an ERR_PTR(): -ENOENT: the node names none so; -ENOMEM.
 * The _optional forms have NULL for -ENOENT.
 */
struct clk *clk_get(struct device *dev, const char *id);
struct clk *clk_get_optional(struct device *dev, const char *id);
struct clk *of_clk_get(struct device_node *np, int index);
struct clk *of_clk_get_by_name(struct device_node *np, const char *name);
void clk_put(struct clk *clk);

/** The same, given back with the driver; _prepared, _enabled: unprepared, disabled then. */
struct clk *devm_clk_get(struct device *dev, const char *id);
struct clk *devm_clk_get_prepared(struct device *dev, const char *id);
struct clk *devm_clk_get_enabled(struct device *dev, const char *id);
struct clk *devm_clk_get_optional(struct device *dev, const char *id);
struct clk *devm_clk_get_optional_prepared(struct device *dev, const char *id);
struct clk *devm_clk_get_optional_enabled(struct device *dev, const char *id);
void devm_clk_put(struct device *dev, struct clk *clk);

/** Return: 0; clk_enable(): -ESHUTDOWN, and a warning: it is not prepared. */
int clk_prepare(struct clk *clk);
void clk_unprepare(struct clk *clk);
int clk_enable(struct clk *clk);
void clk_disable(struct clk *clk);

static inline int clk_prepare_enable(struct clk *clk)
{
	int ret = clk_prepare(clk);

	if (ret)
		return ret;
	ret = clk_enable(clk);
	if (ret)
		clk_unprepare(clk);
	return ret;
}

static inline void clk_disable_unprepare(struct clk *clk)
{
	clk_disable(clk);
	clk_unprepare(clk);
}

/** Hz; 0: not known. */
unsigned long clk_get_rate(struct clk *clk);
int clk_set_rate(struct clk *clk, unsigned long rate);
long clk_round_rate(struct clk *clk, unsigned long rate);
/** Do both stand for one line? */
bool clk_is_match(const struct clk *p, const struct clk *q);

/** All or none of them; errors as of one. */
int clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks);
/** All that the node names. Return: how many; 0: none; -ENOMEM. */
int clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks);
void clk_bulk_put(int num_clks, struct clk_bulk_data *clks);
void clk_bulk_put_all(int num_clks, struct clk_bulk_data *clks);
int devm_clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int devm_clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int devm_clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks);
int clk_bulk_prepare(int num_clks, const struct clk_bulk_data *clks);
void clk_bulk_unprepare(int num_clks, const struct clk_bulk_data *clks);
int __must_check clk_bulk_enable(int num_clks, const struct clk_bulk_data *clks);
void clk_bulk_disable(int num_clks, const struct clk_bulk_data *clks);

static inline int __must_check clk_bulk_prepare_enable(int num_clks,
						       const struct clk_bulk_data *clks)
{
	int ret = clk_bulk_prepare(num_clks, clks);

	if (ret)
		return ret;
	ret = clk_bulk_enable(num_clks, clks);
	if (ret)
		clk_bulk_unprepare(num_clks, clks);
	return ret;
}

static inline void clk_bulk_disable_unprepare(int num_clks, const struct clk_bulk_data *clks)
{
	clk_bulk_disable(num_clks, clks);
	clk_bulk_unprepare(num_clks, clks);
}

#ifdef __cplusplus
}
#endif
#endif
