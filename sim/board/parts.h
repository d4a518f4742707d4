/* SPDX-License-Identifier: MIT */
/*
 * What a device tree does not say: the cores, and the outer caches.
 */
#ifndef SIM_BOARD_PARTS_H
#define SIM_BOARD_PARTS_H

#include <armdma/board.h>

/** The part of a CPU compatible; NULL for one that is not in the table. */
const struct core_part *core_part(const char *compatible);

/**
 * The part that a user means by @name: "Cortex-A9", "cortex-a9", "arm,cortex-a9", in
 * any case; NULL for none.
 */
const struct core_part *core_part_named(const char *name);

/** Entry @idx of the table; NULL past its end. */
const struct core_part *core_part_at(unsigned idx);

/**
 * struct outer_part - a second level that is a node of its own
 * @cache: defaults where a range exists
 */
struct outer_part {
	const char *compatible;
	const char *name;
	enum outer_kind kind;
	struct cache_geometry cache;
};

const struct outer_part *outer_part(const char *compatible);

#endif
