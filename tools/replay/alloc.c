/* SPDX-License-Identifier: MIT */
/*
 * dma_alloc*, dma_free*: the call; CPU and device write each other a descriptor.
 */
#include "apply.h"

/*
 * What the call cleaned and invalidated, which is all of the memory or nothing. Where a
 * cache has lines by virtual address, a second address of it is flushed as well.
 */
static uint64_t flushed_bytes(struct replay *r, const struct mapping *m)
{
	struct machine_counters after;
	uint64_t len;

	machine_count(r->m, &after);
	len = (after.level[0].invalidated - r->before.level[0].invalidated) *
	      r->rep->level[0].line_bytes;
	return MIN(len, PAGE_ALIGN(m->len));
}

static void library_alloc(struct replay *r, struct mapping *m)
{
	gfp_t gfp = (r->ev->is_atomic ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN;
	struct segment *s = &m->segs[0];

	if (!m->len || m->len > r->rep->lowmem_bytes) {
		mapping_refuse(r, m, m->len ? rename_why(RENAME_TOO_LARGE) : "no bytes");
		return;
	}
	judge_subject(r->judge, m);
	call_begins(r);
	m->cpu_ptr = dma_alloc_attrs(m->dev->dev, m->len, &s->dma, gfp, m->attrs);
	call_ends(r, m->dev, COST_ALLOC);
	judge_alloc(r->judge, m, flushed_bytes(r, m));
	if (!m->cpu_ptr)
		mapping_refuse(r, m, "out of memory, or out of the device's reach");
	else if (!(m->attrs & DMA_ATTR_NO_KERNEL_MAPPING))
		access_descriptors(r, m);
}

void on_alloc(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	struct mapping *m = mapping_new(r, dev, ev, BY_ALLOC);

	/* No physical address is logged; filed under the handle, it is still unique. */
	mapping_is_one(m, ev->dma, ev->dma, ev->size);
	see_addresses(dev, m);
	library_alloc(r, m);
	mapping_goes_live(r, m);
}

static void map_fresh_pages(struct replay *r, struct mapping *m)
{
	access_first_use(r, m);
	library_map_page(r, m);
	if (!m->is_refused)
		count_bounces(m);
}

/* Pages that are the driver's to sync: memory, and a mapping of it. */
void on_alloc_pages(struct replay *r, struct replay_device *dev,
			   const struct trace_event *ev)
{
	bool is_sgt = ev->kind == TRACE_ALLOC_SGT;
	uint64_t dma = is_sgt && ev->nr_dma ? ev->dma_list[0] : ev->dma;
	uint64_t len = ev->size;
	struct mapping *m = mapping_new(r, dev, ev, is_sgt ? BY_ALLOC_SGT : BY_ALLOC_PAGES);
	enum rename_result res;

	for (size_t i = 0; is_sgt && !ev->size && i < ev->nr_sizes; i++)
		len += ev->size_list[i];
	mapping_is_one(m, dma, dma, len);
	see_addresses(dev, m);
	if (arguments_are_good(r, m)) {
		res = rename_take_anonymous(r->renamer, len, &m->segs[0]);
		if (res != RENAME_OK)
			mapping_refuse(r, m, rename_why(res));
		else
			map_fresh_pages(r, m);
	}
	mapping_goes_live(r, m);
}

void on_free(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	uint64_t dma = ev->kind == TRACE_FREE_SGT && ev->nr_dma ? ev->dma_list[0] : ev->dma;
	struct mapping *m;

	if (!dma && !ev->size && !ev->virt) {
		replay_find(r, dev, FIND_FREE_NOTHING, "dma_free of nothing");
		return;
	}
	m = live_at(dev->live, dma, true, ev->size, ev->dir);
	if (!m) {
		unmatched(r, dev, FIND_UNMATCHED_FREE, BY_ALLOC, dma);
		return;
	}
	if (m->len != ev->size && ev->kind != TRACE_FREE_SGT)
		replay_find(r, dev, FIND_UNMAP_SIZE, "free of " DEC " bytes, allocated in line "
			    DEC " as " DEC, ev->size, m->line, m->len);
	if (m->by != BY_ALLOC) {
		mapping_unmap(r, m, m->len, m->dir, m->attrs);
		return;
	}
	if (!m->is_refused) {
		if (!(m->attrs & DMA_ATTR_NO_KERNEL_MAPPING))
			access_descriptors(r, m);
		call_begins(r);
		dma_free_attrs(dev->dev, m->len, m->cpu_ptr, m->segs[0].dma, m->attrs);
		call_ends(r, dev, COST_FREE);
	}
	mapping_goes_dead(r, m);
	mapping_release(r, m);
}
