/* SPDX-License-Identifier: MIT */
/*
 * What the hazard engine sees while a trace is replayed: which of it a finding of ours
 * tells already, and which makes the verdict by itself.
 *
 * A hazard is told if a finding of its kind came with the same event. Wrong and lost
 * bytes are an exception: the engine sees a line go over the device's bytes at one event,
 * a read finds them wrong at another. They are told by wrong bytes anywhere.
 */
#include "engine.h"

/* Which finding of ours tells the same story; NR_FINDINGS: none does. */
static enum finding teller_of(enum hazard_class c)
{
	switch (c) {
	case HAZARD_CPU_READ_STALE:
	case HAZARD_DEVICE_WRITE_LOST:
		return FIND_CPU_READ_WRONG;
	case HAZARD_DEVICE_READ_STALE:
	case HAZARD_CPU_WRITE_LOST:
		return FIND_DEVICE_READ_WRONG;
	case HAZARD_UNMAP_SIZE:
		return FIND_UNMAP_SIZE;
	case HAZARD_UNMAP_DIRECTION:
		return FIND_UNMAP_DIRECTION;
	case HAZARD_UNMAP_FUNCTION:
		return FIND_UNMAP_FUNCTION;
	case HAZARD_SYNC_RANGE:
		return FIND_SYNC_RANGE;
	case HAZARD_SYNC_DIRECTION:
		return FIND_SYNC_DIRECTION;
	case HAZARD_LINE_SHARED:
		return FIND_LINE_SHARED;
	case HAZARD_CPU_WRITE_WHILE_MAPPED:
		/* The write is ours: a sync_for_device implies that the driver wrote. */
		return FIND_SYNC_NOT_TAKEN;
	default:
		return NR_FINDINGS;
	}
}

static bool is_of_bytes(enum hazard_class c)
{
	return c <= HAZARD_CPU_WRITE_LOST;
}

void hazards_before(struct replay *r)
{
	const struct hazard_engine *e = harness_hazards(r->h);

	for (int c = 0; e && c < NR_HAZARD_CLASSES; c++)
		r->hazards_before[c] = hazard_count(e, (enum hazard_class)c);
	for (int f = 0; f < NR_FINDINGS; f++)
		r->findings_before[f] = r->rep->total.findings[f];
}

static bool is_told_now(const struct replay *r, enum hazard_class c)
{
	enum finding f = teller_of(c);

	return f != NR_FINDINGS && r->rep->total.findings[f] > r->findings_before[f];
}

void hazards_after(struct replay *r, struct replay_device *dev)
{
	const struct hazard_engine *e = harness_hazards(r->h);

	for (int i = 0; e && i < NR_HAZARD_CLASSES; i++) {
		enum hazard_class c = (enum hazard_class)i;
		uint64_t nr = hazard_count(e, c) - r->hazards_before[c];

		r->hazards_seen[c] += nr;
		if (!nr || is_of_bytes(c) || is_told_now(r, c))
			continue;
		r->hazards_untold[c] += nr;
		TALLY(dev, findings[FIND_HAZARD], nr - 1);
		replay_find(r, dev, FIND_HAZARD, "%s, %" G_GINT64_MODIFIER "u times",
			    hazard_title(c), nr);
	}
}

void hazards_fold(struct replay *r)
{
	struct replay_report *rep = r->rep;
	const struct hazard_engine *e = harness_hazards(r->h);

	for (int i = 0; e && i < NR_HAZARD_CLASSES; i++) {
		enum hazard_class c = (enum hazard_class)i;
		enum finding f = teller_of(c);
		uint64_t late;

		rep->hazards[c] = hazard_count(e, c);
		late = is_of_bytes(c) ? rep->hazards[c] : rep->hazards[c] - r->hazards_seen[c];
		if (is_of_bytes(c) && rep->total.findings[f])
			late = 0;
		rep->total.findings[FIND_HAZARD] += late;
		rep->told_by[c] = late || r->hazards_untold[c] ? NR_FINDINGS : f;
	}
}
