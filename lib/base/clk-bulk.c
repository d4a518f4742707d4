/* SPDX-License-Identifier: MIT */
/* Several clocks in one call: see <linux/clk.h>. Linux: drivers/clk/clk-bulk.c. */
#include <stdlib.h>
#include <linux/clk.h>
#include <linux/device.h>
#include <linux/of.h>
#include <linux/printk.h>

#include "../mm/kernel.h"

static int get_all(struct device *dev, int n, struct clk_bulk_data *clks,
		   struct clk *(*get)(struct device *dev, const char *id))
{
	for (int i = 0; i < n; i++)
		clks[i].clk = NULL;
	for (int i = 0; i < n; i++) {
		struct clk *clk = get(dev, clks[i].id);

		if (IS_ERR(clk)) {
			dev_err(dev, "Failed to get clk '%s': %ld\n",
				clks[i].id ? clks[i].id : "(null)", PTR_ERR(clk));
			clk_bulk_put(i, clks);
			return (int)PTR_ERR(clk);
		}
		clks[i].clk = clk;
	}
	return 0;
}

int clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks)
{
	return get_all(dev, num_clks, clks, clk_get);
}

int clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks)
{
	return get_all(dev, num_clks, clks, clk_get_optional);
}

void clk_bulk_put(int num_clks, struct clk_bulk_data *clks)
{
	while (num_clks--) {
		clk_put(clks[num_clks].clk);
		clks[num_clks].clk = NULL;
	}
}

static int count_clocks(const struct device *dev)
{
	int n = dev->of_node ? of_count_phandle_with_args(dev->of_node, "clocks", "#clock-cells")
			     : 0;

	return n > 0 ? n : 0;
}

int clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks)
{
	int n = count_clocks(dev);
	struct clk_bulk_data *all;

	if (!n)
		return 0;
	all = kernel_fails(dev->kernel) ? NULL : calloc((size_t)n, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		of_property_read_string_index(dev->of_node, "clock-names", i, &all[i].id);
		all[i].clk = of_clk_get(dev->of_node, i);
		if (IS_ERR(all[i].clk)) {
			int ret = (int)PTR_ERR(all[i].clk);

			clk_bulk_put_all(i, all);
			return ret;
		}
	}
	*clks = all;
	return n;
}

void clk_bulk_put_all(int num_clks, struct clk_bulk_data *clks)
{
	clk_bulk_put(num_clks, clks);
	free(clks);
}

int clk_bulk_prepare(int num_clks, const struct clk_bulk_data *clks)
{
	for (int i = 0; i < num_clks; i++)
		clk_prepare(clks[i].clk);
	return 0;
}

void clk_bulk_unprepare(int num_clks, const struct clk_bulk_data *clks)
{
	while (num_clks--)
		clk_unprepare(clks[num_clks].clk);
}

int clk_bulk_enable(int num_clks, const struct clk_bulk_data *clks)
{
	for (int i = 0; i < num_clks; i++) {
		int ret = clk_enable(clks[i].clk);

		if (ret) {
			clk_bulk_disable(i, clks);
			return ret;
		}
	}
	return 0;
}

void clk_bulk_disable(int num_clks, const struct clk_bulk_data *clks)
{
	while (num_clks--)
		clk_disable(clks[num_clks].clk);
}

/* ---- given back with the driver ----------------------------------------------------------- */

struct bulk_devres {
	int nr;
	struct clk_bulk_data *clks;
	void (*put)(int num_clks, struct clk_bulk_data *clks);
};

static void release(struct device *dev, void *res)
{
	const struct bulk_devres *this = res;

	this->put(this->nr, this->clks);
}

static int manage(struct device *dev, int nr, struct clk_bulk_data *clks,
		  void (*put)(int num_clks, struct clk_bulk_data *clks))
{
	struct bulk_devres *res = devres_alloc(release, sizeof(*res), GFP_KERNEL);

	if (!res) {
		put(nr, clks);
		return -ENOMEM;
	}
	*res = (struct bulk_devres){ nr, clks, put };
	devres_add(dev, res);
	return 0;
}

int devm_clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks)
{
	int ret = clk_bulk_get(dev, num_clks, clks);

	return ret ? ret : manage(dev, num_clks, clks, clk_bulk_put);
}

int devm_clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks)
{
	int ret = clk_bulk_get_optional(dev, num_clks, clks);

	return ret ? ret : manage(dev, num_clks, clks, clk_bulk_put);
}

int devm_clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks)
{
	int n = clk_bulk_get_all(dev, clks);
	int ret = n > 0 ? manage(dev, n, *clks, clk_bulk_put_all) : 0;

	return ret ? ret : n;
}
