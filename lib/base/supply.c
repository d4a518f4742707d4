/* SPDX-License-Identifier: MIT */
/* Lines of the hardware by names of the tree: see supply.h. */
#include <linux/of.h>

#include "../mm/kernel.h"
#include "supply.h"

struct lines *lines_of(struct kernel *k)
{
	if (!k || k->lines)
		return k ? k->lines : NULL;
	k->lines = g_new0(struct lines, 1);
	k->lines->kernel = k;
	spin_lock_init(&k->lines->lock);
	k->lines->of = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	return k->lines;
}

struct lines *lines_current(void)
{
	return lines_of(kernel_current());
}

void lines_exit(struct kernel *k)
{
	if (!k->lines)
		return;
	g_hash_table_unref(k->lines->of);
	g_clear_pointer(&k->lines, g_free);
}

struct supply *lines_find(const struct lines *lines, enum supply_kind kind,
			  const struct of_phandle_args *spec)
{
	return port_supply(&lines->kernel->port, kind, spec->np->path, spec->args,
			   spec->args_count);
}
