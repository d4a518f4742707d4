/* SPDX-License-Identifier: MIT */
/* Who memory belongs to that a device, or a call for it, should not name: stranger.c. */
#ifndef LIB_HAZARD_STRANGER_H
#define LIB_HAZARD_STRANGER_H

#include "report.h"

/* What an address was, or lies near to; of these at most one. */
struct stranger {
	const struct record *gone;	/* its unmap */
	const struct mapping *physical;	/* it is its physical address */
	const struct mapping *beside;	/* it lies in a page of it */
};

/* An access that no mapping of its device allows: true: reported. */
bool stranger_access(struct hazard_engine *e, const struct observe_event *ev, bool is_write);
/* If not: the code to blame, or NULL; and what to say of it after what happened. */
const void *stranger_blame(struct hazard_engine *e, const struct observe_event *ev,
			   struct stranger *ret);
void stranger_say(struct hazard_engine *e, struct report *r, const struct observe_event *ev,
		  const struct stranger *who);
/*
 * failed-map.c: where a device's DMA_MAPPING_ERROR comes from: the code, or NULL; and what to
 * say of it.
 */
const void *failed_map_blame(struct hazard_engine *e, const struct observe_event *ev);
void failed_map_say(struct hazard_engine *e, struct report *r, const struct observe_event *ev);

/* iommu-calls.c: what the device's last domain still maps; true: reported. */
bool iommu_left_behind(struct hazard_engine *e, const struct observe_event *ev, bool is_write);
/* Do both get by the same tables? */
bool iommu_is_shared(const struct hazard_engine *e, const struct master *a,
		     const struct master *b);
/* Are invalidations put off there? */
bool iommu_is_lazy(const struct hazard_engine *e, const struct master *d);
/* A call for @d about an address that is none of its own: whose it is, reported; or NULL. */
struct mapping *stranger_called(struct hazard_engine *e, struct dev_record *d,
				const struct ledger_note *n, const struct record *gone);

#endif
