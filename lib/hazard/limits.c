/* SPDX-License-Identifier: MIT */
/*
 * What the device can, and what is asked of it: address lines and masks, the length and the
 * boundary of a segment, the largest mapping.
 *
 * A mask that is merely too wide is nobody's harm until an address goes over the lines that
 * the device has; one that is made narrower until something lies beyond it.
 *
 * Linux: kernel/dma/debug.c, check_sg_segment(); kernel/dma/mapping.c.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-mapping.h>

#include "mappings.h"

/* ---- segments ------------------------------------------------------------------------- */

static void report_segment(struct hazard_engine *e, const struct mapping *m,
			   enum hazard_class class, const char *what, uint64_t limit,
			   const char *call)
{
	struct report *r = report_begin(e, class, m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "A segment of %" PRIu64 " bytes at dma 0x%" PRIx64 " was mapped for %s, "
		   "which %s "
		   "0x%" PRIx64 ".", m->len, m->dma, party_name(&e->parties, m->dev->party), what,
		   limit);
	report_now_mapped(e, r, m);
	report_fix(r, "Likely missing", "%s(%s, ...) as its hardware has it, or entries that keep "
		   "to it", call, party_name(&e->parties, m->dev->party));
	report_end(e, r);
}

/*
 * What nobody has said of the device is a default of Linux's, and limits no hardware: with it
 * the rule is for those who want everything.
 */
static bool has_said(const struct hazard_engine *e, const struct device *dev, uint64_t limit)
{
	return (dev->dma_parms && limit) || engine_is_portable(e);
}

void limits_check_segment(struct hazard_engine *e, const struct mapping *m, struct device *dev)
{
	const struct device_dma_parameters *said = dev->dma_parms;
	uint64_t boundary = dma_get_seg_boundary(dev);

	if (!m->len)
		return;
	if (m->len > dma_get_max_seg_size(dev) &&
	    has_said(e, dev, said ? said->max_segment_size : 0))
		report_segment(e, m, HAZARD_SEGMENT_SIZE, "says that it takes at most",
			       dma_get_max_seg_size(dev), "dma_set_max_seg_size");
	if ((m->dma ^ (m->dma + m->len - 1)) & ~boundary &&
	    has_said(e, dev, said ? said->segment_boundary_mask : 0))
		report_segment(e, m, HAZARD_SEGMENT_BOUNDARY, "says that it cannot cross a "
		"multiple of",
			       boundary + 1, "dma_set_seg_boundary");
}

/* ---- address lines -------------------------------------------------------------------- */

static void say_lines(struct hazard_engine *e, struct report *r, const struct observe_event *ev,
		      const struct mapping *m, bool is_write)
{
	const char *name = party_name(&e->parties, m->dev->party);

	report_say(r, "%s was told to %s dma 0x%" PRIx64 ", and has no address lines for all of "
		   "it: "
		   "0x%" PRIx64 " is what came out.", name, is_write ? "write" : "read",
		   ev->dropped + ev->dma, ev->dma);
	if (m->dev->mask_site)
		report_say(r, "Its driver had set a mask of 0x%" PRIx64 ".", m->dev->mask);
	else
		report_say(r, "Its driver had set no mask, which stands for 32 bits.");
}

static void row_of_mask(struct hazard_engine *e, struct report *r, const struct dev_record *d)
{
	struct record set = { .seq = 0, .step = d->mask_step, .site = d->mask_site,
			      .kind = RECORD_FAULT };

	if (d->mask_site)
		report_now(e, r, &set, true, "mask set");
}

bool limits_exceeded(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct mapping *m = ev->dropped
		? ownership_mapping(e, ev->master, ev->dropped + ev->dma) : NULL;
	struct record now = engine_record(e, is_write ? RECORD_DEVICE_WROTE : RECORD_DEVICE_READ);
	struct report *r;

	if (!m)
		return false;
	r = report_begin(e, HAZARD_MASK_EXCEEDED, m->dev->mask_site ? m->dev->mask_site : m->site,
			 m->site);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	say_lines(e, r, ev, m, is_write);
	report_row_of_mapping(e, r, m);
	row_of_mask(e, r, m->dev);
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	report_now(e, r, &now, !m->dev->mask_site, is_write ? "wrote somewhere else"
							   : "read somewhere else");
	report_fix(r, "Likely missing", "dma_set_mask_and_coherent(%s, DMA_BIT_MASK(n)), n the "
		   "lines "
		   "that it has", party_name(&e->parties, m->dev->party));
	report_end(e, r);
	return true;
}

/* ---- masks ---------------------------------------------------------------------------- */

struct narrowed {
	struct hazard_engine *e;
	const struct ledger_note *note;
};

static bool report_beyond(struct mapping *m, void *data)
{
	const struct narrowed *w = data;
	struct hazard_engine *e = w->e;
	const struct ledger_note *n = w->note;
	bool is_coherent = n->kind == LEDGER_COHERENT_MASK_SET;
	struct record now = ledger_call_record(e, m->dev, n, RECORD_MAPPED);
	struct report *r;

	if (m->is_later || !m->len || m->dma + m->len - 1 <= n->dma ||
	    ledger_is_allocation(m) != is_coherent)
		return true;
	r = report_begin(e, HAZARD_MASK_CHANGED, n->site, m->site);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	report_say(r, "The %smask of %s became 0x%" PRIx64 " while %" PRIu64 " bytes are %s for "
		   "it at "
		   "dma 0x%" PRIx64 ", which is beyond.", is_coherent ? "coherent " : "",
		   party_name(&e->parties, m->dev->party), n->dma, m->len,
		   is_coherent ? "allocated" : "mapped", m->dma);
	report_row_of_mapping(e, r, m);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "mask set");
	report_fix(r, "Likely meant", "one dma_set_mask_and_coherent(), before the first mapping");
	report_end(e, r);
	return true;
}

void limits_note_mask(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	struct narrowed w = { e, n };

	if (n->kind == LEDGER_MASK_SET) {
		d->mask = n->dma;
		d->mask_site = n->site;
		d->mask_step = machine_step(e->machine);
	}
	mapped_each_dma(d, 0, UINT64_MAX, report_beyond, &w);
}

/* ---- the largest mapping ----------------------------------------------------------------- */

bool limits_too_large(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	size_t max = n->why == WHY_NO_SLOTS ? dma_max_mapping_size(n->dev) : SIZE_MAX;
	struct record now = ledger_call_record(e, d, n, RECORD_MAPPED);
	struct report *r;

	if (n->len <= max)
		return false;
	r = report_begin(e, HAZARD_MAPPING_TOO_LARGE, n->site, NULL);
	if (!r)
		return true;
	report_say(r, "%s was asked to map %zu bytes (%s), which have to bounce, and no bounce "
		   "buffer "
		   "is longer than %zu. The mapping was refused, as it always will be.",
		   party_name(&e->parties, d->party), n->len, direction_name(n->dir), max);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "mapping refused");
	report_fix(r, "Likely missing", "min(len, dma_max_mapping_size(%s))",
		   party_name(&e->parties, d->party));
	report_end(e, r);
	return true;
}
