/* SPDX-License-Identifier: MIT */
/*
 * Which file an event of the trace goes to, what the rest of them tell about the
 * traced machine, and what the end of the trace leaves.
 *
 *   map.c     map_page, map_sg, map_resource
 *   unmap.c   their opposites
 *   sync.c    single and sg, for the CPU and for the device
 *   alloc.c   allocations of every kind, and frees
 */
#include "apply.h"

static void widen_mask(struct replay *r, struct replay_device *dev, uint64_t mask)
{
	if (g_hash_table_contains(r->masks, dev->name) || mask == dev->mask || !mask)
		return;
	dev->mask_from = "the trace's swiotlb_bounced";
	dev->mask = mask;
	if (dma_set_mask_and_coherent(dev->dev, mask))
		replay_find(r, dev, FIND_MASK_REFUSED, HEX, mask);
}

static void on_bounced(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	judge_bounced(r->judge, ev);
	TALLY(dev, trace_bounces, 1);
	TALLY(dev, trace_bounced_bytes, ev->size);
	TALLY(dev, trace_forced, ev->is_forced);
	widen_mask(r, dev, ev->dma_mask);
}

static void note_page_hint(struct replay_report *rep, uint64_t addresses)
{
	rep->nr_page_hints++;
	rep->unaligned_4k += (addresses & 0xfff) != 0;
	rep->unaligned_16k += (addresses & 0x3fff) != 0;
	rep->unaligned_64k += (addresses & 0xffff) != 0;
}

static void on_iommu_map(struct replay *r, const struct trace_event *ev)
{
	sg_note_iommu_map(r, ev);
	r->rep->iommu_map_bytes += ev->size;
	note_page_hint(r->rep, ev->dma | ev->phys | ev->size);
}

static void guess_machine(struct replay *r, const struct trace_event *ev)
{
	if (ev->kind == TRACE_ALLOC && ev->size)
		note_page_hint(r->rep, ev->dma);
	if (ev->virt > UINT32_MAX ||
	    (ev->kind == TRACE_MARKER && ev->text && strstr(ev->text, "aarch64")))
		r->rep->is_arm64 = true;
}

/* dma_map_* are logged after the iommu:map events that they caused. */
static bool ends_iommu_maps(enum trace_kind kind)
{
	return kind == TRACE_MAP_PAGE || kind == TRACE_MAP_SG || kind == TRACE_MAP_RESOURCE ||
	       kind == TRACE_MAP_SG_ERR || kind == TRACE_ALLOC;
}

typedef void (*apply_fn)(struct replay *r, struct replay_device *dev,
			 const struct trace_event *ev);

static void on_sync_single(struct replay *r, struct replay_device *dev,
			   const struct trace_event *ev)
{
	sync_range(r, dev, ev->dma, ev->size);
}

static void on_map_err(struct replay *r, struct replay_device *dev,
		       const struct trace_event *ev)
{
	replay_find(r, dev, FIND_FAILED, "%s, error %d", trace_kind_name(ev->kind), ev->error);
}

static void on_fault(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	replay_find(r, dev, FIND_IO_PAGE_FAULT, "at " HEX, ev->dma);
}

static const apply_fn apply_fns[NR_TRACE_KINDS] = {
	[TRACE_MAP_PAGE] = on_map_page,
	[TRACE_MAP_RESOURCE] = on_map_resource,
	[TRACE_MAP_SG] = on_map_sg,
	[TRACE_MAP_SG_ERR] = on_map_err,
	[TRACE_UNMAP_PAGE] = on_unmap_page,
	[TRACE_UNMAP_RESOURCE] = on_unmap_page,
	[TRACE_UNMAP_SG] = on_unmap_sg,
	[TRACE_SYNC_SINGLE_FOR_CPU] = on_sync_single,
	[TRACE_SYNC_SINGLE_FOR_DEVICE] = on_sync_single,
	[TRACE_SYNC_SG_FOR_CPU] = on_sync_sg,
	[TRACE_SYNC_SG_FOR_DEVICE] = on_sync_sg,
	[TRACE_ALLOC] = on_alloc,
	[TRACE_ALLOC_PAGES] = on_alloc_pages,
	[TRACE_ALLOC_SGT] = on_alloc_pages,
	[TRACE_ALLOC_SGT_ERR] = on_map_err,
	[TRACE_FREE] = on_free,
	[TRACE_FREE_PAGES] = on_free,
	[TRACE_FREE_SGT] = on_free,
	[TRACE_IOMMU_PAGE_FAULT] = on_fault,
	[TRACE_SWIOTLB_BOUNCED] = on_bounced,
};

