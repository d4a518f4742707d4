/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory given back: by the pointer that its owner got, and with the attributes
 * that it was allocated with. A wrong size, or a wrong device address, is calls.c's.
 *
 * Of the attributes the one that counts is DMA_ATTR_NO_KERNEL_MAPPING: it decides what the
 * pointer is, an address or a cookie. The others change nothing when memory is freed.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-mapping.h>

#include "mappings.h"

/* Of a list of pieces the first one was told of the pointer. */
void freed_note_allocated(struct mapping *m, const struct ledger_note *n)
{
	m->dir = DMA_BIDIRECTIONAL;
	mapping_want_more(m)->va = n->va;
	mapping_more(m)->attrs = n->attrs;
}

static uint32_t va_of(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static void report_pointer(struct hazard_engine *e, const struct mapping *m,
			   const struct ledger_note *n)
{
	struct record now = ledger_call_record(e, m->dev, n, RECORD_FREED);
	struct report *r = report_begin(e, HAZARD_FREE_ADDRESS, n->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "The %" PRIu64 " bytes of coherent memory at dma 0x%" PRIx64 " were freed by "
		   "va 0x%08" PRIx32 ", and allocated at va 0x%08" PRIx32 ". What is given back is "
		   "the memory of that other address, or nothing.", mapping_whole_len(m), m->dma,
		   va_of(n->va), va_of(mapping_more(m)->va));
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, NULL);
	report_fix(r, "Likely meant", "the pointer that dma_alloc_*() returned");
	report_end(e, r);
}

static void report_attrs(struct hazard_engine *e, const struct mapping *m,
			 const struct ledger_note *n, bool was_cookie)
{
	struct record now = ledger_call_record(e, m->dev, n, RECORD_FREED);
	struct report *r = report_begin(e, HAZARD_FREE_ATTRIBUTES, n->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "The %" PRIu64 " bytes of coherent memory at dma 0x%" PRIx64 " were "
		   "allocated %s DMA_ATTR_NO_KERNEL_MAPPING and freed %s it. What was returned %s, "
		   "and is now taken for %s.", mapping_whole_len(m), m->dma,
		   was_cookie ? "with" : "without",
		   was_cookie ? "without" : "with",
		   was_cookie ? "is a cookie and no address" : "is an address",
		   was_cookie ? "an address" : "a cookie");
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, NULL);
	report_fix(r, "Likely meant", "dma_free_attrs() with the attributes of the allocation");
	report_end(e, r);
}

void freed_check(struct hazard_engine *e, const struct mapping *m, const struct ledger_note *n)
{
	const struct mapping_more *more = mapping_more(m);
	unsigned long differ;

	if (m->kind != MAPPING_COHERENT || n->kind != LEDGER_FREE_COHERENT || !more)
		return;
	differ = (more->attrs ^ n->attrs) & DMA_ATTR_NO_KERNEL_MAPPING;
	if (differ)
		report_attrs(e, m, n, more->attrs & DMA_ATTR_NO_KERNEL_MAPPING);
	else if (more->va != n->va)
		report_pointer(e, m, n);
}
