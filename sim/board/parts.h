/* SPDX-License-Identifier: MIT */
/*
 * What a device tree does not say: the cores, and the outer caches.
 */
#ifndef SIM_BOARD_PARTS_H
#define SIM_BOARD_PARTS_H

#include <armdma/board.h>

/** The part of a CPU compatible; NULL for one that is not in the table. */
const struct core_part *core_part(const char *compatible);

/** Entry @idx of the table; NULL past its end. */
const struct core_part *core_part_at(unsigned idx);

/**
 * struct outer_part - a cache controller on the bus
 * @is_modelled:    behaves as a PL310 to software
 * @is_transparent: every master's traffic goes through it, so that software
 *                  never maintains it and a machine without it shows the same bytes
 * @cache:          defaults where a range exists
 */
struct outer_part {
	const char *compatible;
	const char *name;
	bool is_modelled;
	bool is_transparent;
	struct cache_geometry cache;
};

const struct outer_part *outer_part(const char *compatible);

#endif
