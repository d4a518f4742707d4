/* SPDX-License-Identifier: MIT */
/* Which sizes, ways and lines make up a cache. */
#include "geometry.h"

static bool is_power_of_2(uint64_t n)
{
	return n && !(n & (n - 1));
}

bool geometry_is_line(uint32_t line_bytes)
{
	return is_power_of_2(line_bytes) && line_bytes >= GEOMETRY_MIN_LINE &&
	       line_bytes <= GEOMETRY_MAX_LINE;
}

bool geometry_is_possible(uint32_t bytes, uint32_t line_bytes, uint64_t nr_ways,
			  unsigned max_ways)
{
	uint64_t per_set = line_bytes * nr_ways;

	return nr_ways && nr_ways <= max_ways && bytes % per_set == 0 &&
	       is_power_of_2(bytes / per_set);
}

unsigned geometry_ways(uint32_t bytes, uint32_t line_bytes, unsigned usual, unsigned max_ways)
{
	if (geometry_is_possible(bytes, line_bytes, usual, max_ways))
		return usual;
	for (unsigned nr_ways = 1; nr_ways <= max_ways; nr_ways++) {
		if (geometry_is_possible(bytes, line_bytes, nr_ways, max_ways))
			return nr_ways;
	}
	return 0;
}
