/* SPDX-License-Identifier: MIT */
/*
 * Resets: see <linux/reset.h>. One struct reset_control for each line and its users, as
 * Linux has it.
 *
 * Linux: drivers/reset/core.c.
 */
#include <stdlib.h>
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/of.h>
#include <linux/reset.h>

#include "../mm/kernel.h"
#include "supply.h"

struct reset_control {
	struct supply *line;
	unsigned nr_users;
	bool is_shared;
	int deassert_count, triggered_count;
};

/* ---- getting -------------------------------------------------------------------------- */

static struct reset_control *line_of(struct lines *lines, const struct of_phandle_args *spec)
{
	struct supply *line = lines_find(lines, SUPPLY_RESET, spec);
	struct reset_control *rstc = g_hash_table_lookup(lines->of, line);

	if (!rstc) {
		rstc = g_new0(struct reset_control, 1);
		rstc->line = line;
		g_hash_table_insert(lines->of, line, rstc);
	}
	return rstc;
}

static struct reset_control *use(struct reset_control *rstc, bool shared)
{
	if (rstc->nr_users && WARN_ON(!rstc->is_shared || !shared))
		return ERR_PTR(-EBUSY);
	if (!rstc->nr_users++) {
		rstc->is_shared = shared;
		rstc->deassert_count = rstc->triggered_count = 0;
	}
	return rstc;
}

static int find_spec(struct device *dev, const char *id, int index, struct of_phandle_args *spec)
{
	if (!dev->of_node)
		return -ENOENT;
	if (id)
		index = of_property_match_string(dev->of_node, "reset-names", id);
	if (index < 0)
		return index == -EILSEQ ? -EINVAL : -ENOENT;
	return of_parse_phandle_with_args(dev->of_node, "resets", "#reset-cells", index, spec) ?
	       -ENOENT : 0;
}

struct reset_control *__reset_control_get(struct device *dev, const char *id, int index,
					  bool shared, bool optional, bool acquired)
{
	struct lines *lines = lines_current();
	struct of_phandle_args spec;
	int ret = lines ? find_spec(dev, id, index, &spec) : -ENOENT;

	if (ret)
		return ret == -ENOENT && optional ? NULL : ERR_PTR(ret);
	if (kernel_fails(lines->kernel))
		return ERR_PTR(-ENOMEM);
	return use(line_of(lines, &spec), shared);
}

void reset_control_put(struct reset_control *rstc)
{
	if (!IS_ERR_OR_NULL(rstc))
		rstc->nr_users--;
}

static void release(struct device *dev, void *res)
{
	struct reset_control **this = res;

	reset_control_put(*this);
}

struct reset_control *__devm_reset_control_get(struct device *dev, const char *id, int index,
					       bool shared, bool optional, bool acquired)
{
	struct reset_control **res = devres_alloc(release, sizeof(struct reset_control *),
						  GFP_KERNEL);
	struct reset_control *rstc;

	if (!res)
		return ERR_PTR(-ENOMEM);
	rstc = __reset_control_get(dev, id, index, shared, optional, acquired);
	if (IS_ERR_OR_NULL(rstc)) {
		devres_free(res);
		return rstc;
	}
	*res = rstc;
	devres_add(dev, res);
	return rstc;
}

/* ---- driving ----------------------------------------------------------------------------- */

int reset_control_deassert(struct reset_control *rstc)
{
	if (!rstc)
		return 0;
	if (WARN_ON(IS_ERR(rstc)))
		return -EINVAL;
	if (rstc->is_shared && WARN_ON(rstc->triggered_count))
		return -EINVAL;
	if (rstc->is_shared && rstc->deassert_count++)
		return 0;
	port_set_supply(rstc->line, true);
	return 0;
}

int reset_control_assert(struct reset_control *rstc)
{
	if (!rstc)
		return 0;
	if (WARN_ON(IS_ERR(rstc)))
		return -EINVAL;
	if (rstc->is_shared) {
		if (WARN_ON(rstc->triggered_count) || WARN_ON(!rstc->deassert_count))
			return -EINVAL;
		if (--rstc->deassert_count)
			return 0;
	}
	port_set_supply(rstc->line, false);
	return 0;
}

int reset_control_reset(struct reset_control *rstc)
{
	if (!rstc)
		return 0;
	if (WARN_ON(IS_ERR(rstc)))
		return -EINVAL;
	if (rstc->is_shared) {
		if (WARN_ON(rstc->deassert_count))
			return -EINVAL;
		if (rstc->triggered_count++)
			return 0;
	}
	port_set_supply(rstc->line, false);
	port_set_supply(rstc->line, true);
	return 0;
}

int reset_control_rearm(struct reset_control *rstc)
{
	if (!rstc)
		return 0;
	if (WARN_ON(IS_ERR(rstc)))
		return -EINVAL;
	if (rstc->is_shared) {
		if (WARN_ON(rstc->deassert_count) || WARN_ON(!rstc->triggered_count))
			return -EINVAL;
		rstc->triggered_count--;
	}
	return 0;
}

int reset_control_status(struct reset_control *rstc)
{
	if (!rstc)
		return 0;
	return WARN_ON(IS_ERR(rstc)) ? -EINVAL : !port_supply_is_on(rstc->line);
}

/* ---- several, and given back ----------------------------------------------------------------- */

static void assert_again(void *rstc)
{
	reset_control_assert(rstc);
}

struct reset_control *devm_reset_control_get_exclusive_deasserted(struct device *dev,
								   const char *id)
{
	struct reset_control *rstc = devm_reset_control_get_exclusive(dev, id);
	int ret;

	if (IS_ERR_OR_NULL(rstc))
		return rstc;
	reset_control_deassert(rstc);
	ret = devm_add_action_or_reset(dev, assert_again, rstc);
	return ret ? ERR_PTR(ret) : rstc;
}

int reset_control_bulk_assert(int num, struct reset_control_bulk_data *rstcs)
{
	for (int i = 0; i < num; i++) {
		int ret = reset_control_assert(rstcs[i].rstc);

		if (ret) {
			while (i--)
				reset_control_deassert(rstcs[i].rstc);
			return ret;
		}
	}
	return 0;
}

/* Backwards, as Linux does. */
int reset_control_bulk_deassert(int num, struct reset_control_bulk_data *rstcs)
{
	for (int i = num - 1; i >= 0; i--) {
		int ret = reset_control_deassert(rstcs[i].rstc);

		if (ret) {
			while (++i < num)
				reset_control_assert(rstcs[i].rstc);
			return ret;
		}
	}
	return 0;
}

static int get_several(struct device *dev, int num, struct reset_control_bulk_data *rstcs,
		       bool shared)
{
	for (int i = 0; i < num; i++) {
		rstcs[i].rstc = __devm_reset_control_get(dev, rstcs[i].id, 0, shared, false, true);
		if (IS_ERR(rstcs[i].rstc))
			return (int)PTR_ERR(rstcs[i].rstc);
	}
	return 0;
}

int devm_reset_control_bulk_get_exclusive(struct device *dev, int num,
					  struct reset_control_bulk_data *rstcs)
{
	return get_several(dev, num, rstcs, false);
}

int devm_reset_control_bulk_get_shared(struct device *dev, int num,
				       struct reset_control_bulk_data *rstcs)
{
	return get_several(dev, num, rstcs, true);
}
