/* SPDX-License-Identifier: MIT */
/*
 * A device uses what a sync gave to the CPU, and no sync gave back: before the call that
 * hands the buffer over, or after the one that takes it.
 *
 * Only if `portable` asks. Where it goes wrong here the bytes say so (bytes.c, dirty.c), and
 * devices that fetch ahead, or rings that drivers peek at, do no harm by it. Memory that
 * was the CPU's from the map on (DMA_ATTR_SKIP_CPU_SYNC) is left out: where
 * dma_need_sync() says no, drivers need not ever sync it.
 */
#include "bytes.h"

#include <linux/dma-direction.h>

/* The sync that gave the byte at @offset to the CPU; NULL: it is the device's. */
static const struct record *given_to_cpu(const struct hazard_engine *e, const struct mapping *m,
					 uint64_t offset)
{
	const struct record *call = bytes_last_call(e, m->pa + offset);

	return call && call->kind == RECORD_SYNCED_FOR_CPU && call->party == m->dev->party &&
	       ownership_of_cpu(m, offset, offset + 1) ? call : NULL;
}

static void report_turn(struct hazard_engine *e, const struct observe_event *ev, bool is_write,
			const struct mapping *m, const struct record *sync)
{
	const char *name = master_name(ev->master);
	g_autofree char *give = sync_call(e, m, false);
	struct record now = bytes_record(e, is_write ? RECORD_DEVICE_WROTE : RECORD_DEVICE_READ,
					 ev);
	struct report *r = report_begin(e, HAZARD_DEVICE_WHILE_CPU, sync->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, is_write);
	report_say(r, ", while they are the CPU's (%s). The sync came before the device was done, "
		   "or none came before it began.", direction_name(m->dir));
	report_history(e, r, m->pa + (ev->dma - m->dma), 1);
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, is_write ? "wrote, no sync_for_device before"
					      : "read, no sync_for_device before");
	report_fix(r, "Likely missing", "%s before %s begins, and sync_for_cpu when it is done",
		   give, name);
	report_end(e, r);
}

void turn_device_access(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct mapping *m;
	const struct record *sync;

	if (!engine_is_portable(e))
		return;
	m = ownership_mapping(e, ev->master, ev->dma);
	sync = m && ledger_is_streaming(m) ? given_to_cpu(e, m, ev->dma - m->dma) : NULL;
	if (sync)
		report_turn(e, ev, is_write, m, sync);
}
