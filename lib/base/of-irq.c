/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of nodes, as lines of the machine.
 *
 *	interrupts = <0 23 4>;  interrupt-parent  -->  (controller, cells)  -->  a line
 *
 * Leaves out: interrupt-map of buses that translate.
 * Linux: drivers/of/irq.c.
 */
#include <linux/of_irq.h>

#include "../mm/kernel.h"

#define MAX_STEPS	64		/* the tree may lead in a circle */

static struct device_node *one_up(const struct device_node *np)
{
	u32 handle;

	if (of_property_read_u32(np, "interrupt-parent", &handle))
		return np->parent;
	return of_find_node_by_phandle(handle);
}

struct device_node *of_irq_find_parent(struct device_node *np)
{
	for (int i = 0; np && i < MAX_STEPS; i++) {
		np = one_up(np);
		if (of_property_present(np, "#interrupt-cells"))
			return np;
	}
	return NULL;
}

/* Entry @index of interrupts, of as many cells as the controller says. */
static int parse_interrupts(struct device_node *np, int index, struct of_phandle_args *out_irq)
{
	struct device_node *controller = of_irq_find_parent(np);
	u32 nr;

	if (!controller || of_property_read_u32(controller, "#interrupt-cells", &nr) || !nr ||
	    nr > MAX_PHANDLE_ARGS)
		return -EINVAL;
	*out_irq = (struct of_phandle_args){ .np = controller, .args_count = (int)nr };
	for (u32 i = 0; i < nr; i++) {
		if (of_property_read_u32_index(np, "interrupts", (u32)index * nr + i,
					       &out_irq->args[i]))
			return -EINVAL;
	}
	return 0;
}

int of_irq_parse_one(struct device_node *np, int index, struct of_phandle_args *out_irq)
{
	if (index < 0)
		return -EINVAL;
	if (!of_property_present(np, "interrupts-extended"))
		return parse_interrupts(np, index, out_irq);
	return of_parse_phandle_with_args(np, "interrupts-extended", "#interrupt-cells", index,
					  out_irq) ? -EINVAL : 0;
}

int of_irq_get(struct device_node *np, int index)
{
	struct of_phandle_args irq;
	int ret = of_irq_parse_one(np, index, &irq);
	unsigned line;

	if (ret)
		return ret;
	line = port_irq_line(&kernel_current()->port, irq.np->path, irq.args,
			     (unsigned)irq.args_count);
	return line ? (int)line : -ENOSPC;
}

int of_irq_get_byname(struct device_node *np, const char *name)
{
	int index = name ? of_property_match_string(np, "interrupt-names", name) : -EINVAL;

	return index < 0 ? index : of_irq_get(np, index);
}

int of_irq_count(struct device_node *np)
{
	struct of_phandle_args irq;
	int nr = 0;

	while (!of_irq_parse_one(np, nr, &irq))
		nr++;
	return nr;
}

unsigned int irq_of_parse_and_map(struct device_node *np, int index)
{
	int irq = of_irq_get(np, index);

	return irq < 0 ? 0 : (unsigned int)irq;
}
