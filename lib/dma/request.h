/* SPDX-License-Identifier: MIT */
/*
 * What the files of the switchboard share: who maps for this device, and the note of a
 * call for the ledger.
 *
 *   dma_iommu   ops   bypass allowed, and mask reaches all of memory   goes to
 *   yes         -     -                                                dma-iommu
 *   no          none  -                                                direct
 *   no          set   no                                               ops
 *   no          set   yes                                              direct
 *
 * Allocation asks the coherent mask, mapping the streaming one.
 */
#ifndef LIB_DMA_REQUEST_H
#define LIB_DMA_REQUEST_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "dma.h"

static inline bool goes_direct(struct device *dev, u64 mask)
{
	if (unlikely(dev->dma_iommu))
		return false;
	if (likely(!dev->dma_ops))
		return true;
	return dev->dma_ops_bypass && min_not_zero(mask, dev->bus_dma_limit) >=
				      dma_direct_get_required_mask(dev);
}

static inline bool maps_direct(struct device *dev)
{
	return goes_direct(dev, dev->dma_mask ? *dev->dma_mask : 0);
}

static inline bool allocs_direct(struct device *dev)
{
	return goes_direct(dev, dev->coherent_dma_mask);
}

static inline bool is_listening(const struct device *dev)
{
	return unlikely(dev->kernel->listener != NULL);
}

/*
 * One call, on its way to the ledger. @page_offset: of @pa from the page that the caller
 * named, which may be pages away; 0: from its own.
 */
struct request {
	struct device *dev;
	phys_addr_t pa;
	const void *va;
	size_t size;
	enum dma_data_direction dir;
	unsigned long attrs;
	const void *site;
	size_t page_offset;
};

/* For calls that are often made: in place, since a copy waits for what was just stored. */
static inline void note_fill(struct ledger_note *n, enum ledger_kind kind,
			     const struct request *r, dma_addr_t dma)
{
	ledger_note_clear(n);
	n->kind = kind;
	n->dev = r->dev;
	n->dma = dma;
	n->pa = r->pa;
	n->va = r->va;
	n->len = r->size;
	n->dir = (int)r->dir;
	n->attrs = r->attrs;
	n->site = r->site;
}

static inline struct ledger_note note_of(enum ledger_kind kind, const struct request *r,
					 dma_addr_t dma)
{
	struct ledger_note n;

	note_fill(&n, kind, r, dma);
	return n;
}

/* mapping.c, for it and mapping-sg.c: there is something to complain of; always true. */
bool request_complain_of_dir(enum dma_data_direction dir);
bool request_complain_of_mask(struct device *dev);
/* Where the memory of a mapping, by its @dma, bounced to; @nents is the caller's to set. */
void request_add_bounce(struct ledger_note *n);

/* alloc.c: @what may sleep and was called at @site, on a thread that may not. */
void request_complain_of_sleep(struct device *dev, const char *what, const void *site);

static inline void request_may_sleep(struct device *dev, gfp_t gfp, const char *what,
				     const void *site)
{
	if (gfpflags_allow_blocking(gfp) && (irqs_disabled() || in_atomic()))
		request_complain_of_sleep(dev, what, site);
}

static inline bool is_bad_dir(enum dma_data_direction dir)
{
	return unlikely(!valid_dma_direction(dir)) && request_complain_of_dir(dir);
}

static inline bool lacks_mask(struct device *dev)
{
	return unlikely(!dev->dma_mask) && request_complain_of_mask(dev);
}

/* dma_alloc_attrs() and dma_free_attrs() for who was called by the driver at @site. */
static inline unsigned long no_warn_of(gfp_t gfp)
{
	return gfp & __GFP_NOWARN ? DMA_ATTR_NO_WARN : 0;
}

void *dma_alloc_attrs_at(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		     unsigned long attrs, const void *site);
void dma_free_attrs_at(struct device *dev, size_t size, void *va, dma_addr_t dma,
		   unsigned long attrs, const void *site);

#endif
