/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: what hazards there are. Everything that is said of a class in general is
 * said here, and all else (the program's `hazards` and `explain`, the docs, rules of SARIF) is
 * made of it. Ids and titles are stable.
 *
 * References begin with what the class covers: E-n is row n of the zoo (tests/zoo), Tn and Znn
 * rows of these names, a timeline of a double mapping and a bug of another project; Hnn is the
 * Armv7 memory system's n-th. Then where to read on: files of Linux 6.12, Arm's manuals.
 */
#include "catalogue.h"

#include <glib.h>
#include <string.h>

const struct hazard_info *hazard_info(enum hazard_class c)
{
	static const struct hazard_info *const tables[] = {
		catalogue_bytes, catalogue_devices, catalogue_memory, catalogue_calls,
		catalogue_pools, catalogue_iommu,
	};

	g_assert((unsigned)c < NR_HAZARD_CLASSES);
	for (unsigned t = 0; t < G_N_ELEMENTS(tables); t++)
		if (tables[t][c].id)
			return &tables[t][c];
	g_assert_not_reached();
}

enum hazard_class hazard_find(const char *name)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		if (!g_ascii_strcasecmp(name, hazard_info(c)->id) ||
		    !strcmp(name, hazard_info(c)->title))
			return c;
	return NR_HAZARD_CLASSES;
}

const char *hazard_group(enum hazard_class c)
{
	static const char *const names[] = {
		['1'] = "bytes and order", ['2'] = "ownership and devices",
		['3'] = "kinds of memory", ['4'] = "calls", ['5'] = "pools and processes",
		['6'] = "context and the CPU", ['7'] = "IOMMUs",
	};

	return names[(unsigned char)hazard_info(c)->id[strlen("ADM-")]];
}

const char *hazard_title(enum hazard_class c)
{
	return hazard_info(c)->title;
}

const char *hazard_meaning(enum hazard_class c)
{
	return hazard_info(c)->meaning;
}

const char *hazard_strength_name(enum hazard_strength s)
{
	static const char *const names[NR_HAZARD_STRENGTHS] = {
		[STRENGTH_OBSERVED] = "observed", [STRENGTH_POSSIBLE] = "possible",
		[STRENGTH_RULE] = "rule",
	};

	g_assert((unsigned)s < NR_HAZARD_STRENGTHS);
	return names[s];
}

const char *hazard_severity_name(enum hazard_severity s)
{
	static const char *const names[NR_HAZARD_SEVERITIES] = {
		[SEVERITY_BREAKS] = "breaks", [SEVERITY_STALE] = "stale",
		[SEVERITY_HANGS] = "hangs", [SEVERITY_EXPOSES] = "exposes",
		[SEVERITY_CORRUPTS] = "corrupts",
	};

	g_assert((unsigned)s < NR_HAZARD_SEVERITIES);
	return names[s];
}
