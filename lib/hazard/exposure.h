/* SPDX-License-Identifier: MIT */
/*
 * What devices reach beyond their buffers. Private to lib/hazard.
 *
 *   notes of the allocators --> exposure-memory.c   whose each byte is
 *                                     |
 *   mappings come and go    --> exposure.c          bytes beyond, by whose they are
 *   unmaps, flushes, accesses -> exposure-window.c  and for how long after the unmap
 *                                     |
 *                               exposure-report.c   text, JSON
 */
#ifndef LIB_HAZARD_EXPOSURE_H
#define LIB_HAZARD_EXPOSURE_H

#include <armdma/exposure.h>

#include "iommu.h"
#include "json-put.h"

/* ---- exposure-memory.c ----------------------------------------------------------------- */

enum tenant { TENANT_NONE, TENANT_OWN, TENANT_OTHER, TENANT_METADATA, TENANT_SHARED, NR_TENANTS };

struct memory_map {
	GHashTable *pages;		/* number -> struct page_run */
	struct interval *objects;	/* of slabs, as long as they were asked for */
	struct interval *metadata;
	uint64_t age;
};

void memory_map_init(struct memory_map *map);
void memory_map_done(struct memory_map *map);
void memory_map_note(struct memory_map *map, const struct ledger_note *n);
void memory_map_metadata(struct memory_map *map, uint64_t pa, uint64_t len);
/* A byte of @ret_tenants for each of [from, to), beside a buffer at @buffer_pa. */
void memory_map_paint(const struct memory_map *map, uint64_t from, uint64_t to,
		      uint64_t buffer_pa, uint8_t *ret_tenants);

/* ---- exposure.c ------------------------------------------------------------------------ */

struct exposure_site {
	const void *site;
	struct hazard_exposed exposed;
};

/* A device with one driver, or none: with another it is another. */
struct exposure_device {
	char *name, *driver;
	uint64_t page_bytes;
	bool reaches_all;
	GPtrArray *sites;		/* of struct exposure_site * */
	struct hazard_window window;
};

struct exposure {
	struct memory_map memory;
	GPtrArray *devices;		/* of struct exposure_device * */
	GHashTable *live;		/* number of a mapping -> struct exposed_mapping */
	GPtrArray *pending;		/* of struct mapping *: lists that are not whole yet */
	uint64_t largest_page;
};

void exposure_begin(struct hazard_engine *e);
void exposure_finish(struct hazard_engine *e);
void exposure_done(struct hazard_engine *e);
struct exposure_device *exposure_device(struct hazard_engine *e, const struct device *dev);

/* All of these do nothing unless it was asked for. */
void exposure_note(struct hazard_engine *e, const struct ledger_note *n);
/* @m, just added; of a list, once for each entry. */
void exposure_mapped(struct hazard_engine *e, struct mapping *m, const struct ledger_note *n);
/* @m, about to go. */
void exposure_unmapped(struct hazard_engine *e, struct mapping *m);

/* ---- exposure-window.c ------------------------------------------------------------------- */

/* What was unmapped of @r, whose invalidation was put off, is out of reach. */
void exposure_window_closed(struct hazard_engine *e, const struct iommu_space *s,
			    const struct iova_range *r);
/* An access that an IOMMU answered, of @u. */
void exposure_access(struct hazard_engine *e, const struct observe_event *ev,
		     const struct iommu_user *u);
/* Those that are open are closed by the end of the run. */
void exposure_close_windows(struct hazard_engine *e);

/* ---- exposure-report.c ------------------------------------------------------------------- */

void exposure_print(struct hazard_engine *e, FILE *to);
void exposure_put(struct hazard_engine *e, JsonBuilder *b);

#endif
