/* SPDX-License-Identifier: MIT */
/*
 * Which sizes, ways and lines make up a cache.
 */
#ifndef SIM_BOARD_GEOMETRY_H
#define SIM_BOARD_GEOMETRY_H

#include <armdma/board.h>

/* ARM920T has 64 ways in level 1, a PL310 up to 16 in level 2. */
#define GEOMETRY_MAX_WAYS_L1	64u
#define GEOMETRY_MAX_WAYS_L2	16u
#define GEOMETRY_MIN_LINE	16u
#define GEOMETRY_MAX_LINE	128u

bool geometry_is_line(uint32_t line_bytes);

/* A power of two of sets, of 1 to @max_ways lines each. */
bool geometry_is_possible(uint32_t bytes, uint32_t line_bytes, uint64_t nr_ways,
			  unsigned max_ways);

/* @usual ways if they fit, else the fewest that do; 0 for none. */
unsigned geometry_ways(uint32_t bytes, uint32_t line_bytes, unsigned usual, unsigned max_ways);

#endif
