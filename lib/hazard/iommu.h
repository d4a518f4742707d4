/* SPDX-License-Identifier: MIT */
/*
 * What the library promises devices behind IOMMUs, and whether they get it. Exact gear.
 *
 *   iommu-watch.h ---> iommu-spaces.c   what each domain's IOVAs lead to, and led to before
 *                           |
 *   OBSERVE_IOMMU ---> iommu.c          an answer that is not what was promised: of which
 *                           |           class, by iommu_hw_account()
 *                      iommu-report.c   the report
 *
 *   iommu_map()              iommu_unmap()             RANGE_*
 *   |map|sync_map|     ...   |unmap|sync|
 *    MAPPING MAPPED           UNMAPPING UNMAPPED
 *            must get through           must not; in between either is right
 *
 * Private to lib/hazard.
 */
#ifndef LIB_HAZARD_IOMMU_H
#define LIB_HAZARD_IOMMU_H

#include <armdma/iommu-account.h>
#include <armdma/iommu-watch.h>

#include "report.h"

enum range_state { RANGE_MAPPING, RANGE_MAPPED, RANGE_UNMAPPING, RANGE_UNMAPPED };

/* One mapping, alive or gone. */
struct iova_life {
	uint64_t pa;			/* of the range's first byte */
	int prot;
	const void *map_site, *unmap_site;	/* NULL: of the DMA API */
	uint64_t mapped, unmapping, synced;	/* moments; 0: not yet */
	uint64_t map_step, unmap_step, sync_step;
	uint64_t unmap_ns;		/* simulated time */
};

/* @range.first to .last lead to the same memory, or did. */
struct iova_range {
	struct interval range;
	GList link;			/* of its space's @unsynced or @gone, by state */
	enum range_state state;
	const void *gather;		/* what it waits for; NULL: a flush of all */
	bool has_before;
	struct iova_life now, before;
};

struct iommu_space {
	const struct iommu_domain *domain;
	struct interval *ranges;
	uint64_t age;
	uint64_t unmapping;		/* moment at which the unmap under way began */
	GQueue unsynced, gone;
};

/* A device whose accesses are translated. */
struct iommu_user {
	const struct device *dev;
	const struct master *master;
	struct iommu_space *space;
	uint64_t since;			/* a moment */
	struct iommu_space *was;	/* @space, when its driver last switched it */
	struct iommu_space *left;	/* by the last switch; NULL: nothing, or it is gone */
	const void *left_site;
	uint64_t left_step;
};

/* Where a device must not map. */
struct reserved_range {
	const struct device *dev;
	uint64_t first, last;
	int type;			/* enum iommu_resv_type */
};

/* A call of the IOMMU API. */
struct iommu_call {
	uint64_t iova, pa;
	size_t len;
	int err;			/* 0: done */
	const void *site;		/* NULL: the DMA API's */
};

/* An access that waits to be resumed. */
struct iommu_stall {
	struct iommu_hw *iommu;
	const struct master *master;
	struct observe_iommu what;
	uint64_t step;
};

/* Memory that was given back. */
struct freed_range {
	uint64_t pa, len, moment, step;
	uint64_t taken;			/* moment at which it was allocated again; 0: it was not */
	const void *site;
};

#define NR_FREED	256u

struct iommu_watch {
	struct iommu_watcher watcher;
	struct hazard_engine *engine;
	GHashTable *spaces;		/* by domain */
	GArray *users;			/* of struct iommu_user */
	GArray *stalls;			/* of struct iommu_stall */
	GArray *reserved;		/* of struct reserved_range */
	const struct master *told;	/* what its access comes to has been reported */
	const struct cpu *aborts;	/* the same of a register access of this CPU */
	unsigned nr_freed;
	struct freed_range freed[NR_FREED];
};

/* ---- iommu-spaces.c ------------------------------------------------------------- */

struct iova_range *space_range(const struct iommu_space *s, uint64_t iova);
/* The first that meets [first, last]; NULL: none. */
struct iova_range *space_first(const struct iommu_space *s, uint64_t first, uint64_t last);
struct iommu_user *iommu_user_of_device(const struct iommu_watch *w, const struct device *dev);
struct iommu_user *iommu_user_of_master(const struct iommu_watch *w, const struct master *d);
/* Does what was unmapped wait for a flush of all? */
bool range_is_queued(const struct iova_range *r);
/* What translates for @dev; NULL: nothing. */
const struct iommu_space *iommu_space_of(struct hazard_engine *e, const struct device *dev);
/* Who asks; NULL: nobody whose addresses are known. */
struct iommu_user *iommu_user_of(struct hazard_engine *e, const struct observe_event *ev);

static inline uint64_t life_pa(const struct iova_range *r, const struct iova_life *l,
			       uint64_t iova)
{
	return l->pa + (iova - r->range.first);
}

static inline bool iommu_is_through(const struct iommu_hw_result *res)
{
	return res->outcome == IOMMU_HW_HIT || res->outcome == IOMMU_HW_BYPASS;
}

/* The latest time that memory at @pa was freed, after @since, a moment; NULL: it was not. */
const struct freed_range *iommu_freed(const struct iommu_watch *w, uint64_t pa, uint64_t since);

/* ---- iommu.c ----------------------------------------------------------------------- */

void iommu_end_stalls(struct hazard_engine *e, const struct master *master);

/* ---- iommu-calls.c ------------------------------------------------------------------ */

/* Before it changes anything; with an error, after it has not. */
void iommu_check_map(struct hazard_engine *e, const struct iommu_space *s,
		     const struct iommu_call *c);
void iommu_check_unmap(struct hazard_engine *e, const struct iommu_space *s,
		       const struct iommu_call *c, size_t unmapped);
void iommu_check_switch(struct hazard_engine *e, struct iommu_user *u, const void *site);

/* ---- iommu-report.c --------------------------------------------------------------- */

/* An answer that is wrong. */
struct iommu_case {
	enum hazard_class class;
	const struct observe_event *ev;
	const struct iommu_user *user;
	const struct iova_range *range;	/* NULL: the library never mapped it */
	const struct iova_life *old;	/* that the answer was right for; or NULL */
	const struct iommu_hw_account *account;
	const struct iommu_hw_descriptor *late;	/* that the walker does not see; or NULL */
	const struct freed_range *freed;
	const struct iommu_hw_invalidation *last;	/* that came and did not help; or NULL */
};

void iommu_report(struct hazard_engine *e, const struct iommu_case *c);
void iommu_report_stall(struct hazard_engine *e, const struct iommu_stall *s);
void iommu_report_off(struct hazard_engine *e, const struct observe_event *ev);

#endif