static void enter_cpu(struct replay *r, int cpu)
{
	unsigned nr = r->rep->nr_cpus;

	r->cpu = machine_cpu(r->m, cpu >= 0 ? (unsigned)cpu % nr : 0);
	cpu_enter(r->cpu);
}

void apply_event(struct replay *r, const struct trace_event *ev)
{
	apply_fn fn = apply_fns[ev->kind];

	guess_machine(r, ev);
	g_hash_table_add(r->trace_cpus, GINT_TO_POINTER(ev->cpu));
	if (ev->kind == TRACE_IOMMU_MAP)
		on_iommu_map(r, ev);
	if (ev->kind == TRACE_IOMMU_UNMAP)
		r->rep->iommu_unmap_bytes += ev->unmapped;
	if (ev->kind == TRACE_LOST)
		judge_gap(r->judge);
	judge_kernel(r->judge, ev);
	if (r->iommus && ev->kind >= TRACE_IOMMU_MAP)
		iommus_line(r->iommus, ev);
	if (fn && ev->dev[0]) {
		struct replay_device *dev = replay_device(r, ev->dev);

		enter_cpu(r, ev->cpu);
		if (r->iommus)
			iommus_begin(r->iommus, dev, ev);
		TALLY(dev, events[ev->kind], 1);
		hazards_before(r);
		fn(r, dev, ev);
		hazards_after(r, dev);
		if (r->iommus)
			iommus_end_event(r->iommus);
		if (ev->kind < TRACE_IOMMU_MAP)
			judge_event(r->judge, dev, ev);
	} else {
		r->rep->total.events[ev->kind]++;
	}
	if (ends_iommu_maps(ev->kind))
		sg_forget_iommu_maps(r, ev);
}

/* ---- the end ------------------------------------------------------------------------ */

static void count_left(struct replay *r, struct mapping *m)
{
	enum finding finding = by_is_alloc(m->by) ? FIND_LEFT_ALLOCATED : FIND_LEFT_MAPPED;

	if (finding == FIND_LEFT_MAPPED && r->cfg->is_complete && !replay_has_gaps(r))
		finding = FIND_LEAKED;
	replay_find_at(r, m->dev, finding, m->line, "%s of " DEC " bytes, %s, at " HEX,
		       by_name(m->by), m->len, dir_name(m->dir), m->pieces[0].dma);
}

/* The board must be left as it was found, or the hazard engine calls it a leak of ours. */
static void give_back(struct replay *r, struct mapping *m)
{
	struct device *dev = m->dev->dev;

	if (!m->is_refused) {
		if (m->by == BY_ALLOC)
			dma_free_attrs(dev, m->len, m->cpu_ptr, m->segs[0].dma, m->attrs);
		else if (m->by == BY_SG)
			dma_unmap_sg_attrs(dev, m->sgl, m->nr_segs, kernel_dir(m->dir), 0);
		else
			dma_unmap_page_attrs(dev, m->segs[0].dma, m->segs[0].len,
					     kernel_dir(m->dir), 0);
	}
	live_remove(m->dev->live, m);
	mapping_release(r, m);
}

void apply_end(struct replay *r)
{
	enter_cpu(r, 0);
	for (unsigned d = 0; d < r->rep->devices->len; d++) {
		struct replay_device *dev = r->rep->devices->pdata[d];
		g_autoptr(GPtrArray) all = live_all(dev->live);

		for (unsigned i = 0; i < all->len; i++)
			count_left(r, all->pdata[i]);
		for (unsigned i = 0; i < all->len; i++)
			give_back(r, all->pdata[i]);
	}
}
