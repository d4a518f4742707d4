/* SPDX-License-Identifier: MIT */
/*
 * Power of the hardware by the states of devices: a line is on while any device votes for it.
 *
 *	power-domains of its node	while it is not suspended; and from the time that
 *					somebody binds to it, unless runtime PM is on
 *	the module (ti,sysc) around it	while it is not suspended, and while it is probed
 *
 * The first is what Linux's genpd does, but that the line goes at once where genpd may take
 * its time; the second what the driver ti-sysc does as its parent.
 *
 * Linux: drivers/pmdomain/core.c, drivers/bus/ti-sysc.c.
 */
#include <linux/device.h>
#include <linux/of.h>

#include "../mm/kernel.h"
#include "pm.h"
#include "supply.h"

struct vote {
	struct supply *line;
	bool is_module;
	bool is_given;
};

static void add_vote(GArray *votes, const struct lines *lines, const struct of_phandle_args *spec,
		     bool is_module)
{
	struct vote v = { lines_find(lines, SUPPLY_POWER, spec), is_module, false };

	g_array_append_val(votes, v);
}

static GArray *read_votes(struct device *dev)
{
	GArray *votes = g_array_new(FALSE, FALSE, sizeof(struct vote));
	struct lines *lines = lines_of(dev->kernel);
	struct device_node *np = dev->of_node;
	struct of_phandle_args spec;

	if (!lines || !np)
		return votes;
	for (int i = 0; !of_parse_phandle_with_args(np, "power-domains", "#power-domain-cells",
						    i, &spec); i++)
		add_vote(votes, lines, &spec, false);
	spec = (struct of_phandle_args){ .np = np->parent };
	if (of_device_is_compatible(np->parent, "ti,sysc"))
		add_vote(votes, lines, &spec, true);
	return votes;
}

/* What the device has to say on a line of that kind. */
static bool wants(const struct dev_pm_info *power, bool is_module)
{
	bool is_up = power->runtime_status != RPM_SUSPENDED;

	if (is_module)
		return is_up || power->is_probing;
	return is_up || (power->is_bound && power->disable_depth && !power->is_force_suspended);
}

/* Under the lock: @by votes more for @line. */
static void count(struct pm_core *core, struct supply *line, int by)
{
	int old = GPOINTER_TO_INT(g_hash_table_lookup(core->supplies, line));

	g_hash_table_insert(core->supplies, line, GINT_TO_POINTER(old + by));
	if (!old || !(old + by))
		port_set_supply(line, by > 0);
}

static void give(struct pm_core *core, struct vote *v, bool is_wanted)
{
	unsigned long flags;

	spin_lock_irqsave(&core->supply_lock, flags);
	if (v->is_given != is_wanted) {
		v->is_given = is_wanted;
		count(core, v->line, is_wanted ? 1 : -1);
	}
	spin_unlock_irqrestore(&core->supply_lock, flags);
}

static void vote(struct device *dev, bool is_gone)
{
	struct pm_core *core = pm_core(dev->kernel);
	GArray *votes = dev->power.domain_votes;

	for (guint i = 0; core && i < votes->len; i++) {
		struct vote *v = &g_array_index(votes, struct vote, i);

		give(core, v, !is_gone && wants(&dev->power, v->is_module));
	}
}

void pm_domain_update(struct device *dev)
{
	if (!dev->power.domain_votes) {
		if (!dev->kernel)
			return;
		dev->power.domain_votes = read_votes(dev);
	}
	vote(dev, false);
}

void pm_domain_forget(struct device *dev)
{
	GArray *votes = dev->power.domain_votes;

	if (!votes)
		return;
	vote(dev, true);
	g_array_unref(votes);
	dev->power.domain_votes = NULL;
}
