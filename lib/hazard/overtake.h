/* SPDX-License-Identifier: MIT */
/* Order that nothing keeps: stores and loads that may overtake one another. */
#ifndef LIB_HAZARD_OVERTAKE_H
#define LIB_HAZARD_OVERTAKE_H

#include "engine.h"

/* Where accesses may be reordered at all: the exact gear, from ARMv6 on. */
void overtake_begin(struct hazard_engine *e);
void overtake_done(struct hazard_engine *e);
/* Barriers and register writes. */
void overtake_event(struct hazard_engine *e, const struct observe_event *ev);
/* Before the newest bytes change. */
void overtake_store(struct hazard_engine *e, const struct shadow_line *l,
		    const struct observe_event *ev);
void overtake_device_read(struct hazard_engine *e, const struct observe_event *ev);
/* What the device saw too early in that read has been reported. */
bool overtake_has_told(const struct hazard_engine *e);
void overtake_device_write(struct hazard_engine *e, const struct observe_event *ev);
void overtake_load(struct hazard_engine *e, const struct observe_event *ev);
/* [pa, +len) changes hands by a call: whoever looks next was told to by something else. */
void overtake_given(struct hazard_engine *e, uint64_t pa, uint64_t len);

/* ---- for overtake-loads.c ------------------------------------------------------- */

struct overtake_loads;
struct overtake_loads *overtake_loads_new(unsigned nr_cpus);
void overtake_loads_free(struct overtake_loads *o);
void overtake_loads_barrier(struct overtake_loads *o, unsigned cpu);
void overtake_loads_forget(struct overtake_loads *o, unsigned cpu, uint64_t pa, uint64_t len);
/* The mapping by which a device sees what the CPU stores, with no call in between; or NULL. */
const struct mapping *overtake_mapping(struct hazard_engine *e, uint64_t pa);

/* Of two ranges. */
static inline bool overtake_overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static inline bool overtake_within(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a >= b && a + a_len <= b + b_len;
}

struct overtake {
	struct overtaking_cpu *cpus;
	unsigned nr_cpus;
	uint64_t nr_stores, nr_bursts;
	GArray *readers;		/* of struct reader */
	bool has_told;			/* of the latest read */
	struct overtake_loads *loads;
};

#endif
