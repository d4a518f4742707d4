/* SPDX-License-Identifier: MIT */
/*
 * Lines of the hardware that drivers turn on and off by names of the tree: what clocks,
 * resets and power domains have in common.
 */
#ifndef LIB_BASE_SUPPLY_H
#define LIB_BASE_SUPPLY_H

#include <glib.h>
#include <linux/spinlock.h>

#include "../port/port.h"

struct kernel;
struct of_phandle_args;
struct supply;

/* @of: line -> what its users share, to g_free(). @lock: of all these. */
struct lines {
	struct kernel *kernel;
	spinlock_t lock;
	GHashTable *of;
};

/* Of the machine that runs, made by the first who asks; NULL: there is no machine. */
struct lines *lines_of(struct kernel *k);
struct lines *lines_current(void);
void lines_exit(struct kernel *k);
/* The line that @spec names. */
struct supply *lines_find(const struct lines *lines, enum supply_kind kind,
			  const struct of_phandle_args *spec);

#endif
