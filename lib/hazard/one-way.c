/* SPDX-License-Identifier: MIT */
/*
 * A device reads what was mapped for it to write.
 *
 *	CPU stores   [ dirty line ]
 *	map, FROM    [            ]  dropped: the device was to write all of it
 *	device reads                 what memory held before the store
 *
 * Bytes that the map, or a sync for the device, threw away are WRITER_GIVEN_UP; that the
 * device reads those is what goes wrong. Everything else that it may read there is as the
 * CPU left it, or the device's own: told of only if `portable` asks, since behind an IOMMU
 * that has write-only pages the read would fault.
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

/* The first byte that is gone, or not the device's own; @ev->len if there is none. */
static unsigned first_lost(const struct shadow_line *l, const struct observe_event *ev,
			   bool is_portable)
{
	unsigned i;

	for (i = 0; i < ev->len; i++) {
		unsigned at = (unsigned)(ev->pa - l->pa) + i;

		if (l->writer[at] == WRITER_GIVEN_UP && l->golden[at] != ev->bytes[i])
			break;
		if (is_portable && l->writer[at] != WRITER_DEVICE)
			break;
	}
	return i;
}

static void report_one_way(struct hazard_engine *e, const struct shadow_line *l,
			   const struct observe_event *ev, const struct mapping *m, unsigned first)
{
	const struct record *store = bytes_last_of(&l->history, RECORD_CPU_WROTE,
						   ev->pa + first);
	bool is_lost = l->golden[ev->pa - l->pa + first] != ev->bytes[first];
	struct record now = bytes_record(e, RECORD_DEVICE_READ, ev);
	struct report *r = report_begin(e, HAZARD_DEVICE_READ_FROM_DEVICE, m->site,
					store ? store->site : NULL);

	if (!r)
		return;
	r->strength = is_lost ? STRENGTH_OBSERVED : STRENGTH_RULE;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	if (is_lost)
		report_say(r, ". The mapping is DMA_FROM_DEVICE, so the map invalidated its "
			   "lines: at byte %u the CPU had stored %02x, and the device got %02x.",
			   first, l->golden[ev->pa - l->pa + first], ev->bytes[first]);
	else
		report_say(r, ". The mapping is DMA_FROM_DEVICE: an IOMMU may refuse that, and "
			   "what the CPU stored before the map may be gone.");
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
	unsigned first = first_lost(l, ev, engine_is_portable(e));
	const struct mapping *m = first < ev->len ? only_to_write(e, ev) : NULL;

	if (m)
		report_one_way(e, l, ev, m, first);
}
