/* SPDX-License-Identifier: MIT */
/*
 * Where did a device get DMA_MAPPING_ERROR from? Of a map that failed; or of a list that has
 * fewer segments than entries: an IOMMU makes one of what follows one another, and what is
 * left over holds DMA_MAPPING_ERROR. A guess, and the latest of its kind.
 */
#include "stranger.h"

static const struct dev_record *device_of(const struct hazard_engine *e,
					  const struct observe_event *ev)
{
	return party_device_of_master(&e->parties, ev->master);
}

/* How many entries of the device are all that the list came to. */
static int nr_segments(const struct mapping *m)
{
	const struct mapping *next;
	int nr = 1;

	for (; (next = mapping_next_segment(m)) != NULL; m = next)
		nr += next->dma != m->dma + m->len;
	return nr;
}

static bool take_merged(struct mapping *m, void *data)
{
	if (m->kind == MAPPING_SG && !m->is_later && nr_segments(m) < mapping_nents(m))
		*(const struct mapping **)data = m;
	return true;
}

static const struct mapping *merged_list(const struct dev_record *d)
{
	const struct mapping *m = NULL;

	if (d)
		mapped_each_dma(d, 0, UINT64_MAX, take_merged, &m);
	return m;
}

const void *failed_map_blame(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct dev_record *d = device_of(e, ev);
	const struct mapping *m = d && d->refused.seq ? NULL : merged_list(d);

	return d && d->refused.seq ? d->refused.site : m ? m->site : NULL;
}

static void say_merged(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	report_of_mapping(e, r, m);
	report_say(r, "A list of %d entries became %d segment%s; the entries behind %s hold no "
		   "address.", mapping_nents(m), nr_segments(m), nr_segments(m) == 1 ? "" : "s",
		   nr_segments(m) == 1 ? "it" : "them");
	report_row_of_mapping(e, r, m);
}

void failed_map_say(struct hazard_engine *e, struct report *r, const struct observe_event *ev)
{
	const struct dev_record *d = device_of(e, ev);
	const struct mapping *m = d && d->refused.seq ? NULL : merged_list(d);
	struct record failed;

	if (m)
		say_merged(e, r, m);
	if (m)
		report_fix(r, "Likely meant", "as many segments as dma_map_sg() returned");
	else
		report_fix(r, "Likely missing", "if (dma_mapping_error(%s, dma)) after the map",
			   master_name(ev->master));
	if (!d || !d->refused.seq)
		return;
	failed = d->refused;
	failed.party = NO_PARTY;
	report_now(e, r, &failed, false, "mapping refused");
}
