/* SPDX-License-Identifier: MIT */
/* Where a stream goes: see router.h. */
#include <stddef.h>

#include "router.h"

const struct route *route_find(const struct route *routes, unsigned nr, uint32_t stream,
			       unsigned *ret_nr_matches)
{
	const struct route *first = NULL;

	*ret_nr_matches = 0;
	for (unsigned i = 0; i < nr; i++) {
		if (!routes[i].is_valid || (stream ^ routes[i].match) & ~routes[i].mask)
			continue;
		if (!first)
			first = &routes[i];
		++*ret_nr_matches;
	}
	return first;
}
