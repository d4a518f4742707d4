/* SPDX-License-Identifier: MIT */
/*
 * Where a stream goes: entries of (match, mask) in order, as registers or a table in
 * memory have filled them in.
 */
#ifndef SIM_IOMMU_ROUTER_H
#define SIM_IOMMU_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

enum route_kind { ROUTE_TRANSLATE, ROUTE_BYPASS, ROUTE_FAULT, ROUTE_DROP, ROUTE_REDIRECT };

struct route {
	bool is_valid;
	uint32_t match, mask;		/* bits of @mask are not compared */
	enum route_kind kind;
	unsigned context;
};

/* The first that matches, and how many do; NULL: none. */
const struct route *route_find(const struct route *routes, unsigned nr, uint32_t stream,
			       unsigned *ret_nr_matches);

#endif
