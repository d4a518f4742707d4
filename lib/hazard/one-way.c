/* SPDX-License-Identifier: MIT */
/*
 * A device reads what was mapped for it to write.
 *
 *	CPU stores   [ dirty line ]
 *	map, FROM    [            ]  dropped: the device was to write all of it
 *	device reads                 what memory held before the store
 *
 * What the device wrote itself it may read. Of anything else, where caches stand between the
 * two, nobody can say whether it is what the CPU stored: memory is not watched before its
 * first map. Where it was, bytes that the map or a sync threw away are WRITER_GIVEN_UP, and
 * what the device gets in their place is seen to be wrong.
 *
 * A coherent device gets what the CPU stored: told of only if `portable` asks. A bounce
 * buffer is no help: what the map copied there its invalidation drops, too.
 */
#include "bytes.h"

#include <linux/dma-direction.h>

struct ways {
	const struct mapping *from;	/* a mapping that is only to be written */
	bool is_readable;		/* another one is not */
};

static bool consider(struct mapping *m, void *data)
{
	struct ways *w = data;

	if (m->dir == DMA_FROM_DEVICE && ledger_is_streaming(m))
		w->from = m;
	else
		w->is_readable = true;
	return true;
}

static const struct mapping *only_to_write(struct hazard_engine *e,
					   const struct observe_event *ev)
{
	const struct dev_record *d = party_device_of_master(&e->parties, ev->master);
	struct ways w = { 0 };

	if (d)
		mapped_each_dma(d, ev->dma, ev->dma, consider, &w);
	return w.is_readable ? NULL : w.from;
}

static bool is_lost(const struct shadow_line *l, const struct observe_event *ev, unsigned i)
{
	unsigned at = (unsigned)(ev->pa - l->pa) + i;

	return l->writer[at] == WRITER_GIVEN_UP && l->golden[at] != ev->bytes[i];
}

/* The first byte that is gone, else the first that is not the device's own; or @ev->len. */
static unsigned first_wrong(const struct shadow_line *l, const struct observe_event *ev)
{
	unsigned first = (unsigned)ev->len;

	for (unsigned i = 0; i < ev->len; i++) {
		if (is_lost(l, ev, i))
			return i;
		if (first == ev->len && l->writer[ev->pa - l->pa + i] != WRITER_DEVICE)
			first = i;
	}
	return first;
}

static void report_one_way(struct hazard_engine *e, const struct shadow_line *l,
			   const struct observe_event *ev, const struct mapping *m, unsigned first)
{
	const struct record *store = bytes_last_of(&l->history, RECORD_CPU_WROTE,
						   ev->pa + first);
	bool is_seen = is_lost(l, ev, first);
	struct record now = bytes_record(e, RECORD_DEVICE_READ, ev);
	struct report *r = report_begin(e, HAZARD_DEVICE_READ_FROM_DEVICE, m->site,
					store ? store->site : NULL);

	if (!r)
		return;
	r->strength = is_seen ? STRENGTH_OBSERVED : STRENGTH_RULE;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	if (is_seen)
		report_say(r, ". The mapping is DMA_FROM_DEVICE, so the map invalidated its "
			   "lines: at byte %u the CPU had stored %02x, and the device got %02x.",
			   first, l->golden[ev->pa - l->pa + first], ev->bytes[first]);
	else
		report_say(r, ". The mapping is DMA_FROM_DEVICE: the map invalidates lines, so "
			   "that what the CPU stored before may be gone, and an IOMMU may refuse "
			   "the read.");
	report_history(e, r, ev->pa + first, 1);
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, "read what it was only to write");
	report_fix(r, "Likely meant", "DMA_BIDIRECTIONAL or DMA_TO_DEVICE in that map and its "
		   "unmap");
	report_end(e, r);
}

void one_way_read(struct hazard_engine *e, const struct shadow_line *l,
		  const struct observe_event *ev)
{
	unsigned first = first_wrong(l, ev);
	const struct mapping *m = first < ev->len ? only_to_write(e, ev) : NULL;

	if (m && (!m->is_snooped || engine_is_portable(e)))
		report_one_way(e, l, ev, m, first);
}
